"""Files that arrive from outside while the window is open: from a later start, or from the system (macOS).

One lot of files is shown at a time; what arrives while another is being looked at, imported or reviewed waits for its
turn, and nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QWidget

from engine.text import join_words, plural

_MOST_NAMES = 3


class Arrivals(QObject):
    """Takes lots of files and shows them through `show_files`, the next as soon as `is_free` says that it may be.

    `inform` says what waits. Ask `look` when something has ended. Once `is_closing`, nothing is taken any more.
    """

    def __init__(
        self,
        window: QWidget,
        *,
        is_free: Callable[[], bool],
        show_files: Callable[[list[Path]], None],
        inform: Callable[[str], None],
        is_closing: Callable[[], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._is_free, self._show_files, self._inform = window, is_free, show_files, inform
        self._is_closing = is_closing
        self._waiting: list[list[Path]] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._show_next)

    @property
    def waiting(self) -> tuple[Path, ...]:
        """The files that are still to be shown."""
        return tuple(path for lot in self._waiting for path in lot)

    def take(self, files: list[Path]) -> bool:
        """Take files and come to the front; False while a question stands in front of the window, or it closes."""
        if self._is_closing():
            return False
        bring_to_front(self._window)
        if QApplication.activeModalWidget() is not None:
            return False
        if files:
            self._waiting.append(files)
            self.look()
            if not self._soon.isActive():
                self._inform(f"{_names(self.waiting)} will be shown after this.")
        return True

    def look(self) -> None:
        """Show what waits, if it may be shown now; not before whoever called is done."""
        if self._waiting and self._is_free():
            self._soon.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """macOS says by an event which file is to be opened."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._waiting.append([Path(event.file())])
            self.look()
            return True
        return False

    def _show_next(self) -> None:
        if self._waiting and self._is_free():
            self._show_files(self._waiting.pop(0))


def bring_to_front(window: QWidget) -> None:
    """Show a window before others, also where it was minimised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


def _names(files: tuple[Path, ...]) -> str:
    """ "a.csv, b.csv, c.csv and 4 more files"."""
    names, more = [path.name for path in files[:_MOST_NAMES]], len(files) - _MOST_NAMES
    return join_words([*names, plural(more, "more file")] if more > 0 else names)
