"""profiles, export-ratings: whose ratings are kept, and how they leave. Works without torch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine import operations
from engine.cli.importing import dataset_of
from engine.cli.output import Answer, WrongUse, facts, figure, percent, shortened, table
from engine.cli.predicting import recommend_many
from engine.cli.progress import Driver
from engine.data.dataset import Dataset, Scale
from engine.data.matching.candidates import Match
from engine.data.matching.review import Review, counted, profile_of_review
from engine.data.personal.conversion import guessed_scale
from engine.data.personal.export import ExportedTitle
from engine.data.personal.writing import write_letterboxd, write_ratings, write_unmatched
from engine.data.profiles import Profile, profile_of_user
from engine.errors import ProfileError
from engine.library.store import Library
from engine.operations.recommending import Recommended, refuse_weight
from engine.recommending.explanation import PartImpact, Reason
from engine.recommending.insights import ListInsights, TitleReasons
from engine.recommending.recommender import Recommendation, Recommender

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
    review = driver.run(operations.match_export(dataset, arguments.profile))
    if arguments.unmatched is not None:
        left = [*_left(review, "unsure"), *_left(review, "unmatched")]
        write_unmatched([(title, match.why) for title, match in left], arguments.unmatched)
    return Whose(profile_of_review(review, dataset), review)


def _left(review: Review, verdict: str) -> list[tuple[ExportedTitle, Match]]:
    pairs = zip(review.titles, review.matches, strict=True)
    return [(title, match) for title, match in pairs if match.verdict == verdict]


def _title_document(title: ExportedTitle, match: Match) -> dict[str, Any]:
    return {"title": title.title, "year": title.year or None, "ids": title.ids, "line": title.line, "why": match.why}


_TITLE_WIDTH, _REASONS_SHOWN = 44, 3


def recommend(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """The list for one person, with reasons where they are asked for; for many, a file of lists."""
    if arguments.profiles is not None:
        return recommend_many(arguments, library, driver)
    if arguments.out is not None:
        raise WrongUse("--out belongs to --profiles: the list of one person is printed.")
    record = library.runs.find(arguments.run)
    recommender = operations.recommender_of(library, record.run_id)
    refuse_weight(recommender, record.name, arguments.weight)
    person = whose(arguments, recommender.dataset, driver)
    job = operations.recommend(
        recommender, person.profile, top=arguments.top, weight=arguments.weight, explain=arguments.explain
    )
    told = driver.run(job)
    return Answer(_document(record.run_id, person, recommender, told), _text(record.name, person, told))


def _document(run_id: str, person: Whose, recommender: Recommender, told: Recommended) -> dict[str, Any]:
    insights = told.insights
    told_of = {title.item_row: title for title in insights.titles} if insights else {}
    return {
        "run": run_id,
        "profile": person.document(),
        "items": [_item_document(item, told_of.get(item.item_row)) for item in told.listed.items],
        "most_impactful": _impactful(insights),
        "most_surprising": _surprising(insights) if recommender.model.can.predicts_ratings else None,
        "note": told.listed.note,
        "stopped": told.stopped,
    }


def _item_document(one: Recommendation, told: TitleReasons | None) -> dict[str, Any]:
    return {
        "rank": one.rank,
        "item": one.item_id,
        "title": one.title,
        "year": one.year or None,
        "genres": one.genres,
        "score": one.score,
        "match": one.match,
        "probability": one.probability,
        "lift": one.lift,
        "predicted_rating": one.predicted_rating,
        "predicted_sd": one.predicted_sd,
        "reasons": [_reason_document(reason) for reason in told.reasons] if told else None,
        "parts": _part_documents(told.parts) if told else None,
    }


def _reason_document(one: Reason) -> dict[str, Any]:
    return {
        "item": one.item_id,
        "title": one.title,
        "rating": one.rating,
        "impact": one.impact,
        "share": one.share,
        "parts": _part_documents(one.parts),
    }


def _part_documents(parts: Sequence[PartImpact]) -> list[dict[str, Any]] | None:
    """What each part of a blend adds to a score or an impact; None for other models."""
    return [{"run": part.run, "model": part.model, "impact": part.impact} for part in parts] or None


def _impactful(insights: ListInsights | None) -> list[dict[str, Any]] | None:
    if insights is None:
        return None
    return [{"item": one.item_id, "title": one.title, "impact": one.impact} for one in insights.most_impactful]


def _surprising(insights: ListInsights | None) -> list[dict[str, Any]] | None:
    if insights is None:
        return None
    return [
        {"item": one.item_id, "title": one.title, "rating": one.rating, "predicted": one.predicted}
        for one in insights.most_surprising
    ]


def _text(run_name: str, person: Whose, told: Recommended) -> str:
    lines = [f"For {person.profile.name}, by {run_name}: {person.words()}"]
    reasons = {title.item_row: title for title in told.insights.titles} if told.insights else {}
    rows = [
        [f"{item.rank}", shortened(f"{item.title} ({item.year})" if item.year else item.title, _TITLE_WIDTH),
         f"{item.match} %", _predicted_words(item), *_reason_words(reasons.get(item.item_row))]
        for item in told.listed.items
    ]  # fmt: skip
    has_parts = any(reason.parts for reason in reasons.values())
    header = ("", "title", "match", "predicted", "because of" if reasons else "", "score by part" if has_parts else "")
    lines.append(table(header, rows, right=(0, 2, 3)))
    if told.listed.note:
        lines.append(told.listed.note)
    if told.insights is not None:
        lines.append(_insight_words(told.insights))
    return "\n".join(lines).rstrip()


def _predicted_words(one: Recommendation) -> str:
    off = "" if one.predicted_sd is None else f" ± {figure(one.predicted_sd, digits=1)}"
    return f"{figure(one.predicted_rating, digits=1)}{off}"


def _reason_words(told: TitleReasons | None) -> tuple[str, str]:
    """What a title is listed because of, and of a blend what each part adds to its score."""
    if told is None:
        return "", ""
    reasons = (
        f"{'+' if reason.impact > 0 else '-'}{percent(reason.share)} {shortened(reason.title, 24)}"
        for reason in told.reasons[:_REASONS_SHOWN]
    )
    return ", ".join(reasons), ", ".join(f"{part.run} {part.impact:+.2f}" for part in told.parts)


def _insight_words(insights: ListInsights) -> str:
    parts = []
    if insights.most_impactful:
        shown = [(one.title, f"{percent(one.share)} of all influence") for one in insights.most_impactful[:5]]
        parts += ["Your most impactful ratings:", facts(shown)]
    if insights.most_surprising:
        shown = [
            (one.title, f"you gave {one.rating:g}, predicted {one.predicted:.1f}")
            for one in insights.most_surprising[:5]
        ]
        parts += ["Your most surprising ratings:", facts(shown)]
    return "\n".join(parts)


def list_profiles(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Everybody whose ratings are kept, in the order they came."""
    records = library.profiles.records()
    rows = [[one.profile_id, one.name, f"{one.entries:,}", f"{one.changed.astimezone():%d %b %Y}"] for one in records]
    text = table(("id", "name", "titles", "changed"), rows, right=(2,))
    documents = [
        {
            "profile": record.profile_id,
            "name": record.name,
            "entries": record.entries,
            "created": record.created.isoformat(),
            "changed": record.changed.isoformat(),
        }
        for record in records
    ]
    return Answer({"profiles": documents}, text if rows else "Nobody has rated anything yet.")


