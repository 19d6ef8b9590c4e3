"""Large views are built, and large data sets opened, in steps, so that no turn of the event loop is long meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop

from engine.events import Job

Result = TypeVar("Result")

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


def in_turns(job: Job[Result]) -> Result:
    """Drive a job of few short steps here and now, each in a turn of its own; keys and the mouse wait until it ends."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
        QCoreApplication.processEvents(_WITHOUT_INPUT)
