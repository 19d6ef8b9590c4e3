"""Training as it goes: loss, the monitored metric and the learning rate above each other, over the same steps.

Showing a state only remembers it; arrays are looked at when it is time to draw, at most ten times a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QTimer

from desktop_rec.common.plain import Coloured, Words
from desktop_rec.common.plots.axes import CountAxis, FigureAxis, LinearRateAxis, PlotAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import DRAWN_POINTS, Curve, Float64, span, thin_by_place
from desktop_rec.common.plots.live_panel import BestMark, LivePanel, monitor_value
from desktop_rec.theme.theme import THEME
from desktop_rec.training.curves import GrowingSeries
from desktop_rec.training.schedule_plot import nice_ceiling
from engine.evaluation.metrics import metric_title
from engine.events import EpochEnded
from engine.text import format_count, format_figure, format_rate

_FEWEST, _MOST = 10, 200


class LossTrace:
    """Raw points, thinned as they come, and the running mean over about a twentieth of the run (10 to 200 steps)."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Another run begins."""
        self._seen = 0
        self._steps, self._sums = GrowingSeries(), GrowingSeries()
        self._raw: tuple[Float64, Float64] = (np.empty(0), np.empty(0))

    def take(self, steps_N: Float64, losses_N: Float64) -> None:
        """Take the whole run as it stands; only what came since the last time is looked at."""
        if len(losses_N) < self._seen:
            self.clear()
        new_steps, new_losses = steps_N[self._seen :], losses_N[self._seen :]
        self._seen = len(losses_N)
        finite = np.isfinite(new_losses)
        new_steps, new_losses = new_steps[finite], new_losses[finite]
        if len(new_losses) == 0:
            return
        before = self._sums.values[-1] if len(self._sums) else 0.0
        self._sums.extend(before + np.cumsum(new_losses))
        self._steps.extend(new_steps)
        xs, ys = np.concatenate((self._raw[0], new_steps)), np.concatenate((self._raw[1], new_losses))
        self._raw = thin_by_place(xs, ys, limit=DRAWN_POINTS // 2) if len(xs) > DRAWN_POINTS else (xs, ys)

    def raw(self) -> tuple[Float64, Float64]:
        """The raw loss: at most DRAWN_POINTS points, with the low and the high of every stretch."""
        return self._raw

    def smooth(self, *, points: int) -> tuple[Float64, Float64]:
        """The mean of the last so many losses, at about `points` steps; the first steps average over what there is."""
        count = len(self._sums)
        if count == 0:
            return self._raw
        window = min(count, _MOST, max(_FEWEST, count // 20))
        ends = np.unique(np.linspace(1, count, min(count, points)).astype(np.int64))
        starts = np.maximum(0, ends - window)
        sums = self._sums.values
        earlier = np.where(starts > 0, sums[starts - 1], 0.0)
        return self._steps.values[ends - 1], (sums[ends - 1] - earlier) / (ends - starts)


_SMOOTH_POINTS = 200
_BREATH_MS = 25
_ROOM_FOR_BEST = 0.5


@dataclass(frozen=True)
class LiveCurves:
    """What is drawn: per step its number, loss and rate (equal lengths; views are fine), and the epochs so far."""

    steps: Float64
    losses: Float64
    lrs: Float64
    epochs: Sequence[EpochEnded]
    total_steps: int
    monitor: str


class LivePlot(PlotCanvas):
    """Three plots whose x axes are one."""

    def __init__(self, name: str = "live_plot") -> None:
        super().__init__(name, "Training loss, monitored metric and learning rate over steps")
        self._shown: LiveCurves | None = None
        self._fixed_x = False
        self._drawn_epochs = (-1, "")
        self._trace = LossTrace()
        self._waiting: list[Callable[[LiveCurves], None]] = []
        self._breath = QTimer(self)
        self._breath.setSingleShot(True)
        self._breath.setInterval(_BREATH_MS)
        self._breath.timeout.connect(self._draw_next)
        self._build()
        self.recolour()

    def show_curves(self, curves: LiveCurves) -> None:
        """The run so far; drawn when due."""
        if self._shown is None or len(curves.steps) < len(self._shown.steps):
            self._start_anew()
        self._shown = curves
        self.repainter.mark()

    @property
    def is_drawn(self) -> bool:
        """Whether all three plots show the newest state."""
        return not self._waiting

    def show_all(self) -> None:
        """Back to the whole run after zooming."""
        self._fixed_x = False
        self.loss.forget_x()
        self.repainter.mark()

    def _start_anew(self) -> None:
        """Another run: nothing of the former one's ranges stays."""
        self._fixed_x = False
        self._drawn_epochs = (-1, "")
        self._trace.clear()
        for panel in (self.loss, self.metric, self.rate):
            panel.forget()

    def _build(self) -> None:
        self.loss = self._panel(0, bottom=CountAxis("bottom"), left=FigureAxis("left"))
        self.metric = self._panel(1, bottom=CountAxis("bottom"), left=FigureAxis("left"))
        self.rate = self._panel(2, bottom=CountAxis("bottom", words="step"), left=LinearRateAxis("left"))
        self.raw = self.add_curve(Curve(self.loss.plot, "raw"))
        self.smooth = self.add_curve(Curve(self.loss.plot, "accent", width=2, limit=_SMOOTH_POINTS))
        self.validation = self.add_curve(Curve(self.loss.plot, "second", width=2, dots=True, limit=_SMOOTH_POINTS))
        self.monitor = self.add_curve(Curve(self.metric.plot, "second", width=2, dots=True, limit=_SMOOTH_POINTS))
        self.lr = self.add_curve(Curve(self.rate.plot, "accent", width=2, limit=_SMOOTH_POINTS))
        self.best = BestMark(self.metric.plot)
        for panel in (self.metric, self.rate):
            panel.plot.setXLink(self.loss.plot)
        for panel in (self.loss, self.metric):
            panel.plot.getAxis("bottom").setStyle(showValues=False)
            panel.plot.getAxis("bottom").setHeight(10)
        for row, stretch in enumerate((5, 4, 3)):
            self.ci.layout.setRowStretchFactor(row, stretch)

    def _panel(self, row: int, *, bottom: PlotAxis, left: PlotAxis) -> LivePanel:
        panel = LivePanel(self.add_plot(row, bottom=bottom, left=left))
        panel.plot.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        return panel

    def draw(self) -> None:
        """Draw the three plots one after the other with a breath between, so that no single wait is long."""
        self._waiting = [self._draw_loss, self._draw_metric, self._draw_rate]
        self._draw_next()

    def _draw_next(self) -> None:
        if not self.isVisible():
            self.repainter.mark()
        elif self._shown is not None and self._waiting:
            self._waiting.pop(0)(self._shown)
            if self._waiting:
                self._breath.start()

    def _draw_loss(self, shown: LiveCurves) -> None:
        self._trace.take(shown.steps, shown.losses)
        self.raw.set_points(*self._trace.raw())
        self.smooth.set_points(*self._trace.smooth(points=_SMOOTH_POINTS))
        losses = [dict(epoch.validation).get("loss", np.nan) for epoch in shown.epochs]
        self.validation.set_points([epoch.step for epoch in shown.epochs], losses)
        if not self._fixed_x:
            last = float(shown.steps[-1]) if len(shown.steps) else 1.0
            self.loss.show_x(last, total=shown.total_steps)
        self.loss.show_y(loss_range(self.raw.ys, self.smooth.ys, self.validation.ys))
        self._show_titles(shown)
        for curve in (self.raw, self.smooth, self.validation):
            curve.draw()

    def _draw_metric(self, shown: LiveCurves) -> None:
        drawn = (len(shown.epochs), shown.monitor)
        if drawn == self._drawn_epochs:
            return
        self._drawn_epochs = drawn
        self.monitor.set_points(
            [epoch.step for epoch in shown.epochs], [monitor_value(epoch) for epoch in shown.epochs]
        )
        low, high = span(self.monitor.ys, margin=0.15)
        self.metric.show_y((low, high + (high - low) * _ROOM_FOR_BEST))
        best = next((epoch for epoch in reversed(shown.epochs) if epoch.is_best), None)
        self.best.show_best(best, share=best.step / max(1.0, self.metric.plot.viewRange()[0][1]) if best else 0.0)
        self.monitor.draw()

    def _draw_rate(self, shown: LiveCurves) -> None:
        self.lr.set_points(shown.steps, shown.lrs)
        ceiling = nice_ceiling(float(self.lr.ys.max()) * 1.05 if len(self.lr.ys) else 1.0)
        self.rate.set_y(-0.03 * ceiling, ceiling)
        self.lr.draw()

    def _show_titles(self, shown: LiveCurves) -> None:
        colours = THEME.colours
        loss: tuple[Words, ...] = ("training loss: each step, ", Coloured("smoothed", colours.accent))
        if len(self.validation.xs):
            loss += (", ", Coloured("validation", colours.second))
        metric = metric_title(shown.monitor)
        metric += " of each epoch" if shown.monitor == "training loss" else " in validation"
        self.loss.say(*loss)
        self.metric.say(metric)
        self.rate.say("learning rate")

    def recolour(self) -> None:
        super().recolour()
        for panel in (self.loss, self.metric, self.rate):
            panel.recolour(THEME.colours)
        self.best.recolour(THEME.colours)
        if self._shown is not None:
            self._show_titles(self._shown)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        loss, rate, metric = self.smooth.value_at(x), self.lr.value_at(x), self.monitor.value_at(x)
        if loss is None or rate is None:
            return ""
        words = f"step {format_count(rate[0])}: loss {format_figure(loss[1])}, rate {format_rate(rate[1])}"
        return words + (f", {format_figure(metric[1])}" if metric else "")

    def table(self) -> Table:
        """One row an epoch; one row a step while there is no epoch yet."""
        shown = self._shown
        if shown is None:
            return Table((), ())
        if not shown.epochs:
            steps = zip(shown.steps, shown.losses, shown.lrs, strict=True)
            rows = [(format_count(step), format_figure(loss), format_rate(lr)) for step, loss, lr in steps]
            return Table(("Step", "Training loss", "Learning rate"), rows)
        headings = ("Epoch", "Step", "Training loss", metric_title(shown.monitor), "Learning rate", "Best")
        return Table(headings, [_epoch_row(epoch) for epoch in shown.epochs])

    def _on_zoomed(self) -> None:
        self._fixed_x = True


def loss_range(raw_N: Float64, smooth_N: Float64, validation_N: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The y range of the losses: all smooth and validation points, and the raw ones but for the wildest 2 %."""
    if len(raw_N) == 0:
        return 0.0, 1.0
    most = np.quantile(raw_N, (0.0, 0.98))
    low, high = span(np.concatenate((most, smooth_N, validation_N)))
    return low, high + (high - low) * 0.1


def _epoch_row(epoch: EpochEnded) -> tuple[str, ...]:
    return (
        format_count(epoch.epoch),
        format_count(epoch.step),
        format_figure(epoch.training_loss),
        format_figure(monitor_value(epoch)),
        format_rate(epoch.lr),
        "best" if epoch.is_best else "",
    )
