"""Where filters are set: genres in and out, years from and to, the least number of ratings. Pops up under its button.

A widget: `show_filters` in, `changed` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout
from desktop_rec.theme.theme import set_role
from engine.recommending.ranking import Filters

_SHAPE = (
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

    def __init__(self, words: str, key: object, parent: QWidget | None = None) -> None:
        super().__init__(f"{words}  ×", parent)
        self._key = key
        self.setObjectName(f"chip_{words}")
        self.setStyleSheet(_SHAPE)
        self.setAccessibleName(f"Filter {words}: press to remove")
        self.setToolTip(f"Remove the filter {words}")
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
        self.setStyleSheet(_SHAPE)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_clicked)
        self.show_wish(Wish.ANY)

    def show_wish(self, wish: Wish) -> None:
        """Show what is wanted of this genre."""
        self.wish = wish
        self.setChecked(wish is not Wish.ANY)
        sign = {Wish.ANY: "", Wish.WANTED: "✓ ", Wish.UNWANTED: "no "}[wish]
        self.setText(f"{sign}{self.genre}")
        said = {Wish.ANY: "does not matter", Wish.WANTED: "wanted", Wish.UNWANTED: "left out"}[wish]
        self.setAccessibleName(f"{self.genre}: {said}")
        self.setToolTip(
            {
                Wish.ANY: f"Show {self.genre}",
                Wish.WANTED: f"Leave out everything that is also {self.genre}",
                Wish.UNWANTED: f"Let {self.genre} not matter again",
            }[wish]
        )

    def _on_clicked(self) -> None:
        self.show_wish(_NEXT[self.wish])
        self.wish_changed.emit(self.genre, self.wish)


_WIDTH = 380
_MOST_RATINGS = 1_000_000


class FilterPanel(QFrame):
    """changed(Filters) with every click. `use_catalogue` says which genres and years there are."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._filters = Filters()
        self._years = (1900, 2100)
        self._chips: list[GenreChip] = []
        self._build()
        self._connect()

    def use_catalogue(self, genres: Sequence[str], years: tuple[int, int]) -> None:
        """Offer these genres and this span of years (0, 0 where the data set has none)."""
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.deleteLater()
        self._chips = [GenreChip(genre) for genre in genres]
        for chip in self._chips:
            chip.wish_changed.connect(self._on_wish)
            self._flow.addWidget(chip)
        self._genre_part.setVisible(bool(genres))
        self._years = years
        for box in (self._first, self._last):
            box.blockSignals(True)
            box.setRange(years[0] - 1, years[1])
            box.blockSignals(False)
        self._year_part.setVisible(years != (0, 0))
        self.show_filters(self._filters)

    def show_filters(self, filters: Filters) -> None:
        """Show what is in force, without saying that a person changed it."""
        self._filters = filters
        for chip in self._chips:
            wanted, unwanted = chip.genre in filters.genres_any, chip.genre in filters.genres_none
            chip.show_wish(Wish.WANTED if wanted else Wish.UNWANTED if unwanted else Wish.ANY)
        first, last = filters.years or (self._years[0] - 1, self._years[0] - 1)
        for box, value in ((self._first, first), (self._last, last), (self._least, filters.min_ratings)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)

    def open_under(self, button: QWidget) -> None:
        """Show it below a button, within the screen."""
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        place = button.mapToGlobal(QPoint(0, button.height() + 4))
        room = button.screen().availableGeometry()
        place.setX(max(room.left(), min(place.x(), room.right() - self.width())))
        place.setY(max(room.top(), min(place.y(), room.bottom() - self.height())))
        self.move(place)
        self.show()
        if self._chips:
            self._chips[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def _build(self) -> None:
        self.setObjectName("filter_panel")
        self.setAccessibleName("Filters")
        set_role(self, "card")
        self._first = _spin("filter_year_first", "First year", "any")
        self._last = _spin("filter_year_last", "Last year", "any")
        self._least = _spin("filter_min_ratings", "Least number of ratings", "any number")
        self._least.setRange(0, _MOST_RATINGS)
        self._least.setSingleStep(10)
        self._clear = QPushButton("Clear all filters")
        self._clear.setObjectName("filter_clear")
        self._clear.setAccessibleName("Clear all filters")
        self._clear.setToolTip("Show everything again")
        set_role(self._clear, "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(12)
        column.addWidget(self._build_genres())
        column.addWidget(self._build_years())
        column.addWidget(self._build_least())
        column.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignLeft)

    def _build_genres(self) -> QWidget:
        self._genre_part = QWidget()
        column = QVBoxLayout(self._genre_part)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(_heading("Genres"))
        hint = QLabel("Press once to want one, twice to leave out everything that has it.")
        hint.setWordWrap(True)
        set_role(hint, "caption")
        column.addWidget(hint)
        chips = QWidget()
        self._flow = FlowLayout(chips)
        column.addWidget(chips)
        return self._genre_part

    def _build_years(self) -> QWidget:
        self._year_part = QWidget()
        grid = QGridLayout(self._year_part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(_heading("Years"), 0, 0, 1, 4)
        grid.addWidget(QLabel("from"), 1, 0)
        grid.addWidget(self._first, 1, 1)
        grid.addWidget(QLabel("to"), 1, 2)
        grid.addWidget(self._last, 1, 3)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        return self._year_part

    def _build_least(self) -> QWidget:
        part = QWidget()
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(_heading("How well known"), 0, 0, 1, 2)
        grid.addWidget(QLabel("at least"), 1, 0)
        grid.addWidget(self._least, 1, 1)
        grid.setColumnStretch(1, 1)
        return part

    def _connect(self) -> None:
        self._first.valueChanged.connect(self._on_years)
        self._last.valueChanged.connect(self._on_years)
        self._least.valueChanged.connect(self._on_least)
        self._clear.clicked.connect(self._on_clear)

    def _on_wish(self, genre: str, wish: Wish) -> None:
        wanted = [one for one in self._filters.genres_any if one != genre]
        unwanted = [one for one in self._filters.genres_none if one != genre]
        if wish is Wish.WANTED:
            wanted.append(genre)
        elif wish is Wish.UNWANTED:
            unwanted.append(genre)
        self._change(replace(self._filters, genres_any=tuple(wanted), genres_none=tuple(unwanted)))

    def _on_years(self) -> None:
        unset = self._years[0] - 1
        first, last = self._first.value(), self._last.value()
        if first == unset and last == unset:
            self._change(replace(self._filters, years=None))
            return
        first = self._years[0] if first == unset else first
        last = self._years[1] if last == unset else last
        self._change(replace(self._filters, years=(min(first, last), max(first, last))))

    def _on_least(self, least: int) -> None:
        self._change(replace(self._filters, min_ratings=least))

    def _on_clear(self) -> None:
        self._change(Filters(hidden_gems=self._filters.hidden_gems))

    def _change(self, filters: Filters) -> None:
        self.show_filters(filters)
        self.changed.emit(filters)


def _spin(name: str, said: str, none: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setAccessibleName(said)
    box.setToolTip(f"{said}; {none} where it does not matter")
    box.setSpecialValueText(none)
    box.setKeyboardTracking(False)
    return box


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    set_role(label, "heading")
    return label
