"""Columns that have types already (Arrow, JSON) -> entries, and what such a table is.

Stands below the kinds of files with typed columns, beside the readers of text. All in one pass over whole columns;
only rows that cannot be used are looked at one by one.

Shapes: N rows of a batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Bools, Float32, Int64
from engine.data.formats import BLANKS, NAMED_COLUMNS
from engine.data.reading.archives import Source
from engine.data.reading.dialect import is_number
from engine.data.reading.readers import RatingsBlock
from engine.data.reading.roles import (
    Given,
    Shape,
    TimesFound,
    as_chosen,
    checked_scale,
    kind_of_times,
    named_columns,
    texts_of,
    unrated_of,
)
from engine.data.reading.rows import (
    LONGEST_ID,
    MOST_PROBLEMS,
    NO_ITEM,
    NO_USER,
    NOT_A_NUMBER,
    NOT_A_TIME,
    NOT_FINITE,
    OUT_OF_SCALE,
    TOO_LONG,
    Problem,
    are_out_of_scale,
    times_of,
)

_FLOAT_ID = r"^-?\d+\.0$"


def shape_of(
    source: Source,
    header: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    given: Given,
    *,
    kind: str,
    name: str,
    dated: frozenset[int] = frozenset(),
) -> Shape:
    """What a table with these names and first rows is; `name` is what such tables are called.

    The columns `dated` hold dates by their type.
    """
    columns = as_chosen(source, named_columns(source, header), given, header, len(header))
    ratings = [
        float(text) for text in texts_of(rows, columns.roles.get("rating")) if is_number(text) and "," not in text
    ]
    columns = checked_scale(source, columns, ratings, is_named=True)
    is_general = columns.layout.name == NAMED_COLUMNS.name
    layout = replace(columns.layout, kind=kind, name=name if is_general else f"{columns.layout.name}, {name}")
    place = columns.roles.get("time")
    times, notes = TimesFound("date"), columns.notes
    if place not in dated:
        times = kind_of_times(texts_of(rows, place), given)
        notes += times.notes
    return Shape(
        encoding="utf-8",
        delimiter="",
        header=header,
        width=len(header),
        roles=columns.roles,
        layout=layout,
        quoted=False,
        decimal=".",
        time_kind=times.kind,
        sample=tuple(rows[:20]),
        date_formats=times.formats,
        unrated=unrated_of(given, layout),
        notes=notes,
    )


def ratings_of(columns: Mapping[str, pa.Array], shape: Shape, *, first_line: int, file: str) -> RatingsBlock:
    """The entries of some rows, by role. Rows that cannot be used are left out, reported and counted."""
    users_N, items_N = encoded(columns["user"]), encoded(columns["item"])
    ratings_N, unread_N = _numbers(columns["rating"])
    times_N, timeless_N = _times(columns.get("time"), shape, rows=len(users_N))
    reasons = {
        NO_USER: _is_blank(users_N),
        NO_ITEM: _is_blank(items_N),
        TOO_LONG: _is_too_long(users_N) | _is_too_long(items_N),
        NOT_A_NUMBER: unread_N,
        NOT_FINITE: ~np.isfinite(ratings_N) & ~_is_none(columns["rating"]) & ~unread_N,
        OUT_OF_SCALE: are_out_of_scale(ratings_N, shape),
        NOT_A_TIME: timeless_N,
    }
    bad_N = np.logical_or.reduce(list(reasons.values()))
    if not bad_N.any():
        return RatingsBlock(users_N, items_N, ratings_N, times_N)
    problems, skipped = _problems(columns, reasons, bad_N, first_line=first_line, file=file)
    keep = pa.array(~bad_N)
    return RatingsBlock(
        users_N.filter(keep),
        items_N.filter(keep),
        ratings_N[~bad_N],
        None if times_N is None else times_N[~bad_N],
        problems,
        skipped,
    )


def is_date(kind: pa.DataType) -> bool:
    """Whether a column of this type says days, with or without a time of day."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def encoded(ids: pa.Array) -> pa.DictionaryArray:
    """Ids of any type as a dictionary of texts; whole numbers that came as 7.0 are 7."""
    flat = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    if pa.types.is_nested(flat.type):
        flat = text_of(flat)
    coded = flat if pa.types.is_dictionary(flat.type) else flat.dictionary_encode()
    return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int32()), text_of(coded.dictionary))


