"""Where a run is: plain values that go into every checkpoint, the sums and logs of its reports, and what it gave."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.events import EpochEnded, StepsTaken
from engine.models.base import Losses, Model
from engine.training.config import TrainingConfig
from engine.training.schedules import Plateau

_LOSS, _NORM = "shown", "gradient norm"
_MINUTE_S, _PAUSE_S, _ASLEEP_S = 60.0, 0.5, 60.0


@dataclass(frozen=True)
class Progress:
    """How far a run is. `step` counts optimizer steps, `epoch` whole epochs; `lr` is the last rate used.

    `rate_changes` are those that a person made, the step and the rate of each; `rate_scale` is what they multiply the
    schedule by.
    """

    step: int = 0
    epoch: int = 0
    lr: float = 0.0
    best_epoch: int | None = None
    best_value: float | None = None
    best_falling: float | None = None
    plateau: Plateau = field(default_factory=Plateau)
    rate_scale: float = 1.0
    rate_changes: tuple[tuple[int, float], ...] = ()

    def rate(self, planned: float) -> float:
        """The rate of the next step, of which the schedule planned this."""
        return self.plateau.scale * self.rate_scale * planned

    def with_rate(self, lr: float, *, planned: float) -> Progress:
        """From the next step on at another rate; later ones are scaled by as much."""
        scale = lr / (self.plateau.scale * planned)
        return replace(self, rate_scale=scale, rate_changes=(*self.rate_changes, (self.step, lr)))

    def is_below(self, least: float, *, planned: float) -> bool:
        """Whether progress has ended: the plateau rule brought the rate below its least, and not a person."""
        chosen = self.rate_changes[-1][1] if self.rate_changes else float("inf")
        return self.rate(planned) < min(least, chosen)

    def in_batches(self, former: int, batch: int, *, examples: int) -> Progress:
        """The same place of the run in steps of another batch, or a few examples before it."""
        if former == batch:
            return self
        done = min(examples, (self.step - self.epoch * -(-examples // former)) * former)
        steps = -(-examples // batch) if done == examples else done // batch
        return replace(self, step=self.epoch * -(-examples // batch) + steps)

    def stepped(self, lr: float) -> Progress:
        return replace(self, step=self.step + 1, lr=lr)

    def evaluated(self, epoch: int, value: float, falling: float, config: TrainingConfig) -> Progress:
        """After an epoch. `falling` is the value of the monitor, turned so that smaller is better."""
        plateau = self.plateau.after(falling, config) if config.schedule == "reduce_on_plateau" else self.plateau
        evaluated = replace(self, epoch=epoch, plateau=plateau)
        if self.best_falling is None or falling < self.best_falling:
            return replace(evaluated, best_epoch=epoch, best_value=value, best_falling=falling)
        return evaluated

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Progress:
        names = ("step", "epoch", "lr", "best_epoch", "best_value", "best_falling")
        return Progress(
            **{name: values[name] for name in names},
            plateau=Plateau(**values["plateau"]),
            rate_scale=values.get("rate_scale", 1.0),
            rate_changes=tuple((step, lr) for step, lr in values.get("rate_changes", ())),
        )


class EpochSums:
    """The losses of the epoch so far, summed over examples on the device and read back once an epoch."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.clear()

    def clear(self) -> None:
        self._examples = 0
        self._sums: dict[str, Tensor] = {}

    def add(self, losses: Losses, examples: int) -> None:
        self._examples += examples
        for name, value in (("shown", losses.shown), *losses.parts.items()):
            summed = self._sums.get(name)
            self._sums[name] = value.float() * examples if summed is None else summed + value.float() * examples

    def mean(self) -> tuple[float, tuple[tuple[str, float], ...]]:
        """The mean loss, as curves show it, and its parts."""
        means = {name: float(value) / max(1, self._examples) for name, value in self._sums.items()}
        return means.pop("shown", float("nan")), tuple(means.items())

    def as_dict(self) -> dict[str, Any]:
        return {"examples": self._examples, "sums": {name: float(value) for name, value in self._sums.items()}}

    def restore(self, values: Mapping[str, Any]) -> None:
        self._examples = values["examples"] if "examples" in values else values["people"]
        self._sums = {
            name: torch.tensor(value, dtype=torch.float32, device=self._device)
            for name, value in values["sums"].items()
        }


