"""Exports that are no tables: the JSON of Trakt and AniList, the XML of MyAnimeList."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from engine.data.dataset import Scale
from engine.data.formats import Layout
from engine.data.personal.export import ExportedTitle, state_of
from engine.data.personal.parts import Part, rating_in, scale_of
from engine.data.reading.archives import MIB, ByteStream, Source
from engine.data.reading.dialect import encoding_of
from engine.data.reading.rows import NO_ITEM
from engine.data.reading.times import seconds_of
from engine.data.reading.values import normalised_id, year_in
from engine.errors import DataError
from engine.text import format_size

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 64 * MIB
"""A hundred thousand titles take less in any export."""

_TRAKT_MEDIA = {"episode": "episode", "season": "episode", "movie": "film", "show": "series"}
"""In the order of looking: an entry about an episode also names its show."""
_TRAKT_IDS = ("imdb", "tmdb", "trakt")

_ANILIST_SCALES = {
    "POINT_100": Scale(1.0, 100.0, 1.0),
    "POINT_10_DECIMAL": Scale(0.1, 10.0, 0.1),
    "POINT_10": Scale(1.0, 10.0, 1.0),
    "POINT_5": Scale(1.0, 5.0, 1.0),
    "POINT_3": Scale(1.0, 3.0, 1.0),
}
_ANILIST_BOOKS = ("MANGA", "NOVEL", "ONE_SHOT")
_DEEPEST = 6

_MAL_STATES = {"1": "watching", "2": "completed", "3": "on hold", "4": "dropped", "6": "plan to watch"}
"""Older exports of MyAnimeList number them."""


def read_trakt(source: Source, layout: Layout) -> Part:
    """One list of an export. Raises DataError where it is no list."""
    document = _whole_json(source)
    if not isinstance(document, list):
        what = f"{source.name} holds no list of titles, as Trakt's exports do."
        raise source.error(what, remedy="Choose a file such as ratings-movies.json.")
    return _part_of(source, layout, scale_of(layout), document, _trakt_title)


def _trakt_title(entry: Any, number: int) -> ExportedTitle | str:
    kind = next((kind for kind in _TRAKT_MEDIA if mapping_in(entry, kind)), None)
    if kind is None:
        return NO_ITEM
    rating = rating_in(text_in(entry, "rating"))
    if isinstance(rating, str):
        return rating
    title, show, medium = entry[kind], mapping_in(entry, "show"), _TRAKT_MEDIA[kind]
    ids = {name: normalised_id(name, text_in(mapping_in(title, "ids"), name)) for name in _TRAKT_IDS}
    if medium != "film":
        ids.pop("tmdb")
    ids["trakt"] = f"{kind} {ids['trakt']}" if ids["trakt"] else ""
    is_planned = "listed_at" in entry and not {"watched_at", "last_watched_at", "plays"} & entry.keys()
    return ExportedTitle(
        _trakt_name(kind, title, show),
        year_in(text_in(title, "year")) or year_in(text_in(show, "year")),
        _known(ids),
        rating=rating,
        state="planned" if is_planned else "seen",
        date=seconds_of(text_in(entry, "rated_at", "last_watched_at", "watched_at", "listed_at")),
        line=number,
        medium=medium,
    )


def _trakt_name(kind: str, title: dict[str, Any], show: dict[str, Any]) -> str:
    """The title; that of an episode or season begins with its show, for alone it says nothing."""
    if kind in ("movie", "show"):
        return text_in(title, "title")
    own = text_in(title, "title") or f"{kind} {text_in(title, 'number')}".strip()
    return f"{text_in(show, 'title')}: {own}" if text_in(show, "title") else own


def read_anilist(source: Source, layout: Layout) -> Part:
    """All lists of an export, on whichever of its five scales. Raises DataError where there are none."""
    document = _whole_json(source)
    holder = _holding(document, "lists")
    if holder is None:
        what = f"{source.name} holds no lists of titles, as AniList's exports do."
        raise source.error(what, remedy="Choose the JSON of your anime or manga list.")
    entries = [entry for titles in list_in(holder, "lists") for entry in list_in(titles, "entries")]
    declared = _ANILIST_SCALES.get(text_in(_holding(document, "scoreFormat"), "scoreFormat"))
    scale = declared or _fitting_scale(entries)
    part = _part_of(source, layout, scale, entries, _anilist_title)
    if declared is None and entries:
        part.notes.append(
            f"{source.name} does not say its scale; from its scores it was taken as {scale.low:g} to {scale.high:g}."
        )
    return part


def _holding(value: Any, name: str, depth: int = 0) -> dict[str, Any] | None:
    """The outermost object that has this name, looked for through a few levels of objects."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    if name in value:
        return value
    return next((found for inner in value.values() if (found := _holding(inner, name, depth + 1)) is not None), None)


