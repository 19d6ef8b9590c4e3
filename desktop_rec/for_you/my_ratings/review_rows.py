"""A review of an export as rows to go through: what the file has, which title is meant, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from engine.data.dataset import Dataset, Scale
from engine.data.matching.candidates import Match
from engine.data.matching.review import Review, Standing, standings
from engine.data.personal.conversion import rating_of
from engine.data.personal.export import ExportedTitle
from engine.data.profile_merge import Both
from engine.text import format_rating, format_title, plural_of
from engine.wording import said


class Act(Enum):
    """What can be done with a row; the value is what its button says."""

    TAKE = said("Yes, this one")
    CHANGE = said("Change…")
    CHOOSE = said("Choose…")
    FIND = said("Search…")
    REFUSE = said("Not this one")
    LEAVE = said("Leave out")
    UNDO = said("Undo")
    MINE = said("Keep mine")
    THEIRS = said("Take theirs")


_ACTS: dict[Standing, tuple[Act, ...]] = {
    "sure": (Act.CHANGE, Act.REFUSE, Act.LEAVE),
    "unsure": (Act.TAKE, Act.CHOOSE, Act.LEAVE),
    "unmatched": (Act.FIND, Act.LEAVE),
    "chosen": (Act.CHANGE, Act.UNDO),
    "left out": (Act.UNDO,),
}


@dataclass(frozen=True)
class ReviewRow:
    """One title of the export. `index` is its place in the review (or among the conflicts).

    `title` is the title as the file has it, `rating` how its rating is taken over. `found` is the title of the data
    set, "" where there is none; `is_open`: nobody said yes, so it is not taken in. `now` is the act in force.
    """

    index: int
    title: str
    year: int
    rating: str
    found: str
    acts: tuple[Act, ...]
    found_year: int = 0
    genres: tuple[str, ...] = ()
    why: str = ""
    is_open: bool = False
    is_out: bool = False
    now: Act | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.index, self.title

    @property
    def name(self) -> str:
        return format_title(self.title, self.year)

    def sentence(self) -> str:
        """The row in words, for tooltips and for those who listen."""
        meant = format_title(self.found, self.found_year) if self.found else said("no title")
        verb = (
            said("left out")
            if self.is_out
            else said("may be {meant}", meant=meant)
            if self.is_open and self.found
            else said("is {meant}", meant=meant)
        )
        return ", ".join(part for part in (self.name, self.rating, verb, self.why) if part)

    tip = sentence


class ReviewRows:
    """Makes the rows of one review. A decision touches few titles: the rows of all others stay as they are."""

    def __init__(self, first: Review, dataset: Dataset, *, given: Scale, wanted: Scale) -> None:
        self._first, self._dataset = first, dataset
        self._ratings = [describe_rating(title, given, wanted) for title in first.titles]
        self._made: dict[int, tuple[Match, Standing, int | None, ReviewRow]] = {}

    def groups(self, review: Review) -> dict[str, tuple[ReviewRow, ...]]:
        """The rows of each group: "sure", "unsure" and "unmatched", as they were matched before any decision.

        Decided rows stay in their group, so that nothing jumps away under the pointer.
        """
        groups: dict[str, list[ReviewRow]] = {"sure": [], "unsure": [], "unmatched": []}
        for index, standing in enumerate(standings(review)):
            groups[self._first.matches[index].verdict].append(self._row(review, index, standing))
        return {name: tuple(rows) for name, rows in groups.items()}

    def _row(self, review: Review, index: int, standing: Standing) -> ReviewRow:
        match, taken = review.matches[index], _taken_row(review, index, standing)
        known = self._made.get(index)
        if known is not None and known[0] is match and known[1:3] == (standing, taken):
            return known[3]
        made = _row(index, review.titles[index], match, standing, taken, self._dataset, rating=self._ratings[index])
        if match is not self._first.matches[index] and Act.UNDO not in made.acts:
            made = replace(made, acts=(*made.acts[:2], Act.UNDO))
        self._made[index] = (match, standing, taken, made)
        return made


def conflict_rows(conflicts: Sequence[Both], taken: frozenset[int]) -> tuple[ReviewRow, ...]:
    """Titles that the profile and the file rate differently; one of the two ratings is in force for each."""
    return tuple(_conflict_row(place, both, is_theirs=place in taken) for place, both in enumerate(conflicts))


def _conflict_row(place: int, both: Both, *, is_theirs: bool) -> ReviewRow:
    mine, theirs = format_rating(both.mine.rating or 0.0), format_rating(both.theirs.rating or 0.0)
    return ReviewRow(
        index=place,
        title=both.mine.title,
        year=both.mine.year,
        rating=said("you gave {mine}, the file has {theirs}", mine=mine, theirs=theirs),
        found=said("{theirs} from the file", theirs=theirs) if is_theirs else said("{mine}, as you gave it", mine=mine),
        acts=(Act.MINE, Act.THEIRS),
        now=Act.THEIRS if is_theirs else Act.MINE,
    )


def describe_rating(title: ExportedTitle, given: Scale, wanted: Scale) -> str:
    """What the file says of a title and what that becomes: "8 → 4", "seen, not rated", "dropped → 1.6"."""
    becomes = rating_of(title, given, wanted)
    if becomes is None:
        return said("seen, not rated")
    if title.state == "dropped":
        dropped = (
            said("given up") if title.rating is None else said("given up, {rating}", rating=format_rating(title.rating))
        )
        return f"{dropped} → {format_rating(becomes)}"
    if title.rating is None or abs(title.rating - becomes) < 0.005:
        return said("rated {rating}", rating=format_rating(becomes))
    return said("rated {rating} → {becomes}", rating=format_rating(title.rating), becomes=format_rating(becomes))


def _row(
    index: int,
    title: ExportedTitle,
    match: Match,
    standing: Standing,
    item_row: int | None,
    dataset: Dataset,
    *,
    rating: str,
) -> ReviewRow:
    is_open = item_row is None
    shown = item_row
    if shown is None and standing == "unsure" and match.candidates:
        shown = match.candidates[0].item_row
    acts = _ACTS[standing]
    if standing == "unsure" and shown is None:
        acts = (Act.FIND, Act.LEAVE)
    catalogue = dataset.catalogue
    return ReviewRow(
        index=index,
        title=title.title or next(iter(title.ids.values()), said("line {line}", line=title.line)),
        year=title.year,
        rating=rating,
        found="" if shown is None else dataset.title_of(shown),
        found_year=0 if shown is None else catalogue.years[shown],
        genres=() if shown is None else catalogue.genres[shown],
        why=_why(match, standing, word=catalogue.noun),
        is_open=is_open,
        is_out=standing == "left out",
        acts=acts,
    )


def _taken_row(review: Review, index: int, standing: Standing) -> int | None:
    """As review.row_of, for a standing that is known: asking for each title anew would be felt with thousands."""
    decision = review.decisions[index]
    if standing == "chosen" and decision is not None:
        return decision.item_row
    return review.matches[index].item_row if standing == "sure" else None


def _why(match: Match, standing: Standing, *, word: str) -> str:
    if standing == "chosen":
        return said("chosen by you")
    if standing == "left out":
        return said("left out by you")
    if standing == "unsure" and match.verdict == "sure":
        return said("you took this title for another one")
    if standing == "unsure" and len(match.candidates) > 1:
        return said(
            "{why} · {number} possible {words}", why=match.why, number=len(match.candidates), words=plural_of(word)
        )
    return match.why
