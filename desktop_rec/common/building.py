"""Large views are built in steps, so that no turn of the event loop is long while they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEventLoop

_WITHOUT_INPUT = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
_depth = 0


@contextmanager
def in_steps() -> Iterator[None]:
    """Build what is built within in steps."""
    global _depth
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1


def next_step() -> None:
    """Between two parts of a view: timers and painting get their turn, keys and the mouse wait until it is built."""
    if _depth:
        QCoreApplication.processEvents(_WITHOUT_INPUT)
