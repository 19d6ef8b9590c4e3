"""A list of titles joined to ratings: by the column of the list that holds most of the ratings' ids.

Ids are compared by kind (those of IMDb, ISBNs, ...) and in any form; `Rated.things` says what was rated, so that lists
of other things can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine.data.catalogue import fold, split_title
from engine.data.formats import NO_IDS, SYNONYMS, ItemsLayout, normalised
from engine.data.importing.items import OwnTitles, Title, TitleColumns, follows, title_columns
from engine.data.reading.archives import Source
from engine.data.reading.roles import Shape
from engine.data.reading.sniff import read_cells
from engine.data.reading.values import normalised_id
from engine.events import Job
from engine.text import format_title

_ROWS_AT_ONCE = 2_000
LINKS: dict[str, tuple[str, ...]] = {
    "imdb": ("imdbid", "imdb", "tconst", "const"),
    "tmdb": ("tmdbid", "tmdb"),
    "mal": ("malid", "idmal"),
}
_KINDS = {name: kind for kind, names in LINKS.items() for name in names} | {
    "isbn": "isbn", "isbn10": "isbn", "isbn13": "isbn", "asin": "asin", "parentasin": "asin", "bggid": "bgg",
}  # fmt: skip
"""What kind of ids a column of such a name holds; other names say nothing of it."""
_MARKS_OF_TMDB = {"voteaverage", "originallanguage"}
_THINGS: dict[str, tuple[str, ...]] = {
    "film": ("movie", "film"),
    "book": ("book", "isbn", "novel", "goodreads"),
    "anime": ("anime",),
    "manga": ("manga",),
    "game": ("game", "boardgame", "bgg", "steam"),
    "artist": ("artist", "band"),
    "song": ("song", "track"),
    "joke": ("joke",),
    "recipe": ("recipe",),
    "beer": ("beer",),
    "person": ("user", "people", "person", "member", "customer", "profile", "actor", "director", "cast", "crew"),
    "word": ("tag", "genre", "categor", "keyword", "countr", "language", "occupation", "publisher", "compan"),
}
"""With which parts a name begins that speaks of what."""
NEVER_RATED = {"person", "word"}
_MARKS = {"author": "book", "authors": "book", "bookauthor": "book", "isbn": "book", "isbn13": "book",
          "age": "person", "gender": "person", "sex": "person", "occupation": "person", "zipcode": "person",
          "email": "person"}  # fmt: skip
"""Columns that only lists of such things have, where neither ids nor titles say what is listed."""
_TITLE = "title"
_WHOLE = re.compile(r"0*([1-9]\d*|0)(?:\.0+)?")

Links = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class TitlesFound:
    """A list of titles: by the ratings' item_id, as many as it knows of those `asked`, joined by its `column`.

    `rows` is how many ids it has in all; `otherwise` is an id as it writes it and as the ratings do, where they differ.
    """

    titles: dict[str, Title]
    source: Source
    shape: Shape
    asked: int
    column: str = ""
    links: Links = field(default_factory=dict)
    rows: int = 0
    otherwise: tuple[str, str] | None = None

    @property
    def known(self) -> int:
        return len(self.titles)

    @property
    def share(self) -> float:
        """Which part of the titles it knows, 0 to 1."""
        return self.known / max(1, self.asked)


@dataclass(frozen=True)
class Rated:
    """What was rated: ids of a `kind`, in a `column` of such a name, of some `things`; `own` titles by id.

    `elsewhere` are the ids by which lists of titles call them, by id, where these are others.
    """

    ids: Sequence[str]
    kind: str
    column: str
    things: frozenset[str]
    are_titles: bool
    own: Mapping[str, Title]
    elsewhere: Mapping[str, str] | None = None

    @property
    def forms(self) -> Forms:
        """The ids as lists of titles may write them."""
        if self.elsewhere is None:
            return Forms(((id_, id_) for id_ in self.ids), self.kind)
        return Forms(((text, id_) for id_, text in self.elsewhere.items()), self.kind)

    @property
    def are_numbers(self) -> bool:
        """Whether an id says little: others may have the same numbers."""
        some = self.ids[:1000]
        return 2 * sum(_WHOLE.fullmatch(id_) is not None for id_ in some) > len(some)


class Forms:
    """Ids that are looked for, by how they are written, else in another form: 8 for 8.0 or 008, a for A."""

    def __init__(self, written: Iterable[tuple[str, str]], kind: str) -> None:
        """`written` are texts, each with the item_id that it means."""
        self.kind = kind
        self._exact: dict[str, list[str]] = {}
        self._forms: dict[str, list[str]] = {}
        for text, item_id in written:
            self._exact.setdefault(text, []).append(item_id)
            self._forms.setdefault(self._form_of(text), []).append(item_id)

    def find(self, text: str) -> tuple[Sequence[str], bool]:
        """The item_ids that a text means, and whether it is written otherwise; none where several ids look like it."""
        exact = self._exact.get(text)
        if exact is not None:
            return exact, False
        alike = self._forms.get(self._form_of(text), ())
        return (alike if len(alike) == 1 or self.kind == _TITLE else ()), True

    def _form_of(self, text: str) -> str:
        if self.kind == _TITLE:
            return fold(text) or text
        if self.kind in ("imdb", "isbn"):
            return normalised_id(self.kind, text) or text
        whole = _WHOLE.fullmatch(text)
        return whole.group(1) if whole else " ".join(text.casefold().split())


@dataclass
class _Key:
    """A column of a list that may hold the ids, and what came of looking its cells up. Of equal keys `rank` counts."""

    place: int
    name: str
    forms: Forms
    rank: tuple[bool, bool, int] = (False, False, 0)
    titles: dict[str, Title] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    otherwise: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def take(self, row: Sequence[str], columns: TitleColumns, links: Mapping[str, int]) -> None:
        """Look up what a row lists; the first of equal ids counts, and one that is written just so before others."""
        text = row[self.place].strip() if self.place < len(row) else ""
        title = columns.title_of(row) if self.forms.kind == _TITLE else None
        text = format_title(title.title, title.year) if title else text
        if text in NO_IDS or text in self.ids:
            return
        item_ids, otherwise = self.forms.find(text)
        plain = row[self.place].strip() if title else text
        if not item_ids and plain not in self.ids:
            self.ids.add(plain)
            item_ids, otherwise = self.forms.find(plain)
        title = title or (columns.title_of(row) if item_ids else None)
        if title is not None or not item_ids:
            self.ids.add(text)
        for item_id in item_ids if title is not None else ():
            if title is None or (item_id in self.titles and (otherwise or item_id not in self.otherwise)):
                continue
            self.titles[item_id] = title
            self.otherwise.pop(item_id, None)
            if otherwise:
                self.otherwise[item_id] = text
            for kind, place in links.items():
                found = normalised_id(kind, row[place]) if place < len(row) and place != self.place else ""
                if found:
                    self.links.setdefault(kind, {})[item_id] = found


def rated_titles(ratings: Source, shape: Shape, ids: Sequence[str], own: OwnTitles | None) -> Rated:
    item, title = shape.roles["item"], shape.roles.get("title")
    column = normalised(shape.name_of(item))
    things = {shape.layout.word} & _THINGS.keys() or _things_in(column) or _things_in_file(ratings)
    return Rated(
        ids=ids,
        kind=shape.layout.id_kind or _KINDS.get(column, ""),
        column=column,
        things=frozenset(things - NEVER_RATED),
        are_titles=item == title,
        own=own.titles if own is not None and own.are_names else {},
    )


def join(source: Source, shape: Shape, rated: Rated, layout: ItemsLayout | None, links: Links) -> Job[TitlesFound]:
    """What a list knows of the titles, by the column that holds most of their ids. Raises DataError."""
    columns = title_columns(shape, layout)
    keys = _keys_of(shape, columns, rated, layout, links)
    elsewhere = links_of(shape)
    for number, (_, row) in enumerate(read_cells(source, shape)):
        for key in keys:
            key.take(row, columns, elsewhere)
        if number % _ROWS_AT_ONCE == 0:
            yield None
    best = max(keys, key=lambda key: (len(key.titles), key.rank))
    return TitlesFound(
        titles=best.titles,
        source=source,
        shape=shape,
        asked=len(rated.ids),
        column=best.name,
        links=best.links,
        rows=len(best.ids),
        otherwise=next(((text, item_id) for item_id, text in best.otherwise.items()), None),
    )


def _keys_of(shape: Shape, columns: TitleColumns, rated: Rated, layout: ItemsLayout | None, links: Links) -> list[_Key]:
    """The columns that may hold the ids: those that are called so, else the first that is no title."""
    own = rated.forms
    if shape.header is None:
        is_declared = layout is not None and layout.columns and follows(shape, layout)
        place = layout.columns["item"] if layout is not None and is_declared else shape.roles["item"]
        return [_Key(place, "", own)]
    names = [normalised(name) for name in shape.header]
    keys = []
    for place, name in enumerate(names):
        kind = "tmdb" if name == "id" and _MARKS_OF_TMDB & set(names) else _KINDS.get(name, "")
        is_own = not kind or not rated.kind or kind == rated.kind
        if place == columns.title or not (_is_id(name) or name == rated.column) or not (is_own or kind in links):
            continue
        forms = own if is_own else Forms(((text, id_) for id_, text in links[kind].items()), kind)
        keys.append(_Key(place, shape.name_of(place), forms, (name == "id", name == rated.column, -place)))
    if rated.are_titles or rated.own:
        named = [(format_title(*split_title(id_)), id_) for id_ in rated.ids] if rated.are_titles else []
        named += [(format_title(title.title, title.year), id_) for id_, title in rated.own.items()]
        if columns.year is None:
            named += [(title.title, id_) for id_, title in rated.own.items() if title.year]
        keys.append(_Key(columns.title, shape.name_of(columns.title), Forms(named, _TITLE)))
    first = next((place for place in range(shape.width) if place != columns.title), columns.title)
    return keys or [_Key(first, shape.name_of(first), own)]


def _is_id(name: str) -> bool:
    is_person = name in SYNONYMS["user"] or bool(_things_in(name) & NEVER_RATED)
    return not is_person and (name.endswith("id") or name in SYNONYMS["item"] or name in _KINDS or name == "slug")


def links_of(shape: Shape) -> dict[str, int]:
    """Which columns (from 0) of a list hold ids of other services, by kind."""
    columns = [normalised(name) for name in shape.header or ()]
    return {kind: columns.index(name) for kind, known in LINKS.items() for name in known if name in columns}


def links_in(
    source: Source, shape: Shape, own: Forms, *, item: int, places: Mapping[str, int]
) -> Job[dict[str, dict[str, str]]]:
    """Other ids of the same titles: kind -> item_id -> id, from a column for each kind. `item` holds the item_ids."""
    links: dict[str, dict[str, str]] = {}
    for number, (_, row) in enumerate(read_cells(source, shape)):
        item_ids = own.find(row[item].strip())[0] if item < len(row) else ()
        for kind, place in places.items() if item_ids else ():
            found = normalised_id(kind, row[place]) if place < len(row) and place != item else ""
            if found:
                links.setdefault(kind, {}).setdefault(item_ids[0], found)
        if number % _ROWS_AT_ONCE == 0:
            yield None
    return links


def things_of_list(source: Source, shape: Shape) -> set[str]:
    """What a list lists, as far as its ids and titles, other columns, or else the file's name say it."""
    names = [normalised(name) for name in shape.header or ()]
    named = [names[shape.roles[role]] for role in ("item", "title") if shape.header]
    marked = {_MARKS[name] for name in names if name in _MARKS}
    return set().union(*map(_things_in, named)) or marked or _things_in_file(source)


def _things_in_file(source: Source) -> set[str]:
    words = re.split(r"[^a-z]+", PurePosixPath(source.base_name).stem)
    return set().union(*map(_things_in, words))


def _things_in(name: str) -> set[str]:
    return {thing for thing, starts in _THINGS.items() if name.startswith(starts)}


def shares_ids(shape: Shape, rated: Rated) -> bool:
    """Whether some id among the first rows of a list is one of those rated: by their numbers the two seem to fit."""
    ids = set(rated.ids)
    return any(cell.strip() in ids for row in shape.sample[:20] for cell in row[:3])


def may_be(others: set[str], rated: frozenset[str]) -> bool:
    """Whether a list of these things may be about what was rated."""
    kinds = others - NEVER_RATED
    return not others or bool(kinds and (not rated or kinds & rated))
