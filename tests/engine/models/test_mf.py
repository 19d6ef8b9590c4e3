from dataclasses import replace

import numpy as np
import pytest
import torch
from planted import CPU, planted_dataset

from engine.data.dataset import Histories, Scale
from engine.errors import DivergedError, TrainingError
from engine.events import drive
from engine.models.base import Moment
from engine.models.biases import BiasEquations
from engine.models.mf import MfConfig
from engine.models.mf_by_steps import FactorizationBySteps
from engine.models.registry import build

SCALE, TITLES, START = Scale(1, 5, 1), 30, Moment(0, 1)
SMALL = MfConfig(solver="adam", rank=4, l2=0.01, fold_in_l2=0.2, user_bias_damping=1.5, item_bias_damping=4.0)
FORMER = SMALL.changed(user_bias_damping=None, item_bias_damping=None)
"""As runs of earlier versions have it: no dampings."""


def some_ratings(people=9, *, seed=3) -> Histories:
    rng = np.random.default_rng(seed)
    users, rows = np.nonzero(rng.random((people, TITLES)) < 0.4)
    ratings = rng.integers(1, 6, len(users)).astype(float)
    ratings[rng.random(len(users)) < 0.2] = np.nan
    return Histories.of(users, rows, ratings, people=people)


def a_model(config=SMALL, histories=None, *, seed=1, prepared_with=1) -> FactorizationBySteps:
    model = build("mf", config, items=TITLES, scale=SCALE, seed=seed)
    assert isinstance(model, FactorizationBySteps)
    model.prepare(some_ratings(people=60) if histories is None else histories, seed=prepared_with)
    return model


def loss_of(model, histories=None, *, moment=START):
    examples = model.examples(some_ratings() if histories is None else histories, CPU)
    return model.losses(examples.batch(torch.arange(len(examples))), noise=torch.Generator(), moment=moment)


def ridge_by_hand(model, profile, *, bias=True):
    """One person's factors by the normal equations, as they are written in the books, drawn to the average person's."""
    rated = profile.rated()
    rows = torch.from_numpy(rated.item_rows_N.astype(np.int64))
    x = model.item_factors_IK.detach().double()[rows]
    y = (torch.from_numpy(np.array(rated.ratings_N)).double() - 1) / 4
    average = model.user_factors_TK.detach().double().mean(0)
    if bias:
        x = torch.cat([x, torch.ones(len(x), 1)], 1)
        y = y - (float(model.mean) - 1) / 4 - model.item_bias_I.detach().double()[rows]
        average = torch.cat([average, model.user_bias_T.detach().double().mean()[None]])
    penalty = (len(x) * model.config.l2 + model.config.fold_in_l2) * torch.eye(x.shape[1]).double()
    if bias and model.config.user_bias_damping is not None:
        penalty[-1, -1] = model.config.user_bias_damping
    return torch.linalg.solve(x.T @ x + penalty, x.T @ y + penalty @ average)


