"""Drives a verb's job for the command line: progress out, Ctrl-C and SIGTERM in.

The first signal sets a flag that becomes Stop at the next yield, so that what was learned is kept; a second Ctrl-C
breaks off at once.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import TextIO, TypeVar

from engine.commands.progress import ProgressReport
from engine.events import Job, drive

Result = TypeVar("Result")


class Driver:
    """Runs jobs one after the other. `asked_to_stop` says whether a signal came."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.asked_to_stop = False

    def run(self, job: Job[Result]) -> Result:
        """The job's result. Stop passes through where the job kept nothing."""
        progress = ProgressReport(self._stream)
        former = self._listen()
        try:
            return drive(job, on_event=progress.tell, should_stop=self._should_stop)
        finally:
            progress.end()
            for number, handler in former.items():
                signal.signal(number, handler)

    def say(self, words: str) -> None:
        """A line beside the progress: what was decided before a job."""
        print(words, file=self._stream, flush=True)

    def _should_stop(self) -> bool:
        return self.asked_to_stop

    def _listen(self) -> dict[int, signal._HANDLER]:
        """Take the signals over (only the main thread can); what was there before is given back afterwards."""
        if threading.current_thread() is not threading.main_thread():
            return {}
        return {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked_to_stop and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked_to_stop = True
