"""Times as files write them -> Unix seconds: dates in any common form, numbers of four units, and days as Excel counts.

A time that cannot be told is unknown (0), never a wrong one. In a whole column the parts over 12 tell days from months.

Shapes: N values of a column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.dataset import EARLIEST, LATEST, Bools, Int64
from engine.data.formats import BLANKS
from engine.data.reading.values import is_number, numbers_in, numbers_of, texts_in
from engine.errors import DataError
from engine.wording import said

TimeKind = Literal["whole", "number", "days", "date", "zoned date", "text"]
"""Unix times as whole numbers or not, days as Excel counts them, dates of one form, or texts of any form."""
ORDERS = {"ymd": ("y", "m", "d"), "dmy": ("d", "m", "y"), "mdy": ("m", "d", "y")}
_NEARLY_ALL = 0.9
_LATEST_IN_ANY_UNIT = 2.0**62
_LONGEST = 80
"""In characters: no date is longer."""
_UNITS = (1, 10**3, 10**6, 10**9)
_EXCELS_1970, _SECONDS_A_DAY = 25_569, 86_400
_EXCEL_DAYS = (EARLIEST // _SECONDS_A_DAY + _EXCELS_1970, LATEST // _SECONDS_A_DAY + _EXCELS_1970)

_WHOLE = re.compile(r"\s*\d+\s*")
_ISO_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?\s*")
_ZONED_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)\s*")
_DATE = re.compile(
    r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})"
    r"(?:,?[T ]\s*\d{1,2}:\d\d(?::\d\d)?(?P<half>\s?[AaPp][Mm])?)?(?P<zone> (?:UTC|GMT))?"
)

_SPACED_DATE = re.compile(r"(\d{1,2})( |\. )(\d{1,2})(?:,? |\. )(\d{4})")

_MONTHS = (
    "jan january januar jänner jän janvier janv enero ene gennaio gen janeiro januari stycznia styczeń sty января "
    "январь янв",
    "feb february februar februari février févr fév febrero febbraio fevereiro fev lutego luty lut февраля февраль "
    "фев февр",
    "mar march märz mär mrz mars marzo março maart mrt marca marzec марта март мар",
    "apr april avril avr abril abr aprile kwietnia kwiecień kwi апреля апрель апр",
    "may mai mayo maggio mag maio mei maja maj мая май",
    "jun june juni juin junio giugno giu junho czerwca czerwiec cze июня июнь июн",
    "jul july juli juillet juil julio luglio lug julho lipca lipiec lip июля июль июл",
    "aug august août agosto ago augustus sierpnia sierpień sie августа август авг",
    "sep sept september septembre septiembre settembre set setembro września wrzesień wrz сентября сентябрь сен сент",
    "oct october oktober okt octobre octubre ottobre ott outubro out października październik paź октября октябрь окт",
    "nov november novembre noviembre novembro listopada listopad lis ноября ноябрь ноя нояб",
    "dec december dezember dez décembre déc diciembre dic dicembre dezembro grudnia grudzień gru декабря декабрь дек",
)
"""In English, German, French, Spanish, Italian, Portuguese, Dutch, Polish and Russian."""
_MONTH_OF = {word: month for month, words in enumerate(_MONTHS, start=1) for word in words.split()}
_HOURS_OF_ZONE = {
    "z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9,
    "uhr": 0, "h": 0,
}  # fmt: skip
_CLOCK = re.compile(
    r"(?:^|(?<=\d)t|[\s,]+(?:at\s+|um\s+|à\s+)?)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"(?:\s?(?P<half>[ap])\.?m\.?)?(?:\s?(?:utc|gmt)?(?P<offset>[-+]\d\d?(?::?\d\d)?)|\s?(?P<zone>[a-z]{1,4}))?"
    r"(?:\s?[(\[][^)\]]*[)\]])?(?=\s|$)"
)
_WEEKDAY = re.compile(r"^[^\W\d]{2,12}\.?,\s*|^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s+")
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ]\s?(\d{1,2})[-/. ]\s?(\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ]\s?(\d{1,2})(?:[-/.]|,?\s)\s?(\d{4}|\d\d)\.?")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?:[- ]|\sde\s|\sof\s)?\s*([^\W\d]{3,12})\.?,?(?:[- ]|\sdel?\s)?\s*(\d{4}|\d\d)"
)
_MONTH_DAY = re.compile(r"([^\W\d]{3,12})\.?[- ]\s*(\d{1,2})(?:st|nd|rd|th)?,?[- ]\s*(\d{4})")
_IN_ONE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)z?)?")
_OF_CHINA = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号]?")


@dataclass(frozen=True)
class TimesFound:
    """How a column writes its times: their kind (None: not understood), and the order of days, months and years.

    `formats` are patterns (as strptime has them) in which a parser finds nearly all of them; `notes` say what was
    guessed.
    """

    kind: TimeKind | None
    formats: tuple[str, ...] = ()
    order: str | None = "dmy"
    notes: tuple[str, ...] = ()


NO_TIMES = TimesFound(None)


def times_of(texts: Sequence[str], wish: str | None = None) -> TimesFound:
    """What nearly all of these times are. The order is as wished, or as parts over 12 tell it. Raises DataError."""
    if wish is not None and wish not in ORDERS:
        raise DataError(
            said("There is no order of dates called {wish!r}.", wish=wish),
            remedy=said("Known are: {names}.", names=", ".join(ORDERS)),
        )
    texts = [text for text in (text.strip() for text in texts) if text not in BLANKS]
    if not texts:
        return TimesFound(None, order=wish or "dmy")
    if sum(map(is_number, texts)) >= _NEARLY_ALL * len(texts):
        return replace(_numbers(texts), order=wish or "dmy")
    order, note = _order_in(texts, wish)
    if _share(_ISO_DATE, texts) >= _NEARLY_ALL:
        return TimesFound("date", order=order)
    if _share(_ZONED_DATE, texts) >= _NEARLY_ALL:
        return TimesFound("zoned date", order=order)
    notes = (note,) if note else ()
    formats = _formats_of(texts, order)
    if formats:
        return TimesFound("date", formats, order, notes)
    read = sum(moment_in(text, order) is not None for text in texts)
    return TimesFound("text" if read >= _NEARLY_ALL * len(texts) else None, (), order, notes)


def _numbers(texts: Sequence[str]) -> TimesFound:
    if all(map(_is_day_in_one, texts)):
        return TimesFound("date", ("%Y%m%d",))
    numbers = numbers_of(texts)
    if all(_EXCEL_DAYS[0] <= number < _EXCEL_DAYS[1] for number in numbers):
        return TimesFound("days")
    return TimesFound("whole" if _share(_WHOLE, texts) >= len(numbers) / len(texts) else "number")


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)


def _is_day_in_one(text: str) -> bool:
    """Whether it is a date such as 20050906: as a Unix time it would lie before the first of all ratings files."""
    in_range = len(text) == 8 and text.isdigit() and "1900" <= text[:4] <= "2100"
    return in_range and "01" <= text[4:6] <= "12" and "01" <= text[6:] <= "31"


def _order_in(texts: Sequence[str], wish: str | None) -> tuple[str | None, str]:
    """In which order the parts of dates such as 1/2/2020 come (None: contradictory), and a sentence on a guess."""
    if wish is not None:
        return wish, ""
    matches = [match for text in texts if (match := _DATE.match(text) or _SPACED_DATE.match(text))]
    parts = [match.group(1, 3, 4) for match in matches]
    if all(len(part[0]) == 4 for part in parts):
        return ("ymd" if parts else "dmy"), ""
    order, is_guess = _order_of([(part[0], part[1], part[2]) for part in parts if len(part[0]) < 4])
    first = next(match for match in matches if len(match[1]) < 4)
    if not is_guess or first[2] == ".":  # dates with points begin with the day
        return order, ""
    return order, (
        said(
            "Dates such as {date} may begin with the day or the month; they are read as the day first.",
            date=first.string,
        )
    )


def _order_of(parts: Sequence[tuple[str, str, str]]) -> tuple[str | None, bool]:
    """The order, and whether it is a guess; None where no order fits."""
    first, last = (max(int(part[place]) for part in parts) for place in (0, 2))
    if len(parts[0][2]) < 4 and first > 31:
        return ("ymd" if last <= 31 else None), False
    if max(len(part[0]) for part in parts) > 2:
        return None, False
    days_first, months_first = (sum(int(part[place]) > 12 for part in parts) for place in (0, 1))
    if min(days_first, months_first) > (1 - _NEARLY_ALL) * max(days_first, months_first):
        return None, False
    return ("mdy" if months_first > days_first else "dmy"), days_first == months_first == 0


def _formats_of(texts: Sequence[str], order: str | None) -> tuple[str, ...]:
    """Patterns for dates of numbers, all with the same sign between them; none where they are other dates."""
    matches = [match for match in map(_DATE.fullmatch, texts) if match]
    if order is None or len(matches) < _NEARLY_ALL * len(texts):
        return ()
    signs = {match[2] for match in matches} | {match["zone"] for match in matches}
    if len(signs) > 2 or (order == "ymd" and any(int(match[4]) > 31 for match in matches)):
        return ()
    year = (matches[0][1], matches[0][3], matches[0][4])[ORDERS[order].index("y")]
    day = matches[0][2].join("%" + ("Y" if part == "y" and len(year) == 4 else part) for part in ORDERS[order])
    has_half, zone = any(match["half"] for match in matches), matches[0]["zone"] or ""
    clocks = ("%I:%M:%S %p", "%I:%M %p") if has_half else ("%H:%M:%S", "%H:%M")
    joints = (" ", ", ") if any("," in text for text in texts) else (" ",)
    return (day, *(day + joint + clock + zone for joint in joints for clock in clocks))


def moment_in(text: str, order: str | None = "dmy") -> int | None:
    """Unix seconds of a time in any common form, 0 where it says that there is none, None where it says nothing.

    `order` is that of dates such as 1/2/2020; None: they are not read.
    """
    text = text[: _LONGEST + 1].strip()
    if len(text) > _LONGEST:
        return None
    if text in BLANKS or text.startswith(("0000-00-00", "1970-01-01", "0001-01-01")):
        return 0
    if text[4:5] == "-":
        try:
            return _seconds(datetime.fromisoformat(text))
        except ValueError:
            pass
    if is_number(text):
        return _moment_of_number(text)
    try:
        return _moment_of_date(text.casefold(), order)
    except (ValueError, OverflowError):
        return None


def seconds_of(text: str, order: str | None = "dmy") -> int:
    """As `moment_in`, and 0 where the text says nothing."""
    return moment_in(text, order) or 0


def _moment_of_number(text: str) -> int | None:
    in_one = _IN_ONE.fullmatch(text)
    if in_one and (_is_day_in_one(text) or in_one.group(4)):
        try:
            return _moment_of_date(text, None)
        except ValueError:  # no day: a number like others
            pass
    number = float(text.replace(",", "."))
    if number in (0, -1):
        return 0
    if not math.isfinite(number):
        return None
    if _EXCEL_DAYS[0] <= number < _EXCEL_DAYS[1]:
        return _seconds_of_days(number)
    return next((int(number / unit) for unit in _UNITS if EARLIEST <= number / unit < LATEST), None)


def _seconds_of_days(days: float) -> int:
    return round((days - _EXCELS_1970) * _SECONDS_A_DAY)


def _moment_of_date(text: str, order: str | None) -> int | None:
    """Raises ValueError for a day that does not exist."""
    clock = _CLOCK.search(text)
    rest = f"{text[: clock.start()]} {text[clock.end() :]}" if clock else text
    rest = _WEEKDAY.sub("", " ".join(rest.split())).strip(" ,")
    found = _day_in(rest, order)
    if found is None:
        return None
    year, month, day, hour, minute, second = (*map(int, found), 0, 0, 0)[:6]
    year += 0 if year > 99 else 2000 if year < 69 else 1900
    moment = datetime(year, month, day, hour, minute, second)
    return _seconds(_with_clock(moment, clock) if clock else moment)


def _day_in(text: str, order: str | None) -> tuple[str | int, ...] | None:
    """Year, month, day (and what else a date in one number says) of a date; None where it is none."""
    for pattern in (_YEAR_FIRST, _OF_CHINA, _IN_ONE):
        if found := pattern.fullmatch(text):
            return tuple(part for part in found.groups() if part is not None)
    if found := _DAY_MONTH.fullmatch(text):
        day, name, year = found.groups()
        return (year, _month_named(name), day)
    if found := _MONTH_DAY.fullmatch(text):
        name, day, year = found.groups()
        return (year, _month_named(name), day)
    found = _YEAR_LAST.fullmatch(text)
    if found is None or order is None:
        return None
    parts = dict(zip(ORDERS[order], found.groups(), strict=True))
    return (parts["y"], parts["m"], parts["d"])


def _month_named(name: str) -> int:
    if name not in _MONTH_OF:
        raise ValueError(name)
    return _MONTH_OF[name]


def _with_clock(moment: datetime, clock: re.Match[str]) -> datetime:
    """The moment at this time of day. Raises ValueError for one that does not exist, or of an unknown zone."""
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(clock["hour"])
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    offset = timedelta(0)
    if clock["zone"]:
        if clock["zone"] not in _HOURS_OF_ZONE:
            raise ValueError(clock["zone"])
        offset = timedelta(hours=_HOURS_OF_ZONE[clock["zone"]])
    elif clock["offset"]:
        sign, digits = clock["offset"][0], clock["offset"][1:].replace(":", "")
        hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        offset = (-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes))
    return moment.replace(
        hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0), tzinfo=timezone(offset)
    )


def _seconds(moment: datetime) -> int | None:
    """None for years in which nobody rated anything, 0 for the first moment of Unix time, which says that none is."""
    if not 1900 <= moment.year <= 2100:
        return None
    return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def is_date(kind: pa.DataType) -> bool:
    """Whether a column of this type holds days, with or without a time of day."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def whole_times(times: pa.ChunkedArray, kind: TimeKind | None = None) -> Int64:
    """Times as whole numbers: Unix seconds of dates and days, other numbers as the file has them; 0 where none is."""
    has_dates = pa.types.is_timestamp(times.type)
    numbers = numbers_in(times.cast(pa.int64()) if has_dates else times, blank=0)
    if has_dates:
        numbers = np.floor_divide(numbers, 1_000_000)
    elif kind == "days":
        numbers = np.where(numbers > 0, np.round((numbers - _EXCELS_1970) * _SECONDS_A_DAY), 0)
    return numbers if numbers.dtype == np.int64 else _whole_numbers(numbers)


