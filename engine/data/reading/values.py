"""Turning what a cell says into a value: numbers, times and dates, years, ids, titles, without ever failing.

Whole columns are Arrow arrays and become NumPy arrays with a mask of bad ones; a bad text is "" or 0.

Shapes: N values of a column.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.data.catalogue import split_title
from engine.data.dataset import Bools, Float32, Int64
from engine.data.formats import BLANKS
from engine.errors import DataError

TimeKind = Literal["whole", "number", "date", "zoned date"]
ORDERS = {"ymd": ("y", "m", "d"), "dmy": ("d", "m", "y"), "mdy": ("m", "d", "y")}
_NEARLY_ALL = 0.9

_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")
_WHOLE = re.compile(r"\s*\d+\s*")
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+\s*")
_NUMBER_OF_ARROW = r"(?i)^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(nan|inf|infinity)$"
_FLOAT_ID = r"^-?\d+\.0$"
_ISO_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?\s*")
_ZONED_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)\s*")
_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:,?[T ]\s*\d{1,2}:\d\d(?::\d\d)?(?P<half>\s?[AaPp][Mm])?)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT_DATE = re.compile(r"[a-z]{3} ([a-z]{3}) +(\d{1,2}) \d\d:\d\d:\d\d (\d{4})")
_PLAIN_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_LATEST_IN_ANY_UNIT = 2.0**62
_NAMES_OF_OBJECTS = ("name", "title", "id")
_LATEST = 4_102_444_800
"""The year 2100 in Unix seconds: larger numbers are milliseconds."""


def is_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point or comma."""
    return _NUMBER.fullmatch(text) is not None


def numbers_of(texts: Sequence[str]) -> list[float]:
    return [float(text.replace(",", ".")) for text in texts if is_number(text)]


def has_decimal_comma(texts: Sequence[str]) -> bool:
    """Whether numbers among the texts are written 3,5."""
    return any(_DECIMAL_COMMA.fullmatch(text) for text in texts) and not any("." in text for text in texts)


def are_ratings(texts: Sequence[str]) -> bool:
    """Whether most are numbers too small to be a time."""
    numbers = numbers_of(texts)
    return bool(texts) and len(numbers) >= 0.6 * len(texts) and min(numbers) < 1e6


def ratings_in(values: pa.Array) -> tuple[Float32, Bools, Bools]:
    """Ratings of a column of any type (NaN where none is given), where none is given, and which are no numbers."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    none_N, kind = _is_none(values), values.type
    with np.errstate(over="ignore"):
        if pa.types.is_null(kind):
            return np.full(len(values), np.nan, np.float32), none_N, np.zeros(len(values), dtype=bool)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            ratings_N = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(np.float32)
            return ratings_N, none_N, np.zeros(len(values), dtype=bool)
        texts = pc.replace_substring(pc.utf8_trim_whitespace(texts_in(values)), ",", ".")
        good = pc.match_substring_regex(texts, _NUMBER_OF_ARROW)
        good_N = pc.fill_null(good, False).to_numpy(zero_copy_only=False)
        numbers = pc.if_else(pa.array(good_N & ~none_N), texts, None).cast(pa.float64())
        return numbers.to_numpy(zero_copy_only=False).astype(np.float32), none_N, ~good_N & ~none_N


def _is_none(values: pa.Array) -> Bools:
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.if_else(pc.is_in(pc.utf8_trim_whitespace(values), pa.array(BLANKS, values.type)), None, values)
    none: Bools = pc.is_null(values).to_numpy(zero_copy_only=False)
    return none


def numbers_in(column: pa.ChunkedArray | pa.Array, *, blank: float) -> npt.NDArray[Any]:
    """The numbers of a column, `blank` where there is none. `to_numpy` would import pandas first, for half a second."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_numbers_in(chunk, blank) for chunk in chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, column.type.to_pandas_dtype()), *parts])


def _numbers_in(chunk: pa.Array, blank: float) -> npt.NDArray[Any]:
    kind = np.dtype(chunk.type.to_pandas_dtype())
    if not len(chunk):
        return np.zeros(0, kind)
    known, values = chunk.buffers()
    numbers = np.frombuffer(values, kind, len(chunk), chunk.offset * kind.itemsize)
    if not chunk.null_count:
        return numbers
    bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")[chunk.offset : chunk.offset + len(chunk)]
    return np.where(bits.astype(bool), numbers, kind.type(blank))


