"""Loss over learning rate: the sweep as it grows, what it suggests as marked lines, and a line to drag.

x is log10(rate).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from desktop_rec.common.plots.axes import FigureAxis, LogRateAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import Curve, Float64, span
from desktop_rec.theme.colours import Colours
from desktop_rec.theme.theme import THEME
from engine.text import format_figure, format_rate

_TOP, _ROW, _ROWS = 0.84, 0.07, 4


class RateLine(pg.InfiniteLine):  # type: ignore[misc]
    """A line in the palette colour of that name; the words stand at `height` (0..1) of the plot."""

    def __init__(self, words: str, colour: str, *, movable: bool = False, height: float = 0.985) -> None:
        super().__init__(angle=90, movable=movable, label=words)
        self._colour = colour
        self.label.setPosition(height)
        self.setZValue(20 if movable else 10)
        if movable:
            self.setCursor(Qt.CursorShape.SizeHorCursor)

    def turn_words(self, *, room: float) -> None:
        """To the right of the line where there are so many pixels, else to the left."""
        anchor = (1, 0) if self.label.boundingRect().width() > room else (0, 0)
        self.label.anchors = [anchor, anchor]
        self.label.updatePosition()

    def show_words(self, words: str) -> None:
        """Other words beside the line."""
        self.label.setFormat(words)

    def recolour(self, colours: Colours) -> None:
        """Take the palette's colours; a mark is dashed and thin, the line to drag is solid."""
        colour = getattr(colours, self._colour)
        style = Qt.PenStyle.SolidLine if self.movable else Qt.PenStyle.DashLine
        self.setPen(pg.mkPen(colour, width=2 if self.movable else 1, style=style))
        self.setHoverPen(pg.mkPen(colours.accent, width=3))
        self.label.setColor(colour)
        self.label.fill = pg.mkBrush(colours.raised)
        self.label.update()


def staggered(positions: Sequence[float], *, width: float) -> list[float]:
    """Heights (0..1 of the plot) for the names of ascending positions, so that near ones stand below each other."""
    heights: list[float] = []
    row = 0
    for index, position in enumerate(positions):
        near = index > 0 and position - positions[index - 1] < width
        row = (row + 1) % _ROWS if near else 0
        heights.append(_TOP - row * _ROW)
    return heights


_KEY_STEP = 0.02
_HEADROOM = 0.4


