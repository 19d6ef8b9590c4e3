"""A text file -> blocks of whole lines; a block -> its rows as lists of cells, or an Arrow table of some columns.

The parser takes delimiters of one byte: `::` is read as two colons with nothing between, or a sign takes its place.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from zipfile import ZipFile

import pyarrow as pa
from pyarrow import csv as arrow_csv

from engine.data.formats import BLANKS
from engine.data.reading.archives import MIB, ByteStream, Source, size_of
from engine.data.reading.dialect import are_quotes_whole, end_of_rows, rows_of
from engine.data.reading.dialect import lines_of as lines_of
from engine.data.reading.preamble import unwrapped
from engine.data.reading.roles import Shape
from engine.wording import said

BLOCK_BYTES = 2 * MIB
FIRST_BLOCK_BYTES = MIB
"""Small, so that a person soon sees how long it will take."""
LONGEST_RECORD = 8 * MIB
MOST_IN_MEMORY = 256 * MIB
_LONGEST_NAMES = MIB
_UNIT = b"\x1f"
"""Stands for `::` where colons are found alone."""


class NotUtf8Error(Exception):
    """A file taken for UTF-8 is not, further down: it has to be read again as cp1252."""


@dataclass(frozen=True)
class Block:
    """Whole lines. `first_line` counts from 1 in the file; `position` is how far the source has been read."""

    text: bytes
    first_line: int
    lines: int
    position: int


def read_blocks(
    source: Source, shape: Shape, *, block_bytes: int = BLOCK_BYTES, archive: ZipFile | None = None
) -> Iterator[Block]:
    """The lines below the column names, in blocks. Raises NotUtf8Error and DataError."""
    decoder = None if shape.encoding == "utf-8" else codecs.getincrementaldecoder(shape.encoding)("replace")
    above, has_names = shape.lines_above, shape.header is not None
    with ByteStream(source, archive=archive) as stream:
        line, rest, at_end = 1, b"", False
        while not at_end:
            fresh = stream.read(block_bytes if line > 1 else min(block_bytes, FIRST_BLOCK_BYTES))
            at_end = not fresh
            if decoder is not None:
                fresh = decoder.decode(fresh, at_end).encode()
            text = rest + fresh
            if line == 1:
                text = text.removeprefix(codecs.BOM_UTF8)
            if b"\n" not in text and b"\r" in text[:-1]:  # a lone \r ends lines here; the last may await its \n
                text = text[:-1].replace(b"\r", b"\n") + text[-1:]
            cut = len(text) if at_end else _cut(text, shape)
            text, rest = text[:cut], text[cut:]
            _refuse_endless_line(source, rest, line)
            text = _ready(text, shape)
            if above:
                text, passed = _without_lines(text, above)
                above, line = above - passed, line + passed
            if has_names and not above:
                has_names = not text.strip()
                text, passed = _without_lines(text, _lines_of_names(text, shape))
                line += passed
            if text:
                lines = text.count(b"\n") + (not text.endswith(b"\n"))
                yield Block(text, line, lines, stream.position)
                line += lines


def _without_lines(text: bytes, count: int) -> tuple[bytes, int]:
    """A text without its first lines, and how many these were: fewer where it has no more."""
    end, passed = 0, 0
    while passed < count and end < len(text):
        end = text.find(b"\n", end) + 1 or len(text)
        passed += 1
    return text[end:], passed


def _lines_of_names(text: bytes, shape: Shape) -> int:
    """How many lines the column names take; blank lines may stand above them, and quoted names span some."""
    blank = text[: len(text) - len(text.lstrip())].count(b"\n")
    if not text.strip():
        return blank
    start = text[:_LONGEST_NAMES]
    if not shape.quoted or b'"' not in start:
        return blank + shape.header_lines
    lines = lines_of(start.decode("utf-8", "replace"))
    rows = rows_of(lines, shape.delimiter, quoted=True, width=shape.width)
    return next(islice(rows, shape.header_lines, None), (len(lines) + 1, []))[0] - 1


def _refuse_endless_line(source: Source, rest: bytes, line: int) -> None:
    if len(rest) > 4 * LONGEST_RECORD:
        raise source.error(
            said(
                "{name} has a line of over {size} MiB after line {line:,}, as no ratings file has.",
                name=source.name,
                size=len(rest) // MIB,
                line=line - 1,
            ),
            remedy=said("Choose a file with one rating a line."),
        )


def read_rows(source: Source, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row below the column names, for small files (up to 256 MiB)."""
    if size_of(source) > MOST_IN_MEMORY:
        raise source.error(
            said(
                "{name} is larger than {size} MiB, too large for a list of titles.",
                name=source.name,
                size=MOST_IN_MEMORY // MIB,
            ),
            remedy=said("Choose another file, or keep only the titles that the ratings need."),
        )
    if shape.encoding == "utf-8" and not _is_utf8(source):
        shape = replace(shape, encoding="cp1252")
    for block in read_blocks(source, shape, block_bytes=FIRST_BLOCK_BYTES):
        text = block.text.decode("utf-8", "replace")
        for line, row in numbered_rows(text, shape.delimiter, quoted=shape.quoted, width=shape.width):
            yield block.first_line + line - 1, row


