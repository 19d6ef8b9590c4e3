"""The filters in force as chips, and the panel where they are set: genres, years, how well known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout, arranged, button, named, text_label
from desktop_rec.common.panels import Popup
from desktop_rec.common.plain import button_text, set_tip
from engine.recommending.ranking import Filters
from engine.text import plural, shorten

_NAME_WIDTH = 32
_BUTTON_SHAPE = "QPushButton { padding: 2px 10px; min-height: 18px; } QPushButton:focus { padding: 1px 9px; }"


class FilterBar(QWidget):
    """changed(Filters): what is to be shown from now on (hidden gems are left as they were given)."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filters = Filters()
        self._chips: list[RemovableChip] = []
        self._build()
        self._connect()

    def use_catalogue(self, genres: Sequence[str], years: tuple[int, int]) -> None:
        """Offer these genres and years."""
        self.panel.use_catalogue(genres, years)

    def show_filters(self, filters: Filters) -> None:
        """Show what is in force."""
        self.filters = filters
        self.panel.show_filters(filters)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [RemovableChip(text, without) for text, without in _described(filters)]
        for chip in self._chips:
            chip.removed.connect(self._on_panel)
            self._flow.addWidget(chip)
            chip.show()
        self.updateGeometry()

    def add_tool(self, tool: QWidget) -> None:
        """A control that stands beside the button, before the chips."""
        self._flow.addWidget(tool)

    def open_panel(self) -> None:
        """Open the panel under the button."""
        self.panel.open(self._add)

    def _build(self) -> None:
        tip = "Show only some genres or years, or only what many have rated"
        self._add = named(QPushButton("+ Filter"), "add_filter", "Add a filter", tip)
        self._add.setStyleSheet(_BUTTON_SHAPE)
        self._add.setCursor(Qt.CursorShape.PointingHandCursor)
        self.panel = FilterPanel(self)
        self._flow = FlowLayout(self)
        self._flow.addWidget(self._add)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _connect(self) -> None:
        self._add.clicked.connect(self.open_panel)
        self.panel.changed.connect(self._on_panel)

    def _on_panel(self, filters: object) -> None:
        if isinstance(filters, Filters):
            self.show_filters(filters)
            self.changed.emit(filters)


def _described(filters: Filters) -> list[tuple[str, Filters]]:
    """Each filter in force as text, with what would be in force without it."""
    made: list[tuple[str, Filters]] = []
    for genre in filters.genres_any:
        made.append((genre, replace(filters, genres_any=_without(filters.genres_any, genre))))
    for genre in filters.genres_none:
        made.append((f"no {genre}", replace(filters, genres_none=_without(filters.genres_none, genre))))
    if filters.years is not None:
        first, last = filters.years
        made.append((str(first) if first == last else f"{first}–{last}", replace(filters, years=None)))
    if filters.min_ratings:
        made.append((f"at least {plural(filters.min_ratings, 'rating')}", replace(filters, min_ratings=0)))
    if filters.only_rows is not None:
        name = shorten(filters.only_name or plural(len(filters.only_rows), "title"), _NAME_WIDTH)
        made.append((f"only {name}", replace(filters, only_rows=None, only_name="")))
    return made


def _without(genres: tuple[str, ...], genre: str) -> tuple[str, ...]:
    return tuple(known for known in genres if known != genre)


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

    def __init__(self, text: str, key: object, parent: QWidget | None = None) -> None:
        super().__init__(f"{button_text(text)}  ×", parent)
        self._key = key
        self.setObjectName(f"chip_{text}")
        self.setStyleSheet(_SHAPE)
        self.setAccessibleName(f"Filter {text}: press to remove")
        set_tip(self, f"Remove the filter {text}")
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
        self.setText(f"{sign}{button_text(self.genre)}")
        state = {Wish.ANY: "does not matter", Wish.WANTED: "wanted", Wish.UNWANTED: "left out"}[wish]
        self.setAccessibleName(f"{self.genre}: {state}")
        set_tip(
            self,
            {
                Wish.ANY: f"Show {self.genre}",
                Wish.WANTED: f"Leave out everything that is also {self.genre}",
                Wish.UNWANTED: f"Let {self.genre} not matter again",
            }[wish],
        )

    def _on_clicked(self) -> None:
        self.show_wish(_NEXT[self.wish])
        self.wish_changed.emit(self.genre, self.wish)


_WIDTH = 380
_MOST_RATINGS = 1_000_000


class FilterPanel(Popup):
    """changed(Filters) with every click. `use_catalogue` says which genres and years there are."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("filter_panel", "Filters", width=_WIDTH, parent=parent)
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

    def open(self, opener: QWidget) -> None:
        """Show it below a button."""
        self.open_under(opener, focus=self._chips[0] if self._chips else None)

    def _build(self) -> None:
        self._first = _spin("filter_year_first", "First year", "any")
        self._last = _spin("filter_year_last", "Last year", "any")
        self._least = _spin("filter_min_ratings", "Least number of ratings", "any number")
        self._least.setRange(0, _MOST_RATINGS)
        self._least.setSingleStep(10)
        self._clear: QPushButton = button("Clear all filters", "filter_clear", "Show everything again", role="quiet")
        chips = QWidget()
        self._flow = FlowLayout(chips)
        hint = text_label("Click: only these. Click again: none of these.", role="caption", wraps=True)
        self._genre_part, self._year_part, least = QWidget(), QWidget(), QWidget()
        arranged(QVBoxLayout(self._genre_part), text_label("Genres", role="heading"), hint, chips, gap=-1)
        years = arranged(QHBoxLayout(), text_label("from"), self._first, text_label("to"), self._last, gap=-1)
        arranged(QVBoxLayout(self._year_part), text_label("Years", role="heading"), years, gap=-1)
        known = arranged(QHBoxLayout(), text_label("at least"), self._least, gap=-1)
        arranged(QVBoxLayout(least), text_label("How well known", role="heading"), known, gap=-1)
        for box, spins in ((years, (1, 3)), (known, (1,))):
            for place in spins:
                box.setStretch(place, 1)
        self.column.setSpacing(12)
        for part in (self._genre_part, self._year_part, least):
            self.column.addWidget(part)
        self.column.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignLeft)

    def _connect(self) -> None:
        self._first.valueChanged.connect(self._on_years)
        self._last.valueChanged.connect(self._on_years)
        self._least.valueChanged.connect(self._on_least)
        self._clear.clicked.connect(self._on_clear)

    def _on_wish(self, genre: str, wish: Wish) -> None:
        wanted, unwanted = _without(self._filters.genres_any, genre), _without(self._filters.genres_none, genre)
        if wish is Wish.WANTED:
            wanted += (genre,)
        elif wish is Wish.UNWANTED:
            unwanted += (genre,)
        self._change(replace(self._filters, genres_any=wanted, genres_none=unwanted))

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


def _spin(name: str, title: str, none: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    set_tip(box, f"{title}; {none} where it does not matter")
    box.setSpecialValueText(none)
    box.setKeyboardTracking(False)
    return box
