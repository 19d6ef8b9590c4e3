"""What the curve of a learning-rate sweep says: the loss smoothed without lag, the rates it suggests, and sentences.

Pure functions of the measured points and of how much is smoothed, so a curve can be read again with another amount.

Shapes: N points, in the order of their rates; R of them at once, M points near these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.text import format_figure, format_percent, format_rate, plural
from engine.wording import joined, said

Float64 = npt.NDArray[np.float64]

SMOOTH = 1.2
"""Each point of the smooth curve is fitted to the points of so many powers of ten of rates around it."""
LEAST_POINTS = 20
COMPLETE, STOPPED, ROSE, NOT_FINITE = "complete", "stopped", "rose", "not_finite"
"""How a sweep ends: all rates tried, by the person, the loss left all bounds, or it was no number any more."""

_FLAT = 0.01
"""A fall of less than this share of the loss is none."""
_CLEAR = 5.5
"""A fall is told from noise where it is so many times its standard error."""
_DONE = 0.1
"""What comes before this share of the fall is done may be no more than noise."""
_MOSTLY = 0.75
_SOON, _AGAIN = 10, 3
"""A loss has left all bounds where it is out of them so many times among so many points, whatever comes later."""
_ROWS_AT_ONCE, _LEAST_NEAR = 64, 6


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
    """The losses smoothed over the logarithm of the rate, [N]; `smooth` in powers of ten, 0 leaves them as they are.

    A parabola is fitted around each point, with tricube weights on both sides (Cleveland 1979), so that the curve does
    not lag behind and a minimum stays in its place. NaN where a point is no number.

    >>> lrs = np.geomspace(1e-4, 1, 5)
    >>> smoothed(lrs, np.array([4.0, 1.0, 0.0, 1.0, 4.0])).round(6).tolist()
    [4.0, 1.0, 0.0, 1.0, 4.0]
    """
    return _smoothed(lrs, losses, smooth=smooth).curve_N


def suggest(lrs: Float64, losses: Float64, *, smooth: float = SMOOTH, ended: str = COMPLETE) -> Reading:
    """Read a curve.

    Parameters
    ----------
    lrs, losses
        What was measured, [N]; what is no number is left out.
    smooth
        How much is smoothed, as `smoothed` takes it.
    ended
        How the sweep ended.

    Returns
    -------
    Reading
        Of a stopped sweep, of too few points, and of a curve that is flat, only rises or is mostly noise: no
        suggestions, and the reason in `words`.

    Examples
    --------
    >>> lrs = np.geomspace(1e-6, 1, 121)
    >>> found = suggest(lrs, 1.0 + 0.1 * (np.log10(lrs) + 2.0) ** 2)
    >>> [(mark.title, f"{mark.lr:.0e}") for mark in found.suggestions][-2:]
    [('Minimum', '1e-02'), ('Minimum x 2', '2e-02')]
    """
    smooth_N, error_N, left = _smoothed(lrs, losses, smooth=smooth)
    known = np.isfinite(smooth_N)
    points = int(known.sum())
    if ended == STOPPED or points < LEAST_POINTS:
        return Reading(smooth_N, (), _cut_off(points, ended))
    curve = _Curve(lrs[known], losses[known], smooth_N[known], error_N[known], left=left)
    words = _refusal(curve, ended)
    if words:
        return Reading(smooth_N, (), words)
    found = (reading(curve) for reading in _READINGS)
    marks = sorted((mark for mark in found if mark is not None and mark.lr >= curve.lrs[0]), key=lambda mark: mark.lr)
    return Reading(smooth_N, tuple(marks), _describe(curve, ended))


class _Curve:
    """The points of a sweep that are numbers, and where its fall lies."""

    def __init__(self, lrs: Float64, losses: Float64, smooth_N: Float64, error_N: Float64, *, left: int) -> None:
        self.lrs, self.smooth_N = lrs, smooth_N
        self.left = max(1, left)
        """From where on the loss is out of all bounds; it may come back by chance."""
        self.low = int(np.argmin(smooth_N[: self.left]))
        """Where the smooth curve is lowest before that."""
        quarter = lrs[0] * (lrs[self.low] / lrs[0]) ** 0.25
        start = slice(int(np.searchsorted(lrs, quarter, side="right")))
        self.level = float(np.median(smooth_N[start]))
        """The loss before the rates do anything."""
        self.fall = self.level - float(smooth_N[self.low])
        noise = float(np.median(np.abs(losses - smooth_N)[: max(self.low + 1, LEAST_POINTS)])) / 0.6745
        self.error = noise * float(np.hypot(np.median(error_N[start]), error_N[self.low]))
        """The standard error of the fall, as the scatter around the smooth curve says."""

    @property
    def begin(self) -> int:
        """The last place before the lowest at which no more than a tenth of the fall was done."""
        return int(np.flatnonzero(self.smooth_N[: self.low + 1] >= self.level - _DONE * self.fall)[-1])

    @property
    def slope_N(self) -> Float64:
        """How fast the smooth curve changes with the logarithm of the rate."""
        return np.asarray(np.gradient(self.smooth_N, np.log(self.lrs)), dtype=np.float64)


def _steepest(curve: _Curve) -> Suggestion | None:
    if curve.low <= curve.begin:
        return None
    steepest = curve.begin + int(np.argmin(curve.slope_N[curve.begin : curve.low + 1]))
    sentence = said("Here the smooth loss falls fastest, once a tenth of its fall is done.")
    return Suggestion("steepest", said("Steepest"), float(curve.lrs[steepest]), sentence)


def _valley(curve: _Curve) -> Suggestion | None:
    start, end = _longest_fall(curve.smooth_N[: curve.low + 1], begin=curve.begin)
    if end - start < 3:
        return None
    sentence = said(
        "The middle of the longest stretch over which the smooth loss only falls, once a tenth of its fall is done."
    )
    return Suggestion("valley", said("Valley"), float(curve.lrs[(start + end) // 2]), sentence)


def _minimum(curve: _Curve) -> Suggestion:
    sentence = said("A tenth of the rate at which the smooth loss is lowest.")
    return Suggestion("minimum", said("Minimum / 10"), float(curve.lrs[curve.low]) / 10.0, sentence)


def _turning_point(curve: _Curve) -> Suggestion | None:
    """None where the loss had not turned up at the end of the sweep."""
    if curve.low == len(curve.lrs) - 1:
        return None
    deep = np.flatnonzero(curve.smooth_N[: curve.low + 1] <= curve.smooth_N[curve.low] + _DONE * curve.fall)
    sentence = said("Nine tenths of the fall are done here, and the smooth loss has not turned up yet.")
    return Suggestion("turning_point", said("Before it turns up"), float(curve.lrs[int(deep[0])]), sentence)


def _lowest(curve: _Curve) -> Suggestion:
    return Suggestion("lowest", said("Minimum"), float(curve.lrs[curve.low]), said("Here the smooth loss is lowest."))


def _peak(curve: _Curve) -> Suggestion | None:
    """None where it lies outside of the sweep."""
    lr = 2.0 * float(curve.lrs[curve.low])
    sentence = said(
        "Twice the rate of the lowest smooth loss: a schedule that rises and falls takes half of it on average."
    )
    return Suggestion("peak", said("Minimum x 2"), lr, sentence) if lr <= curve.lrs[-1] else None


KINDS = ("steepest", "valley", "minimum", "turning_point", "lowest", "peak")
"""The kinds of suggestions."""
_READINGS: tuple[Callable[[_Curve], Suggestion | None], ...] = (
    _steepest,
    _valley,
    _minimum,
    _turning_point,
    _lowest,
    _peak,
)


def _longest_fall(values: Float64, *, begin: int) -> tuple[int, int]:
    """From where to where the values fall without a break, over as many places as nowhere else from `begin` on."""
    best, start = (begin, begin), begin
    for index in range(begin + 1, len(values)):
        if values[index] >= values[index - 1]:
            start = index
        elif index - start > best[1] - best[0]:
            best = (start, index)
    return best


def _cut_off(points: int, ended: str) -> str:
    """Why a sweep of so many points suggests nothing."""
    if ended == STOPPED:
        tried = plural(points, "rate")
        return said(
            "Stopped after {rates}. A curve that is cut off suggests none; let the sweep go on to its end.", rates=tried
        )
    if points <= 2:
        return said("The loss left all bounds at once. Start the sweep at a lower rate.")
    if ended == COMPLETE:
        return said(
            "Only {points} rates were tried; {least} are needed to suggest one. Sweep in more steps.",
            points=points,
            least=LEAST_POINTS,
        )
    return said(
        "The loss left all bounds after {points} rates; {least} are needed to suggest one. Start lower, or sweep in "
        "more steps.",
        points=points,
        least=LEAST_POINTS,
    )


def _refusal(curve: _Curve, ended: str) -> str:
    """Why a curve suggests nothing; "" where it does."""
    if curve.fall <= _CLEAR * curve.error and curve.error > 0.1 * _FLAT * abs(curve.level):
        return said("The loss scatters more than it falls, so no rate stands out. Take a larger batch, or more steps.")
    if curve.fall > _FLAT * max(abs(curve.level), 1e-12):
        return ""
    if ended in (ROSE, NOT_FINITE):
        return said("The loss only rises, from the first rate on. Start the sweep at a lower rate.")
    return said("The loss hardly falls at any rate. Try a wider range, or a model that can learn more from these data.")


def _describe(curve: _Curve, ended: str) -> str:
    """Where the smooth loss is lowest, and what comes after."""
    last = format_rate(float(curve.lrs[-1]))
    if curve.low == len(curve.lrs) - 1:
        further = "" if ended in (ROSE, NOT_FINITE) else said("Sweep to a higher rate to see where it turns up.")
        return joined(_lowest_of(curve), said("That is the end of the sweep."), further)
    if ended in (ROSE, NOT_FINITE):
        return joined(_lowest_of(curve), said("Then it rises, and left all bounds at {rate}.", rate=last))
    return joined(_lowest_of(curve), said("Then it rises."))


def _lowest_of(curve: _Curve) -> str:
    loss = format_figure(float(curve.smooth_N[curve.low]))
    if curve.level > 0:
        less = format_percent(curve.fall / curve.level)
        loss = said("{loss}, {percent} less than at the lowest rates", loss=loss, percent=less)
    lr = format_rate(float(curve.lrs[curve.low]))
    if float(curve.smooth_N.min()) < curve.smooth_N[curve.low]:
        return said(
            "Below {left}, where it leaves all bounds, the smooth loss is lowest at {rate}: {loss}.",
            left=format_rate(float(curve.lrs[curve.left])),
            rate=lr,
            loss=loss,
        )
    return said("The smooth loss is lowest at {rate}: {loss}.", rate=lr, loss=loss)


class _Smooth(NamedTuple):
    """The smooth curve, [N], by which factor the scatter of single points is smaller in each of its, [N], and from
    which of the points that are numbers the loss is out of all bounds."""

    curve_N: Float64
    error_N: Float64
    left: int


def _smoothed(lrs: Float64, losses: Float64, *, smooth: float) -> _Smooth:
    with np.errstate(invalid="ignore"):
        known = np.isfinite(losses) & np.isfinite(lrs) & (lrs > 0)
    fit_N, error_N = np.full(len(lrs), np.nan), np.ones(len(lrs))
    x_N, y_N = np.log10(lrs[known]), losses[known]
    left = _leaves_bounds(y_N) if len(y_N) >= 3 else len(y_N)
    if smooth <= 0.0 or len(x_N) < 3:
        fit_N[known] = y_N
        return _Smooth(fit_N, error_N, left)
    pieces = [*_pieces(x_N[:left], y_N[:left], half=0.5 * smooth, degree=2)]
    pieces += _pieces(x_N[left:], y_N[left:], half=0.5 * smooth, degree=0)
    fit_N[known], error_N[known] = (np.concatenate(found) for found in zip(*pieces, strict=True))
    return _Smooth(fit_N, error_N, left)


def _leaves_bounds(y_N: Float64) -> int:
    """From which point on the loss lies above where it began by more than it had fallen; N where it never does.

    What blows up is smoothed by itself, by averages: by its height it would bend a curve that is fitted across.
    """
    start = max(float(y_N[0]), float(np.median(y_N[: len(y_N) // 8 + 1])))
    fallen = max(start - float(np.quantile(y_N, 0.05)), _FLAT * abs(start))
    scatter = float(np.median(np.abs(np.diff(y_N[: len(y_N) // 4 + 2])))) / (0.6745 * np.sqrt(2.0))
    above_N = y_N > start + max(fallen, _CLEAR * scatter)
    after_N = np.append(np.cumsum(above_N[::-1])[::-1], np.zeros(_SOON))
    is_soon_again_N = after_N[: len(y_N)] - after_N[_SOON:] >= _AGAIN
    is_mostly_N = after_N[: len(y_N)] / np.arange(len(y_N), 0, -1) >= _MOSTLY
    out = np.flatnonzero(above_N & (is_soon_again_N | is_mostly_N))
    return int(out[0]) if len(out) else len(y_N)


def _pieces(x_N: Float64, y_N: Float64, *, half: float, degree: int) -> Iterator[tuple[Float64, Float64]]:
    """The fit around each point, and its error, so many points at once."""
    if len(x_N) < 3:
        yield y_N, np.ones(len(y_N))
        return
    for start in range(0, len(x_N), _ROWS_AT_ONCE):
        rows = slice(start, min(start + _ROWS_AT_ONCE, len(x_N)))
        row_RM, near = _rows(x_N, rows, half=half, degree=degree)
        yield row_RM @ y_N[near], np.linalg.norm(row_RM, axis=1)


def _rows(x_N: Float64, rows: slice, *, half: float, degree: int) -> tuple[Float64, slice]:
    """By which weights, [R, M], each of some points is made of the points near it, and which these are.

    They give the value in the middle of the polynomial that fits best, a parabola (degree 2) or an average (0).
    """
    at_R = x_N[rows]
    first, last = np.searchsorted(x_N, (at_R[0] - half, at_R[-1] + half))
    near = slice(max(0, min(int(first), rows.start - _LEAST_NEAR)), max(int(last), rows.stop + _LEAST_NEAR))
    away_RM = x_N[None, near] - at_R[:, None]
    nearest = min(_LEAST_NEAR, away_RM.shape[1] - 1)
    half_R = np.maximum(half, 1.001 * np.partition(np.abs(away_RM), nearest, axis=1)[:, nearest])
    away_RM = away_RM / half_R[:, None]
    weight_RM = np.clip(1.0 - np.abs(away_RM) ** 3, 0.0, None)
    weight_RM = weight_RM * weight_RM * weight_RM
    if degree == 0:
        return weight_RM / weight_RM.sum(1, keepdims=True), near
    square_RM = away_RM * away_RM
    powers = (1.0, away_RM, square_RM, square_RM * away_RM, square_RM * square_RM)
    moments_R5 = np.stack([(weight_RM * power_RM).sum(1) for power_RM in powers], axis=1)
    normal_R33 = moments_R5[:, np.add.outer(np.arange(3), np.arange(3))] + 1e-12 * np.eye(3)
    first_R31 = np.linalg.solve(normal_R33, np.broadcast_to(np.eye(3)[:, :1], (len(at_R), 3, 1)))
    constant_R1, linear_R1, square_R1 = first_R31[:, 0], first_R31[:, 1], first_R31[:, 2]
    return weight_RM * (constant_R1 + away_RM * (linear_R1 + away_RM * square_R1)), near
