"""The panel where filters are set: genres, decades and years, how well known, seen titles, one title of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from desktop_rec.common.controls import FlowLayout, across, arranged, button, named, text_label
from desktop_rec.common.panels import Popup
from desktop_rec.common.plain import set_tip
from desktop_rec.for_you.filter_chips import ChoiceChip, GenreChip, Wish
from engine.data.catalogue import TITLE
from engine.recommending.ranking import Filters
from engine.text import plural_of
from engine.wording import said

_WIDTH = 480
_MOST_RATINGS = 1_000_000
_FLOORS = (0, 20, 50, 100)
_DECADE = 10
_MOST_DECADES = 16
Chip = TypeVar("Chip", bound=QPushButton)


class FilterPanel(Popup):
    """changed(Filters) with every click. `use_catalogue` says which genres and years there are."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("filter_panel", said("Filters"), width=_WIDTH, parent=parent)
        self._filters, self._wants_all = Filters(), False
        self._years = (1900, 2100)
        self._chips: list[GenreChip] = []
        self._decades: list[ChoiceChip] = []
        self._build()
        self._connect()

    def use_catalogue(self, genres: Sequence[str], years: tuple[int, int], *, word: str = TITLE) -> None:
        """Offer these genres and this span of years (0, 0 where the data set has none)."""
        self._chips = _replaced(self._genre_flow, self._chips, [GenreChip(genre) for genre in genres])
        for chip in self._chips:
            chip.wish_changed.connect(self._on_wish)
        self._genre_part.setVisible(bool(genres))
        self._years = years
        first = max(years[0] // _DECADE, years[1] // _DECADE - _MOST_DECADES + 1) if any(years) else 1
        decades = range(first, years[1] // _DECADE + 1)
        made = [_decade_chip(decade * _DECADE) for decade in decades] if len(decades) > 1 else []
        self._decades = _replaced(self._decade_flow, self._decades, made)
        for decade in self._decades:
            decade.chosen.connect(self._on_decade)
        for box in (self._first, self._last):
            box.blockSignals(True)
            box.setRange(years[0] - 1, years[1])
            box.blockSignals(False)
        self._year_part.setVisible(years != (0, 0))
        self._again.setText(said("{words} I have seen, to see again", words=plural_of(word).capitalize()))
        self.show_filters(self._filters)

    def show_filters(self, filters: Filters) -> None:
        """Show what is in force, without saying that a person changed it."""
        self._filters = filters
        wanted = (*filters.genres_any, *filters.genres_all)
        if wanted:
            self._wants_all = bool(filters.genres_all) and not filters.genres_any
        self._any_of.setChecked(not self._wants_all)
        self._all_of.setChecked(self._wants_all)
        for chip in self._chips:
            unwanted = chip.genre in filters.genres_none
            chip.show_wish(Wish.WANTED if chip.genre in wanted else Wish.UNWANTED if unwanted else Wish.ANY)
        for decade in self._decades:
            decade.setChecked(filters.years is not None and _holds(filters.years, _start_of(decade)))
        first, last = filters.years or (self._years[0] - 1, self._years[0] - 1)
        for box, value in ((self._first, first), (self._last, last), (self._least, filters.min_ratings)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        for floor in self._floors:
            floor.setChecked(floor.value == filters.min_ratings)
        self._again.setChecked(filters.again)
        self._one.setChecked(filters.one_per_series)

    def open(self, opener: QWidget) -> None:
        """Show it below a button."""
        focus = self._chips[0] if self._chips else self._floors[0]
        self.open_under(opener, focus=focus)

    def _build(self) -> None:
        self.column.setSpacing(12)
        for part in (self._built_genres(), self._built_years(), self._built_floor(), self._built_switches()):
            self.column.addWidget(part)
        self._clear: QPushButton = button(
            said("Clear all filters"), "filter_clear", said("Show everything again"), role="quiet"
        )
        self.column.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignLeft)

    def _built_genres(self) -> QWidget:
        self._any_of = ChoiceChip(
            said("Any of"), False, name="genres_any_of", tip=said("Show what has any of the ticked genres")
        )
        self._all_of = ChoiceChip(
            said("All of"), True, name="genres_all_of", tip=said("Show only what has all the ticked genres")
        )
        heading = across(text_label(said("Genres"), role="heading"), gap=8)
        heading.addStretch(1)
        heading.addWidget(self._any_of)
        heading.addWidget(self._all_of)
        hint = text_label(said("Click: only these. Click again: none of these."), role="caption", wraps=True)
        chips = QWidget()
        self._genre_part, self._genre_flow = QWidget(), FlowLayout(chips)
        arranged(QVBoxLayout(self._genre_part), heading, hint, chips, gap=-1)
        return self._genre_part

    def _built_years(self) -> QWidget:
        self._first = _spin("filter_year_first", said("First year"), said("any"))
        self._last = _spin("filter_year_last", said("Last year"), said("any"))
        years = arranged(QHBoxLayout(), text_label("from"), self._first, text_label("to"), self._last, gap=-1)
        for place in (1, 3):
            years.setStretch(place, 1)
        chips = QWidget()
        self._year_part, self._decade_flow = QWidget(), FlowLayout(chips)
        arranged(QVBoxLayout(self._year_part), text_label(said("Years"), role="heading"), chips, years, gap=-1)
        return self._year_part

    def _built_floor(self) -> QWidget:
        self._floors = [_floor_chip(floor) for floor in _FLOORS]
        self._least = _spin("filter_min_ratings", said("Least number of ratings"), said("any number"))
        self._least.setRange(0, _MOST_RATINGS)
        self._least.setSingleStep(10)
        part = QWidget()
        known = across(*self._floors, text_label("or"), self._least, gap=6)
        known.setStretch(len(self._floors) + 1, 1)
        arranged(
            QVBoxLayout(part),
            text_label(said("How well known (at least so many ratings)"), role="heading"),
            known,
            gap=-1,
        )
        return part

    def _built_switches(self) -> QWidget:
        tip = said("Rank what you have seen instead, each without its own rating: what to see again")
        self._again = named(
            QCheckBox(said("Titles I have seen, to see again")), "filter_again", said("Titles I have seen"), tip
        )
        tip = said("Of a series, such as Toy Story 1 to 3, show only the title that comes first")
        self._one = named(QCheckBox(said("One per series")), "filter_one_per_series", said("One per series"), tip)
        part = QWidget()
        arranged(QVBoxLayout(part), self._again, self._one, gap=-1)
        return part

    def _connect(self) -> None:
        self._any_of.chosen.connect(self._on_kind)
        self._all_of.chosen.connect(self._on_kind)
        self._first.valueChanged.connect(self._on_years)
        self._last.valueChanged.connect(self._on_years)
        self._least.valueChanged.connect(self._on_least)
        for floor in self._floors:
            floor.chosen.connect(self._on_least)
        self._again.clicked.connect(self._on_again)
        self._one.clicked.connect(self._on_one)
        self._clear.clicked.connect(self._on_clear)

    def _on_wish(self, genre: str, wish: Wish) -> None:
        wanted = _without((*self._filters.genres_any, *self._filters.genres_all), genre)
        unwanted = _without(self._filters.genres_none, genre)
        if wish is Wish.WANTED:
            wanted += (genre,)
        elif wish is Wish.UNWANTED:
            unwanted += (genre,)
        self._want(wanted, unwanted)

    def _on_kind(self, wants_all: bool) -> None:
        self._wants_all = wants_all
        self._want((*self._filters.genres_any, *self._filters.genres_all), self._filters.genres_none)

    def _want(self, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
        any_of, all_of = ((), wanted) if self._wants_all else (wanted, ())
        self._change(replace(self._filters, genres_any=any_of, genres_all=all_of, genres_none=unwanted))

    def _on_decade(self, start: int) -> None:
        self._change(replace(self._filters, years=_with_decade(self._filters.years, start)))

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

    def _on_again(self, is_on: bool) -> None:
        self._change(replace(self._filters, again=is_on))

    def _on_one(self, is_on: bool) -> None:
        self._change(replace(self._filters, one_per_series=is_on))

    def _on_clear(self) -> None:
        self._change(Filters(hidden_gems=self._filters.hidden_gems, variety=self._filters.variety))

    def _change(self, filters: Filters) -> None:
        is_changed = filters != self._filters
        self.show_filters(filters)
        if is_changed:
            self.changed.emit(filters)


def _with_decade(years: tuple[int, int] | None, start: int) -> tuple[int, int] | None:
    """The years after a click on a decade: it joins them, or leaves them at either end."""
    end = start + _DECADE - 1
    if years is None:
        return start, end
    first, last = years
    if not _holds(years, start):
        return min(first, start), max(last, end)
    if (first, last) == (start, end):
        return None
    if start == first:
        return end + 1, last
    if end == last:
        return first, start - 1
    return start, end


def _holds(years: tuple[int, int], start: int) -> bool:
    return years[0] <= start and start + _DECADE - 1 <= years[1]


def _start_of(chip: ChoiceChip) -> int:
    assert isinstance(chip.value, int), "a decade is chosen by its first year"
    return chip.value


def _replaced(flow: FlowLayout, former: list[Chip], chips: list[Chip]) -> list[Chip]:
    for chip in former:
        flow.removeWidget(chip)
        chip.deleteLater()
    for chip in chips:
        flow.addWidget(chip)
    return chips


def _decade_chip(start: int) -> ChoiceChip:
    return ChoiceChip(
        f"{start}s",
        start,
        name=f"decade_{start}",
        tip=said("From {first} to {last}", first=start, last=start + _DECADE - 1),
    )


def _floor_chip(floor: int) -> ChoiceChip:
    if not floor:
        return ChoiceChip(said("any"), 0, name="floor_0", tip=said("However few have rated it"))
    return ChoiceChip(
        f"{floor}", floor, name=f"floor_{floor}", tip=said("Only what at least {floor} people have rated", floor=floor)
    )


def _without(genres: tuple[str, ...], genre: str) -> tuple[str, ...]:
    return tuple(known for known in genres if known != genre)


def _spin(name: str, title: str, none: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    set_tip(box, said("{title}; {none} where it does not matter", title=title, none=none))
    box.setSpecialValueText(none)
    box.setKeyboardTracking(False)
    return box
