"""The numbers behind the curves of a run: a table to look at, and one of every step with full precision to save."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.saving import Numbers, exact
from desktop_rec.training.live.run import LiveRun
from engine.evaluation.metrics import metric_title
from engine.events import EpochEnded
from engine.text import format_clock, format_count, format_figure, format_rate
from engine.wording import said

_MOST_STEPS = 1000
_TITLES = {"loss": said("Validation loss")}


def epoch_table(run: LiveRun) -> Table:
    """A row an epoch with all that was measured; the newest steps while there is no epoch yet."""
    if not run.epochs:
        newest = slice(-_MOST_STEPS, None)
        rows = zip(run.steps[newest], run.losses[newest], run.lrs[newest], run.seconds[newest], strict=True)
        return Table(
            (said("Step"), said("Training loss"), said("Learning rate"), said("Time")),
            [(format_count(s), format_figure(loss), format_rate(lr), format_clock(t)) for s, loss, lr, t in rows],
        )
    measured = _names(run, "validation")
    parts, learned = _names(run, "parts"), _names(run, "learned")
    headings = (
        said("Epoch"),
        said("Step"),
        said("Training loss"),
        *map(_title, measured),
        *map(_plain, (*parts, *learned)),
    )
    names = (measured, parts, learned)
    return Table((*headings, said("Learning rate"), said("Best")), [_row(epoch, *names) for epoch in run.epochs])


def numbers_of(run: LiveRun) -> Numbers:
    """A row a step; what is measured once an epoch stands in the row of its last step. Nothing is rounded."""
    measured, learned = _names(run, "validation"), _names(run, "learned")
    headings = (
        *(said("step"), said("epoch"), said("seconds"), said("training loss"), said("learning rate")),
        *(said("gradient norm"), *run.parts),
    )
    ending = (
        said("training loss of the epoch"),
        *(said("validation {name}", name=name) for name in measured),
        *learned,
        said("best"),
    )
    return Numbers((*headings, *ending), _exact_rows(replace(run, epochs=tuple(run.epochs)), measured, learned))


def _exact_rows(run: LiveRun, measured: tuple[str, ...], learned: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    columns = (run.seconds, run.losses, run.lrs, run.norms, *run.parts.values())
    first = run.steps[0] if len(run.steps) else math.inf
    for epoch in run.epochs:
        if epoch.step < first:
            numbers = (str(epoch.step), str(epoch.epoch), *("",) * len(columns))
            yield (*numbers, *_exact_epoch(epoch, measured, learned))
    ended = {epoch.step: epoch for epoch in run.epochs}
    nothing = ("",) * (len(measured) + len(learned) + 2)
    for number, step in enumerate(run.steps.astype(int).tolist()):
        ending = _exact_epoch(ended[step], measured, learned) if step in ended else nothing
        yield (str(step), str(run.epoch_of(step)), *(exact(column[number]) for column in columns), *ending)


def _row(
    epoch: EpochEnded, measured: tuple[str, ...], parts: tuple[str, ...], learned: tuple[str, ...]
) -> tuple[str, ...]:
    values = [dict(epoch.validation).get(name) for name in measured]
    values += [dict(epoch.parts).get(name) for name in parts] + [dict(epoch.learned).get(name) for name in learned]
    return (
        format_count(epoch.epoch),
        format_count(epoch.step),
        format_figure(epoch.training_loss),
        *map(format_figure, values),
        format_rate(epoch.lr),
        "best" if epoch.is_best else "",
    )


def _exact_epoch(epoch: EpochEnded, measured: tuple[str, ...], learned: tuple[str, ...]) -> tuple[str, ...]:
    held_out, values = dict(epoch.validation), dict(epoch.learned)
    found = [held_out.get(name) for name in measured] + [values.get(name) for name in learned]
    return (exact(epoch.training_loss), *map(exact, found), "best" if epoch.is_best else "")


def _names(run: LiveRun, kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for epoch in run.epochs for name, _ in getattr(epoch, kind)))


def _title(name: str) -> str:
    return _TITLES.get(name) or metric_title(name)


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()
