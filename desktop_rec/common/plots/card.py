"""A plot with a head line: what it shows, a read-out of the place under the pointer, and the table behind it.

The table is for those who cannot see the curve, and for those who want the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import number_label, text_label
from desktop_rec.common.plain import set_tip
from desktop_rec.common.plots.canvas import Repainter
from desktop_rec.theme.theme import number_font, set_role

_FILL_EVERY_MS = 1000
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Table:
    """The numbers behind a plot, as texts: one heading a column, one tuple a row. has_titles: in the first column."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    has_titles: bool = False

    def as_text(self) -> str:
        """Tab-separated lines, as a spreadsheet takes them."""
        return "\n".join("\t".join(row) for row in (self.headings, *self.rows))


class PlotTable(QAbstractTableModel):
    """A Table as Qt shows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = Table((), ())

    def show_table(self, table: Table) -> None:
        """Take the place of what was shown."""
        self.beginResetModel()
        self._table = table
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._table.headings)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._table.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._table.headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and self._table.has_titles:
            return self._alignment(section)
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        is_title = column == 0 and self._table.has_titles
        side = Qt.AlignmentFlag.AlignLeft if is_title else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter


class PlotCard(QFrame):
    """The frame around a plot. `make_table` is asked for the numbers whenever the table is looked at or copied."""

    def __init__(self, name: str, title: str, plot: QWidget, make_table: Callable[[], Table]) -> None:
        super().__init__()
        self.setObjectName(f"{name}_card")
        self._name, self._plot, self._make_table = name, plot, make_table
        self._build(title)
        self._connect()

    def show_title(self, title: str) -> None:
        """What the plot shows, in words."""
        self._title.setText(title)
        set_tip(self._title, title)

    def show_reading(self, words: str) -> None:
        """The read-out of the place under the pointer; empty when there is none."""
        if self._reading.text() != words:
            self._reading.setText(words)

    def refresh_table(self) -> None:
        """The numbers changed: fill the table anew, at most once a second and only while it is looked at."""
        if self._stack.currentWidget() is self._view:
            self._filling.mark()

    def fit_to(self, height: int) -> None:
        """Be as high as a plot of so many pixels needs, no matter how high a table likes to be."""
        self._stack.setFixedHeight(height)

    def show_plot(self) -> None:
        """Back from the table to the curve."""
        self._table_button.setChecked(False)

    def add_action(self, name: str, words: str, call: Callable[[], None]) -> None:
        """One more thing the context menu of the plot offers."""
        action = QAction(words, self)
        action.setObjectName(f"{self._name}_{name}")
        action.triggered.connect(call)
        self._plot.addAction(action)

    def _build(self, title: str) -> None:
        set_role(self, "card")
        self._title = text_label(title, role="weak", wraps=True)
        self._reading = number_label(f"{self._name}_reading")
        self._reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._reading.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._table_button = _table_button(self._name, checkable=True, words="Table", tip="Show the numbers as a table")
        self._copy_button = _table_button(self._name, checkable=False, words="Copy", tip="Copy the table")
        self._copy_button.hide()
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.addWidget(self._title, 3)
        head.addWidget(self._reading, 2)
        head.addWidget(self._copy_button)
        head.addWidget(self._table_button)
        self._model, self._view = PlotTable(self), QTableView()
        self._view.setModel(self._model)
        self._view.setObjectName(f"{self._name}_table")
        self._view.setAccessibleName(f"{title}: the numbers")
        self._view.verticalHeader().hide()
        self._view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._view.setShowGrid(False)
        self._view.setFont(number_font(self.font()))
        self._filling = Repainter(self._view, self._fill, interval_ms=_FILL_EVERY_MS)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._plot)
        self._stack.addWidget(self._view)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 6, 8, 8)
        whole.setSpacing(2)
        whole.addLayout(head)
        whole.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._plot.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.add_action("show_table", "Show as table", self._table_button.click)
        self.add_action("copy_table", "Copy as table", self.copy_table)
        self._table_button.toggled.connect(self._turn)
        self._copy_button.clicked.connect(self.copy_table)

    def _turn(self, to_table: bool) -> None:
        self._stack.setCurrentWidget(self._view if to_table else self._plot)
        self._copy_button.setVisible(to_table)
        self._table_button.setText("Plot" if to_table else "Table")
        set_tip(self._table_button, "Show the curve" if to_table else "Show the numbers as a table")
        if to_table:
            self._fill()

    def _fill(self) -> None:
        self._model.show_table(self._make_table())

    def copy_table(self) -> None:
        """Put the numbers on the clipboard, tab-separated."""
        QGuiApplication.clipboard().setText(self._make_table().as_text())


def _table_button(name: str, *, checkable: bool, words: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(f"{name}_{words.lower()}_button")
    button.setText(words)
    button.setAccessibleName(tip)
    set_tip(button, tip)
    button.setCheckable(checkable)
    return button
