"""One ratings file as it is read: its figures, its scale, and which ratings mean *seen, not rated*.

Shapes: N entries of a block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from engine.data.dataset import Bools, Float32, Scale
from engine.data.importing.scales import counted, declared_scale, scale_of, without_slips
from engine.data.reading.archives import Source
from engine.data.reading.counts import are_counts
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.roles import Shape
from engine.data.reading.rows import MOST_PROBLEMS, OUT_OF_SCALE, PLANNED, Pairs, Problem, RatingsBlock, without
from engine.data.reading.sniff import read_pieces
from engine.data.reading.states import DROPPED_SHARE
from engine.events import Job, Pace, Progressed, StageStarted
from engine.text import join_words, plural
from engine.wording import said

MOST_VALUES = 1000
_MOST_SHOWN = 3


@dataclass
class RatingsTable:
    """One file: its figures, the `pairs` that it asks for, and the `unrated` values, once all is read."""

    source: Source
    shape: Shape
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    values: Counter[float] = field(default_factory=Counter)
    pairs: list[Pairs] = field(default_factory=list)
    entries: int = 0
    dropped: int = 0
    ends: tuple[float, ...] = ()
    largest_time: int = 0
    unrated: tuple[float, ...] = ()
    seen_only: bool = False
    counts: bool = False

    def count(self, block: RatingsBlock) -> None:
        """Take down what a block of entries adds to the figures."""
        self.entries += len(block.ratings_N)
        self.skipped += block.skipped
        problems = [problem for problem in block.problems if problem.reason != PLANNED]
        self.problems += problems[: MOST_PROBLEMS - len(self.problems)]
        self.dropped += 0 if block.dropped_N is None else int(np.count_nonzero(block.dropped_N))
        if len(self.values) <= MOST_VALUES:
            self.values.update(counted(block.ratings_N))
        known_N = block.ratings_N[~np.isnan(block.ratings_N)]
        if len(known_N):
            ends = (*self.ends, float(known_N.min()), float(known_N.max()))
            self.ends = (min(ends), max(ends))
        if block.times_N is not None and len(block.times_N):
            self.largest_time = max(self.largest_time, int(block.times_N.max()), -int(block.times_N.min()))

    def begin_again(self) -> None:
        self.notes, self.problems, self.pairs, self.skipped, self.values = [], [], [], Counter(), Counter()
        self.entries, self.largest_time, self.dropped, self.ends = 0, 0, 0, ()

    @property
    def rated(self) -> dict[float, int]:
        """How often each rating comes; of very many different ones the ends and some between."""
        values = {} if self.seen_only else {**dict.fromkeys(self.ends, 0), **self.values}
        return {value: count for value, count in values.items() if value not in self.unrated}

    @cached_property
    def most_of_dropped(self) -> float:
        """What a title that was given up is rated at most: a quarter up the scale."""
        scale = (
            scale_of(self.rated, declared=declared_scale([self.shape.layout.scale])) if self.rated else Scale(1, 5, 1)
        )
        most = scale.low + DROPPED_SHARE * (scale.high - scale.low)
        return scale.low + scale.step * float(np.floor((most - scale.low) / scale.step)) if scale.step else most

    def ratings_of(self, ratings_N: Float32, dropped_N: Bools | None = None) -> Float32:
        """Ratings of this file with NaN for those that mean *seen, not rated*; what was given up counts as disliked.

        Only once all is read.
        """
        if self.seen_only:
            return np.full_like(ratings_N, np.nan)
        if self.unrated:
            ratings_N = np.where(np.isin(ratings_N, self.unrated), np.float32(np.nan), ratings_N)
        if dropped_N is not None and not self.counts:
            ratings_N = np.where(dropped_N, np.fmin(ratings_N, np.float32(self.most_of_dropped)), ratings_N)
        return ratings_N


class Recorder(Protocol):
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
        words = said("Reading line {line:,}", line=lines)
        if done < self.total_bytes and rounded > lines:
            words = said("Reading line {line:,} of about {lines:,.0f}", line=lines, lines=rounded)
        return Progressed(words, done, self.total_bytes, "bytes")


def read_table(table: RatingsTable, progress: ReadingProgress, *, into: Recorder) -> Job[None]:
    """Reads a file: its figures into the table, its entries to the recorder. Stop goes through at every block."""
    blocks = yield from _read(table, progress, into)
    values = table.values
    table.counts = are_counts(values) if table.shape.counts is None and values else bool(table.shape.counts)
    unrated, kept = _apart(table)
    found = () if table.shape.unrated is not None or table.shape.layout.unrated else unrated
    slips = table.values.keys() - kept.keys() - set(unrated)
    if slips:
        into.forget(blocks)
        scale = scale_of(kept)
        layout = replace(table.shape.layout, scale=(scale.low, scale.high, scale.step))
        table.shape = replace(table.shape, layout=layout, unrated=unrated)
        table.begin_again()
        yield StageStarted(
            "reading",
            said("Reading {source} once more, without what lies far from all ratings", source=table.source.name),
        )
        yield from _read(table, progress, into)
        table.notes.append(_note_on_slips(table, slips))
    table.unrated = unrated
    _add_notes(table, found)


def _apart(table: RatingsTable) -> tuple[tuple[float, ...], dict[float, int]]:
    """Values that mean *seen, not rated*, and the ratings without a few that lie far from all others."""
    shape = table.shape
    unrated = shape.layout.unrated if shape.unrated is None else shape.unrated
    if table.counts or shape.layout.scale is not None or len(table.values) > MOST_VALUES:
        return unrated, dict(table.values)
    is_open = shape.unrated is None and not unrated
    if is_open:
        unrated = find_unrated(table.values)
    kept = without_slips({value: count for value, count in table.values.items() if value not in unrated})
    if is_open and not unrated:
        unrated = find_unrated(kept)
    return unrated, {value: count for value, count in kept.items() if value not in unrated}


def _note_on_slips(table: RatingsTable, slips: Iterable[float]) -> str:
    """Which ratings were left out, and where: "r.csv, line 7: 55 lies far from all other ratings, ..."."""
    lines = [f"{problem.line:,}" for problem in table.problems if problem.reason == OUT_OF_SCALE]
    low, high, _ = table.shape.layout.scale or (0, 0, 0)
    values = join_words([f"{value:g}" for value in sorted(slips)][:_MOST_SHOWN])
    source = table.source.name
    if table.skipped[OUT_OF_SCALE] == 1:
        return said(
            "{source}, line {line}: {value} lies far from all other ratings, which go from {low:g} to {high:g}; it was "
            "left out.",
            source=source,
            line=lines[0],
            value=values,
            low=low,
            high=high,
        )
    several = join_words(lines[:_MOST_SHOWN])
    if len(set(slips)) == 1:
        return said(
            "{source}, lines {lines}: {value} lies far from all other ratings, which go from {low:g} to {high:g}; they "
            "were left out.",
            source=source,
            lines=several,
            value=values,
            low=low,
            high=high,
        )
    return said(
        "{source}, lines {lines}: {values} lie far from all other ratings, which go from {low:g} to {high:g}; they "
        "were left out.",
        source=source,
        lines=several,
        values=values,
        low=low,
        high=high,
    )


def _add_notes(table: RatingsTable, found: tuple[float, ...]) -> None:
    """What a person should know of the file; `found` are values that were found to mean *seen, not rated*."""
    name = table.source.name
    table.notes += table.shape.notes
    if table.shape.encoding == "cp1252":
        table.notes.append(said("{name} is not UTF-8; it was read as Western European (cp1252).", name=name))
    if "time" in table.shape.roles and table.shape.times.kind is None:
        table.notes.append(said("The times of {name} are no numbers or dates; they were left out.", name=name))
    table.notes += [
        said("{value:g} in {name} counts as seen, not rated: it lies outside the scale.", value=value, name=name)
        for value in found
    ]
    if table.dropped:
        table.notes.append(
            said(
                "In {lines} of {name} somebody gave a title up; it counts as disliked, {most_of_dropped:g} or less.",
                lines=plural(table.dropped, "line"),
                name=name,
                most_of_dropped=table.most_of_dropped,
            )
        )


def _read(table: RatingsTable, progress: ReadingProgress, into: Recorder) -> Job[int]:
    """Read the whole file; how many blocks it had."""
    try:
        size, lines, blocks = yield from _read_all(table, progress, into)
    except NotUtf8Error:
        table.shape = replace(table.shape, encoding="cp1252")
        size, lines, blocks = yield from _read_all(table, progress, into)
    progress.bytes_before += size
    progress.lines_before += lines
    return blocks


def _read_all(table: RatingsTable, progress: ReadingProgress, into: Recorder) -> Job[tuple[int, int, int]]:
    position, line, blocks = 0, 0, 0
    pieces = read_pieces(table.source, table.shape)
    try:
        for piece in pieces:
            block, missing = piece.block, table.shape.layout.missing
            if missing:  # values by which the layout says that there is no entry at all
                nothing = np.flatnonzero(np.isin(block.ratings_N, missing))
                block = without(block, nothing) if len(nothing) else block
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
        if isinstance(pieces, Generator):
            pieces.close()  # a reader that was left early has its file open
    return position, line, blocks


def refuse_empty(tables: Sequence[RatingsTable]) -> None:
    """Raises DataError unless there are entries and at least one of them is rated."""
    for table in tables:
        if table.entries:
            continue
        first = next(iter(table.problems), None)
        why = (
            said("the first is line {line:,}: {reason}", line=first.line, reason=first.reason)
            if first
            else said("there are only column names")
        )
        raise table.source.error(
            said("{source} has no line that can be used; {why}.", source=table.source.name, why=why),
            remedy=said("Choose another file, or say which column is which, such as --columns user=1,item=2,rating=3."),
        )
    if not any(table.rated for table in tables):
        rows = sum(table.entries for table in tables)
        raise tables[0].source.error(
            said(
                "{source} has no rating: in all of {rows:,} rows it is blank.", source=tables[0].source.name, rows=rows
            ),
            remedy=said("Choose a file that holds ratings."),
        )


def mark_seen_only(tables: Sequence[RatingsTable]) -> None:
    """A file of nothing but ones, or of counts, beside one that has real ratings says what was seen: no stars."""
    if any(table.counts for table in tables) and not all(table.counts for table in tables if table.rated):
        for table in tables:
            table.seen_only = table.counts
    alike = [table.seen_only or set(table.rated) <= {1.0} for table in tables]
    if all(alike):
        return
    for table, is_alike in zip(tables, alike, strict=True):
        if is_alike:
            table.seen_only = True
            held = "counts" if table.counts else said("only ones")
            table.notes.append(
                said("{source} holds {held}; they count as seen, not as ratings.", source=table.source.name, held=held)
            )


def find_unrated(values: Mapping[float, int]) -> tuple[float, ...]:
    """Values that mean *seen, not rated*: -1 below a scale, or a 0 that comes most often beside 1 to 10."""
    if not 4 <= len(values) <= MOST_VALUES:
        return ()
    lowest, second = sorted(values)[:2]
    if lowest == -1 and second >= 0:
        return (-1.0,)
    others = [value for value in values if value != 0]
    is_whole = all(value == int(value) and 1 <= value <= 10 for value in others)
    if lowest == 0 and is_whole and values[lowest] > max(values[value] for value in others):
        return (0.0,)
    return ()


def is_seen_only(ratings_N: Float32) -> bool:
    """Whether every entry is 1 or blank: such a file says who has seen what, and 1 there is no star."""
    return bool(np.all(np.isnan(ratings_N) | (ratings_N == 1)))
