"""Ids of any kind -> small whole numbers, block by block: what makes entries compact while they are read.

Stands between the readers and the entries that are gathered. Each block brings its own dictionary of ids. Numbers are
looked up in a table; once other ids come, dictionaries are joined when enough new words have come together, so that
the whole costs about one look at each block's dictionary.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Int32, Int64, Vocabulary
from engine.data.importing.numbering import Numbers
from engine.data.reading.block_table import numbers_in
from engine.events import Job

_LEAST_TO_JOIN = 1 << 19
_WHOLE_NUMBER = r"^(0|-?[1-9][0-9]{0,17})$"


class IdColumn:
    """The ids of one column of entries, in blocks. `add` them all, then `join` for the numbers and the vocabulary."""

    def __init__(self) -> None:
        self._numbers: Numbers | None = Numbers()
        self._known = pa.nulls(0, pa.string())
        self._blocks: list[Int32] = []
        self._tables: list[Int32] = []
        self._pending: list[pa.Array] = []
        self._words_pending = 0

    def add(self, ids_N: pa.DictionaryArray) -> None:
        """The ids of one more block of entries; spaces around an id do not count."""
        self._blocks.append(np.array(numbers_in(ids_N.indices, blank=0), np.int32))
        words = pc.utf8_trim_whitespace(ids_N.dictionary.cast(pa.string()))
        if self._numbers is not None:
            rows = self._numbers.rows_of(words)
            if rows is not None:
                self._tables.append(rows)
                return
            self._known, self._numbers = self._numbers.words(), None
        self._pending.append(words)
        self._words_pending += len(words)
        if self._words_pending > max(_LEAST_TO_JOIN, len(self._known)):
            self._join_pending()

    def forget_from(self, block: int) -> None:
        """Take back all blocks from this one on (counted from 0), as when a file must be read again."""
        self._join_pending()
        del self._blocks[block:], self._tables[block:]

    def join(self) -> Job[tuple[list[Int32], Vocabulary]]:
        """For each block the row of each entry's id, and the vocabulary of the ids that occur.

        They are ordered by number where all are whole numbers, else by text; an id with a leading zero is a text.
        """
        self._join_pending()
        yield None
        used = np.zeros(len(self._known if self._numbers is None else self._numbers), dtype=bool)
        for table in self._tables:
            used[table] = True
            yield None
        order, ids = self._order_of(used) if self._numbers is None else self._numbers.order_of(used)
        yield None
        rank = np.full(len(used), -1, dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
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
        for words in self._pending:
            self._tables.append(rows[start : start + len(words)].copy())
            start += len(words)
        self._known, self._pending, self._words_pending = joined.dictionary, [], 0

    def _order_of(self, used: Bools) -> tuple[Int64, list[str]]:
        """The rows of the words that are used, in their order, and the words."""
        rows = np.flatnonzero(used)
        ids = self._known.take(_arrow_of(rows))
        are_numbers = pc.all(pc.match_substring_regex(ids, _WHOLE_NUMBER)).as_py()
        order = pc.sort_indices(ids.cast(pa.int64()) if are_numbers else ids)
        return rows[numbers_in(order, blank=0).astype(np.int64)], ids.take(order).to_pylist()


def _arrow_of(rows: Int64) -> pa.Array:
    """As `pa.array(rows)`, which would import pandas, for half a second."""
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(np.ascontiguousarray(rows))])
