"""The smooth loss of a running curve: at each step the mean of the last so many losses."""

from __future__ import annotations

import numpy as np

from desktop_rec.widgets.thinning import Float64

_FEWEST, _MOST = 10, 200


def running_mean(steps_N: Float64, losses_N: Float64) -> tuple[Float64, Float64]:
    """Steps and smooth losses, without the losses that are not finite.

    The window is a twentieth of the steps so far, 10 to 200; the first steps average over what there is.
    """
    finite = np.isfinite(losses_N)
    steps_N, losses_N = steps_N[finite], losses_N[finite]
    count = len(losses_N)
    if count == 0:
        return steps_N, losses_N
    window = min(count, _MOST, max(_FEWEST, count // 20))
    sums = np.concatenate(([0.0], np.cumsum(losses_N)))
    ends = np.arange(1, count + 1)
    starts = np.maximum(0, ends - window)
    return steps_N, (sums[ends] - sums[starts]) / (ends - starts)
