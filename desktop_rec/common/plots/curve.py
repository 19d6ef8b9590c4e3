"""One series of a plot: one curve item for the plot's whole life, thinned before it is drawn.

Setting points is free; `draw()` is what costs, and the plot calls it
at most ten times a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop_rec.theme.colours import Colours

Float64 = npt.NDArray[np.float64]

DRAWN_POINTS = 2000
MOST_DOTS = 60
"""With more points than that a line needs no dots."""


def thin(xs_N: Float64, ys_N: Float64, *, limit: int = DRAWN_POINTS) -> tuple[Float64, Float64]:
    """At most about `limit` points of a curve: the lowest and the highest point of each of limit/2 blocks, in order.

    The first and the last point stay. xs ascend. Curves that are short enough come back as they are.
    """
    count = len(xs_N)
    if count <= limit:
        return xs_N, ys_N
    block = -(-count // (limit // 2))
    whole = count // block * block
    ys_B = ys_N[:whole].reshape(-1, block)
    starts = np.arange(0, whole, block)
    kept = np.concatenate(([0], starts + ys_B.argmin(axis=1), starts + ys_B.argmax(axis=1), [count - 1]))
    if whole < count:
        tail = ys_N[whole:]
        kept = np.concatenate((kept, [whole + int(tail.argmin()), whole + int(tail.argmax())]))
    kept.sort()
    kept = kept[np.append(True, np.diff(kept) > 0)]
    return xs_N[kept], ys_N[kept]


def drawable(xs: npt.ArrayLike, ys: npt.ArrayLike, *, log_x: bool = False) -> tuple[Float64, Float64]:
    """The points that can be drawn: finite, and with positive x where the axis is logarithmic (x becomes log10)."""
    xs_N, ys_N = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    length = min(len(xs_N), len(ys_N))
    xs_N, ys_N = xs_N[:length], ys_N[:length]
    good = np.isfinite(xs_N) & np.isfinite(ys_N)
    if log_x:
        good &= xs_N > 0
    if not good.all():
        xs_N, ys_N = xs_N[good], ys_N[good]
    return (np.log10(xs_N) if log_x else xs_N), ys_N


def span(ys: Float64, *, margin: float = 0.06) -> tuple[float, float]:
    """The range of an axis that shows these values with a little room; (0, 1) where there are none."""
    if len(ys) == 0:
        return 0.0, 1.0
    low, high = float(ys.min()), float(ys.max())
    if high - low < 1e-12 * max(1.0, abs(high)):
        room = abs(high) * 0.1 or 0.5
        return low - room, high + room
    return low - (high - low) * margin, high + (high - low) * margin


def thin_by_place(xs_N: Float64, ys_N: Float64, *, limit: int = DRAWN_POINTS) -> tuple[Float64, Float64]:
    """The lowest and the highest y of each of limit/2 equal stretches of the axis, [at most `limit`]; xs ascend.

    Thinning what was thinned before loses nothing: extremes of extremes are the extremes.
    """
    edges = np.linspace(xs_N[0], xs_N[-1], limit // 2 + 1)[:-1]
    starts_B = np.unique(np.searchsorted(xs_N, edges))
    lows_B, highs_B = np.minimum.reduceat(ys_N, starts_B), np.maximum.reduceat(ys_N, starts_B)
    return np.repeat(xs_N[starts_B], 2), np.stack((lows_B, highs_B), axis=1).ravel()


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
        self._log_x, self.limit = log_x, limit
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
        self.xs, self.ys = drawable(xs, ys, log_x=self._log_x)
        self._dirty = True

    def draw(self) -> None:
        """Hand the thinned points to the item, if they changed."""
        if not self._dirty:
            return
        self._dirty = False
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
