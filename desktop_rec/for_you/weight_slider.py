"""A slider between two words, such as popular and hidden gems; says why where it cannot be moved.

A widget: `show_value` and `allow` in; `moved` (at each step) and `released` out.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGraphicsOpacityEffect, QGridLayout, QLabel, QSlider, QWidget

from desktop_rec.theme.theme import set_role

STEPS = 100
_FADED = 0.45


class WeightSlider(QWidget):
    """From 0 (the left word) to 1 (the right word). `moved` carries the value."""

    moved = Signal(float)
    released = Signal()

    def __init__(self, name: str, *, left: str, right: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip = tip
        self._build(name, left, right)
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderReleased.connect(self.released)

    @property
    def value(self) -> float:
        return self.slider.value() / STEPS

    def show_value(self, value: float) -> None:
        """Put the slider somewhere without saying that a person moved it."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(value * STEPS))
        self.slider.blockSignals(False)

    def allow(self, *, why_not: str = "") -> None:
        """Let it be moved, or not and say why."""
        self.slider.setEnabled(not why_not)
        self._fade.setEnabled(bool(why_not))
        self.setToolTip(why_not or self._tip)
        self.slider.setToolTip(why_not or self._tip)
        self.slider.setAccessibleDescription(why_not or self._tip)

    def _build(self, name: str, left: str, right: str) -> None:
        self._left, self._right = QLabel(left), QLabel(right)
        for label in (self._left, self._right):
            set_role(label, "caption")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(name)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(10)
        self.slider.setSingleStep(2)
        self.slider.setAccessibleName(f"From {left.lower()} to {right.lower()}")
        self._fade = QGraphicsOpacityEffect(self)
        self._fade.setOpacity(_FADED)
        self.setGraphicsEffect(self._fade)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._left, 0, 0)
        grid.addWidget(self._right, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        self.allow()

    def _on_value(self, value: int) -> None:
        self.moved.emit(value / STEPS)
