"""Small controls that all places use, and short ways to make labels, buttons, cards and rows of widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_rec.common.plain import PlainLabel, set_tip
from desktop_rec.theme.theme import GRID, number_font

Control = TypeVar("Control", bound=QWidget)
Box = TypeVar("Box", bound=QBoxLayout)
_ICON_GAP = 6


def named(control: Control, object_name: str, accessible_name: str, tooltip: str = "") -> Control:
    """The control itself, named. Without a tooltip of its own it shows the accessible name."""
    control.setObjectName(object_name)
    control.setAccessibleName(accessible_name)
    set_tip(control, tooltip or accessible_name)
    return control


def button(words: str, object_name: str, tooltip: str, *, role: str = "") -> QPushButton:
    """A push button with its words, its names and its role in the style sheet."""
    made = named(QPushButton(words), object_name, words, tooltip)
    if role:
        made.setProperty("role", role)
    return made


def announce(control: QWidget, words: str) -> None:
    """Let a screen reader say what just happened to a control."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(control, words))


def text_label(text: str = "", object_name: str = "", *, role: str = "", wraps: bool = False) -> QLabel:
    """A label with its name and its role in the style sheet. What it shows is plain text, never markup."""
    made = PlainLabel(text)
    made.setObjectName(object_name)
    made.setWordWrap(wraps)
    if role:
        made.setProperty("role", role)
    return made


def number_label(object_name: str = "", *, role: str = "", wraps: bool = False) -> QLabel:
    """A label whose figures are all equally wide."""
    made = text_label("", object_name, role=role, wraps=wraps)
    made.setFont(number_font(made.font()))
    return made


Part = QWidget | QLayout | int
"""What stands in a row: a widget, a row of its own, or a stretch."""


def arranged(layout: Box, *parts: Part, gap: int = GRID, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> Box:
    """A row or column of parts: `arranged(QHBoxLayout(), title, 1, save)` has Save at its right end."""
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addStretch(part)
    return layout


def across(*parts: Part, gap: int = GRID) -> QHBoxLayout:
    """Parts beside each other."""
    return arranged(QHBoxLayout(), *parts, gap=gap)


def below(*parts: Part, gap: int = GRID) -> QVBoxLayout:
    """Parts below each other."""
    return arranged(QVBoxLayout(), *parts, gap=gap)


def centred(parent: QWidget, card: QWidget) -> None:
    """A card in the middle of a view, a little above the half."""
    arranged(QVBoxLayout(parent), 2, across(1, card, 1), 3)


def make_card(card: QFrame, object_name: str, title: str) -> QVBoxLayout:
    """Name a frame and draw it as a card; its column, still empty."""
    named(card, object_name, title)
    set_tip(card, "")
    card.setProperty("role", "card")
    return arranged(QVBoxLayout(card), margins=(GRID * 2, GRID + 4, GRID * 2, GRID + 4))


def scrolled_page(area: QScrollArea, object_name: str) -> QVBoxLayout:
    """Let an area scroll a whole page of a place; the page's column."""
    area.setObjectName(object_name)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    page = QWidget()
    page.setProperty("role", "page")
    area.setWidget(page)
    return arranged(QVBoxLayout(page), gap=GRID * 2, margins=(GRID * 3, GRID * 2, GRID * 3, GRID * 3))


class CalmComboBox(QComboBox):
    """A combo box for long, scrolled columns; it may be narrower than its longest entry, which then ends in dots."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @property
    def fitting_text(self) -> str:
        """What is written in the box: its entry, cut with dots where that has no room."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        kind, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(kind, option, part, self).width()
        room -= 0 if self.itemIcon(self.currentIndex()).isNull() else self.iconSize().width() + _ICON_GAP
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.fitting_text
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def choose(self, value: object) -> bool:
        """Choose the entry that stands for a value; False where there is none."""
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)
        return index >= 0


class ElidedLabel(PlainLabel):
    """Takes whatever width there is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        set_tip(self, text)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fitting = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(self.alignment()) | int(Qt.TextFlag.TextSingleLine), fitting)


class FlowLayout(QLayout):
    """Left to right, then the next line. Hidden widgets take no room."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, place: int) -> QLayoutItem | None:
        return self._items[place] if 0 <= place < len(self._items) else None

    def takeAt(self, place: int) -> QLayoutItem | None:
        return self._items.pop(place) if 0 <= place < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._place(area, is_trial=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, area: QRect, *, is_trial: bool) -> int:
        """Put every item at its place (or only see how high that becomes); returns the height."""
        left, top, line = area.left(), area.top(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if left > area.left() and left + size.width() > area.right() + 1:
                left, top, line = area.left(), top + line + self._gap, 0
            if not is_trial:
                item.setGeometry(QRect(QPoint(left, top), size))
            left += size.width() + self._gap
            line = max(line, size.height())
        return top + line - area.top()


class Fold(QWidget):
    """Folded at first; says `opened` when it is unfolded. The arrow is the style's own, sharp at any scale."""

    opened = Signal()

    def __init__(self, name: str, words: str, content: QWidget) -> None:
        super().__init__()
        self.setObjectName(f"{name}_fold")
        self.content = content
        self._button = QToolButton()
        self._button.setObjectName(f"{name}_fold_button")
        self._button.setText(words)
        self._button.setAccessibleName(words)
        set_tip(self._button, f"Show or hide: {words.lower()}")
        self._button.setCheckable(True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setArrowType(Qt.ArrowType.RightArrow)
        self._button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(content)
        content.hide()
        self._button.toggled.connect(self._turn)

    @property
    def is_open(self) -> bool:
        return self._button.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self._button.setChecked(is_open)

    def _turn(self, is_open: bool) -> None:
        self._button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.content.setVisible(is_open)
        if is_open:
            self.opened.emit()
