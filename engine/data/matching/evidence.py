"""What speaks for a title of a data set: an id of the export, an equal name, or an equal part of a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from engine.data.matching.candidates import IF_TITLES_AGREE, KINDS, ONE_PER_TITLE, CatalogueIndex, Query
from engine.data.matching.titles import Name, Part, numbers_in
from engine.wording import said

MOST_OF_A_NAME = 50
_BY_ID = 100.0
_BY_DOUBTED_ID = 96.0
_BY_WEAK_ID = {"movielens": 60.0, "item": 40.0}
_BY_NAME = 99.0
_BY_NAME_ONLY = 76.0
_BY_PART = 80.0
_FOR_CERTAIN_PART = 8.0
_OFF_FOR_ALIAS = 2.0
_OFF_FOR_ARTICLE = 5.0
_OFF_A_YEAR_APART = 5.0
_OFF_WITHOUT_YEAR = 6.0
_SHORT, _SHORT_ALIAS, _DISTINCTIVE = 7, 8, 12
"""In letters: what a name needs where its year is one off, the same for an alias, and to be distinctive anyway."""
_SEQUELS = frozenset(str(number) for number in range(2, 11))
_SPELT_ALIKE = 60.0
_DISAGREES = 50.0
_AGREES = 75.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a title fits, 0 to 100. `apart`: years between the two. `certain`: it would do if alone."""

    item_row: int
    score: float
    why: str
    certain: bool = False
    by_id: bool = False
    by_alias: bool = False
    apart: int = 0


def of_ids(index: CatalogueIndex, query: Query) -> Iterator[Evidence]:
    """Titles with an id of the export. An id whose title says something else is uncertain."""
    for kind, an_id in query.ids.items():
        if _counts_apart(index, query, kind):
            continue
        rows = index.by_id.get(kind, {}).get(an_id, ())
        for row in rows[:MOST_OF_A_NAME]:
            strictly = kind in IF_TITLES_AGREE
            if _titles_agree(index, query, row, strictly=strictly):
                yield Evidence(row, _BY_ID, said("same {kind}", kind=KINDS[kind]), certain=len(rows) == 1, by_id=True)
            else:
                why = said("same {kind}, but another title", kind=KINDS[kind])
                score = _BY_WEAK_ID.get(kind, _BY_DOUBTED_ID)
                yield Evidence(row, score, why, by_id=not strictly)


def of_names(index: CatalogueIndex, query: Query) -> Iterator[Evidence]:
    """Titles with a name of the export, with the article first and then without."""
    for name in query.names:
        for place in _at(index.by_key, name.key):
            yield _same_name(index, query, name, place, bare=False)
        for place in _at(index.by_bare_key, name.bare_key):
            if index.names_N[place].key != name.key:
                yield _same_name(index, query, name, place, bare=True)


def of_parts(index: CatalogueIndex, query: Query) -> Iterator[Evidence]:
    """Titles that are called like a part of this one, or of which a part is called like this one."""
    for name in query.names:
        for row, part in index.by_part.get(name.bare_key, ())[:MOST_OF_A_NAME]:
            yield from _same_part(index, query, row, part)
    for part in query.parts:
        for place in _at(index.by_bare_key, part.key):
            yield from _same_part(index, query, index.rows_N[place], part)


def has_other_id(index: CatalogueIndex, query: Query, row: int) -> bool:
    """Whether a title has another id than the export's, of a kind of which there is one per title."""
    return any(
        kind in ONE_PER_TITLE and kind in index.ids_I and index.ids_I[kind][row] not in ("", an_id)
        for kind, an_id in query.ids.items()
    )


def years_apart(index: CatalogueIndex, query: Query, row: int) -> int | None:
    """How many years lie between the two; None where one of them is unknown."""
    year = index.years_I[row]
    return abs(year - query.year) if year and query.year else None


def _counts_apart(index: CatalogueIndex, query: Query, kind: str) -> bool:
    """TMDB numbers films and series apart, MyAnimeList films and books: an id of the other says nothing here."""
    if kind == "tmdb":
        return index.is_about_films() and query.medium in ("series", "season", "episode")
    return kind == "mal" and query.medium == "book" and index.dataset.catalogue.word != "book"


