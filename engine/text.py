"""Numbers, sizes, durations, shares, counts and dates as people read them, one way in the terminal and the window.

Pure functions from plain values to text. Sizes are decimal (1 MB is 1,000,000 bytes), as file managers show them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.wording import format_count as format_count
from engine.wording import plural as plural
from engine.wording import plural_of as plural_of
from engine.wording import said

MINUS = "−"
TIMES = "×"
NONE = "-"

_MONTHS = (
    *(said("January"), said("February"), said("March"), said("April"), said("May"), said("June"), said("July")),
    *(said("August"), said("September"), said("October"), said("November"), said("December")),
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)
_LONGEST_NAME = 150
"""Bytes: with what a file system adds and another ending, below the 255 that all allow."""

_SIZE_UNITS = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def format_about(count: int) -> str:
    """A guessed count, rounded to two figures.

    >>> format_about(105_283)
    '110,000'
    """
    return format_count(round(count, 2 - len(str(count))) if count >= 100 else count)


def format_number(value: float) -> str:
    """A plain number with as many places as it needs.

    >>> [format_number(value) for value in (4.0, 0.25, -9.66, 1e-8, 1_000_000)]
    ['4', '0.25', '−9.66', '1e-8', '1,000,000']
    """
    if abs(value) >= 10_000 and value == int(value):
        return f"{int(value):,}".replace("-", MINUS)
    text = f"{abs(value):g}".replace("e-0", "e-")
    return f"{MINUS}{text}" if value < 0 else text


def format_rate(lr: float | None) -> str:
    """A learning rate with two figures.

    >>> [format_rate(lr) for lr in (10, 0.5, 3.14e-3, 1e-7, None)]
    ['10', '0.5', '3.1e-3', '1e-7', '-']
    """
    if lr is None:
        return NONE
    if lr >= 0.1:
        return f"{lr:.2g}"
    mantissa, exponent = f"{lr:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def format_figure(value: float | None, *, decimals: int | None = None) -> str:
    """A loss or a metric: with three figures, or with as many decimals as the others of its column.

    >>> [format_figure(value) for value in (0.4123, 6.412, 12480.2, -0.0004, math.inf, None)]
    ['0.412', '6.41', '12,480', '-4e-4', 'not finite', '-']
    >>> format_figure(6.412, decimals=3)
    '6.412'
    """
    if value is None:
        return NONE
    if not math.isfinite(value):
        return said("not finite")
    if decimals is not None:
        return f"{value:.{decimals}f}"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 1e-3:
        return f"{'-' if value < 0 else ''}{format_rate(abs(value))}"
    return f"{value:.{min(3, max(0, 2 - math.floor(math.log10(abs(value)))))}f}"


def format_distinct(first: float, second: float) -> tuple[str, str]:
    """Two errors with two decimals, or with as many more, four at most, as show which is the smaller.

    >>> format_distinct(0.8012, 0.8034)
    ('0.801', '0.803')
    """
    for decimals in (2, 3, 4):
        texts = f"{first:.{decimals}f}", f"{second:.{decimals}f}"
        if texts[0] != texts[1]:
            return texts
    return f"{first:.2f}", f"{second:.2f}"


def format_percent(share: float, *, signed: bool = False) -> str:
    """A share of 1 with two figures. What is small is never shown as nothing; there is no sign unless asked for.

    >>> [format_percent(share) for share in (0.34, 0.0412, 0.02, 0.003, 0.0001, 0)]
    ['34 %', '4.1 %', '2 %', '0.3 %', '<0.1 %', '0 %']
    >>> format_percent(-0.12, signed=True)
    '−12 %'
    """
    sign = (MINUS if share < 0 else "+") if signed else ""
    percent = 100 * abs(share)
    if 0 < percent < 0.05:
        return f"{sign}<0.1 %"
    return f"{sign}{percent:.0f} %" if percent >= 9.5 else f"{sign}{f'{percent:.1f}'.removesuffix('.0')} %"


def format_size(size_bytes: float) -> str:
    """A size of a file or of memory.

    >>> [format_size(size) for size in (1, 812, 12_000, 2_200_000, 480_000_000, 1_900_000_000)]
    ['1 byte', '812 bytes', '12 kB', '2.2 MB', '480 MB', '1.9 GB']
    """
    for unit, least in _SIZE_UNITS:
        if size_bytes >= least:
            value = size_bytes / least
            return f"{value:,.0f} {unit}" if value >= 9.95 else f"{value:.1f} {unit}"
    return plural(int(size_bytes), "byte")


def format_duration(seconds: float) -> str:
    """How long something takes.

    >>> [format_duration(seconds) for seconds in (0.7, 42, 72, 7509)]
    ['0.7 s', '42 s', '1:12', '2:05:09']
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{round(seconds)} s" if round(seconds) < 60 else format_clock(seconds)


