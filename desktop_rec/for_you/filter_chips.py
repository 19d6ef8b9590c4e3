"""Small round buttons of filters: one in force that takes itself away, one of a genre, one of a choice."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_rec.common.controls import named
from desktop_rec.common.plain import button_text, set_tip
from engine.wording import said

SHAPE = (
    "QPushButton { padding: 2px 10px; border-radius: 12px; min-height: 18px; }"
    "QPushButton:focus { padding: 1px 9px; border-radius: 12px; }"
)


class Wish(Enum):
    """What a person wants of a genre."""

    ANY = "any"
    WANTED = "wanted"
    UNWANTED = "unwanted"


_NEXT = {Wish.ANY: Wish.WANTED, Wish.WANTED: Wish.UNWANTED, Wish.UNWANTED: Wish.ANY}


class RemovableChip(QPushButton):
    """A filter in force; a click takes it away. `removed` carries the key that it was made with."""

    removed = Signal(object)

    def __init__(self, text: str, key: object, parent: QWidget | None = None) -> None:
        super().__init__(f"{button_text(text)}  ×", parent)
        self._key = key
        self.setObjectName(f"chip_{text}")
        self.setStyleSheet(SHAPE)
        self.setAccessibleName(said("Filter {text}: press to remove", text=text))
        set_tip(self, said("Remove the filter {text}", text=text))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        self.removed.emit(self._key)


class GenreChip(QPushButton):
    """A genre: each click goes on from any to wanted to unwanted. `wish_changed` carries (genre, wish)."""

    wish_changed = Signal(str, object)

    def __init__(self, genre: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.genre = genre
        self.wish = Wish.ANY
        self.setObjectName(f"genre_{genre}")
        self.setStyleSheet(SHAPE)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_clicked)
        self.show_wish(Wish.ANY)

    def show_wish(self, wish: Wish) -> None:
        """Show what is wanted of this genre."""
        self.wish = wish
        self.setChecked(wish is not Wish.ANY)
        sign = {Wish.ANY: "", Wish.WANTED: "✓ ", Wish.UNWANTED: "no "}[wish]
        self.setText(f"{sign}{button_text(self.genre)}")
        state = {Wish.ANY: said("does not matter"), Wish.WANTED: said("wanted"), Wish.UNWANTED: said("left out")}[wish]
        self.setAccessibleName(f"{self.genre}: {state}")
        set_tip(
            self,
            {
                Wish.ANY: said("Show {genre}", genre=self.genre),
                Wish.WANTED: said("Leave out everything that is also {genre}", genre=self.genre),
                Wish.UNWANTED: said("Let {genre} not matter again", genre=self.genre),
            }[wish],
        )

    def _on_clicked(self) -> None:
        self.show_wish(_NEXT[self.wish])
        self.wish_changed.emit(self.genre, self.wish)


class ChoiceChip(QPushButton):
    """A value among several, checked where it is in force. `chosen` carries the value with each click."""

    chosen = Signal(object)

    def __init__(self, text: str, value: object, *, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.value = value
        named(self, name, tip)
        self.setStyleSheet(SHAPE)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.value)
