"""How a model reads the stars of a person: what each step of the scale counts for, for them and for others.

A two-headed model encodes stars half by the person's own habit, half by the scale (engine.models.normalisation); a
model of likes goes by whether a rating is one; others take the stars as they are.

Shapes: S steps of the scale, n entries of the profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import torch

from engine.data.dataset import Float32, Histories, Scale
from engine.models.base import Model
from engine.models.blend import Blend
from engine.models.normalisation import habits, normalise
from engine.models.two_head_config import TwoHeadConfig
from engine.wording import said

STRONGEST = 2.5
"""The encoded value of what is loved most; its negative is that of what is liked least."""
_MOST_STEPS = 12
_STEPS_WITHOUT = 5
_HABITS = (
    (said("Somebody who gives 8 of 10 to everything"), (8.0,) * 10),
    (said("Somebody who gives only 1 or 10 of 10"), (1.0, 10.0) * 5),
    (said("Somebody for whom 5 of 10 is good"), (5.0, 5.0, 4.0, 3.0, 2.0, 2.0, 3.0, 4.0, 1.0, 3.0)),
)
"""Habits of rating, each as ratings from 1 to 10."""


class ReadingKind(Enum):
    """By the person's habit and the scale; by whether it is a like; or as it is."""

    NORMALISED = "normalised"
    LIKES = "likes"
    AS_IT_IS = "as it is"


@dataclass(frozen=True)
class Step:
    """A rating, how many times it was given, and what it counts for: -2.5 to 2.5, 0 is neither good nor bad."""

    rating: float
    given: int
    encoded: float


@dataclass(frozen=True)
class Reading:
    """One person's scale as the model reads it; `usual` is their mean rating, None where nothing is rated."""

    whose: str
    usual: float | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class RatingReading:
    """How a model reads ratings: `mine` first, then people of other `habits` where the habit matters.

    `like` is the least rating that can be given and is a like; `others` what any other entry counts in a model of
    likes, where a like counts 1. `mixes`: the model is a blend, and this is how the part that counts most reads.
    """

    kind: ReadingKind
    like: float
    others: float
    mixes: bool
    mine: Reading
    habits: tuple[Reading, ...]


def rating_reading(model: Model, history: Histories, scale: Scale) -> RatingReading:
    """How a model reads the ratings of the one person of `history`."""
    reader = _heaviest(model)
    kind = reading_kind(reader)
    config = reader.config if isinstance(reader.config, TwoHeadConfig) else TwoHeadConfig()
    counted = float(getattr(reader.config, "fold_in_others", None) or 0.0)
    mine = _reading(said("You"), history.ratings_N, scale, kind, config, counted)
    others: tuple[Reading, ...] = ()
    if kind is ReadingKind.NORMALISED:
        others = tuple(
            _reading(whose, _on_scale(tenths, scale), scale, kind, config, counted) for whose, tenths in _HABITS
        )
    like = min((step.rating for step in mine.steps if step.rating >= scale.like), default=scale.like)
    return RatingReading(kind, like, counted, reader is not model, mine, others)


def reading_kind(model: Model) -> ReadingKind:
    """In which of the ways a model reads ratings."""
    if model.name == "two_head":
        return ReadingKind.NORMALISED
    return ReadingKind.LIKES if model.can.learns_from == "likes" else ReadingKind.AS_IT_IS


def _heaviest(model: Model) -> Model:
    """The part of a blend that counts most in its lists; any other model itself."""
    if not isinstance(model, Blend):
        return model
    return max(model.parts, key=lambda pair: pair[0].weight)[1]


def scale_steps(scale: Scale) -> Float32:
    """The ratings that are shown, [S]: each step of the scale, or where these are many some of them, evenly."""
    steps = round((scale.high - scale.low) / scale.step) + 1 if scale.step else _STEPS_WITHOUT
    every = -(-(steps - 1) // (_MOST_STEPS - 1))
    shown_S: Float32 = np.linspace(scale.low, scale.high, steps, dtype=np.float32)[:: max(1, every)]
    return shown_S


def _reading(
    whose: str, ratings_n: Float32, scale: Scale, kind: ReadingKind, config: TwoHeadConfig, counted: float
) -> Reading:
    steps_S = scale_steps(scale)
    rated_n = ratings_n[~np.isnan(ratings_n)]
    if kind is ReadingKind.NORMALISED:
        encoded_S = _encoded(steps_S, ratings_n, scale, config)
    elif kind is ReadingKind.LIKES:
        encoded_S = np.where(steps_S >= scale.like, STRONGEST, counted * STRONGEST).astype(np.float32)
    else:
        encoded_S = ((steps_S - scale.middle) / (scale.high - scale.middle) * STRONGEST).astype(np.float32)
    near = max(scale.step, 1e-6) / 2
    steps = tuple(
        Step(round(float(rating), 4), int((np.abs(rated_n - rating) < near).sum()), float(encoded))
        for rating, encoded in zip(steps_S, encoded_S, strict=True)
    )
    return Reading(whose, float(rated_n.mean()) if len(rated_n) else None, steps)


def _encoded(steps_S: Float32, ratings_n: Float32, scale: Scale, config: TwoHeadConfig) -> Float32:
    given_n = torch.from_numpy(np.ascontiguousarray(ratings_n, dtype=np.float32))
    people_n = torch.zeros(len(given_n), dtype=torch.int64)
    habit = habits(given_n, people_n, people=1, scale=scale, shares=config.personal_shares)
    encoded_S: Float32 = normalise(torch.from_numpy(steps_S.copy()), habit, scale, config.table).numpy()
    return encoded_S


def _on_scale(tenths: Sequence[float], scale: Scale) -> Float32:
    """Ratings from 1 to 10 as somebody of the same habit gives them on another scale."""
    ratings_n = scale.low + (np.array(tenths) - 1.0) / 9.0 * (scale.high - scale.low)
    if scale.step:
        ratings_n = scale.low + np.round((ratings_n - scale.low) / scale.step) * scale.step
    return ratings_n.astype(np.float32)
