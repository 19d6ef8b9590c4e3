"""Which titles are parts of one series, told from their names: "Toy Story 2", "Star Wars: Episode IV - A New Hope".

A name alone does not make a series: there must be a film before the second part, or two parts that follow each other
("District 9" and "District 13" are none), and names that share only their beginning ("X: this", "X and the that") must
be near in time. Two films of one name and nothing else are two films.

Shapes: I titles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.data.dataset import Int64

ALONE = -1
_NEAR_YEARS, _NEAR_YEARS_OF_TWO = 20, 10
"""How far apart names that share only their beginning may be: "The Cutting Edge" of 1992 and of 2004 are two films."""
_MOST_PARTS = 40
_ROMAN = {"i": 1, "v": 5, "x": 10}
_SPELT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen")
_NUMBER = r"(?:\d+(?:\.\d+| ?\d/\d)?|[ivx]+|" + "|".join(_SPELT) + ")"
_COUNTED = r"(?:part|episode|chapter|volume|vol\.?|season|movie|book)"
_IN_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_ENDS_NUMBERED = re.compile(
    rf"^(?P<name>.+?)[\s,:-]+(?:{_COUNTED}\s+(?P<counted>{_NUMBER})|(?P<season>\d+)(?:st|nd|rd|th) season"
    rf"|(?P<bare>{_NUMBER}))$"
)
_SUBTITLED = re.compile(r"^(?P<name>.+?)(?::\s+| [-–—] )(?P<rest>.+)$")
_DASHED = re.compile(r"^(?P<name>.+?) [-–—] (?P<rest>.+)$")
_PAIRED = re.compile(r"^(?P<name>\S+ .*?) (?:and|&) the (?P<rest>.+)$")
_ARTICLES = re.compile(r"^(?:the|a|an) |, (?:the|a|an)$")


@dataclass(frozen=True)
class _Claim:
    """That a title may be of the series `name`: its number there, or how else it continues the name ("" for not).

    is_counted: it says that it is a part ("Part 2", "Episode IV"). is_paired: it is "name and the rest".
    """

    name: str
    number: float | None = None
    rest: str = ""
    is_counted: bool = False
    is_paired: bool = False


def series_of(title: str) -> str:
    """The name that a title shares with others of its series, if it has any: lower case, without article and number.

    >>> [series_of(title) for title in ("Toy Story 2", "The Lord of the Rings: The Two Towers", "Fargo")]
    ['toy story', 'lord of the rings', 'fargo']
    """
    claims = list(_claims(title))
    paired = next((claim.name for claim in claims if claim.is_paired), "")
    return paired or min((claim.name for claim in claims), key=len, default="")


def series_rows(titles: Sequence[str], years: Sequence[int]) -> Int64:
    """A number for each title that is the same within a series, [I]; ALONE for the titles that are in none."""
    claims_by_name: dict[str, list[tuple[int, _Claim]]] = defaultdict(list)
    for row, title in enumerate(titles):
        for claim in _claims(title):
            claims_by_name[claim.name].append((row, claim))
    leader_I = list(range(len(titles)))
    taken, certain = _numbered(claims_by_name, years, leader_I)
    for name, members in claims_by_name.items():
        own = [(row, claim) for row, claim in members if not (" " not in name and row in taken and claim.rest)]
        _join_subtitled(own, years, leader_I, is_certain=name in certain)
        _join_near([row for row, claim in own if claim.is_paired], years, leader_I)
    leaders = np.array([_leader(leader_I, row) for row in range(len(titles))], dtype=np.int64)
    sizes_I = np.bincount(leaders, minlength=len(titles))
    return np.where(sizes_I[leaders] > 1, leaders, ALONE).astype(np.int64)


def _claims(title: str) -> Iterator[_Claim]:
    """The names of series that a title may belong to, without looking at others."""
    text = _plain(title)
    whole, number, is_counted = _without_number(text)
    if _bare(whole):
        yield _Claim(_bare(whole), number, is_counted=is_counted)
        if number is not None:
            yield _Claim(_bare(text))
    seen = {whole, text}
    for pattern in (_DASHED, _SUBTITLED):
        found = pattern.match(whole if number is not None else text)
        if found is None or found["name"] in seen:
            continue
        seen.add(found["name"])
        name, number_there, is_counted = _without_number(found["name"])
        seen.add(name)
        yield _Claim(_bare(name), number_there, found["rest"], is_counted)
        if number_there is not None:
            yield _Claim(_bare(found["name"]), None, found["rest"])
    paired = _PAIRED.match(_ARTICLES.sub("", whole))
    if paired is not None and ":" not in paired["name"]:
        yield _Claim(_bare(paired["name"]), None, paired["rest"], is_paired=True)


def _plain(title: str) -> str:
    text = title.casefold().replace("²", " 2").replace("³", " 3").replace("½", " 1/2")
    return " ".join(_IN_BRACKETS.sub("", text).split())


def _bare(name: str) -> str:
    return _ARTICLES.sub("", name.strip(" ,:-–—!."))


def _without_number(text: str) -> tuple[str, float | None, bool]:
    """A name without the number of a part at its end, that number, and whether it is called a part ("Part 2")."""
    found = _ENDS_NUMBERED.match(text)
    if found is None:
        return text, None, False
    counted = found["counted"] or found["season"]
    number = None if found["bare"] == "one" else _number(counted or found["bare"])
    if number is None or not 0 < number <= _MOST_PARTS:
        return text, None, False
    return found["name"].rstrip(" ,:-"), number, bool(counted)


def _number(word: str) -> float:
    if word[0].isdigit():
        return float(re.match(r"\d+(?:\.\d+)?", word)[0])  # type: ignore[index]
    if word in _SPELT:
        return float(_SPELT.index(word) + 1)
    values = [_ROMAN[letter] for letter in word]
    return float(sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True)))


def _numbered(
    claims_by_name: dict[str, list[tuple[int, _Claim]]], years: Sequence[int], leader_I: list[int]
) -> tuple[set[int], set[str]]:
    """Join numbered parts, and the film before the second one; the rows that were joined, and names of such series."""
    joined: set[int] = set()
    certain: set[str] = set()
    for name, members in claims_by_name.items():
        numbers = sorted({claim.number for _, claim in members if claim.number is not None})
        if not numbers:
            continue
        parts = [row for row, claim in members if claim.number is not None]
        first_year = min((years[row] for row in parts if years[row]), default=0)
        before = [row for row, claim in members if claim.number is None and not claim.is_paired]
        before = [row for row in before if row not in parts and _is_before(years[row], first_year)]
        beginning = max(before, key=lambda row: years[row], default=None)
        follows = any(0 < after - number <= 1 for number, after in pairwise(numbers))
        follows = follows or len({claim.number for _, claim in members if claim.is_counted}) > 1
        if not follows and (beginning is None or numbers[0] > 3):
            continue
        every = parts if beginning is None else [*parts, beginning]
        _join(every, leader_I)
        if len(every) > 1:
            joined.update(every)
            certain.add(name)
    return joined, certain


def _join_subtitled(
    members: list[tuple[int, _Claim]], years: Sequence[int], leader_I: list[int], *, is_certain: bool
) -> None:
    """Join what has one name before its subtitle, and the film of just that name: near in time, or surely a series."""
    subtitled = {row: claim.rest for row, claim in members if claim.rest and not claim.is_paired}
    whole = [row for row, claim in members if not claim.rest and claim.number is None and row not in subtitled]
    if not subtitled or len(subtitled) + len(whole) < 2:
        return
    first_year = min((years[row] for row in subtitled if years[row]), default=0)
    before = [row for row in whole if _is_before(years[row], first_year)]
    beginning = max(before, key=lambda row: years[row], default=None)
    every = [*subtitled, *([] if beginning is None else [beginning])]
    if is_certain:
        _join(every, leader_I)
    else:
        _join_near(every, years, leader_I)


def _is_before(year: int, first_year: int) -> bool:
    return not year or not first_year or year <= first_year


def _join_near(rows: Sequence[int], years: Sequence[int], leader_I: list[int]) -> None:
    in_time = sorted(rows, key=lambda row: years[row])
    near = _NEAR_YEARS if len(in_time) > 2 else _NEAR_YEARS_OF_TWO
    for earlier, later in pairwise(in_time):
        if not years[earlier] or years[later] - years[earlier] <= near:
            _join([earlier, later], leader_I)


def _join(rows: Sequence[int], leader_I: list[int]) -> None:
    leaders = [_leader(leader_I, row) for row in rows]
    for leader in leaders:
        leader_I[leader] = min(leaders)


def _leader(leader_I: list[int], row: int) -> int:
    while leader_I[row] != row:
        leader_I[row] = leader_I[leader_I[row]]
        row = leader_I[row]
    return row
