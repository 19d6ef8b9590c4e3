"""A curve made smooth without lag: each point is the mean of those around it.

Nothing is kept between two calls; 100,000 points take about a millisecond.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

WINDOWS = (1, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
"""How many steps a smooth point is the mean of, at each position of a slider; 1 is as measured."""
USUAL = 5
_LEAST_WINDOWS = 5


def window_for(position: int, count: int) -> int:
    """The window at a position of the slider for a curve of so many points: never more than a fifth of them."""
    wanted = WINDOWS[min(max(position, 0), len(WINDOWS) - 1)]
    return max(1, min(wanted, count // _LEAST_WINDOWS))


def smooth(xs_N: Float64, ys_N: Float64, *, window: int, points: int) -> tuple[Float64, Float64]:
    """The mean of the `window` points around about `points` places of a curve; at its ends, of those that there are.

    What is not finite is left out; a place with nothing around it is dropped. Sums are of the window alone, so that a
    huge loss spoils nothing beside it.
    """
    count = len(ys_N)
    if count == 0:
        return xs_N, ys_N
    middles = np.linspace(0, count - 1, min(count, points)).round().astype(np.int64)
    before = (window - 1) // 2
    starts, ends = np.maximum(middles - before, 0), np.minimum(middles - before + window, count)
    good = np.isfinite(ys_N)
    if good.all():
        return xs_N[middles], _sums(ys_N, starts, ends) / (ends - starts)
    covered = _sums(good.astype(np.float64), starts, ends)
    has_any = covered > 0
    sums = _sums(np.where(good, ys_N, 0.0), starts, ends)
    return xs_N[middles][has_any], sums[has_any] / covered[has_any]


def _sums(ys_N: Float64, starts_W: npt.NDArray[np.int64], ends_W: npt.NDArray[np.int64]) -> Float64:
    """The sums of windows [start, end) of a curve, without a copy of it."""
    last = len(ys_N) - 1
    edges = np.stack((starts_W, np.minimum(ends_W, last)), axis=1).ravel()
    sums = np.add.reduceat(ys_N, edges)[::2]
    return sums + np.where((ends_W > last) & (starts_W < last), ys_N[last], 0.0)
