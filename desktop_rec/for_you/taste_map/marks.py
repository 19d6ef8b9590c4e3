"""The signs that stand over the points of the map: mine, saved, recommended, each of its own shape."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from desktop_rec.theme.theme import THEME

SIZE = 14


class Mark(Enum):
    """A dot with a ring for what I have seen, a diamond for what I saved, a ring for what the list recommends."""

    MINE = "mine"
    SAVED = "saved"
    RECOMMENDED = "recommended"


def mark_pixmap(mark: Mark, ratio: float) -> QPixmap:
    """A mark in the colours in force, SIZE to SIZE."""
    return _drawn(mark, ratio, THEME.dark)


@lru_cache(maxsize=32)
def _drawn(mark: Mark, ratio: float, dark: bool) -> QPixmap:
    made = QPixmap(round(SIZE * ratio), round(SIZE * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter, now, middle = QPainter(made), THEME.colours, SIZE / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    match mark:
        case Mark.MINE:
            painter.setPen(QPen(QColor(now.raised), 1.5))
            painter.setBrush(QColor(now.text))
            painter.drawEllipse(QRectF(middle - 4, middle - 4, 8, 8))
        case Mark.SAVED:
            painter.setPen(QPen(QColor(now.raised), 1.5))
            painter.setBrush(QColor(now.warning))
            corners = ((0.0, -5.5), (5.5, 0.0), (0.0, 5.5), (-5.5, 0.0))
            painter.drawPolygon(QPolygonF([QPointF(middle + x, middle + y) for x, y in corners]))
        case Mark.RECOMMENDED:
            for colour, width in ((now.raised, 4.0), (now.accent, 2.0)):
                painter.setPen(QPen(QColor(colour), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QRectF(middle - 4, middle - 4, 8, 8))
    painter.end()
    return made
