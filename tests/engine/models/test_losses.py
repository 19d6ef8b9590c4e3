import numpy as np
import pytest
import torch

from engine.models.losses import huber, kl_to_standard_normal, multinomial_nll, presence_mse, weighted_by_uncertainty

PERSON, ITEM = torch.tensor([0, 0, 2]), torch.tensor([1, 3, 0])


def dense_target() -> torch.Tensor:
    target = torch.zeros(3, 5)
    target[PERSON, ITEM] = 1.0
    return target


def test_that_the_sparse_multinomial_loss_equals_the_dense_one():
    logits = torch.randn(3, 5, generator=torch.Generator().manual_seed(1))
    expected = -(dense_target() * torch.log_softmax(logits, 1)).sum(1).mean()
    torch.testing.assert_close(multinomial_nll(logits, PERSON, ITEM), expected)


def test_that_the_sparse_squared_error_equals_the_dense_one():
    outputs = torch.randn(3, 5, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(presence_mse(outputs, PERSON, ITEM), ((outputs - dense_target()) ** 2).sum(1).mean())


def test_that_entries_count_as_much_as_their_targets():
    outputs, targets = torch.randn(3, 5, generator=torch.Generator().manual_seed(3)), torch.tensor([1.0, 0.5, 0.25])
    dense = torch.zeros(3, 5)
    dense[PERSON, ITEM] = targets
    nll = -(dense * torch.log_softmax(outputs, 1)).sum(1).mean()
    torch.testing.assert_close(multinomial_nll(outputs, PERSON, ITEM, targets), nll)
    squared = ((outputs - dense) ** 2).sum(1).mean()
    torch.testing.assert_close(presence_mse(outputs, PERSON, ITEM, targets), squared)


def test_that_huber_of_nothing_is_zero():
    assert float(huber(torch.empty(0), torch.empty(0), 1.0)) == 0.0


def test_that_the_divergence_equals_torchs():
    mean, log_variance = torch.tensor([[0.5, -1.0]]), torch.tensor([[0.2, -0.3]])
    normal = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum()
    torch.testing.assert_close(kl_to_standard_normal(mean, log_variance), expected)


def test_that_uncertainty_weighting_is_least_where_the_log_variance_is_the_log_of_the_loss():
    loss, around = torch.tensor(600.0), torch.linspace(4, 9, 501)
    best = around[weighted_by_uncertainty(loss, around).argmin()]
    assert float(best) == pytest.approx(np.log(600), abs=0.02)
