"""Cards of a data set's page: what is known of it, predicted ratings as files, and what its import skipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHeaderView, QLabel, QTableView, QWidget

from desktop_rec.common.controls import across, button, make_card, named, text_label
from desktop_rec.common.plain import plain_tip, set_tip
from desktop_rec.common.plots.card import PlotTable, Table
from desktop_rec.data.statistics_text import Fact
from desktop_rec.theme.theme import GRID, number_font
from engine.text import plural
from engine.wording import joined, said

_FACTS = ("scale", "unrated", "kept", "duplicates", "files", "layout", "titles_from", "imported", "memory", "disk")
_NO_RUN = said("Train a model that predicts ratings first, such as Factorisation.")
_BUSY = said("Wait for what is running, or stop it.")
_HEADINGS = (said("Line"), said("What is written there"), said("Why it was skipped"))
_ROW = 30
_MOST_SHOWN = 7


class FactsCard(QFrame):
    """A line for each fact there is; what there is nothing to say of takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rows = make_card(self, "facts_card", said("About this data set"))
        rows.addWidget(text_label(said("About this data set"), role="heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID * 2)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        self._lines = {name: _fact_line(grid, name) for name in _FACTS}
        rows.addLayout(grid)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """The facts of a data set."""
        known = {fact.name: fact for fact in facts}
        for name, (caption, text) in self._lines.items():
            fact = known.get(name)
            caption.setVisible(fact is not None)
            text.setVisible(fact is not None)
            if fact is not None:
                caption.setText(fact.caption)
                text.setText(fact.text)
                text.setAccessibleName(f"{fact.caption}: {fact.text}")


def _fact_line(grid: QGridLayout, name: str) -> tuple[QLabel, QLabel]:
    caption, text = text_label(role="weak"), text_label("", f"fact_{name}", wraps=True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row = grid.rowCount()
    grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(text, row, 1)
    return caption, text


class PredictionsCard(QFrame):
    """own_asked(run_id): answer the pairs of the data set's own file; pairs_asked(run_id): those of another file."""

    own_asked = Signal(str)
    pairs_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked, self._is_free = 0, True
        self._shown: tuple[tuple[str, str], ...] = ()
        self._about = text_label("", "predictions_words", role="weak", wraps=True)
        self._by, self._missing = (
            text_label(said("By"), role="weak"),
            text_label(_NO_RUN, "predictions_missing", role="weak"),
        )
        self._runs = named(
            QComboBox(), "predictions_run", said("The run that predicts"), said("Which of your runs predicts")
        )
        self._runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._write = button(
            said("Write predictions…"), "predictions_write", said("Write the ratings that the file asks for")
        )
        self._pairs = button(said("Rate a file of pairs…"), "predictions_pairs", said("Choose a file of pairs"))
        rows = make_card(self, "predictions_card", said("Predicted ratings"))
        rows.addWidget(text_label(said("Predicted ratings"), role="heading"))
        rows.addWidget(self._about)
        rows.addLayout(across(self._missing, self._by, self._runs, 1, self._write, self._pairs))
        self._write.clicked.connect(lambda: self.own_asked.emit(str(self._runs.currentData())))
        self._pairs.clicked.connect(lambda: self.pairs_asked.emit(str(self._runs.currentData())))

    def show_asked(self, pairs: int) -> None:
        """How many ratings the data set's own file asks for; 0 hides what belongs to that."""
        self._asked = pairs
        own = said(
            "The file of this data set asks for {ratings}: they are written one number a line, in its order.",
            ratings=plural(pairs, "rating"),
        )
        other = said("Or choose a file with the columns user and item, and get it back with a rating on each line.")
        only = said("Choose a file with the columns user and item, and get it back with a model's rating on each line.")
        self._about.setText(joined(own, other) if pairs else only)
        self._write.setVisible(bool(pairs))
        self._show_missing()

    def show_runs(self, runs: Sequence[tuple[str, str]], *, is_free: bool) -> None:
        """The runs that can predict, as (id, text), the best choice first; whether a job may start now."""
        self._is_free = is_free
        if tuple(runs) != self._shown:
            chosen = self._runs.currentData()
            self._shown = tuple(runs)
            self._runs.clear()
            for run_id, text in runs:
                self._runs.addItem(text, run_id)
            self._runs.setCurrentIndex(max(0, self._runs.findData(chosen)) if runs else -1)
        self._show_missing()

    def _show_missing(self) -> None:
        missing = _NO_RUN if not self._shown else "" if self._is_free else _BUSY
        self._missing.setVisible(not self._shown)
        self._runs.setVisible(bool(self._shown))
        self._by.setVisible(bool(self._shown))
        tips = (
            (
                self._write,
                said("Choose where, and write the {count:,} ratings that the file asks for", count=self._asked),
            ),
            (self._pairs, said("Choose a file of pairs, then where to write them with their ratings")),
        )
        for pressed, tip in tips:
            if missing and self.window().focusWidget() is pressed:
                # Else the focus would go on to the next part, and the page scroll there.
                self._runs.setFocus(Qt.FocusReason.OtherFocusReason)
            pressed.setEnabled(not missing)
            set_tip(pressed, missing or tip)


class ProblemsCard(QFrame):
    """A sentence on what was found while reading, and the skipped lines under it (none: no table).

    save_asked: the person wants the skipped lines as a file.
    """

    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = text_label("", "problems_sentence", role="weak", wraps=True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._model = ProblemsTable(self)
        self._table = named(QTableView(), "problems_table", said("Lines that were skipped"))
        set_tip(self._table, "")
        self._table.setModel(self._model)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(_ROW)
        self._table.setShowGrid(False)
        self._table.setFont(number_font(self.font()))
        tip = said("Write the skipped lines as CSV, with their reasons")
        self._save = button(said("Save skipped lines…"), "problems_save", tip)
        self._save.clicked.connect(self.save_asked)
        rows = make_card(self, "problems_card", said("Problems of the import"))
        rows.addLayout(across(text_label(said("What was found while reading"), role="heading"), 1, self._save))
        rows.addWidget(self._sentence)
        rows.addWidget(self._table)

    def show_report(self, report: Mapping[str, Any]) -> None:
        """Say what an import's report says (see engine.data.importing.options.ImportReport)."""
        self._sentence.setText("\n".join(report_sentences(report)))
        problems = report.get("problems") or ()
        several = len({_fields(problem).get("file") for problem in problems}) > 1
        self._model.show_table(Table(_HEADINGS, [_problem_row(problem, several=several) for problem in problems]))
        self._table.setVisible(bool(problems))
        self._save.setVisible(bool(problems))
        self._table.setFixedHeight(_ROW * (min(_MOST_SHOWN, len(problems)) + 1) + 6)
        self._table.setColumnWidth(0, 224 if several else 96)
        self._table.setColumnWidth(1, 320)
        self._table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)


class ProblemsTable(PlotTable):
    """Texts are at the left, the line number at the right."""

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(super().data(index))
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)


def report_sentences(report: Mapping[str, Any]) -> list[str]:
    """What a person should know of an import, one sentence a line."""
    sentences = []
    skipped: Mapping[str, int] = report.get("skipped") or {}
    total = sum(skipped.values())
    if total:
        reasons = ", ".join(f"{count:,} × {reason}" for reason, count in skipped.items())
        sentences.append(
            said(
                "{total:,} of {rows:,} lines were skipped: {reasons}.",
                total=total,
                rows=report.get("rows", 0),
                reasons=reasons,
            )
        )
        listed = len(report.get("problems") or ())
        if 0 < listed < total:
            sentences[-1] = joined(sentences[-1], said("Listed here: the first {listed:,}.", listed=listed))
    elif report:
        sentences.append(said("All {rows:,} lines could be read.", rows=report.get("rows", 0)))
    return [*sentences, *(report.get("notes") or ())]


def _problem_row(problem: Any, *, several: bool) -> tuple[str, str, str]:
    fields = _fields(problem)
    line = f"{fields['file']}: {fields['line']:,}" if several else f"{fields['line']:,}"
    return line, str(fields["text"]), str(fields["reason"])


def _fields(problem: Any) -> Mapping[str, Any]:
    return problem if isinstance(problem, Mapping) else vars(problem)
