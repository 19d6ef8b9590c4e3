"""One block of a ratings file -> an Arrow table of the columns that are wanted.

Stands between lines.py and those who read blocks: the one place that tells pyarrow how such a file is written. The
parser takes delimiters of one byte only. `::` is read as two colons with nothing between them, at no cost; only where
single colons stand in the text, too, a sign takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from engine.data.formats import BLANKS
from engine.data.reading.lines import Block
from engine.data.reading.shape import Shape

UNIT = b"\x1f"
"""Stands for `::` where colons are found alone."""


def table_of(
    block: Block,
    shape: Shape,
    *,
    types: Mapping[int, pa.DataType],
    on_wrong_width: Callable[[csv.InvalidRow], str] | None = None,
) -> pa.Table:
    """A table with the columns of `types` (place from 0 -> type), named "c0", "c1" and so on.

    Raises pa.ArrowInvalid where a value has another type, and where a row has another width unless
    `on_wrong_width` answers "skip".
    """
    names = [f"c{place}" for place in range(shape.width)]
    wanted = {f"c{place}": one for place, one in types.items()}
    if shape.delimiter != "::":
        return _parsed(block.text, shape, shape.delimiter, names, wanted, on_wrong_width)
    if on_wrong_width is None:
        between = [f"between{place}" for place in range(1, shape.width)]
        names_and_gaps = [names[0], *chain.from_iterable(zip(between, names[1:], strict=True))]
        nothing = dict.fromkeys(between, pa.null())
        try:
            return _parsed(block.text, shape, ":", names_and_gaps, wanted | nothing, None).select(list(wanted))
        except pa.ArrowInvalid:
            pass
    return _parsed(block.text.replace(b"::", UNIT), shape, UNIT.decode(), names, wanted, on_wrong_width)


def numbers_in(column: pa.ChunkedArray | pa.Array, *, blank: float) -> npt.NDArray[Any]:
    """The numbers of a column, `blank` where there is none. `to_numpy` would import pandas first, for half a second."""
    parts = [_numbers_in(one, blank) for one in (column.chunks if isinstance(column, pa.ChunkedArray) else [column])]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, column.type.to_pandas_dtype()), *parts])


def _numbers_in(chunk: pa.Array, blank: float) -> npt.NDArray[Any]:
    kind = np.dtype(chunk.type.to_pandas_dtype())
    if not len(chunk):
        return np.zeros(0, kind)
    known, values = chunk.buffers()
    numbers = np.frombuffer(values, kind, len(chunk), chunk.offset * kind.itemsize)
    if not chunk.null_count:
        return numbers
    bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")[chunk.offset : chunk.offset + len(chunk)]
    return np.where(bits.astype(bool), numbers, kind.type(blank))


def _parsed(
    text: bytes,
    shape: Shape,
    delimiter: str,
    names: list[str],
    types: dict[str, pa.DataType],
    on_wrong_width: Callable[[csv.InvalidRow], str] | None,
) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(text),
        read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
        parse_options=csv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if shape.quoted else False,
            newlines_in_values=shape.quoted and b'"' in text,
            invalid_row_handler=on_wrong_width,
        ),
        convert_options=csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=list(BLANKS),
            decimal_point=shape.decimal,
            timestamp_parsers=[*shape.date_formats, csv.ISO8601],
        ),
    )
