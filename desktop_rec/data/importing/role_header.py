"""The header of the import's preview: above each column its name and a choice of what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop_rec.common.controls import CalmComboBox, named
from desktop_rec.theme.theme import GRID, THEME, number_font
from engine.wording import said

ROLE_WORDS = {
    "user": said("Person"),
    "item": said("Title id"),
    "rating": said("Rating"),
    "time": said("Time"),
    "title": said("Title name"),
    "year": said("Year"),
    "genres": said("Genres"),
    "": "–",
}
_NAME_HEIGHT = 24
_BOX_HEIGHT = 34
_WIDEST_BOX = GRID * 20


@dataclass(frozen=True)
class HeadColumn:
    """One column: its name, its role ("" for none), and whether the person may choose another."""

    name: str
    role: str = ""
    can_choose: bool = True


class RoleBox(CalmComboBox):
    """Keys open the list instead of walking through it: each role passed on the way would be taken from its column."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_arrow = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        letter = event.text() if event.text().isalpha() else ""
        if not is_arrow and not letter:
            super().keyPressEvent(event)
            return
        self.showPopup()
        if letter:
            self.view().keyboardSearch(letter)


class RoleHeader(QHeaderView):
    """role_chosen(column, role): the person says what a column is, "" for nothing. reached(column): its box has the
    focus."""

    role_chosen = Signal(int, str)
    reached = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("role_header")
        self._columns: tuple[HeadColumn, ...] = ()
        self._boxes: list[RoleBox] = []
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(GRID * 14)
        self.sectionResized.connect(self._place_boxes)
        self.sectionCountChanged.connect(self._place_boxes)

    def show_columns(self, columns: Sequence[HeadColumn]) -> None:
        """Other columns, or other roles for them. Says nothing to anyone."""
        if [column.name for column in columns] != [column.name for column in self._columns]:
            for box in self._boxes:
                box.hide()
                box.deleteLater()
            self._boxes = [self._make_box(at, column) for at, column in enumerate(columns)]
        self._columns = tuple(columns)
        for box, column in zip(self._boxes, columns, strict=True):
            with QSignalBlocker(box):
                box.choose(column.role)
            box.setVisible(column.can_choose)
        self._place_boxes()
        self.updateGeometry()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        boxes = _BOX_HEIGHT if any(column.can_choose for column in self._columns) else 0
        return QSize(super().sizeHint().width(), _NAME_HEIGHT + boxes + GRID)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._place_boxes()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._place_boxes()

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        """The name of the column above its box; the style would centre it over both."""
        if logical >= len(self._columns):
            super().paintSection(painter, rect, logical)
            return
        colours = THEME.colours
        left = self.sectionViewportPosition(logical)
        width = self.sectionSize(logical)
        painter.save()
        painter.setFont(number_font(self.font()))
        painter.setPen(colours.text_weak)
        words = self.fontMetrics().elidedText(
            self._columns[logical].name, Qt.TextElideMode.ElideRight, width - 2 * GRID
        )
        painter.drawText(left + GRID, 0, width - 2 * GRID, _NAME_HEIGHT + 4, int(Qt.AlignmentFlag.AlignVCenter), words)
        painter.setPen(colours.line)
        painter.drawLine(left, self.height() - 1, left + width, self.height() - 1)
        painter.restore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Says when the keyboard reaches a box, so that its column can be scrolled into sight."""
        if event.type() == QEvent.Type.FocusIn and watched in self._boxes:
            self.reached.emit(int(watched.property("column")))
        return False

    def _make_box(self, at: int, column: HeadColumn) -> RoleBox:
        box = RoleBox()
        named(
            box,
            f"role_{at}",
            said("What {name} is", name=column.name),
            said("What the column {name} holds", name=column.name),
        )
        box.setParent(self.viewport())
        box.setProperty("column", at)
        for role, words in ROLE_WORDS.items():
            box.addItem(words, role)
        box.currentIndexChanged.connect(self._on_chosen)
        box.installEventFilter(self)
        box.show()
        return box

    def _place_boxes(self) -> None:
        for at, box in enumerate(self._boxes):
            if at >= self.count():
                continue
            left, width = self.sectionViewportPosition(at), self.sectionSize(at)
            box.setGeometry(left + GRID // 2, _NAME_HEIGHT + 2, max(40, min(_WIDEST_BOX, width - GRID)), _BOX_HEIGHT)

    def _on_chosen(self) -> None:
        box = self.sender()
        if isinstance(box, RoleBox):
            self.role_chosen.emit(int(box.property("column")), str(box.currentData()))
