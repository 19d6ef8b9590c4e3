"""All titles of a data set as a Qt table: how often each is rated, how well, and how many like it.

Texts are made only for the rows that are looked at, so that tens of thousands cost nothing.

Shapes: I titles, R rows shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.data.catalogue import Catalogue
from engine.data.statistics import TitleCounts

Index = QModelIndex | QPersistentModelIndex
Numbers = npt.NDArray[Any]

TITLE, YEAR, GENRES, RATINGS, SEEN, MEAN, LIKES = range(7)
HEADINGS = ("Title", "Year", "Genres", "Ratings", "Only seen", "Mean", "Likes")
TIPS = (
    "The title; a press on a heading sorts by it",
    "The year, where it is known",
    "Genres, where they are known",
    "How many people rated it",
    "How many have it without a rating",
    "The mean of its ratings",
    "The share of its ratings that are likes: three quarters of the way up the scale, or better",
)
_TEXTS = (TITLE, GENRES)


@dataclass(frozen=True)
class CountedTitles:
    """The titles of a data set with their counts."""

    catalogue: Catalogue
    counts: TitleCounts


class TitleTableModel(QAbstractTableModel):
    """One row a title, in the order of a column, narrowed down by a search."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles: CountedTitles | None = None
        self._order_I: Numbers = np.zeros(0, np.int64)
        self._rows_R: Numbers = self._order_I
        self._found_I: Numbers | None = None
        self._sorted_by: tuple[int, bool] = (RATINGS, True)

    def show_titles(self, titles: CountedTitles) -> None:
        """Show all titles of a data set, in the order that was last asked for."""
        self.beginResetModel()
        self._titles, self._found_I = titles, None
        self._put_in_order()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Only the titles that hold every word of a text; all of them where it is empty."""
        if self._titles is None:
            return
        self.beginResetModel()
        self._found_I = None
        if text.strip():
            self._found_I = np.zeros(len(self._order_I), bool)
            self._found_I[self._titles.catalogue.rows_with(text)] = True
        self._narrow_down()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (column, order == Qt.SortOrder.DescendingOrder)
        if self._titles is None or not 0 <= column < len(HEADINGS):
            return
        self.layoutAboutToBeChanged.emit()
        self._put_in_order()
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(HEADINGS) - 1)

    @property
    def sorted_by(self) -> int:
        """The column that rows are sorted by."""
        return self._sorted_by[0]

    @property
    def other_order(self) -> Qt.SortOrder:
        """The order that rows are not in."""
        return Qt.SortOrder.AscendingOrder if self._sorted_by[1] else Qt.SortOrder.DescendingOrder

    def item_row(self, row: int) -> int:
        """Which title a row shows."""
        return int(self._rows_R[row])

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows_R)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role == Qt.ItemDataRole.DisplayRole or (role == Qt.ItemDataRole.ToolTipRole and index.column() in _TEXTS):
            return self._words(self.item_row(index.row()), index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                column, is_down = self._sorted_by
                arrow = (" ▼" if is_down else " ▲") if section == column else ""
                return f"{HEADINGS[section]}{arrow}"
            case Qt.ItemDataRole.ToolTipRole:
                return TIPS[section]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(section)
        return None

    def _words(self, item_row: int, column: int) -> str:
        if self._titles is None:
            return ""
        catalogue, counts = self._titles.catalogue, self._titles.counts
        rated = int(counts.rated_I[item_row])
        match column:
            case 0:
                return catalogue.titles[item_row]
            case 1:
                return str(catalogue.years[item_row] or "")
            case 2:
                return ", ".join(catalogue.genres[item_row])
            case 3:
                return f"{rated:,}"
            case 4:
                return f"{int(counts.entries_I[item_row]) - rated:,}"
            case 5:
                return f"{counts.means_I[item_row]:.2f}" if rated else ""
        return f"{100 * counts.like_shares_I[item_row]:.0f} %" if rated else ""

    def _put_in_order(self) -> None:
        if self._titles is None:
            return
        column, is_down = self._sorted_by
        values_I = _values(self._titles, column)
        blank_I = np.isnan(values_I)
        values_I = np.where(blank_I, 0, -values_I if is_down else values_I)
        self._order_I = np.lexsort((-self._titles.counts.entries_I, values_I, blank_I))
        self._narrow_down()

    def _narrow_down(self) -> None:
        found_I = self._found_I
        self._rows_R = self._order_I if found_I is None else self._order_I[found_I[self._order_I]]


def _values(titles: CountedTitles, column: int) -> Numbers:
    """What a column is sorted by; NaN for a blank, which comes last both ways."""
    catalogue, counts = titles.catalogue, titles.counts
    match column:
        case 0:
            return catalogue.title_order_I
        case 1:
            return np.array([year or np.nan for year in catalogue.years], dtype=np.float64)
        case 2:
            return catalogue.genre_order_I
        case 3:
            return counts.rated_I.astype(np.float64)
        case 4:
            return (counts.entries_I - counts.rated_I).astype(np.float64)
        case 5:
            return counts.means_I
    return counts.like_shares_I


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in _TEXTS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
