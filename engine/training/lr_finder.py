"""The learning-rate finder: a short sweep over rates on a throw-away copy, its curve, and what it suggests.

It uses the step, precision and batches of training. The model it is given, its optimizer, the random state and the
data order are the same to the bit before and after, however the sweep ends.

Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.batches import epoch_batches
from engine.data.split import Split
from engine.errors import TrainingError
from engine.events import Event, Job, LossesMeasured, Pace, StageStarted, Stop
from engine.models.base import StepModel
from engine.text import format_rate
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.step import Stepper

Float64 = npt.NDArray[np.float64]

LEAST_POINTS = 10
_FLAT = 0.01
_SKIP_SHARE = 0.05
_DONE = 0.1


@dataclass(frozen=True)
class Suggestion:
    """A rate worth taking and why. `lr` is None where the curve does not show this point; the sentence says so."""

    kind: str
    title: str
    lr: float | None
    sentence: str


@dataclass(frozen=True)
class RateSweep:
    """What a sweep measured, by finite step, and what follows from it; `words` sums it up in any case."""

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
    """Sweep the learning rate and suggest one. Stop ends the sweep early and suggests from what there is.

    Parameters
    ----------
    split, model
        Whose training people are learned from, and by a copy of which fresh model.
    training
        Batch, optimizer, precision and seed of the run to come; its rate is not used.
    finder
        From which rate to which, in how many steps, and when the loss has left all bounds.
    prefer
        The kind of suggestion to choose where the curve shows it: "steepest", "valley", "minimum" or "turning_point".

    Returns
    -------
    RateSweep
        Too few points and a flat curve are a sentence in `words`, without suggestions.

    Raises
    ------
    TrainingError
        Where there is nobody to learn from.

    Examples
    --------
    >>> import numpy as np
    >>> from engine.data.dataset import Histories, Scale
    >>> from engine.data.split import Split, SplitConfig
    >>> from engine.events import drive
    >>> from engine.models.registry import build, kind_of
    >>> likes = Histories.of(*np.divmod(np.arange(400), 20), np.full(400, 5.0), people=20)
    >>> people, scale = np.arange(20), Scale(1, 5, 1)
    >>> everything = Split(SplitConfig(kind="none"), likes, people, None, None, people >= 0, scale, 20)
    >>> model = build("mult_dae", kind_of("mult_dae").config_class(), items=20, scale=scale)
    >>> finder = FinderConfig(steps=30, lowest=1e-6, highest=1e-5)
    >>> cpu = torch.device("cpu")
    >>> found = drive(find_rate(everything, model, training=TrainingConfig(batch=10), finder=finder, device=cpu))
    >>> len(found.lrs), found.chosen, found.words[:39]
    (30, None, 'The loss hardly moved at any rate. Try ')
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
    usable = [suggestion for suggestion in suggestions if suggestion.lr is not None]
    preferred = (suggestion for suggestion in usable if suggestion.kind == prefer)
    chosen = next(preferred, usable[0] if usable else None)
    return RateSweep(lrs, losses, smoothed, suggestions, chosen, words, stopped)


