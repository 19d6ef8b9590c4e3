"""On which scale ratings are: as the source declares it, else as many different ratings there are and how far apart.

A few ratings say little: theirs is a scale that people use. Many show their own, and one far off does not stretch it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Float32, Scale

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
"""Scales that people use, each with the least highest rating that a few must hold to be taken for it."""
ENOUGH = 1000
"""So many ratings show the whole scale."""
MOST_STEPS = 1000
_MOST_APART = 10_000
"""Of so many ratings one may be a slip."""
_FEW_STEPS, _OF_FEW_STEPS, _OF_MANY_STEPS = 5, 5, 2
_FROM_BELOW = (0.0, 0.5, 1.0)


def scale_of(ratings: Mapping[float, int], *, declared: Scale | None = None) -> Scale:
    """The scale of these ratings (value -> how often; at least one), within the declared one.

    Where a scale of halves is declared and all ratings are whole, it is that of whole steps: older files have these.
    """
    distinct = np.array(sorted(ratings), np.float64)
    if declared is not None:
        whole = Scale(1, declared.high, 1)
        is_whole = declared.step == 0.5 and declared.low < distinct[0] and _lie_on(distinct, 1, 1)
        return whole if is_whole else declared
    shown = _shown(distinct, sum(ratings.values()))
    if shown is not None:
        return shown
    for scale, least_high in KNOWN_SCALES:
        within = scale.low <= distinct[0] and least_high <= distinct[-1] <= scale.high
        if within and _lie_on(distinct, scale.low, scale.step):
            return scale
    return _own(distinct)


def _shown(distinct: npt.NDArray[np.float64], count: int) -> Scale | None:
    """The scale that so many ratings show: where they are very many, or take every step from where scales begin."""
    if count >= ENOUGH and len(distinct) > 2:
        return _own(distinct, steps=(float(np.diff(distinct).min()), 1.0))
    own = _own(distinct)
    steps = round((own.high - own.low) / own.step) + 1 if own.step else 0
    is_complete = steps == len(distinct) > 2 and own.low in _FROM_BELOW and own.step in (0.25, 0.5, 1.0)
    enough = (_OF_FEW_STEPS if steps < _FEW_STEPS else _OF_MANY_STEPS) * steps
    return own if is_complete and count >= enough else None


def _own(distinct: npt.NDArray[np.float64], *, steps: Sequence[float] = ()) -> Scale:
    """From the least to the greatest, in the first of these steps that they lie on (else whole ones, or the least)."""
    low, high = float(distinct[0]), float(distinct[-1])
    if low == high:
        return Scale(min(0.0, low), max(1.0, high), 0)
    for step in steps or (1.0, float(np.diff(distinct).min())):
        if round(step, 4) > 0 and (high - low) / step <= MOST_STEPS and _lie_on(distinct, low, step):
            return Scale(round(low, 4), round(high, 4), round(step, 4))
    return Scale(float(np.floor(low)), float(np.ceil(high)), 0)


def _lie_on(distinct: npt.NDArray[np.float64], low: float, step: float) -> bool:
    steps = (distinct - low) / step
    return bool(np.all(np.abs(steps - np.round(steps)) < 1e-3))


def without_slips(ratings: Mapping[float, int]) -> dict[float, int]:
    """The same ratings without a few of very many that lie far from all others, or beyond a scale that these fill."""
    kept = dict(sorted(ratings.items()))
    count = sum(kept.values())
    if count < ENOUGH:
        return kept
    for end in (-1, 0):
        kept = _without_end(kept, end, most=max(1, count // _MOST_APART))
    return kept


def _without_end(ratings: dict[float, int], end: int, *, most: int) -> dict[float, int]:
    """Without the greatest (end -1) or least (0) ratings, as far as these are a few slips."""
    values, beyond, kept = list(ratings), 0, ratings
    for gone in range(1, len(values) - 1):
        rest = values[:-gone] if end else values[gone:]
        beyond += ratings[values[-gone] if end else values[gone - 1]]
        if beyond > most:
            break
        next_value, far_value = (values[-gone], rest[-1]) if end else (values[gone - 1], rest[0])
        is_far = abs(next_value - far_value) > rest[-1] - rest[0]
        if is_far or (next_value != 0 and _fill_a_known_scale(rest)):
            kept = {value: ratings[value] for value in rest}
    return kept


def _fill_a_known_scale(values: Sequence[float]) -> bool:
    """Whether these are all ratings of a scale that people use."""
    distinct = np.array(values)
    return any(
        (scale.low, scale.high) == (distinct[0], distinct[-1])
        and len(distinct) == round((scale.high - scale.low) / scale.step) + 1
        and _lie_on(distinct, scale.low, scale.step)
        for scale, _ in KNOWN_SCALES[1:-1]
    )


def counted(ratings_N: Float32) -> dict[float, int]:
    """How often each rating comes, NaN left out, least first."""
    kinds, counts = np.unique(ratings_N[~np.isnan(ratings_N)], return_counts=True)
    return dict(zip(kinds.tolist(), counts.tolist(), strict=True))


def declared_scale(scales: Iterable[tuple[float, float, float] | None]) -> Scale | None:
    """The scale that all of these sources declare, None where one does not or they differ."""
    said = set(scales)
    only = next(iter(said), None) if len(said) == 1 else None
    return None if only is None else Scale(*only)
