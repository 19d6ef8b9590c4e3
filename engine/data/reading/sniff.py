"""What a file is (`sniff`, from its first 256 KiB), and its entries as that kind is read (`read_pieces`)."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from zipfile import ZipFile

from engine.data.formats import UNNAMED_COLUMNS, layout_by_marks, roles_of
from engine.data.reading.archives import Source, looks_like, read_head
from engine.data.reading.arrow import read_arrow, read_arrow_rows, recognise_arrow
from engine.data.reading.dialect import (
    DELIMITERS,
    decimal_sign,
    delimiter_sign,
    encoding_of,
    is_unclosed,
    lines_of,
    split_rows,
    text_of,
)
from engine.data.reading.json_table import read_json, read_json_rows, recognise_json
from engine.data.reading.lines import Block, read_blocks, read_rows
from engine.data.reading.matrix import read_matrix, recognise_matrix
from engine.data.reading.preamble import TableStart, start_of_table
from engine.data.reading.ratings import has_decimal_comma
from engine.data.reading.roles import (
    Columns,
    Given,
    Rows,
    Shape,
    as_chosen,
    listed,
    named_columns,
    texts_of,
    unrated_of,
    values_of,
    with_meaning,
)
from engine.data.reading.rows import Piece, RatingsBlock, read_ratings
from engine.data.reading.sections import read_sections, recognise_sections
from engine.data.reading.unnamed import are_list_lines, unnamed_columns, ways_of
from engine.data.reading.values import is_number
from engine.data.reading.wide import recognise_wide
from engine.data.reading.wide_rows import read_wide
from engine.errors import DataError
from engine.text import shorten
from engine.wording import counted, joined, said

PARSERS = min(4, os.cpu_count() or 1)
"""The parser works without the interpreter's lock, so blocks side by side use further cores."""
_SAMPLE_ROWS = 200
_UNNAMED_ROWS = 2000
"""What columns hold shows in more rows than their names do."""
_MOSTLY = 0.6
_MARKED_BYTES = 4096


def read_pieces(source: Source, shape: Shape) -> Iterator[Piece]:
    """The entries of a source, piece by piece, as its layout's kind is read."""
    return KINDS[shape.layout.kind].read(source, shape)


