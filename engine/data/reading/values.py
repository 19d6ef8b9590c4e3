"""Dates written in numbers: in which order day, month and year come, and the patterns by which they are read.

Stands beside dialect.py, below sniff.py. The order is taken from the dates themselves where some part is over 12;
where all would do, the day is taken to come first and a note says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import DataError

ORDERS = {"ymd": ("y", "m", "d"), "dmy": ("d", "m", "y"), "mdy": ("m", "d", "y")}
_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:,?[T ]\s*\d{1,2}:\d\d(?::\d\d)?(?P<half>\s?[AaPp][Mm])?)?")
_ENOUGH = 0.9


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
