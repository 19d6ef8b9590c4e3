"""The session's third desk: a person's ratings, and what the model says to them.

Stands on the desk for searches. Ratings are kept at once; those of a borrowed person (somebody of the data set) are
not.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from PySide6.QtCore import QObject

from desktop_rec.common.notices import Failure
from desktop_rec.session import work
from desktop_rec.session.searching import SearchDesk

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile, ProfileEntry
    from engine.library.datasets import DatasetRecord
    from engine.recommending.ranking import Filters
    from engine.recommending.recommender import RecommendationList

LIST_LENGTH = 100


class PersonDesk(SearchDesk):
    """Changes the profile, and asks the scoring lane for lists, reasons and insights."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.profile: Profile | None = None
        self.profile_is_borrowed = False
        self.weight: float | None = None
        self.filters: Filters | None = None
        self.recommendations: RecommendationList | None = None

    def open_library(self, home: Path | None = None) -> bool:
        """As the core says; then the person who uses this folder is there too."""
        if not super().open_library(home) or self.library is None:
            return False
        self._tried(self._load_default_profile)
        return True

    def people(self) -> tuple[Any, ...]:
        """The people whose ratings are kept: records with profile_id and name."""
        return tuple(self.library.profiles.records()) if self.library else ()

    def rate_title(self, item_row: int, rating: float | None) -> None:
        """Rate a title of the open data set; None says *seen, not rated*."""
        if self.dataset is None or self.profile is None:
            return
        from engine.data.profiles import entry_of

        self._change_profile(self.profile.rated(entry_of(self.dataset, item_row, rating)))

    def remove_rating(self, item_id: str, title: str | None = None) -> None:
        """Take a title out of the profile; undo() puts it back."""
        if self.profile is None:
            return
        before = self.profile
        self._change_profile(before.without(item_id, title=title))
        gone = next((entry for entry in before.entries if entry not in self.profile.entries), None)
        if gone is not None:
            words = f"Removed {gone.title or gone.item_id} from {before.name}'s ratings"
            self._can_undo(words, partial(self._put_back, before.profile_id, gone))

    def switch_rating(self, item_id: str, on: bool, title: str | None = None) -> None:
        """Let a rating count or not, without forgetting it."""
        if self.profile is not None:
            self._change_profile(self.profile.switched(item_id, on, title=title))

    def take_person(self, user_id: str) -> None:
        """Look through the eyes of somebody in the data set. Nothing done to their ratings is kept."""
        self._tried(partial(self._borrow, user_id))

    def set_profile(self, profile_id: str) -> None:
        """Go on as one of the people whose ratings are kept."""
        self._tried(partial(self._load_profile, profile_id))

    def new_profile(self, name: str) -> None:
        """Begin the ratings of another person, and go on as them."""
        from engine.data.profiles import Profile

        self.profile_is_borrowed = False
        self._change_profile(Profile(uuid4().hex, name.strip() or "Somebody", ()))
        self.library_changed.emit()

    def recommend(self, weight: float | None = None, filters: Filters | None = None) -> None:
        """Ask for the list; recommendations_ready or scoring_failed("recommend", ...) answers."""
        self.weight, self.filters = weight, filters
        if self.recommender is None or self.profile is None:
            return
        make = partial(work.recommend, self.recommender, self.profile, top=LIST_LENGTH, weight=weight, filters=filters)
        self._scoring.request("recommend", make)

    def explain(self, item_row: int) -> None:
        """Ask for the reasons of one title at the present weight; explanation_ready answers."""
        if self.recommender is not None and self.profile is not None:
            make = partial(
                work.explain,
                self.recommender,
                self.profile,
                item_row=item_row,
                weight=self.weight,
                filters=self.filters,
            )
            self._scoring.request("explain", make)

    def ask_insights(self) -> None:
        """Ask what carries the whole list; insights_ready answers."""
        if self.recommender is not None and self.profile is not None:
            asked = partial(work.insights, self.recommender, self.profile)
            self._scoring.request("insights", partial(asked, weight=self.weight, filters=self.filters))

    def _take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        self.recommendations = None
        super()._take(dataset, record)

    def _change_profile(self, profile: Profile) -> None:
        self.profile = profile
        if not self.profile_is_borrowed and self.library is not None:
            self._tried(partial(self.library.profiles.save, profile))
        self.profile_changed.emit()

    def _put_back(self, profile_id: str, entry: ProfileEntry) -> None:
        if self.profile is not None and self.profile.profile_id == profile_id:
            self._change_profile(self.profile.rated(entry))

    def _load_default_profile(self) -> None:
        if self.library is not None:
            self._take_profile(self.library.profiles.default(), borrowed=False)

    def _load_profile(self, profile_id: str) -> None:
        if self.library is not None:
            self._take_profile(self.library.profiles.load(profile_id), borrowed=False)

    def _borrow(self, user_id: str) -> None:
        if self.dataset is not None:
            from engine.data.profiles import profile_of_user

            self._take_profile(profile_of_user(self.dataset, user_id), borrowed=True)

    def _take_profile(self, profile: Profile, *, borrowed: bool) -> None:
        self.profile, self.profile_is_borrowed = profile, borrowed
        self.profile_changed.emit()

    def _on_answer(self, kind: str, answer: Any) -> None:
        super()._on_answer(kind, answer)
        if kind == "recommend":
            self.recommendations = answer
            self.recommendations_ready.emit(answer)
        elif kind == "explain":
            self.explanation_ready.emit(answer)
        elif kind == "insights":
            self.insights_ready.emit(answer)

    def _on_scoring_failure(self, kind: str, failure: Failure) -> None:
        super()._on_scoring_failure(kind, failure)
        if kind in ("recommend", "explain", "insights"):
            self.scoring_failed.emit(kind, failure)
