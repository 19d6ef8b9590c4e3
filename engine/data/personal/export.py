"""What an export of one person's ratings says, before any title is matched and any rating converted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.data.dataset import Scale
from engine.data.formats import normalised
from engine.data.reading.states import State
from engine.text import format_count, join_words, plural, shorten
from engine.wording import said, singular_of

MOST_NAMED = 3
"""So many lines that could not be read are named in a sentence."""
_WIDTH = 60

_MEDIA = {
    "film": "movie film featurefilm tvmovie video short shortfilm tvshort tvspecial musicvideo documentary "
    "movies films",
    "series": "tv series show shows tvseries tvminiseries miniseries podcastseries ova ona special "
    "tvspecialseries anime",
    "season": "season tvseason seasons",
    "episode": "tvepisode episode podcastepisode episodes",
    "game": "videogame game boardgame boardgameexpansion standalone expansion",
    "book": "book manga novel lightnovel oneshot manhwa manhua doujinshi",
}
_MEDIUM_OF = {word: medium for medium, words in _MEDIA.items() for word in words.split()}


@dataclass(frozen=True)
class ExportedTitle:
    """One title of an export. `ids` maps kinds ("imdb", "tmdb", "mal", "movielens", "isbn", "bgg", "item") to ids.

    An "item" id is one of no known kind, as the file writes it: that of the data set itself, if the titles agree.
    IMDb ids are "tt" and at least 7 digits; ISBNs have no hyphens; series and episodes carry no TMDB id, because TMDB
    counts films and series apart. `rating` is on the export's own scale, None where seen and not rated. `year` is 0,
    `date` (Unix seconds) is 0 where unknown; `line` is its line or number in the file. `medium` says film, series,
    season, episode, book, game or "": a series, its seasons and its episodes are three things.
    """

    title: str
    year: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    other_titles: tuple[str, ...] = ()
    rating: float | None = None
    state: State = "seen"
    date: int = 0
    line: int = 0
    medium: str = ""


@dataclass(frozen=True)
class SkippedEntry:
    """An entry that was left out: where it stands, what it says (at most 200 characters), and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Export:
    """All that an export says, each title once; `skipped` are the first 1,000 of those of its `lines` left out.

    `unit` is what one of them is called: "line", or "entry" of a list. `scale_is_known` is False where the scale was
    guessed from the ratings of an unknown service. `people` are those whose ratings the file holds where it is several
    people's, `person` the one whose are read.
    """

    source: str
    layout: str
    scale: Scale
    titles: tuple[ExportedTitle, ...]
    skipped: tuple[SkippedEntry, ...] = ()
    skipped_count: int = 0
    notes: tuple[str, ...] = ()
    scale_is_known: bool = True
    lines: int = 0
    unit: str = "line"
    people: tuple[str, ...] = ()
    person: str = ""


def medium_of(text: str) -> str:
    """What kind of title a service calls this: film, series, episode, game, book or ""."""
    return _MEDIUM_OF.get(normalised(text), "")


def describe_skipped(export: Export, *, most: int = MOST_NAMED) -> str:
    """How many of how many lines could not be read, which, and why; "" where all could."""
    if not export.skipped_count:
        return ""
    named = [
        said(
            "{unit} {line:,} “{text}” ({reason})",
            unit=singular_of(export.unit),
            line=entry.line,
            text=shorten(entry.text.strip(), _WIDTH),
            reason=entry.reason,
        )
        for entry in export.skipped[:most]
    ]
    more = export.skipped_count - len(named)
    named += [said("{more} more", more=format_count(more))] if more else []
    return said(
        "{skipped} of {lines} could not be read: {named}.",
        skipped=format_count(export.skipped_count),
        lines=plural(export.lines, export.unit),
        named=join_words(named),
    )
