"""An export, as a file, a zip or a folder, becomes one Export.

Stands at the end of personal/: recognises, lets the right reader read, and puts the parts together.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from engine.data.formats import Layout
from engine.data.formats.personal import PERSONAL
from engine.data.personal.delimited import read_delimited
from engine.data.personal.export import Export, ExportedTitle
from engine.data.personal.json_exports import read_anilist, read_trakt
from engine.data.personal.myanimelist import read_myanimelist
from engine.data.personal.parts import Part, export_sources, recognised_of, text_head
from engine.data.personal.together import each_once
from engine.data.reading.archives import Source
from engine.data.reading.roles import Given
from engine.data.reading.rows import MOST_PROBLEMS
from engine.errors import DataError, ProfileError

_READERS = {"trakt": read_trakt, "anilist": read_anilist, "myanimelist": read_myanimelist}
_SERVICES = ", ".join(dict.fromkeys(one.service for one in PERSONAL))


def read_export(path: Path, *, given: Given | None = None) -> Export:
    """All that one person's export says: each title once, with ids, dates and ratings as the service has them.

    A known export is recognised by its content; any other table needs a column of titles or ids and one of ratings.
    `given` says what a person knows better about a table. Raises DataError where a file cannot be read, is no export
    or belongs to several people or services, and ProfileError where nothing in it is usable.
    """
    parts = _parts(path, export_sources(path), given)
    parts.sort(key=lambda one: PERSONAL.index(one.layout) if one.layout in PERSONAL else len(PERSONAL))
    titles = each_once([one.titles for one in parts])
    skipped = [entry for one in parts for entry in one.skipped]
    if not titles:
        raise _nothing_usable(path, parts)
    return Export(
        source=path.name,
        layout=_layout_words(parts),
        scale=parts[0].scale,
        titles=titles,
        skipped=tuple(skipped[:MOST_PROBLEMS]),
        skipped_count=sum(one.skipped_count for one in parts),
        notes=(*itertools.chain.from_iterable(part.notes for part in parts), *_notes(titles)),
        scale_is_known=parts[0].scale_is_known,
    )


def _parts(path: Path, sources: Sequence[Source], given: Given | None) -> list[Part]:
    if len(sources) == 1:
        return [_part(sources[0], recognised_of(sources[0]), given)]
    found = [(source, layout) for source in sources if (layout := recognised_of(source)) is not None]
    services = list(dict.fromkeys(layout.service for _, layout in found))
    if len(services) > 1:
        raise DataError(
            f"{path} holds exports of several services: {', '.join(services)}.",
            remedy="Open them one after the other.",
            path=str(path),
        )
    if not found:
        raise DataError(
            f"{path} holds {len(sources)} files, none of which is an export that is known by its content.",
            remedy="Choose the file with your ratings.",
            path=str(path),
        )
    return _of_one_scale(path, [_part(source, layout, given) for source, layout in found])


def _part(source: Source, layout: Layout | None, given: Given | None) -> Part:
    if layout is not None and layout.kind in _READERS:
        return _READERS[layout.kind](source, layout)
    start = text_head(source)[:1] if layout is None else ""
    if start in ("<", "{", "["):
        raise DataError(
            f"{source.name} is {'XML or a web page' if start == '<' else 'JSON'}, but no export that is known.",
            remedy=f"Known are exports of {_SERVICES}, and tables of titles and ratings.",
            path=str(source.path),
        )
    return read_delimited(source, given)


def _of_one_scale(path: Path, parts: list[Part]) -> list[Part]:
    scales = {one.scale for one in parts if one.titles}
    if len(scales) > 1:
        raise DataError(
            f"{path} holds files of {parts[0].layout.service} in several scales.",
            remedy="Open them one after the other.",
            path=str(path),
        )
    return [part for part in parts if part.titles] or parts


def _layout_words(parts: Sequence[Part]) -> str:
    """The name of the layout; of several files the names, the service once: "Letterboxd ratings, diary, watched"."""
    names = list(dict.fromkeys(part.layout.name for part in parts))
    service = f"{parts[0].layout.service} "
    return ", ".join([names[0], *(name.removeprefix(service) for name in names[1:])])


def _notes(titles: Sequence[ExportedTitle]) -> tuple[str, ...]:
    planned = sum(one.state == "planned" for one in titles)
    dropped = sum(one.state == "dropped" for one in titles)
    seen_only = sum(title.state == "seen" and title.rating is None for title in titles)
    said = (
        (planned, "only planned and will be left out"),
        (dropped, "given up and will count as disliked"),
        (seen_only, "without a rating and will count as seen"),
    )
    return tuple(f"{count:,} {'title is' if count == 1 else 'titles are'} {words}." for count, words in said if count)


def _nothing_usable(path: Path, parts: Sequence[Part]) -> ProfileError:
    first = next((entry for part in parts for entry in part.skipped), None)
    why = f": line {first.line} says {first.text[:60]!r} ({first.reason})" if first else ""
    return ProfileError(
        f"No line of {path.name} is a rating{why}.",
        remedy="Choose a file with one title and rating a line, such as: movieId,rating.",
        path=str(path),
    )
