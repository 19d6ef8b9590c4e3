"""The ladder drawn: bars on a scale where each step is a factor, each beginning where the one before it ended."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF

from desktop_rec.common.plots.axes import PlotAxis, Ticks, log_scale_ticks
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.models.whisker_plot import AROUND, NamesAxis
from desktop_rec.theme.theme import THEME
from engine.bench.ladder_picture import quality_words, reach, rung_sentence, rung_title, spans
from engine.evaluation.metrics import metric_title
from engine.library.ladders import MeasuredLadder
from engine.text import format_factor, format_figure
from engine.wording import said

_ROW_HEIGHT, _NAMES_WIDTH, _VALUES_WIDTH, _THICK = 34, 128, 126, 0.5
_PIXELS_A_TICK = 56


@dataclass(frozen=True)
class LadderBar:
    """A row: its name, from where to where it goes in powers of ten, and what stands at its end and beside it."""

    title: str
    start: float
    until: float
    words: str
    beside: str
    tip: str


class FactorAxis(PlotAxis):
    """Factors along the bottom; positions are their log10."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        return log_scale_ticks(minVal, maxVal, labels=max(3.0, size / _PIXELS_A_TICK))

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [format_factor(10.0**value) for value in values]


class LadderPlot(PlotCanvas):
    """A bar a rung and one for all together; the pointer reads a row out."""

    def __init__(self) -> None:
        super().__init__("ladder_plot", said("How many times faster than plain code, rung by rung"))
        self.ladder: MeasuredLadder | None = None
        self.bars: tuple[LadderBar, ...] = ()
        self._names, self._values = NamesAxis("left", width=_NAMES_WIDTH), NamesAxis("right", width=_VALUES_WIDTH)
        self._plot = self.add_plot(0, bottom=FactorAxis("bottom"), left=self._names)
        self._plot.setAxisItems({"right": self._values})
        self.axes.append(self._values)
        self._plot.setMouseEnabled(x=False, y=False)
        self._drawn: list[pg.GraphicsObject] = []
        self.recolour()

    def show_ladder(self, ladder: MeasuredLadder) -> None:
        """Draw what was measured."""
        self.ladder, self.bars = ladder, bars_of(ladder)
        self.setAccessibleName("; ".join(bar.tip for bar in self.bars))
        self._names.names = tuple(bar.title for bar in self.bars)
        self._values.names = tuple(bar.beside for bar in self.bars)
        for axis in (self._names, self._values):
            axis.picture = None
            axis.update()
        self.setFixedHeight(self.wanted_height)
        low, high = reach(ladder)
        self._plot.setXRange(math.log10(low), math.log10(high), padding=0)
        self._plot.setYRange(-len(self.bars) + 0.4, 0.6, padding=0)
        self._draw_bars()

    @property
    def wanted_height(self) -> int:
        """How high the plot is with the rows that it shows."""
        return _ROW_HEIGHT * max(1, len(self.bars)) + AROUND

    def table(self) -> Table:
        """The numbers behind the bars."""
        headings = (
            said("Rung"),
            said("500 people take"),
            said("Faster than before"),
            said("Than plain code"),
            metric_title(self.ladder.metric) if self.ladder is not None else "",
            said("95 of 100 between"),
        )
        rungs = self.ladder.rungs if self.ladder is not None else ()
        return Table(
            headings,
            [
                (
                    rung_title(rung.rung),
                    said("{milliseconds:,.0f} ms", milliseconds=rung.milliseconds),
                    format_factor(rung.gain),
                    format_factor(rung.faster),
                    format_figure(rung.quality),
                    f"{format_figure(rung.low)} – {format_figure(rung.high)}" if rung.low is not None else "",
                )
                for rung in rungs
            ],
            has_titles=True,
        )

    def recolour(self) -> None:
        super().recolour()
        for axis in (self._names, self._values):
            axis.setGrid(False)
        self._draw_bars()

    def _draw_bars(self) -> None:
        for item in self._drawn:
            self._plot.removeItem(item)
        self._drawn = [item for row, bar in enumerate(self.bars) for item in self._items(row, bar)]
        for item in self._drawn:
            self._plot.addItem(item, ignoreBounds=True)

    def _items(self, row: int, bar: LadderBar) -> tuple[pg.GraphicsObject, pg.GraphicsObject]:
        """A bar, and the words at its end."""
        colours, ends = THEME.colours, (min(bar.start, bar.until), max(bar.start, bar.until))
        gained = colours.accent if bar.until >= bar.start else colours.negative
        colour = colours.second if row == len(self.bars) - 1 else gained
        drawn = pg.BarGraphItem(
            x0=[ends[0]], x1=[max(ends[1], ends[0] + 0.003)], y=[-row], height=_THICK, brush=colour, pen=pg.mkPen(None)
        )
        words = pg.TextItem(bar.words, color=colours.text, anchor=(0.0, 0.5))
        words.setPos(ends[1], -row)
        return drawn, words

    def _on_mouse_moved(self, place: QPointF) -> None:
        box = self._plot.getViewBox()
        row = round(-box.mapSceneToView(place).y()) if box.sceneBoundingRect().contains(place) else -1
        self.pointed_at.emit(self.bars[row].tip if 0 <= row < len(self.bars) else "")


def bars_of(ladder: MeasuredLadder) -> tuple[LadderBar, ...]:
    """The rows of the picture: each rung, then all together."""
    found = []
    for number, (rung, (start, until)) in enumerate(zip(ladder.rungs, [(1.0, 1.0), *spans(ladder)], strict=True)):
        title, words = rung_title(rung.rung), format_factor(rung.gain if number else 1.0)
        tip = f"{title}: {rung_sentence(rung.rung)}"
        beside = quality_words(ladder, rung)
        found.append(LadderBar(title, math.log10(start), math.log10(until), words, beside, tip))
    whole = format_factor(ladder.product)
    together = said("All together: {factor} as fast", factor=whole)
    return (*found, LadderBar(said("All together"), 0.0, math.log10(ladder.product), whole, "", together))
