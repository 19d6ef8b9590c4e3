"""One block of a ratings file -> an Arrow table of the columns that are wanted.

Stands between lines.py and those who read blocks: the one place that tells pyarrow how such a file is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pyarrow as pa
from pyarrow import csv

from engine.data.formats import BLANKS
from engine.data.reading.lines import Block, block_delimiter
from engine.data.reading.shape import Shape


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
    column_types = {f"c{place}": one for place, one in types.items()}
    return csv.read_csv(
        pa.BufferReader(block.text),
        read_options=csv.ReadOptions(
            column_names=[f"c{place}" for place in range(shape.width)],
            use_threads=False,
            block_size=len(block.text) + 1,
        ),
        parse_options=csv.ParseOptions(
            delimiter=block_delimiter(shape),
            quote_char='"' if shape.quoted else False,
            newlines_in_values=shape.quoted and b'"' in block.text,
            invalid_row_handler=on_wrong_width,
        ),
        convert_options=csv.ConvertOptions(
            column_types=column_types,
            include_columns=list(column_types),
            null_values=list(BLANKS),
            decimal_point=shape.decimal,
            timestamp_parsers=[*shape.date_formats, csv.ISO8601],
        ),
    )
