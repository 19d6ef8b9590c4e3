"""The filled matrix as a table: people down, titles across, what is predicted weaker than what was given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, button, named
from desktop_rec.common.panels import PlaceMessage, caption
from desktop_rec.common.plain import plain_tip
from desktop_rec.theme.theme import GRID, THEME, number_font
from engine.text import format_title
from engine.wording import said

if TYPE_CHECKING:
    from engine.operations import MatrixWindow

_EXPLAINED = said("Ratings that people gave, in bold, and in the gaps what this model predicts they would give.")
_COLUMN = 84
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class MatrixCell:
    """What a cell shows, and whether it is predicted."""

    words: str
    is_predicted: bool
    tip: str


class MatrixModel(QAbstractTableModel):
    """A window of the matrix."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._window: MatrixWindow | None = None

    def show_window(self, window: MatrixWindow | None) -> None:
        """Another window."""
        self.beginResetModel()
        self._window = window
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if self._window is None or parent.isValid() else len(self._window.users)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if self._window is None or parent.isValid() else len(self._window.items)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._window is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if orientation == Qt.Orientation.Vertical:
            user = self._window.users[section]
            return user if role == Qt.ItemDataRole.DisplayRole else plain_tip(said("Person {user}", user=user))
        title = format_title(self._window.names[section], self._window.years[section] or None)
        return self._window.names[section] if role == Qt.ItemDataRole.DisplayRole else plain_tip(title)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index.row(), index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell.words
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(cell.tip)
            case Qt.ItemDataRole.AccessibleTextRole:
                return cell.tip
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(THEME.colours.text_weak if cell.is_predicted else THEME.colours.text)
            case Qt.ItemDataRole.FontRole:
                font = QFont()
                font.setBold(not cell.is_predicted)
                return number_font(font)
        return None

    def cell(self, row: int, column: int) -> MatrixCell:
        """What a cell shows."""
        window = self._window
        assert window is not None, "cells are asked for where there is a window"
        given, filled = float(window.given_RC[row, column]), float(window.filled_RC[row, column])
        name, user = window.names[column], window.users[row]
        if not math.isnan(given):
            return MatrixCell(
                f"{given:g}", False, said("Person {user} gave {name} {given:g}", user=user, name=name, given=given)
            )
        if math.isnan(filled):
            return MatrixCell("", True, said("Nothing is known of {name} and person {user}", name=name, user=user))
        return MatrixCell(
            f"{filled:.1f}",
            True,
            said("{filled:.2f} predicted for {name} by person {user}", filled=filled, name=name, user=user),
        )


class MatrixPanel(QStackedWidget):
    """Either a message or the table. looked_at: it came on the screen; moved(first_person, first_title)."""

    looked_at = Signal()
    moved = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("matrix_panel")
        self._window: MatrixWindow | None = None
        self._build()
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.looked_at.emit()

    def show_message(self, heading: str, sentence: str, *, busy: bool = False) -> None:
        """Why there is no table."""
        self._message.show_message(heading, sentence, busy=busy)
        self.setCurrentWidget(self._message)

    def show_window(self, window: MatrixWindow) -> None:
        """A window of the matrix, and where one can go from it."""
        self._window = window
        self._model.show_window(window)
        last_person = window.first_person + len(window.users)
        last_title = window.first_title + len(window.items)
        self._where.setText(
            f"People {window.first_person + 1:,} to {last_person:,} of {window.people:,}, "
            f"titles {window.first_title + 1:,} to {last_title:,} of {window.titles:,}; the fullest come first."
        )
        self._up.setEnabled(window.first_person > 0)
        self._down.setEnabled(last_person < window.people)
        self._left.setEnabled(window.first_title > 0)
        self._right.setEnabled(last_title < window.titles)
        self.setCurrentWidget(self._page)

    def _build(self) -> None:
        self._message, self._page, self._where = PlaceMessage(), QWidget(), caption()
        self._where.setObjectName("matrix_where")
        self._model = MatrixModel(self)
        view = self._view = named(QTableView(), "matrix_table", said("Ratings with their gaps filled"))
        view.setModel(self._model)
        view.setWordWrap(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.horizontalHeader().setDefaultSectionSize(_COLUMN)
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._left = button(said("Titles before"), "matrix_left", said("Titles that more people have"))
        self._right = button(said("More titles"), "matrix_right", said("Titles that fewer people have"))
        self._up = button(said("People before"), "matrix_up", said("People with more ratings"))
        self._down = button(said("More people"), "matrix_down", said("People with fewer ratings"))
        column = QVBoxLayout(self._page)
        column.setContentsMargins(0, GRID, 0, GRID)
        column.setSpacing(GRID)
        column.addWidget(caption(_EXPLAINED))
        column.addWidget(view, 1)
        column.addWidget(self._where)
        column.addLayout(across(self._up, self._down, self._left, self._right, 1))
        self.addWidget(self._message)
        self.addWidget(self._page)

    def _connect(self) -> None:
        self._left.clicked.connect(self._on_left)
        self._right.clicked.connect(self._on_right)
        self._up.clicked.connect(self._on_up)
        self._down.clicked.connect(self._on_down)

    def _on_left(self) -> None:
        self._move(0, -1)

    def _on_right(self) -> None:
        self._move(0, 1)

    def _on_up(self) -> None:
        self._move(-1, 0)

    def _on_down(self) -> None:
        self._move(1, 0)

    def _move(self, down: int, right: int) -> None:
        """A window further, of the size that a whole one has."""
        from engine.operations.matrix import PEOPLE, TITLES

        window = self._window
        if window is not None:
            person, title = window.first_person + down * PEOPLE, window.first_title + right * TITLES
            self.moved.emit(max(0, person), max(0, title))
