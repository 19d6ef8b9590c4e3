"""Small data sets of films to match against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.matching.candidates import Match
from engine.data.matching.matcher import Matcher
from engine.data.personal.export import ExportedTitle

FILMS = (
    ("The Matrix", 1999),
    ("Seven (a.k.a. Se7en)", 1995),
    ("The City of Lost Children (La Cité des enfants perdus)", 1995),
    ("Star Wars: Episode IV - A New Hope", 1977),
    ("Terminator 2: Judgment Day", 1991),
    ("Toy Story 2", 1999),
    ("The Godfather: Part II", 1974),
    ("Hamlet", 1990),
    ("Hamlet", 1996),
    ("Wonderland", 1997),
    ("Wonderland", 1999),
    ("101 Dalmatians", 1961),
    ("8 1/2", 1963),
    ("Dr. Strangelove", 1964),
    ("Convento, O", 1995),
    ("Robin Hood: Prince of Thieves", 1991),
    ("The Adventures of Buckaroo Bonzai", 1984),
    ("Alien³", 1992),
    ("Romeo and Juliet", 1968),
    ("Knight Moves", 1992),
    ("Night Falls on Manhattan", 1997),
    ("300", 2006),
    ("9", 2009),
    ("東京物語", 1953),
    ("Солярис", 1972),
    ("$", 1971),
    ("🎬", 2015),
    ("Home", 2008),
    ("Les Boys", 1997),
)


def dataset_of(
    films: Sequence[tuple[str, int]],
    *,
    ids: Sequence[str] | None = None,
    id_kind: str = "",
    links: dict[str, tuple[str, ...]] | None = None,
    word: str = "film",
    seen: Sequence[int] = (),
) -> Dataset:
    """A data set of these titles; `seen` are item rows in the history of its only person."""
    titles, years = tuple(one for one, _ in films), tuple(year for _, year in films)
    catalogue = Catalogue(titles, years, ((),) * len(films), word=word, id_kind=id_kind, links=links or {})
    items = Vocabulary(ids or [f"i{row}" for row in range(len(films))])
    history = Histories.of_one(seen, [4.0] * len(seen))
    return Dataset("d", "Some films", Vocabulary(["ann"]), items, catalogue, history, Scale(1, 5, 1), "print")


@pytest.fixture(scope="session")
def films() -> Dataset:
    return dataset_of(FILMS)


@pytest.fixture(scope="session")
def match(films) -> Callable[..., Match]:
    """Matches one title with the films above."""
    matcher = Matcher(films)
    return lambda title, year=0, **more: matcher.match(ExportedTitle(title, year, **more))


@pytest.fixture(scope="session")
def named(films) -> Callable[[Match], str]:
    """What a match says, as text: the film of a sure one, else its verdict."""
    return lambda found: films.catalogue.name(found.item_row) if found.item_row is not None else found.verdict