def _whole_numbers(numbers: npt.NDArray[Any]) -> Int64:
    """As whole numbers; 0 for what is none, or no time that anybody counts in."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(numbers) < _LATEST_IN_ANY_UNIT, numbers, 0).astype(np.int64)


def times_in(values: pa.Array, found: TimesFound) -> tuple[Int64, Bools]:
    """Whole times of a column of any type, as `whole_times` has them, and which failed."""
    none_N = np.zeros(len(values), dtype=bool)
    if is_date(values.type):
        micros = values.cast(pa.timestamp("us", getattr(values.type, "tz", None)), safe=False)
        return whole_times(pa.chunked_array([micros])), none_N
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return whole_times(pa.chunked_array([values]), found.kind), none_N
    coded = pc.fill_null(texts_in(values), "").dictionary_encode()
    read = [_whole_time_in(text, found) for text in coded.dictionary.to_pylist()]
    places_N = numbers_in(coded.indices, blank=0)
    bad_N = np.array([time is None for time in read], dtype=bool)
    return np.array([time or 0 for time in read], dtype=np.int64)[places_N], bad_N[places_N]


def _whole_time_in(text: str, found: TimesFound) -> int | None:
    """A Unix time stays the number that it is where the column holds such; its unit is found from all of them."""
    if found.kind in ("whole", "number") and is_number(text):
        number = float(text.replace(",", "."))
        return int(number) if math.isfinite(number) and abs(number) < _LATEST_IN_ANY_UNIT else None
    return moment_in(text, found.order)


def times_in_seconds(times_N: Int64, *, largest: int | None = None) -> Int64:
    """Unix times in seconds, whether each came in seconds, milli-, micro- or nanoseconds; what is none becomes 0.

    `largest` is that of all the file, where these are only some of its times. Where no number of them can be a Unix
    time they only say what came first, and stay.
    """
    largest = int(np.abs(times_N).max(initial=0)) if largest is None else largest
    if not any(largest // unit >= EARLIEST for unit in _UNITS):
        return times_N
    seconds_N = times_N.copy()
    for unit in _UNITS[1:]:
        is_of_unit_N = (times_N >= EARLIEST * unit) & (times_N < LATEST * unit)
        seconds_N[is_of_unit_N] = times_N[is_of_unit_N] // unit
    seconds_N[(seconds_N < EARLIEST) | (seconds_N >= LATEST)] = 0
    return seconds_N
