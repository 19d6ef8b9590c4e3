"""A figure of one model by something: by profile length, by star level, by how well known titles are.

A baseline's figures are drawn behind it in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plots.axes import FigureAxis, PlotAxis, Ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import device_width
from desktop_rec.common.plots.live_panel import LivePanel
from desktop_rec.common.plots.points import span
from desktop_rec.theme.theme import THEME
from engine.evaluation.metrics import metric_title
from engine.text import format_count, format_figure, format_percent
from engine.wording import in_english, joined, said

if TYPE_CHECKING:
    from engine.evaluation.breakdown import Breakdown, BreakdownRow

HEIGHT = 216
_PIXELS_A_LABEL = 64
_ROOM_FOR_LABEL = 0.2


@dataclass(frozen=True)
class BreakdownText:
    """Heading, sentence, and whether the rows are steps of one scale, so that a line joins them.

    behind: what is drawn behind it in grey, "" for nothing. axis: what the labels are of. has_counts: whether the
    sentence ends with how many there are of each.
    """

    heading: str
    sentence: str
    is_scale: bool = True
    behind: str = ""
    axis: str = ""
    has_counts: bool = False

    def short(self, label: str) -> str:
        """A row's label where there is little room: of a range its beginning."""
        key = in_english(label)
        if key == "less rated half":
            return said("the rest")
        first = key.split(" to ")[0].removesuffix(" most rated")
        return label if first == key else first


_TEXTS = {
    "cold start": BreakdownText(
        said("How few titles it needs"),
        said("The same people, of whom it knows more and more titles. A line that starts high needs few of them."),
        behind=said("the most liked"),
        axis=said("titles known"),
    ),
    "profile length": BreakdownText(
        said("For people with few and many ratings"),
        said("Each dot is other people, by how many of their ratings it knows."),
        behind=said("the most liked"),
        axis=said("ratings known, from"),
    ),
    "popularity": BreakdownText(
        said("How popular its lists are"),
        said("The share of all listed places that the best known titles take, beside their share of all ratings."),
        is_scale=False,
        behind=said("in the data"),
        axis=said("titles, the most rated first"),
    ),
    "errors by rating": BreakdownText(
        said("Errors by rating"),
        said("How far predictions are off for each rating held out. What is rarely given is hard for every model."),
        behind=said("averages"),
        axis=said("rating given"),
    ),
    "known and new": BreakdownText(
        said("Known and new"),
        said("How far predictions are off for people and titles that it learned from, and for new ones."),
        is_scale=False,
        has_counts=True,
        behind=said("averages"),
    ),
}
BEHIND_ONLY = {"popularity in the data": "popularity"}
"""Breakdowns that are only ever drawn behind another, and which."""


def breakdown_text(name: str) -> BreakdownText:
    """The texts of a breakdown; one without any is called by its name."""
    return _TEXTS.get(name, BreakdownText(name.capitalize(), "", is_scale=False))


def describe_breakdown(breakdown: Breakdown) -> str:
    """The sentence below a breakdown's plot: what it shows, and where counts matter most also these."""
    text = breakdown_text(breakdown.name)
    if not text.has_counts or not breakdown.rows:
        return text.sentence
    first, *others = breakdown.rows
    begin = said("{count} {counted} of {label}", count=_count(first), counted=breakdown.counted, label=first.label)
    more = (said("{count} of {label}", count=_count(row), label=row.label) for row in others)
    return joined(text.sentence, f"{', '.join((begin, *more))}.")


def _count(row: BreakdownRow) -> str:
    return format_count(row.count)


