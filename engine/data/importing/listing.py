"""The list of titles that belongs to some ratings, and the ids that other services gave the same titles.

Stands between items.py and importer.py. Lists are recognised by content; names only say which to try first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from engine.data.formats import LAYOUTS, ItemsLayout
from engine.data.importing.items import Title, read_links, read_titles, share_listed
from engine.data.reading.archives import Source, sources_in
from engine.data.reading.shape import Given, Shape
from engine.data.reading.sniff import sniff
from engine.errors import DataError

MOST_LOOKED_AT = 60
LEAST_SHARE = 0.5
"""A list of titles that merely lies beside must know this part of the titles."""
_SUFFIXES = (
    ".csv", ".dat", ".tsv", ".txt", ".tab", ".item", ".items", ".gz", ".parquet", ".feather", ".arrow", ".json",
    ".jsonl", ".ndjson", "",
)  # fmt: skip
_LISTS = tuple(one.items for one in LAYOUTS if one.items)

Links = Mapping[str, Mapping[str, str]]
"""Kind of id -> item_id -> that id."""


@dataclass(frozen=True)
class TitlesFound:
    """A list of titles that fits: by item_id, with where it came from and how much of the data it knows."""

    titles: dict[str, Title]
    source: Source
    shape: Shape
    share: float
    links: Links = field(default_factory=dict)


def titles_given(path: Path, ids: Sequence[str]) -> TitlesFound:
    """The list of titles that a person chose. Raises DataError where it is none, or knows none of the titles."""
    for source in sources_in(path):
        shape = sniff(source) if source.member is None else _shape_of(source)
        if shape is None or not {"item", "title"} <= shape.roles.keys():
            continue
        found = _read(source, shape, ids, layout=_list_called(source.base_name))
        if found is not None and found.share > 0:
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


def titles_beside(ratings: Source, shape: Shape, ids: Sequence[str]) -> TitlesFound | None:
    """The list of titles in the same zip or folder that knows at least half of these ids, or None.

    Names that the layout declares are tried first, then whatever else looks like a list of titles. Of ratings in many
    files the folder above is looked at, too.
    """
    own = shape.layout.items
    beside = list(_beside(ratings))
    beside.sort(key=lambda one: (not _is_called(own, one), _list_called(one.base_name) is None, one.name))
    for source in beside[:MOST_LOOKED_AT]:
        other = _shape_of(source)
        if other is not None and other.has_titles:
            layout = own if _is_called(own, source) else _list_called(source.base_name)
            found = _read(source, other, ids, layout=layout)
            if found is not None and found.share >= LEAST_SHARE:
                return found
    return None


def links_beside(ratings: Source, shape: Shape, titles: TitlesFound | None) -> Links:
    """Ids of the same titles elsewhere: from the list of titles itself, and from the lists that the layout declares."""
    links: dict[str, Mapping[str, str]] = {}
    declared = shape.layout.items.links if shape.layout.items else ()
    for source in _beside(ratings):
        if source.base_name in declared:
            other = _shape_of(source)
            links |= read_links(source, other) if other is not None else {}
    return links | dict(titles.links if titles else {})


def _is_called(layout: ItemsLayout | None, source: Source) -> bool:
    return layout is not None and layout.is_called(source.base_name)


def _list_called(name: str) -> ItemsLayout | None:
    return next((one for one in _LISTS if one.is_called(name)), None)


def _beside(ratings: Source) -> list[Source]:
    """The other files of the same folder, and of the one above for ratings in many files."""
    if ratings.member is not None or (ratings.parts and not ratings.path.is_dir()):
        folder = PurePosixPath(ratings.member or ratings.parts[0]).parent
        folders = {folder, folder.parent} if ratings.parts else {folder}
        found = [one for one in sources_in(ratings.path) if PurePosixPath(one.member or "").parent in folders]
    elif ratings.parts:
        found = [*sources_in(ratings.path), *sources_in(ratings.path.resolve().parent)]
    else:
        found = sources_in(ratings.path.parent)
    own = set(ratings.single)
    return [one for one in found if one not in own and (one.member or one.path.suffix.lower() in _SUFFIXES)]


def _shape_of(source: Source) -> Shape | None:
    """What a file is, or None where it is no table: here that is an answer, not an error."""
    try:
        return sniff(source, Given())
    except DataError:
        return None


def _read(source: Source, shape: Shape, ids: Sequence[str], *, layout: ItemsLayout | None) -> TitlesFound | None:
    try:
        titles = read_titles(source, shape, layout=layout)
        links = read_links(source, shape)
    except DataError:
        return None
    return TitlesFound(titles, source, shape, share_listed(ids, titles), links)
