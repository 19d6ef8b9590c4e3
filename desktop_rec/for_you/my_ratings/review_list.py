"""The list of reviewed titles: each row with what can be done, by click, by keys, or by its menu.

A widget: `show_rows` in, `acted` out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QToolTip, QWidget

from desktop_rec.for_you.my_ratings.review_delegate import PointedAct, ReviewDelegate, ReviewLayout, lay_out_review
from desktop_rec.for_you.my_ratings.review_rows import Act, ReviewModel, ReviewRow, ReviewRowRole
from desktop_rec.theme.theme import THEME

_TIPS = {
    Act.TAKE: "Take {found} for {said}",
    Act.CHANGE: "Choose another title for {said}",
    Act.CHOOSE: "Choose which title {said} is",
    Act.FIND: "Search the catalogue for {said}",
    Act.REFUSE: "{said} is not {found}",
    Act.LEAVE: "Do not take {said} into my ratings",
    Act.UNDO: "As if you had not decided about {said}",
    Act.MINE: "Keep what I said of {said}",
    Act.THEIRS: "Take what the file says of {said}",
}
_WORDS = "Titles of the file: up and down choose a row, left and right what to do, Enter does it, Delete leaves out"


class ReviewList(QListView):
    """acted(index, Act): what the person wants of the title at this place in the review."""

    acted = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ReviewModel(self)
        self._painter = ReviewDelegate(self)
        self._build()

    @property
    def rows(self) -> tuple[ReviewRow, ...]:
        return self._model.rows

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
        row: ReviewRow = index.data(ReviewRowRole)
        return lay_out_review(self.visualRect(index), QFontMetrics(self.font()), row.acts, self._painter.reserved)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._pointed_at(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pointed = self._pointed_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and pointed is not None and pointed.act is not None:
            row = self.rows[pointed.place]
            self.acted.emit(row.index, row.acts[pointed.act])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row: ReviewRow | None = self.currentIndex().data(ReviewRowRole)
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
        row: ReviewRow | None = self.currentIndex().data(ReviewRowRole)
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

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            pointed = self._pointed_at(event.pos())
            if pointed is not None:
                QToolTip.showText(event.globalPos(), self._tip(pointed), self.viewport())
                return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows:
            self.setCurrentIndex(self._model.index(0))

    def _build(self) -> None:
        self.setObjectName("review_list")
        self.setAccessibleName(_WORDS)
        self.setModel(self._model)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        THEME.changed.connect(self.viewport().update)

    def _key_act(self, row: ReviewRow) -> int:
        return min(self._painter.key_act, len(row.acts) - 1)

    def _on_menu(self, action: object) -> None:
        index, act = action.data()  # type: ignore[attr-defined]
        self.acted.emit(index, act)

    def _pointed_at(self, place: QPoint) -> PointedAct | None:
        index = self.indexAt(place)
        return PointedAct(index.row(), self.parts_of(index).act_at(place)) if index.isValid() else None

    def _point(self, pointed: PointedAct | None) -> None:
        if pointed == self._painter.pointed:
            return
        self._painter.pointed = pointed
        is_act = pointed is not None and pointed.act is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_act else Qt.CursorShape.ArrowCursor)
        self.viewport().update()

    def _tip(self, pointed: PointedAct) -> str:
        row = self.rows[pointed.place]
        if pointed.act is None:
            return row.sentence()
        return _TIPS[row.acts[pointed.act]].format(said=row.name, found=row.found or "this")
