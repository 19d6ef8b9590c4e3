"""Ids as texts, block by block -> whole numbers from 0, and the vocabulary that says which is which.

Shapes: N entries of a block.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Int32, Int64, Vocabulary
from engine.data.reading.values import numbers_in
from engine.events import Job

LARGEST = (1 << 25) - 1
"""So the table of numbers takes at most 128 MiB."""
_LEAST_TO_JOIN = 1 << 19
_WHOLE_NUMBER = r"^(0|-?[1-9][0-9]{0,17})$"
WITH_POINT = r"^(0|-?[1-9][0-9]{0,17})\.0+$"
"""How programs write whole numbers of a column in which some are missing."""
_POWERS = 10 ** np.arange(1, 10, dtype=np.int64)


def without_points(ids: Sequence[str]) -> list[str]:
    """The ids as they will be known: 8.0 as 8, if all are whole numbers."""
    are_whole = all(re.match(_WHOLE_NUMBER, id_) or re.match(WITH_POINT, id_) for id_ in ids)
    return [re.sub(WITH_POINT, r"\1", id_) for id_ in ids] if are_whole else list(ids)


class Numbers:
    """All whole numbers seen so far, in the order in which they came."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, np.int32)
        self._seen: list[Int64] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def rows_of(self, texts: pa.Array) -> Int32 | None:
        """The row of each word; None where one is no plain whole number from 0 to `LARGEST` ("07" is not plain)."""
        numbers = _numbers_in(texts)
        if numbers is None:
            return None
        if len(numbers) and int(numbers.max()) >= len(self._rows):
            self._grow(int(numbers.max()) + 1)
        rows = self._rows[numbers]
        if len(rows) and int(rows.min()) < 0:
            self._add(np.sort(numbers[rows < 0]))
            rows = self._rows[numbers]
        return rows

    def ranked(self, used: Bools) -> tuple[Int32, list[str]]:
        """The place of each used row in the order of numbers, and these numbers."""
        numbers = np.concatenate([np.zeros(0, np.int64), *self._seen])
        rows = np.flatnonzero(used)
        order = rows[np.argsort(numbers[rows])]
        rank = np.full(len(used), -1, dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return rank, [str(number) for number in numbers[order].tolist()]

    def texts(self) -> pa.Array:
        numbers = np.concatenate([np.zeros(0, np.int64), *self._seen])
        return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)]).cast(pa.string())

    def _grow(self, least: int) -> None:
        rows = np.full(min(LARGEST + 1, max(least, 2 * len(self._rows))), -1, np.int32)
        rows[: len(self._rows)] = self._rows
        self._rows = rows

    def _add(self, fresh: Int64) -> None:
        fresh = fresh[np.append(True, fresh[1:] != fresh[:-1])]
        self._rows[fresh] = np.arange(self._count, self._count + len(fresh), dtype=np.int32)
        self._count += len(fresh)
        self._seen.append(fresh)


def _numbers_in(texts: pa.Array) -> Int64 | None:
    lengths = numbers_in(pc.binary_length(texts), blank=0)
    if len(texts) and (lengths.max() > len(_POWERS) or lengths.min() < 1):
        return None
    try:
        numbers: Int64 = numbers_in(texts.cast(pa.int64()), blank=-1)
    except pa.ArrowInvalid:
        return None
    are_plain = len(texts) == 0 or (int(numbers.min()) >= 0 and int(numbers.max()) <= LARGEST)
    if not are_plain or bool((np.searchsorted(_POWERS, numbers, side="right") + 1 != lengths).any()):
        return None
    return numbers


class IdColumn:
    """The ids of one column of entries, in blocks. `add` them all, then `join` for the numbers and the vocabulary."""

    def __init__(self) -> None:
        self._numbers: Numbers | None = Numbers()
        self._known = pa.nulls(0, pa.string())
        self._blocks: list[Int32] = []
        self._tables: list[Int32] = []
        self._pending: list[pa.Array] = []
        self._texts_pending = 0

    def add(self, ids_N: pa.DictionaryArray) -> None:
        """The ids of one more block of entries; spaces around an id do not count."""
        self._blocks.append(np.array(numbers_in(ids_N.indices, blank=0), np.int32))
        texts = pc.utf8_trim_whitespace(ids_N.dictionary.cast(pa.string()))
        if self._numbers is not None:
            rows = self._numbers.rows_of(texts)
            if rows is not None:
                self._tables.append(rows)
                return
            self._known, self._numbers = self._numbers.texts(), None
        self._pending.append(texts)
        self._texts_pending += len(texts)
        if self._texts_pending > max(_LEAST_TO_JOIN, len(self._known)):
            self._join_pending()

    def forget_from(self, block: int) -> None:
        """Take back all blocks from this one on (counted from 0), as when a file must be read again."""
        self._join_pending()
        del self._blocks[block:], self._tables[block:]

    def join(self) -> Job[tuple[list[Int32], Vocabulary]]:
        """The row of each entry's id, block by block, and the vocabulary: by number if all are whole, else by text.

        Where all are whole numbers, 8.0 is the same as 8.
        """
        self._join_pending()
        yield None
        used = np.zeros(len(self._known if self._numbers is None else self._numbers), dtype=bool)
        for table in self._tables:
            used[table] = True
            yield None
        rank, ids = self._ranked(used) if self._numbers is None else self._numbers.ranked(used)
        yield None
        for block, table in enumerate(self._tables):
            np.take(rank[table], self._blocks[block], out=self._blocks[block], mode="clip")
            yield None
        blocks, self._blocks, self._tables = self._blocks, [], []
        return blocks, Vocabulary(ids)

    def _join_pending(self) -> None:
        if not self._pending:
            return
        joined = pa.concat_arrays([self._known, *self._pending]).dictionary_encode()
        rows = numbers_in(joined.indices, blank=0)
        start = len(self._known)
        for texts in self._pending:
            self._tables.append(rows[start : start + len(texts)].copy())
            start += len(texts)
        self._known, self._pending, self._texts_pending = joined.dictionary, [], 0

    def _ranked(self, used: Bools) -> tuple[Int32, list[str]]:
        """The place of each used row in the order of ids, and these ids."""
        rows = np.flatnonzero(used)
        ids = self._known.take(_arrow_of(rows))
        are_whole = pc.or_(pc.match_substring_regex(ids, _WHOLE_NUMBER), pc.match_substring_regex(ids, WITH_POINT))
        are_numbers = bool(pc.all(are_whole).as_py())
        if are_numbers:
            ids = pc.replace_substring_regex(ids, WITH_POINT, r"\1")
        kinds = ids.dictionary_encode()
        order = numbers_in(_sorted(kinds.dictionary, as_numbers=are_numbers), blank=0).astype(np.int64)
        rank_K = np.empty(len(order), dtype=np.int32)
        rank_K[order] = np.arange(len(order), dtype=np.int32)
        rank = np.full(len(used), -1, dtype=np.int32)
        rank[rows] = rank_K[numbers_in(kinds.indices, blank=0)]
        return rank, kinds.dictionary.take(_arrow_of(order)).to_pylist()


def _sorted(ids: pa.Array, *, as_numbers: bool) -> pa.Array:
    return pc.sort_indices(ids.cast(pa.int64()) if as_numbers else ids)


def _arrow_of(rows: Int64) -> pa.Array:
    """As `pa.array(rows)`, which would import pandas, for half a second."""
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(np.ascontiguousarray(rows))])
