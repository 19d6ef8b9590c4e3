"""Vertical lines of the rate plot, to drag or as marks, and rows in which their names do not meet.

x is log10(rate); rows are counted from the top of the plot.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt

from desktop_rec.theme.colours import Colours

ROW_GAP = 4.0
"""Pixels between names that stand in one row."""


class RateLine(pg.InfiniteLine):  # type: ignore[misc]
    """A line in the palette colour of that name, with words beside it."""

    def __init__(self, words: str, colour: str, *, movable: bool = False) -> None:
        super().__init__(angle=90, movable=movable, label=words)
        self._colour = colour
        self.setZValue(20 if movable else 10)
        if movable:
            self.setCursor(Qt.CursorShape.SizeHorCursor)

    def show_words(self, words: str) -> None:
        """Other words beside the line."""
        self.label.setFormat(words)

    @property
    def words_size(self) -> tuple[float, float]:
        """Width and height of the words in pixels."""
        area = self.label.boundingRect()
        return float(area.width()), float(area.height())

    def place_words(self, *, top: float, height: float, is_left: bool) -> None:
        """Put the words so many pixels below the top of a plot of that height, left or right of the line."""
        anchor = (1, 0) if is_left else (0, 0)
        self.label.anchors = [anchor, anchor]
        self.label.setPosition(1.0 - top / max(1.0, height))
        self.label.updatePosition()

    def recolour(self, colours: Colours) -> None:
        """Take the palette's colours; a mark is dashed and thin, the line to drag is solid."""
        colour = getattr(colours, self._colour)
        style = Qt.PenStyle.SolidLine if self.movable else Qt.PenStyle.DashLine
        self.setPen(pg.mkPen(colour, width=2 if self.movable else 1, style=style))
        self.setHoverPen(pg.mkPen(colours.accent, width=3))
        self.label.setColor(colour)
        self.label.fill = pg.mkBrush(colours.raised)
        self.label.update()


def is_left_of_line(x: float, *, width: float, room: float) -> bool:
    """Whether words stand left of a line at pixel x, because the plot, `room` wide, ends too soon for them."""
    return x + width > room and x - width >= 0


def rows_of(spans: Sequence[tuple[float, float]]) -> list[int]:
    """For stretches of pixels one after the other: the first row in which each meets none of the former ones.

    >>> rows_of([(0, 50), (20, 70), (60, 90), (65, 95)])
    [0, 1, 0, 2]
    """
    rows: list[list[tuple[float, float]]] = []
    found = []
    for left, right in spans:
        free = (row for row, taken in enumerate(rows) if not any(_meet((left, right), other) for other in taken))
        row = next(free, len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append((left, right))
        found.append(row)
    return found


def _meet(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return first[0] < second[1] + ROW_GAP and second[0] < first[1] + ROW_GAP
