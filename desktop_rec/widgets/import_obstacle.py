"""What stands in the way of an import: one sentence, what to do, and the button that does it.

A part of the import page: show_words() in, signals out.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_rec.theme import GRID, set_role
from desktop_rec.widgets.naming import button


@dataclass(frozen=True)
class ObstacleWords:
    """`is_personal`: the file belongs to a person's own ratings, and can be added there."""

    sentence: str
    remedy: str
    is_personal: bool = False


class ImportObstacle(QFrame):
    """add_asked: add the file to my ratings. file_asked: choose another."""

    add_asked = Signal()
    file_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_obstacle")
        set_role(self, "card")
        self._sentence, self._remedy = QLabel(), QLabel()
        self._sentence.setObjectName("import_obstacle_sentence")
        set_role(self._remedy, "weak")
        self._add = button(
            "Add to my ratings", "import_add_to_mine", "Add what this file says to your own ratings, in For you"
        )
        self._other = button("Open another file…", "import_other_file", "Choose another ratings file (Ctrl+O)")
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._sentence, self._remedy):
            label.setWordWrap(True)
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        row.setSpacing(GRID)
        row.addLayout(words, 1)
        row.addWidget(self._add)
        row.addWidget(self._other)
        self._add.clicked.connect(self.add_asked)
        self._other.clicked.connect(self.file_asked)
        self.hide()

    def show_words(self, words: ObstacleWords | None) -> None:
        """Say it; None hides it."""
        self.setVisible(words is not None)
        if words is None:
            return
        self._sentence.setText(words.sentence)
        self._remedy.setText(words.remedy)
        self._remedy.setVisible(bool(words.remedy))
        self._add.setVisible(words.is_personal)
        set_role(self._add, "primary" if words.is_personal else "")
        self.setAccessibleName(f"{words.sentence} {words.remedy}".strip())
