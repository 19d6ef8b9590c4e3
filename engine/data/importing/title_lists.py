"""The list of titles that belongs to some ratings: which of the files beside them, joined by which of its columns.

A list is joined by the column that holds most of the ratings' ids. Lists of other things (people, tags, books beside
films) are never joined, however alike their numbers are.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar
from zipfile import ZipFile

from engine.data.formats import LAYOUTS, SYNONYMS, ItemsLayout, normalised
from engine.data.importing.items import OwnTitles, Title, titles_within
from engine.data.importing.joining import (
    NEVER_RATED,
    Links,
    Rated,
    TitlesFound,
    join,
    links_in,
    links_of,
    may_be,
    rated_titles,
    shares_ids,
    things_of_list,
)
from engine.data.importing.options import TitlesTaken
from engine.data.reading.archives import Source, opened_archive, read_head, sources_in
from engine.data.reading.arrow import is_columnar
from engine.data.reading.roles import Shape
from engine.data.reading.sniff import sniff
from engine.data.reading.states import state_columns
from engine.errors import DataError
from engine.events import Job, Stop
from engine.text import join_words, plural_of
from engine.wording import said

T = TypeVar("T")
LOG = logging.getLogger(__name__)

MOST_LOOKED_AT = 60
_LEAST_SHARE = 0.5
_LEAST_OF_THE_SAME_NAME = 0.2
"""Which part of the titles, or of itself, a list must share with ratings whose ids are plain numbers."""
_MOST_TOLD = 3
_OWN = frozenset(
    ("myrating", "yourrating", "myscore", "watcheddate", "datewatched", "dateread", "daterated", "rewatch")
)
"""Columns of what one person has rated or seen, and of no list of titles."""
_THEIRS = ""
_SUFFIXES = (
    ".csv", ".dat", ".tsv", ".txt", ".tab", ".item", ".items", ".json", ".jsonl", ".ndjson", "",
)  # fmt: skip
_NOT_OPENED = (".parquet", ".feather", ".arrow")


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


def titles_of_ratings(
    ratings: Source, shape: Shape, ids: Sequence[str], *, chosen: Path | None = None, paths: Sequence[Path] = ()
) -> Job[TitlesOfRatings]:
    """What titles are called: in the chosen list, else in the one that lies beside, else in the ratings themselves.

    What a list does not know is called as the ratings call it. `paths` are what a person chose to import. Raises
    DataError for a chosen list that does not fit.
    """
    if chosen is None:
        lists = yield from titles_beside(ratings, shape, ids, paths=paths)
    else:
        lists = Lists((yield from titles_given(chosen, ratings, shape, ids)))
    place, own = shape.roles.get("title"), None
    if place not in (None, shape.roles["item"]) and (lists.found is None or lists.found.share < 1):
        own = yield from titles_within(ratings, shape)
        if own.are_names and lists.found is None:
            lists = yield from titles_beside(ratings, shape, ids, paths=paths, own=own)
    titles = dict(own.titles) if own is not None and own.are_names else {}
    notes = _notes_on(lists, ratings, shape, own)
    found = lists.found
    if found is None and titles:
        column = shape.name_of(shape.roles["title"])
        asked = {id_: titles[id_] for id_ in ids if id_ in titles}
        found = TitlesFound(asked, ratings, shape, len(ids), column)
    titles |= found.titles if found else {}
    return TitlesOfRatings(titles, lists.links, found, notes)


def _notes_on(lists: Lists, ratings: Source, shape: Shape, own: OwnTitles | None) -> tuple[str, ...]:
    notes, found = [], lists.found
    if own is not None and not own.are_names:
        name = shape.name_of(shape.roles["title"])
        column = repr(name) if name else said("number {number}", number=shape.roles["title"] + 1)
        notes.append(
            said(
                "The column {column} of {ratings} differs for one and the same title, so it names none.",
                column=column,
                ratings=ratings.name,
            )
        )
    if found is not None and found.otherwise is not None:
        theirs, ours = found.otherwise
        notes.append(
            said(
                "{source} writes ids otherwise ({theirs} for {ours}); they were taken as the same.",
                source=found.source.name,
                theirs=theirs,
                ours=ours,
            )
        )
    has_names = own is not None and own.are_names
    if found is not None and found.share < 1:
        others = said("called as the ratings call them") if has_names else said("shown by their ids")
        notes.append(
            said(
                "{source} names {known:,} of {asked:,} titles; the others are {others}.",
                source=found.source.name,
                known=found.known,
                asked=found.asked,
                others=others,
            )
        )
    if found is None and not has_names:
        notes.append(said("No list of titles was found; titles are shown as the ratings file calls them."))
    return (*notes, *(lists.unused if found is None or found.share < 1 else ()))


def titles_given(path: Path, ratings: Source, shape: Shape, ids: Sequence[str]) -> Job[TitlesFound]:
    """The list of titles that a person chose. Raises DataError where it is none, or knows none of the titles."""
    rated = rated_titles(ratings, shape, ids, None)
    for source in sources_in(path):
        its_shape = sniff(source) if source.member is None else _table_shape(source)
        yield None
        if its_shape is None or not {"item", "title"} <= its_shape.roles.keys():
            continue
        found = yield from join(source, its_shape, rated, _list_called(source.base_name), {})
        if found.known:
            return found
        raise DataError(
            said("{source} lists none of the titles that the ratings are about.", source=source.name),
            remedy=said("Choose the list of titles that belongs to them."),
            path=str(path),
        )
    raise DataError(
        said("{path} is no list of titles: it has no columns of ids and titles.", path=path),
        remedy=said("Choose a file with columns such as movieId,title,genres."),
        path=str(path),
    )


def titles_beside(
    ratings: Source, shape: Shape, ids: Sequence[str], *, paths: Sequence[Path] = (), own: OwnTitles | None = None
) -> Job[Lists]:
    """The list of titles in the same zip or folder that knows most of these ids; of equal ones the declared.

    Where a person chose a folder (one of `paths`), it may lie anywhere between that and the ratings. `own` are what the
    ratings themselves call their titles: a list without ids is joined by these.
    """
    rated, declared = rated_titles(ratings, shape, ids, own), shape.layout.items
    beside = _beside(ratings, paths)
    beside.sort(key=lambda source: (not _is_called(declared, source), _list_called(source.base_name) is None))
    links = yield from _links_beside(beside, declared, rated)
    mapped = yield from _mapped(beside, declared, rated)
    best: TitlesFound | None = None
    unused: list[str] = []
    for source, its_shape in _shapes_of(ratings, beside[:MOST_LOOKED_AT]):
        yield None
        if its_shape is None or not its_shape.has_titles or its_shape.layout.personal:
            continue
        others = things_of_list(source, its_shape)
        if not may_be(others, rated.things):
            unused += _says_others(source, others - NEVER_RATED) if shares_ids(its_shape, rated) else []
            continue
        is_declared = _is_called(declared, source)
        if is_declared and declared is not None and declared.id_map and mapped is None:
            unused.append(
                said(
                    "{source} has other ids; {id_map} beside it would say which are which.",
                    source=source.name,
                    id_map=declared.id_map[0],
                )
            )
            continue
        layout = declared if is_declared else _list_called(source.base_name)
        asked = replace(rated, elsewhere=mapped if is_declared else None)
        found = yield from _passing_over(source, join(source, its_shape, asked, layout, links))
        if found is None:
            continue
        if not _belongs(found, rated, is_declared=is_declared):
            is_meant = is_declared or bool(others & rated.things) or normalised(found.column) == rated.column
            is_told = (is_meant or found.known) and not _is_somebodys_own(found)
            unused += _why_not(found, rated) if is_told else []
        elif best is None or found.known > best.known:
            best = found
        if best is not None and best.share >= 1:
            break
    if best is None:
        unused += [
            said(
                "{source} was not opened to look for titles; if it lists them, choose it as the list of titles.",
                source=source.name,
            )
            for source in beside
            if _suffix(source) in _NOT_OPENED
        ]
    return Lists(best, tuple(unused[:_MOST_TOLD]), {**links, **(best.links if best else {})})


def _shapes_of(ratings: Source, beside: Sequence[Source]) -> Iterator[tuple[Source, Shape | None]]:
    """What each of the files beside is; a zip is opened once for all of them."""
    with opened_archive(ratings) as archive:
        for source in beside:
            yield source, _table_shape(source, archive)


def _belongs(found: TitlesFound, rated: Rated, *, is_declared: bool) -> bool:
    """Whether a list is about these titles. Plain numbers are shared by chance, so one must hold much of the other."""
    shared = max(found.share, found.known / max(1, found.rows))
    if not found.known or not rated.are_numbers or shared >= _LEAST_SHARE:
        return found.known > 0
    return shared >= _LEAST_OF_THE_SAME_NAME and (is_declared or normalised(found.column) == rated.column)


def _is_somebodys_own(found: TitlesFound) -> bool:
    """Whether a table is one person's export, or has years or names for ids: it never was a list of these titles."""
    shape, column = found.shape, normalised(found.column)
    if found.known:
        return False
    if column in SYNONYMS["year"] or column in SYNONYMS["title"]:
        return True
    states = state_columns(shape.header or (), shape.sample[1:], taken=shape.roles.values())
    return bool(states.columns) or set(map(normalised, shape.header or ())) & _OWN != set()


