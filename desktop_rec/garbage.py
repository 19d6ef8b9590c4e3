"""Python's collector, kept on the GUI thread and out of the way.

Beside the street. The collector must not free widgets on a job's thread, and a full collection costs 130 ms once torch
is loaded; so it is switched off, what start-up made is frozen, and a timer collects the rest in small portions.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000
_YOUNG, _MIDDLE = 400, 20


class GarbageTimer(QObject):
    """Collects on the thread that owns it, about 0.3 ms a second."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def freeze(self) -> None:
        """Start-up is over: collect all of it once and never look at what is left again."""
        gc.collect()
        gc.freeze()

    def collect(self) -> None:
        """Collect what is due: the youngest generation mostly, the middle one now and then."""
        young, middle, _ = gc.get_count()
        if middle > _MIDDLE:
            gc.collect(1)
        elif young > _YOUNG:
            gc.collect(0)

    def stop(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.enable()
