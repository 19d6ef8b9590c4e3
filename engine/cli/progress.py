"""Drives a job for the command line: progress goes out as text, Ctrl-C and SIGTERM come in.

The first signal becomes Stop at the next yield, so that what was learned is saved; a second breaks off at once.
"""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TextIO, TypeVar

from engine.cli.output import format_metric
from engine.cli.program import renews_lines
from engine.events import (
    Advised,
    Counting,
    EpochEnded,
    Event,
    Job,
    LossDiverged,
    LossesMeasured,
    Progressed,
    RateChanged,
    SearchMoved,
    SearchStarted,
    StageStarted,
    StepsTaken,
    TrainingStarted,
    drive,
)
from engine.text import format_count, format_duration, format_figure, format_rate, format_size, plural, shorten

_SPARSE_S = 10.0


class ProgressReport:
    """Events as text on a stream; on a terminal the last line is renewed, until `end()` clears it."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._is_terminal = renews_lines(stream)
        self._counting = Counting(clock(), clock())
        self._sparse_at = clock()
        self._epochs = 0
        self._unit = "people"
        self._monitor = ""
        self._shown = False
        self._last_epoch = ""

    def show(self, event: Event) -> None:
        """Say what happened, now or (off a terminal) only from time to time. Within a search only its rows stay."""
        self._counting = self._counting.after(event, now_s=self._clock())
        match event:
            case StageStarted(words=words):
                self._renew(words) if self._is_terminal or self._monitor else self.line(words)
            case SearchStarted():
                self._monitor = event.monitor
                self.line(_describe_search(event))
            case SearchMoved():
                self.line(_describe_row(event, monitor=self._monitor))
            case TrainingStarted():
                self._epochs, self._unit, self._last_epoch = event.total_epochs, event.unit, ""
                self._renew(_describe_training(event)) if self._monitor else self.line(_describe_training(event))
            case Advised(all_words=words) | LossDiverged(words=words):
                self.line(words)
            case Progressed():
                self._renew(_describe_progress(event, elapsed_s=self._counting.seconds))
            case LossesMeasured():
                self._renew(_describe_sweep(event))
            case StepsTaken():
                self._renew(_describe_steps(event, epochs=self._epochs, unit=self._unit, last_epoch=self._last_epoch))
            case EpochEnded():
                self._last_epoch = _describe_monitor(event)
                words = f"Epoch {event.epoch:,} of {self._epochs:,}  {_describe_epoch(event)}"
                self._renew(words) if self._monitor else self.line(words)
            case RateChanged():
                self.line(f"The rate is {format_rate(event.lr)} from step {event.step:,} on")

    def line(self, words: str) -> None:
        self.end()
        self._write(f"{words}\n")

    def end(self) -> None:
        """Clear the renewed line."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _renew(self, words: str) -> None:
        if self._is_terminal:
            self._write(f"\r\x1b[K{shorten(words, shutil.get_terminal_size().columns - 1)}")
            self._shown = True
        elif self._clock() - self._sparse_at >= _SPARSE_S:
            self._sparse_at = self._clock()
            self.line(words)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return


def _describe_training(event: TrainingStarted) -> str:
    again = f", from step {event.first_step:,}" if event.first_step else ""
    return (
        f"Training {event.model} on {event.examples:,} {event.unit} for {plural(event.total_epochs, 'epoch')}{again} "
        f"({event.device}, {event.precision}, {event.parameters:,} parameters; run {event.run_id})"
    )


def _describe_progress(event: Progressed, *, elapsed_s: float) -> str:
    """The words, how far, how fast, and how long still, as far as that is known."""
    parts = [event.words]
    if event.total:
        parts.append(f"{min(100, 100 * event.done // event.total)} %")
    if elapsed_s > 0.5 and event.done:
        per_s = event.done / elapsed_s
        parts.append(f"{format_size(per_s)}/s" if event.unit == "bytes" else f"{format_count(per_s)} {event.unit}/s")
        if event.total and event.done < event.total:
            parts.append(f"{format_duration((event.total - event.done) / per_s)} left")
    return "  ".join(parts)


