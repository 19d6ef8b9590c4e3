"""A stored run recommends to one person, who need not be in the data set."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.matching.matcher import Matcher
from engine.data.matching.review import Review, listed_titles, review_of
from engine.data.personal.reading import read_export
from engine.data.profiles import Profile, ProfileMatch, profile_rows
from engine.data.reading.archives import shown_name
from engine.data.reading.roles import Given
from engine.data.reading.states import UNSEEN
from engine.device import use_cores
from engine.errors import LibraryError, SettingError
from engine.events import Job, StageStarted
from engine.library.runs import StoredModel
from engine.library.store import Library
from engine.models.base import Model
from engine.models.registry import build, kind_of
from engine.models.untrained import initial_titles, zero_untrained_titles
from engine.operations.first_model import stored_companion
from engine.recommending.counterfactual import hangs_on
from engine.recommending.insights import ListInsights, explain_list
from engine.recommending.profile_lists import ListKind, make_list, terms_of_list
from engine.recommending.ranking import USUAL, ListTerms
from engine.recommending.reasons import FIRST_TEN, HangsOn
from engine.recommending.recommendation import RecommendationList
from engine.recommending.recommender import Recommender
from engine.wording import said

_LEAST_EXPLAINED = 50
"""Most impactful is a sum over so many titles at least, however short a list was asked for."""
_SECONDS_HANGING = 10.0


@dataclass(frozen=True)
class Recommended:
    """A list for one person, with reasons where they were asked for. `stopped`: only some ratings were left out."""

    match: ProfileMatch
    listed: RecommendationList
    insights: ListInsights | None
    hanging: tuple[HangsOn, ...] = ()
    """What the places of the first ten hang on, as far as there was time."""

    @property
    def stopped(self) -> bool:
        listing_stopped = self.insights is not None and self.insights.stopped
        return listing_stopped or any(found.stopped for found in self.hanging)


def match_export(
    dataset: Dataset, path: Path, *, given: Given | None = None, matcher: Matcher | None = None
) -> Job[Review]:
    """Read an export and match its titles, by a `matcher` of this data set if given. Raises DataError, ProfileError."""
    yield StageStarted("reading", said("Reading {path}", path=shown_name(path.name)))
    export = read_export(path, given=given)
    yield StageStarted("matching", said("Finding your titles in {dataset}", dataset=dataset.name))
    finder = matcher or Matcher(dataset)
    titles = tuple(title for title in export.titles if title.state not in UNSEEN)
    matches = yield from finder.match_all(titles)
    unseen = tuple(title for title in export.titles if title.state in UNSEEN)
    listed = listed_titles(unseen, (yield from finder.match_all(unseen))) if unseen else None
    return review_of(export, titles, matches, listed=listed)


def recommender_of(library: Library, run_id: str) -> Recommender:
    """The recommender of a stored run. Raises LibraryError where it or its data set is gone or damaged."""
    record = library.runs.find(run_id)
    dataset = library.dataset_of(record)
    stored = library.runs.load(record.run_id)
    if len(stored.candidates_I) != dataset.titles:
        raise LibraryError(
            said(
                "The run {record} is damaged: it marks {candidates:,} titles where {dataset} has {titles:,}.",
                record=record.name,
                candidates=len(stored.candidates_I),
                dataset=dataset.name,
                titles=dataset.titles,
            ),
            remedy=said("Train again."),
            run=record.run_id,
        )
    model = model_of(stored, dataset)
    return Recommender(
        model,
        dataset,
        candidates_I=stored.candidates_I,
        stars=stored_companion(library, dataset, model),
        run_id=record.run_id,
    )


def recommend(
    recommender: Recommender,
    profile: Profile,
    *,
    terms: ListTerms = USUAL,
    top: int = 20,
    explain: bool = False,
    kind: ListKind = "for_you",
) -> Job[Recommended]:
    """One of the lists of a profile.

    Parameters
    ----------
    recommender, profile
        The model in use, and a person's ratings.
    terms
        The weight between watching and loving, for models that mix, and what the list may have.
    top
        How many titles.
    explain
        Whether to find the reasons, leaving each rating out once. A Stop gives those found so far.
    kind
        "for_you" (what is new to the person), "saved" or "not_for_me".

    Raises
    ------
    ProfileError
        Where the model knows nothing of what the person rated.

    Examples
    --------
    ::

        recommender = operations.recommender_of(library, "latest")
        found = drive(operations.recommend(recommender, library.profiles.default(), top=10))
    """
    use_cores()
    yield StageStarted("recommending", said("Ranking all titles"))
    listed = make_list(recommender, profile, kind, terms=terms, top=top)
    match = profile_rows(profile, recommender.dataset)
    if not explain or not listed.items or not recommender.informative(match.history).any():
        return Recommended(match, listed, None)
    own = terms_of_list(kind, match, terms)
    insights = yield from explain_list(recommender, match.history, terms=own, top=max(top, _LEAST_EXPLAINED))
    hanging: tuple[HangsOn, ...] = ()
    if not insights.stopped:
        hanging = yield from _hanging(recommender, match, listed, own)
    return Recommended(match, listed, insights, hanging)


def _hanging(
    recommender: Recommender, match: ProfileMatch, listed: RecommendationList, terms: ListTerms
) -> Job[tuple[HangsOn, ...]]:
    """What the places of the first ten hang on, one after the other while there is time."""
    yield StageStarted("hanging", said("Finding what the first places hang on"))
    end, found = time.monotonic() + _SECONDS_HANGING, []
    for item in listed.items[:FIRST_TEN]:
        left_s = end - time.monotonic()
        hanging = yield from hangs_on(recommender, match.history, item.item_row, terms=terms, seconds=left_s)
        if hanging is not None:
            found.append(hanging)
        if time.monotonic() >= end or (hanging is not None and hanging.stopped):
            break
    return tuple(found)


def model_of(stored: StoredModel, dataset: Dataset) -> Model:
    """The model of a run with its best weights, on the processor. Raises LibraryError where they do not fit."""
    record = stored.record
    config = kind_of(record.model).config_class.from_dict(record.model_config)
    seed = int((record.training_config or {}).get("seed", record.seed))
    model = build(record.model, config, items=dataset.titles, scale=dataset.scale, seed=seed)
    initial = initial_titles(model)
    try:
        model.load_state_dict(stored.weights)
    except (RuntimeError, KeyError) as error:
        raise LibraryError(
            said(
                "The weights of the run {record} do not fit its model ({error}).",
                record=record.name,
                error=str(error).splitlines()[0],
            ),
            remedy=said("Train again."),
            run=record.run_id,
        ) from error
    zero_untrained_titles(model, initial)
    return model.eval()


def refuse_weight(recommender: Recommender, run_name: str, weight: float | None) -> None:
    """Raises SettingError where a weight is asked for that the model does not have."""
    if weight is not None and not recommender.can_mix:
        raise no_weight(recommender, run_name)


def no_weight(recommender: Recommender, run_name: str) -> SettingError:
    """The sentence for a weight that a model does not have."""
    return SettingError(
        said(
            "The run {run_name} ({model}) has no weight between watching and loving for this.",
            run_name=run_name,
            model=recommender.model.name,
        ),
        remedy=said("Leave --weight out."),
    )
