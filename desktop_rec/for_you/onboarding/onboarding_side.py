"""The onboarding half of For you: asks the onboarding whose turn it is, and tells the session what the person answered.

Stands beside rating_side; recommend_view owns both. What was not seen is remembered while the window is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.for_you.my_ratings.controller import MyRatingsController
from desktop_rec.for_you.onboarding.panel import OnboardingPanel, OnboardingState
from desktop_rec.for_you.titles import catalogue_title_rows
from engine.data.onboarding import OnboardingAnswer
from engine.text import format_rating

if TYPE_CHECKING:
    from desktop_rec.for_you.my_ratings.rating_side import RatingSide
    from desktop_rec.for_you.titles import TitleRow
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile, ProfileEntry


@dataclass(frozen=True)
class _Step:
    """An answer of this sitting: what can be taken back. `before` is the profile's entry from before it."""

    item_row: int
    words: str
    seen: bool
    before: ProfileEntry | None = None


class OnboardingSide(QObject):
    """import_wanted(): the person has ratings elsewhere. `is_answering` is true while an answer changes the profile."""

    import_wanted = Signal()

    def __init__(
        self,
        my_ratings: MyRatingsController,
        recommendations: RecommendationsController,
        panel: OnboardingPanel,
        ratings: RatingSide,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._my_ratings, self._recommendations = my_ratings, recommendations
        self._panel, self._ratings = panel, ratings
        self._steps: dict[str, list[_Step]] = {}
        self._row: int | None = None
        self.is_answering = False
        self._connect()

    def forget_dataset(self) -> None:
        """Another data set is open: rows mean other titles there."""
        self._steps, self._row = {}, None

    def show_state(self) -> None:
        """Show whose turn it is. Only called while the panel is to be seen: the first call makes the onboarding."""
        dataset = self._my_ratings.dataset.current
        if dataset is None or self._my_ratings.profile.current is None:
            return
        self._my_ratings.ask_onboarding()
        if self._my_ratings.onboarding is not None and (self._row is None or not self._is_open(self._row)):
            self._row = self._my_ratings.onboarding.next(self._answers())
        steps = self._own_steps
        self._panel.show_state(
            OnboardingState(
                word=dataset.catalogue.word,
                people=dataset.people,
                row=self._title_row(dataset),
                rated=self._ratings.known,
                not_seen=sum(not step.seen for step in steps),
                can_go_back=bool(steps),
                has_list=self._recommendations.list is not None,
                is_through=self._my_ratings.onboarding is not None and self._row is None,
                last=steps[-1].words if steps else "",
            )
        )

    def focus(self) -> None:
        """Let the keys speak to the card."""
        self._panel.card.setFocus()

    @property
    def _own_steps(self) -> list[_Step]:
        profile = self._my_ratings.profile.current
        return self._steps.setdefault("" if profile is None else profile.profile_id, [])

    def _connect(self) -> None:
        panel = self._panel
        panel.rated.connect(self._on_rated)
        panel.seen.connect(self._on_seen)
        panel.not_seen.connect(self._on_not_seen)
        panel.went_back.connect(self._on_back)
        panel.import_wanted.connect(self.import_wanted)
        self._my_ratings.onboarding_ready.connect(self.show_state)
        self._recommendations.ready.connect(self._on_list)

    def _answers(self) -> list[OnboardingAnswer]:
        """All that is known of the person: their ratings, and what they have not seen."""
        rated = [
            OnboardingAnswer(row.item_row, seen=True, rating=row.rating)
            for row in self._ratings.rows
            if row.item_row is not None
        ]
        known = {one.item_row for one in rated}
        passed = [step.item_row for step in self._own_steps if not step.seen and step.item_row not in known]
        return [*rated, *(OnboardingAnswer(row, seen=False) for row in passed)]

    def _is_open(self, item_row: int) -> bool:
        return all(answer.item_row != item_row for answer in self._answers())

    def _title_row(self, dataset: Dataset) -> TitleRow | None:
        return None if self._row is None else catalogue_title_rows([self._row], dataset, {})[0]

    def _on_rated(self, rating: float) -> None:
        self._answer(rating, f"{format_rating(rating)} for {self._name()}.")

    def _on_seen(self) -> None:
        self._answer(None, f"{self._name()}: seen, not rated.")

    def _answer(self, rating: float | None, words: str) -> None:
        row, profile = self._row, self._my_ratings.profile.current
        if row is None or profile is None:
            return
        self._own_steps.append(_Step(row, words, seen=True, before=self._entry_of(profile, row)))
        self._row = None
        self._change(row, rating)

    def _on_not_seen(self) -> None:
        if self._row is not None:
            self._own_steps.append(_Step(self._row, f"{self._name()}: not seen.", seen=False))
            self._row = None
            self.show_state()

    def _on_back(self) -> None:
        """The last answer is taken back, and its title stands there again."""
        if not self._own_steps:
            return
        step = self._own_steps.pop()
        if step.seen:
            self.is_answering = True
            self._my_ratings.put_back(step.item_row, step.before)
            self.is_answering = False
        self._row = step.item_row
        self.show_state()

    def _change(self, row: int, rating: float | None) -> None:
        self.is_answering = True
        self._my_ratings.rate(row, rating)
        self.is_answering = False
        self.show_state()

    def _on_list(self, found: object) -> None:
        if self._panel.isVisible():
            self.show_state()

    def _name(self) -> str:
        dataset = self._my_ratings.dataset.current
        return "" if dataset is None or self._row is None else dataset.catalogue.name(self._row)

    def _entry_of(self, profile: Profile, item_row: int) -> ProfileEntry | None:
        """The profile's own entry for a title, where a search has rated it since the card was dealt."""
        own = next((row for row in self._ratings.rows if row.item_row == item_row), None)
        if own is None:
            return None
        key = own.key
        return next((entry for entry in profile.entries if (entry.item_id, entry.title, entry.year) == key), None)
