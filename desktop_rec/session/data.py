"""The session's first desk: data sets, from a file to the open one, and the model that answers at once.

Stands on the core. Opening another data set drops what came after it on the street and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session import work
from desktop_rec.session.core import LongJob, SessionCore
from desktop_rec.session.labels import ChosenRate, ModelLabel
from desktop_rec.training.curves import SweepState, TrainingState
from engine.events import Event, Progressed, StageStarted

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.importing.importer import ImportOptions
    from engine.library.datasets import DatasetRecord
    from engine.library.run_record import RunRecord
    from engine.operations import ImportedData
    from engine.recommending.recommender import Recommender


class DataDesk(SessionCore):
    """Opens, imports, renames and deletes data sets; keeps the recommender of the open one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dataset: Dataset | None = None
        self.record: DatasetRecord | None = None
        self.report: dict[str, Any] | None = None
        self.recommender: Recommender | None = None
        self.model_label: ModelLabel | None = None
        self.model_words = ""
        self.rate: ChosenRate | None = None
        self.sweep_state = SweepState()
        self.training_state = TrainingState()
        self.stale_words = ""
        self._asked_run: RunRecord | None = None
        self._scoring.failed.connect(self._on_scoring_failure)
        self._scoring.event_arrived.connect(self._on_scoring_event)

    def datasets(self) -> tuple[DatasetRecord, ...]:
        """The kept data sets, the newest first."""
        return tuple(self.library.datasets.records()) if self.library else ()

    def runs(self) -> tuple[RunRecord, ...]:
        """The kept runs that learned from the open data set (or from an equal one), the newest first."""
        if self.library is None or self.dataset is None:
            return ()
        return self.library.runs.records(self.dataset.fingerprint)

    def use_sample(self) -> bool:
        """Open the built-in sample, importing it the first time."""
        if self.library is None:
            return False
        return self._import("Opening the sample", partial(work.import_sample, self.library))

    def import_paths(self, paths: Sequence[Path], options: ImportOptions | None = None) -> bool:
        """Import ratings files as one data set, and open it."""
        if self.library is None or not paths:
            return False
        names = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
        return self._import(f"Importing {names}", partial(work.import_paths, self.library, tuple(paths), options))

    def open_dataset(self, dataset_id: str) -> bool:
        """Open a kept data set; its newest model takes its place, else the quick one."""
        return self._tried(partial(self._open, dataset_id))

    def rename_dataset(self, dataset_id: str, name: str) -> None:
        """Give a kept data set another name."""
        if self.library is not None and name.strip():
            self._tried(partial(self.library.datasets.rename, dataset_id, name.strip()))
            if self.dataset is not None and self.dataset.dataset_id == dataset_id:
                self.record = self.library.datasets.find(dataset_id)
                self.dataset = replace(self.dataset, name=self.record.name)
            self.library_changed.emit()

    def delete_dataset(self, dataset_id: str) -> None:
        """Delete a kept data set; undo() brings it back. A person's ratings stay in any case."""
        if self.library is None:
            return
        was_open = self.dataset is not None and self.dataset.dataset_id == dataset_id
        if was_open and self.job is not None:
            self.notice.emit(Notice(f"{self.job.title} needs this data set.", "Stop it first.", kind="warning"))
            return
        name = next((dataset.name for dataset in self.datasets() if dataset.dataset_id == dataset_id), dataset_id)
        if was_open:
            self._take(None, None)
        if not self._tried(partial(self.library.datasets.delete, dataset_id)):
            if was_open:
                self.open_dataset(dataset_id)
            return
        self.library_changed.emit()
        self._can_undo(f"Deleted the data set {name}", partial(self._restore, dataset_id, reopen=was_open))

    def use_run(self, run_id: str) -> None:
        """Recommend with the model of a kept run."""
        run = next((one for one in self.runs() if one.run_id == run_id), None)
        if self.library is not None and self.dataset is not None and run is not None:
            self._ask_model(run)

    def use_quick_model(self) -> None:
        """Recommend with the model that is computed at once."""
        if self.dataset is not None:
            self._ask_model(None)

    def _import(self, title: str, make: Any) -> bool:
        job = LongJob(
            JobState("import", title),
            make,
            finished=self._on_imported,
            failed=self._on_import_failed,
            uses_torch=False,
        )
        if not self._start_long(job):
            return False
        self.warm_up()
        return True

    def _on_imported(self, imported: ImportedData | None) -> None:
        if imported is None:
            self.notice.emit(Notice("The import was cancelled; nothing was kept of it.", kind="info"))
            return
        self.library_changed.emit()
        self._take(imported.dataset, imported.record)

    def _on_import_failed(self, failure: Failure) -> None:
        self.notice.emit(Notice.of(failure))

    def _open(self, dataset_id: str) -> None:
        if self.library is None:
            return
        dataset = self.library.datasets.open(dataset_id)
        self._take(dataset, self.library.datasets.find(dataset_id))

    def _restore(self, dataset_id: str, *, reopen: bool) -> None:
        if self.library is not None:
            self.library.datasets.restore(dataset_id)
            self.library_changed.emit()
            if reopen:
                self._open(dataset_id)

    def _take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        """Another data set is open (or none): what came after it on the street is dropped."""
        is_other = self.dataset is not None and (dataset is None or dataset.fingerprint != self.dataset.fingerprint)
        had_model = self.training_state.finished is not None or self.rate is not None
        self.stale_words = "The data set has changed. Train again." if is_other and had_model else ""
        self.dataset, self.record = dataset, record
        self.report = record.report if record is not None else None
        self.rate = None
        if self.job is None or self.job.kind == "import":
            self.sweep_state, self.training_state = SweepState(), TrainingState()
        self._scoring.clear()
        self.recommender = self.model_label = None
        self.model_words = ""
        for changed in (self.dataset_changed, self.rate_changed, self.sweep_changed, self.training_changed):
            changed.emit()
        if dataset is None:
            self.recommender_changed.emit()
        else:
            self._ask_model(self._newest_run())

    def _newest_run(self) -> RunRecord | None:
        return next((run for run in self.runs() if run.has_model), None)

    def _ask_model(self, run: RunRecord | None) -> None:
        if self.library is None or self.dataset is None:
            return
        self._asked_run = run
        if run is None:
            self._scoring.request("model", partial(work.quick_model, self.library, self.dataset))
        else:
            self._scoring.request("model", partial(work.kept_model, self.library, self.dataset, run.run_id))
        self.model_words = "Getting a first model ready"
        self.recommender_changed.emit()

    def _use(self, recommender: Recommender, label: ModelLabel) -> None:
        self.recommender, self.model_label, self.model_words = recommender, label, ""
        self.recommender_changed.emit()

    def _on_answer(self, kind: str, answer: Any) -> None:
        super()._on_answer(kind, answer)
        if kind != "model" or answer is None:
            return
        trained: datetime | None = None
        if answer.run_id is not None and self._asked_run is not None:
            trained = self._asked_run.finished or self._asked_run.created
        if answer.problem:
            self.notice.emit(Notice(answer.problem, "The quick model is used instead.", kind="warning"))
        self._use(answer.recommender, ModelLabel(answer.recommender.model.name, answer.run_id, trained))

    def _on_scoring_failure(self, kind: str, failure: Failure) -> None:
        if kind == "model":
            self.model_words = ""
            self.notice.emit(Notice.of(failure))
            self.recommender_changed.emit()

    def _on_scoring_event(self, event: Event) -> None:
        if self.recommender is not None or not self.model_words:
            return
        if isinstance(event, (StageStarted, Progressed)) and event.words != self.model_words:
            self.model_words = event.words
            self.recommender_changed.emit()
