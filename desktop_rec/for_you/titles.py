"""Titles that can be rated, as rows: my ratings, what a search found, well-known titles to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desktop_rec.common.text import describe_own_rating
from engine.data.dataset import Dataset
from engine.data.profiles import Profile, item_row_of
from engine.text import format_title, plural
from engine.wording import said


@dataclass(frozen=True)
class TitleRow:
    """One title and what I think of it. `item_row` is None where the open data set does not have it.

    `is_mine` is true for an entry of the profile (a rating of None is then *seen, not rated*); `people` is how many
    have the title.
    """

    item_row: int | None
    item_id: str
    title: str
    year: int
    genres: tuple[str, ...]
    people: int
    rating: float | None = None
    is_on: bool = True
    is_mine: bool = False

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes this the same row after the list has changed."""
        return (self.item_id, self.title, self.year)

    @property
    def name(self) -> str:
        return format_title(self.title, self.year)

    def sentence(self) -> str:
        """The row in words, for tooltips and for those who listen."""
        parts = [self.name]
        if self.is_mine:
            parts.append(describe_own_rating(self.rating))
        if self.item_row is None:
            parts.append(said("not in this data set, so it does not count here"))
        else:
            parts.append(plural(self.people, "rating"))
        if not self.is_on:
            parts.append(said("left out of your list"))
        return ", ".join(parts)

    tip = sentence


def profile_title_rows(
    profile: Profile, dataset: Dataset, *, known: dict[tuple[str, str, int], int | None]
) -> list[TitleRow]:
    """A person's ratings as rows, the latest first.

    `known` remembers the item row of each entry by id, title and year, and is added to: looking up thousands of
    entries anew at every star would be felt. Begin with an empty one for another data set.
    """
    made = []
    for entry in reversed(profile.entries):
        name = (entry.item_id, entry.title, entry.year)
        if name not in known:
            known[name] = item_row_of(entry, dataset)
        item_row = known[name]
        made.append(
            TitleRow(
                item_row=item_row,
                item_id=entry.item_id,
                title=entry.title or entry.item_id,
                year=entry.year,
                genres=() if item_row is None else dataset.catalogue.genres[item_row],
                people=0 if item_row is None else int(dataset.counts_I[item_row]),
                rating=entry.rating,
                is_on=entry.on,
                is_mine=True,
            )
        )
    return made


def catalogue_title_rows(item_rows: Iterable[int], dataset: Dataset, mine: Mapping[int, TitleRow]) -> list[TitleRow]:
    """Titles of the data set as rows; `mine` are the person's own rows by item row, which go first."""
    catalogue = dataset.catalogue

    def row_of(item_row: int) -> TitleRow:
        item_id = dataset.items.id(item_row)
        return TitleRow(
            item_row=item_row,
            item_id=item_id,
            title=dataset.title_of(item_row),
            year=catalogue.years[item_row],
            genres=catalogue.genres[item_row],
            people=int(dataset.counts_I[item_row]),
        )

    return [mine.get(item_row) or row_of(item_row) for item_row in item_rows]
