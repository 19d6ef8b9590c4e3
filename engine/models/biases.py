"""How far above the mean a person rates and a title is rated, fitted together: r = mu + b_u + b_i.

What minimises the squared errors + d_u * sum of b_u^2 + d_i * sum of b_i^2 (Koren 2010, "Factor in the Neighbors",
equation 2). A damping d counts as so many ratings without any bias. Fitted one after the other, the titles that
generous people choose would seem good; together, each explains only what the other leaves.

Shapes: U people, I titles, N ratings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Histories, Int64
from engine.events import Job
from engine.settings import setting
from engine.wording import said, singular_of

Floats = npt.NDArray[np.float64]

DAMPING = 3.0
"""The damping of people and of titles where nobody chose one: within 0.002 of the best RMSE on four data sets."""
_ROUNDS = 12


def damping_setting(label: str, whose: str) -> Any:
    """The setting that damps the biases of people or of titles; automatic is tried on held-out ratings."""
    return setting(
        None,
        label=label,
        help=said(
            "Ratings a {whose} needs for the bias to count for half. Automatic: what does best on held-out ratings.",
            whose=singular_of(whose),
        ),
        low=0.0,
        high=1e6,
        unit="ratings",
    )


@dataclass(frozen=True)
class Biases:
    """The mean and what is added to it, in the unit of the ratings; 0 for people and titles without ratings."""

    mean: float
    user_U: Floats
    item_I: Floats


class BiasEquations:
    """The ratings of people, from which biases are fitted for one damping after the other.

    >>> from engine.events import drive
    >>> equations = BiasEquations(Histories.of([0, 0, 1], [0, 1, 1], [5, 3, 1], people=2), titles=2)
    >>> found = drive(equations.fitted(user_damping=0.0, item_damping=0.0))
    >>> [round(float(found.mean + found.user_U[0] + bias), 3) for bias in found.item_I]
    [5.0, 3.0]
    """

    def __init__(self, histories: Histories, *, titles: int) -> None:
        rated = histories.rated()
        self._user_N: Int64 = rated.user_rows_N
        self._item_N = rated.item_rows_N.astype(np.int64)
        self._rating_N = rated.ratings_N.astype(np.float64)
        self._user_counts_U = rated.counts_U.astype(np.float64)
        self._item_counts_I = np.bincount(self._item_N, minlength=titles).astype(np.float64)

    def fitted(
        self, *, user_damping: float, item_damping: float, start: Biases | None = None, rounds: int = _ROUNDS
    ) -> Job[Biases]:
        """The biases after some rounds from a start (None: 0), each of people, titles and mean in turn."""
        user_N, item_N, rating_N = self._user_N, self._item_N, self._rating_N
        user_U, item_I = np.zeros(len(self._user_counts_U)), np.zeros(len(self._item_counts_I))
        mean = float(rating_N.mean()) if len(rating_N) else 0.0
        if start is not None:
            mean, user_U, item_I = start.mean, start.user_U, start.item_I
        for _ in range(rounds if len(rating_N) else 0):
            left_N = rating_N - mean - user_U[user_N]
            item_I = damped_mean(_sums(item_N, left_N, len(item_I)), self._item_counts_I, item_damping)
            left_N = rating_N - mean - item_I[item_N]
            user_U = damped_mean(_sums(user_N, left_N, len(user_U)), self._user_counts_U, user_damping)
            mean += float((left_N - user_U[user_N]).mean())
            yield None
        return Biases(mean, user_U, item_I)


def predicted(biases: Biases, profiles: Histories, wanted: Histories, *, user_damping: float) -> Floats:
    """The ratings of N wanted entries by people's own profiles, the titles' biases held still; not clamped."""
    rated = profiles.rated()
    left_N = rated.ratings_N - biases.mean - biases.item_I[rated.item_rows_N]
    sums_U = _sums(rated.user_rows_N, left_N, len(rated))
    user_U = damped_mean(sums_U, rated.counts_U.astype(np.float64), user_damping)
    ratings_N: Floats = biases.mean + biases.item_I[wanted.item_rows_N] + user_U[wanted.user_rows_N]
    return ratings_N


def damped_mean(sums: Floats, counts: Floats, damping: float) -> Floats:
    """sum / (count + damping), and 0 where that would be 0 / 0."""
    weights = counts + damping
    return np.where(weights > 0, sums / np.maximum(weights, 1e-12), 0.0)


def _sums(rows_N: Int64, values_N: Floats, length: int) -> Floats:
    return np.bincount(rows_N, weights=values_N, minlength=length).astype(np.float64)
