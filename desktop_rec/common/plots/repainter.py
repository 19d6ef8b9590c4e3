"""When to draw: at most so often, only what can be seen, and once for all that happened while nobody looked."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

INTERVAL_MS = 100


class Repainter(QObject):
    """Calls `draw` for a widget. What happened while nobody looked is drawn once, when it is shown again."""

    def __init__(self, widget: QWidget, draw: Callable[[], None], *, interval_ms: int = INTERVAL_MS) -> None:
        super().__init__(widget)
        self._interval_ms = interval_ms
        self._widget, self._draw = widget, draw
        self._dirty = False
        self._drawn_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.draw_now)
        widget.installEventFilter(self)

    def mark(self) -> None:
        """Something changed: draw soon."""
        self._dirty = True
        if not self._timer.isActive() and self._widget.isVisible():
            since_ms = (time.monotonic() - self._drawn_at) * 1000
            self._timer.start(max(0, round(self._interval_ms - since_ms)))

    def draw_now(self) -> None:
        """Draw what is due, if it can be seen."""
        if self._dirty and self._widget.isVisible() and not self._widget.window().isMinimized():
            self._dirty = False
            self._drawn_at = time.monotonic()
            self._draw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self._dirty:
            self.mark()
        return False
