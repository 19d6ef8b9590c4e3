"""What a person asks of the model in use: a list, bent by filters and sliders, its reasons, and what shapes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.choices import ListChoices, ListSource, SourceKind
from desktop_rec.for_you.kept_choices import ChoicesKey, KeptChoices
from desktop_rec.for_you.left_as import LeftAs
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.model import ModelInUse
from desktop_rec.session.profile import CurrentProfile
from desktop_rec.session.queries import QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import Change, UndoStack
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset, Histories
    from engine.data.profiles import Profile
    from engine.events import Job
    from engine.recommending.asking import TitleAnswer
    from engine.recommending.fairness import Fairness
    from engine.recommending.insights import ListInsights
    from engine.recommending.profile_lists import ListKind
    from engine.recommending.ranking import ListTerms, OrderOf
    from engine.recommending.recommendation import RecommendationList
    from engine.recommending.recommender import Recommender

    OfTitle = Callable[..., Job[Any]]
    """What is worked out of one title; loaded by the thread that does it."""

LIST_LENGTH = 100
BENDING = "bending"
"""What the quiet worker is asked for: to get a model ready for lists that are bent."""
CHOICES = "choices of a list"
"""The scope of changes to filters and sliders: they are forgotten with the data set they were made for."""


@dataclass(frozen=True)
class Pair:
    """The people of a list for two, whose reasons are asked for, and how it is fair to both."""

    mine: Profile
    theirs: Profile
    of_theirs: bool
    fairness: Fairness

    def order_of(self, recommender: Recommender, terms: ListTerms) -> OrderOf:
        """The list that scores of the one whose reasons are asked for make. Raises ProfileError."""
        from engine.recommending.together import common_order

        return common_order(
            recommender, self.mine, self.theirs, of_theirs=self.of_theirs, fairness=self.fairness, terms=terms
        )


class RecommendationsController(QObject):
    """`list` is the answer to the last recommend(), None at first; `choices` how the list is bent, by each person;
    `page` what the middle shows, by its name ("" before anybody looked).

    ready(RecommendationList), explained(Explanation), asked(TitleAnswer) and insights_ready(ListInsights) answer
    recommend(), explain(), ask() and ask_insights(); failed(kind, Failure) says which of these ("recommend", "explain",
    "ask", "insights") has no answer. A list is not asked for by itself: who shows it calls recommend().
    """

    ready = Signal(object)
    explained = Signal(object)
    hangs_on_ready = Signal(object)
    longer_ready = Signal(object)
    asked = Signal(object)
    insights_ready = Signal(object)
    failed = Signal(str, object)
    choices_changed = Signal()

    def __init__(
        self,
        dataset: OpenDataset,
        model: ModelInUse,
        profile: CurrentProfile,
        kept: KeptChoices,
        worker: QueryWorker,
        quiet: QueryWorker,
        undo: UndoStack,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.model, self.profile, self.requests = dataset, model, profile, requests
        self.choices = ListChoices()
        self.list: RecommendationList | None = None
        self.page = ""
        self.explains_companion = False
        self._kept, self._worker, self._quiet, self._undo = kept, worker, quiet, undo
        self._ready_to_bend: Recommender | None = None
        self.picked = LeftAs("title", kept.people, self)
        self._key: ChoicesKey | None = None
        profile.changed.connect(self._on_profile)
        worker.answered.connect(self._on_answer)
        worker.failed.connect(self._on_failure)

    def bend(self, choices: ListChoices, text: str, *, merges: str = "") -> None:
        """Other filters or sliders, in a way that can be undone; changes with equal `merges` in a row are one."""
        if choices == self.choices:
            return
        key, now = self._key, self.choices
        self._undo.do(
            Change(
                text,
                partial(self._take, key, choices),
                partial(self._take, key, now),
                merges=f"{merges} of {key}" if merges else "",
                scope=CHOICES,
            )
        )

    def reset(self) -> None:
        """No filters, and the sliders where they were at first; the list stays what it is of."""
        self.bend(self.choices.reset, said("Reset filters and sliders"))

    def store_choices(self) -> None:
        """Store what is not yet stored of how people bend their lists."""
        self._kept.store()
        self.picked.store()

    def recommend(self) -> None:
        """Ask for the list; `ready` or `failed` answers."""
        self._request("recommend", _recommend, self.profile.shown, other=self.companion())

    def companion(self) -> Profile | None:
        """The other person of a list for two, as they are now; None where there is none."""
        source, dataset = self.choices.source, self.dataset.current
        if source.kind is not SourceKind.TOGETHER or dataset is None:
            return None
        return self.profile.somebody(source.profile_id, dataset)

    def ask(self, item_row: int) -> None:
        """Ask how the person would like a title, listed or not; `asked` or `failed` answers."""
        self._request("ask", _ask, self.profile.shown, item_row=item_row)

    @property
    def explained_person(self) -> Profile | None:
        """Whose ratings the reasons of titles are of: the person's, or of a list for two the other's."""
        return (self.companion() if self.explains_companion else None) or self.profile.shown

    def explain(self, item_row: int) -> None:
        """Ask for the reasons of one title; `explained` or `failed` answers."""
        self._request_of_title("explain", _reasons, item_row)

    def ask_hangs_on(self, item_row: int) -> None:
        """Ask which ratings the place of a title hangs on; `hangs_on_ready` answers, later than all else."""
        self._request_of_title("hangs on", _hangs_on, item_row)

    def look_longer(self, item_row: int) -> None:
        """Ask for the reasons of one title by many sets of ratings; `longer_ready` or `failed` answers."""
        self._request_of_title("longer look", _longer_look, item_row)

    def ask_insights(self) -> None:
        """Ask what shapes the whole list; `insights_ready` or `failed` answers."""
        self._request("insights", _insights, self.profile.shown)

    def _request_of_title(self, kind: str, load: Callable[[], OfTitle], item_row: int) -> None:
        """Have something worked out of one title for the person whose reasons are shown."""
        self._request(kind, partial(_of_title, load), self.explained_person, item_row=item_row, pair=self._pair)

    @property
    def _pair(self) -> Pair | None:
        """The two people of a list for two; None for any other list."""
        mine, theirs = self.profile.shown, self.companion()
        if mine is None or theirs is None:
            return None
        return Pair(mine, theirs, self.explains_companion, self.choices.source.fairness)

    def _request(self, kind: str, job: Callable[..., Job[Any]], profile: Profile | None, **asked: Any) -> None:
        """Have a job done for a person with the model in use and the choices of now, where both are there."""
        recommender = self.model.recommender
        if recommender is not None and profile is not None:
            terms = replace(self.choices.terms, weight=self.weight)
            make = partial(job, recommender, profile, terms=terms, source=self.choices.source, **asked)
            self._worker.request(kind, make)

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """Choices are of a data set, and so are changes to them."""
        self.list = self._ready_to_bend = None
        self._quiet.forget(BENDING)
        self._undo.forget(CHOICES)
        self._kept.use_dataset(dataset)
        self._key = None
        self._on_profile()
        if self._key is None:
            self.choices = ListChoices()
            self.choices_changed.emit()

    @property
    def weight(self) -> float | None:
        """The weight, where the model in use has something to mix."""
        recommender = self.model.recommender
        return self.choices.weight if recommender is not None and recommender.can_mix else None

    def _on_profile(self) -> None:
        """Somebody else bends their list as they left it."""
        dataset, profile = self.dataset.current, self.profile.current
        if dataset is None or profile is None:
            return
        key = ChoicesKey(profile.profile_id, is_stored=not self.profile.is_borrowed)
        if key != self._key:
            self._key, self.choices = key, self._kept.choices_of(key)
            self.choices_changed.emit()

    def _take(self, key: ChoicesKey | None, choices: ListChoices) -> None:
        """Make a change to the choices of the person it is about, also where somebody else has gone on meanwhile."""
        if key is not None:
            self._kept.keep(key, choices)
        if key == self._key:
            self.choices = choices
            self.choices_changed.emit()

    def _on_answer(self, kind: str, answer: Any) -> None:
        if kind == "recommend":
            self.list = answer
            self.ready.emit(answer)
        elif kind == "explain":
            self.explained.emit(answer)
        elif kind == "hangs on":
            self.hangs_on_ready.emit(answer)
        elif kind == "longer look":
            self.longer_ready.emit(answer)
        elif kind == "ask":
            self.asked.emit(answer)
        elif kind == "insights":
            self.insights_ready.emit(answer)
            self._get_ready_to_bend()

    def _get_ready_to_bend(self) -> None:
        """Now that all is shown, have worked out what the first variety and the first list of one per series need."""
        recommender = self.model.recommender
        if recommender is not None and recommender is not self._ready_to_bend:
            self._ready_to_bend = recommender
            self._quiet.request(BENDING, partial(_bendable, recommender))

    def _on_failure(self, kind: str, failure: Failure) -> None:
        if kind in ("recommend", "explain", "ask", "insights", "longer look"):
            self.failed.emit(kind, failure)


def _recommend(
    recommender: Recommender, profile: Profile, *, terms: ListTerms, source: ListSource, other: Profile | None
) -> Job[RecommendationList]:
    """The list of a source. Raises ProfileError where the model knows nothing of the person, or of the other."""
    from engine.recommending.profile_lists import make_list

    yield None
    match source.kind:
        case SourceKind.ALIKE:
            from engine.recommending.alike import alike_for

            return alike_for(recommender, profile, source.item_rows, terms=terms, top=LIST_LENGTH)
        case SourceKind.TOGETHER if other is not None:
            from engine.recommending.together import list_for_two

            return list_for_two(recommender, profile, other, fairness=source.fairness, terms=terms, top=LIST_LENGTH)
        case _:
            return make_list(recommender, profile, _kind_of(source), terms=terms, top=LIST_LENGTH)


def _bendable(recommender: Recommender) -> Job[None]:
    from engine.recommending.getting_ready import get_ready_to_bend

    yield from get_ready_to_bend(recommender)


def _ask(
    recommender: Recommender, profile: Profile, *, item_row: int, terms: ListTerms, source: ListSource
) -> Job[TitleAnswer]:
    """What the model says of one title."""
    from engine.data.profiles import profile_rows
    from engine.recommending.asking import ask

    yield None
    match = profile_rows(profile, recommender.dataset)
    return ask(recommender, match, item_row, terms=terms)


def _of_title(
    load: Callable[[], OfTitle],
    recommender: Recommender,
    profile: Profile,
    *,
    terms: ListTerms,
    source: ListSource,
    item_row: int,
    pair: Pair | None,
) -> Job[Any]:
    """What is worked out of one title, with its places in the list that is shown."""
    yield None
    history, shown, order_of = _shown_of_title(recommender, profile, terms, source, pair)
    return (yield from load()(recommender, history, item_row, terms=shown, order_of=order_of))


def _reasons() -> OfTitle:
    from engine.recommending.explanation import explain_in_portions

    return explain_in_portions


def _hangs_on() -> OfTitle:
    from engine.recommending.counterfactual import hangs_on

    return hangs_on


def _longer_look() -> OfTitle:
    from engine.recommending.longer_look import look_longer

    return look_longer


def _insights(recommender: Recommender, profile: Profile, *, terms: ListTerms, source: ListSource) -> Job[ListInsights]:
    """The reasons of the whole list, and which ratings matter and surprise most."""
    from engine.recommending.insights import explain_list

    yield None
    history, shown = _shown(recommender, profile, terms, source)
    return (yield from explain_list(recommender, history, terms=shown))


def _shown(
    recommender: Recommender, profile: Profile, terms: ListTerms, source: ListSource
) -> tuple[Histories, ListTerms]:
    """What a person's reasons are worked out from, and on what terms the list is made. Raises ProfileError."""
    from engine.recommending.profile_lists import terms_of_list

    found = recommender.match(profile)
    return found.history, terms_of_list(_kind_of(source), found, terms)


def _shown_of_title(
    recommender: Recommender, profile: Profile, terms: ListTerms, source: ListSource, pair: Pair | None
) -> tuple[Histories, ListTerms, OrderOf | None]:
    """As `_shown`, and for a list of two how scores of the person make it. Raises ProfileError."""
    if pair is None:
        return *_shown(recommender, profile, terms, source), None
    of_new = replace(terms, filters=replace(terms.filters, again=False))
    return *_shown(recommender, profile, of_new, source), pair.order_of(recommender, of_new)


def _kind_of(source: ListSource) -> ListKind:
    """Which of a person's lists a source is; reasons of the others are worked out among new titles."""
    match source.kind:
        case SourceKind.SAVED:
            return "saved"
        case SourceKind.NOT_FOR_ME:
            return "not_for_me"
        case _:
            return "for_you"
