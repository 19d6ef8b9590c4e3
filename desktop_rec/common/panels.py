"""The left column of a view: what can be set scrolls, the buttons below stay where they are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.theme.theme import GRID, set_role

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


class SidePanel(QFrame):
    """`content` takes what scrolls, `footer` what is always in reach."""

    def __init__(self, name: str, title: str, *, width: int) -> None:
        super().__init__()
        self.setObjectName(name)
        set_role(self, "panel")
        self.setFixedWidth(width)
        inside = QWidget()
        self.content = QVBoxLayout(inside)
        self.content.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        self.content.setSpacing(GRID + 4)
        heading = QLabel(title)
        set_role(heading, "heading")
        self.content.addWidget(heading)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self._scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.footer = QVBoxLayout()
        self.footer.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        self.footer.setSpacing(GRID)
        self.rule = QFrame()
        set_role(self.rule, "line")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self.rule)
        whole.addLayout(self.footer)

    def scroll_to(self, widget: QWidget) -> None:
        """Bring a part of the content into sight."""
        self._scroll.ensureWidgetVisible(widget)


def caption(words: str = "") -> QLabel:
    """Weak, small words that wrap."""
    label = QLabel(words)
    label.setWordWrap(True)
    set_role(label, "caption")
    return label


def heading(words: str = "") -> QLabel:
    """The title of a card or a part of a page."""
    label = QLabel(words)
    set_role(label, "heading")
    return label


def plain_text(words: str = "", *, role: str = "") -> QLabel:
    """Words that wrap and can be selected; names and titles in them are never read as markup."""
    label = QLabel(words)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        set_role(label, role)
    return label


class Card(QFrame):
    """A raised frame; `column` takes its content."""

    def __init__(self, name: str, *, spacing: int = GRID) -> None:
        super().__init__()
        self.setObjectName(name)
        set_role(self, "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        self.column.setSpacing(spacing)


class ScrollPage(QScrollArea):
    """A page that scrolls; `column` takes its parts."""

    def __init__(self, name: str, *, spacing: int = GRID) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        set_role(inside, "page")
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, GRID, GRID, 2 * GRID)
        self.column.setSpacing(spacing)
        self.setWidget(inside)
