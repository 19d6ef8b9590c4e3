"""A source of any kind -> pieces of ratings: the one door from files to the importer.

Stands above the readers. Each kind of file (Layout.kind) has one reader, a generator of pieces; a new kind is a module
and a line in READERS.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from engine.data.reading.archives import Source
from engine.data.reading.arrow import read_arrow, read_arrow_rows
from engine.data.reading.json_table import read_json, read_json_rows
from engine.data.reading.lines import Block, read_blocks, read_rows
from engine.data.reading.matrix import read_matrix
from engine.data.reading.pieces import Piece
from engine.data.reading.readers import RatingsBlock, read_ratings
from engine.data.reading.sections import read_sections
from engine.data.reading.shape import Shape
from engine.data.reading.wide import read_wide

__all__ = ["READERS", "Piece", "Reader", "read_cells", "read_delimited", "read_pieces"]

PARSERS = min(4, os.cpu_count() or 1)
"""The parser works without the interpreter's lock, so blocks side by side use further cores."""
Reader = Callable[[Source, Shape], Iterator[Piece]]


def read_delimited(source: Source, shape: Shape) -> Iterator[Piece]:
    """A table of text, one entry a line. Raises NotUtf8Error, and DataError where the file fails.

    Blocks are parsed side by side, a few ahead of the one that is asked for, and come in the order of the file.
    """
    pool, ahead = ThreadPoolExecutor(PARSERS, "parser"), deque[tuple[Block, Future[RatingsBlock]]]()
    try:
        for block in read_blocks(source, shape):
            ahead.append((block, pool.submit(read_ratings, block, shape, file=source.name)))
            if len(ahead) > PARSERS:
                yield _piece(*ahead.popleft())
        while ahead:
            yield _piece(*ahead.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _piece(block: Block, ratings: Future[RatingsBlock]) -> Piece:
    return Piece(ratings.result(), block.position, block.first_line + block.lines - 1)


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
