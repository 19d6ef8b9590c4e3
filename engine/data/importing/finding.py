"""Which files hold the ratings, recognised by content; names only choose between several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import numpy as np

from engine.data.formats import LAYOUTS
from engine.data.reading.archives import Source, is_zip, opened_archive, sources_in
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.roles import Given, Shape
from engine.data.reading.sniff import KINDS, read_pieces, require_ratings, sniff
from engine.errors import DataError
from engine.wording import said

MOST_LOOKED_AT = 60
MOST_IN_ALL = 300
_PART = re.compile(r".*(part|chunk|shard)[-_. ]?\d+.*")
_JUNK = (".", "__MACOSX")

Found = tuple[Source, Shape]


@dataclass
class Looked:
    """The folders and how many files were looked at in one search: it ends even in a home folder, or in a circle."""

    folders: set[Path] = field(default_factory=set)
    files: int = 0

    @property
    def is_enough(self) -> bool:
        return self.files > MOST_IN_ALL

    def is_new(self, folder: Path) -> bool:
        """Whether a folder was not looked at before, by whatever name."""
        count = len(self.folders)
        self.folders.add(folder.resolve())
        return len(self.folders) > count

    def count(self, path: Path, files: int) -> None:
        """Raises DataError where these files are too many."""
        self.files += 1 + files
        if self.is_enough:
            raise DataError(
                said(
                    "No ratings were found among {most:,} files, and {path} and others were not looked at.",
                    most=MOST_IN_ALL,
                    path=path,
                ),
                remedy=said("Choose the ratings file itself, or the folder that it lies in."),
                path=str(path),
            )


def find_ratings(paths: Sequence[Path], given: Given, *, required: bool = True) -> list[Found]:
    """The ratings at some paths, parts of one table as one source. Raises DataError.

    Unless `required`, a single file comes whatever its columns.
    """
    found = [_found_at(Path(path), given, required=required, before=Looked()) for path in paths]
    return _joined([each for at_path in found for each in at_path])


def _found_at(path: Path, given: Given, *, required: bool, before: Looked) -> list[Found]:
    sources = sources_in(path)
    if len(sources) == 1 and not path.is_dir():
        return _only(sources[0], given, required=required)
    joined = _parts_of(sources, given)
    if joined is not None:
        return [joined]
    names = {name for layout in LAYOUTS for name in layout.names}
    sources.sort(key=lambda source: (source.base_name not in names, "rating" not in source.base_name))
    before.count(path, len(sources[:MOST_LOOKED_AT]))
    with opened_archive(sources[0] if sources else Source(path)) as archive:
        looked_at = [(source, _table_shape(source, given, archive=archive)) for source in sources[:MOST_LOOKED_AT]]
    seen = [(source, shape) for source, shape in looked_at if shape is not None]
    fitting = [(source, shape) for source, shape in seen if shape.has_ratings and not shape.layout.personal]
    if fitting:
        return _chosen(path, fitting)
    for source, shape in seen:
        if shape.layout.personal:
            require_ratings(source, shape)
    below = _found_below(path, given, before)
    if below:
        return below
    asking = [source for source, shape in seen if shape.ways and shape.header is None]
    if len(sources) == 1 or len(asking) == 1:
        return _only((asking or sources)[0], given, required=required)
    raise DataError(
        said(
            "{path} holds {count:,} files, but none with columns of people, titles and ratings.",
            path=path,
            count=len(sources),
        ),
        remedy=said("Choose the ratings file itself."),
        path=str(path),
    )


def _only(source: Source, given: Given, *, required: bool) -> list[Found]:
    shape = sniff(source, given)
    if required:
        require_ratings(source, shape)
    return [(source, shape)]


def _chosen(path: Path, fitting: list[Found]) -> list[Found]:
    """Of several files of ratings those that belong together, or the one that is called so."""
    if len(fitting) == 1:
        return fitting
    together = _rated_and_seen(fitting) or _pieces(fitting)
    if together:
        return together
    named = [(source, shape) for source, shape in fitting if source.base_name in shape.layout.names]
    hinted = [found for found in fitting if "rating" in found[0].base_name]
    for chosen in (named, hinted):
        if len(chosen) == 1:
            return chosen
    first = [PurePosixPath(source.member or source.path.name).name for source, _ in fitting[:5]]
    names = ", ".join((*first, "...") if len(fitting) > 5 else first)
    raise DataError(
        said(
            "{path} holds {count} files of ratings: {names}.",
            path=path,
            count=len(fitting),
            names=names,
        ),
        remedy=said("Choose the ones to import, unpacked if they are in a zip."),
        path=str(path),
    )


def _rated_and_seen(fitting: list[Found]) -> list[Found]:
    """One file of ratings and others alike that hold only ones: what was seen. Ratings first; empty where not so."""
    header = fitting[0][1].header
    if len(fitting) > 3 or any((shape.header, shape.width) != (header, fitting[0][1].width) for _, shape in fitting):
        return []
    seen = [found for found in fitting if _begins_with_ones(*found)]
    rated = [found for found in fitting if found not in seen]
    return [*rated, *seen] if seen and len(rated) == 1 else []


def _begins_with_ones(source: Source, shape: Shape) -> bool:
    try:
        start = [piece.block.ratings_N for piece in islice(read_pieces(source, shape), 1)]
    except NotUtf8Error:
        return False
    return bool(start) and bool(np.all((start[0] == 1) | np.isnan(start[0])))


def _pieces(fitting: list[Found]) -> list[Found]:
    """All, where they are the numbered parts of one table; else empty."""
    names = {re.sub(r"\d+", "#", source.base_name) for source, _ in fitting}
    is_one = len(names) == 1 and _PART.fullmatch(fitting[0][0].base_name) is not None
    alike = len({(shape.header, shape.width) for _, shape in fitting}) == 1
    return sorted(fitting, key=lambda found: _numbers_in(found[0])) if is_one and alike else []


def _parts_of(sources: list[Source], given: Given) -> Found | None:
    """Files that a layout declares to be parts of one table, as one source; None where there are not several."""
    for layout in LAYOUTS:
        parts = [source for source in sources if layout.parts and re.fullmatch(layout.parts, source.base_name)]
        if len(parts) > 1:
            parts.sort(key=_numbers_in)
            shape = _table_shape(parts[0], given)
            if shape is not None and shape.has_ratings and shape.layout.parts == layout.parts:
                return _as_one(parts), shape
    return None


def _as_one(parts: Sequence[Source]) -> Source:
    first = parts[0]
    if first.member is not None:
        return Source(first.path, parts=tuple(part.member or "" for part in parts))
    return Source(first.path.parent, parts=tuple(part.path.name for part in parts))


def _numbers_in(source: Source) -> tuple[str, list[int]]:
    name = source.base_name
    return re.sub(r"\d+", "#", name), [int(digits) for digits in re.findall(r"\d+", name)]


def _joined(found: list[Found]) -> list[Found]:
    """Parts of one table that were chosen one by one become one source."""
    joined: list[Found] = []
    for source, shape in found:
        alike = [at for at, before in enumerate(joined) if _belong_together((source, shape), before)]
        if alike:
            before, its_shape = joined[alike[0]]
            parts = sorted({*before.single, *source.single}, key=_numbers_in)
            joined[alike[0]] = (_as_one(parts), its_shape)
        else:
            joined.append((source, shape))
    return joined


def _belong_together(found: Found, before: Found) -> bool:
    layout = found[1].layout
    if not layout.parts or before[1].layout.name != layout.name or not KINDS[layout.kind].joins_parts:
        return False
    sources = (*found[0].single, *before[0].single)
    are_parts = all(re.fullmatch(layout.parts, source.base_name) for source in sources)
    return are_parts and len({source.path.parent for source in sources if source.member is None}) == 1


def _found_below(path: Path, given: Given, before: Looked) -> list[Found]:
    """The ratings in the one folder below that holds some, else in the one zip; empty where none or several do."""
    if not path.is_dir() or not before.is_new(path):
        return []
    inside = sorted(inner for inner in path.iterdir() if not inner.name.startswith(_JUNK))
    for places in ([inner for inner in inside if inner.is_dir()], [inner for inner in inside if _is_zip(inner)]):
        found = []
        for place in places:
            try:
                found.append(_found_at(place, given, required=True, before=before))
            except DataError as error:
                if error.facts.get("personal") or before.is_enough:
                    raise
        if found:
            return found[0] if len(found) == 1 else []
    return []


def _is_zip(path: Path) -> bool:
    try:
        return is_zip(path)
    except OSError:
        return False


def _table_shape(source: Source, given: Given | None = None, *, archive: ZipFile | None = None) -> Shape | None:
    """What a file is, or None where it is no table: here that is an answer, not an error."""
    try:
        return sniff(source, given, archive=archive)
    except DataError:
        return None