def texts_in(values: pa.Array) -> pa.Array:
    """Any column as texts, null where it is null; whole numbers that came as 7.0 are 7."""
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_decode()
    if pa.types.is_nested(flat.type):
        return pa.array([as_text(value) for value in flat.to_pylist()], pa.string())
    text = flat.cast(pa.string())
    if pa.types.is_floating(flat.type):
        return pc.if_else(pc.match_substring_regex(text, _FLOAT_ID), pc.utf8_slice_codeunits(text, 0, -2), text)
    return text


def as_text(value: object) -> str | None:
    """What a value of JSON or Arrow says, None for nothing: a list its parts between bars, an object its name."""
    if isinstance(value, dict):
        value = next((value[name] for name in _NAMES_OF_OBJECTS if name in value), None)
        return None if isinstance(value, dict | list) else as_text(value)
    if isinstance(value, list):
        return "|".join(text for part in value if not isinstance(part, list) and (text := as_text(part)))
    return None if value is None else str(value).encode("utf-8", "replace").decode()


def ids_in(values: pa.Array) -> pa.DictionaryArray:
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_nested(flat.type):
        flat = texts_in(flat)
    coded = flat if pa.types.is_dictionary(flat.type) else flat.dictionary_encode()
    return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int32()), texts_in(coded.dictionary))


def time_kind_of(texts: Sequence[str]) -> TimeKind | None:
    """What nearly all of these times are; whole numbers only if the others are no numbers at all."""
    if not texts:
        return None
    numbers = _share(_NUMBER, texts)
    if numbers >= _NEARLY_ALL:
        return "whole" if _share(_WHOLE, texts) == numbers else "number"
    if _share(_ISO_DATE, texts) >= _NEARLY_ALL:
        return "date"
    return "zoned date" if _share(_ZONED_DATE, texts) >= _NEARLY_ALL else None


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)


@dataclass(frozen=True)
class DatesFound:
    """How dates are written: patterns as strptime has them, and a sentence where their order is a guess."""

    formats: tuple[str, ...]
    note: str = ""


def dates_of(texts: list[str], wish: str | None = None) -> DatesFound | None:
    """How these dates are written, or None. The order is taken from parts over 12, else day first with a note."""
    if wish is not None and wish not in ORDERS:
        raise DataError(f"There is no order of dates called {wish!r}.", remedy=f"Known are: {', '.join(ORDERS)}.")
    if texts and all(_is_day_in_one(text.strip()) for text in texts):
        return DatesFound(("%Y%m%d",))
    matches = [match for match in (_DATE.fullmatch(text.strip()) for text in texts) if match]
    if not texts or len(matches) < _NEARLY_ALL * len(texts):
        return None
    parts = [(match[1], match[3], match[4]) for match in matches]
    order, is_guess = (wish, False) if wish else _order_of(parts)
    if order is None:
        return None
    year = parts[0][ORDERS[order].index("y")]
    day = matches[0][2].join("%" + ("Y" if part == "y" and len(year) == 4 else part) for part in ORDERS[order])
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
    first, last = (max(int(part[place]) for part in parts) for place in (0, 2))
    if len(parts[0][0]) == 4 or (len(parts[0][2]) < 4 and first > 31):
        return ("ymd" if last <= 31 else None), False
    if len(parts[0][0]) > 2:
        return None, False
    days_first, months_first = (sum(int(part[place]) > 12 for part in parts) for place in (0, 1))
    if min(days_first, months_first) > (1 - _NEARLY_ALL) * max(days_first, months_first):
        return None, False
    return ("mdy" if months_first > days_first else "dmy"), days_first == months_first == 0


