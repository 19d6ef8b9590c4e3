"""One step in every precision: what is kept between steps, and what happens to one that is not finite."""

import numpy as np
import pytest
import torch

from engine.data.batches import step_noise, whole_batch
from engine.data.dataset import Histories, Scale
from engine.models.autoencoder import MultDaeConfig
from engine.models.registry import build
from engine.models.two_head_config import TwoHeadConfig
from engine.training.checkpoint import optimizer_tensors, restore_optimizer
from engine.training.config import TrainingConfig
from engine.training.optimizer import norm_of_gradients
from engine.training.step import LossScale, Stepper

CPU, TITLES, SCALE = torch.device("cpu"), 40, Scale(1, 5, 1)


def a_batch(people=12):
    rng = np.random.default_rng(3)
    items = np.concatenate([rng.choice(TITLES, 6, replace=False) for _ in range(people)])
    ratings = rng.integers(1, 6, len(items)).astype(float)
    return whole_batch(Histories.of(np.repeat(np.arange(people), 6), items, ratings, people=people), CPU)


def a_stepper(precision="float32", *, name="mult_dae", **training):
    config = MultDaeConfig(latent=8) if name == "mult_dae" else TwoHeadConfig(hidden=(16,), latent=8, decoder=(16,))
    model = build(name, config, items=TITLES, scale=SCALE, seed=1)
    return Stepper(model, TrainingConfig(precision=precision, **training), CPU, total_steps=40)


def losses_of(stepper, steps=range(40)):
    return [float(stepper.take(a_batch(), lr=1e-2, step=step).shown) for step in steps]


def weights_of(stepper):
    return torch.cat([weights.flatten() for weights in stepper.model.state_dict().values()])


@pytest.mark.parametrize("name", ["mult_dae", "two_head"])
@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_that_less_precision_learns_as_well(name, precision):
    exact, coarse = losses_of(a_stepper(name=name)), losses_of(a_stepper(precision, name=name))
    assert coarse[-1] == pytest.approx(exact[-1], rel=0.05)
    assert coarse[-1] < coarse[0]


@pytest.mark.parametrize("precision", ["float32", "bf16", "fp16"])
def test_that_weights_and_gradients_stay_in_full_precision(precision):
    stepper = a_stepper(precision)
    losses_of(stepper, range(2))
    assert {weights.dtype for weights in stepper.model.state_dict().values()} == {torch.float32}
    assert {values.dtype for values in optimizer_tensors(stepper.optimizer).values()} == {torch.float32}


@pytest.mark.parametrize("precision", ["float32", "bf16", "fp16"])
def test_that_a_stepper_goes_on_to_the_bit_from_what_it_remembers(precision):
    whole, first, second = (a_stepper(precision) for _ in range(3))
    losses_of(whole, range(6))
    losses_of(first, range(3))
    second.model.load_state_dict(first.model.state_dict())
    remembered = optimizer_tensors(first.optimizer) | first.memory()
    restore_optimizer(second.optimizer, remembered)
    second.restore(remembered)
    losses_of(second, range(3, 6))
    assert torch.equal(weights_of(whole), weights_of(second))
    assert all(torch.equal(value, second.memory()[name]) for name, value in whole.memory().items())


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_that_a_step_on_the_processor_is_to_the_bit_that_of_torchs_optimizer(monkeypatch, optimizer):
    """With weight decay, rates of their own, a group that learns nothing, and parameters without a gradient."""
    ours, theirs = (a_stepper(optimizer=optimizer, weight_decay=0.01, lr=0.1) for _ in range(2))
    for stepper in (ours, theirs):
        first, *others = stepper.model.parameters()
        groups = stepper.optimizer.param_groups
        groups[0]["params"] = others[:-1]
        stepper.optimizer.add_param_group({"params": [first], "lr_share": 0.5})
        stepper.optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(2))]})
    losses_of(ours, range(4))
    monkeypatch.setattr("engine.training.gradient_sums.advance", lambda optimizer: optimizer.step())
    losses_of(theirs, range(4))
    assert torch.equal(weights_of(ours), weights_of(theirs))
    expected = optimizer_tensors(theirs.optimizer)
    assert {name: tensor.tolist() for name, tensor in optimizer_tensors(ours.optimizer).items()} == {
        name: tensor.tolist() for name, tensor in expected.items()
    }


