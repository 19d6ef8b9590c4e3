"""Settings that a data set chooses itself: what was given is kept, nobody tested on is looked at, simple models win.

Two kinds of data are planted: few ratings and much noise, and nearly everything rated.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from planted import CPU, Kept, dataset_of, dense_dataset, planted_dataset, sparse_dataset

from engine.data.dataset import Histories, Scale
from engine.data.split import HeldOut, Split, SplitConfig, make_split
from engine.evaluation.protocol import evaluate_model
from engine.evaluation.result import EvaluationResult, compare
from engine.events import Progressed, StageStarted, Stop, drive
from engine.models.autoencoder import MultDaeConfig, MultVaeConfig
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.ease import AS_PUBLISHED, EaseConfig
from engine.models.mf import L2, MfConfig
from engine.models.popularity import PopularityConfig
from engine.models.presets import PRESETS
from engine.models.registry import build, fitted_config, kind_of
from engine.settings import Config
from engine.training import rating_trial, taste_trial
from engine.training.config import TrainingConfig
from engine.training.settling import Settled, settle
from engine.training.taste_trial import Open, Tastes, TastesToTryOn, choose_tastes
from engine.training.trainer import train

BY_STEPS = MfConfig(solver="adam")


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
def dense() -> Split:
    return make_split(dense_dataset(), SplitConfig(people_each=200))


def lists_of(model: Model, split: Split) -> EvaluationResult:
    assert split.test is not None
    return drive(evaluate_model(model, split.test, candidates_I=split.candidates_I, ks=(100,)))


def learned(model: str, config: Config, split: Split, *, epochs: int) -> Model:
    """A network of likes, as its defaults have it trained."""
    fresh = build(
        model, fitted_config(model, config, entries=split.train.entries), items=split.titles, scale=split.scale
    )
    assert isinstance(fresh, StepModel)
    training = TrainingConfig(**{**kind_of(model).training, "epochs": epochs, "precision": "float32"})
    return drive(train(split, fresh, config=training, recorder=Kept(), device=CPU)).model


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
    """With the usual l2 it is: it learns the noise by heart."""
    averages, config = squared_errors(computed("popularity", sparse), sparse), settled("mf", sparse, BY_STEPS).config
    assert config.l2 >= 4 * L2
    training = TrainingConfig(epochs=2, lr=5e-3, batch=64, precision="float32", monitor="rmse")
    found = {}
    for l2 in (config.l2, L2):
        model = build("mf", config.changed(rank=16, l2=l2), items=sparse.titles, scale=sparse.scale)
        trained = drive(train(sparse, model, config=training, recorder=Kept(), device=CPU))
        found[l2] = squared_errors(trained.model, sparse).mean()
    assert found[config.l2] < 1.003 * averages.mean()
    assert found[L2] > 1.006 * averages.mean()


def test_that_factorisation_in_turns_is_not_behind_averages_on_few_noisy_ratings(sparse):
    averages, ours = (squared_errors(computed(name, sparse), sparse).mean() for name in ("popularity", "mf"))
    assert ours < 1.003 * averages


def test_that_tastes_are_left_their_factors(two_tastes):
    """Where half the people love what the others hate, holding factors back would cost all there is to know."""
    assert settled("mf", two_tastes, BY_STEPS).config.l2 <= 4 * L2
    ours, averages = (squared_errors(computed(name, two_tastes), two_tastes).mean() for name in ("mf", "popularity"))
    assert ours < 0.7 * averages


def test_that_ease_is_not_behind_plain_ease_where_nearly_everything_is_rated(dense):
    """Other ratings at their usual weight hurt there: that a title was rated says nothing."""
    found = settled("ease", dense)
    assert found.config.other_ratings == 0.0
    ours = lists_of(computed("ease", dense, found.config), dense)
    usual, plain = (
        lists_of(computed("ease", dense, fitted_config("ease", config, entries=dense.train.entries)), dense)
        for config in (EaseConfig(), EaseConfig(**AS_PUBLISHED))
    )
    assert ours.metrics["ndcg@100"].value > plain.metrics["ndcg@100"].value - 0.002
    assert compare(ours, usual, "ndcg@100").value > 0.005


@pytest.mark.parametrize("name", ["mult_vae", "mult_dae"])
def test_that_networks_of_likes_take_the_weight_of_other_ratings_from_the_same_trial(name, dense, two_tastes):
    for split in (dense, two_tastes):
        of_ease, of_network = settled("ease", split), settled(name, split)
        assert of_network.config.other_ratings == of_ease.config.other_ratings
        assert of_network.config.latent == fitted_config(name, None, entries=split.train.entries).latent
        assert "weight of other ratings" in of_network.words
    assert "weight of other ratings 0 (usually 0.4)" in settled(name, dense).words


@pytest.mark.thorough
def test_that_a_network_of_likes_is_not_behind_popularity_where_nearly_everything_is_rated(dense):
    popularity = lists_of(computed("popularity", dense), dense)
    ours = lists_of(learned("mult_vae", settled("mult_vae", dense).config, dense, epochs=5), dense)
    usual = lists_of(learned("mult_vae", MultVaeConfig(), dense, epochs=5), dense)
    assert compare(ours, popularity, "ndcg@100").low > 0
    assert ours.metrics["ndcg@100"].value > usual.metrics["ndcg@100"].value


def test_that_what_is_usual_for_lists_stays_where_nothing_is_better_by_more_than_chance(two_tastes):
    usual = fitted_config("ease", None, entries=two_tastes.train.entries)
    strong = make_split(planted_dataset(people=300), SplitConfig())
    assert settled("ease", strong).config.changed(l2=usual.l2, dropout=usual.dropout) == usual


def test_that_given_settings_of_lists_are_kept(dense):
    given = EaseConfig(l2=5.0, other_ratings=0.4)
    found = settled("ease", dense, given)
    assert (found.config.l2, found.config.other_ratings) == (5.0, 0.4)
    assert found.words.startswith("Chosen on ")
    assert "other ratings" not in found.words
    assert settled("mult_dae", dense, MultDaeConfig(other_ratings=0.4)).words == ""


def test_that_a_trial_of_lists_computes_ease_as_it_is(dense):
    """Over all titles and people, what it finds for the validation people is what evaluating the model gives."""
    tastes = TastesToTryOn.of(dense)
    learned_rows = dataclasses.replace(dense, train=tastes.learned)
    config = EaseConfig(l2=40.0, other_ratings=0.1, fold_in_others=0.1, dropout=0.2)
    model = computed("ease", learned_rows, config)
    trial = taste_trial._Trial(tastes, l2=20.0, exponent=config.user_weight_exponent, fold_in=None)
    found_U = drive(trial.ndcg(Tastes(others=0.1, dropout=0.2, l2_factor=2.0)))
    asked = HeldOut(np.arange(tastes.people), tastes.known, tastes.wanted)
    evaluated = drive(evaluate_model(model, asked, candidates_I=tastes.place_I >= 0, ks=(100,)))
    np.testing.assert_allclose(found_U, evaluated.per_person["ndcg@100"], atol=1e-3)


def test_that_many_titles_and_people_are_tried_on_in_part(dense, monkeypatch):
    monkeypatch.setattr(taste_trial, "TRIED_TITLES", 30)
    monkeypatch.setattr(taste_trial, "TRIED_PEOPLE", 400)
    monkeypatch.setattr(taste_trial, "_MOST_ASKED", 150)
    tastes = TastesToTryOn.of(dense)
    assert (tastes.titles, tastes.people, len(tastes.learned)) == (30, 150, 400)
    assert settled("ease", dense).words.startswith("Chosen on 150 people held out: ")


def test_that_more_l2_than_the_rule_takes_is_tried_only_where_the_least_known_titles_are_tried_on(dense, monkeypatch):
    """What it costs those could not be seen otherwise. Here lists are the better the more l2 there is."""

    def better_with_more(self, tried):
        yield None
        return np.full(self._tastes.people, 0.01 * tried.l2_factor)

    monkeypatch.setattr(taste_trial._Trial, "ndcg", better_with_more)
    given = {"may_change": Open(others=False, dropout=False), "l2": 20.0, "exponent": 0.25}
    usual = Tastes(others=0.0, dropout=0.0)
    assert drive(choose_tastes(TastesToTryOn.of(dense), usual, **given)).l2_factor == max(taste_trial.L2_FACTORS)
    monkeypatch.setattr(taste_trial, "TRIED_TITLES", 59)
    assert not TastesToTryOn.of(dense).has_all_titles
    assert drive(choose_tastes(TastesToTryOn.of(dense), usual, **given)).l2_factor == 1.0


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
    words, ratings = settled("mf", sparse, BY_STEPS).words, rating_trial.RatingsToTryOn.of(sparse)
    assert words.startswith(f"Chosen on {ratings.wanted.entries:,} held-out ratings: regularisation (l2) ")
    assert "(usually 0.015)" in words
    assert words.endswith(".")


@pytest.mark.parametrize(
    "model", ["popularity", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("mf", "ease", "mult_vae"))]
)
def test_that_the_choice_does_not_look_at_the_people_tested_on_and_is_the_same_each_time(model, sparse):
    first = settled(model, sparse)
    test = sparse.test
    turned = dataclasses.replace(test.to_find, ratings_N=6 - test.to_find.ratings_N)
    other = dataclasses.replace(sparse, test=HeldOut(test.user_rows_U, test.fold_in, turned))
    assert settled(model, other) == first == settled(model, sparse)
    assert settled(model, dataclasses.replace(sparse, test=None)) == first


@pytest.mark.parametrize("kind", ["strong", "last", "time", "random", "none"])
def test_that_settings_are_chosen_for_every_split_also_one_that_holds_nobody_out(kind):
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


FEW = make_split(planted_dataset(people=10), SplitConfig(kind="random"))


@pytest.mark.parametrize(
    ("model", "split"),
    [
        *((model, FEW) for model in ("popularity", "mf", "ease", "mult_dae")),
        *((model, no_likes_but_seen()) for model in ("popularity", "mf", "ease", "mult_dae")),
        *((model, all_alike()) for model in ("popularity", "mf")),
        ("two_head", FEW),
    ],
)
def test_that_rules_decide_where_nothing_can_be_tried(model, split):
    found = settled(model, split)
    assert found == Settled(fitted_config(model, None, entries=split.train.entries))


def test_that_much_data_are_tried_on_a_part_of_the_people(sparse, monkeypatch):
    monkeypatch.setattr(rating_trial, "TRIED_RATINGS", 1000)
    ratings = rating_trial.RatingsToTryOn.of(sparse)
    assert ratings is not None
    assert 800 <= ratings.learned.entries <= 1200
    assert settled("mf", sparse).words


@pytest.mark.parametrize("model", ["mf", "ease"])
def test_that_a_trial_gives_control_back_and_can_be_stopped(sparse, model):
    job, events = settle(model, None, sparse, entries=sparse.train.entries), []
    for _ in range(20):
        events.append(next(job))
    assert any(isinstance(event, StageStarted) for event in events)
    assert all(event is None or isinstance(event, StageStarted | Progressed) for event in events)
    with pytest.raises(Stop):
        job.throw(Stop())