def _describe_sweep(event: LossesMeasured) -> str:
    last = f"  rate {format_rate(float(event.lrs[-1]))}  loss {event.losses[-1]:.4g}" if len(event.lrs) else ""
    return f"Trying rates  {event.steps_done:,} of {event.total_steps:,}{last}"


def _describe_steps(event: StepsTaken, *, epochs: int, unit: str, last_epoch: str) -> str:
    done = event.first_step + len(event.losses)
    parts = [
        f"Epoch {event.epoch:,} of {epochs:,}",
        f"{100 * done // max(1, event.total_steps)} %",
        f"loss {event.losses[-1]:.4g}",
        last_epoch,
        f"{format_count(event.examples_per_second)} {unit}/s",
        f"{format_duration(event.remaining_s)} left" if event.remaining_s is not None else "",
    ]
    return "  ".join(part for part in parts if part)


def _describe_epoch(event: EpochEnded) -> str:
    """The losses, the metrics, and the rate."""
    values = dict(event.validation)
    validation_loss = values.pop("loss", None)
    parts = [
        f"loss {event.training_loss:.4g}",
        f"validation loss {validation_loss:.4g}" if validation_loss is not None else "",
        *(f"{name} {format_metric(value)}" for name, value in values.items()),
        f"rate {format_rate(event.lr)}",
    ]
    return f"{'  '.join(part for part in parts if part)}{'  (best)' if event.is_best else ''}"


def _describe_monitor(event: EpochEnded) -> str:
    """The metric by which the best epoch is chosen, to stand beside the steps."""
    best = " (best)" if event.is_best else ""
    value = dict(event.validation).get(event.monitor)
    return f"loss {event.training_loss:.4g}{best}" if value is None else f"{event.monitor} {format_metric(value)}{best}"


def _describe_search(event: SearchStarted) -> str:
    again = f", {event.ended:,} of them done already" if event.ended else ""
    return f"Search {event.name}: {plural(event.runs, 'run')}{again}, compared by {event.monitor} in validation"


def _describe_row(event: SearchMoved, *, monitor: str) -> str:
    """A run of a search that begins: its settings. One that ended: its value, and how long the rest takes."""
    head = f"Run {event.place:,} of {event.runs:,}"
    if event.status == "running":
        return f"{head}: {event.settings}"
    best = " (best so far)" if event.best_place == event.place else ""
    parts = [
        f"{head}: {event.status}",
        f"{monitor} {format_figure(event.value, decimals=4)}{best}" if event.value is not None else "",
        event.note,
        format_duration(event.seconds),
        f"about {format_duration(event.remaining_s)} left" if event.remaining_s else "",
    ]
    return "  ".join(part for part in parts if part)


Result = TypeVar("Result")
Handlers = dict[int, Any]


def restore(handlers: Handlers) -> None:
    """Give signals back."""
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Driver:
    """Runs jobs one after the other. `asked_to_stop` says whether a signal came.

    One that `is_patient` breaks nothing off: torchrun passes each signal on once more, and ends what does not end.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._progress = ProgressReport(stream)
        self.asked_to_stop = self.is_patient = False

    def run(self, job: Job[Result]) -> Result:
        """The job's result. Stop passes through where the job saved nothing."""
        self._progress = ProgressReport(self._stream)
        former = self.listen()
        try:
            return drive(job, on_event=self._progress.show, should_stop=lambda: self.asked_to_stop)
        finally:
            self._progress.end()
            restore(former)

    def say(self, words: str) -> None:
        """A line beside the progress: what was decided before a job, or what the engine logs in one."""
        self._progress.line(words)

    def listen(self) -> Handlers:
        """Take the signals over (only the main thread can); what was there before is to be given back afterwards."""
        if threading.current_thread() is not threading.main_thread():
            return {}
        return {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked_to_stop and number == signal.SIGINT and not self.is_patient:
            raise KeyboardInterrupt
        self.asked_to_stop = True
