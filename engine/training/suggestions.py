"""What a learning-rate sweep suggests: four readings of its curve, each with a sentence; or why there is none.

Stands behind the learning-rate finder and reads only arrays, so the window can ask again after a person zoomed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.training.config import rate_words

Float64 = npt.NDArray[np.float64]

LEAST_POINTS = 10
_FLAT = 0.01
_SKIP_SHARE = 0.05
_DONE = 0.1


@dataclass(frozen=True)
class Suggestion:
    """A rate worth taking and why. `lr` is None where the curve does not show this point; the sentence says so."""

    kind: str
    title: str
    lr: float | None
    sentence: str


def suggest(
    lrs: Float64, losses: Float64, smoothed: Float64, *, is_stopped: bool = False
) -> tuple[tuple[Suggestion, ...], str]:
    """The suggestions of a sweep and a sentence about the whole; no suggestions where the curve carries none."""
    finite = np.isfinite(losses) & np.isfinite(smoothed) & np.isfinite(lrs) & (lrs > 0)
    lrs, smoothed = lrs[finite], smoothed[finite]
    if len(lrs) < LEAST_POINTS:
        return (), _too_few_words(len(lrs), is_stopped=is_stopped)
    start = max(1, int(_SKIP_SHARE * len(lrs)))
    lrs, smoothed = lrs[start:], smoothed[start:]
    fall = float(smoothed[0] - smoothed.min())
    if fall <= _FLAT * max(abs(float(smoothed[0])), 1e-12):
        return (), (
            "The loss hardly moved at any rate. Try a wider range, or a model that can learn more from these data."
        )
    found = tuple(reading(lrs, smoothed) for reading in _READINGS)
    top = rate_words(float(lrs[-1]))
    return found, f"The loss fell from {smoothed[0]:.3g} to {smoothed.min():.3g} as the rate rose to {top}."


def _steepest(lrs: Float64, smoothed: Float64) -> Suggestion:
    title, low = "Steepest", int(np.argmin(smoothed))
    if low < 2:
        return Suggestion("steepest", title, None, "The loss only rises, so nowhere does it fall fastest.")
    slope = np.gradient(smoothed[: low + 1], np.log(lrs[: low + 1]))
    start = min(_fall_begins(smoothed, low), low - 1)
    lr = float(lrs[start + int(np.argmin(slope[start:]))])
    return Suggestion("steepest", title, lr, "Here the loss falls fastest: a bold and usually good choice.")


def _valley(lrs: Float64, smoothed: Float64) -> Suggestion:
    """The longest fall of the curve, two thirds of the way down it."""
    title, low = "Valley", int(np.argmin(smoothed))
    begin = _fall_begins(smoothed, low)
    start, end = (begin + place for place in _longest_fall(smoothed[begin : low + 1]))
    if end - start < 3:
        return Suggestion("valley", title, None, "The loss never falls for long enough to form a valley.")
    lr = float(lrs[start + (end - start) * 2 // 3])
    return Suggestion("valley", title, lr, "Two thirds down the longest fall of the loss: steady and safe.")


def _minimum(lrs: Float64, smoothed: Float64) -> Suggestion:
    lr = float(lrs[int(np.argmin(smoothed))]) / 10.0
    return Suggestion("minimum", "Minimum / 10", lr, "A tenth of the rate with the lowest loss: careful, rarely wrong.")


def _turning_point(lrs: Float64, smoothed: Float64) -> Suggestion:
    title, low = "Before it turns up", int(np.argmin(smoothed))
    if low == len(smoothed) - 1:
        return Suggestion(
            "turning_point", title, None, "The loss had not turned up at the end of the sweep; try a higher end."
        )
    depth = smoothed[0] - smoothed[low]
    near = np.flatnonzero(smoothed[: low + 1] <= smoothed[low] + 0.1 * depth)
    lr = float(lrs[int(near[0])])
    return Suggestion(
        "turning_point", title, lr, "The last rate at which the loss still fell well, just before it turns up."
    )


_READINGS: tuple[Callable[[Float64, Float64], Suggestion], ...] = (_steepest, _valley, _minimum, _turning_point)


def _fall_begins(smoothed: Float64, low: int) -> int:
    """The last place before the lowest at which next to nothing of the fall was done.

    What comes before is a level with noise on it, and noise falls, too. The level is the middle of the first third.
    """
    level = float(np.median(smoothed[: max(1, len(smoothed) // 3)]))
    high = np.flatnonzero(smoothed[: low + 1] >= level - _DONE * (level - smoothed[low]))
    return int(high[-1]) if len(high) else 0


def _longest_fall(values: Float64) -> tuple[int, int]:
    """Start and end of the longest run of falling values."""
    best, start = (0, 0), 0
    for index in range(1, len(values)):
        if values[index] >= values[index - 1]:
            start = index
        elif index - start > best[1] - best[0]:
            best = (start, index)
    return best


def _too_few_words(points: int, *, is_stopped: bool) -> str:
    if is_stopped:
        return f"Stopped after {points} steps; at least {LEAST_POINTS} are needed to suggest a rate."
    if points <= 2:
        return "The loss left all bounds at once. Start the sweep at a lower rate."
    return (
        f"The loss left all bounds after {points} steps, too few to suggest a rate. "
        "Start lower, or sweep in smaller steps."
    )
