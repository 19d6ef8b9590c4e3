"""What a person does with data sets: open, rename, delete, export, import again, predict; and what is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.common.predictions import format_predictions, may_predict
from desktop_rec.data.statistics_text import FilesFound, look_at_files
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.model import ModelInUse
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import Change, UndoStack
from engine.errors import LibraryError
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.events import Job
    from engine.library.datasets import DatasetRecord
    from engine.library.run_record import RunRecord
    from engine.operations import ExportedDataset, ImportedAgain, Predictions

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_LONGEST_NAME = 80


class DataController(QObject):
    """`files_found` is what was found on the disk of the open data set (None: not yet); files_found_changed says so.

    training_asked(): train the first model with its own settings.
    """

    files_found_changed = Signal()
    training_asked = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        model: ModelInUse,
        jobs: Jobs,
        queries: Queries,
        undo: UndoStack,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library, self.dataset, self.model, self.jobs, self.requests = library, dataset, model, jobs, requests
        self.files_found: FilesFound | None = None
        self._undo = undo
        self._worker = queries.add(QueryWorker("files", ("look",)))
        self._worker.answered.connect(self._on_files_found)
        self._worker.failed.connect(self._on_look_failed)

    def open(self, dataset_id: str) -> bool:
        """Open a stored data set; its newest model takes over, else the first one."""
        return self.requests.attempt(partial(self.dataset.open, dataset_id))

    def rename(self, dataset_id: str, name: str) -> None:
        """Give a stored data set another name."""
        record = next((record for record in self.library.datasets() if record.dataset_id == dataset_id), None)
        name = name.strip()
        if self.library.files is None or record is None or not name or name == record.name:
            return
        store = self.library.files.datasets

        def renamed(now: str) -> None:
            if self.dataset.is_open(dataset_id):
                self.dataset.take_record(store.find(dataset_id))

        text = said("Renamed {former} to {name}", former=record.name, name=name)
        self._undo.do(self.library.renaming(store, dataset_id, text, old=record.name, new=name, renamed=renamed))

    def delete(self, dataset_id: str) -> None:
        """Delete a stored data set. A person's ratings stay in any case."""
        if self.library.files is None:
            return
        was_open = self.dataset.is_open(dataset_id)
        records = self.library.datasets()
        name = next((record.name for record in records if record.dataset_id == dataset_id), dataset_id)
        deletion = self.library.deletion(
            self.library.files.datasets,
            dataset_id,
            said("Deleted the data set {name}", name=name),
            before=partial(self._let_go, dataset_id),
            restored=partial(self.dataset.open, dataset_id) if was_open else None,
        )
        if not self._undo.do(deletion) and was_open and self.dataset.current is None:
            self.open(dataset_id)

    def look_at_files(self) -> None:
        """See what of the open data set lies on the disk; files_found_changed answers."""
        library, record = self.library.files, self.dataset.record
        if library is not None and record is not None:
            folder = library.datasets.folder_of(record.dataset_id)
            self._worker.request("look", partial(_look_at_files, record, folder))

    def export(self, parent_folder: Path) -> bool:
        """Write the open data set as CSV into a folder of its own name, which is made there."""
        dataset = self.dataset.current
        if self.library.files is None or dataset is None:
            return False
        folder = free_folder(parent_folder, dataset.name)

        def make() -> Job[ExportedDataset]:
            from engine import operations

            return operations.export_dataset(dataset, folder)

        return self._start(
            "export", said("Exporting {name}", name=dataset.name), make, self._on_exported, uses_torch=False
        )

    def import_again(self) -> bool:
        """Import the files of the open data set once more; undoing brings the former data set back."""
        library, dataset = self.library.files, self.dataset.current
        if library is None or dataset is None:
            return False

        def make() -> Job[ImportedAgain]:
            from engine import operations

            return operations.import_again(library, dataset.dataset_id)

        return self._start(
            "import", said("Importing {name} again", name=dataset.name), make, self._on_again, uses_torch=False
        )

    def save_problems(self, path: Path, problems: Sequence[Any]) -> bool:
        """Write skipped lines as CSV."""
        from engine.data.exporting import write_problems

        if not self.requests.attempt(partial(write_problems, path, problems)):
            return False
        self.requests.inform(said("Saved {count:,} skipped lines as {path}.", count=len(problems), path=path))
        return True

    def runs_with_ratings(self) -> tuple[RunRecord, ...]:
        """The runs on the open data set that predict ratings: the one in use first, then the newest."""
        able = [run for run in self.dataset.runs if run.has_model and may_predict(run)]
        return tuple(sorted(able, key=lambda run: run.run_id != self.model.run_id))

    def write_predictions(self, run_id: str, pairs: Path | None, out: Path) -> bool:
        """Write the ratings of a file's pairs, or (None) of those that the data set's own file asks for."""
        library = self.library.files
        if library is None:
            return False

        def make() -> Job[Predictions]:
            from engine import operations

            return operations.predict(library, run_id, pairs, out=out)

        return self._start("predict", said("Predicting ratings"), make, self._on_predicted)

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """What was found on the disk was of the former data set."""
        self._worker.abandon()
        self.files_found = None

    def _start(self, kind: str, title: str, make: Any, finished: Any, *, uses_torch: bool = True) -> bool:
        state = JobState(kind, title)
        job = LongJob(state, make, finished=finished, failed=self.requests.report, uses_torch=uses_torch)
        return self.jobs.start(job)

    def _let_go(self, dataset_id: str) -> None:
        """Close a data set that is to be deleted. Raises LibraryError while a job needs it."""
        if not self.dataset.is_open(dataset_id):
            return
        if self.jobs.state is not None:
            raise LibraryError(
                said("{title} needs this data set.", title=self.jobs.state.title), remedy=said("Stop it first.")
            )
        self.dataset.take(None, None)

    def _on_files_found(self, kind: str, found: FilesFound) -> None:
        self.files_found = found
        self.files_found_changed.emit()

    def _on_look_failed(self, kind: str, failure: Failure) -> None:
        self.requests.report(failure)

    def _on_exported(self, done: ExportedDataset | None) -> None:
        if done is None:
            self.requests.inform(said("The export was cancelled; nothing was stored."))
            return
        names = " and ".join(name for name, _ in done.exported.files)
        self._notify_written(
            said("Exported {name} to {folder}: {names}.", name=done.name, folder=done.folder, names=names), done.folder
        )

    def _on_predicted(self, done: Predictions | None) -> None:
        if done is None:
            self.requests.inform(said("Predicting was cancelled; nothing was written."))
        else:
            self._notify_written(format_predictions(done), done.path.parent)

    def _notify_written(self, sentence: str, folder: Path) -> None:
        show = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        self.requests.notify(Notice(sentence, kind="info", action_words="Show folder", action=show))

    def _on_again(self, again: ImportedAgain | None) -> None:
        if again is None:
            self.requests.inform(said("The import was cancelled; the data set is as it was."))
            return
        was_open = self.dataset.is_open(again.former.dataset_id)
        if again.change == "nothing":
            if was_open:
                self.dataset.take_record(again.data.record)
            self.library.note_change()
            self.requests.inform(again.words)
            return
        self._replace(again, was_open=was_open)

    def _replace(self, again: ImportedAgain, *, was_open: bool) -> None:
        """What was imported again takes the place of the former data set."""
        library, new, former = self.library.files, again.data.record.dataset_id, again.former.dataset_id
        if library is None:
            return
        if was_open:
            self.dataset.take(again.data.dataset, again.data.record)

        def settle() -> None:
            from engine import operations

            operations.settle_again(library, again)
            self.library.note_change()

        def swap(shown: str, hidden: str) -> None:
            is_shown = self.dataset.is_open(hidden)
            library.datasets.restore(shown)
            if is_shown:
                self.dataset.open(shown)
            library.datasets.delete(hidden)
            self.library.note_change()

        if self.requests.attempt(settle):
            text = again.words.removesuffix(".")
            self._undo.record(Change(text, partial(swap, new, former), partial(swap, former, new), announced=True))


def _look_at_files(record: DatasetRecord, folder: Path) -> Job[FilesFound]:
    yield None
    return look_at_files(record, folder)


def free_folder(parent: Path, name: str) -> Path:
    """A folder that is not there yet, called like the data set as far as systems allow it."""
    plain = _NOT_IN_NAMES.sub(" ", name).strip(" .")[:_LONGEST_NAME].strip(" .") or said("Data set")
    place, number = parent / plain, 1
    while place.exists():
        number += 1
        place = parent / f"{plain} ({number})"
    return place
