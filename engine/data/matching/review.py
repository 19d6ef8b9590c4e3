"""A person's review of matches: what is sure is taken, what is unsure only when they say so. A value."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, NamedTuple, get_args

from engine.data.dataset import Dataset
from engine.data.matching.candidates import Match, Verdict
from engine.data.personal.conversion import rating_of, scale_for
from engine.data.personal.export import Export, ExportedTitle, describe_skipped
from engine.data.profiles import Profile, ProfileEntry, entry_of
from engine.data.reading.states import State
from engine.errors import ProfileError
from engine.wording import joined, plural_of, said

Standing = Literal["sure", "unsure", "unmatched", "chosen", "left out"]
"""Where a title stands: as it was matched while nobody has decided, else chosen or left out by the person."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person said of a title: this item_row is meant, or (None) it is to be left out."""

    item_row: int | None


class Reviewed(NamedTuple):
    """A title that will be taken in, and what it is in the data set."""

    title: ExportedTitle
    item_row: int


@dataclass(frozen=True)
class ReviewCounts:
    """How many titles stand where, in the order of Standing; the sure and the chosen ones will be taken in."""

    sure: int
    unsure: int
    unmatched: int
    chosen: int
    left_out: int


@dataclass(frozen=True)
class ListedTitles:
    """The titles of an export that nobody has seen, as item rows where that is sure: `saved` are those of a watchlist,
    `not_for_me` what our own file says of it; `missing` the others. `is_taken`: whether they are to be taken in."""

    saved: tuple[int, ...] = ()
    not_for_me: tuple[int, ...] = ()
    missing: tuple[ExportedTitle, ...] = ()
    is_taken: bool = True


@dataclass(frozen=True)
class Review:
    """An export with matches and decisions (None: undecided), aligned with `titles`, which were all seen; `listed`
    are the titles of its lists."""

    export: Export
    titles: tuple[ExportedTitle, ...]
    matches: tuple[Match, ...]
    decisions: tuple[Decision | None, ...]
    listed: ListedTitles = ListedTitles()


def review_of(
    export: Export,
    titles: tuple[ExportedTitle, ...],
    matches: tuple[Match, ...],
    *,
    listed: ListedTitles | None = None,
) -> Review:
    return Review(export, titles, matches, (None,) * len(titles), listed or ListedTitles())


def listed_titles(titles: Sequence[ExportedTitle], matches: Sequence[Match]) -> ListedTitles:
    """What the titles of a watchlist and such mean; what is unsure is missing."""
    rows: dict[State, dict[int, None]] = {"planned": {}, "refused": {}}
    missing = []
    for title, match in zip(titles, matches, strict=True):
        if match.verdict == "sure" and match.item_row is not None:
            rows[title.state][match.item_row] = None
        else:
            missing.append(title)
    return ListedTitles(tuple(rows["planned"]), tuple(rows["refused"]), tuple(missing))


def taking_lists(review: Review, is_taken: bool) -> Review:
    """The person wants the titles of the export's lists on their own, or does not."""
    return dataclasses.replace(review, listed=dataclasses.replace(review.listed, is_taken=is_taken))


def choose(review: Review, index: int, item_row: int) -> Review:
    """The person says which title is meant. Whoever they gave it to before is undecided again."""
    decisions = [
        None if decision is not None and decision.item_row == item_row else decision for decision in review.decisions
    ]
    decisions[index] = Decision(item_row)
    return dataclasses.replace(review, decisions=tuple(decisions))


def leave_out(review: Review, index: int) -> Review:
    """The person does not want this title taken in."""
    return _decided(review, index, Decision(None))


def refuse(review: Review, index: int) -> Review:
    """The person says that another title is meant: it is open again, among its other candidates."""
    refused = row_of(review, index)
    match = review.matches[index]
    candidates = tuple(candidate for candidate in match.candidates if candidate.item_row != refused)
    matches = list(review.matches)
    matches[index] = Match(
        "unsure" if candidates else "unmatched", None, candidates, said("you said it is another one")
    )
    return _decided(dataclasses.replace(review, matches=tuple(matches)), index, None)


def reset(review: Review, index: int) -> Review:
    """As if the person had not decided about this title."""
    return _decided(review, index, None)


def standing_of(review: Review, index: int) -> Standing:
    return _standing(review, index, _chosen_rows(review))


def standings(review: Review) -> tuple[Standing, ...]:
    chosen = _chosen_rows(review)
    return tuple(_standing(review, index, chosen) for index in range(len(review.titles)))


