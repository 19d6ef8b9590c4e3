"""Which known export a file is: by its column names, its JSON names or its XML root; by its file name only where two
exports of a service look the same.

Stands after archives.py, before the readers of exports.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from engine.data.formats import LAYOUTS, Layout, normalised
from engine.data.formats.personal import PERSONAL
from engine.data.reading.archives import Source, read_head, sources_in
from engine.data.reading.dialect import encoding_of
from engine.data.reading.sniff import sniff
from engine.errors import DataError

_SIGNS = {
    "trakt": (
        re.compile(r'"(rated_at|watched_at|last_watched_at|listed_at|plays)"\s*:'),
        re.compile(r'"(movie|show|season|episode)"\s*:\s*\{'),
    ),
    "anilist": (re.compile(r'"(lists|MediaListCollection)"\s*:'), re.compile(r'"media"\s*:\s*\{')),
    "myanimelist": (re.compile(r"<myanimelist[\s>]"),),
}
_LEFT_OUT_FOLDERS = frozenset({"deleted", "orphaned"})
"""A Letterboxd archive keeps there what the person has taken back."""


def recognised_exports(path: Path) -> tuple[tuple[Source, Layout], ...]:
    """The files at a path (a file, a zip, a folder) that are known exports, and which; none where there are none.

    Raises DataError where the path itself cannot be read.
    """
    found = ((source, recognised_of(source)) for source in export_sources(path))
    return tuple((source, layout) for source, layout in found if layout is not None)


def export_sources(path: Path) -> list[Source]:
    """The files at a path, and those in zips that lie in a folder. Raises DataError where the path cannot be read."""
    sources = sources_in(path)
    return [inner for one in sources for inner in _inside(one)] if path.is_dir() else sources


def _inside(source: Source) -> list[Source]:
    """The members of a zip; a zip that is none that may be opened stays a file that nobody recognises."""
    try:
        return sources_in(source.path)
    except DataError:
        return [source]


def recognised_of(source: Source) -> Layout | None:
    """The known export that a file is, or None. Never raises for what is inside of it."""
    if _LEFT_OUT_FOLDERS & set(PurePosixPath(source.member or "").parts[:-1]):
        return None
    try:
        text = text_head(source)
        if text[:1] in ("<", "{", "["):
            return next((_of_kind(kind) for kind, signs in _SIGNS.items() if all(s.search(text) for s in signs)), None)
        header = sniff(source).header
    except DataError:
        return None
    return layout_of_export(header, source.base_name) if header else None


def layout_of_export(header: tuple[str, ...], name: str) -> Layout | None:
    """The export that has these column names, in a file of this name; a data set of many people is none."""
    fitting = (one for one in fitting_layouts(header) if not one.needs_name or is_called(name, one))
    found = next(fitting, None)
    return found if found is not None and found.personal else None


def fitting_layouts(header: tuple[str, ...]) -> list[Layout]:
    """The layouts that these column names allow, whatever the file is called; the most telling ones first."""
    keys = {normalised(one) for one in header}
    fitting = (one for one in LAYOUTS if one.header and keys.issuperset(one.header))
    return [one for one in fitting if keys.isdisjoint(one.header_without)]


def is_called(name: str, layout: Layout) -> bool:
    """Whether a file has one of the names of a layout, also as "watched (1).csv"."""
    return any(PurePosixPath(one).stem in name.lower() for one in layout.names)


def text_head(source: Source) -> str:
    """The start of a file as text, without marks and blanks in front."""
    head = read_head(source)
    return head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n")


def _of_kind(kind: str) -> Layout:
    return next(one for one in PERSONAL if one.kind == kind)
