"""The menu of one title: rate it, act on it, look it up. Says what was chosen; carries nothing out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop_rec.common.plain import button_text, set_tip
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.title_sites import Site
from engine.text import format_rating
from engine.wording import said

_MOST_RATINGS = 12


@dataclass(frozen=True)
class Entry:
    """One line of the menu: `key` is what `chosen` says, `keys` the keyboard's way to the same."""

    key: str
    words: str
    tip: str
    keys: str = ""
    is_allowed: bool = True


class TitleMenu(QMenu):
    """rated(rating), chosen(key of an Entry), site_chosen(Site)."""

    rated = Signal(object)
    chosen = Signal(str)
    site_chosen = Signal(object)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("title_menu")
        self.setAccessibleName(said("What to do with {title}", title=title))
        self.setToolTipsVisible(True)
        self._title = title

    def add_ratings(self, scale: StarScale, rating: float | None) -> None:
        """A menu of all ratings that the scale has; the one given is ticked."""
        menu = self._submenu("title_rate", said("Rate"), said("Rate it; digits do the same"))
        for value in _ratings(scale):
            action = menu.addAction(_rating_words(scale, value))
            action.setObjectName(f"rate_{value:g}")
            set_tip(action, said("Rate {title} {rating}", title=self._title, rating=format_rating(value)))
            action.setData(value)
            action.setCheckable(True)
            action.setChecked(rating is not None and abs(rating - value) < 1e-6)
        menu.triggered.connect(self._on_rating)

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """Lines below each other, and a line under them."""
        for entry in entries:
            action = self.addAction(f"{button_text(entry.words)}\t{entry.keys}" if entry.keys else entry.words)
            action.setObjectName(f"title_{entry.key}")
            action.setData(entry.key)
            action.setEnabled(entry.is_allowed)
            set_tip(action, entry.tip)
            action.triggered.connect(self._on_entry)
        self.addSeparator()

    def add_sites(self, sites: Sequence[Site]) -> None:
        """A menu of pages; each says where it leads, and only a click goes there."""
        menu = self._submenu("title_open_on", said("Open on"), said("Look it up in your browser"))
        for site in sites:
            action = menu.addAction(button_text(f"{site.name}\t{site.shown_address}"))
            action.setObjectName(f"open_{site.name.casefold().replace(' ', '_')}")
            set_tip(action, said("Opens {address} in your browser", address=site.address))
            action.setData(site)
        menu.triggered.connect(self._on_site)

    def _submenu(self, name: str, words: str, tip: str) -> QMenu:
        menu = QMenu(words, self)
        menu.setObjectName(name)
        menu.setToolTipsVisible(True)
        set_tip(menu.menuAction(), tip)
        self.addMenu(menu)
        return menu

    def _on_rating(self, action: QAction) -> None:
        self.rated.emit(action.data())

    def _on_entry(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.chosen.emit(action.data())

    def _on_site(self, action: QAction) -> None:
        self.site_chosen.emit(action.data())


def _ratings(scale: StarScale) -> list[float]:
    """What can be given, best first: every step, or whole stars where those would be too many."""
    steps = round((scale.high - scale.low) / scale.step) + 1
    if steps > _MOST_RATINGS:
        return [scale.rating_at(float(stars)) for stars in range(scale.count, 0, -1)]
    values = [round(scale.high - place * scale.step, 4) for place in range(steps)]
    return [value for value in values if value > 0 or scale.is_stretched]


def _rating_words(scale: StarScale, value: float) -> str:
    stars = scale.filled(value)
    drawn = "★" * int(stars) + ("½" if stars % 1 >= 0.5 else "")
    return format_rating(value) if scale.is_stretched else f"{format_rating(value)}\t{drawn}"
