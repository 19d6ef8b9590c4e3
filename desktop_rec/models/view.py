"""The place Quality: runs side by side on the same people, one run by itself, and how well it knows the person.

Connects widgets to the session. Asks for figures when it is looked at and something has changed, never before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.panels import PlaceMessage
from desktop_rec.models import text
from desktop_rec.models.breakdown_text import BEHIND_ONLY
from desktop_rec.models.controller import ModelsController
from desktop_rec.models.curves import overlay
from desktop_rec.models.groups import RunGroup, groups_of, people_words
from desktop_rec.models.meaning import meaning, unit_of
from desktop_rec.models.metric_grid import OneByOne
from desktop_rec.models.page import QualityPage
from desktop_rec.models.picture import QualityPicture
from desktop_rec.models.settings_diff import settings_differences
from desktop_rec.models.user_evaluation_side import KnowingSide

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord

TICKED_AT_FIRST = 6


class ModelsView(QWidget):
    """Says what is missing, or shows the chosen run beside others."""

    def __init__(self, models: ModelsController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._groups: tuple[RunGroup, ...] = ()
        self._chosen = ""
        self._ticks: dict[str, bool] = {}
        self._is_due = True
        self._showing = OneByOne(self._show_part, self)
        self._build()
        self._connect()
        self._on_runs()

    def show_state(self) -> None:
        """Show what the session is at."""
        run = self._run
        if self._models.dataset.current is None:
            sentence = "Quality is about models that learned from your data."
            self._missing.show_message("No data set is open", sentence, button="Go to Data")
        elif run is None:
            self._missing.show_message(
                "Nothing trained yet",
                "Train a model, and see here how good it is, for everybody and for you.",
                button="Train",
            )
        self._whole.setCurrentWidget(self._missing if run is None else self.page)
        if run is not None:
            self._show_runs()
            self._showing.begin(len(_PARTS))
            self._knowing.choose(run)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_due:
            self._ask()
        self._knowing.ask_if_due()

    @property
    def _run(self) -> RunRecord | None:
        runs = (one for group in self._groups for one in group.runs)
        return next((run for run in runs if run.run_id == self._chosen), None)

    @property
    def _group(self) -> RunGroup | None:
        return next((group for group in self._groups if group.has(self._chosen)), None)

    @property
    def _ticked(self) -> tuple[str, ...]:
        """The runs of the chosen one's group that it is compared with, and itself; in the order of the list."""
        runs = self._group.runs if self._group is not None else ()
        return tuple(run.run_id for run in runs if self._ticks.get(run.run_id) or run.run_id == self._chosen)

    @property
    def _picture(self) -> QualityPicture | None:
        """What was found of the chosen run; None while that is on its way."""
        found = self._models.comparison
        return found if found is not None and found.chosen == self._chosen else None

    def _build(self) -> None:
        self.setObjectName("quality_view")
        self.page, self._missing = QualityPage(judge_words=text.JUDGE_IN_FULL), PlaceMessage()
        self._knowing = KnowingSide(self._models, self.page, self)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._missing)
        self._whole.addWidget(self.page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._whole)

    def _connect(self) -> None:
        page = self.page
        self._models.dataset.changed.connect(self._on_dataset)
        self._models.library.changed.connect(self._on_runs)
        self._models.model.changed.connect(self._on_recommender)
        self._models.changed.connect(self.show_state)
        self._models.jobs.changed.connect(self._on_job)
        self._missing.pressed.connect(self._on_missing)
        page.runs.chosen.connect(self._choose)
        page.runs.ticked.connect(self._on_ticked)
        page.runs.blend_asked.connect(self._on_blend)
        page.head.use_asked.connect(self._on_use)
        page.head.go_on_asked.connect(self._on_go_on)
        page.head.judge_asked.connect(self._on_judge)
        page.model.missing.judge_asked.connect(self._on_judge)
        page.head.delete_asked.connect(self._on_delete)
        page.head.renamed.connect(self._on_renamed)
        page.beside.diff.other_chosen.connect(self._show_differences)

    def _on_dataset(self) -> None:
        self._chosen, self._ticks = "", {}
        self._on_runs()

    def _on_runs(self) -> None:
        """Runs came, went or were judged: choose one where the chosen one is gone, and ask anew."""
        self._groups = groups_of(self._models.dataset.runs)
        for group in self._groups:
            for place, run in enumerate(group.runs):
                self._ticks.setdefault(run.run_id, place < TICKED_AT_FIRST)
        if self._run is None:
            self._chosen = self._first_choice()
        self._ask()
        self.show_state()

    def _first_choice(self) -> str:
        """The run in use, else the newest that was judged, else the newest."""
        runs = [one for group in self._groups for one in group.runs]
        in_use = [one for one in runs if one.run_id == self._in_use]
        judged = [run for run in runs if run.metrics]
        return next((one.run_id for one in (*in_use, *judged, *runs)), "")

    @property
    def _in_use(self) -> str | None:
        label = self._models.model.label
        return label.run_id if label is not None else None

    def _on_recommender(self) -> None:
        if self._run is not None:
            self._show_runs()
            self._knowing.take_model()

    def _on_job(self, state: object) -> None:
        if self._run is not None:
            self._show_runs()

    def _choose(self, run_id: str) -> None:
        self._chosen = run_id
        self._ask()
        self.show_state()

    def _on_ticked(self, run_id: str, is_on: bool) -> None:
        self._ticks[run_id] = is_on
        self._ask()
        self.show_state()

    def _ask(self) -> None:
        """Ask for the figures now, or once somebody looks."""
        self._is_due = bool(self._chosen) and not self.isVisible()
        if self._chosen and not self._is_due:
            self._models.compare(self._chosen, self._ticked)

    def _show_runs(self) -> None:
        run, picture, job = self._run, self._picture, self._models.jobs.state
        if run is None:
            return
        rows = text.run_rows(self._groups, chosen=self._chosen, ticks=self._ticks, in_use=self._in_use)
        problem = text.blend_problem(self._group, self._ticked, busy=job.title if job is not None else "")
        self.page.runs.show_runs(rows, chosen=self._chosen, blend_problem=problem)
        self.page.head.show_run(text.head_state(run, picture, in_use=self._in_use), is_free=job is None)
        self.page.model.missing.let_judge(job is None and picture is not None)

    def _show_part(self, place: int) -> None:
        """One part of what is known of the chosen run, each in a turn of its own: together they would be felt.

        While the figures are fetched, those of the run before stay for a moment.
        """
        run, group, picture = self._run, self._group, self._picture
        if run is not None and group is not None and picture is not None:
            _PARTS[place](self, run, group, picture)

    def _show_figures(self, run: RunRecord, group: RunGroup, picture: QualityPicture) -> None:
        beside, own, dataset = self.page.beside, picture.own, self._models.dataset.current
        said: tuple[str, ...] = ()
        if own is not None and dataset is not None:
            word, unit = dataset.catalogue.word, unit_of(dataset.scale)
            said = meaning(
                own,
                picture.others,
                picture.differences,
                people=picture.people,
                word=word,
                unit=unit,
                likes_only=run.split_config.get("kind") == "strong",
            )
            said += text.missing_pairs(run, picture)
        beside.show_note(text.missing_figures(run))
        beside.meaning.show_meaning(said)
        beside.metrics.show_judged(picture.judged, heading=people_words(group), note=self._models.baseline_text)

    def _show_curves(self, run: RunRecord, group: RunGroup, picture: QualityPicture) -> None:
        shown = [one for one in group.runs if one.run_id in self._ticked]
        places = {one.run_id: place for place, one in enumerate(reversed(group.runs))}
        self.page.beside.show_overlay(overlay(shown, picture.curves, places, chosen=run.run_id))

    def _show_settings(self, run: RunRecord, group: RunGroup, picture: QualityPicture) -> None:
        others = [(one.run_id, one.name) for group in self._groups for one in group.runs if one.run_id != self._chosen]
        ticked = [key for key, _ in others if key in self._ticked]
        self.page.beside.diff.show_others(others, chosen=ticked[0] if ticked else "")
        self._show_differences(self.page.beside.diff.other)

    def _show_model(self, run: RunRecord, group: RunGroup, picture: QualityPicture) -> None:
        behind = {usual_breakdown.name: usual_breakdown for usual_breakdown in picture.usual_breakdowns}
        behind |= {BEHIND_ONLY[one.name]: one for one in picture.breakdowns if one.name in BEHIND_ONLY}
        pairs = [
            (breakdown, behind.get(breakdown.name))
            for breakdown in picture.breakdowns
            if breakdown.name not in BEHIND_ONLY
        ]
        self.page.model.show_missing_curve(text.missing_curve(run, picture))
        self.page.model.show_facts(text.run_facts(run))
        self.page.model.show_breakdowns(pairs, note=text.missing_breakdowns(run, picture))

    def _show_differences(self, other_id: str) -> None:
        run = self._run
        other = next((one for group in self._groups for one in group.runs if one.run_id == other_id), None)
        if run is not None and other is not None:
            self.page.beside.diff.show_differences(run.name, other.name, settings_differences(run, other))

    def _on_missing(self) -> None:
        self._models.requests.show_place("data" if self._models.dataset.current is None else "train")

    def _on_use(self) -> None:
        self._models.model.use_run(self._chosen)

    def _on_go_on(self) -> None:
        self._models.resume_asked.emit(self._chosen)

    def _on_judge(self) -> None:
        self._models.evaluate(self._chosen)

    def _on_delete(self) -> None:
        self._models.delete(self._chosen)

    def _on_renamed(self, name: str) -> None:
        self._models.rename(self._chosen, name)

    def _on_blend(self) -> None:
        self._models.blend_asked.emit([run.run_id for run in text.blend_parts(self._group, self._ticked)])


_PARTS = (ModelsView._show_figures, ModelsView._show_curves, ModelsView._show_settings, ModelsView._show_model)
