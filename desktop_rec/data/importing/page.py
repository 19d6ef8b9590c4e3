"""The page that shows files before they are imported, and takes what a person says about them.

Everything has been guessed, so that Import can be pressed at once; everything can be changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QWidget

from desktop_rec.common.controls import (
    ElidedLabel,
    Fold,
    across,
    arranged,
    below,
    button,
    named,
    scrolled_page,
    text_label,
)
from desktop_rec.data.importing.choices import ImportChoices, TextChoice
from desktop_rec.data.importing.keep_only_panel import KeepOnlyPanel
from desktop_rec.data.importing.preview_table import NO_TABLE, ImportPreviewTable, PreviewTable
from desktop_rec.theme.theme import GRID, set_role
from engine.wording import said

_TABLE_HEIGHT = 300


@dataclass(frozen=True)
class Obstacle:
    """Why files cannot be imported. `is_personal`: it belongs to a person's own ratings, and can be added there."""

    sentence: str
    remedy: str
    is_personal: bool = False


@dataclass(frozen=True)
class Sources:
    """`name` is in the field, `found_name` is taken where it is empty; `taken` says where a name is not free."""

    name: str = ""
    found_name: str = ""
    taken: str = ""
    titles: str = ""
    titles_are_chosen: bool = False


NO_SOURCES = Sources()


@dataclass(frozen=True)
class ImportPicture:
    """All that the page says, apart from what remains (see KeepOnlyPanel). `needs` warns where `is_short`."""

    title: str
    size: str = ""
    summary: str = ""
    table: PreviewTable = NO_TABLE
    choices: tuple[TextChoice, ...] = ()
    sources: Sources = NO_SOURCES
    obstacle: Obstacle | None = None
    notes: str = ""
    needs: str = ""
    is_short: bool = False
    can_import: bool = False
    is_looking: bool = False


class ImportPage(QScrollArea):
    """import_asked, cancel_asked, keep_only_opened. Its parts `table`, `choices`, `sources`, `keep_only` and `obstacle`
    have signals of their own."""

    import_asked = Signal()
    cancel_asked = Signal()
    keep_only_opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._connect()

    def show_state(self, picture: ImportPicture) -> None:
        """Everything about the files as they are read now."""
        self._title.setText(picture.title)
        self._size.setText(picture.size)
        self._summary.setText(
            said("Looking at the files…") if picture.is_looking and not picture.size else picture.summary
        )
        self.table.show_table(picture.table)
        self.choices.show_choices(picture.choices)
        self.sources.show_sources(picture.sources)
        self.obstacle.show_obstacle(picture.obstacle)
        self._notes.setText(picture.notes)
        self._needs.setText(picture.needs)
        set_role(self._needs, "warning" if picture.is_short else "weak")
        has_table = bool(picture.table.columns)
        is_for_many = has_table and not (picture.obstacle is not None and picture.obstacle.is_personal)
        for part, is_shown in (
            (self._summary, bool(self._summary.text())),
            (self.table, has_table),
            (self.choices, is_for_many and bool(picture.choices)),
            (self.sources, is_for_many),
            (self.fold, is_for_many),
            (self._notes, bool(picture.notes)),
            (self._needs, bool(picture.needs)),
        ):
            part.setVisible(is_shown)
        self._import.setEnabled(picture.can_import)

    def begin(self) -> None:
        """Other files: folded again, from the top."""
        self.fold.set_open(False)
        self.verticalScrollBar().setValue(0)
        self._import.setFocus()

    def _build(self) -> None:
        self._title, self._size = ElidedLabel(), ElidedLabel()
        self._title.setObjectName("import_title")
        self._size.setObjectName("import_size")
        set_role(self._title, "title")
        set_role(self._size, "weak")
        self._cancel = button(said("Cancel"), "import_leave", said("Leave these files alone; nothing is imported"))
        self._import = button(
            said("Import"), "import_start", said("Import the files as they are read below"), role="primary"
        )
        self._summary = text_label("", "import_summary", wraps=True)
        self._notes = text_label("", "import_notes", role="weak", wraps=True)
        self._needs = text_label("", "import_needs", wraps=True)
        self.obstacle, self.choices, self.table = ImportObstacle(), ImportChoices(), ImportPreviewTable()
        self.table.setMinimumHeight(_TABLE_HEIGHT)
        self.sources, self.keep_only = ImportSources(), KeepOnlyPanel()
        self.fold = Fold("keep_only", said("Keep only…"), self.keep_only)
        head = across(below(self._title, self._size, gap=2), self._cancel, self._import)
        head.setStretch(0, 1)
        rows = scrolled_page(self, "import_page")
        rows.addLayout(head)
        parts = (self._summary, self.obstacle, self.choices, self.table, self.sources, self.fold, self._notes)
        for part in (*parts, self._needs):
            rows.addWidget(part)
        rows.setStretchFactor(self.table, 1)
        rows.addStretch(0)

    def _connect(self) -> None:
        self._cancel.clicked.connect(self.cancel_asked)
        self._import.clicked.connect(self.import_asked)
        self.fold.opened.connect(self.keep_only_opened)


