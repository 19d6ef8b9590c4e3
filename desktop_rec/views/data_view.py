"""The place Data: the sample or a file, the open data set's page, and all data sets.

Connects widgets to the session. What needs the plots is built when the first data set is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.item_models.dataset_picture import picture_of
from desktop_rec.job_state import JobState
from desktop_rec.session import Session
from desktop_rec.widgets.data_welcome import DataWelcome
from desktop_rec.widgets.dataset_list import DatasetLine, DatasetList
from desktop_rec.widgets.import_progress import ImportProgress

if TYPE_CHECKING:
    from desktop_rec.widgets.dataset_page import DatasetPage


class DataView(QWidget):
    """Shows the welcome, an import that runs, or the open data set. Emits file_asked and retry_asked."""

    file_asked = Signal()
    retry_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._page: DatasetPage | None = None
        self._shown_id = ""
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Show what the session is at."""
        session = self._session
        failure = session.library_failure
        self._welcome.show_problem(f"{failure.sentence} {failure.remedy}" if failure else "")
        if session.job is not None and session.job.kind == "import":
            self._progress.show_state(session.job)
            self._stack.setCurrentWidget(self._progress)
        elif session.dataset is None:
            self._welcome.show_datasets(self._dataset_lines())
            self._stack.setCurrentWidget(self._welcome)
        else:
            self._stack.setCurrentWidget(self._page_of_dataset())

    def _build(self) -> None:
        self.setObjectName("data_view")
        self._welcome, self._progress = DataWelcome(), ImportProgress()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._welcome)
        self._stack.addWidget(self._progress)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _connect(self) -> None:
        session = self._session
        self._welcome.sample_asked.connect(session.use_sample)
        self._welcome.file_asked.connect(self.file_asked)
        self._welcome.retry_asked.connect(self.retry_asked)
        self._connect_list(self._welcome.datasets)
        self._progress.cancel_asked.connect(session.cancel)
        session.job_changed.connect(self._on_job)
        session.dataset_changed.connect(self._on_dataset)
        session.library_changed.connect(self._on_library)
        session.recommender_changed.connect(self._on_recommender)

    def _on_job(self, state: JobState | None) -> None:
        is_import = state is not None and state.kind == "import"
        if is_import or self._stack.currentWidget() is self._progress:
            self.show_state()

    def _on_dataset(self) -> None:
        self._shown_id = ""
        self.show_state()

    def _on_library(self) -> None:
        if self._page is not None:
            self._page.datasets.show_datasets(self._dataset_lines())
        self.show_state()

    def _on_recommender(self) -> None:
        if self._page is not None:
            self._page.show_model_words(self._session.model_words)

    def _page_of_dataset(self) -> DatasetPage:
        if self._page is None:
            from desktop_rec.widgets.dataset_page import DatasetPage

            self._page = DatasetPage()
            self._page.train_asked.connect(self._on_train)
            self._page.for_you_asked.connect(self._on_for_you)
            self._connect_list(self._page.datasets)
            self._stack.addWidget(self._page)
        dataset = self._session.dataset
        if dataset is not None and self._shown_id != dataset.dataset_id:
            self._shown_id = dataset.dataset_id
            report = self._session.report or {}
            self._page.show_dataset(dataset.name, about_words(report), picture_of(dataset), report)
            self._page.show_model_words(self._session.model_words)
            self._page.datasets.show_datasets(self._dataset_lines())
        return self._page

    def _connect_list(self, datasets: DatasetList) -> None:
        datasets.open_asked.connect(self._session.open_dataset)
        datasets.rename_asked.connect(self._session.rename_dataset)
        datasets.delete_asked.connect(self._session.delete_dataset)
        datasets.file_asked.connect(self.file_asked)

    def _dataset_lines(self) -> list[DatasetLine]:
        now = self._session.dataset.dataset_id if self._session.dataset else ""
        return [
            DatasetLine(
                one.dataset_id,
                one.name,
                f"{one.people:,} people, {one.titles:,} titles, {one.entries:,} ratings",
                one.dataset_id == now,
            )
            for one in self._session.datasets()
        ]

    def _on_train(self) -> None:
        """One press is enough: training starts with settings of its own, and Train shows how it goes."""
        if self._session.job is None:
            self._session.train_as_it_comes()
        self._session.place_requested.emit("train")

    def _on_for_you(self) -> None:
        self._session.place_requested.emit("for_you")


def about_words(report: Mapping[str, object]) -> str:
    """Where a data set came from, in a line."""
    files = report.get("files")
    names = ", ".join(Path(str(one)).name for one in files) if isinstance(files, (list, tuple)) else ""
    parts = [f"from {names}" if names else "", str(report.get("layout") or ""), str(report.get("encoding") or "")]
    return " · ".join(part for part in parts if part)
