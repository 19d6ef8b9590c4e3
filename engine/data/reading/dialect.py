"""A text's encoding, delimiter and quotes, by consistency: csv.Sniffer and charset detectors guess wrong.

And its lines as rows of cells, in time that grows with the text, whatever is wrong with its quotes.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from engine.data.reading.archives import wide_encoding
from engine.errors import DataError
from engine.wording import said

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "double colon": "::", "space": " "}
LONGEST_QUOTE = 200
"""In lines: how far the end of a quoted text is looked for."""
_PAIRED = 64
_QUOTE, _LINE_END = b'"\n'
_NUMBER_WITH_COMMA = re.compile(r"(?<![^\s])[-+]?\d*,\d+(?![^\s])")


def encoding_of(head: bytes, wish: str | None = None) -> str:
    """The encoding of a text: as wished, else by a mark, NULs or UTF-8, else cp1252. Raises DataError."""
    if wish:
        try:
            return codecs.lookup(wish).name
        except LookupError as error:
            raise DataError(
                said("There is no encoding called {wish!r}.", wish=wish),
                remedy=said("Known are utf-8, cp1252, utf-16 and others."),
            ) from error
    wide = wide_encoding(head)
    if wide:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def text_of(head: bytes, encoding: str) -> str:
    """The start of a text, without its mark; a character that is cut off at its end is left out."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).removeprefix("\ufeff")


def delimiter_sign(wish: str | None) -> str | None:
    if wish is None:
        return None
    sign = DELIMITERS.get(wish.lower(), wish.replace("\\t", "\t"))
    if sign not in DELIMITERS.values():
        raise DataError(
            said("{wish!r} is no known delimiter.", wish=wish),
            remedy=said("Known are: {names}.", names=", ".join(DELIMITERS)),
        )
    return sign


def decimal_sign(wish: str | None) -> str | None:
    if wish not in (None, ".", ","):
        raise DataError(said("{wish!r} is no decimal sign.", wish=wish), remedy=said("It is a point or a comma."))
    return wish


def delimiter_of(lines: list[str]) -> str | None:
    """The delimiter that gives most equal rows most columns; spaces and commas only where nothing else fits."""
    best, best_rank = None, (0.0, False, 0)
    for sign in DELIMITERS.values():
        rows = split_rows(lines, sign, quoted=is_quoted(lines, sign))
        counts = Counter(len(row) for row in rows)
        width, fitting = counts.most_common(1)[0] if counts else (1, 0)
        share = fitting / max(1, counts.total())
        is_sure = sign != " " and not (sign == "," and _are_decimal_commas(lines))
        rank = (1.0 if share >= 0.9 else share, is_sure, width)
        if width >= 2 and share >= 0.6 and rank > best_rank:
            best, best_rank = sign, rank
    return best


def _are_decimal_commas(lines: list[str]) -> bool:
    """Whether every comma stands inside of a number between spaces: 3 17 0,5."""
    return all(line.count(",") == len(_NUMBER_WITH_COMMA.findall(line)) for line in lines)


def is_quoted(lines: list[str], delimiter: str) -> bool:
    """Whether quotes hold a text together: not where most lines leave one open, or no cell of tabs or bars has them."""
    if delimiter in (",", ";"):
        return sum(is_unclosed(row) for _, row in rows_of(lines, delimiter, quoted=True)) <= 0.5 * len(lines)
    sign = re.escape(delimiter)
    cell = re.compile(rf'(^|{sign})"(?:[^"]|"")*"({sign}|$)')
    return len(delimiter) == 1 and any(cell.search(line) for line in lines)


def split_rows(lines: list[str], delimiter: str, *, quoted: bool) -> list[list[str]]:
    return [row for _, row in rows_of(lines, delimiter, quoted=quoted)]


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them; line n of every report is the n-th of these."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def rows_of(
    lines: Sequence[str], delimiter: str, *, quoted: bool, width: int | None = None, one_line: Collection[int] = ()
) -> Iterator[tuple[int, list[str]]]:
    """Line number (from 1) and cells of each filled row.

    A quoted text may span lines where that gives the `width` and no column of `one_line` a line break. Of a line in
    which a quote opens and does not close, the whole line is the one cell.
    """
    place = 0
    while place < len(lines):
        line, number = lines[place], place + 1
        place += 1
        if not line.strip():
            continue
        if delimiter == " ":
            yield number, line.split()
        elif not quoted or '"' not in line:
            yield number, line.split(delimiter)
        else:
            row, more = _quoted_row(lines, number - 1, delimiter, width, one_line)
            place += more
            yield number, row


