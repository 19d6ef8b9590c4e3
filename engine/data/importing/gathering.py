"""Ratings files -> Gathered: every entry of all files, grouped by person. Nothing is written.

Shapes: N entries of all files, U people, I titles.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Histories, Int32, Int64, Vocabulary
from engine.data.importing.finding import find_ratings
from engine.data.importing.grouping import Places, Repeats, find_repeats, room_for
from engine.data.importing.identifying import IdColumn
from engine.data.importing.options import ImportOptions
from engine.data.importing.ratings_table import (
    RatingsTable,
    ReadingProgress,
    mark_seen_only,
    read_table,
    refuse_empty,
)
from engine.data.importing.strengths import Counts, counts_as_said
from engine.data.reading.archives import size_of
from engine.data.reading.roles import Given
from engine.data.reading.rows import RatingsBlock
from engine.data.reading.times import times_in_seconds
from engine.errors import DataError
from engine.events import Job, Pace, Progressed, StageStarted
from engine.wording import said

Column = npt.NDArray[Any]


@dataclass
class Gathered:
    """All entries of some files, with `repeats` of a person and title; `cache` answers the next choice sooner.

    `counts` is there where the ratings are counts, as they stand in the histories.
    """

    paths: tuple[Path, ...]
    tables: tuple[RatingsTable, ...]
    users: Vocabulary
    items: Vocabulary
    histories: Histories
    repeats: tuple[Repeats, ...]
    seconds: float
    counts: Counts | None = None
    cache: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def entries(self) -> int:
        return self.histories.entries

    @property
    def replaced(self) -> int:
        """How many entries go because their person has another for the title."""
        return sum(repeat.replaced for repeat in self.repeats)

    @property
    def has_times(self) -> bool:
        """Whether the files say when (without times, nobody knows who was active in the last years)."""
        return self.histories.times_N is not None


@dataclass
class _Slice:
    """Entries of one block, as read: rows are those of the vocabularies."""

    table: RatingsTable
    ratings_S: Float32
    times_S: Int64 | None
    dropped_S: Bools | None = None


class _Entries:
    """The entries of all blocks read so far, copied out of the parser's larger memory."""

    def __init__(self) -> None:
        self.users, self.items = IdColumn(), IdColumn()
        self.slices: list[_Slice] = []
        self.table: RatingsTable

    def add(self, block: RatingsBlock) -> None:
        self.users.add(block.users_N)
        self.items.add(block.items_N)
        times_S = None if block.times_N is None else block.times_N.copy()
        self.slices.append(_Slice(self.table, block.ratings_N.copy(), times_S, block.dropped_N))

    def forget(self, blocks: int) -> None:
        left = len(self.slices) - blocks
        self.users.forget_from(left)
        self.items.forget_from(left)
        del self.slices[left:]


def gather(paths: Sequence[Path], options: ImportOptions) -> Job[Gathered]:
    """All entries of these files (plain, .gz, .zip or folders); only `given` counts here. Raises DataError."""
    started = time.monotonic()
    yield StageStarted("looking", said("Looking at what the files are"))
    tables = yield from _looked_at(paths, options.given)
    yield StageStarted("reading", said("Reading {names}", names=", ".join(table.source.name for table in tables)))
    progress = ReadingProgress(sum(size_of(table.source) for table in tables))
    entries = _Entries()
    for table in tables:
        entries.table = table
        yield from read_table(table, progress, into=entries)
    refuse_empty(tables)
    mark_seen_only(tables)
    counts = _counts_of(tables, options.given.counts)
    yield StageStarted("arranging", said("Arranging people and titles"))
    users_of, users = yield from entries.users.join()
    items_of, items = yield from entries.items.join()
    columns = deque(users_of), deque(items_of), deque(entries.slices)
    del users_of, items_of, entries
    histories = yield from _grouped(*columns, people=len(users))
    repeats = yield from find_repeats(histories, titles=len(items))
    given = tuple(Path(path) for path in paths)
    return Gathered(given, tuple(tables), users, items, histories, repeats, time.monotonic() - started, counts)


def _counts_of(tables: Sequence[RatingsTable], counts_as: str | None) -> Counts | None:
    """What the ratings of all files are where they are counts: what was seen, unless a person wants strengths."""
    counting = [table for table in tables if table.counts and table.rated]
    if not counting:
        return None
    counts = Counter[float]()
    for table in counting:
        counts.update(table.rated)
    return Counts.of(counts, counts_as_said(counts_as))


def _looked_at(paths: Sequence[Path], given: Given) -> Job[list[RatingsTable]]:
    if not paths:
        raise DataError(said("There is no file to import."), remedy=said("Choose a ratings file."))
    yield None
    return [RatingsTable(source, shape) for source, shape in find_ratings(paths, given)]


def _grouped(users: deque[Int32], items: deque[Int32], slices: deque[_Slice], *, people: int) -> Job[Histories]:
    """Sparse rows of all entries; what came in is used up slice by slice."""
    counts_U = np.zeros(people, dtype=np.int64)
    for rows_S in users:
        counts_U += np.bincount(rows_S, minlength=people)
        yield None
    places, total, pace = Places(counts_U), int(counts_U.sum()), Pace()
    item_rows_N: Int32 = yield from room_for(total, np.int32)
    ratings_N: Float32 = yield from room_for(total, np.float32)
    times_N: Int64 | None = None
    if any(some.times_S is not None for some in slices):
        times_N = yield from room_for(total, np.int64)
    done = 0
    while slices:
        some = slices.popleft()
        order_S, places_S = places.of(users.popleft())
        item_rows_N[places_S] = _in_order(items.popleft(), order_S)
        ratings_N[places_S] = _in_order(some.table.ratings_of(some.ratings_S, some.dropped_S), order_S)
        if times_N is not None:
            times_N[places_S] = 0 if some.times_S is None else _in_order(_times_of(some), order_S)
        done += len(places_S)
        yield (
            Progressed(said("Arranging {done:,} of {total:,} entries", done=done, total=total), done, total, "entries")
            if pace.due()
            else None
        )
    return Histories(places.indptr_K1, item_rows_N, ratings_N, times_N)


def _in_order(values_S: Column, order_S: Int64 | None) -> Column:
    return values_S if order_S is None else values_S[order_S]


def _times_of(some: _Slice) -> Int64:
    """In seconds."""
    times_S = np.zeros(0, np.int64) if some.times_S is None else some.times_S
    if some.table.shape.times.kind in ("whole", "number"):
        return times_in_seconds(times_S, largest=some.table.largest_time)
    return times_S
