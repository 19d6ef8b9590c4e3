"""One panel of a run as a plot: its curves, earlier runs behind them, the best epoch, and a line where one points.

A curve is thinned to what can be seen, so a zoomed plot shows every step.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Signal

from desktop_rec.common.plain import Coloured, Words, markup
from desktop_rec.common.plots.axes import LEFT_WIDTH, ScaleAxis
from desktop_rec.common.plots.canvas import PlotCanvas
from desktop_rec.common.plots.curve import Curve
from desktop_rec.common.plots.live_panel import BestMark, LivePanel, widened
from desktop_rec.common.plots.points import Float64
from desktop_rec.common.plots.smoothing import smooth, window_for
from desktop_rec.theme.theme import THEME
from desktop_rec.training.live.choices import CurveChoices
from desktop_rec.training.live.panels import Line, Panel, best_mark
from desktop_rec.training.live.ranges import Range, drawn_range, left_behind, no_bound
from desktop_rec.training.live.run import EarlierRun, LiveRun
from engine.text import format_figure, format_rate
from engine.wording import said

SMOOTH_POINTS = 400
LEAST_HEIGHT = 128
_TITLE_HEIGHT, _INDENT = 20, LEFT_WIDTH - 4
_WITH_UNIT, _WITHOUT_UNIT = 42, 22
_UNITS = {"steps": "step", "epochs": "epoch", "time": "time"}


@dataclass(frozen=True)
class Shown:
    """What is drawn: a run, those behind it, the person's choices, and what part of x is looked at, in its units."""

    run: LiveRun
    earlier: Sequence[EarlierRun]
    choices: CurveChoices
    visible: Range