def _is_utf8(source: Source) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with ByteStream(source) as stream:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def numbered_rows(
    text: str, delimiter: str, *, quoted: bool, width: int, one_line: Collection[int] = ()
) -> Iterator[tuple[int, list[str]]]:
    """Line number (from 1) and cells of each filled row of a text, as `rows_of` has them."""
    return rows_of(lines_of(text), delimiter, quoted=quoted, width=width, one_line=one_line)


def _cut(text: bytes, shape: Shape) -> int:
    """Where the last whole line ends (0 where none does); a line break between quotes does not end a line."""
    if not shape.quoted or len(text) > LONGEST_RECORD or b'"' not in text:
        return text.rfind(b"\n") + 1
    return end_of_rows(text, shape.delimiter)


def _ready(text: bytes, shape: Shape) -> bytes:
    """A block as the parser takes it: no runs of spaces where a space delimits, no quotes around whole lines."""
    if shape.encoding == "utf-8" and not text.isascii():
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotUtf8Error from error
    if shape.is_wrapped:
        return unwrapped(text.decode("utf-8", "replace")).encode()
    if shape.delimiter == " ":
        text = text.replace(b"\t", b" ").replace(b"\r", b"")
        while b"  " in text:
            text = text.replace(b"  ", b" ")
        return text.replace(b"\n ", b"\n").replace(b" \n", b"\n").strip(b" ")
    return text


def table_of(
    block: Block,
    shape: Shape,
    *,
    types: Mapping[int, pa.DataType],
    on_wrong_width: Callable[[arrow_csv.InvalidRow], str] | None = None,
) -> pa.Table:
    """The columns of `types` (place -> type) as "c0", "c1" ...; wrong rows raise pa.ArrowInvalid, or are skipped.

    It is raised, too, where quotes are not in order: the parser would take all that follows for one text.
    """
    if shape.quoted and not are_quotes_whole(block.text, shape.delimiter):
        raise pa.ArrowInvalid(said("a quote that opens and does not close"))
    names = [f"c{place}" for place in range(shape.width)]
    wanted = {f"c{place}": kind for place, kind in types.items()}
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
    return _parsed(block.text.replace(b"::", _UNIT), shape, _UNIT.decode(), names, wanted, on_wrong_width)


def _parsed(
    text: bytes,
    shape: Shape,
    delimiter: str,
    names: list[str],
    types: dict[str, pa.DataType],
    on_wrong_width: Callable[[arrow_csv.InvalidRow], str] | None,
) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(text),
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if shape.quoted else False,
            newlines_in_values=shape.quoted and b'"' in text,
            invalid_row_handler=on_wrong_width,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=list(BLANKS),
            decimal_point=shape.decimal,
            timestamp_parsers=[*shape.times.formats, arrow_csv.ISO8601],
        ),
    )
