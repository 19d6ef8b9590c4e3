"""Training as it goes: loss, the watched metric and the learning rate above each other, over the same steps.

Stands between a training run's state and the person's eye. Showing a state only remembers it; arrays are looked at
when it is time to draw, at most ten times a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg

from desktop_rec.theme import THEME
from desktop_rec.widgets.curve import Curve
from desktop_rec.widgets.number_words import count_words, figure_words, metric_words, rate_words
from desktop_rec.widgets.plot_axes import CountAxis, FigureAxis, LinearRateAxis
from desktop_rec.widgets.plot_canvas import PlotCanvas
from desktop_rec.widgets.plot_card import Table
from desktop_rec.widgets.running_mean import running_mean
from desktop_rec.widgets.schedule_plot import nice_ceiling
from desktop_rec.widgets.thinning import Float64, span
from engine.events import EpochEnded

_SMOOTH_POINTS = 400


@dataclass(frozen=True)
class LiveCurves:
    """What is drawn: per step its number, loss and rate (equal lengths; views are fine), and the epochs so far."""

    steps: Float64
    losses: Float64
    lrs: Float64
    epochs: Sequence[EpochEnded]
    total_steps: int
    watched: str


class LivePlot(PlotCanvas):
    """Three plots whose x axes are one."""

    def __init__(self, name: str = "live_plot") -> None:
        super().__init__(name, "Training loss, watched metric and learning rate over steps")
        self._shown: LiveCurves | None = None
        self._fixed_x = False
        self._build()
        self.recolour()

    def show_curves(self, curves: LiveCurves) -> None:
        """The run so far; drawn when due."""
        self._shown = curves
        self.repainter.mark()

    def show_all(self) -> None:
        """Back to the whole run after zooming."""
        self._fixed_x = False
        self.repainter.mark()

    def _build(self) -> None:
        self.loss = self.add_plot(0, bottom=CountAxis("bottom"), left=FigureAxis("left"))
        self.metric = self.add_plot(1, bottom=CountAxis("bottom"), left=FigureAxis("left"))
        self.rate = self.add_plot(2, bottom=CountAxis("bottom", words="step"), left=LinearRateAxis("left"))
        self.raw = self.add_curve(Curve(self.loss, "raw"))
        self.smooth = self.add_curve(Curve(self.loss, "accent", width=2, limit=_SMOOTH_POINTS))
        self.validation = self.add_curve(Curve(self.loss, "second", width=2, dots=True, limit=_SMOOTH_POINTS))
        self.watched = self.add_curve(Curve(self.metric, "second", width=2, dots=True, limit=_SMOOTH_POINTS))
        self.lr = self.add_curve(Curve(self.rate, "accent", width=2, limit=_SMOOTH_POINTS))
        self.best = pg.ScatterPlotItem(size=14, pxMode=True, symbol="o")
        self.metric.addItem(self.best, ignoreBounds=True)
        self._titles = [self._title(plot) for plot in (self.loss, self.metric, self.rate)]
        self._best_words = pg.TextItem("", anchor=(0.5, 1.25))
        self.metric.addItem(self._best_words, ignoreBounds=True)
        for plot in (self.metric, self.rate):
            plot.setXLink(self.loss)
        for plot in (self.loss, self.metric):
            plot.getAxis("bottom").setStyle(showValues=False)
            plot.getAxis("bottom").setHeight(10)
        self.loss.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        self.metric.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        self.rate.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        for row, stretch in enumerate((5, 4, 3)):
            self.ci.layout.setRowStretchFactor(row, stretch)

    def _title(self, plot: pg.PlotItem) -> pg.TextItem:
        """Direct label in the upper right of a plot, where it stays when the curve moves."""
        words = pg.TextItem("", anchor=(1, 0))
        words.setParentItem(plot.getViewBox())
        plot.getViewBox().sigResized.connect(self._place_titles)
        return words

    def _place_titles(self) -> None:
        for title, plot in zip(self._titles, (self.loss, self.metric, self.rate), strict=True):
            title.setPos(plot.getViewBox().width() - 2, 0)

    def draw(self) -> None:
        shown = self._shown
        if shown is None:
            return
        self.raw.set_points(shown.steps, shown.losses)
        self.smooth.set_points(*running_mean(shown.steps, shown.losses))
        self.lr.set_points(shown.steps, shown.lrs)
        ends = [one.step for one in shown.epochs]
        self.watched.set_points(ends, [watched_value(one) for one in shown.epochs])
        self.validation.set_points(ends, [dict(one.validation).get("loss", np.nan) for one in shown.epochs])
        self._draw_best(shown)
        self._fit(shown)
        self._say_titles(shown)
        super().draw()

    def _draw_best(self, shown: LiveCurves) -> None:
        best = next((one for one in reversed(shown.epochs) if one.is_best), None)
        value = watched_value(best) if best else float("nan")
        if best is None or not np.isfinite(value):
            self.best.setData([], [])
            self._best_words.setText("")
            return
        self.best.setData([best.step], [value])
        self._best_words.setText(f"best {figure_words(value)} at {best.epoch}")
        share = best.step / max(1, shown.total_steps)
        self._best_words.setAnchor((0 if share < 0.15 else 1 if share > 0.85 else 0.5, 1.25))
        self._best_words.setPos(best.step, value)

    def _fit(self, shown: LiveCurves) -> None:
        """Ranges are set here: cheaper than pyqtgraph's own search, and the first wild losses do not rule."""
        if not self._fixed_x:
            last = float(shown.steps[-1]) if len(shown.steps) else 1.0
            self.loss.setXRange(0, max(1.0, last, min(shown.total_steps, last * 1.3)), padding=0.01)
        self.loss.setYRange(*loss_range(self.raw.ys, self.smooth.ys, self.validation.ys), padding=0)
        low, high = span(self.watched.ys, margin=0.15)
        self.metric.setYRange(low, high + (high - low) * 0.2, padding=0)
        top = float(self.lr.ys.max()) if len(self.lr.ys) else 1.0
        ceiling = nice_ceiling(top * 1.05)
        self.rate.setYRange(-0.03 * ceiling, ceiling, padding=0)

    def _say_titles(self, shown: LiveCurves) -> None:
        colours = THEME.colours
        loss = f"training loss: each step, {_coloured('smoothed', colours.accent)}"
        if len(self.validation.xs):
            loss += f", {_coloured('validation', colours.second)}"
        metric = metric_words(shown.watched)
        metric += " of each epoch" if shown.watched == "training loss" else " on validation people"
        for title, words in zip(self._titles, (loss, metric, "learning rate"), strict=True):
            title.setHtml(_coloured(words, colours.text_weak))
        self._place_titles()

    def recolour(self) -> None:
        super().recolour()
        colours = THEME.colours
        for title in self._titles:
            title.fill = pg.mkBrush(colours.raised)
        if self._shown is not None:
            self._say_titles(self._shown)
        self.best.setPen(pg.mkPen(colours.positive, width=2))
        self.best.setBrush(pg.mkBrush(None))
        self._best_words.setColor(colours.positive)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        loss, rate, watched = self.smooth.value_at(x), self.lr.value_at(x), self.watched.value_at(x)
        if loss is None or rate is None:
            return ""
        said = f"step {count_words(rate[0])}: loss {figure_words(loss[1])}, rate {rate_words(rate[1])}"
        return said + (f", {figure_words(watched[1])}" if watched else "")

    def table(self) -> Table:
        """One row an epoch; one row a step while there is no epoch yet."""
        shown = self._shown
        if shown is None:
            return Table((), ())
        if not shown.epochs:
            steps = zip(shown.steps, shown.losses, shown.lrs, strict=True)
            rows = [(count_words(step), figure_words(loss), rate_words(lr)) for step, loss, lr in steps]
            return Table(("Step", "Training loss", "Learning rate"), rows)
        headings = ("Epoch", "Step", "Training loss", metric_words(shown.watched), "Learning rate", "Best")
        return Table(headings, [_epoch_row(one) for one in shown.epochs])

    def _on_zoomed(self) -> None:
        self._fixed_x = True


def loss_range(raw_N: Float64, smooth_N: Float64, validation_N: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The y range of the losses: all smooth and validation points, and the raw ones but for the wildest 2 %."""
    if len(raw_N) == 0:
        return 0.0, 1.0
    usual = np.quantile(raw_N[-20_000:], (0.0, 0.98))
    low, high = span(np.concatenate((usual, smooth_N[-20_000:], validation_N)))
    return low, high + (high - low) * 0.1


def watched_value(one: EpochEnded) -> float:
    """The value by which the best epoch is chosen: of the validation people, else the training loss."""
    return dict(one.validation).get(one.watched, one.training_loss if not one.validation else float("nan"))


def _coloured(words: str, colour: str) -> str:
    return f'<span style="color: {colour}">{words}</span>'


def _epoch_row(one: EpochEnded) -> tuple[str, ...]:
    return (
        count_words(one.epoch),
        count_words(one.step),
        figure_words(one.training_loss),
        figure_words(watched_value(one)),
        rate_words(one.lr),
        "best" if one.is_best else "",
    )
