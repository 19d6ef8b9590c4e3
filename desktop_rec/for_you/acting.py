"""What can be done with a recommended title, and doing it: one place for rows, menus, keys and the panel."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_rec.common.stars import StarScale
from desktop_rec.common.text import short_title
from desktop_rec.for_you.choices import ListSource, SourceKind
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.title_menu import Entry, TitleMenu
from desktop_rec.for_you.title_sites import Site, sites_of
from desktop_rec.for_you.titles import TitleRow
from engine.text import format_title
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.recommendation import Recommendation


class Action(Enum):
    """What a person does with a title beside rating it. Doing SAVE or REFUSE again takes it back."""

    SAVE = "save"
    REFUSE = "refuse"
    SEEN = "seen"
    MORE_LIKE_THIS = "more_like_this"
    ALSO_LIKE_THIS = "also_like_this"
    COPY = "copy"


KEYS = {
    Action.SAVE: "S",
    Action.REFUSE: "N",
    Action.SEEN: "X",
    Action.MORE_LIKE_THIS: "M",
    Action.ALSO_LIKE_THIS: "A",
    Action.COPY: "Ctrl+C",
}
"""The keys of a row as menus and tooltips name them."""


class ActingPresenter(QObject):
    """Carries out an Action on a title, in a way that can be undone; `act` is the slot of every `acted` signal."""

    def __init__(
        self, my_ratings: MyRatingsController, recommendations: RecommendationsController, window: QWidget
    ) -> None:
        super().__init__(window)
        self._my_ratings, self._recommendations, self._window = my_ratings, recommendations, window
        self._menu: TitleMenu | None = None

    @property
    def saved_rows(self) -> frozenset[int]:
        """The rows of the titles in *Saved*."""
        return self._rows_of("saved")

    def act(self, action: Action, item: Recommendation) -> None:
        """Do it."""
        row = item.item_row
        match action:
            case Action.SAVE if row in self._rows_of("saved"):
                self._my_ratings.unlist(row)
            case Action.SAVE:
                self._my_ratings.save_for_later(row)
            case Action.REFUSE if row in self._rows_of("not_for_me"):
                self._my_ratings.unlist(row)
            case Action.REFUSE:
                self._my_ratings.refuse(row)
            case Action.SEEN:
                self._my_ratings.mark_seen(row)
            case Action.MORE_LIKE_THIS:
                self._show_alike(item.title, (item.item_row,))
            case Action.ALSO_LIKE_THIS:
                self._add_alike(item.title, item.item_row)
            case Action.COPY:
                copy_title(item.title, item.year)

    def rate(self, item: Recommendation, rating: float | None) -> None:
        """Rate a listed title, which leaves the list by that."""
        if rating is not None:
            self._my_ratings.rate(item.item_row, rating, announced=True)

    def show_menu(self, item: Recommendation, place: QPoint) -> None:
        """Open the menu of a listed title at a place of the screen."""
        dataset = self._my_ratings.dataset.current
        if dataset is None:
            return
        title = short_title(format_title(item.title, item.year))
        menu = self._fresh_menu(title)
        menu.add_ratings(StarScale.of(dataset.scale), None)
        menu.add_entries(self._list_entries(item, title))
        menu.add_entries((*self._alike_entries(item.item_row, title), _COPY))
        menu.add_sites(sites_of(dataset, item.item_row))
        menu.rated.connect(partial(self.rate, item))
        menu.chosen.connect(partial(self._on_chosen, item))
        menu.site_chosen.connect(open_site)
        menu.popup(place)

    def show_found_menu(self, row: TitleRow, place: QPoint) -> None:
        """Open the menu of a title that the search found, at a place of the screen."""
        dataset = self._my_ratings.dataset.current
        if dataset is None or row.item_row is None:
            return
        menu = self._fresh_menu(short_title(row.name))
        menu.add_ratings(StarScale.of(dataset.scale), row.rating)
        entries = (*self._alike_entries(row.item_row, short_title(row.name)), _COPY)
        menu.add_entries(replace(entry, keys="") for entry in entries)
        menu.add_sites(sites_of(dataset, row.item_row))
        menu.rated.connect(partial(self._my_ratings.rate, row.item_row))
        menu.chosen.connect(partial(self._on_found_chosen, row))
        menu.site_chosen.connect(open_site)
        menu.popup(place)

    def _on_found_chosen(self, row: TitleRow, key: str) -> None:
        if row.item_row is None:
            return
        match Action(key):
            case Action.MORE_LIKE_THIS:
                self._show_alike(row.title, (row.item_row,))
            case Action.ALSO_LIKE_THIS:
                self._add_alike(row.title, row.item_row)
            case Action.COPY:
                copy_title(row.title, row.year)

    def _alike_entries(self, item_row: int, title: str) -> tuple[Entry, ...]:
        """A list of what is like a title; where such a list is shown, the title can be one more that it goes by."""
        more = _entry(
            Action.MORE_LIKE_THIS, said("More like this"), said("A list of what is most like {title}", title=title)
        )
        source = self._recommendations.choices.source
        if source.kind is not SourceKind.ALIKE or item_row in source.item_rows:
            return (more,)
        return (
            more,
            _entry(
                Action.ALSO_LIKE_THIS, said("More like this too"), said("The list goes by {title} as well", title=title)
            ),
        )

    def _list_entries(self, item: Recommendation, title: str) -> tuple[Entry, ...]:
        is_saved, is_refused = item.item_row in self._rows_of("saved"), item.item_row in self._rows_of("not_for_me")
        save, refuse = (
            (said("Save for later"), said("Put {title} on Saved", title=title)),
            (said("Not for me"), said("Never recommend {title} again", title=title)),
        )
        if is_saved:
            save = (said("Remove from Saved"), said("Take {title} off Saved", title=title))
        if is_refused:
            refuse = (said("Recommend it again"), said("Take {title} off Not for me", title=title))
        return (
            _entry(
                Action.SEEN, said("Seen, not rated"), said("{title} leaves the list and is marked as seen", title=title)
            ),
            _entry(Action.SAVE, *save),
            _entry(Action.REFUSE, *refuse),
        )

    def _fresh_menu(self, title: str) -> TitleMenu:
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = TitleMenu(title, self._window)
        return self._menu

    def _on_chosen(self, item: Recommendation, key: str) -> None:
        self.act(Action(key), item)

    def _rows_of(self, place: str) -> frozenset[int]:
        """The rows of the titles of a list of the person: "saved" or "not_for_me"."""
        dataset, profile = self._my_ratings.dataset.current, self._my_ratings.profile.current
        if dataset is None or profile is None:
            return frozenset()
        from engine.data.profiles import listed_rows

        return frozenset(listed_rows(getattr(profile, place), dataset))

    def _show_alike(self, title: str, item_rows: tuple[int, ...]) -> None:
        choices = self._recommendations.choices
        source = ListSource(SourceKind.ALIKE, item_rows)
        self._recommendations.bend(
            replace(choices, source=source), said("Asked for more like {title}", title=short_title(title))
        )

    def _add_alike(self, title: str, item_row: int) -> None:
        """One more title that the list of what is like others goes by; the first one where there is no such list."""
        source = self._recommendations.choices.source
        rows = source.item_rows if source.kind is SourceKind.ALIKE else ()
        if item_row not in rows:
            self._show_alike(title, (*rows, item_row))


def copy_title(title: str, year: int) -> None:
    """Put a title on the clipboard as lists show it."""
    QGuiApplication.clipboard().setText(format_title(title, year))


def open_site(site: Site) -> None:
    """Show a page in the person's browser: only here does anything leave this program, and only on a click."""
    QDesktopServices.openUrl(QUrl(site.address))


def _entry(action: Action, words: str, tip: str) -> Entry:
    return Entry(action.value, words, tip, KEYS[action])


_COPY = _entry(Action.COPY, said("Copy title"), said("Put its name and year on the clipboard"))
