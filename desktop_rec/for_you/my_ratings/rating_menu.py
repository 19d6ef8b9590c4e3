"""What can be done with one of my own ratings, and doing it: by the menu of its row, and of a reason's bar."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from desktop_rec.common.stars import StarScale
from desktop_rec.common.text import COUNT_AGAIN_TIP, LEAVE_OUT_TIP, short_title
from desktop_rec.for_you.acting import copy_title, open_site
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.title_menu import Entry, TitleMenu
from desktop_rec.for_you.title_sites import sites_of
from desktop_rec.for_you.titles import TitleRow
from engine.wording import said

LEAVE_OUT, COUNT_AGAIN, TRY_WITHOUT, REMOVE, COPY = "leave_out", "count_again", "try_without", "remove", "copy"


class RatingMenuPresenter(QObject):
    """Opens the menu of a rating and carries out what is chosen."""

    def __init__(self, my_ratings: MyRatingsController, window: QWidget) -> None:
        super().__init__(window)
        self._my_ratings, self._window = my_ratings, window
        self._menu: TitleMenu | None = None

    def show_menu(self, row: TitleRow, place: QPoint) -> None:
        """Open the menu of a rating at a place of the screen."""
        dataset = self._my_ratings.dataset.current
        if dataset is None:
            return
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu = TitleMenu(short_title(row.name), self._window)
        if row.item_row is not None:
            menu.add_ratings(StarScale.of(dataset.scale), row.rating)
            menu.add_entries(_switches(row))
        menu.add_entries((
            Entry(REMOVE, said("Remove from my ratings"), said("It leaves your ratings; it can be undone"), "Del"),
            Entry(COPY, said("Copy title"), said("Put its name and year on the clipboard"), "Ctrl+C"),
        ))  # fmt: skip
        if row.item_row is not None:
            menu.add_sites(sites_of(dataset, row.item_row))
        menu.rated.connect(partial(self._rate, row))
        menu.chosen.connect(partial(self.do, row))
        menu.site_chosen.connect(open_site)
        menu.popup(place)

    def do(self, row: TitleRow, key: str) -> None:
        """Carry out an entry of the menu."""
        match key:
            case "leave_out" | "count_again":
                self._my_ratings.switch(row.item_id, key == COUNT_AGAIN, row.title)
            case "try_without":
                self._my_ratings.try_without(row.item_id, row.title)
            case "remove":
                self._my_ratings.remove(row.item_id, row.title)
            case "copy":
                copy_title(row.title, row.year)

    def _rate(self, row: TitleRow, rating: float) -> None:
        if row.item_row is not None:
            self._my_ratings.rate(row.item_row, rating)


def _switches(row: TitleRow) -> tuple[Entry, ...]:
    if not row.is_on:
        return (Entry(COUNT_AGAIN, said("Let it count again"), COUNT_AGAIN_TIP, "Space"),)
    return (
        Entry(LEAVE_OUT, said("Leave out of my list"), LEAVE_OUT_TIP, "Space"),
        Entry(
            TRY_WITHOUT, said("Try without it"), said("See your list without it; nothing is saved until you keep it")
        ),
    )
