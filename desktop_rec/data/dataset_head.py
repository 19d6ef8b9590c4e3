"""The head of a data set's page: its name, where it came from, what comes next, and what can be done with it.

A part of the data set's page: show_name() and show_model_words() in, signals out.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, button
from desktop_rec.common.name_edit import NameEdit
from desktop_rec.theme.theme import GRID, set_role


class DatasetHead(QWidget):
    """The one primary button of the page is here. rename_asked(name); the other signals say nothing more."""

    train_asked = Signal()
    for_you_asked = Signal()
    rename_asked = Signal(str)
    export_asked = Signal()
    again_asked = Signal()
    delete_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._connect()

    def show_name(self, name: str, about: str) -> None:
        """What the data set is called, and where it came from in a line."""
        self._title.show_name(name)
        self._about.setText(about)

    def show_model_words(self, words: str) -> None:
        """What the first model is at; "" when it is ready."""
        self._model_words.setText(f"{words}…" if words else "")

    def let_import_again(self, why_not: str) -> None:
        """Whether the files of the data set are known: "" or why it cannot be imported again."""
        self._again.setEnabled(not why_not)
        self._again.setToolTip(why_not or "Read the same files again, in the same way; your own ratings stay")

    def let_export(self, *, is_free: bool) -> None:
        """Whether another job may start: an export waits for the one that runs."""
        self._export.setEnabled(is_free)

    def _build(self) -> None:
        self._title = NameEdit("dataset_page_name", role="title")
        self._title.label.setObjectName("dataset_title")
        self._about, self._model_words = ElidedLabel(), QLabel()
        self._model_words.setObjectName("dataset_model_words")
        for label in (self._about, self._model_words):
            set_role(label, "weak")
        self._for_you = button("See what to watch", "data_for_you", "Rate some titles and get a list with reasons")
        self._train = button(
            "Train a model",
            "data_train",
            "Teach a model with these ratings now; its learning rate is found by itself",
            role="primary",
        )
        self._rename = self._small("Rename", "page_rename", "Give this data set another name")
        self._export = self._small("Export as CSV…", "page_export", "Write ratings and titles as files for others")
        self._again = self._small("Import again", "page_again", "Read the same files again")
        self._delete = self._small("Delete", "page_delete", "Delete this data set; Undo brings it back")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addLayout(self._first_row())
        whole.addLayout(self._second_row())

    def _first_row(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._about)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addLayout(words, 1)
        for widget in (self._for_you, self._train):
            row.addWidget(widget)
        return row

    def _second_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for widget in (self._rename, self._export, self._again, self._delete):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._model_words)
        return row

    def _small(self, words: str, name: str, tip: str) -> QPushButton:
        return button(words, f"dataset_{name}", tip)

    def _connect(self) -> None:
        self._train.clicked.connect(self.train_asked)
        self._for_you.clicked.connect(self.for_you_asked)
        self._title.renamed.connect(self.rename_asked)
        self._rename.clicked.connect(self._title.begin)
        self._export.clicked.connect(self.export_asked)
        self._again.clicked.connect(self.again_asked)
        self._delete.clicked.connect(self.delete_asked)
