"""Ratings of pairs equal what the model says to each person alone, told everything but the rating that is asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from planted import CPU, Kept, planted_dataset
from small_models import small_model

from engine.data.dataset import Histories
from engine.data.split import SplitConfig, make_split
from engine.events import drive
from engine.models.base import ClosedFormModel
from engine.models.mf import MfConfig
from engine.models.registry import build, kind_of
from engine.recommending import pair_ratings
from engine.recommending.pair_ratings import LearnedPeople, rate_pairs
from engine.training.config import TrainingConfig
from engine.training.trainer import fit, train

DATASET = planted_dataset(people=90)
WITH_RATINGS = ("popularity", "mf", "embedding_mlp", "lstm", "two_head")


def fitted(name):
    split = make_split(DATASET, SplitConfig(kind="random", seed=1))
    kind = kind_of(name)
    if issubclass(kind.model_class, ClosedFormModel):
        model = build(name, kind.config_class(), items=DATASET.titles, scale=DATASET.scale)
        return drive(fit(split, model, recorder=Kept())).model.eval()
    model = small_model(name, split)
    config = TrainingConfig(epochs=8, lr=1e-2, batch=64, precision="float32", monitor="rmse")
    return drive(train(split, model, config=config, recorder=Kept(), device=CPU)).model.eval()


@cache
def fitted_by_steps(name):
    split = make_split(DATASET, SplitConfig(kind="random", seed=1))
    config = TrainingConfig(epochs=2, lr=1e-2, batch=64, precision="float32", monitor="rmse")
    model = build(name, MfConfig(solver="adam", rank=4), items=DATASET.titles, scale=DATASET.scale)
    return drive(train(split, model, config=config, recorder=Kept(), device=CPU)).model.eval(), split


@pytest.fixture(scope="module", params=WITH_RATINGS)
def model(request):
    return fitted(request.param)


@pytest.fixture(scope="module")
def mf():
    return fitted("mf")


def some_pairs(count=80, seed=2):
    dice = np.random.default_rng(seed)
    users, items = dice.integers(0, 90, count), dice.integers(0, 40, count)
    return users.astype(np.int32), items.astype(np.int32)


def alone(model, user, item):
    """The definition: one person's history without the title that is asked for."""
    history = DATASET.histories.row(user)
    told = history.where(history.item_rows_N != item)
    with torch.no_grad():
        return float(model.ratings_of(told, Histories.of_one([item], [0.0]))[0])


def rated(model, users, items, *, averages=False, sds=False):
    return drive(rate_pairs(model, DATASET, users, items, averages=averages, sds=sds))


def test_that_pairs_together_are_as_each_alone(model, monkeypatch):
    monkeypatch.setattr(pair_ratings, "_MOST_PROFILES_AT_ONCE", 7)
    monkeypatch.setattr(pair_ratings, "_ENTRIES_AT_ONCE", 60)
    users, items = some_pairs()
    found = rated(model, users, items)
    assert 10 < found.own_P.sum() < 70, "some pairs are in the data and some are not"
    expected = [alone(model, user, item) for user, item in zip(users.tolist(), items.tolist(), strict=True)]
    assert found.ratings_P == pytest.approx(expected, abs=2e-3)


def test_that_the_rating_itself_is_kept_from_the_model(mf):
    user, item = 3, int(DATASET.histories.row(3).item_rows_N[0])
    before = rated(mf, np.array([user], np.int32), np.array([item], np.int32)).ratings_P[0]
    ratings_N = DATASET.histories.ratings_N.copy()
    place = int(DATASET.histories.indptr_U1[user])
    ratings_N[place] = 1.0 if ratings_N[place] > 3 else 5.0
    changed = replace(DATASET, histories=replace(DATASET.histories, ratings_N=ratings_N))
    after = drive(
        rate_pairs(mf, changed, np.array([user], np.int32), np.array([item], np.int32), averages=False)
    ).ratings_P[0]
    assert after == before


