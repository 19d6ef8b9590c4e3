"""The losses that models share, over sparse targets: nothing here is ever dense people x titles but the logits.

Stands between a model's outputs and the Trainer's step.

Shapes: B people, I titles, N entries of these people (person_N says whose, item_rows_N which).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def multinomial_nll(
    logits_BI: Tensor, person_N: Tensor, item_rows_N: Tensor, targets_N: Tensor | None = None
) -> Tensor:
    """-sum of log softmax over each person's entries, averaged over people (Liang et al. 2018, eq. 2).

    An entry counts as often as its target says; 1 unless given.
    """
    people = len(logits_BI)
    counts_B = torch.bincount(person_N, weights=targets_N, minlength=people)
    picked_N = logits_BI[person_N, item_rows_N].float()
    picked = picked_N.sum() if targets_N is None else picked_N @ targets_N
    return (torch.logsumexp(logits_BI.float(), dim=1) @ counts_B.float() - picked) / people


def presence_mse(outputs_BI: Tensor, person_N: Tensor, item_rows_N: Tensor, targets_N: Tensor | None = None) -> Tensor:
    """Squared error against a person's titles' targets (1 unless given) and 0 for all other titles, summed over titles,
    averaged over people.
    """
    outputs_BI = outputs_BI.float()
    targets_N = torch.ones_like(person_N, dtype=torch.float32) if targets_N is None else targets_N
    picked = outputs_BI[person_N, item_rows_N] @ targets_N
    return (outputs_BI.square().sum() - 2.0 * picked + targets_N.square().sum()) / len(outputs_BI)


def huber(predicted: Tensor, target: Tensor, delta: float) -> Tensor:
    """Huber loss averaged over entries; 0 for none."""
    if predicted.numel() == 0:
        return predicted.float().sum()
    return F.huber_loss(predicted.float(), target.float(), delta=delta)


def kl_to_standard_normal(mean_BL: Tensor, log_variance_BL: Tensor) -> Tensor:
    """Kullback-Leibler divergence of N(mean, variance) from N(0, 1), averaged over people."""
    mean_BL, log_variance_BL = mean_BL.float(), log_variance_BL.float()
    return 0.5 * (mean_BL.square() + log_variance_BL.exp() - 1.0 - log_variance_BL).sum(1).mean()


def weighted_by_uncertainty(loss: Tensor, log_variance: Tensor) -> Tensor:
    """exp(-s) * L + s: a task's loss weighted by its learned uncertainty (Kendall, Gal and Cipolla 2018)."""
    return torch.exp(-log_variance) * loss + log_variance