def counted(review: Review) -> ReviewCounts:
    return ReviewCounts(*map(standings(review).count, get_args(Standing)))


def row_of(review: Review, index: int) -> int | None:
    """The item_row that a title will be taken in as; None where it will not be."""
    return _row(review, index, standing_of(review, index))


def accepted(review: Review) -> tuple[Reviewed, ...]:
    """What will be taken in: the sure ones that were not left out, and those that the person chose. Rows are unique."""
    rows = (_row(review, index, standing) for index, standing in enumerate(standings(review)))
    return tuple(Reviewed(title, row) for title, row in zip(review.titles, rows, strict=True) if row is not None)


def open_titles(review: Review) -> tuple[tuple[ExportedTitle, str], ...]:
    """What will not be taken in although nobody left it out, each with the reason: for a file of their own."""
    entries = zip(review.titles, review.matches, standings(review), strict=True)
    return tuple((title, match.why) for title, match, standing in entries if standing in ("unsure", "unmatched"))


def entries_of(review: Review, dataset: Dataset) -> tuple[ProfileEntry, ...]:
    """What will be taken in, named and rated as the data set does."""
    given = scale_for(review.export, dataset.scale)
    return tuple(
        entry_of(dataset, reviewed.item_row, rating_of(reviewed.title, given, dataset.scale))
        for reviewed in accepted(review)
    )


def lists_of(review: Review, dataset: Dataset) -> tuple[tuple[ProfileEntry, ...], tuple[ProfileEntry, ...]]:
    """What goes to *Saved* and what to *Not for me*: titles of the export's lists that it does not count as seen."""
    if not review.listed.is_taken:
        return (), ()
    seen = {reviewed.item_row for reviewed in accepted(review)}
    saved, not_for_me = (
        tuple(entry_of(dataset, row, None) for row in rows if row not in seen)
        for rows in (review.listed.saved, review.listed.not_for_me)
    )
    return saved, not_for_me


def profile_of_review(review: Review, dataset: Dataset) -> Profile:
    """Whoever an export belongs to, with the titles that were accepted. Raises ProfileError where there are none."""
    entries = entries_of(review, dataset)
    if entries:
        name = PurePath(review.export.source).stem
        return Profile(f"file-{review.export.source}", name, entries, *lists_of(review, dataset))
    if not review.titles:
        skipped = describe_skipped(review.export)
        raise ProfileError(
            joined(said("{source} holds only titles that you plan to see.", source=review.export.source), skipped),
            remedy=said("Choose the export of what you have seen or rated."),
            path=review.export.source,
        )
    raise _nothing_found(review, dataset)


def _decided(review: Review, index: int, decision: Decision | None) -> Review:
    decisions = list(review.decisions)
    decisions[index] = decision
    return dataclasses.replace(review, decisions=tuple(decisions))


def _chosen_rows(review: Review) -> frozenset[int]:
    return frozenset(
        decision.item_row for decision in review.decisions if decision is not None and decision.item_row is not None
    )


def _standing(review: Review, index: int, chosen: frozenset[int]) -> Standing:
    decision, match = review.decisions[index], review.matches[index]
    if decision is not None:
        return "left out" if decision.item_row is None else "chosen"
    verdict: Verdict = match.verdict
    return "unsure" if verdict == "sure" and match.item_row in chosen else verdict


def _row(review: Review, index: int, standing: Standing) -> int | None:
    decision = review.decisions[index]
    if standing == "chosen" and decision is not None:
        return decision.item_row
    return review.matches[index].item_row if standing == "sure" else None


def _nothing_found(review: Review, dataset: Dataset) -> ProfileError:
    count, source = len(review.titles), review.export.source
    is_unsure = bool(counted(review).unsure)
    if count == 1 and is_unsure:
        what = said(
            "{dataset} does not have the one title of {source} for certain.", dataset=dataset.name, source=source
        )
    elif count == 1:
        what = said("{dataset} does not have the one title of {source}.", dataset=dataset.name, source=source)
    elif is_unsure:
        what = said(
            "{dataset} does not have any of the {count:,} titles of {source} for certain.",
            dataset=dataset.name,
            count=count,
            source=source,
        )
    else:
        what = said(
            "{dataset} does not have any of the {count:,} titles of {source}.",
            dataset=dataset.name,
            count=count,
            source=source,
        )
    return ProfileError(
        joined(what, describe_skipped(review.export)),
        remedy=said(
            "Its {words} may be others than yours, or your file may have no years.",
            words=plural_of(dataset.catalogue.word),
        ),
        path=source,
    )
