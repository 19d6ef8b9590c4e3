"""What a text file is: its encoding, delimiter, column names, and the role of each column.

Stands after archives.py and dialect.py, before readers.py. Looks at the first 256 KiB only; what turns out otherwise
later in the file is the readers' to notice and say.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.data.formats import (
    BLANKS,
    CHOSEN_COLUMNS,
    ROLES,
    UNNAMED_COLUMNS,
    Layout,
    layout_of_columns,
    layout_of_header,
    normalised,
    roles_of,
)
from engine.data.reading.archives import Source, read_head
from engine.data.reading.dialect import (
    DELIMITERS,
    are_ratings,
    delimiter_of,
    delimiter_sign,
    encoding_of,
    has_decimal_comma,
    is_number,
    is_quoted,
    known_encoding,
    split_rows,
    time_kind_of,
)
from engine.data.reading.sections import recognise_sections
from engine.data.reading.shape import Given, Shape
from engine.data.reading.signatures import looks_like
from engine.errors import DataError

__all__ = ["Given", "Shape", "require_ratings", "sniff", "without_time"]

_SAMPLE_ROWS = 200
RECOGNISERS: tuple[Callable[[Source, bytes, Given], Shape | None], ...] = (recognise_sections,)
"""One per kind of file that is no plain table of text; the first that knows a file says what it is."""


def sniff(source: Source, given: Given | None = None) -> Shape:
    """What a source is. Raises DataError for an empty file, one that is no text, or one that is no table."""
    given = given or Given()
    head = read_head(source)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise DataError(f"{source.name} is empty.", remedy="Choose a file that holds ratings.", path=str(source.path))
    for recognise in RECOGNISERS:
        shape = recognise(source, head, given)
        if shape is not None:
            return shape
    disguise = looks_like(head)
    if disguise:
        raise DataError(
            f"{source.name} looks like {disguise}, not a table of text.",
            remedy="Choose the ratings themselves, as CSV or another delimited text.",
            path=str(source.path),
        )
    encoding = known_encoding(given.encoding) if given.encoding else encoding_of(head)
    lines = _lines(source, head, encoding)
    delimiter = delimiter_sign(given.delimiter) or delimiter_of(lines)
    if delimiter is None:
        raise DataError(
            f"{source.name} is no table: its lines do not split into columns "
            f"(tried {', '.join(DELIMITERS)}); it begins with {lines[0][:60]!r}.",
            remedy="Choose a file with one rating a line, or say the delimiter.",
            path=str(source.path),
        )
    quoted = is_quoted(lines, delimiter)
    return _shape(source, given, (encoding, delimiter, quoted), split_rows(lines, delimiter, quoted=quoted))


def require_ratings(source: Source, shape: Shape) -> None:
    """Raises DataError with the columns that were seen, unless the shape has people, titles and ratings."""
    missing = [role for role in ("user", "item", "rating") if role not in shape.roles]
    if not missing:
        return
    names = {"user": "people", "item": "titles", "rating": "ratings"}
    remedy = "Choose another file, or say which column is which, such as --columns user=1,item=2,rating=3."
    if shape.has_titles and missing == ["user", "rating"]:
        remedy = "It looks like a list of titles: choose the ratings file that belongs to it."
    elif missing == ["user"]:
        remedy = "If these are your own ratings, add them to your profile in For you. " + remedy
    raise DataError(
        f"{source.name} has no column of {' and none of '.join(names[one] for one in missing)}; "
        f"its columns are: {shape.columns_words}.",
        remedy=remedy,
        path=str(source.path),
        columns=shape.header or (),
        missing=tuple(missing),
    )


def _lines(source: Source, head: bytes, encoding: str) -> list[str]:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head).lstrip("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(head) >= 256 * 1024 and len(lines) > 1:
        lines.pop()
    lines = [line for line in lines if line.strip()][: _SAMPLE_ROWS + 1]
    if any(len(line) > 64 * 1024 for line in lines):
        raise DataError(
            f"{source.name} has lines of over 65,536 characters, which no ratings file has.",
            remedy="Choose a file with one rating a line.",
            path=str(source.path),
        )
    return lines


def _shape(source: Source, given: Given, text: tuple[str, str, bool], rows: list[list[str]]) -> Shape:
    encoding, delimiter, quoted = text
    has_header = given.header if given.header is not None else _has_header(rows)
    header = tuple(one.strip() for one in rows[0]) if has_header else None
    body = rows[1:] if has_header else rows
    width = len(header) if header else Counter(len(row) for row in body).most_common(1)[0][0]
    body = [row for row in body if len(row) == width][:_SAMPLE_ROWS]
    if header:
        layout, roles = layout_of_header(header), roles_of(header)
    else:
        layout, roles = _roles_without_names(delimiter, width, body)
    if given.columns:
        layout, roles = CHOSEN_COLUMNS, roles | _chosen_roles(source, given.columns, header, width)
    ratings = _column(body, roles.get("rating"))
    times = _column(body, roles.get("time"))
    return Shape(
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        width=width,
        roles=roles,
        layout=layout,
        quoted=quoted,
        decimal="," if has_decimal_comma(ratings) else ".",
        time_kind=time_kind_of(times),
        sample=tuple(tuple(row) for row in rows[:20]),
    )


def _has_header(rows: list[list[str]]) -> bool:
    first, rest = rows[0], rows[1:]
    numbers = [is_number(one) for one in first]
    known = set(roles_of(tuple(first))) & {"user", "item", "rating", "title", "time"}
    if len(known) >= 2 or (known and not any(numbers)):
        return not all(numbers)
    columns = range(len(first))
    return not any(numbers) and any(
        rest and all(len(row) > column and is_number(row[column]) for row in rest) for column in columns
    )


def _roles_without_names(delimiter: str, width: int, body: list[list[str]]) -> tuple[Layout, dict[str, int]]:
    layout = layout_of_columns(delimiter, width, _column(body, 1) if width > 1 else [])
    if width < 3 or not are_ratings(_column(body, 2)):
        names = ("item", "title", "genres")
        is_titles = width >= 2 and not all(is_number(one) for one in _column(body, 1))
        return UNNAMED_COLUMNS, {role: place for place, role in enumerate(names[:width])} if is_titles else {}
    roles = dict(layout.columns)
    if width < 4 or time_kind_of(_column(body, 3)) is None:
        roles.pop("time", None)
    return layout, roles


def _chosen_roles(
    source: Source, columns: Mapping[str, str], header: tuple[str, ...] | None, width: int
) -> dict[str, int]:
    names = [normalised(one) for one in header or ()]
    chosen = {}
    for role, wish in columns.items():
        if role not in ROLES:
            raise DataError(f"There is no role called {role!r}.", remedy=f"Known are: {', '.join(ROLES)}.")
        if header and wish in header:
            chosen[role] = header.index(wish)
        elif normalised(wish) in names:
            chosen[role] = names.index(normalised(wish))
        elif wish.strip().isdigit() and 1 <= int(wish) <= width:
            chosen[role] = int(wish) - 1
        else:
            raise DataError(
                f"{source.name} has no column {wish!r} for {role}; its columns are: "
                f"{', '.join(header) if header else f'1 to {width}'}.",
                remedy="Say a column's name, or its number counted from 1.",
                path=str(source.path),
            )
    return chosen


def _column(rows: list[list[str]], place: int | None) -> list[str]:
    return [] if place is None else [row[place] for row in rows if row[place].strip() not in BLANKS]


def without_time(shape: Shape) -> Shape:
    """The same shape, its times not read."""
    return replace(shape, roles={role: place for role, place in shape.roles.items() if role != "time"}, time_kind=None)
