"""Which known export a file is, and what is read of it: titles in file order, and what was skipped and why."""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from engine.data.dataset import Scale
from engine.data.formats import BLANKS, LAYOUTS, Layout, normalised
from engine.data.formats.personal import PERSONAL
from engine.data.personal.export import ExportedTitle, SkippedEntry
from engine.data.reading.archives import Source, read_head, sources_in
from engine.data.reading.dialect import encoding_of
from engine.data.reading.ratings import Spelling, is_not_rated
from engine.data.reading.rows import MOST_PROBLEMS, NO_ITEM, NOT_A_NUMBER, NOT_FINITE, OUT_OF_SCALE
from engine.data.reading.sniff import sniff
from engine.data.reading.states import UNSEEN
from engine.errors import DataError
from engine.wording import said

MOST_TITLES = 100_000
MOST_FILES = 500
TITLE_TOO_LONG = said("title is over 1,000 characters long")
_LONGEST_TITLE = 1_000

_SIGNS = {
    "simkl": (
        re.compile(r'"(user_rating|user_rated_at|added_to_watchlist_at)"\s*:'),
        re.compile(r'"(movies|shows|anime)"\s*:\s*\['),
    ),
    "anilist download": (re.compile(r'"lists"\s*:'), re.compile(r'"series_id"\s*:')),
    "trakt": (
        re.compile(r'"(rated_at|watched_at|last_watched_at|listed_at|plays)"\s*:'),
        re.compile(r'"(movie|show|season|episode)"\s*:\s*\{'),
    ),
    "anilist": (re.compile(r'"(lists|MediaListCollection)"\s*:'), re.compile(r'"media"\s*:\s*\{')),
    "myanimelist": (re.compile(r"<myanimelist[\s>]"),),
}
_LEFT_OUT_FOLDERS = frozenset({"deleted", "orphaned"})
"""A Letterboxd archive keeps there what the person has taken back."""


@dataclass
class Part:
    """What a file says, filled entry by entry: titles in file order, and what was left out."""

    source: Source
    layout: Layout
    scale: Scale
    scale_is_known: bool = True
    titles: list[ExportedTitle] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)
    skipped_count: int = 0
    lines: int = 0
    unit: str = "line"
    people: tuple[str, ...] = ()
    person: str = ""
    notes: list[str] = field(default_factory=list)

    def add(self, entry: ExportedTitle | str, *, line: int, text: str) -> None:
        """Takes an entry, or the reason why there is none. Raises DataError past 100,000 of both."""
        self.lines += 1
        if self.lines > MOST_TITLES:
            what = said(
                "{source} holds over {most:,} titles, more than anybody has seen.",
                source=self.source.name,
                most=MOST_TITLES,
            )
            raise self.source.error(what, remedy=said("Import it as a data set."))
        entry = entry if isinstance(entry, str) else _usable(entry, self.scale if self.scale_is_known else None)
        if isinstance(entry, str):
            self.skipped_count += 1
            if len(self.skipped) < MOST_PROBLEMS:
                self.skipped.append(SkippedEntry(line, text[:200], entry))
            return
        self.titles.append(entry)


def _usable(title: ExportedTitle, scale: Scale | None) -> ExportedTitle | str:
    """The entry, or why it says nothing. What was planned and yet rated has been seen."""
    if not title.title and not title.ids:
        return NO_ITEM
    if len(title.title) > _LONGEST_TITLE:
        return TITLE_TOO_LONG
    if title.rating is None:
        return title
    if scale is not None and not scale.low <= title.rating <= scale.high:
        return OUT_OF_SCALE
    return dataclasses.replace(title, state="seen") if title.state in UNSEEN else title


def rating_in(
    text: str, *, decimal: str = ".", unrated: tuple[float, ...] = (0.0,), spelling: Spelling | None = None
) -> float | str | None:
    """A rating, None where there is none, or the reason why this text is no rating."""
    text = text.strip()
    if text in BLANKS or is_not_rated(text):
        return None
    try:
        rating = float(text.replace(",", ".") if decimal == "," else text)
    except ValueError:
        spelt = spelling.rating_in(text) if spelling else None
        return NOT_A_NUMBER if spelt is None else spelt
    if not math.isfinite(rating):
        return NOT_FINITE
    return None if rating in unrated else rating


def scale_of(layout: Layout) -> Scale | None:
    return Scale(*layout.scale) if layout.scale else None


def export_sources(path: Path) -> list[Source]:
    """The files at a path, and those in zips that lie in a folder. Raises DataError where the path cannot be read."""
    sources = sources_in(path)
    if len(sources) > MOST_FILES:
        raise DataError(
            said("{path} holds {sources:,} files, more than any export.", path=path, sources=len(sources)),
            remedy=said("Choose the file with your ratings."),
            path=str(path),
        )
    if not path.is_dir():
        return sources
    found: list[Source] = []
    for source in sources:
        try:
            found += sources_in(source.path)
        except DataError:  # a zip that cannot be opened stays a file that nobody recognises
            found.append(source)
    return found


def recognised_of(source: Source) -> Layout | None:
    """The known export that a file is, or None. Never raises for what is inside of it."""
    if _LEFT_OUT_FOLDERS & set(PurePosixPath(source.member or "").parts[:-1]):
        return None
    try:
        text = text_head(source)
        if text.startswith("Letterboxd list export"):
            return next(layout for layout in PERSONAL if layout.kind == "letterboxd list")
        if text[:1] in ("<", "{", "["):
            kinds = (kind for kind, signs in _SIGNS.items() if all(sign.search(text) for sign in signs))
            return next((layout for kind in kinds for layout in PERSONAL if layout.kind == kind), None)
        header = sniff(source).header
    except DataError:
        return None
    return layout_of_export(header, source.base_name) if header else None


def layout_of_export(header: tuple[str, ...], name: str) -> Layout | None:
    """The export that has these column names, in a file of this name; a data set of many people is none."""
    fitting = (layout for layout in fitting_layouts(header) if not layout.needs_name or _is_called(name, layout))
    found = next(fitting, None)
    return found if found is not None and found.personal else None


def fitting_layouts(header: tuple[str, ...]) -> list[Layout]:
    """The layouts that these column names allow, whatever the file is called; the most specific first."""
    keys = {normalised(name) for name in header}
    fitting = (layout for layout in LAYOUTS if layout.header and keys.issuperset(layout.header))
    return [layout for layout in fitting if keys.isdisjoint(layout.header_without)]


def _is_called(name: str, layout: Layout) -> bool:
    """Whether a file has one of the names of a layout, also as "watched (1).csv"."""
    return any(PurePosixPath(known).stem in name.lower() for known in layout.names)


def text_head(source: Source) -> str:
    """The start of a file as text, without marks and blanks in front."""
    head = read_head(source)
    return head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n")
