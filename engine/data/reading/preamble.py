"""What stands above a table of text: a line that says its delimiter, comments, a title. And lines quoted as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.formats import roles_of
from engine.data.reading.dialect import DELIMITERS, delimiter_of, is_quoted, rows_of
from engine.data.reading.values import is_number

MOST_ABOVE = 20
_LOOKED_AT = 200
_MOST_OF_ANOTHER_TABLE = 4
"""Rows of a small table above, as Letterboxd puts what a list is called there."""
_SAYS_DELIMITER = re.compile(r'"?sep=(?P<sign>.)(?P=sign)*"?', re.IGNORECASE)
_COMMENT = re.compile(r"\s*(#|//|%|--)")
_WHOLE_LINE = re.compile(r'^"((?:[^"\n]|"")*)"(?=\r?$)', re.MULTILINE)
_NEARLY_ALL = 0.9


@dataclass(frozen=True)
class TableStart:
    """How a table begins: `above` lines are no part of it; `said` are those of them that hold something.

    `lines` are those from there on. `is_wrapped`: each line is one quoted text; they are unwrapped here.
    """

    lines: list[str]
    delimiter: str | None
    is_quoted: bool
    is_wrapped: bool = False
    above: int = 0
    said: tuple[str, ...] = ()


def start_of_table(lines: Sequence[str], delimiter: str | None = None) -> TableStart:
    """Where a table begins in the first lines of a file, and its delimiter (as given, said in a line, or found)."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    said = _SAYS_DELIMITER.fullmatch(lines[first].strip(" ")) if lines else None
    below = list(lines[first + 1 :] if said else lines)
    if said and said["sign"] in DELIMITERS.values():
        delimiter = delimiter or said["sign"]
    is_wrapped = _are_wrapped(below)
    if is_wrapped:
        below = [unwrapped(line) for line in below]
    filled = [line for line in below if line.strip()][: _LOOKED_AT + 1]
    delimiter = delimiter or delimiter_of(filled)
    quoted = delimiter is not None and is_quoted(filled, delimiter)
    above = 0 if delimiter is None else _lines_above(below, delimiter, quoted=quoted)
    texts = tuple(line.strip() for line in below[:above] if line.strip())
    hidden = first + 1 if said else 0
    return TableStart(below[above:], delimiter, quoted, is_wrapped, hidden + above, texts)


def unwrapped(text: str) -> str:
    """Lines without the quotes around all of them."""
    return _WHOLE_LINE.sub(lambda line: line[1].replace('""', '"'), text)


def _are_wrapped(lines: Sequence[str]) -> bool:
    """Whether nearly every line but the first is one quoted text, and these split into columns."""
    filled = [line for line in lines if line.strip()][: _LOOKED_AT + 1]
    wrapped = [inner for line in filled[1:] if (inner := unwrapped(line)) != line]
    if not wrapped or len(wrapped) < _NEARLY_ALL * len(filled[1:]):
        return False
    return delimiter_of([unwrapped(filled[0]), *wrapped]) is not None


def _lines_above(lines: Sequence[str], delimiter: str, *, quoted: bool) -> int:
    """How many lines stand above the column names; where no names are known, above the last of some comments."""
    rows = list(rows_of(lines[:_LOOKED_AT], delimiter, quoted=quoted))
    if not rows:
        return 0
    width = Counter(len(row) for _, row in rows).most_common(1)[0][0]
    names = None
    for place, (number, row) in enumerate(rows[: MOST_ABOVE + 1]):
        is_apart = place <= _MOST_OF_ANOTHER_TABLE and number > 1 and not lines[number - 2].strip()
        above = rows[:place]
        if _are_names(row, width) and (is_apart or all(_is_no_row(before, width) for _, before in above)):
            names = number
    if names is not None:
        return names - 1
    comments = 0
    for number, _ in rows[:MOST_ABOVE]:
        if not _COMMENT.match(lines[number - 1]):
            break
        comments = number
    return comments if comments < rows[-1][0] else 0


def _are_names(row: Sequence[str], width: int) -> bool:
    """Whether these are names of columns: at least two are known, and none is a number."""
    if abs(len(row) - width) > 1 or any(is_number(cell) for cell in row):
        return False
    return len(set(roles_of(tuple(row)).values())) >= 2


def _is_no_row(row: Sequence[str], width: int) -> bool:
    """Whether a line above can be no row of the table."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) <= 1 or len(row) != width or _COMMENT.match(row[0]) is not None
