"""All kept data sets: open, rename, delete (which can be undone).

A part of the Data view: show_datasets() in, signals out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, button, named
from desktop_rec.common.name_edit import NameEdit
from desktop_rec.theme.theme import GRID, set_role


@dataclass(frozen=True)
class DatasetLine:
    """One data set as the list says it."""

    dataset_id: str
    name: str
    figures: str
    is_open: bool


class DatasetRow(QFrame):
    """Name, figures, and what can be done. Renaming happens in the row."""

    open_asked = Signal(str)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)

    def __init__(self, line: DatasetLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._build()
        self._connect()

    def _build(self) -> None:
        line = self._line
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(GRID)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name = NameEdit(f"dataset_name_{line.dataset_id}")
        self._name.show_name(line.name)
        self._figures = ElidedLabel(line.figures + (" · open now" if line.is_open else ""))
        set_role(self._figures, "caption")
        for label in (self._name, self._figures):
            words.addWidget(label)
        self._open = self._button("Open", "open")
        self._open.setEnabled(not line.is_open)
        self._rename = self._button("Rename", "rename")
        self._delete = self._button("Delete", "delete")
        row.addLayout(words, 1)
        for one in (self._open, self._rename, self._delete):
            row.addWidget(one)

    def _button(self, words: str, what: str) -> QPushButton:
        made = button(words, f"dataset_{what}_{self._line.dataset_id}", f"{words} {self._line.name}", role="quiet")
        made.setAccessibleName(f"{words} {self._line.name}")
        return made

    def _connect(self) -> None:
        self._open.clicked.connect(self._on_open)
        self._rename.clicked.connect(self._name.begin)
        self._delete.clicked.connect(self._on_delete)
        self._name.renamed.connect(self._on_renamed)

    def _on_open(self) -> None:
        self.open_asked.emit(self._line.dataset_id)

    def _on_renamed(self, name: str) -> None:
        self.rename_asked.emit(self._line.dataset_id, name)

    def _on_delete(self) -> None:
        self.delete_asked.emit(self._line.dataset_id)


class DatasetList(QFrame):
    """A card with a row for each data set."""

    open_asked = Signal(str)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)
    file_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "dataset_list", "All data sets")
        self.setToolTip("")
        self.setProperty("role", "card")
        self._shown: tuple[DatasetLine, ...] | None = None
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        head = QHBoxLayout()
        heading = QLabel("All data sets")
        set_role(heading, "heading")
        self._add = button("Open a ratings file…", "dataset_list_add", "Import another ratings file (Ctrl+O)")
        head.addWidget(heading, 1)
        head.addWidget(self._add)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        rows.addLayout(head)
        rows.addLayout(self._rows)
        rows.addStretch(1)
        self._add.clicked.connect(self.file_asked)

    def show_datasets(self, lines: Sequence[DatasetLine]) -> None:
        """The data sets to list, in this order."""
        if tuple(lines) == self._shown:
            return
        self._shown = tuple(lines)
        while self._rows.count():
            item = self._rows.takeAt(0)
            gone = item.widget() if item else None
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        for line in lines:
            row = DatasetRow(line)
            row.open_asked.connect(self.open_asked)
            row.rename_asked.connect(self.rename_asked)
            row.delete_asked.connect(self.delete_asked)
            self._rows.addWidget(row)
