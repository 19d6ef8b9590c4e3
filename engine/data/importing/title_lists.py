"""The list of titles that belongs to some ratings: which of the files beside them, joined by which of its columns.

A list is joined by the column that holds most of the ratings' ids. Lists of other things (people, tags, books beside
films) are never joined, however alike their numbers are.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeVar

from engine.data.catalogue import fold, split_title
from engine.data.formats import LAYOUTS, NO_IDS, SYNONYMS, ItemsLayout, normalised
from engine.data.importing.items import OwnTitles, Title, TitleColumns, follows, title_columns, titles_within
from engine.data.importing.options import TitlesTaken
from engine.data.reading.archives import Source, read_head, sources_in
from engine.data.reading.arrow import is_columnar
from engine.data.reading.roles import Shape
from engine.data.reading.sniff import read_cells, sniff
from engine.data.reading.values import normalised_id
from engine.errors import DataError
from engine.events import Job, Stop
from engine.text import format_title, join_words, plural_of

T = TypeVar("T")
LOG = logging.getLogger(__name__)

MOST_LOOKED_AT = 60
_ROWS_AT_ONCE = 2_000
_LEAST_SHARE = 0.5
_LEAST_OF_THE_SAME_NAME = 0.2
"""Which part of the titles, or of itself, a list must share with ratings whose ids are plain numbers."""
_MOST_TOLD = 3
_SUFFIXES = (
    ".csv", ".dat", ".tsv", ".txt", ".tab", ".item", ".items", ".json", ".jsonl", ".ndjson", "",
)  # fmt: skip
_NOT_OPENED = (".parquet", ".feather", ".arrow")

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
_NEVER_RATED = {"person", "word"}
_MARKS = {"author": "book", "authors": "book", "bookauthor": "book", "isbn": "book", "isbn13": "book",
          "age": "person", "gender": "person", "sex": "person", "occupation": "person", "zipcode": "person",
          "email": "person"}  # fmt: skip
"""Columns that only lists of such things have, where neither ids nor titles say what is listed."""
_TITLE = "title"
_WHOLE = re.compile(r"0*(\d+)(?:\.0+)?")

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
class Lists:
    """What lies beside some ratings: the list of titles that belongs to them, and sentences on those that do not.

    `links` are ids of the same titles elsewhere: kind -> item_id -> id.
    """

    found: TitlesFound | None
    unused: tuple[str, ...] = ()
    links: Links = field(default_factory=dict)


@dataclass(frozen=True)
class TitlesOfRatings:
    """What titles are called and known as elsewhere; where that comes from (`found`), and sentences on it."""

    titles: Mapping[str, Title]
    links: Links
    found: TitlesFound | None
    notes: tuple[str, ...]

    @property
    def taken(self) -> TitlesTaken | None:
        """The same for a report."""
        return TitlesTaken(self.found.source.name, self.found.column, self.found.known) if self.found else None


@dataclass(frozen=True)
class _Rated:
    """What was rated: ids of a `kind`, in a `column` of such a name, of some `things`; `own` titles by id."""

    ids: Sequence[str]
    kind: str
    column: str
    things: frozenset[str]
    are_titles: bool
    own: Mapping[str, Title]

    @property
    def are_numbers(self) -> bool:
        """Whether an id says little: others may have the same numbers."""
        some = self.ids[:1000]
        return 2 * sum(_WHOLE.fullmatch(id_) is not None for id_ in some) > len(some)


class _Forms:
    """Ids that are looked for, by how they are written, else in another form: 8 for 8.0 or 008, a for A."""

    def __init__(self, written: Iterable[tuple[str, str]], kind: str) -> None:
        """`written` are texts, each with the item_id that it means."""
        self.kind = kind
        self._exact: dict[str, tuple[str, ...]] = {}
        self._forms: dict[str, tuple[str, ...]] = {}
        for text, item_id in written:
            form = self._form_of(text)
            self._exact[text] = (*self._exact.get(text, ()), item_id)
            self._forms[form] = (*self._forms.get(form, ()), item_id)

    def find(self, text: str) -> tuple[tuple[str, ...], bool]:
        """The item_ids that a text means, and whether it is written otherwise; none where several ids look like it."""
        exact = self._exact.get(text)
        if exact is not None:
            return exact, False
        alike = self._forms.get(self._form_of(text), ())
        return (alike if len(alike) == 1 or self.kind == _TITLE else ()), True

    def _form_of(self, text: str) -> str:
        if self.kind == _TITLE:
            return fold(text)
        if self.kind in ("imdb", "isbn"):
            return normalised_id(self.kind, text) or text
        whole = _WHOLE.fullmatch(text)
        return whole.group(1) if whole else " ".join(text.casefold().split())


@dataclass
class _Key:
    """A column of a list that may hold the ids, and what came of looking its cells up. Of equal keys `rank` counts."""

    place: int
    name: str
    forms: _Forms
    rank: tuple[bool, bool, int] = (False, False, 0)
    titles: dict[str, Title] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    otherwise: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def take(self, row: Sequence[str], columns: TitleColumns, links: Mapping[str, int]) -> None:
        """Look up what a row lists; the first of equal ids counts, and one that is written just so before others."""
        text = row[self.place].strip() if self.place < len(row) else ""
        if text in NO_IDS:
            return
        self.ids.add(text)
        title = columns.title_of(row) if self.forms.kind == _TITLE else None
        item_ids, otherwise = self.forms.find(format_title(title.title, title.year) if title else text)
        if not item_ids and title:
            item_ids, otherwise = self.forms.find(text)
        title = title or (columns.title_of(row) if item_ids else None)
        for item_id in item_ids if title else ():
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


def titles_of_ratings(
    ratings: Source, shape: Shape, ids: Sequence[str], *, chosen: Path | None = None
) -> Job[TitlesOfRatings]:
    """What titles are called: in the chosen list, else in the one that lies beside, else in the ratings themselves.

    What a list does not know is called as the ratings call it. Raises DataError for a chosen list that does not fit.
    """
    if chosen is None:
        lists = yield from titles_beside(ratings, shape, ids)
    else:
        lists = Lists((yield from titles_given(chosen, ratings, shape, ids)))
    place, own = shape.roles.get("title"), None
    if place not in (None, shape.roles["item"]) and (lists.found is None or lists.found.share < 1):
        own = yield from titles_within(ratings, shape)
        if own.are_names and lists.found is None:
            lists = yield from titles_beside(ratings, shape, ids, own=own)
    titles = dict(own.titles) if own is not None and own.are_names else {}
    notes = _notes_on(lists, ratings, shape, own)
    found = lists.found
    if found is None and titles:
        column = shape.header[shape.roles["title"]] if shape.header else ""
        asked = {id_: titles[id_] for id_ in ids if id_ in titles}
        found = TitlesFound(asked, ratings, shape, len(ids), column)
    titles |= found.titles if found else {}
    return TitlesOfRatings(titles, lists.links, found, notes)


def _notes_on(lists: Lists, ratings: Source, shape: Shape, own: OwnTitles | None) -> tuple[str, ...]:
    notes, found = [], lists.found
    if own is not None and not own.are_names:
        column = repr(shape.header[shape.roles["title"]]) if shape.header else f"number {shape.roles['title'] + 1}"
        notes.append(f"The column {column} of {ratings.name} differs for one and the same title, so it names none.")
    if found is not None and found.otherwise is not None:
        theirs, ours = found.otherwise
        notes.append(f"{found.source.name} writes ids otherwise ({theirs} for {ours}); they were taken as the same.")
    has_names = own is not None and own.are_names
    if found is not None and found.share < 1:
        others = "called as the ratings call them" if has_names else "shown by their ids"
        notes.append(f"{found.source.name} names {found.known:,} of {found.asked:,} titles; the others are {others}.")
    if found is None and not has_names:
        notes.append("No list of titles was found; titles are shown as the ratings file calls them.")
    return (*notes, *(lists.unused if found is None or found.share < 1 else ()))


def titles_given(path: Path, ratings: Source, shape: Shape, ids: Sequence[str]) -> Job[TitlesFound]:
    """The list of titles that a person chose. Raises DataError where it is none, or knows none of the titles."""
    rated = _rated(ratings, shape, ids, None)
    for source in sources_in(path):
        its_shape = sniff(source) if source.member is None else _table_shape(source)
        yield None
        if its_shape is None or not {"item", "title"} <= its_shape.roles.keys():
            continue
        found = yield from _joined(source, its_shape, rated, _list_called(source.base_name), {})
        if found.known:
            return found
        raise DataError(
            f"{source.name} lists none of the titles that the ratings are about.",
            remedy="Choose the list of titles that belongs to them.",
            path=str(path),
        )
    raise DataError(
        f"{path} is no list of titles: it has no columns of ids and titles.",
        remedy="Choose a file with columns such as movieId,title,genres.",
        path=str(path),
    )


def titles_beside(ratings: Source, shape: Shape, ids: Sequence[str], *, own: OwnTitles | None = None) -> Job[Lists]:
    """The list of titles in the same zip or folder that knows most of these ids; of equal ones the declared.

    `own` are what the ratings themselves call their titles: a list without ids is joined by these.
    """
    rated, declared = _rated(ratings, shape, ids, own), shape.layout.items
    beside = _beside(ratings)
    beside.sort(key=lambda source: (not _is_called(declared, source), _list_called(source.base_name) is None))
    links = yield from _links_beside(beside, declared, rated)
    best: TitlesFound | None = None
    unused: list[str] = []
    for source in beside[:MOST_LOOKED_AT]:
        its_shape = _table_shape(source)
        yield None
        if its_shape is None or not its_shape.has_titles:
            continue
        others = _things_of_list(source, its_shape)
        if not _may_be(others, rated.things):
            unused += _says_others(source, others - _NEVER_RATED)
            continue
        is_declared = _is_called(declared, source)
        layout = declared if is_declared else _list_called(source.base_name)
        found = yield from _passing_over(source, _joined(source, its_shape, rated, layout, links))
        if found is None:
            continue
        if not _belongs(found, rated, is_declared=is_declared):
            unused += _why_not(found, rated)
        elif best is None or found.known > best.known:
            best = found
        if best is not None and best.share >= 1:
            break
    if best is None:
        unused += [
            f"{source.name} was not opened to look for titles; if it lists them, choose it as the list of titles."
            for source in beside
            if _suffix(source) in _NOT_OPENED
        ]
    return Lists(best, tuple(unused[:_MOST_TOLD]), {**links, **(best.links if best else {})})


def _rated(ratings: Source, shape: Shape, ids: Sequence[str], own: OwnTitles | None) -> _Rated:
    item, title = shape.roles["item"], shape.roles.get("title")
    column = normalised(shape.header[item]) if shape.header and item < len(shape.header) else ""
    things = {shape.layout.word} & _THINGS.keys() or _things_in(column) or _things_in_file(ratings)
    return _Rated(
        ids=ids,
        kind=shape.layout.id_kind or _KINDS.get(column, ""),
        column=column,
        things=frozenset(things - _NEVER_RATED),
        are_titles=item == title,
        own=own.titles if own is not None and own.are_names else {},
    )


def _joined(source: Source, shape: Shape, rated: _Rated, layout: ItemsLayout | None, links: Links) -> Job[TitlesFound]:
    """What a list knows of the titles, by the column that holds most of their ids. Raises DataError."""
    columns = title_columns(shape, layout)
    keys = _keys_of(shape, columns, rated, layout, links)
    names = [normalised(name) for name in shape.header or ()]
    elsewhere = {kind: names.index(name) for kind, known in LINKS.items() for name in known[::-1] if name in names}
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


def _keys_of(
    shape: Shape, columns: TitleColumns, rated: _Rated, layout: ItemsLayout | None, links: Links
) -> list[_Key]:
    """The columns that may hold the ids: those that are called so, else the first that is no title."""
    own = _Forms(((id_, id_) for id_ in rated.ids), rated.kind)
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
        forms = own if is_own else _Forms(((text, id_) for id_, text in links[kind].items()), kind)
        keys.append(_Key(place, shape.header[place], forms, (name == "id", name == rated.column, -place)))
    if rated.are_titles or rated.own:
        named = [(format_title(*split_title(id_)), id_) for id_ in rated.ids] if rated.are_titles else []
        named += [(format_title(title.title, title.year), id_) for id_, title in rated.own.items()]
        if columns.year is None:
            named += [(title.title, id_) for id_, title in rated.own.items() if title.year]
        keys.append(_Key(columns.title, shape.header[columns.title], _Forms(named, _TITLE)))
    first = next((place for place in range(shape.width) if place != columns.title), columns.title)
    return keys or [_Key(first, shape.header[first], own)]


def _is_id(name: str) -> bool:
    is_person = name in SYNONYMS["user"] or bool(_things_in(name) & _NEVER_RATED)
    return not is_person and (name.endswith("id") or name in SYNONYMS["item"] or name in _KINDS or name == "slug")


def _belongs(found: TitlesFound, rated: _Rated, *, is_declared: bool) -> bool:
    """Whether a list is about these titles. Plain numbers are shared by chance, so one must hold much of the other."""
    shared = max(found.share, found.known / max(1, found.rows))
    if not found.known or not rated.are_numbers or shared >= _LEAST_SHARE:
        return found.known > 0
    return shared >= _LEAST_OF_THE_SAME_NAME and (is_declared or normalised(found.column) == rated.column)


def _says_others(source: Source, others: set[str]) -> list[str]:
    return [f"{source.name} lists {join_words(map(plural_of, sorted(others)))}; it was not used."] if others else []


def _why_not(found: TitlesFound, rated: _Rated) -> list[str]:
    name = found.source.name
    if found.known:
        return [
            f"{name} lists {found.known:,} of the {found.asked:,} titles among {found.rows:,} others and does not seem "
            "to belong to them; it was not used. If it does, choose it as the list of titles."
        ]
    place = next((at for at, column in enumerate(found.shape.header or ()) if column == found.column), 0)
    body = found.shape.sample[1:] if found.shape.header and found.shape.layout.kind == "delimited" else ()
    theirs = next((row[place] for row in body if place < len(row)), "")
    if not theirs or not rated.ids:
        return []
    ours, theirs = rated.ids[0][:40], theirs[:40]
    return [f"{name} lists none of the titles: its ids look like {theirs!r}, those rated like {ours!r}."]


def _things_of_list(source: Source, shape: Shape) -> set[str]:
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


def _may_be(others: set[str], rated: frozenset[str]) -> bool:
    """Whether a list of these things may be about what was rated."""
    kinds = others - _NEVER_RATED
    return not others or bool(kinds and (not rated or kinds & rated))


def _links_beside(beside: Iterable[Source], declared: ItemsLayout | None, rated: _Rated) -> Job[Links]:
    """Ids of the same titles elsewhere, from the lists that the layout declares: kind -> item_id -> id."""
    links: dict[str, dict[str, str]] = {}
    names = declared.links if declared else ()
    own = _Forms(((id_, id_) for id_ in rated.ids), rated.kind)
    for source in (source for source in beside if source.base_name in names):
        shape = _table_shape(source)
        if shape is not None and "item" in shape.roles:
            links |= (yield from _passing_over(source, _links_in(source, shape, own))) or {}
    return links


def _links_in(source: Source, shape: Shape, own: _Forms) -> Job[dict[str, dict[str, str]]]:
    item, columns = shape.roles["item"], [normalised(name) for name in shape.header or ()]
    places = {kind: columns.index(name) for kind, known in LINKS.items() for name in known if name in columns}
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


def _passing_over(source: Source, job: Job[T]) -> Job[T | None]:
    """What comes of reading a file beside; None where anything is wrong with it: nobody asked for this file."""
    try:
        return (yield from job)
    except Stop:
        raise
    except Exception as error:
        LOG.info("%s was passed over: %s", source.name, error)
        return None


def _is_called(layout: ItemsLayout | None, source: Source) -> bool:
    return layout is not None and layout.is_called(source.base_name)


def _list_called(name: str) -> ItemsLayout | None:
    lists = (layout.items for layout in LAYOUTS if layout.items)
    return next((titles for titles in lists if titles.is_called(name)), None)


def _beside(ratings: Source) -> list[Source]:
    """The other files of the same folder, and of the one above for ratings in many files."""
    if ratings.member is not None or (ratings.parts and not ratings.path.is_dir()):
        folder = PurePosixPath(ratings.member or ratings.parts[0]).parent
        folders = {folder, folder.parent} if ratings.parts else {folder}
        found = [source for source in sources_in(ratings.path) if PurePosixPath(source.member or "").parent in folders]
    elif ratings.parts:
        found = [*sources_in(ratings.path), *sources_in(ratings.path.resolve().parent)]
    else:
        found = sources_in(ratings.path.parent)
    own = set(ratings.single)
    return [each for each in found if each not in own and (each.member or _suffix(each) in (*_SUFFIXES, *_NOT_OPENED))]


def _suffix(source: Source) -> str:
    return PurePosixPath(source.base_name).suffix


def _table_shape(source: Source) -> Shape | None:
    """What a text beside is, or None where it is none. Tables of Parquet and Arrow are not opened to find titles."""
    try:
        return sniff(source) if not is_columnar(read_head(source)) else None
    except Exception as error:
        LOG.info("%s was passed over: %s", source.name, error)
        return None
