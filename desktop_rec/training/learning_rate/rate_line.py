"""Vertical lines of the rate plot, to drag or as marks, and rows in which their names do not meet.

x is log10(rate); rows are counted from the top of the plot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from desktop_rec.theme.colours import Colours

ROW_GAP = 4.0
"""Pixels between names that stand in one row."""


class RateLine(pg.InfiniteLine):  # type: ignore[misc]
    """A line in the palette colour of that name, with words beside it."""

    def __init__(self, words: str, colour: str, *, movable: bool = False) -> None:
        super().__init__(angle=90, movable=movable, label=words)
        self._colour = colour
        self.label.setFont(small_font())
        self.label.textItem.document().setDocumentMargin(1.0)
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


def small_font() -> QFont:
    """The font of words inside a plot."""
    font = QFont()
    font.setPointSizeF(font.pointSizeF() - 1.0)
    return font


@dataclass(frozen=True)
class Place:
    """Where words stand: in a row counted from the top, left or right of their line."""

    row: int
    is_left: bool


Span = tuple[float, float]


def places_of(
    words: Sequence[tuple[float, float]], *, room: float, taken: Mapping[int, Sequence[Span]] = MappingProxyType({})
) -> list[Place]:
    """For words of lines at pixel x and so wide: the first free place of each, right of its line if it can be.

    room: how wide the plot is. taken: stretches of a row that other words have already.

    >>> places_of([(0, 50), (20, 50), (90, 20)], room=100)
    [Place(row=0, is_left=False), Place(row=1, is_left=False), Place(row=0, is_left=True)]
    """
    rows = {row: list(spans) for row, spans in taken.items()}
    found = []
    for x, width in words:
        place, span = _first_free(x, width, rows, room)
        rows.setdefault(place.row, []).append(span)
        found.append(place)
    return found


def _first_free(x: float, width: float, rows: Mapping[int, Sequence[Span]], room: float) -> tuple[Place, Span]:
    sides = [(is_left, span) for is_left, span in _sides(x, width) if span[0] >= 0 and span[1] <= room]
    for row in count():
        for is_left, span in sides or _sides(x, width)[:1]:
            if not any(_meet(span, other) for other in rows.get(row, ())):
                return Place(row, is_left), span
    raise AssertionError("some row is free")


def _sides(x: float, width: float) -> list[tuple[bool, Span]]:
    return [(False, (x, x + width)), (True, (x - width, x))]


def _meet(first: Span, second: Span) -> bool:
    return first[0] < second[1] + ROW_GAP and second[0] < first[1] + ROW_GAP
