"""How the learning rate moves over a run: planned rates, and the plateau rule that follows the validation.

T is the number of steps; a step t counts from 0. Every schedule is its rate times a shape between 0 and 1, and takes
the values at its ends and its peak exactly.

Sources: slanted triangle: Howard and Ruder, "Universal Language Model Fine-tuning", 2018, eq. 3; ours differs where the
paper's form falls below zero, namely where T * cut_frac is not whole. One cycle: Smith and Topin, "Super-Convergence",
2018, without its third phase: the fall goes on to the last rate, as is usual since. Cosine: Loshchilov and Hutter,
"SGDR", 2017, without restarts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.training.config import TrainingConfig

Float64 = npt.NDArray[np.float64]
_HALF, _THREE_QUARTERS = 0.5, 0.75
_TENTHS = ((0.0, 1.0), (_HALF, 0.1), (_THREE_QUARTERS, 0.01))
"""From which share of the run on which share of the rate is taken, where nobody gave rates."""


def slanted_triangle(
    step: int, *, total_steps: int, lr_max: float, cut_frac: float = 0.1, ratio: float = 32.0
) -> float:
    """A short linear rise to lr_max, then a long linear fall to lr_max/ratio."""
    cut = _cut(total_steps, cut_frac)
    p = step / cut if step < cut else 1.0 - (step - cut) / max(1, total_steps - cut)
    return lr_max * (1.0 + max(0.0, p) * (ratio - 1.0)) / ratio


def _cut(total_steps: int, cut_frac: float) -> int:
    """The step of the highest rate; with a rise over the whole run, its last step."""
    return max(1, min(total_steps - 1, math.floor(total_steps * cut_frac)))


def peak_step(config: TrainingConfig, total_steps: int) -> int:
    """The step of the highest rate: 0 where the rate does not rise."""
    if config.schedule == "slanted_triangle":
        return min(total_steps - 1, _cut(total_steps, config.cut_frac))
    share = {"one_cycle": config.rise, "cosine": config.warm_up}.get(config.schedule, 0.0)
    return round(share * (total_steps - 1))


def planned_rate(config: TrainingConfig, step: int, *, total_steps: int, lr: float) -> float:
    """The rate that the schedule plans for a step (0-based). On a plateau schedule: the rate it starts with.

    `lr` is the highest rate; with rates in steps, the one before the first place. Steps beyond the last have its rate.
    """
    if config.schedule == "slanted_triangle":
        return slanted_triangle(step, total_steps=total_steps, lr_max=lr, cut_frac=config.cut_frac, ratio=config.ratio)
    if config.schedule == "steps":
        return _in_steps(config, step, total_steps=total_steps, lr=lr)
    shape = _SHAPES.get(config.schedule)
    return lr if shape is None else shape(config, min(step, total_steps - 1), total_steps, lr)


def rates(config: TrainingConfig, *, total_steps: int, lr: float) -> Float64:
    """The planned rate of every step, [total_steps], as it is drawn before training."""
    return rates_at(config, range(total_steps), total_steps=total_steps, lr=lr)


def rates_at(config: TrainingConfig, steps: Sequence[int], *, total_steps: int, lr: float) -> Float64:
    """The planned rate of some steps."""
    return np.array([planned_rate(config, step, total_steps=total_steps, lr=lr) for step in steps], dtype=np.float64)


def corner_steps(config: TrainingConfig, total_steps: int) -> tuple[int, ...]:
    """The steps at which a drawn schedule turns or jumps, and those right before, ascending; the ends among them."""
    corners = {0, total_steps - 1, peak_step(config, total_steps)}
    if config.schedule == "steps":
        for place, _ in _places(config, total_steps, lr=1.0):
            corners |= {place - 1, place}
    return tuple(sorted(step for step in corners if 0 <= step < total_steps))


def earliest_reductions(config: TrainingConfig, *, total_steps: int, lr: float) -> tuple[tuple[int, float], ...]:
    """What a plateau schedule does where nothing improves after the first epoch: (step, rate from there on).

    No run lowers its rate earlier. It ends where the rate would fall below the least one.
    """
    state, found = Plateau().after(0.0, config), []
    for epoch in range(2, config.epochs + 1):
        former, state = state.scale, state.after(0.0, config)
        if state.scale == former:
            continue
        step = epoch * total_steps // config.epochs
        if state.scale * lr < config.min_lr or step >= total_steps:
            break
        found.append((step, state.scale * lr))
    return tuple(found)


def _between(low: float, high: float, share: float) -> float:
    """From low (share 0) to high (share 1), both exactly."""
    return (1.0 - share) * low + share * high


def _rising(share: float) -> float:
    """From 0 to 1 along half a cosine."""
    return 0.5 * (1.0 - math.cos(math.pi * share))


def _one_cycle(config: TrainingConfig, step: int, total_steps: int, lr: float) -> float:
    peak, eased = peak_step(config, total_steps), config.phases == "cosine"
    if step < peak:
        share = step / peak
        return _between(lr / config.start_divisor, lr, _rising(share) if eased else share)
    share = (step - peak) / max(1, total_steps - 1 - peak)
    return _between(lr, lr / config.end_divisor, _rising(share) if eased else share)


def _cosine(config: TrainingConfig, step: int, total_steps: int, lr: float) -> float:
    """A linear rise from the first step's share of the warm-up, which is never 0: that step would learn nothing."""
    peak = peak_step(config, total_steps)
    if step < peak:
        return lr * (step + 1) / (peak + 1)
    return _between(lr, lr * config.last_share, _rising((step - peak) / max(1, total_steps - 1 - peak)))


def _linear(config: TrainingConfig, step: int, total_steps: int, lr: float) -> float:
    return _between(lr, lr * config.last_share, step / max(1, total_steps - 1))


_SHAPES: dict[str, Callable[[TrainingConfig, int, int, float], float]] = {
    "one_cycle": _one_cycle,
    "cosine": _cosine,
    "linear": _linear,
}


def _places(config: TrainingConfig, total_steps: int, *, lr: float) -> tuple[tuple[int, float], ...]:
    """From which step (0-based) on which rate is taken."""
    given = config.given_rates
    if not given:
        return tuple((math.ceil(share * total_steps), lr * part) for share, part in _TENTHS)
    each = total_steps / config.epochs if config.step_unit == "epochs" else 1.0
    return tuple((math.ceil((place - 1) * each), rate) for place, rate in given)


def _in_steps(config: TrainingConfig, step: int, *, total_steps: int, lr: float) -> float:
    reached = [rate for place, rate in _places(config, total_steps, lr=lr) if place <= step]
    return reached[-1] if reached else lr


@dataclass(frozen=True)
class Plateau:
    """Reduce on plateau: what it has seen so far. A value, so that a checkpoint can hold it."""

    scale: float = 1.0
    best: float | None = None
    bad_epochs: int = 0

    def after(self, loss: float, config: TrainingConfig) -> Plateau:
        """The state after an epoch whose monitor was `loss` (smaller is better)."""
        if self.best is None or loss < self.best - config.threshold * abs(self.best):
            return Plateau(self.scale, loss, 0)
        if self.bad_epochs + 1 > config.patience:
            return Plateau(self.scale * config.factor, self.best, 0)
        return Plateau(self.scale, self.best, self.bad_epochs + 1)