class PanelView(PlotCanvas):
    """zoomed(low, high): a person chose this part of x, in positions of the axis. hovered(x or None).

    spent(seconds): it was painted, which took so long.
    """

    zoomed = Signal(float, float)
    hovered = Signal(object)
    spent = Signal(float)

    def __init__(self, panel: Panel) -> None:
        super().__init__(f"{panel.name}_panel", f"{panel.title}: {panel.tip}")
        self.panel = panel
        self.setMinimumHeight(LEAST_HEIGHT)
        self._x, self._y = ScaleAxis("bottom", "count"), ScaleAxis("left", panel.unit)
        self.plot = self.add_plot(0, bottom=self._x, left=self._y)
        self.held = LivePanel(self.plot)
        self.lines: dict[str, Curve] = {}
        self.best = BestMark(self.plot)
        self._words: dict[str, str] = {}
        self._behind: set[str] = set()
        self._shown: Shown | None = None
        self._pointed: float | None = None
        self._trouble = ""
        self._is_last = True
        self._title = ""
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self.rate_marks: list[pg.InfiniteLine] = []
        self._cross.hide()
        self.plot.addItem(self._cross, ignoreBounds=True)
        self._label = pg.TextItem("", anchor=(0, 0))
        self._label.setParentItem(self.plot)
        self._label.setPos(_INDENT, 0)
        self.plot.layout.setRowFixedHeight(0, _TITLE_HEIGHT)
        self.plot.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        self.recolour()

    @property
    def title(self) -> str:
        """What stands above the plot, in plain text."""
        return str(self._label.toPlainText())

    def draw_run(self, shown: Shown) -> None:
        """Draw all that this panel has of a run, now."""
        self._shown = shown
        choices = shown.choices
        self._x.show_scale("clock" if choices.across == "time" else "count", log=choices.log_x)
        self._y.show_scale(self.panel.unit, log=choices.log_y)
        self._show_unit(choices)
        lines = self.panel.lines(shown.run)
        kept = {name for line in lines for name in self._draw_line(line, shown)}
        kept |= self._draw_earlier(shown)
        for name in self.lines.keys() - kept:
            self.lines[name].set_points((), ())
        for curve in self.lines.values():
            curve.draw()
        self._set_ranges(shown, lines)
        self._mark_best(shown)
        self._mark_changes(shown)
        self.say()

    def stand_last(self, is_last: bool) -> None:
        """Whether the unit of x stands below: the panels above it have the same."""
        self._is_last = is_last
        self._x.setHeight(_WITH_UNIT if is_last else _WITHOUT_UNIT)

    def _show_unit(self, choices: CurveChoices) -> None:
        self._x.show_words(_UNITS[choices.across] if self._is_last else "")
        self._x.showLabel(self._is_last)

    def forget(self) -> None:
        """Another run: its ranges are decided anew."""
        self.held.forget()

    def point_at(self, x: float | None) -> None:
        """A line at a place of x, in its units, and the values there beside the names; None for none."""
        self._pointed = x
        self._cross.setVisible(x is not None)
        if x is not None and self._shown is not None:
            self._cross.setPos(float(_placed(np.array([x]), self._shown.choices.log_x)[0]))
        self.say()

    def values_at(self, x: float) -> list[tuple[str, str]]:
        """Names and values of the curves nearest to a place of x, in its units."""
        if self._shown is None:
            return []
        choices = self._shown.choices
        place = float(_placed(np.array([x]), choices.log_x)[0]) if x > 0 or not choices.log_x else -np.inf
        found = []
        for name, curve in self.lines.items():
            point = curve.value_at(place) if name in self._words else None
            if point is not None:
                found.append((name, self._format(10.0 ** point[1] if choices.log_y else point[1])))
        return [(self._name_of(name), value) for name, value in found]

    def say(self) -> None:
        """The title with the names of its curves in their colours, and their values where one points."""
        colours = THEME.colours
        values = dict(self.values_at(self._pointed)) if self._pointed is not None else {}
        parts: list[Words] = [Coloured(self.panel.title, colours.text)]
        for name, words in self._words.items():
            said = " ".join(part for part in (words, values.get(self._name_of(name), "")) if part)
            if said and len(self.lines[name].xs) and name not in self._behind:
                parts += ["\u2003", Coloured(said, self.lines[name].colour_in(colours))]
        if self._trouble:
            parts += ["\u2003", Coloured(self._trouble, colours.negative)]
        html = markup(*parts)
        if html != self._title:
            self._title = html
            self._label.setHtml(html)
            self.setAccessibleDescription(self.title)

    def recolour(self) -> None:
        super().recolour()
        colours = THEME.colours
        self.held.recolour(colours)
        self.best.recolour(colours)
        for line in (self._cross, *self.rate_marks):
            line.setPen(pg.mkPen(colours.text_weak, width=1, style=pg.QtCore.Qt.PenStyle.DashLine))
        self.say()

    def _draw_line(self, line: Line, shown: Shown) -> list[str]:
        """Take a line's points; the names of the curves that it needs."""
        choices, run = shown.choices, shown.run
        xs, ys = _seen(run.across(line.steps, choices.across), line.ys, shown.visible)
        if not line.each_step:
            curve = self._curve(line.name, line.colour, width=2, dots=line.ys is not run.lrs)
            curve.set_points(*_points(xs, ys, choices))
            self._words[line.name] = line.words
            return [line.name]
        window = window_for(choices.smoothing, len(run.steps))
        curve = self._curve(line.name, line.colour, width=2, dots=False)
        curve.set_points(*_points(*smooth(xs, ys, window=window, points=SMOOTH_POINTS), choices))
        is_said = window > 1 and line.has_raw and line.words
        self._words[line.name] = (
            said("{words} (mean of {window})", words=line.words, window=window) if is_said else line.words
        )
        if not line.has_raw:
            return [line.name]
        raw = self._curve(f"{line.name} raw", "raw", width=1, dots=False)
        raw.limit = max(SMOOTH_POINTS, 2 * self.width())
        raw.set_points(*_points(xs, ys, choices))
        self._words[f"{line.name} raw"] = said("each step")
        return [line.name, f"{line.name} raw"]

    def _draw_earlier(self, shown: Shown) -> set[str]:
        kept = set()
        for earlier in shown.earlier:
            xs = earlier.across(shown.choices.across)
            for number, (words, ys) in enumerate(self.panel.earlier(earlier, shown.run)):
                name = f"{words} of {earlier.run_id}"
                curve = self._curve(name, f"series:{earlier.place}", width=1, dots=False, dashed=number > 0)
                curve.set_points(*_points(xs, ys, shown.choices))
                self._words[name] = f"{words} of {earlier.title}"
                self._behind.add(name)
                kept.add(name)
        return kept

    def _curve(self, name: str, colour: str, *, width: int, dots: bool, dashed: bool = False) -> Curve:
        """The curve of that name, made when it is first needed and kept for the panel's whole life."""
        if name not in self.lines:
            made = Curve(self.plot, colour, width=width, dots=dots, dashed=dashed, limit=SMOOTH_POINTS)
            made.item.setZValue(-2 if " of " in name else -1 if name.endswith(" raw") else 0)
            made.recolour(THEME.colours)
            self.lines[name] = self.add_curve(made)
        return self.lines[name]

    def _set_ranges(self, shown: Shown, lines: Sequence[Line]) -> None:
        choices = shown.choices
        low, high = _placed(np.array(shown.visible), choices.log_x)
        view = self.plot.getViewBox()
        if view.viewRange()[0] != [low, high]:
            view.setXRange(low, high, padding=0)
        raw = [curve.ys for name, curve in self.lines.items() if name.endswith(" raw")]
        smoothed = [curve.ys for name, curve in self.lines.items() if not name.endswith(" raw")]
        bound = no_bound if choices.log_y else self.panel.bound
        wanted = drawn_range(raw, smoothed, bound=bound, from_zero=self.panel.is_rate and not choices.log_y)
        has_ring = best_mark(self.panel, shown.run) is not None
        self.held.show_y(widened(wanted) if has_ring else wanted)
        loud = next((line for line in lines if line.each_step), None)
        behind = left_behind(loud.ys, self.panel.bound) if loud is not None else None
        self._trouble = (
            said("now {behind}, out of view", behind=format_figure(behind))
            if behind is not None and not choices.log_y
            else ""
        )

    def _mark_best(self, shown: Shown) -> None:
        mark, choices = best_mark(self.panel, shown.run), shown.choices
        if mark is None:
            self.best.show_nothing()
            return
        xs, ys = _points(shown.run.across([mark.step], choices.across), [mark.value], choices)
        self.best.show_at(xs, ys, said("best {figure} at {epoch}", figure=format_figure(mark.value), epoch=mark.epoch))

    def _mark_changes(self, shown: Shown) -> None:
        """A line where a person changed the rate."""
        changes = shown.run.rate_changes if self.panel.is_rate else ()
        while len(self.rate_marks) < len(changes):
            self.rate_marks.append(pg.InfiniteLine(angle=90, movable=False))
            self.plot.addItem(self.rate_marks[-1], ignoreBounds=True)
            self.rate_marks[-1].setPen(pg.mkPen(THEME.colours.text_weak, width=1, style=pg.QtCore.Qt.PenStyle.DashLine))
        for number, mark in enumerate(self.rate_marks):
            mark.setVisible(number < len(changes))
            if number < len(changes):
                places = shown.run.across([changes[number][0]], shown.choices.across)
                mark.setPos(float(_placed(places, shown.choices.log_x)[0]))

    def _name_of(self, curve: str) -> str:
        return self._words[curve] or self.panel.title.lower()

    def _format(self, value: float) -> str:
        return format_rate(value) if self.panel.is_rate else format_figure(value)

    def _on_zoomed(self) -> None:
        low, high = self.plot.getViewBox().viewRange()[0]
        is_log = self._shown is not None and self._shown.choices.log_x
        self.zoomed.emit(*(10.0**place if is_log else place for place in (low, high)))

    def reading(self, plot: pg.PlotItem, x: float) -> str:
        is_log = self._shown is not None and self._shown.choices.log_x
        self.hovered.emit(10.0**x if is_log else x)
        return ""

    def leaveEvent(self, event: pg.QtCore.QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def paintEvent(self, event: pg.QtGui.QPaintEvent) -> None:
        began_at = time.monotonic()
        super().paintEvent(event)
        self.spent.emit(time.monotonic() - began_at)


def _placed(xs: Float64, is_log: bool) -> Float64:
    """Values as positions of an axis; what a logarithmic one cannot show is not finite."""
    if not is_log:
        return xs
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(xs)


def _points(xs: npt.ArrayLike, ys: npt.ArrayLike, choices: CurveChoices) -> tuple[Float64, Float64]:
    return (
        _placed(np.asarray(xs, dtype=np.float64), choices.log_x),
        _placed(np.asarray(ys, dtype=np.float64), choices.log_y),
    )


def _seen(xs: Float64, ys: Float64, visible: Range) -> tuple[Float64, Float64]:
    """The points in a part of x, and one more at each side, so that lines run out of the plot."""
    first = max(0, int(np.searchsorted(xs, visible[0])) - 1)
    last = int(np.searchsorted(xs, visible[1], side="right")) + 1
    return xs[first:last], ys[first:last]
