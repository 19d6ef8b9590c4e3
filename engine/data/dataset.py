"""The Dataset: who rated what, as sparse rows, with two vocabularies and a catalogue, maybe memory-mapped.

Shapes: U people, I titles, N entries.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.catalogue import Catalogue
from engine.errors import DataError
from engine.events import Job
from engine.wording import said

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

EARLIEST, LATEST = 631_152_000, 4_102_444_800
"""1990 and 2100 in Unix seconds: ratings are no older, so that other numbers are no Unix times."""
NEVER = range(2 * 365 * 86_400)
"""1970 and 1971 in Unix seconds: small numbers that only say what came first, and 0 for no time."""
_NUMBER = r"(-?\d{1,6}(?:[.,]\d{1,4})?)"
_SAID = re.compile(
    rf"{_NUMBER}\s*(?:\.{{2,3}}|…|–|-|to|:)\s*{_NUMBER}(?:\s*(?:\.{{2,3}}|…|/|:|,?\s*(?:in\s+)?steps?(?:\s+of)?|by)\s*{_NUMBER})?"
)

_HASHED_AT_ONCE = 1 << 21


@dataclass(frozen=True)
class Scale:
    """The ratings a data set uses: `low` to `high` in steps of `step` (0 where ratings are continuous)."""

    low: float
    high: float
    step: float

    @staticmethod
    def said(text: str) -> Scale:
        """The scale that a person says: 1..5..1, or 0.5 to 5 in steps of 0.5; any number between where no step is said.

        Raises DataError.

        >>> Scale.said("0.5..4..0.5")
        Scale(low=0.5, high=4.0, step=0.5)
        """
        found = _SAID.fullmatch(text.strip().lower().replace("−", "-"))
        numbers = [float(number.replace(",", ".")) for number in found.groups(default="0")] if found else []
        if not numbers:
            raise DataError(
                said("{text!r} is no scale.", text=text), remedy=said("Write it as 1..5..1: lowest, highest, step.")
            )
        low, high, step = numbers
        if not low < high:
            raise DataError(
                said("A scale from {low:g} to {high:g} has no room.", low=low, high=high),
                remedy=said("Write the lowest rating first."),
            )
        if step and (not 0 < step <= high - low or abs((high - low) / step - round((high - low) / step)) > 1e-6):
            raise DataError(
                said("Steps of {step:g} do not lead from {low:g} to {high:g}.", step=step, low=low, high=high),
                remedy=said("Write a step that does, or none."),
            )
        return Scale(low, high, step)

    @property
    def like(self) -> float:
        """The least rating that counts as a like: three quarters of the way up, 4 on five stars."""
        return self.low + 0.75 * (self.high - self.low)

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


class Vocabulary:
    """Turns what the file says (`item_id`) into our index (`item_row`) and back. The only place that does."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids: tuple[str, ...] = tuple(ids)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {id_: row for row, id_ in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, an_id: object) -> bool:
        return an_id in self._rows

    def row(self, an_id: str) -> int | None:
        return self._rows.get(an_id)

    def id(self, row: int) -> str:
        return self.ids[row]


@dataclass(frozen=True)
class Histories:
    """Sparse rows, one per person, entries in file order: CSR without a matrix.

    indptr_U1 counts entries, so person u owns indptr[u]:indptr[u+1] of the other arrays. A rating of NaN is
    *seen, not rated*. times_N (Unix seconds) is None where the file has none.
    """

    indptr_U1: Int64
    item_rows_N: Int32
    ratings_N: Float32
    times_N: Int64 | None = None

    def __len__(self) -> int:
        """How many people."""
        return len(self.indptr_U1) - 1

    @property
    def entries(self) -> int:
        return int(self.indptr_U1[-1])

    @property
    def counts_U(self) -> Int64:
        return np.diff(self.indptr_U1)

    @property
    def user_rows_N(self) -> Int64:
        """For each entry the row of its person in these histories."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.counts_U)

    def row(self, user_row: int) -> Histories:
        start, end = int(self.indptr_U1[user_row]), int(self.indptr_U1[user_row + 1])
        return Histories(
            np.array([0, end - start], dtype=np.int64),
            self.item_rows_N[start:end],
            self.ratings_N[start:end],
            None if self.times_N is None else self.times_N[start:end],
        )

    def take(self, user_rows: npt.NDArray[Any]) -> Histories:
        """The histories of some people, in the order given; themselves, not a copy, where that is all as they are."""
        if len(user_rows) == len(self) and np.array_equal(user_rows, np.arange(len(self))):
            return self
        counts = self.counts_U[user_rows]
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        entries = np.repeat(self.indptr_U1[:-1][user_rows] - indptr[:-1], counts) + np.arange(indptr[-1])
        return self._picked(indptr, entries)

    def where(self, keep_N: Bools) -> Histories:
        """The same people with only the entries where `keep_N` is true (someone may be left with none)."""
        kept_before_N1 = np.zeros(len(keep_N) + 1, dtype=np.int64)
        np.cumsum(keep_N, out=kept_before_N1[1:])
        indptr = kept_before_N1[self.indptr_U1]
        del kept_before_N1
        return self._picked(indptr, np.flatnonzero(keep_N))

    def likes(self, like: float) -> Histories:
        return self.where(self.ratings_N >= like)

    def rated(self) -> Histories:
        return self.where(~np.isnan(self.ratings_N))

    def _picked(self, indptr: Int64, entries: npt.NDArray[Any]) -> Histories:
        times = None if self.times_N is None else self.times_N[entries]
        return Histories(indptr, self.item_rows_N[entries], self.ratings_N[entries], times)

    @staticmethod
    def of(
        user_rows: npt.NDArray[Any],
        item_rows: npt.NDArray[Any],
        ratings: npt.NDArray[Any],
        *,
        people: int,
        times: npt.NDArray[Any] | None = None,
    ) -> Histories:
        """Histories from entries in any order; a person's entries keep the order they came in."""
        order = stable_order(user_rows)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(user_rows, minlength=people))]).astype(np.int64)
        return Histories(
            indptr,
            np.asarray(item_rows, dtype=np.int32)[order],
            np.asarray(ratings, dtype=np.float32)[order],
            None if times is None else np.asarray(times, dtype=np.int64)[order],
        )

    @staticmethod
    def of_one(item_rows: Sequence[int], ratings: Sequence[float | None]) -> Histories:
        """One person's profile; a rating of None is *seen, not rated*."""
        values = np.array([np.nan if rating is None else rating for rating in ratings], dtype=np.float32)
        return Histories(np.array([0, len(values)], dtype=np.int64), np.array(item_rows, dtype=np.int32), values)


