"""The plots of a data set's page: how it is rated, its long tail, and when its ratings were given.

A part of the data set's page: show_statistics() in.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.common.plots.card import PlotCard
from desktop_rec.data.activity_plot import ActivityPlot
from desktop_rec.data.long_tail_plot import LongTailPlot
from desktop_rec.data.rating_histogram import RatingHistogram
from desktop_rec.data.statistics_text import format_span
from desktop_rec.theme.theme import GRID, set_role
from engine.data.statistics import DatasetStatistics
from engine.text import format_count, plural_of

_HEIGHT = 248
_ACTIVITY_HEIGHT = 208


class DatasetPlots(QWidget):
    """Two plots side by side and one across; a sentence takes the place of the third where there are no times."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        for plot, card in self._pairs:
            plot.pointed_at.connect(card.show_reading)
            plot.setToolTip(" ")

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
            rest = f"; {format_count(activity.without)} have no time" if activity.without else ""
            self._activity_card.show_title(f"Ratings by {activity.unit}, {format_span(activity)}{rest}")
            self.activity.show_activity(activity)
        for _, card in self._pairs:
            card.refresh_table()

    def _build(self) -> None:
        self.histogram, self.tail, self.activity = RatingHistogram(), LongTailPlot(), ActivityPlot()
        self._histogram_card = PlotCard("rating_histogram", "Ratings", self.histogram, self.histogram.table)
        self._tail_card = PlotCard("long_tail", "The long tail", self.tail, self.tail.table)
        self._activity_card = PlotCard("activity", "Activity over time", self.activity, self.activity.table)
        self._pairs = (
            (self.histogram, self._histogram_card),
            (self.tail, self._tail_card),
            (self.activity, self._activity_card),
        )
        self._no_times = QLabel("The file says nothing on when ratings were given, so there is no activity over time.")
        self._no_times.setObjectName("no_times")
        self._no_times.setWordWrap(True)
        set_role(self._no_times, "weak")
        beside = QHBoxLayout()
        beside.setSpacing(GRID * 2)
        for card in (self._histogram_card, self._tail_card):
            card.setFixedHeight(_HEIGHT)
            beside.addWidget(card, 1)
        self._activity_card.setFixedHeight(_ACTIVITY_HEIGHT)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID * 2)
        rows.addLayout(beside)
        rows.addWidget(self._activity_card)
        rows.addWidget(self._no_times)


def _format_mean(statistics: DatasetStatistics) -> str:
    if statistics.mean_rating is None:
        return "No ratings: this data set says only what was seen"
    return f"Ratings given, {statistics.mean_rating:.2f} on average"


def _format_head(statistics: DatasetStatistics, word: str) -> str:
    share = f"{100 * statistics.head_share:.2g} %"
    if statistics.head == 1:
        return f"1 {word} ({share}) holds half of all entries"
    return f"{format_count(statistics.head)} {plural_of(word)} ({share}) hold half of all entries"
