"""One metric over several models: a dot is the figure, its line is where 95 of 100 such groups would put it.

The best figure has a ring and the word; baselines are drawn in grey.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics

from desktop_rec.common.plots.axes import FigureAxis, PlotAxis, Ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import device_width
from desktop_rec.models.comparison import FigureRow, MetricFigures, told_apart
from desktop_rec.theme.theme import THEME, series_colour
from engine.evaluation.metrics import metric_title
from engine.text import format_figure
from engine.wording import said

ROW_HEIGHT = 24
AROUND = 40
_NAMES_WIDTH = 116
_VALUES_WIDTH = 74
_PIXELS_A_TICK = 44


class NamesAxis(PlotAxis):
    """A word for each row, the first on top."""

    def __init__(self, orientation: str, *, width: int) -> None:
        super().__init__(orientation)
        self.names: tuple[str, ...] = ()
        self._room = width - 8
        self.setWidth(width)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        return [(1.0, [-float(row) for row in range(len(self.names))])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        metrics, elide = QFontMetrics(self.font()), Qt.TextElideMode.ElideMiddle  # names differ at their ends
        names = dict(enumerate(self.names))
        return [metrics.elidedText(names.get(round(-value), ""), elide, self._room) for value in values]


class SparseFigureAxis(FigureAxis):
    """Figures along the bottom, no more of them than there is room for."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        most = max(3, int(size / _PIXELS_A_TICK))
        spacing = round_spacing((maxVal - minVal) / most)
        if not spacing:
            return []
        first, last = int(np.ceil(minVal / spacing)), int(np.floor(maxVal / spacing))
        return [(spacing, [spacing * step for step in range(first, last + 1)])]


class WhiskerPlot(PlotCanvas):
    """Rows of dots with whiskers; the pointer reads a row out."""

    def __init__(self, name: str) -> None:
        super().__init__(name, said("Figures of several models with their intervals"))
        self.figures = MetricFigures("", "")
        self._names, self._values = NamesAxis("left", width=_NAMES_WIDTH), NamesAxis("right", width=_VALUES_WIDTH)
        self._plot = self.add_plot(0, bottom=SparseFigureAxis("bottom"), left=self._names)
        self._plot.setAxisItems({"right": self._values})
        self.axes.append(self._values)
        self._plot.setMouseEnabled(x=False, y=False)
        self._whiskers: list[pg.PlotCurveItem] = []
        self._dots = pg.ScatterPlotItem(size=9, pxMode=True)
        self._ring = pg.ScatterPlotItem(size=16, pxMode=True)
        for item in (self._dots, self._ring):
            item.setZValue(2)
            self._plot.addItem(item, ignoreBounds=True)
        self.recolour()

    def show_figures(self, figures: MetricFigures) -> None:
        """Draw the figures of a metric, row by row in their order."""
        if figures == self.figures:
            return
        self.figures = figures
        rows = figures.rows
        self.setAccessibleName(f"{metric_title(figures.metric)}: {'; '.join(_sentence(row) for row in rows)}")
        self._names.names = told_apart([row.name for row in rows])
        self._values.names = tuple(f"{format_figure(row.figure.value)}{' best' if row.is_best else ''}" for row in rows)
        for axis in (self._names, self._values):
            axis.picture = None
            axis.update()
        self.setFixedHeight(self.wanted_height)
        self._draw_rows(rows)
        low, high = reach(rows)
        self._plot.setXRange(low, high, padding=0)
        self._plot.setYRange(-len(rows) + 0.4, 0.6, padding=0)

    @property
    def wanted_height(self) -> int:
        """How high the plot is with the rows that it shows."""
        return ROW_HEIGHT * max(1, len(self.figures.rows)) + AROUND

    def table(self) -> Table:
        """The numbers behind the dots."""
        baselines = tuple(dict.fromkeys(name for row in self.figures.rows for name, _ in row.better))
        rows = [
            (
                row.name,
                format_figure(row.figure.value),
                between(row),
                "best" * row.is_best,
                *(_percent(dict(row.better).get(name)) for name in baselines),
            )
            for row in self.figures.rows
        ]
        headings = (said("Model"), said("Figure"), said("95 of 100 between"), said("Best"))
        return Table((*headings, *(said("Better than {name}", name=name) for name in baselines)), rows)

    def recolour(self) -> None:
        super().recolour()
        for axis in (self._names, self._values):
            axis.setGrid(False)
        self._ring.setPen(pg.mkPen(THEME.colours.positive, width=device_width(2)))
        self._ring.setBrush(pg.mkBrush(None))
        self._draw_rows(self.figures.rows)

    def row_at(self, y: float) -> FigureRow | None:
        """The row at a height of the plot."""
        rows, place = self.figures.rows, round(-y)
        return rows[place] if 0 <= place < len(rows) else None

    def _draw_rows(self, rows: Sequence[FigureRow]) -> None:
        while len(self._whiskers) < len(rows):
            item = pg.PlotCurveItem(antialias=True)
            self._whiskers.append(item)
            self._plot.addItem(item, ignoreBounds=True)
        for place, item in enumerate(self._whiskers):
            figure = rows[place].figure if place < len(rows) else None
            if figure is None or figure.low is None or figure.high is None:
                item.setData([], [])
                continue
            item.setPen(pg.mkPen(series_colour(rows[place].place), width=device_width(2)))
            item.setData([figure.low, figure.high], [-place, -place])
        colours = [series_colour(row.place) for row in rows]
        xs, ys = [row.figure.value for row in rows], [-place for place in range(len(rows))]
        self._dots.setData(xs, ys, brush=list(map(pg.mkBrush, colours)), pen=list(map(pg.mkPen, colours)))
        best = [place for place, row in enumerate(rows) if row.is_best]
        self._ring.setData([xs[place] for place in best], [ys[place] for place in best])

    def _on_mouse_moved(self, place: QPointF) -> None:
        box = self._plot.getViewBox()
        inside = box.sceneBoundingRect().contains(place)
        row = self.row_at(box.mapSceneToView(place).y()) if inside else None
        self.pointed_at.emit(_sentence(row) if row is not None else "")


