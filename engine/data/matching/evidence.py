"""What speaks for a title of the data set being the one that an export means: a name or part of a name in common.

Stands between the index and the matcher, below identity.py (equal ids) and likeness.py (names that are only alike).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from engine.data.matching.catalogue_index import CatalogueIndex
from engine.data.matching.names import Name, Part
from engine.data.matching.numerals import numbers_in
from engine.data.matching.wanted import Wanted

MOST_OF_A_NAME = 50
_BY_NAME = 99.0
_IF_OTHER_NAME = 2.0
_IF_NO_ARTICLE = 5.0
_IF_A_YEAR_APART = 5.0
_IF_NO_YEAR = 6.0
_BY_NAME_ONLY = 76.0
_BY_PART = 80.0
_IF_ENOUGH = 8.0
_SHORT = 7
_LONG = 8
_TELLING = 12
_SEQUELS = frozenset(str(number) for number in range(2, 11))
_SPELT_ALIKE = 60.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a title of the data set fits, 0 to 100. `certain`: this alone would do, were there no other like it.

    `apart` is how many years lie between the two; where one is unknown, it counts as one.
    """

    item_row: int
    score: float
    why: str
    certain: bool = False
    by_id: bool = False
    by_other_name: bool = False
    apart: int = 0


def years_apart(index: CatalogueIndex, wanted: Wanted, row: int) -> int | None:
    """How many years lie between the two; None where one of them is unknown."""
    year = index.years_I[row]
    return abs(year - wanted.year) if year and wanted.year else None


def of_names(index: CatalogueIndex, wanted: Wanted) -> Iterator[Evidence]:
    """Titles with a name of the export, with the article first and then without."""
    for name in wanted.names:
        for place in _at(index.by_key, name.key):
            yield _same_name(index, wanted, name, place, bare=False)
        for place in _at(index.by_bare_key, name.bare_key):
            if index.names_N[place].key != name.key:
                yield _same_name(index, wanted, name, place, bare=True)


def of_parts(index: CatalogueIndex, wanted: Wanted) -> Iterator[Evidence]:
    """Titles that are called like a part of this one, or of which a part is called like this one."""
    for name in wanted.names:
        for row, part in index.by_part.get(name.bare_key, ())[:MOST_OF_A_NAME]:
            yield from _same_part(index, wanted, row, part)
    for part in wanted.parts:
        for place in _at(index.by_bare_key, part.key):
            yield from _same_part(index, wanted, index.rows_N[place], part)


def _at(places: dict[str, list[int]], key: str) -> Iterable[int]:
    return places.get(key, [])[:MOST_OF_A_NAME]


def _same_name(index: CatalogueIndex, wanted: Wanted, ours: Name, place: int, *, bare: bool) -> Evidence:
    row, theirs = index.rows_N[place], index.names_N[place]
    apart, other = years_apart(index, wanted, row), ours.other or theirs.other
    score = _BY_NAME - _IF_NO_ARTICLE * bare - _IF_OTHER_NAME * other - (ours.other and theirs.other)
    words = "another name of it" if other else "same title"
    if apart is None:
        certain = _is_enough_without_year(index, ours, theirs, bare=bare)
        why = f"{words}, no year to compare"
        return Evidence(row, score - _IF_NO_YEAR, why, certain=certain, by_other_name=other, apart=1)
    if apart > 1:
        why = f"{words}, other year: {index.years_I[row]}"
        return Evidence(row, _BY_NAME_ONLY - min(apart, 15), why, apart=apart)
    why = f"{words}, a year apart" if apart else f"{words} and year"
    certain = _is_enough(ours, theirs, bare=bare) if not apart else _is_enough_a_year_apart(index, wanted, ours, place)
    score -= _IF_A_YEAR_APART * apart
    return Evidence(row, score, why, certain=certain, by_other_name=other, apart=apart)


def _is_enough(ours: Name, theirs: Name, *, bare: bool) -> bool:
    """Whether equal names of one year mean one title: not "9" and "Nine", not "The Boys" and "Les Boys"."""
    if bare and (len(ours.bare_key) < _TELLING or (ours.has_article and theirs.has_article)):
        return False
    return not ours.is_number or ours.is_written_in_digits == theirs.is_written_in_digits


def _is_enough_a_year_apart(index: CatalogueIndex, wanted: Wanted, ours: Name, place: int) -> bool:
    """The same where the year is off by one: names that say little, or go with other originals, do not do."""
    theirs = index.names_N[place]
    if not _is_enough(ours, theirs, bare=ours.key != theirs.key):
        return False
    if len(ours.key) < (_LONG if ours.other or theirs.other else _SHORT):
        return False
    if ours.words != theirs.words and len(ours.bare_key) < _TELLING:
        return False
    return not _have_other_originals(wanted.names, index.names_by_row[index.rows_N[place]])


def _have_other_originals(ours: Iterable[Name], theirs: Iterable[Name]) -> bool:
    """Whether both titles have further names, and none of the one is like any of the other."""
    some, others = [one for one in ours if one.other], [one for one in theirs if one.other]
    alike = any(fuzz.ratio(one.bare_key, another.bare_key) >= _SPELT_ALIKE for one in some for another in others)
    return bool(some and others) and not alike


def _is_enough_without_year(index: CatalogueIndex, ours: Name, theirs: Name, *, bare: bool) -> bool:
    telling = len(ours.key) >= _TELLING or not index.has_years
    return telling and not (bare or ours.other or theirs.other) and _is_enough(ours, theirs, bare=bare)


def _same_part(index: CatalogueIndex, wanted: Wanted, row: int, part: Part) -> Iterator[Evidence]:
    """A part is enough where it tells a sequel by its number, or where it is a subtitle of several words."""
    apart = years_apart(index, wanted, row)
    if apart is not None and apart > 1:
        return
    numbered = part.leads and len(part.words) > 1 and part.words[-1] in _SEQUELS
    is_subtitle = not part.leads and len(part.words) > 2 and not numbers_in(part.words)
    certain = apart == 0 and (numbered or is_subtitle)
    score = _BY_PART + _IF_ENOUGH * certain - _IF_A_YEAR_APART * (apart != 0)
    why = ("begins alike" if part.leads else "ends alike") + (", same year" if apart == 0 else "")
    yield Evidence(row, score, why, certain=certain, apart=int(apart != 0))
