"""A run as it goes: the chosen panels below and beside each other, over one x axis.

Showing a state only remembers it. Panels are drawn one after the other with a breath between, so that no turn of the
event loop is long; the next round begins when the Repainter says so, by what this one took with all its painting.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import named
from desktop_rec.common.plain import set_tip
from desktop_rec.common.plots.card import Table
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.common.plots.saving import Numbers
from desktop_rec.theme.theme import set_role
from desktop_rec.training.live.choices import CurveChoices
from desktop_rec.training.live.numbers import epoch_table, numbers_of
from desktop_rec.training.live.panel_view import LEAST_HEIGHT, PanelView, Shown
from desktop_rec.training.live.panels import Panel, shown_panels
from desktop_rec.training.live.ranges import Range, visible_x
from desktop_rec.training.live.run import EarlierRun, LiveRun
from engine.text import format_clock, format_count
from engine.wording import said

_BREATH_MS = 25
_POINTING_MS = 40
_MOST_IN_A_COLUMN = 3
_LEAST_COLUMN = 320


class LivePlot(QScrollArea):
    """zoom_changed(bool): whether a part of the run is looked at. pointed_at(words): the place under the pointer."""

    zoom_changed = Signal(bool)
    pointed_at = Signal(str)

    def __init__(self, name: str = "live_plot") -> None:
        super().__init__()
        named(self, name, said("How the model learns, step by step"))
        set_tip(self, "")
        self.panels: dict[str, PanelView] = {}
        self._run: LiveRun | None = None
        self._earlier: tuple[EarlierRun, ...] = ()
        self._choices = CurveChoices()
        self._zoom: Range | None = None
        self._x: Range | None = None
        self._arranged: tuple[tuple[str, ...], int] = ((), 1)
        self._known_by: tuple[object, ...] = ()
        self._known: tuple[Panel, ...] = ()
        self._pointed: float | None = None
        self._waiting: list[PanelView] = []
        self._is_behind = self._is_hurried = False
        self._build()
        self.repainter = Repainter(self, self._begin, by_itself=True)
        self._pointing = Repainter(self, self._show_pointed, interval_ms=_POINTING_MS)
        self._breath = QTimer(self)
        self._breath.setSingleShot(True)
        self._breath.setInterval(_BREATH_MS)
        self._breath.timeout.connect(self._go_on)

    def show_run(self, run: LiveRun) -> None:
        """The run so far; drawn when due."""
        former, self._run = self._run, run
        if former is None or run.last_step < former.last_step or run.model != former.model:
            self._start_anew()
        self._mark()

    def show_earlier(self, earlier: Sequence[EarlierRun]) -> None:
        """The runs to draw behind it."""
        if tuple(earlier) != self._earlier:
            self._earlier = tuple(earlier)
            self._mark(hurried=True)

    def show_choices(self, choices: CurveChoices) -> None:
        """What is seen of the run from now on."""
        if (choices.across, choices.log_x) != (self._choices.across, self._choices.log_x):
            self._choices = choices
            self._start_anew()
        elif choices.log_y != self._choices.log_y:
            for view in self.panels.values():
                view.forget()
        self._choices = choices
        self._mark(hurried=True)

    def show_all(self) -> None:
        """Back to the whole run after zooming."""
        if self._zoom is not None:
            self._start_anew()
            self._mark(hurried=True)

    @property
    def is_drawn(self) -> bool:
        """Whether all panels show the newest state."""
        return not self._waiting

    def draw_now(self) -> None:
        """Draw everything that is due at once, as a picture of it needs."""
        self._waiting = self._due()
        while self._waiting:
            self._draw(self._waiting.pop(0))

    def reading_at(self, x: float) -> str:
        """Step, epoch and time at a place of x, and all values there by name."""
        if self._run is None:
            return ""
        run = self._run
        step = min(max(1.0, round(run.step_at(x, self._choices.across))), max(1.0, run.last_step))
        epoch, when = format_count(run.epoch_of(step)), format_clock(run.seconds_at(step))
        place = said("step {step} (epoch {epoch}, {when})", step=format_count(step), epoch=epoch, when=when)
        values = [
            f"{words} {value}"
            for name, view in self.panels.items()
            if view.isVisibleTo(self) and name in self._choices.panels
            for words, value in view.values_at(float(run.across([step], self._choices.across)[0]))
        ]
        return f"{place}: {', '.join(values)}" if values else place

    def table(self) -> Table:
        """A row an epoch; a row a step while there is no epoch yet."""
        return epoch_table(self._run) if self._run is not None else Table((), ())

    def numbers(self) -> Numbers:
        """Every step with full precision, as it is saved."""
        return numbers_of(self._run) if self._run is not None else Numbers((), iter(()))

    def _build(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = QWidget()
        self._page.setObjectName("live_panels")
        set_role(self._page, "raised")
        self._grid = QGridLayout(self._page)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self.setWidget(self._page)

    def _start_anew(self) -> None:
        """Nothing of the former ranges stays."""
        was_zoomed = self._zoom is not None
        self._zoom = self._x = None
        for view in self.panels.values():
            view.forget()
        if was_zoomed:
            self.zoom_changed.emit(False)

    def _view_of(self, panel: Panel) -> PanelView:
        if panel.name not in self.panels:
            made = self.panels[panel.name] = PanelView(panel)
            made.zoomed.connect(self._on_zoomed)
            made.hovered.connect(self._on_hovered)
            made.spent.connect(self.repainter.took)
            next_step()
        return self.panels[panel.name]

    def _arrange(self, names: Sequence[str]) -> None:
        """Chosen panels in one column, or in two where there are many and room for it."""
        is_wide = self.viewport().width() >= 2 * _LEAST_COLUMN
        columns = 2 if len(names) > _MOST_IN_A_COLUMN and is_wide else 1
        if (tuple(names), columns) == self._arranged:
            return
        self._arranged = (tuple(names), columns)
        for view in self.panels.values():
            self._grid.removeWidget(view)
            view.hide()
        for place, name in enumerate(names):
            row, column = divmod(place, columns)
            spans = columns if place == len(names) - 1 and column == 0 else 1
            self._grid.addWidget(self.panels[name], row, column, 1, spans)
            self.panels[name].stand_last(place + columns >= len(names))
            self.panels[name].setUpdatesEnabled(False)  # painted once it is drawn, each in a turn of its own
            self.panels[name].show()
        rows = -(-len(names) // columns)
        self.setMinimumHeight(rows * (LEAST_HEIGHT + 4))

    def _wanted(self) -> tuple[Panel, ...]:
        """The panels to show; looked up again only when there may be others."""
        run, chosen = self._run, self._choices.panels
        if run is None:
            return ()
        known_by = (run.model, chosen, len(run.epochs), tuple(run.parts), bool(len(run.steps)))
        if known_by != self._known_by:
            self._known_by, self._known = known_by, tuple(shown_panels(run, chosen))
        return self._known

    def _due(self) -> list[PanelView]:
        panels = self._wanted()
        views = [self._view_of(panel) for panel in panels]
        self._arrange([panel.name for panel in panels])
        return views

    def _mark(self, *, hurried: bool = False) -> None:
        """Something changed: draw it, where panels are being drawn in the round after this one."""
        self._is_behind, self._is_hurried = True, self._is_hurried or hurried
        if not self._waiting:
            self._is_behind = False
            self.repainter.mark(hurried=self._is_hurried)

    def _begin(self) -> None:
        """Start to draw what is due; panels that were never seen are made one by one before."""
        self._is_hurried = False
        unmade = next((panel for panel in self._wanted() if panel.name not in self.panels), None)
        if unmade is not None:
            self._view_of(unmade)
            self.repainter.mark(hurried=True)
            return
        self._waiting = self._due()
        self._draw_next()

    def _go_on(self) -> None:
        """The next panel, after a breath."""
        began_at = time.monotonic()
        self._draw_next()
        self.repainter.took(time.monotonic() - began_at)

    def _draw_next(self) -> None:
        if not self.isVisible():
            self._waiting = []
            self.repainter.mark()
        elif self._waiting:
            self._draw(self._waiting.pop(0))
            if self._waiting:
                self._breath.start()
            elif self._is_behind:
                self._mark()

    def _draw(self, view: PanelView) -> None:
        if self._run is not None:
            view.draw_run(Shown(self._run, self._earlier, self._choices, self._visible(self._run)))
            view.setUpdatesEnabled(True)

    def _visible(self, run: LiveRun) -> Range:
        """The part of x that is looked at: where the person zoomed, or all, behind which longer runs may go on."""
        if self._zoom is not None:
            return self._zoom
        across = self._choices.across
        last = float(run.across([run.last_step], across)[0])
        end = run.end_of(across)
        self._x = visible_x(last, end, held=self._x, log=self._choices.log_x)
        return self._x

    def _on_zoomed(self, low: float, high: float) -> None:
        is_first = self._zoom is None
        self._zoom = (low, high)
        if is_first:
            self.zoom_changed.emit(True)
        self._mark(hurried=True)

    def _on_hovered(self, x: object) -> None:
        self._pointed = x if isinstance(x, float) else None
        self._pointing.mark()

    def _show_pointed(self) -> None:
        x = self._pointed
        for name in self._arranged[0]:
            self.panels[name].point_at(x)
        self.pointed_at.emit("" if x is None else self.reading_at(x))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._mark(hurried=True)


def with_panel(choices: CurveChoices, name: str, *, is_shown: bool) -> CurveChoices:
    """The choices with a panel more or less."""
    others = tuple(panel for panel in choices.panels if panel != name)
    return replace(choices, panels=(*others, name) if is_shown else others)
