"""Every setting that the two-headed study varied does what its help says, and nothing else."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.data.batches import whole_batch
from engine.data.dataset import Histories, Scale
from engine.models.base import Moment
from engine.models.losses import presence_mse
from engine.models.registry import build
from engine.models.two_head import input_dropout
from engine.models.two_head_config import TwoHeadConfig

SCALE, CPU, TITLES = Scale(1, 10, 1), torch.device("cpu"), 24
QUIET = TwoHeadConfig(
    hidden=(16,),
    latent=5,
    decoder=(8, 12),
    loss_weights="fixed",
    input_dropout_low=0.0,
    input_dropout_high=0.0,
    bottleneck_noise=0.0,
)
"""A small model without chance in its loss."""


def a_batch(*, unrated=(3, 9), people=6):
    rng = np.random.default_rng(2)
    users = np.repeat(np.arange(people), 4)
    items = np.concatenate([rng.choice(TITLES, 4, replace=False) for _ in range(people)])
    ratings = rng.integers(1, 11, len(users)).astype(float)
    ratings[list(unrated)] = np.nan
    return whole_batch(Histories.of(users, items, ratings, people=people), CPU)


def a_model(**changes):
    return build("two_head", QUIET.changed(**changes), items=TITLES, scale=SCALE, seed=1)


def losses_of(model, batch=None, *, seed=4):
    return model.losses(batch or a_batch(), noise=torch.Generator().manual_seed(seed), moment=Moment(0, 1))


def total_of(batch=None, **changes):
    return float(losses_of(a_model(**changes), batch).total.detach())


@pytest.mark.parametrize(("name", "kind"), [("swish", nn.SiLU), ("tanh", nn.Tanh), ("relu", nn.ReLU)])
def test_that_the_activation_bends_every_layer_but_bottleneck_and_heads(name, kind):
    model = a_model(activation=name, hidden=(16, 10))
    bends = [module for module in model.modules() if isinstance(module, nn.SiLU | nn.Tanh | nn.ReLU)]
    assert len(bends) == 5
    assert all(isinstance(bend, kind) for bend in bends)


def test_that_the_activation_bends_the_first_layer_too():
    model, batch = a_model(activation="relu"), a_batch()
    inputs = []
    model.bottleneck.register_forward_pre_hook(lambda _, given: inputs.append(given[0]))
    losses_of(model, batch)
    assert float(inputs[0].detach().min()) == 0.0


def test_that_shared_heads_read_the_same_decoder_and_separate_ones_do_not():
    shared, separate = a_model(heads="shared"), a_model()
    decoder = sum(parameter.numel() for parameter in separate.rating_decoder.parameters())
    assert separate.parameter_count - shared.parameter_count == decoder > 0
    presence, rating = shared.decode(torch.randn(3, 5))
    assert torch.equal(presence, rating)


def test_that_another_encoder_layer_stands_before_the_bottleneck():
    deeper = a_model(hidden=(32, 16))
    assert deeper.first_2IH.shape == (2 * TITLES, 32)
    assert [(layer.in_features, layer.out_features) for layer in deeper.encoder if isinstance(layer, nn.Linear)] == [
        (32, 16)
    ]
    assert deeper.bottleneck.in_features == 16


def test_that_the_variational_part_is_weighed_against_presence_as_in_its_own_study():
    """exp(-s) (presence + kl_cap * divergence): the weight means the same however presence itself is weighted."""
    by_cap = {cap: total_of(kl_cap=cap, kl_steps=0) for cap in (0.2, 0.4)}
    turned_down = {cap: total_of(kl_cap=cap, kl_steps=0, presence_log_variance=3.0) for cap in (0.2, 0.4)}
    divergence = by_cap[0.4] - by_cap[0.2]
    assert divergence > 0
    assert turned_down[0.4] - turned_down[0.2] == pytest.approx(divergence * np.exp(-3.0), rel=1e-3)


def test_that_fixed_loss_weights_scale_the_losses_by_their_start_values():
    plain, scaled = a_model(), a_model(presence_log_variance=2.0, rating_log_variance=-1.0)
    batch = a_batch(unrated=())
    parts = losses_of(plain, batch).parts
    presence, rating = float(parts["presence"]) * 4, float(parts["rating"])
    expected = np.exp(-2.0) * presence + 2.0 + np.exp(1.0) * rating - 1.0
    assert float(losses_of(scaled, batch).total.detach()) == pytest.approx(expected, rel=1e-5)


def test_that_learned_loss_weights_start_from_theirs_and_move_towards_the_losses():
    model = a_model(loss_weights="learned", presence_log_variance=1.0, rating_log_variance=1.0)
    assert model.log_variances.tolist() == [1.0, 1.0]
    losses_of(model).total.backward()
    presence, rating = model.log_variances.grad.tolist()
    assert presence < 0 < rating


def test_that_squared_error_presence_is_of_every_title_and_still_gives_chances_in_the_same_order():
    model, batch = a_model(presence_loss="mse"), a_batch(people=2, unrated=())
    before_head = torch.randn(2, 12, generator=torch.Generator().manual_seed(6))
    squared = presence_mse(model.presence_head(before_head), batch.person_N, batch.item_rows_N)
    torch.testing.assert_close(model.presence_loss(before_head, batch), squared)
    outputs = torch.tensor([[0.9, 0.1, 0.3] + [0.0] * (TITLES - 3)] * 2)
    log_probability = model.log_probability(outputs)
    assert log_probability.exp().sum(1).tolist() == pytest.approx([1.0, 1.0], abs=1e-5)
    assert log_probability.exp()[0, 0] / log_probability.exp()[0, 2] == pytest.approx(3.0, rel=0.01)
    steps = torch.linspace(-1, 2, TITLES)[None]
    assert bool((model.log_probability(steps).diff() > 0).all())


def test_that_masked_ratings_teach_nothing_about_titles_that_were_only_seen():
    item_rows, ratings = [1, 2, 3], [8.0, None, 5.0]
    batch = whole_batch(Histories.of_one(item_rows, ratings), CPU)
    for masked, taught in ((True, [1, 3]), (False, [1, 2, 3])):
        model = a_model(mask_unrated=masked)
        losses_of(model, batch).total.backward()
        assert model.rating_head.bias.grad.nonzero().flatten().tolist() == taught


def test_that_unmasked_titles_that_were_only_seen_count_as_rated_at_the_persons_mean():
    model = a_model(mask_unrated=False, huber_delta=100.0)
    predicted = torch.zeros(3)
    batch = whole_batch(Histories.of_one([1, 2, 3], [8.0, None, 6.0]), CPU)
    habit = model.habits_of(batch)
    normalised = torch.tensor([0.0, float((1 - habit.alpha) * (7.0 - 5.5) / 2.5), 0.0])
    assert float(model.rating_loss(predicted, batch, normalised)) == pytest.approx(float(normalised[1] ** 2) / 6)


def test_that_masking_changes_nothing_where_everything_is_rated():
    batch = a_batch(unrated=())
    assert total_of(batch, mask_unrated=True) == total_of(batch, mask_unrated=False)


def test_that_errors_beyond_the_huber_delta_count_linearly():
    batch = whole_batch(Histories.of_one([1], [8.0]), CPU)
    target, model = torch.zeros(1), a_model(huber_delta=0.5)
    near, far = (float(model.rating_loss(torch.full((1,), rating), batch, target)) for rating in (2.0, 3.0))
    assert far - near == pytest.approx(0.5)


def test_that_the_input_is_dropped_by_a_share_of_its_own_for_each_person_and_made_up_for():
    people, each = 400, 200
    rows = np.tile(np.arange(each), people)
    histories = Histories.of(np.repeat(np.arange(people), each), rows, np.full(len(rows), 7.0), people=people)
    kept_N = input_dropout(whole_batch(histories, CPU), torch.Generator().manual_seed(1), low=0.24, high=0.56)
    dropped_U = (kept_N.view(people, each) == 0).float().mean(1)
    assert 0.37 < float(dropped_U.mean()) < 0.43
    assert float(dropped_U.min()) < 0.27
    assert float(dropped_U.max()) > 0.53
    assert float(kept_N.mean()) == pytest.approx(1.0, abs=0.02)


def test_that_a_dropped_entry_is_dropped_as_present_and_as_rated():
    model, batch = a_model(), a_batch(people=1, unrated=())
    nothing = model.first_layer(batch, torch.ones(4), torch.zeros(4))
    torch.testing.assert_close(nothing[0], model.first_bias_H)


def test_that_noise_and_dropout_are_for_learning_alone():
    profile = Histories.of_one([1, 2, 3], [8.0, None, 5.0])
    noisy = a_model(bottleneck_noise=5.0, input_dropout_low=0.9, input_dropout_high=0.9)
    assert torch.equal(noisy.predict(profile).score_UI, a_model().predict(profile).score_UI)
    assert float(losses_of(noisy, seed=1).total.detach()) != float(losses_of(noisy, seed=2).total.detach())


def test_that_the_variational_part_predicts_from_the_mean():
    model, profile = a_model(kl_cap=0.2), Histories.of_one([1, 2, 3], [8.0, None, 5.0])
    assert torch.equal(model.predict(profile).score_UI, model.predict(profile).score_UI)
    assert float(losses_of(model, seed=1).total.detach()) != float(losses_of(model, seed=2).total.detach())


def test_that_a_title_seen_without_a_rating_is_told_by_the_weight_of_seen_titles():
    batch = whole_batch(Histories.of_one([1, 2], [8.0, None]), CPU)
    for weight in (0.5, 1.0):
        model = a_model(seen_weight=weight)
        first = model.first_layer(batch, torch.zeros(2))[0] - model.first_bias_H
        torch.testing.assert_close(first, model.first_2IH[1] + weight * model.first_2IH[2])


def test_that_a_title_seen_without_a_rating_is_learned_by_the_weight_of_seen_titles():
    batch = whole_batch(Histories.of_one([1, 2], [8.0, None]), CPU)
    before_head = torch.randn(1, 12, generator=torch.Generator().manual_seed(5))
    for weight in (0.5, 1.0):
        model = a_model(seen_weight=weight)
        chances = torch.log_softmax(model.presence_head(before_head), 1)[0]
        found = model.presence_loss(before_head, batch)
        torch.testing.assert_close(found, -(chances[1] + weight * chances[2]))


def test_that_the_weight_of_seen_titles_is_nothing_to_someone_who_rated_all():
    batch = a_batch(unrated=())
    assert total_of(batch, seen_weight=0.2) == total_of(batch, seen_weight=1.0)
