"""Rows of a file -> its entries; and for each row that cannot be used, its line and the reason.

The good path is pyarrow on whole blocks; only a block that holds something wrong is looked at row by row.

Shapes: N rows, or entries, of a block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Float32, Int64
from engine.data.formats import NO_IDS
from engine.data.reading.counts import BETWEEN
from engine.data.reading.dialect import is_unclosed
from engine.data.reading.lines import Block, lines_of, numbered_rows, table_of
from engine.data.reading.ratings import ratings_in
from engine.data.reading.roles import Shape
from engine.data.reading.states import UNSEEN
from engine.data.reading.times import TimesFound, times_in, whole_times
from engine.data.reading.values import ids_in, numbers_in
from engine.wording import said

MOST_PROBLEMS = 1000
MOST_RATING = 1e12
"""What is larger is no rating, and no count either."""
LONGEST_ID = 1000
"""In bytes: what is longer is no id, but a line that does not end where it should."""
WRONG_WIDTH = said("wrong number of columns")
NO_USER = said("no person")
NO_ITEM = said("no title")
NOT_A_NUMBER = said("rating is not a number")
NOT_FINITE = said("rating is not finite")
OUT_OF_SCALE = said("rating is outside of the scale")
NOT_A_TIME = said("time is not a number or a date")
TOO_LONG = said("id of over 1,000 characters")
PLANNED = said("only planned, not seen")
NUL = said("line holds a NUL byte")
UNCLOSED_QUOTE = said("a quote opens here and does not close")

ID_TYPE = pa.dictionary(pa.int32(), pa.string())
TIME_TYPES = {
    "whole": pa.int64(),
    "number": pa.float64(),
    "days": pa.float64(),
    "text": ID_TYPE,
    "date": pa.timestamp("us"),
    "zoned date": pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class Problem:
    """A line that was left out: its number (from 1) in the file, its text (at most 200 characters), and why."""

    line: int
    text: str
    reason: str
    file: str


@dataclass(frozen=True)
class RatingsBlock:
    """The entries of one block, ratings NaN if only seen; `problems` are the first 1,000 of `skipped` rows.

    `dropped_N` marks titles that somebody gave up (None: nobody did).
    """

    users_N: pa.DictionaryArray
    items_N: pa.DictionaryArray
    ratings_N: Float32
    times_N: Int64 | None
    problems: tuple[Problem, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)
    dropped_N: Bools | None = None

    def only(self, kept_N: Bools) -> RatingsBlock:
        times_N = None if self.times_N is None else self.times_N[kept_N]
        dropped_N = None if self.dropped_N is None else self.dropped_N[kept_N]
        users_N, items_N = (ids.filter(pa.array(kept_N)) for ids in (self.users_N, self.items_N))
        return replace(
            self,
            users_N=users_N,
            items_N=items_N,
            ratings_N=self.ratings_N[kept_N],
            times_N=times_N,
            dropped_N=dropped_N,
        )

    def with_problems(self, problems: Iterable[Problem]) -> RatingsBlock:
        problems = tuple(problems)
        ordered = sorted((*problems, *self.problems), key=lambda problem: problem.line)[:MOST_PROBLEMS]
        skipped = Counter(problem.reason for problem in problems) + self.skipped
        return replace(self, problems=tuple(ordered), skipped=skipped)


@dataclass(frozen=True)
class Pairs:
    """People and titles whose ratings a file asks for, by their ids, in the file's order: two arrays of texts."""

    users_P: pa.Array
    items_P: pa.Array


@dataclass(frozen=True)
class Piece:
    """Some entries of a source, and how far it is read (`position` in bytes, `line`); `pairs` are asked for."""

    block: RatingsBlock
    position: int
    line: int
    pairs: Pairs | None = None
    notes: tuple[str, ...] = ()


