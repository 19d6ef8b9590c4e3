"""One order for several people, by each one's places.

A place counts by its logarithm: from the first to the second is as far as from the tenth to the twentieth.

Shapes: P people, I titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np

from engine.data.dataset import Float32, Int64


class Fairness(Enum):
    """How one list is made for several people: by who likes a title least, by all on average, or by turns."""

    LEAST = "least"
    AVERAGE = "average"
    TURNS = "turns"


def common_scores(places_PI: Sequence[Int64], fairness: Fairness) -> Float32:
    """What ranks titles for all people, [I], higher first; minus infinity where somebody has no place (0) for it.

    >>> anna, ben = np.array([1, 2, 4, 0]), np.array([4, 2, 1, 3])
    >>> common_scores([anna, ben], Fairness.LEAST).argsort(kind="stable")[::-1].tolist()
    [1, 2, 0, 3]
    >>> common_scores([anna, ben], Fairness.TURNS).argsort(kind="stable")[::-1].tolist()
    [0, 2, 1, 3]
    """
    stacked_PI = np.stack([np.asarray(places_I, dtype=np.int64) for places_I in places_PI])
    is_common_I = (stacked_PI > 0).all(0)
    log_PI = np.log(np.maximum(stacked_PI, 1).astype(np.float64))
    if fairness is Fairness.TURNS:
        costs_I = _turns(np.where(is_common_I, stacked_PI, 0))
    elif fairness is Fairness.AVERAGE:
        costs_I = log_PI.mean(0)
    else:
        costs_I = log_PI.max(0) + 1e-3 * log_PI.mean(0)
    scores_I: Float32 = np.where(is_common_I, -costs_I, -np.inf).astype(np.float32)
    return scores_I


def _turns(places_PI: Int64) -> Int64:
    """At which turn each title is taken, [I]: everybody in turn takes the best that is left for them."""
    orders = []
    for places_I in places_PI:
        rows = np.flatnonzero(places_I)
        orders.append(rows[np.argsort(places_I[rows], kind="stable")].tolist())
    turn_I = np.full(places_PI.shape[1], places_PI.shape[1], dtype=np.int64)
    is_taken = [False] * places_PI.shape[1]
    heads, taken = [0] * len(orders), 0
    while taken < len(orders[0]):
        for person, order in enumerate(orders):
            while heads[person] < len(order) and is_taken[order[heads[person]]]:
                heads[person] += 1
            if heads[person] < len(order):
                row = order[heads[person]]
                is_taken[row], turn_I[row] = True, taken
                taken += 1
    return turn_I
