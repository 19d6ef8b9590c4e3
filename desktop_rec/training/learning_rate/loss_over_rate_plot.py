"""Loss over learning rate: a sweep as it grows, earlier ones behind it, what it suggests, and a line to drag.

x is log10(rate).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent

from desktop_rec.common.controls import announce
from desktop_rec.common.plain import Coloured, markup
from desktop_rec.common.plots.axes import FigureAxis, LogRateAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.curve import Curve
from desktop_rec.common.plots.saving import Numbers, exact
from desktop_rec.theme.colours import Colours
from desktop_rec.theme.theme import THEME, series_colour
from desktop_rec.training.learning_rate.rate_line import RateLine, places_of, small_font
from desktop_rec.training.learning_rate.sweep_curves import SweepCurve, joint_range, scales_of, sweep_range
from engine.text import format_figure, format_rate
from engine.training.config import FinderConfig
from engine.wording import said

_KEYS = said(
    "Left and right move the line, plus and minus zoom, 0 shows all; the table behind the plot holds the numbers."
)
_USUAL = FinderConfig()
_HEADINGS = (said("Learning rate"), said("Loss"), said("Smoothed loss"))
_KEY_STEP = 0.02
_ZOOM = 0.8
_LEAST_RANGE = 0.05
_MOST_HEADROOM = 0.55
_EDGE = 0.02
_MOST_NAMED = 4
_LEGEND_LEFT, _LEAST_NAME = 6.0, 60
_RELATIVE_WORDS = said("loss: 1 at its start, 0 at its lowest")


class EarlierCurve(Curve):
    """The smooth loss of an earlier sweep, in the colour of its place, which may change."""

    place: int = 0

    def colour_in(self, colours: Colours) -> str:
        return series_colour(self.place)


class LossOverRatePlot(PlotCanvas):
    """The raw loss thin and grey, the smooth one in the accent colour, earlier sweeps in colours of their own.

    rate_moved(float): the person moved the line to a rate, with the mouse, a click or the arrow keys. zoomed(bool):
    whether only a part of the sweep is seen now.
    """

    rate_moved = Signal(float)
    zoomed = Signal(bool)

    def __init__(self, name: str = "sweep_plot") -> None:
        super().__init__(name, said("Loss over learning rate"))
        self.setAccessibleDescription(_KEYS)
        self.plot = self.add_plot(0, bottom=LogRateAxis("bottom", words=said("learning rate")), left=FigureAxis("left"))
        self.plot.getViewBox().setLimits(minXRange=_LEAST_RANGE)
        self._earlier: list[EarlierCurve] = []
        self.raw = self.add_curve(Curve(self.plot, "raw", log_x=True))
        self.smooth = self.add_curve(Curve(self.plot, "accent", width=2, log_x=True))
        self.raw.item.setZValue(1)
        self.smooth.item.setZValue(3)
        self._shown, self._behind = SweepCurve(), tuple[SweepCurve, ...]()
        self._legend = pg.TextItem("", anchor=(0, 0))
        self._legend.setFont(small_font())
        self._legend.setParentItem(self.plot.getViewBox())
        self._marks: list[RateLine] = []
        self._line = RateLine("", "text", movable=True)
        self._line.sigDragged.connect(self._on_dragged)
        self._line.hide()
        self.plot.addItem(self._line, ignoreBounds=True)
        self._low = self._high = 0.0
        self._is_zoomed = False
        self.may_choose = False
        """Whether a click or an arrow key brings the line where none stands yet."""
        self.plot.getViewBox().sigResized.connect(self._show_legend)
        self.plot.getViewBox().sigResized.connect(self.repainter.mark)
        self.plot.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        self.scene().sigMouseClicked.connect(self._on_clicked)
        self.show_range(lowest=_USUAL.lowest, highest=_USUAL.highest)
        self.recolour()

    @property
    def rate(self) -> float | None:
        """Where the line stands; None while there is none."""
        return float(10.0 ** self._line.value()) if self._line.isVisible() else None

    def show_range(self, *, lowest: float, highest: float) -> None:
        """The rates to see, until somebody zooms; the line moves among them."""
        wanted = float(np.log10(lowest)), float(np.log10(highest))
        if wanted == (self._low, self._high):
            return
        self._low, self._high = wanted
        room = _EDGE * (self._high - self._low)
        self.plot.getViewBox().setLimits(xMin=self._low - room, xMax=self._high + room)
        self._line.setBounds((self._low, self._high))
        self.show_all()

    def show_sweeps(self, shown: SweepCurve, behind: Sequence[SweepCurve] = ()) -> None:
        """A sweep in the foreground and earlier ones behind it; drawn when due."""
        self._shown, self._behind = shown, tuple(behind)
        while len(self._earlier) < len(behind):
            self._earlier.append(EarlierCurve(self.plot, "second", width=2, log_x=True))
            self._earlier[-1].item.setZValue(2)
            self.add_curve(self._earlier[-1])
        scales = scales_of((shown, *behind))
        self.raw.set_points(shown.lrs, scales[0].drawn(shown.losses))
        self.smooth.set_points(shown.lrs, scales[0].drawn(shown.smoothed))
        for number, curve in enumerate(self._earlier):
            sweep = behind[number] if number < len(behind) else SweepCurve()
            scale = scales[number + 1] if number < len(behind) else scales[0]
            curve.place = sweep.place
            curve.set_points(sweep.lrs, scale.drawn(sweep.smoothed))
            curve.recolour(THEME.colours)
        self.plot.getAxis("left").show_words(_RELATIVE_WORDS if scales[0].is_relative else "")
        self._show_legend()
        self.repainter.mark()

    def show_suggestions(self, marks: Sequence[tuple[str, float]]) -> None:
        """Mark rates with their names; these take the place of the former ones."""
        for line in self._marks:
            self.plot.removeItem(line)
        ordered = sorted(marks, key=lambda mark: mark[1])
        self._marks = [RateLine(name, "second") for name, _ in ordered]
        for index, (line, (_, lr)) in enumerate(zip(self._marks, ordered, strict=True)):
            line.setValue(float(np.log10(lr)))
            line.setZValue(19 - index)
            line.recolour(THEME.colours)
            self.plot.addItem(line, ignoreBounds=True)
        self.repainter.mark()

    def set_rate(self, lr: float | None) -> None:
        """Put the line at a rate, or take it away. Emits nothing."""
        self._line.setVisible(lr is not None)
        if lr is not None:
            self._line.setValue(float(np.log10(lr)))
            self._describe_line()

    def show_all(self) -> None:
        """Back to the whole sweep after zooming."""
        self.plot.setXRange(self._low, self._high, padding=_EDGE)
        self._set_zoomed(is_zoomed=False)
        self.repainter.mark()

    def zoom(self, factor: float) -> None:
        """See so many times the range, around the line or else the middle."""
        low, high = self.plot.viewRange()[0]
        centre = self._line.value() if self._line.isVisible() else (low + high) / 2
        room = _EDGE * (self._high - self._low)
        wanted = (
            max(self._low - room, centre - (centre - low) * factor),
            min(self._high + room, centre + (high - centre) * factor),
        )
        self.plot.setXRange(*wanted, padding=0)
        self._on_zoomed()

    def table(self) -> Table:
        """Every measured step of the sweeps that are drawn, the one in the foreground first."""
        rows = [
            (sweep.name, format_rate(lr), format_figure(loss), format_figure(smooth))
            for sweep, lr, loss, smooth in self._steps()
        ]
        if self._behind:
            return Table((said("Sweep"), *_HEADINGS), rows, has_titles=True)
        return Table(_HEADINGS, [row[1:] for row in rows])

    def numbers(self) -> Numbers:
        """The same steps in all their digits, with the sweep that each is of."""
        rows = ((sweep.name, exact(lr), exact(loss), exact(smooth)) for sweep, lr, loss, smooth in self._steps())
        return Numbers((said("Sweep"), *_HEADINGS), rows)

    def _steps(self) -> Iterator[tuple[SweepCurve, float, float, float]]:
        for sweep in (self._shown, *self._behind):
            for lr, loss, smooth in zip(sweep.lrs, sweep.losses, sweep.smoothed, strict=True):
                yield sweep, float(lr), float(loss), float(smooth)

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        place = _nearest(self._shown, x)
        if place is None:
            return ""
        shown = self._shown
        words = said(
            "at {rate}: loss {loss}, smoothed {smoothed}",
            rate=format_rate(float(shown.lrs[place])),
            loss=format_figure(float(shown.losses[place])),
            smoothed=format_figure(float(shown.smoothed[place])),
        )
        for sweep in self._behind:
            near = _nearest(sweep, x)
            if near is not None:
                words += f" · {sweep.name} {format_figure(float(sweep.smoothed[near]))}"
        return words

    def draw(self) -> None:
        super().draw()
        box, height = self.plot.getViewBox(), self._row_height()
        legend = self._legend.boundingRect()
        lines = math.ceil(legend.height() / height) if self._has_legend else 0
        beside_legend = dict.fromkeys(range(1, lines + 1), ((0.0, _LEGEND_LEFT + legend.width()),))
        rows = max(self._arrange_marks(beside_legend), lines + 1)
        headroom = min(_MOST_HEADROOM, (rows + 0.5) * height / max(1.0, box.height()))
        low, high = self._visible_range()
        self.plot.setYRange(low, low + (high - low) / (1.0 - headroom), padding=0)
        self._legend.setPos(_LEGEND_LEFT, height)
        if self._line.isVisible():
            self._describe_line()

    def recolour(self) -> None:
        super().recolour()
        self._legend.fill = pg.mkBrush(THEME.colours.raised)
        self._show_legend()
        for line in [*self._marks, self._line]:
            line.recolour(THEME.colours)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _ZOOM)
        elif key == Qt.Key.Key_0:
            self.show_all()
        elif way != 0 and (self._line.isVisible() or self.may_choose):
            if not self._line.isVisible():
                self.set_rate(10.0 ** ((self._low + self._high) / 2))
            fast = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._move_to(self._line.value() + way * fast * _KEY_STEP)
            announce(self, self._line_words())
        else:
            super().keyPressEvent(event)

    def _visible_range(self) -> tuple[float, float]:
        """Losses of what is seen of the sweeps."""
        left, right = self.plot.viewRange()[0]
        ranges = []
        for curve in (self.smooth, *self._earlier):
            seen = (curve.xs >= left) & (curve.xs <= right)
            raw = self.raw if curve is self.smooth else curve
            if seen.any():
                ranges.append(sweep_range(raw.ys[seen], curve.ys[seen]))
        return joint_range(ranges)

    @property
    def _has_legend(self) -> bool:
        return len(self._shown.lrs) > 1

    def _show_legend(self) -> None:
        """What is drawn in which colour, the sweep in the foreground first; empty while nothing is drawn."""
        colours, shown = THEME.colours, self._shown
        if not self._has_legend:
            self._legend.setHtml("")
            return
        smoothed, each = f"{said('smoothed')}, ", said("each step")
        name = f"{self._fitting(shown.name, beside=f': {smoothed}{each}')}: " if self._behind else ""
        lines = [markup(Coloured(f"{name}{smoothed}", colours.accent), Coloured(each, colours.text_weak))]
        named = self._behind[:_MOST_NAMED]
        lines += [markup(Coloured(self._fitting(sweep.name), series_colour(sweep.place))) for sweep in named]
        if len(self._behind) > len(named):
            lines.append(
                markup(Coloured(said("and {count} more", count=len(self._behind) - len(named)), colours.text_weak))
            )
        self._legend.setHtml("<br>".join(lines))

    def _fitting(self, name: str, *, beside: str = "") -> str:
        """A name with dots in its middle where the plot has no room for it: names differ at their end, too."""
        metrics = QFontMetrics(small_font())
        room = int(self.plot.getViewBox().width() - 3 * _LEGEND_LEFT) - metrics.horizontalAdvance(beside)
        return name if room < _LEAST_NAME else metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)

    def _set_zoomed(self, *, is_zoomed: bool) -> None:
        if is_zoomed != self._is_zoomed:
            self._is_zoomed = is_zoomed
            self.zoomed.emit(is_zoomed)

    def _on_zoomed(self) -> None:
        left, right = self.plot.viewRange()[0]
        self._set_zoomed(is_zoomed=right - left < (self._high - self._low) * (1 + _EDGE))
        self.repainter.mark()

    def _on_dragged(self, line: RateLine) -> None:
        self._move_to(line.value())

    def _on_clicked(self, event: object) -> None:
        box = self.plot.getViewBox()
        place = event.scenePos()  # type: ignore[attr-defined]
        left = event.button() == Qt.MouseButton.LeftButton  # type: ignore[attr-defined]
        if left and (self._line.isVisible() or self.may_choose) and box.sceneBoundingRect().contains(place):
            self._line.show()
            self._move_to(box.mapSceneToView(place).x())

    def _move_to(self, x: float) -> None:
        x = min(self._high, max(self._low, x))
        self._line.setValue(x)
        self._describe_line()
        self.rate_moved.emit(float(10.0**x))

    def _line_words(self) -> str:
        x = self._line.value()
        place = _nearest(self._shown, x)
        rate = said("rate {rate}", rate=format_rate(10.0**x))
        if place is None:
            return rate
        return said("{rate} · loss {loss}", rate=rate, loss=format_figure(float(self._shown.smoothed[place])))

    def _describe_line(self) -> None:
        words = self._line_words()
        self._line.show_words(words)
        self.setAccessibleDescription(said("The line is at {words}. {keys}", words=words, keys=_KEYS))
        self._place_line()

    def _place_line(self) -> None:
        """The words of the line stand in the first row, above those of the marks."""
        box = self.plot.getViewBox()
        place = places_of([(self._pixel(self._line), self._line.words_size[0])], room=box.width())[0]
        self._line.place_words(top=0, height=box.height(), is_left=place.is_left)

    def _arrange_marks(self, taken: Mapping[int, Sequence[tuple[float, float]]]) -> int:
        """Put the names of the marks where they meet no other words; how many rows all of them take."""
        box, height = self.plot.getViewBox(), self._row_height()
        everything = (0.0, box.width())
        words = [(self._pixel(line), line.words_size[0]) for line in self._marks]
        places = places_of(words, room=box.width(), taken={**taken, 0: (everything,)})
        for line, place in zip(self._marks, places, strict=True):
            line.place_words(top=place.row * height, height=box.height(), is_left=place.is_left)
        return max((place.row for place in places), default=0) + 1

    def _row_height(self) -> float:
        return self._line.words_size[1]

    def _pixel(self, line: RateLine) -> float:
        """Where a line stands, in pixels from the left edge of the plot."""
        low, high = self.plot.viewRange()[0]
        return float((line.value() - low) / (high - low) * self.plot.getViewBox().width())


def _nearest(sweep: SweepCurve, x: float) -> int | None:
    """The step of a sweep whose rate is nearest to a position of the axis; None outside of the sweep."""
    if len(sweep.lrs) == 0:
        return None
    positions = np.log10(sweep.lrs)
    place = int(np.argmin(np.abs(positions - x)))
    return place if abs(positions[place] - x) < 0.25 else None
