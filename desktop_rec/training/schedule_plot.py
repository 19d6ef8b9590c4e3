"""The planned learning rate of every step, drawn before training, with handles that move it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from desktop_rec.common.plots.axes import CountAxis, LinearRateAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import Curve
from desktop_rec.theme.theme import THEME
from desktop_rec.training.schedule_handles import PEAK, Handle, handles_of, moved
from engine.evaluation.metrics import metric_title
from engine.text import format_count, format_rate, plural
from engine.training.config import TrainingConfig
from engine.training.schedules import corner_steps, earliest_reductions, rates_at
from engine.wording import said

_DRAWN_STEPS = 500
_REACH, _STILL = 14.0, 4.0
"""Pixels from a handle within which it is taken, and within which a drag does not leave a direction alone."""
_KEY_STEP, _KEY_FACTOR = 0.01, 1.1
_SIZE = 11


class SchedulePlot(PlotCanvas):
    """One curve: rates over steps; dashed, what a plateau may do at the earliest.

    settings_moved(dict): a person put a handle elsewhere, and these settings of training change, `lr` among them.
    """

    settings_moved = Signal(object)

    def __init__(self, name: str = "schedule_plot", *, editable: bool = False) -> None:
        super().__init__(name, said("Planned learning rate over steps"))
        self._editable = editable
        if editable:
            self.setAccessibleDescription(
                said(
                    "Arrow keys move the chosen handle, page up and down choose another; the table behind "
                    "the plot holds the numbers."
                )
            )
        self.plot = self.add_plot(0, bottom=CountAxis("bottom", words="step"), left=LinearRateAxis("left"))
        self.plot.setMouseEnabled(x=False, y=False)
        self.curve = self.add_curve(Curve(self.plot, "accent", width=2))
        self.possible = self.add_curve(Curve(self.plot, "raw", width=2, dashed=True))
        self._dots = pg.ScatterPlotItem(size=_SIZE, pxMode=True)
        self._dots.setZValue(20)
        self.plot.addItem(self._dots, ignoreBounds=True)
        self._planned: tuple[TrainingConfig, int, float] | None = None
        self._top = 1.0
        self._chosen = 0
        self._dragged: tuple[Handle, QPointF] | None = None
        self.recolour()

    @property
    def handles(self) -> tuple[Handle, ...]:
        """What can be moved now."""
        if self._planned is None or not self._editable:
            return ()
        config, total_steps, lr = self._planned
        return handles_of(config, total_steps=total_steps, lr=lr)

    def show_schedule(self, config: TrainingConfig, *, total_steps: int, lr: float) -> None:
        """The schedule of a config over so many steps, with this highest (or first) rate."""
        planned = (config, max(2, total_steps), lr)
        if planned == self._planned:
            return
        if self._planned is None or config.schedule != self._planned[0].schedule:
            found = handles_of(config, total_steps=planned[1], lr=lr)
            self._chosen = next((place for place, handle in enumerate(found) if handle.key == PEAK), 0)
        self._planned, self._dragged = planned, None
        self._show(config, total_steps=planned[1], lr=lr)
        self._top = nice_ceiling(max(float(self.curve.ys.max(initial=0.0)), lr) * 1.02)

    def show_nothing(self) -> None:
        """There is no schedule to draw: a setting is refused."""
        self._planned = self._dragged = None
        for curve in self.curves:
            curve.set_points((), ())
        self._dots.clear()
        self.repainter.mark()

    def draw(self) -> None:
        super().draw()
        self.viewport().update()  # all of it: pyqtgraph repaints less than its dots took
        if self._planned is None:
            return
        self.plot.setXRange(0, self._planned[1] - 1, padding=0.02)
        self.plot.setYRange(-0.02 * self._top, self._top, padding=0)

    def recolour(self) -> None:
        super().recolour()
        self._show_handles()

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        found = self.curve.value_at(x)
        return (
            said("step {step}: rate {rate}", step=format_count(found[0]), rate=format_rate(found[1]))
            if found and found[1] > 0
            else ""
        )

    def table(self) -> Table:
        """The rates that are drawn: of every step, or of some hundreds of them."""
        points = zip(self.curve.xs, self.curve.ys, strict=True)
        return Table((said("Step"), said("Rate")), [(format_count(x), format_rate(y)) for x, y in points])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        handle = self._handle_at(event.position())
        if handle is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._chosen = self.handles.index(handle)
        self._dragged = (handle, event.position())
        self._show_handles()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._dragged is None:
            handle = self._handle_at(event.position())
            self.setCursor(Qt.CursorShape.ArrowCursor if handle is None else _cursor(handle))
            return
        changes = self._changes_at(event.position())
        if changes and self._planned is not None:
            config, total_steps, lr = self._planned
            self._show(config.changed(**changes), total_steps=total_steps, lr=changes.get("lr", lr))
            self.pointed_at.emit(_said(changes))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._dragged is not None:
            changes = self._changes_at(event.position())
            self._dragged = None
            if changes:
                self.settings_moved.emit(changes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Each press is a move of the chosen handle, or chooses another."""
        key, handles = event.key(), self.handles
        if not handles or self._planned is None:
            super().keyPressEvent(event)
            return
        config, total_steps, lr = self._planned
        handle = handles[min(self._chosen, len(handles) - 1)]
        across, up = _ACROSS.get(key, 0), _UP.get(key, 0)
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._chosen = (handles.index(handle) + (1 if key == Qt.Key.Key_PageDown else -1)) % len(handles)
            self._show_handles()
            self.pointed_at.emit(handles[self._chosen].words)
        elif (across and handle.along_steps) or up:
            stride = max(1, round(_KEY_STEP * total_steps))
            if handle.key.startswith("place") and config.step_unit == "epochs":
                stride = max(1, round(total_steps / config.epochs))
            least = self._top / 1000
            changes = moved(
                config,
                handle.key,
                total_steps=total_steps,
                lr=lr,
                step=handle.step + across * stride if across else None,
                rate=max(handle.rate, least) * _KEY_FACTOR**up if up else None,
            )
            self.settings_moved.emit(changes)
        else:
            super().keyPressEvent(event)

    def _show(self, config: TrainingConfig, *, total_steps: int, lr: float) -> None:
        some = np.linspace(0, total_steps - 1, min(total_steps, _DRAWN_STEPS)).astype(int)
        steps = sorted({*some.tolist(), *corner_steps(config, total_steps)})
        self.curve.set_points(steps, rates_at(config, steps, total_steps=total_steps, lr=lr))
        self.possible.set_points(*_staircase(config, total_steps=total_steps, lr=lr))
        self._show_handles(config, total_steps=total_steps, lr=lr)
        self.repainter.mark()

    def _show_handles(self, config: TrainingConfig | None = None, *, total_steps: int = 0, lr: float = 0.0) -> None:
        """The chosen one is filled."""
        if not self._editable:
            return
        found = handles_of(config, total_steps=total_steps, lr=lr) if config is not None else self.handles
        colours = THEME.colours
        filled = [index == min(self._chosen, len(found) - 1) for index in range(len(found))]
        self._dots.setData(
            x=[handle.step for handle in found],
            y=[handle.rate for handle in found],
            brush=[pg.mkBrush(colours.accent if is_chosen else colours.raised) for is_chosen in filled],
            pen=pg.mkPen(colours.accent, width=2),
        )

    def _handle_at(self, place: QPointF) -> Handle | None:
        """The nearest handle, if it is near."""
        near = [(self._distance(handle, place), index) for index, handle in enumerate(self.handles)]
        distance, index = min(near, default=(math.inf, 0))
        return self.handles[index] if distance <= _REACH else None

    def _distance(self, handle: Handle, place: QPointF) -> float:
        at = self.mapFromScene(self.plot.getViewBox().mapViewToScene(QPointF(handle.step, handle.rate)))
        return math.hypot(at.x() - place.x(), at.y() - place.y())

    def _changes_at(self, place: QPointF) -> dict[str, Any]:
        """What the drag to a place changes; a direction in which it hardly went is left alone."""
        if self._dragged is None or self._planned is None:
            return {}
        handle, start = self._dragged
        config, total_steps, lr = self._planned
        point = self.plot.getViewBox().mapSceneToView(self.mapToScene(place.toPoint()))
        is_across = handle.along_steps and abs(place.x() - start.x()) > _STILL
        is_up = handle.along_rates and abs(place.y() - start.y()) > _STILL
        return moved(
            config,
            handle.key,
            total_steps=total_steps,
            lr=lr,
            step=max(0, min(total_steps - 1, round(point.x()))) if is_across else None,
            rate=max(self._top / 1000, min(self._top, point.y())) if is_up else None,
        )


