"""The scale of ratings whose file does not say it.

Stands beside the readers of exports.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.dataset import Scale

_STEPS = (1.0, 0.5, 0.25, 0.1)


def guessed_scale(ratings: Sequence[float]) -> Scale:
    """The smallest of the usual scales (five stars, ten points, a hundred, either side of 0) that holds all ratings."""
    if not ratings:
        return Scale(0.5, 5.0, 0.5)
    least, most = min(ratings), max(ratings)
    high = next((one for one in (5.0, 10.0, 100.0) if max(most, -least) <= one), max(most, -least))
    step = next((one for one in _STEPS if all(_is_multiple(rating, one) for rating in ratings)), 0.0)
    if least < 0:
        return Scale(-high, high, step)
    if high == 5.0 and step in (0.5, 0.25) and least >= step:
        return Scale(step, high, step)
    return Scale(0.0 if least < 1 else 1.0, high, step)


def _is_multiple(rating: float, step: float) -> bool:
    return abs(rating / step - round(rating / step)) < 1e-6
