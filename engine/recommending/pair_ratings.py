"""The ratings of any pairs of people and titles of a data set, many at once.

A model gets all ratings of a person but for the very one that is asked for. One that learned something about every
single training person goes by that, unless it learned from the very rating.

Shapes: P pairs, B pairs of a batch, U profiles of a batch, I titles, N entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import Tensor

from engine.data.dataset import Bools, Dataset, Float32, Histories, Int32, Int64, stable_order
from engine.data.split import Split, places_in
from engine.device import exactly
from engine.errors import DivergedError
from engine.events import Event, Job
from engine.models.base import Model
from engine.wording import said

_SCORES_AT_ONCE = 2**22
_MOST_PROFILES_AT_ONCE = 512
_ENTRIES_AT_ONCE = 2**19
_DAMPING = 5.0


@dataclass(frozen=True)
class PairRatings:
    """Predicted ratings and their deviations, NaN for none (None: unknown); own_P: the data set has the pair."""

    ratings_P: Float32
    sds_P: Float32 | None
    own_P: Bools


@dataclass(frozen=True)
class LearnedPeople:
    """The training people of a model that knows every single one: their rows of the data set, and what it learned."""

    user_rows_T: Int64
    train: Histories

    @staticmethod
    def of(split: Split) -> LearnedPeople:
        return LearnedPeople(split.train_user_rows_U, split.train)

    def places(self, user_rows_P: Int32) -> Int64:
        """Which of the training people each is, -1 for nobody of them."""
        return places_in(self.user_rows_T, user_rows_P)

    def has_seen(self, user_rows_B: Int32, item_rows_B: Int32) -> Bools:
        """Whether each pair is among what it learned from."""
        people, person_B = np.unique(user_rows_B, return_inverse=True)
        places = self.places(people)
        taken = self.train.take(np.maximum(places, 0))
        return _entries_of(taken.where(np.repeat(places >= 0, taken.counts_U)), person_B, item_rows_B) >= 0


def rate_pairs(
    model: Model,
    dataset: Dataset,
    user_rows_P: Int32,
    item_rows_P: Int32,
    *,
    averages: bool,
    sds: bool = False,
    learned: LearnedPeople | None = None,
    report: Callable[[int], Event | None] = lambda done: None,
) -> Job[PairRatings]:
    """Predict a rating for each pair, reporting after each batch. A row of -1 is not of the data set.

    `learned` is given for a model that knows its training people, who then keep what it learned of them.

    With `averages` such pairs get the best that is left: a prediction for somebody without a history, or for an unknown
    title the person's mean rating, drawn towards everybody's.
    """
    found = PairRatings(
        np.full(len(user_rows_P), np.nan, np.float32),
        np.full(len(user_rows_P), np.nan, np.float32) if sds else None,
        np.zeros(len(user_rows_P), np.bool_),
    )
    asked = np.flatnonzero((item_rows_P >= 0) & ((user_rows_P >= 0) | averages))
    places = asked[stable_order(user_rows_P[asked] + 1)]
    done = 0
    for some in _by_entries(places, user_rows_P, dataset.histories):
        group = _Group(dataset.histories, user_rows_P[some], item_rows_P[some], learned)
        found.own_P[some] = group.own_B
        for batch in group.batches(dataset.titles):
            profiles, wanted, order = group.question(batch)
            ask = model.ratings_of if learned is None else partial(model.ratings_of, learned_U=group.learned_of(batch))
            found.ratings_P[some[batch][order]] = _answer(ask, profiles, wanted)
            if found.sds_P is not None:
                found.sds_P[some[batch][order]] = _answer(model.rating_sds_of, profiles, wanted)
            done += len(batch)
            yield report(done)
    nameless = np.flatnonzero(item_rows_P < 0) if averages else np.zeros(0, dtype=np.int64)
    if len(nameless):
        found.ratings_P[nameless] = _mean_ratings(dataset.histories, user_rows_P[nameless])
    return found


class _Group:
    """Pairs of some people, person by person, and which of them the data set has."""

    def __init__(
        self, histories: Histories, user_rows_B: Int32, item_rows_B: Int32, learned: LearnedPeople | None
    ) -> None:
        people, self._person_B = np.unique(user_rows_B, return_inverse=True)
        known = people >= 0
        taken = histories.take(np.maximum(people, 0))
        self._histories = taken.where(np.repeat(known, taken.counts_U))
        self._item_rows_B = item_rows_B
        self._entry_B = _entries_of(self._histories, self._person_B, item_rows_B)
        self.own_B: Bools = self._entry_B >= 0
        self._learned_B = np.full(len(user_rows_B), -1, dtype=np.int64)
        if learned is not None:
            unseen_B = ~learned.has_seen(user_rows_B, item_rows_B)
            self._learned_B[unseen_B] = learned.places(user_rows_B[unseen_B])

    def batches(self, titles: int) -> Iterator[Int64]:
        """The pairs in batches whose profiles fit into memory."""
        at_once = max(1, min(_MOST_PROFILES_AT_ONCE, _SCORES_AT_ONCE // max(1, titles)))
        is_new_B = np.append(True, self._person_B[1:] != self._person_B[:-1])[: len(self._person_B)] | self.own_B
        counts_B = self._histories.counts_U[self._person_B]
        cost_B = is_new_B * np.maximum(1 / at_once, counts_B / _ENTRIES_AT_ONCE)
        cuts = np.flatnonzero(np.diff(np.floor(np.cumsum(cost_B)).astype(np.int64))) + 1
        yield from (part for part in np.split(np.arange(len(cost_B)), cuts) if len(part))

    def learned_of(self, batch: Int64) -> Int64:
        """Which of the training people the profiles of `question` are of; -1 where the pair was learned from, too."""
        own_B = self.own_B[batch]
        _, first = np.unique(self._person_B[batch][~own_B], return_index=True)
        return np.concatenate([self._learned_B[batch][~own_B][first], self._learned_B[batch][own_B]])

    def question(self, batch: Int64) -> tuple[Histories, Histories, Int64]:
        """The profiles that a batch needs, the pairs asked of each, and in which order those take the batch's pairs."""
        person_B, own_B = self._person_B[batch], self.own_B[batch]
        whole, row_B = np.unique(person_B[~own_B], return_inverse=True)
        people_U = np.concatenate([whole, person_B[own_B]]).astype(np.int64)
        profiles = self._histories.take(people_U)
        starts_O = profiles.indptr_U1[len(whole) : -1]
        left_out_O = starts_O + self._entry_B[batch][own_B] - self._histories.indptr_U1[person_B[own_B]]
        keep_N = np.ones(profiles.entries, dtype=np.bool_)
        keep_N[left_out_O] = False
        profile_B = np.zeros(len(batch), dtype=np.int64)
        profile_B[~own_B], profile_B[own_B] = row_B, len(whole) + np.arange(len(starts_O))
        nothing_B = np.zeros(len(batch), np.float32)
        wanted = Histories.of(profile_B, self._item_rows_B[batch], nothing_B, people=len(people_U))
        return profiles.where(keep_N), wanted, stable_order(profile_B)