def _fitting_scale(entries: list[Any]) -> Scale:
    """The smallest of the scales that all scores fit."""
    scores = [score for entry in entries if isinstance(score := rating_in(text_in(entry, "score")), float)]
    highest = max(scores, default=0.0)
    if any(not score.is_integer() for score in scores) and highest <= 10:
        return _ANILIST_SCALES["POINT_10_DECIMAL"]
    fitting = (name for name in ("POINT_3", "POINT_5", "POINT_10") if highest <= _ANILIST_SCALES[name].high)
    return _ANILIST_SCALES[next(fitting, "POINT_100") if scores else "POINT_10"]


def _anilist_title(entry: Any, number: int) -> ExportedTitle | str:
    media = mapping_in(entry, "media")
    names = mapping_in(media, "title")
    titles = dict.fromkeys(text_in(names, language) for language in ("english", "romaji", "userPreferred", "native"))
    titles.pop("", None)
    if not titles and not media:
        return NO_ITEM
    rating = rating_in(text_in(entry, "score"))
    if isinstance(rating, str):
        return rating
    first, *others = [*titles] or [""]
    synonyms = (name for name in list_in(media, "synonyms") if isinstance(name, str) and name not in titles)
    ids = {
        "mal": normalised_id("mal", text_in(media, "idMal")),
        "anilist": normalised_id("anilist", text_in(media, "id") or text_in(entry, "mediaId")),
    }
    return ExportedTitle(
        first,
        year_in(text_in(mapping_in(media, "startDate"), "year") or text_in(media, "seasonYear")),
        _known(ids),
        (*others, *synonyms),
        rating,
        state_of(text_in(entry, "status")),
        seconds_of(text_in(entry, "updatedAt", "createdAt")),
        number,
        _anilist_medium(media),
    )


def _anilist_medium(media: dict[str, Any]) -> str:
    form = text_in(media, "format").upper()
    if form in _ANILIST_BOOKS or text_in(media, "type").upper() == "MANGA":
        return "book"
    return "film" if form == "MOVIE" else "series" if form else ""


def read_myanimelist(source: Source, layout: Layout) -> Part:
    """An anime or manga list. Raises DataError for broken or dangerous XML (entities are refused unread)."""
    root = _whole_xml(source)
    if root.tag != "myanimelist":
        what = f"{source.name} is XML, but no list of MyAnimeList: it begins with <{str(root.tag)[:60]}>."
        raise source.error(what, remedy="Choose the file that MyAnimeList exports.")
    entries = [
        {str(part.tag): (part.text or "").strip() for part in element} | {"tag": str(element.tag)}
        for element in root
        if element.tag in ("anime", "manga")
    ]

    def shown(texts: dict[str, str]) -> str:
        return f"{_myanimelist_name(texts)} {texts.get('my_score', '')}".strip()

    return _part_of(source, layout, scale_of(layout), entries, _myanimelist_title, shown=shown)


def _myanimelist_name(texts: dict[str, str]) -> str:
    return texts.get("series_title") or texts.get("manga_title", "")


