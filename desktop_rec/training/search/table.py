"""The runs of a search as a table that grows, sorts, and opens a run on a double click."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from desktop_rec.common.controls import named
from desktop_rec.theme.theme import THEME, number_font
from desktop_rec.training.search.rows import (
    RunRole,
    SearchRowsModel,
    SearchTableContent,
    SortedSearchRows,
    ToneRole,
)
from resources import resource_path

ROW_HEIGHT = 30
_LEAST, _MOST = 36, 260
_HEAD_ROOM, _CELL_ROOM = 22, 10


class ToneDelegate(QStyledItemDelegate):
    """The best run stands out, runs that wait step back, the running one is in the accent."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        tone, now = index.data(ToneRole), THEME.colours
        colour = {"weak": now.text_weak, "live": now.accent}.get(tone, now.text)
        option.font.setBold(tone == "best")
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            option.palette.setColor(role, QColor(colour))


class SearchTable(QTableView):
    """run_opened(run_id): a row was double-clicked or Enter was pressed on it; chosen(run_id or "")."""

    run_opened = Signal(str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "search_table", "The runs of the search", " ")
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
        self.selectionModel().selectionChanged.connect(self._on_selection)

    @property
    def chosen_run(self) -> str:
        """The run of the row that is selected ("" for none)."""
        rows = self.selectionModel().selectedRows()
        return str(rows[0].data(RunRole) or "") if rows else ""

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

    def _on_selection(self) -> None:
        self.chosen.emit(self.chosen_run)
