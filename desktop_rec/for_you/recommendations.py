"""The list of recommendations as a Qt list: rank, title, match, predicted stars, the reason in a line, the movement.

Stands between the Recommender's list and the list in For you.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_rec.common.text import describe_likelihood, describe_movement
from engine.text import format_predicted_rating, format_title

if TYPE_CHECKING:
    from engine.recommending.recommender import Recommendation


class Comparison:
    """`before` are the places, by item id, to compare the next list with; None where nothing is to be compared."""

    def __init__(self) -> None:
        self.before: Mapping[str, int] | None = None
        self._sliding = ""

    def begin(self, ranks: Mapping[str, int]) -> None:
        """Something changed once (a rating, a switch, the model): compare with the list that stands now."""
        self._sliding = ""
        self.before = ranks or None

    def slide(self, slider: str, ranks: Mapping[str, int]) -> None:
        """A slider moved a little: compare with the list from before it was first moved."""
        if self._sliding != slider:
            self.begin(ranks)
            self._sliding = slider

    def rest(self) -> None:
        """The slider was let go: moving it again is another change."""
        self._sliding = ""

    def forget(self) -> None:
        """Somebody or something else: arrows would say nothing."""
        self._sliding = ""
        self.before = None


Index = QModelIndex | QPersistentModelIndex

RowRole = int(Qt.ItemDataRole.UserRole) + 1
KeyRole = int(Qt.ItemDataRole.UserRole) + 2


@dataclass(frozen=True)
class ListedTitle:
    """A recommendation as a row. `moved`: places up since the list before (None: it is new; 0: it stayed or nothing
    is compared). `because`: the reason in a line, "" while it is not known yet.
    """

    item: Recommendation
    moved: int | None = 0
    because: str = ""

    @property
    def key(self) -> str:
        return self.item.item_id

    def sentence(self) -> str:
        """The row in words, for those who listen."""
        item = self.item
        parts = [f"{item.rank}: {format_title(item.title, item.year)}", f"match {item.match} %"]
        if item.predicted_rating is not None:
            parts.append(f"predicted {format_predicted_rating(item.predicted_rating)}")
        parts += [words for words in (self.because, describe_movement(self.moved)) if words]
        return ", ".join(parts)

    def tip(self) -> str:
        """What hovering adds to what the row shows."""
        item = self.item
        chance = describe_likelihood(item.lift)
        parts = [format_title(item.title, item.year), ", ".join(item.genres), chance, self.because]
        return "\n".join(part for part in parts if part)


class RecommendationsModel(QAbstractListModel):
    """The list, best first. `show_list` may compare with an earlier list; reasons arrive later by `show_reasons`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ListedTitle, ...] = ()

    @property
    def rows(self) -> tuple[ListedTitle, ...]:
        return self._rows

    @property
    def ranks(self) -> dict[str, int]:
        """The place of each listed title by item id, to compare a later list with."""
        return {row.key: row.item.rank for row in self._rows}

    def show_list(self, items: Sequence[Recommendation], *, before: Mapping[str, int] | None = None) -> None:
        """Show a list; `before` are the places of an earlier one, for the arrows. Known reasons stay until new ones."""
        known = {row.key: row.because for row in self._rows}
        rows = tuple(ListedTitle(item, _moved(item, before), known.get(item.item_id, "")) for item in items)
        same_titles = [row.key for row in rows] == [row.key for row in self._rows]
        if same_titles and rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def show_reasons(self, because: Mapping[int, str]) -> None:
        """Put the reason in a line under each title, by item row; a title without one shows none."""
        if not self._rows:
            return
        self._rows = tuple(replace(row, because=because.get(row.item.item_row, "")) for row in self._rows)
        self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def place_of(self, key: object) -> int | None:
        """Where a title stands now, from 0."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return format_title(row.item.title, row.item.year)
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.sentence()
            case Qt.ItemDataRole.ToolTipRole:
                return row.tip()
            case _ if role == RowRole:
                return row
            case _ if role == KeyRole:
                return row.key
        return None


def _moved(item: Recommendation, before: Mapping[str, int] | None) -> int | None:
    if before is None:
        return 0
    earlier = before.get(item.item_id)
    return None if earlier is None else earlier - item.rank
