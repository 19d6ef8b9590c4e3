"""Read an export (a file, a zip or a folder) as one Export with each title once.

Within a file the latest rating counts, of two files that of the layout declared first. A rating beats seen-only, and
seen beats planned.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.data.catalogue import fold
from engine.data.formats import Layout
from engine.data.formats.personal import PERSONAL
from engine.data.personal.delimited import read_delimited
from engine.data.personal.export import Export, ExportedTitle
from engine.data.personal.parts import Part, export_sources, recognised_of, text_head
from engine.data.personal.services import (
    read_anilist,
    read_letterboxd_list,
    read_myanimelist,
    read_simkl,
    read_trakt,
    refuse_anilist_download,
)
from engine.data.reading.archives import Source, shown_name
from engine.data.reading.roles import Given
from engine.data.reading.rows import MOST_PROBLEMS
from engine.data.reading.sniff import sniff
from engine.data.reading.states import UNSEEN
from engine.errors import DataError, ProfileError
from engine.wording import counted, said

_READERS = {
    "trakt": read_trakt,
    "simkl": read_simkl,
    "anilist": read_anilist,
    "anilist download": refuse_anilist_download,
    "myanimelist": read_myanimelist,
    "letterboxd list": read_letterboxd_list,
}
_ALONE = ("letterboxd list", "anilist download")
"""Read only where it is chosen by itself: in a whole export other files say what was seen."""
_Name = tuple[str, int, str]
"""Folded title, year, and "season" or "episode" where it is one."""
_SERVICES = ", ".join(dict.fromkeys(layout.service for layout in PERSONAL))


def read_export(path: Path, *, given: Given | None = None) -> Export:
    """All that one person's export says: each title once, with ids, dates and ratings as the service has them.

    A known export is recognised by its content; any other table needs a column of titles or ids and one of ratings.
    `given` says what a person knows better about a table. Raises DataError where a file cannot be read, is no export
    or belongs to several people or services, and ProfileError where nothing in it is usable.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "ratings.csv")
    ...     _ = path.write_text("title,rating\\nThe Matrix (1999),4.5\\n")
    ...     export = read_export(path)
    >>> export.titles[0].title, export.titles[0].year, export.titles[0].rating
    ('The Matrix', 1999, 4.5)
    """
    parts = _parts(path, export_sources(path), given)
    parts.sort(key=lambda part: PERSONAL.index(part.layout) if part.layout in PERSONAL else len(PERSONAL))
    titles = each_once([part.titles for part in parts])
    if not titles:
        raise _nothing_usable(path, parts)
    return Export(
        source=shown_name(path.name),
        layout=_format_layouts(parts),
        scale=parts[0].scale,
        titles=titles,
        skipped=tuple(entry for part in parts for entry in part.skipped)[:MOST_PROBLEMS],
        skipped_count=sum(part.skipped_count for part in parts),
        notes=(*(note for part in parts for note in part.notes), *_notes(titles)),
        scale_is_known=parts[0].scale_is_known,
        lines=sum(part.lines for part in parts),
        unit=parts[0].unit,
        people=parts[0].people,
        person=parts[0].person,
    )


def _parts(path: Path, sources: Sequence[Source], given: Given | None) -> list[Part]:
    if len(sources) == 1:
        return [_part(sources[0], recognised_of(sources[0]), given)]
    known = [(source, recognised_of(source)) for source in sources]
    found = [(source, layout) for source, layout in known if layout is not None and layout.kind not in _ALONE]
    services = list(dict.fromkeys(layout.service for _, layout in found))
    if len(services) > 1:
        raise DataError(
            said("{path} holds exports of several services: {services}.", path=path, services=", ".join(services)),
            remedy=said("Open them one after the other."),
            path=str(path),
        )
    if not found:
        raise DataError(
            said(
                "{path} holds {sources} files, none of which is an export that is known by its content.",
                path=path,
                sources=len(sources),
            ),
            remedy=said("Choose the file with your ratings."),
            path=str(path),
        )
    return _of_one_scale(path, [_part(source, layout, given) for source, layout in found])


def _part(source: Source, layout: Layout | None, given: Given | None) -> Part:
    if layout is not None and layout.kind in _READERS:
        scaled = dataclasses.replace(layout, scale=given.scale) if given is not None and given.scale else layout
        part = _READERS[layout.kind](source, scaled)
        part.layout = layout
        return part
    start = text_head(source)[:1] if layout is None else ""
    if start == "<" or (start in ("{", "[") and not _is_table(source, given)):
        if start == "<":
            what = said("{source} is XML or a web page, but no export that is known.", source=source.name)
        else:
            what = said("{source} is JSON, but no export that is known.", source=source.name)
        raise source.error(
            what, remedy=said("Known are exports of {services}, and tables of titles and ratings.", services=_SERVICES)
        )
    return read_delimited(source, given)


def _is_table(source: Source, given: Given | None) -> bool:
    """Whether a file of JSON is a list of objects that have titles or ids."""
    try:
        shape = sniff(source, given)
    except DataError:
        return False
    return shape.header is not None and bool({"item", "title"} & shape.roles.keys())


def _of_one_scale(path: Path, parts: list[Part]) -> list[Part]:
    scales = {part.scale for part in parts if part.titles}
    if len(scales) > 1:
        raise DataError(
            said("{path} holds files of {service} in several scales.", path=path, service=parts[0].layout.service),
            remedy=said("Open them one after the other."),
            path=str(path),
        )
    return [part for part in parts if part.titles] or parts


def _format_layouts(parts: Sequence[Part]) -> str:
    """The name of the layout; of several files the names, the service once: "Letterboxd ratings, diary, watched"."""
    names = list(dict.fromkeys(part.layout.name for part in parts))
    service = f"{parts[0].layout.service} "
    return ", ".join([names[0], *(name.removeprefix(service) for name in names[1:])])


def _notes(titles: Sequence[ExportedTitle]) -> tuple[str, ...]:
    planned = sum(title.state == "planned" for title in titles)
    dropped = sum(title.state == "dropped" for title in titles)
    unrated = sum(title.state == "seen" and title.rating is None for title in titles)
    notes = (
        counted("{count} title is on your watchlist.", "{count} titles are on your watchlist.", planned),
        counted(
            "{count} title is given up and will count as disliked.",
            "{count} titles are given up and will count as disliked.",
            dropped,
        ),
        counted(
            "{count} title is without a rating and will count as seen.",
            "{count} titles are without a rating and will count as seen.",
            unrated,
        ),
    )
    return tuple(note for note, count in zip(notes, (planned, dropped, unrated), strict=True) if count)


def _nothing_usable(path: Path, parts: Sequence[Part]) -> ProfileError:
    first = next((entry for part in parts for entry in part.skipped), None)
    name = shown_name(path.name)
    if first is None:
        what = said("No line of {file} is a rating.", file=name)
    else:
        what = said(
            "No line of {file} is a rating: line {line} says {text!r} ({reason}).",
            file=name,
            line=first.line,
            text=first.text[:60],
            reason=first.reason,
        )
    return ProfileError(
        what,
        remedy=said("Choose a file with one title and rating a line, such as: movieId,rating."),
        path=str(path),
    )


def each_once(files: Sequence[Iterable[ExportedTitle]]) -> tuple[ExportedTitle, ...]:
    """Each title once, in the order of first mention; `files` stand in the order of their authority."""
    found = _Titles()
    for rank, titles in enumerate(files):
        for title in titles:
            found.add(title, rank)
    return tuple(found.titles)


_MOST_NAMESAKES = 20
"""So many titles of one name and year are compared with another of that name: the time must not grow with them."""
_MOST_NAMES = 50


class _Titles:
    """The titles so far, and where they are by id and by name."""

    def __init__(self) -> None:
        self.titles: list[ExportedTitle] = []
        self._ranks: list[int] = []
        self._by_id: dict[tuple[str, str], int] = {}
        self._by_name: dict[_Name, list[int]] = {}

    def add(self, title: ExportedTitle, rank: int) -> None:
        name = _name_of(title)
        place = self._place_of(title, name)
        if place is None:
            place = len(self.titles)
            self.titles.append(title)
            self._ranks.append(rank)
            self._by_name.setdefault(name, []).append(place)
        else:
            counts = _counts(title, self.titles[place], is_same_file=rank == self._ranks[place])
            first, second = (title, self.titles[place]) if counts else (self.titles[place], title)
            self.titles[place] = _joined(first, second)
            self._ranks[place] = rank if counts else self._ranks[place]
        for id_of_kind in self.titles[place].ids.items():
            self._by_id.setdefault(id_of_kind, place)

    def _place_of(self, title: ExportedTitle, name: _Name) -> int | None:
        """By an id that both have; else by the same name and year, unless ids say that they are namesakes."""
        for kind, an_id in title.ids.items():
            place = self._by_id.get((kind, an_id))
            if place is not None and _are_same(title, self.titles[place], kind):
                return place
        if not title.title:
            return None
        places = self._by_name.get(name, ())[:_MOST_NAMESAKES]
        return next((place for place in places if not _are_namesakes(title, self.titles[place])), None)


def _name_of(title: ExportedTitle) -> _Name:
    part = title.medium if title.medium in ("season", "episode") else ""
    return fold(title.title) or title.title.strip(), title.year, part


def _are_same(first: ExportedTitle, second: ExportedTitle, kind: str) -> bool:
    """Whether an id that both have makes them one: not against another id, nor, if it is of no known kind, a name."""
    if kind == "item" and first.title and second.title and _name_of(first)[0] != _name_of(second)[0]:
        return False
    return _name_of(first)[2] == _name_of(second)[2] and not _have_other_ids(first, second)


def _are_namesakes(first: ExportedTitle, second: ExportedTitle) -> bool:
    """Whether an id, or what they are, says that two of one name are two."""
    return len({first.medium, second.medium} - {""}) > 1 or _have_other_ids(first, second)


def _have_other_ids(first: ExportedTitle, second: ExportedTitle) -> bool:
    return any(kind in second.ids and second.ids[kind] != an_id for kind, an_id in first.ids.items())


def _counts(new: ExportedTitle, old: ExportedTitle, *, is_same_file: bool) -> bool:
    """Whether the new entry says what counts."""
    if (new.rating is None) != (old.rating is None):
        return new.rating is not None
    if (new.state in UNSEEN) != (old.state in UNSEEN):
        return old.state in UNSEEN
    if not is_same_file:
        return False
    return not (new.date and old.date) or new.date >= old.date


def _joined(first: ExportedTitle, second: ExportedTitle) -> ExportedTitle:
    """The first, with what only the second knows."""
    names = dict.fromkeys((*first.other_titles, *second.other_titles))
    return dataclasses.replace(
        first,
        year=first.year or second.year,
        ids={**second.ids, **first.ids},
        other_titles=tuple(names)[:_MOST_NAMES],
        medium=first.medium or second.medium,
    )
