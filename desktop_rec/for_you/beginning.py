"""How a person with few ratings begins: one title at a time, or many at once, until there is a list to show.

Stands beside recommend_view, which owns it. It decides whether the beginning or the list is shown.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.my_ratings.rating_side import RatingSide
from desktop_rec.for_you.onboarding.onboarding_side import OnboardingSide
from desktop_rec.for_you.onboarding.panel import USEFUL
from desktop_rec.for_you.onboarding.starter_panel import ENOUGH
from desktop_rec.for_you.page import ForYouPage


class Beginning(QObject):
    """turned(): something else is to be shown. import_wanted(): the person has ratings elsewhere."""

    turned = Signal()
    import_wanted = Signal()

    def __init__(
        self,
        my_ratings: MyRatingsController,
        recommendations: RecommendationsController,
        page: ForYouPage,
        ratings: RatingSide,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page, self._ratings = page, ratings
        self._is_wanted = self._wants_many = False
        self._onboarding = OnboardingSide(my_ratings, recommendations, page.onboarding, ratings, self)
        self._onboarding.import_wanted.connect(self.import_wanted)
        page.starter.list_wanted.connect(self.end)
        page.starter.onboarding_wanted.connect(self.begin)
        page.onboarding.list_wanted.connect(self.end)
        page.onboarding.many_wanted.connect(self._on_many_wanted)

    @property
    def is_due(self) -> bool:
        """Whether it is to be shown: it was asked for, or nothing is rated."""
        return self._is_wanted or not self._ratings.known

    def forget_dataset(self) -> None:
        """Another data set is open."""
        self._onboarding.forget_dataset()

    def take_person(self) -> None:
        """Another person is here: whoever has few ratings begins with the onboarding."""
        self._is_wanted, self._wants_many = self._ratings.known < USEFUL, False

    def take_rating(self, *, had: int) -> None:
        """A rating changed. Found by searching, enough of them lead to the list; the onboarding waits to be left."""
        if had < ENOUGH <= self._ratings.known and not self._onboarding.is_answering:
            self._is_wanted = False

    def begin(self) -> None:
        """The person wants to rate one title at a time."""
        self._is_wanted, self._wants_many = True, False
        self.turned.emit()
        self._onboarding.focus()

    def end(self) -> None:
        """The person wants their list."""
        self._is_wanted = False
        self.turned.emit()

    def show(self) -> None:
        """Put it in the middle."""
        if self._wants_many:
            self._page.show_starter()
        else:
            self._onboarding.show_state()
            self._page.show_onboarding()

    def _on_many_wanted(self) -> None:
        self._wants_many = True
        self.turned.emit()