@dataclass(frozen=True)
class Dataset:
    """Everything imported from one or several ratings files, ready to be split and learned from.

    Equal fingerprints mean equal entries and vocabularies. `asked_P2` are the pairs to be predicted, in the file's
    order: a user_row and an item_row each, -1 for unknown ones; None where the file asks for none.
    """

    dataset_id: str
    name: str
    users: Vocabulary
    items: Vocabulary
    catalogue: Catalogue
    histories: Histories
    scale: Scale
    fingerprint: str
    asked_P2: Int32 | None = None

    @property
    def people(self) -> int:
        return len(self.users)

    @property
    def titles(self) -> int:
        return len(self.items)

    @property
    def entries(self) -> int:
        return self.histories.entries

    def title_of(self, item_row: int) -> str:
        """The name of a title, or its id where it has none."""
        return self.catalogue.titles[item_row] or self.items.id(item_row)

    @cached_property
    def counts_I(self) -> Int64:
        """How many people have each title."""
        return np.bincount(self.histories.item_rows_N, minlength=self.titles).astype(np.int64)

    @property
    def density(self) -> float:
        """The share of all person-title pairs that is there, 0 to 1."""
        return self.entries / max(1, self.people * self.titles)


def learning_bytes(*, people: int, entries: int) -> int:
    """What models learn from in memory: a title and a rating for each entry, and where each person's entries start.

    >>> learning_bytes(people=138_493, entries=20_000_263)
    161110056
    """
    return 8 * (people + 1) + (4 + 4) * entries


def dense_bytes(*, people: int, titles: int) -> int:
    """What a table with a rating for every person and title would take, in float32.

    >>> dense_bytes(people=138_493, titles=26_744)
    14815427168
    """
    return 4 * people * titles


def stable_order(rows_N: npt.NDArray[Any], *, most: int | None = None) -> Int64:
    """What `np.argsort(rows_N, kind="stable")` gives for rows of 0 to 2^31, at a quarter of its time.

    Where the largest may be `most`, which two bytes hold, at less.
    """
    if most is not None and most < 2**16:
        return np.argsort(rows_N.astype(np.uint16), kind="stable")
    packed_N = (np.asarray(rows_N).astype(np.int64) << 32) | np.arange(len(rows_N), dtype=np.int64)
    packed_N.sort()
    return packed_N & 0xFFFFFFFF


def fingerprinting(histories: Histories, users: Vocabulary, items: Vocabulary) -> Job[str]:
    """A hash (BLAKE2, 16 bytes, hex) over entries and ids, not names; a portion takes some 10 ms."""
    digest = hashlib.blake2b(digest_size=16)
    for array in (histories.indptr_U1, histories.item_rows_N, histories.ratings_N, histories.times_N):
        if array is None:
            digest.update(b"-")
            continue
        for start in range(0, len(array), _HASHED_AT_ONCE):
            digest.update(np.ascontiguousarray(array[start : start + _HASHED_AT_ONCE]).data)
            yield None
    for vocabulary in (users, items):
        digest.update("\n".join(vocabulary.ids).encode())
        yield None
    return digest.hexdigest()
