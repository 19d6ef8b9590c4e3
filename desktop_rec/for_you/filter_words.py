"""How filters and sliders are told in words: each as a chip, all in one line, and which of them left nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.recommending.ranking import Filters
from engine.text import join_words, plural, plural_of, shorten
from engine.wording import counted, said

if TYPE_CHECKING:
    from desktop_rec.for_you.choices import ListChoices

_MOST_WORDS, _NAME_WIDTH = 6, 32
_DECADE = 10


@dataclass(frozen=True)
class FilterWords:
    """One filter in force: `text` names it, `without` is what would be in force without it."""

    text: str
    field: str
    without: Filters


def described(filters: Filters, word: str = "title") -> list[FilterWords]:
    """Each filter in force."""
    made: list[FilterWords] = []
    for name, before in (("genres_any", ""), ("genres_all", "also "), ("genres_none", "no ")):
        genres: tuple[str, ...] = getattr(filters, name)
        for at, genre in enumerate(genres):
            rest = {name: tuple(known for known in genres if known != genre)}
            also = before if name != "genres_all" or at else ""
            made.append(FilterWords(f"{also}{genre}", name, replace(filters, **rest)))  # type: ignore[arg-type]
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


def list_line(choices: ListChoices, *, listed: int, passing: int, candidates: int, word: str, moves: str = "") -> str:
    """What stands under the heading: "312 of 9,066 films · 12 moved since you rated Alien 5 · Drama, 1990s".

    The filters come last, because their chips say them too where the line is too long for its place.
    """
    filters = [entry.text for entry in described(choices.filters, word)]
    if len(filters) > _MOST_WORDS:
        filters = [*filters[: _MOST_WORDS - 1], said("{number} more", number=len(filters) - _MOST_WORDS + 1)]
    if filters:
        text = said("{passing:,} of {titles}", passing=passing, titles=plural(candidates, word))
    elif passing > listed:
        text = said("The best {listed:,} of {titles}", listed=listed, titles=plural(passing, word))
    else:
        text = plural(listed, word)
    return " · ".join(part for part in (text, moves, *_slider_words(choices), ", ".join(filters)) if part)


def nothing_words(choices: ListChoices, without: Mapping[str, int], word: str) -> tuple[str, str]:
    """Heading and sentence where no title passes: which filter leaves nothing, and how many it keeps out."""
    entries = described(choices.filters, word)
    if not entries:
        return said("There is no {word} to recommend.", word=word), said(
            "All that this model knows you have seen, or do not want."
        )
    by_field: dict[str, list[str]] = {}
    for entry in entries:
        by_field.setdefault(entry.field, []).append(entry.text)
    found = [
        counted(
            "without {filters} there is {titles}",
            "without {filters} there are {titles}",
            count,
            filters=_named(by_field[field]),
            titles=plural(count, word),
        )
        for field, count in sorted(without.items(), key=lambda pair: -pair[1])
        if count and field in by_field
    ]
    heading = said("No {word} passes these filters.", word=word)
    if not found:
        return heading, said("Not even without any one of them. Reset shows everything again.")
    return heading, _capital(join_words(found)) + "."


def _named(texts: Sequence[str]) -> str:
    return join_words([f"“{text.removeprefix('also ')}”" for text in texts])


def _slider_words(choices: ListChoices) -> list[str]:
    words = []
    if choices.gems:
        words.append(said("hidden gems first") if choices.gems > 0.5 else said("hidden gems up"))
    if choices.variety:
        words.append(said("much varied") if choices.variety > 0.5 else said("varied"))
    if choices.weight is not None:
        words.append(said("watch and love your way"))
    return words


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
