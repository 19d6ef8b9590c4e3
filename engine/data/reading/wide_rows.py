"""Rows of a wide table -> its entries; cells that are no ratings are left out and reported by line and column.

Shapes: P rows of a block, T columns of ratings, N entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from engine.data.dataset import Float32, Int64
from engine.data.formats import BLANKS, NO_IDS
from engine.data.reading.archives import Source, opened_archive
from engine.data.reading.lines import Block, numbered_rows, read_blocks
from engine.data.reading.roles import Across, Shape
from engine.data.reading.rows import (
    LONGEST_ID,
    MOST_PROBLEMS,
    NO_ITEM,
    NO_USER,
    TOO_LONG,
    WRONG_WIDTH,
    Piece,
    Problem,
    RatingsBlock,
    are_out_of_scale,
    rating_faults,
    reasons_of,
)
from engine.data.reading.values import numbers_in

_UNIT = "\x1f"
_NO_BREAKS = str.maketrans("\r\n", "  ")
"""Stands in no cell: a block is one column of its cells."""
NOTHING = tuple(dict.fromkeys((*BLANKS, *NO_IDS, "-", ".")))
"""Texts of a cell that hold no rating."""


def read_wide(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a wide table of text. Raises DataError where the file fails."""
    position, lines = 0, 0
    with opened_archive(source) as archive:
        for part in source.single:
            piece = None
            for block in read_blocks(part, shape, archive=archive):
                found = _entries(_rows_of(block, shape, file=part.name, lines_before=lines), shape)
                piece = Piece(found, position + block.position, lines + block.first_line + block.lines - 1)
                yield piece
            position, lines = (piece.position, piece.line) if piece else (position, lines)


@dataclass
class _Rows:
    """Rows of the right width: their lines, their ids, and their cells behind the leading ones, one a line."""

    file: str
    numbers: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _rows_of(block: Block, shape: Shape, *, file: str, lines_before: int) -> _Rows:
    across = _across(shape)
    above = shape.lines_above + (shape.header_lines if shape.header else 0)
    rows = _Rows(file)
    for line, leading, cells, width in _split(block, shape, across.places[0]):
        number = block.first_line + line - 1
        label = str(lines_before + number - above) if across.label is None else "".join(leading[across.label :][:1])
        if label in across.totals:
            continue
        fault = WRONG_WIDTH if width != shape.width else fault_of(label, across)
        if fault:
            words = shape.delimiter.join((*leading, cells.replace("\n", shape.delimiter)))
            rows.problems.append(Problem(number, words[:200], fault, file))
            continue
        rows.numbers.append(number)
        rows.labels.append(label)
        rows.cells.append(cells)
    return rows


def fault_of(label: str, across: Across) -> str:
    """Why a row that is called so cannot be used, "" where it can."""
    if label.strip() in NO_IDS:
        return NO_USER if across.what == "titles" else NO_ITEM
    return TOO_LONG if len(label.encode()) > LONGEST_ID else ""


def _across(shape: Shape) -> Across:
    if shape.across is None:
        raise TypeError("only wide tables are read so")
    return shape.across


def _split(block: Block, shape: Shape, leading: int) -> Iterator[tuple[int, list[str], str, int]]:
    """Of each filled row its line (from 1), its leading cells, the others one a line, and how many cells it has."""
    text, sign = block.text.decode("utf-8", "replace").replace(_UNIT, " "), shape.delimiter
    if shape.quoted and '"' in text:
        for line, row in numbered_rows(text, sign, quoted=True, width=shape.width):
            yield line, row[:leading], "\n".join(cell.translate(_NO_BREAKS) for cell in row[leading:]), len(row)
        return
    for line, words in enumerate(text.split("\n"), start=1):
        words = words.rstrip("\r").translate(_NO_BREAKS)
        if words.strip():
            cells = words.split(sign, leading)
            rest = "".join(cells[leading:])
            yield line, cells[:leading], rest.replace(sign, "\n"), len(cells) + rest.count(sign)


