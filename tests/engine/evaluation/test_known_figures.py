"""Known figures on MovieLens-1M: the check that data, split, closed forms and metrics are right, all at once.

Liang et al.'s protocol, 600 people to test on; measured elsewhere with other code, but for EASE with its standard
settings. The whole table, with intervals, is printed by tests/bench/quality.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.data.importing.importer import ImportOptions, import_files
from engine.evaluation.protocol import evaluate_model
from engine.events import drive
from engine.models.ease import AS_PUBLISHED, Ease, EaseConfig
from engine.models.popularity import Popularity, PopularityConfig
from tests.support.planted import strong_split

DATA = os.environ.get("DESKTOP_REC_DATA", "")
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(not DATA, reason="DESKTOP_REC_DATA does not say where MovieLens-1M is"),
]


@pytest.fixture(scope="module")
def dataset():
    files = [Path(DATA) / "ml-1m" / "ratings.dat"]
    return drive(import_files(files, options=ImportOptions(), dataset_id="ml-1m"))[0]


@pytest.mark.parametrize(
    ("model_class", "config", "known"),
    [
        (Popularity, PopularityConfig(), (0.170, 0.238, 0.212)),
        (Ease, EaseConfig(300.0, **AS_PUBLISHED), (0.358, 0.477, 0.421)),
        (Ease, EaseConfig(500.0, **AS_PUBLISHED), (0.352, 0.483, 0.424)),
        (Ease, EaseConfig(), (0.366, 0.493, 0.440)),
    ],
)
def test_that_the_known_figures_of_movielens_1m_are_met(dataset, model_class, config, known):
    split = strong_split(dataset, people_seed=98765, hold_out_seed=1, people_each=600)
    assert split.test is not None
    model = model_class(config, items=dataset.titles, scale=dataset.scale)
    drive(model.fit(split.train))
    people = split.test.likes_only(dataset.scale.like)
    found = drive(evaluate_model(model, people, candidates_I=split.candidates_I, intervals=False)).metrics
    assert [found[name].value for name in ("recall@20", "recall@50", "ndcg@100")] == pytest.approx(known, abs=0.003)
