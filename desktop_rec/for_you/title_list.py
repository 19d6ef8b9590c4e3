"""A list of titles that are rated where they stand: by click on the stars, by digits, by plus and minus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

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
from desktop_rec.common.rows import Index, RowRole, RowsDelegate, RowsModel, RowsView, is_menu_key
from desktop_rec.common.stars import StarScale, paint_stars, star_size, stars_at, stars_width
from desktop_rec.common.text import COUNT_AGAIN_TIP, LEAVE_OUT_TIP
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.for_you.star_rating import rating_for_key
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.theme.theme import THEME, number_font
from engine.text import format_count, format_rating, plural
from engine.wording import said

_REMOVING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_SIDEWAYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class TitleList(RowsView):
    """rated(TitleRow, rating), switched(TitleRow, is_on), removed(TitleRow), copied(TitleRow).

    menu_wanted(TitleRow, QPoint): the menu of one of my own, or of one that was found, is to open at a place of the
    screen. The list stays in its place when rows change.

    opened(TitleRow): Enter, or a click beside stars and controls: what the model says of the title is wanted.
    """

    rated = Signal(object, object)
    switched = Signal(object, bool)
    removed = Signal(object)
    copied = Signal(object)
    menu_wanted = Signal(object, object)
    opened = Signal(object)

    def __init__(self, look: TitleLook, scale: StarScale, parent: QWidget | None = None) -> None:
        self.titles, self._painter, self._look = RowsModel(), TitleDelegate(look, scale), look
        super().__init__(self.titles, self._painter, parent)
        self.titles.setParent(self)
        if look is TitleLook.CARD:
            self.setFlow(QListView.Flow.LeftToRight)
            self.setWrapping(True)
            self.setResizeMode(QListView.ResizeMode.Adjust)

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self._painter.scale = scale
        self.viewport().update()

    def show_rows(self, rows: Sequence[TitleRow]) -> None:
        """Show these rows; the current one stays current, and the list stays where it was scrolled to."""
        current = self.currentIndex().data(RowRole)
        scrolled = self.verticalScrollBar().value()
        self.titles.show_rows(rows)
        if self.currentIndex().isValid() or current is None:
            return
        place = self.titles.place_of(current.key)
        if place is not None:
            self.setCurrentIndex(self.titles.index(place))
        self.verticalScrollBar().setValue(scrolled)

    def parts_of(self, index: QModelIndex) -> TitleLayout:
        """Where the stars and controls of a row are, in the viewport."""
        metrics = QFontMetrics(self.font())
        return lay_out(self._look, self.visualRect(index), metrics, self._painter.scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index, pointed = self.indexAt(place), self.pointed_at(place)
        if event.button() != Qt.MouseButton.LeftButton or pointed is None:
            return
        row: TitleRow = index.data(RowRole)
        if pointed.part is Part.STARS and row.item_row is not None:
            self.rated.emit(row, pointed.rating)
        elif pointed.part is Part.SWITCH and row.item_row is not None:
            self.switched.emit(row, not row.is_on)
        elif pointed.part is Part.CROSS:
            self.removed.emit(row)
        elif pointed.part is Part.REST and row.item_row is not None:
            self.opened.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row: TitleRow | None = self.currentIndex().data(RowRole)
        key = Qt.Key(event.key())
        moves = key in _MOVING or (key in _SIDEWAYS and self._look is TitleLook.CARD)
        if row is None or moves or not self._obey(row, key, event):
            super().keyPressEvent(event)

    def pointed_at(self, place: QPoint) -> Pointed | None:
        index = self.indexAt(place)
        if not index.isValid():
            return None
        parts, row = self.parts_of(index), index.data(RowRole)
        part = parts.part_at(place)
        if part is not Part.STARS:
            return Pointed(row.key, part)
        scale = self._painter.scale
        return Pointed(row.key, part, scale.rating_at(stars_at(scale, parts.stars, parts.star, place.x())))

    def can_be_pressed(self, pointed: Pointed) -> bool:
        return pointed.part is not Part.REST

    def tip_of(self, pointed: Pointed) -> str:
        row: TitleRow = self.rows[self.titles.place_of(pointed.key) or 0]
        if pointed.rating is not None:
            return said("Rate {name} {rating}", name=row.name, rating=format_rating(pointed.rating))
        if pointed.part is Part.SWITCH:
            return LEAVE_OUT_TIP if row.is_on else COUNT_AGAIN_TIP
        if pointed.part is Part.CROSS:
            return said("Remove {name} from my ratings", name=row.name)
        return row.sentence()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keys = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keys else self.indexAt(event.pos())
        if index.isValid() and QApplication.activePopupWidget() is None:
            self._want_menu(index, None if by_keys else event.globalPos())

    def _want_menu(self, index: QModelIndex, place: QPoint | None = None) -> None:
        """Ask for the menu of a row, under it where no place is said. Cards have none."""
        row: TitleRow = index.data(RowRole)
        is_found = self._look is TitleLook.FOUND and row.item_row is not None
        if is_found or (row.is_mine and self._look is TitleLook.MINE):
            under = self.parts_of(index).name.bottomLeft()
            self.menu_wanted.emit(row, place or self.viewport().mapToGlobal(under))

    def _obey(self, row: TitleRow, key: Qt.Key, event: QKeyEvent) -> bool:
        """Do what a key means for a row; False where it means nothing here."""
        if is_menu_key(event):
            self._want_menu(self.currentIndex())
            return True
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit(row)
            return True
        if key in _REMOVING:
            if row.is_mine:
                self.removed.emit(row)
            return True
        if row.item_row is None:
            return False
        if key in _OPENING:
            self.opened.emit(row)
            return True
        if key == Qt.Key.Key_Space and self._look is TitleLook.MINE:
            self.switched.emit(row, not row.is_on)
            return True
        is_meant, rating = rating_for_key(self._painter.scale, row.rating, event)
        if is_meant and rating != row.rating:
            self.rated.emit(row, rating)
        return is_meant


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


@dataclass(frozen=True)
class Pointed:
    """What the pointer is on: the row's key, the part, and the rating that a click on the stars would give."""

    key: object
    part: Part
    rating: float | None = None


class TitleDelegate(RowsDelegate):
    """Paints TitleRow values in one of the looks of `TitleLook`."""

    def __init__(self, look: TitleLook, scale: StarScale) -> None:
        super().__init__()
        self.look, self.scale = look, scale

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
            empty=colours.text_weak,
        )
        if self.scale.is_stretched and shown is not None and self.look is not TitleLook.FOUND:
            area = QRect(parts.stars.right() + 6, parts.stars.top(), 40, parts.stars.height())
            paint_text(painter, area, format_rating(shown), font=small(painter.font()), colour=colours.text, align=LEFT)

    def _paint_controls(self, painter: QPainter, parts: TitleLayout, row: TitleRow, *, is_active: bool) -> None:
        colours = THEME.colours
        if row.item_row is not None:
            paint_switch(painter, parts.switch, is_on=row.is_on)
        is_on_cross = is_active and self.pointed is not None and self.pointed.part is Part.CROSS
        cross = colours.negative if is_on_cross else colours.text_weak if is_active else colours.raw
        paint_cross(painter, parts.cross, colour=cross)
