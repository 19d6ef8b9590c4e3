"""One series of a plot: one curve item for the plot's whole life, thinned before it is drawn.

Setting points is free; `draw()` costs where they are others, and the plot calls it at most ten times a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop_rec.common.plots.points import DRAWN_POINTS, Float64, drawable, thin
from desktop_rec.theme.colours import Colours

MOST_DOTS = 60
"""With more points than that a line needs no dots."""

_NOTHING = np.empty(0)


class Curve:
    """A line, or dots joined by a line, in the colour that has this name in the palette ("series:2": of its series)."""

    def __init__(
        self,
        plot: pg.PlotItem,
        colour: str,
        *,
        width: int = 1,
        dots: bool = False,
        dashed: bool = False,
        log_x: bool = False,
        limit: int = DRAWN_POINTS,
    ) -> None:
        self._colour, self._width, self._dashed = colour, width, dashed
        self._log_x, self.limit, self._drawn_limit = log_x, limit, limit
        self.item = pg.PlotCurveItem(antialias=width > 1 or dots, skipFiniteCheck=True)
        self.dots = pg.ScatterPlotItem(size=6, pxMode=True, pen=None) if dots else None
        self.xs: Float64 = _NOTHING
        self.ys: Float64 = _NOTHING
        self._dirty = False
        plot.addItem(self.item, ignoreBounds=True)
        if self.dots is not None:
            plot.addItem(self.dots, ignoreBounds=True)

    def set_points(self, xs: npt.ArrayLike, ys: npt.ArrayLike) -> None:
        """What `draw` will draw: points that cannot be drawn are dropped here. xs ascend."""
        former_xs, former_ys = self.xs, self.ys
        self.xs, self.ys = drawable(xs, ys, log_x=self._log_x)
        is_same = np.array_equal(former_xs, self.xs) and np.array_equal(former_ys, self.ys)
        self._dirty |= not is_same

    def draw(self) -> None:
        """Hand the thinned points to the item, if they changed."""
        if not self._dirty and self.limit == self._drawn_limit:
            return
        self._dirty, self._drawn_limit = False, self.limit
        xs, ys = thin(self.xs, self.ys, limit=self.limit)
        self.item.setData(xs, ys)
        if self.dots is not None and (len(xs) <= MOST_DOTS or len(self.dots.data)):
            self.dots.setData(*((xs, ys) if len(xs) <= MOST_DOTS else (_NOTHING, _NOTHING)))

    def recolour(self, colours: Colours) -> None:
        """Take the palette's colour."""
        colour = self.colour_in(colours)
        style = Qt.PenStyle.DashLine if self._dashed else Qt.PenStyle.SolidLine
        self.item.setPen(pg.mkPen(colour, width=device_width(self._width), style=style))
        if self.dots is not None:
            self.dots.setBrush(pg.mkBrush(colour))

    def colour_in(self, colours: Colours) -> str:
        """The curve's colour in a palette."""
        name, _, place = self._colour.partition(":")
        colour: str = colours.series[int(place) % len(colours.series)] if place else getattr(colours, name)
        return colour

    def value_at(self, x: float) -> tuple[float, float] | None:
        """The measured point nearest to a position of the axis, or None where there is none."""
        if len(self.xs) == 0:
            return None
        right = int(np.searchsorted(self.xs, x))
        near = min((i for i in (right - 1, right) if 0 <= i < len(self.xs)), key=lambda i: abs(self.xs[i] - x))
        return float(self.xs[near]), float(self.ys[near])


def device_width(width: int) -> float:
    """A pen's width in the screen's own pixels; raw lines stay at one, where Qt draws fastest."""
    screen = QGuiApplication.primaryScreen()
    return width if width == 1 or screen is None else width * screen.devicePixelRatio()
