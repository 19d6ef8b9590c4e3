"""What files are before they are imported: layout, columns, first rows, scale, titles, size.

Only the start of the files and their list of titles are read. What prevents an import is part of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.data.catalogue import split_title
from engine.data.dataset import Float32, Scale
from engine.data.formats import ROLES
from engine.data.importing.finding import find_ratings
from engine.data.importing.identifying import without_points
from engine.data.importing.items import titles_within
from engine.data.importing.joining import TitlesFound
from engine.data.importing.options import name_of
from engine.data.importing.preview_rows import FirstRows, PreviewRow, first_rows
from engine.data.importing.ratings_table import is_seen_only
from engine.data.importing.scales import counted, declared_scale, scale_of, without_slips
from engine.data.importing.strengths import Counts, counts_as_said
from engine.data.importing.title_lists import titles_beside, titles_given
from engine.data.reading.archives import Source, size_of, sources_in
from engine.data.reading.counts import are_counts
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.roles import Given, Shape
from engine.data.reading.sniff import KINDS, require_ratings, sniff
from engine.errors import DataError
from engine.events import Job
from engine.text import format_title
from engine.wording import said


@dataclass(frozen=True)
class Obstacle:
    """Why files cannot be imported as they stand. `missing` roles can be pointed at; `personal`: it is one person's.

    `ways` are options of a command, each of which would do.
    """

    sentence: str
    remedy: str
    missing: tuple[str, ...] = ()
    personal: bool = False
    ways: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def of(error: DataError) -> Obstacle:
        missing = error.facts.get("missing")
        return Obstacle(
            error.what,
            error.remedy,
            tuple(missing) if isinstance(missing, (tuple, list)) else (),
            bool(error.facts.get("personal")),
            error.ways,
        )


@dataclass(frozen=True)
class Preview:
    """What was seen: `paths` of ratings, `items` a list of titles among them, the first `rows` with their titles.

    `scale`, `seen_only` and `counts` (there where the ratings are counts) are of a sample; `rows_about` guesses the
    rows of all files; `size` is in bytes.
    """

    paths: tuple[Path, ...]
    given: Given
    items: Path | None = None
    files: tuple[str, ...] = ()
    name: str = ""
    size: int = 0
    source: Source | None = None
    shape: Shape | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    titles_of_rows: tuple[str, ...] = ()
    scale: Scale | None = None
    seen_only: bool = False
    counts: Counts | None = None
    titles: TitlesFound | None = None
    rows_about: int = 0
    obstacle: Obstacle | None = None
    sample_items: tuple[str, ...] = field(default=(), repr=False)

    @property
    def roles_of_columns(self) -> tuple[frozenset[str], ...]:
        roles = self.shape.roles if self.shape else {}
        return tuple(
            frozenset(role for role, place in roles.items() if place == column) for column in range(len(self.columns))
        )

    @property
    def can_point(self) -> bool:
        kind = KINDS.get(self.shape.layout.kind) if self.shape is not None else None
        return bool(self.columns) and kind is not None and kind.has_columns

    @property
    def _asked_titles(self) -> tuple[object, ...]:
        """What the list of titles depends on."""
        return (self.source, self.items, self.sample_items)


def look(
    paths: Sequence[Path], given: Given, *, items: Path | None = None, before: Preview | None = None
) -> Job[Preview]:
    """Look at files as an import would; `obstacle` says what prevents one. What `before` found is not read again."""
    seen = Preview(tuple(Path(path) for path in paths), given, items)
    try:
        yield None
        seen = _without_titles(seen)
        found = find_ratings(seen.paths, given, required=False)
        yield None
        seen = _with_shape(seen, found)
        yield None
        seen = yield from _with_own_titles(seen)
        seen = _with_rows(seen)
        yield None
        seen = yield from _with_titles(seen, before)
        for source, shape in found:
            require_ratings(source, shape)
    except DataError as error:
        if seen.shape is None and before is not None and before.shape is not None:
            seen = replace(before, given=given, items=items)
        return replace(seen, obstacle=Obstacle.of(error))
    return seen


def columns_with(preview: Preview, column: int, role: str) -> Mapping[str, str]:
    """`Given.columns` after a person gave this column (from 0) that role, or "" for none; others keep theirs."""
    roles = dict(preview.shape.roles) if preview.shape else {}
    were_shared = roles.get("item") is not None and roles.get("item") == roles.get("title")
    roles = {name: place for name, place in roles.items() if place != column and name != role}
    if role:
        roles[role] = column
    if role == "title" and ("item" not in roles or were_shared):
        roles["item"] = column
    return {name: str(roles[name] + 1) if name in roles else "" for name in ROLES}


def _without_titles(seen: Preview) -> Preview:
    """Of several files a list of titles belongs to the ratings beside it."""
    if len(seen.paths) < 2 or seen.items is not None:
        return seen
    lists = [path for path in seen.paths if _is_titles(path)]
    if len(lists) != 1:
        return seen
    return replace(seen, paths=tuple(path for path in seen.paths if path not in lists), items=lists[0])


def _is_titles(path: Path) -> bool:
    try:
        sources = sources_in(path)
        return len(sources) == 1 and sniff(sources[0]).has_titles
    except DataError:
        return False


def _with_shape(seen: Preview, found: Sequence[tuple[Source, Shape]]) -> Preview:
    source, shape = found[0]
    sources = [source for source, _ in found]
    return replace(
        seen,
        files=tuple(source.name for source in sources),
        name=name_of(sources),
        size=sum(size_of(source) for source in sources),
        source=source,
        shape=shape,
        columns=shape.header or tuple(said("Column {number}", number=number) for number in range(1, shape.width + 1)),
    )


def _with_own_titles(seen: Preview) -> Job[Preview]:
    """Without the column of titles where it differs for one and the same title, as headlines of reviews do."""
    if seen.source is None or seen.shape is None or not seen.shape.has_ratings or "title" in seen.given.columns:
        return seen
    roles = seen.shape.roles
    if roles.get("title", roles["item"]) == roles["item"]:
        return seen
    try:
        own = yield from titles_within(seen.source, seen.shape, portions=1)
    except NotUtf8Error:
        own = yield from titles_within(seen.source, replace(seen.shape, encoding="cp1252"), portions=1)
    if own.are_names:
        return seen
    without = {role: place for role, place in roles.items() if role != "title"}
    return replace(seen, shape=replace(seen.shape, roles=without))


def _with_rows(seen: Preview) -> Preview:
    if seen.source is None or seen.shape is None:
        return seen
    start = _with_plain_ids(first_rows(seen.source, seen.shape))
    rated_N = start.ratings_N[~np.isnan(start.ratings_N)]
    counts = _counts_of(start.shape, rated_N, seen.given) if len(rated_N) else None
    return replace(
        seen,
        shape=start.shape,
        rows=start.rows,
        titles_of_rows=tuple(_own_title(row, start.shape) for row in start.rows),
        scale=None if not len(rated_N) else counts.scale if counts else _scale_of(start.shape, rated_N),
        counts=counts,
        seen_only=start.shape.has_ratings and len(start.ratings_N) > 0 and is_seen_only(start.ratings_N),
        rows_about=max(start.lines, round(start.lines * seen.size / start.position)) if start.position else 0,
        sample_items=start.items,
    )


def _counts_of(shape: Shape, rated_N: Float32, given: Given) -> Counts | None:
    """What the numbers are where they count plays or hours, as an import would take them."""
    counts = {value: count for value, count in counted(rated_N).items() if value not in shape.layout.missing}
    are_so = shape.counts if shape.counts is not None else bool(counts) and are_counts(counts)
    return Counts.of(counts, counts_as_said(given.counts)) if are_so and counts else None


def _scale_of(shape: Shape, rated_N: Float32) -> Scale:
    ratings = dict.fromkeys(shape.spelt_high, 0) | counted(rated_N)
    return scale_of(without_slips(ratings), declared=declared_scale([shape.layout.scale]))


def _with_plain_ids(start: FirstRows) -> FirstRows:
    """With ids as an import will know them, as far as the first rows tell."""
    plain = dict(zip(start.items, without_points(start.items), strict=True))
    read = [row for row in start.rows if row.is_read]
    users = dict(zip([row.user for row in read], without_points([row.user for row in read]), strict=True))
    rows = (replace(row, user=users.get(row.user, ""), item=plain.get(row.item, row.item)) for row in start.rows)
    return replace(start, rows=tuple(rows), items=tuple(dict.fromkeys(plain.values())))


def _own_title(row: PreviewRow, shape: Shape) -> str:
    place = shape.roles.get("title")
    if place is None or place >= len(row.cells):
        return ""
    return format_title(*split_title(row.cells[place].strip()))


def _with_titles(seen: Preview, before: Preview | None) -> Job[Preview]:
    """The list of titles, as an import would find it, and what it calls the first rows."""
    if seen.shape is None or seen.source is None or not seen.shape.has_ratings:
        return seen
    if before is not None and before._asked_titles == seen._asked_titles:
        titles = before.titles
    elif seen.items is not None:
        titles = yield from titles_given(seen.items, seen.source, seen.shape, seen.sample_items)
    else:
        titles = (yield from titles_beside(seen.source, seen.shape, seen.sample_items, paths=seen.paths)).found
    if titles is None:
        return seen
    names = tuple(_listed_title(titles, row) or own for row, own in zip(seen.rows, seen.titles_of_rows, strict=True))
    return replace(seen, titles=titles, titles_of_rows=names)


def _listed_title(titles: TitlesFound, row: PreviewRow) -> str:
    listed = titles.titles.get(row.item)
    return format_title(listed.title, listed.year) if listed is not None else ""
