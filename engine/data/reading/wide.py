"""Ratings as a wide table: one row a person and one column a title, 99 where there is no rating.

One kind of file among those that streams.py reads. The first column may count the person's ratings. People are
numbered by their line, titles by their column, both from 1.

Shapes: P people of a block, T titles, N entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.data.dataset import Bools, Float32, Int64
from engine.data.formats import BLANKS, kind_of_layout
from engine.data.reading.archives import Source, opened_archive
from engine.data.reading.dialect import delimiter_of, delimiter_sign, encoding_of, is_number, known_encoding, split_rows
from engine.data.reading.lines import Block, block_delimiter, numbered_rows, read_blocks, table_of
from engine.data.reading.readers import Piece, RatingsBlock
from engine.data.reading.roles import Given, Shape
from engine.data.reading.rows import MOST_PROBLEMS, NOT_A_NUMBER, NOT_FINITE, OUT_OF_SCALE, WRONG_WIDTH, Problem

KIND = "wide"
LEAST_COLUMNS = 20
_LOOKED_AT = 50
_COUNT = "ratings"


def recognise_wide(source: Source, head: bytes, given: Given) -> Shape | None:
    """What a wide table is, or None where it is none: all numbers, many of them 99, the others on the scale."""
    encoding = known_encoding(given.encoding) if given.encoding else encoding_of(head)
    lines = head.decode(encoding, "replace").lstrip("\ufeff").splitlines()
    lines = [line for line in lines[: _LOOKED_AT + 1] if line.strip()]
    lines = lines[:-1] if len(lines) > 1 else lines
    delimiter = delimiter_sign(given.delimiter) or (delimiter_of(lines) if lines else None)
    if delimiter is None or given.columns or given.header:
        return None
    rows = [[cell.strip() for cell in row] for row in split_rows(lines, delimiter, quoted=False)]
    width = len(rows[0])
    if width < LEAST_COLUMNS or any(len(row) != width for row in rows):
        return None
    if not all(is_number(cell) or cell in BLANKS for row in rows for cell in row):
        return None
    layout = kind_of_layout(KIND)
    values_PT = np.array([[_number(cell) for cell in row] for row in rows])
    has_counts = _are_counts(values_PT)
    low, high, _ = layout.scale or (-np.inf, np.inf, 0)
    rated = values_PT[:, int(has_counts) :]
    is_missing = np.isin(rated, layout.missing) | np.isnan(rated)
    if not np.isin(rated, layout.missing).any() or not np.all(is_missing | ((rated >= low) & (rated <= high))):
        return None
    return Shape(
        encoding=encoding,
        delimiter=delimiter,
        header=(*((_COUNT,) if has_counts else ()), *(str(one) for one in range(1, rated.shape[1] + 1))),
        width=width,
        roles={"user": 0, "item": 0, "rating": 0},
        layout=layout,
        quoted=False,
        decimal=".",
        time_kind=None,
        sample=tuple(tuple(row) for row in rows[:20]),
        unrated=given.unrated if given.unrated is not None else (),
    )


def _are_counts(values_PT: npt.NDArray[np.float64]) -> bool:
    """Whether the first column counts the ratings of the others; where 99 is the count of none, it is no count."""
    rated_P = np.sum((values_PT[:, 1:] != 99) & ~np.isnan(values_PT[:, 1:]), axis=1)
    return bool(np.mean(values_PT[:, 0] == rated_P) > 0.9)


def _number(text: str) -> float:
    return float(text.replace(",", ".")) if is_number(text) else np.nan


def read_wide(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a wide table. Raises DataError where the file fails."""
    plain = replace(shape, header=None)
    position, lines = 0, 0
    with opened_archive(source) as archive:
        for part in source.single:
            piece = None
            for block in read_blocks(part, plain, archive=archive):
                found = _parse(block, plain, _first_column(shape), people_before=lines, file=part.name)
                piece = Piece(found, position + block.position, lines + block.first_line + block.lines - 1)
                yield piece
            position, lines = (piece.position, piece.line) if piece else (position, lines)