@pytest.mark.parametrize("config", [SMALL, FORMER], ids=["damped", "former"])
def test_that_the_loss_is_the_squared_error_of_mean_biases_and_product_plus_l2_and_damping(config):
    """A damping is shared by the ratings of a person or title, so that in sum it counts once."""
    model, learned = a_model(config), some_ratings(people=60).rated()
    with torch.no_grad():
        model.user_bias_T.normal_(std=0.1)
        model.item_bias_I.normal_(std=0.1)
    rated = some_ratings().rated()
    people, items = torch.from_numpy(rated.user_rows_N), torch.from_numpy(rated.item_rows_N.astype(np.int64))
    p, q = model.user_factors_TK[people], model.item_factors_IK[items]
    b, c = model.user_bias_T[people], model.item_bias_I[items]
    predicted = (model.mean - 1) / 4 + b + c + (p * q).sum(1)
    errors = predicted - (torch.from_numpy(np.array(rated.ratings_N)) - 1) / 4
    pull_b, pull_c = 0.01, 0.01
    if config is SMALL:
        pull_b = 1.5 / torch.from_numpy(learned.counts_U)[people]
        pull_c = 4.0 / torch.from_numpy(np.bincount(learned.item_rows_N, minlength=TITLES))[items]
    pulls = 0.01 * ((p**2).sum(1) + (q**2).sum(1)) + pull_b * b**2 + pull_c * c**2
    losses, expected = loss_of(model), ((errors**2).mean() + pulls.mean()).float()
    torch.testing.assert_close(losses.total, expected)
    torch.testing.assert_close(losses.shown, 16 * (errors**2).mean().detach())
    parameters = list(model.parameters())
    slopes = torch.autograd.grad(expected, parameters)
    torch.testing.assert_close(torch.autograd.grad(losses.total, parameters), slopes)
    written = loss_of(model, moment=replace(START, writes_gradients=True))
    torch.testing.assert_close([of.grad for of in parameters], list(slopes))
    torch.testing.assert_close(written.shown, losses.shown)
    assert not written.total.requires_grad


def test_that_biases_that_are_not_asked_for_get_no_gradient():
    model = a_model(SMALL.changed(bias=False))
    loss_of(model, moment=replace(START, writes_gradients=True))
    written = {name for name, of in model.named_parameters() if of.grad is not None}
    assert written == {"user_factors_TK", "item_factors_IK"}


def test_that_seen_only_entries_are_no_examples():
    assert len(a_model().examples(some_ratings(), CPU)) == some_ratings().rated().entries


def test_that_data_without_ratings_are_refused_with_a_sentence():
    seen = Histories.of_one([1, 2, 3], [None, None, None])
    with pytest.raises(TrainingError, match="no ratings to learn from"):
        a_model(histories=seen)


def test_that_biases_start_where_they_are_best_without_factors():
    model, learned = a_model(), some_ratings(people=60)
    found = drive(BiasEquations(learned, titles=TITLES).fitted(user_damping=1.5, item_damping=4.0))
    stars = 4 * (model.user_bias_T.detach()[:, None] + model.item_bias_I.detach()) + model.mean
    expected = torch.from_numpy(found.mean + found.user_U[:, None] + found.item_I).float()
    torch.testing.assert_close(stars, expected, atol=1e-5, rtol=0)
    assert float(a_model(FORMER).item_bias_I.detach().abs().sum()) == 0


@pytest.mark.parametrize(("config", "bias"), [(SMALL, True), (SMALL, False), (FORMER, True)])
def test_that_folding_in_is_ridge_least_squares(config, bias):
    model, histories = a_model(config.changed(bias=bias)), some_ratings()
    ratings = model.predict(histories).rating_UI
    for person in range(len(histories)):
        factors = ridge_by_hand(model, histories.row(person), bias=bias)
        expected = model.item_factors_IK.detach().double() @ factors[:4]
        if bias:
            expected += (float(model.mean) - 1) / 4 + model.item_bias_I.detach().double() + factors[4]
        torch.testing.assert_close(ratings[person], (1 + 4 * expected).clamp(1, 5).float(), atol=1e-5, rtol=1e-5)


def test_that_people_folded_in_together_are_as_each_alone():
    model, histories = a_model(), some_ratings(people=40)
    together = model.predict(histories)
    for person in (0, 17, 39):
        alone = model.predict(histories.row(person))
        torch.testing.assert_close(together.rating_UI[person], alone.rating_UI[0])
        torch.testing.assert_close(together.score_UI[person], alone.score_UI[0])


def test_that_someone_without_ratings_is_taken_for_the_average_person():
    model = a_model()
    with torch.no_grad():
        model.item_bias_I.normal_(std=0.1)
        model.user_bias_T.normal_(std=0.1)
    average = model.item_factors_IK @ model.user_factors_TK.mean(0) + model.user_bias_T.mean()
    expected = (model.mean + 4 * (model.item_bias_I + average)).detach().clamp(1, 5)
    torch.testing.assert_close(model.predict(Histories.of_one([3], [None])).rating_UI[0], expected)
    torch.testing.assert_close(model.predict(Histories.of_one([], [])).rating_UI[0], expected)


