"""The first rows of a file as a Qt table: each cell what it is read as, and what stands there where that differs.

Stands between a Preview and the preview table. Rows that will be skipped say why in a column of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_rec.data.importing.role_header import HeadColumn
from desktop_rec.data.importing.text import format_cell

if TYPE_CHECKING:
    from engine.data.importing.preview import Preview

Index = QModelIndex | QPersistentModelIndex
CellRole = int(Qt.ItemDataRole.UserRole) + 1
SKIPPED = "Will be skipped"
_READ_COLUMNS = (("user", "Person"), ("item", "Title"), ("rating", "Rating"), ("time", "Time"))


@dataclass(frozen=True)
class Cell:
    """`words` is what a cell is read as, `text` what stands there. Tone: "" read, "weak" not used, "problem" why."""

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
            return f"{cell.words} (in the file: {cell.text})" if differs else cell.words
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
    table = _of_cells(preview) if preview.can_point else _of_readings(preview)
    if not any(row.problem for row in preview.rows):
        return table
    problems = tuple(
        (*cells, Cell(one.problem, "", "problem")) for cells, one in zip(table.rows, preview.rows, strict=True)
    )
    return PreviewTable((*table.columns, HeadColumn(SKIPPED, can_choose=False)), table.lines, problems)


def _of_cells(preview: Preview) -> PreviewTable:
    roles = preview.roles_of_columns
    columns = tuple(HeadColumn(name, main_role(one)) for name, one in zip(preview.columns, roles, strict=True))
    rows = []
    for row, title in zip(preview.rows, preview.titles_of_rows, strict=True):
        texts = [*row.cells, *[""] * len(columns)][: len(columns)]
        if len(row.cells) > len(columns):
            texts[-1] = " ".join(row.cells[len(columns) - 1 :])
        rows.append(
            tuple(
                Cell(text, text, "weak") if row.problem or not role else Cell(format_cell(row, text, role, title), text)
                for text, role in zip(texts, roles, strict=True)
            )
        )
    return PreviewTable(columns, tuple(row.line for row in preview.rows), tuple(rows))


def _of_readings(preview: Preview) -> PreviewTable:
    """Kinds of files whose columns cannot be chosen: what was read stands there."""
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
                Cell(format_cell(row, texts.get(role, ""), frozenset({role}), title), texts.get(role, ""))
                for role, _ in shown
            )
        )
    columns = tuple(HeadColumn(name, "item" if role == "item" else role, can_choose=False) for role, name in shown)
    return PreviewTable(columns, tuple(row.line for row in preview.rows), tuple(rows))


def main_role(roles: frozenset[str]) -> str:
    """The role that a chooser shows: a title that is its own id is a title."""
    return next((one for one in ("title", "user", "item", "rating", "time", "year", "genres") if one in roles), "")
