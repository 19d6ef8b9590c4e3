"""Paints a title that can be rated: drawn cover, name, stars, and what its look adds.

Stands between TitlesModel and TitleList. Paints only; the list knows where the pointer is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_rec.common.row_painting import (
    LEFT,
    RIGHT,
    paint_cross,
    paint_ground,
    paint_name,
    paint_switch,
    paint_text,
    small,
    strong,
    wrapped,
)
from desktop_rec.common.stars import StarScale, paint_stars, star_size, stars_width
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.for_you.titles import RowRole, TitleRow
from desktop_rec.theme.theme import THEME, number_font
from engine.text import format_count, format_rating, plural

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


Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Pointed:
    """What the pointer is on: the row's key, the part, and the rating that a click on the stars would give."""

    key: object
    part: Part
    rating: float | None = None


class TitleDelegate(QStyledItemDelegate):
    """Paints TitleRow values in one of the looks of `TitleLook`."""

    def __init__(self, look: TitleLook, scale: StarScale, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self.scale = scale
        self.pointed: Pointed | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return row_size(self.look, QFontMetrics(option.font))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: TitleRow = index.data(RowRole)
        parts = lay_out(self.look, option.rect, QFontMetrics(option.font), self.scale)
        is_current = bool(option.state & QStyle.StateFlag.State_HasFocus)
        is_hovered = self.pointed is not None and self.pointed.key == row.key
        paint_ground(painter, option.rect, is_selected=False, is_hovered=is_hovered or is_current, has_focus=is_current)
        painter.save()
        self._paint_cover(painter, parts, row)
        if self.look is TitleLook.CARD:
            self._paint_card_text(painter, option, parts, row)
        else:
            self._paint_row_text(painter, option, parts, row)
        self._paint_stars(painter, parts, row)
        if self.look is TitleLook.MINE:
            self._paint_controls(painter, parts, row, is_active=is_hovered or is_current)
        painter.restore()

    def _paint_cover(self, painter: QPainter, parts: TitleLayout, row: TitleRow) -> None:
        painter.setOpacity(1.0 if row.is_on and row.item_row is not None else 0.35)
        paint_cover(painter, parts.cover, title=row.title, genres=row.genres, dark=THEME.dark)
        painter.setOpacity(1.0)

    def _paint_row_text(
        self, painter: QPainter, option: QStyleOptionViewItem, parts: TitleLayout, row: TitleRow
    ) -> None:
        colours = THEME.colours
        counts = row.is_on and row.item_row is not None
        colour = colours.text if counts else colours.text_weak
        paint_name(painter, parts.name, row.title, row.year, font=option.font, colour=colour)
        if self.look is TitleLook.FOUND:
            font = number_font(small(option.font))
            full, short = plural(row.people, "rating"), format_count(row.people)
            fits = QFontMetrics(font).horizontalAdvance(full) <= parts.detail.width()
            paint_text(painter, parts.detail, full if fits else short, font=font, colour=colours.text_weak, align=RIGHT)

    def _paint_card_text(
        self, painter: QPainter, option: QStyleOptionViewItem, parts: TitleLayout, row: TitleRow
    ) -> None:
        colours = THEME.colours
        font = strong(option.font)
        lines = wrapped(QFontMetrics(font), row.title, parts.name.width(), lines=2)
        height = parts.name.height() // 2
        for place, text in enumerate(lines):
            area = QRect(parts.name.left(), parts.name.top() + place * height, parts.name.width(), height)
            paint_text(painter, area, text, font=font, colour=colours.text)
        below = parts.detail.translated(0, (len(lines) - 2) * height)
        year = f"{row.year} · " if row.year else ""
        weak = colours.text_weak
        paint_text(painter, below, f"{year}{plural(row.people, 'rating')}", font=small(option.font), colour=weak)

    def _paint_stars(self, painter: QPainter, parts: TitleLayout, row: TitleRow) -> None:
        colours = THEME.colours
        pointed = self.pointed if self.pointed is not None and self.pointed.key == row.key else None
        preview = pointed.rating if pointed is not None and pointed.part is Part.STARS else None
        shown = preview if preview is not None else row.rating
        paint_stars(
            painter,
            parts.stars,
            filled=0.0 if shown is None else self.scale.filled(shown),
            count=self.scale.count,
            size=parts.star,
            full=colours.accent if row.is_on else colours.raw,
            empty=colours.line,
        )
        if self.scale.is_stretched and shown is not None and self.look is not TitleLook.FOUND:
            area = QRect(parts.stars.right() + 6, parts.stars.top(), 40, parts.stars.height())
            paint_text(painter, area, format_rating(shown), font=small(painter.font()), colour=colours.text, align=LEFT)

    def _paint_controls(self, painter: QPainter, parts: TitleLayout, row: TitleRow, *, is_active: bool) -> None:
        colours = THEME.colours
        if row.item_row is not None:
            paint_switch(painter, parts.switch, is_on=row.is_on)
        is_on_cross = is_active and self.pointed is not None and self.pointed.part is Part.CROSS
        cross = colours.negative if is_on_cross else colours.text_weak if is_active else colours.line
        paint_cross(painter, parts.cross, colour=cross)
