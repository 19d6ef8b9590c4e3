from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories, Scale
from engine.errors import ProfileError
from engine.events import Stop, drive
from engine.models import best_known
from engine.models.autoencoder import MultDaeConfig
from engine.models.best_known import BestKnown, shared_with
from engine.models.declaration import MOST_TITLES
from engine.models.ease import EaseConfig, ease_memory_bytes
from engine.models.registry import build, fitted_config
from engine.recommending.recommender import Recommender
from tests.support.planted import dataset_of

LEARNED = 24


@pytest.fixture(scope="module")
def dataset():
    """Half the people love the even titles, half the odd ones; the last titles of each are rare."""
    rng = np.random.default_rng(4)
    chance_I = np.where(np.arange(40) < LEARNED, 0.6, 0.15)
    has_UI = rng.random((200, 40)) < chance_I
    users, items = np.nonzero(has_UI)
    loves = items % 2 == users % 2
    ratings = np.where(loves, 5.0, 2.0)
    return dataset_of(Histories.of(users, items, ratings, people=200), titles=40, scale=Scale(1, 5, 1))


@pytest.fixture(scope="module")
def model(dataset):
    config = fitted_config("ease", EaseConfig(titles=LEARNED), entries=dataset.entries, titles=dataset.titles)
    made = build("ease", config, items=dataset.titles, scale=dataset.scale)
    drive(made.fit(dataset.histories))
    return made


def test_that_the_titles_that_most_people_have_are_learned(model):
    assert isinstance(model, BestKnown)
    assert np.flatnonzero(model.learned_I).tolist() == list(range(LEARNED))


def test_that_learned_titles_are_scored_as_by_a_model_of_these_alone(dataset, model):
    small = build("ease", EaseConfig(l2=model.config.l2).fitted_to(0), items=LEARNED, scale=dataset.scale)
    drive(small.fit(model.narrowed(dataset.histories)))
    profile = Histories.of_one([0, 3, 30], [5.0, 1.0, 5.0])
    alone = small.predict(Histories.of_one([0, 3], [5.0, 1.0])).score_UI[0]
    torch.testing.assert_close(model.predict(profile).score_UI[0, :LEARNED], alone)


def test_that_the_others_are_ranked_by_what_they_share_with_these(model):
    score_I = model.predict(Histories.of_one([0, 2, 4], [5.0, 5.0, 5.0])).score_UI[0].numpy()
    even, odd = score_I[LEARNED::2], score_I[LEARNED + 1 :: 2]
    assert even.min() > odd.max()
    assert even.max() < score_I[:LEARNED:2].max()


def test_that_a_title_shares_most_with_those_that_its_likers_like_for_what_these_are_worth():
    liked = Histories.of([0, 0, 1, 1, 2, 2, 3], [0, 3, 0, 3, 1, 3, 1], [5.0] * 7, people=4)
    places_RK, weights_RK = drive(shared_with(liked, np.array([0, 1]), items=4))
    assert not weights_RK[0].any()
    parts = np.array([2 / np.sqrt(2), 1 / np.sqrt(2)])
    assert places_RK[1, :2].tolist() == [0, 1]
    np.testing.assert_allclose(weights_RK[1, :2], parts / parts.sum() * 3 / 103, rtol=1e-6)


def test_that_a_title_that_was_not_learned_has_no_influence_and_the_list_says_so(dataset, model):
    recommender = Recommender(model, dataset)
    rare = Histories.of_one([30, 31], [5.0, 5.0])
    assert not recommender.informative(rare).any()
    with pytest.raises(ProfileError, match="learned nothing about"):
        recommender.recommend(rare)
    found = recommender.recommend(Histories.of_one([0, 30], [5.0, 5.0]), top=40)
    assert "one of yours doesn't count yet" in found.note
    assert "Drawn from the 24 best known of 40" in found.note
    assert {item.item_row for item in found.items} >= set(range(LEARNED, 40)) - {30}


def test_that_leaving_out_what_was_not_learned_changes_nothing(model):
    profile = Histories.of_one([30, 0, 33], [5.0, 5.0, 5.0])
    scores = model.leave_one_out(profile, left_out_V=np.array([0, 1, 2]), columns_C=np.array([2, 32])).score_UI
    torch.testing.assert_close(scores[[1, 3]], scores[[0, 0]])
    assert (scores[2] != scores[0]).all()


def test_that_all_titles_are_learned_where_they_fit_and_as_many_as_fit_where_not(monkeypatch):
    assert fitted_config("mult_vae", None, entries=10**6, titles=MOST_TITLES).titles is None
    assert fitted_config("mult_vae", None, entries=10**6, titles=84_000).titles == MOST_TITLES
    assert fitted_config("ials", None, entries=10**6, titles=84_000) == fitted_config("ials", None, entries=10**6)
    monkeypatch.setattr("engine.models.ease.available_memory_bytes", lambda: 2**30)
    fits = fitted_config("ease", None, entries=10**6, titles=84_000).titles
    assert ease_memory_bytes(fits) < 0.8 * 2**30 < ease_memory_bytes(fits + 1000)
    assert fitted_config("ease", EaseConfig(titles=500), entries=10**6, titles=84_000).titles == 500


def test_that_titles_are_chosen_once_for_the_same_histories(dataset, monkeypatch):
    asked = []
    monkeypatch.setattr(
        best_known, "shared_with", lambda *given, **rest: asked.append(1) or shared_with(*given, **rest)
    )
    config = fitted_config("mult_dae", MultDaeConfig(titles=LEARNED), entries=dataset.entries, titles=dataset.titles)
    fresh = build("mult_dae", config, items=dataset.titles, scale=dataset.scale)
    for histories in (dataset.histories, dataset.histories, dataset.histories.take(np.arange(100))):
        fresh.prepare(histories, seed=1)
    assert len(asked) == 2


def test_that_choosing_titles_gives_control_back_and_can_be_stopped_and_begun_again(dataset, monkeypatch):
    monkeypatch.setattr(best_known, "_ROWS_AT_ONCE", 2)
    config = fitted_config("mult_dae", MultDaeConfig(titles=LEARNED), entries=dataset.entries, titles=dataset.titles)
    fresh, other = (build("mult_dae", config, items=dataset.titles, scale=dataset.scale) for _ in range(2))
    before = fresh.state_dict()
    stopped = fresh.get_ready(dataset.histories)
    next(stopped)
    with pytest.raises(Stop):
        stopped.throw(Stop())
    assert all(torch.equal(value, before[name]) for name, value in fresh.state_dict().items())
    assert len(list(fresh.get_ready(dataset.histories))) == (dataset.titles - LEARNED) / 2
    assert list(fresh.get_ready(dataset.histories)) == []
    fresh.prepare(dataset.histories, seed=1)
    other.prepare(dataset.histories, seed=1)
    for name, value in other.state_dict().items():
        torch.testing.assert_close(value, fresh.state_dict()[name], msg=name)