_ACROSS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_UP: dict[int, int] = {Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}


def _cursor(handle: Handle) -> Qt.CursorShape:
    return Qt.CursorShape.SizeAllCursor if handle.along_steps else Qt.CursorShape.SizeVerCursor


def _said(changes: dict[str, Any]) -> str:
    """What a drag would set, to stand beside the plot."""
    return ", ".join(f"{name} {value:g}" if isinstance(value, float) else f"{value}" for name, value in changes.items())


def _staircase(config: TrainingConfig, *, total_steps: int, lr: float) -> tuple[list[int], list[float]]:
    """What a plateau schedule may do at the earliest, as corners of a line; nothing for the others."""
    if config.schedule != "reduce_on_plateau":
        return [], []
    steps, rates, rate = [0], [lr], lr
    for step, lower in earliest_reductions(config, total_steps=total_steps, lr=lr):
        steps += [step, step]
        rates += [rate, lower]
        rate = lower
    return [*steps, total_steps - 1], [*rates, rate]


def nice_ceiling(value: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below a positive value: the axis steps, the curve moves."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= value * (1 - 1e-9))


def schedule_title(config: TrainingConfig, *, total_steps: int, lr: float) -> str:
    """What the drawn schedule is, in words."""
    rate, steps = format_rate(lr), plural(total_steps, "step")
    if config.schedule == "reduce_on_plateau":
        found = earliest_reductions(config, total_steps=total_steps, lr=lr)
        if not found:
            return said("From {rate}, over at most {steps}", rate=rate, steps=steps)
        return said(
            "From {rate}, over at most {steps}; dashed: the earliest it may fall (step {step})",
            rate=rate,
            steps=steps,
            step=format_count(found[0][0]),
        )
    if config.schedule == "steps":
        places = config.given_rates
        if not places:
            return said(
                "{rate}, a tenth of it after half of {steps}, a hundredth after three quarters", rate=rate, steps=steps
            )
        return said(
            "{rates} in steps, from {rate}, over {steps}",
            rates=plural(len(places), "rate"),
            rate=format_rate(config.first_rate or lr),
            steps=steps,
        )
    if config.schedule == "linear":
        return said(
            "From {rate} straight down to {lr}, over {steps}",
            rate=rate,
            lr=format_rate(lr * config.last_share),
            steps=steps,
        )
    if config.schedule == "constant":
        return said("Constant at {rate}, over {steps}", rate=rate, steps=steps)
    return said("Peak {rate}, drawn to scale over {steps}", rate=rate, steps=steps)


_BECOMES = {
    "slanted_triangle": said("the peak of the slanted triangle"),
    "one_cycle": said("the peak of the cycle"),
    "cosine": said("the peak, from which the rate falls along a cosine"),
    "linear": said("the first rate, which falls in a straight line"),
    "steps": said("the rate up to the first step down"),
    "constant": said("the rate of every step"),
}


def rate_becomes(config: TrainingConfig) -> str:
    """What a chosen rate becomes under a schedule, to stand after "It becomes"."""
    if config.schedule in _BECOMES:
        return _BECOMES[config.schedule]
    return said(
        "the start of the plateau: times {factor:g} when {metric} has not improved for {epochs}",
        factor=config.factor,
        metric=metric_title(config.monitor),
        epochs=plural(config.patience, "epoch"),
    )
