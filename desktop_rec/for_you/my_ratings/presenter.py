"""Shows a person's ratings wherever they can be changed, and carries out what the person asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData, QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from desktop_rec.common import questions
from desktop_rec.for_you.acting import copy_title
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.panel import CSV, DELETE, IMPORT, LETTERBOXD, ONBOARDING, RENAME, MyRatingsPanel
from desktop_rec.for_you.my_ratings.rating_menu import RatingMenuPresenter
from desktop_rec.for_you.onboarding.panel import StarterPanel
from desktop_rec.for_you.titles import TitleRow, catalogue_title_rows, profile_title_rows
from engine.wording import said

if TYPE_CHECKING:
    from engine.recommending.recommendation import Recommendation

_WELL_KNOWN = 60
_MOST_FOUND = 40


class MyRatingsPresenter(QObject):
    """`rows` are the person's ratings. onboarding_wanted(): the person wants to rate one title at a time."""

    onboarding_wanted = Signal()

    def __init__(
        self, my_ratings: MyRatingsController, panel: MyRatingsPanel, starter: StarterPanel, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.rows: tuple[TitleRow, ...] = ()
        self._my_ratings, self._panel, self._starter, self._window = my_ratings, panel, starter, parent
        self._known_rows: dict[tuple[str, str, int], int | None] = {}
        self.menu = RatingMenuPresenter(my_ratings, parent)
        self._connect()

    @property
    def known(self) -> int:
        """How many ratings the open data set knows, switched off or not."""
        return sum(row.item_row is not None for row in self.rows)

    @property
    def counting(self) -> int:
        """How many ratings the list is made from."""
        return sum(row.item_row is not None and row.is_on for row in self.rows)

    def forget_dataset(self) -> None:
        """Another data set is open: the same titles may be other rows there."""
        self._known_rows = {}

    def show_profile(self) -> None:
        """The person or a rating of theirs changed."""
        dataset, profile = self._my_ratings.dataset.current, self._my_ratings.profile.shown
        if dataset is None or profile is None:
            self.rows = ()
            return
        self.rows = tuple(profile_title_rows(profile, dataset, known=self._known_rows))
        self._panel.show_person(profile.name, borrowed=self._my_ratings.profile.is_borrowed)
        trial = self._my_ratings.profile.trial
        self._panel.show_ratings(self.rows, tried=None if trial.profile is None else trial.changes)
        self._show_found(self._panel.search.text().strip())
        best_known = np.argsort(-dataset.counts_I, kind="stable")[:_WELL_KNOWN].tolist()
        rows = catalogue_title_rows(best_known, dataset, self._by_row())
        self._starter.show_titles(rows, rated=self.known, word=dataset.catalogue.noun)

    def show_profiles(self) -> None:
        """The people whose ratings are stored changed, or another one is in use."""
        stored = [(person.profile_id, person.name) for person in self._my_ratings.library.people()]
        profile = self._my_ratings.profile.current
        self._panel.picker.show_profiles(stored, current="" if profile is None else profile.profile_id)

    def show_menu_of(self, item_row: int, place: QPoint) -> None:
        """Open the menu of the rating of a title, where a reason names it."""
        row = next((row for row in self.rows if row.item_row == item_row), None)
        if row is not None:
            self.menu.show_menu(row, place)

    def rate(self, title: TitleRow | Recommendation, rating: float | None) -> None:
        """Rate a title; None takes the rating away."""
        if rating is None:
            self.remove(title)
        elif title.item_row is not None:
            self._my_ratings.rate(title.item_row, rating)

    def remove(self, title: TitleRow | Recommendation) -> None:
        """Take a title out of the ratings; a notice offers to undo it."""
        self._my_ratings.remove(title.item_id, title.title)

    def ask_for_file(self) -> None:
        """Let the person choose an export of their own, and read it."""
        path = questions.ask_for_my_ratings(self._window)
        if path is not None:
            self._my_ratings.own_export.import_file(path)

    def take_dropped(self, data: QMimeData) -> bool:
        """Read a file or folder that was dropped; False where nothing of the kind was."""
        paths = dropped_paths(data)
        if paths:
            self._my_ratings.own_export.import_file(paths[0])
        return bool(paths)

    def _connect(self) -> None:
        for lists in (self._panel, self._starter):
            lists.rated.connect(self.rate)
            lists.removed.connect(self.remove)
        self._panel.switched.connect(self._switch)
        self._panel.mine.menu_wanted.connect(self.menu.show_menu)
        self._panel.mine.copied.connect(self._copy)
        trial = self._panel.trial
        trial.turned.connect(self._my_ratings.try_changes)
        trial.kept.connect(self._my_ratings.keep_trial)
        trial.put_back.connect(self._put_back)
        self._panel.searched.connect(self._show_found)
        self._panel.asked.connect(self._do)
        picker = self._panel.picker
        picker.profile_chosen.connect(self._my_ratings.choose_profile)
        picker.profile_named.connect(self._my_ratings.new_profile)
        picker.person_chosen.connect(self._my_ratings.borrow)
        self._my_ratings.library.changed.connect(self.show_profiles)

    def _do(self, key: str) -> None:
        """One of the entries of PersonMenu."""
        doing: dict[str, Callable[[], None]] = {
            IMPORT: self.ask_for_file,
            ONBOARDING: self.onboarding_wanted.emit,
            CSV: self._save_csv,
            LETTERBOXD: self._save_for_letterboxd,
            RENAME: self._rename,
            DELETE: self._delete,
        }
        doing[key]()

    def _switch(self, row: TitleRow, is_on: bool) -> None:
        self._my_ratings.switch(row.item_id, is_on, row.title)

    def _copy(self, row: TitleRow) -> None:
        copy_title(row.title, row.year)

    def _put_back(self) -> None:
        self._my_ratings.try_changes(False)

    def _show_found(self, text: str) -> None:
        dataset = self._my_ratings.dataset.current
        if dataset is not None:
            found = dataset.catalogue.search(text, most=_MOST_FOUND, popularity=dataset.counts_I) if text else []
            self._panel.show_found(catalogue_title_rows(found, dataset, self._by_row()))

    def _by_row(self) -> dict[int, TitleRow]:
        return {row.item_row: row for row in self.rows if row.item_row is not None}

    def _save_csv(self) -> None:
        path = questions.ask_where_to_save(self._window, said("Save my ratings as CSV"), f"{self._name()} ratings.csv")
        if path is not None:
            self._my_ratings.save(path)

    def _save_for_letterboxd(self) -> None:
        path = questions.ask_where_to_save(
            self._window, said("Save for Letterboxd"), f"{self._name()} for Letterboxd.csv"
        )
        if path is not None:
            self._my_ratings.save_for_letterboxd(path)

    def _rename(self) -> None:
        profile = self._my_ratings.profile.current
        if profile is not None:
            self._my_ratings.rename_profile(profile.profile_id, questions.ask_for_new_name(self._window, profile.name))

    def _delete(self) -> None:
        profile = self._my_ratings.profile.current
        if profile is not None and not self._my_ratings.profile.is_borrowed:
            self._my_ratings.delete_profile(profile.profile_id)

    def _name(self) -> str:
        profile = self._my_ratings.profile.current
        return said("My") if profile is None else profile.name


def dropped_paths(data: QMimeData) -> list[Path]:
    """The files and folders of this computer that hang on the pointer."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
