"""Shows several plots one after the other, each in a turn of the event loop of its own.

A part of widgets: making a plot takes longer than a frame, and several at once would be felt.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_BREATH_MS = 8
"""Between two of them the window takes in what the person does."""


class OneByOne(QObject):
    """Calls `show` with 0, 1, 2 ... Beginning again forgets what was left to show."""

    def __init__(self, show: Callable[[int], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._place = self._count = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BREATH_MS)
        self._timer.timeout.connect(self._on_turn)

    @property
    def is_busy(self) -> bool:
        """Whether something is left to show."""
        return self._timer.isActive()

    def begin(self, count: int) -> None:
        """Show so many, the first in the next turn."""
        self._place, self._count = 0, count
        self._go_on()

    def _on_turn(self) -> None:
        place, self._place = self._place, self._place + 1
        self._show(place)
        self._go_on()

    def _go_on(self) -> None:
        if self._place < self._count:
            self._timer.start()
        else:
            self._timer.stop()
