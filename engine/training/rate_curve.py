"""What the curve of a learning-rate sweep says: the loss smoothed without lag, the rates it suggests, and sentences.

Pure functions of the measured points and of how much is smoothed, so a curve can be read again with another amount.

Shapes: N points, in the order of their rates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.text import format_rate

Float64 = npt.NDArray[np.float64]

SMOOTH = 0.15
"""Each point of the smooth curve looks at this share of the sweep to its left and right together."""
LEAST_POINTS = 20
_FLAT = 0.01
_ROWS_AT_ONCE = 256

COMPLETE, STOPPED, ROSE, NOT_FINITE = "complete", "stopped", "rose", "not_finite"
"""How a sweep ends: all rates tried, by the person, the loss left all bounds, or it was no number any more."""


@dataclass(frozen=True)
class Suggestion:
    """A rate worth taking, inside the sweep, and what it is of the curve, in a sentence."""

    kind: str
    title: str
    lr: float
    sentence: str


@dataclass(frozen=True)
class Reading:
    """What a curve says: its smooth form [N], suggestions by rising rate, none where it carries none, and `words`."""

    smoothed: Float64
    suggestions: tuple[Suggestion, ...]
    words: str

    def preferred(self, kind: str) -> Suggestion | None:
        """The suggestion of that kind, else the lowest rate; None where nothing is suggested."""
        found = (suggestion for suggestion in self.suggestions if suggestion.kind == kind)
        return next(found, self.suggestions[0] if self.suggestions else None)


def smoothed(lrs: Float64, losses: Float64, *, smooth: float = SMOOTH) -> Float64:
    """The losses smoothed over the logarithm of the rate by local regression, [N]; `smooth` 0 leaves them as they are.

    A line is fitted around each point with tricube weights (Cleveland 1979), so left and right count alike and a
    minimum stays in its place.
    """
    if smooth <= 0.0 or len(lrs) < 3:
        return np.array(losses, dtype=np.float64)
    x_N = np.log(lrs)
    half = max(0.5 * smooth * float(x_N[-1] - x_N[0]), 1e-12)
    found = np.empty(len(x_N))
    for start in range(0, len(x_N), _ROWS_AT_ONCE):
        rows = slice(start, min(start + _ROWS_AT_ONCE, len(x_N)))
        low, high = np.searchsorted(x_N, (x_N[rows][0] - half, x_N[rows][-1] + half), side="left")
        near = slice(int(low), int(high) + 1)
        found[rows] = _fitted(x_N[near], losses[near], at=x_N[rows], half=half)
    return found


def _fitted(x_M: Float64, losses_M: Float64, *, at: Float64, half: float) -> Float64:
    """The value at each place of the line that fits best around it."""
    away_RM = (x_M[None, :] - at[:, None]) / half
    weight_RM = np.clip(1.0 - np.abs(away_RM) ** 3, 0.0, None) ** 3
    total_R = weight_RM.sum(1)
    mean_x_R = (weight_RM * away_RM).sum(1) / total_R
    mean_R = (weight_RM * losses_M).sum(1) / total_R
    centred_RM = away_RM - mean_x_R[:, None]
    spread_R = (weight_RM * centred_RM**2).sum(1)
    slope_R = (weight_RM * centred_RM * losses_M).sum(1) / np.where(spread_R > 0, spread_R, 1.0)
    return np.asarray(mean_R - slope_R * mean_x_R, dtype=np.float64)


def suggest(lrs: Float64, losses: Float64, *, smooth: float = SMOOTH, ended: str = COMPLETE) -> Reading:
    """Read a curve: the smooth one, the rates it suggests, and a sentence about the whole.

    A stopped sweep, too few points and a flat curve suggest nothing, and say so.
    """
    smooth_N = smoothed(lrs, losses, smooth=smooth)
    if ended == STOPPED:
        return Reading(smooth_N, (), f"Stopped after {len(lrs)} steps, before all rates were tried: none is suggested.")
    if len(lrs) < LEAST_POINTS:
        return Reading(smooth_N, (), _too_few_points(len(lrs)))
    fall = float(smooth_N[0] - smooth_N.min())
    if fall <= _FLAT * max(abs(float(smooth_N[0])), 1e-12):
        words = "The loss hardly moved at any rate. Try a wider range, or a model that can learn more from these data."
        return Reading(smooth_N, (), words)
    found = (reading(lrs, smooth_N) for reading in _READINGS)
    inside = sorted((suggestion for suggestion in found if suggestion is not None), key=lambda mark: mark.lr)
    return Reading(smooth_N, tuple(inside), _describe(lrs, smooth_N))


def _steepest(lrs: Float64, smooth_N: Float64) -> Suggestion | None:
    low = int(np.argmin(smooth_N))
    if low < 2:
        return None
    slope = np.gradient(smooth_N[: low + 1], np.log(lrs[: low + 1]))
    lr = float(lrs[int(np.argmin(slope))])
    return Suggestion("steepest", "Steepest", lr, "The rate at which the loss falls fastest.")


def _minimum(lrs: Float64, smooth_N: Float64) -> Suggestion | None:
    lr = float(lrs[int(np.argmin(smooth_N))]) / 10.0
    if lr < lrs[0]:
        return None
    return Suggestion("minimum", "Minimum / 10", lr, "A tenth of the rate with the lowest loss.")


def _valley(lrs: Float64, smooth_N: Float64) -> Suggestion | None:
    """The longest fall of the curve, two thirds of the way down it."""
    start, end = _longest_fall(smooth_N[: int(np.argmin(smooth_N)) + 1])
    if end - start < 3:
        return None
    lr = float(lrs[start + (end - start) * 2 // 3])
    return Suggestion("valley", "Valley", lr, "Two thirds along the longest fall of the loss.")


def _turning_point(lrs: Float64, smooth_N: Float64) -> Suggestion | None:
    low = int(np.argmin(smooth_N))
    if low in (0, len(smooth_N) - 1):
        return None
    near = np.flatnonzero(smooth_N[: low + 1] <= smooth_N[low] + 0.1 * (smooth_N[0] - smooth_N[low]))
    sentence = "Where nine tenths of the fall are done, just before the loss turns up."
    return Suggestion("turning_point", "Before it turns up", float(lrs[int(near[0])]), sentence)


def _longest_fall(smooth_N: Float64) -> tuple[int, int]:
    best, start = (0, 0), 0
    for index in range(1, len(smooth_N)):
        if smooth_N[index] >= smooth_N[index - 1]:
            start = index
        elif index - start > best[1] - best[0]:
            best = (start, index)
    return best


_READINGS: tuple[Callable[[Float64, Float64], Suggestion | None], ...] = (_steepest, _valley, _minimum, _turning_point)


def _describe(lrs: Float64, smooth_N: Float64) -> str:
    """Where the loss is lowest, and from where it rises."""
    low = int(np.argmin(smooth_N))
    lowest = f"Loss is lowest ({smooth_N[low]:.3g}) at {format_rate(float(lrs[low]))}"
    if low == len(lrs) - 1:
        return f"{lowest}, the end of the sweep."
    return f"{lowest} and rises from {format_rate(float(lrs[low + 1]))}."


def _too_few_points(points: int) -> str:
    if points <= 2:
        return "The loss left all bounds at once. Start the sweep at a lower rate."
    return f"Only {points} rates were tried, too few to suggest one. Start lower, or sweep in more steps."
