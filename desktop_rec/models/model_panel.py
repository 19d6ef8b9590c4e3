"""One run by itself: what it is and how it went, and its quality taken apart.

A part of Quality: show_facts(), show_breakdowns() and show_missing_curve() in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.common.controls import button, named
from desktop_rec.common.panels import caption
from desktop_rec.common.plots.card import PlotCard
from desktop_rec.models.breakdown_plot import HEIGHT, BreakdownPlot
from desktop_rec.models.breakdown_text import breakdown_words, sentence_below
from desktop_rec.models.metric_grid import OneByOne
from desktop_rec.theme.theme import GRID, set_role

if TYPE_CHECKING:
    from engine.evaluation.breakdown import Breakdown


_TIP = "Judge this run again, with the curve from few to many titles"


class MissingCurve(QFrame):
    """judge_asked: the person wants the curve."""

    judge_asked = Signal()

    def __init__(self, words: str) -> None:
        """`words` are the button's."""
        super().__init__()
        words_of = breakdown_words("cold start")
        named(self, "missing_curve", words_of.heading)
        self.setToolTip("")
        set_role(self, "card")
        heading, self.words = QLabel(words_of.heading), QLabel()
        set_role(heading, "weak")
        self.words.setObjectName("missing_curve_words")
        self.words.setWordWrap(True)
        self.judge = button(words, "judge_for_curve", _TIP)
        self.judge.clicked.connect(self.judge_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(heading)
        column.addWidget(self.words)
        column.addWidget(self.judge, 0, Qt.AlignmentFlag.AlignLeft)

    def show_words(self, words: str) -> None:
        """Why there is no curve; hidden where there is nothing to say."""
        self.words.setText(words)
        self.setVisible(bool(words))

    def let_judge(self, may: bool) -> None:
        """Whether nothing is in the way of judging."""
        self.judge.setEnabled(may)
        self.judge.setToolTip(_TIP if may else "Another job is running; wait for it, or stop it first")


Pair = tuple["Breakdown", "Breakdown | None"]


class ModelPanel(QScrollArea):
    """Breakdowns above, facts below. The first place is the cold-start curve's, or says why it is missing."""

    def __init__(self, *, judge_words: str) -> None:
        super().__init__()
        self.missing = MissingCurve(judge_words)
        self.plots: list[BreakdownPlot] = []
        self._cells: list[QWidget] = []
        self._cards: list[PlotCard] = []
        self._sentences: list[QLabel] = []
        self._facts: list[tuple[QLabel, QLabel]] = []
        self._waiting: tuple[Pair, ...] = ()
        self._build()
        self._showing = OneByOne(self._show, self)

    def show_breakdowns(self, pairs: Sequence[Pair], *, note: str) -> None:
        """The breakdowns, each with what stands behind it; `note` says why there are none."""
        self._note.setText(note)
        self._note.setVisible(bool(note))
        for cell in self._cells[len(pairs) :]:
            cell.hide()
        if tuple(pairs) == self._waiting:
            return
        self._waiting = tuple(pairs)
        self._showing.begin(len(pairs))

    def show_missing_curve(self, words: str) -> None:
        """Why there is no cold-start curve, in its place; "" where there is one or can be none."""
        self.missing.show_words(words)
        for number in range(len(self._cells)):
            self._put(number)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """What is known of the run, a line each."""
        while len(self._facts) < len(facts):
            self._add_fact()
        for place, (label, words) in enumerate(self._facts):
            for one in (label, words):
                one.setVisible(place < len(facts))
            if place < len(facts):
                label.setText(facts[place][0])
                words.setText(facts[place][1])
                words.setAccessibleName(": ".join(facts[place]))

    def _show(self, place: int) -> None:
        breakdown, behind = self._waiting[place]
        if place == len(self.plots):
            self._make_cell()
        words = breakdown_words(breakdown.name)
        self.plots[place].show_breakdown(breakdown, behind)
        self._cards[place].show_title(words.heading)
        self._cards[place].refresh_table()
        self._sentences[place].setText(sentence_below(breakdown))
        self._cells[place].show()

    def _make_cell(self) -> None:
        number = len(self.plots)
        cell, sentence = QWidget(), caption()
        plot = BreakdownPlot(f"breakdown_{number}_plot")
        card = PlotCard(f"breakdown_{number}", "", plot, plot.table)
        card.fit_to(HEIGHT)
        plot.pointed_at.connect(card.show_reading)
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, GRID)
        column.setSpacing(4)
        column.addWidget(card)
        column.addWidget(sentence)
        self.plots.append(plot)
        self._cards.append(card)
        self._cells.append(cell)
        self._sentences.append(sentence)
        self._put(number)

    def _put(self, number: int) -> None:
        """Give a breakdown its place in the grid."""
        row, column = divmod(number + (0 if self.missing.isHidden() else 1), 2)
        self._grid.addWidget(self._cells[number], row, column, Qt.AlignmentFlag.AlignTop)

    def _add_fact(self) -> None:
        label, words = QLabel(), QLabel()
        set_role(label, "weak")
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = len(self._facts)
        self._facts_grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._facts_grid.addWidget(words, row, 1)
        self._facts.append((label, words))

    def _build(self) -> None:
        self.setObjectName("model_panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        inside, card = QWidget(), QFrame()
        set_role(inside, "page")
        set_role(card, "card")
        self._grid, self._facts_grid = QGridLayout(), QGridLayout()
        self._grid.setSpacing(GRID)
        for number in range(2):
            self._grid.setColumnStretch(number, 1)
        self._facts_grid.setHorizontalSpacing(2 * GRID)
        self._facts_grid.setVerticalSpacing(4)
        self._facts_grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.missing, 0, 0, Qt.AlignmentFlag.AlignTop)
        self.missing.hide()
        heading, self._note = QLabel("About this run"), caption()
        set_role(heading, "heading")
        facts = QVBoxLayout(card)
        facts.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        facts.setSpacing(GRID)
        facts.addWidget(heading)
        facts.addLayout(self._facts_grid)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, GRID, GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self._note)
        column.addLayout(self._grid)
        column.addWidget(card)
        column.addStretch(1)
        self.setWidget(inside)
