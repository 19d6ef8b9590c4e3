"""How a text is written: its encoding, its delimiter, its quotes, and what kind of value a column holds.

Stands below sniff.py, which asks these questions of the first rows of a file. Decided by consistency over the rows,
because csv.Sniffer and charset detectors guess wrong on the standard files.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from typing import Literal

from engine.data.reading.archives import utf16_order
from engine.errors import DataError

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "double colon": "::", "space": " "}
TimeKind = Literal["whole", "number", "date", "zoned date"]

_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")
_WHOLE = re.compile(r"\s*\d+\s*")
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+\s*")
_NUMBER_WITH_COMMA = re.compile(r"(?<![^\s])[-+]?\d*,\d+(?![^\s])")
_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?\s*")
_ZONED_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)\s*")
_NEARLY_ALL = 0.9


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes of a text are in: a mark, a pattern of NULs, UTF-8, or else cp1252."""
    utf16 = utf16_order(head)
    if utf16:
        return utf16
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def known_encoding(wish: str) -> str:
    try:
        return codecs.lookup(wish).name
    except LookupError as error:
        raise DataError(
            f"There is no encoding called {wish!r}.", remedy="Known are utf-8, cp1252, utf-16 and others."
        ) from error


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
    """The delimiter that gives nearly all lines the same number of columns; of several, the one that gives most.

    Spaces also stand inside texts, and commas inside numbers: these count only where no other sign does as well.
    """
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
    """Lines as rows of texts."""
    if delimiter == " ":
        return [line.split() for line in lines]
    if not quoted:
        return [line.split(delimiter) for line in lines]
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:  # a stray quote has made one text of everything after it
        return [line.split(delimiter) for line in lines]


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def are_ratings(texts: list[str]) -> bool:
    """Whether most are numbers too small to be a time."""
    numbers = [float(text.replace(",", ".")) for text in texts if is_number(text)]
    return bool(texts) and len(numbers) >= 0.6 * len(texts) and min(numbers) < 1e6


def time_kind_of(texts: list[str]) -> TimeKind | None:
    """What nearly all of these times are; whole numbers only if the others are no numbers at all."""
    if not texts:
        return None
    numbers = _share(_NUMBER, texts)
    if numbers >= _NEARLY_ALL:
        return "whole" if _share(_WHOLE, texts) == numbers else "number"
    if _share(_DATE, texts) >= _NEARLY_ALL:
        return "date"
    return "zoned date" if _share(_ZONED_DATE, texts) >= _NEARLY_ALL else None


def _share(pattern: re.Pattern[str], texts: list[str]) -> float:
    return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)


def has_decimal_comma(texts: list[str]) -> bool:
    """Whether numbers among the texts are written 3,5."""
    return any(_DECIMAL_COMMA.fullmatch(one) for one in texts) and not any("." in text for text in texts)
