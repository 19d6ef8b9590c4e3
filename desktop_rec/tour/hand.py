"""What the tour does with the window: presses, types, waits, and takes pictures.

Everything goes through the controls a person has, found by the names that screen readers and tests use too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

from desktop_rec.window.notice_bar import NoticeBar

if TYPE_CHECKING:
    from desktop_rec.app import Launch
    from desktop_rec.session.session import Session

Part = TypeVar("Part", bound=QObject)


class TourFailed(Exception):  # noqa: N818  (reads as what happened)
    """A step did not come to its end; the sentence says which and why."""


def live_for(milliseconds: int) -> None:
    """Let the window live. Unlike QTest.qWait this leaves Python free for the thread that learns meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Hand:
    """A hand on the window of one launch. `picture` numbers its files in the order they were taken."""

    def __init__(self, app: QApplication, launch: Launch, folder: Path) -> None:
        self.app = app
        self.window = launch.window
        self.session: Session = launch.session
        self._folder = folder
        self._pictures = 0
        self._title = ""
        self._began_at = time.perf_counter()

    def begin(self, title: str, *, at: float | None = None) -> None:
        """The next step starts now, or started at a time that is said."""
        self._title, self._began_at = title, time.perf_counter() if at is None else at

    def say(self, words: str) -> None:
        """One line about the step, with how long it has taken so far."""
        print(f"{self._title:<16}{self.seconds():6.1f} s  {words}", flush=True)

    def seconds(self) -> float:
        """How long this step has taken."""
        return time.perf_counter() - self._began_at

    def find(self, kind: type[Part], name: str) -> Part:
        """The visible part of that name. Raises TourFailed where there is none."""
        for part in self.window.findChildren(kind, name):
            if not isinstance(part, QWidget) or part.isVisible():
                return part
        raise TourFailed(f"{self._title}: there is no {name!r} to see.")

    def press(self, name: str) -> None:
        """Press a button; it must be there and enabled."""
        found = self.find(QAbstractButton, name)
        if not found.isEnabled():
            raise TourFailed(f"{self._title}: the button {found.text()!r} cannot be pressed.")
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        self.settle()

    def click(self, widget: QWidget, place: QPoint) -> None:
        """Click somewhere in a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        self.settle()

    def go_to(self, place: str) -> None:
        """Turn to a place by its entry in the sidebar."""
        self.press(f"place_{place}")

    def wait(self, until: Callable[[], object], what: str, *, seconds: float = 30.0) -> None:
        """Let the window live until something is true. Raises TourFailed after so many seconds."""
        end = time.perf_counter() + seconds
        while not until():
            if time.perf_counter() > end:
                raise TourFailed(f"{self._title}: waited {seconds:.0f} s in vain for {what}. {self._window_says()}")
            live_for(20)

    def _window_says(self) -> str:
        """The job that runs and the notice that stands, for whoever asks why something did not come."""
        job, notices = self.session.jobs.state, self.window.findChildren(NoticeBar)
        running = "No job runs." if job is None else f"{job.title} runs: {job.words}"
        return " ".join([running, *(bar.notice.as_text() for bar in notices if bar.notice is not None)])

    def settle(self, milliseconds: int = 60) -> None:
        """Let the window catch up with what was done to it."""
        live_for(milliseconds)

    def picture(self, name: str, *, of: QWidget | None = None) -> None:
        """Save what the window shows, or a part of it that stands over it."""
        self.settle(150)
        self._pictures += 1
        path = self._folder / f"{self._pictures:02d}_{name}.png"
        if not (of or self.window).grab().save(str(path)):
            raise TourFailed(f"{self._title}: the picture {path} could not be written.")

    def close_window(self) -> None:
        """Close as the end of a desktop session would: nothing is asked, what runs is kept."""
        self.window.close_without_asking()
        end = time.perf_counter() + 20
        while self.window.isVisible() and time.perf_counter() < end:
            live_for(20)


def choose(box: QComboBox, key: str) -> None:
    """Pick an entry of a combo box by what it stands for, with the arrow keys."""
    box.setFocus()
    way = Qt.Key.Key_Down if box.findData(key) > box.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(box.findData(key) - box.currentIndex())):
        QTest.keyClick(box, way)
