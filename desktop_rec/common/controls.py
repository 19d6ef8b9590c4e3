"""Small controls that every place uses: named buttons and labels, layouts, and a fold for what is rarely needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

Control = TypeVar("Control", bound=QWidget)


def named(control: Control, object_name: str, accessible_name: str, tooltip: str = "") -> Control:
    """The control itself, named. Without a tooltip of its own it shows the accessible name."""
    control.setObjectName(object_name)
    control.setAccessibleName(accessible_name)
    control.setToolTip(tooltip or accessible_name)
    return control


def button(words: str, object_name: str, tooltip: str, *, role: str = "") -> QPushButton:
    """A push button with its words, its names and its role in the style sheet."""
    made = named(QPushButton(words), object_name, words, tooltip)
    if role:
        made.setProperty("role", role)
    return made


def label(words: str = "", *, role: str = "", name: str = "", wraps: bool = False) -> QLabel:
    """Words with their role in the style sheet."""
    made = QLabel(words)
    made.setObjectName(name)
    made.setWordWrap(wraps)
    if role:
        made.setProperty("role", role)
    return made


Box = TypeVar("Box", bound=QBoxLayout)


def filled(box: Box, *parts: QWidget | QLayout | int, spacing: int = -1, margins: Sequence[int] = (0, 0, 0, 0)) -> Box:
    """A row or column with these parts in it; a number is empty room that stretches so much."""
    box.setContentsMargins(*margins)
    if spacing >= 0:
        box.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            box.addStretch(part)
        elif isinstance(part, QLayout):
            box.addLayout(part)
        else:
            box.addWidget(part)
    return box


class CalmComboBox(QComboBox):
    """A combo box for long, scrolled columns; it may be narrower than its longest entry."""

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

    def choose(self, value: object) -> bool:
        """Choose the entry that stands for a value; False where there is none."""
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)
        return index >= 0


class ElidedLabel(QLabel):
    """Takes whatever width there is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

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
        self._button.setToolTip(f"Show or hide: {words.lower()}")
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
