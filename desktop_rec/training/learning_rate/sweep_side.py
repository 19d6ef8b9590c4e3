"""Beside the plot: what a sweep suggests, or why it suggests nothing, and the sweeps of the data set."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.common.panels import caption, heading
from desktop_rec.theme.theme import GRID
from desktop_rec.training.choice_list import Choice, ChoiceList
from desktop_rec.training.learning_rate import text
from desktop_rec.training.learning_rate.sweep_list import SweepLine, SweepList
from engine.text import format_rate
from engine.training.rate_sweep import RateSweep
from engine.wording import said

WIDTH = 216


class SweepSide(QWidget):
    """suggestion_chosen(kind): put the line there. sweep_chosen, sweep_ticked, sweep_removed: as of the list."""

    suggestion_chosen = Signal(str)
    sweep_chosen = Signal(str)
    sweep_ticked = Signal(str, bool)
    sweep_removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sweep_side")
        self.setFixedWidth(WIDTH)
        self._build()
        self._suggestions.chosen.connect(self.suggestion_chosen)
        self._sweeps.chosen.connect(self.sweep_chosen)
        self._sweeps.ticked.connect(self.sweep_ticked)
        self._sweeps.remove_asked.connect(self.sweep_removed)

    def hasHeightForWidth(self) -> bool:
        """No: the list takes whatever height is left, and the page around it scrolls only where that is too little."""
        return False

    def show_sweep(self, sweep: RateSweep | None) -> None:
        """What a sweep suggests, the chosen suggestion picked; or what can be done where it suggests nothing."""
        found = sweep.suggestions if sweep is not None else ()
        self._suggestions.show_choices(
            [Choice(mark.kind, mark.title, mark.sentence, format_rate(mark.lr)) for mark in found]
        )
        chosen = sweep.chosen if sweep is not None else None
        self.choose(chosen.kind if chosen is not None else None)
        self._suggestions.setVisible(bool(found))
        self._by_eye.setVisible(sweep is not None and not found)
        if sweep is not None:
            self._heading.setText(said("Suggestions") if found else text.outcome_heading(sweep))
        else:
            self._heading.setText(said("Suggestions come at the end"))

    def choose(self, kind: str | None) -> None:
        """Show that a suggestion is picked, or none; emits nothing."""
        self._suggestions.choose(kind)

    def show_lines(self, lines: Sequence[SweepLine], *, is_full: bool) -> None:
        """The sweeps of the data set."""
        self._sweeps.show_lines(lines, is_full=is_full)

    def _build(self) -> None:
        self._heading = heading(said("Suggestions"))
        self._heading.setObjectName("sweep_outcome")
        self._heading.setWordWrap(True)
        self._suggestions = ChoiceList("suggestions", said("Suggested learning rates"))
        self._by_eye = caption(text.BY_EYE)
        self._by_eye.setObjectName("sweep_by_eye")
        self._sweeps = SweepList()
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.setSpacing(GRID)
        for part in (self._heading, self._suggestions, self._by_eye):
            column.addWidget(part)
        column.addWidget(self._sweeps, 1)