def test_that_the_svd_start_is_a_tenth_of_the_best_low_rank_matrix():
    histories = some_ratings()
    model = a_model(SMALL.changed(init="svd", bias=False, targets="stars"), histories)
    rated = histories.rated()
    dense = np.zeros((len(histories), TITLES))
    dense[rated.user_rows_N, rated.item_rows_N] = rated.ratings_N
    left, values, right = np.linalg.svd(dense, full_matrices=False)
    best = (left[:, :4] * values[:4]) @ right[:4]
    found = (model.user_factors_TK @ model.item_factors_IK.T).detach().numpy()
    assert found == pytest.approx(best / 100, abs=1e-5)


def test_that_the_studys_start_is_standard_normal():
    many = Histories.of(np.arange(800), np.zeros(800, dtype=int), np.tile([2.0, 4.0], 400), people=800)
    model = a_model(SMALL.changed(init="normal"), many)
    assert float(model.user_factors_TK.detach().std()) == pytest.approx(1.0, abs=0.1)
    assert float(model.item_factors_IK.detach().std()) == pytest.approx(1.0, abs=0.3)


def test_that_equal_seeds_prepare_equal_people_and_leave_the_random_state_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first, same = a_model(prepared_with=5), a_model(prepared_with=5)
    another = a_model(prepared_with=6)
    assert torch.equal(first.user_factors_TK, same.user_factors_TK)
    assert not torch.equal(first.user_factors_TK, another.user_factors_TK)
    assert torch.equal(before, torch.get_rng_state())


def test_that_a_fresh_model_takes_up_the_weights_of_one_that_knew_people():
    trained, fresh = a_model(), build("mf", SMALL, items=TITLES, scale=SCALE)
    fresh.load_state_dict(trained.state_dict())
    histories = some_ratings(seed=8)
    assert torch.equal(fresh.predict(histories).rating_UI, trained.predict(histories).rating_UI)


def test_that_a_title_with_few_ratings_ranks_below_an_equal_one_with_many():
    model = a_model()
    with torch.no_grad():
        model.item_factors_IK.zero_()
        model.item_bias_I.fill_(0.2)
        model.counts_I.fill_(500)
        model.counts_I[7] = 2
    prediction = model.predict(Histories.of_one([1, 2], [5.0, 4.0]))
    assert prediction.rating_UI[0, 7] == prediction.rating_UI[0, 8]
    assert prediction.score_UI[0, 7] < prediction.score_UI[0, 8] - 0.5


def test_that_training_finds_tastes_that_biases_cannot_hold():
    """Half the people love what the other half hate, so every title has about the same mean."""
    from planted import Kept

    from engine.data.split import SplitConfig, make_split
    from engine.training.config import TrainingConfig
    from engine.training.trainer import train

    split = make_split(planted_dataset(), SplitConfig(kind="random", seed=1))
    config = TrainingConfig(epochs=40, lr=1e-2, batch=128, precision="float32", monitor="rmse")
    model = build("mf", SMALL, items=split.titles, scale=split.scale)
    result = drive(train(split, model, config=config, recorder=Kept(), device=CPU))
    assert result.best_value < 0.8


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_that_a_diverged_model_is_refused_whatever_it_predicts(value):
    model, histories = a_model(), some_ratings()
    with torch.no_grad():
        model.item_factors_IK[:, 0] = value
    asked = (
        lambda: model.predict(histories),
        lambda: model.ratings_of(histories, histories),
        lambda: model.leave_one_out(histories.take(np.array([0])), left_out_V=np.array([0, 1]), columns_C=None),
        lambda: model.learn_uncertainty(histories, histories),
    )
    for predict in asked:
        with pytest.raises(DivergedError, match=r"diverged.*lower learning rate"):
            predict()
