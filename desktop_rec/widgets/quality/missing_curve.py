"""What stands where the cold-start curve would be: why it is not there, and the button that draws it.

A part of Quality: show_words() in, judge_asked out.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from desktop_rec.item_models.quality.breakdown_words import breakdown_words
from desktop_rec.theme import GRID, set_role
from desktop_rec.widgets.naming import button, named

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
