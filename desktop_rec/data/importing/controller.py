"""What a person does to import: look at files, say how they are read and what to keep, and import them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure
from desktop_rec.data.importing.plan import Gathering, ImportPlan
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.devices import Devices
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from engine.events import Event, Job
from engine.text import plural, plural_of
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.session.worker import MakeJob
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.gathering import Gathered
    from engine.data.importing.options import Duplicates, ImportOptions, Remaining, Selection
    from engine.data.importing.preview import Preview
    from engine.data.reading.roles import Given
    from engine.operations import ImportedData


_FITS_THE_SAMPLE = ("", "film", "title")
"""What an export may be of, to be matched with the sample: films, or what is not said."""

_MOST_OWN_BYTES = 4_000_000
"""A table of titles and ratings without people is one person's, unless it is larger."""


class ImportController(QObject):
    """`plan` is the import being prepared (None: none); `changed` says that it is new.

    Files are looked at, and rows counted, by a query worker: the latest choice wins, and a running training is not in
    the way. The import itself is a long job. personal_file_found(Path): the person wants this export of their own added
    to their ratings.
    """

    changed = Signal()
    personal_file_found = Signal(object)

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        devices: Devices,
        jobs: Jobs,
        queries: Queries,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.plan: ImportPlan | None = None
        self.library, self.jobs = library, jobs
        self._dataset, self._devices, self._requests = dataset, devices, requests
        self._gathered: Gathered | None = None
        self._takes_own = False
        kinds = ("look", "estimate", "count", "gather")
        self._worker = queries.add(QueryWorker("files", kinds, stale_after={"gather": ("count",)}))
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.event_arrived.connect(self._on_event)

    def prepare(self, paths: Sequence[Path], *, takes_own: bool = False) -> bool:
        """Look at files that may be imported; `plan` follows. False where nothing can be imported now.

        takes_own: one person's own export is added to their ratings without another press.
        """
        if self.library.files is None or not paths:
            return False
        if self.jobs.state is not None and self.jobs.is_running("import"):
            self._requests.warn(
                said("{title} is still running.", title=self.jobs.state.title), said("Wait for it, or cancel it.")
            )
            return False
        self._gathered = None
        self._takes_own = takes_own
        self._look(ImportPlan(tuple(paths)))
        return True

    def leave(self) -> None:
        """Forget what was prepared."""
        self._worker.abandon()
        self._gathered = None
        self._set(None)

    def read_as(self, given: Given) -> None:
        """Read the files as the person says; the preview follows."""
        if self.plan is not None and given != self.plan.given:
            self._gathered = None
            self._look(replace(self.plan, given=given))

    def take_titles_from(self, path: Path | None) -> None:
        """Take titles from this file; None: from the one that is found."""
        if self.plan is not None:
            self._look(replace(self.plan, items=path))

    def name(self, name: str) -> None:
        """Call the data set so."""
        if self.plan is not None and name != self.plan.name:
            self._set(replace(self.plan, name=name))

    def keep_only(self, selection: Selection, duplicates: Duplicates) -> None:
        """Which entries to keep; what remains is counted, once rows are gathered."""
        if self.plan is not None:
            self._set(replace(self.plan, selection=selection, duplicates=duplicates))
            self._count()

    def want_counts(self) -> None:
        """Read all rows in the background, so that what remains can be counted."""
        if self.plan is not None and not self.plan.wants_counts:
            self._set(replace(self.plan, wants_counts=True))
            self._gather()

    def free_name(self, name: str) -> str:
        """The name that a data set would get: this one, or with a number where it is taken."""
        taken, free, number = {record.name for record in self.library.datasets()}, name, 1
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        return free

    def start(self) -> bool:
        """Import what was prepared. A cancelled or failed import leaves the plan as it was."""
        plan, library = self.plan, self.library.files
        if library is None or plan is None or not plan.can_import or self.jobs.state is not None:
            return False
        self._worker.clear()
        gathered, options, paths = self._gathered, plan.options(), plan.ratings_paths

        def make() -> Job[ImportedData]:
            from engine import operations

            if gathered is not None:
                return operations.import_gathered(library, gathered, options=options)
            return operations.import_files(library, list(paths), options=options)

        self._set(replace(plan, gathering=None, is_counting=False))
        return self._import(said("Importing {title}", title=plan.title), make)

    def import_files(self, paths: Sequence[Path], options: ImportOptions | None = None) -> bool:
        """Import ratings files as one data set without looking at them first, and open it."""
        library = self.library.files
        if library is None or not paths:
            return False

        def make() -> Job[ImportedData]:
            from engine import operations

            return operations.import_files(library, list(paths), options=options)

        names = paths[0].name if len(paths) == 1 else plural(len(paths), "file")
        return self._import(said("Importing {names}", names=names), make)

    def use_sample(self) -> bool:
        """Open the built-in sample, importing it the first time."""
        library = self.library.files
        if library is None:
            return False

        def make() -> Job[ImportedData]:
            from engine import operations

            return operations.open_sample(library)

        return self._import(said("Opening the sample"), make)

    def add_to_my_ratings(self) -> None:
        """The file is one person's export: it belongs to a profile, in For you.

        Where no data set is open the sample is, if the export is of films, too.
        """
        plan = self.plan
        if plan is None:
            return
        word = plan.preview.shape.layout.word if plan.preview is not None and plan.preview.shape is not None else ""
        self.leave()
        self._requests.show_place("for_you")
        opened = self._dataset.current
        self.personal_file_found.emit(plan.paths[0])
        if opened is None and word in _FITS_THE_SAMPLE:
            self.use_sample()
        elif opened is None:
            self._requests.warn(
                said(
                    "{title} is of {titles}, and the sample has only films.", title=plan.title, titles=plural_of(word)
                ),
                said(
                    "Open ratings of {titles} by many people; your own are matched with them then.",
                    titles=plural_of(word),
                ),
            )
        elif word not in ("", "title", opened.catalogue.word) and opened.catalogue.word != "title":
            self._requests.warn(
                said(
                    "{title} is of {titles}, and {name} has {others}.",
                    title=plan.title,
                    titles=plural_of(word),
                    name=opened.name,
                    others=plural_of(opened.catalogue.word),
                ),
                said("Few will match. Open ratings of {titles} by many people for the others.", titles=plural_of(word)),
            )

    def _import(self, title: str, make: MakeJob) -> bool:
        job = LongJob(
            JobState("import", title),
            make,
            finished=self._on_imported,
            failed=self._requests.report,
            uses_torch=False,
        )
        if not self.jobs.start(job):
            return False
        self._devices.look()
        return True

    def _on_imported(self, imported: ImportedData | None) -> None:
        if imported is None:
            self._requests.inform(said("The import was cancelled; nothing was stored."))
            return
        self._gathered = None
        self._set(None)
        self.library.note_change()
        self._dataset.take(imported.dataset, imported.record)

    def _set(self, plan: ImportPlan | None) -> None:
        self.plan = plan
        self.changed.emit()

    def _look(self, plan: ImportPlan) -> None:
        self._worker.clear()  # what was found before, were it on its way, is not of this plan
        self._set(plan.looking_again())
        self._worker.request("look", partial(_look, plan.paths, plan.given, items=plan.items, before=plan.preview))

    def _gather(self) -> None:
        plan = self.plan
        is_ready = plan is not None and plan.preview is not None and plan.preview.obstacle is None
        if plan is None or not plan.wants_counts or not is_ready or plan.is_looking or self._gathered is not None:
            return
        self._set(replace(plan, gathering=Gathering(), remaining=None))
        self._worker.request("gather", partial(_gather, plan.ratings_paths, plan.options()))

    def _count(self) -> None:
        if self.plan is None or self._gathered is None:
            return
        self._worker.forget("count")
        plan = replace(self.plan, is_counting=True)
        self._set(plan)
        self._worker.request("count", partial(_count, self._gathered, plan.selection, duplicates=plan.duplicates))

    def _on_answer(self, kind: str, answer: Any) -> None:
        plan = self.plan
        if plan is None:
            return
        if kind == "look":
            self._set(replace(plan, preview=answer, is_looking=False))
            if self._takes_own and _is_own(answer):
                self.add_to_my_ratings()
                return
            if answer.obstacle is None and self.library.home is not None:
                self._worker.request("estimate", partial(_estimate, answer.paths, plan.given, at=self.library.home))
            self._gather()
            if self._gathered is not None:
                self._count()
        elif kind == "estimate":
            self._set(replace(plan, estimate=answer))
        elif kind == "gather":
            self._gathered = answer
            self._set(replace(plan, gathering=None))
            self._count()
        elif kind == "count":
            self._set(replace(plan, remaining=answer, is_counting=False))

    def _on_failure(self, kind: str, failure: Failure) -> None:
        """What counting could not do the import will say too; a look that fails is all there is to say."""
        plan = self.plan
        if plan is None or kind == "estimate":
            return
        self._set(replace(plan, is_looking=False, gathering=None, is_counting=False, failure=failure))
        if kind != "look":
            self._requests.report(failure)

    def _on_event(self, event: Event) -> None:
        plan = self.plan
        if plan is not None and plan.gathering is not None:
            self._set(replace(plan, gathering=plan.gathering.after(event)))


def _is_own(preview: Preview) -> bool:
    """Whether files are one person's own ratings: an export of a service, or a small table without people."""
    obstacle = preview.obstacle
    if obstacle is None:
        return False
    return obstacle.personal or (obstacle.missing == ("user",) and preview.size < _MOST_OWN_BYTES)


def _look(paths: Sequence[Path], given: Given, *, items: Path | None, before: Preview | None) -> Job[Preview]:
    from engine.data.importing.preview import look

    return (yield from look(paths, given, items=items, before=before))


def _estimate(paths: Sequence[Path], given: Given, *, at: Path) -> Job[Estimate]:
    """How many rows, how much memory and disk an import will need."""
    from engine.data.importing.estimate import estimate

    yield None
    return estimate(paths, given, at=at)


def _gather(paths: Sequence[Path], options: ImportOptions) -> Job[Gathered]:
    """All rows of files, for counting and for a later import."""
    from engine import operations

    return (yield from operations.gather(paths, options=options))


def _count(gathered: Gathered, selection: Selection, *, duplicates: Duplicates) -> Job[tuple[Remaining, ...]]:
    from engine import operations

    return (yield from operations.remaining(gathered, selection, duplicates=duplicates))
