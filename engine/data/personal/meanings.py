"""What single texts of exports mean: ids, dates, years, what a title is, and whether it was seen.

Stands below all readers of exports. None of these fails: what says nothing is "" or 0.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from engine.data.formats import normalised
from engine.data.personal.export import State

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELT_DATE = re.compile(r"[a-z]{3} ([a-z]{3}) +(\d{1,2}) \d\d:\d\d:\d\d (\d{4})")
_PLAIN_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_LATEST = 4_102_444_800
"""The year 2100 in Unix seconds: larger numbers are milliseconds."""

_MEDIA = {
    "film": "movie film featurefilm tvmovie video short shortfilm tvshort tvspecial musicvideo documentary movies",
    "series": "tv series show shows tvseries tvminiseries miniseries podcastseries ova ona special tvspecialseries",
    "episode": "tvepisode episode season podcastepisode tvseason episodes",
    "game": "videogame game boardgame boardgameexpansion standalone expansion",
    "book": "book manga novel lightnovel oneshot manhwa manhua doujinshi",
}
_MEDIUM_OF = {word: medium for medium, words in _MEDIA.items() for word in words.split()}
_STATES: dict[State, str] = {
    "planned": "toread plantowatch plantoread planning planned watchlist wishlist wanttoread wanttowatch tbr",
    "dropped": "dropped didnotfinish didntfinish dnf abandoned gaveup notfinished unfinished",
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}


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


def year_in(text: str) -> int:
    """The first year in a text such as "1999", "1999-03-31", "31 Mar 1999"; 0 where there is none."""
    found = _YEAR.search(text)
    return int(found.group(1)) if found else 0


def seconds_of(text: str) -> int:
    """Unix seconds of a date or time that starts with its year, of ctime's form, or of a Unix time; else 0."""
    text = text.strip()
    if not text:
        return 0
    try:
        if re.fullmatch(r"\d{8,13}(\.\d+)?", text):
            number = int(float(text))
            return number // 1000 if number > _LATEST else number
        return _seconds_of_words(text)
    except (ValueError, OverflowError):
        return 0


def _seconds_of_words(text: str) -> int:
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


def medium_of(text: str) -> str:
    """What kind of title a service calls this: film, series, episode, game, book or ""."""
    return _MEDIUM_OF.get(normalised(text), "")


def state_of(text: str, *, otherwise: State = "seen") -> State:
    """Whether a store or status means seen, dropped or planned."""
    return _STATE_OF.get(normalised(text), otherwise)
