"""What can be done with a whole list: copy it, save it in several forms, print it; and which titles it may have."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QMenu, QPushButton, QToolButton, QWidget

from desktop_rec.common.controls import button, named, text_label
from desktop_rec.common.panels import Popup
from desktop_rec.common.plain import set_tip
from engine.wording import said


class ListTask(Enum):
    """An entry of the menu of a list."""

    COPY = said("Copy as text")
    CSV = said("Save as CSV…")
    JSON = said("Save as JSON…")
    HTML = said("Save as a web page…")
    LETTERBOXD = said("Save for a Letterboxd list…")
    PRINT = said("Print…")


class Restriction(Enum):
    """Where the only titles that a list may have come from."""

    FILE = said("From a file…")
    PASTED = said("Paste from the clipboard")
    SAVED = said("My saved titles")


_TIPS = {
    ListTask.COPY: said("The titles with their numbers and reasons, to paste anywhere"),
    ListTask.CSV: said("A table for spreadsheets"),
    ListTask.JSON: said("For other programs"),
    ListTask.HTML: said("A page with reasons that needs nothing else; it can be sent and printed"),
    ListTask.LETTERBOXD: said("Letterboxd takes this file where you make a new list: Import"),
    ListTask.PRINT: said("The page with reasons, on paper or as PDF"),
    Restriction.FILE: said("A text with a title a line, a table, or a list of Letterboxd or IMDb"),
    Restriction.PASTED: said("Titles that you copied elsewhere, one a line"),
    Restriction.SAVED: said("Rank only what stands in Saved"),
}


_SHAPE = "QPushButton { padding: 2px 10px; min-height: 18px; } QPushButton:focus { padding: 1px 9px; }"


class ListMenuButton(QToolButton):
    """wanted(ListTask); emptied(): take all titles off this list of one's own."""

    wanted = Signal(object)
    emptied = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "share_list", said("Share this list"), said("Copy, save or print this list"))
        self.setText("⋯")
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = _menu(self, ListTask, self.wanted.emit)
        menu.insertSeparator(menu.actions()[-1])
        menu.addSeparator()
        self._empty = menu.addAction(said("Empty this list"))
        self._empty.setObjectName("empty_list")
        set_tip(self._empty, said("Take all titles off this list; it can be undone"))
        self._empty.triggered.connect(self.emptied)
        self.allow_emptying(False)
        self.setMenu(menu)

    def allow_emptying(self, is_own: bool) -> None:
        """Whether the list that is shown is one's own and has titles."""
        self._empty.setEnabled(is_own)


class OnlyTheseButton(QPushButton):
    """wanted(Restriction)."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(said("Only these titles…"))
        named(
            self,
            "only_these",
            said("Only these titles"),
            said("Show only the titles of a list, such as a festival's programme"),
        )
        self.setStyleSheet(_SHAPE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMenu(_menu(self, Restriction, self.wanted.emit))


class MissingTitles(Popup):
    """The titles of a list that were not found; copy_wanted()."""

    copy_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("missing_titles", said("Titles that were not found"), width=420, parent=parent)
        self._heading = text_label(role="heading", wraps=True)
        self._list = named(
            QListWidget(), "missing_titles_list", said("Titles that were not found"), said("Each with the reason")
        )
        copy = button(said("Copy"), "copy_missing", said("Copy these titles"))
        for part in (self._heading, self._list):
            self.column.addWidget(part)
        self.column.addWidget(copy, 0, Qt.AlignmentFlag.AlignRight)
        copy.clicked.connect(self.copy_wanted)

    def show_titles(self, heading: str, lines: Sequence[str], under: QWidget) -> None:
        """Show them below a button."""
        self._heading.setText(heading)
        self._list.clear()
        self._list.addItems(list(lines))
        self.open_under(under, focus=self._list)


def _menu(parent: QWidget, tasks: type[ListTask] | type[Restriction], chosen: object) -> QMenu:
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setObjectName(f"{parent.objectName()}_menu")
    for task in tasks:
        action = menu.addAction(task.value)
        action.setObjectName(f"{parent.objectName()}_{task.name.lower()}")
        set_tip(action, _TIPS[task])
        action.triggered.connect(partial(_emit, chosen, task))
    return menu


def _emit(chosen: object, task: object, _checked: bool = False) -> None:
    assert callable(chosen)
    chosen(task)