def _entries_of(histories: Histories, person_B: Int64, item_rows_B: Int32) -> Int64:
    """For each pair which entry of its person it is, counted over all of them; -1 where it is none."""
    most = int(max(item_rows_B.max(initial=0), histories.item_rows_N.max(initial=0))) + 1
    keys_N = histories.user_rows_N * most + histories.item_rows_N
    order_N = np.argsort(keys_N, kind="stable")
    keys_B = person_B.astype(np.int64) * most + item_rows_B
    places_B = np.searchsorted(keys_N, keys_B, sorter=order_N)
    entries_B = np.append(order_N, -1)[np.minimum(places_B, len(order_N))]
    is_there_B = np.append(keys_N, -1)[entries_B] == keys_B
    return np.where(is_there_B, entries_B, -1)


def _by_entries(places: Int64, user_rows_P: Int32, histories: Histories) -> Iterator[Int64]:
    """Pairs that are sorted by person, in lots of whole people whose histories fit into memory."""
    users = user_rows_P[places]
    is_new = np.append(True, users[1:] != users[:-1])[: len(users)]
    entries = np.where(users >= 0, histories.counts_U[np.maximum(users, 0)], 0) * is_new
    lot = np.cumsum(entries) // _ENTRIES_AT_ONCE
    cuts = np.flatnonzero((np.diff(lot) > 0) & is_new[1:]) + 1
    yield from (part for part in np.split(places, cuts) if len(part))


def _answer(
    ask: Callable[[Histories, Histories], Tensor | None], profiles: Histories, wanted: Histories
) -> Float32 | float:
    """What the model answers. Raises DivergedError where that is no number: only who is not asked about has none."""
    with exactly():
        values = ask(profiles, wanted)
    if values is not None and bool(values.isnan().any()):
        raise DivergedError(said("The model's ratings are not numbers"))
    return np.nan if values is None else values.float().numpy()


def _mean_ratings(histories: Histories, user_rows_P: Int32) -> Float32:
    """The mean rating of each person as if five further ratings were everybody's mean; that mean for nobody."""
    rated = histories.rated()
    mean = float(rated.ratings_N.mean(dtype=np.float64)) if rated.entries else np.nan
    sums_U = np.bincount(rated.user_rows_N, rated.ratings_N - mean, minlength=len(rated))
    means_U = np.append(mean + sums_U / (rated.counts_U + _DAMPING), mean)
    return means_U[user_rows_P].astype(np.float32)
