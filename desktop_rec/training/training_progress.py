"""The right side of Train: the plan before a run, its figures with curves or stages, and what happened at the end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.plots.card import PlotCard
from desktop_rec.theme.theme import GRID, set_role
from desktop_rec.training.curves import StageLine
from desktop_rec.training.live_plot import LiveCurves, LivePlot
from desktop_rec.training.outcome_card import Outcome, OutcomeCard
from desktop_rec.training.progress_parts import FiguresStrip, StageList
from desktop_rec.training.schedule_plot import SchedulePlot, schedule_title
from engine.training.config import TrainingConfig


class TrainingProgress(QWidget):
    """action_pressed(str): an action that the outcome offered."""

    action_pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training_progress")
        self._build()
        self._outcome.pressed.connect(self.action_pressed)
        self.live.pointed_at.connect(self._live_card.show_reading)
        self._schedule.pointed_at.connect(self._schedule_card.show_reading)
        self._live_card.add_action("show_all", "Show the whole run", self.live.show_all)

    def show_plan(self, heading: str, sentence: str) -> None:
        """Before a run: what it will do, in words."""
        self._heading.setText(heading)
        self._sentence.setText(sentence)
        self._stack.setCurrentWidget(self._plan)

    def show_schedule(self, config: TrainingConfig | None, *, total_steps: int = 0, lr: float = 1.0) -> None:
        """The schedule below the plan's words; None where the model has none."""
        self._schedule_card.setVisible(config is not None)
        self._plan_room.setVisible(config is None)
        if config is not None:
            self._schedule.show_schedule(config, total_steps=total_steps, lr=lr)
            self._schedule_card.show_title(schedule_title(config, total_steps=total_steps))
            self._schedule_card.refresh_table()

    def show_curves(self, curves: LiveCurves) -> None:
        """A run that learns by steps."""
        self.live.show_curves(curves)
        self._live_card.refresh_table()
        self._body.setCurrentWidget(self._live_card)
        self._stack.setCurrentWidget(self._run)

    def show_curve_words(self, words: str) -> None:
        """What the curves say, below them."""
        if self._curve_words.text() != words:
            self._curve_words.setText(words)
        self._curve_words.setVisible(bool(words))

    def show_stages(self, stages: Sequence[StageLine]) -> None:
        """A run, or the part of one, that has stages instead of curves."""
        self._stages.show_stages(stages)
        self._body.setCurrentWidget(self._stages)
        self._stack.setCurrentWidget(self._run)

    def show_figures(self, figures: Sequence[str], *, now: str = "") -> None:
        """The strip of figures, and what the run is doing at this moment."""
        self._strip.show_figures(figures)
        self._strip.setVisible(bool(figures))
        if self._now.text() != now:
            self._now.setText(now)
        self._now.setVisible(bool(now))

    def show_outcome(self, outcome: Outcome | None) -> None:
        """What happened; None while it happens."""
        self._outcome.show_outcome(outcome)

    def _build(self) -> None:
        self._plan, self._run = self._make_plan(), self._make_run()
        self._outcome = OutcomeCard()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._plan)
        self._stack.addWidget(self._run)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole.setSpacing(GRID)
        whole.addWidget(self._stack, 1)
        whole.addWidget(self._outcome)
        self._outcome.hide()

    def _make_plan(self) -> QWidget:
        page = QWidget()
        self._heading, self._sentence = QLabel(), QLabel()
        set_role(self._heading, "heading")
        set_role(self._sentence, "weak")
        self._schedule = SchedulePlot("plan_schedule_plot")
        self._schedule_card = PlotCard("plan_schedule", "Schedule", self._schedule, self._schedule.table)
        self._schedule_card.setMaximumHeight(360)
        self._plan_room = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for label in (self._heading, self._sentence):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self._schedule_card, 1)
        column.addWidget(self._plan_room)
        column.addStretch(0)
        return page

    def _make_run(self) -> QWidget:
        page = QWidget()
        self._strip, self._now = FiguresStrip(), QLabel()
        self._now.setObjectName("training_now")
        self._curve_words = QLabel()
        self._curve_words.setObjectName("training_curve_words")
        self._curve_words.setAccessibleName("What the curves say")
        self._curve_words.setWordWrap(True)
        self._curve_words.hide()
        set_role(self._now, "weak")
        self.live, self._stages = LivePlot(), StageList()
        self._live_card = PlotCard("live", "How the model learns", self.live, self.live.table)
        self._body = QStackedWidget()
        self._body.addWidget(self._live_card)
        self._body.addWidget(self._stages)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._strip, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._now)
        column.addWidget(self._body, 1)
        column.addWidget(self._curve_words)
        return page