@pytest.mark.parametrize("clip", [0.0, 0.1])
def test_that_the_scale_of_the_loss_changes_no_step(clip):
    plain, scaled = a_stepper(clip=clip), a_stepper(clip=clip)
    scaled.loss_scale = LossScale(CPU)
    losses_of(plain, range(5))
    losses_of(scaled, range(5))
    torch.testing.assert_close(weights_of(plain), weights_of(scaled), atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("precision", ["float32", "fp16"])
def test_that_a_step_that_is_not_finite_is_not_taken(precision):
    stepper = a_stepper(precision)
    losses_of(stepper, range(1))
    with torch.no_grad():
        stepper.model.last_layer.bias[0] = torch.inf
    before = weights_of(stepper)
    losses_of(stepper, range(1, 2))
    assert torch.equal(before, weights_of(stepper))
    assert float(stepper.refused) == (0.0 if precision == "fp16" else 1.0)


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_that_a_gpu_takes_no_step_that_is_not_finite_either(monkeypatch, kind, optimizer):
    """What CUDA's optimizers go by, and what is read back elsewhere, tried on the processor."""
    stepper = a_stepper(optimizer=optimizer)
    losses_of(stepper, range(1))
    monkeypatch.setattr("engine.training.step.step_noise", lambda device, **place: step_noise(CPU, **place))
    stepper.device = torch.device(kind)
    losses_of(stepper, range(1, 2))
    before, steps = weights_of(stepper), optimizer_tensors(stepper.optimizer)
    with torch.no_grad():
        held = stepper.model.last_layer.bias[0].clone()
        stepper.model.last_layer.bias[0] = torch.inf
    losses_of(stepper, range(2, 3))
    with torch.no_grad():
        stepper.model.last_layer.bias[0] = held
    assert float(stepper.refused) == 1.0
    assert torch.equal(before, weights_of(stepper))
    for name, tensor in optimizer_tensors(stepper.optimizer).items():
        assert torch.equal(tensor, steps[name]), name


def test_that_a_scale_that_was_too_great_is_halved_and_only_then_is_a_refused_step_a_fault():
    scale = LossScale(CPU)
    assert [float(scale.update(torch.ones(()))) for _ in range(17)] == [0.0] * 16 + [1.0]
    assert float(scale.scale) == 1.0


def test_that_the_scale_grows_after_two_thousand_steps_that_were_taken_in_a_row():
    scale = LossScale(CPU)
    scale.update(torch.ones(()))
    for _ in range(1999):
        scale.update(torch.zeros(()))
    assert float(scale.scale) == 2.0**15
    scale.update(torch.zeros(()))
    assert float(scale.scale) == 2.0**16


@pytest.mark.parametrize("shape", [(3,), (5, 7), (2**20 + 3,), (1025, 1031)])
def test_that_the_norm_of_gradients_is_that_of_all_their_numbers(shape):
    weights = [torch.nn.Parameter(torch.zeros(size)) for size in (shape, (4,), (2, 2))]
    for number, of in enumerate(weights[:2], start=1):
        of.grad = torch.randn(of.shape, generator=torch.Generator().manual_seed(number))
    exact = torch.cat([of.grad.flatten() for of in weights[:2]]).double().norm()
    torch.testing.assert_close(norm_of_gradients(weights), exact.float(), atol=0.0, rtol=1e-6)
    weights[0].grad.view(-1)[-1] = torch.nan
    assert bool(norm_of_gradients(weights).isnan())


def test_that_there_is_a_norm_where_nothing_has_a_gradient():
    assert float(norm_of_gradients([torch.nn.Parameter(torch.ones(3))])) == 0.0
