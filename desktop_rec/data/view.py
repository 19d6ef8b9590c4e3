"""The place Data: the sample or a file, the open data set's page, and all data sets.

Connects widgets to the session. What needs the plots is built when the first data set is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.job_state import JobState
from desktop_rec.data.dataset_view import connect_list, dataset_lines
from desktop_rec.data.importing.progress import ImportProgress
from desktop_rec.data.welcome import DataWelcome
from desktop_rec.session.session import Session

if TYPE_CHECKING:
    from desktop_rec.data.dataset_view import DatasetView
    from desktop_rec.data.importing.view import ImportView


class DataView(QWidget):
    """Shows the welcome, files before their import, an import that runs, or the open data set.

    Emits file_asked, titles_file_asked and retry_asked.
    """

    file_asked = Signal()
    titles_file_asked = Signal()
    retry_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset: DatasetView | None = None
        self._import: ImportView | None = None
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
        elif session.import_plan is not None:
            self._stack.setCurrentWidget(self._view_of_import())
        elif session.dataset is None:
            self._welcome.show_datasets(dataset_lines(session))
            self._stack.setCurrentWidget(self._welcome)
        else:
            self._stack.setCurrentWidget(self._view_of_dataset())

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
        self._welcome.datasets.file_asked.connect(self.file_asked)
        connect_list(self._welcome.datasets, session)
        self._progress.cancel_asked.connect(session.cancel)
        session.import_plan_changed.connect(self._on_import_plan)
        session.job_changed.connect(self._on_job)
        session.dataset_changed.connect(self.show_state)
        session.library_changed.connect(self.show_state)

    def _on_job(self, state: JobState | None) -> None:
        is_import = state is not None and state.kind == "import"
        if is_import or self._stack.currentWidget() is self._progress:
            self.show_state()

    def _on_import_plan(self) -> None:
        is_shown = self._import is not None and self._stack.currentWidget() is self._import
        if is_shown != (self._session.import_plan is not None):
            self.show_state()

    def _view_of_import(self) -> ImportView:
        if self._import is None:
            from desktop_rec.data.importing.view import ImportView

            self._import = ImportView(self._session)
            self._import.file_asked.connect(self.file_asked)
            self._import.titles_file_asked.connect(self.titles_file_asked)
            self._stack.addWidget(self._import)
        return self._import

    def _view_of_dataset(self) -> DatasetView:
        if self._dataset is None:
            from desktop_rec.data.dataset_view import DatasetView

            self._dataset = DatasetView(self._session)
            self._dataset.file_asked.connect(self.file_asked)
            self._stack.addWidget(self._dataset)
        self._dataset.show_state()
        return self._dataset