def read_cells(source: Source, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row below the column names, for small tables of any kind."""
    kind = KINDS.get(shape.layout.kind)
    return (kind.read_cells if kind else read_rows)(source, shape)


def read_delimited(source: Source, shape: Shape) -> Iterator[Piece]:
    """A table of text, an entry a line; blocks are parsed ahead in threads. Raises NotUtf8Error and DataError."""
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


@dataclass(frozen=True)
class FileKind:
    """A kind of file: `recognise` says what such a file is (or None), `read` gives entries, `read_cells` whole rows.

    `has_columns` may be pointed at; `is_lines`: an entry is a line; `joins_parts`: many files are read as one.
    """

    read: Callable[[Source, Shape], Iterator[Piece]]
    recognise: Callable[[Source, bytes, Given], Shape | None] | None = None
    read_cells: Callable[[Source, Shape], Iterator[tuple[int, list[str]]]] = read_rows
    has_columns: bool = False
    is_lines: bool = False
    joins_parts: bool = False


KINDS: dict[str, FileKind] = {
    "arrow": FileKind(read_arrow, recognise_arrow, read_arrow_rows, has_columns=True),
    "json": FileKind(read_json, recognise_json, read_json_rows, has_columns=True),
    "sections": FileKind(read_sections, recognise_sections, is_lines=True, joins_parts=True),
    "matrix": FileKind(read_matrix, recognise_matrix),
    "wide": FileKind(read_wide, recognise_wide, joins_parts=True),
    "delimited": FileKind(read_delimited, has_columns=True, is_lines=True),
}
"""By what layouts call them. The first that recognises a file says what it is; any other text is "delimited"."""


@dataclass(frozen=True)
class _Text:
    """The start of a table of text, and how it is written."""

    encoding: str
    delimiter: str
    start: TableStart

    def rows(self, most: int | None = None) -> list[list[str]]:
        lines = [line for line in self.start.lines if line.strip()]
        return split_rows(lines[:most], self.delimiter, quoted=self.start.is_quoted)


def sniff(source: Source, given: Given | None = None, *, archive: ZipFile | None = None) -> Shape:
    """What a source is. Raises DataError for an empty file, one that is no text, or one that is no table.

    The `archive` that it lies in may be open already.
    """
    given = given or Given()
    head = read_head(source, archive=archive)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise source.error(said("{name} is empty.", name=source.name), remedy=said("Choose a file that holds ratings."))
    start = head[:_MARKED_BYTES].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    marked = layout_by_marks(start) if start.startswith(("<", "{", "[")) else None
    if marked is not None:
        return Shape("utf-8", "", None, 0, {}, marked)
    for kind in KINDS.values():
        shape = kind.recognise(source, head, given) if kind.recognise else None
        if shape is not None:
            return with_meaning(shape, given)
    disguise = looks_like(head)
    if disguise:
        raise source.error(
            said("{name} looks like {disguise}, not a table of text.", name=source.name, disguise=disguise),
            remedy=said("Choose the ratings themselves, as CSV or another delimited text."),
        )
    return with_meaning(_shape(source, given, _text(source, given, head)), given)


def require_ratings(source: Source, shape: Shape) -> None:
    """Raises DataError with what was seen, unless the shape has people, titles and ratings of many people."""
    if shape.layout.personal:
        raise source.error(
            said(
                "{name} holds one person's own titles ({layout}), not many people's ratings.",
                name=source.name,
                layout=shape.layout.name,
            ),
            remedy=said("If they are yours, add them to your ratings in For you."),
            personal=True,
            layout=shape.layout.name,
        )
    missing = [role for role in ("user", "item", "rating") if role not in shape.roles]
    if not missing:
        return
    if shape.across is not None:
        raise source.error(
            said(
                "{name} has a column each for {columns}; it does not say whether these are titles or people.",
                name=source.name,
                columns=listed(shape.across.ids),
            ),
            remedy=said("Say what stands across: titles or people."),
            ways=(("--across", "titles"), ("--across", "people")),
            missing=("across",),
        )
    ways = tuple(("--columns", ",".join(f"{role}={place + 1}" for role, place in way.items())) for way in shape.ways)
    if ways and shape.header is None:
        raise source.error(
            said(
                "{name} has no column names, and what it holds does not say for certain which column is which.",
                name=source.name,
            ),
            remedy=said("Say which one holds people, which titles, and which ratings."),
            ways=ways,
            missing=tuple(missing),
        )
    remedy = said("Choose another file, or say which column is which, such as --columns user=1,item=2,rating=3.")
    if shape.has_titles and missing == ["user", "rating"]:
        remedy = said("It looks like a list of titles: choose the ratings file that belongs to it.")
    elif missing == ["user"]:
        remedy = joined(said("If these are your own ratings, add them to your profile in For you."), remedy)
    names = {"user": "people", "item": "titles", "rating": "ratings"}
    raise missing_columns(source, shape, missing, names, remedy=remedy, ways=ways)


def missing_columns(
    source: Source,
    shape: Shape,
    missing: Sequence[str],
    called: Mapping[str, str],
    *,
    remedy: str,
    ways: tuple[tuple[str, str], ...] = (),
) -> DataError:
    """The error for a file without columns of these roles, which are `called` so; `ways` are options that say them."""
    none_of, *others = (called[role] for role in missing)
    for name in others:
        none_of = said("{names} and none of {last}", names=none_of, last=name)
    return source.error(
        said(
            "{name} has no column of {missing}; its columns are: {columns}.",
            name=source.name,
            missing=none_of,
            columns=shape.described_columns,
        ),
        remedy=remedy,
        columns=shape.header or (),
        missing=tuple(missing),
        ways=ways,
    )


def _text(source: Source, given: Given, head: bytes) -> _Text:
    encoding = encoding_of(head, given.encoding)
    lines = _lines(source, head, encoding)
    start = start_of_table(lines, delimiter_sign(given.delimiter))
    if start.delimiter is None and are_list_lines(lines[:_SAMPLE_ROWS]):
        raise _lists(source)
    if start.delimiter is None:
        begin = next((line for line in lines if line.strip()), "")
        raise source.error(
            said(
                "{name} is no table: its lines do not split into columns (tried {delimiters}); it "
                "begins with {begin!r}.",
                name=source.name,
                delimiters=", ".join(DELIMITERS),
                begin=begin[:60],
            ),
            remedy=said("Choose a file with one rating a line, or say the delimiter."),
        )
    return _Text(encoding, start.delimiter, start)


def _lists(source: Source) -> DataError:
    return source.error(
        said("{name} holds lists: many alike on each line, and no ratings.", name=source.name),
        remedy=said("Choose a file with one rating a line: a person, a title and a rating."),
    )


def _lines(source: Source, head: bytes, encoding: str) -> list[str]:
    lines = lines_of(text_of(head, encoding))
    if len(head) >= 256 * 1024 and len(lines) > 1:
        lines.pop()
    if any(len(line) > 64 * 1024 for line in lines[: _SAMPLE_ROWS + 1]):
        raise source.error(
            said("{name} has lines of over 65,536 characters, which no ratings file has.", name=source.name),
            remedy=said("Choose a file with one rating a line."),
        )
    return lines


def _shape(source: Source, given: Given, text: _Text) -> Shape:
    rows = text.rows(_SAMPLE_ROWS + 1) or [[""]]
    if is_unclosed(rows[0]):  # the names are what they are without the stray quote
        rows[0] = rows[0][0].replace('"', "").split(text.delimiter)
    has_header = given.header if given.header is not None else _has_header(rows)
    header = tuple(cell.strip() for cell in rows[0]) if has_header else None
    body = rows[1:] if has_header else rows
    width = len(header) if header else Counter(len(row) for row in body).most_common(1)[0][0]
    if header:
        columns = named_columns(source, header, below=body)
    else:
        first = [row for row in text.rows(_UNNAMED_ROWS) if len(row) == width]
        columns = unnamed_columns(text.delimiter, first, name=source.base_name)
        if {"user", "item"} & given.columns.keys() and columns.layout.name == UNNAMED_COLUMNS.name:
            columns = replace(columns, notes=())  # a person has said what was only likely
    if columns.are_lists and not given.columns:
        raise _lists(source)
    if given.columns:
        columns = as_chosen(source, columns, given, header, width)
    names = columns.layout.header_lines if header else 0
    if {"user", "rating"} <= columns.roles.keys():  # scale and dates are found from all that was looked at
        body = text.rows()[names:]
    body = [row for row in body if len(row) == width]
    values = values_of(source, columns, given, body, header=header, delimiter=text.delimiter)
    columns = values.columns
    ratings = [] if values.thousands else texts_of(body[:_SAMPLE_ROWS], columns.roles.get("rating"))
    decimal = decimal_sign(given.decimal) or ("," if has_decimal_comma(ratings) else ".")
    return Shape(
        encoding=text.encoding,
        delimiter=text.delimiter,
        header=header,
        width=width,
        roles=columns.roles,
        layout=columns.layout,
        quoted=text.start.is_quoted,
        decimal=decimal,
        times=values.times,
        spelling=values.spelling,
        states=values.states,
        thousands=values.thousands,
        sample=tuple(tuple(row) for row in rows[:20]),
        header_lines=columns.layout.header_lines,
        unrated=unrated_of(given, columns.layout),
        notes=(*_notes_on(source, text.start), *values.notes),
        lines_above=text.start.above,
        is_wrapped=text.start.is_wrapped,
        ways=columns.ways or _ways(columns, header, body),
    )


def _ways(columns: Columns, header: tuple[str, ...] | None, body: Rows) -> tuple[Mapping[str, int], ...]:
    """What columns may be whose names do not say it; none where they do, or where names are numbers."""
    is_open = header is not None and not {"user", "item", "rating"} <= columns.roles.keys()
    if not is_open or columns.layout.personal or any(name.isdigit() for name in header or ()):
        return ()
    return ways_of(body, columns.roles)


def _notes_on(source: Source, start: TableStart) -> Iterator[str]:
    if start.said:
        begin, more = shorten(start.said[0], 60), len(start.said) - 1
        yield (
            counted(
                "Above the table {name} says {begin!r} and {count} more line; that was passed over.",
                "Above the table {name} says {begin!r} and {count} more lines; that was passed over.",
                more,
                name=source.name,
                begin=begin,
            )
            if more
            else said("Above the table {name} says {begin!r}; that was passed over.", name=source.name, begin=begin)
        )


def _has_header(rows: list[list[str]]) -> bool:
    first, rest = rows[0], rows[1:]
    numbers = [is_number(cell) for cell in first]
    known = set(roles_of(tuple(first))) & {"user", "item", "rating", "title", "time"}
    if len(known) >= 2 or (known and not any(numbers)):
        return not all(numbers)
    if rest and not first[0].strip() and all(row[0].strip() for row in rest) and len(set(first)) == len(first):
        return True  # nothing stands above the ids of the rows
    return bool(rest) and not any(numbers) and any(_mostly_numbers(rest, column) for column in range(len(first)))


def _mostly_numbers(rows: list[list[str]], column: int) -> bool:
    """A few cells may be damaged, and still a text above them is the column's name."""
    return sum(len(row) > column and is_number(row[column]) for row in rows) >= _MOSTLY * len(rows)
