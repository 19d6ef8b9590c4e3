"""How far off a predicted rating may be: intervals hold as many ratings as they should, by what was measured."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from planted import CPU, Kept, planted_dataset
from small_models import small_model

from engine.data.dataset import Histories
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.sample import sample_files
from engine.data.split import SplitConfig, make_split
from engine.events import EpochEnded, StageStarted, drive
from engine.models.base import StepModel
from engine.models.mf import MatrixFactorization, MfConfig, fitted_variance_weights, nonnegative_weights, variance_parts
from engine.models.registry import MODELS, build, fitted_config
from engine.recommending.explanation import explain
from engine.recommending.recommender import Recommender
from engine.training import validating
from engine.training.config import TrainingConfig
from engine.training.trainer import fit, train

WIDTHS = {0.5: 0.6745, 0.8: 1.2816, 0.95: 1.9600}
"""How many standard deviations to both sides hold so much of a normal distribution."""
QUICK = TrainingConfig(epochs=4, lr=1e-2, batch=1024, precision="float32", monitor="rmse")


def learned(dataset, *, kind="random", name="mf", config=None):
    split = make_split(dataset, SplitConfig(kind=kind, seed=1))
    model = small_model(name, split)
    if config is not None:
        model = build(name, fitted_config(name, config, entries=1), items=split.titles, scale=split.scale)
    return drive(train(split, model, config=QUICK, recorder=Kept(), device=CPU)).model.eval(), split


@pytest.fixture(scope="module")
def on_the_sample():
    """Errors and standard deviations of the test ratings, which neither training nor measuring has seen."""
    dataset, _ = drive(import_files(sample_files(), options=ImportOptions(), dataset_id="sample"))
    model, split = learned(dataset, config=MfConfig(solver="adam", rank=8))
    wanted = split.test.to_find.rated()
    errors_N = model.ratings_of(split.test.fold_in, wanted).numpy() - wanted.ratings_N
    return errors_N, model.rating_sds_of(split.test.fold_in, wanted).numpy()


@pytest.mark.parametrize("share", WIDTHS)
def test_that_an_interval_holds_as_many_ratings_as_it_should(on_the_sample, share):
    errors_N, sds_N = on_the_sample
    assert len(errors_N) > 5_000
    held = float((np.abs(errors_N) <= WIDTHS[share] * sds_N).mean())
    assert held == pytest.approx(share, abs=0.06)


def test_that_ratings_it_is_less_sure_of_are_further_off(on_the_sample):
    errors_N, sds_N = on_the_sample
    order = np.argsort(sds_N)
    surest, least = order[: len(order) // 5], order[-len(order) // 5 :]
    errors = [float(np.sqrt((errors_N[some] ** 2).mean())) for some in (surest, least)]
    stated = [float(np.sqrt((sds_N[some] ** 2).mean())) for some in (surest, least)]
    assert errors[1] > 1.1 * errors[0]
    assert errors == pytest.approx(stated, rel=0.15)


def test_that_a_person_with_few_ratings_and_a_title_with_few_leave_more_open():
    model, _ = learned(planted_dataset(people=300))
    rows = np.arange(0, 20)
    long, short = Histories.of_one(rows, [4.0] * 20), Histories.of_one(rows[:2], [4.0] * 2)
    wanted = Histories.of_one([30], [0.0])
    with torch.no_grad():
        parts_long, parts_short = (model.variance_parts_of(profile, wanted) for profile in (long, short))
    assert parts_short[0, 1] > parts_long[0, 1] > 0
    assert parts_long[0, 2] == pytest.approx(1 / (1 + float(model.counts_I[30])))


def test_that_openness_is_that_of_the_ridge_system():
    model, _ = learned(planted_dataset())
    history, config = Histories.of_one([3, 8, 21, 5], [5.0, 1.0, np.nan, 4.0]), model.config
    features_IF = model.features().detach().double().numpy()
    x_nF = features_IF[[3, 8, 5]]
    held_F = np.full(x_nF.shape[1], 3 * config.l2 + config.fold_in_l2)
    held_F[-1] = config.user_bias_damping
    system_FF = x_nF.T @ x_nF + np.diag(held_F)
    expected = [features_IF[row] @ np.linalg.solve(system_FF, features_IF[row]) for row in (0, 30)]
    with torch.no_grad():
        stated = model.variance_parts_of(history, Histories.of_one([0, 30], [0.0, 0.0]))[:, 1]
    assert stated == pytest.approx(expected, rel=1e-6)


def test_that_the_parts_of_a_known_variance_are_found_again():
    dice = np.random.default_rng(3)
    parts_NP = variance_parts(dice.random(60_000), dice.integers(0, 50, 60_000).astype(float))
    true_P = np.array([0.5, 0.8, 1.5])
    errors_N = dice.normal(0, np.sqrt(parts_NP @ true_P))
    assert fitted_variance_weights(errors_N, parts_NP) == pytest.approx(true_P, rel=0.15)


def test_that_a_handful_of_held_out_ratings_is_too_few():
    parts_NP = variance_parts(np.ones(20), np.ones(20))
    assert fitted_variance_weights(np.ones(20), parts_NP) is None


@pytest.mark.parametrize("seed", range(20))
def test_that_weights_are_those_of_scipys_nonnegative_least_squares(seed):
    from scipy.optimize import nnls

    rng = np.random.default_rng(seed)
    parts_NP = rng.uniform(0, 1, (200, 3)) * 10.0 ** rng.integers(-3, 2, 3)
    wanted_N = parts_NP @ rng.normal(0.3, 1.0, 3) + rng.normal(0, 0.1, 200)
    found_P, known_P = nonnegative_weights(parts_NP, wanted_N), nnls(parts_NP, wanted_N)[0]
    assert (found_P >= 0).all()
    errors = [np.square(parts_NP @ weights_P - wanted_N).sum() for weights_P in (found_P, known_P)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-8)
    np.testing.assert_allclose(parts_NP @ found_P, parts_NP @ known_P, rtol=1e-6, atol=1e-8)


def test_that_lists_and_reasons_state_how_far_off_a_rating_may_be():
    dataset = planted_dataset()
    model, _ = learned(dataset)
    recommender, history = Recommender(model, dataset), dataset.histories.row(4)
    listed = recommender.recommend(history, top=5).items
    wanted = Histories.of_one([item.item_row for item in listed], [0.0] * 5)
    expected = model.rating_sds_of(history, wanted).tolist()
    assert [item.predicted_sd for item in listed] == pytest.approx(expected)
    assert explain(recommender, history, listed[2].item_row).predicted_sd == pytest.approx(expected[2])


@pytest.mark.parametrize("kind", ["strong", "none"])
def test_that_a_run_without_held_out_ratings_of_any_height_knows_no_uncertainty(kind):
    model, split = learned(planted_dataset(), kind=kind)
    assert not model.states_uncertainty
    assert model.rating_sds_of(split.train.row(0), Histories.of_one([1], [0.0])) is None


def test_that_only_models_that_declare_it_know_any_uncertainty():
    for kind in MODELS.values():
        if not issubclass(kind.model_class, StepModel) or kind.name == "mf":
            continue
        assert not kind.can.states_uncertainty, kind.name
    model, split = learned(planted_dataset(), name="two_head")
    assert not model.states_uncertainty
    assert model.rating_sds_of(split.train.row(0), split.train.row(0)) is None


def test_that_weights_of_a_former_version_load_without_uncertainty():
    model, split = learned(planted_dataset())
    assert model.states_uncertainty
    weights = {name: tensor for name, tensor in model.state_dict().items() if name != "uncertainty_P"}
    fresh = small_model("mf", split)
    fresh.load_state_dict(weights)
    assert not fresh.states_uncertainty
    fresh.load_state_dict(model.state_dict())
    assert torch.equal(fresh.uncertainty_P, model.uncertainty_P)


@pytest.mark.parametrize("solver", ["adam", "als"])
def test_that_a_stopped_run_says_that_it_measures_its_errors_and_does_so_on_some_people(monkeypatch, solver):
    measured, learn = [], MatrixFactorization.learn_uncertainty
    monkeypatch.setattr(validating, "_RATINGS_AFTER_STOP", 200)

    def learn_uncertainty(model, fold_in, to_find):
        measured.append(fold_in)
        learn(model, fold_in, to_find)

    monkeypatch.setattr(MatrixFactorization, "learn_uncertainty", learn_uncertainty)
    split = make_split(planted_dataset(people=300), SplitConfig(kind="random", seed=1))
    model = build("mf", MfConfig(solver=solver, rank=4), items=split.titles, scale=split.scale)
    if solver == "adam":
        job = train(split, model, config=QUICK, recorder=Kept(), device=CPU)
    else:
        job = fit(split, model, recorder=Kept())
    events = []

    def has_learned():
        return model.keeps_when_stopped if solver == "als" else any(isinstance(event, EpochEnded) for event in events)

    run = drive(job, on_event=events.append, should_stop=has_learned)
    assert run.stopped
    assert run.model.states_uncertainty
    stages = [event.words for event in events if isinstance(event, StageStarted)]
    assert stages[-1] == "Measuring how far off its stars may be, and saving what was learned"
    assert 200 <= measured[-1].entries < 300, "those of people with about so many ratings, not of all 300"


def test_that_a_run_without_uncertainty_says_nothing_of_it():
    stages = []
    split = make_split(planted_dataset(), SplitConfig(kind="random", seed=1))
    job = train(split, small_model("embedding_mlp", split), config=QUICK, recorder=Kept(), device=CPU)
    drive(job, on_event=lambda event: stages.append(event) if isinstance(event, StageStarted) else None)
    assert stages[-1].words == "Saving what was learned"
