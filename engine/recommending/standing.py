"""How every title stands with one person: their own ratings and lists, predicted stars, and its place for them.

Shapes: I titles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Float32, Int64
from engine.data.profiles import Profile, ProfileMatch, profile_rows
from engine.errors import ProfileError
from engine.recommending.answers import rank_row
from engine.recommending.ranking import ListTerms
from engine.recommending.recommender import Recommender


@dataclass(frozen=True)
class Standing:
    """`mine` is what the person has rated (None: seen), by item row.

    rating_I are predicted stars, None where none are predicted; place_I the place among the `candidates` that the
    person does not have, 1 for the best, 0 for none; lift_I how many times likelier than for most.
    """

    mine: Mapping[int, float | None]
    saved_rows: tuple[int, ...]
    place_I: Int64
    candidates: int
    rating_I: Float32 | None = None
    lift_I: Float32 | None = None


def standing_of(recommender: Recommender, profile: Profile, *, weight: float | None = None) -> Standing:
    """How titles stand with a person; where the model has nothing to go by, only their ratings and lists."""
    found = profile_rows(profile, recommender.dataset)
    mine = _own(found)
    try:
        answer = recommender.answer(found.history)
    except ProfileError:
        return Standing(mine, found.saved_rows, np.zeros(recommender.dataset.titles, dtype=np.int64), 0)
    scores_I = rank_row(recommender.model, answer.prediction, weight)
    order = recommender.order(scores_I, found.history, ListTerms(seen_rows=found.seen_rows))
    place_I = order.place_I(len(scores_I))
    return Standing(mine, found.saved_rows, place_I, order.candidates, answer.rating_I, answer.lift_I)


def _own(found: ProfileMatch) -> dict[int, float | None]:
    mine: dict[int, float | None] = dict.fromkeys(found.seen_rows)
    rows, ratings = found.history.item_rows_N.tolist(), found.history.ratings_N.tolist()
    return mine | {row: None if np.isnan(rating) else rating for row, rating in zip(rows, ratings, strict=True)}
