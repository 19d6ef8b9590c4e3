from dataclasses import replace

import numpy as np
import pytest
import torch
from planted import CPU

from engine.data.dataset import Histories, Scale
from engine.models.base import Moment
from engine.models.embedding_mlp import EmbeddingMlp, EmbeddingMlpConfig
from engine.models.hidden_layer import BatchNorm, activated, squared_errors, with_dropout
from engine.models.registry import build

SCALE, TITLES, START = Scale(1, 5, 1), 30, Moment(0, 1)
SMALL = EmbeddingMlpConfig(embedding=5, hidden=(9, 7), dropout=0.4)
DENSE = EmbeddingMlpConfig(embedding=5, hidden=(9,), norm=False, dropout=0.0)
BOTH = pytest.mark.parametrize("config", [SMALL, DENSE], ids=["netflix", "dense"])


def some_ratings(people=9, *, seed=3) -> Histories:
    rng = np.random.default_rng(seed)
    users, rows = np.nonzero(rng.random((people, TITLES)) < 0.4)
    ratings = rng.integers(1, 6, len(users)).astype(float)
    ratings[rng.random(len(users)) < 0.2] = np.nan
    return Histories.of(users, rows, ratings, people=people)


def a_model(config=SMALL, *, seed=1) -> EmbeddingMlp:
    model = build("embedding_mlp", config, items=TITLES, scale=SCALE, seed=seed)
    assert isinstance(model, EmbeddingMlp)
    model.prepare(some_ratings(), seed=1)
    model.counts_I.clamp_(min=1)
    with torch.no_grad():
        for table in (model.users_TE, model.items_IE):
            table.mul_(20.0)
        model.last.weight.mul_(30.0)
    return model


def loss_of(model, *, rows=None, seed=4, moment=START):
    examples = model.examples(some_ratings(), CPU)
    batch = examples.batch(torch.arange(len(examples)) if rows is None else torch.tensor(rows, dtype=torch.int64))
    return model.losses(batch, noise=torch.Generator().manual_seed(seed), moment=moment)


def network_of(model, users_BE, items_BE):
    """The study's network as torch's own layers, with the model's weights, when nothing learns."""
    layers = []
    for place, linear in enumerate([None, *model.hidden]):
        layers += [linear] if linear is not None else []
        if model.config.norm:
            norm, own = torch.nn.BatchNorm1d(model.norms[place].mean_H.numel()), model.norms[place]
            norm.weight.data, norm.bias.data = own.slope_H.data, own.offset_H.data
            norm.running_mean, norm.running_var = own.mean_H, own.variance_H
            layers.append(norm)
        layers.append(torch.nn.ReLU())
    network = torch.nn.Sequential(*layers, model.last).eval()
    weight = torch.cat([model.from_user.weight, model.from_item.weight], 1)
    first = torch.nn.functional.linear(torch.cat([users_BE, items_BE], 1), weight, model.from_item.bias)
    return (float(model.mean) - 1) / 4 + network(first)[:, 0]


@BOTH
def test_that_the_network_is_the_studys(config):
    model = a_model(config)
    loss_of(model)
    persons = torch.randn(3, 5)
    expected = torch.stack([network_of(model, person.expand(TITLES, -1), model.items_IE) for person in persons])
    torch.testing.assert_close(model.targets_of(persons, None).float(), expected, atol=1e-5, rtol=1e-5)
    assert float(expected.detach().std()) > 0.01


