"""The menu bar that macOS shows at the top of the screen; elsewhere everything in it has a button or a key already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenuBar


@dataclass(frozen=True)
class MenuEntry:
    """A line of a menu; its keys are the window's own, which the menu only shows and takes over."""

    words: str
    keys: str
    do: Callable[[], object]


def make_menu_bar(window: QMainWindow, menus: Sequence[tuple[str, Sequence[MenuEntry]]]) -> QMenuBar:
    """A menu bar with these menus, set as the window's."""
    bar = QMenuBar(window)
    bar.setObjectName("menu_bar")
    bar.setAccessibleName("Menus")
    for title, entries in menus:
        menu = bar.addMenu(title)
        for entry in entries:
            action = QAction(entry.words, menu)
            action.setShortcut(QKeySequence(entry.keys))
            action.triggered.connect(lambda _checked=False, do=entry.do: do())
            menu.addAction(action)
    window.setMenuBar(bar)
    return bar
