"""How the learning rate moves over a run: planned rates, and the plateau rule that follows the validation.

Source of the slanted triangle: Howard and Ruder, "Universal Language Model Fine-tuning", 2018, eq. 3. Ours differs
where the paper's form falls below zero, namely where total_steps * cut_frac is not whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.training.config import TrainingConfig

Float64 = npt.NDArray[np.float64]


def slanted_triangle(
    step: int, *, total_steps: int, lr_max: float, cut_frac: float = 0.1, ratio: float = 32.0
) -> float:
    """The rate at a step (0-based) of a run: a short linear rise to lr_max, then a long linear fall to lr_max/ratio."""
    cut = max(1, math.floor(total_steps * cut_frac))
    p = step / cut if step < cut else 1.0 - (step - cut) / max(1, total_steps - cut)
    return lr_max * (1.0 + max(0.0, p) * (ratio - 1.0)) / ratio


def planned_rate(config: TrainingConfig, step: int, *, total_steps: int, lr: float) -> float:
    """The rate that the schedule plans for a step (0-based). On a plateau schedule: the rate it starts with."""
    if config.schedule == "slanted_triangle":
        return slanted_triangle(step, total_steps=total_steps, lr_max=lr, cut_frac=config.cut_frac, ratio=config.ratio)
    return lr


def rates(config: TrainingConfig, *, total_steps: int, lr: float) -> Float64:
    """The planned rate of every step, [total_steps], as it is drawn before training."""
    return np.array([planned_rate(config, step, total_steps=total_steps, lr=lr) for step in range(total_steps)])


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
