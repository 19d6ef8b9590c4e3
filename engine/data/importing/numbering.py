"""Ids that are whole numbers -> small numbers of our own, by looking them up in one table.

Stands below identifying.py: most files call people and titles by numbers, and this costs a tenth of comparing texts.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Int32, Int64
from engine.data.reading.block_table import numbers_in

LARGEST = (1 << 25) - 1
"""So the table takes at most 128 MiB."""
_POWERS = 10 ** np.arange(1, 10, dtype=np.int64)


class Numbers:
    """All whole numbers seen so far, in the order in which they came."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, np.int32)
        self._seen: list[Int64] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def rows_of(self, words: pa.Array) -> Int32 | None:
        """The row of each word; None where one is no plain whole number from 0 to `LARGEST` ("07" is not plain)."""
        numbers = _numbers_in(words)
        if numbers is None:
            return None
        if len(numbers) and int(numbers.max()) >= len(self._rows):
            self._grow(int(numbers.max()) + 1)
        rows = self._rows[numbers]
        if len(rows) and int(rows.min()) < 0:
            self._add(np.sort(numbers[rows < 0]))
            rows = self._rows[numbers]
        return rows

    def order_of(self, used: Bools) -> tuple[Int64, list[str]]:
        """The rows that are used, in the order of their numbers, and what they are called."""
        numbers = np.concatenate([np.zeros(0, np.int64), *self._seen])
        rows = np.flatnonzero(used)
        order = rows[np.argsort(numbers[rows])]
        return order, [str(one) for one in numbers[order].tolist()]

    def words(self) -> pa.Array:
        """All of them as texts, by row."""
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


def _numbers_in(words: pa.Array) -> Int64 | None:
    lengths = numbers_in(pc.binary_length(words), blank=0)
    if len(words) and (lengths.max() > len(_POWERS) or lengths.min() < 1):
        return None
    try:
        numbers: Int64 = numbers_in(words.cast(pa.int64()), blank=-1)
    except pa.ArrowInvalid:
        return None
    are_plain = len(words) == 0 or (int(numbers.min()) >= 0 and int(numbers.max()) <= LARGEST)
    if not are_plain or bool((np.searchsorted(_POWERS, numbers, side="right") + 1 != lengths).any()):
        return None
    return numbers