def is_unclosed(row: Sequence[str]) -> bool:
    """Whether a row is a line in which a quote opens and does not close."""
    return len(row) == 1 and row[0].count('"') % 2 == 1


def _quoted_row(
    lines: Sequence[str], place: int, delimiter: str, width: int | None, one_line: Collection[int]
) -> tuple[list[str], int]:
    """The row that starts in this line, and how many further lines it takes. Each of these is looked at once or twice.

    Quotes within a text are doubled, or written with a backslash, which may also just end a text.
    """
    for escape in (None, "\\"):
        reader = csv.reader(_from(lines, place), delimiter=delimiter, escapechar=escape, strict=True)
        try:
            row = next(reader)
        except csv.Error:
            continue
        if reader.line_num == 1:
            return row, 0
        if width in (None, len(row)) and not any("\n" in row[column] for column in one_line if column < len(row)):
            return row, reader.line_num - 1
    return _row_alone(lines[place], delimiter) or [lines[place]], 0


def _from(lines: Sequence[str], place: int) -> Iterator[str]:
    for number in range(place, min(place + LONGEST_QUOTE, len(lines))):
        yield lines[number] + "\n"


def _row_alone(line: str, delimiter: str) -> list[str] | None:
    """A line whose quotes are not in order: what follows a closing one belongs to its text. None if one stays open."""
    try:
        row = next(csv.reader([line + "\n"], delimiter=delimiter))
    except csv.Error:
        return line.split(delimiter)
    return None if row[-1].endswith("\n") else row


def are_quotes_whole(text: bytes, delimiter: str) -> bool:
    """Whether each quote opens or closes a cell or is doubled, and no quoted text spans too many lines."""
    bytes_ = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(bytes_ == _QUOTE)
    if len(quotes) % 2:
        return False
    is_border = np.zeros(256, bool)
    is_border[[*b"\r\n", *delimiter.encode()]] = True
    opens, closes = quotes[::2], quotes[1::2]
    is_doubled = np.append(closes[:-1] + 1 == opens[1:], False)
    starts = (opens == 0) | is_border[bytes_[opens - 1]] | np.roll(is_doubled, 1)
    ends = is_doubled | (closes == len(text) - 1) | is_border[bytes_[np.minimum(closes + 1, len(text) - 1)]]
    if not (starts.all() and ends.all()):
        return False
    breaks = np.flatnonzero(bytes_ == _LINE_END)
    return bool(np.all(np.searchsorted(breaks, closes) - np.searchsorted(breaks, opens) <= LONGEST_QUOTE))


def end_of_rows(text: bytes, delimiter: str) -> int:
    """Where the last whole row of a text with quotes ends (0 where none does): no line break between quotes ends one.

    Only lines with an odd number of quotes open or close a text. The last of them are paired; one that is open and has
    more than `LONGEST_QUOTE` lines behind it will not close.
    """
    bytes_ = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(bytes_ == _LINE_END)
    if not len(ends):
        return 0
    before = np.searchsorted(np.flatnonzero(bytes_ == _QUOTE), ends)
    odd = np.flatnonzero(np.diff(before, prepend=0) % 2)
    far = np.flatnonzero(np.diff(odd) > LONGEST_QUOTE)
    run = odd[far[-1] + 1 :] if len(far) else odd
    is_open, opened = len(run[:-_PAIRED]) % 2 == 1, 0
    for line in run[-_PAIRED:].tolist():
        start = int(ends[line - 1]) + 1 if line else 0
        if not is_open:
            opened = line
        is_open = not is_open and _opens(text[start : int(ends[line])], delimiter)
    if is_open and len(ends) - opened <= LONGEST_QUOTE:
        return int(ends[opened - 1]) + 1 if opened else 0
    return int(ends[-1]) + 1


def _opens(line: bytes, delimiter: str) -> bool:
    return _row_alone(line.decode("utf-8", "replace").removesuffix("\r"), delimiter) is None
