"""A plot with a head line: what it shows, a read-out of the place under the pointer, the table behind it, and Save.

The table is for those who cannot see the curve, and for those who want the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common import questions
from desktop_rec.common.controls import number_label, text_label
from desktop_rec.common.plain import set_tip
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.common.plots.saving import Numbers, save_drawing, save_numbers, save_picture
from desktop_rec.theme.theme import number_font, set_role
from engine.errors import EngineError

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
    """The frame around a plot. `make_table` is asked for the numbers whenever the table is looked at or copied.

    make_numbers: what is saved as CSV where that is more than the table, or more exact. A long read-out has a line of
    its own below the head (`reads_below`).
    """

    def __init__(
        self,
        name: str,
        title: str,
        plot: QWidget,
        make_table: Callable[[], Table],
        *,
        make_numbers: Callable[[], Numbers] | None = None,
        reads_below: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName(f"{name}_card")
        self._name, self._plot, self._make_table = name, plot, make_table
        self._make_numbers, self._reads_below = make_numbers or self._table_as_numbers, reads_below
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

    def add_action(self, name: str, words: str, call: Callable[[], None]) -> QAction:
        """One more thing the context menu of the plot offers."""
        action = QAction(words, self)
        action.setObjectName(f"{self._name}_{name}")
        action.triggered.connect(call)
        self._plot.addAction(action)
        return action

    def _build(self, title: str) -> None:
        set_role(self, "card")
        self._title = text_label(title, role="weak", wraps=True)
        self._reading = number_label(f"{self._name}_reading")
        self._reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._reading.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._table_button = _table_button(self._name, checkable=True, words="Table", tip="Show the numbers as a table")
        self._copy_button = _table_button(self._name, checkable=False, words="Copy", tip="Copy the table")
        self._copy_button.hide()
        self._save_button = _table_button(self._name, checkable=False, words="Save", tip="Save the plot or its numbers")
        self._save_menu = QMenu(self)
        self._save_menu.setObjectName(f"{self._name}_save_menu")
        self._save_button.setMenu(self._save_menu)
        self._save_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.addWidget(self._title, 3)
        if not self._reads_below:
            head.addWidget(self._reading, 2)
        for part in (self._copy_button, self._table_button, self._save_button):
            head.addWidget(part)
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
        if self._reads_below:
            whole.addWidget(self._reading)
            self._reading.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self._reading.setContentsMargins(8, 0, 0, 0)
        whole.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._plot.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.add_action("show_table", "Show as table", self._table_button.click)
        self.add_action("copy_table", "Copy as table", self.copy_table)
        for name, words, save in (
            ("save_png", "Save as picture (PNG)…", self._save_picture),
            ("save_svg", "Save as drawing (SVG)…", self._save_drawing),
            ("save_csv", "Save the numbers (CSV)…", self._save_numbers),
        ):
            self._save_menu.addAction(self.add_action(name, words, save))
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

    def _save_picture(self) -> None:
        self.show_plot()
        self._save("Save as picture", "PNG pictures (*.png)", ".png", partial(save_picture, self._plot))

    def _save_drawing(self) -> None:
        self.show_plot()
        drawing = partial(save_drawing, self._plot, title=self._title.text())
        self._save("Save as drawing", "SVG drawings (*.svg)", ".svg", drawing)

    def _save_numbers(self) -> None:
        save = partial(save_numbers, self._make_numbers())
        self._save("Save the numbers", "CSV files (*.csv)", ".csv", save)

    def _save(self, title: str, kinds: str, ending: str, save: Callable[[Path], None]) -> None:
        """Ask where, save, and say in the read-out how that went."""
        path = questions.ask_where_to_save_plot(self, title, f"{self._name.replace('_', ' ')}{ending}", kinds, ending)
        if path is None:
            return
        try:
            save(path)
        except EngineError as error:
            self.show_reading(str(error))
        else:
            self.show_reading(f"Saved as {path}")

    def _table_as_numbers(self) -> Numbers:
        table = self._make_table()
        return Numbers(table.headings, table.rows)


def _table_button(name: str, *, checkable: bool, words: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(f"{name}_{words.lower()}_button")
    button.setText(words)
    button.setAccessibleName(tip)
    set_tip(button, tip)
    button.setCheckable(checkable)
    return button