def _entries(rows: _Rows, shape: Shape) -> RatingsBlock:
    """All cells at once where they are as they should be, else as texts, of which each is looked at."""
    width = shape.width - _across(shape).places[0]
    text = "".join(f"{cells}\n" for cells in rows.cells)
    try:
        column = _column_of(text, pa.float32(), shape)
        ratings_N = numbers_in(column, blank=np.nan)
        is_clean = np.count_nonzero(~np.isfinite(ratings_N)) == column.null_count
    except pa.ArrowInvalid:
        is_clean = False
    if is_clean and not are_out_of_scale(ratings_N, shape).any():
        return wide_entries(ratings_N.reshape(-1, width), rows.labels, shape).with_problems(rows.problems)
    texts = _column_of(text, pa.string(), shape).combine_chunks()
    ratings_N, faults = rating_faults(texts, shape)
    kept_T = _places(shape)
    reasons = {at: why for at, why in reasons_of(faults).items() if at % width in kept_T}
    ratings_N[list(reasons)] = np.nan
    problems = [
        Problem(rows.numbers[at // width], f"{_called(shape, at % width)}: {texts[at].as_py()}"[:200], why, rows.file)
        for at, why in islice(reasons.items(), MOST_PROBLEMS)
    ]
    found = wide_entries(ratings_N.reshape(-1, width), rows.labels, shape)
    found = replace(found, problems=tuple(problems), skipped=Counter(reasons.values()))
    return found.with_problems(rows.problems)


def _places(shape: Shape) -> list[int]:
    """The columns of ratings, counted from the first of them."""
    across = _across(shape)
    return [place - across.places[0] for place in across.places]


def _called(shape: Shape, place: int) -> str:
    at = place + _across(shape).places[0]
    return shape.header[at] if shape.header else f"column {at + 1}"


def _column_of(text: str, kind: pa.DataType, shape: Shape) -> pa.ChunkedArray:
    """Cells, one a line, as one column; null where they hold nothing."""
    cells = text.encode()
    if not cells:
        return pa.chunked_array([], kind)
    table = arrow_csv.read_csv(
        pa.BufferReader(cells),
        read_options=arrow_csv.ReadOptions(column_names=["cells"], use_threads=False, block_size=len(cells) + 1),
        parse_options=arrow_csv.ParseOptions(delimiter=_UNIT, quote_char=False, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types={"cells": kind},
            null_values=list(NOTHING),
            strings_can_be_null=True,
            decimal_point=shape.decimal,
        ),
    )
    return table["cells"]


def block_of_columns(
    texts_in: Callable[[int], pa.Array], labels: Sequence[str], numbers: Sequence[int], shape: Shape, *, file: str
) -> RatingsBlock:
    """The entries of rows that come as columns of texts; each cell that is no rating, and each row without an id, is
    reported by its number."""
    across, header = _across(shape), shape.header or ()
    faults_P = [fault_of(label, across) for label in labels]
    problems = [
        Problem(number, label[:200], fault, file)
        for number, label, fault in zip(numbers, labels, faults_P, strict=True)
        if fault
    ]
    is_kept_P = [not fault and label not in across.totals for fault, label in zip(faults_P, labels, strict=True)]
    ratings_PC = np.full((len(labels), shape.width - across.places[0]), np.nan, dtype=np.float32)
    for place in across.places:
        texts = texts_in(place)
        ratings_PC[:, place - across.places[0]], faults = rating_faults(texts, shape)
        for row, reason in reasons_of(faults).items():
            ratings_PC[row, place - across.places[0]] = np.nan
            if is_kept_P[row]:
                problems.append(Problem(numbers[row], f"{header[place]}: {texts[row].as_py()}"[:200], reason, file))
    kept = np.flatnonzero(is_kept_P).tolist()
    return wide_entries(ratings_PC[kept], [labels[row] for row in kept], shape).with_problems(problems)


def wide_entries(ratings_PC: Float32, labels: Sequence[str], shape: Shape) -> RatingsBlock:
    """The entries of rows (called `labels`) by columns from the first one of ratings, NaN where there is none."""
    across = _across(shape)
    ratings_PT = ratings_PC[:, _places(shape)]
    rows_N, columns_N = np.nonzero(~(np.isnan(ratings_PT) | np.isin(ratings_PT, shape.layout.missing)))
    down_N, across_N = _ids(labels, rows_N), _ids(across.ids, columns_N)
    users_N, items_N = (down_N, across_N) if across.what == "titles" else (across_N, down_N)
    return RatingsBlock(users_N, items_N, ratings_PT[rows_N, columns_N], None)


def _ids(ids: Sequence[str], places_N: Int64) -> pa.DictionaryArray:
    """Each id once, those without entries too, and which of them each entry has."""
    coded = pc.utf8_trim_whitespace(pa.array(ids, pa.string())).dictionary_encode()
    return pa.DictionaryArray.from_arrays(coded.indices.take(pa.array(places_N)), coded.dictionary)
