"""How the ratings that the parts of a blend predict are put together: by least squares on the validation people.

Stands beside `blend_weights`. What is minimised is the squared error of sum w_p r_p + offset over held-out ratings,
w_p not negative and drawn towards equal weights by as much as thirty ratings weigh (a ridge), so that parts that
say nearly the same do not share their weight at random.

Where a split holds out only likes (strong), errors on them would reward whoever predicts that everything is liked. So
there a fifth of *all* ratings that are folded in is held out of the same people instead, by a draw of its own.

Shapes: U people, N ratings, R parts that predict ratings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import nnls

from engine.data.dataset import Int64
from engine.data.split import HeldOut, Split
from engine.events import Job, Pace, Progressed, StageStarted
from engine.models.base import Model
from engine.training.blend_weights import lots_of, some_of

Floats = npt.NDArray[np.float64]

_RIDGE = 30.0
_HELD = 0.2
_SEED = 4096


@dataclass(frozen=True)
class RatingWeights:
    """What each part's predicted rating is multiplied by (0 for parts that predict none), and what is added.

    rmse: of the mix on so many ratings; part_rmse: of each part, None where it predicts none. All None, and equal
    weights, where there was no rating to choose by.
    """

    weights: tuple[float, ...]
    offset: float = 0.0
    rmse: float | None = None
    part_rmse: tuple[float | None, ...] = ()
    ratings: int = 0


def choose_rating_weights(parts: Sequence[Model], split: Split) -> Job[RatingWeights]:
    """The weights with which the parts together predict held-out ratings best. Stop passes through."""
    rating = [number for number, part in enumerate(parts) if part.can.predicts_ratings]
    if not rating or split.validation is None:
        return RatingWeights((0.0,) * len(parts))
    held_out = ratings_to_choose_by(split.validation, strong=split.config.kind == "strong")
    people, pace, predicted, actual = some_of(np.flatnonzero(held_out.to_find.counts_U)), Pace(), [], []
    yield StageStarted("rating", "Choosing how much each part's predicted ratings count")
    for lot in lots_of(len(people), split.titles):
        predicted.append(_predicted([parts[one] for one in rating], held_out, people[lot]))
        actual.append(held_out.to_find.take(people[lot]).ratings_N)
        yield Progressed("Predicting ratings", int(lot[-1]) + 1, len(people), "people") if pace.due() else None
    if not predicted:
        equal = np.full(len(rating), 1.0 / len(rating))
        return RatingWeights(_spread(equal, rating, len(parts)))
    predicted_NR, actual_N = np.concatenate(predicted), np.concatenate(actual).astype(np.float64)
    weights_R, offset = least_squares(predicted_NR, actual_N)
    own = dict(zip(rating, _rmse(predicted_NR, actual_N[:, None]), strict=True))
    return RatingWeights(
        _spread(weights_R, rating, len(parts)),
        offset,
        float(_rmse(predicted_NR @ weights_R + offset, actual_N)),
        tuple(float(own[number]) if number in own else None for number in range(len(parts))),
        len(actual_N),
    )


def ratings_to_choose_by(held_out: HeldOut, *, strong: bool) -> HeldOut:
    """Held-out ratings of any height: those of the split, or, where it holds out likes only, some of the others."""
    if not strong:
        return HeldOut(held_out.user_rows_U, held_out.fold_in, held_out.to_find.rated())
    known = held_out.fold_in
    drawn_N = np.random.default_rng(_SEED).random(known.entries) < _HELD
    held_N = drawn_N & ~np.isnan(known.ratings_N)
    return HeldOut(held_out.user_rows_U, known.where(~held_N), known.where(held_N))


def least_squares(predicted_NR: Floats, actual_N: Floats) -> tuple[Floats, float]:
    """Weights of at least 0, drawn towards equal ones, and an offset, with the least squared error."""
    parts = predicted_NR.shape[1]
    means_R, mean = predicted_NR.mean(axis=0), actual_N.mean()
    apart_NR, apart_N = predicted_NR - means_R, actual_N - mean
    pull = np.sqrt(_RIDGE * max(float(np.square(apart_NR).mean()), 1e-12))
    rows = np.concatenate([apart_NR, pull * np.eye(parts)])
    wanted = np.concatenate([apart_N, np.full(parts, pull / parts)])
    weights_R: Floats = nnls(rows, wanted)[0]
    return weights_R, float(mean - means_R @ weights_R)


@torch.inference_mode()
def _predicted(parts: Sequence[Model], held_out: HeldOut, people: Int64) -> Floats:
    fold_in, wanted = held_out.fold_in.take(people), held_out.to_find.take(people)
    return np.stack([part.eval().ratings_of(fold_in, wanted).double().numpy() for part in parts], axis=1)


def _rmse(predicted: Floats, actual: Floats) -> Floats:
    return np.asarray(np.sqrt(np.square(predicted - actual).mean(axis=0)))


def _spread(weights_R: Floats, rating: Sequence[int], parts: int) -> tuple[float, ...]:
    """The weights of the parts that predict ratings among those of all parts."""
    of = dict(zip(rating, weights_R, strict=True))
    return tuple(float(of.get(number, 0.0)) for number in range(parts))
