"""Paints a title that can be rated: drawn cover, name, stars, and what its look adds.

Stands between TitlesModel and TitleList. Paints only; the list knows where the pointer is.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_rec.item_models.titles import RowRole, TitleRow
from desktop_rec.theme import THEME, number_font
from desktop_rec.widgets.cover import paint_cover
from desktop_rec.widgets.number_words import count_words
from desktop_rec.widgets.row_painting import (
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
from desktop_rec.widgets.star_scale import StarScale
from desktop_rec.widgets.stars import paint_stars
from desktop_rec.widgets.taste_words import counted, rating_words
from desktop_rec.widgets.title_layout import Part, TitleLayout, TitleLook, lay_out, row_size

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
            full, short = counted(row.people, "rating"), count_words(row.people)
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
        paint_text(painter, below, f"{year}{counted(row.people, 'rating')}", font=small(option.font), colour=weak)

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
            paint_text(painter, area, rating_words(shown), font=small(painter.font()), colour=colours.text, align=LEFT)

    def _paint_controls(self, painter: QPainter, parts: TitleLayout, row: TitleRow, *, is_active: bool) -> None:
        colours = THEME.colours
        if row.item_row is not None:
            paint_switch(painter, parts.switch, is_on=row.is_on)
        is_on_cross = is_active and self.pointed is not None and self.pointed.part is Part.CROSS
        cross = colours.negative if is_on_cross else colours.text_weak if is_active else colours.line
        paint_cross(painter, parts.cross, colour=cross)