def format_clock(seconds: float) -> str:
    """A running clock, which keeps its shape while it counts.

    >>> [format_clock(seconds) for seconds in (7, 72, 7384)]
    ['0:07', '1:12', '2:03:04']
    """
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def moment_of(seconds: int) -> datetime | None:
    """A moment in Unix seconds, before 1970 too, which Windows' own clock does not count; None outside of all years.

    >>> moment_of(-86_400), moment_of(10**15)
    (datetime.datetime(1969, 12, 31, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def format_date(moment: datetime) -> str:
    """The day of a moment, where this machine is.

    >>> format_date(datetime(2026, 5, 4, 9, 30).astimezone())
    '4 May 2026'
    """
    here = moment.astimezone()
    return said("{day} {month} {year}", day=here.day, month=_MONTHS[here.month - 1], year=here.year)


def format_moment(moment: datetime) -> str:
    """A date and a time of day, where this machine is.

    >>> format_moment(datetime(2026, 5, 4, 9, 30).astimezone())
    '4 May 2026, 09:30'
    """
    return f"{format_date(moment)}, {moment.astimezone():%H:%M}"


def format_ago(moment: datetime, *, now: datetime | None = None) -> str:
    """How long ago a moment was.

    >>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    >>> [format_ago(noon, now=noon.replace(minute=2)), format_ago(noon, now=noon.replace(day=6))]
    ['2 min ago', 'on 4 May 2026']
    """
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return said("just now")
    if seconds < 3600:
        return said("{minutes:.0f} min ago", minutes=seconds // 60)
    if seconds < 24 * 3600:
        return said("{hours:.0f} h ago", hours=seconds // 3600)
    return said("on {date}", date=format_date(moment))


def file_name(words: str) -> str:
    """Words as the name of a file that every system takes: no signs that Windows refuses, no name of a device.

    >>> [file_name(words) for words in ("Drama, 1990/1999: best.csv", "con.txt", "Me... ", "...")]
    ['Drama, 1990 1999 best.csv', 'con_.txt', 'Me', 'file']
    """
    name = " ".join(_NOT_IN_NAMES.sub(" ", words).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or " " in ending or len(ending) > 10:
        stem, dot, ending = name, "", ""
    stem = stem.encode("utf-8", "ignore")[:_LONGEST_NAME].decode("utf-8", "ignore").rstrip(". ")
    device = _DEVICES.match(stem)
    if device:
        at = device.start(2)
        stem = f"{stem[:at].rstrip()}_{stem[at:]}"
    return f"{stem}{dot}{ending}" if stem else "file"


def join_words(words: Iterable[str]) -> str:
    """Words in a row.

    >>> join_words(["people", "films", "ratings"])
    'people, films and ratings'
    """
    *first, last = list(words) or [""]
    return said("{words} and {last}", words=", ".join(first), last=last) if first else last


def join_choices(words: Iterable[str]) -> str:
    """Words of which any will do.

    >>> join_choices(["drama", "crime", "war"])
    'drama or crime or war'
    """
    joined, *others = list(words) or [""]
    for word in others:
        joined = said("{words} or {last}", words=joined, last=word)
    return joined


def shorten(text: str, width: int) -> str:
    """A text cut to a width, with a sign where something is missing.

    >>> shorten("The Matrix", 7)
    'The Ma…'
    """
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def format_setting(value: Any, *, unit: str = "") -> str:
    """A value of a setting as people write it.

    >>> format_setting(True), format_setting((600, 200)), format_setting(0.0031), format_setting(None)
    ('yes', '600, 200', '3.1e-3', 'automatic')
    """
    if value is None:
        return said("automatic")
    if isinstance(value, bool):
        return said("yes") if value else said("no")
    if isinstance(value, list | tuple):
        return ", ".join(format_setting(item) for item in value) or said("none")
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        text = format_rate(value) if value > 0 else f"-{format_rate(-value)}"
    elif isinstance(value, int | float):
        text = f"{value:,.6g}" if isinstance(value, float) and value != int(value) else format_count(value)
    else:
        text = str(value).replace("_", " ")
    return f"{text} {unit}".strip()


def format_rating(rating: float) -> str:
    """A rating that was given, with a decimal where it has one.

    >>> [format_rating(rating) for rating in (4.0, 4.5, -3)]
    ['4', '4.5', '−3']
    """
    return f"{rating:.1f}".removesuffix(".0").replace("-", MINUS)


def format_predicted_rating(rating: float, off: float | None = None) -> str:
    """A predicted rating, always with a decimal, and how far off it may be.

    >>> format_predicted_rating(4), format_predicted_rating(4.21, 0.58)
    ('4.0', '4.2\\xa0±\\xa00.6')
    """
    text = f"{rating:.1f}".replace("-", MINUS)
    return text if off is None else f"{text}\u00a0±\u00a0{off:.1f}"


def format_difference(difference: float) -> str:
    """How far a rating lies from what was expected.

    >>> format_difference(1.6), format_difference(-0.44)
    ('+1.6', '−0.4')
    """
    return f"{MINUS if difference < 0 else '+'}{abs(difference):.1f}"


def format_factor(factor: float) -> str:
    """A factor with two figures at most.

    >>> [format_factor(factor) for factor in (1.83, 40.4, 1234.0)]
    ['1.8×', '40×', '1,200×']
    """
    if factor < 9.95:
        return f"{factor:.1f}".removesuffix(".0") + TIMES
    step = 10 ** max(0, len(str(int(factor))) - 2)
    return f"{format_count(round(factor / step) * step)}{TIMES}"


def format_title(title: str, year: int | None) -> str:
    """A title with its year, where that is known.

    >>> format_title("The Matrix", 1999), format_title("Alone", 0)
    ('The Matrix (1999)', 'Alone')
    """
    return f"{title} ({year})" if year else title


def format_titles_taken(taken: Mapping[str, Any] | None, titles: int) -> str:
    """Where an import found its titles, as its report has it: the file, the column, how many of all `titles`.

    >>> format_titles_taken({"file": "movies.csv", "column": "movieId", "named": 28}, 30)
    'movies.csv, by movieId: 28 of 30'
    >>> format_titles_taken({"file": "movies.dat", "column": "", "named": 3700}, 3700), format_titles_taken(None, 30)
    ('movies.dat: all 3,700', '')
    """
    if not taken:
        return ""
    file, column, named = taken["file"], taken["column"], taken["named"]
    if named >= titles and column:
        return said("{file}, by {column}: all {titles:,}", file=file, column=column, titles=titles)
    if named >= titles:
        return said("{file}: all {titles:,}", file=file, titles=titles)
    if column:
        return said(
            "{file}, by {column}: {named:,} of {titles:,}", file=file, column=column, named=named, titles=titles
        )
    return said("{file}: {named:,} of {titles:,}", file=file, named=named, titles=titles)
