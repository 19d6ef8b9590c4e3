"""Which known export a file is: by its column names, its JSON names or its XML root; by its file name only where two
exports of a service look the same.

Stands after archives.py, before the readers of exports.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from engine.data.dataset import Scale
from engine.data.formats import BLANKS, LAYOUTS, Layout, normalised
from engine.data.formats.personal import PERSONAL
from engine.data.personal.export import ExportedTitle, SkippedEntry
from engine.data.reading.archives import MIB, ByteStream, Source, read_head, sources_in
from engine.data.reading.dialect import encoding_of
from engine.data.reading.rows import MOST_PROBLEMS, NO_ITEM, NOT_A_NUMBER, NOT_FINITE
from engine.data.reading.sniff import sniff
from engine.errors import DataError


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


def as_text(value: Any) -> str:
    """A value as a report of left-out entries shows it: at most 200 characters."""
    try:
        return json.dumps(value, ensure_ascii=False)[:200]
    except RecursionError:
        return ""


MOST_BYTES = 64 * MIB
"""A hundred thousand titles take less in any export."""


def whole_bytes(source: Source) -> bytes:
    """All bytes of a source. Raises DataError where it is larger than any export, or cannot be read."""
    blocks, size = [], 0
    with ByteStream(source) as stream:
        while block := stream.read(MIB):
            blocks.append(block)
            size += len(block)
            if size > MOST_BYTES:
                raise DataError(
                    f"{source.name} is larger than {MOST_BYTES // MIB} MiB, as no export of one person is.",
                    remedy="Choose the export of one person's ratings.",
                    path=str(source.path),
                )
    return b"".join(blocks)


def whole_json(source: Source) -> Any:
    """A JSON document. Raises DataError where it is broken, cut short or nested without end."""
    raw = whole_bytes(source)
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
        raise _broken(source, "it is cut short" if is_cut else f"it goes wrong at {where}") from error
    except RecursionError as error:
        raise _broken(source, "it is nested without end") from error
    except ValueError as error:
        raise _broken(source, "it holds a number without end") from error


def _broken(source: Source, what: str) -> DataError:
    return DataError(
        f"{source.name} is not whole JSON: {what}.", remedy="Export or download it again.", path=str(source.path)
    )


MOST_TITLES = 100_000
OUT_OF_SCALE = "rating is outside of the scale"
TITLE_TOO_LONG = "title is over 1,000 characters long"
_LONGEST_TITLE = 1_000


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
    notes: list[str] = field(default_factory=list)

    def add(self, said: ExportedTitle | str, *, line: int, text: str) -> None:
        """Takes an entry, or the reason why there is none. Raises DataError past 100,000 titles."""
        said = said if isinstance(said, str) else usable(said, self.scale if self.scale_is_known else None)
        if isinstance(said, str):
            self.skipped_count += 1
            if len(self.skipped) < MOST_PROBLEMS:
                self.skipped.append(SkippedEntry(line, text[:200], said))
            return
        self.titles.append(said)
        if len(self.titles) > MOST_TITLES:
            raise DataError(
                f"{self.source.name} holds over {MOST_TITLES:,} titles, more than anybody has seen.",
                remedy="Import it as a data set.",
                path=str(self.source.path),
            )


def usable(title: ExportedTitle, scale: Scale | None) -> ExportedTitle | str:
    """The entry, or why it says nothing. What was planned and yet rated has been seen."""
    if not title.title and not title.ids:
        return NO_ITEM
    if len(title.title) > _LONGEST_TITLE:
        return TITLE_TOO_LONG
    if title.rating is None:
        return title
    if scale is not None and not scale.low <= title.rating <= scale.high:
        return OUT_OF_SCALE
    return dataclasses.replace(title, state="seen") if title.state == "planned" else title


def rating_in(text: str, *, decimal: str = ".", unrated: tuple[float, ...] = (0.0,)) -> float | str | None:
    """A rating, None where there is none, or the reason why this text is no rating."""
    text = text.strip()
    if text in BLANKS or text == "-":
        return None
    try:
        rating = float(text.replace(",", ".") if decimal == "," else text)
    except ValueError:
        return NOT_A_NUMBER
    if not math.isfinite(rating):
        return NOT_FINITE
    return None if rating in unrated else rating


def scale_of(layout: Layout) -> Scale | None:
    """The scale that a layout declares."""
    return Scale(*layout.scale) if layout.scale else None


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
    return [inner for source in sources for inner in _inside(source)] if path.is_dir() else sources


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
    fitting = (
        fitting_layout
        for fitting_layout in fitting_layouts(header)
        if not fitting_layout.needs_name or is_called(name, fitting_layout)
    )
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
