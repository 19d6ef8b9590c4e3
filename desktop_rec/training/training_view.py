"""The place Train: choose and set a model, watch it learn, be told what happened.

Connects widgets to the session. While a run goes on, what this does per event is remember it; drawing is the plot's.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.job_state import JobState
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.training import text
from desktop_rec.training.choice_list import Choice
from desktop_rec.training.controller import TrainingController
from desktop_rec.training.curves import TrainingState
from desktop_rec.training.learning_rate.controller import LearningRateController
from desktop_rec.training.live_plot import LiveCurves
from desktop_rec.training.outcome_card import Outcome
from desktop_rec.training.presets import PresetSide
from desktop_rec.training.training_progress import TrainingProgress
from desktop_rec.training.training_setup import TrainingSetup
from engine.data.split import SplitConfig
from engine.models.registry import MODELS, ModelKind, kind_of, trainable_models
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan

_RATE_WHEN_UNKNOWN = 0.01


class TrainingView(QWidget):
    """Says what is missing, or trains. rate_asked(): the person wants to find a learning rate by eye."""

    rate_asked = Signal()

    def __init__(
        self, training: TrainingController, learning_rate: LearningRateController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training, self._learning_rate = training, learning_rate
        self._plans_again = False
        self._build()
        self._presets = PresetSide(learning_rate, self._setup)
        self._connect()
        self._offer_models()
        self._show_devices()
        self.show_state()

    def show_state(self) -> None:
        """Show what the session is at."""
        if self._training.dataset.current is None:
            self._whole.setCurrentWidget(self._missing)
            return
        self._presets.look()
        self._whole.setCurrentWidget(self._work)
        self._show_job()
        self._show_run(self._training.state)

    def _build(self) -> None:
        self.setObjectName("training_view")
        self._setup, self._progress, self._missing = TrainingSetup(), TrainingProgress(), PlaceMessage()
        self._missing.show_message(
            "No data set is open",
            "Training needs ratings to learn from.",
            button="Go to Data",
        )
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._setup)
        row.addWidget(self._progress, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._missing)
        self._whole.addWidget(self._work)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._whole)

    def _connect(self) -> None:
        setup = self._setup
        self._training.dataset.changed.connect(self.show_state)
        self._training.dataset.statistics_changed.connect(self.show_state)
        self._training.changed.connect(self._on_training)
        self._training.jobs.changed.connect(self._on_job)
        self._learning_rate.rate_changed.connect(self._on_rate)
        self._training.devices.changed.connect(self._show_devices)
        self._missing.pressed.connect(self._go_to_data)
        self._presets.filled.connect(self._on_filled)
        setup.changed.connect(self._show_plan)
        setup.start_asked.connect(self._start)
        setup.pause_asked.connect(self._training.jobs.pause)
        setup.go_on_asked.connect(self._training.jobs.resume)
        setup.stop_asked.connect(self._training.jobs.stop)
        setup.discard_asked.connect(self._training.discard)
        setup.look_asked.connect(self._go_to_rate)
        self._progress.action_pressed.connect(self._on_action)

    def _offer_models(self) -> None:
        choices = [Choice(kind.name, kind.title, kind.sentence) for kind in trainable_models()]
        self._setup.show_models(choices, chosen=choices[0].key)
        self._presets.take_model(choices[0].key)

    def _on_filled(self) -> None:
        """The settings are those of another model or preset."""
        self._plans_again = True
        if self._training.dataset.current is not None:
            self._show_run(self._training.state)

    def _on_rate(self) -> None:
        """A rate was chosen in Learning rate (or dropped with the data set)."""
        self._presets.show_rate()
        rate = self._learning_rate.chosen
        self._plans_again |= rate is not None and rate.model == self._setup.model
        self.show_state()

    def _on_job(self, state: JobState | None) -> None:
        self._show_job()

    def _on_training(self) -> None:
        if self._training.state.running:
            self._plans_again = False
        self._show_run(self._training.state)

    def _show_job(self) -> None:
        job = self._training.jobs.state
        if job is not None and job.kind == "training":
            keeps = len(self._training.state.steps) > 0
            self._setup.show_running(paused=job.paused, stopping=job.stopping, can_pause=job.can_pause, keeps=keeps)
            self._show_figures(self._training.state)
        else:
            self._setup.show_idle(is_free=job is None)

    def _show_run(self, state: TrainingState) -> None:
        """The plan before a run; its curves or stages while it runs; what happened when it ended."""
        if self._training.dataset.current is None:
            return
        if self._is_planning(state):
            self._show_plan()
            shown = state.discarded or state.failure is not None
            self._progress.show_outcome(self._outcome(state) if shown and not self._plans_again else None)
            return
        if len(state.steps):
            self._progress.show_curves(curves_of(state))
            self._progress.show_curve_words(text.curve_words(state))
        else:
            self._progress.show_stages(state.stages)
            self._progress.show_curve_words("")
        self._show_figures(state)
        self._progress.show_outcome(self._outcome(state))

    def _is_planning(self, state: TrainingState) -> bool:
        """Whether the right side shows what will be, rather than a run."""
        has_run = len(state.steps) > 0 or len(state.stages) > 0
        return not state.running and (self._plans_again or state.discarded or not has_run)

    def _outcome(self, state: TrainingState) -> Outcome | None:
        return text.outcome(state, title=MODELS[state.model].title) if state.model in MODELS else None

    def _show_figures(self, state: TrainingState) -> None:
        job = self._training.jobs.state
        now = text.stage_now(state) if len(state.steps) else ""
        self._progress.show_figures(text.figures(state, paused=job is not None and job.paused), now=now)

    def _show_plan(self) -> None:
        """What the settings would do, drawn and said; refused values wait for Start to be pointed out."""
        facts, kind = self._presets.facts, kind_of(self._setup.model)
        if self._training.dataset.current is None or facts is None:
            return
        plan = self._plan()
        self._setup.show_estimate(plan.describe(facts))
        if not self._is_planning(self._training.state):
            return
        self._progress.show_plan(kind.title, plan_words(kind, plan.training))
        if plan.training is not None:
            lr = plan.training.lr or _RATE_WHEN_UNKNOWN
            self._progress.show_schedule(plan.training, total_steps=plan.total_steps(facts), lr=lr)
        else:
            self._progress.show_schedule(None)

    def _plan(self) -> TrainingPlan:
        """The settings as they stand; the defaults while one of them is being typed."""
        asked = self._setup.peek()
        training = next((config for config in asked if isinstance(config, TrainingConfig)), None)
        split = next((config for config in asked if isinstance(config, SplitConfig)), None)
        plan = TrainingPlan.of(self._setup.model, training=training, split=split)
        return plan.changed(lr=self._setup.rate.peek()) if plan.training is not None else plan

    def _start(self) -> None:
        made = self._setup.configs()
        if made is None:
            return
        configs, lr = made
        kind, devices = kind_of(self._setup.model), self._setup.devices
        training = next((one for one in configs if isinstance(one, TrainingConfig)), None)
        if training is not None:
            training = training.changed(lr=lr, precision=devices.precision)
        split = next((config for config in configs if isinstance(config, SplitConfig)), SplitConfig(**kind.split))
        device = devices.device if kind.can.learns_by_steps else "cpu"
        self._training.train(kind.name, configs[0], training, split, device, suggestion=self._presets.suggestion)

    def _on_action(self, key: str) -> None:
        if key == text.SEE_LIST.key:
            self._training.requests.show_place("for_you")
        elif key == text.DISCARD.key:
            self._training.discard()
        elif key == text.USE_EASE.key:
            self._setup.models.choose("ease")
            self._presets.take_model("ease")
            self._start()
        else:
            self._plans_again = True
            self.show_state()

    def _show_devices(self) -> None:
        devices = self._training.devices.found
        if devices is not None:
            self._setup.devices.show_devices(devices.usable, unused=devices.unused)

    def _go_to_data(self) -> None:
        self._training.requests.show_place("data")

    def _go_to_rate(self) -> None:
        self.rate_asked.emit()


def curves_of(state: TrainingState) -> LiveCurves:
    """What the plot draws of a run; views, not copies."""
    monitor = state.started.monitor if state.started is not None else "training loss"
    return LiveCurves(
        state.steps.values, state.losses.values, state.lrs.values, state.epochs, state.total_steps, monitor
    )


def plan_words(kind: ModelKind, training: TrainingConfig | None) -> str:
    """What will happen when Start is pressed."""
    if training is None:
        return f"{kind.sentence} {kind.abilities} Its stages are shown here while it is computed."
    if training.lr is None:
        return (
            f"{kind.sentence} {kind.abilities} First a short sweep finds the learning rate; then the curves grow here. "
            f"The schedule is drawn for a rate of {_RATE_WHEN_UNKNOWN:g}; its shape stays, its height follows the rate."
        )
    return f"{kind.sentence} {kind.abilities} The curves grow here once it runs."
