import numpy as np
import pytest
import torch
from planted import CPU
from small_models import SMALL

from engine.data.batches import whole_batch
from engine.data.dataset import Histories, Scale
from engine.errors import TrainingError
from engine.models.autoencoder import MultDaeConfig, MultVaeConfig
from engine.models.base import Moment
from engine.models.registry import build

SCALE, TITLES = Scale(1, 5, 1), 30
BOTH = pytest.mark.parametrize("name", ["mult_vae", "mult_dae"])


def a_model(name, *, seed=1, **changes):
    return build(name, SMALL[name].changed(**changes), items=TITLES, scale=SCALE, seed=seed)


def some_likes(people=7, *, seed=3) -> Histories:
    rng = np.random.default_rng(seed)
    users, rows = np.nonzero(rng.random((people, TITLES)) < 0.3)
    return Histories.of(users, rows, np.full(len(users), 5.0), people=people)


def losses_of(model, *, step=0, total=100, seed=4):
    return model.losses(
        whole_batch(some_likes(), CPU), noise=torch.Generator().manual_seed(seed), moment=Moment(step, total)
    )


def dense_likes(histories):
    dense_UI = torch.zeros(len(histories), TITLES)
    dense_UI[histories.user_rows_N, histories.item_rows_N.astype(np.int64)] = 1.0
    return dense_UI


def test_that_the_variational_network_is_the_papers_written_densely():
    model, likes = a_model("mult_vae"), some_likes()
    x = torch.nn.functional.normalize(dense_likes(likes), dim=1)
    hidden = torch.tanh(x @ model.first_IH + model.first_bias_H)
    mean = model.encoder[1](hidden)[:, :8]
    logits = model.decoder[2](torch.tanh(model.decoder[0](mean)))
    torch.testing.assert_close(model.predict(likes).score_UI, torch.log_softmax(logits, 1), atol=1e-5, rtol=1e-5)


def test_that_the_denoising_network_is_one_tanh_layer_between_title_layers():
    model, likes = a_model("mult_dae"), some_likes()
    x = torch.nn.functional.normalize(dense_likes(likes), dim=1)
    logits = model.decoder[0](torch.tanh(x @ model.first_IH + model.first_bias_H))
    torch.testing.assert_close(model.predict(likes).score_UI, torch.log_softmax(logits, 1), atol=1e-5, rtol=1e-5)


@BOTH
def test_that_only_likes_are_heard(name):
    model = a_model(name)
    mixed = Histories.of_one([1, 2, 3, 4], [5.0, 1.0, None, 4.0])
    likes = Histories.of_one([1, 4], [4.0, 5.0])
    assert torch.equal(model.predict(mixed).score_UI, model.predict(likes).score_UI)
    assert len(model.examples(Histories.of([0, 1], [3, 4], [5.0, 2.0], people=2), CPU)) == 1


@BOTH
def test_that_data_without_likes_are_refused_with_a_sentence(name):
    with pytest.raises(TrainingError, match="no likes to learn from"):
        a_model(name).examples(Histories.of_one([1, 2], [1.0, None]), CPU)


def test_that_the_variational_weight_grows_in_a_line_to_its_cap():
    model = a_model("mult_vae", kl_cap=0.2, kl_steps=40)
    weights = [model.kl_weight(Moment(step, 100)) for step in (0, 10, 20, 40, 99)]
    assert weights == pytest.approx([0.0, 0.05, 0.1, 0.2, 0.2])
    automatic = a_model("mult_vae", kl_cap=0.2, kl_steps=None)
    assert automatic.kl_weight(Moment(850, 1000)) == pytest.approx(0.2)
    assert automatic.kl_weight(Moment(425, 1000)) == pytest.approx(0.1)


def test_that_the_variational_loss_adds_the_weighted_divergence():
    model = a_model("mult_vae", kl_cap=0.2, kl_steps=40)
    early, late = losses_of(model, step=0), losses_of(model, step=40)
    expected = 0.2 * float(late.parts["divergence"])
    assert float(late.total.detach() - early.total.detach()) == pytest.approx(expected, rel=1e-4)
    assert float(early.shown) == float(late.shown)


@BOTH
@pytest.mark.parametrize("changes", [{"dropout": 0.0}, {"latent": 5}, {"hidden": (12, 9)}])
def test_that_every_setting_changes_the_loss_and_the_gradients_flow(name, changes):
    changed = losses_of(a_model(name, **changes))
    changed.total.backward()
    assert float(changed.total.detach()) != float(losses_of(a_model(name)).total.detach())


@BOTH
def test_that_equal_noise_gives_equal_losses_and_other_noise_others(name):
    one, same, other = (float(losses_of(a_model(name), seed=seed).total.detach()) for seed in (1, 1, 2))
    assert one == same != other


@BOTH
def test_that_predictions_are_probabilities_over_all_titles_whoever_asks(name):
    model = a_model(name)
    nobody = Histories.of(np.array([0, 2]), np.array([3, 4]), np.array([5.0, 4.0]), people=3)
    prediction = model.predict(nobody)
    assert prediction.log_probability_UI.exp().sum(1).numpy() == pytest.approx(1.0, abs=1e-5)
    torch.testing.assert_close(prediction.score_UI[2], model.predict(nobody.row(2)).score_UI[0])


def test_that_widths_follow_the_size_of_the_data():
    assert MultVaeConfig().fitted_to(2_000_000).widths() == ((1000,), 200)
    assert MultVaeConfig().fitted_to(62_500).widths() == ((500,), 100)
    assert MultVaeConfig(latent=7).fitted_to(62_500).latent == 7
    assert MultDaeConfig().fitted_to(2_000_000).widths() == ((), 200)


@BOTH
def test_that_other_ratings_count_their_weight_in_learning_both_ways(name):
    people = Histories.of([0, 0, 0, 1, 1, 2], [3, 7, 9, 4, 9, 5], [5.0, 2.0, None, 4.0, 1.0, 1.0], people=3)
    model = a_model(name, dropout=0.0, other_ratings=0.4)
    examples = model.examples(people, CPU)
    assert len(examples) == 2, "who likes nothing is not learned from"
    batch = examples.batch(torch.arange(2))
    had_BI = torch.zeros(2, TITLES)
    had_BI[[0, 0, 0, 1, 1], [3, 7, 9, 4, 9]] = torch.tensor([1.0, 0.4, 0.4, 1.0, 0.4])
    first_BH = torch.nn.functional.normalize(had_BI, dim=1) @ model.first_IH + model.first_bias_H
    torch.testing.assert_close(model.first_layer(batch), first_BH)
    loss = model.losses(batch, noise=torch.Generator().manual_seed(4), moment=Moment(0, 100))
    same_noise = torch.Generator().manual_seed(4)
    torch.rand(len(batch.item_rows_N), generator=same_noise)
    logits_BI, _ = model.outputs_of(first_BH, same_noise)
    nll = -(torch.log_softmax(logits_BI, 1) * had_BI).sum(1).mean()
    assert float(loss.shown) == pytest.approx(float(nll.detach()) * 2 / 3.2, rel=1e-5)
    likes_only = a_model(name, other_ratings=0.0).examples(people, CPU)
    assert len(likes_only.batch(torch.arange(2)).item_rows_N) == 2
