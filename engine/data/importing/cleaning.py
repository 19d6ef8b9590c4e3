"""What ratings and times mean: their scale, the values that are no ratings, and the unit of the times.

Stands between the readers and importer.py.

Shapes: N entries.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Float32, Int64, Scale

KNOWN_SCALES: tuple[tuple[Scale, float], ...] = (
    (Scale(0, 1, 1), 0),
    (Scale(1, 5, 1), 0),
    (Scale(0.5, 5, 0.5), 0),
    (Scale(0, 5, 1), 4),
    (Scale(0, 5, 0.5), 4),
    (Scale(1, 10, 1), 8),
    (Scale(0, 10, 1), 8),
    (Scale(0.5, 10, 0.5), 8),
    (Scale(0, 100, 1), 80),
)
"""Scales that people use, each with the least highest rating that a file must hold to be taken for it."""

MOST_VALUES = 1000
"""Ratings of more kinds than these are taken for continuous ones."""


def find_scale(ratings_N: Float32) -> Scale:
    """The scale of these ratings (NaN ignored, at least one is none): a known one where they fit, else their own."""
    return scale_of(values_in(ratings_N))


def values_in(ratings_N: Float32) -> Float32:
    """Each kind of rating once, in order, NaN left out."""
    values = np.sort(ratings_N)
    values = values[: len(values) - int(np.count_nonzero(np.isnan(values)))]
    kinds: Float32 = values[np.append(True, values[1:] != values[:-1])[: len(values)]]
    return kinds


def scale_of(values: Float32) -> Scale:
    """The scale that ratings of these kinds (in order, at least one) are on: a known one, else their own."""
    distinct = values.astype(np.float64)
    for scale, least_high in KNOWN_SCALES:
        within = scale.low <= distinct[0] and least_high <= distinct[-1] <= scale.high
        if within and _lie_on(distinct, scale.low, scale.step):
            return scale
    low, high = float(distinct[0]), float(distinct[-1])
    if low == high:
        return Scale(min(0.0, low), max(1.0, high), 0)
    step = 1.0 if _lie_on(distinct, low, 1) else round(float(np.diff(distinct).min()), 4)
    if step > 0 and (high - low) / step <= 1000 and _lie_on(distinct, low, step):
        return Scale(round(low, 4), round(high, 4), step)
    return Scale(float(np.floor(low)), float(np.ceil(high)), 0)


def times_in_seconds(times_N: Int64) -> Int64:
    """Unix times in seconds, whether they came in seconds, milli-, micro- or nanoseconds."""
    unit = time_unit(int(np.abs(times_N).max(initial=0)))
    return times_N // unit if unit > 1 else times_N


def time_unit(largest: int) -> int:
    """How many of the units that times are in make a second, by the largest of them."""
    return next((unit for least, unit in ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3)) if largest > least), 1)


def find_unrated(values: Mapping[float, int]) -> tuple[float, ...]:
    """Ratings that mean *seen, not rated*, by how often each kind of rating comes: -1 below a scale, or most often 0.

    A scale has three kinds of ratings at least. A 0 is a rating unless no other comes as often and all others are
    whole numbers from 1 to 10.
    """
    if not 4 <= len(values) <= MOST_VALUES:
        return ()
    lowest, second = sorted(values)[:2]
    if lowest == -1 and second >= 0:
        return (-1.0,)
    others = [one for one in values if one != 0]
    is_whole = all(one == int(one) and 1 <= one <= 10 for one in others)
    if lowest == 0 and is_whole and values[lowest] > max(values[one] for one in others):
        return (0.0,)
    return ()


def is_seen_only(ratings_N: Float32) -> bool:
    """Whether every entry is 1 or blank: such a file says who has seen what, and 1 there is no star."""
    return bool(np.all(np.isnan(ratings_N) | (ratings_N == 1)))


def _lie_on(distinct: npt.NDArray[np.float64], low: float, step: float) -> bool:
    steps = (distinct - low) / step
    return bool(np.all(np.abs(steps - np.round(steps)) < 1e-3))
