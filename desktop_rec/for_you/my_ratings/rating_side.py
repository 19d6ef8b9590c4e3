"""The rating half of For you: my ratings, the search and the starter, connected to the session.

Stands beside recommend_view, which owns it. It knows the person's ratings as rows; it asks for no list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.panel import MyRatingsPanel
from desktop_rec.for_you.onboarding.starter_panel import StarterPanel
from desktop_rec.for_you.titles import TitleRow, catalogue_title_rows, profile_title_rows

if TYPE_CHECKING:
    from engine.recommending.recommender import Recommendation

_WELL_KNOWN = 60
_MOST_FOUND = 40


class RatingSide(QObject):
    """Shows the person's ratings wherever they can be changed, and tells the session of changes."""

    def __init__(
        self, my_ratings: MyRatingsController, mine: MyRatingsPanel, starter: StarterPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._my_ratings, self._mine, self._starter = my_ratings, mine, starter
        self._rows: tuple[TitleRow, ...] = ()
        self._known_rows: dict[tuple[str, str, int], int | None] = {}
        self._connect()

    @property
    def rows(self) -> tuple[TitleRow, ...]:
        """The person's ratings, the latest first; those that the open data set does not have too."""
        return self._rows

    @property
    def known(self) -> int:
        """How many ratings the open data set knows, switched off or not."""
        return sum(row.item_row is not None for row in self._rows)

    @property
    def counting(self) -> int:
        """How many ratings the list is made from."""
        return sum(row.item_row is not None and row.is_on for row in self._rows)

    def forget_dataset(self) -> None:
        """Another data set is open: the same titles may be other rows there."""
        self._known_rows = {}

    def show_profile(self) -> None:
        """The person or a rating of theirs changed."""
        dataset, profile = self._my_ratings.dataset.current, self._my_ratings.profile.current
        if dataset is None or profile is None:
            self._rows = ()
            return
        self._rows = tuple(profile_title_rows(profile, dataset, known=self._known_rows))
        self._mine.show_person(profile.name, borrowed=self._my_ratings.profile.is_borrowed)
        self._mine.show_ratings(self._rows)
        self._show_found(self._mine.search.text().strip())
        best_known = np.argsort(-dataset.counts_I, kind="stable")[:_WELL_KNOWN].tolist()
        rows = catalogue_title_rows(best_known, dataset, self._by_row())
        self._starter.show_titles(rows, rated=self.known, word=dataset.catalogue.word)

    def show_profiles(self) -> None:
        """The people whose ratings are kept changed, or another one is in use."""
        kept = [(person.profile_id, person.name) for person in self._my_ratings.library.people()]
        profile = self._my_ratings.profile.current
        self._mine.picker.show_profiles(kept, current="" if profile is None else profile.profile_id)

    def rate(self, title: TitleRow | Recommendation, rating: float | None) -> None:
        """Rate a title; None takes the rating away."""
        if rating is None:
            self.remove(title)
        elif title.item_row is not None:
            self._my_ratings.rate(title.item_row, rating)

    def remove(self, title: TitleRow | Recommendation) -> None:
        """Take a title out of the ratings; the session offers to undo it."""
        self._my_ratings.remove(title.item_id, title.title)

    def _connect(self) -> None:
        for one in (self._mine, self._starter):
            one.rated.connect(self.rate)
            one.removed.connect(self.remove)
        self._mine.switched.connect(self._switch)
        self._mine.searched.connect(self._show_found)
        picker = self._mine.picker
        picker.profile_chosen.connect(self._my_ratings.choose_profile)
        picker.profile_named.connect(self._my_ratings.new_profile)
        picker.person_chosen.connect(self._my_ratings.borrow)
        self._my_ratings.library.changed.connect(self.show_profiles)

    def _switch(self, row: TitleRow, is_on: bool) -> None:
        self._my_ratings.switch(row.item_id, is_on, row.title)

    def _show_found(self, text: str) -> None:
        dataset = self._my_ratings.dataset.current
        if dataset is not None:
            found = dataset.catalogue.search(text, most=_MOST_FOUND, popularity=dataset.counts_I) if text else []
            self._mine.show_found(catalogue_title_rows(found, dataset, self._by_row()))

    def _by_row(self) -> dict[int, TitleRow]:
        return {row.item_row: row for row in self._rows if row.item_row is not None}