class ImportObstacle(QFrame):
    """add_asked: add the file to my ratings. file_asked: choose another."""

    add_asked = Signal()
    file_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_obstacle")
        set_role(self, "card")
        self._sentence = text_label("", "import_obstacle_sentence", wraps=True)
        self._remedy = text_label(role="weak", wraps=True)
        tip = said("Add what this file says to your own ratings, in For you")
        self._add = button(said("Add to my ratings"), "import_add_to_mine", tip)
        other = button(said("Open another file…"), "import_other_file", said("Choose another ratings file (Ctrl+O)"))
        texts = below(self._sentence, self._remedy, gap=2)
        margins = (GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        arranged(QHBoxLayout(self), texts, self._add, other, margins=margins).setStretch(0, 1)
        self._add.clicked.connect(self.add_asked)
        other.clicked.connect(self.file_asked)
        self.hide()

    def show_obstacle(self, obstacle: Obstacle | None) -> None:
        """Say it; None hides it."""
        self.setVisible(obstacle is not None)
        if obstacle is None:
            return
        self._sentence.setText(obstacle.sentence)
        self._remedy.setText(obstacle.remedy)
        self._remedy.setVisible(bool(obstacle.remedy))
        self._add.setVisible(obstacle.is_personal)
        set_role(self._add, "primary" if obstacle.is_personal else "")
        self.setAccessibleName(f"{obstacle.sentence} {obstacle.remedy}".strip())


class ImportSources(QWidget):
    """What the data set will be called, and where its titles come from.

    name_edited(str), titles_asked (choose a file), titles_found_asked (take what is found again).
    """

    name_edited = Signal(str)
    titles_asked = Signal()
    titles_found_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._name.textEdited.connect(self.name_edited)
        self._choose.clicked.connect(self.titles_asked)
        self._found.clicked.connect(self.titles_found_asked)

    def show_sources(self, sources: Sources) -> None:
        """Name and titles as they will be."""
        if self._name.text() != sources.name:
            self._name.setText(sources.name)
        self._name.setPlaceholderText(sources.found_name)
        self._taken.setText(sources.taken)
        self._taken.setVisible(bool(sources.taken))
        self._name.setAccessibleDescription(sources.taken)
        self._titles.setText(sources.titles)
        self._found.setVisible(sources.titles_are_chosen)

    def _build(self) -> None:
        self.setObjectName("import_sources")
        self._name = named(
            QLineEdit(), "import_name", said("Name of the data set"), said("What the data set will be called")
        )
        self._name.setMaximumWidth(GRID * 40)
        self._name.setMinimumWidth(GRID * 30)
        self._taken, self._titles = ElidedLabel(), ElidedLabel()
        self._taken.setObjectName("import_name_taken")
        self._titles.setObjectName("import_titles")
        set_role(self._taken, "warning")
        self._choose = button(
            said("Choose a titles file…"), "import_choose_titles", said("Choose the file that names the titles")
        )
        tip = said("Look for titles beside the ratings again")
        self._found = button(said("Use what is found"), "import_titles_found", tip, role="quiet")
        name = across(self._name, self._taken, 0, gap=GRID * 2)
        name.setStretch(0, 1)
        name.setStretch(1, 2)
        titles = across(self._titles, self._found, self._choose)
        titles.setStretch(0, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID * 2)
        grid.setVerticalSpacing(GRID)
        lines = ((said("Name"), self._name, name), (said("Titles"), self._choose, titles))
        for row, (caption, control, line) in enumerate(lines):
            label = text_label(caption, role="weak")
            label.setBuddy(control)
            grid.addWidget(label, row, 0)
            grid.addLayout(line, row, 1)
        grid.setColumnStretch(1, 1)
