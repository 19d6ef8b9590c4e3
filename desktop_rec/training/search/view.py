"""The tab Search: tick which settings of the plan to vary, watch the table grow, open the best run."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_rec.common import questions
from desktop_rec.common.panels import SidePanel, caption
from desktop_rec.common.plots.repainter import Repainter
from desktop_rec.training.config_form import ConfigForm, FormPart
from desktop_rec.training.plan_controller import PlanController
from desktop_rec.training.progress_parts import JobButtons, JobWords
from desktop_rec.training.search import text
from desktop_rec.training.search.controller import SearchController
from desktop_rec.training.search.form import SearchForm
from desktop_rec.training.search.progress import SearchProgress
from desktop_rec.training.search.state import search_title
from engine.errors import SettingError
from engine.settings import Declared
from engine.training.search import RANDOM, Grid, SearchConfig, grid_of, read_axis, refuse_unmeasurable
from engine.training.spans import Span
from engine.wording import said

_WIDTH = 320
_SHOW_EVERY_MS = 200
_HOW = said("Tick what to vary and list its values or give a range. All else is as in the plan.")
_NOTHING_TICKED = said("Tick at least one setting to vary.")
_BUTTONS = JobWords(
    kind="search",
    start=said("Start search"),
    start_name="start_search_button",
    start_tip=said("Make a run for each combination, one after the other"),
    stop=said("Stop and keep"),
    stop_tip=said("End now; every run so far is kept"),
    suffix="_search",
)


class SearchView(QWidget):
    """A grid around the plan at the left, its runs at the right."""

    def __init__(self, plan: PlanController, search: SearchController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan, self._search = plan, search
        self._was_random = False
        self._offered: tuple[str, ...] = ()
        self._build()
        self._connect()
        self._fill()
        self.show_state()

    def show_state(self) -> None:
        """Show what the search is at."""
        self._show_grid()
        self._show_job()
        self._show_search()

    def _build(self) -> None:
        self.setObjectName("search_view")
        self._column = SidePanel("search_setup", said("What to vary"), width=_WIDTH)
        self._form, self._common = SearchForm(), ConfigForm("search_common", fold_words=said("How runs are compared"))
        self._common.show_configs([FormPart(said("The search"), SearchConfig())])
        self._grid_words = caption()
        self._grid_words.setObjectName("search_plan")
        self._buttons = JobButtons(_BUTTONS)
        for part in (caption(_HOW), self._common, self._form):
            self._column.content.addWidget(part)
        self._column.content.addStretch(1)
        self._column.footer.addWidget(self._grid_words)
        self._column.footer.addWidget(self._buttons)
        self._progress = SearchProgress()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._column)
        row.addWidget(self._progress, 1)
        self._showing = Repainter(self, self._show_search, interval_ms=_SHOW_EVERY_MS, by_itself=True)

    def _connect(self) -> None:
        buttons, progress, search = self._buttons, self._progress, self._search
        self._plan.filled.connect(self._fill)
        self._plan.changed.connect(self._on_plan)
        search.dataset.changed.connect(self.show_state)
        search.changed.connect(self._on_search)
        search.jobs.changed.connect(self._on_job)
        search.jobs.moved.connect(self._showing.mark)
        self._form.edited.connect(self._show_grid)
        self._common.changed.connect(self._on_common)
        buttons.start_asked.connect(self._start)
        buttons.pause_asked.connect(search.jobs.pause)
        buttons.go_on_asked.connect(search.jobs.resume)
        buttons.stop_asked.connect(search.jobs.stop)
        progress.search_chosen.connect(search.show)
        progress.resume_asked.connect(search.resume)
        progress.delete_asked.connect(search.delete)
        progress.export_asked.connect(self._export)
        progress.open_asked.connect(self._open)

    def _fill(self) -> None:
        """What may vary of another model or preset; none is varied then."""
        choices = text.axis_choices(self._plan.plan, self._suggest)
        self._offered = tuple(choice.declared.name for choice in choices)
        self._form.show_settings(choices, read=self._read)
        self._show_grid()

    def _on_plan(self) -> None:
        """Another schedule, say, has other settings that may vary."""
        offered = tuple(choice.declared.name for choice in text.axis_choices(self._plan.plan, self._suggest))
        if offered != self._offered:
            self._fill()
        else:
            self._show_grid()

    def _suggest(self, declared: Declared, in_training: bool) -> str:
        return text.suggested_values(self._plan.plan, declared, in_training, at_random=self._is_random)

    def _read(self, name: str, listed: str) -> tuple[object, ...] | Span:
        return read_axis(self._plan.plan, name, listed)

    def _on_common(self) -> None:
        """Another way to search begins from other values."""
        if self._is_random != self._was_random:
            self._was_random = self._is_random
            self._form.suggest_again()
        self._show_grid()

    def _on_search(self) -> None:
        """The running search moved, or another one is shown."""
        if self._search.state.running:
            self._showing.mark()
        else:
            self._show_search()
            self._show_grid()

    def _on_job(self) -> None:
        self._show_job()
        self._showing.mark()

    def _show_job(self) -> None:
        job = self._search.jobs.state
        is_searching = job is not None and job.kind == "search"
        self._buttons.show_job(job)
        self._grid_words.setVisible(not is_searching)
        self._form.setEnabled(not is_searching)
        self._common.setEnabled(not is_searching)

    def _show_search(self) -> None:
        state, progress, job = self._search.state, self._progress, self._search.jobs.state
        if self._search.dataset.current is None:
            return
        record = state.record
        choices = text.search_choices(self._search.records)
        progress.show_searches(choices, chosen=record.search_id if record else "", can_choose=not state.running)
        remaining_s = job.remaining_s if state.running and job is not None else None
        figures = text.figures(state, remaining_s=remaining_s, paused=job is not None and job.paused)
        progress.show_figures(figures, text.sentence(state))
        progress.show_content(text.content(state))
        progress.show_actions(
            can_resume=state.can_go_on and job is None,
            can_open=state.best is not None,
            can_delete=record is not None and not state.running,
            can_export=state.ended > 0,
        )

    def _show_grid(self) -> None:
        """How many runs the grid makes, counted while it is edited; the sentence where it makes none."""
        try:
            grid, config = self._grid()
            runs = len(grid.trials(config))
        except SettingError as error:
            words, may_start = str(error), False
        else:
            may_start = bool(grid.axes)
            words = self._describe(grid, runs) if may_start else _NOTHING_TICKED
        self._grid_words.setText(words)
        self._buttons.show_start(_BUTTONS.start, may_start=may_start)

    def _describe(self, grid: Grid, runs: int) -> str:
        return text.describe_grid(grid, runs=runs, state=self._search.state, at_random=self._is_random)

    @property
    def _config(self) -> SearchConfig:
        """How it is searched, as the form says it now."""
        found = self._common.peek()
        return next((config for config in found if isinstance(config, SearchConfig)), SearchConfig())

    @property
    def _is_random(self) -> bool:
        return self._config.method == RANDOM

    def _grid(self) -> tuple[Grid, SearchConfig]:
        """What varies, and how. Raises SettingError where something about it is refused."""
        plan, config = self._plan.plan, self._config
        refuse_unmeasurable(plan, config)
        values = self._form.grid()
        return (grid_of(plan, values) if values else Grid(plan, ())), config

    def _start(self) -> None:
        if self._plan.checked() is None or self._common.configs() is None:
            return
        try:
            grid, config = self._grid()
        except SettingError as error:
            self._grid_words.setText(str(error))
            self._form.reveal_problem()
            return
        self._search.start(grid, config)

    def _open(self, run_id: str) -> None:
        best = self._search.state.best
        asked = run_id or (best.run_id if best is not None else None)
        if asked:
            self._search.open_run(asked)

    def _export(self) -> None:
        record = self._search.state.record
        if record is not None:
            path = questions.ask_where_to_save(self, said("Export the table"), f"{search_title(record)}.csv")
            if path is not None:
                self._search.save(path)