def _says_others(source: Source, others: set[str]) -> list[str]:
    return (
        [
            said(
                "{source} lists {names}; it was not used.",
                source=source.name,
                names=join_words(map(plural_of, sorted(others))),
            )
        ]
        if others
        else []
    )


def _why_not(found: TitlesFound, rated: Rated) -> list[str]:
    name = found.source.name
    if found.known:
        return [
            said(
                "{name} lists {known:,} of the {asked:,} titles among {rows:,} others and does not seem "
                "to belong to them; it was not used. If it does, choose it as the list of titles.",
                name=name,
                known=found.known,
                asked=found.asked,
                rows=found.rows,
            )
        ]
    place = next((at for at, column in enumerate(found.shape.header or ()) if column == found.column), 0)
    body = found.shape.sample[1:] if found.shape.header and found.shape.layout.kind == "delimited" else ()
    theirs = next((row[place] for row in body if place < len(row)), "")
    if not theirs or not rated.ids:
        return []
    ours, theirs = rated.ids[0][:40], theirs[:40]
    return [
        said(
            "{name} lists none of the titles: its ids look like {theirs!r}, those rated like {ours!r}.",
            name=name,
            theirs=theirs,
            ours=ours,
        )
    ]


def _links_beside(beside: Iterable[Source], declared: ItemsLayout | None, rated: Rated) -> Job[Links]:
    """Ids of the same titles elsewhere, from the lists that the layout declares: kind -> item_id -> id."""
    links: dict[str, dict[str, str]] = {}
    for source in (source for source in beside if declared is not None and source.base_name in declared.links):
        shape = _table_shape(source)
        if shape is not None and "item" in shape.roles:
            job = links_in(source, shape, rated.forms, item=shape.roles["item"], places=links_of(shape))
            links |= (yield from _passing_over(source, job)) or {}
    return links


