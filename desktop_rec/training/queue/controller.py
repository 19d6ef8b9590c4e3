"""Runs that wait for the one that learns: added, reordered, removed, and started one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.jobs import Jobs
from desktop_rec.training.controller import TrainingController
from desktop_rec.training.text import describe_end
from engine.models.naming import run_title
from engine.text import format_rate

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.training.plan import TrainingPlan

_MOST_ENDED = 8


@dataclass(frozen=True)
class QueuedRun:
    """A plan that waits, with the data set it was made for."""

    number: int
    plan: TrainingPlan
    dataset: Dataset
    title: str


@dataclass(frozen=True)
class EndedRun:
    """A run of the queue that is over; `words` say how it went."""

    title: str
    words: str
    is_good: bool


class RunQueue(QObject):
    """`waiting` runs in their order, and those that `ended` since the queue was last empty. `changed`: either is other.

    It lasts as long as the window does. A run that fails or is stopped does not end the rest.
    """

    changed = Signal()

    def __init__(self, training: TrainingController, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.waiting: tuple[QueuedRun, ...] = ()
        self.ended: tuple[EndedRun, ...] = ()
        self._training, self._jobs = training, jobs
        self._numbers = count(1)
        self._is_held = False
        training.ended.connect(self._on_ended)
        jobs.idle.connect(self.start_next)

    def add(self, plan: TrainingPlan) -> None:
        """Let a plan wait for its turn; where nothing runs, that is now."""
        dataset = self._training.dataset.current
        if dataset is None:
            return
        if not self.waiting:
            self.ended = ()
        self.waiting += (QueuedRun(next(self._numbers), plan, dataset, plan_title(plan)),)
        self.changed.emit()
        self.start_next()

    def remove(self, number: int) -> None:
        """Take a run out."""
        self._set(tuple(run for run in self.waiting if run.number != number))

    def move(self, number: int, by: int) -> None:
        """Let a run be started earlier (by -1) or later (by 1)."""
        place = next((place for place, run in enumerate(self.waiting) if run.number == number), None)
        if place is None or not 0 <= place + by < len(self.waiting):
            return
        runs = list(self.waiting)
        runs.insert(place + by, runs.pop(place))
        self._set(tuple(runs))

    def clear(self) -> None:
        """Let none wait any more, and forget those that ended."""
        self.ended = ()
        self._set(())

    def hold(self) -> None:
        """Start no more: the window closes."""
        self._is_held = True

    def start_next(self) -> None:
        """Start the first of them, unless something runs."""
        if self._is_held or not self.waiting or self._jobs.state is not None or not self._jobs.is_idle:
            return
        first, *others = self.waiting
        if self._training.train(first.plan, dataset=first.dataset):
            self._set(tuple(others))

    def _set(self, waiting: tuple[QueuedRun, ...]) -> None:
        if waiting != self.waiting or not waiting:
            self.waiting = waiting
            self.changed.emit()

    def _on_ended(self) -> None:
        """Remember how a run ended while others wait, or after others of the queue."""
        if not (self.waiting or self.ended):
            return
        title, words, is_good = describe_end(self._training.state)
        self.ended = (*self.ended, EndedRun(title, words, is_good))[-_MOST_ENDED:]
        self.changed.emit()


def plan_title(plan: TrainingPlan) -> str:
    """What a plan is called while it waits."""
    training = plan.training
    epochs = training.epochs if training is not None else None
    title = run_title(f"{plan.model} 1", plan.model, plan.model_config.as_dict(), epochs=epochs)
    if training is None:
        return title
    return f"{title}, {f'rate {format_rate(training.lr)}' if training.lr is not None else 'rate to be found'}"