class Stopwatch:
    """How long a run has learned, without pauses and without what the machine slept."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._looked_at = clock, clock()
        self._gaps: deque[float] = deque(maxlen=8)
        self.seconds = 0.0

    def tick(self) -> float:
        """The seconds since the last look, in which the run was at work."""
        gap_s = self._gap()
        usual_s = max(self._gaps, default=0.0)
        self._gaps.append(gap_s)
        return self._counted(gap_s, is_rest=gap_s > max(_ASLEEP_S, 20.0 * usual_s))

    def back(self) -> float:
        """The same, where the driver was: what is longer than a moment was a pause."""
        gap_s = self._gap()
        return self._counted(gap_s, is_rest=gap_s > _PAUSE_S)

    def _gap(self) -> float:
        last, self._looked_at = self._looked_at, self._clock()
        return max(0.0, self._looked_at - last)

    def _counted(self, gap_s: float, *, is_rest: bool) -> float:
        counted_s = 0.0 if is_rest else gap_s
        self.seconds += counted_s
        return counted_s


class StepLog:
    """The steps since the last report, kept on the device until it is time to copy them in one go; and their pace.

    Speed and the time left go by the last minute.
    """

    def __init__(self, first_step: int, total_steps: int, *, batch: int, steps_per_epoch: int) -> None:
        self._first = self._start = first_step
        self._total, self._batch, self._steps_per_epoch = total_steps, batch, steps_per_epoch
        self._values: dict[str, list[Tensor]] = {}
        self._lrs: list[float] = []
        self._learning_s = self._evaluation_s = self._all_s = 0.0
        self._marks: deque[tuple[float, int]] = deque([(0.0, first_step)])

    @property
    def waiting(self) -> bool:
        return bool(self._lrs)

    @property
    def examples_per_second(self) -> float:
        """Averaged over all that was reported, evaluations included."""
        return self._batch * (self._first - self._start) / max(self._all_s, 1e-9)

    def add(self, losses: Losses, gradient_norm: Tensor, lr: float) -> None:
        for name, value in ((_LOSS, losses.shown), (_NORM, gradient_norm), *losses.parts.items()):
            self._values.setdefault(name, []).append(value)
        self._lrs.append(lr)

    def learned_for(self, seconds: float) -> None:
        """So long were steps, and what goes with them."""
        self._learning_s += seconds
        self._all_s += seconds

    def evaluated_for(self, seconds: float) -> None:
        """So long was the evaluation at the end of an epoch."""
        self._evaluation_s = seconds
        self._all_s += seconds

    def reported(self, epoch: int) -> StepsTaken:
        """Everything since the last report as one event."""
        steps = len(self._lrs)
        stacked = torch.stack([value for column in self._values.values() for value in column]).float()
        columns = dict(zip(self._values, stacked.cpu().numpy().copy().reshape(-1, steps), strict=True))
        first, self._first = self._first, self._first + steps
        lrs, self._values, self._lrs = np.array(self._lrs), {}, []
        steps_per_s = self._steps_per_second()
        return StepsTaken(
            first_step=first,
            losses=columns.pop(_LOSS),
            lrs=lrs,
            epoch=epoch,
            total_steps=self._total,
            examples_per_second=steps_per_s * self._batch,
            elapsed_s=self._all_s,
            remaining_s=self._remaining_s(steps_per_s),
            gradient_norms=columns.pop(_NORM),
            parts=columns,
        )

    def _steps_per_second(self) -> float:
        self._marks.append((self._learning_s, self._first))
        while len(self._marks) > 2 and self._marks[1][0] <= self._learning_s - _MINUTE_S:
            self._marks.popleft()
        (began_s, began), (now_s, now) = self._marks[0], self._marks[-1]
        return (now - began) / max(now_s - began_s, 1e-9)

    def _remaining_s(self, steps_per_s: float) -> float | None:
        if steps_per_s <= 0:
            return None
        epochs = -(-(self._total - self._first) // self._steps_per_epoch)
        return (self._total - self._first) / steps_per_s + epochs * self._evaluation_s


@dataclass(frozen=True)
class TrainedRun:
    """What training gave: the model with its best weights, and how it went. Seconds count this session only."""

    model: Model
    epochs: int
    best_epoch: int | None
    best_value: float | None
    stopped: bool
    stopped_because: str
    seconds: float
    examples_per_second: float
    steps: int
    diverged: bool
    monitor: str
    curve: tuple[EpochEnded, ...]
