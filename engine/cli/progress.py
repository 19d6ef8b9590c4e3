"""Drives a verb's job for the command line: progress out, Ctrl-C and SIGTERM in.

The first signal sets a flag that becomes Stop at the next yield, so that what was learned is kept; a second Ctrl-C
breaks off at once.
"""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TextIO, TypeVar

from engine.cli.output import duration, figure, rate, shortened
from engine.events import (
    Advised,
    EpochEnded,
    Event,
    Job,
    LossDiverged,
    LossesMeasured,
    Progressed,
    SearchMoved,
    SearchStarted,
    StageStarted,
    StepsTaken,
    TrainingStarted,
    drive,
)

_SPARSE_S = 10.0


class ProgressReport:
    """Folds events into words on a stream. Call `end()` when the job is over, so that the line is cleared."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._is_terminal = stream.isatty()
        self._stage_at = clock()
        self._sparse_at = clock()
        self._epochs = 0
        self._unit = "people"
        self._monitor = ""
        self._shown = False
        self._last_epoch = ""

    def tell(self, event: Event) -> None:
        """Say what happened, now or (off a terminal) only from time to time."""
        match event:
            case StageStarted(words=words):
                self._stage_at = self._clock()
                self._renewed(words) if self._is_terminal or self._monitor else self._line(words)
            case SearchStarted():
                self._monitor = event.monitor
                self._line(_search_words(event))
            case SearchMoved():
                self._line(_row_words(event, monitor=self._monitor))
            case TrainingStarted():
                self._epochs, self._unit, self._last_epoch = event.total_epochs, event.unit, ""
                self._renewed(_started_words(event)) if self._monitor else self._line(_started_words(event))
            case Advised(words=words) | LossDiverged(words=words):
                self._line(words)
            case Progressed():
                self._renewed(_progress_words(event, elapsed_s=self._clock() - self._stage_at))
            case LossesMeasured():
                self._renewed(_sweep_words(event))
            case StepsTaken():
                self._renewed(_step_words(event, epochs=self._epochs, unit=self._unit, last_epoch=self._last_epoch))
            case EpochEnded():
                self._last_epoch = _epoch_words(event)
                self._renewed(f"Epoch {event.epoch:,} of {self._epochs:,}  {self._last_epoch}")

    def end(self) -> None:
        """Clear the renewed line."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _renewed(self, words: str) -> None:
        if self._is_terminal:
            self._write(f"\r\x1b[K{shortened(words, shutil.get_terminal_size().columns - 1)}")
            self._shown = True
        elif self._clock() - self._sparse_at >= _SPARSE_S:
            self._sparse_at = self._clock()
            self._line(words)

    def _line(self, words: str) -> None:
        self.end()
        self._write(f"{words}\n")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return


def _started_words(event: TrainingStarted) -> str:
    again = f", from step {event.first_step:,}" if event.first_step else ""
    epochs = "1 epoch" if event.total_epochs == 1 else f"{event.total_epochs:,} epochs"
    return (
        f"Training {event.model} on {event.examples:,} {event.unit} for {epochs}{again} "
        f"({event.device}, {event.precision}, {event.parameters:,} parameters; run {event.run_id})"
    )


def _progress_words(event: Progressed, *, elapsed_s: float) -> str:
    """The words, how far, how fast, and how long still, as far as that is known."""
    parts = [event.words]
    if event.total:
        parts.append(f"{min(100, 100 * event.done // event.total)} %")
    if elapsed_s > 0.5 and event.done:
        per_s = event.done / elapsed_s
        parts.append(f"{per_s / 2**20:,.1f} MiB/s" if event.unit == "bytes" else f"{per_s:,.0f} {event.unit}/s")
        if event.total and event.done < event.total:
            parts.append(f"{duration((event.total - event.done) / per_s)} left")
    return "  ".join(parts)


def _sweep_words(event: LossesMeasured) -> str:
    last = f"  rate {rate(float(event.lrs[-1]))}  loss {event.smoothed[-1]:.4g}" if len(event.lrs) else ""
    return f"Trying rates  {event.steps_done:,} of {event.total_steps:,}{last}"


def _step_words(event: StepsTaken, *, epochs: int, unit: str, last_epoch: str) -> str:
    done = event.first_step + len(event.losses)
    parts = [
        f"Epoch {event.epoch:,} of {epochs:,}",
        f"{100 * done // max(1, event.total_steps)} %",
        f"loss {event.losses[-1]:.4g}",
        last_epoch,
        f"{event.examples_per_second:,.0f} {unit}/s",
        f"{duration(event.remaining_s)} left" if event.remaining_s is not None else "",
    ]
    return "  ".join(part for part in parts if part)


def _search_words(event: SearchStarted) -> str:
    again = f", {event.ended:,} of them done already" if event.ended else ""
    return f"Search {event.name}: {event.runs:,} runs{again}, compared by {event.monitor} in validation"


def _row_words(event: SearchMoved, *, monitor: str) -> str:
    """A run of a search that begins: its settings. One that ended: what it is worth, and how long the rest takes."""
    head = f"Run {event.place:,} of {event.runs:,}"
    if event.status == "running":
        return f"{head}: {event.settings}"
    best = " (best so far)" if event.best_place == event.place else ""
    parts = [
        f"{head}: {event.status}",
        f"{monitor} {figure(event.value, digits=4)}{best}" if event.value is not None else "",
        event.note,
        f"{duration(event.seconds)}",
        f"about {duration(event.remaining_s)} left" if event.remaining_s else "",
    ]
    return "  ".join(part for part in parts if part)


def _epoch_words(event: EpochEnded) -> str:
    values = [f"{name} {figure(value)}" for name, value in event.validation] or [f"loss {event.training_loss:.4g}"]
    return f"{', '.join(values)}{' (best)' if event.is_best else ''}"


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
