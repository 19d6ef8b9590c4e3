"""Sweeps as curves that are drawn together: plain arrays, what their losses count in, and the range that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from desktop_rec.common.plots.points import span

Float64 = npt.NDArray[np.float64]

_NOTHING: Float64 = np.empty(0)
_LEAST_FALL = 0.01
_BLOWN_UP = 0.35


@dataclass(frozen=True, eq=False)
class SweepCurve:
    """A sweep: per step its rate, loss and smooth loss, [N] each.

    `unit` is equal for sweeps whose losses can be compared; `place` is the colour of an earlier sweep.
    """

    key: str = ""
    name: str = ""
    unit: str = ""
    lrs: Float64 = field(default_factory=lambda: _NOTHING)
    losses: Float64 = field(default_factory=lambda: _NOTHING)
    smoothed: Float64 = field(default_factory=lambda: _NOTHING)
    place: int = 0


@dataclass(frozen=True)
class LossScale:
    """How losses are drawn: as they are, or from a sweep's start (1) to its lowest (0) where several units meet."""

    low: float = 0.0
    high: float = 1.0
    is_relative: bool = False

    def drawn(self, losses: Float64) -> Float64:
        return (losses - self.low) / (self.high - self.low) if self.is_relative else losses


def scales_of(curves: Sequence[SweepCurve]) -> list[LossScale]:
    """The scale of each curve; all are drawn as they are while their losses count in the same unit."""
    if len({curve.unit for curve in curves if len(curve.smoothed)}) < 2:
        return [LossScale() for _ in curves]
    return [_own_scale(curve.smoothed) for curve in curves]


def _own_scale(smoothed: Float64) -> LossScale:
    """From the level at the start, where the rate is too small to matter, down to the lowest point."""
    finite = smoothed[np.isfinite(smoothed)]
    if len(finite) == 0:
        return LossScale(is_relative=True)
    low = float(finite.min())
    start = float(np.median(finite[: max(1, len(finite) // 8)]))
    return LossScale(low, max(start, low + _LEAST_FALL * max(abs(low), 1e-12)), is_relative=True)


def sweep_range(raw_N: Float64, smooth_N: Float64) -> tuple[float, float]:
    """The y range of a sweep: where the loss falls, and a third of that above; what blows up runs out at the top."""
    if len(smooth_N) == 0:
        return 0.0, 1.0
    falling = int(np.argmin(smooth_N)) + 1
    most = np.quantile(raw_N[:falling], (0.02, 0.98))
    low, high = span(np.concatenate((most, smooth_N[:falling])), margin=0.1)
    later = smooth_N[falling:]
    if len(later):
        high = max(high, min(float(later.max()), high + _BLOWN_UP * (high - low)))
    return low, high


def joint_range(ranges: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The range that shows all of them."""
    return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else (0.0, 1.0)
