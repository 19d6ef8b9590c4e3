"""The map as a table: every title on it with what is known of it, and which titles lie next to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop_rec.common.controls import named
from desktop_rec.theme.theme import number_font
from engine.wording import said

AnyIndex = QModelIndex | QPersistentModelIndex
HEADINGS = (said("Title"), said("Genres"), said("Ratings"), said("For you"), said("Next to it"))
CellsOf = Callable[[int], tuple[str, ...]]


class MapTable(QAbstractTableModel):
    """Rows are made when they are looked at: there may be tens of thousands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[int] = []
        self._cells_of: CellsOf = lambda row: ("",) * len(HEADINGS)
        self._made: dict[int, tuple[str, ...]] = {}

    def show_rows(self, rows: list[int], cells_of: CellsOf) -> None:
        """Show these titles, in this order."""
        self.beginResetModel()
        self.rows, self._cells_of, self._made = rows, cells_of, {}
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.rows[index.row()]
            if row not in self._made:
                self._made[row] = self._cells_of(row)
            return self._made[row][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() == 2 else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADINGS[section]
        return None


class MapTableView(QTableView):
    """chosen(item row): a title is the current one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titles = MapTable(self)
        self.setModel(self.titles)
        named(self, "taste_map_table", said("The titles of the map"), said("Choose a title to see why, or why not"))
        self.setFont(number_font(self.font()))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((170, 96, 62, 150, 260)):
            self.setColumnWidth(column, width)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def go_to(self, row: int) -> None:
        """Bring a title into sight."""
        if row in self.titles.rows:
            self.selectRow(self.titles.rows.index(row))

    def _on_current(self, now: QModelIndex) -> None:
        if now.isValid() and self.hasFocus():
            self.chosen.emit(self.titles.rows[now.row()])
