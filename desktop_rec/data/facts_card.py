"""What is known of a data set besides its counts, a line each.

A part of the data set's page: show_facts() in.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.common.controls import ElidedLabel, named
from desktop_rec.data.statistics_text import Fact
from desktop_rec.theme.theme import GRID, number_font, set_role


class FigureCard(QFrame):
    """A caption, a big figure and a line under it."""

    def __init__(self, name: str, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"figure_{name}")
        self.setProperty("role", "card")
        self._caption, self._figure, self._note = QLabel(caption), QLabel(), ElidedLabel()
        set_role(self._caption, "weak")
        set_role(self._figure, "figure")
        set_role(self._note, "caption")
        self._figure.setFont(number_font(self._figure.font()))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        rows.setSpacing(2)
        for label in (self._caption, self._figure, self._note):
            rows.addWidget(label)

    def show_figure(self, figure: str, note: str = "", caption: str = "") -> None:
        """The number in words, what there is to say on it, and another caption where it has changed."""
        if caption:
            self._caption.setText(caption)
        self._figure.setText(figure)
        self._note.setText(note)
        self.setAccessibleName(f"{self._caption.text()}: {figure}, {note}")


_LINES = ("scale", "unrated", "kept", "duplicates", "files", "layout", "imported", "disk")


class FactsCard(QFrame):
    """A line for each fact there is; what there is nothing to say of takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "facts_card", "About this data set")
        self.setToolTip("")
        set_role(self, "card")
        heading = QLabel("About this data set")
        set_role(heading, "heading")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        rows.setSpacing(GRID)
        rows.addWidget(heading)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID * 2)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        self._lines = {name: _line(grid, name) for name in _LINES}
        rows.addLayout(grid)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """The facts of a data set."""
        known = {one.name: one for one in facts}
        for name, (caption, words) in self._lines.items():
            fact = known.get(name)
            caption.setVisible(fact is not None)
            words.setVisible(fact is not None)
            if fact is not None:
                caption.setText(fact.caption)
                words.setText(fact.words)
                words.setAccessibleName(f"{fact.caption}: {fact.words}")


def _line(grid: QGridLayout, name: str) -> tuple[QLabel, QLabel]:
    caption, words = QLabel(), QLabel()
    set_role(caption, "weak")
    words.setObjectName(f"fact_{name}")
    words.setWordWrap(True)
    words.setTextFormat(Qt.TextFormat.PlainText)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row = grid.rowCount()
    grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(words, row, 1)
    return caption, words
