"""Paints one recommendation: rank and movement, cover, title, genres, the reason in a line, stars and match.

Stands between RecommendationsModel and RecommendationList. Paints only.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_rec.common.row_painting import CENTER, RIGHT, paint_ground, paint_name, paint_text, small, strong
from desktop_rec.common.stars import StarScale, paint_stars, stars_width
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.for_you.recommendations import ListedTitle, RowRole
from desktop_rec.theme.theme import THEME, number_font
from engine.text import format_count, format_predicted_rating

Index = QModelIndex | QPersistentModelIndex

_GAP = 10
_RANK_WIDTH = 38
_ROOMY, _NARROW = 470, 340
_STAR = 13


@dataclass(frozen=True)
class RecommendationColumns:
    """The columns of the list in a width; the header above the list uses the same ones.

    Where there is little room the stars become one figure; where there is less, it moves to the second line and the
    cover goes (an empty rectangle).
    """

    rank: QRect
    cover: QRect
    text: QRect
    stars: QRect
    match: QRect
    has_stars: bool


def columns_in(area: QRect, font: QFont, scale: StarScale, *, predicts: bool) -> RecommendationColumns:
    """Lay the columns of one row into its area. Stars and match stand in the title's line, the reason runs below."""
    metrics = QFontMetrics(font)
    line = metrics.height()
    top = area.top() + (area.height() - 3 * line) // 2
    rank = QRect(area.left() + 4, area.top(), _RANK_WIDTH, area.height())
    match = QRect(area.right() - 64, top, 52, line)
    has_stars = area.width() >= _ROOMY and scale.count <= 5
    drawn = stars_width(scale, _STAR) + 6 if has_stars else _STAR + 5
    stars_wide = drawn + metrics.horizontalAdvance("10.0") if predicts else _STAR + 5
    if area.width() < _NARROW:
        left = rank.right() + 5
        text = QRect(left, top, match.left() - 4 - left, 3 * line)
        stars = QRect(match.right() - stars_wide, top + line + 1, stars_wide, line)
        return RecommendationColumns(rank, QRect(), text, stars, match, has_stars)
    height = min(area.height() - 12, 60)
    cover = QRect(rank.right() + 7, area.top() + (area.height() - height) // 2, height * 2 // 3, height)
    stars = QRect(match.left() - stars_wide - _GAP, top, stars_wide, line)
    left = cover.right() + 1 + _GAP
    text = QRect(left, top, stars.left() - _GAP - left, 3 * line)
    return RecommendationColumns(rank, cover, text, stars, match, has_stars)


class RecommendationDelegate(QStyledItemDelegate):
    """Paints ListedTitle values. `hovered` is the row under the pointer, -1 for none."""

    def __init__(self, scale: StarScale, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scale = scale
        self.predicts = False
        self.hovered = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(260, max(72, 3 * QFontMetrics(option.font).height() + 18))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ListedTitle = index.data(RowRole)
        columns = columns_in(option.rect, option.font, self.scale, predicts=self.predicts)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        paint_ground(
            painter,
            option.rect,
            is_selected=is_selected,
            is_hovered=index.row() == self.hovered,
            has_focus=bool(option.state & QStyle.StateFlag.State_HasFocus),
        )
        painter.save()
        self._paint_rank(painter, columns.rank, row, option.font)
        item = row.item
        if not columns.cover.isEmpty():
            paint_cover(painter, columns.cover, title=item.title, genres=item.genres, dark=THEME.dark)
        self._paint_text(painter, columns, row, option.font)
        self._paint_predicted(painter, columns, row, option.font)
        match = f"{item.match} %"
        colour = THEME.colours.text
        paint_text(painter, columns.match, match, font=number_font(strong(option.font)), colour=colour, align=RIGHT)
        painter.restore()

    def _paint_rank(self, painter: QPainter, area: QRect, row: ListedTitle, font: QFont) -> None:
        colours = THEME.colours
        line = QFontMetrics(font).height()
        middle = area.center().y() - line // 2
        has_moved = row.moved is None or row.moved != 0
        top = QRect(area.left(), middle - (line // 2 if has_moved else 0), area.width(), line)
        rank = format_count(row.item.rank)
        paint_text(painter, top, rank, font=number_font(font), colour=colours.text_weak, align=CENTER)
        if not has_moved:
            return
        below = top.translated(0, line)
        if row.moved is None:
            words, colour = "new", colours.accent
        elif row.moved > 0:
            words, colour = f"▲{format_count(row.moved)}", colours.positive
        else:
            words, colour = f"▼{format_count(-row.moved)}", colours.negative
        paint_text(painter, below, words, font=number_font(small(font)), colour=colour, align=CENTER)

    def _paint_text(self, painter: QPainter, columns: RecommendationColumns, row: ListedTitle, font: QFont) -> None:
        colours, area = THEME.colours, columns.text
        line = QFontMetrics(font).height()
        first = QRect(area.left(), area.top(), area.width(), line)
        paint_name(painter, first, row.item.title, row.item.year, font=strong(font), colour=colours.text)
        second = QRect(area.left(), area.top() + line + 1, columns.match.right() - area.left(), line)
        third = second.translated(0, line)
        if columns.cover.isEmpty():
            second.setRight(columns.stars.left() - 4)
        genres = ", ".join(row.item.genres)
        paint_text(painter, second, genres, font=small(font), colour=colours.text_weak)
        because = third if genres else second
        paint_text(painter, because, row.because, font=small(font), colour=colours.text)

    def _paint_predicted(
        self, painter: QPainter, columns: RecommendationColumns, row: ListedTitle, font: QFont
    ) -> None:
        colours = THEME.colours
        predicted = row.item.predicted_rating
        if predicted is None:
            paint_text(painter, columns.stars, "–", font=font, colour=colours.text_weak, align=RIGHT)
            return
        words, area = format_predicted_rating(predicted), columns.stars
        paint_text(painter, area, words, font=number_font(font), colour=colours.text, align=RIGHT)
        filled = self.scale.filled(predicted) if columns.has_stars else 1.0
        count = self.scale.count if columns.has_stars else 1
        paint_stars(painter, area, filled=filled, count=count, size=_STAR, full=colours.accent, empty=colours.line)
