"""Leaving entries out at once equals leaving them out one by one, for every model there is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from small_models import SMALL

from engine.data.dataset import Histories, Scale
from engine.events import drive
from engine.models.base import ClosedFormModel, Model, Prediction, StepModel
from engine.models.blend import Blend, BlendConfig, Part
from engine.models.ease import AS_PUBLISHED, Ease, EaseConfig
from engine.models.registry import MODELS, build

ITEMS = 40
SCALE = Scale(0.5, 5.0, 0.5)
COLUMNS = np.array([39, 3, 17, 4, 28], dtype=np.int64)
TOLERANCE = 1e-4

PROFILES = {
    "rated and seen only": Histories.of_one([3, 17, 8, 22, 31, 5], [5.0, None, 1.0, 4.5, None, 3.0]),
    "all seen only": Histories.of_one([3, 17, 8], [None, None, None]),
    "one rating": Histories.of_one([8], [5.0]),
    "one seen only": Histories.of_one([8], [None]),
    "two ratings": Histories.of_one([8, 9], [5.0, 2.0]),
    "one rating among seen only": Histories.of_one([3, 17, 8], [None, 4.0, None]),
    "all ratings alike": Histories.of_one([3, 17, 8, 22], [4.0, 4.0, 4.0, 4.0]),
    "alike but for one": Histories.of_one([3, 17, 8, 22], [4.0, 4.0, 0.5, 4.0]),
    "below a like": Histories.of_one([3, 17], [1.0, 2.0]),
    "long": Histories.of_one(list(range(35)), [0.5 + 0.5 * (row * 7 % 10) for row in range(35)]),
}
VARIANTS = {
    "two_head": {"first_std": 0.5},
    "two_head, shared heads and tanh": {"first_std": 0.5, "heads": "shared", "activation": "tanh"},
    "two_head, two layers and a floor": {"first_std": 0.5, "hidden": (20, 12), "alpha_floor": 0.3},
    "two_head, variational": {"first_std": 0.5, "kl_cap": 0.1},
    "mf, without biases": {"bias": False, "init": "normal"},
    "mf, in turns": {"solver": "als"},
    "mf, in turns without biases": {"solver": "als", "bias": False},
    "mf, from the svd": {"init": "svd", "targets": "stars"},
    "embedding_mlp, dense": {"hidden": (16,), "norm": False, "dropout": 0.0},
    "lstm, without earlier ratings": {"reads_ratings": False, "window": 12},
    "mult_dae, two layers": {"hidden": (20, 12)},
    "ease, of fewer titles": {"titles": 25},
    "two_head, of fewer titles": {"first_std": 0.5, "titles": 25},
}
MIXED = BlendConfig(
    copies=(
        Part("ease", {"l2": 20.0}, weight=0.3),
        Part("mult_vae", SMALL["mult_vae"].as_dict(), weight=0.3),
        Part("two_head", SMALL["two_head"].as_dict(), weight=0.4, presence=0.75, rating_weight=0.7),
        Part("mf", SMALL["mf"].as_dict(), weight=0.0, rating_weight=0.3),
    )
)


@pytest.fixture(scope="module", params=[*MODELS, *(name for name in VARIANTS if name not in MODELS)])
def model(request: pytest.FixtureRequest) -> Model:
    kind = MODELS[request.param.split(",")[0]]
    config = MIXED if kind.name == "blend" else SMALL.get(kind.name, kind.config_class())
    config = config.changed(**VARIANTS.get(request.param, {}))
    fresh = build(kind.name, config, items=ITEMS, scale=SCALE, seed=3)
    for part in fresh.models if isinstance(fresh, Blend) else [fresh]:
        if isinstance(part, ClosedFormModel):
            drive(part.fit(some_people()))
        if isinstance(part, StepModel):
            part.prepare(some_people(), seed=3)
    return with_strong_layers(fresh).eval()


def with_strong_layers(model: Model) -> Model:
    """The model with its layers doubled. Fresh layers shrink what passes: an impact of 1e-4 of its score is, in
    float32, known to 1e-3 of itself, and a comparison would be one of rounding.
    """
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.weight.mul_(2.0)
    return model


def some_people() -> Histories:
    dice = np.random.default_rng(5)
    taken = dice.random((60, ITEMS)) < 0.3
    users, rows = np.nonzero(taken)
    ratings = dice.integers(1, 11, len(rows)) / 2
    ratings[dice.random(len(rows)) < 0.2] = np.nan
    return Histories.of(users, rows, ratings, people=60)


def one_by_one(model: Model, profile: Histories, columns: np.ndarray | None) -> Prediction:
    """The definition: predict for the whole profile, then for each profile without one entry."""
    entries = np.arange(profile.entries)
    variants = [profile, *(profile.where(entries != entry) for entry in entries)]
    with torch.no_grad():
        parts = [model.predict(variant) for variant in variants]
    picked = slice(None) if columns is None else torch.from_numpy(columns)

    def joined(name: str) -> torch.Tensor | None:
        values = [getattr(part, name) for part in parts]
        return None if values[0] is None else torch.cat(values)[:, picked]

    return Prediction(*(joined(name) for name in ("score_UI", "log_probability_UI", "liking_UI", "rating_UI")))


def at_once(model: Model, profile: Histories, columns: np.ndarray | None) -> Prediction:
    with torch.no_grad():
        return model.leave_one_out(profile, left_out_V=np.arange(profile.entries), columns_C=columns)


def shares(scores_VC: torch.Tensor) -> torch.Tensor:
    """Relative impacts: each entry's signed share of what all entries together do to a title; 0 where nothing does."""
    impacts_nC = scores_VC[:1].double() - scores_VC[1:].double()
    whole_C = impacts_nC.abs().sum(0)
    floor_C = 1e-5 * scores_VC.abs().amax(0).double()
    return torch.where(whole_C > floor_C, impacts_nC / whole_C.clamp(min=1e-30), 0.0)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
