"""What several models share while they learn: losses over sparse targets, noise, and what models of likes learn from.

Nothing here is ever dense over people and titles but the logits.

Shapes: B people, U people, I titles, L bottleneck, N entries of these people (person_N says whose, item_rows_N which).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.data.dataset import Histories
from engine.errors import TrainingError
from engine.settings import setting
from engine.wording import joined, said


def multinomial_nll(
    logits_BI: Tensor, person_N: Tensor, item_rows_N: Tensor, targets_N: Tensor | None = None
) -> Tensor:
    """-sum of log softmax over each person's weighted entries, averaged over people (Liang et al. 2018, eq. 2).

    `engine.models.products.multinomial_of` is the same with a layer of weights before it, faster.
    """
    people = len(logits_BI)
    targets_N = torch.ones_like(person_N, dtype=torch.float32) if targets_N is None else targets_N
    counts_B = targets_N.new_zeros(people).index_add_(0, person_N, targets_N)
    picked_N = logits_BI[person_N, item_rows_N].float()
    return (torch.logsumexp(logits_BI.float(), dim=1) @ counts_B - picked_N @ targets_N) / people


def presence_mse(outputs_BI: Tensor, person_N: Tensor, item_rows_N: Tensor, targets_N: Tensor | None = None) -> Tensor:
    """Squared error summed over titles, averaged over people; other titles' target is 0."""
    outputs_BI = outputs_BI.float()
    targets_N = torch.ones_like(person_N, dtype=torch.float32) if targets_N is None else targets_N
    picked = outputs_BI[person_N, item_rows_N] @ targets_N
    return (outputs_BI.square().sum() - 2.0 * picked + targets_N.square().sum()) / len(outputs_BI)


def at_least_one(count: Tensor) -> Tensor:
    """A count to divide by: the mean of nothing is 0."""
    return count.clamp(min=1)


def huber(
    predicted: Tensor,
    target: Tensor,
    delta: float,
    *,
    counted: Tensor | None = None,
    divisor: Callable[[Tensor], Tensor] = at_least_one,
) -> Tensor:
    """Huber loss averaged over entries, or over those `counted` (bool); 0 for none. How many is not read back.

    The `divisor` of a count is the count, unless a batch is shared (see `Moment.counted`).
    """
    each = F.huber_loss(predicted.float(), target.float(), delta=delta, reduction="none")
    counts = torch.ones_like(each) if counted is None else counted.to(each.dtype)
    return (each * counts).sum() / divisor(counts.sum())


def kl_to_standard_normal(mean_BL: Tensor, log_variance_BL: Tensor) -> Tensor:
    """Kullback-Leibler divergence of N(mean, variance) from N(0, 1), averaged over people."""
    mean_BL, log_variance_BL = mean_BL.float(), log_variance_BL.float()
    return 0.5 * (mean_BL.square() + log_variance_BL.exp() - 1.0 - log_variance_BL).sum(1).mean()


def annealed(cap: float, steps: int | None, *, step: int, total: int) -> float:
    """The weight of a variational part: linear from 0 at the first step to `cap` at `steps`, then constant.

    None is 85 % of all steps, as in Mult-VAE's original; 0 is full at once.

    >>> [annealed(1.0, None, step=step, total=80) for step in (0, 17, 68, 79)], annealed(0.2, 0, step=0, total=80)
    ([0.0, 0.25, 1.0, 1.0], 0.2)
    """
    until = max(1, round(_KL_SHARE * total)) if steps is None else steps
    return cap * min(1.0, step / until) if until else cap


def weighted_by_uncertainty(loss: Tensor, log_variance: Tensor) -> Tensor:
    """exp(-s) * L + s: a task's loss weighted by its learned uncertainty (Kendall, Gal and Cipolla 2018)."""
    return torch.exp(-log_variance) * loss + log_variance


def normal_like(values: Tensor, noise: torch.Generator) -> Tensor:
    """Standard normal noise of the shape and type of some values."""
    return torch.randn(values.shape, generator=noise, device=values.device, dtype=torch.float32).to(values.dtype)


def dropout_like(values: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """What dropout multiplies some values by: 0 with probability p, else 1 / (1 - p)."""
    is_kept = torch.rand(values.shape, generator=noise, device=values.device) >= p
    return is_kept.to(values.dtype) / (1.0 - p)


_KL_SHARE = 0.85
OTHER_RATINGS = 0.4
"""How much other entries count where nobody chose: on MovieLens-1M lists are best with it."""


def other_ratings_setting(default: float | None = None) -> Any:
    """The setting of all models of likes: how much other entries count in learning (never in predicting)."""
    automatic = "" if default is not None else said("Automatic: what makes the best lists for people held out.")
    counts = said(
        "How much a title that was rated lower, or only seen, counts in learning; a like counts 1. 0: likes only."
    )
    return setting(
        default,
        label=said("Weight of other ratings"),
        help=joined(counts, automatic),
        low=0.0,
        high=1.0,
    )


def fold_in_others_setting(default: float | None = None) -> Any:
    """The setting of how much other entries count for whoever asks for a list."""
    automatic = "" if default is not None else said("Automatic: as much as in learning.")
    counts = said(
        "How much a title that somebody rated lower, or only saw, counts when titles are ranked for them; a like "
        "counts 1. 0: likes only."
    )
    return setting(
        default,
        label=said("Other ratings in a profile"),
        help=joined(counts, automatic),
        low=0.0,
        high=1.0,
    )


def histories_of_likers(histories: Histories, like: float, *, others: float) -> Histories:
    """The people who like anything, with other entries where `others` count. Raises TrainingError for nobody."""
    liked = histories.likes(like)
    likers = np.flatnonzero(liked.counts_U)
    if not len(likers):
        raise TrainingError(
            said("No rating here is {like:g} or better, so there are no likes to learn from.", like=like),
            remedy=said("Choose another model, or import ratings that reach further up."),
        )
    return (histories if others > 0 else liked).take(likers)


def entry_weights(ratings_N: Tensor, like: float, *, others: float) -> Tensor:
    """What each entry counts, [N] float32: 1 for a like, `others` for all else."""
    return torch.where(ratings_N >= like, 1.0, others).to(torch.float32)
