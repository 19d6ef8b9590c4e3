"""Whom a list is for: somebody of the data set, or whoever an export belongs to."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from engine import verbs
from engine.commands.driving import Driver
from engine.commands.wrong_use import WrongUse
from engine.data.dataset import Dataset
from engine.data.matching.match import Match
from engine.data.matching.review import Review, counted
from engine.data.personal.export import ExportedTitle
from engine.data.personal.writing import write_unmatched
from engine.data.profile import Profile, profile_of_review, profile_of_user

_NAMES_SHOWN = 3


@dataclass(frozen=True)
class Whose:
    """A person's profile; `review` is what became of each title where they come from an export."""

    profile: Profile
    review: Review | None = None

    def document(self) -> dict[str, Any]:
        """What --json says of the person. Only sure matches are in the profile."""
        if self.review is None:
            entries = len(self.profile.entries)
            nothing = {"unsure": 0, "unmatched": 0, "unsure_titles": (), "unmatched_titles": ()}
            return {"name": self.profile.name, "entries": entries, "matched": entries, **nothing}
        review, counts = self.review, counted(self.review)
        return {
            "name": self.profile.name,
            "layout": review.export.layout,
            "entries": len(review.titles),
            "matched": counts.sure,
            "unsure": counts.unsure,
            "unmatched": counts.unmatched,
            "unsure_titles": [_title_document(title, match) for title, match in _left(review, "unsure")],
            "unmatched_titles": [_title_document(title, match) for title, match in _left(review, "unmatched")],
            "planned": len(review.export.titles) - len(review.titles),
            "skipped": review.export.skipped_count,
            "notes": review.export.notes,
        }

    def words(self) -> str:
        """The same for people, in a line or two."""
        if self.review is None:
            return f"{len(self.profile.entries):,} titles."
        review, counts = self.review, counted(self.review)
        lines = [f"{counts.sure:,} of {len(review.titles):,} titles are known ({review.export.layout})."]
        for verdict, words in (("unsure", "Unsure and left out"), ("unmatched", "Not found")):
            names = [title.title or next(iter(title.ids.values()), "") for title, _ in _left(review, verdict)]
            if names:
                more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
                lines.append(f"{words}: {', '.join(names[:_NAMES_SHOWN])}{more}.")
        return "\n".join((*lines, *review.export.notes))


def whose(arguments: argparse.Namespace, dataset: Dataset, driver: Driver) -> Whose:
    """The person that --user or --profile means; --unmatched is written here. Raises ProfileError, DataError."""
    if arguments.user is not None:
        if arguments.unmatched is not None:
            raise WrongUse("--unmatched belongs to --profile: people of the data set have no titles that it lacks.")
        return Whose(profile_of_user(dataset, arguments.user))
    review = driver.run(verbs.match_export(dataset, arguments.profile))
    if arguments.unmatched is not None:
        left = [*_left(review, "unsure"), *_left(review, "unmatched")]
        write_unmatched([(title, match.why) for title, match in left], arguments.unmatched)
    return Whose(profile_of_review(review, dataset), review)


def _left(review: Review, verdict: str) -> list[tuple[ExportedTitle, Match]]:
    pairs = zip(review.titles, review.matches, strict=True)
    return [(title, match) for title, match in pairs if match.verdict == verdict]


def _title_document(title: ExportedTitle, match: Match) -> dict[str, Any]:
    return {"title": title.title, "year": title.year or None, "ids": title.ids, "line": title.line, "why": match.why}
