"""An upright line on a plot with words beside it: a suggestion, or the line that a person drags."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt

from desktop_rec.theme import Colours

_TOP, _ROW, _ROWS = 0.84, 0.07, 4


class RateLine(pg.InfiniteLine):  # type: ignore[misc]
    """A line in the palette colour of that name; the words stand at `height` (0..1) of the plot."""

    def __init__(self, words: str, colour: str, *, movable: bool = False, height: float = 0.985) -> None:
        super().__init__(angle=90, movable=movable, label=words)
        self._colour = colour
        self.label.setPosition(height)
        self.turn_words(to_left=False)
        self.setZValue(20 if movable else 10)
        if movable:
            self.setCursor(Qt.CursorShape.SizeHorCursor)

    def turn_words(self, *, to_left: bool) -> None:
        """On which side of the line the words stand."""
        anchor = (1, 0) if to_left else (0, 0)
        self.label.anchors = [anchor, anchor]
        self.label.updatePosition()

    def say(self, words: str) -> None:
        """Other words beside the line."""
        self.label.setFormat(words)

    def recolour(self, colours: Colours) -> None:
        """Take the palette's colours; a mark is dashed and thin, the line to drag is solid."""
        colour = getattr(colours, self._colour)
        style = Qt.PenStyle.SolidLine if self.movable else Qt.PenStyle.DashLine
        self.setPen(pg.mkPen(colour, width=2 if self.movable else 1, style=style))
        self.setHoverPen(pg.mkPen(colours.accent, width=3))
        self.label.setColor(colour)
        self.label.fill = pg.mkBrush(colours.raised)
        self.label.update()


def staggered(positions: Sequence[float], *, width: float) -> list[float]:
    """Heights (0..1 of the plot) for the names of ascending positions, so that near ones stand below each other."""
    heights: list[float] = []
    row = 0
    for index, position in enumerate(positions):
        near = index > 0 and position - positions[index - 1] < width
        row = (row + 1) % _ROWS if near else 0
        heights.append(_TOP - row * _ROW)
    return heights