def reach(rows: Sequence[FigureRow]) -> tuple[float, float]:
    """From the lowest to the highest that is drawn, with some room; never without width."""
    figures = [row.figure for row in rows]
    drawn = [value for figure in figures for value in (figure.value, figure.low, figure.high) if value is not None]
    known = [value for value in drawn if np.isfinite(value)]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    room = 0.08 * (high - low) if high > low else max(0.02, 0.1 * abs(high))
    return low - room, high + room


def round_spacing(least: float) -> float:
    """The next 1, 2 or 5 of a decade that is not less; 0 where there is none."""
    if not np.isfinite(least) or least <= 0:
        return 0.0
    decade = 10.0 ** np.floor(np.log10(least))
    return float(next(factor * decade for factor in (1, 2, 5, 10) if factor * decade >= least * (1 - 1e-9)))


def between(row: FigureRow) -> str:
    """The interval as text; "" where there is none."""
    low, high = row.figure.low, row.figure.high
    return (
        said("{low} to {high}", low=format_figure(low), high=format_figure(high))
        if low is not None and high is not None
        else ""
    )


def _sentence(row: FigureRow) -> str:
    sentence = f"{row.name} {format_figure(row.figure.value)}"
    sentence += f" ({between(row)})" if between(row) else ""
    return ", ".join((sentence, *(_beside(percent, name) for name, percent in row.better)))


def _beside(percent: float, name: str) -> str:
    if percent >= 0:
        return said("{percent:.1f} % better than {name}", percent=percent, name=name)
    return said("{percent:.1f} % worse than {name}", percent=-percent, name=name)


def _percent(percent: float | None) -> str:
    return "" if percent is None else f"{percent:+.1f} %"
