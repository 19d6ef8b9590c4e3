"""Axes of our plots: own ticks on the logarithmic rate axis, numbers as people say them, a thin grid, no frame."""

from __future__ import annotations

import math
from html import escape

import pyqtgraph as pg

from desktop_rec.theme.colours import Colours
from engine.text import format_count, format_figure, format_rate

Ticks = list[tuple[float, list[float]]]

LEFT_WIDTH = 58
_PIXELS_A_LABEL = 64


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
        """What the axis counts; it stays when the palette changes."""
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
