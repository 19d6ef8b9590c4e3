"""A RatingsTable: all that was read of one ratings file, still in the file's own order and ids.

Stands between the readers, which fill it block by block, and importer.py, which makes a Dataset of one or several.

Shapes: N entries of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from engine.data.dataset import Float32, Int64
from engine.data.importing.cleaning import is_seen_only, times_in_seconds
from engine.data.reading.archives import Source
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.readers import RatingsBlock
from engine.data.reading.repair import Problem
from engine.data.reading.sniff import Shape
from engine.data.reading.streams import read_pieces
from engine.errors import DataError
from engine.events import Job, Pace, Progressed


@dataclass
class RatingsTable:
    """What has been read of one file. `notes` are sentences for the report; `seen_only` makes all ratings blank."""

    source: Source
    shape: Shape
    blocks: list[RatingsBlock] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen_only: bool = False

    @cached_property
    def _ratings_as_read_N(self) -> Float32:
        return np.concatenate([np.zeros(0, np.float32), *(one.ratings_N for one in self.blocks)])

    @property
    def ratings_N(self) -> Float32:
        """Ratings; NaN where seen, not rated, also for values by which the layout says so. Read all blocks first."""
        ratings_N = self._ratings_as_read_N
        if self.seen_only:
            return np.full_like(ratings_N, np.nan)
        unrated = self.shape.layout.unrated
        return np.where(np.isin(ratings_N, unrated), np.float32(np.nan), ratings_N) if unrated else ratings_N

    @property
    def times_N(self) -> Int64 | None:
        """In seconds, 0 where a row has none; None where the file has none at all."""
        parts = [one.times_N for one in self.blocks if one.times_N is not None]
        return times_in_seconds(np.concatenate(parts)) if parts else None

    @property
    def entries(self) -> int:
        return len(self._ratings_as_read_N)

    @property
    def skipped(self) -> Counter[str]:
        """How many rows were left out, by reason."""
        return sum((one.skipped for one in self.blocks), Counter())

    @property
    def problems(self) -> list[Problem]:
        return [problem for one in self.blocks for problem in one.problems]


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


def read_table(table: RatingsTable, progress: ReadingProgress) -> Job[None]:
    """Reads a file into its table. Control comes back at every block; Stop goes through."""
    try:
        size, lines = yield from _read_all(table, progress)
    except NotUtf8Error:
        table.blocks.clear()
        table.shape = replace(table.shape, encoding="cp1252")
        size, lines = yield from _read_all(table, progress)
    if table.shape.encoding == "cp1252":
        table.notes.append(f"{table.source.name} is not UTF-8; it was read as Western European (cp1252).")
    if "time" in table.shape.roles and table.shape.time_kind is None:
        table.notes.append(f"The times of {table.source.name} are no numbers or ISO dates; they were left out.")
    progress.bytes_before += size
    progress.lines_before += lines


def _read_all(table: RatingsTable, progress: ReadingProgress) -> Job[tuple[int, int]]:
    position, line = 0, 0
    for piece in read_pieces(table.source, table.shape):
        table.blocks.append(piece.block)
        position, line = piece.position, piece.line
        yield progress.at(position=position, line=line)
    return position, line


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
    if all(np.isnan(one.ratings_N).all() for one in tables):
        rows = sum(one.entries for one in tables)
        raise DataError(
            f"{tables[0].source.name} has no rating: in all of {rows:,} rows it is blank.",
            remedy="Choose a file that holds ratings.",
            path=str(tables[0].source.path),
        )


def mark_seen_only(tables: Sequence[RatingsTable]) -> None:
    """A file whose ratings are all 1, beside one that has real ratings, says what was seen: 1 there is no star."""
    alike = [is_seen_only(one.ratings_N) for one in tables]
    if all(alike):
        return
    for table, is_alike in zip(tables, alike, strict=True):
        if is_alike:
            table.seen_only = True
            table.notes.append(f"{table.source.name} holds only ones; they count as seen, not as ratings.")
