"""The strip of figures over the curves: epoch 12 of 40 · best 0.412 at 9 · 3,120 people/s · 1:12 left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop_rec.theme import number_font
from desktop_rec.widgets.naming import named
from desktop_rec.widgets.repainter import Repainter

_SAY_EVERY_MS = 250
_NO_BREAK = "\u00a0"


class FiguresStrip(QLabel):
    """Short words with dots between; where the window is narrow the line breaks between figures, never inside one."""

    def __init__(self, name: str = "figures_strip") -> None:
        super().__init__()
        named(self, name, "Figures of the run")
        self.setToolTip("")
        self.setWordWrap(True)
        self.setFont(number_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._said: tuple[str, ...] = ()
        self.repainter = Repainter(self, self._say, interval_ms=_SAY_EVERY_MS)

    def show_figures(self, figures: Sequence[str]) -> None:
        """Show these, at most four times a second; empty ones are left out."""
        said = tuple(one for one in figures if one)
        if said != self._said:
            self._said = said
            self.repainter.mark()

    def _say(self) -> None:
        self.setText(f"{_NO_BREAK}· ".join(one.replace(" ", _NO_BREAK) for one in self._said))
        self.setAccessibleDescription(", ".join(self._said))
