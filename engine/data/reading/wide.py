"""Recognises wide tables: a row a person and a column a title, or a row a title and a column a person.

Rows may begin with ids, or are only counted. Blank cells, and a number that is written instead (0 or 99), are no
ratings.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.data.catalogue import split_title
from engine.data.formats import (
    NAMED_COLUMNS,
    WIDE_TABLE,
    Layout,
    kind_of_layout,
    layout_of_header,
    normalised,
    roles_of,
)
from engine.data.reading.archives import MIB, ByteStream, Source, looks_like
from engine.data.reading.dialect import (
    decimal_sign,
    delimiter_sign,
    encoding_of,
    lines_of,
    split_rows,
    text_of,
)
from engine.data.reading.preamble import start_of_table
from engine.data.reading.ratings import has_decimal_comma, spelling_of
from engine.data.reading.roles import Across, Given, Shape
from engine.data.reading.rows import LONGEST_ID
from engine.data.reading.values import is_number, whole_number
from engine.data.reading.wide_rows import NOTHING
from engine.text import join_words
from engine.wording import said

KIND = "wide"
LEAST_COLUMNS = 20
"""So many columns without names are a wide table where they hold ratings; with names fewer will do."""
_LEAST_NAMED, _FEW = 3, 8
_ROWS_LOOKED_AT, _CELLS_LOOKED_AT = 50, 200_000
_LONGEST_HEAD = 8 * MIB
_MOST_LEADING = 8
_MARKS = (0.0, 99.0, -1.0, -9.0, 999.0, -99.0, -999.0, 9999.0)
"""Numbers that tables write where there is no rating."""
_ZERO = (0.0, -1.0)
_TOTALS = {"all", "total", "grandtotal", "mean", "average", "count", "sum"}
_LIKE_PEOPLE = re.compile(
    r"(?i)(user|person|member|viewer|critic|rater|reviewer|customer|reader|player|u|p)[ _.#-]?\d+"
)
_LIKE_TITLES = re.compile(r"(?i)(film|movie|item|title|book|game|song|anime|show|joke|product|m|i)[ _.#-]?\d+")
_PEOPLE_IDS = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+|A[0-9A-Z]{9,29}")
_TITLE_IDS = re.compile(r"B[0-9A-Z]{9}|tt\d{7,8}|97[89]\d{10}")
_LIKE_A_TITLE = re.compile(r"(?i).*\b(the|of|and|an|in|on|to|for|at|from|with|my)\b.*|.*[:!?].*|(\S+\s+){3,}\S+")
"""Titles have such words and signs, or four words, now and then; people's names do not."""
_SOME = 0.12
_OF_TITLES = frozenset(
    ("avg", "average", "rating", "ratings", "score", "vote", "votes", "weight", "count", "num", "price", "rank",
     "runtime", "duration", "length", "budget", "revenue", "popularity", "year", "players", "playtime", "genre", "cat",
     "pages")
)  # fmt: skip
"""Words in the names of columns that say something of a title: where two have one, no people stand across."""

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class _Names:
    """The column names: over how many lines they go (0: there are none), and what both sides are said to be."""

    lines: int
    names: Sequence[str]
    down: str = ""
    across: str = ""


@dataclass(frozen=True)
class _Values:
    """What the cells hold: ratings, how many hold nothing or anything else, and the numbers that mean *nothing*."""

    ratings: Counter[float]
    nothing: int
    odd: int
    marks: tuple[float, ...]

    @property
    def is_sparse(self) -> bool:
        return self.nothing >= 0.1 * (self.nothing + self.ratings.total())


def recognise_wide(source: Source, head: bytes, given: Given) -> Shape | None:
    """What a wide table of text is, or None where the file is none."""
    if given.columns or given.across == "none" or looks_like(head):
        return None
    head = _whole_lines(source, head)
    encoding = encoding_of(head, given.encoding)
    start = start_of_table(lines_of(text_of(head, encoding)), delimiter_sign(given.delimiter))
    lines = [line for line in start.lines if line.strip()][: _ROWS_LOOKED_AT + 3]
    if start.delimiter is None:
        return None
    rows = [[cell.strip() for cell in row] for row in split_rows(lines, start.delimiter, quoted=start.is_quoted)]
    found = wide_shape(source, rows, given)
    if found is None:
        return None
    decimal = decimal_sign(given.decimal) or found.decimal
    return replace(
        found,
        encoding=encoding,
        delimiter=start.delimiter,
        quoted=start.is_quoted,
        decimal=decimal,
        lines_above=start.above,
        is_wrapped=start.is_wrapped,
    )


