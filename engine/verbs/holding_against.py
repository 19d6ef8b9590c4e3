"""What the simplest models are worth on a data set and a split: what every other model is held against.

Wires the models that are computed at once to the split of a run; judged on the same people, and kept, so that it is
worked out once for all runs of a split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.device import training_threads
from engine.errors import DataError, DeviceError, TrainingError
from engine.evaluation.breakdown import ERRORS_BY_RATING, KNOWN_AND_NEW
from engine.evaluation.protocol import ERROR_METRICS, USUAL_CUTS, Judgement, judge
from engine.events import Job, StageStarted, Stop
from engine.library.store import Library
from engine.models.base import ClosedFormModel
from engine.verbs.judging import COLD_START_PEOPLE
from engine.verbs.preparing import fresh_model

POPULARITY, BIASES, EASE = "popularity", "biases", "ease"
BASELINE_TITLES = {POPULARITY: "Most liked", BIASES: "Averages", EASE: "Liked together (EASE)"}
"""What the baselines are called where people read it; "Averages" is μ + b_u + b_i."""

_MOST_TITLES_FOR_EASE = 10_000
_OF_ERRORS = (ERRORS_BY_RATING, KNOWN_AND_NEW)


def baselines(
    library: Library, dataset: Dataset, split_config: SplitConfig, *, ks: Sequence[int] = USUAL_CUTS
) -> Job[dict[str, Judgement]]:
    """The judgements of the baselines on the test people of a split, by name.

    "popularity" has what lists are worth, "biases" how far off μ + b_u + b_i is where ratings are held out, "ease" is
    there where it fits (10,000 titles, and the memory). Kept once all are worked out, and worked out again only where
    other lengths of lists than the usual are asked for; Stop passes through. Raises DataError where the split holds
    nobody out.
    """
    kept = library.baselines.find(dataset.fingerprint, split_config)
    if kept is not None and all(f"recall@{k}" in kept[POPULARITY].metrics for k in ks):
        return kept
    torch.set_num_threads(training_threads())
    yield StageStarted("splitting", "Setting the same people aside again")
    split = make_split(dataset, split_config)
    if split.test is None:
        raise DataError(
            f"The split {split_config.kind} holds nobody out, so there is nothing to hold a model against.",
            remedy="Choose another split.",
        )
    found = _lists_and_errors((yield from _judged(POPULARITY, dataset, split, ks)))
    if dataset.titles <= _MOST_TITLES_FOR_EASE:
        try:
            found[EASE] = yield from _judged(EASE, dataset, split, ks)
        except (DeviceError, TrainingError):
            yield None
    library.baselines.keep(dataset.fingerprint, split_config, found)
    return found


def _judged(name: str, dataset: Dataset, split: Split, ks: Sequence[int]) -> Job[Judgement]:
    model = fresh_model(name, None, dataset, seed=1)
    assert isinstance(model, ClosedFormModel), "baselines are computed at once"
    assert split.test is not None, "asked only where somebody is held out"
    yield from model.fit(split.train)
    judgement = yield from judge(
        model,
        split.test,
        candidates_I=split.candidates_I,
        ks=(*ks, *USUAL_CUTS),
        counts_I=np.bincount(split.train.item_rows_N, minlength=split.titles),
        cold_start_people=COLD_START_PEOPLE,
    )
    if judgement.stopped:
        raise Stop
    return judgement


def _lists_and_errors(judgement: Judgement) -> dict[str, Judgement]:
    """One judgement of the model that ranks by popularity and rates by biases, as that of two baselines."""
    found = {POPULARITY: _part(judgement, errors=False)}
    if "rmse" in judgement.metrics:
        found[BIASES] = _part(judgement, errors=True)
    return found


def _part(judgement: Judgement, *, errors: bool) -> Judgement:
    return replace(
        judgement,
        metrics={name: one for name, one in judgement.metrics.items() if (name in ERROR_METRICS) == errors},
        per_person={name: one for name, one in judgement.per_person.items() if (name in ERROR_METRICS) == errors},
        breakdowns=tuple(one for one in judgement.breakdowns if (one.name in _OF_ERRORS) == errors),
    )
