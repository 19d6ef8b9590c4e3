"""What stands above a list: how it is bent, in one line, and where nothing is left, which filters left nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.recommending.filter_words import described, slider_words
from engine.text import join_words, plural
from engine.wording import counted, said

if TYPE_CHECKING:
    from desktop_rec.for_you.choices import ListChoices

_MOST_WORDS = 6


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
        by_field.setdefault(entry.field, []).append(entry.by_itself or entry.text)
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
    return join_words([f"“{text}”" for text in texts])


def _slider_words(choices: ListChoices) -> list[str]:
    mixed = [said("watch and love your way")] if choices.weight is not None else []
    return slider_words(choices.all_filters) + mixed


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
