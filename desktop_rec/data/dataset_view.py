"""The open data set in Data: connects its page to the controller. Built with the first one; it brings the plots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.common import questions
from desktop_rec.common.job_state import JobState
from desktop_rec.data.controller import DataController
from desktop_rec.data.dataset_list import connect_list, dataset_lines
from desktop_rec.data.dataset_page import DatasetPage
from desktop_rec.data.statistics_text import describe_dataset
from engine.data.dataset import Dataset
from engine.library.datasets import DatasetRecord
from engine.text import plural_of
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord


class DatasetView(QWidget):
    """Shows the open data set; show_state() says that it may be another one. Emits file_asked."""

    file_asked = Signal()

    def __init__(self, data: DataController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = data
        self._shown: DatasetRecord | None = None
        self._was_free = self._data.jobs.state is None
        self.page = DatasetPage()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.page)
        self._connect()

    def show_state(self) -> None:
        """What is open, and what can be done with it just now."""
        self.page.datasets.show_datasets(dataset_lines(self._data))
        self.page.head.let_export(is_free=self._data.jobs.state is None)
        self.page.head.show_progress(self._data.model.progress_text)
        self._show_runs()
        if self._data.dataset.current is None or self._data.dataset.record is None:
            return
        if self._data.dataset.record != self._shown:
            self._show_record(self._data.dataset.current, self._data.dataset.record)
            self._data.look_at_files()

    def _show_record(self, dataset: Dataset, record: DatasetRecord) -> None:
        """Another data set, or the same one under another name or with another report."""
        is_other = self._shown is None or self._shown.dataset_id != record.dataset_id
        self._shown = record
        asked = self._data.dataset.asked
        self.page.predictions.show_asked(asked)
        self.page.place_predictions(first=bool(asked))
        self.page.show_record(
            record,
            describe_origin(record.report),
            describe_dataset(record, self._data.files_found),
            plural_of(dataset.catalogue.word),
        )
        if is_other:
            self.page.verticalScrollBar().setValue(0)
            self.page.show_counting(said("Counting ratings and titles…"))
            self._on_statistics()

    def _on_statistics(self) -> None:
        opened, shown = self._data.dataset, self._shown
        if opened.current is None or shown is None or not opened.is_open(shown.dataset_id):
            return
        self.page.show_facts(describe_dataset(shown, self._data.files_found))
        if opened.statistics is not None:
            self.page.show_statistics(opened.current.catalogue, opened.statistics)
        elif opened.statistics_failure:
            self.page.show_counting(opened.statistics_failure)

    def _connect(self) -> None:
        head = self.page.head
        head.train_asked.connect(self._on_train)
        head.for_you_asked.connect(self._on_for_you)
        head.rename_asked.connect(self._on_rename)
        head.delete_asked.connect(self._on_delete)
        head.export_asked.connect(self._on_export)
        head.again_asked.connect(self._data.import_again)
        self.page.predictions.own_asked.connect(self._on_own_pairs)
        self.page.predictions.pairs_asked.connect(self._on_pairs)
        self.page.problems.save_asked.connect(self._on_save_problems)
        connect_list(self.page.datasets, self._data)
        self.page.datasets.file_asked.connect(self.file_asked)
        self._data.dataset.statistics_changed.connect(self._on_statistics)
        self._data.files_found_changed.connect(self._on_statistics)
        self._data.model.changed.connect(self._on_recommender)
        self._data.jobs.changed.connect(self._on_job)
        self._data.library.changed.connect(self._show_runs)

    def _show_runs(self) -> None:
        """Which runs can predict ratings now."""
        runs = [(run.run_id, describe_run(run)) for run in self._data.runs_with_ratings()]
        self.page.predictions.show_runs(runs, is_free=self._data.jobs.state is None)

    def _on_recommender(self) -> None:
        self.page.head.show_progress(self._data.model.progress_text)
        self._show_runs()

    def _on_job(self, state: JobState | None) -> None:
        if (state is None) != self._was_free:
            self._was_free = state is None
            self._show_runs()
        self.page.head.let_export(is_free=state is None)

    def _on_train(self) -> None:
        """One press is enough: training starts with settings of its own, and Train shows how it goes."""
        if self._data.jobs.state is None:
            self._data.training_asked.emit()
        self._data.requests.show_place("train")

    def _on_for_you(self) -> None:
        self._data.requests.show_place("for_you")

    def _on_rename(self, name: str) -> None:
        if self._shown is not None:
            self._data.rename(self._shown.dataset_id, name)

    def _on_delete(self) -> None:
        if self._shown is not None:
            self._data.delete(self._shown.dataset_id)

    def _on_export(self) -> None:
        folder = questions.ask_for_folder(self, said("Export into a folder"))
        if folder is not None:
            self._data.export(folder)

    def _on_own_pairs(self, run_id: str) -> None:
        if self._shown is None:
            return
        name = f"{self._shown.name} predictions.txt"
        out = questions.ask_where_to_save_numbers(self, said("Write predictions"), name)
        if out is not None:
            self._data.write_predictions(run_id, None, out)

    def _on_pairs(self, run_id: str) -> None:
        pairs = questions.ask_for_pairs(self)
        if pairs is None:
            return
        name = str(pairs.with_name(f"{pairs.name.split('.')[0]} predictions.csv"))
        out = questions.ask_where_to_save(self, said("Write predictions"), name)
        if out is not None:
            self._data.write_predictions(run_id, pairs, out)

    def _on_save_problems(self) -> None:
        if self._shown is None:
            return
        path = questions.ask_where_to_save(self, said("Save skipped lines"), f"{self._shown.name} skipped lines.csv")
        if path is not None:
            self._data.save_problems(path, self._shown.report.get("problems") or ())


def describe_run(record: RunRecord) -> str:
    """A run as a menu says it: what it is called, and how far off its ratings were on average."""
    error = record.metrics.get("mae", {}).get("value")
    if error is None:
        return record.title
    return said("{title}, {error:.2f} off on average", title=record.title, error=error)


def describe_origin(report: Mapping[str, object]) -> str:
    """Where a data set came from, in a line."""
    files = report.get("files")
    names = ", ".join(Path(str(file)).name for file in files) if isinstance(files, (list, tuple)) else ""
    parts = [
        said("from {names}", names=names) if names else "",
        str(report.get("layout") or ""),
        str(report.get("encoding") or ""),
    ]
    return " · ".join(part for part in parts if part)
