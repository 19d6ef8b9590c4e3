"""Dates written in numbers: in which order day, month and year come, and the patterns by which they are read.

Stands beside dialect.py, below sniff.py. The order is taken from the dates themselves where some part is over 12;
where all would do, the day is taken to come first and a note says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.errors import DataError

ORDERS = {"ymd": ("y", "m", "d"), "dmy": ("d", "m", "y"), "mdy": ("m", "d", "y")}
_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:,?[T ]\s*\d{1,2}:\d\d(?::\d\d)?(?P<half>\s?[AaPp][Mm])?)?")
_ENOUGH = 0.9
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT_DATE = re.compile(r"[a-z]{3} ([a-z]{3}) +(\d{1,2}) \d\d:\d\d:\d\d (\d{4})")
_PLAIN_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_LATEST = 4_102_444_800
"""The year 2100 in Unix seconds: larger numbers are milliseconds."""


@dataclass(frozen=True)
class DatesFound:
    """How dates are written: patterns as strptime has them, and a sentence where their order is a guess."""

    formats: tuple[str, ...]
    note: str = ""


def dates_of(texts: list[str], wish: str | None = None) -> DatesFound | None:
    """How these dates are written, or None where they are no dates in numbers. `wish` is one of ORDERS."""
    if wish is not None and wish not in ORDERS:
        raise DataError(f"There is no order of dates called {wish!r}.", remedy=f"Known are: {', '.join(ORDERS)}.")
    if texts and all(_is_day_in_one(one.strip()) for one in texts):
        return DatesFound(("%Y%m%d",))
    matches = [match for match in (_DATE.fullmatch(one.strip()) for one in texts) if match]
    if not texts or len(matches) < _ENOUGH * len(texts):
        return None
    parts = [(match[1], match[3], match[4]) for match in matches]
    order, is_guess = (wish, False) if wish else _order_of(parts)
    if order is None:
        return None
    year = parts[0][ORDERS[order].index("y")]
    day = matches[0][2].join("%" + {"y": "Y" if len(year) == 4 else "y"}.get(one, one) for one in ORDERS[order])
    clocks = ("%H:%M:%S", "%H:%M") if not any(match["half"] for match in matches) else ("%I:%M:%S %p", "%I:%M %p")
    joints = (" ", ", ") if any("," in text for text in texts) else (" ",)
    formats = (day, *(day + joint + clock for joint in joints for clock in clocks))
    note = f"Dates such as {matches[0][0]} may begin with the day or the month; they are read as the day first."
    return DatesFound(formats, note if is_guess else "")


def _is_day_in_one(text: str) -> bool:
    """Whether it is a date such as 20050906: as a Unix time it would lie before the first of all ratings files."""
    in_range = len(text) == 8 and text.isdigit() and "1900" <= text[:4] <= "2100"
    return in_range and "01" <= text[4:6] <= "12" and "01" <= text[6:] <= "31"


def _order_of(parts: list[tuple[str, str, str]]) -> tuple[str | None, bool]:
    """The order, and whether it is a guess; None where no order fits."""
    first, last = (max(int(one[place]) for one in parts) for place in (0, 2))
    if len(parts[0][0]) == 4 or (len(parts[0][2]) < 4 and first > 31):
        return ("ymd" if last <= 31 else None), False
    if len(parts[0][0]) > 2:
        return None, False
    days_first, months_first = (sum(int(part[place]) > 12 for part in parts) for place in (0, 1))
    if min(days_first, months_first) > (1 - _ENOUGH) * max(days_first, months_first):
        return None, False
    return ("mdy" if months_first > days_first else "dmy"), days_first == months_first == 0


def seconds_of(text: str) -> int:
    """Unix seconds of a date or time that starts with its year, of ctime's form, or of a Unix time; else 0."""
    text = text.strip()
    if not text:
        return 0
    try:
        if re.fullmatch(r"\d{8,13}(\.\d+)?", text):
            number = int(float(text))
            return number // 1000 if number > _LATEST else number
        return _seconds_of_date(text)
    except (ValueError, OverflowError):
        return 0


def _seconds_of_date(text: str) -> int:
    spelt = _SPELT_DATE.fullmatch(text.casefold())
    if spelt and spelt.group(1) in _MONTHS:
        month = _MONTHS.index(spelt.group(1)) + 1
        return _seconds(datetime(int(spelt.group(3)), month, int(spelt.group(2))))
    plain = _PLAIN_DATE.match(text)
    if not plain:
        return 0
    day = "{:0>4}-{:0>2}-{:0>2}".format(*plain.groups())
    try:
        return _seconds(datetime.fromisoformat(day + text[plain.end() :].removesuffix(" UTC")))
    except ValueError:
        return _seconds(datetime.fromisoformat(day))


def _seconds(moment: datetime) -> int:
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def year_in(text: str) -> int:
    """The first year in a text such as "1999", "1999-03-31", "31 Mar 1999"; 0 where there is none."""
    found = _YEAR.search(text)
    return int(found.group(1)) if found else 0


def normalised_id(kind: str, text: str) -> str:
    """An id of this kind as all exports and data sets can be compared by it; "" where the text is none."""
    text = text.strip()
    if kind == "imdb":
        return _imdb_id(text)
    if kind == "isbn":
        return _isbn(text)
    if kind in ("tmdb", "mal", "movielens", "bgg"):
        number = re.fullmatch(r"0*([1-9]\d{0,11})(?:\.0)?", text)
        return number.group(1) if number else ""
    return text[:200]


def _imdb_id(text: str) -> str:
    number = re.search(r"(?:^|tt)0*([1-9]\d{0,9})(?:\.0)?/?$", text)
    return f"tt{int(number.group(1)):07d}" if number else ""


def _isbn(text: str) -> str:
    """With ten signs where the book has such a number (as most data sets write it), else with thirteen."""
    plain = re.sub(r"[^0-9X]", "", text.upper())
    if len(plain) == 13 and plain.isdecimal() and plain.startswith("978"):
        nine = plain[3:12]
        rest = -sum(place * int(digit) for place, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
        return nine + ("X" if rest == 10 else str(rest))
    return plain if re.fullmatch(r"\d{9}[\dX]|\d{13}", plain) else ""
