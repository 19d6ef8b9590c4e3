"""Ids that other services gave a title, in one form each, so that "tt0133093" and "0133093" are the same.

Stands at the bottom of matching, beside numerals.py.
"""

from __future__ import annotations

import re

KINDS = {
    "imdb": "IMDb id",
    "tmdb": "TMDB id",
    "mal": "MyAnimeList id",
    "movielens": "MovieLens id",
    "isbn": "ISBN",
    "bgg": "BoardGameGeek id",
}
"""The kinds of ids that exports and data sets share, in words for people."""

ONE_PER_TITLE = frozenset({"imdb", "tmdb", "mal", "bgg"})
"""Kinds of which a title has exactly one: another id of that kind means another title. A book has many ISBNs."""

_NUMBER = re.compile(r"\s*0*([0-9]+)(?:\.0+)?\s*")
_IMDB_TITLE = re.compile(r"\s*(?:.*\b)?(?:tt)?0*([0-9]+)/?\s*", re.IGNORECASE)
_ISBN_10 = re.compile(r"[0-9]{9}[0-9X]")
_ISBN_13 = re.compile(r"97[89][0-9]{10}")


def normalised_id(kind: str, text: str) -> str:
    """An id in the one form that is compared; "" where it is none of this kind ("0" among them)."""
    if kind == "isbn":
        return _isbn(text)
    found = (_IMDB_TITLE if kind == "imdb" else _NUMBER).fullmatch(text)
    return "" if found is None or found.group(1) == "0" else found.group(1)


def _isbn(text: str) -> str:
    """The nine (twelve for 979) digits that the old and the new form of an ISBN share."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    if _ISBN_10.fullmatch(plain):
        return plain[:9]
    if _ISBN_13.fullmatch(plain):
        return plain[3:12] if plain.startswith("978") else plain[:12]
    return plain if plain.strip("0") else ""
