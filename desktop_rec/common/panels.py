"""What places are made of: a message in the middle, a card that pops up, a left column whose buttons stay in reach."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.controls import arranged, button, text_label
from desktop_rec.common.plain import set_tip
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
            set_tip(control, words)
            control.setVisible(bool(words))
        self._busy.setVisible(busy)
        self.setAccessibleName(f"{heading} {sentence}".strip())

    def _build(self) -> None:
        self.setObjectName("place_message")
        self.heading, self.sentence = text_label(role="heading", wraps=True), text_label(role="weak", wraps=True)
        for label in (self.heading, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = button("", "place_message_button", "", role="primary")
        self.second = button("", "place_message_second", "", role="quiet")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName("Working")
        box = QWidget()
        box.setMaximumWidth(_WIDTH)
        controls = (self._busy, self.button, self.second)
        column = arranged(QVBoxLayout(box), 2, self.heading, self.sentence, *controls, 3, gap=2 * GRID)
        for control in controls:
            column.setAlignment(control, Qt.AlignmentFlag.AlignHCenter)
        arranged(QHBoxLayout(self), 1, box, 1).setStretch(1, 100)


class Popup(QFrame):
    """A card that pops up; `column` takes what is in it."""

    def __init__(self, name: str, title: str, *, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName(name)
        self.setAccessibleName(title)
        set_role(self, "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        self.column.setSpacing(GRID)
        self._width = width

    def open_at(self, place: QPoint, *, focus: QWidget | None = None) -> None:
        """Show it at a point of the screen, all of it on the screen; `focus` gets the keys."""
        self.setFixedWidth(self._width)
        self.fit()
        free = (self.parentWidget() or self).screen().availableGeometry()
        left = max(free.left(), min(place.x(), free.right() - self.width()))
        self.move(left, max(free.top(), min(place.y(), free.bottom() - self.height())))
        self.show()
        if focus is not None:
            focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def fit(self) -> None:
        """Be as high as what is in it now, which may have grown since it was opened."""
        free = (self.parentWidget() or self).screen().availableGeometry()
        self.setFixedHeight(min(self._wanted_height(), free.height()))

    def _wanted_height(self) -> int:
        """All of what is in it; adjustSize would stop at two thirds of the screen."""
        self.ensurePolished()
        self.column.activate()
        if self.column.hasHeightForWidth():
            return self.column.totalHeightForWidth(self._width)
        return self.column.totalSizeHint().height()

    def open_under(self, button: QWidget, *, focus: QWidget | None = None) -> None:
        """Show it below a button."""
        self.open_at(button.mapToGlobal(QPoint(0, button.height() + 4)), focus=focus)


class SidePanel(QFrame):
    """`content` takes what scrolls, `footer` what is always in reach."""

    def __init__(self, name: str, title: str, *, width: int) -> None:
        super().__init__()
        self.setObjectName(name)
        set_role(self, "panel")
        self.setFixedWidth(width)
        inside = QWidget()
        heading = text_label(title, role="heading")
        self.content = arranged(
            QVBoxLayout(inside), heading, gap=GRID + 4, margins=(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        )
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self._scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.footer = arranged(QVBoxLayout(), margins=(2 * GRID, GRID, 2 * GRID, 2 * GRID))
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
    return text_label(words, role="caption", wraps=True)


def heading(words: str = "") -> QLabel:
    """The title of a card or a part of a page."""
    return text_label(words, role="heading")


def plain_text(words: str = "", *, role: str = "") -> QLabel:
    """Words that wrap and can be selected."""
    label = text_label(words, role=role, wraps=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
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


class TextGrid(QWidget):
    """Lines of texts in columns, the first column weak. Labels are made when they are needed, and kept.

    has_head: whether the first line is weak, too.
    """

    def __init__(self, *stretches: int, has_head: bool = False) -> None:
        super().__init__()
        self._columns, self._has_head = len(stretches), has_head
        self._labels: list[list[QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(4)
        for column, stretch in enumerate(stretches):
            self._grid.setColumnStretch(column, stretch)

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """What is shown."""
        return tuple(tuple(label.text() for label in labels) for labels in self._labels if not labels[0].isHidden())

    def show_lines(self, lines: Sequence[Sequence[str]], *, tips: Sequence[str] = ()) -> None:
        """Other lines; tips explain them."""
        while len(self._labels) < len(lines):
            self._add_line()
        for number, labels in enumerate(self._labels):
            is_shown = number < len(lines)
            for label, text in zip(labels, lines[number] if is_shown else [""] * self._columns, strict=True):
                label.setText(text)
                label.setVisible(is_shown)
            set_tip(labels[0], tips[number] if is_shown and tips else "")
            labels[-1].setAccessibleName(": ".join(lines[number]) if is_shown else "")

    def _add_line(self) -> None:
        row = len(self._labels)
        labels = [
            plain_text(role="weak" if column == 0 or (row == 0 and self._has_head) else "")
            for column in range(self._columns)
        ]
        labels[0].setWordWrap(self._has_head)
        for column, label in enumerate(labels):
            self._grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
        self._labels.append(labels)
