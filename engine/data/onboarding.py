"""Onboarding: which title to ask a newcomer about next, so that a handful of answers says as much as it can.

Needs no model and is computed anew after every answer. The title with the highest value is next:

    seen x liked x spread^(1/2) x (1 - nearness^8)

seen, liked: the chance that this person has seen the title, and has liked it, read off the people of the data set,
each counted by how well their own ratings agree with the answers so far. At first everybody counts alike, so the
well-known titles lead; each "not seen" makes people who have seen it count less, and what they know sinks with them.
spread: the standard deviation of all ratings of the title, for a title that everybody rates alike is uninformative.
nearness: the cosine of co-rating to the nearest title that was rated already, 0 to 1, which only near-duplicates feel.

Tried on held-out people beside asking about the best-known titles, the plainer rule, popularity x spread x
(1 - nearness) without a look at the answers, lost even to those: titles that nobody has seen teach nothing.

Shapes: U people that count, T titles that can be asked about, N entries, A answers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Dataset

Float32s = npt.NDArray[np.float32]

_MOST_PEOPLE, _MOST_TITLES = 4_000, 600
_APART = 0.22
"""How far apart two ratings are that agree half-way, as a share of the scale: one star of five."""
_UNSEEN_BY_THEM, _SEEN_BY_THEM = -1.0, math.log(0.6)
"""What is taken off somebody's logarithmic weight who has not seen what I have, and who has seen what I have not."""
_TRUST = 0.5
"""How strongly one rating speaks: ratings of one person are not independent, so each counts half."""
_ONLY_NEAR = 8


@dataclass(frozen=True)
class OnboardingAnswer:
    """What a person said of a title: seen or not, and the rating where they gave one."""

    item_row: int
    seen: bool
    rating: float | None = None


class Onboarding:
    """The 600 best-known titles, which can be asked about; of over 4,000 people as many are drawn by the seed."""

    def __init__(self, dataset: Dataset, *, seed: int = 0) -> None:
        self._scale = dataset.scale
        best_known_T = np.argsort(-dataset.counts_I, kind="stable")[:_MOST_TITLES]
        self._item_rows_T = best_known_T[dataset.counts_I[best_known_T] > 0]
        self._place_of = {int(row): place for place, row in enumerate(self._item_rows_T)}
        self._read(dataset, seed)
        self._spread_T = self._spread()
        self._nearness_TT = _cosines(self._seen_UT)

    def next(self, answers: Sequence[OnboardingAnswer], *, leave_out: Collection[int] = ()) -> int | None:
        """The item row to ask about next, neither answered nor to be left out; None where there is none left."""
        weights_U = self._weights(answers)
        seen_T = weights_U @ self._seen_UT
        liked_T = weights_U @ self._liked_UT if self._has_likes else seen_T
        value_T = seen_T * liked_T * np.sqrt(self._spread_T) * self._newness(answers)
        known = {answer.item_row for answer in answers} | set(leave_out)
        gone = [self._place_of[row] for row in known if row in self._place_of]
        value_T[gone] = -1.0
        if len(gone) >= len(value_T):
            return None
        return int(self._item_rows_T[int(np.argmax(value_T))])

    def _read(self, dataset: Dataset, seed: int) -> None:
        """Who of the people that count has seen, rated and liked which title; ratings are NaN where there is none."""
        people_U = np.arange(dataset.people, dtype=np.int64)
        if len(people_U) > _MOST_PEOPLE:
            people_U = np.sort(np.random.default_rng(seed).choice(people_U, _MOST_PEOPLE, replace=False))
        histories = dataset.histories.take(people_U)
        places_I = np.full(dataset.titles, -1, dtype=np.int64)
        places_I[self._item_rows_T] = np.arange(len(self._item_rows_T))
        places_N = places_I[histories.item_rows_N]
        kept_N = places_N >= 0
        at = histories.user_rows_N[kept_N], places_N[kept_N]
        shape = len(people_U), len(self._item_rows_T)
        self._ratings_UT: Float32s = np.full(shape, np.nan, dtype=np.float32)
        self._ratings_UT[at] = histories.ratings_N[kept_N]
        self._seen_UT: Float32s = np.zeros(shape, dtype=np.float32)
        self._seen_UT[at] = 1.0
        self._liked_UT: Float32s = (self._ratings_UT >= self._scale.like).astype(np.float32)
        self._has_likes = bool(self._liked_UT.any())

    def _spread(self) -> Float32s:
        """The standard deviation of each title's ratings; all 1 where all are 0."""
        rated_UT = ~np.isnan(self._ratings_UT)
        counts_T = np.maximum(rated_UT.sum(axis=0), 1)
        mean_T = np.where(rated_UT, self._ratings_UT, 0.0).sum(axis=0) / counts_T
        apart_UT = np.where(rated_UT, self._ratings_UT - mean_T, 0.0)
        spread_T = np.sqrt((apart_UT**2).sum(axis=0) / counts_T).astype(np.float32)
        return spread_T if spread_T.any() else np.ones_like(spread_T)

    def _weights(self, answers: Sequence[OnboardingAnswer]) -> Float32s:
        """How much each person counts, in sum 1: the better they agree with the answers, the more."""
        log_U = np.zeros(len(self._seen_UT), dtype=np.float64)
        for answer in answers:
            place = self._place_of.get(answer.item_row)
            if place is not None:
                log_U += self._agreement(answer, place)
        weights_U = np.exp(log_U - log_U.max(initial=-np.inf))
        shares_U: Float32s = (weights_U / weights_U.sum()).astype(np.float32)
        return shares_U

    def _agreement(self, answer: OnboardingAnswer, place: int) -> npt.NDArray[np.float64]:
        seen_U = self._seen_UT[:, place] > 0
        if not answer.seen:
            return np.where(seen_U, _SEEN_BY_THEM, 0.0)
        if answer.rating is None:
            return np.where(seen_U, 0.0, _UNSEEN_BY_THEM)
        apart = max(_APART * (self._scale.high - self._scale.low), 1e-9)
        off_U = (self._ratings_UT[:, place].astype(np.float64) - answer.rating) / apart
        near_U = np.nan_to_num(-_TRUST * off_U**2 / 2, nan=_UNSEEN_BY_THEM / 2)
        return np.where(seen_U, near_U, _UNSEEN_BY_THEM)

    def _newness(self, answers: Sequence[OnboardingAnswer]) -> Float32s | float:
        """Close to 0 for near-duplicates of what was seen, 1 for all others."""
        places = [
            self._place_of[answer.item_row] for answer in answers if answer.seen and answer.item_row in self._place_of
        ]
        if not places:
            return 1.0
        newness_T: Float32s = 1.0 - self._nearness_TT[places].max(axis=0) ** _ONLY_NEAR
        return newness_T


def _cosines(seen_UT: Float32s) -> Float32s:
    """How often two titles were seen by the same people: 0 never, 1 always."""
    together_TT: Float32s = seen_UT.T @ seen_UT
    length_T = np.sqrt(np.maximum(np.diag(together_TT), 1.0))
    return np.clip(together_TT / length_T[:, None] / length_T[None, :], 0.0, 1.0)
