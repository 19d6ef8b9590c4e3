"""Which title a person means who writes its name, its id, or its name with the year."""

from __future__ import annotations

from engine.data.catalogue import fold, split_title
from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.text import format_title, plural_of
from engine.wording import said, singular_of

MOST_NAMED = 8


def title_meant(dataset: Dataset, text: str) -> int:
    """The item row of a title. Raises DataError, with the titles that may be meant, where it is none or several.

    A name that only one title has is enough, and of several with one name the year says which; else what was written
    has to be found in one title alone.
    """
    catalogue, (name, year) = dataset.catalogue, split_title(text)
    rows = [row for row in candidates(dataset, text) if fold(catalogue.titles[row]) == fold(name)]
    if year:
        rows = [row for row in rows if catalogue.years[row] == year]
    if not rows:
        by_id = dataset.items.row(text.strip())
        rows = candidates(dataset, text)[: MOST_NAMED + 1] if by_id is None else [by_id]
    if len(rows) == 1:
        return rows[0]
    many = plural_of(catalogue.word)
    if not rows:
        raise DataError(
            said(
                "{dataset} has no {word} called {text!r}, nor one with a name like that.",
                dataset=dataset.name,
                word=singular_of(catalogue.word),
                text=text,
            ),
            remedy=said("Write a part of its name; these are {many} of the data set alone.", many=many),
            title=text,
            candidates=(),
        )
    names = tuple(_name(dataset, row) for row in rows[:MOST_NAMED])
    listed = "; ".join(names)
    more = len(rows) > MOST_NAMED
    raise DataError(
        said("{text!r} may mean several {many}: {names} and others.", text=text, many=many, names=listed)
        if more
        else said("{text!r} may mean several {many}: {names}.", text=text, many=many, names=listed),
        remedy=said("Write one of these names, with its year."),
        title=text,
        candidates=names,
    )


def candidates(dataset: Dataset, text: str) -> list[int]:
    """The rows of titles that a text may mean, the likeliest first."""
    name, year = split_title(text)
    found = dataset.catalogue.search(name, most=100, popularity=dataset.counts_I)
    of_year = [row for row in found if year and dataset.catalogue.years[row] == year]
    return of_year or found


def _name(dataset: Dataset, row: int) -> str:
    return format_title(dataset.title_of(row), dataset.catalogue.years[row])
