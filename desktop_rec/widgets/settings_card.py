"""A card of the settings: a heading, words, and what can be pressed at the right.

A part of the Settings view: show_words() in.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.theme import GRID, set_role


class SettingsCard(QFrame):
    """The controls belong to whoever made the card."""

    def __init__(self, name: str, heading: str, *controls: QWidget) -> None:
        super().__init__()
        self.setObjectName(f"settings_card_{name}")
        self.setAccessibleName(heading)
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        row.setSpacing(GRID)
        words = QVBoxLayout()
        words.setSpacing(2)
        title = QLabel(heading)
        set_role(title, "heading")
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self._words, "weak")
        words.addWidget(title)
        words.addWidget(self._words)
        row.addLayout(words, 1)
        for control in controls:
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_words(self, words: str) -> None:
        self._words.setText(words)
