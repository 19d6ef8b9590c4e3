"""The middle of For you: the list, the map and the person's taste, one at a time, and the buttons that turn to each."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import arranged, button
from desktop_rec.theme.theme import GRID
from engine.wording import said

_SHAPE = (
    "QPushButton { padding: 2px 12px; min-height: 18px; border-radius: 0; } QPushButton:focus { padding: 1px 11px; }"
)


class Middle(Enum):
    """What the middle may show."""

    LIST = "list"
    MAP = "map"
    TASTE = "taste"


_WORDS = {
    Middle.LIST: (said("List"), said("What to watch next")),
    Middle.MAP: (said("Map"), said("All titles, those that please the same people beside each other")),
    Middle.TASTE: (
        said("My taste"),
        said("Your taste beside everybody's, how your ratings are read, and earlier lists"),
    ),
}


class MiddlePages(QWidget):
    """turned(Middle): the person turned to a page. The pages but the list are put in when they are wanted first.

    The `tools` of the list stand at the right end of the row of buttons while the list is shown.
    """

    turned = Signal(object)

    def __init__(self, listing: QWidget, tools: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: dict[Middle, QWidget] = {}
        self._tools = tools
        self._build()
        self.put(Middle.LIST, listing)
        self.turn_to(Middle.LIST)

    @property
    def current(self) -> Middle:
        return next(page for page, made in self._buttons.items() if made.isChecked())

    def put(self, page: Middle, widget: QWidget) -> None:
        """Have a page."""
        self._pages[page] = widget
        self._stack.addWidget(widget)

    def turn_to(self, page: Middle) -> None:
        """Show a page, which is told before, so that it can be put in."""
        self._buttons[page].setChecked(True)
        self.turned.emit(page)
        self._stack.setCurrentWidget(self._pages.get(page, self._pages[Middle.LIST]))
        self._tools.setVisible(page is Middle.LIST)

    def _build(self) -> None:
        self._group = QButtonGroup(self)
        self._buttons: dict[Middle, QPushButton] = {}
        row = QHBoxLayout()
        for page, (words, tip) in _WORDS.items():
            made = button(words, f"middle_{page.value}", tip)
            made.setCheckable(True)
            made.setStyleSheet(_SHAPE)
            made.setCursor(Qt.CursorShape.PointingHandCursor)
            made.clicked.connect(self._on_clicked)
            self._group.addButton(made)
            self._buttons[page] = made
            row.addWidget(made)
        arranged(row, 1, self._tools, gap=0, margins=(2 * GRID, GRID, GRID, 0))
        self._stack = QStackedWidget()
        arranged(QVBoxLayout(self), row, self._stack, gap=0).setStretchFactor(self._stack, 1)

    def _on_clicked(self) -> None:
        self.turn_to(self.current)
