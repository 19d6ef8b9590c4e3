"""The tab Learning rate: a sweep of the plan, its loss plot with a line to drag, and the plan's schedule below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.common.panels import PlaceMessage, caption
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.theme.theme import GRID, set_role
from desktop_rec.training.choice_list import Choice, ChoiceList
from desktop_rec.training.curves import SweepState
from desktop_rec.training.learning_rate.controller import LearningRateController
from desktop_rec.training.learning_rate.loss_over_rate_plot import LossOverRatePlot
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.progress_parts import JobButtons, JobWords
from desktop_rec.training.schedule_plot import SchedulePlot, rate_becomes, schedule_title
from engine.models.registry import kind_of
from engine.text import format_rate
from engine.training.rate_curve import smoothed
from engine.training.rate_sweep import RateSweep

_LEAST_POINTS_TO_DRAW = 2
_LEAST_PLOT, _LEAST_SCHEDULE, _SIDE = 240, 190, 200
_BUTTONS = JobWords(
    kind="sweep",
    start="Find a learning rate",
    start_name="find_rate_button",
    start_tip="Try rates from small to large on a throw-away copy of the model",
    stop="Stop and look",
    stop_tip="Stop here and look at what was measured",
    suffix="_sweep",
)


class LearningRateView(QWidget):
    """Lets a person find a rate by eye. training_asked: one was settled on, or the model has none."""

    training_asked = Signal()

    def __init__(
        self, plan: PlanController, learning_rate: LearningRateController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._plan, self._learning_rate = plan, learning_rate
        self._shown_sweep: RateSweep | None = None
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Show the sweep of the plan's model, or what to do to get one."""
        self._show_job()
        self._show_sweep()

    def _build(self) -> None:
        self.setObjectName("learning_rate_view")
        self._buttons = JobButtons(_BUTTONS)
        self._use = button("Use", "use_rate_button", "Train with this rate", role="primary")
        self._becomes = caption()
        self._becomes.setObjectName("rate_becomes")
        self._plot, self._schedule = LossOverRatePlot(), SchedulePlot()
        self._plot_card = PlotCard("sweep", "Loss over learning rate", self._plot, self._plot.table)
        self._schedule_card = PlotCard("schedule", "Schedule", self._schedule, self._schedule.table)
        self._words = PlainLabel()
        self._words.setObjectName("sweep_words")
        self._words.setWordWrap(True)
        self._message = PlaceMessage()
        self._stack = QStackedWidget()
        self._plots = self._make_plots()
        self._stack.addWidget(self._message)
        self._stack.addWidget(self._plots)
        head = QHBoxLayout()
        head.addWidget(self._buttons)
        head.addWidget(self._use)
        head.addWidget(self._becomes, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addWidget(self._stack, 1)

    def _make_plots(self) -> QWidget:
        """The sweep over the schedule, suggestions beside them, and the sweep in words below."""
        cards = QSplitter(Qt.Orientation.Vertical)
        for card, least, stretch in ((self._plot_card, _LEAST_PLOT, 3), (self._schedule_card, _LEAST_SCHEDULE, 2)):
            cards.addWidget(card)
            card.setMinimumHeight(least)
            cards.setStretchFactor(cards.count() - 1, stretch)
        cards.setChildrenCollapsible(False)
        cards.setHandleWidth(GRID)
        heading = PlainLabel("Suggestions")
        set_role(heading, "heading")
        self._suggestions = ChoiceList("suggestions", "Suggested learning rates")
        self._side = QWidget()
        self._side.setFixedWidth(_SIDE)
        column = QVBoxLayout(self._side)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.addWidget(heading)
        column.addWidget(self._suggestions)
        column.addWidget(self._words)
        column.addStretch(1)
        plots = QWidget()
        row = QHBoxLayout(plots)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(cards, 1)
        row.addWidget(self._side)
        return plots

    def _connect(self) -> None:
        self._plan.changed.connect(self.show_state)
        self._learning_rate.changed.connect(self._show_sweep)
        self._learning_rate.jobs.changed.connect(self._show_job)
        self._buttons.start_asked.connect(self._find)
        self._buttons.stop_asked.connect(self._learning_rate.jobs.stop)
        self._message.pressed.connect(self.training_asked)
        self._use.clicked.connect(self._on_use)
        self._suggestions.chosen.connect(self._on_suggestion)
        self._plot.rate_moved.connect(self._on_rate_moved)
        self._plot.pointed_at.connect(self._plot_card.show_reading)
        self._schedule.pointed_at.connect(self._schedule_card.show_reading)

    @property
    def _state(self) -> SweepState:
        """The sweep, where it is of the plan's model."""
        state = self._learning_rate.state
        return state if state.model == self._plan.plan.model else SweepState()

    def _show_job(self) -> None:
        self._buttons.show_job(self._learning_rate.jobs.state)

    def _show_sweep(self) -> None:
        """The curve as it grows, and once it has ended what follows from it."""
        state = self._state
        ended = state.sweep
        if ended is not None:
            self._plot.show_points(ended.lrs, ended.losses, ended.smoothed)
        else:
            tail = slice(len(state.lrs) - state.steps_done, None)
            lrs, losses = state.lrs.values[tail], state.losses.values[tail]
            self._plot.show_points(lrs, losses, smoothed(lrs, losses))
        points = len(ended.lrs) if ended is not None else state.steps_done
        self._stack.setCurrentWidget(self._plots if points >= _LEAST_POINTS_TO_DRAW else self._message)
        if points < _LEAST_POINTS_TO_DRAW:
            self._explain(state)
        if ended is not self._shown_sweep or ended is None:
            self._shown_sweep = ended
            self._show_result(ended)
        else:
            self._show_rate()
        self._plot_card.refresh_table()

    def _explain(self, state: SweepState) -> None:
        """Why there is no curve."""
        if self._plan.plan.training is None:
            kind = kind_of(self._plan.plan.model)
            otherwise = " With the solver adam or sgd it has one." if kind.by_steps is not None else ""
            self._message.show_message(
                f"{kind.title} is computed at once",
                f"It has no learning rate to find.{otherwise}",
                button="Go to Training",
            )
        elif state.running:
            self._message.show_message("Trying rates, small to large", "The curve appears in a moment.", busy=True)
        elif state.failure is not None:
            self._message.show_message(state.failure.sentence, state.failure.remedy)
        elif state.sweep is not None:
            self._message.show_message("The sweep found no rate", state.sweep.words)
        else:
            self._message.show_message(
                "Find a learning rate",
                "A short sweep tries rates from tiny to large on a throw-away copy of the model and draws where the "
                "loss falls. It takes seconds, and nothing you have trained changes.",
            )

    def _show_result(self, sweep: RateSweep | None) -> None:
        """Suggestions, the line at the chosen one, and the sweep in words."""
        found = [] if sweep is None else list(sweep.suggestions)
        chosen = sweep.chosen if sweep is not None else None
        self._plot.show_suggestions([(mark.title, mark.lr) for mark in found])
        self._plot.set_rate(chosen.lr if chosen is not None else None)
        self._words.setText(sweep.words if sweep is not None else "")
        self._side.setVisible(sweep is not None)
        choices = [Choice(mark.kind, mark.title, mark.sentence, format_rate(mark.lr)) for mark in found]
        self._suggestions.show_choices(choices)
        self._suggestions.choose(chosen.kind if chosen is not None else None)
        self._show_rate()

    def _on_suggestion(self, kind: str) -> None:
        sweep = self._state.sweep
        suggestions = sweep.suggestions if sweep is not None else ()
        lr = next((suggestion.lr for suggestion in suggestions if suggestion.kind == kind), None)
        if lr is not None:
            self._plot.set_rate(lr)
            self._show_rate()

    def _on_rate_moved(self, lr: float) -> None:
        self._suggestions.choose(None)
        self._show_rate()

    def _show_rate(self) -> None:
        """The plan's schedule at the line's rate, and what the button would do with it."""
        lr, training = self._plot.rate, self._plan.plan.training
        is_there = lr is not None and training is not None
        for part in (self._use, self._becomes, self._schedule_card):
            part.setVisible(is_there)
        self._buttons.show_start(_BUTTONS.start, may_start=training is not None, is_primary=not is_there)
        if lr is None or training is None:
            return
        becomes, steps = rate_becomes(training), self._plan.total_steps
        self._use.setText(f"Use {format_rate(lr)}")
        self._use.setAccessibleName(f"Use {format_rate(lr)}: it becomes {becomes}")
        set_tip(self._use, f"Train with {format_rate(lr)} as {becomes}")
        self._becomes.setText(f"It becomes {becomes}.")
        self._schedule.show_schedule(training, total_steps=steps, lr=lr)
        self._schedule_card.show_title(schedule_title(training, total_steps=steps, lr=lr))
        self._schedule_card.refresh_table()

    def _find(self) -> None:
        plan = self._plan.checked()
        if plan is not None:
            self._plot.show_range(lowest=plan.finder.lowest, highest=plan.finder.highest)
            self._learning_rate.find(plan)

    def _on_use(self) -> None:
        if self._plot.rate is not None:
            self._plan.use_rate(self._plot.rate)
            self.training_asked.emit()
