"""Paints a row of stars, and finds the star under the pointer. Used by the star widget and by every list.

Beside the street; Qt, no state.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from desktop_rec.widgets.star_scale import StarScale

_INNER = 0.46
_GAP = 2


def star_size(scale: StarScale, width: int, *, most: int = 18) -> int:
    """The side of one star, in pixels, so that all of a scale fit into a width."""
    return max(8, min(most, (width - _GAP * (scale.count - 1)) // scale.count))


def stars_width(scale: StarScale, size: int) -> int:
    """How wide a row of stars of this size is."""
    return scale.count * size + (scale.count - 1) * _GAP


def stars_at(scale: StarScale, area: QRect, size: int, x: float) -> float:
    """How many stars lie left of a place, 0 to the number of stars; a fraction inside a star, whole between two."""
    offset = x - area.left()
    whole = math.floor(offset / (size + _GAP))
    inside = min(1.0, (offset - whole * (size + _GAP)) / size)
    return min(max(whole + inside, 0.0), float(scale.count))


def paint_stars(painter: QPainter, area: QRect, *, filled: float, count: int, size: int, full: str, empty: str) -> None:
    """Draw `count` stars from the left of an area, `filled` of them (fractions too) in the colour `full`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    star = _star(size)
    top = area.top() + (area.height() - size) / 2
    for one in range(count):
        left = area.left() + one * (size + _GAP)
        part = min(max(filled - one, 0.0), 1.0)
        placed = star.translated(QPointF(left, top))
        if part < 1.0:
            painter.setBrush(QColor(empty))
            painter.drawPolygon(placed)
        if part > 0.0:
            painter.setClipRect(QRectF(left, top, size * part, size), Qt.ClipOperation.ReplaceClip)
            painter.setBrush(QColor(full))
            painter.drawPolygon(placed)
            painter.setClipping(False)
    painter.restore()


@lru_cache(maxsize=32)
def _star(size: int) -> QPolygonF:
    middle, outer = size / 2, size / 2
    points = []
    for corner in range(10):
        radius = outer if corner % 2 == 0 else outer * _INNER
        angle = math.pi * (corner / 5 - 0.5)
        points.append(QPointF(middle + radius * math.cos(angle), middle + size * 0.03 + radius * math.sin(angle)))
    return QPolygonF(points)
