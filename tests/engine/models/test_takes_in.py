"""What a model says it takes in, it does; what it says it ignores, changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from small_models import SMALL

from engine.data.dataset import Histories, Scale
from engine.events import drive
from engine.models.autoencoder import MultDaeConfig, MultVae, MultVaeConfig
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.blend import Blend, BlendConfig, Part
from engine.models.registry import MODELS, build
from engine.models.untrained import initial_titles, zero_untrained_titles

ITEMS, NOBODYS, NEVER_LIKED, ONLY_SEEN = 40, 38, 37, 36
SCALE = Scale(1, 5, 1)
VARIANTS = {
    "mult_vae, of likes only": {"other_ratings": 0.0},
    "ials, of all ratings": {"other_ratings": 0.4},
    "ials, for likes only": {"fold_in_others": 0.0},
    "mult_vae, of fewer titles": {"titles": 30},
    "ease, of fewer titles": {"titles": 30},
    "mf, in turns": {"solver": "als"},
    "mf, in turns without biases": {"solver": "als", "bias": False},
}
MIXED = BlendConfig(
    copies=(
        Part("ease", {"l2": 20.0}, weight=0.4),
        Part("mult_vae", SMALL["mult_vae"].as_dict(), weight=0.6),
    )
)
PROFILE = Histories.of_one(
    [3, NOBODYS, 8, NEVER_LIKED, 12, ONLY_SEEN, 22, 39, 30, 31],
    [5.0, 5.0, 1.0, 4.0, None, 5.0, 4.0, 2.0, None, 5.0],
)


def some_people() -> Histories:
    """Sixty people; nobody has title 38, nobody likes 37, and 36 was only seen."""
    dice = np.random.default_rng(5)
    taken = dice.random((60, ITEMS)) < 0.4
    taken[:, NOBODYS] = False
    users, rows = np.nonzero(taken)
    ratings = dice.integers(1, 6, len(rows)).astype(float)
    ratings[rows == NEVER_LIKED] = 2.0
    ratings[rows == ONLY_SEEN] = np.nan
    return Histories.of(users, rows, ratings, people=60)


@pytest.fixture(scope="module", params=[*MODELS, *VARIANTS])
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
    return fresh.eval()


def changes(model: Model, without: int) -> float:
    """How far any prediction moves without one entry."""
    kept = PROFILE.where(np.arange(PROFILE.entries) != without)
    with torch.no_grad():
        whole, less = model.predict(PROFILE), model.predict(kept)
    pairs = ((whole.score_UI, less.score_UI), (whole.rating_UI, less.rating_UI))
    return max(float((first - second).abs().max()) for first, second in pairs if first is not None)


def test_that_what_is_ignored_changes_no_prediction_and_what_is_taken_in_does(model):
    taken_n = model.takes_in(PROFILE)
    moved_n = np.array([changes(model, entry) for entry in range(PROFILE.entries)])

    assert moved_n[~taken_n] == pytest.approx(0.0, abs=2e-6)
    assert (moved_n[taken_n] > 1e-6).all(), moved_n[taken_n]


def test_that_what_is_ignored_has_no_impact_when_left_out(model):
    ignored = np.flatnonzero(~model.takes_in(PROFILE))

    found = model.leave_one_out(PROFILE, left_out_V=ignored, columns_C=None).score_UI

    torch.testing.assert_close(found[1:], found[:1].expand(len(ignored), -1), atol=2e-6, rtol=1e-6)


def test_that_people_are_told_apart(model):
    several = Histories.of([0, 0, 1, 1], [NOBODYS, 3, 8, NEVER_LIKED], [5.0, 5.0, 1.0, 4.0], people=2)
    single = [model.takes_in(several.row(person)) for person in (0, 1)]

    assert model.takes_in(several).tolist() == np.concatenate(single).tolist()
    assert len(model.takes_in(Histories.of_one([], []))) == 0


@pytest.mark.parametrize("config", [MultVaeConfig(hidden=(24,), latent=8), MultDaeConfig(latent=8)])
def test_that_a_like_of_a_title_that_nobody_had_in_training_leaves_the_list_of_an_autoencoder_alone(config):
    name = "mult_vae" if isinstance(config, MultVaeConfig) else "mult_dae"
    model = build(name, config, items=ITEMS, scale=SCALE, seed=3)
    assert isinstance(model, StepModel)
    model.prepare(some_people(), seed=3)
    known = Histories.of_one([3, 22], [5.0, 4.0])

    with_new = Histories.of_one([3, 22, NOBODYS], [5.0, 4.0, 5.0])

    assert torch.equal(model.eval().predict(with_new).score_UI, model.predict(known).score_UI)


def test_that_stored_weights_that_training_never_moved_are_forgotten():
    config = MultVaeConfig(hidden=(24,), latent=8)
    stored = build("mult_vae", config, items=ITEMS, scale=SCALE, seed=7)
    assert isinstance(stored, MultVae)
    with torch.no_grad():
        stored.first_IH[:NOBODYS] += 0.01

    opened = build("mult_vae", config, items=ITEMS, scale=SCALE, seed=7)
    assert isinstance(opened, MultVae)
    initial = initial_titles(opened)
    opened.load_state_dict(stored.state_dict())
    zero_untrained_titles(opened, initial)

    assert torch.equal(opened.first_IH[:NOBODYS], stored.first_IH[:NOBODYS])
    assert not opened.first_IH[NOBODYS:].any()
