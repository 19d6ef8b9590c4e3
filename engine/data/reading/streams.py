"""A source of any kind -> pieces of ratings: the one door from files to the importer.

Stands above the readers. Each kind of file (Layout.kind) has one reader, a generator of pieces; a new kind is a module
and a line in READERS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.data.reading.archives import Source
from engine.data.reading.lines import read_blocks
from engine.data.reading.pieces import Piece
from engine.data.reading.readers import read_ratings
from engine.data.reading.sections import read_sections
from engine.data.reading.shape import Shape

__all__ = ["READERS", "Piece", "Reader", "read_delimited", "read_pieces"]


Reader = Callable[[Source, Shape], Iterator[Piece]]


def read_delimited(source: Source, shape: Shape) -> Iterator[Piece]:
    """A table of text, one entry a line. Raises NotUtf8Error, and DataError where the file fails."""
    for block in read_blocks(source, shape):
        ratings = read_ratings(block, shape, file=source.name)
        yield Piece(ratings, block.position, block.first_line + block.lines - 1)


READERS: dict[str, Reader] = {"delimited": read_delimited, "sections": read_sections}


def read_pieces(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a source, piece by piece, as its layout's kind is read."""
    return READERS[shape.layout.kind](source, shape)