def _first_column(shape: Shape) -> int:
    return int(shape.header is not None and shape.header[0] == _COUNT)


def _parse(block: Block, shape: Shape, first: int, *, people_before: int, file: str) -> RatingsBlock:
    """All rows at once where they are as they should be, else row by row."""
    types = {place: pa.float32() for place in range(first, shape.width)}
    try:
        table = table_of(block, shape, types=types)
    except pa.ArrowInvalid:
        return _repair(block, shape, first, people_before=people_before, file=file)
    ratings_PT = np.column_stack([table[name].to_numpy() for name in table.column_names])
    if table.num_rows != block.lines or _wrong(ratings_PT, shape).any():
        return _repair(block, shape, first, people_before=people_before, file=file)
    people_P = people_before + np.arange(block.first_line, block.first_line + table.num_rows)
    return _entries(ratings_PT, people_P, shape)


def _wrong(ratings_PT: npt.NDArray[Any], shape: Shape) -> Bools:
    low, high, _ = shape.layout.scale or (-np.inf, np.inf, 0)
    is_missing = np.isnan(ratings_PT) | np.isin(ratings_PT, shape.layout.missing)
    wrong: Bools = ~(is_missing | ((ratings_PT >= low) & (ratings_PT <= high)))
    return wrong


def _entries(ratings_PT: Float32, people_P: Int64, shape: Shape) -> RatingsBlock:
    rows_N, columns_N = np.nonzero(~(np.isnan(ratings_PT) | np.isin(ratings_PT, shape.layout.missing)))
    users = pa.array(people_P).cast(pa.string())
    items = pa.array(np.arange(1, ratings_PT.shape[1] + 1)).cast(pa.string())
    return RatingsBlock(
        pa.DictionaryArray.from_arrays(pa.array(rows_N.astype(np.int32)), users),
        pa.DictionaryArray.from_arrays(pa.array(columns_N.astype(np.int32)), items),
        ratings_PT[rows_N, columns_N],
        None,
    )


def _repair(block: Block, shape: Shape, first: int, *, people_before: int, file: str) -> RatingsBlock:
    """A block row by row: a row of another width is left out as a whole, of others the numbers that are none."""
    text = block.text.decode("utf-8", "replace")
    found: list[list[float]] = []
    people: list[int] = []
    problems: list[Problem] = []
    for line, row in numbered_rows(text, block_delimiter(shape), quoted=False, width=shape.width):
        number = block.first_line + line - 1
        if len(row) != shape.width:
            problems.append(Problem(number, shape.delimiter.join(row)[:200], WRONG_WIDTH, file))
            continue
        cells = [cell.strip() for cell in row[first:]]
        reasons = [_reason(cell, shape) for cell in cells]
        problems += [
            Problem(number, f"column {place + first + 1}: {cell}"[:200], reason, file)
            for place, (cell, reason) in enumerate(zip(cells, reasons, strict=True))
            if reason
        ]
        found.append([np.nan if reason else _number(cell) for cell, reason in zip(cells, reasons, strict=True)])
        people.append(people_before + number)
    width = shape.width - first
    entries = _entries(np.array(found, dtype=np.float32).reshape(-1, width), np.array(people, dtype=np.int64), shape)
    return replace(
        entries,
        problems=tuple(problems[:MOST_PROBLEMS]),
        skipped=Counter(problem.reason for problem in problems),
    )


def _reason(cell: str, shape: Shape) -> str:
    if cell in BLANKS:
        return ""
    if not is_number(cell):
        return NOT_FINITE if cell.lower().lstrip("+-") in ("nan", "inf", "infinity") else NOT_A_NUMBER
    return OUT_OF_SCALE if _wrong(np.array([_number(cell)]), shape)[0] else ""
