"""How often each rating was given: bars over the rating scale.

A part of the Data view: show_histogram() in.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plots.axes import CountAxis, FigureAxis, PlotAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.theme.theme import THEME
from engine.data.statistics import Histogram
from engine.text import format_count

_MOST_LABELS = 11


class RatingAxis(FigureAxis):
    """The ratings that bars stand on: every one, or every second where they would not fit."""

    def __init__(self) -> None:
        super().__init__("bottom", words="rating")
        self.ratings: list[float] = []

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        every = max(1, -(-len(self.ratings) * 40 // max(1, round(size))))
        return [(1.0, self.ratings[::every])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:.3g}" for value in values]


class RatingHistogram(PlotCanvas):
    """Bars in the accent colour; the pointer reads one out."""

    def __init__(self) -> None:
        super().__init__("rating_histogram", "How often each rating was given")
        self._histogram: Histogram | None = None
        self._bottom = RatingAxis()
        left: PlotAxis = CountAxis("left")
        self._plot = self.add_plot(0, bottom=self._bottom, left=left)
        self._plot.setMouseEnabled(x=False, y=False)
        left.setZValue(-1)
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.8)
        self._labels: list[pg.TextItem] = []
        self._plot.addItem(self._bars)
        self.recolour()

    def show_histogram(self, histogram: Histogram) -> None:
        """Draw the counts of a data set."""
        self._histogram = histogram
        self._bottom.ratings = histogram.ratings_B.tolist()
        self._bars.setOpts(x=histogram.ratings_B, height=histogram.counts_B, width=0.72 * histogram.width)
        self._label_bars(histogram)
        half = histogram.width / 2
        self._plot.setXRange(histogram.ratings_B[0] - half, histogram.ratings_B[-1] + half, padding=0)
        self._plot.setYRange(0, max(1, int(histogram.counts_B.max())) * 1.16, padding=0)

    def table(self) -> Table:
        """The numbers behind the bars."""
        if self._histogram is None:
            return Table(("Rating", "Given"), ())
        pairs = zip(self._histogram.ratings_B.tolist(), self._histogram.counts_B.tolist(), strict=True)
        return Table(("Rating", "Given"), [(f"{rating:.3g}", format_count(count)) for rating, count in pairs])

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        histogram = self._histogram
        if histogram is None:
            return ""
        near = int(np.argmin(np.abs(histogram.ratings_B - x)))
        count = int(histogram.counts_B[near])
        share = 100 * count / max(1, int(histogram.counts_B.sum()))
        return f"{histogram.ratings_B[near]:.3g}: {format_count(count)} times, {share:.0f} %"

    def _label_bars(self, histogram: Histogram) -> None:
        """The share of each bar above it, where there are few enough to have room."""
        for label in self._labels:
            self._plot.removeItem(label)
        self._labels = []
        rated = int(histogram.counts_B.sum())
        if not rated or len(histogram.ratings_B) > _MOST_LABELS:
            return
        for rating, count in zip(histogram.ratings_B.tolist(), histogram.counts_B.tolist(), strict=True):
            label = pg.TextItem(_share_words(count / rated), anchor=(0.5, 1.0))
            label.setPos(rating, count)
            label.setColor(THEME.colours.text_weak)
            self._plot.addItem(label, ignoreBounds=True)
            self._labels.append(label)

    def recolour(self) -> None:
        super().recolour()
        for label in self._labels:
            label.setColor(THEME.colours.text_weak)
        self._bottom.setGrid(False)
        self._bars.setOpts(brush=pg.mkBrush(THEME.colours.accent), pen=pg.mkPen(None))


def _share_words(share: float) -> str:
    """A share over a bar: "27 %", "<1 %", nothing for nothing."""
    if share <= 0:
        return ""
    return f"{100 * share:.0f} %" if share >= 0.005 else "<1 %"
