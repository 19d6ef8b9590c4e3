"""The first rows of a ratings file, as texts and as the import's own readers read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from engine.data.dataset import NEVER, Float32
from engine.data.reading.archives import Source
from engine.data.reading.lines import Block, NotUtf8Error, lines_of, numbered_rows, read_blocks
from engine.data.reading.roles import Shape
from engine.data.reading.rows import RatingsBlock, read_ratings
from engine.data.reading.sniff import KINDS, read_cells, read_pieces
from engine.data.reading.times import times_in_seconds
from engine.wording import said

ROWS_SHOWN = 20
_SAYS_NOTHING = said("it says nothing about a title")
SAMPLE_BYTES = 128 * 1024


@dataclass(frozen=True)
class PreviewRow:
    """One row: its line in the file, its texts, and what they are read as.

    `rating` is None where it is only seen, `time` in Unix seconds; `problem` says why the row will be skipped.
    """

    line: int
    cells: tuple[str, ...]
    is_read: bool = False
    user: str = ""
    item: str = ""
    rating: float | None = None
    time: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class FirstRows:
    """Rows to show, and what a larger sample says; `lines` of the file took `position` bytes."""

    shape: Shape
    rows: tuple[PreviewRow, ...] = ()
    items: tuple[str, ...] = ()
    ratings_N: Float32 = field(default_factory=lambda: np.zeros(0, np.float32))
    lines: int = 0
    position: int = 0


def first_rows(source: Source, shape: Shape) -> FirstRows:
    if shape.layout.kind != "delimited":
        if not shape.has_ratings:
            shown = shape.sample[:ROWS_SHOWN]
            rows = tuple(PreviewRow(at, cells) for at, cells in enumerate(shown, start=1))
            return FirstRows(shape, rows, lines=len(rows))
        in_columns = KINDS[shape.layout.kind].has_columns
        return _rows_of_table(source, shape) if in_columns else _rows_of_pieces(source, shape)
    try:
        block = next(read_blocks(source, shape, block_bytes=SAMPLE_BYTES), None)
    except NotUtf8Error:
        return first_rows(source, replace(shape, encoding="cp1252"))
    if block is None:
        return FirstRows(shape)
    head, texts = _head_of(block, shape)
    if not shape.has_ratings:
        rows = tuple(PreviewRow(line, cells) for line, cells in texts)
        return FirstRows(shape, rows, lines=block.lines, position=block.position)
    rows = tuple(_read_rows(head, texts, shape, source.name))
    sample = read_ratings(block, shape, file=source.name)
    return FirstRows(shape, rows, _distinct(sample), _as_counted(sample.ratings_N, shape), block.lines, block.position)


def _head_of(block: Block, shape: Shape) -> tuple[Block, list[tuple[int, tuple[str, ...]]]]:
    """The part of a block that is shown, and its rows as texts with their line in the file."""
    lines = lines_of(block.text.decode("utf-8", "replace"))
    rows = numbered_rows("\n".join(lines), shape.delimiter, quoted=shape.quoted, width=shape.width)
    found = list(islice(rows, ROWS_SHOWN + 1))
    end = found[ROWS_SHOWN][0] - 1 if len(found) > ROWS_SHOWN else len(lines)
    head = "\n".join(lines[:end]).encode()
    shown = [(block.first_line + line - 1, tuple(cells)) for line, cells in found[:ROWS_SHOWN]]
    return Block(head, block.first_line, end, block.position), shown


def _read_rows(head: Block, texts: list[tuple[int, tuple[str, ...]]], shape: Shape, file: str) -> Iterator[PreviewRow]:
    lines = head.text.decode().split("\n")
    ends = [line for line, _ in texts[1:]] + [head.first_line + len(lines)]
    for (line, cells), end in zip(texts, ends, strict=True):
        own = "\n".join(lines[line - head.first_line : end - head.first_line]).encode()
        alone = read_ratings(Block(own, line, end - line, head.position), shape, file=file)
        entry = next(iter(_entries(alone, shape)), None)
        reason = next((problem.reason for problem in alone.problems), next(iter(alone.skipped), _SAYS_NOTHING))
        yield replace(entry, line=line, cells=cells) if entry else PreviewRow(line, cells, problem=reason)


def _entries(block: RatingsBlock, shape: Shape) -> list[PreviewRow]:
    """The first entries of a block as rows without line and texts."""
    ratings_N = _as_counted(block.ratings_N[:ROWS_SHOWN], shape)
    times_N = None if block.times_N is None else block.times_N[:ROWS_SHOWN]
    if block.times_N is not None and shape.times.kind in ("whole", "number"):
        times_N = times_in_seconds(block.times_N)[:ROWS_SHOWN]
    users, items = (ids.slice(0, ROWS_SHOWN).to_pylist() for ids in (block.users_N, block.items_N))
    return [
        PreviewRow(
            0,
            (),
            is_read=True,
            user=str(users[at]).strip(),
            item=str(items[at]).strip(),
            rating=None if np.isnan(ratings_N[at]) else float(ratings_N[at]),
            time=None if times_N is None or int(times_N[at]) in NEVER else int(times_N[at]),
        )
        for at in range(len(ratings_N))
    ]


def _as_counted(ratings_N: Float32, shape: Shape) -> Float32:
    """Ratings with NaN where the layout says that a value means *seen, not rated*."""
    unrated = shape.layout.unrated if shape.unrated is None else shape.unrated
    return np.where(np.isin(ratings_N, unrated), np.float32(np.nan), ratings_N) if unrated else ratings_N


def _rows_of_table(source: Source, shape: Shape) -> FirstRows:
    """A table that is no text: its cells, and in step with them what was read; where they disagree only the latter."""
    piece = next(read_pieces(source, shape), None)
    if piece is None or len(piece.block.ratings_N) + piece.block.skipped.total() != piece.line:
        return _rows_of_pieces(source, shape)
    reasons = {problem.line: problem.reason for problem in piece.block.problems}
    entries = iter(_entries(piece.block, shape))
    rows = []
    for line, cells in islice(read_cells(source, shape), ROWS_SHOWN):
        if line > piece.line:
            break
        if line in reasons:
            rows.append(PreviewRow(line, tuple(cells), problem=reasons[line]))
        else:
            rows.append(replace(next(entries), line=line, cells=tuple(cells)))
    ratings_N = _as_counted(piece.block.ratings_N, shape)
    return FirstRows(shape, tuple(rows), _distinct(piece.block), ratings_N, piece.line, piece.position)


def _rows_of_pieces(source: Source, shape: Shape) -> FirstRows:
    pieces = read_pieces(source, shape)
    piece = next((piece for piece in pieces if len(piece.block.ratings_N)), None)
    if piece is None:
        return FirstRows(shape)
    problems = [
        PreviewRow(problem.line, (problem.text,), problem=problem.reason)
        for problem in piece.block.problems[:ROWS_SHOWN]
    ]
    entries = [replace(entry, line=at) for at, entry in enumerate(_entries(piece.block, shape), start=1)]
    rows = tuple((entries + problems)[:ROWS_SHOWN])
    ratings_N = _as_counted(piece.block.ratings_N, shape)
    return FirstRows(shape, rows, _distinct(piece.block), ratings_N, piece.line, piece.position)


def _distinct(block: RatingsBlock) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(item_id).strip() for item_id in block.items_N.dictionary.to_pylist()))
