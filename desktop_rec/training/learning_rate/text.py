"""The tab Learning rate in words: what a sweep is, what became of it, and how the plan stands to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from desktop_rec.training.learning_rate.found_for import compare
from engine.errors import SettingError
from engine.text import format_ago, plural
from engine.training.plan import TrainingPlan
from engine.training.rate_curve import NOT_FINITE, ROSE, STOPPED
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.training.rate_sweep import RateSweep

BY_EYE = said("Click in the plot to try a rate that you see there, or sweep again.")
BEFORE = (
    said("Find a learning rate"),
    said(
        "A short sweep tries rates from tiny to large on a throw-away copy of the model and "
        "draws where the loss falls. It takes seconds, and nothing you have trained changes."
    ),
)


def outcome_heading(sweep: RateSweep) -> str:
    """What became of a sweep that suggests nothing, in a few words."""
    if sweep.ended == STOPPED:
        return said("Stopped: no rate suggested")
    if sweep.ended in (ROSE, NOT_FINITE) and len(sweep.lrs) <= 2:
        return said("The loss left all bounds at once")
    return said("No rate suggested")


def describe_sweep(sweep: RateSweep, *, now: datetime | None = None) -> str:
    """When a sweep was made, of how many steps, and of which loss."""
    when = format_ago(sweep.created, now=now) if sweep.created is not None else said("just now")
    steps = plural(len(sweep.lrs), "step")
    if sweep.loss == "training":
        return f"{steps}, {when}"
    return said("{steps}, loss of the {loss} people, {when}", steps=steps, loss=sweep.loss, when=when)


def distinct_names(sweeps: Sequence[RateSweep]) -> list[str]:
    """Names that tell sweeps drawn together apart: equal ones get what differs from the first, or else their time."""
    counts = Counter(sweep.name for sweep in sweeps)
    return [
        _with_difference(sweep, sweeps[0], number=number) if counts[sweep.name] > 1 else sweep.name
        for number, sweep in enumerate(sweeps)
    ]


def describe_run(run: RunRecord) -> str:
    """A run that a sweep can start from, in a sentence."""
    return f"{run.title}, {plural(run.epochs, 'epoch')}, {run.status}"


def _with_difference(sweep: RateSweep, first: RateSweep, *, number: int) -> str:
    if number == 0:
        return sweep.name
    try:
        differences = compare(sweep.plan, TrainingPlan.from_dict(first.plan)).differences
    except (SettingError, LookupError, TypeError):
        differences = ()
    if differences:
        return f"{sweep.name}, {differences[0].label.lower()} {differences[0].then}"
    return f"{sweep.name}, {format_ago(sweep.created)}" if sweep.created is not None else sweep.name
