"""The tab Learning rate: a sweep of the plan with a line to drag, earlier sweeps, and the plan's schedule below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import next_step
from desktop_rec.common.controls import across, button
from desktop_rec.common.panels import PlaceMessage, caption
from desktop_rec.common.plain import set_tip
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.theme.theme import GRID, set_role
from desktop_rec.training.curves import SweepState
from desktop_rec.training.learning_rate import text
from desktop_rec.training.learning_rate.board import curve_of, growing_curve
from desktop_rec.training.learning_rate.controller import LearningRateController
from desktop_rec.training.learning_rate.found_for import PlanMatch
from desktop_rec.training.learning_rate.sweep_card import SweepCard
from desktop_rec.training.learning_rate.sweep_form import StartChoice, SweepForm
from desktop_rec.training.learning_rate.sweep_list import SweepLine
from desktop_rec.training.learning_rate.sweep_side import SweepSide
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.progress_parts import JobButtons, JobWords
from desktop_rec.training.schedule_plot import SchedulePlot, rate_becomes, schedule_title
from engine.models.registry import kind_of, title_of
from engine.text import format_rate
from engine.training.config import TrainingConfig
from engine.training.rate_sweep import RateSweep
from engine.wording import joined, said

_LEAST_POINTS_TO_DRAW = 2
_LEAST_PLOT, _LEAST_SCHEDULE = 330, 160
_BUTTONS = JobWords(
    kind="sweep",
    start=said("Find a learning rate"),
    start_name="find_rate_button",
    start_tip=said("Try rates from small to large on a throw-away copy of the model"),
    stop=said("Stop and look"),
    stop_tip=said("Stop here and look at what was measured"),
    suffix="_sweep",
)
_NO_RATE_TIP = said("Find a learning rate first, or click in the plot")


class LearningRateView(QWidget):
    """Lets a person find a rate by eye. training_asked: one was settled on, or the model has none."""

    training_asked = Signal()

    def __init__(
        self, plan: PlanController, learning_rate: LearningRateController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._plan, self._learning_rate = plan, learning_rate
        self._shown: RateSweep | None = None
        self._build()
        self._connect()
        self._fill_form()
        self.show_state()

    def show_state(self) -> None:
        """Show the sweep that runs or is looked at, or what to do to get one."""
        self._show_job()
        self._show_runs()
        self._show_board()
        self._show_sweep()

    def _build(self) -> None:
        self.setObjectName("learning_rate_view")
        self._buttons, self._form = JobButtons(_BUTTONS), SweepForm()
        self._use = button(said("Use"), "use_rate_button", _NO_RATE_TIP, role="primary")
        self._becomes = caption()
        self._becomes.setObjectName("rate_becomes")
        next_step()
        self._card, self._side, self._schedule = SweepCard(), SweepSide(), SchedulePlot()
        next_step()
        self._schedule_card = PlotCard("schedule", said("Schedule"), self._schedule, self._schedule.table)
        self._message = PlaceMessage()
        self._stack = QStackedWidget()
        self._plots = self._make_plots()
        self._stack.addWidget(self._message)
        self._stack.addWidget(self._plots)
        head = across(self._buttons, self._becomes, self._use)
        head.setStretch(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole.setSpacing(GRID)
        whole.addLayout(head)
        whole.addWidget(self._form)
        whole.addWidget(self._stack, 1)

    def _make_plots(self) -> QWidget:
        """Sweep, schedule, and beside them suggestions and the list; a page that scrolls where room is short."""
        cards = QSplitter(Qt.Orientation.Vertical)
        for card, least, stretch in ((self._card, _LEAST_PLOT, 3), (self._schedule_card, _LEAST_SCHEDULE, 2)):
            cards.addWidget(card)
            card.setMinimumHeight(least)
            cards.setStretchFactor(cards.count() - 1, stretch)
        cards.setChildrenCollapsible(False)
        cards.setHandleWidth(GRID)
        plots = QWidget()
        row = across(cards, self._side, gap=0)
        row.setStretch(0, 1)
        plots.setLayout(row)
        page = QScrollArea()
        page.setObjectName("sweep_page")
        page.setWidgetResizable(True)
        page.setFrameShape(QFrame.Shape.NoFrame)
        page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page.setWidget(plots)
        page.viewport().setAutoFillBackground(False)
        plots.setAutoFillBackground(False)
        return page

    def _connect(self) -> None:
        plan, learning_rate, form = self._plan, self._learning_rate, self._form
        plan.changed.connect(self._show_sweep)
        plan.filled.connect(self._fill_form)
        learning_rate.changed.connect(self._show_sweep)
        learning_rate.board_changed.connect(self._show_board)
        learning_rate.start_changed.connect(self._show_runs)
        learning_rate.dataset.changed.connect(self.show_state)
        learning_rate.jobs.changed.connect(self._show_job)
        self._buttons.start_asked.connect(self._find)
        self._buttons.pause_asked.connect(learning_rate.jobs.pause)
        self._buttons.go_on_asked.connect(learning_rate.jobs.resume)
        self._buttons.stop_asked.connect(learning_rate.jobs.stop)
        form.start_chosen.connect(learning_rate.start_from)
        form.finder_changed.connect(self._on_finder)
        form.problem_changed.connect(self._show_rate)
        self._message.pressed.connect(self._on_message)
        self._use.clicked.connect(self._on_use)
        self._card.rate_moved.connect(self._on_rate_moved)
        self._card.smooth_asked.connect(learning_rate.smooth)
        self._side.suggestion_chosen.connect(self._on_suggestion)
        self._side.sweep_chosen.connect(learning_rate.look_at)
        self._side.sweep_ticked.connect(self._on_ticked)
        self._side.sweep_removed.connect(learning_rate.remove)
        self._schedule.pointed_at.connect(self._schedule_card.show_reading)

    def _fill_form(self) -> None:
        """The settings of the sweep, as another model or preset has them."""
        self._form.show_finder(self._plan.plan.finder)

    def _show_job(self) -> None:
        job = self._learning_rate.jobs.state
        self._buttons.show_job(job)
        self._form.set_editable(job is None)
        if job is None:
            self._show_runs()

    def _show_runs(self) -> None:
        """The runs that a sweep can start from."""
        learning_rate = self._learning_rate
        runs = [StartChoice(run.run_id, run.title, text.describe_run(run)) for run in learning_rate.runs]
        self._form.show_runs(runs, chosen=learning_rate.from_run)

    def _show_board(self) -> None:
        """The list of the sweeps of the data set."""
        board = self._learning_rate.board
        lines = [
            SweepLine(
                sweep.sweep_id,
                sweep.name,
                text.describe_sweep(sweep),
                board.behind.get(sweep.sweep_id) if board.is_behind(sweep.sweep_id) else None,
                is_front=sweep.sweep_id == board.front,
            )
            for sweep in board.sweeps
        ]
        self._side.show_lines(lines, is_full=board.is_full)

    def _show_sweep(self) -> None:
        """The curve as it grows, or the sweep that is looked at and what follows from it."""
        running, sweep = self._learning_rate.running, self._learning_rate.shown
        points = running.steps_done if running is not None else len(sweep.lrs) if sweep is not None else 0
        has_rate = self._plan.plan.training is not None
        has_curve = has_rate and points >= _LEAST_POINTS_TO_DRAW
        self._stack.setCurrentWidget(self._plots if has_curve else self._message)
        self._form.setVisible(has_rate)
        if not has_curve:
            self._explain(running, sweep)
        elif running is not None:
            self._show_growing(running)
        elif sweep is not None:
            self._show_curves(sweep)
        self._show_result(sweep if has_curve and running is None else None)

    def _show_growing(self, state: SweepState) -> None:
        """A sweep that is being made, over what was looked at before."""
        finder, tail = self._plan.plan.finder, slice(len(state.lrs) - state.steps_done, None)
        name = said("{model}, now", model=title_of(state.model)) if state.model else said("now")
        curve = growing_curve(
            state.lrs.values[tail], state.losses.values[tail], smooth=finder.smooth, name=name, unit=state.model
        )
        self._card.show_range(lowest=finder.lowest, highest=finder.highest)
        self._card.show_curves(curve)

    def _show_curves(self, sweep: RateSweep) -> None:
        """The sweep that is looked at and those behind it."""
        board = self._learning_rate.board
        behind = board.drawn_behind
        names = text.distinct_names([sweep, *behind])
        everything = [sweep, *behind]
        curves = [
            curve_of(each, name=name, place=board.behind.get(each.sweep_id, 0))
            for each, name in zip(everything, names, strict=True)
        ]
        self._card.show_range(
            lowest=min(float(each.lrs[0]) for each in everything),
            highest=max(float(each.lrs[-1]) for each in everything),
        )
        self._card.show_smooth(sweep.smooth)
        self._card.show_curves(curves[0], curves[1:])

    def _explain(self, running: SweepState | None, sweep: RateSweep | None) -> None:
        """Why there is no curve."""
        kind, failure = kind_of(self._plan.plan.model), self._learning_rate.state.failure
        if self._plan.plan.training is None:
            otherwise = said("With the solver adam or sgd it has one.") if kind.by_steps is not None else ""
            self._message.show_message(
                said("{title} is computed at once", title=kind.title),
                joined(said("It has no learning rate to find."), otherwise),
                button=said("Go to Training"),
            )
        elif running is not None:
            self._message.show_message(
                said("Trying rates, small to large"), said("The curve appears in a moment."), busy=True
            )
        elif failure is not None:
            self._message.show_message(failure.sentence, failure.remedy)
        elif sweep is not None:
            earlier = said("Show earlier sweeps") if self._learning_rate.board.sweeps else ""
            self._message.show_message(text.outcome_heading(sweep), sweep.words, button=earlier)
        else:
            self._message.show_message(*text.BEFORE)

    def _show_result(self, sweep: RateSweep | None) -> None:
        """Suggestions, the line at the chosen one, and the sweep in words; anew only where the sweep is another."""
        if sweep is not self._shown or sweep is None:
            is_same = self._shown is not None and sweep is not None and sweep.sweep_id == self._shown.sweep_id
            kept = self._card.rate if is_same and not self._is_at_suggestion() else None
            self._shown = sweep
            marks = [(mark.title, mark.lr) for mark in sweep.suggestions] if sweep is not None else []
            self._card.show_marks(marks, may_choose=sweep is not None)
            self._side.show_sweep(sweep)
            chosen = sweep.chosen if sweep is not None else None
            self._card.set_rate(kept if kept is not None else chosen.lr if chosen is not None else None)
            if kept is not None:
                self._side.choose(None)
        taken = self._learning_rate.taken_words(sweep) if sweep is not None else ""
        self._card.show_words(f"{sweep.words} {taken}".rstrip() if sweep is not None else "")
        self._show_rate()

    def _is_at_suggestion(self) -> bool:
        """Whether the line stands where the shown sweep suggests, rather than where a person put it."""
        marks = self._shown.suggestions if self._shown is not None else ()
        rate = self._card.rate
        return rate is None or any(abs(rate / mark.lr - 1) < 1e-6 for mark in marks)

    def _on_suggestion(self, kind: str) -> None:
        marks = self._shown.suggestions if self._shown is not None else ()
        lr = next((mark.lr for mark in marks if mark.kind == kind), None)
        if lr is not None:
            self._card.set_rate(lr)
            self._show_rate()

    def _on_rate_moved(self, lr: float) -> None:
        self._side.choose(None)
        self._show_rate()

    def _on_ticked(self, sweep_id: str, is_on: bool) -> None:
        self._learning_rate.draw_behind(sweep_id, is_drawn=is_on)

    def _show_rate(self) -> None:
        """The plan's schedule at the line's rate, and what the button would do with it."""
        lr, plan, sweep = self._card.rate, self._plan.plan, self._shown
        match = self._learning_rate.match(sweep, plan) if sweep is not None else PlanMatch()
        may_use = lr is not None and plan.training is not None and sweep is not None and not match.other_model
        self._buttons.show_start(
            _BUTTONS.start,
            may_start=plan.training is not None and not self._problem,
            is_primary=not (may_use and match.is_same),
            why_not=self._problem,
        )
        self._show_use(lr if may_use else None, plan.training, match)
        self._show_schedule(lr if may_use else None, plan.training)

    @property
    def _problem(self) -> str:
        """Why no sweep can start: a value here or in the plan is refused."""
        return self._form.problem or self._plan.problem

    def _show_use(self, lr: float | None, training: TrainingConfig | None, match: PlanMatch) -> None:
        """What the rate of the line would become in the plan, or why it cannot be taken."""
        becomes = (
            said("It becomes {what}.", what=rate_becomes(training)) if lr is not None and training is not None else ""
        )
        problem = self._problem
        mismatch = match.sentence(self._plan.plan)
        words = problem or mismatch or becomes
        set_role(self._becomes, "caption-warning" if problem or mismatch else "caption")
        self._becomes.setText(words)
        rate = "" if lr is None else format_rate(lr)
        use = said("Use {lr}", lr=rate) if match.is_same else said("Use {lr} anyway", lr=rate)
        use = said("Use") if lr is None else use
        self._use.setText(use)
        self._use.setEnabled(lr is not None)
        set_role(self._use, "primary" if lr is not None and match.is_same else "")
        self._use.setAccessibleName(f"{use}: {becomes}" if becomes else use)
        use_tip = joined(said("Train with {lr}.", lr=rate), becomes, mismatch)
        set_tip(self._use, use_tip if lr is not None else mismatch or _NO_RATE_TIP)

    def _show_schedule(self, lr: float | None, training: TrainingConfig | None) -> None:
        """The schedule of the plan, at the line's rate or else at the plan's own."""
        rate = lr if lr is not None else training.lr if training is not None else None
        is_there = rate is not None and training is not None
        self._schedule_card.setVisible(is_there)
        if rate is None or training is None:
            return
        steps = self._plan.total_steps
        if self._plan.problem:
            self._schedule.show_nothing()
            self._schedule_card.show_title(said("No schedule: {problem}", problem=self._plan.problem))
            return
        self._schedule.show_schedule(training, total_steps=steps, lr=rate)
        self._schedule_card.show_title(schedule_title(training, total_steps=steps, lr=rate))
        self._schedule_card.refresh_table()

    def _find(self) -> None:
        plan = self._plan.checked()
        if plan is not None:
            self._learning_rate.find(plan)

    def _on_finder(self) -> None:
        self._plan.set_finder(self._form.finder)

    def _on_message(self) -> None:
        """The button of the message: to training for a model without a rate, else back to the earlier sweeps."""
        if self._plan.plan.training is None:
            self.training_asked.emit()
        else:
            self._learning_rate.look_at(self._learning_rate.board.front)

    def _on_use(self) -> None:
        if self._card.rate is not None:
            self._plan.use_rate(self._card.rate)
            self.training_asked.emit()
