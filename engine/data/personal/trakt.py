"""Trakt's JSON: lists of ratings, of what was watched, and of what one wants to watch.

Stands after recognising.py. What an entry is, is said by its own names, so that any shard of an export can be read.
"""

from __future__ import annotations

from typing import Any

from engine.data.formats import Layout
from engine.data.personal.export import ExportedTitle
from engine.data.personal.json_values import as_text, mapping_in, text_in
from engine.data.personal.meanings import normalised_id, seconds_of, year_in
from engine.data.personal.part import Part, rating_in, scale_of
from engine.data.personal.whole_text import whole_json
from engine.data.reading.archives import Source
from engine.data.reading.repair import NO_ITEM
from engine.errors import DataError

_MEDIA = {"episode": "episode", "season": "episode", "movie": "film", "show": "series"}
"""In the order of looking: an entry about an episode also names its show."""
_KINDS = ("imdb", "tmdb", "trakt")


def read_trakt(source: Source, layout: Layout) -> Part:
    """One list of an export; entries are numbered from 1. Raises DataError where it is no list."""
    document = whole_json(source)
    if not isinstance(document, list):
        raise DataError(
            f"{source.name} holds no list of titles, as Trakt's exports do.",
            remedy="Choose a file such as ratings-movies.json.",
            path=str(source.path),
        )
    scale = scale_of(layout)
    assert scale is not None, "declared in formats/personal.py"
    part = Part(source, layout, scale)
    for number, entry in enumerate(document, start=1):
        part.add(_title(entry, number), line=number, text=as_text(entry))
    return part


def _title(entry: Any, number: int) -> ExportedTitle | str:
    kind = next((one for one in _MEDIA if mapping_in(entry, one)), None)
    if kind is None:
        return NO_ITEM
    rating = rating_in(text_in(entry, "rating"))
    if isinstance(rating, str):
        return rating
    said, show, medium = entry[kind], mapping_in(entry, "show"), _MEDIA[kind]
    ids = {one: normalised_id(one, text_in(mapping_in(said, "ids"), one)) for one in _KINDS}
    if medium != "film":
        ids.pop("tmdb")
    ids["trakt"] = f"{kind} {ids['trakt']}" if ids["trakt"] else ""
    is_planned = "listed_at" in entry and not {"watched_at", "last_watched_at", "plays"} & entry.keys()
    return ExportedTitle(
        _name(kind, said, show),
        year_in(text_in(said, "year")) or year_in(text_in(show, "year")),
        {one: an_id for one, an_id in ids.items() if an_id},
        rating=rating,
        state="planned" if is_planned else "seen",
        date=seconds_of(text_in(entry, "rated_at", "last_watched_at", "watched_at", "listed_at")),
        line=number,
        medium=medium,
    )


def _name(kind: str, said: dict[str, Any], show: dict[str, Any]) -> str:
    """The title; one of an episode or season begins with its show, for alone it says nothing."""
    if kind in ("movie", "show"):
        return text_in(said, "title")
    own = text_in(said, "title") or f"{kind} {text_in(said, 'number')}".strip()
    return f"{text_in(show, 'title')}: {own}" if text_in(show, "title") else own
