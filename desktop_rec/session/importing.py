"""The session's import desk: looking at files before they are imported, and counting what would remain.

Stands on the page desk, with a lane of its own for looking, gathering and counting: the latest choice wins, and a
running training is not in the way. The import itself is a long job like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session import work
from desktop_rec.session.predicting import PredictingDesk
from desktop_rec.session.scoring import ScoringLane
from engine.events import Event

if TYPE_CHECKING:
    from desktop_rec.data.importing.plan import ImportPlan
    from engine.data.importing.gathering import Gathered
    from engine.data.importing.options import Duplicates, Selection
    from engine.data.reading.roles import Given
    from engine.operations import ImportedData

KINDS = ("look", "estimate", "count", "gather")
_STALE_AFTER = {"gather": ("count",)}


class ImportDesk(PredictingDesk):
    """`import_plan` is what is being prepared (None: nothing); import_plan_changed says that it is new."""

    import_plan_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.import_plan: ImportPlan | None = None
        self._gathered: Gathered | None = None
        self._looking = ScoringLane(self, name="looking", kinds=KINDS, stale_after=_STALE_AFTER, uses_torch=False)
        self._looking.answered.connect(self._on_looked)
        self._looking.failed.connect(self._on_look_failed)
        self._looking.event_arrived.connect(self._on_look_event)
        self._looking.idle.connect(self._on_idle)

    @property
    def is_idle(self) -> bool:
        return super().is_idle and not self._looking.is_busy

    def prepare_import(self, paths: Sequence[Path]) -> bool:
        """Look at files that may be imported; import_plan follows. False where nothing can be kept now."""
        from desktop_rec.data.importing.plan import ImportPlan

        if self.library is None or not paths:
            return False
        if self.job is not None and self.job.kind == "import":
            self.notice.emit(
                Notice(f"{self.job.title} is still running.", "Wait for it, or cancel it.", kind="warning")
            )
            return False
        self._gathered = None
        self._look(ImportPlan(tuple(paths)))
        return True

    def leave_import(self) -> None:
        """Forget what was prepared."""
        self._looking.abandon()
        self._gathered = None
        self._set_plan(None)

    def read_otherwise(self, given: Given) -> None:
        """Read the files as the person says; the preview follows."""
        if self.import_plan is not None and given != self.import_plan.given:
            self._gathered = None
            self._look(replace(self.import_plan, given=given))

    def take_titles_from(self, path: Path | None) -> None:
        """Take titles from this file; None: from the one that is found."""
        if self.import_plan is not None:
            self._look(replace(self.import_plan, items=path))

    def name_import(self, name: str) -> None:
        if self.import_plan is not None and name != self.import_plan.name:
            self._set_plan(replace(self.import_plan, name=name))

    def keep_only(self, selection: Selection, duplicates: Duplicates) -> None:
        """Which entries to keep; what remains is counted, once rows are gathered."""
        if self.import_plan is not None:
            self._set_plan(replace(self.import_plan, selection=selection, duplicates=duplicates))
            self._count()

    def want_counts(self) -> None:
        """Read all rows in the background, so that what remains can be counted."""
        if self.import_plan is not None and not self.import_plan.wants_counts:
            self._set_plan(replace(self.import_plan, wants_counts=True))
            self._gather()

    def free_name(self, name: str) -> str:
        """The name that a data set would get: this one, or with a number where it is taken."""
        taken, free, number = {dataset.name for dataset in self.datasets()}, name, 1
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        return free

    def start_import(self) -> bool:
        """Import what was prepared. A cancelled or failed import leaves the plan as it was."""
        plan = self.import_plan
        if self.library is None or plan is None or not plan.can_import or self.job is not None:
            return False
        self._looking.clear()
        if self._gathered is not None:
            make = partial(work.import_gathered, self.library, self._gathered, plan.options())
        else:
            make = partial(work.import_paths, self.library, plan.ratings_paths, plan.options())
        self._set_plan(replace(plan, gathering=None, is_counting=False))
        return self._import(f"Importing {plan.title}", make)

    def add_to_my_ratings(self) -> None:
        """The file is one person's export: it belongs to a profile, in For you."""
        plan = self.import_plan
        if plan is not None:
            self.leave_import()
            self.place_requested.emit("for_you")
            self.my_ratings_file_asked.emit(plan.paths[0])

    def _on_imported(self, imported: ImportedData | None) -> None:
        if imported is not None:
            self._gathered = None
            self._set_plan(None)
        super()._on_imported(imported)

    def _set_plan(self, plan: ImportPlan | None) -> None:
        self.import_plan = plan
        self.import_plan_changed.emit()

    def _look(self, plan: ImportPlan) -> None:
        self._looking.clear()  # what was found before, were it on its way, is not of this plan
        self._set_plan(plan.looking_again())
        make = partial(work.look, plan.paths, plan.given, items=plan.items, before=plan.preview)
        self._looking.request("look", make)

    def _gather(self) -> None:
        plan = self.import_plan
        is_ready = plan is not None and plan.preview is not None and plan.preview.obstacle is None
        if plan is None or not plan.wants_counts or not is_ready or plan.is_looking or self._gathered is not None:
            return
        from desktop_rec.data.importing.plan import Gathering

        self._set_plan(replace(plan, gathering=Gathering(), remaining=None))
        self._looking.request("gather", partial(work.gather, plan.ratings_paths, plan.options()))

    def _count(self) -> None:
        if self.import_plan is None or self._gathered is None:
            return
        self._looking.forget("count")
        plan = replace(self.import_plan, is_counting=True)
        self._set_plan(plan)
        make = partial(work.remaining, self._gathered, plan.selection, duplicates=plan.duplicates)
        self._looking.request("count", make)

    def _on_looked(self, kind: str, answer: Any) -> None:
        plan = self.import_plan
        if plan is None:
            return
        if kind == "look":
            self._set_plan(replace(plan, preview=answer, is_looking=False))
            if answer.obstacle is None and self.home is not None:
                make = partial(work.estimate, answer.paths, plan.given, at=self.home)
                self._looking.request("estimate", make)
            self._gather()
            if self._gathered is not None:
                self._count()
        elif kind == "estimate":
            self._set_plan(replace(plan, estimate=answer))
        elif kind == "gather":
            self._gathered = answer
            self._set_plan(replace(plan, gathering=None))
            self._count()
        elif kind == "count":
            self._set_plan(replace(plan, remaining=answer, is_counting=False))

    def _on_look_failed(self, kind: str, failure: Failure) -> None:
        """What counting could not do the import will say too; a look that fails is all there is to say."""
        plan = self.import_plan
        if plan is None or kind == "estimate":
            return
        self._set_plan(replace(plan, is_looking=False, gathering=None, is_counting=False, failure=failure))
        if kind != "look":
            self.notice.emit(Notice.of(failure))

    def _on_look_event(self, event: Event) -> None:
        plan = self.import_plan
        if plan is not None and plan.gathering is not None:
            self._set_plan(replace(plan, gathering=plan.gathering.after(event)))
