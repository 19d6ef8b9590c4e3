"""Several entries of one person for one title: where they are, and what becomes of them.

Stands between the grouped entries and the data set. A rating beats a seen-only entry whatever the policy.

Shapes: N entries, R entries that repeat a pair or are repeated, P such pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Histories, Int64
from engine.data.importing.grouping import spans_of
from engine.data.importing.selection import Duplicates
from engine.events import Job


@dataclass(frozen=True)
class Repeats:
    """Entries of pairs that come more than once, pair by pair and in file order: their places, each pair's start."""

    places_R: Int64
    starts_P: Int64

    @property
    def replaced(self) -> int:
        """How many entries go."""
        return len(self.places_R) - len(self.starts_P)


def find_repeats(histories: Histories, *, titles: int) -> Job[tuple[Repeats, ...]]:
    """All pairs that come more than once, span by span of people; empty where there is none."""
    found = []
    for first, behind in spans_of(histories.indptr_U1):
        repeats = _within(histories, first, behind, titles)
        if repeats is not None:
            found.append(repeats)
        yield None
    return tuple(found)


def _within(histories: Histories, first: int, behind: int, titles: int) -> Repeats | None:
    indptr_U1 = histories.indptr_U1
    start, end = int(indptr_U1[first]), int(indptr_U1[behind])
    people_S = np.repeat(np.arange(behind - first, dtype=np.int64), np.diff(indptr_U1[first : behind + 1]))
    pairs_S = people_S * titles + histories.item_rows_N[start:end]
    sorted_S = np.sort(pairs_S)
    if not bool((sorted_S[1:] == sorted_S[:-1]).any()):
        return None
    order_S = np.argsort(pairs_S, kind="stable")
    sorted_S = pairs_S[order_S]
    as_before_S = np.concatenate([[False], sorted_S[1:] == sorted_S[:-1], [False]])
    concerned_S = as_before_S[1:] | as_before_S[:-1]
    starts_P = np.flatnonzero(~as_before_S[:-1][concerned_S])
    return Repeats(order_S[concerned_S] + start, starts_P)


def settle(histories: Histories, repeats: tuple[Repeats, ...], *, policy: Duplicates) -> Job[Histories]:
    """Each pair once. The last or the highest rating stays in its place; a mean takes the place of the last one.

    A mean carries the latest time of those it comes from.
    """
    if not repeats:
        return histories
    kept_N = np.ones(histories.entries, dtype=bool)
    for one in repeats:
        kept_N[one.places_R] = False
        kept_N[one.places_R[_chosen(one, histories.ratings_N[one.places_R], policy)]] = True
        yield None
    settled = yield from only(histories, kept_N)
    if policy == "mean":
        for one in repeats:
            _write_means(settled, histories, one, kept_N)
            yield None
    return settled


def only(histories: Histories, kept_N: Bools) -> Job[Histories]:
    """The same people with only the entries that are kept, copied span by span."""
    entries = int(np.count_nonzero(kept_N))
    item_rows_N, ratings_N = np.empty(entries, np.int32), np.empty(entries, np.float32)
    times_N = None if histories.times_N is None else np.empty(entries, np.int64)
    counts_U, done = np.zeros(len(histories), np.int64), 0
    for first, behind in spans_of(histories.indptr_U1):
        start, end = int(histories.indptr_U1[first]), int(histories.indptr_U1[behind])
        kept_S = kept_N[start:end]
        before_S1 = np.concatenate([[0], np.cumsum(kept_S)])
        counts_U[first:behind] = np.diff(before_S1[histories.indptr_U1[first : behind + 1] - start])
        to = slice(done, done + int(before_S1[-1]))
        item_rows_N[to] = histories.item_rows_N[start:end][kept_S]
        ratings_N[to] = histories.ratings_N[start:end][kept_S]
        if times_N is not None and histories.times_N is not None:
            times_N[to] = histories.times_N[start:end][kept_S]
        done = to.stop
        yield None
    return Histories(np.concatenate([[0], np.cumsum(counts_U)]).astype(np.int64), item_rows_N, ratings_N, times_N)


def _chosen(repeats: Repeats, ratings_R: Float32, policy: Duplicates) -> Int64:
    """Which of the R entries stays, one for each pair."""
    entries = len(ratings_R)
    worth_R: npt.NDArray[Any] = ~np.isnan(ratings_R)
    if policy == "max":
        worth_R = np.unique(np.nan_to_num(ratings_R, nan=-np.inf), return_inverse=True)[1]
    rank_R = worth_R.astype(np.int64) * entries + np.arange(entries)
    chosen: Int64 = np.maximum.reduceat(rank_R, repeats.starts_P) % entries
    return chosen


def _write_means(settled: Histories, histories: Histories, repeats: Repeats, kept_N: Bools) -> None:
    ratings_R = histories.ratings_N[repeats.places_R].astype(np.float64)
    rated_R = ~np.isnan(ratings_R)
    counts_P = np.add.reduceat(rated_R.astype(np.int64), repeats.starts_P)
    sums_P = np.add.reduceat(np.where(rated_R, ratings_R, 0), repeats.starts_P)
    some_P = counts_P > 0
    places_P = _places_after(repeats.places_R[_chosen(repeats, histories.ratings_N[repeats.places_R], "mean")], kept_N)
    settled.ratings_N[places_P[some_P]] = sums_P[some_P] / counts_P[some_P]
    if settled.times_N is not None and histories.times_N is not None:
        counting_R = rated_R | np.repeat(~some_P, np.diff(np.append(repeats.starts_P, len(rated_R))))
        times_R = np.where(counting_R, histories.times_N[repeats.places_R], np.iinfo(np.int64).min)
        settled.times_N[places_P] = np.maximum.reduceat(times_R, repeats.starts_P)


def _places_after(places: Int64, kept_N: Bools) -> Int64:
    """Where these entries are once only the kept ones are left. Looks at the span that they lie in only."""
    first = int(places.min())
    before = int(np.count_nonzero(kept_N[:first]))
    found: Int64 = before + np.cumsum(kept_N[first : int(places.max()) + 1])[places - first] - 1
    return found
