"""A head line that folds what is below it away: every knob beyond the default path waits in one of these."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget


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
