"""The first rows of a file as they will be read: each cell what it is read as, and what the file says where it differs.

Columns get their roles in the header. Rows that will be skipped say why in a column of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import plain_tip, set_tip
from desktop_rec.data.importing.role_header import HeadColumn, RoleHeader
from desktop_rec.data.importing.text import format_cell
from desktop_rec.theme.theme import GRID, THEME, number_font
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.importing.preview import Preview

Index = QModelIndex | QPersistentModelIndex
CellRole = int(Qt.ItemDataRole.UserRole) + 1
SKIPPED = said("Will be skipped")
_READ_COLUMNS = (("user", said("Person")), ("item", said("Title")), ("rating", said("Rating")), ("time", said("Time")))
ROW_HEIGHT = 28
_FLAT = (
    "QHeaderView { background: transparent; border: none; } QHeaderView::section { border: none; }"
    "QTableCornerButton::section { background: transparent; border: none; }"
)
_LEAST_COLUMN, _MOST_COLUMN = 116, 340


@dataclass(frozen=True)
class Cell:
    """`words` is what a cell is read as, `text` what the file says. Tone: "" read, "weak" not used, "problem" why."""

    words: str
    text: str = ""
    tone: str = ""


@dataclass(frozen=True)
class PreviewTable:
    """What the table shows: columns with their roles, line numbers, cells."""

    columns: tuple[HeadColumn, ...] = ()
    lines: tuple[int, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


NO_TABLE = PreviewTable()


class ImportPreviewTable(QTableView):
    """role_chosen(column, role): the person says what a column is."""

    role_chosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "import_preview", said("The first rows as they will be read"), " ")
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
        set_tip(lines, said("The line in the file"))
        self._header.setStretchLastSection(True)
        self._header.role_chosen.connect(self.role_chosen)
        self._header.reached.connect(self._on_reached)

    def show_table(self, table: PreviewTable) -> None:
        """Other rows. Columns keep the width a person gave them while their names stay."""
        names = [column.name for column in self._rows.table.columns]
        if table == self._rows.table:
            return
        self._rows.show_table(table)
        self._header.show_columns(table.columns)
        if names != [column.name for column in table.columns]:
            self._fit_columns()

    def _on_reached(self, column: int) -> None:
        if self._rows.rowCount():
            self.scrollTo(self._rows.index(max(0, self.rowAt(0)), column))

    def _fit_columns(self) -> None:
        for column in range(self._rows.columnCount()):
            width = min(_MOST_COLUMN, max(_LEAST_COLUMN, self.sizeHintForColumn(column)))
            self.setColumnWidth(column, width)


class ReadingDelegate(QStyledItemDelegate):
    """What a cell is read as, and after it, weak, what the file says where that differs."""

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


class PreviewRowsModel(QAbstractTableModel):
    """A PreviewTable as Qt shows it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = NO_TABLE

    def show_table(self, table: PreviewTable) -> None:
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.table.rows[index.row()][index.column()]
        if role == CellRole:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell.words
        if role == Qt.ItemDataRole.ToolTipRole:
            differs = cell.text and cell.text != cell.words
            return plain_tip(
                said("{words} (in the file: {text})", words=cell.words, text=cell.text) if differs else cell.words
            )
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self.table.columns[section].name
        return f"{self.table.lines[section]:,}"


def preview_table(preview: Preview) -> PreviewTable:
    """The table of a preview: the columns of a text, or what was read of another kind of file."""
    if preview.shape is None or not preview.columns:
        return NO_TABLE
    table = _of_cells(preview) if preview.can_point or not preview.shape.has_ratings else _of_readings(preview)
    if not any(row.problem for row in preview.rows):
        return table
    problems = tuple(
        (*cells, Cell(row.problem, "", "problem")) for cells, row in zip(table.rows, preview.rows, strict=True)
    )
    return PreviewTable((*table.columns, HeadColumn(SKIPPED, can_choose=False)), table.lines, problems)


def _of_cells(preview: Preview) -> PreviewTable:
    """The cells of the file; no more columns than were looked at."""
    shown = max((len(row.cells) for row in preview.rows), default=0) if not preview.can_point else len(preview.columns)
    roles = preview.roles_of_columns[:shown]
    columns = tuple(
        HeadColumn(name, main_role(held), can_choose=preview.can_point)
        for name, held in zip(preview.columns[:shown], roles, strict=True)
    )
    rows = []
    for row, title in zip(preview.rows, preview.titles_of_rows, strict=True):
        texts = [*row.cells, *[""] * len(columns)][: len(columns)]
        if len(row.cells) > len(columns):
            texts[-1] = " ".join(row.cells[len(columns) - 1 :])
        rows.append(
            tuple(
                Cell(text, text, "weak")
                if row.problem or not role
                else Cell(format_cell(row, text, role, title, counts=preview.counts), text)
                for text, role in zip(texts, roles, strict=True)
            )
        )
    return PreviewTable(columns, tuple(row.line for row in preview.rows), tuple(rows))


def _of_readings(preview: Preview) -> PreviewTable:
    """Kinds of files whose columns cannot be chosen: what was read is shown."""
    has_times = any(row.time is not None for row in preview.rows)
    shown = [(role, name) for role, name in _READ_COLUMNS if role != "time" or has_times]
    rows = []
    for row, title in zip(preview.rows, preview.titles_of_rows, strict=True):
        texts = {"user": row.user, "item": row.item}
        if row.problem:
            rows.append((Cell(" ".join(row.cells), "", "weak"), *[Cell("")] * (len(shown) - 1)))
            continue
        rows.append(
            tuple(
                Cell(
                    format_cell(row, texts.get(role, ""), frozenset({role}), title, counts=preview.counts),
                    texts.get(role, ""),
                )
                for role, _ in shown
            )
        )
    columns = tuple(HeadColumn(name, "item" if role == "item" else role, can_choose=False) for role, name in shown)
    return PreviewTable(columns, tuple(row.line for row in preview.rows), tuple(rows))


def main_role(roles: frozenset[str]) -> str:
    """The role that a chooser shows: a title that is its own id is a title."""
    return next((role for role in ("title", "user", "item", "rating", "time", "year", "genres") if role in roles), "")
