"""Filters in words: each by itself, as people see and take them away, and all of them as a list is described by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from engine.recommending.ranking import Filters
from engine.text import join_choices, plural, plural_of, shorten
from engine.wording import counted, said

_NAME_WIDTH = 32
_DECADE = 10


@dataclass(frozen=True)
class FilterWords:
    """One filter in force: `text` names it, `without` is what would be in force without it.

    `by_itself` names it where it does not stand after others, if that is something else.
    """

    text: str
    field: str
    without: Filters
    by_itself: str = ""


def described(filters: Filters, word: str = "title") -> list[FilterWords]:
    """Each filter in force."""
    made: list[FilterWords] = []
    for name in ("genres_any", "genres_all", "genres_none"):
        genres: tuple[str, ...] = getattr(filters, name)
        for at, genre in enumerate(genres):
            rest = {name: tuple(known for known in genres if known != genre)}
            text = said("no {genre}", genre=genre) if name == "genres_none" else genre
            also = said("also {genre}", genre=genre) if name == "genres_all" and at else text
            without = replace(filters, **rest)  # type: ignore[arg-type]
            made.append(FilterWords(also, name, without, by_itself=text))
    if filters.years is not None:
        made.append(FilterWords(years_words(*filters.years), "years", replace(filters, years=None)))
    if filters.min_ratings:
        text = said("at least {ratings}", ratings=counted("{count} rating", "{count} ratings", filters.min_ratings))
        made.append(FilterWords(text, "min_ratings", replace(filters, min_ratings=0)))
    if filters.again:
        made.append(
            FilterWords(said("{words} I have seen", words=plural_of(word)), "again", replace(filters, again=False))
        )
    if filters.one_per_series:
        made.append(FilterWords(said("one per series"), "one_per_series", replace(filters, one_per_series=False)))
    if filters.only_rows is not None:
        name = shorten(filters.only_name or plural(len(filters.only_rows), word), _NAME_WIDTH)
        text = said("only {name}", name=name)
        made.append(FilterWords(text, "only_rows", replace(filters, only_rows=None, only_name="")))
    return made


def years_words(first: int, last: int) -> str:
    """Years as people say them: 1994, 1990s, 1990–2004."""
    if first == last:
        return str(first)
    return f"{first}s" if first % _DECADE == 0 and last == first + _DECADE - 1 else f"{first}–{last}"


def slider_words(filters: Filters) -> list[str]:
    """How strongly a list is bent by what keeps no title out."""
    words = []
    if filters.hidden_gems:
        words.append(said("hidden gems first") if filters.hidden_gems > 0.5 else said("hidden gems up"))
    if filters.variety:
        words.append(said("much varied") if filters.variety > 0.5 else said("varied"))
    return words


def describe_filters(filters: Filters, word: str = "title") -> str:
    """What a list was restricted to and bent by, in a line; "" where it was not.

    >>> describe_filters(Filters(genres_any=("Drama", "War"), years=(1990, 1999), min_ratings=50, variety=0.3))
    'Drama or War, 1990s, at least 50 ratings, varied'
    """
    parts = []
    for field, entries in groupby(described(filters, word), key=lambda entry: entry.field):
        texts = [entry.text for entry in entries]
        parts += [join_choices(texts)] if field == "genres_any" else texts
    return ", ".join([*parts, *slider_words(filters)])
