"""A job that drives another and looks on: events pass through, and a Stop that came is remembered.

Beside the verbs that are made of others. An inner job swallows the Stop, so whoever goes on afterwards asks `stopped`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from engine.events import Event, Job, Stop

Result = TypeVar("Result")


class Relay:
    """Hands an inner job's events on, looks at them, and remembers whether a Stop passed through."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.stopped = False
        self._clock = clock
        self._away_s = 0.0

    def seconds(self) -> float:
        """A clock that stands still while the driver has control: a pause costs nothing."""
        return self._clock() - self._away_s

    def of(self, job: Job[Result], look: Callable[[Event], None] = lambda event: None) -> Job[Result]:
        """The inner job's result; what it raises passes through."""
        try:
            event = next(job)
            while True:
                if event is not None:
                    look(event)
                left_s = self._clock()
                try:
                    yield event
                except Stop as stop:
                    self.stopped = True
                    self._away_s += self._clock() - left_s
                    event = job.throw(stop)
                else:
                    self._away_s += self._clock() - left_s
                    event = next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
        finally:
            job.close()

    def say(self, event: Event) -> Job[None]:
        """One event of one's own; a Stop at it is remembered."""
        try:
            yield event
        except Stop:
            self.stopped = True