class LossOverRatePlot(PlotCanvas):
    """The raw loss thin and grey, the smooth one in the accent colour.

    rate_moved(float): the person moved the line to a rate, with the mouse, a click or the arrow keys.
    """

    rate_moved = Signal(float)

    def __init__(self, name: str = "sweep_plot") -> None:
        super().__init__(name, "Loss over learning rate")
        self.setAccessibleDescription("Left and right move the line; the table behind the plot holds the numbers.")
        self.plot = self.add_plot(0, bottom=LogRateAxis("bottom", words="learning rate"), left=FigureAxis("left"))
        self.plot.setMouseEnabled(x=False, y=False)
        self.raw = self.add_curve(Curve(self.plot, "raw", log_x=True))
        self.smooth = self.add_curve(Curve(self.plot, "accent", width=2, log_x=True))
        self._names = [pg.TextItem("raw", anchor=(0, 1)), pg.TextItem("smoothed", anchor=(0, 0))]
        for name_item in self._names:
            self.plot.addItem(name_item, ignoreBounds=True)
        self._marks: list[RateLine] = []
        self._line = RateLine("", "text", movable=True)
        self._line.sigDragged.connect(self._on_dragged)
        self._line.hide()
        self.plot.addItem(self._line, ignoreBounds=True)
        self.plot.getViewBox().sigResized.connect(self._turn_all_words)
        self.scene().sigMouseClicked.connect(self._on_clicked)
        self._low, self._high = -7.0, 1.0
        self.recolour()

    @property
    def rate(self) -> float | None:
        """Where the line stands; None while there is none."""
        return float(10.0 ** self._line.value()) if self._line.isVisible() else None

    def show_range(self, *, lowest: float, highest: float) -> None:
        """The rates that the sweep goes through."""
        self._low, self._high = float(np.log10(lowest)), float(np.log10(highest))
        self.plot.setXRange(self._low, self._high, padding=0.02)
        self._line.setBounds((self._low, self._high))

    def show_points(self, lrs: npt.ArrayLike, losses: npt.ArrayLike, smoothed: npt.ArrayLike) -> None:
        """The sweep so far; drawn when due."""
        self.raw.set_points(lrs, losses)
        self.smooth.set_points(lrs, smoothed)
        self.repainter.mark()

    def show_suggestions(self, marks: Sequence[tuple[str, float]]) -> None:
        """Mark rates with their names; these take the place of the former ones."""
        for line in self._marks:
            self.plot.removeItem(line)
        ordered = sorted(marks, key=lambda mark: mark[1])
        heights = staggered([float(np.log10(lr)) for _, lr in ordered], width=0.24 * (self._high - self._low))
        self._marks = [
            RateLine(name, "second", height=height) for (name, _), height in zip(ordered, heights, strict=True)
        ]
        for index, (line, (_, lr)) in enumerate(zip(self._marks, ordered, strict=True)):
            line.setValue(float(np.log10(lr)))
            line.setZValue(19 - index)
            line.recolour(THEME.colours)
            self.plot.addItem(line, ignoreBounds=True)

    def set_rate(self, lr: float | None) -> None:
        """Put the line at a rate, or take it away. Emits nothing."""
        self._line.setVisible(lr is not None)
        if lr is not None:
            self._line.setValue(float(np.log10(lr)))
            self._describe_line()

    def table(self) -> Table:
        """Every measured step."""
        rows = [
            (format_rate(10.0**x), format_figure(loss), format_figure(smooth))
            for x, loss, smooth in zip(self.raw.xs, self.raw.ys, self.smooth.ys, strict=False)
        ]
        return Table(("Learning rate", "Loss", "Smoothed loss"), rows)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        raw, smooth = self.raw.value_at(x), self.smooth.value_at(x)
        if raw is None or smooth is None:
            return ""
        return f"at {format_rate(10.0 ** raw[0])}: loss {format_figure(raw[1])}, smoothed {format_figure(smooth[1])}"

    def draw(self) -> None:
        super().draw()
        low, high = sweep_range(self.raw.ys, self.smooth.ys)
        self.plot.setYRange(low, high, padding=0)
        self._place_names()
        self._turn_all_words()
        if self._line.isVisible():
            self._describe_line()

    def recolour(self) -> None:
        super().recolour()
        self._names[0].setColor(THEME.colours.text_weak)
        self._names[1].setColor(THEME.colours.accent)
        for line in [*self._marks, self._line]:
            line.recolour(THEME.colours)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if way == 0 or not self._line.isVisible():
            super().keyPressEvent(event)
            return
        fast = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self._move_to(self._line.value() + way * fast * _KEY_STEP)

    def _on_dragged(self, line: RateLine) -> None:
        self._move_to(line.value())

    def _on_clicked(self, event: object) -> None:
        box = self.plot.getViewBox()
        place = event.scenePos()  # type: ignore[attr-defined]
        left = event.button() == Qt.MouseButton.LeftButton  # type: ignore[attr-defined]
        if left and self._line.isVisible() and box.sceneBoundingRect().contains(place):
            self._move_to(box.mapSceneToView(place).x())

    def _move_to(self, x: float) -> None:
        x = min(self._high, max(self._low, x))
        self._line.setValue(x)
        self._describe_line()
        self.rate_moved.emit(float(10.0**x))

    def _describe_line(self) -> None:
        found = self.smooth.value_at(self._line.value())
        loss = f"\nloss {format_figure(found[1])}" if found else ""
        self._line.show_words(f"lr {format_rate(10.0 ** self._line.value())}{loss}")
        self._turn_words(self._line)

    def _turn_all_words(self) -> None:
        for line in (*self._marks, self._line):
            self._turn_words(line)

    def _turn_words(self, line: RateLine) -> None:
        """Keep the words beside a line inside the plot."""
        share = (line.value() - self._low) / (self._high - self._low)
        line.turn_words(room=(1.0 - share) * self.plot.getViewBox().width())

    def _place_names(self) -> None:
        """Direct labels at the start of the curves, where a sweep is flat; raw above, smooth below."""
        for name_item, curve in zip(self._names, (self.raw, self.smooth), strict=True):
            name_item.setVisible(len(curve.xs) > 1)
            if len(curve.xs) > 1:
                first = curve.ys[: max(2, len(curve.ys) // 6)]
                name_item.setPos(self._low, float(first.max() if curve is self.raw else first.min()))


def sweep_range(raw_N: Float64, smooth_N: Float64) -> tuple[float, float]:
    """The y range of a sweep: where the loss falls, and as much again above it; what blows up runs out at the top.

    Room for the names of the marks is part of it.
    """
    if len(smooth_N) == 0:
        return 0.0, 1.0
    falling = int(np.argmin(smooth_N)) + 1
    most = np.quantile(raw_N[:falling], (0.02, 0.98))
    low, high = span(np.concatenate((most, smooth_N[:falling])), margin=0.1)
    later = smooth_N[falling:]
    if len(later):
        high = max(high, min(float(later.max()), high + 0.8 * (high - low)))
    return low, high + (high - low) * _HEADROOM
