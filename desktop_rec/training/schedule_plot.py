"""The planned learning rate of every step, drawn before training.

Every schedule is its rate times a shape, so dragging a rate only scales a shape that was computed once.
"""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plots.axes import CountAxis, LinearRateAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import Curve, Float64, thin
from engine.evaluation.metrics import metric_title
from engine.text import format_count, format_rate
from engine.training.config import TrainingConfig
from engine.training.schedules import rates

_MOST_ROWS = 5000


class SchedulePlot(PlotCanvas):
    """One curve: rates over steps."""

    def __init__(self, name: str = "schedule_plot") -> None:
        super().__init__(name, "Planned learning rate over steps")
        self.plot = self.add_plot(0, bottom=CountAxis("bottom", words="step"), left=LinearRateAxis("left"))
        self.plot.setMouseEnabled(x=False, y=False)
        self.curve = self.add_curve(Curve(self.plot, "accent", width=2))
        self._shape: Float64 = np.empty(0)
        self._planned: tuple[TrainingConfig, int] | None = None
        self._lr = 1.0
        self.recolour()

    def show_schedule(self, config: TrainingConfig, *, total_steps: int, lr: float) -> None:
        """The schedule of a config over so many steps, with this highest (or first) rate."""
        plan = (config.changed(lr=None), total_steps)
        if plan != self._planned:
            self._planned = plan
            self._shape = shape_of(config, total_steps)
        self._lr = lr
        self.curve.set_points(np.arange(len(self._shape)), self._shape * lr)
        self.repainter.mark()

    def draw(self) -> None:
        super().draw()
        self.plot.setXRange(0, max(1, len(self._shape) - 1), padding=0.02)
        top = nice_ceiling(self._lr * 1.02)
        self.plot.setYRange(-0.02 * top, top, padding=0)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        found = self.curve.value_at(x)
        return f"step {format_count(found[0])}: rate {format_rate(found[1])}" if found and found[1] > 0 else ""

    def table(self) -> Table:
        """The rate of every step (thinned where there are very many)."""
        xs, ys = thin(self.curve.xs, self.curve.ys, limit=_MOST_ROWS)
        return Table(("Step", "Rate"), [(format_count(x), format_rate(y)) for x, y in zip(xs, ys, strict=True)])


def shape_of(config: TrainingConfig, total_steps: int) -> Float64:
    """The schedule at rate 1, [total_steps]."""
    if config.schedule != "slanted_triangle":
        return np.ones(max(2, total_steps))
    return rates(config, total_steps=max(2, total_steps), lr=1.0)


def nice_ceiling(value: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below a positive value: the axis steps, the curve moves."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= value * (1 - 1e-9))


def schedule_title(config: TrainingConfig, *, total_steps: int, lr: float) -> str:
    """What the drawn schedule is, in words."""
    rate, steps = format_rate(lr), f"{format_count(total_steps)} steps"
    if config.schedule == "slanted_triangle":
        return f"Peak {rate}, drawn to scale over {steps}"
    if config.schedule == "reduce_on_plateau":
        return f"Starts at {rate}, lower when progress ends; at most {steps}"
    return f"Constant at {rate}, over {steps}"


def rate_becomes(config: TrainingConfig) -> str:
    """What a chosen rate becomes under a schedule, to stand after "It becomes"."""
    if config.schedule == "slanted_triangle":
        return "the peak of the slanted triangle"
    if config.schedule == "constant":
        return "the rate of every step"
    epochs = "epoch" if config.patience == 1 else "epochs"
    return (
        f"the start of the plateau: times {config.factor:g} when {metric_title(config.monitor)} "
        f"has not improved for {config.patience} {epochs}"
    )
