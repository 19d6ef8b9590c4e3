from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.dataset import Histories, Scale
from engine.errors import TrainingError
from engine.events import Stop, drive
from engine.models import ials
from engine.models.ials import Ials, IalsConfig
from tests.support.planted import planted_dataset

FIVE_STARS = Scale(1, 5, 1)


def crowd(people: int, titles: int, *, seed: int = 0) -> Histories:
    """People who rated a third of the titles; some entries carry no rating."""
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random((people, titles)) < 0.3)
    ratings = rng.integers(1, 6, size=len(users)).astype(np.float32)
    ratings[rng.random(len(users)) < 0.05] = np.nan
    return Histories.of(users, items, ratings, people=people)


def fitted(histories: Histories, titles: int, **settings: float) -> Ials:
    model = Ials(IalsConfig(**{"rank": 6, "sweeps": 4, **settings}), items=titles, scale=FIVE_STARS)
    drive(model.fit(histories))
    return model


def loss(model: Ials, histories: Histories) -> float:
    """What is minimised, written out over all pairs: the people's rows are solved one by one."""
    config, factors_IK = model.config, model.title_factors_IK.double().numpy()
    titles, total = len(factors_IK), 0.0
    learned = histories.take(np.flatnonzero(histories.likes(4.0).counts_U))
    counts_I = np.zeros(titles)
    for row in range(len(learned)):
        profile = learned.row(row)
        weights_n = np.where(profile.ratings_N >= 4.0, 1.0, config.other_ratings)
        x_nK = factors_IK[profile.item_rows_N]
        ridge = config.l2 * (weights_n.sum() + config.unobserved_weight * titles) ** config.frequency_exponent
        system_KK = (x_nK.T * weights_n) @ x_nK + config.unobserved_weight * factors_IK.T @ factors_IK
        person_K = np.linalg.solve(system_KK + ridge * np.eye(config.rank), (x_nK.T * weights_n).sum(1))
        total += (weights_n * (1.0 - x_nK @ person_K) ** 2).sum() + ridge * person_K @ person_K
        total += config.unobserved_weight * ((factors_IK @ person_K) ** 2).sum()
        counts_I += np.bincount(profile.item_rows_N, weights=weights_n, minlength=titles)
    ridge_I = config.l2 * (counts_I + config.unobserved_weight * len(learned)) ** config.frequency_exponent
    return float(total + (ridge_I * (factors_IK**2).sum(1)).sum())


