"""Runs of different splits on the same people: which to compare, and what was found, or why it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from desktop_rec.common.controls import CalmComboBox, button, named
from desktop_rec.common.panels import Card, TextGrid, caption, heading
from engine.evaluation.metrics import describe_metric, metric_title
from engine.text import format_figure
from engine.wording import said

if TYPE_CHECKING:
    from engine.operations import SamePeople

_METRICS = ("ndcg@100", "recall@20", "rmse", "mae")
_ABOUT = said(
    "These learned from different people and ratings, so their figures cannot stand side by "
    "side. What neither has learned from is held against both."
)


class SameCard(Card):
    """asked(run_id): the chosen run is to be compared with that one on the same people."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__("same_card")
        self._others: tuple[tuple[str, str], ...] = ()
        self.box = named(CalmComboBox(), "same_other", said("With"), said("A run that was evaluated on other people"))
        self.go = button(
            said("Compare on the same people"),
            "compare_same",
            said("Evaluate both on ratings that neither has learned from; nothing is stored"),
        )
        self.note, self._grid = caption(_ABOUT), TextGrid(1, 1, 1, 2, has_head=True)
        self.note.setObjectName("same_note")
        row = QHBoxLayout()
        row.addWidget(self.box, 1)
        row.addWidget(self.go)
        self.column.addWidget(heading(said("Beside runs that were evaluated on other people")))
        self.column.addLayout(row)
        self.column.addWidget(self.note)
        self.column.addWidget(self._grid)
        self.go.clicked.connect(self._ask)

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """What was found, the head line first."""
        return self._grid.lines

    def show_others(self, others: Sequence[tuple[str, str]]) -> None:
        """The runs of other groups as (id, title); without any the card is hidden."""
        self.setVisible(bool(others))
        if tuple(others) == self._others:
            return
        self._others = tuple(others)
        former = self.box.currentData()
        self.box.clear()
        for run_id, title in others:
            self.box.addItem(title, run_id)
        self.box.choose(former)

    def forget(self) -> None:
        """Another run was chosen: what was found was of the former one."""
        self._grid.show_lines([])
        self.note.setText(_ABOUT)
        self.go.setEnabled(True)

    def show_note(self, note: str) -> None:
        """Why there is nothing to show."""
        self.go.setEnabled(True)
        self._grid.show_lines([])
        self.note.setText(note)

    def show_found(self, found: SamePeople, titles: Sequence[str]) -> None:
        """What was found of the runs with these titles, in the order in which they were asked for."""
        lines = same_lines(found, titles)
        self.show_note(found.words if lines else said("Nothing could be measured of both."))
        self._grid.show_lines(lines, tips=["", *(describe_metric(name) for name in _shared(found))] if lines else [])

    def _ask(self) -> None:
        run_id = self.box.currentData()
        if run_id:
            self.go.setEnabled(False)
            self.note.setText(said("Evaluating both on what neither has learned from …"))
            self.asked.emit(str(run_id))


def same_lines(found: SamePeople, titles: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """A line for each figure that both have, and whether they can be told apart."""
    from engine.evaluation.result import describe_difference, differences

    if len(found.results) < len(titles):
        return ()
    mine, other = list(found.results.values())[:2]
    names = _shared(found)
    apart = differences(mine, other, metrics=[name for name in names if name in mine.per_person])
    lines = [("", titles[0], titles[1], "")]
    for name in names:
        figures = (format_figure(mine.metrics[name].value), format_figure(other.metrics[name].value))
        words = describe_difference(name, apart[name], titles[1]) if name in apart else ""
        lines.append((metric_title(name), *figures, words))
    return tuple(lines) if names else ()


def _shared(found: SamePeople) -> list[str]:
    return [name for name in _METRICS if all(name in result.metrics for result in found.results.values())]