class LabelsAxis(PlotAxis):
    """The rows' labels along the bottom; every second where there is no room for all."""

    def __init__(self) -> None:
        super().__init__("bottom", words=" ")
        self.labels: tuple[str, ...] = ()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        every = max(1, -(-len(self.labels) * self._widest() // max(1, round(size))))
        return [(1.0, [float(number) for number in range(0, len(self.labels), every)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self.labels[round(value)] for value in values]

    def _widest(self) -> int:
        return max((7 * len(label) + 8 for label in self.labels), default=_PIXELS_A_LABEL)


class BreakdownPlot(PlotCanvas):
    """Dots with whiskers over labels."""

    def __init__(self, name: str) -> None:
        super().__init__(name, said("A model's quality by something"))
        self.breakdown: Breakdown | None = None
        self.baseline_rows: tuple[BreakdownRow, ...] = ()
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

    def show_breakdown(self, breakdown: Breakdown, baseline: Breakdown | None) -> None:
        """Draw a breakdown, and that of a baseline behind it."""
        self.breakdown, text, rows = breakdown, breakdown_text(breakdown.name), breakdown.rows
        keys = [row.key for row in rows]
        known = {row.key: row for row in baseline.rows} if baseline is not None else {}
        self.baseline_rows = tuple(known[key] for key in keys if key in known)
        self._bottom.labels = tuple(text.short(row.label) for row in rows)
        self._bottom.show_words(text.axis)
        self._bottom.picture = None
        xs, ys = np.arange(len(rows), dtype=float), np.array([row.value for row in rows], dtype=float)
        back_xs = [float(keys.index(row.key)) for row in self.baseline_rows]
        back_ys = [row.value for row in self.baseline_rows]
        self._line.setData(*((xs, ys) if text.is_scale else ([], [])))
        self._back.setData(*((back_xs, back_ys) if text.is_scale else ([], [])))
        self._dots.setData(xs, ys)
        self._back_dots.setData(back_xs, back_ys)
        self._whiskers.setData(*_whiskers(rows))
        ends = [end for row in rows for end in (row.low, row.high) if end is not None]
        low, high = span(np.array([*ys, *back_ys, *ends]), margin=0.1)
        self._plot.setXRange(-0.5, max(len(rows), 1) - 0.5, padding=0)
        low = min(0.0, low) if breakdown.is_of_shares else low
        self._plot.setYRange(low, high + _ROOM_FOR_LABEL * (high - low), padding=0)
        self.setAccessibleName(f"{text.heading}: {'; '.join(self._sentence(row) for row in rows)}")
        self._show_title()

    def table(self) -> Table:
        """The numbers behind the dots."""
        shown = self.breakdown
        if shown is None:
            return Table((said("Row"),), ())
        baseline = {row.key: self._figure(row.value) for row in self.baseline_rows}
        rows = []
        for row in shown.rows:
            has_ends = row.low is not None and row.high is not None
            between = (
                said("{low} to {high}", low=self._figure(row.low), high=self._figure(row.high)) if has_ends else ""
            )
            rows.append(
                (row.label, self._figure(row.value), between, baseline.get(row.key, ""), format_count(row.count))
            )
        behind = breakdown_text(shown.name).behind.capitalize()
        return Table(
            ("", metric_title(shown.unit), said("95 of 100 between"), behind, shown.counted.capitalize()), rows
        )

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        rows, place = self.breakdown.rows if self.breakdown is not None else (), round(x)
        return self._sentence(rows[place]) if 0 <= place < len(rows) else ""

    def recolour(self) -> None:
        super().recolour()
        now = THEME.colours
        self._bottom.setGrid(False)
        self._title.recolour(now)
        for item, colour in ((self._line, now.accent), (self._whiskers, now.accent), (self._back, now.raw)):
            item.setPen(pg.mkPen(colour, width=device_width(2)))
        self._dots.setBrush(pg.mkBrush(now.accent))
        self._back_dots.setBrush(pg.mkBrush(now.raw))
        self._show_title()

    def _show_title(self) -> None:
        if self.breakdown is None:
            return
        behind = said("grey: {behind}", behind=breakdown_text(self.breakdown.name).behind)
        self._title.say(metric_title(self.breakdown.unit), f", {behind}" if self.baseline_rows else "")

    def _sentence(self, row: BreakdownRow) -> str:
        counted = self.breakdown.counted if self.breakdown is not None else ""
        return f"{row.label}: {self._figure(row.value)}, {format_count(row.count)} {counted}"

    def _figure(self, value: float | None) -> str:
        is_share = self.breakdown is not None and self.breakdown.is_of_shares
        return format_percent(value) if is_share and value is not None else format_figure(value)


def _whiskers(rows: Sequence[BreakdownRow]) -> tuple[list[float], list[float]]:
    """Pairs of ends, the lower first."""
    ends = [(number, row.low, row.high) for number, row in enumerate(rows)]
    known = [(float(x), low, high) for x, low, high in ends if low is not None and high is not None]
    return [x for x, _, _ in known for _ in range(2)], [end for _, *pair in known for end in pair]
