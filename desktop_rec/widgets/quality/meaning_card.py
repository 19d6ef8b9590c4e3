"""What the figures mean, in plain words.

A part of Quality: show_meaning() in.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from desktop_rec.theme import GRID, set_role


class MeaningCard(QFrame):
    """A heading, and a paragraph for each sentence or two."""

    def __init__(self, heading: str = "What this means") -> None:
        super().__init__()
        self.setObjectName("meaning_card")
        set_role(self, "card")
        self._heading, self.words = QLabel(heading), QLabel()
        set_role(self._heading, "heading")
        self.words.setObjectName("meaning_words")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        column.setSpacing(6)
        column.addWidget(self._heading)
        column.addWidget(self.words)

    def show_meaning(self, sentences: Sequence[str], *, heading: str = "") -> None:
        """Say it; nothing to say hides the card."""
        if heading:
            self._heading.setText(heading)
        text = "\n\n".join(one for one in sentences if one)
        self.words.setText(text)
        self.words.setAccessibleName(f"{self._heading.text()}: {text}")
        self.setVisible(bool(text))
