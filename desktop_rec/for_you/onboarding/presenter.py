"""Asks one title after the other, or shows many at once, until there are enough ratings for a list.

What was not seen is remembered while the window is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.onboarding.panel import ENOUGH, USEFUL, OnboardingState
from desktop_rec.for_you.page import ForYouPage
from desktop_rec.for_you.titles import catalogue_title_rows
from engine.data.onboarding import OnboardingAnswer
from engine.text import format_rating
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.for_you.my_ratings.presenter import MyRatingsPresenter
    from engine.data.profiles import Profile, ProfileEntry


@dataclass(frozen=True)
class _Answer:
    """An answer of this sitting, which can be taken back. `before` is the profile's entry from before it."""

    item_row: int
    text: str
    seen: bool
    before: ProfileEntry | None = None


class OnboardingPresenter(QObject):
    """changed(): something else is to be shown. import_wanted(): the person has ratings elsewhere."""

    changed = Signal()
    import_wanted = Signal()

    def __init__(
        self,
        my_ratings: MyRatingsController,
        recommendations: RecommendationsController,
        page: ForYouPage,
        ratings: MyRatingsPresenter,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._my_ratings, self._recommendations = my_ratings, recommendations
        self._page, self._panel, self._ratings = page, page.onboarding, ratings
        self._answers: dict[str, list[_Answer]] = {}
        self._row: int | None = None
        self._is_wanted = self._wants_many = self._is_answering = False
        self._connect()

    @property
    def is_due(self) -> bool:
        """Whether it is to be shown: it was asked for, or nothing is rated."""
        return self._is_wanted or not self._ratings.known

    def forget_dataset(self) -> None:
        """Another data set is open: rows mean other titles there."""
        self._answers, self._row = {}, None

    def take_person(self) -> None:
        """Another person is here: whoever has few ratings begins with the onboarding."""
        self._is_wanted, self._wants_many = self._ratings.known < USEFUL, False

    def take_rating(self, *, had: int) -> None:
        """A rating changed. Found by searching, enough of them lead to the list; the onboarding waits to be left."""
        if had < ENOUGH <= self._ratings.known and not self._is_answering:
            self._is_wanted = False

    def begin(self) -> None:
        """The person wants to rate one title at a time."""
        self._is_wanted, self._wants_many = True, False
        self.changed.emit()
        self._panel.card.setFocus()

    def end(self) -> None:
        """The person wants their list."""
        self._is_wanted = False
        self.changed.emit()

    def show(self) -> None:
        """Put it in the middle."""
        if self._wants_many:
            self._page.show_starter()
        else:
            self._show_state()
            self._page.show_onboarding()

    def _connect(self) -> None:
        panel, starter = self._panel, self._page.starter
        panel.rated.connect(self._on_rated)
        panel.seen.connect(self._on_seen)
        panel.not_seen.connect(self._on_not_seen)
        panel.went_back.connect(self._on_back)
        panel.import_wanted.connect(self.import_wanted)
        panel.list_wanted.connect(self.end)
        panel.many_wanted.connect(self._on_many_wanted)
        starter.list_wanted.connect(self.end)
        starter.onboarding_wanted.connect(self.begin)
        self._my_ratings.onboarding_ready.connect(self._show_state)
        self._recommendations.ready.connect(self._on_list)

    @property
    def _own_answers(self) -> list[_Answer]:
        profile = self._my_ratings.profile.current
        return self._answers.setdefault("" if profile is None else profile.profile_id, [])

    def _show_state(self) -> None:
        """Show whose turn it is. Only called while the panel is to be seen: the first call makes the onboarding."""
        dataset = self._my_ratings.dataset.current
        if dataset is None or self._my_ratings.profile.current is None:
            return
        self._my_ratings.ask_onboarding()
        onboarding, known = self._my_ratings.onboarding, self._known()
        if onboarding is not None and (self._row is None or any(answer.item_row == self._row for answer in known)):
            self._row = onboarding.next(known)
        answers = self._own_answers
        self._panel.show_state(
            OnboardingState(
                word=dataset.catalogue.noun,
                people=dataset.people,
                row=None if self._row is None else catalogue_title_rows([self._row], dataset, {})[0],
                rated=self._ratings.known,
                not_seen=sum(not answer.seen for answer in answers),
                can_go_back=bool(answers),
                has_list=self._recommendations.list is not None,
                is_through=onboarding is not None and self._row is None,
                last=answers[-1].text if answers else "",
            )
        )

    def _known(self) -> list[OnboardingAnswer]:
        """All that is known of the person: their ratings, and what they have not seen."""
        rated = {row.item_row: row.rating for row in self._ratings.rows if row.item_row is not None}
        passed = [answer.item_row for answer in self._own_answers if not answer.seen]
        return [
            *(OnboardingAnswer(item_row, seen=True, rating=rating) for item_row, rating in rated.items()),
            *(OnboardingAnswer(item_row, seen=False) for item_row in passed if item_row not in rated),
        ]

    def _on_rated(self, rating: float) -> None:
        self._answer(rating, said("{rating} for {name}.", rating=format_rating(rating), name=self._name()))

    def _on_seen(self) -> None:
        self._answer(None, said("{name}: seen, not rated.", name=self._name()))

    def _answer(self, rating: float | None, text: str) -> None:
        item_row, profile = self._row, self._my_ratings.profile.current
        if item_row is None or profile is None:
            return
        self._own_answers.append(_Answer(item_row, text, seen=True, before=self._entry_of(profile, item_row)))
        self._row = None
        self._is_answering = True
        self._my_ratings.rate(item_row, rating)
        self._is_answering = False
        self._show_state()

    def _on_not_seen(self) -> None:
        if self._row is not None:
            self._own_answers.append(_Answer(self._row, said("{name}: not seen.", name=self._name()), seen=False))
            self._row = None
            self._show_state()

    def _on_back(self) -> None:
        """The last answer is taken back, and its title is asked about again."""
        if not self._own_answers:
            return
        answer = self._own_answers.pop()
        if answer.seen:
            self._is_answering = True
            self._my_ratings.put_back(answer.item_row, answer.before)
            self._is_answering = False
        self._row = answer.item_row
        self._show_state()

    def _on_many_wanted(self) -> None:
        self._wants_many = True
        self.changed.emit()

    def _on_list(self) -> None:
        if self._panel.isVisible():
            self._show_state()

    def _name(self) -> str:
        dataset = self._my_ratings.dataset.current
        return "" if dataset is None or self._row is None else dataset.catalogue.name(self._row)

    def _entry_of(self, profile: Profile, item_row: int) -> ProfileEntry | None:
        """The profile's own entry for a title, where a search has rated it since it was asked about."""
        own = next((row for row in self._ratings.rows if row.item_row == item_row), None)
        if own is None:
            return None
        return next((entry for entry in profile.entries if (entry.item_id, entry.title, entry.year) == own.key), None)
