"""Where the parts of a rateable title lie in its row or card: cover, name, stars, switch, cross.

Beside the street; plain geometry shared by painting and by the pointer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QFontMetrics

from desktop_rec.widgets.star_scale import StarScale
from desktop_rec.widgets.stars import star_size, stars_width

_GAP = 8
_SWITCH = QSize(28, 16)
_CROSS = QSize(20, 20)


class TitleLook(Enum):
    """MINE: a row with a switch and a cross. FOUND: a row with the number of ratings. CARD: a larger card."""

    MINE = "mine"
    FOUND = "found"
    CARD = "card"


class Part(Enum):
    """What of a row the pointer is on."""

    STARS = "stars"
    SWITCH = "switch"
    CROSS = "cross"
    REST = "rest"


@dataclass(frozen=True)
class TitleLayout:
    """The places of all parts in one row; an empty rectangle where a look has no such part."""

    cover: QRect
    name: QRect
    stars: QRect
    star: int
    switch: QRect
    cross: QRect
    detail: QRect

    def part_at(self, place: QPoint) -> Part:
        if self.stars.adjusted(-3, -4, 3, 4).contains(place):
            return Part.STARS
        if self.switch.adjusted(-3, -5, 3, 5).contains(place):
            return Part.SWITCH
        if self.cross.adjusted(-2, -3, 4, 3).contains(place):
            return Part.CROSS
        return Part.REST


def row_size(look: TitleLook, metrics: QFontMetrics) -> QSize:
    """How large a row (its width is a minimum) or a card is."""
    if look is TitleLook.CARD:
        return QSize(236, max(104, 4 * metrics.height() + 40))
    return QSize(180, max(50, 2 * metrics.height() + 18))


def lay_out(look: TitleLook, area: QRect, metrics: QFontMetrics, scale: StarScale) -> TitleLayout:
    """Place the parts of one title into its area."""
    return _card(area, metrics, scale) if look is TitleLook.CARD else _row(look, area, metrics, scale)


def _row(look: TitleLook, area: QRect, metrics: QFontMetrics, scale: StarScale) -> TitleLayout:
    inner = area.adjusted(_GAP, 0, -_GAP, 0)
    cover_height = min(area.height() - 10, 42)
    cover = QRect(inner.left(), area.top() + (area.height() - cover_height) // 2, cover_height * 2 // 3, cover_height)
    left = cover.right() + 1 + _GAP
    line = metrics.height()
    top = area.top() + (area.height() - 2 * line - 4) // 2
    name = QRect(left, top, inner.right() - left, line)
    second = QRect(left, top + line + 4, inner.right() - left, line)
    is_mine = look is TitleLook.MINE
    taken = _SWITCH.width() + _CROSS.width() + _GAP if is_mine else 0
    reserved = taken if is_mine else metrics.horizontalAdvance("120,000")
    star = star_size(scale, second.width() - reserved - _GAP, most=15)
    stars = QRect(left, second.top(), stars_width(scale, star), line)
    cross = switch = QRect()
    if is_mine:
        middle = second.center().y()
        cross = QRect(second.right() - _CROSS.width() + 5, middle - _CROSS.height() // 2 + 1, *_CROSS.toTuple())
        switch = QRect(cross.left() - _SWITCH.width() - 4, middle - _SWITCH.height() // 2 + 1, *_SWITCH.toTuple())
    detail = QRect(stars.right() + _GAP, second.top(), second.right() - taken - stars.right() - _GAP, line)
    return TitleLayout(cover, name, stars, star, switch, cross, detail)


def _card(area: QRect, metrics: QFontMetrics, scale: StarScale) -> TitleLayout:
    inner = area.adjusted(_GAP, _GAP, -_GAP, -_GAP)
    cover = QRect(inner.left(), inner.top(), inner.height() * 2 // 3, inner.height())
    left = cover.right() + 1 + _GAP + 2
    line = metrics.height()
    name = QRect(left, inner.top(), inner.right() - left, 2 * line)
    detail = QRect(left, name.bottom() + 3, name.width(), line)
    star = star_size(scale, name.width(), most=20)
    stars = QRect(left, inner.bottom() - max(star, line) - 1, stars_width(scale, star), max(star, line))
    return TitleLayout(cover, name, stars, star, QRect(), QRect(), detail)
