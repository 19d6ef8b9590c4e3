import numpy as np
import pytest
import torch

from engine.data.batches import whole_batch
from engine.data.dataset import Histories, Scale
from engine.models.base import Moment
from engine.models.registry import build
from engine.models.two_head_config import TwoHeadConfig

SCALE, CPU, TITLES = Scale(1, 5, 1), torch.device("cpu"), 30
START = Moment(0, 1)
SMALL = TwoHeadConfig(hidden=(20, 12), latent=6, decoder=(10, 14))


def some_histories(people=7, *, seed=3) -> Histories:
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.choice(TITLES, rng.integers(1, 12), replace=False)) for _ in range(people)]
    users = np.repeat(np.arange(people), [len(row) for row in rows])
    ratings = rng.integers(1, 6, len(users)).astype(float)
    ratings[rng.random(len(users)) < 0.2] = np.nan
    return Histories.of(users, np.concatenate(rows), ratings, people=people)


def a_model(config=SMALL, *, seed=1):
    return build("two_head", config, items=TITLES, scale=SCALE, seed=seed)


def test_that_full_width_over_six_thousand_titles_has_the_studys_parameters():
    model = build("two_head", TwoHeadConfig(), items=6000, scale=SCALE)
    assert model.parameter_count == 55_464_160


def test_that_widths_follow_the_size_of_the_data():
    assert TwoHeadConfig().fitted_to(350_000_000).widths() == ((2048,), 512, (1024, 2048))
    assert TwoHeadConfig().fitted_to(1_000_000).widths() == ((512,), 128, (256, 512))
    assert TwoHeadConfig(latent=7).fitted_to(1_000_000).latent == 7


def test_that_the_sparse_first_layer_equals_the_dense_one():
    model, histories = a_model(), some_histories()
    batch = whole_batch(histories, CPU)
    normalised = torch.randn(len(batch.item_rows_N))
    dense = torch.zeros(len(histories), 2 * TITLES)
    dense[batch.person_N, batch.item_rows_N] = torch.where(torch.isnan(batch.ratings_N), SMALL.seen_weight, 1.0)
    dense[batch.person_N, batch.item_rows_N + TITLES] = normalised
    expected = dense @ model.first_2IH + model.first_bias_H
    torch.testing.assert_close(model.first_layer(batch, normalised), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"heads": "shared"},
        {"presence_loss": "mse"},
        {"mask_unrated": False},
        {"kl_cap": 0.2},
        {"loss_weights": "learned"},
        {"activation": "tanh"},
        {"activation": "relu"},
        {"bottleneck_noise": 0.0},
        {"input_dropout_low": 0.0, "input_dropout_high": 0.0},
        {"huber_delta": 0.3},
        {"alpha_floor": 0.8},
    ],
)
def test_that_every_variant_of_the_study_changes_the_loss_or_the_gradients_and_learns(changes):
    batch = whole_batch(some_histories(), CPU)

    def outcome(config):
        model = a_model(config)
        losses = model.losses(batch, noise=torch.Generator().manual_seed(4), moment=START)
        losses.total.backward()
        gradient = sum(
            float(parameter.grad.abs().sum()) for parameter in model.parameters() if parameter.grad is not None
        )
        return float(losses.total.detach()), gradient

    total, gradient = outcome(SMALL.changed(**changes))
    assert np.isfinite(total)
    assert gradient > 0
    if changes:
        assert (total, gradient) != outcome(SMALL)


def test_that_equal_noise_gives_equal_losses_and_other_noise_others():
    model, batch = a_model(), whole_batch(some_histories(), CPU)
    totals = [
        float(model.losses(batch, noise=torch.Generator().manual_seed(s), moment=START).total.detach())
        for s in (1, 1, 2)
    ]
    assert totals[0] == totals[1] != totals[2]


def test_that_fixed_loss_weights_do_not_learn_and_learned_ones_have_a_rate_of_their_own():
    fixed = a_model(SMALL.changed(loss_weights="fixed"))
    assert len(fixed.parameter_groups()) == 1
    groups = a_model(SMALL.changed(loss_weights="learned")).parameter_groups()
    assert groups[1]["own_lr"] == 1e-2
    assert len(groups[1]["params"]) == 1


def test_that_presence_is_a_probability_over_all_titles():
    prediction = a_model().predict(some_histories())
    assert prediction.log_probability_UI.exp().sum(1).numpy() == pytest.approx(1.0, abs=1e-5)
    assert prediction.rating_UI.min() >= SCALE.low
    assert prediction.rating_UI.max() <= SCALE.high


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_that_the_score_is_presence_to_the_w_times_liking_to_the_rest(weight):
    model = a_model()
    prediction = model.predict(some_histories())
    expected = prediction.log_probability_UI.exp() ** weight * (prediction.liking_UI + 1).clamp(min=0.001) ** (
        1 - weight
    )
    torch.testing.assert_close(model.rank_scores(prediction, weight), expected)


def test_that_the_default_weight_is_three_tenths():
    model = a_model()
    prediction = model.predict(some_histories())
    assert torch.equal(model.rank_scores(prediction), model.rank_scores(prediction, 0.3))


def test_that_many_people_are_predicted_as_each_alone():
    model, histories = a_model(), some_histories(people=300)
    together = model.predict(histories)
    for user in (0, 255, 256, 299):
        alone = model.predict(histories.row(user))
        torch.testing.assert_close(together.score_UI[user], alone.score_UI[0])
        torch.testing.assert_close(together.rating_UI[user], alone.rating_UI[0])


def test_that_an_empty_profile_still_gets_scores():
    prediction = a_model().predict(Histories.of_one([], []))
    assert torch.isfinite(prediction.score_UI).all()


def test_that_a_rating_is_predicted_on_the_persons_own_scale():
    """Someone strict and someone generous with equal tastes get different stars for the same normalised liking."""
    model = a_model()
    strict, generous = Histories.of_one([1, 2, 3], [1, 2, 1]), Histories.of_one([1, 2, 3], [4, 5, 4])
    assert model.predict(strict).rating_UI.mean() < model.predict(generous).rating_UI.mean()
