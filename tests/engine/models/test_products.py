"""The large products and their gradients, beside torch's own over dense arrays."""

import pytest
import torch
from torch import nn

from engine.data.batches import whole_batch
from engine.data.dataset import Histories
from engine.models import products
from engine.models.losses import multinomial_nll
from engine.models.products import Scratch, multinomial_of, outputs_at, sums_of_rows

TITLES, WIDTH = 6, 7
BATCH = whole_batch(Histories.of([0, 0, 1, 1, 1, 2], [1, 3, 0, 2, 3, 4], [5.0] * 6, people=4), torch.device("cpu"))
TARGETS = torch.tensor([1.0, 0.4, 1.0, 0.4, 1.0, 1.0])


def drawn(*shape, seed=1, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype).requires_grad_()


def a_layer(dtype=torch.float32):
    layer = nn.Linear(WIDTH, TITLES, dtype=dtype)
    layer.weight, layer.bias = nn.Parameter(drawn(TITLES, WIDTH, dtype=dtype)), nn.Parameter(drawn(TITLES, dtype=dtype))
    return layer


def gradients(loss, hidden, layer):
    return torch.autograd.grad(loss, [hidden, layer.weight, layer.bias])


def dense_loss(hidden, layer):
    return multinomial_nll(layer(hidden), BATCH.person_N, BATCH.item_rows_N, TARGETS)


def of_tensors(hidden, weight, bias):
    layer = nn.Linear(WIDTH, TITLES)
    del layer.weight, layer.bias
    layer.weight, layer.bias = weight, bias
    return hidden, layer


@pytest.mark.parametrize("people_at_once", [1, 3, 4])
@pytest.mark.parametrize("times", [1.0, 3.0])
def test_that_the_multinomial_of_a_layer_and_its_gradients_are_those_of_autograd(monkeypatch, times, people_at_once):
    monkeypatch.setattr(products, "_CACHED_BYTES", 4 * TITLES * people_at_once)
    hidden, layer = drawn(4, WIDTH, seed=2), a_layer()
    expected, found = dense_loss(hidden, layer), multinomial_of(hidden, layer, BATCH.rows, TARGETS)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-6)
    for ours, theirs in zip(
        gradients(found * times, hidden, layer), gradients(expected * times, hidden, layer), strict=True
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)


def test_that_gradients_hold_against_finite_differences():
    hidden, layer = drawn(4, WIDTH, seed=2, dtype=torch.float64), a_layer(torch.float64)
    tensors, targets = (hidden, layer.weight.detach().requires_grad_(), layer.bias.detach().requires_grad_()), TARGETS
    assert torch.autograd.gradcheck(lambda *all: multinomial_of(*of_tensors(*all), BATCH.rows, targets), tensors)
    assert torch.autograd.gradcheck(lambda *all: outputs_at(*of_tensors(*all), BATCH.rows), tensors)
    table = drawn(TITLES, 3, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda table: sums_of_rows(table, BATCH.rows, targets), (table,))


@pytest.mark.parametrize("there_are_sparse_products", [True, False])
def test_that_outputs_at_a_persons_titles_are_those_of_the_whole_layer(monkeypatch, there_are_sparse_products):
    monkeypatch.setattr(products, "has_sparse_products", lambda: there_are_sparse_products)
    hidden, layer = drawn(4, WIDTH, seed=2), a_layer()
    expected = layer(hidden)[BATCH.person_N, BATCH.item_rows_N]
    found = outputs_at(hidden, layer, BATCH.rows)
    torch.testing.assert_close(found, expected)
    pairs = zip(
        gradients(found.square().sum(), hidden, layer), gradients(expected.square().sum(), hidden, layer), strict=True
    )
    for ours, theirs in pairs:
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("there_are_sparse_products", [True, False])
@pytest.mark.parametrize("hidden", [0, 1, 2, len(TARGETS)])
def test_that_sums_of_rows_of_two_tables_are_those_of_dense_matrices(monkeypatch, there_are_sparse_products, hidden):
    monkeypatch.setattr(products, "has_sparse_products", lambda: there_are_sparse_products)
    table, dense = drawn(2 * TITLES, 3), torch.zeros(4, 2 * TITLES)
    first, second = TARGETS.clone(), TARGETS.square()
    first[:hidden], second[1 : hidden + 1] = 0.0, 0.0
    dense[BATCH.person_N, BATCH.item_rows_N], dense[BATCH.person_N, BATCH.item_rows_N + TITLES] = first, second
    found, expected = sums_of_rows(table, BATCH.rows, first, second), dense @ table
    torch.testing.assert_close(found, expected)
    (ours,), (theirs,) = (torch.autograd.grad(sums.square().sum(), [table]) for sums in (found, expected))
    torch.testing.assert_close(ours, theirs)
    assert ours[5].tolist() == ours[5 + TITLES].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("titles_at_once", "people_at_once", "threads"), [(1, 4, 1), (4, 3, 2), (TITLES, 1, 2)])