def text_of(values: pa.Array) -> pa.Array:
    """Any column as texts, null where it is null."""
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_decode()
    if pa.types.is_nested(flat.type):
        return pa.array([None if one is None else _words(one) for one in flat.to_pylist()], pa.string())
    text = flat.cast(pa.string())
    if pa.types.is_floating(flat.type):
        return pc.if_else(pc.match_substring_regex(text, _FLOAT_ID), pc.utf8_slice_codeunits(text, 0, -2), text)
    return text


def _is_too_long(ids: pa.DictionaryArray) -> Bools:
    too_long = pc.greater(pc.binary_length(ids.dictionary), LONGEST_ID)
    known: Bools = pc.fill_null(too_long.take(ids.indices), False).to_numpy(zero_copy_only=False)
    return known


def _words(value: object) -> str:
    return "|".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _is_blank(ids: pa.DictionaryArray) -> Bools:
    blank = pc.equal(pc.utf8_trim_whitespace(ids.dictionary), "")
    known: Bools = pc.fill_null(blank.take(ids.indices), True).to_numpy(zero_copy_only=False)
    return known


def _is_none(values: pa.Array) -> Bools:
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.if_else(pc.is_in(pc.utf8_trim_whitespace(values), pa.array(BLANKS, values.type)), None, values)
    none: Bools = pc.is_null(values).to_numpy(zero_copy_only=False)
    return none


def _numbers(values: pa.Array) -> tuple[Float32, Bools]:
    """Ratings (NaN where none is given), and which are no numbers."""
    nothing = np.zeros(len(values), dtype=bool)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    if pa.types.is_null(kind):
        return np.full(len(values), np.nan, np.float32), nothing
    if (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
    ):
        if pa.types.is_boolean(kind):
            values = values.cast(pa.int8())
        with np.errstate(over="ignore"):
            return values.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float32), nothing
    none_N = _is_none(values)
    texts = pc.replace_substring(pc.utf8_trim_whitespace(text_of(values)), ",", ".")
    good = pc.match_substring_regex(texts, r"(?i)^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(nan|inf|infinity)$")
    good_N = pc.fill_null(good, False).to_numpy(zero_copy_only=False)
    numbers = pc.if_else(pa.array(good_N & ~none_N), texts, None).cast(pa.float64())
    return numbers.to_numpy(zero_copy_only=False).astype(np.float32), ~good_N & ~none_N


def _times(values: pa.Array | None, shape: Shape, *, rows: int) -> tuple[Int64 | None, Bools]:
    """Whole numbers as readers.whole_times has them (0 where none), and which could not be read."""
    if values is None or shape.time_kind is None:
        return None, np.zeros(rows, dtype=bool)
    none_N = np.zeros(rows, dtype=bool)
    if is_date(values.type):
        micros = values.cast(pa.timestamp("us", getattr(values.type, "tz", None)), safe=False).cast(pa.int64())
        return np.floor_divide(pc.fill_null(micros, 0).to_numpy(zero_copy_only=False), 1_000_000), none_N
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        numbers = values.to_numpy(zero_copy_only=False)
        return np.nan_to_num(numbers, nan=0, posinf=0, neginf=0).astype(np.int64), none_N
    return times_of([one or "" for one in text_of(values).to_pylist()], shape.date_formats)


def _problems(
    columns: Mapping[str, pa.Array], reasons: Mapping[str, Bools], bad_N: Bools, *, first_line: int, file: str
) -> tuple[tuple[Problem, ...], Counter[str]]:
    skipped: Counter[str] = Counter()
    problems: list[Problem] = []
    for row in np.flatnonzero(bad_N).tolist():
        reason = next(words for words, of_N in reasons.items() if of_N[row])
        skipped[reason] += 1
        if len(problems) < MOST_PROBLEMS:
            text = ", ".join(str(column[row].as_py()) for column in columns.values())
            problems.append(Problem(first_line + row, text[:200], reason, file))
    return tuple(problems), skipped
