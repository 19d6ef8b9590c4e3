"""The page that shows files before they are imported, and takes what a person says about them.

A part of the import view: show_state(ImportPicture) in, signals out. Everything has been guessed, so that Import can
be pressed at once; everything can be changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, Fold, button
from desktop_rec.data.importing.choices import ImportChoices, TextChoice
from desktop_rec.data.importing.keep_only_panel import KeepOnlyPanel
from desktop_rec.data.importing.preview_rows import NO_TABLE, PreviewTable
from desktop_rec.data.importing.preview_table import ImportPreviewTable
from desktop_rec.data.importing.sources import NO_SOURCES, ImportObstacle, ImportSources, Obstacle, Sources
from desktop_rec.theme.theme import GRID, set_role

_TABLE_HEIGHT = 300


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
        self._summary.setText("Looking at the files…" if picture.is_looking and not picture.size else picture.summary)
        self.table.show_table(picture.table)
        self.choices.show_choices(picture.choices)
        self.sources.show_text(picture.sources)
        self.obstacle.show_text(picture.obstacle)
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
        self.setObjectName("import_page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        page = QWidget()
        set_role(page, "page")
        rows = QVBoxLayout(page)
        rows.setContentsMargins(GRID * 3, GRID * 2, GRID * 3, GRID * 3)
        rows.setSpacing(GRID * 2)
        rows.addLayout(self._head())
        self._summary, self._notes, self._needs = QLabel(), QLabel(), QLabel()
        self._summary.setObjectName("import_summary")
        self._notes.setObjectName("import_notes")
        self._needs.setObjectName("import_needs")
        set_role(self._notes, "weak")
        for label in (self._summary, self._notes, self._needs):
            label.setWordWrap(True)
        self.obstacle, self.choices, self.table = ImportObstacle(), ImportChoices(), ImportPreviewTable()
        self.table.setMinimumHeight(_TABLE_HEIGHT)
        self.sources, self.keep_only = ImportSources(), KeepOnlyPanel()
        self.fold = Fold("keep_only", "Keep only…", self.keep_only)
        above: tuple[QWidget, ...] = (self._summary, self.obstacle, self.choices)
        below: tuple[QWidget, ...] = (self.sources, self.fold, self._notes, self._needs)
        for part in above:
            rows.addWidget(part)
        rows.addWidget(self.table, 1)
        for part in below:
            rows.addWidget(part)
        rows.addStretch(0)
        self.setWidget(page)

    def _head(self) -> QHBoxLayout:
        self._title, self._size = ElidedLabel(), ElidedLabel()
        self._title.setObjectName("import_title")
        self._size.setObjectName("import_size")
        set_role(self._title, "title")
        set_role(self._size, "weak")
        self._cancel = button("Cancel", "import_leave", "Leave these files alone; nothing is imported")
        self._import = button("Import", "import_start", "Import the files as they are read below", role="primary")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._size)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addLayout(words, 1)
        head.addWidget(self._cancel)
        head.addWidget(self._import)
        return head

    def _connect(self) -> None:
        self._cancel.clicked.connect(self.cancel_asked)
        self._import.clicked.connect(self.import_asked)
        self.fold.opened.connect(self.keep_only_opened)
