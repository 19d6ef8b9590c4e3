"""One run by itself: its quality taken apart, and what it is and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop_rec.common.controls import button
from desktop_rec.common.panels import Card, ScrollPage, TextGrid, caption, heading
from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.models.breakdowns import HEIGHT, BreakdownPlot, breakdown_text, describe_breakdown
from desktop_rec.models.metric_grid import OneByOne
from desktop_rec.models.notes_card import NotesCard
from desktop_rec.models.settings_card import SettingsCard
from desktop_rec.theme.theme import GRID, set_role
from engine.wording import said

if TYPE_CHECKING:
    from engine.evaluation.breakdown import Breakdown

_TIP = said("Evaluate this run again, with the curve from few to many titles")
Pair = tuple["Breakdown", "Breakdown | None"]


class MissingCurve(Card):
    """Why there is no cold-start curve, and the button that makes one."""

    def __init__(self, evaluate_text: str) -> None:
        title = breakdown_text("cold start").heading
        super().__init__("missing_curve")
        self.setAccessibleName(title)
        caption_label, self.text = PlainLabel(title), PlainLabel()
        set_role(caption_label, "weak")
        self.text.setWordWrap(True)
        self.evaluate = button(evaluate_text, "evaluate_for_curve", _TIP)
        for part in (caption_label, self.text):
            self.column.addWidget(part)
        self.column.addWidget(self.evaluate, 0, Qt.AlignmentFlag.AlignLeft)

    def show_text(self, text: str) -> None:
        """Why there is no curve; hidden where there is nothing to say."""
        self.text.setText(text)
        self.setVisible(bool(text))

    def allow(self, may_evaluate: bool) -> None:
        """Whether nothing is in the way of an evaluation."""
        self.evaluate.setEnabled(may_evaluate)
        set_tip(self.evaluate, _TIP if may_evaluate else said("Another job is running; wait for it, or stop it first"))


class BreakdownCell(QWidget):
    """A breakdown's plot in its card, and a sentence below."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.plot, self._sentence = BreakdownPlot(f"{name}_plot"), caption()
        self._card = PlotCard(name, "", self.plot, self.plot.table)
        self._card.fit_to(HEIGHT)
        self.plot.pointed_at.connect(self._card.show_reading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GRID)
        column.setSpacing(4)
        column.addWidget(self._card)
        column.addWidget(self._sentence)

    def show_breakdown(self, breakdown: Breakdown, behind: Breakdown | None) -> None:
        """Draw it, with what is drawn behind it in grey."""
        self.plot.show_breakdown(breakdown, behind)
        self._card.show_title(breakdown_text(breakdown.name).heading)
        self._card.refresh_table()
        self._sentence.setText(describe_breakdown(breakdown))
        self.show()


class ModelPanel(ScrollPage):
    """Breakdowns above, drawn once they are looked at, and facts below. The first place is the cold-start curve's."""

    def __init__(self, *, evaluate_text: str) -> None:
        super().__init__("model_panel")
        self.missing, self._note = MissingCurve(evaluate_text), caption()
        self._cells: list[BreakdownCell] = []
        self._waiting: tuple[Pair, ...] = ()
        self._is_due = False
        self._grid, self.facts = QGridLayout(), TextGrid(0, 1)
        self._grid.setSpacing(GRID)
        for number in range(2):
            self._grid.setColumnStretch(number, 1)
        self._grid.addWidget(self.missing, 0, 0, Qt.AlignmentFlag.AlignTop)
        self.missing.hide()
        self.notes, self.settings = NotesCard(), SettingsCard()
        card = Card("run_facts")
        card.column.addWidget(heading(said("About this run")))
        card.column.addWidget(self.facts)
        self.column.addWidget(self._note)
        self.column.addLayout(self._grid)
        for part in (card, self.notes, self.settings):
            self.column.addWidget(part)
        self.column.addStretch(1)
        self._showing = OneByOne(self._show, self)

    @property
    def plots(self) -> tuple[BreakdownPlot, ...]:
        """The plots, in the order in which they are shown."""
        return tuple(cell.plot for cell in self._cells)

    def show_breakdowns(self, pairs: Sequence[Pair], *, note: str) -> None:
        """The breakdowns, each with what is drawn behind it; `note` says why there are none."""
        self._note.setText(note)
        self._note.setVisible(bool(note))
        for cell in self._cells[len(pairs) :]:
            cell.hide()
        if tuple(pairs) != self._waiting:
            self._waiting, self._is_due = tuple(pairs), True
            self._draw_if_seen()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw_if_seen()

    def show_missing_curve(self, text: str) -> None:
        """Why there is no cold-start curve, in its place; "" where there is one or can be none."""
        self.missing.show_text(text)
        for number in range(len(self._cells)):
            self._place(number)

    def _draw_if_seen(self) -> None:
        if self._is_due and self.isVisible():
            self._is_due = False
            self._showing.begin(len(self._waiting))

    def _show(self, number: int) -> None:
        if number == len(self._cells):
            self._cells.append(BreakdownCell(f"breakdown_{number}"))
            self._place(number)
        self._cells[number].show_breakdown(*self._waiting[number])

    def _place(self, number: int) -> None:
        """The first place of the grid belongs to the missing curve."""
        row, column = divmod(number + (not self.missing.isHidden()), 2)
        self._grid.addWidget(self._cells[number], row, column, Qt.AlignmentFlag.AlignTop)
