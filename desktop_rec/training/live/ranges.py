"""How much of an axis is shown: all curves while they are calm, and the calm part of one that leaves all bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from desktop_rec.common.plots.points import Float64, span

Range = tuple[float, float]

EXPLODED = 10.0
"""A loss of so many times its best so far is out of bounds."""
_WILD = 0.98
_ROOM_AHEAD, _EDGE = 1.3, 0.02
_LATEST, _MOST_LOOKED_AT = 5, 2000


def visible_x(last: float, end: float | None, *, held: Range | None, log: bool) -> Range:
    """What part of x to see: from the beginning to the newest point, with room ahead, never past the end of the run.

    It only moves when a curve reaches the end of what is held.
    """
    start = min(1.0, last) if log and last > 0 else 0.0
    if held is not None and held[0] == start and last <= held[1]:
        return held
    ahead = last * _ROOM_AHEAD
    shown = max(last, ahead if end is None else min(ahead, end), 10.0 * start, 1.0)
    return start, shown * (1.0 + _EDGE)


def near_best(ys_N: Float64) -> float:
    """Up to where losses or errors are calm: some times the best, and at least where they began."""
    best, first = float(ys_N.min()), float(ys_N[0])
    return max(first, EXPLODED * best) if best > 0 else np.inf


def near_middle(ys_N: Float64) -> float:
    """Up to where values are not far above most others."""
    middle = float(np.median(ys_N))
    return EXPLODED * middle if middle > 0 else np.inf


def no_bound(ys_N: Float64) -> float:
    """All is seen."""
    return np.inf


def left_behind(ys_N: Float64, bound: Callable[[Float64], float]) -> float | None:
    """The newest value of a curve that is beyond all bounds by now; None for a calm one."""
    finite = ys_N[np.isfinite(ys_N)]
    if len(ys_N) == 0 or len(finite) == 0 or not np.isfinite(ys_N[-1]):
        return float(ys_N[-1]) if len(ys_N) else None
    newest = float(finite[-min(_LATEST, max(1, len(finite) // _LATEST)) :].min())
    return newest if newest > bound(finite) else None


def drawn_range(
    raw: Sequence[Float64], smooth: Sequence[Float64], *, bound: Callable[[Float64], float], from_zero: bool = False
) -> Range:
    """The y range of finite curves: what of them is below the bound, and of raw ones all but the wildest of that."""
    raw = [ys[:: max(1, len(ys) // _MOST_LOOKED_AT)] for ys in raw if len(ys)]
    smooth = [ys for ys in smooth if len(ys)]
    highest = max((bound(ys) for ys in raw or smooth), default=np.inf)
    parts = [ys[ys <= highest] for ys in smooth]
    parts += [np.quantile(ys[ys <= highest], (1 - _WILD, _WILD)) for ys in raw if (ys <= highest).any()]
    low, high = span(np.concatenate(parts) if parts else np.empty(0))
    return (min(low, -0.03 * high), high) if from_zero and high > 0 else (low, high)
