"""Which title of the catalogue is meant: the likely ones first, and a field to search all of them.

A widget that pops up beside a row: `show_choices` in; `searched` and `chosen` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.title_search import TitleSearch
from desktop_rec.theme.theme import set_role

_WIDTH, _HEIGHT = 420, 260


@dataclass(frozen=True)
class TitleChoice:
    """One title that may be meant; `detail` says what speaks for it."""

    item_row: int
    name: str
    detail: str


class TitleChooser(QFrame):
    """searched(text) while typing, "" for the likely ones; chosen(index, item_row): this title is meant."""

    searched = Signal(str)
    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.index = 0
        self._build()
        self._connect()

    def open_for(self, index: int, name: str, place: QPoint) -> None:
        """Ask about the title at this place of the review, at a point of the screen."""
        self.index = index
        self._heading.setText(f"Which title is {name}?")
        self.search.clear()
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        owner = self.parentWidget() or self
        room = owner.screen().availableGeometry()
        self.move(
            max(room.left(), min(place.x(), room.right() - _WIDTH)),
            max(room.top(), min(place.y(), room.bottom() - self.height())),
        )
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_choices(self, choices: Sequence[TitleChoice], *, caption: str) -> None:
        """The titles to choose from; the caption says what they are."""
        self._caption.setText(caption)
        self._list.clear()
        for choice in choices:
            item = QListWidgetItem(f"{choice.name}\n{choice.detail}")
            item.setData(Qt.ItemDataRole.UserRole, choice.item_row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.name}, {choice.detail}")
            item.setSizeHint(QSize(_WIDTH - 60, 2 * self.fontMetrics().height() + 14))
            self._list.addItem(item)
        if choices:
            self._list.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self.setObjectName("title_chooser")
        self.setAccessibleName("Choose the title that is meant")
        set_role(self, "card")
        self._heading, self._caption = QLabel(), QLabel()
        self._heading.setWordWrap(True)
        set_role(self._heading, "heading")
        set_role(self._caption, "caption")
        self.search = TitleSearch()
        self.search.setObjectName("chooser_search")
        self._list = named(QListWidget(), "chooser_titles", "Titles that may be meant", "Enter or click takes a title")
        self._list.setStyleSheet("QListView::item { padding: 4px 6px; }")
        self._list.setFixedHeight(_HEIGHT)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        for one in (self._heading, self.search, self._caption, self._list):
            column.addWidget(one)

    def _connect(self) -> None:
        self.search.searched.connect(self.searched)
        self.search.went_down.connect(self._on_went_down)
        self._list.itemClicked.connect(self._on_item)
        self._list.itemActivated.connect(self._on_item)

    def use_word(self, word: str) -> None:
        """What a title is called here."""
        self.search.setPlaceholderText(f"Search all {word}s")
        self.search.setAccessibleName(f"Search all {word}s of the data set")
        self.search.setToolTip("Type a part of the title; the arrow key down goes to what was found")

    def _on_went_down(self) -> None:
        if self._list.count():
            self._list.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_item(self, item: QListWidgetItem) -> None:
        if self.isVisible():
            self.hide()
            self.chosen.emit(self.index, int(item.data(Qt.ItemDataRole.UserRole)))
