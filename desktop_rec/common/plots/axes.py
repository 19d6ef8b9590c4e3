"""Axes of our plots: own ticks on the logarithmic rate axis, numbers as people say them, a thin grid, no frame."""

from __future__ import annotations

import math
from html import escape
from typing import Literal

import pyqtgraph as pg

from desktop_rec.theme.colours import Colours
from engine.text import format_clock, format_count, format_figure, format_rate

Ticks = list[tuple[float, list[float]]]
Unit = Literal["count", "figure", "rate", "clock"]

LEFT_WIDTH = 58
_PIXELS_A_LABEL = 64
_CLOCK_STEPS = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)


class PlotAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis without a line of its own: text in the weak colour, a thin grid across the plot."""

    def __init__(self, orientation: str, *, words: str = "") -> None:
        super().__init__(orientation)
        self._words = words
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0, tickTextOffset=6, autoExpandTextSpace=False, hideOverlappingLabels=True)
        if orientation == "left":
            self.setWidth(LEFT_WIDTH)
        elif orientation == "bottom":
            self.setHeight(42 if words else 24)

    def show_words(self, words: str) -> None:
        """What the axis counts; it stays when the palette changes. A label set anew has the whole axis drawn anew."""
        if words != self._words:
            self._words = words
            self._show_label()

    def recolour(self, colours: Colours) -> None:
        """Take the colours of the palette in force."""
        self.setPen(pg.mkPen(None))
        self.setTickPen(pg.mkPen(colours.grid, width=1))
        self.setTextPen(pg.mkPen(colours.text_weak))
        self.setGrid(255)
        if self._words:
            self._show_label(color=colours.text_weak)

    def _show_label(self, **style: str) -> None:
        """pyqtgraph reads labels as HTML."""
        self.setLabel(escape(self._words), **style)


class CountAxis(PlotAxis):
    """Steps or epochs: whole numbers with their thousands apart."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        ticks: Ticks = super().tickValues(minVal, maxVal, size)[:1]
        if ticks and ticks[0][0] < 1:
            return [(1.0, [float(count) for count in range(math.ceil(minVal), math.floor(maxVal) + 1)])]
        return ticks

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [format_count(value) if value >= 0 else "" for value in values]


class FigureAxis(PlotAxis):
    """Losses and metrics."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        ticks: Ticks = super().tickValues(minVal, maxVal, size)[:1]
        return ticks

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        decimals = min(6, max(0, -math.floor(math.log10(spacing)))) if spacing > 0 else 3
        return [f"{value:,.{decimals}f}" if spacing >= 1e-4 else format_figure(value) for value in values]


class LinearRateAxis(FigureAxis):
    """Learning rates on a linear axis: 0, 1e-3, 2e-3, never below nothing."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [_nice_rate(value, spacing) for value in values]


class LogRateAxis(PlotAxis):
    """Learning rates whose positions are log10(rate): a label at each decade, at 2 and 5 as well when near."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        return log_ticks(minVal, maxVal, labels=max(2.0, size / _PIXELS_A_LABEL))

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [format_rate(10.0**value) for value in values]


class ScaleAxis(PlotAxis):
    """An axis whose scale a person may change: counts, figures, rates or time, even or logarithmic.

    Positions of a logarithmic axis are log10 of what it shows.
    """

    def __init__(self, orientation: str, unit: Unit, *, words: str = "") -> None:
        super().__init__(orientation, words=words)
        self._unit, self._is_log = unit, False

    def show_scale(self, unit: Unit, *, log: bool) -> None:
        """What is counted from now on, and whether each step is a factor."""
        if (unit, log) != (self._unit, self._is_log):
            self._unit, self._is_log = unit, log
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        labels = max(2.0, size / _PIXELS_A_LABEL)
        if self._is_log:
            return log_scale_ticks(minVal, maxVal, labels=labels)
        if self._unit == "clock":
            return clock_ticks(minVal, maxVal, labels=labels)
        ticks: Ticks = super().tickValues(minVal, maxVal, size)[:1]
        if self._unit == "count" and ticks and ticks[0][0] < 1:
            return [(1.0, [float(count) for count in range(math.ceil(minVal), math.floor(maxVal) + 1)])]
        return ticks

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        shown = [10.0**value for value in values] if self._is_log else values
        return [self._words_of(value, spacing) for value in shown]

    def _words_of(self, value: float, spacing: float) -> str:
        if self._unit == "rate":
            return format_rate(value) if self._is_log else _nice_rate(value, spacing)
        if self._unit == "figure":
            return format_figure(value) if self._is_log or spacing < 1e-4 else _even_figure(value, spacing)
        if value < 0:
            return ""
        return format_clock(value) if self._unit == "clock" else format_count(value)


def _even_figure(value: float, spacing: float) -> str:
    """A figure with as many decimals as the ticks around it differ in."""
    return f"{value:,.{min(6, max(0, -math.floor(math.log10(spacing))))}f}"


def log_scale_ticks(low: float, high: float, *, labels: float) -> Ticks:
    """Ticks between two exponents; where no power of ten and no 2 or 5 lies there, evenly spaced round figures."""
    ticks = log_ticks(low, high, labels=labels)
    if not math.isfinite(high - low) or high <= low or sum(len(found) for _, found in ticks) >= 2:
        return ticks
    first, last = 10.0**low, 10.0**high
    step = _round_step((last - first) / labels)
    count = math.floor(last / step) - math.ceil(first / step) + 1
    values = [(math.ceil(first / step) + number) * step for number in range(count)]
    return [(step, [math.log10(value) for value in values if value > 0])]


def clock_ticks(low: float, high: float, *, labels: float) -> Ticks:
    """Ticks of seconds at whole seconds, minutes or hours."""
    wanted = (high - low) / max(labels, 1.0)
    if not math.isfinite(wanted) or wanted <= 0:
        return []
    step = next((step for step in _CLOCK_STEPS if step >= wanted), 3600.0 * _round_step(wanted / 3600.0))
    first = math.ceil(max(low, 0.0) / step)
    return [(step, [step * number for number in range(first, math.floor(high / step) + 1)])]


def _round_step(value: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= value * (1 - 1e-9))


def log_ticks(low: float, high: float, *, labels: float) -> Ticks:
    """Tick positions between two exponents for about so many labels, coarse ones first: (spacing, positions)."""
    decades = high - low
    if not math.isfinite(decades) or decades <= 0:
        return []
    if decades * 3 <= labels:
        steps = [math.log10(digit) for digit in (1.0, 2.0, 5.0)]
    else:
        steps = [0.0]
    every = max(1, math.ceil(decades / labels))
    first = math.floor(low / every) * every
    found = [
        exponent + step
        for exponent in range(first, math.ceil(high) + 1, every)
        for step in steps
        if low - 1e-9 <= exponent + step <= high + 1e-9
    ]
    return [(float(every), found)]


def _nice_rate(value: float, spacing: float) -> str:
    if abs(value) < spacing * 1e-6:
        return "0"
    return format_rate(value) if value > 0 else ""
