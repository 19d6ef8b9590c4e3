"""A list of titles that are rated where they stand: by click on the stars, by digits, by plus and minus.

A widget: `show_rows` in; `rated`, `switched` and `removed` out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QToolTip, QWidget

from desktop_rec.common.stars import StarScale, stars_at
from desktop_rec.for_you.star_rating import rating_for_key
from desktop_rec.for_you.title_delegate import Part, Pointed, TitleDelegate, TitleLayout, TitleLook, lay_out
from desktop_rec.for_you.titles import RowRole, TitleRow, TitlesModel
from desktop_rec.theme.theme import THEME
from engine.text import format_rating

_REMOVING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_SIDEWAYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class TitleList(QListView):
    """rated(TitleRow, rating), switched(TitleRow, is_on), removed(TitleRow). Keeps its place when rows change."""

    rated = Signal(object, object)
    switched = Signal(object, bool)
    removed = Signal(object)

    def __init__(self, look: TitleLook, scale: StarScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._titles = TitlesModel(self)
        self._painter = TitleDelegate(look, scale, self)
        self._build()

    @property
    def titles(self) -> TitlesModel:
        return self._titles

    def use_scale(self, scale: StarScale) -> None:
        """Rate on another data set's scale."""
        self._painter.scale = scale
        self.viewport().update()

    def show_rows(self, rows: Sequence[TitleRow]) -> None:
        """Show these rows; the current one stays current, and the list stays where it was scrolled to."""
        current = self.currentIndex().data(RowRole)
        scrolled = self.verticalScrollBar().value()
        self._titles.show_rows(rows)
        if self.currentIndex().isValid() or current is None:
            return
        place = self._titles.place_of(current.key)
        if place is not None:
            self.setCurrentIndex(self._titles.index(place))
        self.verticalScrollBar().setValue(scrolled)

    def parts_of(self, index: QModelIndex) -> TitleLayout:
        """Where the stars and controls of a row are, in the viewport."""
        metrics = QFontMetrics(self.font())
        return lay_out(self._look, self.visualRect(index), metrics, self._painter.scale)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._pointed_at(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index, pointed = self.indexAt(place), self._pointed_at(place)
        if event.button() != Qt.MouseButton.LeftButton or pointed is None:
            return
        row: TitleRow = index.data(RowRole)
        if pointed.part is Part.STARS and row.item_row is not None:
            self.rated.emit(row, pointed.rating)
        elif pointed.part is Part.SWITCH and row.item_row is not None:
            self.switched.emit(row, not row.is_on)
        elif pointed.part is Part.CROSS:
            self.removed.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row: TitleRow | None = self.currentIndex().data(RowRole)
        key = Qt.Key(event.key())
        moves = key in _MOVING or (key in _SIDEWAYS and self._look is TitleLook.CARD)
        if row is None or moves or not self._obey(row, key, event):
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            if index.isValid():
                QToolTip.showText(event.globalPos(), self._tip(index, event.pos()), self.viewport())
                return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._titles.rowCount():
            self.setCurrentIndex(self._titles.index(0))

    def _build(self) -> None:
        self.setModel(self._titles)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        if self._look is TitleLook.CARD:
            self.setFlow(QListView.Flow.LeftToRight)
            self.setWrapping(True)
            self.setResizeMode(QListView.ResizeMode.Adjust)
        THEME.changed.connect(self.viewport().update)

    def _obey(self, row: TitleRow, key: Qt.Key, event: QKeyEvent) -> bool:
        """Do what a key means for a row; False where it means nothing here."""
        if key in _REMOVING:
            if row.is_mine:
                self.removed.emit(row)
            return True
        if row.item_row is None:
            return False
        if key == Qt.Key.Key_Space and self._look is TitleLook.MINE:
            self.switched.emit(row, not row.is_on)
            return True
        is_meant, rating = rating_for_key(self._painter.scale, row.rating, event)
        if is_meant and rating != row.rating:
            self.rated.emit(row, rating)
        return is_meant

    def _pointed_at(self, place: QPoint) -> Pointed | None:
        index = self.indexAt(place)
        if not index.isValid():
            return None
        parts, row = self.parts_of(index), index.data(RowRole)
        part = parts.part_at(place)
        if part is not Part.STARS:
            return Pointed(row.key, part)
        scale = self._painter.scale
        return Pointed(row.key, part, scale.rating_at(stars_at(scale, parts.stars, parts.star, place.x())))

    def _point(self, pointed: Pointed | None) -> None:
        if pointed == self._painter.pointed:
            return
        self._painter.pointed = pointed
        is_control = pointed is not None and pointed.part is not Part.REST
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_control else Qt.CursorShape.ArrowCursor)
        self.viewport().update()

    def _tip(self, index: QModelIndex, place: QPoint) -> str:
        row: TitleRow = index.data(RowRole)
        pointed = self._pointed_at(place)
        part = Part.REST if pointed is None else pointed.part
        if part is Part.STARS and pointed is not None and pointed.rating is not None:
            return f"Rate {row.name} {format_rating(pointed.rating)}"
        if part is Part.SWITCH:
            return "Switched off: has no influence on the list" if not row.is_on else "Switch off to see the list move"
        if part is Part.CROSS:
            return f"Remove {row.name} from my ratings"
        return row.sentence()
