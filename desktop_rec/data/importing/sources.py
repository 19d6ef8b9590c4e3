"""What the data set will be called, and where its titles come from.

A part of the import page: show_text() in, signals out.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, button, named
from desktop_rec.theme.theme import GRID, set_role


@dataclass(frozen=True)
class Obstacle:
    """`is_personal`: the file belongs to a person's own ratings, and can be added there."""

    sentence: str
    remedy: str
    is_personal: bool = False


class ImportObstacle(QFrame):
    """add_asked: add the file to my ratings. file_asked: choose another."""

    add_asked = Signal()
    file_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_obstacle")
        set_role(self, "card")
        self._sentence, self._remedy = QLabel(), QLabel()
        self._sentence.setObjectName("import_obstacle_sentence")
        set_role(self._remedy, "weak")
        self._add = button(
            "Add to my ratings", "import_add_to_mine", "Add what this file says to your own ratings, in For you"
        )
        self._other = button("Open another file…", "import_other_file", "Choose another ratings file (Ctrl+O)")
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._sentence, self._remedy):
            label.setWordWrap(True)
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        row.setSpacing(GRID)
        row.addLayout(words, 1)
        row.addWidget(self._add)
        row.addWidget(self._other)
        self._add.clicked.connect(self.add_asked)
        self._other.clicked.connect(self.file_asked)
        self.hide()

    def show_text(self, words: Obstacle | None) -> None:
        """Say it; None hides it."""
        self.setVisible(words is not None)
        if words is None:
            return
        self._sentence.setText(words.sentence)
        self._remedy.setText(words.remedy)
        self._remedy.setVisible(bool(words.remedy))
        self._add.setVisible(words.is_personal)
        set_role(self._add, "primary" if words.is_personal else "")
        self.setAccessibleName(f"{words.sentence} {words.remedy}".strip())


@dataclass(frozen=True)
class Sources:
    """`name` stands in the field, `found_name` is taken where it is empty; `taken` says where a name is not free."""

    name: str = ""
    found_name: str = ""
    taken: str = ""
    titles: str = ""
    titles_are_chosen: bool = False


NO_SOURCES = Sources()


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

    def show_text(self, words: Sources) -> None:
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
