"""How many times likelier a title is for a person than for most: for every model that ranks, and believably."""

from __future__ import annotations

import numpy as np
import pytest
from planted import planted_dataset

from engine.data.dataset import Histories
from engine.data.split import SplitConfig, make_split
from engine.events import drive
from engine.models.blend import Blend, BlendConfig, Part
from engine.operations.preparing import fitted, fresh_model
from engine.recommending.answers import predicted
from engine.recommending.lifts import lifts_of, shares_of
from engine.recommending.recommender import Recommender


@pytest.fixture(scope="module")
def planted():
    return planted_dataset(people=200, titles=60)


def said(model, dataset, history):
    recommender = Recommender(model, dataset)
    return recommender.answer(history).lift_I


def somebody(dataset, person=3):
    return dataset.histories.take(np.array([person]))


@pytest.mark.parametrize("name", ["ease", "ials"])
def test_that_models_that_rank_by_scores_say_how_much_likelier_titles_are(planted, name):
    history = somebody(planted)
    lift_I = said(drive_fitted(name, planted), planted, history)
    assert lift_I is not None
    assert (lift_I[history.item_rows_N] == 0).all()
    first = Recommender(drive_fitted(name, planted), planted).recommend(history, top=1).items[0]
    assert first.lift == pytest.approx(float(lift_I[first.item_row]))
    assert first.lift > 1


@pytest.mark.parametrize("name", ["popularity", "mf"])
def test_that_one_list_for_all_and_stars_alone_have_none(planted, name):
    assert said(drive_fitted(name, planted), planted, somebody(planted)) is None


def test_that_a_blend_says_it_too(planted):
    models = [drive_fitted(name, planted) for name in ("ease", "ials")]
    copies = tuple(Part(model.name, model.name, model.config.as_dict(), weight=0.5) for model in models)
    blend = Blend(BlendConfig(copies=copies), items=planted.titles, scale=planted.scale, models=models)
    lift_I = said(blend, planted, somebody(planted))
    assert np.isfinite(lift_I).all()
    assert (lift_I >= 0).all()


def test_that_of_few_likers_little_is_believed():
    shares, unseen = np.array([1.0, 1.0], dtype=np.float32), np.ones(2, dtype=bool)
    rare = lifts_of(shares, np.array([0.0, 1000.0], dtype=np.float32), unseen)
    assert rare[0] == pytest.approx(1.0)


def test_that_what_is_said_of_held_out_people_is_about_what_they_like(planted):
    """Of titles that are said to be at least twice as likely, about as many more are liked; at least half of that."""
    split = make_split(planted, SplitConfig(seed=2, people_each=40))
    model = fresh_model("ease", None, planted, seed=1)
    drive(model.fit(split.train))
    recommender = Recommender(model, planted, candidates_I=split.candidates_I)
    expected = found = told = 0.0
    counts_I = planted.histories.likes(planted.scale.like)
    share_I = np.bincount(counts_I.item_rows_N, minlength=planted.titles) + 1.0
    for person in range(len(split.test)):
        history = split.test.fold_in.take(np.array([person]))
        likes = split.test.to_find.take(np.array([person])).likes(planted.scale.like)
        lift_I = recommender.answer(history).lift_I
        unseen_I = recommender.unseen(history)
        usual_I = share_I * unseen_I / (share_I * unseen_I).sum() * likes.entries
        high_I = lift_I >= 2
        expected += usual_I[high_I].sum()
        told += (usual_I * lift_I)[high_I].sum()
        found += np.isin(likes.item_rows_N, np.flatnonzero(high_I)).sum()
    assert expected > 1
    assert 0.5 < (found / expected) / (told / expected) < 2.5


def drive_fitted(name, dataset):
    return drive(fitted(name, None, dataset))


def test_that_somebody_without_a_like_is_told_nothing(planted):
    disliked = Histories.of_one([1, 2], [1.0, 1.0])
    recommender = Recommender(drive_fitted("ease", planted), planted)
    prediction = predicted(recommender.model, disliked)
    found = shares_of(recommender.model, prediction, recommender.unseen(disliked))
    assert found is None or (found >= 0).all()
