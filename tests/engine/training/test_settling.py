"""Settings that a data set chooses itself: what was given is kept, nobody tested on is looked at, simple models win.

Two kinds of data are planted: few ratings and much noise, and nearly everything rated.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from planted import CPU, Kept, dataset_of, planted_dataset, sparse_dataset

from engine.data.dataset import Histories, Scale
from engine.data.split import HeldOut, Split, SplitConfig, make_split
from engine.events import Progressed, StageStarted, Stop, drive
from engine.models.base import ClosedFormModel, Model
from engine.models.mf import L2, MfConfig
from engine.models.popularity import PopularityConfig
from engine.models.presets import PRESETS
from engine.models.registry import build, fitted_config, kind_of
from engine.settings import Config
from engine.training import rating_trial
from engine.training.config import TrainingConfig
from engine.training.settling import Settled, settle
from engine.training.trainer import train


def settled(model: str, split: Split, config: Config | None = None) -> Settled:
    return drive(settle(model, config, split, entries=split.train.entries))


def computed(model: str, split: Split, config: Config | None = None) -> Model:
    """A closed-form model of a split, by its own choice of settings or by those given."""
    config = settled(model, split).config if config is None else config
    fresh = build(model, config, items=split.titles, scale=split.scale)
    assert isinstance(fresh, ClosedFormModel)
    drive(fresh.fit(split.train))
    return fresh


@torch.inference_mode()
def squared_errors(model: Model, split: Split) -> np.ndarray:
    assert split.test is not None
    wanted = split.test.to_find.rated()
    return (model.eval().ratings_of(split.test.fold_in, wanted).numpy() - wanted.ratings_N) ** 2


def behind(ours: np.ndarray, theirs: np.ndarray) -> float:
    """By how many standard errors the first is worse."""
    more = ours - theirs
    return float(more.mean() / (more.std() / np.sqrt(len(more))))


@pytest.fixture(scope="module")
def sparse() -> Split:
    return make_split(sparse_dataset(), SplitConfig(kind="random", seed=1, test_share=0.25))


@pytest.fixture(scope="module")
def two_tastes() -> Split:
    return make_split(planted_dataset(), SplitConfig(kind="random", seed=1))


def test_that_biases_fitted_together_are_ahead_of_those_fitted_one_after_the_other(sparse):
    rated, like_before = sparse.train.rated(), PopularityConfig(item_damping=5.0, user_damping=5.0)
    model = computed("popularity", sparse, like_before)
    mean = float(rated.ratings_N.mean())
    counts_I = np.bincount(rated.item_rows_N, minlength=sparse.titles)
    sums_I = np.bincount(rated.item_rows_N, weights=rated.ratings_N - mean, minlength=sparse.titles)
    model.mean.fill_(mean)
    model.item_bias_I.copy_(torch.from_numpy(sums_I / (counts_I + 5.0)))
    former = squared_errors(model, sparse)
    assert behind(squared_errors(computed("popularity", sparse), sparse), former) < -2


def test_that_dampings_are_about_the_best_that_there_are(sparse):
    ours = squared_errors(computed("popularity", sparse), sparse).mean()
    of_all = [
        squared_errors(computed("popularity", sparse, PopularityConfig(item_damping=i, user_damping=u)), sparse).mean()
        for i in (1.0, 3.0, 9.0, 27.0)
        for u in (0.3, 1.0, 3.0, 9.0)
    ]
    assert ours < min(of_all) + 0.01
    assert max(of_all) > ours + 0.03


def test_that_factorisation_is_not_behind_averages_on_few_noisy_ratings(sparse):
    """With the usual l2 it is, by far: it learns the noise by heart."""
    averages, config = squared_errors(computed("popularity", sparse), sparse), settled("mf", sparse).config
    assert config.l2 >= 4 * L2
    training = TrainingConfig(epochs=3, lr=5e-3, batch=64, precision="float32", monitor="rmse")
    found = {}
    for l2 in (config.l2, L2):
        model = build("mf", config.changed(rank=16, l2=l2), items=sparse.titles, scale=sparse.scale)
        trained = drive(train(sparse, model, config=training, recorder=Kept(), device=CPU))
        found[l2] = behind(squared_errors(trained.model, sparse), averages)
    assert found[config.l2] < 2 < found[L2]


def test_that_tastes_are_left_their_factors(two_tastes):
    """Where half the people love what the others hate, holding factors back would cost all there is to know."""
    assert settled("mf", two_tastes).config.l2 <= 4 * L2


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_that_what_a_study_names_is_kept(preset, two_tastes):
    config = kind_of(preset.model).config_class().changed(**preset.settings)
    found = settled(preset.model, two_tastes, config).config
    assert {name: getattr(found, name) for name in preset.settings} == preset.settings
    assert getattr(found, "l2", 0.0) == preset.settings.get("l2", getattr(found, "l2", 0.0))


def test_that_given_settings_are_kept_and_the_others_chosen_for_them(sparse):
    given = MfConfig(l2=0.5, user_bias_damping=7.0)
    found = settled("mf", sparse, given)
    assert (found.config.l2, found.config.user_bias_damping) == (0.5, 7.0)
    assert found.config.item_bias_damping is not None
    assert "title bias damping" in found.words
    assert "l2" not in found.words
    assert settled("mf", sparse, found.config) == Settled(found.config)


def test_that_the_choice_says_on_what_it_was_made_and_what_is_usual(sparse):
    words = settled("mf", sparse).words
    assert words.startswith(f"Chosen on {sparse.validation.to_find.entries} held-out ratings: regularisation (l2) ")
    assert "(usually 0.015)" in words
    assert words.endswith(".")


@pytest.mark.parametrize("model", ["popularity", "mf"])
def test_that_the_choice_does_not_look_at_the_people_tested_on_and_is_the_same_each_time(model, sparse):
    first = settled(model, sparse)
    test = sparse.test
    turned = dataclasses.replace(test.to_find, ratings_N=6 - test.to_find.ratings_N)
    other = dataclasses.replace(sparse, test=HeldOut(test.user_rows_U, test.fold_in, turned))
    assert settled(model, other) == first == settled(model, sparse)
    assert settled(model, dataclasses.replace(sparse, test=None)) == first


@pytest.mark.parametrize("kind", ["strong", "last", "time", "random"])
def test_that_every_split_that_holds_people_out_to_validate_on_is_chosen_on(kind):
    dataset = planted_dataset(people=300)
    timed = dataclasses.replace(dataset.histories, times_N=np.arange(dataset.entries))
    split = make_split(dataclasses.replace(dataset, histories=timed), SplitConfig(kind=kind))
    assert "Chosen on" in settled("popularity", split).words


def no_likes_but_seen() -> Split:
    rng = np.random.default_rng(1)
    users, items = np.nonzero(rng.random((80, 30)) < 0.5)
    seen = Histories.of(users, items, np.full(len(users), np.nan), people=80)
    return dataclasses.replace(make_split(planted_dataset(), SplitConfig(kind="random")), train=seen, titles=30)


def all_alike() -> Split:
    rng = np.random.default_rng(1)
    users, items = np.nonzero(rng.random((80, 30)) < 0.5)
    alike = Histories.of(users, items, np.full(len(users), 4.0), people=80)
    return make_split(dataset_of(alike, titles=30, scale=Scale(1, 5, 1)), SplitConfig(kind="random"))


@pytest.mark.parametrize(
    "split",
    [
        make_split(planted_dataset(), SplitConfig(kind="none")),
        make_split(planted_dataset(people=25), SplitConfig(kind="random", validation_share=0.1)),
        no_likes_but_seen(),
        all_alike(),
    ],
    ids=["nobody held out", "too few held out", "only seen", "all alike"],
)
@pytest.mark.parametrize("model", ["popularity", "mf"])
def test_that_rules_decide_where_nothing_can_be_tried(model, split):
    found = settled(model, split)
    assert found == Settled(fitted_config(model, None, entries=split.train.entries))


def test_that_much_data_are_tried_on_a_part_of_the_people(sparse, monkeypatch):
    monkeypatch.setattr(rating_trial, "_MOST_RATINGS", 1000)
    ratings = rating_trial.RatingsToTryOn.of(sparse)
    assert ratings is not None
    assert 800 <= ratings.learned.entries <= 1200
    assert settled("mf", sparse).words


def test_that_a_trial_gives_control_back_and_can_be_stopped(sparse):
    job, events = settle("mf", None, sparse, entries=sparse.train.entries), []
    for _ in range(30):
        events.append(next(job))
    assert any(isinstance(event, StageStarted) for event in events)
    assert all(event is None or isinstance(event, StageStarted | Progressed) for event in events)
    with pytest.raises(Stop):
        job.throw(Stop())
