"""A RatingsTable: what is known of one ratings file while and after it is read; and the reading of it.

Stands between the readers and gathering.py, which keeps the entries themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Histories, Int64
from engine.data.importing.identifying import spans_of
from engine.data.importing.items import MOST_VALUES, find_unrated
from engine.data.importing.options import Duplicates
from engine.data.reading.archives import Source
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.readers import Pairs, RatingsBlock
from engine.data.reading.roles import Shape
from engine.data.reading.rows import MOST_PROBLEMS, Problem
from engine.data.reading.sniff import read_pieces
from engine.errors import DataError
from engine.events import Job, Pace, Progressed


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
        for repeat in repeats:
            _write_means(settled, histories, repeat, kept_N)
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


@dataclass
class RatingsTable:
    """One file. `values` counts its ratings (NaN left out) while they are few kinds, `entries` those that are kept.

    `pairs` are those that it asks to be predicted, `notes` sentences for the report; `unrated` are ratings that mean
    *seen, not rated*, once all is read.
    """

    source: Source
    shape: Shape
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    values: Counter[float] = field(default_factory=Counter)
    pairs: list[Pairs] = field(default_factory=list)
    entries: int = 0
    largest_time: int = 0
    unrated: tuple[float, ...] = ()
    seen_only: bool = False

    def count(self, block: RatingsBlock) -> None:
        """Take down what a block of entries adds to the figures."""
        self.entries += len(block.ratings_N)
        self.skipped += block.skipped
        self.problems += block.problems[: MOST_PROBLEMS - len(self.problems)]
        if len(self.values) <= MOST_VALUES:
            kinds, counts = np.unique(block.ratings_N, return_counts=True)
            known = ~np.isnan(kinds)
            self.values.update(dict(zip(kinds[known].tolist(), counts[known].tolist(), strict=True)))
        if block.times_N is not None and len(block.times_N):
            self.largest_time = max(self.largest_time, int(block.times_N.max()), -int(block.times_N.min()))

    def begin_again(self) -> None:
        """Forget all figures: the file is read once more."""
        self.notes, self.problems, self.pairs, self.skipped, self.values = [], [], [], Counter(), Counter()
        self.entries = self.largest_time = 0

    @property
    def rated_values(self) -> list[float]:
        """The kinds of ratings that are ratings."""
        return [] if self.seen_only else [value for value in self.values if value not in self.unrated]

    def ratings_of(self, ratings_N: Float32) -> Float32:
        """Ratings of this file with NaN for those that mean *seen, not rated*. Only once all is read."""
        if self.seen_only:
            return np.full_like(ratings_N, np.nan)
        if self.unrated:
            return np.where(np.isin(ratings_N, self.unrated), np.float32(np.nan), ratings_N)
        return ratings_N


class Kept(Protocol):
    """Whoever keeps the entries of blocks."""

    def add(self, block: RatingsBlock) -> None: ...

    def forget(self, blocks: int) -> None: ...


@dataclass
class ReadingProgress:
    """How far all files of an import are together: words for people, and bytes."""

    total_bytes: int
    pace: Pace = field(default_factory=Pace)
    bytes_before: int = 0
    lines_before: int = 0

    def at(self, *, position: int, line: int) -> Progressed | None:
        """The event to report now, or None where the last one is too recent."""
        if not self.pace.due():
            return None
        done, lines = min(self.bytes_before + position, self.total_bytes), self.lines_before + line
        guess = lines * self.total_bytes / max(1, done)
        rounded = round(guess, 2 - len(str(int(guess))))
        about = f" of about {rounded:,.0f}" if done < self.total_bytes and rounded > lines else ""
        return Progressed(f"Reading line {lines:,}{about}", done, self.total_bytes, "bytes")


def read_table(table: RatingsTable, progress: ReadingProgress, *, into: Kept) -> Job[None]:
    """Reads a file: its figures into the table, its entries `into` who keeps them. Stop goes through at every block."""
    try:
        size, lines = yield from _read_all(table, progress, into)
    except NotUtf8Error:
        table.shape = replace(table.shape, encoding="cp1252")
        size, lines = yield from _read_all(table, progress, into)
    table.notes += table.shape.notes
    if table.shape.encoding == "cp1252":
        table.notes.append(f"{table.source.name} is not UTF-8; it was read as Western European (cp1252).")
    if "time" in table.shape.roles and table.shape.time_kind is None:
        table.notes.append(f"The times of {table.source.name} are no numbers or dates; they were left out.")
    _decide_unrated(table)
    progress.bytes_before += size
    progress.lines_before += lines


def _read_all(table: RatingsTable, progress: ReadingProgress, into: Kept) -> Job[tuple[int, int]]:
    position, line, blocks = 0, 0, 0
    pieces = read_pieces(table.source, table.shape)
    try:
        for piece in pieces:
            block = _without_missing(piece.block, table.shape.layout.missing)
            table.count(block)
            into.add(block)
            table.notes += piece.notes
            if piece.pairs is not None:
                table.pairs.append(piece.pairs)
            blocks += 1
            position, line = piece.position, piece.line
            yield progress.at(position=position, line=line)
    except NotUtf8Error:
        into.forget(blocks)
        table.begin_again()
        raise
    finally:
        _close(pieces)
    return position, line


def _close(pieces: Iterable[object]) -> None:
    """End a reader that was left early now, not when it is collected: its file is open."""
    close = getattr(pieces, "close", None)
    if close is not None:
        close()


def _without_missing(block: RatingsBlock, missing: tuple[float, ...]) -> RatingsBlock:
    """The block without the values by which its layout says that there is no entry at all."""
    if not missing:
        return block
    there_N = ~np.isin(block.ratings_N, missing)
    return replace(
        block,
        users_N=block.users_N.filter(there_N),
        items_N=block.items_N.filter(there_N),
        ratings_N=block.ratings_N[there_N],
        times_N=None if block.times_N is None else block.times_N[there_N],
    )


def _decide_unrated(table: RatingsTable) -> None:
    shape = table.shape
    table.unrated = shape.layout.unrated if shape.unrated is None else shape.unrated
    if shape.unrated is None and not table.unrated and shape.layout.scale is None:
        table.unrated = find_unrated(table.values)
        for value in table.unrated:
            table.notes.append(
                f"{value:g} in {table.source.name} counts as seen, not rated: it lies outside the scale."
            )


def refuse_empty(tables: Sequence[RatingsTable]) -> None:
    """Raises DataError unless there are entries and at least one of them is rated."""
    for table in tables:
        if table.entries:
            continue
        first = next(iter(table.problems), None)
        why = f"the first is line {first.line:,}: {first.reason}" if first else "there are only column names"
        raise DataError(
            f"{table.source.name} has no line that can be used; {why}.",
            remedy="Choose another file, or say which column is which, such as --columns user=1,item=2,rating=3.",
            path=str(table.source.path),
        )
    if not any(one.rated_values for one in tables):
        rows = sum(one.entries for one in tables)
        raise DataError(
            f"{tables[0].source.name} has no rating: in all of {rows:,} rows it is blank.",
            remedy="Choose a file that holds ratings.",
            path=str(tables[0].source.path),
        )


def mark_seen_only(tables: Sequence[RatingsTable]) -> None:
    """A file whose ratings are all 1, beside one that has real ratings, says what was seen: 1 there is no star."""
    alike = [set(one.rated_values) <= {1.0} for one in tables]
    if all(alike):
        return
    for table, is_alike in zip(tables, alike, strict=True):
        if is_alike:
            table.seen_only = True
            table.notes.append(f"{table.source.name} holds only ones; they count as seen, not as ratings.")
