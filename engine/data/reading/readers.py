"""A file in some layout -> its ratings, block by block, with row-numbered problems.

Stands between lines.py and the importer. The good path is pyarrow on whole blocks, with dictionary-typed ids so that
any kind of id is cheap; only a block that holds something wrong is looked at row by row (repair.py).

Shapes: N entries of a block.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Float32, Int64
from engine.data.reading.lines import Block, numbers_in, table_of
from engine.data.reading.roles import Shape
from engine.data.reading.rows import LONGEST_ID, Problem, are_out_of_scale, repair_block


@dataclass(frozen=True)
class Pairs:
    """People and titles whose ratings a file asks for, by their ids, in the file's order: two arrays of texts."""

    users_P: pa.Array
    items_P: pa.Array


@dataclass(frozen=True)
class Piece:
    """Some entries of a source; `position` is how far its bytes have been read, `line` how many lines (or rows).

    `pairs` are those that stand in this part of the file; `notes` are sentences for a person to read.
    """

    block: RatingsBlock
    position: int
    line: int
    pairs: Pairs | None = None
    notes: tuple[str, ...] = ()


def no_entries() -> RatingsBlock:
    none = pa.array([], pa.string()).dictionary_encode()
    return RatingsBlock(none, none, np.zeros(0, np.float32), None)


ID_TYPE = pa.dictionary(pa.int32(), pa.string())
TIME_TYPES = {
    "whole": pa.int64(),
    "number": pa.float64(),
    "date": pa.timestamp("us"),
    "zoned date": pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class RatingsBlock:
    """The entries of one block: ids as dictionaries, ratings with NaN for *seen, not rated*, times as in the file."""

    users_N: pa.DictionaryArray
    items_N: pa.DictionaryArray
    ratings_N: Float32
    times_N: Int64 | None
    problems: tuple[Problem, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)


def read_ratings(block: Block, shape: Shape, *, file: str) -> RatingsBlock:
    """The entries of a block. Rows that cannot be used are left out, reported with their line and counted.

    `file` is the name that problems carry.
    """
    try:
        found = _parse(block, shape) if b"\0" not in block.text else None
    except pa.ArrowInvalid:
        found = None
    if found is not None and not has_odd_id(found.users_N) and not has_odd_id(found.items_N):
        return found
    repaired = repair_block(block, shape, file=file)
    return RatingsBlock(
        pa.array(repaired.users, pa.string()).dictionary_encode(),
        pa.array(repaired.items, pa.string()).dictionary_encode(),
        repaired.ratings_N,
        repaired.times_N,
        repaired.problems,
        repaired.skipped,
    )


def _parse(block: Block, shape: Shape) -> RatingsBlock | None:
    """The good path. None where a rating is not finite or out of scale; raises ArrowInvalid where a row is odd."""
    roles = shape.roles
    types = {roles["user"]: ID_TYPE, roles["item"]: ID_TYPE, roles["rating"]: pa.float32()}
    if "time" in roles and shape.time_kind is not None:
        types[roles["time"]] = TIME_TYPES[shape.time_kind]
    table = table_of(block, shape, types=types)
    columns = {role: table[f"c{place}"] for role, place in roles.items() if place in types}
    ratings_N = numbers_in(columns["rating"], blank=np.nan)
    if np.count_nonzero(~np.isfinite(ratings_N)) != columns["rating"].null_count:
        return None
    if are_out_of_scale(ratings_N, shape).any():
        return None
    times_N = whole_times(columns["time"]) if "time" in columns else None
    return RatingsBlock(_one(columns["user"]), _one(columns["item"]), ratings_N, times_N)


def whole_times(times: pa.ChunkedArray) -> Int64:
    """Times as whole numbers: Unix seconds of dates, and numbers as the file has them; 0 where it has none."""
    is_date = pa.types.is_timestamp(times.type)
    numbers = numbers_in(times.cast(pa.int64()) if is_date else times, blank=0)
    if is_date:
        numbers = np.floor_divide(numbers, 1_000_000)
    if numbers.dtype != np.int64:
        numbers = np.nan_to_num(numbers, posinf=0, neginf=0)
    return numbers.astype(np.int64, copy=False)


def _one(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.unify_dictionaries().combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def has_odd_id(ids: pa.DictionaryArray) -> bool:
    """Whether some id is nothing but space, or too long to be one."""
    if (pc.max(pc.binary_length(ids.dictionary)).as_py() or 0) > LONGEST_ID:
        return True
    return bool(pc.min(pc.binary_length(pc.utf8_trim_whitespace(ids.dictionary))).as_py() == 0)
