"""A table of pairs, a person and a title each, in any dialect -> pieces, for predicting their ratings.

Shapes: P pairs of one piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import Int64
from engine.data.reading.archives import Source, sources_in
from engine.data.reading.lines import Block, numbered_rows, read_blocks, table_of
from engine.data.reading.roles import Shape
from engine.data.reading.sniff import missing_columns, sniff
from engine.errors import DataError
from engine.wording import said

_ROLES = {"user": "people", "item": "titles"}


@dataclass(frozen=True)
class PairsPiece:
    """Pairs by their ids as texts, the line of each, lines `skipped` without a pair, and how far it is read."""

    users_P: pa.Array
    items_P: pa.Array
    lines_P: Int64
    skipped: tuple[int, ...]
    position: int


@dataclass(frozen=True)
class PairsFile:
    source: Source
    shape: Shape

    def pieces(self) -> Iterator[PairsPiece]:
        for block in read_blocks(self.source, self.shape):
            yield _piece(block, self.shape)

    def as_western(self) -> PairsFile:
        """The same file as cp1252, for one that turned out not to be UTF-8 further down."""
        return replace(self, shape=replace(self.shape, encoding="cp1252"))


def open_pairs(path: Path) -> PairsFile:
    """A file of pairs (plain, .gz, or the one file of a .zip). Raises DataError where it is none."""
    source = _source_at(path)
    return PairsFile(source, _shape_of(source))


def _source_at(path: Path) -> Source:
    sources = [] if path.is_dir() else sources_in(path)
    if len(sources) == 1:
        return sources[0]
    is_folder = said("{path} is a folder.", path=path)
    what = is_folder if path.is_dir() else said("{path} holds {count:,} files.", path=path, count=len(sources))
    raise DataError(what, remedy=said("Choose one file of pairs, a person and a title a line."), path=str(path))


def _shape_of(source: Source) -> Shape:
    shape = sniff(source)
    if shape.layout.kind != "delimited":
        raise source.error(
            said("{name} is no table of pairs ({layout}).", name=source.name, layout=shape.layout.name),
            remedy=said("Choose a CSV file with the columns user and item."),
        )
    if shape.header is None and shape.width >= 2:
        return replace(shape, roles={"user": 0, "item": 1})
    missing = [role for role in _ROLES if role not in shape.roles]
    if missing:
        raise missing_columns(source, shape, missing, _ROLES, remedy=said("Call the columns user and item."))
    return shape


def _piece(block: Block, shape: Shape) -> PairsPiece:
    places = (shape.roles["user"], shape.roles["item"])
    try:
        if b"\0" in block.text:
            raise pa.ArrowInvalid(said("a NUL byte"))
        table = table_of(block, shape, types=dict.fromkeys(places, pa.string()))
        users_P, items_P = (pc.utf8_trim_whitespace(table[f"c{place}"].combine_chunks()) for place in places)
        if len(table) == block.lines:
            lines_P = block.first_line + np.arange(len(table), dtype=np.int64)
            return PairsPiece(users_P, items_P, lines_P, (), block.position)
    except pa.ArrowInvalid:
        pass
    return _row_by_row(block, shape, places)


def _row_by_row(block: Block, shape: Shape, places: tuple[int, int]) -> PairsPiece:
    """A block in which some row is odd: short rows are left out, blank lines are counted."""
    users, items, lines, skipped = [], [], [], []
    text = block.text.decode("utf-8", "replace")
    for line, cells in numbered_rows(text, shape.delimiter, quoted=shape.quoted, width=shape.width):
        number = block.first_line + line - 1
        if len(cells) <= max(places) or len(cells) > shape.width:
            skipped.append(number)
            continue
        users.append(cells[places[0]])
        items.append(cells[places[1]])
        lines.append(number)
    users_P, items_P = (pc.utf8_trim_whitespace(pa.array(ids, pa.string())) for ids in (users, items))
    return PairsPiece(users_P, items_P, np.array(lines, dtype=np.int64), tuple(skipped), block.position)
