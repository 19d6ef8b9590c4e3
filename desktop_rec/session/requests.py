"""What the session asks of the window: to show a notice, and to go to a place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure, Notice, failure_of
from engine.errors import EngineError


class WindowRequests(QObject):
    """notice(Notice): show this to the person. withdrawn(str): what was offered about this no longer holds.

    place(str): go to "for_you", "data", "train", "models" or "settings".
    farewell: the person wants all that Desktop Rec stored to be removed.
    """

    notice = Signal(object)
    withdrawn = Signal(str)
    place = Signal(str)
    farewell = Signal()

    def notify(self, notice: Notice) -> None:
        self.notice.emit(notice)

    def withdraw(self, about: str) -> None:
        """What was offered no longer holds: its notice goes, if it still stands."""
        self.withdrawn.emit(about)

    def inform(self, sentence: str, remedy: str = "") -> None:
        """A notice of something that went well, or as it should."""
        self.notice.emit(Notice(sentence, remedy, kind="info"))

    def warn(self, sentence: str, remedy: str = "") -> None:
        self.notice.emit(Notice(sentence, remedy, kind="warning"))

    def report(self, failure: Failure) -> None:
        """A notice of what could not be done."""
        self.notice.emit(Notice.of(failure))

    def say_farewell(self) -> None:
        self.farewell.emit()

    def show_place(self, place: str) -> None:
        self.place.emit(place)

    def attempt(self, step: Callable[[], object]) -> bool:
        """Run a short step; a failure becomes a notice and False."""
        try:
            step()
        except (EngineError, OSError) as error:
            self.report(failure_of(error))
            return False
        return True