def test_that_whom_or_what_the_data_set_does_not_have_gets_no_rating(mf):
    users, items = np.array([-1, 3, -1, 3], np.int32), np.array([5, -1, -1, 5], np.int32)
    assert np.isnan(rated(mf, users, items).ratings_P).tolist() == [True, True, True, False]


def test_that_averages_answer_where_nothing_is_known(mf):
    users, items = np.array([-1, 3, -1, 4], np.int32), np.array([5, -1, -1, -1], np.int32)
    newcomer, mean_of_3, mean_of_all, mean_of_4 = rated(mf, users, items, averages=True).ratings_P
    with torch.no_grad():
        nobody = mf.ratings_of(Histories.of_one([], []), Histories.of_one([5], [0.0]))
    assert newcomer == pytest.approx(float(nobody[0]), abs=1e-5)
    ratings_N, mean = DATASET.histories.ratings_N, float(DATASET.histories.ratings_N.mean())
    assert mean_of_all == pytest.approx(mean, abs=1e-5)
    for user, said in ((3, mean_of_3), (4, mean_of_4)):
        own = DATASET.histories.row(user).ratings_N
        assert said == pytest.approx(mean + (own - mean).sum() / (len(own) + 5), abs=1e-5)
    assert ratings_N.min() <= mean_of_3 <= ratings_N.max()


def test_that_no_pairs_are_no_trouble(mf):
    nothing = np.zeros(0, np.int32)
    assert len(rated(mf, nothing, nothing, averages=True).ratings_P) == 0


def test_that_a_model_without_uncertainty_gives_none_and_one_with_it_a_number_a_pair(mf):
    users, items = some_pairs(20)
    sds_P = rated(mf, users, items, sds=True).sds_P
    assert (np.isfinite(sds_P) & (sds_P > 0)).all()
    floor = build("popularity", kind_of("popularity").config_class(), items=DATASET.titles, scale=DATASET.scale)
    drive(floor.fit(DATASET.histories))
    assert np.isnan(rated(floor, users, items, sds=True).sds_P).all()


def test_that_how_many_pairs_are_done_is_reported_to_the_end(mf):
    users, items = some_pairs(50)
    heard = []
    drive(rate_pairs(mf, DATASET, users, items, averages=False, report=heard.append))
    assert heard == sorted(heard)
    assert heard[-1] == 50


def test_that_people_keep_what_was_learned_of_them_unless_it_was_learned_from_the_very_rating():
    model, split = fitted_by_steps("mf")
    user = int(split.validation.user_rows_U[0])
    held_out = int(split.validation.to_find.row(0).item_rows_N[0])
    place = int(split.validation.learned_U[0])
    seen = int(split.train.row(place).item_rows_N[0])
    never = next(item for item in range(DATASET.titles) if item not in set(DATASET.histories.row(user).item_rows_N))
    items = np.array([held_out, seen, never], np.int32)
    users = np.full(3, user, np.int32)
    found = drive(rate_pairs(model, DATASET, users, items, averages=False, learned=LearnedPeople.of(split))).ratings_P
    factors = model.user_factors_TK[place] @ model.item_factors_IK.T
    own_I = model.mean + 4 * (factors + model.user_bias_T[place] + model.item_bias_I)
    kept = own_I.detach().clamp(1, 5).numpy()[items]
    assert found[[0, 2]] == pytest.approx(kept[[0, 2]], abs=1e-4)
    assert found[1] == pytest.approx(alone(model, user, seen), abs=1e-4)
    assert found[1] != pytest.approx(kept[1], abs=1e-4)


def test_that_people_who_were_not_learned_are_folded_in():
    model, split = fitted_by_steps("mf")
    others = LearnedPeople(split.train_user_rows_U + 1000, split.train)
    users, items = some_pairs(20)
    found = drive(rate_pairs(model, DATASET, users, items, averages=False, learned=others)).ratings_P
    assert found == pytest.approx(rated(model, users, items).ratings_P, abs=1e-5)
