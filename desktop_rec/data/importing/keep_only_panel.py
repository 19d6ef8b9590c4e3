"""Which entries of the files become the data set: repeats, and four rules, each with what remains after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import CalmComboBox, across, arranged, named, number_label, text_label
from desktop_rec.common.plain import set_tip
from desktop_rec.theme.theme import GRID, number_font
from engine.data.importing.options import Duplicates, Selection
from engine.wording import said

_EDITED_AFTER_MS = 150
"""So long after the last key a number counts as entered."""


@dataclass(frozen=True)
class Rule:
    """One rule: its text around the number, what is offered, and its name in a Selection."""

    key: str
    before: str
    after: str
    offered: int
    most: int
    off: int | None


RULES = (
    Rule("last_years", said("Only people active in the last"), said("years of the data"), 5, 200, None),
    Rule("most_titles", said("Only the"), said("most rated titles"), 6000, 10_000_000, None),
    Rule("least_per_title", said("Only titles with at least"), "ratings", 30, 1_000_000, 1),
    Rule("least_per_person", said("Only people with at least"), "ratings", 30, 1_000_000, 1),
)
"""In the order in which they apply, which is also that of the counts."""

_POLICIES: tuple[tuple[Duplicates, str], ...] = (
    ("last", said("the newest")),
    ("mean", said("their mean")),
    ("max", said("the highest")),
)


class KeepOnlyPanel(QWidget):
    """edited(Selection, Duplicates): the person says what to keep."""

    edited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keep_only")
        self._checks: dict[str, QCheckBox] = {}
        self._numbers: dict[str, QSpinBox] = {}
        self._counts: dict[str, QLabel] = {}
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_EDITED_AFTER_MS)
        self._build()
        self._settle.timeout.connect(self._report)
        self._policy.currentIndexChanged.connect(self._report)

    def show_selection(self, selection: Selection, duplicates: Duplicates) -> None:
        """The rules in force. A number that is off keeps what is offered. Says nothing to anyone."""
        if self._settle.isActive() or (selection, duplicates) == (self.selection(), self._policy.currentData()):
            return
        for rule in RULES:
            value = getattr(selection, rule.key)
            check, spin = self._checks[rule.key], self._numbers[rule.key]
            with QSignalBlocker(check), QSignalBlocker(spin):
                check.setChecked(value != rule.off)
                if value != rule.off:
                    spin.setValue(int(value))
            spin.setEnabled(check.isChecked())
        with QSignalBlocker(self._policy):
            self._policy.choose(duplicates)

    def show_times(self, *, has_times: bool) -> None:
        """Without times nobody can be kept for having been active lately."""
        check = self._checks["last_years"]
        check.setEnabled(has_times)
        set_tip(
            check,
            said("Keep whole histories of people who rated something in that time")
            if has_times
            else said("These files do not say when anything was rated"),
        )
        self._numbers["last_years"].setEnabled(has_times and check.isChecked())

    def show_counts(self, counts: Sequence[str]) -> None:
        """What remains after each rule, in their order; empty while nobody knows."""
        for at, rule in enumerate(RULES):
            label = self._counts[rule.key]
            label.setText(counts[at] if at < len(counts) else "")
            label.setVisible(self._checks[rule.key].isChecked())
        self._total.setText(said("What remains: {counts}", counts=counts[-1]) if counts else "")
        self._total.setVisible(bool(counts))

    def show_progress(self, step: str, share: float | None) -> None:
        """How far the rows are read for counting; "" when that is over."""
        for part in (self._step, self._bar):
            part.setVisible(bool(step))
        self._step.setText(step)
        self._bar.setRange(0, 0 if share is None else 1000)
        self._bar.setValue(round(1000 * (share or 0)))

    def selection(self) -> Selection:
        """The rules as they stand in the controls."""
        return Selection(
            **{
                rule.key: self._numbers[rule.key].value()
                for rule in RULES
                if self._checks[rule.key].isChecked() and self._checks[rule.key].isEnabled()
            }
        )

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(3, 1)
        for row, rule in enumerate(RULES):
            self._add_rule(grid, row, rule)
        self._step, self._total = number_label(role="caption"), number_label("keep_only_total")
        self._bar = named(QProgressBar(), "keep_only_bar", said("How far the rows are read for counting"))
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(GRID * 40)
        shown_later = (self._step, self._bar, self._total)
        arranged(QVBoxLayout(self), self._policy_row(), grid, *shown_later, margins=(GRID * 3, 0, 0, GRID))
        for part in shown_later:
            part.hide()

    def _policy_row(self) -> QHBoxLayout:
        label = text_label(said("Where somebody rated a title several times, keep"))
        tip = said("Which of several ratings of one person for one title counts")
        self._policy = named(CalmComboBox(), "keep_only_duplicates", label.text(), tip)
        for policy, text in _POLICIES:
            self._policy.addItem(text, policy)
        label.setBuddy(self._policy)
        return across(label, self._policy, 1)

    def _add_rule(self, grid: QGridLayout, row: int, rule: Rule) -> None:
        name = said("{before} {count:,} {after}", before=rule.before, count=rule.offered, after=rule.after)
        check = named(
            QCheckBox(rule.before),
            f"keep_{rule.key}",
            name,
            said("{before} so many {after}", before=rule.before, after=rule.after),
        )
        spin = named(
            QSpinBox(),
            f"keep_{rule.key}_number",
            said("{before} how many {after}", before=rule.before, after=rule.after),
        )
        spin.setRange(1, rule.most)
        spin.setGroupSeparatorShown(True)
        spin.setValue(rule.offered)
        spin.setEnabled(False)
        spin.setFont(number_font(spin.font()))
        spin.setMinimumWidth(GRID * 12)
        spin.lineEdit().setTextMargins(GRID - 2, 0, 0, 0)
        count = number_label(f"keep_{rule.key}_count", role="weak")
        self._checks[rule.key], self._numbers[rule.key], self._counts[rule.key] = check, spin, count
        for column, part in enumerate((check, spin, text_label(rule.after), count)):
            grid.addWidget(part, row, column)
        check.toggled.connect(self._on_checked)
        spin.valueChanged.connect(self._settle.start)

    def _on_checked(self) -> None:
        for rule in RULES:
            self._numbers[rule.key].setEnabled(self._checks[rule.key].isChecked())
            self._counts[rule.key].setVisible(self._checks[rule.key].isChecked())
        self._report()

    def _report(self) -> None:
        self._settle.stop()
        self.edited.emit(self.selection(), self._policy.currentData())
