"""The left column of a view: what can be set scrolls, the buttons below stay where they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_rec.theme import GRID, set_role


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
