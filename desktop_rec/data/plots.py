"""The plots of a data set's page: how it is rated, its long tail, and when its ratings were given."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.common.controls import across, arranged, text_label
from desktop_rec.common.plain import set_tip
from desktop_rec.common.plots.axes import CountAxis, FigureAxis, PlotAxis, Ticks, log_ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import PlotCard, Table
from desktop_rec.common.plots.curve import Curve
from desktop_rec.data.statistics_text import format_period, format_span
from desktop_rec.theme.theme import GRID, THEME
from engine.data.statistics import Activity, DatasetStatistics, Histogram
from engine.text import format_count, format_percent, plural, plural_of
from engine.wording import nouns, said, singular_of

_HEIGHT = 248
_ACTIVITY_HEIGHT = 208
_NO_TIMES = said("The file says nothing on when ratings were given, so there is no activity over time.")
_MOST_LABELS = 11
UNITS = nouns("day", "month", "year")
"""What activity is counted by."""
_TABLE_ROWS = 200
_PIXELS_A_LABEL = 76
_MONTHS_APART = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
_DAYS_APART = (1, 2, 7, 14, 28)


class DatasetPlots(QWidget):
    """Two plots side by side and one across; a sentence takes the place of the third where there are no times."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        for plot, card in self._pairs:
            plot.pointed_at.connect(card.show_reading)
            set_tip(plot, " ")

    def show_statistics(self, statistics: DatasetStatistics, *, word: str) -> None:
        """Draw what was counted. `word` is what the data set calls a title ("film")."""
        self._histogram_card.show_title(_format_mean(statistics))
        self._tail_card.show_title(_format_head(statistics, word))
        self.histogram.show_histogram(statistics.histogram)
        self.tail.show_statistics(statistics, word=word)
        activity = statistics.activity
        self._activity_card.setVisible(activity is not None)
        self._no_times.setVisible(activity is None)
        if activity is not None:
            unit, span = singular_of(activity.unit), format_span(activity)
            title = said("Ratings by {unit}, {span}", unit=unit, span=span)
            if activity.without:
                title = said("{ratings}; {count:,} have no time", ratings=title, count=activity.without)
            self._activity_card.show_title(title)
            self.activity.show_activity(activity)
        for _, card in self._pairs:
            card.refresh_table()

    def _build(self) -> None:
        self.histogram, self.tail, self.activity = RatingHistogram(), LongTailPlot(), ActivityPlot()
        self._histogram_card = PlotCard("rating_histogram", said("Ratings"), self.histogram, self.histogram.table)
        self._tail_card = PlotCard("long_tail", said("The long tail"), self.tail, self.tail.table)
        self._activity_card = PlotCard("activity", said("Activity over time"), self.activity, self.activity.table)
        self._pairs = (
            (self.histogram, self._histogram_card),
            (self.tail, self._tail_card),
            (self.activity, self._activity_card),
        )
        self._no_times = text_label(_NO_TIMES, "no_times", role="weak", wraps=True)
        for card in (self._histogram_card, self._tail_card):
            card.setFixedHeight(_HEIGHT)
        self._activity_card.setFixedHeight(_ACTIVITY_HEIGHT)
        beside = across(self._histogram_card, self._tail_card, gap=GRID * 2)
        beside.setStretch(0, 1)
        beside.setStretch(1, 1)
        arranged(QVBoxLayout(self), beside, self._activity_card, self._no_times, gap=GRID * 2)


def _format_mean(statistics: DatasetStatistics) -> str:
    if statistics.mean_rating is None:
        return said("No ratings: this data set says only what was seen")
    return said("Ratings given, {mean:.2f} on average", mean=statistics.mean_rating)


def _format_head(statistics: DatasetStatistics, word: str) -> str:
    share = f"{100 * statistics.head_share:.2g} %"
    return said("Half of all ratings are of {titles} ({share})", titles=plural(statistics.head, word), share=share)


