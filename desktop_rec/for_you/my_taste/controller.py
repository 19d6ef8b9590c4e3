"""Asks how a person's taste stands beside everybody's and how well the model knows them, and keeps their lists.

A list is kept once it has stood for some seconds, so that a slider in motion leaves none behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_rec.common.log import LOG
from desktop_rec.common.notices import Failure
from desktop_rec.for_you.choices import SourceKind
from desktop_rec.for_you.controller import RecommendationsController
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import QueryWorker
from engine.errors import EngineError
from engine.events import Job
from engine.recommending.ranking import Filters

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile
    from engine.recommending.earlier_lists import EarlierLists, ShownTitle
    from engine.recommending.rating_reading import RatingReading
    from engine.recommending.recommendation import Recommendation
    from engine.recommending.recommender import Recommender
    from engine.recommending.taste_profile import TasteProfile
    from engine.recommending.user_evaluation import UserEvaluation

TASTE, KNOWING = "taste", "knowing"
STANDS_MS = 4000
"""How long a list has to stand before it is kept."""


@dataclass(frozen=True)
class Taste:
    """A person's taste beside everybody's, and how the model in use reads their ratings."""

    profile: TasteProfile
    reading: RatingReading


class TasteController(QObject):
    """taste_ready(Taste) answers ask_taste(), known_ready(UserEvaluation) ask_how_well_known().

    failed(kind, Failure) says which of these ("taste", "knowing") has no answer. earlier_changed: a list was kept.
    """

    taste_ready = Signal(object)
    known_ready = Signal(object)
    failed = Signal(str, object)
    earlier_changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        recommendations: RecommendationsController,
        scoring: QueryWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.model, self.profile = recommendations.dataset, recommendations.model, recommendations.profile
        self.requests = recommendations.requests
        self._library, self._recommendations, self._scoring = library, recommendations, scoring
        self._kept: tuple[str, str, EarlierLists] | None = None
        self._standing = QTimer(self)
        self._standing.setSingleShot(True)
        self._standing.setInterval(STANDS_MS)
        self._standing.timeout.connect(self.keep_list)
        scoring.answered.connect(self._on_answer)
        scoring.failed.connect(self._on_failure)
        recommendations.ready.connect(self._on_list)
        recommendations.profile.changed.connect(self._on_profile)

    def ask_taste(self) -> None:
        """Ask how the taste stands beside everybody's."""
        recommender, profile = self.model.recommender, self.profile.current
        if recommender is not None and profile is not None:
            self._scoring.request(TASTE, partial(_taste, recommender, profile))

    def ask_how_well_known(self) -> None:
        """Ask how well the model in use predicts the person's own ratings, each left out once."""
        recommender, profile = self.model.recommender, self.profile.current
        if recommender is not None and profile is not None:
            self._scoring.request(KNOWING, partial(_knowing, recommender, profile))

    @property
    def earlier(self) -> EarlierLists:
        """The lists of this person and data set that were kept."""
        from engine.recommending.earlier_lists import EarlierLists

        profile, files, fingerprint = self.profile.current, self._library.files, self.dataset.fingerprint
        if profile is None or files is None or self.profile.is_borrowed:
            return EarlierLists()
        if self._kept is None or self._kept[:2] != (profile.profile_id, fingerprint):
            document = files.profiles.remembered(profile.profile_id, f"lists:{fingerprint}")
            self._kept = (profile.profile_id, fingerprint, EarlierLists.of(document))
        return self._kept[2]

    def keep_list(self) -> None:
        """Keep the list that stands, where it is one for this person and not the latest once more."""
        found, profile, files = self._recommendations.list, self.profile.current, self._library.files
        if found is None or profile is None or files is None or self.profile.is_borrowed or not self._is_for_you:
            return
        choices, now = self._recommendations.choices, datetime.now(UTC)
        bent = choices.filters != Filters() or choices.gems != 0 or choices.weight is not None
        titles = shown_titles(found.items)
        after = self.earlier.after(titles, profile, model=self.model_title, shown=now, bent=bent)
        if after is None:
            return
        fingerprint = self.dataset.fingerprint
        try:
            files.profiles.remember(profile.profile_id, f"lists:{fingerprint}", after.document())
        except EngineError as error:
            LOG.warning("A list could not be kept: %s", error)
            return
        self._kept = (profile.profile_id, fingerprint, after)
        self.earlier_changed.emit()

    @property
    def model_title(self) -> str:
        """What the model in use is called."""
        return self.model.title if self.model.label is not None else ""

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """Lists are of another data set now."""
        self._standing.stop()
        self._kept = None

    @property
    def _is_for_you(self) -> bool:
        return self._recommendations.choices.source.kind is SourceKind.FOR_YOU

    def _on_profile(self) -> None:
        """What stood was of other ratings, and so would be what is being found out."""
        self._standing.stop()
        self._scoring.forget(KNOWING)

    def _on_list(self) -> None:
        if self._is_for_you:
            self._standing.start()
        else:
            self._standing.stop()

    def _on_answer(self, kind: str, answer: Any) -> None:
        if kind == TASTE:
            self.taste_ready.emit(answer)
        elif kind == KNOWING:
            self.known_ready.emit(answer)

    def _on_failure(self, kind: str, failure: Failure) -> None:
        if kind in (TASTE, KNOWING):
            self.failed.emit(kind, failure)


def shown_titles(items: tuple[Recommendation, ...]) -> tuple[ShownTitle, ...]:
    """The titles of a list as they are kept."""
    from engine.recommending.earlier_lists import KEPT_TITLES, ShownTitle

    return tuple(ShownTitle(item.item_id, item.title, item.year) for item in items[:KEPT_TITLES])


def _taste(recommender: Recommender, profile: Profile) -> Job[Taste]:
    from engine.data.profiles import profile_rows
    from engine.recommending.rating_reading import rating_reading
    from engine.recommending.taste_profile import taste_profile

    yield None
    dataset = recommender.dataset
    history = profile_rows(profile, dataset).history
    return Taste(taste_profile(dataset, history), rating_reading(recommender.model, history, dataset.scale))


def _knowing(recommender: Recommender, profile: Profile) -> Job[UserEvaluation]:
    from engine.recommending.user_evaluation import evaluate_user

    yield None
    found = recommender.match(profile)
    return (yield from evaluate_user(recommender, found.history, seen_rows=found.seen_rows))
