"""The runs of a data set as rows of a list, under a heading for each split; as Qt shows them.

Stands between groups of runs and the list. A line can be ticked where it may be compared with the chosen one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

AnyIndex = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class RunHeading:
    """What the runs below it have in common; `warns` where they cannot be compared with the chosen one."""

    words: str
    about: str
    warns: bool = False


@dataclass(frozen=True)
class RunLine:
    """One run: its number (colour), name, what it is, and its figure in words. `in_use`: For you recommends with it."""

    run_id: str
    name: str
    about: str
    figure: str
    place: int
    is_ticked: bool = False
    can_tick: bool = True
    in_use: bool = False

    def sentence(self) -> str:
        """The line for those who listen."""
        ticked = ", compared" if self.is_ticked and self.can_tick else ""
        return f"{self.name}, {self.about}{', ' + self.figure if self.figure else ''}{ticked}"


Row = RunHeading | RunLine


class RunRows(QAbstractListModel):
    """ticked(run_id, is_on): the person ticked a run or took the tick away."""

    ticked = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Other rows; where only their words changed, no line moves."""
        before, self.rows = self.rows, tuple(rows)
        if self.rows == before:
            return
        if [_identity(one) for one in before] == [_identity(row) for row in self.rows]:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))
            return
        self.beginResetModel()
        self.endResetModel()

    def place_of(self, run_id: str) -> int | None:
        """The row number of a run."""
        lines = enumerate(self.rows)
        return next((place for place, one in lines if isinstance(one, RunLine) and one.run_id == run_id), None)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == RowRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name if isinstance(row, RunLine) else row.words
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.sentence() if isinstance(row, RunLine) else f"{row.words}: {row.about}"
        if role == Qt.ItemDataRole.CheckStateRole and isinstance(row, RunLine) and row.can_tick:
            return Qt.CheckState.Checked if row.is_ticked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.rows[index.row()]
        if role != Qt.ItemDataRole.CheckStateRole or not isinstance(row, RunLine) or not row.can_tick:
            return False
        self.ticked.emit(row.run_id, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        row = self.rows[index.row()] if index.isValid() else None
        if not isinstance(row, RunLine):
            return Qt.ItemFlag.NoItemFlags
        can = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return can | Qt.ItemFlag.ItemIsUserCheckable if row.can_tick else can


def _identity(row: Row) -> object:
    return row.run_id if isinstance(row, RunLine) else type(row)
