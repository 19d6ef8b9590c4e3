"""The long tail: few titles that everyone has, many that hardly anyone has.

A part of the Data view: show_statistics() in.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from desktop_rec.common.plots.axes import CountAxis, PlotAxis, log_ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import Curve
from desktop_rec.theme.theme import THEME
from engine.data.statistics import DatasetStatistics
from engine.text import format_count, plural_of

_TABLE_ROWS = 200


class LogCountAxis(PlotAxis):
    """Counts whose positions are log10(count): 1, 10, 100, 1,000."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        return log_ticks(max(0.0, minVal), maxVal, labels=max(2.0, size / 28))

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [format_count(10.0**value) for value in values]


class LongTailPlot(PlotCanvas):
    """How many people have each title, the best known first; a line where half of all ratings are reached."""

    def __init__(self) -> None:
        super().__init__("long_tail_plot", "How many people rated each title, the best known first")
        self._statistics: DatasetStatistics | None = None
        self._bottom = CountAxis("bottom", words="titles, the best known first")
        left = LogCountAxis("left", words="people")
        self._plot = self.add_plot(0, bottom=self._bottom, left=left)
        for axis in self.axes:
            axis.setZValue(-1)
        self._plot.setMouseEnabled(x=False, y=False)
        self._curve = self.add_curve(Curve(self._plot, "accent", width=2))
        self._half = pg.InfiniteLine(angle=90, movable=False)
        self._label = pg.TextItem(anchor=(0, 0))
        self._plot.addItem(self._half, ignoreBounds=True)
        self._plot.addItem(self._label, ignoreBounds=True)
        self.recolour()

    def show_statistics(self, statistics: DatasetStatistics, *, word: str) -> None:
        """Draw the counts of a data set. `word` is what it calls a title ("film")."""
        self._statistics = statistics
        top = float(np.log10(max(2, int(statistics.popularity_I[0])))) * 1.08 if statistics.titles else 1.0
        positive = statistics.popularity_I[statistics.popularity_I > 0]
        self._curve.set_points(np.arange(1, len(positive) + 1), np.log10(positive))
        self._bottom.show_words(f"{plural_of(word)}, the best known first")
        self._half.setValue(statistics.head)
        self._label.setText(f"{format_count(statistics.head)} {plural_of(word) if statistics.head != 1 else word}")
        self._label.setPos(statistics.head + statistics.titles * 0.01, top)
        self._plot.setXRange(0, max(2, statistics.titles), padding=0.01)
        self._plot.setYRange(0, top, padding=0)
        self.repainter.mark()

    def table(self) -> Table:
        """The numbers behind the curve, for about two hundred places along it."""
        headings = ("Place", "People", "Share of all ratings up to here")
        if self._statistics is None or not self._statistics.titles:
            return Table(headings, ())
        popularity_I = self._statistics.popularity_I
        shares_I = np.cumsum(popularity_I) / max(1, int(popularity_I.sum()))
        places = np.unique(np.linspace(0, len(popularity_I) - 1, _TABLE_ROWS).astype(np.int64))
        return Table(
            headings,
            [(format_count(at + 1), format_count(popularity_I[at]), f"{100 * shares_I[at]:.0f} %") for at in places],
        )

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        if self._statistics is None or not self._statistics.titles:
            return ""
        place = int(np.clip(round(x), 1, self._statistics.titles))
        return f"no. {format_count(place)}: {format_count(self._statistics.popularity_I[place - 1])} people"

    def recolour(self) -> None:
        super().recolour()
        now = THEME.colours
        self._half.setPen(pg.mkPen(now.text_weak, width=1, style=Qt.PenStyle.DashLine))
        self._label.setColor(now.text_weak)
