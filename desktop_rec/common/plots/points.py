"""The points of a curve before it is drawn: which can be, how few are enough, and what range shows them. No Qt."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

DRAWN_POINTS = 2000


def thin(xs_N: Float64, ys_N: Float64, *, limit: int = DRAWN_POINTS) -> tuple[Float64, Float64]:
    """At most about `limit` points of a curve: the lowest and the highest point of each of limit/2 blocks, in order.

    The first and the last point stay. xs ascend. Curves that are short enough come back as they are.
    """
    count = len(xs_N)
    if count <= limit:
        return xs_N, ys_N
    block = -(-count // (limit // 2))
    whole = count // block * block
    ys_B = ys_N[:whole].reshape(-1, block)
    starts = np.arange(0, whole, block)
    kept = np.concatenate(([0], starts + ys_B.argmin(axis=1), starts + ys_B.argmax(axis=1), [count - 1]))
    if whole < count:
        tail = ys_N[whole:]
        kept = np.concatenate((kept, [whole + int(tail.argmin()), whole + int(tail.argmax())]))
    kept.sort()
    kept = kept[np.append(True, np.diff(kept) > 0)]
    return xs_N[kept], ys_N[kept]


def drawable(xs: npt.ArrayLike, ys: npt.ArrayLike, *, log_x: bool = False) -> tuple[Float64, Float64]:
    """The points that can be drawn: finite, and with positive x where the axis is logarithmic (x becomes log10)."""
    xs_N, ys_N = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    length = min(len(xs_N), len(ys_N))
    xs_N, ys_N = xs_N[:length], ys_N[:length]
    good = np.isfinite(xs_N) & np.isfinite(ys_N)
    if log_x:
        good &= xs_N > 0
    if not good.all():
        xs_N, ys_N = xs_N[good], ys_N[good]
    return (np.log10(xs_N) if log_x else xs_N), ys_N


def span(ys: Float64, *, margin: float = 0.06) -> tuple[float, float]:
    """The range of an axis that shows these values with a little room; (0, 1) where there are none."""
    if len(ys) == 0:
        return 0.0, 1.0
    low, high = float(ys.min()), float(ys.max())
    if high - low < 1e-12 * max(1.0, abs(high)):
        room = abs(high) * 0.1 or 0.5
        return low - room, high + room
    return low - (high - low) * margin, high + (high - low) * margin
