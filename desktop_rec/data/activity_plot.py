"""Activity over time: how many ratings were given in each day, month or year.

A part of the data set's page: show_activity() in.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plots.axes import CountAxis, PlotAxis, Ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.data.statistics_text import format_period
from desktop_rec.theme.theme import THEME
from engine.data.statistics import Activity
from engine.text import format_count

_PIXELS_A_LABEL = 76
_MONTHS_APART = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
_DAYS_APART = (1, 2, 7, 14, 28)


class PeriodAxis(PlotAxis):
    """Periods by their place: a label at each January, or at fewer or more of them as there is room."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.activity: Activity | None = None

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        if self.activity is None:
            return []
        places = label_places(self.activity, most=max(2, int(size / _PIXELS_A_LABEL)))
        return [(1.0, [float(place) for place in places])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [] if self.activity is None else [_short_words(self.activity, round(value)) for value in values]


class ActivityPlot(PlotCanvas):
    """Bars, the busiest one with its label; the pointer reads one out."""

    def __init__(self) -> None:
        super().__init__("activity_plot", "How many ratings were given over time")
        self._activity: Activity | None = None
        self._bottom = PeriodAxis()
        self._plot = self.add_plot(0, bottom=self._bottom, left=CountAxis("left"))
        self._plot.setMouseEnabled(x=False, y=False)
        for axis in self.axes:
            axis.setZValue(-1)
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.8)
        self._label = pg.TextItem()
        self._plot.addItem(self._bars)
        self._plot.addItem(self._label, ignoreBounds=True)
        self.recolour()

    def show_activity(self, activity: Activity) -> None:
        """Draw the counts of a data set."""
        self._activity = self._bottom.activity = activity
        periods, busiest = len(activity.counts_T), activity.busiest
        top = max(1, int(activity.counts_T.max()))
        self._bars.setOpts(x=np.arange(periods), height=activity.counts_T, width=0.8 if periods < 120 else 1.0)
        self._plot.setXRange(-0.6, max(periods, 3) - 0.4, padding=0)
        self._plot.setYRange(0, top * 1.2, padding=0)
        self._label.setText(f"{format_period(activity, busiest)}: {format_count(top)}")
        side = 0.0 if busiest < periods / 4 else 1.0 if busiest > 3 * periods / 4 else 0.5
        self._label.setAnchor((side, 1.0))
        self._label.setPos(busiest, top)

    def table(self) -> Table:
        """The numbers behind the bars."""
        activity = self._activity
        if activity is None:
            return Table(("When", "Ratings"), ())
        rows = [
            (format_period(activity, place), format_count(count))
            for place, count in enumerate(activity.counts_T.tolist())
        ]
        return Table((activity.unit.capitalize(), "Ratings"), rows)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        activity = self._activity
        if activity is None or not -1 < x < len(activity.counts_T):
            return ""
        place = int(np.clip(round(x), 0, len(activity.counts_T) - 1))
        return f"{format_period(activity, place)}: {format_count(activity.counts_T[place])} ratings"

    def recolour(self) -> None:
        super().recolour()
        self._bottom.setGrid(False)
        self._bars.setOpts(brush=pg.mkBrush(THEME.colours.accent), pen=pg.mkPen(None))
        self._label.setColor(THEME.colours.text_weak)


def label_places(activity: Activity, *, most: int) -> list[int]:
    """Which periods get a label: as many as there is room for, at round places of the calendar."""
    starts_T = activity.starts_T
    if activity.unit == "day":
        apart = next((one for one in _DAYS_APART if len(starts_T) / one <= most), max(28, -(-len(starts_T) // most)))
        return list(range(0, len(starts_T), apart))
    months_T = starts_T.astype("datetime64[M]").astype(np.int64)
    least = 12 if activity.unit == "year" else 1
    spans = [one for one in _MONTHS_APART if one >= least]
    span = int(months_T[-1] - months_T[0])
    apart = next((one for one in spans if span / one <= most - 1), spans[-1])
    places: list[int] = np.flatnonzero((months_T + 1970 * 12) % apart == 0).tolist()
    return places or [0]


def _short_words(activity: Activity, place: int) -> str:
    """A label of the axis: "2001" for a year or its January, "May 2001", "4 May"."""
    day = activity.starts_T[place].astype(object)
    if activity.unit == "year" or (activity.unit == "month" and day.month == 1):
        return f"{day.year}"
    return f"{day:%b} {day.year}" if activity.unit == "month" else f"{day.day} {day:%b}"
