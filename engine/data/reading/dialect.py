"""A text's encoding, delimiter and quotes, by consistency: csv.Sniffer and charset detectors guess wrong."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter

from engine.data.reading.archives import utf16_order
from engine.errors import DataError

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "double colon": "::", "space": " "}
_NUMBER_WITH_COMMA = re.compile(r"(?<![^\s])[-+]?\d*,\d+(?![^\s])")


def encoding_of(head: bytes, wish: str | None = None) -> str:
    """The encoding of a text: as wished, else by a mark, NULs or UTF-8, else cp1252. Raises DataError."""
    if wish:
        try:
            return codecs.lookup(wish).name
        except LookupError as error:
            raise DataError(
                f"There is no encoding called {wish!r}.", remedy="Known are utf-8, cp1252, utf-16 and others."
            ) from error
    utf16 = utf16_order(head)
    if utf16:
        return utf16
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
        raise DataError(f"{wish!r} is no known delimiter.", remedy=f"Known are: {', '.join(DELIMITERS)}.")
    return sign


def decimal_sign(wish: str | None) -> str | None:
    if wish not in (None, ".", ","):
        raise DataError(f"{wish!r} is no decimal sign.", remedy="It is a point or a comma.")
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
    """Whether quotes hold a text together: always for comma and semicolon, else only if whole cells are quoted."""
    if delimiter in (",", ";"):
        return True
    sign = re.escape(delimiter)
    cell = re.compile(rf'(^|{sign})"[^"]*"({sign}|$)')
    return len(delimiter) == 1 and any(cell.search(line) for line in lines)


def split_rows(lines: list[str], delimiter: str, *, quoted: bool) -> list[list[str]]:
    if delimiter == " ":
        return [line.split() for line in lines]
    if not quoted:
        return [line.split(delimiter) for line in lines]
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:  # a stray quote has made one text of everything after it
        return [line.split(delimiter) for line in lines]
