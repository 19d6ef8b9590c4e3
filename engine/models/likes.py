"""What models of likes learn from: who likes what, and beside it, at less weight, what else these people had.

Stands between Split and the models of likes. Having seen a title says something about a taste even where the title
was not liked, so models of likes may count other entries (rated lower, or seen and not rated) while they learn. What
is folded in of a person is likes alone, whatever they learned from: nothing is recommended for what somebody disliked.

Shapes: U people, N entries.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Histories
from engine.errors import TrainingError
from engine.settings import setting


def other_ratings_setting(default: float) -> Any:
    """The setting that all models of likes share."""
    return setting(
        default,
        label="Weight of other ratings",
        help="What a title rated below a like, or seen only, counts in learning beside a like's 1; 0 is likes alone.",
        low=0.0,
        high=1.0,
        more=False,
    )


def what_likers_had(histories: Histories, like: float, *, others: float) -> Histories:
    """The people who like anything: with all their entries where `others` count, else with their likes only.

    Raises TrainingError where nobody likes anything.
    """
    liked = histories.likes(like)
    likers = np.flatnonzero(liked.counts_U)
    if not len(likers):
        raise TrainingError(
            f"No rating here is {like:g} or better, so there are no likes to learn from.",
            remedy="Choose another model, or import ratings that reach further up.",
        )
    return (histories if others > 0 else liked).take(likers)


def entry_weights(ratings_N: Tensor, like: float, *, others: float) -> Tensor:
    """What each entry counts, [N] float32: 1 for a like, `others` for all else."""
    return torch.where(ratings_N >= like, 1.0, others).to(torch.float32)
