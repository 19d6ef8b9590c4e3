"""AniList's JSON: lists of entries, in whatever of its five scales the person uses.

Stands after recognising.py. A title stands in its list and again in each custom list; together.py makes one of them.
"""

from __future__ import annotations

from typing import Any

from engine.data.dataset import Scale
from engine.data.formats import Layout
from engine.data.personal.export import ExportedTitle
from engine.data.personal.meanings import normalised_id, seconds_of, state_of, year_in
from engine.data.personal.parts import Part, as_text, list_in, mapping_in, rating_in, scale_of, text_in, whole_json
from engine.data.reading.archives import Source
from engine.data.reading.rows import NO_ITEM
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


SCALES = {
    "POINT_100": Scale(1.0, 100.0, 1.0),
    "POINT_10_DECIMAL": Scale(0.1, 10.0, 0.1),
    "POINT_10": Scale(1.0, 10.0, 1.0),
    "POINT_5": Scale(1.0, 5.0, 1.0),
    "POINT_3": Scale(1.0, 3.0, 1.0),
}
_DEEPEST = 6
_BOOKS = ("MANGA", "NOVEL", "ONE_SHOT")


def read_anilist(source: Source, layout: Layout) -> Part:
    """All lists of an export; entries are numbered from 1. Raises DataError where there are no lists."""
    document = whole_json(source)
    holder = _holding(document, "lists")
    entries = [entry for one in list_in(holder, "lists") for entry in list_in(one, "entries")]
    if holder is None:
        raise DataError(
            f"{source.name} holds no lists of titles, as AniList's exports do.",
            remedy="Choose the JSON of your anime or manga list.",
            path=str(source.path),
        )
    named = text_in(_holding(document, "scoreFormat"), "scoreFormat")
    scale = SCALES.get(named) or _fitting_scale(entries)
    part = Part(source, layout, scale)
    if named not in SCALES and entries:
        part.notes.append(
            f"{source.name} does not say its scale; from its scores it was taken as {scale.low:g} to {scale.high:g}."
        )
    for number, entry in enumerate(entries, start=1):
        part.add(_anilist_title(entry, number), line=number, text=as_text(entry))
    return part


def _holding(value: Any, name: str, depth: int = 0) -> dict[str, Any] | None:
    """The outermost object that has this name, looked for through a few levels of objects."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    if name in value:
        return value
    return next((found for one in value.values() if (found := _holding(one, name, depth + 1)) is not None), None)


def _fitting_scale(entries: list[Any]) -> Scale:
    """The smallest of the scales that all scores fit."""
    said = [rating_in(text_in(entry, "score")) for entry in entries]
    scores = [one for one in said if isinstance(one, float)]
    highest = max(scores, default=0.0)
    if any(not score.is_integer() for score in scores) and highest <= 10:
        return SCALES["POINT_10_DECIMAL"]
    fitting = (one for one in ("POINT_3", "POINT_5", "POINT_10") if highest <= SCALES[one].high)
    return SCALES[next(fitting, "POINT_100") if scores else "POINT_10"]


def _anilist_title(entry: Any, number: int) -> ExportedTitle | str:
    media = mapping_in(entry, "media")
    names = mapping_in(media, "title")
    titles = dict.fromkeys(text_in(names, one) for one in ("english", "romaji", "userPreferred", "native"))
    titles.pop("", None)
    if not titles and not media:
        return NO_ITEM
    rating = rating_in(text_in(entry, "score"))
    if isinstance(rating, str):
        return rating
    first, *others = [*titles] or [""]
    synonyms = (one for one in list_in(media, "synonyms") if isinstance(one, str) and one not in titles)
    ids = {
        "mal": normalised_id("mal", text_in(media, "idMal")),
        "anilist": normalised_id("anilist", text_in(media, "id") or text_in(entry, "mediaId")),
    }
    return ExportedTitle(
        first,
        year_in(text_in(mapping_in(media, "startDate"), "year") or text_in(media, "seasonYear")),
        {kind: an_id for kind, an_id in ids.items() if an_id},
        (*others, *synonyms),
        rating,
        state_of(text_in(entry, "status")),
        seconds_of(text_in(entry, "updatedAt", "createdAt")),
        number,
        _medium(media),
    )


def _medium(media: dict[str, Any]) -> str:
    form = text_in(media, "format").upper()
    if form in _BOOKS or text_in(media, "type").upper() == "MANGA":
        return "book"
    return "film" if form == "MOVIE" else "series" if form else ""
