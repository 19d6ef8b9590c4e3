"""Whom a command is about: somebody of the data set, somebody whose ratings are stored, or the person of a file."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from engine import operations
from engine.cli.lists import stored_profile
from engine.cli.output import WrongUse
from engine.cli.progress import Driver
from engine.cli.reading_options import given_of
from engine.data.dataset import Dataset
from engine.data.matching.candidates import Match
from engine.data.matching.review import Review, counted, profile_of_review
from engine.data.personal.export import ExportedTitle
from engine.data.personal.writing import write_unmatched
from engine.data.profiles import Profile, profile_of_user
from engine.data.reading.roles import Given
from engine.documents import document_of
from engine.library.store import Library


@dataclass(frozen=True)
class Person:
    """Whom to recommend to; `review` is what became of each title where they come from an export."""

    profile: Profile
    review: Review | None = None


def person_of(arguments: argparse.Namespace, library: Library, dataset: Dataset, driver: Driver) -> Person:
    """The person that --user, --as or --profile means; --unmatched is written here. Raises ProfileError, DataError."""
    if arguments.profile is None:
        if arguments.unmatched is not None:
            raise WrongUse("--unmatched belongs to --profile: it lists titles of an export that the data set lacks.")
        if given_of(arguments) != Given():
            raise WrongUse(
                "How a file is written (--columns, --scale, --dates ...) belongs to --profile or --profiles."
            )
        if arguments.stored is not None:
            return Person(stored_profile(library, arguments.stored))
        return Person(profile_of_user(dataset, arguments.user))
    review = driver.run(operations.match_export(dataset, arguments.profile, given=given_of(arguments)))
    if arguments.unmatched is not None:
        left = [*titles_with(review, "unsure"), *titles_with(review, "unmatched")]
        write_unmatched([(title, match.why) for title, match in left], arguments.unmatched)
    return Person(profile_of_review(review, dataset), review)


def titles_with(review: Review, verdict: str) -> list[tuple[ExportedTitle, Match]]:
    pairs = zip(review.titles, review.matches, strict=True)
    return [(title, match) for title, match in pairs if match.verdict == verdict]


def profile_document(person: Person) -> dict[str, Any]:
    """What --json says of the person. Only sure matches are in the profile."""
    if person.review is None:
        entries = len(person.profile.entries)
        nothing = {"unsure": 0, "unmatched": 0, "unsure_titles": (), "unmatched_titles": ()}
        return {"name": person.profile.name, "entries": entries, "matched": entries, **nothing}
    review, counts = person.review, counted(person.review)
    return {
        "name": person.profile.name,
        "layout": review.export.layout,
        "entries": len(review.titles),
        "matched": counts.sure,
        "unsure": counts.unsure,
        "unmatched": counts.unmatched,
        "unsure_titles": [_title_document(title, match) for title, match in titles_with(review, "unsure")],
        "unmatched_titles": [_title_document(title, match) for title, match in titles_with(review, "unmatched")],
        "planned": len(review.export.titles) - len(review.titles),
        "lines": review.export.lines,
        "skipped": review.export.skipped_count,
        "problems": [document_of(entry) for entry in review.export.skipped],
        "notes": review.export.notes,
    }


def _title_document(title: ExportedTitle, match: Match) -> dict[str, Any]:
    return {"title": title.title, "year": title.year or None, "ids": title.ids, "line": title.line, "why": match.why}
