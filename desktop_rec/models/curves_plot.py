"""How several runs learned: training loss above, the watched metric in validation below, one colour a run.

A part of Quality: show_overlay() in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plots.axes import CountAxis, FigureAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import Curve, span
from desktop_rec.common.plots.live_panel import LivePanel, coloured
from desktop_rec.models.curves import Overlay, RunCurves
from desktop_rec.theme.colours import Colours
from desktop_rec.theme.theme import THEME, series_colour
from engine.evaluation.metrics import metric_title
from engine.text import format_count, format_figure

HEIGHT = 400


class RunCurve(Curve):
    """A curve in the colour of a run's number, which may change."""

    place: int = 0

    def colour_in(self, colours: Colours) -> str:
        return series_colour(self.place)


class CurvesPlot(PlotCanvas):
    """Two plots whose x axes, epochs, are one."""

    def __init__(self) -> None:
        super().__init__("quality_curves_plot", "Training loss and validation metric of several runs over epochs")
        self._overlay = Overlay((), "", is_relative=False, notes=())
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
        if shown == self._overlay:
            return
        self._overlay = shown
        while len(self.training) < len(shown.runs):
            self.training.append(self._curve(self.loss.plot))
            self.validation.append(self._curve(self.loss.plot, dashed=True))
            self.monitor.append(self._curve(self.metric.plot, dots=True))
        for number in range(len(self.training)):
            self._set(number, shown.runs[number] if number < len(shown.runs) else None)
        last = max((one.epochs[-1] for one in shown.runs), default=1)
        first = min((run.epochs[0] for run in shown.runs), default=0)
        self.loss.plot.setXRange(first, max(last, first + 1), padding=0.02)
        self.loss.set_y(*_range([*self.training, *self.validation]))
        self.metric.set_y(*_range(self.monitor))
        self._say()
        self.recolour()
        self.draw()

    def table(self) -> Table:
        """A row for each run and epoch."""
        rows = [row for run in self._overlay.runs for row in _rows(run)]
        loss = "Loss, first = 1" if self._overlay.is_relative else "Training loss"
        return Table(("Run", "Epoch", loss, metric_title(self._overlay.metric) or "Metric"), rows)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        curves = self.training if plot is self.loss.plot else self.monitor
        near = [(run.name, curve.value_at(x)) for run, curve in zip(self._overlay.runs, curves, strict=False)]
        said = [f"{name} {format_figure(point[1])}" for name, point in near if point is not None]
        return f"epoch {format_count(round(x))}: {', '.join(said)}" if said else ""

    def recolour(self) -> None:
        super().recolour()
        for panel in (self.loss, self.metric):
            panel.recolour(THEME.colours)
        self._say()

    def legend(self) -> str:
        """The runs' names in their colours, as HTML."""
        return " · ".join(coloured(run.name, series_colour(run.place)) for run in self._overlay.runs)

    def _say(self) -> None:
        loss = "training loss, first epoch = 1" if self._overlay.is_relative else "training loss"
        if any(len(run.validation_loss[0]) for run in self._overlay.runs):
            loss += "; dashed: in validation"
        self.loss.say(loss)
        self.metric.say(f"{metric_title(self._overlay.metric)} in validation" if self._overlay.metric else "")

    def _curve(self, plot: pg.PlotItem, *, dashed: bool = False, dots: bool = False) -> RunCurve:
        made = RunCurve(plot, "accent", width=2, dashed=dashed, dots=dots)
        self.add_curve(made)
        return made

    def _set(self, number: int, run: RunCurves | None) -> None:
        curves = (self.training[number], self.validation[number], self.monitor[number])
        points = (
            ((), ()) if run is None else (run.epochs, run.training),
            ((), ()) if run is None else run.validation_loss,
            ((), ()) if run is None else run.monitor,
        )
        for curve, (xs, ys) in zip(curves, points, strict=True):
            curve.place = run.place if run is not None else 0
            curve.set_points(xs, ys)


def _range(curves: Sequence[Curve]) -> tuple[float, float]:
    low, high = span(np.concatenate([curve.ys for curve in curves] or [np.empty(0)]), margin=0.08)
    return low, high + 0.15 * (high - low)


def _rows(run: RunCurves) -> list[tuple[str, ...]]:
    watched = dict(zip(*run.monitor, strict=True))
    return [
        (run.name, format_count(epoch), format_figure(loss), format_figure(watched[epoch]) if epoch in watched else "")
        for epoch, loss in zip(run.epochs, run.training, strict=True)
    ]
