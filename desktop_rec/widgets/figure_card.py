"""One number in a card: what it counts, the number, and a word on it.

A part of views: show_figure() in.
"""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop_rec.theme import GRID, number_font, set_role
from desktop_rec.widgets.elided_label import ElidedLabel


class FigureCard(QFrame):
    """A caption, a big figure and a line under it."""

    def __init__(self, name: str, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"figure_{name}")
        self.setProperty("role", "card")
        self._caption, self._figure, self._note = QLabel(caption), QLabel(), ElidedLabel()
        set_role(self._caption, "weak")
        set_role(self._figure, "figure")
        set_role(self._note, "caption")
        self._figure.setFont(number_font(self._figure.font()))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID * 2, GRID + 4, GRID * 2, GRID + 4)
        rows.setSpacing(2)
        for label in (self._caption, self._figure, self._note):
            rows.addWidget(label)

    def show_figure(self, figure: str, note: str = "", caption: str = "") -> None:
        """The number in words, what there is to say on it, and another caption where it has changed."""
        if caption:
            self._caption.setText(caption)
        self._figure.setText(figure)
        self._note.setText(note)
        self.setAccessibleName(f"{self._caption.text()}: {figure}, {note}")
