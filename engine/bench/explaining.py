"""How long reasons take: every rating of a profile left out once, by every model, on synthetic people.

Seconds do not hang on what was learned, so models that learn by steps are asked as they start. The fifty best titles
are explained, as the window does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.events import Job, StageStarted, drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.registry import build, fitted_config, kind_of, trainable_models
from engine.recommending.explanation import explain
from engine.recommending.insights import explain_list
from engine.recommending.recommender import Recommender

_LISTED = 50
_SCALE = Scale(1, 5, 1)


@dataclass(frozen=True)
class ExplainSpeed:
    """Seconds to explain one title of a list, and all fifty, for a profile of so many ratings."""

    model: str
    ratings: int
    title_seconds: float
    list_seconds: float


def explain_speeds(
    *, models: tuple[str, ...] | None = None, lengths: tuple[int, ...] = (250, 800), titles: int = 3700
) -> Job[tuple[ExplainSpeed, ...]]:
    """Measure some models (None: all that learn from a data set) on a catalogue of so many titles.

    Examples
    --------
    >>> from engine.events import drive
    >>> [speed.model for speed in drive(explain_speeds(models=("ease",), lengths=(5,), titles=60))]
    ['ease']
    """
    dataset = _dataset(max(50, titles // 2), titles)
    found = []
    for name in models or tuple(kind.name for kind in trainable_models()):
        yield StageStarted(name, f"Measuring {kind_of(name).title}")
        model = yield from ready(name, dataset)
        recommender = Recommender(model, dataset)
        for length in lengths:
            found.append(measured(recommender, profile_of(length, dataset)))
            yield None
    return tuple(found)


def measured(recommender: Recommender, profile: Histories) -> ExplainSpeed:
    """How long the best title of a profile takes to explain, and its whole list."""
    best = recommender.recommend(profile, top=1).items[0].item_row
    began = time.perf_counter()
    explain(recommender, profile, best)
    explained = time.perf_counter()
    drive(explain_list(recommender, profile, top=_LISTED))
    listed = time.perf_counter()
    return ExplainSpeed(recommender.model.name, profile.entries, explained - began, listed - explained)


def ready(name: str, dataset: Dataset) -> Job[Model]:
    """A model that answers: computed where that takes seconds, else as it starts."""
    config = fitted_config(name, None, entries=dataset.entries, titles=dataset.titles)
    model = build(name, config, items=dataset.titles, scale=dataset.scale)
    if isinstance(model, ClosedFormModel):
        yield from model.fit(dataset.histories)
    if isinstance(model, StepModel):
        model.prepare(dataset.histories, seed=1)
    return model.eval()


def profile_of(length: int, dataset: Dataset) -> Histories:
    """Somebody with so many of the best known titles, in an order of their own, who likes the first."""
    dice = np.random.default_rng(length)
    known = np.argsort(-dataset.counts_I)[: max(length, min(dataset.titles - 10, 2 * length))]
    rows = dice.permutation(known)[:length]
    ratings = dice.integers(1, 6, len(rows)).astype(np.float32)
    ratings[0] = _SCALE.high
    return Histories(np.array([0, len(rows)]), rows.astype(np.int32), ratings, np.arange(len(rows), dtype=np.int64))


def _dataset(people: int, titles: int) -> Dataset:
    """People with a hundred ratings each, of titles as unequally known as films."""
    dice = np.random.default_rng(1)
    users = np.repeat(np.arange(people), 100)
    items = (titles * dice.random(len(users)) ** 2).astype(np.int64)
    entries = np.unique(users * titles + items)
    ratings = dice.integers(1, 6, len(entries)).astype(np.float32)
    histories = Histories.of(entries // titles, entries % titles, ratings, people=people)
    catalogue = Catalogue(tuple(f"Title {row}" for row in range(titles)), (0,) * titles, ((),) * titles)
    users_known, items_known = (Vocabulary([str(row) for row in range(count)]) for count in (people, titles))
    return Dataset("synthetic", "Synthetic", users_known, items_known, catalogue, histories, _SCALE, "")
