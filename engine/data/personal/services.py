"""Exports that are no tables: the JSON of Trakt, Simkl and AniList, the XML of MyAnimeList, a list of Letterboxd."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from defusedxml.ElementTree import ParseError

from engine.data.dataset import Scale
from engine.data.formats import Layout
from engine.data.personal.documents import broken, list_in, mapping_in, text_in, whole_bytes, whole_json, xml_of
from engine.data.personal.export import ExportedTitle
from engine.data.personal.parts import Part, rating_in, scale_of
from engine.data.reading.archives import Source
from engine.data.reading.dialect import encoding_of, text_of
from engine.data.reading.rows import NO_ITEM
from engine.data.reading.states import MAL_CODES, State, state_of
from engine.data.reading.times import seconds_of
from engine.data.reading.values import normalised_id, year_in
from engine.wording import said

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TRAKT_MEDIA = {"episode": "episode", "season": "season", "movie": "film", "show": "series"}
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

_SIMKL_MEDIA = {"movies": "film", "shows": "series", "anime": "series"}
_SIMKL_TIMES = ("user_rated_at", "last_watched_at", "added_to_watchlist_at")

_LETTERBOXD_LIST = re.compile(r"Letterboxd list export[^\n]*\n[^\n]*\n(?P<about>.*?)\n\s*\n(?P<table>.*)", re.DOTALL)

_MAL_TAG = re.compile(r"<(/?)(anime|manga)>")
_MAL_TITLE = re.compile(r"<(?:series|manga)_title>\s*(?:<!\[CDATA\[)?([^<\]]{1,200})")
BROKEN = said("its XML is damaged")
_MOST_TAGS = 2_000_000
"""Fifty thousand titles have fewer; each takes some 200 bytes of memory."""


def read_trakt(source: Source, layout: Layout) -> Part:
    """One list of an export. Raises DataError where it is no list."""
    document = whole_json(source)
    if not isinstance(document, list):
        what = said("{source} holds no list of titles, as Trakt's exports do.", source=source.name)
        raise source.error(what, remedy=said("Choose a file such as ratings-movies.json."))
    read = partial(_trakt_title, listed=_trakt_state_of_list(source.base_name))
    return _part_of(source, layout, scale_of(layout), document, read)


def _trakt_state_of_list(name: str) -> State:
    """What titles are that only stand on a list of this name: favourites and own lists have been seen."""
    stem = name.removesuffix(".json")
    own = re.sub(r"^(?:lists?-)+(?:list-)?(?:\d+-)?", "", stem)
    return state_of(own, otherwise="seen" if own != stem or "favorite" in stem else "planned")


def _trakt_title(entry: Any, number: int, *, listed: State) -> ExportedTitle | str:
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
    is_listed = "listed_at" in entry and not {"watched_at", "last_watched_at", "plays"} & entry.keys()
    return ExportedTitle(
        _trakt_name(kind, title, show),
        year_in(text_in(title, "year")) or year_in(text_in(show, "year")),
        _known(ids),
        rating=rating,
        state=listed if is_listed else "seen",
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


def read_simkl(source: Source, layout: Layout) -> Part:
    """The films, series and anime of a backup. Raises DataError where it holds none of these lists."""
    document = whole_json(source)
    lists = {kind: list_in(document, kind) for kind in _SIMKL_MEDIA}
    if not any(kind in document for kind in _SIMKL_MEDIA) if isinstance(document, dict) else True:
        what = said("{source} holds no lists of films, series or anime, as Simkl's backups do.", source=source.name)
        raise source.error(what, remedy=said("Choose SimklBackup.json."))
    entries = [(kind, entry) for kind, titles in lists.items() for entry in titles]
    return _part_of(source, layout, scale_of(layout), entries, _simkl_title)


def _simkl_title(listed: tuple[str, Any], number: int) -> ExportedTitle | str:
    kind, entry = listed
    title = mapping_in(entry, "movie") or mapping_in(entry, "show") or mapping_in(entry, "anime")
    if not title:
        return NO_ITEM
    rating = rating_in(text_in(entry, "user_rating"))
    if isinstance(rating, str):
        return rating
    medium = "film" if text_in(entry, "anime_type") == "movie" else _SIMKL_MEDIA[kind]
    ids = {name: normalised_id(name, text_in(mapping_in(title, "ids"), name)) for name in ("imdb", "tmdb", "mal")}
    if medium != "film":
        ids.pop("tmdb")
    return ExportedTitle(
        text_in(title, "title"),
        year_in(text_in(title, "year")),
        _known(ids),
        rating=rating,
        state=state_of(text_in(entry, "status")),
        date=next((when for name in _SIMKL_TIMES if (when := seconds_of(text_in(entry, name)))), 0),
        line=number,
        medium=medium,
    )


def read_letterboxd_list(source: Source, layout: Layout) -> Part:
    """One list of films: what stands above its films names it. Raises DataError where it holds no films."""
    raw = whole_bytes(source)
    text = text_of(raw, encoding_of(raw)).replace("\r\n", "\n").replace("\r", "\n")
    found = _LETTERBOXD_LIST.search(text)
    rows = list(csv.DictReader(io.StringIO(found["table"]))) if found else []
    if found is None or not rows or "Name" not in rows[0]:
        what = said("{source} holds no films, as a list of Letterboxd does.", source=source.name)
        raise source.error(what, remedy=said("Export the list again."))
    about = next(csv.reader(io.StringIO(found["about"])), [])
    state = state_of(about[1] if len(about) > 1 else "")
    first = text.count("\n", 0, found.start("table")) + 2
    return _part_of(
        source,
        layout,
        scale_of(layout),
        rows,
        partial(_letterboxd_title, state=state, first=first),
        shown=lambda row: ", ".join(str(cell) for cell in row.values() if cell),
    )


def _letterboxd_title(row: Mapping[str, Any], number: int, *, state: State, first: int) -> ExportedTitle:
    link = text_in(row, "URL", "Letterboxd URI")
    return ExportedTitle(
        text_in(row, "Name"),
        year_in(text_in(row, "Year")),
        {"letterboxd": link} if link else {},
        state=state,
        line=first + number - 1,
        medium="film",
    )


def refuse_anilist_download(source: Source, layout: Layout) -> Part:
    """Raises DataError: what AniList lets people download of themselves names titles by numbers of its own."""
    raise source.error(
        said(
            "{source} is AniList's own download. It names your anime only by AniList's numbers, "
            "without titles, and no data set has these numbers.",
            source=source.name,
        ),
        remedy=said(
            "Make a MyAnimeList XML of your AniList list, as several websites do, or the JSON of "
            "your lists with AniList's API (MediaListCollection with title and idMal), and open that."
        ),
    )


def read_anilist(source: Source, layout: Layout) -> Part:
    """All lists of an export, on whichever of its five scales. Raises DataError where there are none."""
    document = whole_json(source)
    holder = _holding(document, "lists")
    if holder is None:
        what = said("{source} holds no lists of titles, as AniList's exports do.", source=source.name)
        raise source.error(what, remedy=said("Choose the JSON of your anime or manga list."))
    entries = [entry for titles in list_in(holder, "lists") for entry in list_in(titles, "entries")]
    declared = scale_of(layout) or _ANILIST_SCALES.get(text_in(_holding(document, "scoreFormat"), "scoreFormat"))
    scale = declared or _fitting_scale(entries)
    part = _part_of(source, layout, scale, entries, _anilist_title)
    if declared is None and entries:
        part.notes.append(
            said(
                "{source} does not say its scale; from its scores it was taken as {low:g} to {high:g}.",
                source=source.name,
                low=scale.low,
                high=scale.high,
            )
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
    """An anime or manga list; an entry that is no whole XML is left out by its name.

    Raises DataError for XML that is broken as a whole, or dangerous (entities are refused unread).
    """
    raw = whole_bytes(source)
    if raw.count(b"<") > _MOST_TAGS:
        what = said(
            "{source} holds over {most:,} tags, as no export of one person does.", source=source.name, most=_MOST_TAGS
        )
        raise source.error(what, remedy=said("Choose the file that MyAnimeList exports."))
    try:
        root = xml_of(source, raw)
    except ParseError as error:
        entries = list(_entries_one_by_one(source, raw, error))
    else:
        if root.tag != "myanimelist":
            what = said(
                "{source} is XML, but no list of MyAnimeList: it begins with <{tag}>.",
                source=source.name,
                tag=str(root.tag)[:60],
            )
            raise source.error(what, remedy=said("Choose the file that MyAnimeList exports."))
        entries = [_texts_of(element) for element in root if element.tag in ("anime", "manga")]

    def shown(texts: dict[str, str]) -> str:
        return f"{_myanimelist_name(texts)} {texts.get('my_score', '')}".strip()

    return _part_of(source, layout, scale_of(layout), entries, _myanimelist_title, shown=shown)


def _texts_of(element: Element) -> dict[str, str]:
    return {str(part.tag): (part.text or "").strip() for part in element} | {"tag": str(element.tag)}


def _entries_one_by_one(source: Source, raw: bytes, error: Exception) -> Iterator[dict[str, str]]:
    """The entries of a list in which some are no whole XML: these say only their title and what is wrong."""
    text = text_of(raw, encoding_of(raw))
    if "</myanimelist>" not in text:
        raise broken(source, said("XML ({error})", error=error)) from error
    start = None
    for tag in _MAL_TAG.finditer(text):
        if not tag.group(1):
            start = tag.start()
        elif start is not None:
            own, start = text[start : tag.end()], None
            try:
                yield _texts_of(xml_of(source, own.encode()))
            except ParseError:
                title = _MAL_TITLE.search(own)
                yield {"tag": tag.group(2), "series_title": title.group(1).strip() if title else "", "broken": BROKEN}


def _myanimelist_name(texts: dict[str, str]) -> str:
    return texts.get("series_title") or texts.get("manga_title", "")


def _myanimelist_title(texts: dict[str, str], number: int) -> ExportedTitle | str:
    if "broken" in texts:
        return texts["broken"]
    rating = rating_in(texts.get("my_score", ""))
    if isinstance(rating, str):
        return rating
    is_manga, status = texts["tag"] == "manga", texts.get("my_status", "")
    days = ("my_finish_date", "my_start_date")
    return ExportedTitle(
        _myanimelist_name(texts),
        ids=_known({"mal": "" if is_manga else normalised_id("mal", texts.get("series_animedb_id", ""))}),
        rating=rating,
        state=MAL_CODES.get(status) or state_of(status),
        date=next((when for day in days if (when := seconds_of(texts.get(day, "")))), 0),
        line=number,
        medium="book" if is_manga else "film" if texts.get("series_type") == "Movie" else "series",
    )


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
    part = Part(source, layout, scale, unit="line" if layout.kind == "letterboxd list" else "entry")
    for number, entry in enumerate(entries, start=1):
        part.add(read(entry, number), line=number, text=shown(entry))
    return part


def _known(ids: dict[str, str]) -> dict[str, str]:
    return {kind: an_id for kind, an_id in ids.items() if an_id}
