"""What an import skipped: which line, what stood there, and why.

A part of the Data view: show_report() in, `save_asked` out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from desktop_rec.common.controls import button, named
from desktop_rec.common.plots.card import PlotTable, Table
from desktop_rec.theme.theme import GRID, number_font, set_role

_HEADINGS = ("Line", "What stands there", "Why it was skipped")
_ROW = 30
_MOST_SHOWN = 7


class ProblemsTable(PlotTable):
    """Texts stand at the left, the line number at the right."""

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return super().data(index)
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)


class ProblemsCard(QFrame):
    """A sentence on what was found while reading, and the skipped lines under it (none: no table).

    save_asked: the person wants the skipped lines as a file.
    """

    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "problems_card", "Problems of the import")
        self.setToolTip("")
        self.setProperty("role", "card")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        heading = QLabel("What was found while reading")
        set_role(heading, "heading")
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sentence.setObjectName("problems_sentence")
        set_role(self._sentence, "weak")
        self._model = ProblemsTable(self)
        self._table = named(QTableView(), "problems_table", "Lines that were skipped")
        self._table.setToolTip("")
        self._table.setModel(self._model)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(_ROW)
        self._table.setShowGrid(False)
        self._table.setFont(number_font(self.font()))
        self._save = button(
            "Save skipped lines…", "problems_save", "Write the skipped lines as CSV, with their reasons"
        )
        self._save.clicked.connect(self.save_asked)
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(self._save)
        rows.addLayout(head)
        rows.addWidget(self._sentence)
        rows.addWidget(self._table)

    def show_report(self, report: Mapping[str, Any]) -> None:
        """Say what an import's report says (see engine.data.importing.importer.ImportReport)."""
        self._sentence.setText("\n".join(report_sentences(report)))
        problems = report.get("problems") or ()
        several = len({_fields(one).get("file") for one in problems}) > 1
        self._model.show_table(Table(_HEADINGS, [_row(problem, several=several) for problem in problems]))
        self._table.setVisible(bool(problems))
        self._save.setVisible(bool(problems))
        self._table.setFixedHeight(_ROW * (min(_MOST_SHOWN, len(problems)) + 1) + 6)
        self._table.setColumnWidth(0, 224 if several else 96)
        self._table.setColumnWidth(1, 320)
        self._table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)


def report_sentences(report: Mapping[str, Any]) -> list[str]:
    """What a person should know of an import, one sentence a line."""
    said = []
    skipped: Mapping[str, int] = report.get("skipped") or {}
    total = sum(skipped.values())
    if total:
        reasons = ", ".join(f"{count:,} × {reason}" for reason, count in skipped.items())
        said.append(f"{total:,} of {report.get('rows', 0):,} lines were skipped: {reasons}.")
        listed = len(report.get("problems") or ())
        if 0 < listed < total:
            said[-1] += f" Listed here: the first {listed:,}."
    elif report:
        said.append(f"All {report.get('rows', 0):,} lines could be read.")
    return [*said, *(report.get("notes") or ())]


def _row(problem: Any, *, several: bool) -> tuple[str, str, str]:
    fields = _fields(problem)
    line = f"{fields['file']}: {fields['line']:,}" if several else f"{fields['line']:,}"
    return line, str(fields["text"]), str(fields["reason"])


def _fields(problem: Any) -> Mapping[str, Any]:
    return problem if isinstance(problem, Mapping) else vars(problem)
