"""The table of a search as a Qt table: a row a run, the best one marked, the running one with its value so far.

Stands between the rows of the library and the search table. Sorting puts what has no value last, either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

Index = QModelIndex | QPersistentModelIndex
SortRole = int(Qt.ItemDataRole.UserRole) + 1
RunRole = SortRole + 1
ToneRole = SortRole + 2
BEST_SIGN = "★"


@dataclass(frozen=True)
class SearchCell:
    """What a cell says, by what it is sorted (None: last), and whether figures stand to the right."""

    words: str
    order: Any = None
    is_number: bool = False


@dataclass(frozen=True)
class SearchLine:
    """One row: its cells, its run ("" for none kept), its tone ("", "weak", "best", "live"), all it has to say."""

    place: int
    cells: tuple[SearchCell, ...]
    run_id: str
    tone: str
    tip: str


@dataclass(frozen=True)
class SearchTableContent:
    """Headings, each with what it means, and lines."""

    headings: tuple[tuple[str, str], ...] = ()
    lines: tuple[SearchLine, ...] = ()


class SearchRowsModel(QAbstractTableModel):
    """A SearchTableContent as Qt shows it; equal headings and places keep selection and scrolling."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.content = SearchTableContent()

    def show_content(self, content: SearchTableContent) -> None:
        """Take the place of what was shown; only what differs is told to the view."""
        former = self.content
        if former == content:
            return
        same = former.headings == content.headings and _places(former.lines) == _places(content.lines)
        if not same:
            self.beginResetModel()
            self.content = content
            self.endResetModel()
            return
        self.content = content
        for row, (before, now) in enumerate(zip(former.lines, content.lines, strict=True)):
            if before != now:
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(content.headings) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.content.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.content.headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.content.lines[index.row()]
        cell = line.cells[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell.words
            case Qt.ItemDataRole.AccessibleTextRole:
                return "the best" if cell.words == BEST_SIGN else cell.words
            case Qt.ItemDataRole.ToolTipRole:
                return line.tip
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if cell.is_number else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return {SortRole: cell.order, RunRole: line.run_id, ToneRole: line.tone}.get(role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.content.headings):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.content.headings[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.content.headings[section][1]
        if role == Qt.ItemDataRole.TextAlignmentRole and self.content.lines:
            is_number = self.content.lines[0].cells[section].is_number
            side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class SortedSearchRows(QSortFilterProxyModel):
    """Sorted by what the cells are sorted by; what has none is last whichever way."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSortRole(SortRole)
        self.setDynamicSortFilter(True)

    def lessThan(self, left: Index, right: Index) -> bool:
        first, second = left.data(SortRole), right.data(SortRole)
        if first is None or second is None:
            goes_up = self.sortOrder() == Qt.SortOrder.AscendingOrder
            return (first is not None and second is None) if goes_up else (first is None and second is not None)
        if type(first) is not type(second) and (isinstance(first, str) or isinstance(second, str)):
            return str(first) < str(second)
        return bool(first < second)


def _places(lines: Sequence[SearchLine]) -> list[int]:
    return [line.place for line in lines]
