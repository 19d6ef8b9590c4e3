"""How several runs learned: training loss above, the monitored metric in validation below, one colour a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plain import Coloured, Words
from desktop_rec.common.plots.axes import CountAxis, FigureAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import Curve
from desktop_rec.common.plots.live_panel import LivePanel
from desktop_rec.common.plots.points import span
from desktop_rec.theme.colours import Colours
from desktop_rec.theme.theme import THEME, series_colour
from engine.evaluation.metrics import metric_title
from engine.text import format_count, format_figure, join_words
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.events import EpochEnded
    from engine.library.run_record import RunRecord

HEIGHT = 400

Points = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class RunCurves:
    """One run: its loss and, where it was measured on its validation people, the metric; per epoch.

    validation_loss is empty where it was not measured.
    """

    run_id: str
    name: str
    place: int
    epochs: tuple[int, ...]
    training: tuple[float, ...]
    validation_loss: Points
    monitor: Points


_NOTHING = RunCurves("", "", 0, (), (), ((), ()), ((), ()))


@dataclass(frozen=True)
class Overlay:
    """All curves. `metric` is what the chosen run monitored; is_relative: losses are shares of each run's first one."""

    runs: tuple[RunCurves, ...]
    metric: str
    is_relative: bool
    notes: tuple[str, ...]


def overlay(
    runs: Sequence[RunRecord], curves: Mapping[str, Sequence[EpochEnded]], places: Mapping[str, int], *, chosen: str
) -> Overlay:
    """The curves of these runs, the metric being that which the chosen one (or the first) monitored."""
    drawn = [run for run in runs if len(curves.get(run.run_id, ()))]
    first = next((run for run in drawn if run.run_id == chosen), drawn[0] if drawn else None)
    metric = curves[first.run_id][0].monitor if first is not None else ""
    is_relative = len({run.model for run in drawn}) > 1
    without = [run.title for run in runs if run not in drawn]
    others = [run.title for run in drawn if curves[run.run_id][0].monitor != metric]
    notes = []
    if is_relative:
        notes.append(
            said("Losses of different models are counted differently, so each is drawn as a share of its first.")
        )
    if others:
        notes.append(
            said(
                "{runs} monitored another metric than {metric}.",
                runs=join_words(others),
                metric=metric_title(metric),
            )
        )
    if without and drawn:
        notes.append(
            counted(
                "{runs} was computed at once: no curve.",
                "{runs} were computed at once: no curve.",
                len(without),
                runs=join_words(without),
            )
        )
    made = [_curves(run, curves[run.run_id], places.get(run.run_id, 0), metric, is_relative) for run in drawn]
    return Overlay(tuple(made), metric, is_relative, tuple(notes))


class RunCurve(Curve):
    """A curve in the colour of a run's number, which may change."""

    place: int = 0

    def colour_in(self, colours: Colours) -> str:
        return series_colour(self.place)