def export_ratings(arguments: argparse.Namespace, library: Library, driver: Driver) -> Answer:
    """Write somebody's ratings as our CSV or as Letterboxd imports them."""
    profile = _profile_called(arguments.profile, library)
    dataset = dataset_of(arguments.dataset, library, driver) if arguments.dataset is not None else None
    scale = _scale_of(profile, dataset)
    if arguments.format == "letterboxd":
        count = write_letterboxd(profile, arguments.out, scale=scale, dataset=dataset)
    else:
        count = write_ratings(profile, arguments.out, scale=scale)
    ends = {"low": scale.low, "high": scale.high, "step": scale.step}
    document = {"profile": profile.profile_id, "file": str(arguments.out), "entries": count, "scale": ends}
    words = f"Saved {count:,} titles of {profile.name} as {arguments.out}, rated {scale.low:g} to {scale.high:g}."
    return Answer(document, words)


def _scale_of(profile: Profile, dataset: Dataset | None) -> Scale:
    """The data set's, where one is named; else the smallest usual one that holds all ratings."""
    if dataset is not None:
        return dataset.scale
    return guessed_scale([entry.rating for entry in profile.entries if entry.rating is not None])


def _profile_called(which: str, library: Library) -> Profile:
    records = library.profiles.records()
    found = next((one for one in records if one.profile_id == which), None)
    found = found or next((one for one in records if one.name.casefold() == which.casefold()), None)
    if found is None:
        names = ", ".join(record.name for record in records) or "nobody"
        raise ProfileError(f"There is nobody called {which!r}.", remedy=f"Known are: {names}.", profile=which)
    return library.profiles.load(found.profile_id)
