"""The place Data: the sample or a file, an import that runs, the open data set's page, and all data sets.

What needs the plots is built when the first data set is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.building import in_steps, next_step
from desktop_rec.common.controls import across, arranged, button, centred, named, number_label, text_label
from desktop_rec.common.job_bar import format_time_left
from desktop_rec.common.job_state import JobState
from desktop_rec.data.controller import DataController
from desktop_rec.data.dataset_list import DatasetLine, DatasetList, connect_list, dataset_lines
from desktop_rec.data.importing.controller import ImportController
from desktop_rec.theme.theme import GRID, set_role
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.data.dataset_view import DatasetView
    from desktop_rec.data.importing.view import ImportView

_PROGRESS_WIDTH = 520
_WIDTH = 600
_WHAT = said(
    "Start with ratings: yours, or those of many people. A model learns from them on this "
    "computer, recommends for you, and says which of your ratings carried each title. "
    "Nothing leaves this machine."
)
_SAMPLE = said("The sample: 100,004 ratings of films up to 2016 by 671 people (MovieLens, GroupLens Research).")
_FILES = said(
    "A file: almost any table of ratings, as text, Parquet, Feather or JSON, plain or as .gz "
    "or .zip; folders of MovieLens, Netflix Prize and others are recognised. You can also "
    "drop files or a folder anywhere on this window; you see what was found before anything "
    "is imported."
)


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
        self._is_building = False
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Show what the session is at."""
        if self._is_building:
            return
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
        elif self._dataset is None:
            self._dataset = self._made_view_of_dataset()
            self.show_state()  # something else may be to be shown by now
        else:
            self._dataset.show_state()
            self._stack.setCurrentWidget(self._dataset)

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
        for signal in (self._data.jobs.changed, self._data.jobs.moved):
            signal.connect(self._on_job)
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

    def _made_view_of_dataset(self) -> DatasetView:
        """The view of what is open, built in steps; what is to be shown meanwhile waits for it."""
        from desktop_rec.data.dataset_view import DatasetView

        self._is_building = True
        with in_steps():
            next_step()
            made = DatasetView(self._data)
            made.file_asked.connect(self.file_asked)
            next_step()
            self._stack.addWidget(made)
            next_step()
        self._is_building = False
        return made


class DataWelcome(QWidget):
    """What this is, and the two ways to begin. retry_asked: where the folder could not be opened.

    `datasets` lists what is stored, where there is anything; its signals are its own.
    """

    sample_asked = Signal()
    file_asked = Signal()
    retry_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_welcome")
        self._problem = text_label("", "data_problem", role="negative", wraps=True)
        tip = said("Open the films that come with Desktop Rec")
        self._sample = button(said("Use the sample"), "use_sample", tip, role="primary")
        self._file = button(
            said("Open a ratings file…"), "open_file", said("Import a ratings file of your own (Ctrl+O)")
        )
        self._retry = button(
            said("Try again"), "retry_library", said("Try again to open the folder in which everything is stored")
        )
        self.datasets = DatasetList()
        self.datasets.hide()
        column = QWidget()
        column.setFixedWidth(_WIDTH)
        arranged(
            QVBoxLayout(column),
            text_label(said("What will you love next, and why?"), role="title", wraps=True),
            text_label(_WHAT, wraps=True),
            self._problem,
            across(self._sample, self._file, self._retry, 1),
            text_label(_SAMPLE, role="weak", wraps=True),
            text_label(_FILES, role="weak", wraps=True),
            self.datasets,
            gap=GRID * 2,
        )
        centred(self, column)
        self._sample.clicked.connect(self.sample_asked)
        self._file.clicked.connect(self.file_asked)
        self._retry.clicked.connect(self.retry_asked)
        self.show_problem("")

    def show_problem(self, sentence: str) -> None:
        """Why nothing can be opened now, "" where all is well."""
        self._problem.setText(sentence)
        for shown in (self._problem, self._retry):
            shown.setVisible(bool(sentence))
        for pressed in (self._sample, self._file):
            pressed.setEnabled(not sentence)

    def show_datasets(self, lines: Sequence[DatasetLine]) -> None:
        """The stored data sets, none of which is open."""
        self.datasets.show_datasets(lines)
        self.datasets.setVisible(bool(lines))


class ImportProgress(QWidget):
    """A card with what is being read, how far, and Cancel."""

    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_progress")
        self._title, self._left = text_label(role="heading"), text_label()
        self._step = number_label(role="weak", wraps=True)
        self._bar = named(QProgressBar(), "import_bar", said("Progress of the import"))
        self._bar.setTextVisible(False)
        self._cancel = button(said("Cancel"), "import_cancel", said("Cancel the import; nothing of it is stored"))
        self._cancel.clicked.connect(self.cancel_asked)
        card = QFrame()
        card.setFixedWidth(_PROGRESS_WIDTH)
        set_role(card, "card")
        foot = across(self._left, 1, self._cancel)
        margins = (GRID * 3, GRID * 3, GRID * 3, GRID * 3)
        arranged(QVBoxLayout(card), self._title, self._step, self._bar, foot, gap=GRID + 4, margins=margins)
        centred(self, card)

    def show_state(self, state: JobState) -> None:
        """Where the import is."""
        self._title.setText(state.title)
        self._step.setText(state.words or said("Starting"))
        self._left.setText(format_time_left(state.remaining_s))
        self._bar.setRange(0, 0 if state.share is None else 1000)
        self._bar.setValue(round(1000 * (state.share or 0)))
        self._cancel.setEnabled(not state.stopping)
