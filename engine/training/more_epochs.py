"""What the schedule does when a run gets more epochs, said before it goes on. Does not import torch."""

from __future__ import annotations

from engine.text import format_rate
from engine.training.config import TrainingConfig
from engine.training.schedules import planned_rate
from engine.wording import said


def describe_more_epochs(config: TrainingConfig, epochs: int, *, done: int, steps: int, scale: float = 1.0) -> str:
    """What happens to the rate of a run with these settings that did `done` epochs in `steps` and is to do `epochs`.

    `scale` is what changes of the rate while it learned, and the plateau rule, multiply the schedule by.

    >>> describe_more_epochs(TrainingConfig(epochs=10, lr=0.01, schedule="constant"), 20, done=10, steps=400)
    'The rate stays at 1e-2.'
    >>> config = TrainingConfig(epochs=10, lr=0.01, schedule="slanted_triangle")
    >>> describe_more_epochs(config, 20, done=10, steps=400)
    'The schedule is stretched over all 20 epochs: the rate rises from 3.4e-4 to 5.7e-3 and ends at 3.3e-4.'
    """
    lr, per_epoch = config.lr or 0.01, steps // max(1, done)
    if config.schedule == "constant":
        return said("The rate stays at {lr}.", lr=format_rate(lr * scale))
    if config.schedule == "reduce_on_plateau":
        return said("The rate goes on where the plateau rule left it, at {lr} at most.", lr=format_rate(lr * scale))

    def rate(step: int, of: int) -> float:
        return scale * planned_rate(config.changed(epochs=of), step, total_steps=max(1, per_epoch * of), lr=lr)

    last, following = rate(max(0, steps - 1), config.epochs), rate(steps, epochs)
    end = rate(per_epoch * epochs - 1, epochs)
    moves = (
        said(
            "the rate rises from {last} to {following} and ends at {end}",
            last=format_rate(last),
            following=format_rate(following),
            end=format_rate(end),
        )
        if following > last
        else said(
            "the rate falls from {last} to {following} and ends at {end}",
            last=format_rate(last),
            following=format_rate(following),
            end=format_rate(end),
        )
    )
    return said("The schedule is stretched over all {epochs:,} epochs: {moves}.", epochs=epochs, moves=moves)
