"""The search within Train: choose what to vary, watch the table grow, open the best.

Connects widgets to the session.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common import questions
from desktop_rec.common.job_state import JobState
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.common.plots.canvas import Repainter
from desktop_rec.training.config_form import FormPart
from desktop_rec.training.learning_rate.controller import LearningRateController
from desktop_rec.training.presets import PresetOffer, is_same_rate
from desktop_rec.training.search import text
from desktop_rec.training.search.controller import SearchController
from desktop_rec.training.search.plan import axis_choices, plan_words, search_models, with_rate
from desktop_rec.training.search.progress import SearchProgress
from desktop_rec.training.search.setup import SearchSetup
from engine.data.split import SplitConfig
from engine.errors import SettingError
from engine.training.plan import TrainingPlan
from engine.training.search import Grid, SearchConfig, grid_of, read_axis, refuse_unmeasurable

_SHOW_EVERY_MS = 200
_NOTHING_TICKED = "Tick at least one setting to vary."


class SearchView(QWidget):
    """Says what is missing, or searches."""

    def __init__(
        self, search: SearchController, learning_rate: LearningRateController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._search, self._learning_rate = search, learning_rate
        self._build()
        self._presets = PresetOffer(learning_rate, self._setup.presets)
        self._connect()
        self._setup.show_models(search_models())
        self._fill()
        self.show_state()

    def show_state(self) -> None:
        """Show what the session is at."""
        if self._search.dataset.current is None:
            self._whole.setCurrentWidget(self._missing)
            return
        self._whole.setCurrentWidget(self._work)
        if self._presets.look():
            self._fill()
        self._show_job()
        self._show_search()
        self._show_plan()

    def _build(self) -> None:
        self.setObjectName("search_view")
        self._setup, self._progress, self._missing = SearchSetup(), SearchProgress(), PlaceMessage()
        self._missing.show_message("No data set is open", "A search needs ratings to learn from.", button="Go to Data")
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
        self._showing = Repainter(self, self._show_search, interval_ms=_SHOW_EVERY_MS)

    def _connect(self) -> None:
        setup, progress = self._setup, self._progress
        self._search.dataset.changed.connect(self.show_state)
        self._search.dataset.statistics_changed.connect(self.show_state)
        self._search.changed.connect(self._on_search)
        self._search.jobs.changed.connect(self._on_job)
        self._learning_rate.rate_changed.connect(self._on_edited)
        self._missing.pressed.connect(self._go_to_data)
        self._presets.taken.connect(self._on_preset)
        self._presets.put_back.connect(self._fill)
        setup.model_chosen.connect(self._on_model)
        setup.changed.connect(self._on_edited)
        setup.start_asked.connect(self._start)
        setup.pause_asked.connect(self._search.jobs.pause)
        setup.go_on_asked.connect(self._search.jobs.resume)
        setup.stop_asked.connect(self._search.jobs.stop)
        progress.search_chosen.connect(self._search.show)
        progress.resume_asked.connect(self._search.resume)
        progress.delete_asked.connect(self._search.delete)
        progress.export_asked.connect(self._export)
        progress.open_asked.connect(self._open)

    def _on_model(self, name: str) -> None:
        """Another model, as it comes."""
        self._presets.leave()
        self._fill()

    def _on_preset(self) -> None:
        if self._presets.preset is not None:
            self._setup.show_model(self._presets.preset.model)
        self._fill()

    def _fill(self) -> None:
        """What may vary of the model, around what it comes with or the preset has; none is varied then."""
        base = self._presets.start_of(self._setup.model)
        self._setup.form.show_settings(axis_choices(base), read=partial(read_axis, base))
        self._setup.show_how_compared(
            [
                FormPart("The search", SearchConfig(), can_differ=False),
                FormPart("How it is judged", base.split, all_folded=True),
            ]
        )
        self._on_edited()

    def _on_edited(self) -> None:
        """The plan, and what is not as the preset has it: how runs are judged, or the rate that they share."""
        is_preset = self._presets.preset is not None
        labels = self._setup.common.show_changes(marked=is_preset)
        if is_preset and self._shares_another_rate():
            labels = ("Learning rate", *labels)
        self._setup.presets.show_changed(labels)
        self._show_plan()

    def _shares_another_rate(self) -> bool:
        """Whether all runs have one rate, and it is not the preset's."""
        own, shared = self._presets.start_of(self._setup.model).training, self._base().training
        if own is None or shared is None or self._setup.form.field("lr").is_on:
            return False
        return not is_same_rate(own.lr, shared.lr)

    def _on_search(self) -> None:
        """The running search moved, or another one is shown."""
        if self._search.state.running:
            self._showing.mark()
        else:
            self._show_search()
            self._show_plan()

    def _on_job(self, state: JobState | None) -> None:
        self._show_job()
        self._showing.mark()

    def _show_job(self) -> None:
        job = self._search.jobs.state
        if job is not None and job.kind == "search":
            self._setup.show_running(paused=job.paused, stopping=job.stopping)
        else:
            self._setup.show_idle(is_free=job is None)

    def _show_search(self) -> None:
        state, progress = self._search.state, self._progress
        if self._search.dataset.current is None:
            return
        job, record = self._search.jobs.state, state.record
        choices = text.search_choices(self._search.records)
        progress.show_searches(choices, chosen=record.search_id if record else "", can_choose=not state.running)
        is_running = state.running and job is not None
        progress.show_figures(
            text.figures(
                state, remaining_s=job.remaining_s if is_running and job else None, paused=bool(job and job.paused)
            ),
            text.sentence(state),
        )
        progress.show_content(text.content(state))
        progress.show_actions(
            can_resume=state.can_go_on and job is None,
            can_open=state.best is not None,
            can_delete=record is not None and not state.running,
            can_export=state.ended > 0,
        )

    def _show_plan(self) -> None:
        """How many runs the grid makes, judged while it is edited; the sentence where it makes none."""
        try:
            grid, config = self._grid()
            runs = len(grid.trials(config))
        except SettingError as error:
            self._setup.show_plan(str(error), can_start=False)
            return
        if not grid.axes:
            self._setup.show_plan(_NOTHING_TICKED, can_start=False)
            return
        self._setup.show_plan(plan_words(grid, runs=runs, state=self._search.state), can_start=True)

    def _base(self) -> TrainingPlan:
        """What all runs share, as far as it is good at this moment."""
        base, rate = self._presets.start_of(self._setup.model), self._presets.chosen_rate(self._setup.model)
        split = next((one for one in self._setup.common.peek() if isinstance(one, SplitConfig)), base.split)
        return with_rate(replace(base, split=split), rate.lr if rate is not None else None)

    def _grid(self) -> tuple[Grid, SearchConfig]:
        """The grid as it stands. Raises SettingError where something about it is refused."""
        base = self._base()
        config = next((one for one in self._setup.common.peek() if isinstance(one, SearchConfig)), SearchConfig())
        refuse_unmeasurable(base, config)
        values = self._setup.form.grid()
        return (grid_of(base, values) if values else Grid(base, ())), config

    def _start(self) -> None:
        if self._setup.common.configs() is None:
            return
        try:
            grid, config = self._grid()
        except SettingError as error:
            self._setup.show_plan(str(error), can_start=False)
            self._setup.form.reveal_problem()
            return
        base = grid.plan
        self._search.start(
            base.model,
            {axis.name: axis.values for axis in grid.axes},
            model_config=base.model_config,
            training=base.training,
            split=base.split,
            config=config,
            suggestion=self._presets.suggestion,
        )

    def _open(self, run_id: str) -> None:
        best = self._search.state.best
        asked = run_id or (best.run_id if best is not None else None)
        if asked:
            self._search.open_run(asked)

    def _go_to_data(self) -> None:
        self._search.requests.show_place("data")

    def _export(self) -> None:
        record = self._search.state.record
        if record is not None:
            path = questions.ask_where_to_save(self, "Export the table", f"{record.name}.csv")
            if path is not None:
                self._search.save(path)
