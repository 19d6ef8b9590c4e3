"""A kept run answers: its model is built again, and recommends with reasons.

Wires the library to the recommender.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from engine.data.dataset import Dataset
from engine.data.profile import Profile
from engine.data.profile_match import ProfileMatch
from engine.device import training_threads
from engine.errors import LibraryError
from engine.events import Job, StageStarted
from engine.library.runs import KeptModel
from engine.library.store import Library
from engine.models.base import Model
from engine.models.registry import build, kind_of
from engine.recommending.insights import ListInsights, explain_list
from engine.recommending.recommender import RecommendationList, Recommender

_LEAST_EXPLAINED = 50
"""Most impactful is a sum over so many titles at least, however short a list was asked for."""


@dataclass(frozen=True)
class Recommended:
    """A list for one person, with reasons where they were asked for. `stopped`: only some ratings were left out."""

    match: ProfileMatch
    listed: RecommendationList
    insights: ListInsights | None

    @property
    def stopped(self) -> bool:
        return self.insights is not None and self.insights.stopped


def recommender_of(library: Library, run_id: str) -> Recommender:
    """The recommender of a kept run.

    Raises LibraryError where the run is unknown or damaged, or its data set is gone or not the same any more.
    """
    record = library.runs.find(run_id)
    dataset = library.dataset_of(record)
    kept = library.runs.load(record.run_id)
    if len(kept.candidates_I) != dataset.titles:
        raise LibraryError(
            f"The run {record.name} is damaged: it marks {len(kept.candidates_I):,} titles where {dataset.name} has "
            f"{dataset.titles:,}.",
            remedy="Train again.",
            run=record.run_id,
        )
    words = f"trained {record.created.astimezone():%d %B %Y, %H:%M}"
    return Recommender(
        model_of(kept, dataset), dataset, candidates_I=kept.candidates_I, run_id=record.run_id, trained_words=words
    )


def recommend(
    recommender: Recommender, profile: Profile, *, top: int = 20, weight: float | None = None, explain: bool = False
) -> Job[Recommended]:
    """The list for a profile; with `explain`, leaves each rating out once to find the reasons. Raises ProfileError."""
    torch.set_num_threads(training_threads())
    yield StageStarted("recommending", "Ranking all titles")
    match = recommender.match(profile)
    listed = recommender.recommend(match.history, top=top, weight=weight, seen_rows=match.seen_rows)
    insights = None
    if explain:
        insights = yield from explain_list(
            recommender, match.history, weight=weight, top=max(top, _LEAST_EXPLAINED), seen_rows=match.seen_rows
        )
    return Recommended(match, listed, insights)


def model_of(kept: KeptModel, dataset: Dataset) -> Model:
    """The model of a run with its best weights, on the processor. Raises LibraryError where they do not fit."""
    record = kept.record
    config = kind_of(record.model).config_class.from_dict(record.model_config)
    model = build(record.model, config, items=dataset.titles, scale=dataset.scale)
    try:
        model.load_state_dict(kept.weights)
    except (RuntimeError, KeyError) as error:
        raise LibraryError(
            f"The weights of the run {record.name} do not fit its model ({str(error).splitlines()[0]}).",
            remedy="Train again.",
            run=record.run_id,
        ) from error
    return model.eval()
