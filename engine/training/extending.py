"""What more epochs mean for a run that is done: its schedule is laid over the new total, so the rate may jump."""

from __future__ import annotations

from engine.text import format_count, format_rate
from engine.training.config import TrainingConfig
from engine.training.schedules import planned_rate

_RISES = 1.2


def describe_longer(training: TrainingConfig, *, epochs_done: int, steps_done: int, total: int) -> str:
    """What the schedule does when a run goes on to so many epochs in all, in sentences.

    >>> training = TrainingConfig(epochs=10, lr=1e-3)
    >>> describe_longer(training.changed(schedule="constant"), epochs_done=10, steps_done=100, total=20)
    'It goes on from epoch 10 to epoch 20. The rate stays at 1e-3.'
    """
    step_count = steps_done / max(1, epochs_done)
    lr, longer = training.lr or 0.01, training.changed(epochs=total)
    total_steps = round(step_count * total)
    ended = planned_rate(training, steps_done - 1, total_steps=round(step_count * training.epochs), lr=lr)
    first, last = (planned_rate(longer, step, total_steps=total_steps, lr=lr) for step in (steps_done, total_steps - 1))
    where = f"It goes on from epoch {format_count(epochs_done)} to epoch {format_count(total)}."
    if training.schedule == "reduce_on_plateau":
        return f"{where} The rate goes on as it is, and falls further whenever progress ends."
    if ended == first == last:
        return f"{where} The rate stays at {format_rate(first)}."
    jump = " It rises again, so the loss may go up at first." if first > _RISES * ended else ""
    return (
        f"{where} Its schedule is laid over the new total: the rate, which ended at {format_rate(ended)}, goes on at "
        f"{format_rate(first)} and ends at {format_rate(last)}.{jump}"
    )
