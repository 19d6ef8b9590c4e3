"""What is drawn of a run: arrays of its steps, its epochs, and where they lie on the axis that a person chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_rec.training.live.choices import Across
from engine.events import EpochEnded

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LiveRun:
    """Per step its number (from 1), the seconds until then, loss, rate, gradient norm and parts: of equal length.

    Views of growing arrays are fine. A resumed run has epochs from before its first step. rate_changes: steps from
    which a person had another rate, and that rate.
    """

    steps: Float64
    seconds: Float64
    losses: Float64
    lrs: Float64
    norms: Float64
    parts: Mapping[str, Float64]
    epochs: Sequence[EpochEnded]
    total_steps: int
    steps_per_epoch: int
    monitor: str
    model: str = ""
    rate_changes: Sequence[tuple[int, float]] = ()

    @property
    def best(self) -> EpochEnded | None:
        """The best epoch so far."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.is_best), None)

    @property
    def last_step(self) -> float:
        """The number of the newest step."""
        if len(self.steps):
            return float(self.steps[-1])
        return float(self.epochs[-1].step) if self.epochs else 0.0

    def across(self, steps_N: npt.ArrayLike, kind: Across) -> Float64:
        """Where steps lie on an axis: as they are, as shares of epochs, or in seconds."""
        steps = np.asarray(steps_N, dtype=np.float64)
        if kind == "epochs":
            return steps / max(1, self.steps_per_epoch)
        if kind == "time":
            return self.seconds if steps_N is self.steps else self._seconds_at(steps)
        return steps

    def end_of(self, kind: Across) -> float | None:
        """Where the run will end on an axis; None where nobody can know."""
        return None if kind == "time" else float(self.across(np.array([self.total_steps]), kind)[0])

    def step_at(self, x: float, kind: Across) -> float:
        """The step at a place of an axis."""
        if kind == "epochs":
            return x * max(1, self.steps_per_epoch)
        if kind == "time" and len(self.steps):
            return float(np.interp(x, self.seconds, self.steps))
        return x

    def epoch_of(self, step: float) -> int:
        """The number of the epoch that a step belongs to."""
        return max(1, -int(-step // max(1, self.steps_per_epoch)))

    def seconds_at(self, step: float) -> float:
        """How long the run had learned at a step."""
        return float(self._seconds_at(np.array([step]))[0])

    def _seconds_at(self, steps: Float64) -> Float64:
        """Seconds at steps; of what was learned before a run was resumed, its epochs know."""
        before = [epoch for epoch in self.epochs if not len(self.steps) or epoch.step < self.steps[0]]
        known_steps = np.concatenate(([0.0], [epoch.step for epoch in before], self.steps))
        known_seconds = np.concatenate(([0.0], [epoch.seconds for epoch in before], self.seconds))
        return np.interp(steps, known_steps, known_seconds)


@dataclass(frozen=True)
class EarlierRun:
    """A stored run, drawn behind: its epochs and how long it took in all. `place` gives its colour."""

    run_id: str
    title: str
    model: str
    epochs: tuple[EpochEnded, ...]
    seconds: float
    place: int = 0

    def across(self, kind: Across) -> Float64:
        """Where its epochs lie on an axis. Of an old run only its whole time is known: it is spread evenly."""
        steps = np.array([epoch.step for epoch in self.epochs], dtype=np.float64)
        if kind == "epochs":
            return np.array([epoch.epoch for epoch in self.epochs], dtype=np.float64)
        if kind == "time" and len(steps):
            seconds = np.array([epoch.seconds for epoch in self.epochs], dtype=np.float64)
            return seconds if seconds[-1] > 0 else steps / steps[-1] * self.seconds
        return steps


@dataclass(frozen=True)
class EarlierEntry:
    """A run that may stand behind the curves."""

    run_id: str
    title: str
    is_shown: bool