def _titles_agree(index: CatalogueIndex, query: Query, row: int, *, strictly: bool) -> bool:
    """Whether a title that was found by its id may be the one; `strictly`: whether it looks like the one."""
    names = index.names_by_row.get(row, [])
    apart = years_apart(index, query, row)
    if not query.names or not names or index.dataset.catalogue.titles[row] == index.dataset.items.id(row):
        return True
    pairs = [(ours, theirs) for ours in query.names for theirs in names]
    if any(ours.bare_key == theirs.bare_key for ours, theirs in pairs):
        return apart is None or apart <= 1 or not strictly
    spaced = [(ours.spaced, theirs.spaced) for ours, theirs in pairs]
    similarity = max(max(fuzz.ratio(*texts), fuzz.token_set_ratio(*texts)) for texts in spaced)
    same_number = any(numbers_in(ours.words) == numbers_in(theirs.words) for ours, theirs in pairs)
    if strictly:
        return similarity >= _AGREES and same_number and (apart is None or apart <= 1)
    if apart is not None and apart <= 1:
        return True
    same_letters = any(ours.key.isascii() == theirs.key.isascii() for ours, theirs in pairs)
    return (similarity >= _DISAGREES and same_number) or (not same_letters and apart is None)


def _at(places: dict[str, list[int]], key: str) -> Iterable[int]:
    return places.get(key, [])[:MOST_OF_A_NAME]


def _same_name(index: CatalogueIndex, query: Query, ours: Name, place: int, *, bare: bool) -> Evidence:
    row, theirs = index.rows_N[place], index.names_N[place]
    apart, alias = years_apart(index, query, row), ours.is_alias or theirs.is_alias
    score = _BY_NAME - _OFF_FOR_ARTICLE * bare - _OFF_FOR_ALIAS * alias - (ours.is_alias and theirs.is_alias)
    words = said("known by another title") if alias else said("same title")
    if apart is None:
        certain = _is_enough_without_year(index, ours, theirs, bare=bare)
        why = said("{words}, no year to compare", words=words)
        return Evidence(row, score - _OFF_WITHOUT_YEAR, why, certain=certain, by_alias=alias, apart=1)
    if apart > 1:
        why = said("{words}, other year: {year}", words=words, year=index.years_I[row])
        return Evidence(row, _BY_NAME_ONLY - min(apart, 15), why, apart=apart)
    if apart:
        why = said("{words}, a year apart", words=words)
    else:
        why = said("known by another title, same year") if alias else said("same title and year")
    certain = _is_enough(ours, theirs, bare=bare) if not apart else _is_enough_a_year_apart(index, query, ours, place)
    score -= _OFF_A_YEAR_APART * apart
    return Evidence(row, score, why, certain=certain, by_alias=alias, apart=apart)


def _is_enough(ours: Name, theirs: Name, *, bare: bool) -> bool:
    """Whether equal names of one year mean one title: not "9" and "Nine", not "The Boys" and "Les Boys"."""
    if bare and (len(ours.bare_key) < _DISTINCTIVE or (ours.has_article and theirs.has_article)):
        return False
    return not ours.is_number or ours.is_written_in_digits == theirs.is_written_in_digits


def _is_enough_a_year_apart(index: CatalogueIndex, query: Query, ours: Name, place: int) -> bool:
    """The same where the year is off by one: names that say little, or go with other originals, do not do."""
    theirs = index.names_N[place]
    if not _is_enough(ours, theirs, bare=ours.key != theirs.key):
        return False
    if len(ours.key) < (_SHORT_ALIAS if ours.is_alias or theirs.is_alias else _SHORT):
        return False
    if ours.words != theirs.words and len(ours.bare_key) < _DISTINCTIVE:
        return False
    return not _have_other_originals(query.names, index.names_by_row[index.rows_N[place]])


def _have_other_originals(ours: Iterable[Name], theirs: Iterable[Name]) -> bool:
    """Whether both titles have aliases, and none of ours is like any of theirs."""
    pairs = [(our, their) for our in ours if our.is_alias for their in theirs if their.is_alias]
    return bool(pairs) and all(fuzz.ratio(our.bare_key, their.bare_key) < _SPELT_ALIKE for our, their in pairs)


def _is_enough_without_year(index: CatalogueIndex, ours: Name, theirs: Name, *, bare: bool) -> bool:
    distinctive = len(ours.key) >= _DISTINCTIVE or not index.has_years
    return distinctive and not (bare or ours.is_alias or theirs.is_alias) and _is_enough(ours, theirs, bare=bare)


def _same_part(index: CatalogueIndex, query: Query, row: int, part: Part) -> Iterator[Evidence]:
    """A part is enough where it tells a sequel by its number, or where it is a subtitle of several words."""
    apart = years_apart(index, query, row)
    if apart is not None and apart > 1:
        return
    numbered = part.leads and len(part.words) > 1 and part.words[-1] in _SEQUELS
    is_subtitle = not part.leads and len(part.words) > 2 and not numbers_in(part.words)
    certain = apart == 0 and (numbered or is_subtitle)
    score = _BY_PART + _FOR_CERTAIN_PART * certain - _OFF_A_YEAR_APART * (apart != 0)
    if apart == 0:
        why = said("begins alike, same year") if part.leads else said("ends alike, same year")
    else:
        why = said("begins alike") if part.leads else said("ends alike")
    yield Evidence(row, score, why, certain=certain, apart=int(apart != 0))