@BOTH
def test_that_values_and_slopes_by_hand_are_those_of_autograd(config):
    model = a_model(config)
    loss_of(model)
    rows = torch.tensor([3, 8, 29, 0])
    values, slopes = model.at_everybody(rows)
    everybody = model.users_TE.detach().double().mean(0).expand(4, -1).clone().requires_grad_()
    expected = network_of(model.double(), everybody, model.items_IE[rows])
    expected.sum().backward()
    torch.testing.assert_close(values, expected.detach(), atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(slopes, everybody.grad, atol=1e-6, rtol=1e-6)


@BOTH
def test_that_somebody_new_is_the_ridge_regression_on_the_slopes(config):
    model, profile = a_model(config), some_ratings().row(2).rated()
    values, slopes = model.at_everybody(torch.from_numpy(profile.item_rows_N.astype(np.int64)))
    users = model.users_TE.detach().double()
    noise = 0.2 * config.fold_in_l2 * float(model.spread) ** 2 / 16
    hold = profile.entries * config.pull + noise / float(users.var(0, correction=0).mean())
    missed = (torch.from_numpy(profile.ratings_N).double() - 1) / 4 - values
    step = torch.linalg.solve(slopes.T @ slopes + hold * torch.eye(5), slopes.T @ missed)
    torch.testing.assert_close(model.folded_in(profile)[0].double(), users.mean(0) + step, atol=1e-6, rtol=1e-6)


@BOTH
def test_that_folding_in_lowers_the_error_of_a_persons_own_ratings(config):
    model, profile = a_model(config.changed(fold_in_l2=0.5, l2=0.0)), some_ratings().row(2).rated()
    loss_of(model)
    nobody = Histories.of_one([], [])

    def error(known):
        rating_I = model.predict(known).rating_UI[0]
        return float((rating_I[profile.item_rows_N.astype(np.int64)] - torch.tensor(profile.ratings_N)).square().mean())

    assert error(profile) < error(nobody) - 0.05


def test_that_a_stronger_hold_keeps_somebody_new_nearer_to_everybody():
    profile, nobody = some_ratings().row(2), Histories.of_one([], [])

    def distance(l2):
        model = a_model(SMALL.changed(fold_in_l2=l2))
        return float((model.predict(profile).rating_UI - model.predict(nobody).rating_UI).abs().mean())

    assert distance(1e3) < 0.1 * distance(0.1)


@BOTH
def test_that_people_folded_in_together_are_as_each_alone(config):
    model, histories = a_model(config), some_ratings(people=40)
    together = model.predict(histories)
    for person in (0, 17, 39):
        alone = model.predict(histories.row(person))
        torch.testing.assert_close(together.rating_UI[person], alone.rating_UI[0], atol=1e-5, rtol=1e-5)


@BOTH
def test_that_a_long_profile_is_explained_as_leaving_out_one_by_one_would(config):
    dice = np.random.default_rng(6)
    model = build("embedding_mlp", config, items=200, scale=SCALE, seed=1)
    users, rows = np.nonzero(dice.random((40, 200)) < 0.3)
    model.prepare(Histories.of(users, rows, dice.integers(1, 6, len(users)), people=40), seed=1)
    with torch.no_grad():
        model.items_IE.mul_(10.0)
        model.last.weight.mul_(20.0)
    profile = Histories.of_one(np.arange(150), dice.integers(1, 6, 150).astype(float))
    left_out = np.arange(0, 150, 5)
    with torch.no_grad():
        fast = model.leave_one_out(profile, left_out_V=left_out, columns_C=None).rating_UI[1:]
        slow = torch.cat([model.predict(profile.where(np.arange(150) != entry)).rating_UI for entry in left_out])
    torch.testing.assert_close(fast, slow, atol=1e-5, rtol=0)
    assert float((slow - model.predict(profile).rating_UI).abs().median()) > 1e-4


def test_that_single_ratings_asked_for_are_those_of_the_whole_row():
    model, histories, wanted = a_model(), some_ratings(), some_ratings(seed=8)
    whole = model.predict(histories).rating_UI
    expected = whole[torch.from_numpy(wanted.user_rows_N), torch.from_numpy(wanted.item_rows_N.astype(np.int64))]
    torch.testing.assert_close(model.ratings_of(histories, wanted), expected, atol=1e-3, rtol=1e-3)


def test_that_dropout_follows_the_noise_it_is_given():
    first, same, another = (float(loss_of(a_model(), seed=seed).total.detach()) for seed in (1, 1, 2))
    assert first == same != another
    assert float(loss_of(a_model(DENSE), seed=1).total.detach()) == float(
        loss_of(a_model(DENSE), seed=2).total.detach()
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("p", [0.0, 0.001, 0.3, 0.75, 0.99])
def test_that_what_dropout_hides_is_the_share_asked_for_and_makes_up_for_it(p, dtype):
    values = torch.full((501, 203), 2.0, dtype=dtype)
    kept, back = activated(values.clone(), None, p, torch.Generator().manual_seed(1))
    assert kept.dtype == dtype
    assert float((kept == 0).float().mean()) == pytest.approx(p, rel=0.03, abs=3e-4)
    assert torch.equal(kept, torch.where(kept == 0, 0.0, values))
    assert torch.equal(back(torch.ones_like(values))[0], kept / 2.0)
    made_up_for = with_dropout(values, p, torch.Generator().manual_seed(1)).float()
    assert float((made_up_for != 0).float().mean()) == pytest.approx(1.0 - p, rel=0.05)
    assert float(made_up_for.mean()) == pytest.approx(2.0, rel=0.05)


def test_that_values_of_either_sign_are_hidden_alone_and_learn_where_they_are_kept():
    values = torch.tensor([2.0, -2.0]).repeat(501, 203).requires_grad_()
    kept = with_dropout(values, 0.3, torch.Generator().manual_seed(1))
    kept.sum().backward()
    assert float((kept == 0).float().mean()) == pytest.approx(0.3, rel=0.03)
    assert float(kept.detach().abs().mean()) == pytest.approx(2.0, rel=0.05)
    torch.testing.assert_close(values.grad, kept.detach() / values.detach())


@pytest.mark.parametrize("together", [False, True], ids=["alone", "shared"])
@pytest.mark.parametrize("p", [0.0, 0.375])
def test_that_a_normed_layers_slopes_are_those_of_autograd(p, together):
    norm, values = BatchNorm(6), (torch.randn(50, 6) * 3 + 1).requires_grad_()
    norm.sum_over = torch.clone if together else None
    with torch.no_grad():
        norm.slope_H.copy_(torch.rand(6) + 0.5)
        norm.offset_H.copy_(torch.randn(6))
    weights = torch.randn(50, 6)
    out, back = activated(values.detach(), norm, p, torch.Generator().manual_seed(2))
    line = [part.detach().clone().requires_grad_() for part in (norm.slope_H, norm.offset_H)]
    normed = torch.nn.functional.batch_norm(values, None, None, *line, training=True)
    expected = torch.relu(normed) * (out > 0)
    if not p:
        torch.testing.assert_close(out, expected, atol=1e-5, rtol=1e-5)
    (expected * weights).sum().backward()
    for own, theirs in zip(back(weights), (values.grad, line[0].grad, line[1].grad), strict=True):
        torch.testing.assert_close(own, theirs, atol=1e-4, rtol=1e-4)


@BOTH
def test_that_every_slope_of_the_loss_is_that_of_autograd(config):
    model = a_model(config.changed(dropout=0.0, l2=0.05)).double().train()
    histories = some_ratings().rated()
    rows = torch.tensor([0, 3, 3, 7, 8, 9, 20, 21, 22, 60])
    losses = loss_of(model, rows=rows.tolist())
    losses.total.backward()
    own = {name: part.grad for name, part in model.named_parameters()}
    model.zero_grad()
    people, titles = (torch.from_numpy(part).long()[rows] for part in (histories.user_rows_N, histories.item_rows_N))
    users, items = model.users_TE[people], model.items_IE[titles]
    hidden = model.from_user(users) + model.from_item(items)
    for place, layer in enumerate([*model.hidden, model.last]):
        if config.norm:
            norm = model.norms[place]
            hidden = torch.nn.functional.batch_norm(hidden, None, None, norm.slope_H, norm.offset_H, training=True)
        hidden = layer(torch.relu(hidden))
    targets = (torch.from_numpy(histories.ratings_N.copy())[rows] - model.mean) / 4
    error = (hidden[:, 0] - targets).square().mean()
    total = error + 0.05 * (users.square().sum() + items.square().sum()) / len(rows)
    total.backward()
    torch.testing.assert_close(losses.total.double(), total, atol=0.0, rtol=1e-6)
    torch.testing.assert_close(losses.shown.double(), 16 * error.detach(), atol=0.0, rtol=1e-5)
    for name, part in model.named_parameters():
        torch.testing.assert_close(own[name], part.grad, atol=1e-8, rtol=1e-5, msg=name)


@pytest.mark.parametrize("config", [SMALL, DENSE.changed(dropout=0.3)], ids=["netflix", "dense"])
def test_that_gradients_that_are_written_at_once_are_those_of_the_loss(config):
    model = a_model(config.changed(l2=0.05)).train()
    losses, parameters = loss_of(model), list(model.parameters())
    slopes = torch.autograd.grad(losses.total, parameters)
    written = loss_of(model, moment=replace(START, writes_gradients=True))
    torch.testing.assert_close([of.grad for of in parameters], list(slopes))
    torch.testing.assert_close(written.shown, losses.shown)
    assert not written.total.requires_grad


@pytest.mark.parametrize("p", [0.0, 0.375])
def test_that_the_errors_of_a_line_and_their_slopes_are_those_of_autograd(p):
    hidden, line = torch.randn(5, 4, 6, dtype=torch.double, requires_grad=True), torch.nn.Linear(6, 1).double()
    targets = torch.randn(5, 4, dtype=torch.double)
    targets[1:3, 2] = torch.nan
    weights = [hidden, *line.parameters()]
    own = squared_errors(hidden, line, targets, p, torch.Generator().manual_seed(7))
    kept = with_dropout(hidden.flatten(0, 1), p, torch.Generator().manual_seed(7)).view(5, 4, 6)
    expected = (line(kept)[..., 0] - targets)[~targets.isnan()].square().sum()
    torch.testing.assert_close(own, expected)
    torch.testing.assert_close(torch.autograd.grad(3 * own, weights), torch.autograd.grad(3 * expected, weights))


def test_that_slopes_in_half_precision_are_near_those_in_full():
    slopes = []
    for is_half in (False, True):
        model = a_model(SMALL.changed(dropout=0.0)).train()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_half):
            losses = loss_of(model)
        losses.total.backward()
        slopes.append(torch.cat([part.grad.flatten() for part in model.parameters()]))
    assert slopes[1].dtype == torch.float32
    assert not torch.equal(*slopes)
    assert float((slopes[1] - slopes[0]).norm() / slopes[0].norm()) < 0.03


@BOTH
def test_that_a_process_without_a_part_of_the_batch_adds_nothing(config):
    model = a_model(config).train()
    for norm in model.norms:
        norm.sum_over = torch.clone
    losses = loss_of(model, rows=[])
    losses.total.backward()
    assert losses.total.item() == 0.0
    assert all(not part.grad.any() for part in model.parameters())


def test_that_a_batch_of_one_learns():
    losses = loss_of(a_model(), rows=[3])
    losses.total.backward()
    assert torch.isfinite(losses.total)


def test_that_a_single_example_is_normalised_without_float64_which_apples_gpu_lacks(monkeypatch):
    def refuse(_values):
        raise TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64.")

    monkeypatch.setattr(torch.Tensor, "double", refuse)
    normed, back = BatchNorm(3).normed(torch.full((1, 3), 2.0))
    torch.testing.assert_close(normed, torch.full((1, 3), 2.0), atol=1e-4, rtol=0.0)
    torch.testing.assert_close(back(torch.ones(1, 3))[0], torch.ones(1, 3), atol=1e-4, rtol=0.0)


def test_that_a_batch_norm_normalises_as_torchs_own_does():
    own, theirs, values = BatchNorm(6), torch.nn.BatchNorm1d(6), torch.randn(50, 6) * 3 + 1
    torch.testing.assert_close(own.normed(values)[0], theirs(values), atol=1e-5, rtol=1e-5)
    slope, offset = own.as_line()
    theirs.running_var = own.variance_H
    torch.testing.assert_close(values * slope + offset, theirs.eval()(values), atol=1e-5, rtol=1e-5)


def test_that_a_batch_that_is_not_finite_leaves_no_trace_in_the_norm():
    norm, values = BatchNorm(3), torch.randn(8, 3)
    norm.normed(values)
    before = [values.clone() for values in (norm.mean_H, norm.variance_H)]
    norm.normed(values * torch.tensor([float("inf"), float("nan"), float("inf")]))
    assert torch.equal(norm.mean_H, before[0])
    assert torch.equal(norm.variance_H, before[1])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("wrong", [torch.inf, -torch.inf, torch.nan, -torch.nan])
@BOTH
def test_that_what_is_no_number_in_a_layer_is_seen_in_the_loss(config, wrong, dtype):
    model = a_model(config)
    with torch.no_grad():
        model.from_user.weight[2, 3] = wrong
    with torch.autocast("cpu", enabled=dtype != torch.float32):
        assert not bool(torch.isfinite(loss_of(model).shown))


def test_that_widths_follow_the_size_of_the_data():
    assert EmbeddingMlpConfig().fitted_to(100_000_000).widths() == (512, 256)
    assert EmbeddingMlpConfig().fitted_to(1_000_000).widths() == (192, 96)
    assert EmbeddingMlpConfig(hidden=(40,)).fitted_to(1_000_000).widths() == (40,)


def test_that_on_small_data_it_notes_that_averages_do_as_well():
    (note,) = a_model().notes(some_ratings())
    assert "plain averages predict stars nearly as well" in note
