"""The tab Training: start the plan, watch it learn, and read what happened.

While a run goes on, what this does per event is remember it; drawing is the plot's.
"""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import button
from desktop_rec.common.plain import PlainLabel
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.theme.theme import GRID, set_role
from desktop_rec.training import text
from desktop_rec.training.controller import TrainingController
from desktop_rec.training.curves import TrainingState
from desktop_rec.training.live_plot import LiveCurves, LivePlot
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.progress_parts import FiguresStrip, JobButtons, JobWords, OutcomeCard, StageList
from desktop_rec.training.schedule_plot import SchedulePlot, schedule_title
from engine.models.registry import kind_of

_MOST_SCHEDULE = 360
_RATE_WHEN_UNKNOWN = 0.01
_BUTTONS = JobWords(
    kind="training",
    start="Start training",
    start_name="start_training_button",
    start_tip="Learn from the open data set with the settings at the left",
    stop="Stop and keep",
    stop_tip="End now and keep the best that was learned",
)


class TrainingView(QWidget):
    """The plan before a run, its figures with curves or stages while it runs, and what happened when it ended."""

    def __init__(self, plan: PlanController, training: TrainingController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan, self._training = plan, training
        self._plans_again = False
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Show what training is at."""
        self._stale_words.setText(self._training.stale_text)
        self._stale.setVisible(bool(self._training.stale_text))
        self._show_job()
        self._show_run()

    def _build(self) -> None:
        self.setObjectName("training_view")
        self._buttons, self._strip, self._outcome = (
            JobButtons(_BUTTONS, has_discard=True),
            FiguresStrip(),
            OutcomeCard(),
        )
        self._stale = self._make_stale()
        self._before = self._make_before()
        next_step()
        self._run = self._make_run()
        next_step()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._before)
        self._stack.addWidget(self._run)
        head = QHBoxLayout()
        head.addWidget(self._buttons)
        head.addWidget(self._strip, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole.setSpacing(GRID)
        whole.addWidget(self._stale)
        whole.addLayout(head)
        whole.addWidget(self._stack, 1)
        whole.addWidget(self._outcome)
        self._outcome.hide()

    def _make_stale(self) -> QFrame:
        """That the data set changed, with the button that trains on the new one."""
        bar = QFrame()
        bar.setObjectName("training_stale")
        set_role(bar, "notice-warning")
        self._stale_words = PlainLabel()
        self._stale_words.setObjectName("training_stale_words")
        self._stale_words.setWordWrap(True)
        self._again = button("Train again", "train_again_button", "Train with these settings on the open data set")
        row = QHBoxLayout(bar)
        row.addWidget(self._stale_words, 1)
        row.addWidget(self._again)
        return bar

    def _make_before(self) -> QWidget:
        page = QWidget()
        self._heading, self._sentence = PlainLabel(), PlainLabel()
        self._heading.setObjectName("training_heading")
        self._sentence.setObjectName("training_sentence")
        set_role(self._heading, "heading")
        set_role(self._sentence, "weak")
        self._schedule = SchedulePlot("plan_schedule_plot")
        self._schedule_card = PlotCard("plan_schedule", "Schedule", self._schedule, self._schedule.table)
        self._schedule_card.setMaximumHeight(_MOST_SCHEDULE)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for label in (self._heading, self._sentence):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self._schedule_card, 1)
        column.addStretch(0)
        return page

    def _make_run(self) -> QWidget:
        page = QWidget()
        self._now, self._curve_words = PlainLabel(), PlainLabel()
        self._now.setObjectName("training_now")
        set_role(self._now, "weak")
        self._curve_words.setObjectName("training_curve_words")
        self._curve_words.setAccessibleName("What the curves say")
        self._curve_words.setWordWrap(True)
        self._live, self._stages = LivePlot(), StageList()
        self._live_card = PlotCard("live", "How the model learns", self._live, self._live.table)
        self._live_card.add_action("show_all", "Show the whole run", self._live.show_all)
        self._body = QStackedWidget()
        self._body.addWidget(self._live_card)
        self._body.addWidget(self._stages)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._now)
        column.addWidget(self._body, 1)
        column.addWidget(self._curve_words)
        return page

    def _connect(self) -> None:
        plan, training, jobs, buttons = self._plan, self._training, self._training.jobs, self._buttons
        plan.changed.connect(self.show_state)
        plan.filled.connect(self._plan_again)
        plan.rate_changed.connect(self._plan_again)
        plan.offer_changed.connect(self._show_run)
        training.changed.connect(self._on_training)
        jobs.changed.connect(self._show_job)
        buttons.start_asked.connect(self._start)
        buttons.pause_asked.connect(jobs.pause)
        buttons.go_on_asked.connect(jobs.resume)
        buttons.stop_asked.connect(jobs.stop)
        buttons.discard_asked.connect(training.discard)
        self._again.clicked.connect(self._start)
        self._outcome.pressed.connect(self._on_action)
        self._live.pointed_at.connect(self._live_card.show_reading)
        self._schedule.pointed_at.connect(self._schedule_card.show_reading)

    def _plan_again(self) -> None:
        """Back from the last run to the plan."""
        self._plans_again = True
        self._show_run()

    def _on_training(self) -> None:
        if self._training.state.running:
            self._plans_again = False
        self.show_state()

    def _show_job(self) -> None:
        job, state = self._training.jobs.state, self._training.state
        by_steps = self._plan.plan.training is not None
        self._buttons.show_start("Start training" if by_steps else "Compute the model")
        self._buttons.show_job(job, keeps=len(state.steps) > 0)
        self._again.setEnabled(job is None)
        if job is not None and job.kind == "training":
            self._show_figures(state)

    def _show_run(self) -> None:
        state = self._training.state
        if self._is_planning(state):
            self._show_plan()
            shown = state.discarded or state.failure is not None
            self._outcome.show_outcome(text.outcome(state) if shown and not self._plans_again else None)
            return
        if len(state.steps):
            self._live.show_curves(curves_of(state))
            self._live_card.refresh_table()
            self._body.setCurrentWidget(self._live_card)
        else:
            self._stages.show_stages(state.stages)
            self._body.setCurrentWidget(self._stages)
        _show(self._curve_words, text.describe_curves(state) if len(state.steps) else "")
        self._stack.setCurrentWidget(self._run)
        self._show_figures(state)
        self._outcome.show_outcome(text.outcome(state))

    def _is_planning(self, state: TrainingState) -> bool:
        """Whether what will be is shown, rather than a run."""
        has_run = len(state.steps) > 0 or len(state.stages) > 0
        return not state.running and (self._plans_again or state.discarded or not has_run)

    def _show_figures(self, state: TrainingState) -> None:
        job = self._training.jobs.state
        self._strip.show_figures(text.figures(state, paused=job is not None and job.paused))
        _show(self._now, text.stage_now(state) if len(state.steps) else "")

    def _show_plan(self) -> None:
        """What will happen when Start is pressed, in words, and the schedule."""
        plan = self._plan.plan
        training, kind = plan.training, kind_of(plan.model, plan.model_config)
        self._strip.show_figures(())
        self._heading.setText(kind.title)
        lr = (training.lr if training is not None else None) or _RATE_WHEN_UNKNOWN
        self._sentence.setText(text.describe_plan(kind, training, drawn_lr=lr))
        self._stack.setCurrentWidget(self._before)
        self._schedule_card.setVisible(training is not None and self._plan.facts is not None)
        if training is not None and self._plan.facts is not None:
            steps = self._plan.total_steps
            self._schedule.show_schedule(training, total_steps=steps, lr=lr)
            self._schedule_card.show_title(schedule_title(training, total_steps=steps, lr=lr))
            self._schedule_card.refresh_table()

    def _start(self) -> None:
        plan = self._plan.checked()
        if plan is not None:
            self._training.train(plan)

    def _on_action(self, key: str) -> None:
        if key == text.SEE_LIST.key:
            self._training.see_recommendations()
        elif key == text.DISCARD.key:
            self._training.discard()
        elif key == text.USE_EASE.key:
            self._plan.choose_model("ease")
            self._start()
        else:
            self._plan_again()


def curves_of(state: TrainingState) -> LiveCurves:
    """What the plot draws of a run; views, not copies."""
    monitor = state.started.monitor if state.started is not None else "training loss"
    return LiveCurves(
        state.steps.values, state.losses.values, state.lrs.values, state.epochs, state.total_steps, monitor
    )


def _show(label: QLabel, words: str) -> None:
    """Words that are often the same as before; a label without any is hidden."""
    if label.text() != words:
        label.setText(words)
    label.setVisible(bool(words))