class RatingAxis(FigureAxis):
    """The ratings that bars stand on: every one, or every second where they would not fit."""

    def __init__(self) -> None:
        super().__init__("bottom", words=said("rating"))
        self.ratings: list[float] = []

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        every = max(1, -(-len(self.ratings) * 40 // max(1, round(size))))
        return [(1.0, self.ratings[::every])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:.3g}" for value in values]


class RatingHistogram(PlotCanvas):
    """Bars in the accent colour; the pointer reads one out."""

    def __init__(self) -> None:
        super().__init__("rating_histogram", said("How often each rating was given"))
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
            return Table((said("Rating"), said("Given")), ())
        pairs = zip(self._histogram.ratings_B.tolist(), self._histogram.counts_B.tolist(), strict=True)
        return Table(
            (said("Rating"), said("Given")), [(f"{rating:.3g}", format_count(count)) for rating, count in pairs]
        )

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        histogram = self._histogram
        if histogram is None:
            return ""
        near = int(np.argmin(np.abs(histogram.ratings_B - x)))
        count = int(histogram.counts_B[near])
        share = 100 * count / max(1, int(histogram.counts_B.sum()))
        return said(
            "{rating:.3g}: {count} times, {share:.0f} %",
            rating=histogram.ratings_B[near],
            count=format_count(count),
            share=share,
        )

    def _label_bars(self, histogram: Histogram) -> None:
        """The share of each bar above it, where there are few enough to have room."""
        for label in self._labels:
            self._plot.removeItem(label)
        self._labels = []
        rated = int(histogram.counts_B.sum())
        if not rated or len(histogram.ratings_B) > _MOST_LABELS:
            return
        for rating, count in zip(histogram.ratings_B.tolist(), histogram.counts_B.tolist(), strict=True):
            label = pg.TextItem(_format_share(count / rated), anchor=(0.5, 1.0))
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


def _format_share(share: float) -> str:
    """A share over a bar: "27 %", "<1 %", nothing for nothing."""
    if share <= 0:
        return ""
    return f"{100 * share:.0f} %" if share >= 0.005 else "<1 %"


class LogCountAxis(PlotAxis):
    """Counts whose positions are log10(count): 1, 10, 100, 1,000."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        return log_ticks(max(0.0, minVal), maxVal, labels=max(2.0, size / 28))

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [format_count(10.0**value) for value in values]


class LongTailPlot(PlotCanvas):
    """How many people have each title, the best known first; a line where half of all ratings are reached."""

    def __init__(self) -> None:
        super().__init__("long_tail_plot", said("How many people rated each title, the best known first"))
        self._statistics: DatasetStatistics | None = None
        self._bottom = CountAxis("bottom", words=said("titles, the best known first"))
        left = LogCountAxis("left", words=said("people"))
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
        self._bottom.show_words(said("{titles}, the best known first", titles=plural_of(word)))
        self._half.setValue(statistics.head)
        self._label.setText(plural(statistics.head, word))
        self._label.setPos(statistics.head + statistics.titles * 0.01, top)
        self._plot.setXRange(0, max(2, statistics.titles), padding=0.01)
        self._plot.setYRange(0, top, padding=0)
        self.repainter.mark()

    def table(self) -> Table:
        """The numbers behind the curve, for about two hundred places along it."""
        headings = (said("Place"), said("People"), said("Share of all ratings up to here"))
        if self._statistics is None or not self._statistics.titles:
            return Table(headings, ())
        popularity_I = self._statistics.popularity_I
        shares_I = np.cumsum(popularity_I) / max(1, int(popularity_I.sum()))
        places = np.unique(np.linspace(0, len(popularity_I) - 1, _TABLE_ROWS).astype(np.int64))
        return Table(
            headings,
            [(format_count(at + 1), format_count(popularity_I[at]), format_percent(shares_I[at])) for at in places],
        )

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        if self._statistics is None or not self._statistics.titles:
            return ""
        place = int(np.clip(round(x), 1, self._statistics.titles))
        people = plural(int(self._statistics.popularity_I[place - 1]), "person")
        return said("no. {place}: {people}", place=format_count(place), people=people)

    def recolour(self) -> None:
        super().recolour()
        now = THEME.colours
        self._half.setPen(pg.mkPen(now.text_weak, width=1, style=Qt.PenStyle.DashLine))
        self._label.setColor(now.text_weak)


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
        return [] if self.activity is None else [_format_short(self.activity, round(value)) for value in values]


class ActivityPlot(PlotCanvas):
    """Bars, the busiest one with its label; the pointer reads one out."""

    def __init__(self) -> None:
        super().__init__("activity_plot", said("How many ratings were given over time"))
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
            return Table((said("When"), said("Ratings")), ())
        rows = [
            (format_period(activity, place), format_count(count))
            for place, count in enumerate(activity.counts_T.tolist())
        ]
        return Table((singular_of(activity.unit).capitalize(), said("Ratings")), rows)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        activity = self._activity
        if activity is None or not -1 < x < len(activity.counts_T):
            return ""
        place = int(np.clip(round(x), 0, len(activity.counts_T) - 1))
        ratings = plural(int(activity.counts_T[place]), "rating")
        return f"{format_period(activity, place)}: {ratings}"

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


def _format_short(activity: Activity, place: int) -> str:
    """A label of the axis: "2001" for a year or its January, "May 2001", "4 May"."""
    day = activity.starts_T[place].astype(object)
    if activity.unit == "year" or (activity.unit == "month" and day.month == 1):
        return f"{day.year}"
    return f"{day:%b} {day.year}" if activity.unit == "month" else f"{day.day} {day:%b}"