def _myanimelist_title(texts: dict[str, str], number: int) -> ExportedTitle | str:
    rating = rating_in(texts.get("my_score", ""))
    if isinstance(rating, str):
        return rating
    is_manga, status = texts["tag"] == "manga", texts.get("my_status", "")
    days = ("my_finish_date", "my_start_date")
    return ExportedTitle(
        _myanimelist_name(texts),
        ids=_known({"mal": "" if is_manga else normalised_id("mal", texts.get("series_animedb_id", ""))}),
        rating=rating,
        state=state_of(_MAL_STATES.get(status, status)),
        date=next((when for day in days if (when := seconds_of(texts.get(day, "")))), 0),
        line=number,
        medium="book" if is_manga else "film" if texts.get("series_type") == "Movie" else "series",
    )


def mapping_in(value: Any, name: str) -> dict[str, Any]:
    """The object under a name; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def list_in(value: Any, name: str) -> list[Any]:
    """The list under a name; an empty one where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, list) else []


def text_in(value: Any, *names: str) -> str:
    """The first text or number under these names, as a text; "" where there is none."""
    for name in names:
        inner = value.get(name) if isinstance(value, dict) else None
        if isinstance(inner, str | int | float) and not isinstance(inner, bool) and str(inner).strip():
            return str(inner).strip()
    return ""


def _json_text(value: Any) -> str:
    """An entry as a report of skipped ones shows it."""
    try:
        return json.dumps(value, ensure_ascii=False)[:200]
    except RecursionError:
        return ""


def _part_of(
    source: Source,
    layout: Layout,
    scale: Scale | None,
    entries: Iterable[Any],
    read: Callable[[Any, int], ExportedTitle | str],
    *,
    shown: Callable[[Any], str] = _json_text,
) -> Part:
    """What `read` makes of each entry: a title, or the reason why it is none."""
    assert scale is not None, "declared in formats/personal.py"
    part = Part(source, layout, scale)
    for number, entry in enumerate(entries, start=1):
        part.add(read(entry, number), line=number, text=shown(entry))
    return part


def _known(ids: dict[str, str]) -> dict[str, str]:
    return {kind: an_id for kind, an_id in ids.items() if an_id}


def _whole_bytes(source: Source) -> bytes:
    """All bytes of a source. Raises DataError where it is larger than any export, or cannot be read."""
    blocks, size = [], 0
    with ByteStream(source) as stream:
        while block := stream.read(MIB):
            blocks.append(block)
            size += len(block)
            if size > MOST_BYTES:
                what = f"{source.name} is larger than {format_size(MOST_BYTES)}, as no export of one person is."
                raise source.error(what, remedy="Choose the export of one person's ratings.")
    return b"".join(blocks)


def _whole_json(source: Source) -> Any:
    """A JSON document. Raises DataError where it is broken, cut short or nested without end."""
    raw = _whole_bytes(source)
    encoding = encoding_of(raw[: 256 * 1024])
    try:
        text = raw.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace").lstrip("\ufeff")
    try:
        return json.loads(text, parse_constant=lambda word: None)
    except json.JSONDecodeError as error:
        is_cut = not text.rstrip().endswith(("]", "}"))
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise _broken(source, "JSON: it is cut short" if is_cut else f"JSON: it goes wrong at {where}") from error
    except RecursionError as error:
        raise _broken(source, "JSON: it is nested without end") from error
    except ValueError as error:
        raise _broken(source, "JSON: it holds a number without end") from error


def _whole_xml(source: Source) -> Element:
    try:
        root: Element = fromstring(_whole_bytes(source), forbid_dtd=True)
        return root
    except DefusedXmlException as error:
        raise source.error(
            f"{source.name} declares a document type or entities, which no export does and which can harm a reader.",
            remedy="Do not trust this file; export your list again.",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise _broken(source, f"XML ({error})") from error


def _broken(source: Source, what: str) -> DataError:
    return source.error(f"{source.name} is not whole {what}.", remedy="Export or download it again.")