def no_entries() -> RatingsBlock:
    none = pa.array([], pa.string()).dictionary_encode()
    return RatingsBlock(none, none, np.zeros(0, np.float32), None)


def read_ratings(block: Block, shape: Shape, *, file: str) -> RatingsBlock:
    """The entries of a block of text; unusable rows are left out, counted and reported as of `file`."""
    try:
        found = _parse(block, shape)
    except pa.ArrowInvalid:
        found = None
    return found or read_row_by_row(block, shape, file=file)


def _parse(block: Block, shape: Shape) -> RatingsBlock | None:
    """The good path. None where something cannot be used; raises ArrowInvalid where a row is odd."""
    if b"\0" in block.text or len(set(shape.read_places.values())) < len(shape.read_places):
        return None
    roles = shape.roles
    types = {column.place: ID_TYPE for column in shape.states.columns}
    types |= {roles["user"]: ID_TYPE, roles["item"]: ID_TYPE}
    types[roles["rating"]] = pa.float32() if shape.has_numbers else ID_TYPE
    if "time" in roles and shape.times.kind is not None:
        types[roles["time"]] = TIME_TYPES[shape.times.kind]
    table = table_of(block, shape, types=types)
    columns = {role: table[f"c{place}"] for role, place in shape.read_places.items() if place in types}
    users_N, items_N = (_unified(columns[role]) for role in ("user", "item"))
    found = _parsed_ratings(columns["rating"], shape)
    if found is None or not are_clean([users_N, items_N], *found, shape):
        return None
    times_N = parsed_times(columns["time"], shape.times) if "time" in columns else None
    if times_N is None and "time" in columns:
        return None
    entries = RatingsBlock(users_N, items_N, found[0], times_N)
    if not shape.states.columns:
        return entries
    coded = [_unified(columns[f"state {number}"]) for number in range(len(shape.states.columns))]
    planned_N, dropped_N = _states_in(coded, found[0], shape)
    entries = replace(entries, dropped_N=dropped_N if dropped_N.any() else None)
    if not planned_N.any():
        return entries
    return replace(without(entries, np.flatnonzero(planned_N)), skipped=Counter({PLANNED: int(planned_N.sum())}))


def _states_in(columns: Sequence[pa.DictionaryArray], ratings_N: Float32, shape: Shape) -> tuple[Bools, Bools]:
    """Which rows are only planned, and which titles were given up; what is rated has been seen."""
    codes_NC = np.column_stack([numbers_in(column.indices, blank=len(column.dictionary)) for column in columns])
    kinds_KC, kind_N = np.unique(codes_NC, axis=0, return_inverse=True)
    texts = [[*(text or "" for text in column.dictionary.to_pylist()), ""] for column in columns]
    states = [
        shape.states.state_of([cells[code] for cells, code in zip(texts, codes, strict=True)])
        for codes in kinds_KC.tolist()
    ]
    kind_N = kind_N.reshape(-1)
    planned_K = np.array([state in UNSEEN for state in states], bool)
    dropped_K = np.array([state == "dropped" for state in states], bool)
    unrated = (0.0, -1.0, *shape.layout.unrated, *(shape.unrated or ()))
    return planned_K[kind_N] & (np.isnan(ratings_N) | np.isin(ratings_N, unrated)), dropped_K[kind_N]


def _parsed_ratings(column: pa.ChunkedArray, shape: Shape) -> tuple[Float32, int] | None:
    """The ratings, and how many are blank; None where one cannot be read."""
    if shape.has_numbers:
        return numbers_in(column, blank=np.nan), column.null_count
    ratings_N, none_N, unread_N = _ratings_in(_unified(column), shape)
    return None if unread_N.any() else (ratings_N, int(none_N.sum()))


def parsed_times(column: pa.ChunkedArray, found: TimesFound) -> Int64 | None:
    """The times of a parsed column as whole numbers; None where one cannot be read."""
    if found.kind != "text":
        return whole_times(column, found.kind)
    times_N, bad_N = times_in(_unified(column), found)
    return None if bad_N.any() else times_N


