"""The learning-rate finder: a short sweep over rates on a throw-away copy, its curve, and what it suggests.

Stands beside the Trainer and uses the same step, precision and batches. The model it is given, its optimizer, the
random state and the data order are the same to the bit before and after, however the sweep ends.

Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.batches import epoch_batches
from engine.data.split import Split
from engine.errors import SettingError, TrainingError
from engine.events import Event, Job, LossesMeasured, Pace, StageStarted, Stop
from engine.models.base import StepModel
from engine.settings import Config, setting
from engine.training.config import TrainingConfig
from engine.training.step import Stepper, batch_size
from engine.training.suggestions import Suggestion, suggest

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FinderConfig(Config):
    """The settings of a sweep."""

    lowest: float = setting(
        1e-7, label="From", help="The rate the sweep starts at.", low=1e-12, high=100.0, scale="log", more=False
    )
    highest: float = setting(
        10.0, label="To", help="The rate the sweep ends at.", low=1e-12, high=1000.0, scale="log", more=False
    )
    steps: int = setting(100, label="Steps", help="How many rates are tried.", low=5, high=10_000, more=False)
    spacing: str = setting(
        "exponential",
        label="Spacing",
        help="Exponential multiplies the rate at each step; linear adds to it.",
        choices=("exponential", "linear"),
    )
    smoothing: float = setting(
        0.98, label="Smoothing", help="How much of the smooth loss is carried to the next step.", low=0.0, high=0.999
    )
    stop_at: float = setting(
        4.0, label="Stop at", help="The sweep ends when the loss is this many times the best.", low=1.1, high=1000.0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lowest >= self.highest:
            raise SettingError(
                f"The sweep must start below its end; {self.lowest:g} is not below {self.highest:g}.",
                remedy="Lower From or raise To.",
            )

    def rates(self) -> Float64:
        """The rate of each step, [steps]."""
        space = np.geomspace if self.spacing == "exponential" else np.linspace
        return np.asarray(space(self.lowest, self.highest, self.steps))


@dataclass(frozen=True)
class RateSweep:
    """What a sweep measured and what follows from it; `words` sums it up, also where there is nothing to suggest.

    Arrays have one entry per finite step: rates, raw losses, and their debiased moving average.
    """

    lrs: Float64
    losses: Float64
    smoothed: Float64
    suggestions: tuple[Suggestion, ...]
    chosen: Suggestion | None
    words: str
    stopped: bool


def find_rate(
    split: Split,
    model: StepModel,
    *,
    training: TrainingConfig,
    finder: FinderConfig,
    device: torch.device,
    prefer: str = "steepest",
) -> Job[RateSweep]:
    """Sweep the rate and suggest one; `prefer` names the kind of suggestion to choose where it exists.

    Stop ends the sweep early and suggests from what there is. Raises TrainingError where there is nobody to learn from.
    """
    if len(split.train) == 0:
        raise TrainingError("There is nobody to learn from in this split.", remedy="Choose another split.")
    sweep = _Sweep(split, copy.deepcopy(model), training, finder, device)
    stopped = False
    try:
        yield StageStarted("sweeping", "Trying learning rates, small to large, on a copy of the model")
        yield from sweep.steps()
    except Stop:
        stopped = True
    yield sweep.reported()
    lrs, losses, smoothed = sweep.arrays()
    suggestions, words = suggest(lrs, losses, smoothed, is_stopped=stopped)
    usable = [one for one in suggestions if one.lr is not None]
    chosen = next((one for one in usable if one.kind == prefer), usable[0] if usable else None)
    return RateSweep(lrs, losses, smoothed, suggestions, chosen, words, stopped)


class _Sweep:
    def __init__(
        self, split: Split, model: StepModel, training: TrainingConfig, finder: FinderConfig, device: torch.device
    ) -> None:
        self._finder, self._training = finder, training
        model.prepare(split.train, seed=training.seed)
        self._examples = model.examples(split.train, device)
        self._batch = batch_size(training, model, len(self._examples))
        total_steps = -(-len(self._examples) // self._batch) * training.epochs
        self._stepper = Stepper(model, training, device, total_steps=total_steps, own_rates=False)
        self._lrs: list[float] = []
        self._losses: list[float] = []
        self._smoothed: list[float] = []
        self._average = 0.0
        self._told = 0

    def steps(self) -> Iterator[Event | None]:
        """One step per rate. The loss is read back each time: whether to go on depends on it."""
        pace = Pace()
        rows = self._rows()
        for step, lr in enumerate(self._finder.rates()):
            batch = self._examples.batch(next(rows).to(self._stepper.device))
            loss = float(self._stepper.take(batch, lr=float(lr), step=step).shown)
            if not np.isfinite(loss):
                return
            self._add(float(lr), loss)
            if self._has_blown_up() or bool(self._stepper.refused > 0):
                return
            yield self.reported() if pace.due() else None

    def _rows(self) -> Iterator[Tensor]:
        epoch = 0
        while True:
            yield from epoch_batches(len(self._examples), batch=self._batch, seed=self._training.seed, epoch=epoch)
            epoch += 1

    def _add(self, lr: float, loss: float) -> None:
        carry = self._finder.smoothing
        self._average = carry * self._average + (1.0 - carry) * loss
        self._lrs.append(lr)
        self._losses.append(loss)
        self._smoothed.append(self._average / (1.0 - carry ** len(self._losses)))

    def _has_blown_up(self) -> bool:
        """Four times the best, measured from the lowest loss upward so that losses below zero count too."""
        best, last = min(self._smoothed), self._smoothed[-1]
        return last - best > (self._finder.stop_at - 1.0) * max(abs(best), 1e-12)

    def arrays(self) -> tuple[Float64, Float64, Float64]:
        return np.array(self._lrs), np.array(self._losses), np.array(self._smoothed)

    def reported(self) -> LossesMeasured:
        """The points since the last report."""
        new, self._told = slice(self._told, None), len(self._lrs)
        lrs, losses, smoothed = (one[new] for one in self.arrays())
        return LossesMeasured(lrs, losses, smoothed, steps_done=len(self._lrs), total_steps=self._finder.steps)