@pytest.mark.parametrize("settings", [{}, {"other_ratings": 0.3}, {"frequency_exponent": 0.5, "l2": 0.2}])
def test_that_each_sweep_lowers_the_loss_that_the_paper_writes(settings):
    histories = crowd(60, 20)
    losses = [loss(fitted(histories, 20, sweeps=sweeps, **settings), histories) for sweeps in (1, 2, 4, 16)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.99 * losses[0]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"fold_in_others": 0.0},
        {"fold_in_others": 0.7, "other_ratings": 0.3},
        {"frequency_exponent": 0.5, "l2": 0.2},
        {"frequency_exponent": 0.5, "l2": 0.2, "fold_in_others": 0.0},
    ],
)
def test_that_leaving_one_out_is_exactly_a_profile_without_it(settings):
    histories = crowd(60, 20)
    model = fitted(histories, 20, **settings)
    for row in range(8):
        profile = histories.row(row)
        places = np.arange(profile.entries)
        variants = [profile, *(profile.where(places != place) for place in places)]
        expected = torch.cat([model.predict(variant).score_UI for variant in variants])
        found = model.leave_one_out(profile, left_out_V=places, columns_C=None).score_UI
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)
        some = model.leave_one_out(profile, left_out_V=places[:2], columns_C=np.array([7, 3])).score_UI
        torch.testing.assert_close(some, expected[:3][:, [7, 3]], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("others", [0.0, 0.2])
def test_that_the_only_entry_that_counts_left_out_leaves_nothing(others):
    model = fitted(crowd(60, 20), 20, fold_in_others=others)
    profile = Histories.of_one([3], [5.0 if not others else 1.0])
    scores = model.leave_one_out(profile, left_out_V=np.array([0]), columns_C=None).score_UI
    assert scores[0].any()
    assert not scores[1].any()


def test_that_for_likes_only_other_ratings_change_nothing():
    model = fitted(crowd(60, 20), 20, fold_in_others=0.0)
    scores = model.leave_one_out(
        Histories.of_one([3, 4, 5], [5.0, 1.0, None]), left_out_V=np.array([0, 1, 2]), columns_C=None
    ).score_UI
    assert not scores[1].any()
    torch.testing.assert_close(scores[2:], scores[[0, 0]])


def test_that_a_title_rated_low_counts_but_less_than_a_like():
    model = fitted(crowd(60, 20), 20)
    likes, low = Histories.of_one([3, 4], [5.0, 5.0]), Histories.of_one([3, 4], [5.0, 1.0])
    alone = model.predict(Histories.of_one([3], [5.0])).score_UI
    moved = (model.predict(low).score_UI - alone).norm()
    assert 0.0 < moved < 0.8 * (model.predict(likes).score_UI - alone).norm()


def test_that_runs_of_earlier_versions_rank_by_likes_alone():
    assert IalsConfig.from_dict({"rank": 6}).fold_in_others == 0.0
    stored = IalsConfig(rank=6).as_dict()
    assert IalsConfig.from_dict(stored) == IalsConfig(rank=6)
    assert stored["fold_in_others"] == 0.2


def test_that_people_get_what_those_who_are_like_them_like():
    dataset = planted_dataset()
    model = fitted(dataset.histories, dataset.titles, rank=2)
    score_I = model.predict(Histories.of_one([0, 1, 2], [5.0, 5.0, 4.0])).score_UI[0]
    half = dataset.titles // 2
    assert score_I[3:half].min() > score_I[half:].max()


def test_that_a_title_that_nobody_likes_has_no_score():
    model = fitted(crowd(60, 20), 25)
    scores = model.predict(Histories.of_one([3, 4], [5.0, 5.0])).score_UI[0]
    assert scores[:20].all()
    assert not scores[20:].any()


def test_that_it_is_the_same_each_time_and_stops_between_lots():
    histories = crowd(60, 20)
    first, second = fitted(histories, 20), fitted(histories, 20)
    assert torch.equal(first.title_factors_IK, second.title_factors_IK)
    model = Ials(IalsConfig(rank=6), items=20, scale=FIVE_STARS)
    job = model.fit(histories)
    for _ in range(4):
        next(job)
    with pytest.raises(Stop):
        job.throw(Stop())
    assert not model.title_factors_IK.any()


def test_that_nobody_gets_a_list_from_a_model_that_learned_nothing():
    with pytest.raises(TrainingError, match="learned nothing"):
        Ials(IalsConfig(rank=6), items=20, scale=FIVE_STARS).predict(crowd(2, 20))
    with pytest.raises(TrainingError, match="no likes"):
        fitted(Histories.of_one([0, 1], [1.0, 2.0]), 20)


@pytest.mark.parametrize("is_learned_again", [True, False])
def test_that_leaving_one_out_follows_rows_that_change_after_it_was_asked(is_learned_again):
    model, profile = fitted(crowd(60, 20), 20), Histories.of_one([1, 4, 7, 9], [5.0, 4.0, 2.0, 5.0])
    before = model.leave_one_out(profile, left_out_V=np.array([0, 3]), columns_C=None).score_UI
    if is_learned_again:
        drive(model.fit(crowd(60, 20, seed=5)))
    else:
        model.load_state_dict(fitted(crowd(60, 20, seed=5), 20).state_dict())
    after = model.leave_one_out(profile, left_out_V=np.array([0, 3]), columns_C=None).score_UI
    without = [model.predict(profile.where(np.arange(4) != entry)).score_UI[0] for entry in (0, 3)]
    assert torch.allclose(after[1:], torch.stack(without), atol=1e-5)
    assert not torch.allclose(before, after, atol=1e-3)


def test_that_rows_too_many_to_keep_in_double_precision_and_looked_at_in_lots_give_the_same(monkeypatch):
    model, profiles = fitted(crowd(60, 20), 20), crowd(3, 20, seed=5)
    one, left_out_V = profiles.row(0), np.array([0])
    whole, without = model.predict(profiles).score_UI, model.leave_one_out(one, left_out_V=left_out_V, columns_C=None)
    monkeypatch.setattr(ials, "_MOST_KEPT", 0)
    monkeypatch.setattr(ials, "_TITLES_AT_ONCE", 7)
    large = Ials(model.config, items=20, scale=FIVE_STARS)
    large.load_state_dict(model.state_dict())
    torch.testing.assert_close(large.predict(profiles).score_UI, whole)
    found = large.leave_one_out(one, left_out_V=left_out_V, columns_C=None)
    torch.testing.assert_close(found.score_UI, without.score_UI)
