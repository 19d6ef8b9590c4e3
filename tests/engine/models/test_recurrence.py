import pytest
import torch
from torch import Tensor

from engine.models.products import Scratch
from engine.models.recurrence import lstm_states

STEPS, PEOPLE, INPUTS, BESIDE, WIDTH = 6, 5, 9, 2, 4


def drawn(dtype=torch.float32) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Gates of inputs, which input each step has, what is read beside it, weights, and slopes of the states."""
    noise = torch.Generator().manual_seed(5)
    gates_RG = torch.randn(INPUTS, 4 * WIDTH, generator=noise).to(dtype).requires_grad_()
    inputs_PB = torch.randint(INPUTS - 1, (STEPS, PEOPLE), generator=noise)
    beside_PBF = torch.randn(STEPS, PEOPLE, BESIDE, generator=noise)
    beside_PBF[0] = 0.0
    weight_GK = torch.randn(4 * WIDTH, WIDTH + BESIDE, generator=noise).requires_grad_()
    return gates_RG, inputs_PB, beside_PBF, weight_GK, torch.randn(STEPS, PEOPLE, WIDTH, generator=noise)


def step_by_step(gates_RG: Tensor, inputs_PB: Tensor, beside_PBF: Tensor, weight_GK: Tensor) -> Tensor:
    """The same by torch's own cell and autograd."""
    state = torch.zeros(PEOPLE, WIDTH), torch.zeros(PEOPLE, WIDTH)
    states = []
    for inputs_B, beside_BF in zip(inputs_PB, beside_PBF, strict=True):
        made_BG = gates_RG[inputs_B] + beside_BF @ weight_GK[:, WIDTH:].T
        state = torch.lstm_cell(made_BG, state, torch.eye(4 * WIDTH), weight_GK[:, :WIDTH])
        states.append(state[0])
    return torch.stack(states)


def test_that_states_and_slopes_are_those_of_torchs_own_cell():
    *given, slopes_PBH = drawn()
    found, expected = lstm_states(*given), step_by_step(*given)
    torch.testing.assert_close(found, expected)
    learned = given[0], given[3]
    torch.testing.assert_close(
        torch.autograd.grad(found, learned, slopes_PBH), torch.autograd.grad(expected, learned, slopes_PBH)
    )


def test_that_products_in_bf16_are_near_those_in_float32():
    *given, slopes_PBH = drawn(torch.bfloat16)
    found, expected = lstm_states(*given), step_by_step(given[0].float(), *given[1:])
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=0.02, rtol=0.0)
    learned = given[0], given[3]
    of_gates, of_weight = torch.autograd.grad(found, learned, slopes_PBH)
    assert (of_gates.dtype, of_weight.dtype) == (torch.bfloat16, torch.float32)
    for own, exact in zip((of_gates, of_weight), torch.autograd.grad(expected, learned, slopes_PBH), strict=True):
        torch.testing.assert_close(own.float(), exact.float(), atol=0.06 * float(exact.abs().max()), rtol=0.0)


def test_that_an_input_that_never_occurs_learns_nothing():
    *given, slopes_PBH = drawn()
    (of_gates,) = torch.autograd.grad(lstm_states(*given), given[:1], slopes_PBH)
    assert not of_gates[-1].any()
    assert of_gates[given[1].unique()].any(1).all()


@pytest.mark.parametrize("steps", [1, 2])
def test_that_few_steps_and_memory_of_longer_ones_give_the_same(steps):
    gates_RG, inputs_PB, beside_PBF, weight_GK, slopes_PBH = drawn()
    memory, found = Scratch(), []
    for length in (STEPS, steps):
        with memory:
            states = lstm_states(gates_RG, inputs_PB[:length], beside_PBF[:length], weight_GK)
            found = [states, *torch.autograd.grad(states, (gates_RG, weight_GK), slopes_PBH[:length])]
    expected = step_by_step(gates_RG, inputs_PB[:steps], beside_PBF[:steps], weight_GK)
    slopes = torch.autograd.grad(expected, (gates_RG, weight_GK), slopes_PBH[:steps])
    torch.testing.assert_close(found, [expected, *slopes])
