"""The right side of a search: which search is shown, its figures, its table, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_rec.common.controls import CalmComboBox, FlowLayout, button, named
from desktop_rec.common.panels import PlaceMessage, caption
from desktop_rec.common.plain import PlainLabel
from desktop_rec.theme.theme import GRID, set_role
from desktop_rec.training.choice_list import Choice
from desktop_rec.training.progress_parts import FiguresStrip
from desktop_rec.training.search.table import SearchTable, SearchTableContent
from engine.wording import said

_NOTHING = said(
    "One run for each combination of values, or so many as you say, drawn at random: all on "
    "the same people, compared by what none of them learned from. Each run becomes a line "
    "here as soon as it begins; a run that fails is noted and the search goes on."
)


class SearchProgress(QWidget):
    """search_chosen(search_id); open_asked(run_id or "" for the best); resume_asked, export_asked, delete_asked."""

    search_chosen = Signal(str)
    open_asked = Signal(str)
    resume_asked = Signal()
    export_asked = Signal()
    delete_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("search_progress")
        self._build()
        self._connect()

    def show_searches(self, choices: Sequence[Choice], *, chosen: str, can_choose: bool) -> None:
        """The searches over the open data set; without any the table gives way to a sentence."""
        self._stack.setCurrentWidget(self._shown if choices else self._empty)
        self._which.blockSignals(True)
        self._which.clear()
        for choice in choices:
            self._which.addItem(f"{choice.title}, {choice.sentence}", choice.key)
        self._which.choose(chosen)
        self._which.setEnabled(can_choose)
        self._which.blockSignals(False)

    def show_figures(self, figures: Sequence[str], words: str) -> None:
        """The strip, and below it a sentence on how it stands ("" for none)."""
        self._strip.show_figures(figures)
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def show_content(self, content: SearchTableContent) -> None:
        """The table."""
        self.table.show_content(content)

    def show_actions(self, *, can_resume: bool, can_open: bool, can_delete: bool, can_export: bool) -> None:
        """What can be done now."""
        self._resume.setVisible(can_resume)
        self._open.setEnabled(can_open)
        self._delete.setEnabled(can_delete)
        self._export.setEnabled(can_export)

    def _build(self) -> None:
        self.table, self._strip, self._words = SearchTable(), FiguresStrip("search_figures"), PlainLabel()
        self._words.setWordWrap(True)
        self._words.setObjectName("search_words")
        set_role(self._words, "weak")
        self._which = named(
            CalmComboBox(), "search_which", said("Search shown"), said("The searches over this data set")
        )
        self._resume = button(
            said("Resume"), "resume_search", said("Make the runs that are missing; what is done stays")
        )
        self._export = button(
            said("Export CSV…"), "export_search", said("Write the table as a CSV file, one row a run")
        )
        self._delete = button(
            said("Remove"), "delete_search", said("Take this search off the list; its runs stay"), role="quiet"
        )
        self._open = button(said("Open the best"), "open_best", said("Recommend with the model of the best run"))
        self._empty = PlaceMessage()
        self._empty.show_message(said("No search yet"), _NOTHING)
        self._shown = QWidget()
        self._actions = QWidget()
        flow = FlowLayout(self._actions, gap=GRID)
        for control in (self._open, self._resume, self._export, self._delete):
            flow.addWidget(control)
        column = QVBoxLayout(self._shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for part in (self._which, self._strip, self._words):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        column.addWidget(caption(said("A double click opens any run. A click on a heading sorts.")))
        column.addWidget(self._actions)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._shown)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        whole.addWidget(self._stack)

    def _connect(self) -> None:
        self._which.currentIndexChanged.connect(self._on_which)
        self._resume.clicked.connect(self.resume_asked)
        self._export.clicked.connect(self.export_asked)
        self._delete.clicked.connect(self.delete_asked)
        self._open.clicked.connect(self._on_open)
        self.table.run_opened.connect(self.open_asked)

    def _on_which(self) -> None:
        self.search_chosen.emit(str(self._which.currentData() or ""))

    def _on_open(self) -> None:
        self.open_asked.emit("")
