"""Entries in any order -> entries that lie together by a key (their person, or their title), in the order they came.

Stands between the entries as read and the sparse rows. A counting sort in slices: no call takes long, and nothing
but the result is as large as the entries.

Shapes: S entries of a slice, N entries, K keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Int32, Int64
from engine.events import Job

SLICE = 1 << 20
"""Entries that are looked at between two yields: some 10 to 100 ms of work."""


class Places:
    """Where entries go. Ask for slice after slice of their keys, in order; `counts_K` is how often each key comes."""

    def __init__(self, counts_K: npt.NDArray[Any]) -> None:
        self.indptr_K1: Int64 = starts_of(counts_K)
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


def starts_of(counts_K: npt.NDArray[Any]) -> Int64:
    """Where each key's entries start in the result, and at the end where they all end (K + 1 values)."""
    return np.concatenate([[0], np.cumsum(counts_K)]).astype(np.int64)


def slices_of(entries: int) -> Iterator[slice]:
    """All entries, in slices that are quickly worked through."""
    for start in range(0, entries, SLICE):
        yield slice(start, min(start + SLICE, entries))


def spans_of(indptr_K1: Int64) -> Iterator[tuple[int, int]]:
    """All keys, in spans (first, behind the last) that hold about a slice of entries each, and one key at least."""
    first = 0
    while first < len(indptr_K1) - 1:
        behind = int(np.searchsorted(indptr_K1, indptr_K1[first] + SLICE, side="right")) - 1
        behind = max(first + 1, behind)
        yield first, behind
        first = behind
