"""Paints a reviewed title: the file's words, an arrow, the title that is meant and why, and what can be done.

Stands between ReviewModel and ReviewList. Paints only; the list knows where the pointer is and which act has the keys.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_rec.common.row_painting import CENTER, paint_ground, paint_name, paint_text, small, strong
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.for_you.my_ratings.review_rows import Act, ReviewRow, ReviewRowRole
from desktop_rec.theme.theme import THEME

_GAP = 8
_ARROW = 28
_WIDEST_ACTS = 0.42
_SAID = 0.43
"""The share of what the file says; the catalogue's titles are longer, with all their names."""
_BOLD = 1.12


@dataclass(frozen=True)
class ReviewLayout:
    """The places of all parts of one row. `acts` are aligned with the acts of the row."""

    said: QRect
    rating: QRect
    arrow: QRect
    cover: QRect
    found: QRect
    why: QRect
    acts: tuple[QRect, ...]

    def act_at(self, place: QPoint) -> int | None:
        """Which act lies under a place, as its number in the row."""
        return next((number for number, area in enumerate(self.acts) if area.contains(place)), None)


def row_height(metrics: QFontMetrics) -> int:
    return max(50, 2 * metrics.height() + 18)


def lay_out_review(
    area: QRect, metrics: QFontMetrics, acts: tuple[Act, ...], reserved: tuple[Act, ...]
) -> ReviewLayout:
    """Place the parts of one row. `reserved` are the acts of the widest row, so that columns stand under each other."""
    inner = area.adjusted(2 * _GAP, 0, -2 * _GAP, 0)
    widths = [_act_width(metrics, act) for act in acts]
    room = min(sum(_act_width(metrics, act) for act in reserved), int(inner.width() * _WIDEST_ACTS))
    line = metrics.height()
    top = area.top() + (area.height() - 2 * line - 4) // 2
    texts = inner.width() - room - _GAP
    half = int((texts - _ARROW) * _SAID)
    said = QRect(inner.left(), top, half - _GAP, line)
    arrow = QRect(inner.left() + half, top, _ARROW, line)
    cover_height = min(area.height() - 10, 42)
    cover = QRect(
        arrow.right() + 1, area.top() + (area.height() - cover_height) // 2, cover_height * 2 // 3, cover_height
    )
    left = cover.right() + 1 + _GAP
    found = QRect(left, top, inner.left() + texts - left, line)
    placed, at = [], inner.right() - room + 1
    for width in widths:
        placed.append(QRect(at, area.center().y() - line // 2 - 5, width, line + 10))
        at += width
    return ReviewLayout(
        said, said.translated(0, line + 4), arrow, cover, found, found.translated(0, line + 4), tuple(placed)
    )


def _act_width(metrics: QFontMetrics, act: Act) -> int:
    words = f"✓ {act.value}" if act in (Act.MINE, Act.THEIRS) else act.value
    return round(metrics.horizontalAdvance(words) * _BOLD) + 2 * _GAP


Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class PointedAct:
    """The row that the pointer is on, and which of its acts (None: none)."""

    place: int
    act: int | None = None


class ReviewDelegate(QStyledItemDelegate):
    """Paints ReviewRow values. `key_act` is the act that Enter would do in the current row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reserved: tuple[Act, ...] = ()
        self.pointed: PointedAct | None = None
        self.key_act = 0

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(480, row_height(QFontMetrics(option.font)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ReviewRow = index.data(ReviewRowRole)
        parts = lay_out_review(option.rect, QFontMetrics(option.font), row.acts, self.reserved)
        is_current = bool(option.state & QStyle.StateFlag.State_HasFocus)
        is_hovered = self.pointed is not None and self.pointed.place == index.row()
        paint_ground(painter, option.rect, is_selected=False, is_hovered=is_hovered or is_current, has_focus=is_current)
        painter.save()
        self._paint_said(painter, option.font, parts, row)
        self._paint_found(painter, option.font, parts, row)
        for number, area in enumerate(parts.acts):
            is_pointed = is_hovered and self.pointed is not None and self.pointed.act == number
            has_keys = is_current and min(self.key_act, len(row.acts) - 1) == number
            self._paint_act(painter, option.font, area, row, row.acts[number], is_pointed=is_pointed, has_keys=has_keys)
        painter.restore()

    def _paint_said(self, painter: QPainter, font: QFont, parts: ReviewLayout, row: ReviewRow) -> None:
        colours = THEME.colours
        colour = colours.text_weak if row.is_out else colours.text
        paint_name(painter, parts.said, row.said, row.said_year, font=strong(font), colour=colour)
        paint_text(painter, parts.rating, row.rating, font=small(font), colour=colours.text_weak)
        if not row.is_out:
            paint_text(painter, parts.arrow, "→", font=font, colour=colours.text_weak, align=CENTER)

    def _paint_found(self, painter: QPainter, font: QFont, parts: ReviewLayout, row: ReviewRow) -> None:
        colours = THEME.colours
        if row.found and not row.is_out and not _is_conflict(row):
            painter.setOpacity(0.45 if row.is_open else 1.0)
            paint_cover(painter, parts.cover, title=row.found, genres=row.genres, dark=THEME.dark)
            painter.setOpacity(1.0)
        left = parts.found.left() if row.found and not _is_conflict(row) else parts.cover.left()
        found = QRect(left, parts.found.top(), parts.found.right() - left + 1, parts.found.height())
        why = found.translated(0, parts.why.top() - parts.found.top())
        if row.is_out:
            paint_text(painter, found, "–", font=font, colour=colours.text_weak)
        elif row.found:
            perhaps = "perhaps " if row.is_open else ""
            colour = colours.text_weak if row.is_open else colours.text
            paint_name(painter, found, f"{perhaps}{row.found}", row.found_year, font=font, colour=colour)
        else:
            paint_text(painter, found, "not found", font=font, colour=colours.text_weak)
        colour = colours.warning if row.is_open and row.found else colours.text_weak
        paint_text(painter, why, row.why, font=small(font), colour=colour)

    @staticmethod
    def _paint_act(
        painter: QPainter, font: QFont, area: QRect, row: ReviewRow, act: Act, *, is_pointed: bool, has_keys: bool
    ) -> None:
        colours = THEME.colours
        is_now = row.now is act
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent), 1.5) if has_keys else Qt.PenStyle.NoPen)
        filled = colours.accent_soft if is_now else colours.line if is_pointed else None
        painter.setBrush(QColor(filled) if filled else Qt.BrushStyle.NoBrush)
        if filled or has_keys:
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 5, 5)
        painter.restore()
        shown = strong(font) if is_now else font
        words = f"✓ {act.value}" if is_now else act.value
        quiet = act in (Act.LEAVE, Act.REFUSE, Act.UNDO) and not is_pointed and not has_keys
        paint_text(
            painter, area, words, font=shown, colour=colours.text_weak if quiet else colours.accent, align=CENTER
        )


def _is_conflict(row: ReviewRow) -> bool:
    return row.now is not None
