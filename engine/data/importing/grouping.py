"""Entries grouped by a key (person or title), each pair once: a counting sort in slices, in file order.

Of the entries of a pair the newest is the last: the one with the latest time, and where times are equal or missing the
one that came later. An entry without a time (0) is older than any with one.

Shapes: S entries of a slice, N entries, K keys, R entries of pairs that repeat, P such pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Histories, Int32, Int64
from engine.data.importing.options import Duplicates
from engine.events import Job

SLICE = 1 << 20
"""Entries that are looked at between two yields: some 10 to 100 ms of work."""


class Places:
    """Where entries go. Ask for slice after slice of their keys, in order; `counts_K` is how often each key comes."""

    def __init__(self, counts_K: npt.NDArray[Any]) -> None:
        self.indptr_K1: Int64 = np.concatenate([[0], np.cumsum(counts_K)]).astype(np.int64)
        self._next_K = self.indptr_K1[:-1].copy()

    def of(self, keys_S: Int32) -> tuple[Int64 | None, Int64]:
        """In which order to take this slice (None: as it is), and the places in the result for entries so taken."""
        order_S = None
        if len(keys_S) > 1 and bool((keys_S[1:] < keys_S[:-1]).any()):
            packed_S = (keys_S.astype(np.int64) << 32) | np.arange(len(keys_S), dtype=np.int64)
            packed_S.sort()
            order_S = packed_S & 0xFFFFFFFF
            keys_S = (packed_S >> 32).astype(np.int32)
        first_R = np.flatnonzero(np.concatenate([[True], keys_S[1:] != keys_S[:-1]])[: len(keys_S)])
        lengths_R = np.diff(np.append(first_R, len(keys_S)))
        keys_R = keys_S[first_R]
        places_S = np.repeat(self._next_K[keys_R] - first_R, lengths_R) + np.arange(len(keys_S), dtype=np.int64)
        self._next_K[keys_R] += lengths_R
        return order_S, places_S


def room_for(entries: int, kind: type[np.generic]) -> Job[npt.NDArray[Any]]:
    """An array to be filled in any order. Its memory is claimed in slices: the system takes seconds for gigabytes."""
    values = np.empty(entries, kind)
    for part in slices_of(entries):
        values[part] = 0
        yield None
    return values


def slices_of(entries: int) -> Iterator[slice]:
    for start in range(0, entries, SLICE):
        yield slice(start, min(start + SLICE, entries))


def spans_of(indptr_K1: Int64, *, most: int = SLICE) -> Iterator[tuple[int, int]]:
    """All keys, in spans (first, behind the last) that hold about a slice of entries each, and one key at least."""
    first = 0
    while first < len(indptr_K1) - 1:
        behind = int(np.searchsorted(indptr_K1, indptr_K1[first] + most, side="right")) - 1
        behind = max(first + 1, behind)
        yield first, behind
        first = behind


@dataclass(frozen=True)
class Repeats:
    """Entries of pairs that come more than once, pair by pair and in file order: their places, each pair's start."""

    places_R: Int64
    starts_P: Int64

    @property
    def replaced(self) -> int:
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


def settle(
    histories: Histories, repeats: tuple[Repeats, ...], *, policy: Duplicates | Literal["sum"]
) -> Job[Histories]:
    """Each pair once: the newest or highest rating in its place, or the mean or sum in the newest's, with its time."""
    if not repeats:
        return histories
    kept_N = np.ones(histories.entries, dtype=bool)
    for repeat in repeats:
        kept_N[repeat.places_R] = False
        kept_N[repeat.places_R[_chosen(repeat, histories, policy)]] = True
        yield None
    settled = yield from only(histories, kept_N)
    if policy in ("mean", "sum"):
        for repeat in repeats:
            _write_joint(settled, histories, repeat, kept_N, is_mean=policy == "mean")
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


def _chosen(repeats: Repeats, histories: Histories, policy: str) -> Int64:
    """Which of the R entries stays, one for each pair."""
    ratings_R = histories.ratings_N[repeats.places_R]
    worth_R: npt.NDArray[Any] = np.nan_to_num(ratings_R, nan=-np.inf) if policy == "max" else ~np.isnan(ratings_R)
    times_R = np.zeros(len(ratings_R), np.int64)
    if histories.times_N is not None:
        times_R = histories.times_N[repeats.places_R]
        times_R[times_R == 0] = np.iinfo(np.int64).min
    order_R = np.lexsort((times_R, worth_R))
    rank_R = np.empty(len(order_R), np.int64)
    rank_R[order_R] = np.arange(len(order_R))
    return order_R[np.maximum.reduceat(rank_R, repeats.starts_P)]


def _write_joint(settled: Histories, histories: Histories, repeats: Repeats, kept_N: Bools, *, is_mean: bool) -> None:
    """In place of the newest rating of each pair the mean of all, or their sum, and the latest of their times."""
    ratings_R = histories.ratings_N[repeats.places_R].astype(np.float64)
    rated_R = ~np.isnan(ratings_R)
    counts_P = np.add.reduceat(rated_R.astype(np.int64), repeats.starts_P)
    sums_P = np.add.reduceat(np.where(rated_R, ratings_R, 0), repeats.starts_P)
    some_P = counts_P > 0
    places_P = _places_after(repeats.places_R[_chosen(repeats, histories, "mean")], kept_N)
    settled.ratings_N[places_P[some_P]] = sums_P[some_P] / (counts_P[some_P] if is_mean else 1)
    if settled.times_N is not None and histories.times_N is not None:
        counting_R = rated_R | np.repeat(~some_P, np.diff(np.append(repeats.starts_P, len(rated_R))))
        times_R = np.where(counting_R, histories.times_N[repeats.places_R], np.iinfo(np.int64).min)
        settled.times_N[places_P] = np.maximum.reduceat(times_R, repeats.starts_P)


def _places_after(places: Int64, kept_N: Bools) -> Int64:
    """Where these entries are once only the kept ones are left. Looks at the span that they lie in only."""
    first = int(places.min())
    before = int(np.count_nonzero(kept_N[:first]))
    return before + np.cumsum(kept_N[first : int(places.max()) + 1])[places - first] - 1
