"""Choice boxes that a scrolling wheel passes by: only a focused box is turned by the wheel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox


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
