"""The curves of several runs on one pair of axes, epoch by epoch, and what may be compared in them.

Stands between the kept curves and the plot. Plain values, no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.evaluation.metrics import metric_title
from engine.text import join_words

if TYPE_CHECKING:
    from engine.events import EpochEnded
    from engine.library.run_record import RunRecord

Points = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class RunCurves:
    """One run: its loss and, where its validation people were asked for `metric`, that; per epoch.

    validation_loss is empty where it was not measured.
    """

    run_id: str
    name: str
    place: int
    epochs: tuple[int, ...]
    training: tuple[float, ...]
    validation_loss: Points
    monitor: Points


@dataclass(frozen=True)
class Overlay:
    """All curves. `metric` is what the chosen run watched; is_relative: losses are shares of each run's first one."""

    runs: tuple[RunCurves, ...]
    metric: str
    is_relative: bool
    notes: tuple[str, ...]


def overlay(
    runs: Sequence[RunRecord], curves: Mapping[str, Sequence[EpochEnded]], places: Mapping[str, int], *, chosen: str
) -> Overlay:
    """The curves of these runs, the metric being that which the chosen one (or the first) watched."""
    drawn = [one for one in runs if len(curves.get(one.run_id, ()))]
    first = next((one for one in drawn if one.run_id == chosen), drawn[0] if drawn else None)
    metric = curves[first.run_id][0].monitor if first is not None else ""
    is_relative = len({one.model for one in drawn}) > 1
    without = [run.name for run in runs if run not in drawn]
    others = [one.name for one in drawn if curves[one.run_id][0].monitor != metric]
    notes = []
    if is_relative:
        notes.append("Losses of different models are counted differently, so each is drawn as a share of its first.")
    if others:
        notes.append(f"{join_words(others)} watched another metric than {metric_title(metric)}.")
    if without and drawn:
        notes.append(f"{join_words(without)} {'was' if len(without) == 1 else 'were'} computed at once: no curve.")
    made = [_curves(one, curves[one.run_id], places.get(one.run_id, 0), metric, is_relative) for one in drawn]
    return Overlay(tuple(made), metric, is_relative, tuple(notes))


def _curves(run: RunRecord, epochs: Sequence[EpochEnded], place: int, metric: str, is_relative: bool) -> RunCurves:
    first = epochs[0].training_loss if is_relative and epochs[0].training_loss else 1.0
    return RunCurves(
        run.run_id,
        run.name,
        place,
        tuple(one.epoch for one in epochs),
        tuple(epoch.training_loss / first for epoch in epochs),
        _points(epochs, "loss", first),
        _points(epochs, metric, 1.0) if metric != "loss" else ((), ()),
    )


def _points(epochs: Sequence[EpochEnded], name: str, unit: float) -> Points:
    pairs = [(float(one.epoch), dict(one.validation)[name] / unit) for one in epochs if name in dict(one.validation)]
    return tuple(epoch for epoch, _ in pairs), tuple(value for _, value in pairs)