@pytest.mark.parametrize(
    "columns",
    [pytest.param(None, marks=pytest.mark.thorough, id="all titles"), pytest.param(COLUMNS, id="some titles")],
)
def test_that_leave_one_out_equals_the_slow_definition(model, profile, columns):
    slow, fast = one_by_one(model, profile, columns), at_once(model, profile, columns)

    for name in ("score_UI", "log_probability_UI", "liking_UI", "rating_UI"):
        expected, got = getattr(slow, name), getattr(fast, name)
        assert (expected is None) == (got is None), name
        if expected is not None:
            assert got.dtype == torch.float32
            torch.testing.assert_close(
                got, expected, atol=TOLERANCE, rtol=TOLERANCE, msg=f"{name} differs from the slow definition"
            )


@pytest.mark.parametrize("weight", [None, 0.0, 0.3, 1.0])
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
@pytest.mark.thorough
def test_that_relative_impacts_equal_the_slow_definition_at_every_weight(model, profile, weight):
    slow, fast = (
        shares(model.rank_scores(prediction, weight))
        for prediction in (one_by_one(model, profile, COLUMNS), at_once(model, profile, COLUMNS))
    )

    torch.testing.assert_close(fast, slow, atol=TOLERANCE, rtol=0)


def test_that_any_entries_can_be_left_out_in_any_order(model):
    profile = PROFILES["rated and seen only"]
    left_out = np.array([4, 0, 2], dtype=np.int64)

    picked = model.leave_one_out(profile, left_out_V=left_out, columns_C=COLUMNS)

    every = at_once(model, profile, COLUMNS)
    torch.testing.assert_close(picked.score_UI, every.score_UI[[0, 5, 1, 3]])


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("rows", [None, np.array([2, 0, 3]), slice(1, 3)], ids=["all", "some", "a slice"])
def test_that_what_was_left_out_can_be_asked_of_any_titles_and_variants(model, settled, rows):
    profile, left_out = PROFILES["rated and seen only"], np.array([4, 0, 2], dtype=np.int64)
    expected = model.leave_one_out(profile, left_out_V=left_out, columns_C=None)

    variants = model.left_out(profile, left_out_V=left_out)
    variants = variants.settled() if settled else variants
    every, some = variants.of(rows_R=rows), variants.of(COLUMNS, rows_R=rows)

    picked = slice(None) if rows is None else rows
    for name in ("score_UI", "log_probability_UI", "liking_UI", "rating_UI"):
        whole = getattr(expected, name)
        if whole is not None:
            torch.testing.assert_close(getattr(every, name), whole[picked], atol=TOLERANCE, rtol=TOLERANCE)
            torch.testing.assert_close(getattr(some, name), whole[picked][:, COLUMNS], atol=TOLERANCE, rtol=TOLERANCE)


def test_that_ranking_alone_needs_no_ratings(model):
    profile, left_out = PROFILES["rated and seen only"], np.arange(6)
    ratings = model.can.mixes_presence

    alone = model.left_out(profile, left_out_V=left_out).of(COLUMNS, ratings=ratings)

    torch.testing.assert_close(
        alone.score_UI, at_once(model, profile, COLUMNS).score_UI, atol=TOLERANCE, rtol=TOLERANCE
    )


def test_that_leaving_nothing_out_is_the_prediction_itself(model):
    profile = PROFILES["rated and seen only"]

    whole = model.leave_one_out(profile, left_out_V=np.zeros(0, dtype=np.int64), columns_C=None)

    torch.testing.assert_close(whole.score_UI, model.predict(profile).score_UI, atol=TOLERANCE, rtol=TOLERANCE)


def test_that_for_ease_the_impact_of_i_on_j_is_exactly_b_ij():
    people = some_people()
    ease = build("ease", EaseConfig(20.0, **AS_PUBLISHED), items=ITEMS, scale=SCALE)
    assert isinstance(ease, Ease)
    drive(ease.fit(people))
    weights_II = ease_definition(people, l2=20.0)
    profile = PROFILES["long"]

    scores = at_once(ease, profile, None).score_UI.numpy()

    liked = profile.ratings_N >= SCALE.like
    expected = np.where(liked[:, None], weights_II[profile.item_rows_N], 0.0)
    assert scores[:1] - scores[1:] == pytest.approx(expected, abs=1e-6)
    assert ease.impacts(profile).numpy() == pytest.approx(expected, abs=1e-6)


def ease_definition(people: Histories, *, l2: float) -> np.ndarray:
    """B of EASE^R as the paper writes it: P = (X'X + l2 I)^-1, B = -P / diag(P), zero diagonal (Steck 2019)."""
    liked = people.likes(SCALE.like)
    x_UI = np.zeros((len(people), ITEMS))
    x_UI[liked.user_rows_N, liked.item_rows_N] = 1.0
    inverse_II = np.linalg.inv(x_UI.T @ x_UI + l2 * np.eye(ITEMS))
    weights_II = -inverse_II / np.diag(inverse_II)
    np.fill_diagonal(weights_II, 0.0)
    return weights_II