class _Sweep:
    def __init__(
        self, split: Split, model: StepModel, training: TrainingConfig, finder: FinderConfig, device: torch.device
    ) -> None:
        self._finder, self._training = finder, training
        model.prepare(split.train, seed=training.seed)
        self._examples = model.examples(split.train, device)
        self._batch = training.batch_for(len(self._examples), model.can.examples)
        total_steps = -(-len(self._examples) // self._batch) * training.epochs
        self._stepper = Stepper(model, training, device, total_steps=total_steps, own_rates=False)
        self._lrs: list[float] = []
        self._losses: list[float] = []
        self._smoothed: list[float] = []
        self._average = 0.0
        self._reported = 0

    def steps(self) -> Iterator[Event | None]:
        """One step per rate. The loss is read back each time: whether to go on depends on it."""
        pace = Pace()
        rows = self._rows()
        for step, lr in enumerate(self._finder.rates()):
            batch = self._examples.batch(next(rows))
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
        new, self._reported = slice(self._reported, None), len(self._lrs)
        lrs, losses, smoothed = (array[new] for array in self.arrays())
        return LossesMeasured(lrs, losses, smoothed, steps_done=len(self._lrs), total_steps=self._finder.steps)


def suggest(
    lrs: Float64, losses: Float64, smoothed: Float64, *, is_stopped: bool = False
) -> tuple[tuple[Suggestion, ...], str]:
    """The suggestions of a sweep and a sentence about the whole; no suggestions where the curve carries none."""
    finite = np.isfinite(losses) & np.isfinite(smoothed) & np.isfinite(lrs) & (lrs > 0)
    lrs, smoothed = lrs[finite], smoothed[finite]
    if len(lrs) < LEAST_POINTS:
        return (), _too_few_points(len(lrs), is_stopped=is_stopped)
    start = max(1, int(_SKIP_SHARE * len(lrs)))
    lrs, smoothed = lrs[start:], smoothed[start:]
    fall = float(smoothed[0] - smoothed.min())
    if fall <= _FLAT * max(abs(float(smoothed[0])), 1e-12):
        return (), (
            "The loss hardly moved at any rate. Try a wider range, or a model that can learn more from these data."
        )
    found = tuple(reading(lrs, smoothed) for reading in _READINGS)
    return found, _describe(lrs, smoothed)


def _steepest(lrs: Float64, smoothed: Float64) -> Suggestion:
    title, low = "Steepest", int(np.argmin(smoothed))
    if low < 2:
        return Suggestion("steepest", title, None, "The loss only rises, so nowhere does it fall fastest.")
    slope = np.gradient(smoothed[: low + 1], np.log(lrs[: low + 1]))
    start = min(_fall_begins(smoothed, low), low - 1)
    lr = float(lrs[start + int(np.argmin(slope[start:]))])
    return Suggestion("steepest", title, lr, "The rate at which the loss falls fastest.")


def _valley(lrs: Float64, smoothed: Float64) -> Suggestion:
    """The longest fall of the curve, two thirds of the way down it."""
    title, low = "Valley", int(np.argmin(smoothed))
    begin = _fall_begins(smoothed, low)
    start, end = (begin + place for place in _longest_fall(smoothed[begin : low + 1]))
    if end - start < 3:
        return Suggestion("valley", title, None, "The loss never falls for long enough to form a valley.")
    lr = float(lrs[start + (end - start) * 2 // 3])
    return Suggestion("valley", title, lr, "Two thirds down the longest fall of the loss.")


def _minimum(lrs: Float64, smoothed: Float64) -> Suggestion:
    lr = float(lrs[int(np.argmin(smoothed))]) / 10.0
    return Suggestion("minimum", "Minimum / 10", lr, "A tenth of the rate with the lowest loss.")


def _turning_point(lrs: Float64, smoothed: Float64) -> Suggestion:
    title, low = "Before it turns up", int(np.argmin(smoothed))
    if low == len(smoothed) - 1:
        return Suggestion(
            "turning_point", title, None, "The loss had not turned up at the end of the sweep; try a higher end."
        )
    depth = smoothed[0] - smoothed[low]
    near = np.flatnonzero(smoothed[: low + 1] <= smoothed[low] + 0.1 * depth)
    lr = float(lrs[int(near[0])])
    return Suggestion(
        "turning_point", title, lr, "The last rate at which the loss still fell well, just before it turns up."
    )


_READINGS: tuple[Callable[[Float64, Float64], Suggestion], ...] = (_steepest, _valley, _minimum, _turning_point)


def _describe(lrs: Float64, smoothed: Float64) -> str:
    """Where the loss is lowest, and from where it rises."""
    low = int(np.argmin(smoothed))
    lowest = f"Loss is lowest ({smoothed[low]:.3g}) at {format_rate(float(lrs[low]))}"
    if low == len(lrs) - 1:
        return f"{lowest}, the end of the sweep."
    return f"{lowest} and rises from {format_rate(float(lrs[low + 1]))}."


def _fall_begins(smoothed: Float64, low: int) -> int:
    """The last place before the lowest at which next to nothing of the fall below the first third was done."""
    level = float(np.median(smoothed[: max(1, len(smoothed) // 3)]))
    high = np.flatnonzero(smoothed[: low + 1] >= level - _DONE * (level - smoothed[low]))
    return int(high[-1]) if len(high) else 0


def _longest_fall(values: Float64) -> tuple[int, int]:
    best, start = (0, 0), 0
    for index in range(1, len(values)):
        if values[index] >= values[index - 1]:
            start = index
        elif index - start > best[1] - best[0]:
            best = (start, index)
    return best


def _too_few_points(points: int, *, is_stopped: bool) -> str:
    if is_stopped:
        return f"Stopped after {points} steps; at least {LEAST_POINTS} are needed to suggest a rate."
    if points <= 2:
        return "The loss left all bounds at once. Start the sweep at a lower rate."
    return (
        f"The loss left all bounds after {points} steps, too few to suggest a rate. "
        "Start lower, or sweep in smaller steps."
    )
