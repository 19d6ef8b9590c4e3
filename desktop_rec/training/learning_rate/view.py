"""The place Learning rate: a sweep, its loss plot with a line to drag, and the schedule that follows from the line.

Connects widgets to the session. Only models that learn by steps are offered.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.job_state import JobState
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.theme.theme import GRID
from desktop_rec.training.choice_list import Choice
from desktop_rec.training.curves import SweepState
from desktop_rec.training.learning_rate.controller import LearningRateController
from desktop_rec.training.learning_rate.loss_over_rate_plot import LossOverRatePlot
from desktop_rec.training.learning_rate.rate_setup import RateSetup
from desktop_rec.training.schedule_plot import SchedulePlot, rate_becomes, schedule_title
from engine.models.defaults import DataFacts, facts_from
from engine.models.registry import MODELS, kind_of
from engine.text import format_rate
from engine.training.lr_finder import RateSweep
from engine.training.plan import TrainingPlan

_LEAST_POINTS_TO_DRAW = 2
_LEAST_PLOT, _LEAST_SCHEDULE = 260, 210


class LearningRateView(QWidget):
    """Says what is missing, or lets a person find a rate by eye. rate_taken(): one was settled on."""

    rate_taken = Signal()

    def __init__(self, learning_rate: LearningRateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._learning_rate = learning_rate
        self._shown_sweep: RateSweep | None = None
        self._facts: tuple[str, DataFacts] | None = None
        self._build()
        self._connect()
        self._offer_models()
        self.show_state()

    def show_state(self) -> None:
        """Show what the session is at."""
        if self._learning_rate.dataset.current is None:
            self._whole.setCurrentWidget(self._missing)
            return
        self._whole.setCurrentWidget(self._work)
        self._show_job()
        self._show_sweep(self._learning_rate.state)

    def _build(self) -> None:
        self.setObjectName("learning_rate_view")
        self._setup = RateSetup()
        self._plot, self._schedule = LossOverRatePlot(), SchedulePlot()
        self._plot_card = PlotCard("sweep", "Loss over learning rate", self._plot, self._plot.table)
        self._schedule_card = PlotCard("schedule", "Schedule", self._schedule, self._schedule.table)
        self._words = QLabel()
        self._words.setObjectName("sweep_words")
        self._words.setWordWrap(True)
        self._message, self._missing = PlaceMessage(), PlaceMessage()
        self._missing.show_message(
            "No data set is open",
            "Finding a learning rate needs ratings to learn from.",
            button="Go to Data",
        )
        self._right, self._plots = QStackedWidget(), self._make_plots()
        self._right.addWidget(self._message)
        self._right.addWidget(self._plots)
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._setup)
        row.addWidget(self._right, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._missing)
        self._whole.addWidget(self._work)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._whole)

    def _make_plots(self) -> QWidget:
        """The sweep over its schedule, and the sweep in words below."""
        cards = QSplitter(Qt.Orientation.Vertical)
        cards.addWidget(self._plot_card)
        cards.addWidget(self._schedule_card)
        cards.setStretchFactor(0, 3)
        cards.setStretchFactor(1, 2)
        cards.setChildrenCollapsible(False)
        self._plot_card.setMinimumHeight(_LEAST_PLOT)
        self._schedule_card.setMinimumHeight(_LEAST_SCHEDULE)
        cards.setHandleWidth(GRID)
        plots = QWidget()
        column = QVBoxLayout(plots)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.addWidget(cards, 1)
        column.addWidget(self._words)
        return plots

    def _connect(self) -> None:
        setup = self._setup
        self._learning_rate.dataset.changed.connect(self.show_state)
        self._learning_rate.changed.connect(self._on_sweep)
        self._learning_rate.jobs.changed.connect(self._on_job)
        self._missing.pressed.connect(self._go_to_data)
        setup.find_asked.connect(self._find)
        setup.stop_asked.connect(self._learning_rate.jobs.stop)
        setup.use_asked.connect(self._use)
        setup.suggestion_chosen.connect(self._on_suggestion)
        setup.model_chosen.connect(self._on_model)
        setup.settings_changed.connect(self._show_rate)
        self._plot.rate_moved.connect(self._on_rate_moved)
        self._plot.pointed_at.connect(self._plot_card.show_reading)
        self._schedule.pointed_at.connect(self._schedule_card.show_reading)

    def _offer_models(self) -> None:
        others = [kind.title for kind in MODELS.values() if not kind.can.learns_by_steps and not kind.made_of_runs]
        words = f"{' and '.join(others)} are computed at once: they have no learning rate." if others else ""
        self._setup.show_models(
            [(kind.name, kind.title) for kind in MODELS.values() if kind.can.learns_by_steps], others=words
        )
        self._on_model(self._setup.model)

    def _on_model(self, name: str) -> None:
        kind = kind_of(name)
        plan = TrainingPlan.defaults(kind.name)
        assert plan.training is not None, "only models that learn by steps are offered"
        self._setup.show_settings(plan.finder, plan.training)

    def _on_job(self, state: JobState | None) -> None:
        self._show_job()

    def _on_sweep(self) -> None:
        self._show_sweep(self._learning_rate.state)

    def _show_job(self) -> None:
        job = self._learning_rate.jobs.state
        self._setup.show_running(
            is_running=job is not None and job.kind == "sweep",
            is_free=job is None,
            stopping=job is not None and job.stopping,
        )

    def _show_sweep(self, state: SweepState) -> None:
        """The curve as it grows, and once it has ended what follows from it."""
        ended = state.sweep
        if ended is not None:
            self._plot.show_points(ended.lrs, ended.losses, ended.smoothed)
        else:
            tail = slice(len(state.lrs) - state.steps_done, None)
            self._plot.show_points(state.lrs.values[tail], state.losses.values[tail], state.smoothed.values[tail])
        points = len(ended.lrs) if ended is not None else state.steps_done
        self._right.setCurrentWidget(self._plots if points >= _LEAST_POINTS_TO_DRAW else self._message)
        if points < _LEAST_POINTS_TO_DRAW:
            self._say_nothing_to_draw(state)
        if ended is not self._shown_sweep or ended is None:
            self._shown_sweep = ended
            self._show_result(ended)
        self._plot_card.refresh_table()

    def _say_nothing_to_draw(self, state: SweepState) -> None:
        if state.running:
            self._message.show_message("Trying rates, small to large", "The curve appears in a moment.", busy=True)
        elif state.failure is not None:
            self._message.show_message(state.failure.sentence, state.failure.remedy)
        elif state.sweep is not None:
            self._message.show_message("The sweep found no rate", state.sweep.words)
        else:
            self._message.show_message(
                "See how fast this model may learn",
                "A short sweep tries rates from tiny to large on a throw-away copy of the model and draws where the "
                "loss falls. It takes seconds, and nothing you have trained changes.",
            )

    def _show_result(self, sweep: RateSweep | None) -> None:
        """Suggestions, the line at the chosen one, and the sweep in words."""
        found = [] if sweep is None else list(sweep.suggestions)
        marks = [(one.title, one.lr) for one in found if one.lr is not None]
        chosen = sweep.chosen if sweep is not None else None
        self._plot.show_suggestions(marks)
        self._plot.set_rate(chosen.lr if chosen is not None else None)
        self._words.setText(sweep.words if sweep is not None else "")
        self._words.setVisible(sweep is not None)
        choices = [
            Choice(
                one.kind,
                one.title,
                one.sentence,
                figure=format_rate(one.lr) if one.lr is not None else "none",
                on=one.lr is not None,
            )
            for one in found
        ]
        self._setup.show_suggestions(choices, chosen=chosen.kind if chosen is not None else None)
        self._show_rate()

    def _on_suggestion(self, kind: str) -> None:
        sweep = self._learning_rate.state.sweep
        lr = (
            next((suggestion.lr for suggestion in sweep.suggestions if suggestion.kind == kind), None)
            if sweep
            else None
        )
        if lr is not None:
            self._plot.set_rate(lr)
            self._show_rate()

    def _on_rate_moved(self, lr: float) -> None:
        self._setup.suggestions.choose(None)
        self._show_rate()

    def _show_rate(self) -> None:
        """The schedule under the line, and what the button would do with the rate."""
        lr, plan = self._plot.rate, self._plan()
        training = plan.training
        assert training is not None, "only models that learn by steps are offered"
        self._schedule_card.setVisible(lr is not None)
        self._setup.show_rate(lr, becomes=rate_becomes(training))
        if lr is None:
            return
        steps = self._total_steps(plan)
        self._schedule.show_schedule(training, total_steps=steps, lr=lr)
        self._schedule_card.show_title(schedule_title(training, total_steps=steps))
        self._schedule_card.refresh_table()

    def _plan(self) -> TrainingPlan:
        dataset = self._learning_rate.dataset.current
        plan = TrainingPlan.defaults(self._setup.model, entries=dataset.entries if dataset is not None else 0)
        return plan.changed(schedule=self._setup.schedule)

    def _total_steps(self, plan: TrainingPlan) -> int:
        dataset = self._learning_rate.dataset.current
        if dataset is None:
            return 1
        if self._facts is None or self._facts[0] != dataset.fingerprint:
            statistics = self._learning_rate.dataset.statistics
            if statistics is None:
                return 1
            self._facts = (dataset.fingerprint, facts_from(statistics))
        return plan.total_steps(self._facts[1])

    def _find(self) -> None:
        configs = self._setup.configs()
        if configs is None:
            return
        finder, training = configs
        self._plot.show_range(lowest=finder.lowest, highest=finder.highest)
        model = self._setup.model
        self._learning_rate.find(model, kind_of(model).config_class(), training, finder)

    def _use(self) -> None:
        lr = self._plot.rate
        if lr is not None:
            model = self._learning_rate.state.model or self._setup.model
            self._learning_rate.use(model, lr, self._setup.schedule)
            self.rate_taken.emit()

    def _go_to_data(self) -> None:
        self._learning_rate.requests.show_place("data")
