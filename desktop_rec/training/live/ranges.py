"""How much of an axis is shown: all curves while they are calm, and the calm part of one that leaves all bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from desktop_rec.common.plots.curve import Float64, span

Range = tuple[float, float]

EXPLODED = 10.0
"""A loss of so many times its best so far is out of bounds."""
_WILD = 0.98
_ROOM_AHEAD = 1.3
_LATEST = 5


def visible_x(last: float, end: float | None, *, held: Range | None, log: bool) -> Range:
    """What part of x to see: from the beginning to the newest point, with room ahead, never past the end of the run.

    It only moves when a curve reaches the end of what is held.
    """
    start = min(1.0, last) if log and last > 0 else 0.0
    if held is not None and held[0] == start and last <= held[1]:
        return held
    ahead = last * _ROOM_AHEAD
    return start, max(last, ahead if end is None else min(ahead, end), 10.0 * start, 1.0)


def near_best(ys_N: Float64) -> Float64:
    """Losses or errors that are not far above the best so far."""
    ys = ys_N[np.isfinite(ys_N)]
    best = np.minimum.accumulate(ys) if len(ys) else ys
    return ys[(best <= 0) | (ys <= EXPLODED * best)]


def near_middle(ys_N: Float64) -> Float64:
    """Values that are not far above most others."""
    ys = ys_N[np.isfinite(ys_N)]
    return ys[ys <= EXPLODED * max(float(np.median(ys)), 0.0)] if len(ys) and np.median(ys) > 0 else ys


def anything(ys_N: Float64) -> Float64:
    """All that can be drawn."""
    return ys_N[np.isfinite(ys_N)]


def left_behind(ys_N: Float64) -> float | None:
    """The newest value of a curve that has left all bounds by now; None for a calm one."""
    newest = ys_N[-_LATEST:]
    if len(newest) == 0:
        return None
    if not np.isfinite(newest[-1]):
        return float(newest[-1])
    best = float(np.nanmin(np.where(np.isfinite(ys_N), ys_N, np.nan)))
    value = float(np.nanmin(newest))
    return value if best > 0 and value > EXPLODED * best else None


def drawn_range(
    raw: Sequence[Float64], smooth: Sequence[Float64], *, calm: Callable[[Float64], Float64], from_zero: bool = False
) -> Range:
    """The y range of curves: the calm part of smooth ones, and of raw ones all but the wildest that is near those."""
    parts = [part for part in map(calm, smooth) if len(part)]
    highest = max((float(part.max()) for part in parts), default=np.inf)
    for ys in raw:
        near = ys[ys <= max(highest, EXPLODED * highest)]
        if len(near):
            parts.append(np.quantile(near, (1 - _WILD, _WILD)))
    low, high = span(np.concatenate(parts) if parts else np.empty(0))
    return (min(low, -0.03 * high), high) if from_zero and high > 0 else (low, high)
