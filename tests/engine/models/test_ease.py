from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import engine.models.ease as linear
from engine.data.dataset import Histories, Scale
from engine.errors import DeviceError, SettingError, TrainingError
from engine.events import Event, StageStarted, Stop, drive
from engine.models import ridge
from engine.models.ease import AS_PUBLISHED, Ease, EaseConfig, ease_memory_bytes
from engine.settings import with_texts

FIVE_STARS = Scale(1, 5, 1)


def crowd(people: int, titles: int, *, seed: int = 0, chance: float = 0.3) -> Histories:
    """People who rated; the last title is rated but liked by nobody, some entries carry no rating."""
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random((people, titles)) < chance)
    ratings = rng.integers(1, 6, size=len(users)).astype(np.float32)
    ratings[items == titles - 1] = 2.0
    ratings[rng.random(len(users)) < 0.05] = np.nan
    return Histories.of(users, items, ratings, people=people)


def fitted(histories: Histories, titles: int, l2: float = 5.0, **beyond: float) -> Ease:
    """EASE^R as published, but for what is said `beyond`."""
    model = Ease(EaseConfig(l2, **{**AS_PUBLISHED, **beyond}), items=titles, scale=FIVE_STARS)
    drive(model.fit(histories))
    return model


def dense(histories: Histories, titles: int) -> np.ndarray:
    likes_UI = np.zeros((len(histories), titles))
    liked = histories.likes(4.0)
    likes_UI[liked.user_rows_N, liked.item_rows_N] = 1.0
    return likes_UI


def slow_weights(histories: Histories, titles: int, l2: float) -> np.ndarray:
    """EASE^R as the paper writes it, over all titles, in float64."""
    likes_UI = dense(histories, titles)
    precision = np.linalg.inv(likes_UI.T @ likes_UI + l2 * np.eye(titles))
    weights = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0.0)
    return weights


# Few people go through the people's matrix, many through the titles'.
@pytest.mark.parametrize(("people", "titles"), [(200, 30), (6, 40), (10, 41), (12, 40)])
@pytest.mark.parametrize("l2", [0.5, 300.0])
def test_that_scores_are_those_of_the_paper(people, titles, l2):
    histories = crowd(people, titles)
    scores_UI = fitted(histories, titles, l2).predict(histories).score_UI.numpy()
    expected_UI = dense(histories, titles) @ slow_weights(histories, titles, l2)
    np.testing.assert_allclose(scores_UI, expected_UI, atol=2e-5)


@pytest.mark.parametrize(("people", "titles"), [(200, 30), (8, 40)])
@pytest.mark.parametrize(
    "beyond",
    [
        {"other_ratings": 0.4},
        {"user_weight_exponent": 0.5},
        {"dropout": 0.4},
        {"other_ratings": 0.4, "user_weight_exponent": 1.0},
    ],
)
def test_that_what_goes_beyond_the_paper_is_what_its_settings_say(people, titles, beyond):
    histories = crowd(people, titles)
    liked_UI, any_UI = dense(histories, titles), np.zeros((people, titles))
    any_UI[histories.user_rows_N, histories.item_rows_N] = 1.0
    liked_by_somebody_I = liked_UI.any(0)
    tastes_UI = liked_UI + beyond.get("other_ratings", 0.0) * (any_UI - liked_UI) * liked_by_somebody_I
    tastes_UI = tastes_UI[liked_UI.any(1)]
    weight_U = tastes_UI.sum(1) ** (-beyond.get("user_weight_exponent", 0.0) / 2)
    tastes_UI = tastes_UI * (weight_U / np.sqrt((weight_U**2).mean()))[:, None]
    gram_II = tastes_UI.T @ tastes_UI
    hidden = beyond.get("dropout", 0.0)
    precision = np.linalg.inv(gram_II + np.diag(5.0 + hidden / (1 - hidden) * np.diag(gram_II)))
    expected = -precision / np.diag(precision)
    np.fill_diagonal(expected, 0.0)
    model = fitted(histories, titles, 5.0, **beyond)
    rows_L = model.title_rows_L.numpy()
    np.testing.assert_allclose(model.weights_LL.numpy(), expected[np.ix_(rows_L, rows_L)], atol=2e-5)
    scores_UI = model.predict(histories).score_UI.numpy()
    np.testing.assert_allclose(scores_UI, liked_UI @ expected, atol=5e-5, err_msg="likes alone are folded in")


