"""Which file it is: the ratings in a zip or folder, and the list of titles that belongs to them.

Stands between the readers and importer.py. Candidates are recognised by content; names only choose between several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.data.formats import LAYOUTS
from engine.data.importing.items import Title, read_titles, share_listed
from engine.data.reading.archives import Source, sources_in
from engine.data.reading.sniff import Given, Shape, require_ratings, sniff
from engine.errors import DataError

MOST_LOOKED_AT = 60
LEAST_SHARE = 0.5
"""A list of titles that merely lies beside must know this part of the titles."""
_SUFFIXES = (".csv", ".dat", ".tsv", ".txt", ".tab", ".item", ".items", ".gz", "")
_RATINGS_NAMES = {name for one in LAYOUTS for name in one.names}
_ITEMS_NAMES = {name for one in LAYOUTS if one.items for name in one.items.names}


@dataclass(frozen=True)
class TitlesFound:
    """A list of titles that fits: by item_id, with where it came from and how much of the data it knows."""

    titles: dict[str, Title]
    source: Source
    shape: Shape
    share: float


def find_ratings(path: Path, given: Given) -> tuple[Source, Shape]:
    """The ratings at a path: a file, or the one in a zip or folder that holds ratings. Raises DataError."""
    sources = sources_in(path)
    if len(sources) == 1:
        only = sniff(sources[0], given)
        require_ratings(sources[0], only)
        return sources[0], only
    sources.sort(key=lambda one: (one.base_name not in _RATINGS_NAMES, "rating" not in one.base_name))
    looked_at = ((one, _shape_of(one, given)) for one in sources[:MOST_LOOKED_AT])
    shapes = {one: found for one, found in looked_at if found is not None}
    fitting = [one for one, shape in shapes.items() if shape.has_ratings]
    named = [one for one in fitting if one.base_name in shapes[one].layout.names]
    hinted = [one for one in fitting if "rating" in one.base_name]
    for chosen in (fitting, named, hinted):
        if len(chosen) == 1:
            return chosen[0], shapes[chosen[0]]
    if not fitting:
        raise DataError(
            f"{path} holds {len(sources):,} files, but none with columns of people, titles and ratings.",
            remedy="Choose the ratings file itself.",
            path=str(path),
        )
    names = ", ".join(PurePosixPath(one.member or one.path.name).name for one in fitting[:5])
    raise DataError(
        f"{path} holds {len(fitting)} files of ratings: {names}{', ...' if len(fitting) > 5 else ''}.",
        remedy="Choose the ones to import, unpacked if they are in a zip.",
        path=str(path),
    )


def titles_given(path: Path, ids: Sequence[str]) -> TitlesFound:
    """The list of titles that a person chose. Raises DataError where it is none, or knows none of the titles."""
    for source in sources_in(path):
        shape = sniff(source) if source.member is None else _shape_of(source, Given())
        if shape is None or not {"item", "title"} <= shape.roles.keys():
            continue
        found = _read(source, shape, ids)
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

    Names that the layout declares are tried first, then whatever else looks like a list of titles.
    """
    declared = shape.layout.items.names if shape.layout.items else ()
    beside = [one for one in _beside(ratings) if one != ratings]
    beside.sort(key=lambda one: (one.base_name not in declared, one.base_name not in _ITEMS_NAMES, one.name))
    for source in beside[:MOST_LOOKED_AT]:
        other = _shape_of(source, Given())
        if other is not None and other.has_titles:
            found = _read(source, other, ids)
            if found is not None and found.share >= LEAST_SHARE:
                return found
    return None


def _beside(ratings: Source) -> list[Source]:
    if ratings.member is not None:
        folder = PurePosixPath(ratings.member).parent
        return [one for one in sources_in(ratings.path) if PurePosixPath(one.member or "").parent == folder]
    return [one for one in sources_in(ratings.path.parent) if one.path.suffix.lower() in _SUFFIXES]


def _shape_of(source: Source, given: Given) -> Shape | None:
    """What a file is, or None where it is no table: here that is an answer, not an error."""
    try:
        return sniff(source, given)
    except DataError:
        return None


def _read(source: Source, shape: Shape, ids: Sequence[str]) -> TitlesFound | None:
    declared = (one.items for one in LAYOUTS if one.items and source.base_name in one.items.names)
    try:
        titles = read_titles(source, shape, layout=next(declared, None))
    except DataError:
        return None
    return TitlesFound(titles, source, shape, share_listed(ids, titles))
