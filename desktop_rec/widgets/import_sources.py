"""What the data set will be called, and where its titles come from.

A part of the import page: show_words() in, signals out.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop_rec.theme import GRID, set_role
from desktop_rec.widgets.elided_label import ElidedLabel
from desktop_rec.widgets.naming import button, named


@dataclass(frozen=True)
class SourceWords:
    """`name` stands in the field, `found_name` is taken where it is empty; `taken` says where a name is not free."""

    name: str = ""
    found_name: str = ""
    taken: str = ""
    titles: str = ""
    titles_are_chosen: bool = False


NO_SOURCES = SourceWords()


class ImportSources(QWidget):
    """name_edited(str), titles_asked (choose a file), titles_found_asked (take what is found again)."""

    name_edited = Signal(str)
    titles_asked = Signal()
    titles_found_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._name.textEdited.connect(self.name_edited)
        self._choose.clicked.connect(self.titles_asked)
        self._found.clicked.connect(self.titles_found_asked)

    def show_words(self, words: SourceWords) -> None:
        """Name and titles as they will be."""
        if self._name.text() != words.name:
            self._name.setText(words.name)
        self._name.setPlaceholderText(words.found_name)
        self._taken.setText(words.taken)
        self._taken.setVisible(bool(words.taken))
        self._name.setAccessibleDescription(words.taken)
        self._titles.setText(words.titles)
        self._found.setVisible(words.titles_are_chosen)

    def _build(self) -> None:
        self.setObjectName("import_sources")
        self._name = named(QLineEdit(), "import_name", "Name of the data set", "What the data set will be called")
        self._name.setMaximumWidth(GRID * 40)
        self._name.setMinimumWidth(GRID * 30)
        self._taken = ElidedLabel()
        self._taken.setObjectName("import_name_taken")
        set_role(self._taken, "warning")
        self._titles = ElidedLabel()
        self._titles.setObjectName("import_titles")
        self._choose = button("Choose a titles file…", "import_choose_titles", "Choose the file that names the titles")
        self._found = button(
            "Use what is found", "import_titles_found", "Look for titles beside the ratings again", role="quiet"
        )
        name_label, titles_label = QLabel("Name"), QLabel("Titles")
        name_label.setBuddy(self._name)
        titles_label.setBuddy(self._choose)
        titles = QHBoxLayout()
        titles.setSpacing(GRID)
        titles.addWidget(self._titles, 1)
        titles.addWidget(self._found)
        titles.addWidget(self._choose)
        name = QHBoxLayout()
        name.setSpacing(GRID * 2)
        name.addWidget(self._name, 1)
        name.addWidget(self._taken, 2)
        name.addStretch(0)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID * 2)
        grid.setVerticalSpacing(GRID)
        for row, (label, line) in enumerate(((name_label, name), (titles_label, titles))):
            set_role(label, "weak")
            grid.addWidget(label, row, 0)
            grid.addLayout(line, row, 1)
        grid.setColumnStretch(1, 1)
