"""Paints a row of stars, and finds the star under the pointer. Used by the star widget and by every list."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from engine.data.dataset import Scale

MOST_STARS = 10


@dataclass(frozen=True)
class StarScale:
    """`count` stars stand for `low` to `high`; a click sets multiples of `step` (a rating, not stars)."""

    low: float
    high: float
    step: float
    count: int
    is_stretched: bool

    @classmethod
    def of(cls, scale: Scale) -> StarScale:
        """The stars of a data set: one per whole step up to ten, else five, stretched."""
        is_plain = scale.low >= 0 and 1 <= scale.high <= MOST_STARS and float(scale.high).is_integer()
        if is_plain:
            return cls(scale.low, scale.high, max(scale.step, 0.5), int(scale.high), is_stretched=False)
        span = max(scale.high - scale.low, 1e-9)
        return cls(scale.low, scale.high, max(scale.step, span / 10), 5, is_stretched=True)

    def filled(self, rating: float) -> float:
        """How many stars a rating fills, 0 to `count`."""
        share = (rating - self.low) / max(self.high - self.low, 1e-9) if self.is_stretched else rating / self.high
        return min(max(share, 0.0), 1.0) * self.count

    def rating_at(self, stars: float) -> float:
        """The rating that a place on the row of stars means: 3.2 stars in is the fourth star, or 3.5 with halves."""
        if self.is_stretched:
            raw = self.low + min(max(stars / self.count, 0.0), 1.0) * (self.high - self.low)
            return self._snapped(self.low + math.ceil((raw - self.low) / self.step - 1e-9) * self.step)
        return self._snapped(math.ceil(stars / self.step - 1e-9) * self.step)

    def stepped(self, rating: float | None, steps: int) -> float:
        """The rating some steps up or down; from no rating up to the middle, so that one key is enough to begin."""
        if rating is None:
            return self._snapped(self.low + round((self.high - self.low) / 2 / self.step) * self.step)
        return self._snapped(rating + steps * self.step)

    def of_digit(self, digit: int) -> float | None:
        """The rating that a digit key means: that many stars, 0 for ten of ten; None where there are not so many."""
        stars = 10 if digit == 0 and self.count == 10 else digit
        if not 1 <= stars <= self.count:
            return None
        return self.rating_at(float(stars))

    def _snapped(self, rating: float) -> float:
        return round(min(max(rating, self.low), self.high), 4)


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
    """Draw `count` stars from the left of an area, `filled` of them (fractions too) in the colour `full`.

    The others are outlines in the colour `empty`, which stand out from any ground without looking like filled ones.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    star = _star(size)
    top = area.top() + (area.height() - size) / 2
    for place in range(count):
        left = area.left() + place * (size + _GAP)
        part = min(max(filled - place, 0.0), 1.0)
        placed = star.translated(QPointF(left, top))
        if part < 1.0:
            painter.setPen(QPen(QColor(empty), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolygon(placed)
        if part > 0.0:
            painter.setClipRect(QRectF(left, top, size * part, size), Qt.ClipOperation.ReplaceClip)
            painter.setPen(Qt.PenStyle.NoPen)
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
