"""The tab Training: start the plan, watch it learn, and read what happened.

While a run goes on, what is new is shown ten times a second at most, and only while somebody looks.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import FlowLayout, button
from desktop_rec.common.job_state import JobState
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.theme.theme import GRID, set_role
from desktop_rec.training import text
from desktop_rec.training.controller import TrainingController
from desktop_rec.training.curves import TrainingState
from desktop_rec.training.network_drawing import NetworkDrawing
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.progress_parts import FiguresStrip, JobButtons, JobWords, OutcomeCard
from desktop_rec.training.queue.controller import RunQueue
from desktop_rec.training.queue.list import QueueList, QueueRow
from desktop_rec.training.run_controls import AskingBar, MoreEpochs, RateControl
from desktop_rec.training.run_page import RunPage
from desktop_rec.training.schedule_plot import SchedulePlot, schedule_title
from engine.device import memory_in_use
from engine.models.registry import kind_of
from engine.training.plan import TrainingPlan
from engine.wording import said

_MOST_SCHEDULE = 360
_RATE_WHEN_UNKNOWN = 0.01
_QUEUE_TIP = said("Let the plan at the left wait; it starts when what runs now has ended")
_BUTTONS = JobWords(
    kind="training",
    start=said("Start training"),
    start_name="start_training_button",
    start_tip=said("Learn from the open data set with the settings at the left"),
    stop=said("Stop and keep"),
    stop_tip=said("End now and keep the best that was learned"),
)


class TrainingView(QWidget):
    """The plan before a run, its figures with curves or stages while it runs, and what happened when it ended."""

    def __init__(
        self, plan: PlanController, training: TrainingController, queue: RunQueue, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._plan, self._training, self._queue = plan, training, queue
        self._plans_again = False
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Show what training is at."""
        self._stale.show_words(self._training.stale_text)
        interrupted = self._training.interrupted
        self._cut_off.show_words(" ".join(text.describe_interrupted(interrupted)) if interrupted is not None else "")
        self._show_job()
        self._show_run()

    def _build(self) -> None:
        self.setObjectName("training_view")
        self._buttons, self._strip = JobButtons(_BUTTONS, has_discard=True), FiguresStrip()
        self._outcome, self._more, self._list = OutcomeCard(), MoreEpochs(), QueueList()
        self._again = button(
            said("Train again"), "train_again_button", said("Train with these settings on the open data set")
        )
        self._stale = AskingBar("training_stale", self._again)
        self._go_on = button(
            said("Continue training"), "continue_cut_off", said("Go on with this run from its last save")
        )
        self._leave = button(
            said("Leave it"), "leave_cut_off", said("Offer this no more; Models can still continue the run")
        )
        self._cut_off = AskingBar("training_cut_off", self._go_on, self._leave, role="notice-info")
        self._enqueue = button(said("Add to queue"), "add_to_queue_button", _QUEUE_TIP)
        self._before = self._make_before()
        next_step()
        self._run = RunPage()
        self._run.show_choices(self._training.choices)
        next_step()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._before)
        self._stack.addWidget(self._run)
        self._rate = RateControl()
        head = QWidget()
        flow = FlowLayout(head, gap=GRID)
        for part in (self._buttons, self._enqueue, self._rate):
            flow.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole.setSpacing(GRID)
        for bar in (self._stale, self._cut_off):
            whole.addWidget(bar)
        whole.addWidget(head)
        whole.addWidget(self._strip)
        self._page = self._make_page()
        whole.addWidget(self._page, 1)
        self._showing = Repainter(self, self._show_progress, by_itself=True)

    def _make_page(self) -> QScrollArea:
        """What scrolls where the window is low: the run, how it ended, and what waits."""
        page, area = QWidget(), QScrollArea()
        set_role(page, "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._stack, 1)
        for part in (self._outcome, self._more, self._list):
            column.addWidget(part)
        self._outcome.hide()
        area.setObjectName("training_page")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        return area

    def _make_before(self) -> QWidget:
        page = QWidget()
        self._heading, self._sentence = PlainLabel(), PlainLabel()
        self._heading.setObjectName("training_heading")
        self._sentence.setObjectName("training_sentence")
        set_role(self._heading, "heading")
        set_role(self._sentence, "weak")
        self._network = NetworkDrawing()
        self._schedule = SchedulePlot("plan_schedule_plot", editable=True)
        self._schedule_card = PlotCard("plan_schedule", said("Schedule"), self._schedule, self._schedule.table)
        self._schedule_card.setMaximumHeight(_MOST_SCHEDULE)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for label in (self._heading, self._sentence):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self._network)
        column.addWidget(self._schedule_card, 1)
        column.addStretch(0)
        return page

    def _connect(self) -> None:
        plan, training, jobs, buttons = self._plan, self._training, self._training.jobs, self._buttons
        plan.changed.connect(self.show_state)
        plan.filled.connect(self._plan_again)
        plan.rate_changed.connect(self._plan_again)
        plan.offer_changed.connect(self._show_run)
        training.changed.connect(self._on_training)
        training.moved.connect(self._showing.mark)
        jobs.changed.connect(self._on_job)
        buttons.start_asked.connect(self._start)
        buttons.pause_asked.connect(jobs.pause)
        buttons.go_on_asked.connect(jobs.resume)
        buttons.stop_asked.connect(jobs.stop)
        buttons.discard_asked.connect(training.discard)
        self._again.clicked.connect(self._start)
        self._go_on.clicked.connect(self._on_go_on)
        self._leave.clicked.connect(self._on_leave)
        self._outcome.pressed.connect(self._on_action)
        self._more.asked.connect(self._on_more)
        self._rate.asked.connect(training.change_rate)
        self._run.chosen.connect(training.choose_curves)
        self._run.bar.earlier_asked.connect(self._show_entries)
        self._run.bar.earlier_toggled.connect(training.earlier.choose)
        training.earlier.changed.connect(self._show_earlier)
        self._enqueue.clicked.connect(self._on_enqueue)
        self._queue.changed.connect(self._show_queue)
        self._list.moved.connect(self._queue.move)
        self._list.removed.connect(self._queue.remove)
        self._list.cleared.connect(self._queue.clear)
        self._schedule.pointed_at.connect(self._schedule_card.show_reading)
        self._schedule.settings_moved.connect(self._on_schedule_moved)

    def _plan_again(self) -> None:
        """Back from the last run to the plan."""
        self._plans_again = not self._training.state.running
        self._show_run()

    def _on_training(self) -> None:
        if self._training.state.running:
            self._plans_again = False
        self.show_state()

    def _on_job(self, job: JobState | None) -> None:
        """It began, ended or paused."""
        self._show_job()
        if job is not None and job.kind == "training":
            self._show_figures(self._training.state)

    def _show_progress(self) -> None:
        """What is new while a run goes on."""
        self._show_job()
        self._show_run()

    def _show_job(self) -> None:
        job, state = self._training.jobs.state, self._training.state
        by_steps = self._plan.plan.training is not None
        self._buttons.show_start(said("Start training") if by_steps else said("Compute the model"))
        self._buttons.show_job(job, keeps=len(state.steps) > 0)
        for control in (self._again, self._go_on):
            control.setEnabled(job is None)
        self._enqueue.setEnabled(job is not None)
        set_tip(self._enqueue, _QUEUE_TIP if job is not None else said("Nothing runs: start it at once"))

    def _show_run(self) -> None:
        state = self._training.state
        if self._is_planning(state):
            self._show_plan()
            shown = state.discarded or state.failure is not None
            self._outcome.show_outcome(text.outcome(state) if shown and not self._plans_again else None)
            return
        self._training.earlier.look_beside(state.model, state.started.run_id if state.started is not None else "")
        self._run.show_run(state)
        if state.running:
            self._more.hide()
        self._stack.setCurrentWidget(self._run)
        self._show_figures(state)
        outcome = text.outcome(state)
        is_new = outcome is not None and self._outcome.isHidden()
        self._outcome.show_outcome(outcome)
        if is_new and not self._run.plot.underMouse():
            QTimer.singleShot(0, self._page, self._see_outcome)

    def _see_outcome(self) -> None:
        self._page.ensureWidgetVisible(self._outcome)

    def _is_planning(self, state: TrainingState) -> bool:
        """Whether what will be is shown, rather than a run."""
        has_run = len(state.steps) > 0 or len(state.stages) > 0
        return not state.running and (self._plans_again or state.discarded or not has_run)

    def _show_figures(self, state: TrainingState) -> None:
        job = self._training.jobs.state
        memory = memory_in_use(state.started.device) if state.started is not None and state.running else None
        paused = job is not None and job.paused
        self._strip.show_figures(text.figures(state, paused=paused, memory_bytes=memory))

        has_steps = len(state.steps) > 0
        lr = float(state.lrs.values[-1]) if has_steps else None
        self._rate.show_rate(lr, may_change=state.running and has_steps)

    def _show_plan(self) -> None:
        """What will happen when Start is pressed, in words, and the schedule."""
        plan = self._plan.plan
        training, kind = plan.training, kind_of(plan.model, plan.model_config)
        self._strip.show_figures(())
        self._rate.show_rate(None, may_change=False)
        self._heading.setText(kind.title)
        lr = (training.lr if training is not None else None) or _RATE_WHEN_UNKNOWN
        self._sentence.setText(text.describe_plan(kind, training, drawn_lr=lr))
        self._network.show_network(plan.network(self._plan.facts) if self._plan.facts is not None else None)
        self._stack.setCurrentWidget(self._before)
        self._schedule_card.setVisible(training is not None and self._plan.facts is not None)
        if training is not None and self._plan.facts is not None:
            if self._plan.problem:
                self._schedule.show_nothing()
                self._schedule_card.show_title(said("No schedule: {problem}", problem=self._plan.problem))
            else:
                steps = self._plan.total_steps
                self._schedule.show_schedule(training, total_steps=steps, lr=lr)
                self._schedule_card.show_title(schedule_title(training, total_steps=steps, lr=lr))
            self._schedule_card.refresh_table()

    def _on_schedule_moved(self, changes: dict[str, Any]) -> None:
        self._plan.set_training(**changes)

    def _start(self) -> None:
        plan = self._plan.checked()
        if plan is not None:
            self._training.train(plan)

    def _on_action(self, key: str) -> None:
        state, finished = self._training.state, self._training.state.finished
        if key == text.SEE_LIST.key:
            self._training.see_recommendations()
        elif key == text.DISCARD.key:
            self._training.discard()
        elif key == text.USE_EASE.key:
            self._plan.choose_model("ease")
            self._start()
        elif key == text.GO_ON.key and finished is not None:
            self._training.resume(finished.run_id)
        elif key == text.MORE.key and finished is not None and state.started is not None:
            self._more.ask(state.started.total_epochs, self._training.describe_longer)
        elif key == text.SAME_PLAN.key and finished is not None:
            self._take_plan(finished.run_id)
        else:
            self._plan_again()

    def _take_plan(self, run_id: str) -> None:
        """Put the plan of a run into the form."""
        run = self._training.dataset.run(run_id)
        if run is not None:
            self._plan.take(TrainingPlan.of_run(run), run.title)

    def _on_more(self, total: int) -> None:
        finished = self._training.state.finished
        if finished is not None:
            self._training.resume(finished.run_id, total)

    def _on_go_on(self) -> None:
        run = self._training.interrupted
        if run is not None:
            self._training.resume(run.run_id)

    def _on_leave(self) -> None:
        run = self._training.interrupted
        if run is not None:
            self._training.leave_alone(run.run_id)

    def _on_enqueue(self) -> None:
        plan = self._plan.checked()
        if plan is not None:
            self._queue.add(plan)

    def _show_queue(self) -> None:
        ended = [QueueRow(f"{run.title} {run.words}", is_good=run.is_good) for run in self._queue.ended]
        waiting = [QueueRow(run.title, run.number) for run in self._queue.waiting]
        self._list.show_rows((*ended, *waiting))

    def _show_entries(self) -> None:
        self._run.bar.show_earlier(self._training.earlier.entries())

    def _show_earlier(self) -> None:
        self._run.show_earlier(self._training.earlier.shown)