class CurvesPlot(PlotCanvas):
    """Two plots whose x axes, epochs, are one."""

    def __init__(self) -> None:
        super().__init__("run_curves_plot", said("Training loss and validation metric of several runs over epochs"))
        self.overlay = Overlay((), "", is_relative=False, notes=())
        self.loss = LivePanel(self.add_plot(0, bottom=CountAxis("bottom"), left=FigureAxis("left")))
        self.metric = LivePanel(self.add_plot(1, bottom=CountAxis("bottom", words="epoch"), left=FigureAxis("left")))
        self.training: list[RunCurve] = []
        self.validation: list[RunCurve] = []
        self.monitor: list[RunCurve] = []
        self.loss.plot.getAxis("bottom").setStyle(showValues=False)
        self.loss.plot.getAxis("bottom").setHeight(10)
        self.metric.plot.setXLink(self.loss.plot)
        for panel in (self.loss, self.metric):
            panel.plot.setMouseEnabled(x=False, y=False)
        self.setFixedHeight(HEIGHT)
        self.recolour()

    def show_overlay(self, shown: Overlay) -> None:
        """Draw these runs."""
        if shown == self.overlay:
            return
        self.overlay = shown
        while len(self.training) < len(shown.runs):
            self.training.append(RunCurve(self.loss.plot, "accent", width=2))
            self.validation.append(RunCurve(self.loss.plot, "accent", width=2, dashed=True))
            self.monitor.append(RunCurve(self.metric.plot, "accent", width=2, dots=True))
            for curve in (self.training[-1], self.validation[-1], self.monitor[-1]):
                self.add_curve(curve)
        for number, curves in enumerate(zip(self.training, self.validation, self.monitor, strict=True)):
            run = shown.runs[number] if number < len(shown.runs) else _NOTHING
            points = ((run.epochs, run.training), run.validation_loss, run.monitor)
            for curve, (xs, ys) in zip(curves, points, strict=True):
                curve.place = run.place
                curve.set_points(xs, ys)
        last = max((run.epochs[-1] for run in shown.runs), default=1)
        first = min((run.epochs[0] for run in shown.runs), default=0)
        self.loss.plot.setXRange(first, max(last, first + 1), padding=0.02)
        self.loss.set_y(*_range([*self.training, *self.validation]))
        self.metric.set_y(*_range(self.monitor))
        self._show_titles()
        self.recolour()
        self.draw()

    def table(self) -> Table:
        """A row for each run and epoch."""
        rows = [row for run in self.overlay.runs for row in _rows(run)]
        loss = said("Loss, first = 1") if self.overlay.is_relative else said("Training loss")
        return Table((said("Run"), said("Epoch"), loss, metric_title(self.overlay.metric) or said("Metric")), rows)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        curves = self.training if plot is self.loss.plot else self.monitor
        near = [(run.name, curve.value_at(x)) for run, curve in zip(self.overlay.runs, curves, strict=False)]
        values = [f"{name} {format_figure(point[1])}" for name, point in near if point is not None]
        return said("epoch {epoch}: {values}", epoch=format_count(round(x)), values=", ".join(values)) if values else ""

    def recolour(self) -> None:
        super().recolour()
        for panel in (self.loss, self.metric):
            panel.recolour(THEME.colours)
        self._show_titles()

    def legend(self) -> tuple[Words, ...]:
        """The runs' names in their colours."""
        names = [Coloured(run.name, series_colour(run.place)) for run in self.overlay.runs]
        return tuple(part for name in names for part in (" · ", name))[1:]

    def _show_titles(self) -> None:
        loss = said("training loss, first epoch = 1") if self.overlay.is_relative else said("training loss")
        if any(len(run.validation_loss[0]) for run in self.overlay.runs):
            loss = said("{loss}; dashed: in validation", loss=loss)
        self.loss.say(loss)
        self.metric.say(
            said("{metric} in validation", metric=metric_title(self.overlay.metric)) if self.overlay.metric else ""
        )


def _range(curves: Sequence[Curve]) -> tuple[float, float]:
    low, high = span(np.concatenate([curve.ys for curve in curves] or [np.empty(0)]), margin=0.08)
    return low, high + 0.15 * (high - low)


def _rows(run: RunCurves) -> list[tuple[str, ...]]:
    monitored = {epoch: format_figure(value) for epoch, value in zip(*run.monitor, strict=True)}
    losses = zip(run.epochs, run.training, strict=True)
    return [(run.name, format_count(epoch), format_figure(loss), monitored.get(epoch, "")) for epoch, loss in losses]


def _curves(run: RunRecord, epochs: Sequence[EpochEnded], place: int, metric: str, is_relative: bool) -> RunCurves:
    first = epochs[0].training_loss if is_relative and epochs[0].training_loss else 1.0
    return RunCurves(
        run.run_id,
        run.title,
        place,
        tuple(epoch.epoch for epoch in epochs),
        tuple(epoch.training_loss / first for epoch in epochs),
        _points(epochs, "loss", first),
        _points(epochs, metric, 1.0) if metric != "loss" else ((), ()),
    )


def _points(epochs: Sequence[EpochEnded], name: str, unit: float) -> Points:
    measured = [(float(epoch.epoch), dict(epoch.validation)) for epoch in epochs]
    pairs = [(epoch, values[name] / unit) for epoch, values in measured if name in values]
    return tuple(epoch for epoch, _ in pairs), tuple(value for _, value in pairs)
