"""A `Query` (a title of an export, taken apart), the `CatalogueIndex` in which it is looked up, and the `Match`.

Shapes: N names (a title may have several), I titles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.data.catalogue import split_title
from engine.data.dataset import Dataset
from engine.data.matching.titles import Name, Part, names_of, parts_of
from engine.data.personal.export import ExportedTitle
from engine.data.reading.values import normalised_id
from engine.events import Job, Pace, Progressed
from engine.wording import said

KINDS = {
    "imdb": said("IMDb id"),
    "tmdb": said("TMDB id"),
    "mal": said("MyAnimeList id"),
    "movielens": said("MovieLens id"),
    "isbn": "ISBN",
    "bgg": said("BoardGameGeek id"),
    "item": "id",
}
"""Their names for people. "item" are the data set's own ids, of whatever kind."""

ONE_PER_TITLE = frozenset({"imdb", "tmdb", "mal", "bgg"})
"""Kinds of which a title has exactly one: another id of that kind means another title. A book has many ISBNs."""

IF_TITLES_AGREE = frozenset({"movielens", "item"})
"""Kinds that say nothing alone: MovieLens has numbered its films anew, and any data set may have an item 17."""

_LONGEST = 400
_AT_ONCE = 500
_FEW_YEARS = 0.05

Verdict = Literal["sure", "unsure", "unmatched"]


@dataclass(frozen=True)
class Candidate:
    """A title of the data set that may be meant. `score` is 0 to 100; `why` says in a few words what agrees."""

    item_row: int
    score: float
    why: str


@dataclass(frozen=True)
class Match:
    """What came of a query: an `item_row`, or `candidates` (best first), or neither; `why` is a phrase for people."""

    verdict: Verdict
    item_row: int | None = None
    candidates: tuple[Candidate, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Query:
    """What is looked for: the names, the year (0: unknown), the parts of a title with a subtitle, ids by kind."""

    names: tuple[Name, ...]
    year: int
    parts: tuple[Part, ...]
    ids: dict[str, str]
    literal: str
    medium: str

    @property
    def is_film(self) -> bool:
        return self.medium in ("film", "")


def query_of(title: ExportedTitle) -> Query:
    """What to look for. The year is taken from the title where it stands only there: "The Matrix (1999)"."""
    text, year = title.title[:_LONGEST], title.year if title.year > 0 else 0
    without_year, year_there = split_title(text)
    if without_year and year_there and year in (0, year_there):
        text, year = without_year, year_there
    names = names_of(text, [other_title[:_LONGEST] for other_title in title.other_titles])
    ids = {kind: normalised_id(kind, an_id) for kind, an_id in title.ids.items()}
    return Query(
        names=names,
        year=year,
        parts=parts_of(text),
        ids={kind: an_id for kind, an_id in ids.items() if an_id},
        literal=names[0].literal if names else "",
        medium=title.medium,
    )


@dataclass
class CatalogueIndex:
    """Where each key, part, id and word of a data set's titles is found; `has_years`: the catalogue has some.

    by_key and by_bare_key lead to names (of rows_N), by_part to pairs of a name and its part, by_id[kind] to item rows.
    """

    dataset: Dataset
    names_N: list[Name] = field(default_factory=list)
    rows_N: list[int] = field(default_factory=list)
    years_I: list[int] = field(default_factory=list)
    by_key: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_bare_key: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_part: defaultdict[str, list[tuple[int, Part]]] = field(default_factory=lambda: defaultdict(list))
    by_word: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    ids_I: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def has_years(self) -> bool:
        return sum(year > 0 for year in self.years_I) > _FEW_YEARS * len(self.years_I)

    @cached_property
    def texts_N(self) -> list[str]:
        return [name.spaced for name in self.names_N]

    @cached_property
    def years_N(self) -> npt.NDArray[np.int32]:
        return np.array([self.years_I[row] for row in self.rows_N], dtype=np.int32)

    @cached_property
    def titles_with(self) -> Counter[str]:
        return Counter({word: len(names) for word, names in self.by_word.items()})

    @cached_property
    def names_by_row(self) -> dict[int, list[Name]]:
        names: dict[int, list[Name]] = defaultdict(list)
        for name, row in zip(self.names_N, self.rows_N, strict=True):
            names[row].append(name)
        return names

    def is_about_films(self) -> bool:
        return self.dataset.catalogue.word in ("film", "movie")

    def near(self, year: int) -> npt.NDArray[np.intp]:
        """The names of titles within a year of this one, and of those without a year; all names for year 0."""
        if not year:
            return np.arange(len(self.names_N))
        return np.flatnonzero((np.abs(self.years_N - year) <= 1) | (self.years_N == 0))


def build_index(dataset: Dataset) -> Job[CatalogueIndex]:
    """The index of a data set's titles. Stop passes through."""
    index, pace = CatalogueIndex(dataset), Pace()
    yield None
    for row, (title, year) in enumerate(zip(dataset.catalogue.titles, dataset.catalogue.years, strict=True)):
        _add(index, row, title, year)
        if row % _AT_ONCE == 0:
            is_due = pace.due()
            yield (
                Progressed(said("Preparing the titles of the data set"), row, dataset.titles, "titles")
                if is_due
                else None
            )
    for kind, ids in _all_ids(dataset).items():
        index.ids_I[kind] = [normalised_id(kind, an_id) for an_id in ids]
        rows: dict[str, list[int]] = {}
        for row, an_id in enumerate(index.ids_I[kind]):
            if an_id:
                rows.setdefault(an_id, []).append(row)
        index.by_id[kind] = {an_id: tuple(found) for an_id, found in rows.items()}
        yield None
    return index


def _add(index: CatalogueIndex, row: int, title: str, year: int) -> None:
    if not year:
        title, year = split_title(title)
    index.years_I.append(year)
    for name in names_of(title):
        place = len(index.names_N)
        index.names_N.append(name)
        index.rows_N.append(row)
        index.by_key[name.key].append(place)
        index.by_bare_key[name.bare_key].append(place)
        for word in set(name.words):
            index.by_word[word].append(place)
    for part in parts_of(title):
        index.by_part[part.key].append((row, part))


def _all_ids(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    kinds = {kind: ids for kind, ids in dataset.catalogue.links.items() if kind in KINDS and len(ids) == dataset.titles}
    if dataset.catalogue.id_kind in KINDS:
        kinds[dataset.catalogue.id_kind] = dataset.items.ids
    return {**kinds, "item": dataset.items.ids}
