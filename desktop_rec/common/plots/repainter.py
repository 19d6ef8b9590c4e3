"""When to draw: at most so often, only what can be seen, and once for all that happened while nobody looked.

Drawing is on the thread that answers the person, and takes turns with a model that learns. So what moves by itself
while a job runs takes three hundredths of the time at most: where a machine draws slowly, it is drawn more seldom.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

INTERVAL_MS, MOST_MS = 100, 1000
SHARE = 0.03


class Repainter(QObject):
    """Calls `draw` for a widget. What happened while nobody looked is drawn once, when it is shown again.

    `by_itself`: it moves while nobody does anything.
    """

    def __init__(
        self, widget: QWidget, draw: Callable[[], None], *, interval_ms: int = INTERVAL_MS, by_itself: bool = False
    ) -> None:
        super().__init__(widget)
        self._interval_ms, self._by_itself = interval_ms, by_itself
        self._widget, self._draw = widget, draw
        self._dirty = False
        self._drawn_at = self._took_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.draw_now)
        widget.installEventFilter(self)

    def mark(self, *, hurried: bool = False) -> None:
        """Something changed: draw soon. `hurried`: a person did it, so that the share of the time does not count."""
        self._dirty = True
        if (hurried or not self._timer.isActive()) and self._widget.isVisible():
            since_ms = (time.monotonic() - self._drawn_at) * 1000
            wait_ms = self._interval_ms if hurried else self.wait_ms
            self._timer.start(max(0, round(wait_ms - since_ms)))

    @property
    def is_due(self) -> bool:
        """Whether something changed that is not drawn yet."""
        return self._dirty

    @property
    def wait_ms(self) -> float:
        """How long nothing is drawn after it was drawn."""
        least_ms = min(MOST_MS, 1000 * self._took_s / SHARE) if self._by_itself else 0.0
        return max(self._interval_ms, least_ms)

    def took(self, seconds: float) -> None:
        """What was drawn last took so much beside `draw` itself: to be painted, or in parts that were drawn later."""
        self._took_s += seconds

    def draw_now(self) -> None:
        """Draw what is due, if it can be seen."""
        if self._dirty and self._widget.isVisible() and not self._widget.window().isMinimized():
            self._dirty = False
            self._drawn_at, self._took_s = time.monotonic(), 0.0
            self._draw()
            self._took_s += time.monotonic() - self._drawn_at

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self._dirty:
            self.mark()
        return False
