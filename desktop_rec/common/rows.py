"""Lists of rows that are plain values: the model that shows them, and the view that knows what the pointer is on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QToolTip, QWidget

from desktop_rec.common.plain import plain_tip
from desktop_rec.theme.theme import THEME

Index = QModelIndex | QPersistentModelIndex

RowRole = int(Qt.ItemDataRole.UserRole) + 1


def is_menu_key(event: QKeyEvent) -> bool:
    """Whether a key opens the menu of a row: the menu key, or Shift+F10 where a keyboard has none."""
    key, held = event.key(), event.modifiers()
    return key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and held == Qt.KeyboardModifier.ShiftModifier)


class RowsModel(QAbstractListModel):
    """Rows with a `key`, a `name`, a `sentence()` for those who listen, and a `tip()`.

    Where the same keys stand in the same order only what changed is painted anew, so nothing jumps.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Any, ...] = ()

    @property
    def rows(self) -> tuple[Any, ...]:
        return self._rows

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows, in this order."""
        former, self._rows = self._rows, tuple(rows)
        if [row.key for row in former] != [row.key for row in self._rows]:
            self.beginResetModel()
            self.endResetModel()
            return
        for place, (old, new) in enumerate(zip(former, self._rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(place), self.index(place))

    def place_of(self, key: object) -> int | None:
        """Where the row with this key stands now, from 0."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.sentence()
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(row.tip())
        return row if role == RowRole else None


class RowsDelegate(QStyledItemDelegate):
    """Paints rows; `pointed` is what the pointer is on, as the list's `pointed_at` says it."""

    pointed: Any = None


class RowsView(QListView):
    """A list of rows. A subclass says what lies under a place, whether it can be pressed, and what is said of it."""

    def __init__(self, model: RowsModel, delegate: RowsDelegate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows_model, self._delegate = model, delegate
        self.setModel(model)
        self.setItemDelegate(delegate)
        delegate.setParent(self)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        THEME.changed.connect(self.viewport().update)

    @property
    def rows(self) -> tuple[Any, ...]:
        return self._rows_model.rows

    def pointed_at(self, place: QPoint) -> Any:
        """What lies under a place of the viewport, None for nothing."""
        index = self.indexAt(place)
        return index.row() if index.isValid() else None

    def can_be_pressed(self, pointed: Any) -> bool:
        return False

    def tip_of(self, pointed: Any) -> str:
        row: int = pointed
        return str(self.rows[row].tip())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.pointed_at(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            pointed = self.pointed_at(event.pos())
            if pointed is not None:
                QToolTip.showText(event.globalPos(), plain_tip(self.tip_of(pointed)), self.viewport())
                return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows:
            self.setCurrentIndex(self._rows_model.index(0))

    def _point(self, pointed: Any) -> None:
        if pointed == self._delegate.pointed:
            return
        self._delegate.pointed = pointed
        can_press = pointed is not None and self.can_be_pressed(pointed)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if can_press else Qt.CursorShape.ArrowCursor)
        self.viewport().update()