def is_date(kind: pa.DataType) -> bool:
    """Whether a column of this type holds days, with or without a time of day."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def whole_times(times: pa.ChunkedArray) -> Int64:
    """Times as whole numbers: Unix seconds of dates, and numbers as the file has them; 0 where it has none."""
    has_dates = pa.types.is_timestamp(times.type)
    numbers = numbers_in(times.cast(pa.int64()) if has_dates else times, blank=0)
    if has_dates:
        numbers = np.floor_divide(numbers, 1_000_000)
    return numbers if numbers.dtype == np.int64 else _whole_numbers(numbers)


def times_in(values: pa.Array, formats: tuple[str, ...]) -> tuple[Int64, Bools]:
    """Whole times of a column of any type (numbers, dates in these patterns, ISO dates), and which failed."""
    none_N = np.zeros(len(values), dtype=bool)
    if is_date(values.type):
        micros = values.cast(pa.timestamp("us", getattr(values.type, "tz", None)), safe=False)
        return whole_times(pa.chunked_array([micros])), none_N
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return _whole_numbers(values.to_numpy(zero_copy_only=False)), none_N
    return _times_of_texts([text or "" for text in texts_in(values).to_pylist()], formats)


def _times_of_texts(cells: Sequence[str], formats: tuple[str, ...]) -> tuple[Int64, Bools]:
    import pandas as pd  # half a second, and no good file needs it

    texts = pd.Series(cells, dtype="object").str.strip()
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    dates = pd.to_datetime(texts.where(numbers.isna()), errors="coerce", utc=True, format="ISO8601")
    values_N = np.where(np.isfinite(numbers), numbers, _unix_seconds(dates))
    for pattern in formats:
        seconds_N = _unix_seconds(pd.to_datetime(texts, errors="coerce", utc=True, format=pattern))
        values_N = np.where(np.isfinite(seconds_N), seconds_N, values_N)
    bad_N = np.isnan(values_N) & ~texts.isin(BLANKS).to_numpy(bool)
    return _whole_numbers(values_N), bad_N


def _whole_numbers(numbers: npt.NDArray[Any]) -> Int64:
    """As whole numbers; 0 for what is none, or no time that anybody counts in."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(numbers) < _LATEST_IN_ANY_UNIT, numbers, 0).astype(np.int64)


def _unix_seconds(dates: Any) -> npt.NDArray[np.float64]:
    """Unix seconds of a pandas Series of dates, NaN where there is none."""
    import pandas as pd

    seconds = (dates - pd.Timestamp("1970-01-01", tz="UTC")) // pd.Timedelta(seconds=1)
    seconds_N: npt.NDArray[np.float64] = seconds.to_numpy(np.float64)
    return seconds_N


def times_in_seconds(times_N: Int64) -> Int64:
    """Unix times in seconds, whether they came in seconds, milli-, micro- or nanoseconds."""
    unit = time_unit(int(np.abs(times_N).max(initial=0)))
    return times_N // unit if unit > 1 else times_N


def time_unit(largest: int) -> int:
    """How many of the units that times are in make a second, by the largest of them."""
    return next((unit for least, unit in ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3)) if largest > least), 1)


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


def title_in(text: str) -> tuple[str, int]:
    """The title that a list of titles gives, in the form people read, and its year (0 if none)."""
    return split_title(html.unescape(text))


def normalised_id(kind: str, text: str) -> str:
    """An id of this kind as all exports and data sets can be compared by it; "" where the text is none."""
    text = text.strip()
    if kind == "imdb":
        number = re.search(r"(?:^|tt)0*([1-9]\d{0,9})(?:\.0)?/?$", text)
        return f"tt{int(number.group(1)):07d}" if number else ""
    if kind == "isbn":
        return _isbn(text)
    if kind in ("tmdb", "mal", "movielens", "bgg"):
        number = re.fullmatch(r"0*([1-9]\d{0,11})(?:\.0)?", text)
        return number.group(1) if number else ""
    return text[:200]


def _isbn(text: str) -> str:
    """With ten signs where the book has such a number (as most data sets write it), else with thirteen."""
    plain = re.sub(r"[^0-9X]", "", text.upper())
    if len(plain) == 13 and plain.isdecimal() and plain.startswith("978"):
        nine = plain[3:12]
        rest = -sum(place * int(digit) for place, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
        return nine + ("X" if rest == 10 else str(rest))
    return plain if re.fullmatch(r"\d{9}[\dX]|\d{13}", plain) else ""
