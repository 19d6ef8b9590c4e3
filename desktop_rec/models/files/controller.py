"""Trained models as files, and the room that runs take: export, import, count, make room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.predictions import format_predictions
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import Change, UndoStack
from desktop_rec.session.worker import MakeJob
from engine.errors import EngineError
from engine.events import Job
from engine.models.declaration import GRAPH_SUFFIX
from engine.text import format_size, join_words, plural
from engine.wording import joined, said

if TYPE_CHECKING:
    from engine.library.runs import RunRoom
    from engine.library.store import Library
    from engine.operations import ExportedModel, ExportedScorer, ImportedModel, MadeRoom, Predictions


@dataclass(frozen=True)
class CountedRoom:
    """The room of the runs of a data set, by run; `can_give` are those that hold more than what predicts."""

    by_run: Mapping[str, RunRoom] = field(default_factory=dict)
    can_give: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        return sum(room.size_bytes for room in self.by_run.values())

    @property
    def free_bytes(self) -> int:
        return sum(self.by_run[run_id].free_bytes for run_id in self.can_give)


class ModelFilesController(QObject):
    """room_counted(CountedRoom) answers count_room(); imported(run_id) says that a model file became a run."""

    room_counted = Signal(object)
    imported = Signal(str)

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        jobs: Jobs,
        queries: Queries,
        undo: UndoStack,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._dataset, self._jobs = library, dataset, jobs
        self._undo, self._requests = undo, requests
        self._counting = queries.add(QueryWorker("room of runs", ("room",)))
        self._counting.answered.connect(lambda _, found: self.room_counted.emit(found))

    def count_room(self) -> None:
        """Add up what the runs of the data set take, in the background."""
        library = self._library.files
        if library is not None:
            ended = [run.run_id for run in self._dataset.runs if run.status != "running"]
            self._counting.request("room", partial(_count, library, tuple(ended)))

    def make_room(self, run_ids: Sequence[str]) -> bool:
        """Let runs keep what predicts and give up what they would need to go on exactly."""
        return self._start_making_room(tuple(run_ids), is_again=False)

    def export_model(self, run_id: str, path: Path) -> bool:
        """Write a run's model to a file; where that ends in .onnx, its scores for programs without Python."""
        library, run = self._library.files, self._dataset.run(run_id)
        if library is None or run is None:
            return False

        def make() -> Job[ExportedModel | ExportedScorer]:
            from engine import operations

            export = operations.export_scorer if path.suffix == GRAPH_SUFFIX else operations.export_model
            return export(library, run_id, path)

        return self._start("export", said("Exporting {title}", title=run.title), make, self._on_exported)

    def write_answers(self, run_id: str, path: Path) -> bool:
        """Write a run's ratings of the pairs that the data set's own file asks for, one a line."""
        library, run = self._library.files, self._dataset.run(run_id)
        if library is None or run is None:
            return False

        def make() -> Job[Predictions]:
            from engine import operations

            return operations.predict(library, run_id, None, out=path)

        return self._start("predict", said("Predicting ratings"), make, self._on_answered)

    def _on_answered(self, done: Predictions | None) -> None:
        stopped = said("Predicting was cancelled; nothing was written.")
        self._requests.inform(stopped if done is None else format_predictions(done))

    def import_model(self, path: Path) -> bool:
        """Make a run of a model file."""
        library = self._library.files
        if library is None:
            return False

        def make() -> Job[ImportedModel]:
            from engine import operations

            return operations.import_model(library, path)

        return self._start("import", said("Opening {name}", name=path.name), make, self._on_imported)

    def _start(self, kind: str, title: str, make: MakeJob, finished: Callable[[Any], None]) -> bool:
        return self._jobs.start(LongJob(JobState(kind, title), make, finished=finished, failed=self._requests.report))

    def _start_making_room(self, run_ids: tuple[str, ...], *, is_again: bool) -> bool:
        library = self._library.files
        if library is None or not run_ids:
            return False

        def make() -> Job[MadeRoom]:
            from engine import operations

            return operations.make_room(library, run_ids)

        return self._start("export", said("Making room"), make, partial(self._on_room_made, is_again=is_again))

    def _on_room_made(self, made: MadeRoom | None, *, is_again: bool) -> None:
        if made is not None and made.run_ids and not is_again:
            runs = plural(len(made.run_ids), "run")
            change = Change(
                said(
                    "Made room: {size} of {runs} are free once Desktop Rec is opened again",
                    size=format_size(made.freed_bytes),
                    runs=runs,
                ),
                partial(self._make_room_again, made.run_ids),
                partial(self._take_back, made.run_ids),
                undone=said("{runs} can go on exactly again", runs=runs),
                announced=True,
            )
            self._undo.record(change)
        self._library.note_change()

    def _make_room_again(self, run_ids: tuple[str, ...]) -> None:
        if not self._start_making_room(run_ids, is_again=True):
            raise EngineError(said("Another job is running."), remedy=said("Wait for it, or stop it first."))

    def _take_back(self, run_ids: tuple[str, ...]) -> None:
        library = self._library.files
        if library is not None:
            for run_id in run_ids:
                library.runs.take_back(run_id)
        self._library.note_change()

    def _on_exported(self, done: ExportedModel | ExportedScorer | None) -> None:
        if done is None:
            self._requests.inform(said("The export was stopped; nothing was written."))
            return
        use = said("Programs without Python compute scores from it.")
        if done.path.suffix != GRAPH_SUFFIX:
            use = said("It opens where the same data set is.")
        size = format_size(done.size_bytes)
        self._requests.inform(
            said("Exported {title} to {path} ({size}).", title=done.title, path=done.path, size=size),
            joined(said("In it are {parts}, and nobody's ratings.", parts=join_words(done.inside)), use),
        )

    def _on_imported(self, done: ImportedModel | None) -> None:
        library = self._library.files
        if done is None or library is None:
            self._requests.inform(said("The model was not opened; nothing changed."))
            return
        run, store = done.record, library.runs

        def bring_back() -> None:
            store.restore(run.run_id)
            self._library.note_change()

        def take_away() -> None:
            store.delete(run.run_id)
            self._library.note_change()

        self._undo.record(
            Change(said("Opened the model {title}", title=run.title), bring_back, take_away, announced=True)
        )
        self._library.note_change()
        if run.fingerprint == self._dataset.fingerprint:
            self.imported.emit(run.run_id)
        else:
            belongs = said("{title} belongs to {dataset}.", title=run.title, dataset=run.dataset_name)
            self._requests.inform(belongs, said("Open that data set to use it."))


def _count(library: Library, run_ids: tuple[str, ...]) -> Job[CountedRoom]:
    found = {}
    for run_id in run_ids:
        yield None
        found[run_id] = library.runs.room_of(run_id)
    return CountedRoom(found, tuple(run_id for run_id, room in found.items() if room.free_bytes > _LITTLE_BYTES))


_LITTLE_BYTES = 4096
"""Less than a block of most disks is no room."""
