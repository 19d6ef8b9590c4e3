"""What a model predicts for one profile, as plain arrays and numbers.

Shapes: I titles, U people, R some titles, N entries.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from engine.data.dataset import Float32, Histories, Int64
from engine.device import exactly
from engine.errors import SettingError
from engine.models.base import Model, Prediction
from engine.wording import said


@dataclass(frozen=True)
class Answer:
    """What the model predicts for one profile, as arrays over all titles, [I]; kept for the next weight or filter."""

    history: Histories
    prediction: Prediction
    probability_I: Float32 | None
    lift_I: Float32 | None
    rating_I: Float32 | None
    kept: Kept = field(default_factory=lambda: Kept(), compare=False, repr=False)


@dataclass
class Kept:
    """What follows from an answer alone, kept once it was asked for: () where it was not yet."""

    sd_I: tuple[Float32 | None, ...] = ()
    liking_I: tuple[Float32 | None, ...] = ()
    note: tuple[str, ...] = ()


def predicted(model: Model, history: Histories) -> Prediction:
    """The model's prediction for all titles, in float32 whatever the caller's mode. DivergedError for no numbers."""
    with exactly():
        return model.predict(history).checked()


def rank_row(model: Model, prediction: Prediction, weight: float | None) -> Float32:
    """What ranks all titles for one profile at a weight, [I]. Raises SettingError for a weight outside 0 to 1."""
    check_weight(weight)
    return model.rank_scores(prediction, weight)[0].float().numpy()


def check_weight(weight: float | None) -> None:
    """Raises SettingError for a weight outside 0 to 1."""
    if weight is not None and not 0.0 <= weight <= 1.0:
        raise SettingError(
            said(
                "The weight lies between 0 (likely to love) and 1 (likely to watch); {value!r} does not.", value=weight
            )
        )


def value_at(values_I: Float32 | None, row: int) -> float | None:
    """A plain number, or None where there is none."""
    if values_I is None:
        return None
    value = float(values_I[row])
    return value if math.isfinite(value) else None


def sds_of(stars: Model, history: Histories, rows_R: Int64) -> Float32 | None:
    """How far off the predicted ratings of some titles may be for a person, [R]; None where the model cannot say."""
    wanted = Histories.of_one(rows_R.tolist(), [0.0] * len(rows_R))
    with exactly():
        sds_R = stars.rating_sds_of(history, wanted)
    return None if sds_R is None else sds_R.float().numpy()


def first_row(values_UI: Tensor | None, *, exponent: bool = False) -> Float32 | None:
    """What is predicted for the one person, or its exponential, [I] on the processor; None where there is nothing."""
    if values_UI is None:
        return None
    return (values_UI[0].exp() if exponent else values_UI[0]).float().numpy()


def same_history(history: Histories, last: Histories) -> bool:
    """Whether two histories of one person hold the same."""
    times_N, last_times_N = history.times_N, last.times_N
    if times_N is None or last_times_N is None:
        same_times = times_N is last_times_N
    else:
        same_times = np.array_equal(times_N, last_times_N)
    same_items = same_times and np.array_equal(history.item_rows_N, last.item_rows_N)
    return same_items and np.array_equal(history.ratings_N, last.ratings_N, equal_nan=True)
