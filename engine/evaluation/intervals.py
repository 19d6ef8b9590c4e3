"""How sure a figure is: bootstrap over people, and two models compared on the same people.

A draw of people is a row of counts, so that resampling is one matrix product. Seeded: equal figures, equal intervals.

Shapes: U people, D draws, M metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_DRAWS = 1000
_MOST_DRAWS_AT_ONCE = 50
_NUMBERS_AT_ONCE = 2**18
_SEED = 20190513


@dataclass(frozen=True)
class Interval:
    """A figure, and where it would lie in 95 of 100 such groups of people; None where that was not worked out."""

    value: float
    low: float | None
    high: float | None


def value_over_people(per_person_U: Floats, weights_U: Floats) -> float:
    """The weighted mean over the people who have a value; NaN where nobody has."""
    has_U = ~np.isnan(per_person_U) & (weights_U > 0)
    if not has_U.any():
        return float("nan")
    return float(np.average(per_person_U[has_U], weights=weights_U[has_U]))


def bootstrap(per_person: Mapping[str, Floats], weights: Mapping[str, Floats]) -> Iterator[dict[str, Floats]]:
    """Yield every metric's means (of a value and a weight per person) for lot after lot of 1,000 draws."""
    names = list(per_person)
    people = len(per_person[names[0]]) if names else 0
    weights_UM, weighted_UM = np.empty((people, len(names))), np.empty((people, len(names)))
    for column, name in enumerate(names):
        weights_UM[:, column] = np.where(np.isnan(per_person[name]), 0.0, weights[name])
        weighted_UM[:, column] = np.nan_to_num(per_person[name]) * weights_UM[:, column]
    at_once = max(1, min(_MOST_DRAWS_AT_ONCE, _NUMBERS_AT_ONCE // max(1, people)))
    rng = np.random.default_rng(_SEED)
    for start in range(0, _DRAWS, at_once):
        draws = min(at_once, _DRAWS - start)
        drawn = rng.integers(0, people, size=(draws, people))
        places = drawn + people * np.arange(draws)[:, None]
        counts_DU = np.bincount(places.ravel(), minlength=people * draws).reshape(draws, people).astype(np.float64)
        totals_DM = counts_DU @ weights_UM
        means_DM = np.full_like(totals_DM, np.nan)
        np.divide(counts_DU @ weighted_UM, totals_DM, out=means_DM, where=totals_DM > 0)
        yield dict(zip(names, means_DM.T, strict=True))


def middle_95(draws_D: Floats) -> tuple[float, float]:
    known = draws_D[~np.isnan(draws_D)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