def _unified(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.unify_dictionaries().combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def are_clean(ids: Sequence[pa.DictionaryArray], ratings_N: Float32, blanks: int, shape: Shape) -> bool:
    """Whether all rows of a block can be used: a quick answer without saying which cannot. `blanks` have no rating."""
    if np.count_nonzero(~np.isfinite(ratings_N)) != blanks or are_out_of_scale(ratings_N, shape).any():
        return False
    return not any(_has_odd_id(column_N.dictionary) for column_N in ids)


def _has_odd_id(ids: pa.Array) -> bool:
    """Whether some id says that there is none, spans lines, or is too long to be one."""
    if (pc.max(pc.binary_length(ids)).as_py() or 0) > LONGEST_ID:
        return True
    return bool(pc.any(pc.or_(_are_none(ids), pc.match_substring(ids, "\n"))).as_py())


def _are_none(ids: pa.Array) -> pa.Array:
    return pc.is_in(pc.utf8_trim_whitespace(ids), pa.array(NO_IDS))


def are_out_of_scale(ratings_N: Float32, shape: Shape) -> Bools:
    """Which ratings lie outside of the scale that the layout declares (or of all), and mean nothing else either."""
    low, high, _ = shape.layout.scale or (-MOST_RATING, MOST_RATING, 0)
    outside: Bools = (ratings_N < low) | (ratings_N > high)
    if outside.any():
        outside &= ~np.isin(ratings_N, (*shape.layout.unrated, *shape.layout.missing, *(shape.unrated or ())))
    return outside


def read_row_by_row(block: Block, shape: Shape, *, file: str) -> RatingsBlock:
    """The entries of a block of text that holds something wrong."""
    text = block.text.decode("utf-8", "replace")
    one_line = {place for role, place in shape.roles.items() if role in ("user", "rating", "time")}
    rows = list(numbered_rows(text, shape.delimiter, quoted=shape.quoted, width=shape.width, one_line=one_line))
    fitting = [(line, row) for line, row in rows if len(row) == shape.width]
    lines = lines_of(text)
    columns = {
        role: pc.utf8_trim_whitespace(pa.array([row[place] for _, row in fitting], pa.string()))
        for role, place in shape.read_places.items()
    }
    found = entries_of(
        columns,
        shape,
        file=file,
        numbers=[block.first_line + line - 1 for line, _ in fitting],
        text_of=lambda row: lines[fitting[row][0] - 1],
        faults=_nul_faults(fitting) if "\0" in text else {},
    )
    return found.with_problems(
        Problem(block.first_line + line - 1, lines[line - 1][:200], width_fault(row), file)
        for line, row in rows
        if len(row) != shape.width
    )


def _nul_faults(rows: Sequence[tuple[int, list[str]]]) -> dict[str, Bools]:
    return {NUL: np.array([any("\0" in cell for cell in row) for _, row in rows], dtype=bool)}


def width_fault(row: Sequence[str]) -> str:
    """Why a row does not have as many cells as the others."""
    return UNCLOSED_QUOTE if is_unclosed(row) else WRONG_WIDTH


def entries_of(
    columns: Mapping[str, pa.Array],
    shape: Shape,
    *,
    file: str,
    numbers: Sequence[int],
    text_of: Callable[[int], str] | None = None,
    faults: Mapping[str, Bools] | None = None,
) -> RatingsBlock:
    """The entries of rows by role; unusable rows (with those of `faults`) are reported by line and text."""
    users_N, items_N = ids_in(columns["user"]), ids_in(columns["item"])
    ratings_N, faulty = rating_faults(columns["rating"], shape)
    times_N, timeless_N = None, np.zeros(len(ratings_N), dtype=bool)
    if "time" in columns and shape.times.kind is not None:
        times_N, timeless_N = times_in(columns["time"], shape.times)
    planned_N, dropped_N = np.zeros(len(ratings_N), dtype=bool), None
    if shape.states.columns:
        coded = [ids_in(columns[f"state {number}"]) for number in range(len(shape.states.columns))]
        planned_N, dropped_N = _states_in(coded, ratings_N, shape)
    reasons = reasons_of(
        {
            **(faults or {}),
            TOO_LONG: _is_too_long(users_N) | _is_too_long(items_N),
            NO_USER: _by_row(_are_none(users_N.dictionary), users_N, missing=True),
            NO_ITEM: _by_row(_are_none(items_N.dictionary), items_N, missing=True),
            NOT_A_TIME: timeless_N,
            **faulty,
            PLANNED: planned_N,
        }
    )
    text_of = text_of or (lambda row: ", ".join(str(column[row].as_py()) for column in columns.values()))
    problems = tuple(
        Problem(numbers[row], text_of(row)[:200], reason, file)
        for row, reason in islice(reasons.items(), MOST_PROBLEMS)
    )
    dropped_N = dropped_N if dropped_N is not None and dropped_N.any() else None
    found = RatingsBlock(users_N, items_N, ratings_N, times_N, problems, Counter(reasons.values()), dropped_N)
    return without(found, list(reasons)) if reasons else found


def without(block: RatingsBlock, bad: Sequence[int] | Int64) -> RatingsBlock:
    """A block without these rows, and without ids that only they have."""
    kept_N = np.ones(len(block.ratings_N), dtype=bool)
    kept_N[bad] = False
    kept = block.only(kept_N)
    users_N, items_N = (ids.dictionary_decode().dictionary_encode() for ids in (kept.users_N, kept.items_N))
    return replace(kept, users_N=users_N, items_N=items_N)


def rating_faults(ratings: pa.Array, shape: Shape) -> tuple[Float32, dict[str, Bools]]:
    """Ratings (NaN where none is given), and which of them cannot be used, by reason."""
    ratings_N, none_N, unread_N = _ratings_in(ratings, shape)
    return ratings_N, {
        NOT_FINITE: ~np.isfinite(ratings_N) & ~none_N & ~unread_N,
        NOT_A_NUMBER: unread_N,
        OUT_OF_SCALE: are_out_of_scale(ratings_N, shape),
    }


def _ratings_in(ratings: pa.Array, shape: Shape) -> tuple[Float32, Bools, Bools]:
    """As `ratings_in` has them, without the marks between thousands."""
    if not shape.thousands:
        return ratings_in(ratings, shape.spelling)
    if pa.types.is_dictionary(ratings.type):
        plain = pc.replace_substring_regex(ratings.dictionary, BETWEEN[shape.thousands], "")
        return ratings_in(pa.DictionaryArray.from_arrays(ratings.indices, plain), shape.spelling)
    is_text = pa.types.is_string(ratings.type) or pa.types.is_large_string(ratings.type)
    plain = pc.replace_substring_regex(ratings, BETWEEN[shape.thousands], "") if is_text else ratings
    return ratings_in(plain, shape.spelling)


def reasons_of(faults: Mapping[str, Bools]) -> dict[int, str]:
    """Row (from 0, in order) -> why it cannot be used, for those that cannot."""
    bad = np.flatnonzero(np.logical_or.reduce(list(faults.values())))
    return {row: next(reason for reason, of_N in faults.items() if of_N[row]) for row in bad.tolist()}


def _is_too_long(ids: pa.DictionaryArray) -> Bools:
    return _by_row(pc.greater(pc.binary_length(ids.dictionary), LONGEST_ID), ids, missing=False)


def _by_row(answers: pa.Array, ids: pa.DictionaryArray, *, missing: bool) -> Bools:
    known: Bools = pc.fill_null(answers.take(ids.indices), missing).to_numpy(zero_copy_only=False)
    return known
