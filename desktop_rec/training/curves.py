"""What a sweep or a training run has shown so far: engine events folded into states that views draw.

Plain Python and numpy, no Qt: a test feeds events in and looks. States are mutable and belong to a controller; a view
reads them when the controller says that they changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.events import (
    Advised,
    EpochEnded,
    Event,
    LossDiverged,
    LossesMeasured,
    Progressed,
    RateChanged,
    RateTaken,
    StageStarted,
    StepsTaken,
    TrainingStarted,
)

if TYPE_CHECKING:
    from desktop_rec.common.notices import Failure
    from engine.operations import FinishedRun
    from engine.training.rate_sweep import RateSweep

Float64 = npt.NDArray[np.float64]
_NOTHING: Float64 = np.empty(0)


class GrowingSeries:
    """Numbers that only ever get more; `values` is a view without a copy."""

    def __init__(self) -> None:
        self._buffer: Float64 = np.empty(1024, dtype=np.float64)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> Float64:
        return self._buffer[: self._length]

    def extend(self, more: npt.NDArray[Any]) -> None:
        needed = self._length + len(more)
        if needed > len(self._buffer):
            grown: Float64 = np.empty(max(needed, 2 * len(self._buffer)), dtype=np.float64)
            grown[: self._length] = self.values
            self._buffer = grown
        self._buffer[self._length : needed] = more
        self._length = needed


@dataclass
class SweepState:
    """A learning-rate sweep: points so far, and its result (`sweep`) or `failure` once `running` is False."""

    model: str = ""
    running: bool = False
    lrs: GrowingSeries = field(default_factory=GrowingSeries)
    losses: GrowingSeries = field(default_factory=GrowingSeries)
    steps_done: int = 0
    total_steps: int = 0
    sweep: RateSweep | None = None
    failure: Failure | None = None

    def fold(self, event: Event) -> None:
        if isinstance(event, LossesMeasured):
            self.lrs.extend(event.lrs)
            self.losses.extend(event.losses)
            self.steps_done, self.total_steps = event.steps_done, event.total_steps


@dataclass
class StageLine:
    """One stage of a job that has no curves. `share` is 0..1, None where nobody can know."""

    words: str
    share: float | None = None
    done: bool = False
    stage: str = ""


@dataclass
class TrainingState:
    """A training run: curves, epochs, stages and, once `running` is False, `finished`, `failure` or `discarded`.

    steps (numbered from 1), seconds, losses, lrs, norms and parts are of equal length: one point per optimizer step. A
    closed-form model has only stages.
    """

    model: str = ""
    running: bool = False
    sweep: SweepState = field(default_factory=SweepState)
    """The learning-rate sweep that ran first, where the rate was left to be found, and what was `taken` from it."""
    taken: RateTaken | None = None
    started: TrainingStarted | None = None
    stages: list[StageLine] = field(default_factory=list)
    steps: GrowingSeries = field(default_factory=GrowingSeries)
    losses: GrowingSeries = field(default_factory=GrowingSeries)
    lrs: GrowingSeries = field(default_factory=GrowingSeries)
    seconds: GrowingSeries = field(default_factory=GrowingSeries)
    norms: GrowingSeries = field(default_factory=GrowingSeries)
    parts: dict[str, GrowingSeries] = field(default_factory=dict)
    rate_changes: list[RateChanged] = field(default_factory=list)
    epochs: list[EpochEnded] = field(default_factory=list)
    epoch: int = 0
    total_steps: int = 0
    examples_per_second: float | None = None
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    advice: list[str] = field(default_factory=list)
    _news: str = ""
    before_s: float = 0.0
    """How long the run had learned before it was resumed; `elapsed_s` counts it in."""
    finished: FinishedRun | None = None
    failure: Failure | None = None
    discarded: bool = False
    in_use_text: str = ""
    """Whether the finished run is in use now, or why another stays, in sentences; "" while that is found out."""
    hides: bool = False
    """Whether the model learns with parts hidden or noise; `split_kind`: which way ratings are held out."""
    split_kind: str = ""

    @property
    def best(self) -> EpochEnded | None:
        """The best epoch so far, as the trainer reported it."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.is_best), None)

    @property
    def news(self) -> str:
        """What a person was told last while it learns, such as that it diverges or that memory was short."""
        return self._news if self.running else ""

    @property
    def stage(self) -> str:
        """What is done now: "training", "saving" and so on; "" before anything is."""
        return self.stages[-1].stage if self.stages else ""

    def fold(self, event: Event) -> None:
        match event:
            case StepsTaken():
                self._fold_steps(event)
            case EpochEnded():
                self.epochs.append(event)
            case RateChanged():
                self.rate_changes.append(event)
            case TrainingStarted():
                self._fold_start(event)
            case StageStarted():
                self._end_stages()
                self.stages.append(StageLine(event.words, stage=event.stage))
            case Progressed() if self.stages and event.total:
                self.stages[-1].share = event.done / event.total
            case LossesMeasured():
                self.sweep.fold(event)
            case RateTaken():
                self.taken = event
            case Advised() | LossDiverged():
                self.advice.append(event.words)
                self._news = event.all_words if isinstance(event, Advised) else event.words

    def end(self) -> None:
        """No more events will come."""
        self.running = False
        self.remaining_s = None
        self._end_stages()

    def _fold_start(self, event: TrainingStarted) -> None:
        """A run that goes on has the epochs until its checkpoint; what was learned after that is learned again."""
        self.started, self.total_steps = event, event.total_steps
        self.epochs = [epoch for epoch in self.epochs if epoch.step <= event.first_step]
        self.before_s = self.epochs[-1].seconds if self.epochs else 0.0
        self._end_stages()

    def _fold_steps(self, event: StepsTaken) -> None:
        count, before = len(event.losses), len(self.steps)
        last_s = float(self.seconds.values[-1]) if before else self.before_s
        self.elapsed_s = max(last_s, self.before_s + event.elapsed_s)
        self.seconds.extend(np.linspace(last_s, self.elapsed_s, count + 1)[1:])
        self.steps.extend(event.first_step + 1 + np.arange(count))
        self.losses.extend(event.losses)
        self.lrs.extend(event.lrs)
        self.norms.extend(_filled(event.gradient_norms, count))
        for name in dict.fromkeys((*self.parts, *event.parts)):
            series = self.parts.setdefault(name, GrowingSeries())
            series.extend(np.full(before - len(series), np.nan))
            series.extend(_filled(event.parts.get(name, _NOTHING), count))
        self.epoch, self.total_steps = event.epoch, event.total_steps
        self.examples_per_second = event.examples_per_second
        self.remaining_s = event.remaining_s

    def _end_stages(self) -> None:
        for stage in self.stages:
            stage.done = True


def _filled(values: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """Values of so many steps; NaN where they were not measured."""
    return values if len(values) == count else np.full(count, np.nan)