@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
def test_that_in_less_precision_the_gradients_are_near_and_the_weights_stay_as_they_are(
    monkeypatch, precision, titles_at_once, people_at_once, threads
):
    monkeypatch.setattr(products, "_TITLES_AT_ONCE", titles_at_once)
    monkeypatch.setattr(products, "_PEOPLE_AT_ONCE", people_at_once)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    hidden, layer = drawn(4, WIDTH, seed=2), a_layer()
    with torch.autocast("cpu", dtype=precision):
        found = multinomial_of(hidden, layer, BATCH.rows, TARGETS)
        at_titles = outputs_at(hidden, layer, BATCH.rows)
    torch.testing.assert_close(found, dense_loss(hidden, layer), atol=0.02, rtol=0.02)
    assert at_titles.dtype == torch.float32
    for ours, theirs in zip(
        gradients(found, hidden, layer), gradients(dense_loss(hidden, layer), hidden, layer), strict=True
    ):
        assert ours.dtype == torch.float32
        torch.testing.assert_close(ours, theirs, atol=0.02, rtol=0.02)


def test_that_a_step_takes_the_memory_of_the_step_before_and_its_gradients_hold_until_then():
    hidden, layer, scratch, places = drawn(4, WIDTH, seed=2), a_layer(), Scratch(), set()
    expected = gradients(dense_loss(hidden, layer), hidden, layer)[1]
    for _ in range(3):
        layer.zero_grad(set_to_none=True)
        with scratch:
            multinomial_of(hidden, layer, BATCH.rows, TARGETS).backward()
        torch.testing.assert_close(layer.weight.grad, expected)
        places.add(layer.weight.grad.data_ptr())
    assert len(places) == 1


def test_that_two_products_of_one_step_do_not_share_memory():
    scratch = Scratch()
    with scratch:
        first, second = (scratch.take("logits", (2, 3), torch.float32) for _ in range(2))
    with scratch:
        again = scratch.take("logits", (1, 2), torch.float32)
    assert first.data_ptr() != second.data_ptr()
    assert again.data_ptr() == first.data_ptr()


def test_that_a_gradient_is_written_where_its_memory_was_moved():
    hidden, layer, scratch = drawn(4, WIDTH, seed=2), a_layer(), Scratch()
    expected, place = gradients(dense_loss(hidden, layer), hidden, layer)[1], torch.zeros(TITLES * WIDTH)
    for _ in range(2):
        layer.zero_grad(set_to_none=True)
        with scratch:
            multinomial_of(hidden, layer, BATCH.rows, TARGETS).backward()
        scratch.move(layer.weight.grad, place)
    assert layer.weight.grad.data_ptr() == place.data_ptr()
    torch.testing.assert_close(place.view_as(expected), expected)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16, torch.float16])
def test_that_a_title_that_seems_next_to_impossible_costs_as_much_as_its_logit_says(precision):
    hidden, layer = drawn(4, WIDTH, seed=2), a_layer()
    with torch.no_grad():
        layer.bias[3] -= 12.0
    with torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32):
        found = multinomial_of(hidden, layer, BATCH.rows, TARGETS)
    torch.testing.assert_close(
        found, dense_loss(hidden, layer), atol=0.0, rtol=1e-5 if precision.itemsize > 2 else 0.01
    )


def test_that_logits_without_bounds_give_a_loss_that_is_no_number():
    hidden, layer = drawn(4, WIDTH, seed=2), a_layer()
    with torch.no_grad():
        layer.bias[2] = torch.inf
    assert not bool(torch.isfinite(multinomial_of(hidden, layer, BATCH.rows, TARGETS)))