def test_that_many_blocks_give_what_one_block_gives(monkeypatch):
    histories = crowd(300, 50)
    whole = fitted(histories, 50).predict(histories).score_UI
    few, few_whole = crowd(8, 50), fitted(crowd(8, 50), 50).weights_LL
    monkeypatch.setattr(ridge, "BLOCK", 7)
    torch.testing.assert_close(fitted(histories, 50).predict(histories).score_UI, whole, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(fitted(few, 50).weights_LL, few_whole, atol=1e-6, rtol=1e-4)


@given(seed=st.integers(0, 10_000))
def test_that_leaving_one_out_equals_predicting_without_it(seed):
    histories = crowd(60, 20, seed=seed)
    model = fitted(histories, 20)
    profile = histories.row(seed % 60)
    out_V = np.arange(profile.entries)
    left_out = model.leave_one_out(profile, left_out_V=out_V, columns_C=None).score_UI
    variants = [profile, *(profile.where(out_V != out) for out in out_V)]
    slow = torch.cat([model.predict(variant).score_UI for variant in variants])
    torch.testing.assert_close(left_out, slow, atol=1e-5, rtol=1e-4)


def test_that_the_impact_of_a_like_is_the_weight_and_of_anything_else_nothing():
    histories = crowd(80, 20)
    model, weights = fitted(histories, 20), slow_weights(histories, 20, 5.0)
    profile = Histories.of_one([3, 7, 9, 19], [5.0, 4.0, 2.0, 5.0])
    columns_C = np.array([11, 2, 19, 3])
    left_out = model.leave_one_out(profile, left_out_V=np.arange(4), columns_C=columns_C).score_UI
    impact_VC = (left_out[0] - left_out[1:]).numpy()
    np.testing.assert_allclose(impact_VC[:2], weights[[3, 7]][:, columns_C], atol=1e-5)
    assert not impact_VC[2:].any(), "a dislike, and a title nobody likes"
    np.testing.assert_array_equal(model.impacts(profile, columns_C).numpy()[2:], 0.0)


def test_that_other_ratings_of_a_profile_count_their_weight():
    histories = crowd(80, 20)
    model = fitted(histories, 20, other_ratings=0.4, fold_in_others=0.4)
    likes_only = Ease(model.config.changed(fold_in_others=0.0), items=20, scale=FIVE_STARS)
    likes_only.load_state_dict(model.state_dict())
    profile = Histories.of_one([3, 7, 9], [5.0, 2.0, float("nan")])
    of_all = [likes_only.predict(Histories.of_one([row], [5.0])).score_UI[0] for row in (3, 7, 9)]
    expected = of_all[0] + 0.4 * of_all[1] + 0.4 * of_all[2]
    torch.testing.assert_close(model.predict(profile).score_UI[0], expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(model.impacts(profile)[1], 0.4 * of_all[1], atol=1e-6, rtol=1e-5)
    left_out = model.leave_one_out(profile, left_out_V=np.array([1]), columns_C=None).score_UI
    slow = model.predict(Histories.of_one([3, 9], [5.0, float("nan")])).score_UI
    torch.testing.assert_close(left_out[1:], slow, atol=1e-6, rtol=1e-5)
    assert model.takes_in(profile).all()
    assert not likes_only.takes_in(profile)[1:].any()


def test_that_other_ratings_count_in_a_profile_as_in_learning_unless_somebody_chose():
    assert EaseConfig().fitted_to(1000).fold_in_others == EaseConfig().fitted_to(1000).other_ratings
    assert EaseConfig(other_ratings=0.1).fitted_to(1000).fold_in_others == 0.1
    assert EaseConfig(fold_in_others=0.0).fitted_to(1000).fold_in_others == 0.0


def test_that_a_fresh_model_takes_the_stored_state():
    histories = crowd(50, 20)
    model, fresh = fitted(histories, 20), Ease(EaseConfig(l2=5.0), items=20, scale=FIVE_STARS)
    stored = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    fresh.load_state_dict(stored)
    assert torch.equal(model.predict(histories).score_UI, fresh.predict(histories).score_UI)
    assert set(stored) == {"weights_LL", "title_rows_L"}


def test_that_an_unlearned_model_is_refused_and_making_one_of_a_million_titles_is_cheap():
    model = Ease(EaseConfig(), items=1_000_000, scale=FIVE_STARS)
    with pytest.raises(TrainingError, match="learned nothing yet"):
        model.predict(Histories.of_one([0], [5.0]))


def test_that_a_person_without_likes_gets_zeros():
    model = fitted(crowd(50, 20), 20)
    nobody = Histories.of_one([1, 2], [1.0, None])
    assert not model.predict(nobody).score_UI.any()


def test_that_a_matrix_which_will_not_fit_is_refused_with_both_figures(monkeypatch):
    monkeypatch.setattr(linear, "available_memory_bytes", lambda: 10_000)
    model = Ease(EaseConfig(), items=20, scale=FIVE_STARS)
    with pytest.raises(
        DeviceError, match=r"for 19 titles it needs 177 kB of memory.*Choose ials or popularity"
    ) as refused:
        drive(model.fit(crowd(50, 20)))
    assert refused.value.facts["needed_bytes"] == ease_memory_bytes(19)
    monkeypatch.setattr(linear, "available_memory_bytes", lambda: None)
    drive(model.fit(crowd(50, 20)))
    assert len(model.title_rows_L) == 19, "where nobody knows how much memory is free, it is tried"


def test_that_no_likes_are_refused_with_what_to_do():
    model = Ease(EaseConfig(), items=3, scale=FIVE_STARS)
    with pytest.raises(TrainingError, match="No rating here is 4 or better"):
        drive(model.fit(Histories.of_one([0, 1], [3.0, None])))


def test_that_stages_are_reported_and_a_stop_leaves_the_model_as_it_was():
    histories, model = crowd(50, 20), Ease(EaseConfig(), items=20, scale=FIVE_STARS)
    stages: list[Event] = []
    drive(model.fit(histories), on_event=stages.append)
    assert [stage.stage for stage in stages if isinstance(stage, StageStarted)] == ["counting", "solving"]
    before = model.weights_LL.clone()
    job = model.fit(crowd(50, 20, seed=1))
    next(job)
    with pytest.raises(Stop):
        job.throw(Stop())
    assert torch.equal(before, model.weights_LL)


def test_that_l2_has_limits():
    with pytest.raises(SettingError, match=r"l2.*lies between 0.01 and"):
        EaseConfig(l2=0.0)


def test_that_the_user_weight_exponent_is_still_read_by_its_former_name():
    stored = {"l2": 3.0, "other_ratings": 0.4, "evenness": 0.75, "dropout": 0.4}
    assert EaseConfig.from_dict(stored) == EaseConfig(
        l2=3.0, other_ratings=0.4, fold_in_others=0.0, user_weight_exponent=0.75, dropout=0.4
    )
    assert with_texts(EaseConfig(), {"evenness": "0.5"}) == EaseConfig(user_weight_exponent=0.5)
    assert "evenness" not in EaseConfig.from_dict(stored).as_dict()


def test_that_item_vectors_are_the_strongest_directions_of_the_weights_and_draw_from_nobodys_numbers():
    model = fitted(crowd(200, 90), 90)
    before = torch.random.get_rng_state()

    vectors_ID = model.item_vectors()

    assert torch.equal(torch.random.get_rng_state(), before)
    weights_LL = model.weights_LL.numpy().astype(np.float64)
    directions_LD = torch.nn.functional.normalize(vectors_ID[model.title_rows_L].double(), dim=0).numpy()
    left_over = np.linalg.norm(weights_LL - weights_LL @ directions_LD @ directions_LD.T)
    least = np.linalg.norm(np.linalg.svd(weights_LL, compute_uv=False)[64:])
    assert least <= left_over < 1.1 * least
