"""Ratings in sections, one per title: a line `MovieID:`, then `CustomerID,Rating,Date` for each who rated it.

Python loops over sections only, and over lines only in a block that holds something wrong.

Shapes: L lines of a block, S its sections, N its entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zipfile import ZipFile

import numpy as np
import pyarrow as pa

from engine.data.dataset import Bools, Int64
from engine.data.formats import kind_of_layout
from engine.data.reading.archives import MIB, Source, opened_archive
from engine.data.reading.dialect import encoding_of, text_of
from engine.data.reading.lines import Block, lines_of, read_blocks, table_of
from engine.data.reading.ratings import are_ratings
from engine.data.reading.roles import Given, Shape
from engine.data.reading.rows import (
    ID_TYPE,
    TIME_TYPES,
    Piece,
    RatingsBlock,
    are_clean,
    no_entries,
    parsed_times,
    read_row_by_row,
)
from engine.data.reading.times import NO_TIMES, times_of
from engine.data.reading.values import numbers_in

KIND = "sections"
BLOCK_BYTES = 4 * MIB
_NAMES = ("movie", "customer", "rating", "date")
_SECTION = re.compile(r"[^\s,;:]+:")
_LOOKED_AT = 500


@dataclass(frozen=True)
class _Cut:
    """A block without its section lines: their ids (first the open section), and the rows of each."""

    text: bytes
    ids_S: list[str]
    counts_S: Int64


def recognise_sections(source: Source, head: bytes, given: Given) -> Shape | None:
    """What a file in sections is, or None where it is none. Without a rating in its lines it has no such role."""
    encoding = encoding_of(head, given.encoding)
    lines = [line.strip() for line in text_of(head, encoding).splitlines()[:_LOOKED_AT]]
    lines = [line for line in lines if line]
    if len(lines) < 2 or not _SECTION.fullmatch(lines[0]):
        return None
    rows, section = [], ""
    for line in lines[:-1] if len(lines) == _LOOKED_AT else lines:
        if _SECTION.fullmatch(line):
            section = line[:-1]
        else:
            rows.append((section, *(cell.strip() for cell in line.split(","))))
    width = max(map(len, rows), default=0)
    fitting = [row for row in rows if len(row) == width]
    if not 2 <= width <= 4 or len(fitting) < 0.6 * len(rows):
        return None
    has_ratings = width > 2 and are_ratings([row[2] for row in fitting])
    roles = {"item": 0, "user": 1, "rating": 2, "time": 3} if has_ratings else {"item": 0, "user": 1}
    return Shape(
        encoding=encoding,
        delimiter=",",
        header=_NAMES[:width] if has_ratings else (*_NAMES[:2], "date")[:width],
        width=width,
        roles={role: place for role, place in roles.items() if place < width},
        layout=kind_of_layout(KIND),
        times=times_of([row[3] for row in fitting if row[3]], given.dates) if width == 4 else NO_TIMES,
        sample=tuple(fitting[:20]),
    )


def read_sections(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a file in sections. Raises NotUtf8Error, and DataError where the file fails."""
    position, lines = 0, 0
    with opened_archive(source) as archive:
        for part in source.single:
            piece = None
            for piece in _pieces_of(part, shape, archive):
                yield replace(piece, position=position + piece.position, line=lines + piece.line)
            position, lines = (position + piece.position, lines + piece.line) if piece else (position, lines)


def _pieces_of(part: Source, shape: Shape, archive: ZipFile | None) -> Iterator[Piece]:
    within = replace(shape, header=None, width=shape.width - 1)
    section = ""
    for block in read_blocks(part, within, block_bytes=BLOCK_BYTES, archive=archive):
        cut = _cut(block.text.replace(b"\r\n", b"\n"), section)
        found = _parse(cut, block, within) or _read_line_by_line(block, shape, section, file=part.name)
        section = cut.ids_S[-1]
        yield Piece(found, block.position, block.first_line + block.lines - 1)


def _cut(text: bytes, section: str) -> _Cut:
    ends_L, is_section_L = _lines_of(text)
    starts_L = np.concatenate([[0], ends_L[:-1] + 1])
    places = np.flatnonzero(is_section_L)
    blank_before_L = np.concatenate([[0], np.cumsum(ends_L == starts_L)])
    firsts, lasts = np.concatenate([[0], places + 1]), np.concatenate([places, [len(ends_L)]])
    counts_S = (lasts - firsts) - (blank_before_L[lasts] - blank_before_L[firsts])
    opened, closed = starts_L[places].tolist(), ends_L[places].tolist()
    ids = [text[start : end - 1].strip().decode("utf-8", "replace") for start, end in zip(opened, closed, strict=True)]
    between = zip([0, *(end + 1 for end in closed)], [*opened, len(text)], strict=True)
    return _Cut(b"".join(text[start:end] for start, end in between), [section, *ids], counts_S)


def _lines_of(text: bytes) -> tuple[Int64, Bools]:
    """Where each line ends, and whether it opens a section."""
    bytes_ = np.frombuffer(text, dtype=np.uint8)
    ends_L = np.flatnonzero(bytes_ == ord("\n"))
    if not text.endswith(b"\n"):
        ends_L = np.append(ends_L, len(bytes_))
    return ends_L, (bytes_[np.maximum(ends_L - 1, 0)] == ord(":")) & (ends_L > 0)


def _parse(cut: _Cut, block: Block, within: Shape) -> RatingsBlock | None:
    if (cut.counts_S[0] and not cut.ids_S[0]) or b"\0" in cut.text:
        return None
    types = {0: ID_TYPE, 1: pa.float32()}
    if within.times.kind is not None:
        types[2] = TIME_TYPES[within.times.kind]
    try:
        table = table_of(replace(block, text=cut.text), within, types=types) if cut.text.strip() else None
    except pa.ArrowInvalid:
        return None
    if table is None:
        return no_entries()
    ratings_N = numbers_in(table["c1"], blank=np.nan)
    users_N = table["c0"].combine_chunks()
    if len(ratings_N) != cut.counts_S.sum() or not are_clean([users_N], ratings_N, table["c1"].null_count, within):
        return None
    times_N = parsed_times(table["c2"], within.times) if 2 in types else None
    if times_N is None and 2 in types:
        return None
    used_S = np.flatnonzero(cut.counts_S)  # a section without a rating is no title
    rows_N = np.repeat(np.arange(len(used_S), dtype=np.int32), cut.counts_S[used_S])
    items_N = pa.DictionaryArray.from_arrays(pa.array(rows_N), pa.array(cut.ids_S, pa.string()).take(pa.array(used_S)))
    return RatingsBlock(users_N, items_N, ratings_N, times_N)


def _read_line_by_line(block: Block, shape: Shape, section: str, *, file: str) -> RatingsBlock:
    """Each row is given its section as first column, so that it is read as any table; problems show it as it is."""
    lines = lines_of(block.text.decode("utf-8", "replace"))
    rows = []
    for line in lines:
        if _SECTION.fullmatch(line.strip()):
            section = line.strip()[:-1]
            rows.append("")
        else:
            rows.append(f"{section},{line}" if line.strip() else "")
    found = read_row_by_row(replace(block, text="\n".join(rows).encode()), shape, file=file)
    return replace(
        found,
        problems=tuple(replace(wrong, text=lines[wrong.line - block.first_line][:200]) for wrong in found.problems),
    )
