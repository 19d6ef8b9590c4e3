"""The rows of the list as something to act on: by the buttons of a row, by its menu, by keys."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_rec.common.rows import RowRole, RowsView, is_menu_key
from desktop_rec.for_you.acting import KEYS, Action
from desktop_rec.for_you.recommendation_layout import RowLayout, RowPart, lay_out
from desktop_rec.for_you.recommendation_rows import (
    ListedTitle,
    PointedRow,
    RecommendationDelegate,
    RecommendationsModel,
)
from engine.wording import said

_ACTIONS = {
    Qt.Key.Key_S: Action.SAVE,
    Qt.Key.Key_N: Action.REFUSE,
    Qt.Key.Key_Delete: Action.REFUSE,
    Qt.Key.Key_X: Action.SEEN,
    Qt.Key.Key_M: Action.MORE_LIKE_THIS,
    Qt.Key.Key_A: Action.ALSO_LIKE_THIS,
    Qt.Key.Key_C: Action.COPY,
}
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BUTTONS = {RowPart.SAVE: Action.SAVE, RowPart.REFUSE: Action.REFUSE}


class ActingRows(RowsView):
    """acted(Action, Recommendation), rated(Recommendation, rating), opened(Recommendation): Enter was pressed.

    menu_wanted(Recommendation, QPoint): its menu is to open at a place of the screen.
    """

    acted = Signal(object, object)
    rated = Signal(object, object)
    opened = Signal(object)
    menu_wanted = Signal(object, object)

    def __init__(
        self, model: RecommendationsModel, delegate: RecommendationDelegate, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, delegate, parent)
        self._painter = delegate
        self._pressed: PointedRow | None = None

    def layout_of(self, index: QModelIndex) -> RowLayout:
        """Where the buttons of a row are, in the viewport."""
        return self._laid_out(self.visualRect(index))

    def pointed_at(self, place: QPoint) -> PointedRow | None:
        index = self.indexAt(place)
        return PointedRow(index.row(), self.layout_of(index).part_at(place)) if index.isValid() else None

    def can_be_pressed(self, pointed: PointedRow) -> bool:
        return pointed.part is not RowPart.REST

    def tip_of(self, pointed: PointedRow) -> str:
        row: ListedTitle = self.rows[pointed.row]
        match pointed.part:
            case RowPart.SAVE if row.is_saved:
                return said("{name} is in Saved. Press to take it off ({keys})", name=row.name, keys=KEYS[Action.SAVE])
            case RowPart.SAVE:
                return said("Save {name} for later ({keys})", name=row.name, keys=KEYS[Action.SAVE])
            case RowPart.REFUSE:
                return said(
                    "Not for me: {name} is not recommended again ({keys})", name=row.name, keys=KEYS[Action.REFUSE]
                )
            case RowPart.MENU:
                return said(
                    "More for {name}: rate, seen, more like this, copy, open on a site (Shift+F10)", name=row.name
                )
        return row.tip()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a button acts and chooses nothing: the panel stays with its title."""
        self._pressed = self._button_at(event)
        if self._pressed is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed, pointed = self._pressed, None, self._button_at(event)
        if pressed is None:
            super().mouseReleaseEvent(event)
        if pressed is None or pointed != pressed:
            return
        row: ListedTitle = self.rows[pointed.row]
        if pointed.part is RowPart.MENU:
            self._want_menu(pointed.row)
        else:
            self.acted.emit(_BUTTONS[pointed.part], row.item)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A second press soon after the first is one more press on a button."""
        self._pressed = self._button_at(event)
        if self._pressed is None:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row: ListedTitle | None = self.currentIndex().data(RowRole)
        if row is None or not self._obey(row, event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keys = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keys else self.indexAt(event.pos())
        if index.isValid() and QApplication.activePopupWidget() is None:
            row: ListedTitle = index.data(RowRole)
            self.menu_wanted.emit(row.item, self._below(index.row()) if by_keys else event.globalPos())

    def _button_at(self, event: QMouseEvent) -> PointedRow | None:
        """The button under the pointer, where the left button of the mouse is what was pressed."""
        pointed = self.pointed_at(event.position().toPoint())
        is_meant = event.button() == Qt.MouseButton.LeftButton and pointed is not None and self.can_be_pressed(pointed)
        return pointed if is_meant else None

    def _obey(self, row: ListedTitle, event: QKeyEvent) -> bool:
        """Do what a key means for a row; False where it means nothing here."""
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if is_menu_key(event):
            self._want_menu(self.currentIndex().row())
            return True
        is_copy = key is Qt.Key.Key_C and held == Qt.KeyboardModifier.ControlModifier
        if held and not is_copy:
            return False
        if key in _ACTIONS:
            self.acted.emit(_ACTIONS[key], row.item)
        elif key in _OPENING:
            self.opened.emit(row.item)
        else:
            return self._rate(row, event.text())
        return True

    def _rate(self, row: ListedTitle, digit: str) -> bool:
        rating = self._painter.scale.of_digit(int(digit)) if digit.isascii() and digit.isdigit() else None
        if rating is not None:
            self.rated.emit(row.item, rating)
        return rating is not None

    def _want_menu(self, place: int) -> None:
        self.menu_wanted.emit(self.rows[place].item, self._below(place))

    def _below(self, place: int) -> QPoint:
        """Where the menu of a row opens: under its button for more."""
        area = dict(self.layout_of(self._rows_model.index(place)).buttons)[RowPart.MENU]
        return self.viewport().mapToGlobal(area.bottomLeft())

    def _laid_out(self, area: QRect) -> RowLayout:
        return lay_out(area, self.font(), self._painter.scale, predicts=self._painter.predicts)
