"""The first rows of a file as they will be read, under a header in which columns get their roles.

A part of the import page: show_table() in, role_chosen out.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from desktop_rec.common.controls import named
from desktop_rec.data.importing.preview_rows import Cell, CellRole, PreviewRowsModel, PreviewTable
from desktop_rec.data.importing.role_header import RoleHeader
from desktop_rec.theme.theme import GRID, THEME, number_font

ROW_HEIGHT = 28
_FLAT = (
    "QHeaderView { background: transparent; border: none; } QHeaderView::section { border: none; }"
    "QTableCornerButton::section { background: transparent; border: none; }"
)
_LEAST_COLUMN, _MOST_COLUMN = 116, 340


class ReadingDelegate(QStyledItemDelegate):
    """What a cell is read as, and after it, weak, what stands in the file where that differs."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell: Cell = index.data(CellRole)
        colours = THEME.colours
        tones = {"": colours.text, "weak": colours.text_weak, "problem": colours.negative}
        area: QRect = option.rect.adjusted(GRID, 0, -GRID, 0)
        font = number_font(option.font)
        painter.save()
        painter.setFont(font)
        painter.setPen(tones[cell.tone])
        metrics = painter.fontMetrics()
        flags = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(area, flags, metrics.elidedText(cell.words, Qt.TextElideMode.ElideRight, area.width()))
        left = metrics.horizontalAdvance(cell.words) + GRID
        if cell.text and cell.text != cell.words and not cell.tone and left + GRID * 3 < area.width():
            rest = area.adjusted(left, 0, 0, 0)
            painter.setPen(colours.text_weak)
            painter.drawText(rest, flags, metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, rest.width()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        cell: Cell = index.data(CellRole)
        text = cell.text if cell.text != cell.words and not cell.tone else ""
        width = option.fontMetrics.horizontalAdvance(f"{cell.words}  {text}") + 3 * GRID
        return QSize(width, ROW_HEIGHT)


class ImportPreviewTable(QTableView):
    """role_chosen(column, role): the person says what a column is."""

    role_chosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "import_preview", "The first rows as they will be read", " ")
        self._rows = PreviewRowsModel(self)
        self._header = RoleHeader(self)
        self.setHorizontalHeader(self._header)
        self.setModel(self._rows)
        self.setItemDelegate(ReadingDelegate(self))
        self.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setStyleSheet(_FLAT)
        lines = self.verticalHeader()
        lines.setDefaultSectionSize(ROW_HEIGHT)
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        lines.setFont(number_font(lines.font()))
        lines.setToolTip("The line in the file")
        self._header.setStretchLastSection(True)
        self._header.role_chosen.connect(self.role_chosen)
        self._header.reached.connect(self._on_reached)

    def show_table(self, table: PreviewTable) -> None:
        """Other rows. Columns keep the width a person gave them while their names stay."""
        had = [one.name for one in self._rows.table.columns]
        if table == self._rows.table:
            return
        self._rows.show_table(table)
        self._header.show_columns(table.columns)
        if had != [column.name for column in table.columns]:
            self._fit_columns()

    def _on_reached(self, column: int) -> None:
        if self._rows.rowCount():
            self.scrollTo(self._rows.index(max(0, self.rowAt(0)), column))

    def _fit_columns(self) -> None:
        for column in range(self._rows.columnCount()):
            width = min(_MOST_COLUMN, max(_LEAST_COLUMN, self.sizeHintForColumn(column)))
            self.setColumnWidth(column, width)
