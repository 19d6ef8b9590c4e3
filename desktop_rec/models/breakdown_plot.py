"""A figure of one model by something: by profile length, by star level, by how well known titles are.

A part of Quality: show_breakdown() in. What it is held against stands behind it in the raw colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plots.axes import FigureAxis, PlotAxis, Ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import device_width, span
from desktop_rec.common.plots.live_panel import LivePanel, coloured
from desktop_rec.models.breakdown_text import breakdown_words
from desktop_rec.theme.theme import THEME
from engine.evaluation.metrics import metric_title
from engine.text import format_count, format_figure

if TYPE_CHECKING:
    from engine.evaluation.breakdown import Breakdown, BreakdownRow

HEIGHT = 216
_PIXELS_A_LABEL = 64
_ROOM_FOR_LABEL = 0.2


class LabelsAxis(PlotAxis):
    """The rows' labels along the bottom; every second where there is no room for all."""

    def __init__(self) -> None:
        super().__init__("bottom", words=" ")
        self.labels: tuple[str, ...] = ()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        every = max(1, -(-len(self.labels) * self._widest() // max(1, round(size))))
        return [(1.0, [float(one) for one in range(0, len(self.labels), every)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self.labels[round(value)] for value in values]

    def _widest(self) -> int:
        return max((7 * len(label) + 8 for label in self.labels), default=_PIXELS_A_LABEL)


class BreakdownPlot(PlotCanvas):
    """Dots with whiskers over labels."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "A model's quality by something")
        self._shown: Breakdown | None = None
        self._usual: tuple[BreakdownRow, ...] = ()
        self._bottom = LabelsAxis()
        self._plot = self.add_plot(0, bottom=self._bottom, left=FigureAxis("left"))
        self._plot.setMouseEnabled(x=False, y=False)
        self._title = LivePanel(self._plot)
        self._back, self._line = pg.PlotCurveItem(antialias=True), pg.PlotCurveItem(antialias=True)
        self._whiskers = pg.PlotCurveItem(antialias=True, connect="pairs")
        self._back_dots, self._dots = (pg.ScatterPlotItem(size=size, pxMode=True, pen=None) for size in (7, 9))
        for item in (self._back, self._back_dots, self._whiskers, self._line, self._dots):
            self._plot.addItem(item, ignoreBounds=True)
        self.setFixedHeight(HEIGHT)
        self.recolour()

    def show_breakdown(self, breakdown: Breakdown, usual: Breakdown | None) -> None:
        """Draw a breakdown, and the one that it is held against behind it."""
        self._shown = breakdown
        labels = [one.label for one in breakdown.rows]
        known = {one.label: one for one in usual.rows} if usual is not None else {}
        self._usual = tuple(known[label] for label in labels if label in known)
        words = breakdown_words(breakdown.name)
        self._bottom.labels = tuple(words.short(one) for one in labels)
        self._bottom.show_words(words.axis)
        self._bottom.picture = None
        rows, joined = list(breakdown.rows), words.is_scale
        xs, ys = np.arange(len(rows), dtype=float), np.array([one.value for one in rows], dtype=float)
        back = [(float(labels.index(one.label)), one.value) for one in self._usual]
        back_xs, back_ys = [x for x, _ in back], [y for _, y in back]
        self._line.setData(xs if joined else [], ys if joined else [])
        self._back.setData(back_xs if joined else [], back_ys if joined else [])
        self._dots.setData(xs, ys)
        self._back_dots.setData(back_xs, back_ys)
        self._whiskers.setData(*_whiskers(rows))
        ends = [end for row in rows for end in (row.low, row.high) if end is not None]
        low, high = span(np.array([*ys, *back_ys, *ends]), margin=0.1)
        self._plot.setXRange(-0.5, max(len(rows), 1) - 0.5, padding=0)
        low = min(0.0, low) if words.share else low
        self._plot.setYRange(low, high + _ROOM_FOR_LABEL * (high - low), padding=0)
        self.setAccessibleName(f"{breakdown.name}: {'; '.join(self._sentence(one) for one in rows)}")
        self._say()

    def table(self) -> Table:
        """The numbers behind the dots."""
        shown = self._shown
        if shown is None:
            return Table(("Row",), ())
        usual = {one.label: one.value for one in self._usual}
        rows = [
            (
                row.label,
                self._figure(row.value),
                f"{self._figure(row.low)} to {self._figure(row.high)}"
                if row.low is not None and row.high is not None
                else "",
                self._figure(usual[row.label]) if row.label in usual else "",
                format_count(row.count),
            )
            for row in shown.rows
        ]
        behind = breakdown_words(shown.name).behind.capitalize()
        return Table(("", metric_title(shown.unit), "95 of 100 between", behind, shown.counted.capitalize()), rows)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        rows = self._shown.rows if self._shown is not None else ()
        place = round(x)
        return self._sentence(rows[place]) if 0 <= place < len(rows) else ""

    def recolour(self) -> None:
        super().recolour()
        now = THEME.colours
        self._bottom.setGrid(False)
        self._title.recolour(now)
        self._line.setPen(pg.mkPen(now.accent, width=device_width(2)))
        self._whiskers.setPen(pg.mkPen(now.accent, width=device_width(2)))
        self._back.setPen(pg.mkPen(now.raw, width=device_width(2)))
        self._dots.setBrush(pg.mkBrush(now.accent))
        self._back_dots.setBrush(pg.mkBrush(now.raw))
        self._say()

    def _say(self) -> None:
        if self._shown is None:
            return
        now = THEME.colours
        behind = breakdown_words(self._shown.name).behind
        usual = f", {coloured(f'grey: {behind}', now.text_weak)}" if self._usual else ""
        self._title.say(f"{metric_title(self._shown.unit)}{usual}")

    def _sentence(self, row: BreakdownRow) -> str:
        counted = self._shown.counted if self._shown is not None else ""
        return f"{row.label}: {self._figure(row.value)}, {format_count(row.count)} {counted}"

    def _figure(self, value: float) -> str:
        is_share = self._shown is not None and breakdown_words(self._shown.name).share
        return f"{100 * value:.0f} %" if is_share else format_figure(value)


def _whiskers(rows: Sequence[BreakdownRow]) -> tuple[list[float], list[float]]:
    """Pairs of ends, one below the other."""
    xs: list[float] = []
    ys: list[float] = []
    for place, row in enumerate(rows):
        if row.low is not None and row.high is not None:
            xs += [place, place]
            ys += [row.low, row.high]
    return xs, ys
