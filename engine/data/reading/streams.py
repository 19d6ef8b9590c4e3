"""A source of any kind -> pieces of ratings: the one door from files to the importer.

Stands above the readers. Each kind of file (Layout.kind) has one reader, a generator of pieces; a new kind is a module
and a line in READERS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.data.reading.archives import Source
from engine.data.reading.arrow import read_arrow, read_arrow_rows
from engine.data.reading.json_table import read_json, read_json_rows
from engine.data.reading.lines import read_blocks, read_rows
from engine.data.reading.matrix import read_matrix
from engine.data.reading.pieces import Piece
from engine.data.reading.readers import read_ratings
from engine.data.reading.sections import read_sections
from engine.data.reading.shape import Shape
from engine.data.reading.wide import read_wide

__all__ = ["READERS", "Piece", "Reader", "read_cells", "read_delimited", "read_pieces"]


Reader = Callable[[Source, Shape], Iterator[Piece]]


def read_delimited(source: Source, shape: Shape) -> Iterator[Piece]:
    """A table of text, one entry a line. Raises NotUtf8Error, and DataError where the file fails."""
    for block in read_blocks(source, shape):
        ratings = read_ratings(block, shape, file=source.name)
        yield Piece(ratings, block.position, block.first_line + block.lines - 1)


READERS: dict[str, Reader] = {
    "delimited": read_delimited,
    "sections": read_sections,
    "matrix": read_matrix,
    "wide": read_wide,
    "arrow": read_arrow,
    "json": read_json,
}
ROWS: dict[str, Callable[[Source, Shape], Iterator[tuple[int, list[str]]]]] = {
    "arrow": read_arrow_rows,
    "json": read_json_rows,
}
"""Kinds of tables that are no text, for those who want whole rows."""


def read_pieces(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a source, piece by piece, as its layout's kind is read."""
    return READERS[shape.layout.kind](source, shape)


def read_cells(source: Source, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row below the column names, for small tables of any kind."""
    return ROWS.get(shape.layout.kind, read_rows)(source, shape)
