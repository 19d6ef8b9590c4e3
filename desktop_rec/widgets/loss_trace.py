"""The loss of a long run, made ready to draw by looking only at what is new.

Stands between a run's growing arrays and the live plot: each drawing costs the new steps, not all of them.
"""

from __future__ import annotations

import numpy as np

from desktop_rec.curves import GrowingSeries
from desktop_rec.widgets.thinning import DRAWN_POINTS, Float64, thin_by_place

_FEWEST, _MOST = 10, 200


class LossTrace:
    """Raw points, thinned as they come, and the running mean over about a twentieth of the run (10 to 200 steps)."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Another run begins."""
        self._seen = 0
        self._steps, self._sums = GrowingSeries(), GrowingSeries()
        self._raw: tuple[Float64, Float64] = (np.empty(0), np.empty(0))

    def take(self, steps_N: Float64, losses_N: Float64) -> None:
        """Take the whole run as it stands; only what came since the last time is looked at."""
        if len(losses_N) < self._seen:
            self.clear()
        new_steps, new_losses = steps_N[self._seen :], losses_N[self._seen :]
        self._seen = len(losses_N)
        finite = np.isfinite(new_losses)
        new_steps, new_losses = new_steps[finite], new_losses[finite]
        if len(new_losses) == 0:
            return
        before = self._sums.values[-1] if len(self._sums) else 0.0
        self._sums.extend(before + np.cumsum(new_losses))
        self._steps.extend(new_steps)
        xs, ys = np.concatenate((self._raw[0], new_steps)), np.concatenate((self._raw[1], new_losses))
        self._raw = thin_by_place(xs, ys, limit=DRAWN_POINTS // 2) if len(xs) > DRAWN_POINTS else (xs, ys)

    def raw(self) -> tuple[Float64, Float64]:
        """The raw loss: at most DRAWN_POINTS points, with the low and the high of every stretch."""
        return self._raw

    def smooth(self, *, points: int) -> tuple[Float64, Float64]:
        """The mean of the last so many losses, at about `points` steps; the first steps average over what there is."""
        count = len(self._sums)
        if count == 0:
            return self._raw
        window = min(count, _MOST, max(_FEWEST, count // 20))
        ends = np.unique(np.linspace(1, count, min(count, points)).astype(np.int64))
        starts = np.maximum(0, ends - window)
        sums = self._sums.values
        earlier = np.where(starts > 0, sums[starts - 1], 0.0)
        return self._steps.values[ends - 1], (sums[ends - 1] - earlier) / (ends - starts)
