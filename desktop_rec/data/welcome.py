"""What Data says before anything is open: what this is, and the two ways to begin.

A part of the Data view: show_problem() in, signals out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.data.dataset_list import DatasetLine, DatasetList
from desktop_rec.theme.theme import GRID, set_role

_WIDTH = 600
_WHAT = (
    "Start with ratings: yours, or those of many people. A model learns from them on this computer, "
    "recommends for you, and says which of your ratings carried each title. Nothing leaves this machine."
)
_SAMPLE = "The sample: 100,004 ratings of films up to 2016 by 671 people (MovieLens, GroupLens Research)."
_FILES = (
    "A file: almost any table of ratings, as text, Parquet, Feather or JSON, plain or as .gz or .zip; folders of "
    "MovieLens, Netflix Prize and others are recognised. You can also drop files or a folder anywhere on this window; "
    "you see what was found before anything is imported."
)


class DataWelcome(QWidget):
    """Emits sample_asked, file_asked and retry_asked (where the folder could not be opened).

    `datasets` lists what is kept, where there is anything; its signals are its own.
    """

    sample_asked = Signal()
    file_asked = Signal()
    retry_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._connect()
        self.show_problem("")

    def show_problem(self, sentence: str) -> None:
        """Why nothing can be opened now, "" where all is well."""
        self._problem.setText(sentence)
        for shown in (self._problem, self._retry):
            shown.setVisible(bool(sentence))
        for pressed in (self._sample, self._file):
            pressed.setEnabled(not sentence)

    def show_datasets(self, lines: Sequence[DatasetLine]) -> None:
        """The kept data sets, none of which is open."""
        self.datasets.show_datasets(lines)
        self.datasets.setVisible(bool(lines))

    def _build(self) -> None:
        self.setObjectName("data_welcome")
        title = QLabel("What will you love next, and why?")
        set_role(title, "title")
        what, sample, files = QLabel(_WHAT), QLabel(_SAMPLE), QLabel(_FILES)
        set_role(sample, "weak")
        set_role(files, "weak")
        self._problem = QLabel()
        self._problem.setObjectName("data_problem")
        set_role(self._problem, "negative")
        self._sample = button(
            "Use the sample", "use_sample", "Open the films that come with Desktop Rec", role="primary"
        )
        self._file = button("Open a ratings file…", "open_file", "Import a ratings file of your own (Ctrl+O)")
        self._retry = button("Try again", "retry_library", "Try again to open the folder of kept things")
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for one in (self._sample, self._file, self._retry):
            buttons.addWidget(one)
        buttons.addStretch(1)
        self._place(title, what, self._problem, buttons, sample, files)

    def _place(self, title: QLabel, what: QLabel, problem: QLabel, buttons: QHBoxLayout, *notes: QLabel) -> None:
        column = QWidget()
        column.setFixedWidth(_WIDTH)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID * 2)
        for label in (title, what, problem, *notes):
            label.setWordWrap(True)
        for widget in (title, what, problem):
            rows.addWidget(widget)
        rows.addLayout(buttons)
        rows.addSpacing(GRID)
        for note in notes:
            rows.addWidget(note)
        self.datasets = DatasetList()
        self.datasets.hide()
        rows.addWidget(self.datasets)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(column)
        across.addStretch(1)
        whole = QVBoxLayout(self)
        whole.addStretch(2)
        whole.addLayout(across)
        whole.addStretch(3)

    def _connect(self) -> None:
        self._sample.clicked.connect(self.sample_asked)
        self._file.clicked.connect(self.file_asked)
        self._retry.clicked.connect(self.retry_asked)
