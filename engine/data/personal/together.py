"""Several files of one export, and repeats inside of one, become titles that each stand once.

Stands after the readers of single files. Inside a file the latest rating counts; of two files the rating of the one
whose layout is declared first. A rating beats seen-only, and seen beats planned.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from engine.data.catalogue import fold
from engine.data.personal.export import ExportedTitle


def each_once(files: Sequence[Iterable[ExportedTitle]]) -> tuple[ExportedTitle, ...]:
    """Each title once, in the order of first mention; `files` stand in the order of their authority."""
    found = _Found()
    for rank, titles in enumerate(files):
        for title in titles:
            found.take(title, rank)
    return tuple(found.titles)


class _Found:
    """The titles so far, and where they are by id and by name."""

    def __init__(self) -> None:
        self.titles: list[ExportedTitle] = []
        self._ranks: list[int] = []
        self._by_id: dict[tuple[str, str], int] = {}
        self._by_name: dict[tuple[str, int, bool], list[int]] = {}

    def take(self, title: ExportedTitle, rank: int) -> None:
        name = _name_of(title)
        place = self._place_of(title, name)
        if place is None:
            place = len(self.titles)
            self.titles.append(title)
            self._ranks.append(rank)
            self._by_name.setdefault(name, []).append(place)
        else:
            counts = _counts(title, self.titles[place], is_same_file=rank == self._ranks[place])
            first, second = (title, self.titles[place]) if counts else (self.titles[place], title)
            self.titles[place] = _joined(first, second)
            self._ranks[place] = rank if counts else self._ranks[place]
        for one in self.titles[place].ids.items():
            self._by_id.setdefault(one, place)

    def _place_of(self, title: ExportedTitle, name: tuple[str, int, bool]) -> int | None:
        """By an id that both have; else by the same name and year, unless ids say that they are namesakes."""
        for kind, an_id in title.ids.items():
            place = self._by_id.get((kind, an_id))
            if place is not None and _may_be_one(title, self.titles[place], kind):
                return place
        if not title.title:
            return None
        places = self._by_name.get(name, ())
        return next((place for place in places if not _are_namesakes(title, self.titles[place])), None)


def _name_of(title: ExportedTitle) -> tuple[str, int, bool]:
    return fold(title.title) or title.title.strip(), title.year, title.medium == "episode"


def _may_be_one(one: ExportedTitle, other: ExportedTitle, kind: str) -> bool:
    """Whether an id that both have makes them one: not against another id, nor, if it is of no known kind, a name."""
    if kind == "item" and one.title and other.title and _name_of(one)[0] != _name_of(other)[0]:
        return False
    return not _are_namesakes(one, other)


def _are_namesakes(one: ExportedTitle, other: ExportedTitle) -> bool:
    return any(kind in other.ids and other.ids[kind] != an_id for kind, an_id in one.ids.items())


def _counts(new: ExportedTitle, old: ExportedTitle, *, is_same_file: bool) -> bool:
    """Whether the new entry says what counts."""
    if (new.rating is None) != (old.rating is None):
        return new.rating is not None
    if (new.state == "planned") != (old.state == "planned"):
        return old.state == "planned"
    if not is_same_file:
        return False
    return not (new.date and old.date) or new.date >= old.date


def _joined(first: ExportedTitle, second: ExportedTitle) -> ExportedTitle:
    """The first, with what only the second knows."""
    names = dict.fromkeys((*first.other_titles, *second.other_titles))
    return dataclasses.replace(
        first,
        year=first.year or second.year,
        ids={**second.ids, **first.ids},
        other_titles=tuple(names),
        medium=first.medium or second.medium,
    )
