"""The list of reviewed titles: each row with what can be done, by click, by keys, or by its menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QMenu,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_rec.common.row_painting import CENTER, paint_ground, paint_name, paint_text, small, strong
from desktop_rec.common.rows import Index, RowRole, RowsDelegate, RowsModel, RowsView
from desktop_rec.for_you.cover import paint_cover
from desktop_rec.for_you.my_ratings.review_rows import Act, ReviewRow
from desktop_rec.theme.theme import THEME
from engine.wording import said

_WORDS = said(
    "Titles of the file: up and down choose a row, left and right what to do, Enter does it, Delete leaves out"
)


class ReviewList(RowsView):
    """acted(index, Act): what the person wants of the title at this place in the review."""

    acted = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._model, self._painter = RowsModel(), ReviewDelegate()
        super().__init__(self._model, self._painter, parent)
        self._model.setParent(self)
        self.setObjectName("review_list")
        self.setAccessibleName(_WORDS)

    def show_rows(self, rows: Sequence[ReviewRow]) -> None:
        """Show these rows. Where they are the same titles the list stays where it was."""
        widest = max((row.acts for row in rows), key=lambda acts: sum(len(act.value) for act in acts), default=())
        self._painter.reserved = widest
        self._model.show_rows(rows)
        self.viewport().update()

    def area_of(self, index: int) -> QRect:
        """Where the row of a title is, in the viewport; for a popup beside it."""
        place = next((place for place, row in enumerate(self.rows) if row.index == index), 0)
        return self.visualRect(self._model.index(place))

    def parts_of(self, index: QModelIndex) -> ReviewLayout:
        """Where the parts of a row are, in the viewport."""
        row: ReviewRow = index.data(RowRole)
        return lay_out_review(self.visualRect(index), QFontMetrics(self.font()), row.acts, self._painter.reserved)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pointed = self.pointed_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and pointed is not None and pointed.act is not None:
            row = self.rows[pointed.place]
            self.acted.emit(row.index, row.acts[pointed.act])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row: ReviewRow | None = self.currentIndex().data(RowRole)
        key = Qt.Key(event.key())
        if row is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._painter.key_act = min(max(self._key_act(row) + step, 0), len(row.acts) - 1)
            self.viewport().update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.acted.emit(row.index, row.acts[self._key_act(row)])
        elif key == Qt.Key.Key_Delete and Act.LEAVE in row.acts:
            self.acted.emit(row.index, Act.LEAVE)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row: ReviewRow | None = self.currentIndex().data(RowRole)
        if row is not None:
            self.menu_of(row).popup(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))

    def menu_of(self, row: ReviewRow) -> QMenu:
        """What can be done with a row, as a menu."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for act in row.acts:
            action = menu.addAction(act.value)
            action.setObjectName(f"review_{act.name.lower()}")
            action.setData((row.index, act))
        menu.triggered.connect(self._on_menu)
        return menu

    def pointed_at(self, place: QPoint) -> PointedAct | None:
        index = self.indexAt(place)
        return PointedAct(index.row(), self.parts_of(index).act_at(place)) if index.isValid() else None

    def can_be_pressed(self, pointed: PointedAct) -> bool:
        return pointed.act is not None

    def tip_of(self, pointed: PointedAct) -> str:
        row: ReviewRow = self.rows[pointed.place]
        if pointed.act is None:
            return row.sentence()
        return _tip(row.acts[pointed.act], title=row.name, found=row.found or said("this"))

    def _key_act(self, row: ReviewRow) -> int:
        return min(self._painter.key_act, len(row.acts) - 1)

    def _on_menu(self, action: object) -> None:
        index, act = action.data()  # type: ignore[attr-defined]
        self.acted.emit(index, act)


_GAP = 8
_ARROW = 28
_WIDEST_ACTS = 0.42
_TITLE_SHARE = 0.43
"""The share of the title as the file has it; the catalogue's titles are longer, with all their names."""
_BOLD = 1.12


@dataclass(frozen=True)
class ReviewLayout:
    """The places of all parts of one row. `acts` are aligned with the acts of the row."""

    title: QRect
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
    half = int((texts - _ARROW) * _TITLE_SHARE)
    title = QRect(inner.left(), top, half - _GAP, line)
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
        title, title.translated(0, line + 4), arrow, cover, found, found.translated(0, line + 4), tuple(placed)
    )


def _act_width(metrics: QFontMetrics, act: Act) -> int:
    words = f"✓ {act.value}" if act in (Act.MINE, Act.THEIRS) else act.value
    return round(metrics.horizontalAdvance(words) * _BOLD) + 2 * _GAP


@dataclass(frozen=True)
class PointedAct:
    """The row that the pointer is on, and which of its acts (None: none)."""

    place: int
    act: int | None = None


class ReviewDelegate(RowsDelegate):
    """Paints ReviewRow values. `key_act` is the act that Enter would do in the current row."""

    reserved: tuple[Act, ...] = ()
    key_act = 0

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(480, row_height(QFontMetrics(option.font)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ReviewRow = index.data(RowRole)
        parts = lay_out_review(option.rect, QFontMetrics(option.font), row.acts, self.reserved)
        is_current = bool(option.state & QStyle.StateFlag.State_HasFocus)
        is_hovered = self.pointed is not None and self.pointed.place == index.row()
        paint_ground(painter, option.rect, is_selected=False, is_hovered=is_hovered or is_current, has_focus=is_current)
        painter.save()
        self._paint_title(painter, option.font, parts, row)
        self._paint_found(painter, option.font, parts, row)
        for number, area in enumerate(parts.acts):
            is_pointed = is_hovered and self.pointed is not None and self.pointed.act == number
            has_keys = is_current and min(self.key_act, len(row.acts) - 1) == number
            self._paint_act(painter, option.font, area, row, row.acts[number], is_pointed=is_pointed, has_keys=has_keys)
        painter.restore()

    def _paint_title(self, painter: QPainter, font: QFont, parts: ReviewLayout, row: ReviewRow) -> None:
        colours = THEME.colours
        colour = colours.text_weak if row.is_out else colours.text
        paint_name(painter, parts.title, row.title, row.year, font=strong(font), colour=colour)
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
            paint_text(painter, found, said("not found"), font=font, colour=colours.text_weak)
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


def _tip(act: Act, *, title: str, found: str) -> str:
    """What pressing a word of a row does."""
    tips = {
        Act.TAKE: said("Take {found} for {title}", found=found, title=title),
        Act.CHANGE: said("Choose another title for {title}", title=title),
        Act.CHOOSE: said("Choose which title {title} is", title=title),
        Act.FIND: said("Search the catalogue for {title}", title=title),
        Act.REFUSE: said("{title} is not {found}", title=title, found=found),
        Act.LEAVE: said("Do not take {title} into my ratings", title=title),
        Act.UNDO: said("As if you had not decided about {title}", title=title),
        Act.MINE: said("Keep my own rating of {title}", title=title),
        Act.THEIRS: said("Take the file's rating of {title}", title=title),
    }
    return tips[act]
