"""Ratings as a wide table: one row a person and one column a title, 99 where there is no rating.

The first column may count the person's ratings.

Shapes: P people of a block, T titles, N entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.data.dataset import Float32, Int64
from engine.data.formats import BLANKS, kind_of_layout
from engine.data.reading.archives import Source, opened_archive
from engine.data.reading.dialect import delimiter_of, delimiter_sign, encoding_of, split_rows, text_of
from engine.data.reading.lines import Block, numbered_rows, read_blocks, table_of
from engine.data.reading.roles import Given, Shape
from engine.data.reading.rows import (
    WRONG_WIDTH,
    Piece,
    Problem,
    RatingsBlock,
    are_out_of_scale,
    rating_faults,
    reasons_of,
)
from engine.data.reading.values import is_number, numbers_of

KIND = "wide"
LEAST_COLUMNS = 20
_LOOKED_AT = 50
_COUNT = "ratings"


def recognise_wide(source: Source, head: bytes, given: Given) -> Shape | None:
    """What a wide table is, or None where it is none: all numbers, many of them 99, the others on the scale."""
    encoding = encoding_of(head, given.encoding)
    lines = text_of(head, encoding).splitlines()
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
    values_PT = np.array([[next(iter(numbers_of([cell])), np.nan) for cell in row] for row in rows])
    has_counts = _are_counts(values_PT)
    rated_PT = values_PT[:, int(has_counts) :]
    shape = Shape(
        encoding=encoding,
        delimiter=delimiter,
        header=(*((_COUNT,) if has_counts else ()), *(str(number) for number in range(1, rated_PT.shape[1] + 1))),
        width=width,
        roles={"user": 0, "item": 0, "rating": 0},
        layout=layout,
        sample=tuple(tuple(row) for row in rows[:20]),
        unrated=given.unrated if given.unrated is not None else (),
    )
    is_wide = np.isin(rated_PT, layout.missing).any() and not are_out_of_scale(rated_PT, shape).any()
    return shape if is_wide else None


def _are_counts(values_PT: npt.NDArray[np.float64]) -> bool:
    """Whether the first column counts the ratings of the others; where 99 is the count of none, it is no count."""
    rated_P = np.sum((values_PT[:, 1:] != 99) & ~np.isnan(values_PT[:, 1:]), axis=1)
    return bool(np.mean(values_PT[:, 0] == rated_P) > 0.9)


def read_wide(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a wide table. Raises DataError where the file fails."""
    plain, first = replace(shape, header=None), int(shape.header is not None and shape.header[0] == _COUNT)
    position, lines = 0, 0
    with opened_archive(source) as archive:
        for part in source.single:
            piece = None
            for block in read_blocks(part, plain, archive=archive):
                found = _parse(block, plain, first, people_before=lines, file=part.name)
                piece = Piece(found, position + block.position, lines + block.first_line + block.lines - 1)
                yield piece
            position, lines = (piece.position, piece.line) if piece else (position, lines)


def _parse(block: Block, shape: Shape, first: int, *, people_before: int, file: str) -> RatingsBlock:
    """All rows at once where they are as they should be, else row by row."""
    types = {place: pa.float32() for place in range(first, shape.width)}
    try:
        table = table_of(block, shape, types=types)
    except pa.ArrowInvalid:
        return _read_row_by_row(block, shape, first, people_before=people_before, file=file)
    ratings_PT = np.column_stack([table[name].to_numpy() for name in table.column_names])
    if table.num_rows != block.lines or are_out_of_scale(ratings_PT, shape).any():
        return _read_row_by_row(block, shape, first, people_before=people_before, file=file)
    people_P = people_before + np.arange(block.first_line, block.first_line + table.num_rows)
    return _entries(ratings_PT, people_P, shape)


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


def _read_row_by_row(block: Block, shape: Shape, first: int, *, people_before: int, file: str) -> RatingsBlock:
    """A row of another width is left out as a whole, of others the cells that are no ratings."""
    text = block.text.decode("utf-8", "replace")
    numbered = [
        (block.first_line + line - 1, row)
        for line, row in numbered_rows(text, shape.delimiter, quoted=False, width=shape.width)
    ]
    fitting = [(number, [cell.strip() for cell in row[first:]]) for number, row in numbered if len(row) == shape.width]
    cells = [cell for _, row in fitting for cell in row]
    width = shape.width - first
    ratings_C, faults = rating_faults(pa.array(cells, pa.string()), shape)
    reasons = reasons_of(faults)
    ratings_C[list(reasons)] = np.nan
    people_P = people_before + np.array([number for number, _ in fitting], dtype=np.int64)
    problems = [
        Problem(number, shape.delimiter.join(row)[:200], WRONG_WIDTH, file)
        for number, row in numbered
        if len(row) != shape.width
    ]
    problems += [
        Problem(fitting[at // width][0], f"column {at % width + first + 1}: {cells[at]}"[:200], reason, file)
        for at, reason in reasons.items()
    ]
    return _entries(ratings_C.reshape(-1, width), people_P, shape).with_problems(problems)
