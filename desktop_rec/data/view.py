"""The place Data: the sample or a file, the open data set's page, and all data sets.

Connects widgets to the session. What needs the plots is built when the first data set is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.job_state import JobState
from desktop_rec.data.controller import DataController
from desktop_rec.data.dataset_view import connect_list, dataset_lines
from desktop_rec.data.importing.controller import ImportController
from desktop_rec.data.importing.progress import ImportProgress
from desktop_rec.data.welcome import DataWelcome

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

    def __init__(self, data: DataController, importing: ImportController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data, self._importing = data, importing
        self._dataset: DatasetView | None = None
        self._import: ImportView | None = None
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Show what the session is at."""
        failure = self._data.library.failure
        self._welcome.show_problem(f"{failure.sentence} {failure.remedy}" if failure else "")
        if self._data.jobs.state is not None and self._data.jobs.state.kind == "import":
            self._progress.show_state(self._data.jobs.state)
            self._stack.setCurrentWidget(self._progress)
        elif self._importing.plan is not None:
            self._stack.setCurrentWidget(self._view_of_import())
        elif self._data.dataset.current is None:
            self._welcome.show_datasets(dataset_lines(self._data))
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
        self._welcome.sample_asked.connect(self._importing.use_sample)
        self._welcome.file_asked.connect(self.file_asked)
        self._welcome.retry_asked.connect(self.retry_asked)
        self._welcome.datasets.file_asked.connect(self.file_asked)
        connect_list(self._welcome.datasets, self._data)
        self._progress.cancel_asked.connect(self._data.jobs.stop)
        self._importing.changed.connect(self._on_import_plan)
        self._data.jobs.changed.connect(self._on_job)
        self._data.dataset.changed.connect(self.show_state)
        self._data.library.changed.connect(self.show_state)

    def _on_job(self, state: JobState | None) -> None:
        is_import = state is not None and state.kind == "import"
        if is_import or self._stack.currentWidget() is self._progress:
            self.show_state()

    def _on_import_plan(self) -> None:
        is_shown = self._import is not None and self._stack.currentWidget() is self._import
        if is_shown != (self._importing.plan is not None):
            self.show_state()

    def _view_of_import(self) -> ImportView:
        if self._import is None:
            from desktop_rec.data.importing.view import ImportView

            self._import = ImportView(self._importing)
            self._import.file_asked.connect(self.file_asked)
            self._import.titles_file_asked.connect(self.titles_file_asked)
            self._stack.addWidget(self._import)
        return self._import

    def _view_of_dataset(self) -> DatasetView:
        if self._dataset is None:
            from desktop_rec.data.dataset_view import DatasetView

            self._dataset = DatasetView(self._data)
            self._dataset.file_asked.connect(self.file_asked)
            self._stack.addWidget(self._dataset)
        self._dataset.show_state()
        return self._dataset
