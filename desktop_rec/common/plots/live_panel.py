"""One of the plots of a run: its direct label, ranges that hold still, and the mark of the best epoch.

Drawing an axis anew costs more than drawing a curve, so a range only moves when the curve leaves it or fills too
little of it.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from desktop_rec.common.plain import Coloured, Words, markup
from desktop_rec.common.plots.points import Float64
from desktop_rec.theme.colours import Colours

Range = tuple[float, float]

_LEAST_FILLED = 0.6


class LivePanel:
    """A plot item with its label in the upper right."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.plot = plot
        self._said = ""
        self._colour = ""
        self._y: Range | None = None
        self._title = pg.TextItem("", anchor=(1, 0))
        self._title.setParentItem(plot.getViewBox())
        self._title.hide()
        plot.getViewBox().sigResized.connect(self._place)

    def say(self, *parts: Words) -> None:
        """The label; parts without a colour of their own are weak."""
        html = markup(*(part if isinstance(part, Coloured) else Coloured(part, self._colour) for part in parts))
        if html != self._said:
            self._said = html
            self._title.setVisible(bool(html))
            self._title.setHtml(html)
            self._place()

    def show_y(self, wanted: Range) -> None:
        """See this range, and hold still while it fits."""
        steady = steady_range(self._y, wanted)
        if steady != self._y:
            self.set_y(*steady)

    def set_y(self, low: float, high: float) -> None:
        """See exactly this range."""
        if (low, high) != self._y:
            self._y = (low, high)
            self.plot.setYRange(low, high, padding=0)

    def forget(self) -> None:
        """Let the next ranges be decided anew."""
        self._y = None

    def recolour(self, colours: Colours) -> None:
        """Take the palette's colours; the label is said anew by its owner."""
        self._colour = colours.text_weak
        self._title.fill = pg.mkBrush(colours.raised)

    def _place(self) -> None:
        """In the upper right; where the plot is narrower than the label, in several lines."""
        room = self.plot.getViewBox().width() - 2
        self._title.setTextWidth(-1)
        if self._title.textItem.boundingRect().width() > room > 0:
            self._title.setTextWidth(room)
        self._title.setPos(room, 0)


class BestMark:
    """A ring around the best epoch, with its value in words."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self.ring = pg.ScatterPlotItem(size=14, pxMode=True, symbol="o")
        self.words = pg.TextItem("")
        self._marked: tuple[object, ...] = ()
        plot.addItem(self.ring, ignoreBounds=True)
        plot.addItem(self.words, ignoreBounds=True)

    def show_at(self, xs: Float64, ys: Float64, words: str) -> None:
        """Mark a point, in positions of the axes; the words stay inside the plot. What is not finite is not marked."""
        if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
            self.show_nothing()
            return
        (left, right), (low, high) = self._plot.viewRange()
        marked = (float(xs[0]), float(ys[0]), words, left, right, low, high)
        if marked == self._marked:
            return
        self._marked = marked
        self.ring.setData(xs, ys)
        self.words.setText(words)
        share = (float(xs[0]) - left) / max(right - left, 1e-12)
        is_high = float(ys[0]) > (low + high) / 2
        self.words.setAnchor((0 if share < 0.2 else 1 if share > 0.8 else 0.5, -0.3 if is_high else 1.25))
        self.words.setPos(float(xs[0]), float(ys[0]))

    def show_nothing(self) -> None:
        """There is no best yet, or it is not shown here."""
        if self._marked:
            self._marked = ()
            self.ring.setData([], [])
            self.words.setText("")

    def recolour(self, colours: Colours) -> None:
        """Green, in either palette."""
        self.ring.setPen(pg.mkPen(colours.positive, width=2))
        self.ring.setBrush(pg.mkBrush(None))
        self.words.setColor(colours.positive)


def steady_range(held: Range | None, wanted: Range) -> Range:
    """The held range while the wanted one lies in it and fills enough of it; else the wanted one."""
    if held is None:
        return wanted
    fits = held[0] <= wanted[0] and wanted[1] <= held[1]
    return held if fits and wanted[1] - wanted[0] >= _LEAST_FILLED * (held[1] - held[0]) else widened(wanted)


def widened(wanted: Range) -> Range:
    """A range with a tenth of room at both ends, so that a curve that goes on moving does not leave it at once."""
    room = 0.1 * (wanted[1] - wanted[0])
    return wanted[0] - room, wanted[1] + room