def _mapped(beside: Iterable[Source], declared: ItemsLayout | None, rated: Rated) -> Job[Mapping[str, str] | None]:
    """By which ids the list that the layout declares knows the titles, where a file beside says so; None else."""
    name, *columns = declared.id_map if declared is not None and declared.id_map else ("",)
    for source in (source for source in beside if source.base_name == name):
        shape = _table_shape(source)
        names = [normalised(column) for column in (shape.header if shape is not None else None) or ()]
        if shape is not None and set(columns) <= set(names):
            ours, theirs = map(names.index, columns)
            job = links_in(source, shape, rated.forms, item=ours, places={_THEIRS: theirs})
            return ((yield from _passing_over(source, job)) or {}).get(_THEIRS)
    return None


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


def _beside(ratings: Source, paths: Sequence[Path]) -> list[Source]:
    """The other files of the same folder, of the one above for ratings in many files, and of those up to a chosen one.

    Of a zip those of all folders above.
    """
    if ratings.member is not None or (ratings.parts and not ratings.path.is_dir()):
        folders = PurePosixPath(ratings.member or ratings.parts[0]).parents
        found = [source for source in sources_in(ratings.path) if PurePosixPath(source.member or "").parent in folders]
    else:
        found = [source for folder in _folders_above(ratings, paths) for source in sources_in(folder)]
    own = set(ratings.single)
    return [each for each in found if each not in own and (each.member or _suffix(each) in (*_SUFFIXES, *_NOT_OPENED))]


def _folders_above(ratings: Source, paths: Sequence[Path]) -> list[Path]:
    folder = ratings.path if ratings.parts else ratings.path.parent
    chosen = {path.resolve() for path in paths if path.is_dir()}
    above = folder.resolve().parents
    most = max((above.index(path) + 1 for path in chosen if path in above), default=int(bool(ratings.parts)))
    return [folder, *above[:most]]


def _suffix(source: Source) -> str:
    return PurePosixPath(source.base_name).suffix


def _table_shape(source: Source, archive: ZipFile | None = None) -> Shape | None:
    """What a text beside is, or None where it is none. Tables of Parquet and Arrow are not opened to find titles."""
    try:
        return sniff(source, archive=archive) if not is_columnar(read_head(source, archive=archive)) else None
    except Exception as error:
        LOG.info("%s was passed over: %s", source.name, error)
        return None
