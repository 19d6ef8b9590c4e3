"""Lists for many equal the lists for each."""

from __future__ import annotations

import numpy as np
import pytest
from planted import CPU, Kept, planted_dataset
from small_models import small_model

from engine.data.dataset import Histories
from engine.data.split import SplitConfig, make_split
from engine.errors import SettingError
from engine.events import drive
from engine.models.base import ClosedFormModel
from engine.models.registry import build, kind_of
from engine.recommending.many_lists import known_people, many_lists
from engine.recommending.ranking import ListTerms
from engine.recommending.recommender import Recommender
from engine.training.config import TrainingConfig
from engine.training.trainer import train

DATASET = planted_dataset(people=60)
NEWCOMERS = Histories.of(
    np.array([0, 0, 0, 1, 2, 2, 4, 4, 4, 4]),
    np.array([3, 9, 25, 7, 30, 31, 1, 2, 3, 4]),
    np.array([5, 4, 1, 5, 5, 4, 5, np.nan, 4, 2.0]),
    people=5,
)


def recommender_with(name):
    split = make_split(DATASET, SplitConfig(kind="strong", seed=1))
    kind = kind_of(name)
    if issubclass(kind.model_class, ClosedFormModel):
        model = build(name, kind.config_class(), items=DATASET.titles, scale=DATASET.scale)
        drive(model.fit(split.train))
    else:
        config = TrainingConfig(epochs=6, lr=1e-2, batch=16, precision="float32")
        model = drive(train(split, small_model(name, split), config=config, recorder=Kept(), device=CPU)).model
    candidates_I = split.candidates_I.copy()
    candidates_I[[0, 39]] = False
    return Recommender(model, DATASET, candidates_I=candidates_I)


@pytest.fixture(scope="module", params=["ease", "popularity", "two_head", "mult_vae", "mf"])
def recommender(request):
    return recommender_with(request.param)


def lists_of(recommender, histories, **choices):
    """By person: item rows and scores."""
    found = {}
    for lists in many_lists(recommender, histories, **choices):
        for person, rows, scores, taken in zip(
            lists.people_U.tolist(), lists.item_rows_UK, lists.scores_UK, lists.taken_UK, strict=True
        ):
            found[person] = (rows[taken].tolist(), scores[taken])
    return found


@pytest.mark.parametrize("top", [1, 7, 100])
def test_that_lists_of_many_are_those_of_each(recommender, monkeypatch, top):
    monkeypatch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", 2)
    found = lists_of(recommender, NEWCOMERS, top=top)
    assert sorted(found) == [0, 1, 2, 4]
    for person, (rows, scores) in found.items():
        listed = recommender.recommend(NEWCOMERS.row(person), top=top).items
        assert rows == [one.item_row for one in listed]
        assert scores == pytest.approx([one.score for one in listed], rel=1e-4, abs=1e-5)


def test_that_nobody_is_recommended_what_they_have_or_what_training_never_saw(recommender):
    lists = lists_of(recommender, NEWCOMERS, top=100)
    assert any(len(rows) for rows, _ in lists.values())
    for person, (rows, _) in lists.items():
        assert not set(rows) & {0, 39, *NEWCOMERS.row(person).item_rows_N.tolist()}


def test_that_who_is_known_follows_what_the_model_hears():
    likes = recommender_with("ease")
    disliked = Histories.of(np.array([0, 1]), np.array([5, 5]), np.array([1.0, 5.0]), people=3)
    assert known_people(likes, disliked).tolist() == [False, True, False]
    assert known_people(recommender_with("popularity"), disliked).tolist() == [True, True, False]


def test_that_the_weight_moves_the_lists_of_a_model_that_has_one():
    recommender = recommender_with("two_head")
    one, other = (lists_of(recommender, NEWCOMERS, top=30, weight=weight) for weight in (0.0, 1.0))
    assert one[0][0] != other[0][0]
    for weight, found in ((0.0, one), (1.0, other)):
        listed = recommender.recommend(NEWCOMERS.row(0), ListTerms(weight=weight), top=30).items
        assert found[0][0] == [item.item_row for item in listed]


def test_that_a_weight_beyond_1_is_refused():
    with pytest.raises(SettingError, match="between 0"):
        lists_of(recommender_with("popularity"), NEWCOMERS, top=3, weight=1.5)
