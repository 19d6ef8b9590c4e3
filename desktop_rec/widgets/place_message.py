"""What a place says while it has nothing to show: one sentence, what to do, and the button that does it.

A widget: `show_message` in, `pressed` and `second_pressed` out.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop_rec.theme import GRID, set_role

_WIDTH = 420


class PlaceMessage(QWidget):
    """A sentence in the middle of a place. `pressed` says that its button was pressed."""

    pressed = Signal()
    second_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self.button.clicked.connect(self.pressed)
        self.second.clicked.connect(self.second_pressed)

    def show_message(
        self, heading: str, sentence: str, *, button: str = "", second: str = "", busy: bool = False
    ) -> None:
        """Say something. `button` and the quieter `second` are verbs ("" for none); `busy`: work is going on."""
        self.heading.setText(heading)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        for control, words in ((self.button, button), (self.second, second)):
            control.setText(words)
            control.setAccessibleName(words)
            control.setToolTip(words)
            control.setVisible(bool(words))
        self._busy.setVisible(busy)
        self.setAccessibleName(f"{heading} {sentence}".strip())

    def _build(self) -> None:
        self.setObjectName("place_message")
        self.heading, self.sentence = QLabel(), QLabel()
        set_role(self.heading, "heading")
        set_role(self.sentence, "weak")
        for label in (self.heading, self.sentence):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton()
        self.button.setObjectName("place_message_button")
        set_role(self.button, "primary")
        self.second = QPushButton()
        self.second.setObjectName("place_message_second")
        set_role(self.second, "quiet")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName("Working")
        box = QWidget()
        box.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setSpacing(2 * GRID)
        column.addStretch(2)
        column.addWidget(self.heading)
        column.addWidget(self.sentence)
        for one in (self._busy, self.button, self.second):
            column.addWidget(one, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(box, 100)
        row.addStretch(1)
