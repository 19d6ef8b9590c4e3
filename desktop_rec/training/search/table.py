"""The runs of a search as a table that grows, sorts, and opens a run on a double click.

A row is a run: the best one is marked, the running one has its value so far. What has no value is sorted last, either
way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import plain_tip
from desktop_rec.theme.theme import THEME, number_font
from engine.wording import said
from resources import resource_path

ROW_HEIGHT = 30
_LEAST, _MOST = 36, 260
_HEAD_ROOM, _CELL_ROOM = 22, 10
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
    """One row: its cells, its run ("" for none kept), its tone ("", "weak", "best", "live"), its tooltip."""

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
        """Take the place of what was shown; only what differs is redrawn."""
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
                return said("the best") if cell.words == BEST_SIGN else cell.words
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(line.tip)
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
            return plain_tip(self.content.headings[section][1])
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


class ToneDelegate(QStyledItemDelegate):
    """The best run stands out, runs that wait step back, the running one is in the accent."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        tone, now = index.data(ToneRole), THEME.colours
        colour = {"weak": now.text_weak, "live": now.accent}.get(tone, now.text)
        option.font.setBold(tone == "best")
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            option.palette.setColor(role, QColor(colour))


class SearchTable(QTableView):
    """run_opened(run_id): a row was double-clicked or Enter was pressed on it."""

    run_opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "search_table", said("The runs of the search"), " ")
        self._rows = SearchRowsModel(self)
        self._sorted = SortedSearchRows(self)
        self._sorted.setSourceModel(self._rows)
        self.setModel(self._sorted)
        self.setItemDelegate(ToneDelegate(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFont(number_font(self.font()))
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        THEME.changed.connect(self._draw_arrows)
        self._draw_arrows()
        self.setSortingEnabled(True)
        self.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        self.activated.connect(self._on_activated)

    def show_content(self, content: SearchTableContent) -> None:
        """Other rows, or the same with other values."""
        former = self._rows.content
        self._rows.show_content(content)
        if former.headings != content.headings:
            self.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        if former != content:
            self._fit_columns(only_wider=former.headings == content.headings)

    def _fit_columns(self, *, only_wider: bool) -> None:
        """As wide as heading and values; the last one, for notes, takes what is left."""
        header = self.horizontalHeader()
        for column in range(self._sorted.columnCount() - 1):
            words = str(self._sorted.headerData(column, Qt.Orientation.Horizontal))
            heading = header.fontMetrics().horizontalAdvance(words) + _HEAD_ROOM
            width = max(heading, self.sizeHintForColumn(column) + _CELL_ROOM)
            width = min(_MOST, max(_LEAST, width) if column else _LEAST)
            if not only_wider or width > self.columnWidth(column):
                self.setColumnWidth(column, width)

    def _draw_arrows(self) -> None:
        """The sign of the order stands above the words: beside them it would lie on top of figures' headings."""
        shade = "dark" if THEME.dark else "light"
        up, down = (resource_path("icons", f"{way}-{shade}.svg").as_posix() for way in ("up", "down"))
        place = "subcontrol-origin: border; subcontrol-position: top center; width: 9px; height: 9px;"
        self.horizontalHeader().setStyleSheet(
            f'QHeaderView::down-arrow {{ {place} image: url("{down}"); }}'
            f'QHeaderView::up-arrow {{ {place} image: url("{up}"); }}'
        )

    def _on_activated(self, index: QModelIndex) -> None:
        run_id = index.data(RunRole)
        if run_id:
            self.run_opened.emit(run_id)