def _whole_lines(source: Source, head: bytes) -> bytes:
    """The start of a file without a last line that is cut off; more of it where lines are very long."""
    if len(head) < 256 * 1024:
        return head
    if head.count(b"\n") < 4 and max(head.count(sign) for sign in (b",", b";", b"\t", b"|")) > 1000:
        with ByteStream(source.single[0]) as stream:
            head = stream.read(_LONGEST_HEAD)
    return head[: head.rfind(b"\n") + 1]


def wide_shape(source: Source, rows: Rows, given: Given) -> Shape | None:
    """What a table with these first rows is, its column names among them; None where it is no wide table."""
    names = _names_of(rows, given) if len(rows) > 1 else None
    if names is None:
        return None
    width = len(names.names)
    body = rows[names.lines :][: max(3, _CELLS_LOOKED_AT // width)]
    fitting = [row for row in body if len(row) == width]
    if not fitting or len(fitting) < 0.9 * len(body):
        return None
    label, first = _leading(names, fitting)
    across = _across_of(names, fitting, label, first)
    values = _values_of(fitting, across.places, _ZERO if given.unrated is not None else ())
    if not given.across and not _are_ratings(names, values, across):
        return None
    if given.across:
        across = replace(across, what=given.across)
    layout, cells = _layout_of(names, values), list({row[place] for row in fitting for place in across.places})
    return Shape(
        encoding="utf-8",
        delimiter="",
        header=tuple(names.names) if names.lines else None,
        width=width,
        roles=_roles_of(names, across, first),
        layout=layout,
        decimal="," if has_decimal_comma(cells) else ".",
        spelling=spelling_of(cells),
        sample=tuple(tuple(row[:20]) for row in fitting[:20]),
        header_lines=names.lines,
        unrated=() if given.unrated is None and layout.name != WIDE_TABLE.name else given.unrated,
        notes=tuple(_notes_on(source, names, fitting, across if not given.across else None, layout)),
        across=across,
    )


def _names_of(rows: Rows, given: Given) -> _Names | None:
    """The names of the columns; None where the table is too narrow to be a wide one."""
    width = Counter(len(row) for row in rows[1:]).most_common(1)[0][0]
    head = list(rows[0])
    if len(head) == width - 1:  # as R writes it: nothing stands above the ids of the rows
        head = ["", *head]
    if len(head) != width or width <= _LEAST_NAMED:
        return None
    if not (_are_names(head, rows[1:]) if given.header is None else given.header):
        return _Names(0, [""] * width) if width >= LEAST_COLUMNS else None
    if len(rows) > 3 and len(set(head[1:])) == 1 and not is_number(head[1]) and len(rows[1]) == len(rows[2]) == width:
        if rows[2][0] and not any(rows[2][1:]):  # what is held, who or what is across, who or what is down
            return _Names(3, [rows[2][0], *rows[1][1:]], rows[2][0], rows[1][0])
        return _Names(2, rows[1], rows[1][0])
    return _Names(1, head, head[0])


def _are_names(head: Sequence[str], below: Rows) -> bool:
    """Whether the first row names the columns: with texts, or with numbers of which none comes twice."""
    filled = [cell for cell in head[1:] if not _is_nothing(cell)]
    numbers = [cell for cell in filled if is_number(cell)]
    if not filled or len(numbers) < 0.5 * len(filled):
        return bool(filled)
    if len(set(filled)) < len(head) - 1:
        return False
    labels = [row[0] for row in below if row]
    if not is_number(head[0]) and all(labels) and (not head[0] or _has_role(head[0]) or all(map(is_number, labels))):
        return True
    kinds = {cell for row in below for cell in row[1:] if is_number(cell)}
    return len(set(numbers) - kinds) > 0.5 * len(numbers)


def _has_role(name: str) -> bool:
    return bool(roles_of((name,)).keys() - {"rating", "time"})


def _leading(names: _Names, body: Rows) -> tuple[int | None, int]:
    """The column with the ids of the rows (None where rows are only counted), and the first column of ratings."""
    most = min(len(names.names) - 1, _MOST_LEADING)
    first = 0
    while first < most and (_is_text(body, first) or _has_role(names.names[first])):
        first += 1
    if first:
        roles = roles_of(tuple(names.names[:first]))
        return roles.get("user", roles.get("item", 0)), first
    if not names.lines and _are_counts(body):
        return None, 1
    cells, others = [row[0] for row in body], {cell for row in body for cell in row[1:]}
    if names.lines:
        are_ids = len(set(cells)) == len(cells) > 1 and not others.issuperset(cells)
        stands_alone = not names.names[0] or (not is_number(names.names[0]) and is_number(names.names[-1]))
        return (0, 1) if are_ids or stands_alone else (None, 0)
    least = whole_number(cells[0]) if cells else None
    is_counting = least is not None and all(whole_number(cell) == least + at for at, cell in enumerate(cells))
    return (0, 1) if is_counting and len(cells) > 3 else (None, 0)


def _is_text(body: Rows, place: int) -> bool:
    cells = [row[place] for row in body if not _is_nothing(row[place])]
    return sum(not is_number(cell) for cell in cells) > 0.4 * len(cells)


def _is_nothing(cell: str) -> bool:
    return cell in NOTHING


def _are_counts(body: Rows) -> bool:
    """Whether the first column counts the ratings of the others."""
    fitting = Counter[str]()
    for row in body:
        numbers = [_number(cell) for cell in row[1:] if is_number(cell)]
        for mark in ("99", "0"):
            fitting[mark] += row[0] == str(sum(number != float(mark) for number in numbers))
    return max(fitting.values()) > 0.9 * len(body)


def _number(cell: str) -> float:
    return float(cell.replace(",", "."))


def _across_of(names: _Names, body: Rows, label: int | None, first: int) -> Across:
    width = len(names.names)
    if not names.lines:
        return Across("titles", tuple(map(str, range(1, width - first + 1))), tuple(range(first, width)), label)
    places = tuple(
        place
        for place in range(first, width)
        if not _is_nothing(names.names[place])
        and len(names.names[place].encode()) <= LONGEST_ID
        and not (place in (first, width - 1) and normalised(names.names[place]) in _TOTALS)
    )
    ids = tuple(names.names[place] for place in places)
    labels = [row[label] for row in body] if label is not None else []
    totals = tuple(names.names[place] for place in {first, width - 1} - set(places) if names.names[place])
    return Across(_what_is_across(names, ids, labels, first), ids, places, label, totals)


def _what_is_across(names: _Names, ids: Sequence[str], labels: Sequence[str], first: int) -> str:
    """ "titles", "people", or "" where nothing tells which they are: by what they are called, then by their form."""
    said = roles_of((*names.names[:first], re.split(r"[\\/|]| x ", names.down)[0]))
    said_across = roles_of((names.across,))
    if "user" in said or "item" in said_across:
        return "titles"
    is_only_a_name = {normalised(name) for name in (*names.names[:first], names.down)} <= {"name", ""}
    if "user" in said_across or ("item" in said and not is_only_a_name):
        return "people"
    forms = ((_LIKE_PEOPLE, "people"), (_LIKE_TITLES, "titles"), (_PEOPLE_IDS, "people"), (_TITLE_IDS, "titles"))
    for pattern, across in forms:
        if _mostly(pattern, ids) or _mostly(pattern, labels):
            is_across = _mostly(pattern, ids)
            return across if is_across else "titles" if across == "people" else "people"
    with_years = [sum(split_title(text)[1] > 0 for text in side) / max(1, len(side)) for side in (ids, labels)]
    if max(with_years) > 0.5:
        return "titles" if with_years[0] > 0.5 else "people"
    like_titles = [sum(_LIKE_A_TITLE.fullmatch(text) is not None for text in side) for side in (ids, labels)]
    if like_titles[0] > max(1, _SOME * len(ids)) and like_titles[1] <= 1:
        return "titles"
    if like_titles[1] > max(1, _SOME * len(labels)) and like_titles[0] <= 1:
        return "people"
    # where all are counted or numbered, rows are people, as most programs write it; names may be people's or titles'
    return "titles" if all(is_number(text) for text in (*ids, *labels)) else ""


def _mostly(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return bool(texts) and sum(pattern.fullmatch(text) is not None for text in texts) > 0.8 * len(texts)


def _values_of(body: Rows, places: Sequence[int], said: Sequence[float]) -> _Values:
    """What these columns hold; a person has said of some numbers what they mean."""
    cells = Counter(row[place] for row in body for place in places)
    numbers = Counter[float]()
    for cell, count in cells.items():
        if is_number(cell) and math.isfinite(_number(cell)):
            numbers[_number(cell)] += count
    nothing = sum(count for cell, count in cells.items() if _is_nothing(cell))
    odd = cells.total() - numbers.total() - nothing
    marks = tuple(mark for mark in _MARKS if mark not in said and _means_nothing(mark, numbers, blanks=nothing))
    for mark in marks:
        nothing += numbers.pop(mark)
    return _Values(numbers, nothing, odd, marks)


def _means_nothing(mark: float, numbers: Counter[float], *, blanks: int) -> bool:
    """Whether a number stands where there is no rating: far from all ratings, or 0 or -1 below them without blanks."""
    others = [value for value in numbers if value != mark and value not in _MARKS[1:]]
    if mark not in numbers or not others:
        return False
    low, high = min(others), max(others)
    if mark in _ZERO:
        return low > mark and not blanks
    return max(low - mark, mark - high) > high - low


def _are_ratings(names: _Names, values: _Values, across: Across) -> bool:
    """Whether the columns hold ratings of one kind: few different numbers, or more that are mostly not given."""
    kinds, columns = values.ratings, len(across.places)
    if not kinds or columns < (_LEAST_NAMED if names.lines else LEAST_COLUMNS - 1):
        return False
    if values.odd > 0.1 * (kinds.total() + values.odd) or _is_called_otherwise(names, across):
        return False
    span = max(kinds) - min(kinds)
    has_people = bool(names.lines) and "user" in roles_of((names.names[0],))
    if kinds.keys() <= {0.0, 1.0}:  # may as well say what each row is, such as its genres
        return values.is_sparse and (columns >= 50 or has_people)
    if columns < _FEW:
        is_enough = values.is_sparse or bool(values.marks) or columns > _LEAST_NAMED or has_people
        return across.label is not None and is_enough and min(kinds) >= -10 and max(kinds) <= 10 and len(kinds) <= 21
    if span <= 20:
        return values.is_sparse or len(kinds) <= (41 if names.lines else 11)
    if span <= 100:
        return values.is_sparse
    return values.nothing > kinds.total() and columns >= LEAST_COLUMNS


def _is_called_otherwise(names: _Names, across: Across) -> bool:
    """Whether the columns have names by which the table is another one."""
    if not names.lines:
        return False
    roles = roles_of(tuple(names.names))
    is_long = {"user", "item"} <= roles.keys() and roles["item"] != roles.get("title")
    words = [set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())) for name in across.ids]
    if "title" in roles and sum(bool(found & _OF_TITLES) for found in words) > 1:
        return True
    has_role = len(across.places) < _FEW and bool(set(roles.values()) & set(across.places))
    return is_long or has_role or layout_of_header(tuple(names.names)).name != NAMED_COLUMNS.name


def _layout_of(names: _Names, values: _Values) -> Layout:
    jester = kind_of_layout(KIND)
    low, high, _ = jester.scale or (0, 0, 0)
    are_real = any(value < 0 or value != int(value) for value in values.ratings)
    if not names.lines and 99.0 in values.marks and are_real and all(low <= value <= high for value in values.ratings):
        return jester
    return replace(WIDE_TABLE, missing=values.marks)


def _roles_of(names: _Names, across: Across, first: int) -> dict[str, int]:
    """Roles of the leading columns. Who or what stands across has no column of its own: it counts as the ratings'."""
    rating, label = across.places[0], across.label or 0
    if across.what == "titles":
        named = {} if all(is_number(name) for name in across.ids) else {"title": rating}
        return {"user": label, "item": rating, "rating": rating, **named}
    if across.what == "people":
        leading = roles_of(tuple(names.names[:first]))
        return {"item": label, "title": label, **leading, "user": rating, "rating": rating}
    return {"rating": rating}


def _notes_on(source: Source, names: _Names, body: Rows, across: Across | None, layout: Layout) -> Iterator[str]:
    """What a number stands for; and where both sides are mere numbers, that only custom says that rows are people."""
    if layout.name == WIDE_TABLE.name and layout.missing:
        yield said(
            "{marks} in {name} stands where there is no rating.",
            marks=join_words(f"{mark:g}" for mark in layout.missing),
            name=source.name,
        )
    if (
        across is None
        or across.what != "titles"
        or not names.lines
        or names.across
        or "user" in roles_of((names.down,))
    ):
        return
    labels = [row[across.label] for row in body] if across.label is not None else []
    if all(is_number(text) for text in (*across.ids, *labels)):
        yield (
            said(
                "{name} is read with a row a person and a column a title. Where people stand across "
                "instead, say so before you import it.",
                name=source.name,
            )
        )
