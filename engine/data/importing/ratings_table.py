"""One ratings file as it is read: its figures, its scale, and which ratings mean *seen, not rated*.

Shapes: N entries of a block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Bools, Float32, Scale
from engine.data.reading.archives import Source
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.roles import Shape
from engine.data.reading.rows import MOST_PROBLEMS, PLANNED, Pairs, Problem, RatingsBlock
from engine.data.reading.sniff import read_pieces
from engine.data.reading.states import DROPPED_SHARE
from engine.events import Job, Pace, Progressed
from engine.text import plural

KNOWN_SCALES: tuple[tuple[Scale, float], ...] = (
    (Scale(0, 1, 1), 0),
    (Scale(1, 5, 1), 0),
    (Scale(0.5, 5, 0.5), 0),
    (Scale(0, 5, 1), 4),
    (Scale(0, 5, 0.5), 4),
    (Scale(1, 10, 1), 8),
    (Scale(0, 10, 1), 8),
    (Scale(0.5, 10, 0.5), 8),
    (Scale(0, 100, 1), 80),
)
"""Scales that people use, each with the least highest rating that a file must hold to be taken for it."""
MOST_VALUES = 1000


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
    largest_time: int = 0
    unrated: tuple[float, ...] = ()
    seen_only: bool = False

    def count(self, block: RatingsBlock) -> None:
        """Take down what a block of entries adds to the figures."""
        self.entries += len(block.ratings_N)
        self.skipped += block.skipped
        problems = [problem for problem in block.problems if problem.reason != PLANNED]
        self.problems += problems[: MOST_PROBLEMS - len(self.problems)]
        self.dropped += 0 if block.dropped_N is None else int(np.count_nonzero(block.dropped_N))
        if len(self.values) <= MOST_VALUES:
            kinds, counts = np.unique(block.ratings_N, return_counts=True)
            known = ~np.isnan(kinds)
            self.values.update(dict(zip(kinds[known].tolist(), counts[known].tolist(), strict=True)))
        if block.times_N is not None and len(block.times_N):
            self.largest_time = max(self.largest_time, int(block.times_N.max()), -int(block.times_N.min()))

    def begin_again(self) -> None:
        self.notes, self.problems, self.pairs, self.skipped, self.values = [], [], [], Counter(), Counter()
        self.entries = self.largest_time = self.dropped = 0

    @property
    def rated_values(self) -> list[float]:
        return [] if self.seen_only else [value for value in self.values if value not in self.unrated]

    @cached_property
    def most_of_dropped(self) -> float:
        """What a title that was given up is rated at most: a quarter up the scale."""
        scale = scale_of(np.array(sorted(self.rated_values), np.float32)) if self.rated_values else Scale(1, 5, 1)
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
        if dropped_N is not None:
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
        about = f" of about {rounded:,.0f}" if done < self.total_bytes and rounded > lines else ""
        return Progressed(f"Reading line {lines:,}{about}", done, self.total_bytes, "bytes")


def read_table(table: RatingsTable, progress: ReadingProgress, *, into: Recorder) -> Job[None]:
    """Reads a file: its figures into the table, its entries to the recorder. Stop goes through at every block."""
    try:
        size, lines = yield from _read_all(table, progress, into)
    except NotUtf8Error:
        table.shape = replace(table.shape, encoding="cp1252")
        size, lines = yield from _read_all(table, progress, into)
    table.notes += table.shape.notes
    if table.shape.encoding == "cp1252":
        table.notes.append(f"{table.source.name} is not UTF-8; it was read as Western European (cp1252).")
    if "time" in table.shape.roles and table.shape.times.kind is None:
        table.notes.append(f"The times of {table.source.name} are no numbers or dates; they were left out.")
    _decide_unrated(table)
    if table.dropped:
        table.notes.append(
            f"In {plural(table.dropped, 'line')} of {table.source.name} somebody gave a title up; it counts as "
            f"disliked, {table.most_of_dropped:g} or less."
        )
    progress.bytes_before += size
    progress.lines_before += lines


def _read_all(table: RatingsTable, progress: ReadingProgress, into: Recorder) -> Job[tuple[int, int]]:
    position, line, blocks = 0, 0, 0
    pieces = read_pieces(table.source, table.shape)
    try:
        for piece in pieces:
            block, missing = piece.block, table.shape.layout.missing
            if missing:  # values by which the layout says that there is no entry at all
                block = block.only(~np.isin(block.ratings_N, missing))
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
    return position, line


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
        raise table.source.error(
            f"{table.source.name} has no line that can be used; {why}.",
            remedy="Choose another file, or say which column is which, such as --columns user=1,item=2,rating=3.",
        )
    if not any(table.rated_values for table in tables):
        rows = sum(table.entries for table in tables)
        raise tables[0].source.error(
            f"{tables[0].source.name} has no rating: in all of {rows:,} rows it is blank.",
            remedy="Choose a file that holds ratings.",
        )


def mark_seen_only(tables: Sequence[RatingsTable]) -> None:
    """A file whose ratings are all 1, beside one that has real ratings, says what was seen: 1 there is no star."""
    alike = [set(table.rated_values) <= {1.0} for table in tables]
    if all(alike):
        return
    for table, is_alike in zip(tables, alike, strict=True):
        if is_alike:
            table.seen_only = True
            table.notes.append(f"{table.source.name} holds only ones; they count as seen, not as ratings.")


def find_scale(ratings_N: Float32) -> Scale:
    """The scale of these ratings (NaN ignored, at least one is none): a known one where they fit, else their own."""
    return scale_of(values_in(ratings_N))


def values_in(ratings_N: Float32) -> Float32:
    """Each kind of rating once, in order, NaN left out."""
    values = np.sort(ratings_N)
    values = values[: len(values) - int(np.count_nonzero(np.isnan(values)))]
    kinds: Float32 = values[np.append(True, values[1:] != values[:-1])[: len(values)]]
    return kinds


def scale_of(values: Float32) -> Scale:
    """The scale that ratings of these kinds (in order, at least one) are on: a known one, else their own."""
    distinct = values.astype(np.float64)
    for scale, least_high in KNOWN_SCALES:
        within = scale.low <= distinct[0] and least_high <= distinct[-1] <= scale.high
        if within and _lie_on(distinct, scale.low, scale.step):
            return scale
    low, high = float(distinct[0]), float(distinct[-1])
    if low == high:
        return Scale(min(0.0, low), max(1.0, high), 0)
    step = 1.0 if _lie_on(distinct, low, 1) else round(float(np.diff(distinct).min()), 4)
    if step > 0 and (high - low) / step <= 1000 and _lie_on(distinct, low, step):
        return Scale(round(low, 4), round(high, 4), step)
    return Scale(float(np.floor(low)), float(np.ceil(high)), 0)


def _lie_on(distinct: npt.NDArray[np.float64], low: float, step: float) -> bool:
    steps = (distinct - low) / step
    return bool(np.all(np.abs(steps - np.round(steps)) < 1e-3))


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
