"""The place Models: runs side by side on the same people, one run by itself, and how well it knows the person.

Asks for figures when it is looked at and something has changed, never before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common import questions
from desktop_rec.common.building import next_step
from desktop_rec.common.notices import Failure
from desktop_rec.common.panels import PlaceMessage
from desktop_rec.models import text
from desktop_rec.models.breakdowns import BEHIND_ONLY
from desktop_rec.models.comparison import RunComparison
from desktop_rec.models.controller import ModelsController
from desktop_rec.models.curves_plot import overlay
from desktop_rec.models.files.controller import CountedRoom
from desktop_rec.models.filtering import RunFilter, choices_of
from desktop_rec.models.groups import RunGroup, describe_people, groups_of
from desktop_rec.models.ladder.panel import LadderPresenter
from desktop_rec.models.matrix.presenter import MatrixPresenter
from desktop_rec.models.meaning import meaning, unit_of
from desktop_rec.models.metric_grid import OneByOne
from desktop_rec.models.page import ModelsPage
from desktop_rec.models.settings_diff import settings_differences
from desktop_rec.models.user_evaluation import UserEvaluationPresenter
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.operations import SamePeople

TICKED_AT_FIRST = 6


class ModelsView(QWidget):
    """Says what is missing, or shows the chosen run beside others."""

    def __init__(self, models: ModelsController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_view")
        self._models = models
        self._groups: tuple[RunGroup, ...] = ()
        self._runs: dict[str, RunRecord] = {}
        self._chosen = ""
        self._ticks: dict[str, bool] = {}
        self._is_due = True
        self._listed: tuple[object, ...] = ()
        self._wanted = RunFilter()
        self._room = CountedRoom()
        self._asked_same: tuple[str, ...] = ()
        self.page, self.missing = ModelsPage(evaluate_text=text.EVALUATE_FULLY), PlaceMessage()
        next_step()
        self._user_evaluation = UserEvaluationPresenter(models, self.page.user)
        self._matrix = MatrixPresenter(models.matrix, self.page.matrix)
        self._ladder = LadderPresenter(models.ladder, self.page.ladder)
        self._showing = OneByOne(self._show_part, self)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.missing)
        self._whole.addWidget(self.page)
        next_step()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._whole)
        self._connect()
        self._on_profile()
        self._on_runs()

    def show_state(self) -> None:
        """Show what there is now."""
        run = self._run
        if self._models.dataset.current is None:
            sentence = said("Here you compare the models that you train on your data.")
            self.missing.show_message(said("No data set is open"), sentence, button=said("Go to Data"))
        elif run is None:
            sentence = said("Train a model, and see here how good it is, for everybody and for you.")
            self.missing.show_message(said("Nothing trained yet"), sentence, button=said("Train"))
        self._whole.setCurrentWidget(self.missing if run is None else self.page)
        if run is not None:
            self._show_head()
            self._showing.begin(1 + len(_PARTS))
            self._user_evaluation.choose(run)
            self._matrix.choose(run)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_due:
            self._ask()

    @property
    def chosen(self) -> str:
        """The run that the right side is about."""
        return self._chosen

    @property
    def comparison(self) -> RunComparison | None:
        """What was found of the chosen run; None while that is on its way."""
        found = self._models.comparison
        return found if found is not None and found.chosen == self._chosen else None

    @property
    def _run(self) -> RunRecord | None:
        return self._runs.get(self._chosen)

    @property
    def _group(self) -> RunGroup | None:
        return next((group for group in self._groups if group.has(self._chosen)), None)

    @property
    def _ticked(self) -> tuple[str, ...]:
        """The runs of the chosen one's group that it is compared with, and itself; in the order of the list."""
        runs = self._group.runs if self._group is not None else ()
        return tuple(run.run_id for run in runs if self._ticks.get(run.run_id) or run.run_id == self._chosen)

    def _connect(self) -> None:
        page, models = self.page, self._models
        models.dataset.changed.connect(self._on_dataset)
        models.library.changed.connect(self._on_runs)
        models.profile.changed.connect(self._on_profile)
        models.model.changed.connect(self._on_recommender)
        models.changed.connect(self.show_state)
        models.jobs.changed.connect(self._show_head)
        self.missing.pressed.connect(self._on_missing)
        page.runs.chosen.connect(self._choose)
        page.runs.ticked.connect(self._on_ticked)
        page.runs.blend_asked.connect(self._on_blend)
        page.head.use.clicked.connect(lambda: models.model.use_run(self._chosen))
        page.head.resume.clicked.connect(lambda: models.resume_asked.emit(self._chosen))
        for button in (page.head.evaluate, page.model.missing.evaluate):
            button.clicked.connect(lambda: models.evaluate(self._chosen))
        page.head.delete.clicked.connect(lambda: models.delete(self._chosen))
        page.head.name.renamed.connect(lambda name: models.rename(self._chosen, name))
        page.beside.diff.other_chosen.connect(self._show_differences)
        page.head.star.clicked.connect(lambda is_on: models.note(self._chosen, star=is_on))
        page.head.duplicate.clicked.connect(lambda: models.duplicate(self._chosen))
        page.head.export.clicked.connect(self._on_export)
        page.head.answers.clicked.connect(self._on_answers)
        page.model.notes.noted.connect(lambda run_id, tags, notes: models.note(run_id, tags=tags, notes=notes))
        page.runs.narrowed.connect(self._on_narrowed)
        page.runs.open_asked.connect(self._on_open)
        page.runs.room_asked.connect(lambda: models.files.make_room(self._room.can_give))
        page.beside.same.asked.connect(self._on_same)
        models.same_found.connect(self._on_same_found)
        models.same_failed.connect(self._on_same_failed)
        models.files.room_counted.connect(self._on_room)
        models.files.imported.connect(self._choose)

    def _on_dataset(self) -> None:
        self._chosen, self._ticks = "", {}
        self._on_runs()

    def _on_runs(self) -> None:
        """Runs came, went or were evaluated: choose one where the chosen one is gone, and ask anew."""
        self._groups = groups_of(self._models.dataset.runs)
        self._runs = {run.run_id: run for group in self._groups for run in group.runs}
        for group in self._groups:
            for place, run in enumerate(group.runs):
                self._ticks.setdefault(run.run_id, place < TICKED_AT_FIRST)
        if self._run is None:  # then the run in use, else the newest that was evaluated, else the newest
            in_use = [run_id for run_id in self._runs if run_id == self._models.model.run_id]
            evaluated = [run_id for run_id, run in self._runs.items() if run.metrics]
            self._chosen = next(iter((*in_use, *evaluated, *self._runs)), "")
        self._refresh()

    def _on_profile(self) -> None:
        profile = self._models.profile.current
        self.page.name_person(profile.name if profile is not None else "")

    def _on_recommender(self) -> None:
        if self._run is not None:
            self._show_head()
            self._show_runs()
            self._user_evaluation.take_model()

    def _choose(self, run_id: str) -> None:
        self._chosen, self._asked_same = run_id, ()
        self.page.beside.same.forget()
        self._refresh()

    def _on_narrowed(self, wanted: RunFilter) -> None:
        self._wanted = wanted
        self._show_runs()

    def _on_export(self) -> None:
        run = self._run
        if run is None:
            return
        path = questions.ask_where_to_export_model(self, run.title, as_graph=text.can_be_graph(run))
        if path is not None:
            self._models.files.export_model(run.run_id, path)

    def _on_answers(self) -> None:
        run = self._run
        if run is None:
            return
        path = questions.ask_where_to_save_numbers(
            self, said("Write answers"), f"{run.title.replace('/', '-')} answers.txt"
        )
        if path is not None:
            self._models.files.write_answers(run.run_id, path)

    def _on_open(self) -> None:
        path = questions.ask_for_model_file(self)
        if path is not None:
            self._models.files.import_model(path)

    def _on_same(self, other_id: str) -> None:
        self._asked_same = (self._chosen, other_id)
        self._models.compare_same(self._asked_same)

    def _on_same_found(self, found: SamePeople) -> None:
        runs = [self._runs[run_id] for run_id in self._asked_same if run_id in self._runs]
        if runs and tuple(found.results) == self._asked_same:
            self.page.beside.same.show_found(found, [run.title for run in runs])

    def _on_same_failed(self, failure: Failure) -> None:
        self.page.beside.same.show_note(f"{failure.sentence} {failure.remedy}".strip())

    def _on_room(self, room: CountedRoom) -> None:
        self._room = room
        count, giving = len(room.by_run), len(room.can_give)
        self.page.runs.foot.show_room(room.size_bytes, runs=count, free_bytes=room.free_bytes, giving=giving)
        if self._run is not None:
            self._show_facts(self._run)

    def _on_ticked(self, run_id: str, is_on: bool) -> None:
        self._ticks[run_id] = is_on
        self._refresh()

    def _refresh(self) -> None:
        self._ask()
        self.show_state()

    def _ask(self) -> None:
        """Ask for the figures now, or once somebody looks."""
        self._is_due = bool(self._chosen) and not self.isVisible()
        if self._chosen and not self._is_due:
            self._models.compare(self._chosen, self._ticked)
            self._models.files.count_room()

    def _show_runs(self) -> None:
        in_use = self._models.model.run_id
        listed = (self._groups, self._chosen, self._ticked, in_use, self._wanted)
        if listed != self._listed:
            self._listed = listed
            self.page.runs.head.show_choices(choices_of(tuple(self._runs.values())))
            rows = text.run_rows(
                self._groups, chosen=self._chosen, ticks=self._ticks, in_use=in_use, wanted=self._wanted
            )
            self.page.runs.show_runs(rows, chosen=self._chosen)

    def _show_head(self) -> None:
        """The chosen run's head, and what can be done while a long job runs or does not."""
        run, comparison, job = self._run, self.comparison, self._models.jobs.state
        if run is None:
            return
        problem = text.blend_problem(self._group, self._ticked, busy=job.title if job is not None else "")
        self.page.runs.show_blend_problem(problem)
        self.page.runs.foot.allow(job is None)
        self.page.model.notes.show_notes(run.run_id, run.tags, run.notes)
        self.page.model.settings.show_run(run)
        asked = self._models.dataset.asked
        head = text.head_state(run, comparison, in_use=self._models.model.run_id, asked=asked)
        self.page.head.show_run(head, is_free=job is None)
        self.page.model.missing.allow(job is None and comparison is not None)

    def _show_part(self, place: int) -> None:
        """The list of runs, then what is known of the chosen one, part by part in turns of their own.

        While the figures are fetched, those of the run before stay for a moment.
        """
        run, group, comparison = self._run, self._group, self.comparison
        if place == 0:
            self._show_runs()
        elif run is not None and group is not None and comparison is not None:
            _PARTS[place - 1](self, run, group, comparison)

    def _show_figures(self, run: RunRecord, group: RunGroup, comparison: RunComparison) -> None:
        beside, own, dataset = self.page.beside, comparison.own, self._models.dataset.current
        sentences: tuple[str, ...] = ()
        if own is not None and dataset is not None:
            sentences = meaning(
                own,
                comparison.others,
                comparison.differences,
                people=comparison.people,
                word=dataset.catalogue.word,
                unit=unit_of(dataset.scale),
                likes_only=run.split_config.get("kind") == "strong",
            )
            sentences += text.missing_differences(run, comparison)
        beside.show_note(text.missing_figures(run))
        beside.meaning.show_meaning(sentences)
        note = self._models.baseline_text
        beside.metrics.show_models(comparison.models, heading=describe_people(group), note=note)

    def _show_curves(self, run: RunRecord, group: RunGroup, comparison: RunComparison) -> None:
        ticked = set(self._ticked)
        shown = [other for other in group.runs if other.run_id in ticked]
        places = {other.run_id: place for place, other in enumerate(reversed(group.runs))}
        self.page.beside.show_overlay(overlay(shown, comparison.curves, places, chosen=run.run_id))

    def _show_settings(self, run: RunRecord, group: RunGroup, comparison: RunComparison) -> None:
        others = [(run_id, other.title) for run_id, other in self._runs.items() if run_id != self._chosen]
        ticked = [run_id for run_id in self._ticked if run_id != self._chosen]
        self.page.beside.diff.show_others(others, chosen=ticked[0] if ticked else "")
        self.page.beside.same.show_others(
            [(run_id, other.title) for run_id, other in self._runs.items() if text.can_be_held_beside(run, other)]
        )
        self._show_differences(self.page.beside.diff.other)

    def _show_model(self, run: RunRecord, group: RunGroup, comparison: RunComparison) -> None:
        behind = {breakdown.name: breakdown for breakdown in comparison.baseline_breakdowns}
        behind |= {BEHIND_ONLY[part.name]: part for part in comparison.breakdowns if part.name in BEHIND_ONLY}
        shown = [breakdown for breakdown in comparison.breakdowns if breakdown.name not in BEHIND_ONLY]
        pairs = [(breakdown, behind.get(breakdown.name)) for breakdown in shown]
        self.page.model.show_missing_curve(text.missing_curve(run, comparison))
        self._show_facts(run)
        self.page.model.show_breakdowns(pairs, note=text.missing_breakdowns(run, comparison))

    def _show_facts(self, run: RunRecord) -> None:
        room = self._room.by_run.get(run.run_id)
        words = text.describe_room(room) if room is not None else ""
        self.page.model.facts.show_lines(text.run_facts(run, room=words))

    def _show_differences(self, other_id: str) -> None:
        run, other = self._run, self._runs.get(other_id)
        if run is not None and other is not None:
            self.page.beside.diff.show_differences(run.title, other.title, settings_differences(run, other))

    def _on_missing(self) -> None:
        self._models.requests.show_place("data" if self._models.dataset.current is None else "train")

    def _on_blend(self) -> None:
        self._models.blend_asked.emit([run.run_id for run in text.blend_parts(self._group, self._ticked)])


_PARTS = (ModelsView._show_curves, ModelsView._show_settings, ModelsView._show_model, ModelsView._show_figures)
"""The figures last: their plots then come in turns of their own."""
