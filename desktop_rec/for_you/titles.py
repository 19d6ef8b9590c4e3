"""Titles that can be rated, as a Qt list: my ratings, what a search found, well known titles to begin with.

Stands between engine values and the lists of For you. Rows are plain `TitleRow` values made by `title_rows`; the
model only shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.data.dataset import Dataset
from engine.data.profiles import Profile, item_row_of
from engine.text import format_rating, format_title, plural

Index = QModelIndex | QPersistentModelIndex

RowRole = int(Qt.ItemDataRole.UserRole) + 1
KeyRole = int(Qt.ItemDataRole.UserRole) + 2


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
            parts.append("seen, not rated" if self.rating is None else f"your rating {format_rating(self.rating)}")
        if self.item_row is None:
            parts.append("not in this data set, so it has no influence here")
        else:
            parts.append(plural(self.people, "rating"))
        if not self.is_on:
            parts.append("switched off")
        return ", ".join(parts)


class TitlesModel(QAbstractListModel):
    """A list of TitleRow. Where only stars or switches changed, rows are updated in place, so nothing jumps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[TitleRow, ...] = ()

    @property
    def rows(self) -> tuple[TitleRow, ...]:
        return self._rows

    def show_rows(self, rows: Sequence[TitleRow]) -> None:
        """Show these rows, in this order."""
        new = tuple(rows)
        if [one.key for one in new] == [row.key for row in self._rows]:
            changed = [place for place, (old, now) in enumerate(zip(self._rows, new, strict=True)) if old != now]
            self._rows = new
            for place in changed:
                self.dataChanged.emit(self.index(place), self.index(place))
            return
        self.beginResetModel()
        self._rows = new
        self.endResetModel()

    def place_of(self, key: object) -> int | None:
        """Where a row with this key stands now."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return row.sentence()
            case _ if role == RowRole:
                return row
            case _ if role == KeyRole:
                return row.key
        return None


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
    made = []
    for item_row in item_rows:
        item_id = dataset.items.id(item_row)
        own = mine.get(item_row)
        made.append(
            own
            if own is not None
            else TitleRow(
                item_row=item_row,
                item_id=item_id,
                title=catalogue.titles[item_row] or item_id,
                year=catalogue.years[item_row],
                genres=catalogue.genres[item_row],
                people=int(dataset.counts_I[item_row]),
            )
        )
    return made
