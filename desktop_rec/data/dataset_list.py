"""All stored data sets: open, rename, delete (which can be undone)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, across, arranged, below, button, make_card, text_label
from desktop_rec.common.name_edit import NameEdit
from desktop_rec.theme.theme import set_role
from engine.text import plural
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.data.controller import DataController
    from engine.library.datasets import DatasetRecord


@dataclass(frozen=True)
class DatasetLine:
    """One data set as the list says it."""

    dataset_id: str
    name: str
    figures: str
    is_open: bool


class DatasetList(QFrame):
    """A card with a row for each data set. The signals carry its id, and the new name."""

    open_asked = Signal(str)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)
    file_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[DatasetLine, ...] | None = None
        add = button(said("Open a ratings file…"), "dataset_list_add", said("Import another ratings file (Ctrl+O)"))
        add.clicked.connect(self.file_asked)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        whole = make_card(self, "dataset_list", said("All data sets"))
        whole.addLayout(across(text_label(said("All data sets"), role="heading"), 1, add))
        whole.addLayout(self._rows)
        whole.addStretch(1)

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
            self._rows.addWidget(DatasetRow(line, self))


class DatasetRow(QFrame):
    """Name, figures, and what can be done. Renaming happens in the row."""

    def __init__(self, line: DatasetLine, datasets: DatasetList) -> None:
        super().__init__()
        self._line = line
        name, figures = NameEdit(f"dataset_name_{line.dataset_id}"), ElidedLabel()
        name.show_name(line.name)
        figures.setText(f"{line.figures} · {said('open now')}" if line.is_open else line.figures)
        set_role(figures, "caption")
        opening, rename, delete = self._button(said("Open")), self._button(said("Rename")), self._button(said("Delete"))
        opening.setEnabled(not line.is_open)
        row = arranged(QHBoxLayout(self), below(name, figures, gap=0), opening, rename, delete, margins=(0, 2, 0, 2))
        row.setStretch(0, 1)
        opening.clicked.connect(lambda: datasets.open_asked.emit(line.dataset_id))
        rename.clicked.connect(name.begin)
        delete.clicked.connect(lambda: datasets.delete_asked.emit(line.dataset_id))
        name.renamed.connect(lambda text: datasets.rename_asked.emit(line.dataset_id, text))

    def _button(self, verb: str) -> QPushButton:
        tip = f"{verb} {self._line.name}"
        made = button(verb, f"dataset_{verb.lower()}_{self._line.dataset_id}", tip, role="quiet")
        made.setAccessibleName(tip)
        return made


def connect_list(datasets: DatasetList, data: DataController) -> None:
    """Let a list of data sets open, rename and delete them."""
    datasets.open_asked.connect(data.open)
    datasets.rename_asked.connect(data.rename)
    datasets.delete_asked.connect(data.delete)


def dataset_lines(data: DataController) -> list[DatasetLine]:
    """The stored data sets as a list says them."""
    return [
        DatasetLine(record.dataset_id, record.name, _format_figures(record), data.dataset.is_open(record.dataset_id))
        for record in data.library.datasets()
    ]


def _format_figures(record: DatasetRecord) -> str:
    unrated = int(record.report.get("unrated") or 0)
    parts = (
        plural(record.people, "person"),
        plural(record.titles, "title"),
        plural(record.entries - unrated, "rating"),
    )
    return ", ".join((*parts, said("{count:,} only seen", count=unrated)) if unrated else parts)
