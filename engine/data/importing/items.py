"""Titles, years and genres: of the rows of a list of titles, or of the ratings themselves -> a data set's Catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import pyarrow as pa

from engine.data.catalogue import Catalogue, fold, split_title
from engine.data.formats import NO_IDS, ItemsLayout, normalised
from engine.data.reading.archives import Source
from engine.data.reading.lines import Block, numbered_rows, read_blocks, table_of
from engine.data.reading.roles import Shape
from engine.data.reading.sniff import read_cells
from engine.data.reading.values import is_number, title_in, year_in
from engine.events import Job

_ROWS_AT_ONCE = 5_000
_NO_GENRE = {"", "(no genres listed)", "\\n", "n/a", "na", "nan", "null", "unknown", "none"}
_LONGEST_GENRE = 80
_NAMED = re.compile(r"""['"]name['"]\s*:\s*(?:"([^"]*)"|'([^']*)')""")
_QUOTED = re.compile(r"""(?:^|[\[,{]\s*)(?:"([^"]*)"|'([^']*)')(?=\s*(?:[\],}]|$))""")
_IS_LINK = re.compile(r"(?i)\s*(https?:|www\.|\S+://)")
_OFTEN_OTHERWISE = 0.1
"""Where more than this part of the titles that come in several lines are called otherwise there, these are no names."""
_GENRES = frozenset(
    ("action", "adventure", "animation", "anime", "biography", "childrens", "children", "comedy", "crime",
     "documentary", "drama", "ecchi", "family", "fantasy", "fiction", "filmnoir", "history", "horror", "indie", "kids",
     "music", "musical", "mystery", "nonfiction", "poetry", "romance", "rpg", "scifi", "sciencefiction", "shooter",
     "simulation", "sliceoflife", "sport", "sports", "strategy", "supernatural", "superhero", "thriller", "travel",
     "war", "western", "youngadult")
)  # fmt: skip
"""Genres that many lists have: where columns of 0 and 1 are called so, those beside them are genres too."""
_LEAST_FLAGS = 3
_GENRE_PREFIX = re.compile(r"(?i)^(genres?|cat|category|categories|is|tags?)[\s:_./-]+|^is(?=[A-Z])")
_FLAG_VALUES = frozenset(("0", "1", "0.0", "1.0", "true", "false", ""))
_TRUE = frozenset(("1", "1.0", "true"))


class Title(NamedTuple):
    """What a list of titles says of one: year 0 where it says none."""

    title: str
    year: int
    genres: tuple[str, ...]


@dataclass(frozen=True)
class TitleColumns:
    """Which columns (from 0) of a table say what of a title; `flags` are genres (with their column) given as 0 or 1."""

    title: int
    year: int | None = None
    genres: int | None = None
    flags: tuple[tuple[str, int], ...] = ()
    genre_sign: str = ""
    rest_of: str = ""
    """What stands between cells that belong to the title, where it is the last column; else nothing."""

    def title_of(self, row: Sequence[str]) -> Title | None:
        """What a row says, or None where it has no title."""
        if len(row) <= self.title or row[self.title].strip() in NO_IDS:
            return None
        title, year = title_in(self.rest_of.join(row[self.title :]) if self.rest_of else row[self.title])
        genres = tuple(name for name, place in self.flags if _cell(row, place).lower() in _TRUE)
        if not self.flags:
            genres = split_genres(_cell(row, self.genres), sign=self.genre_sign)
        return Title(title, year or year_in(_cell(row, self.year)), genres)


def title_columns(shape: Shape, layout: ItemsLayout | None = None) -> TitleColumns:
    """The columns of a table with titles. A declared layout is followed where it has no column names and its width."""
    if layout is not None and layout.columns and follows(shape, layout):
        flags = tuple((name, layout.first_flag + at) for at, name in enumerate(layout.flags))
        columns, flags = layout.columns, tuple(flag for flag in flags if flag[0].lower() not in _NO_GENRE)
    else:
        columns, flags = shape.roles, _flags_in(shape)
    genres, is_last = columns.get("genres"), columns["title"] == shape.width - 1
    if columns is not shape.roles:
        is_last = columns["title"] == max(columns.values())
    return TitleColumns(
        title=columns["title"],
        year=columns.get("year"),
        genres=genres if shape.header or genres is None or _may_be_genres(shape, genres) else None,
        flags=flags,
        genre_sign=layout.genre_sign if layout is not None else "",
        rest_of=shape.delimiter if is_last and not flags else "",
    )


def follows(shape: Shape, layout: ItemsLayout) -> bool:
    """Whether a table may be the one that is declared: without column names, and of its width."""
    return shape.header is None and layout.width in (None, shape.width)


def _flags_in(shape: Shape) -> tuple[tuple[str, int], ...]:
    """Columns that say 0 or 1 and stand in one row with some that are called like genres."""
    body = shape.sample[shape.header_lines :] if shape.layout.kind == "delimited" else shape.sample
    runs: list[list[tuple[str, int]]] = [[]]
    for place, name in enumerate(shape.header or ()):
        texts = [_cell(row, place).lower() for row in body]
        if any(texts) and set(texts) <= _FLAG_VALUES and place not in shape.roles.values():
            runs[-1].append((_GENRE_PREFIX.sub("", name.strip()), place))
        elif runs[-1]:
            runs.append([])
    known = [run for run in runs if sum(normalised(name) in _GENRES for name, _ in run) >= _LEAST_FLAGS]
    return tuple(flag for run in known for flag in run if flag[0].lower() not in _NO_GENRE)


def _may_be_genres(shape: Shape, place: int) -> bool:
    """Whether a column without a name may hold genres: no links, numbers, dates or whole sentences."""
    texts = [text for row in shape.sample if (text := _cell(row, place))]
    odd = sum(bool(_IS_LINK.match(text)) or is_number(text) or year_in(text) > 0 or len(text) > 200 for text in texts)
    return 2 * odd < len(texts)


def split_genres(text: str, *, sign: str = "") -> tuple[str, ...]:
    """Genres of one cell: a list as programs write it, or parts between bars, semicolons, commas or `sign`."""
    text = text.strip()
    if text[:1] in ("[", "{"):
        found = _NAMED.findall(text) or _QUOTED.findall(text)
        parts = [first or second for first, second in found] or text.strip("[]{}").split(",")
    else:
        between = sign or next((sign for sign in "|;" if sign in text), ",")
        parts = text.split("|") if "|" in text else text.split(between)
    return tuple(dict.fromkeys(part.strip() for part in parts if _is_genre(part.strip())))


def _is_genre(text: str) -> bool:
    """ "(no genres listed)" is none, and neither are links and numbers."""
    if text.lower() in _NO_GENRE or len(text) > _LONGEST_GENRE:
        return False
    return not _IS_LINK.match(text) and not is_number(text)


@dataclass(frozen=True)
class OwnTitles:
    """Titles by item_id where the rows of the ratings carry them; `are_names`: not so where they differ for one id."""

    titles: dict[str, Title]
    are_names: bool


def titles_within(source: Source, shape: Shape, *, portions: int | None = None) -> Job[OwnTitles]:
    """What the ratings themselves call their titles, by their first `portions` or all; odd rows are passed over."""
    columns = title_columns(shape)
    titles: dict[str, Title] = {}
    texts: dict[str, str] = {}
    again: set[str] = set()
    otherwise: set[str] = set()
    for rows in islice(_own_rows(source, shape, columns), portions):
        for item_id, row, lines in rows:
            text = _cell(row, columns.title)
            title = columns.title_of(row) if texts.get(item_id) != text else titles[item_id]
            if title is None:
                continue
            if lines > 1 or item_id in titles:
                again.add(item_id)
            texts.setdefault(item_id, text)
            if fold(titles.setdefault(item_id, title).title) != fold(title.title):
                otherwise.add(item_id)
        yield None
    return OwnTitles(titles, are_names=len(otherwise) <= _OFTEN_OTHERWISE * len(again))


def _own_rows(source: Source, shape: Shape, columns: TitleColumns) -> Iterator[list[tuple[str, list[str], int]]]:
    """Ids with their rows and in how many lines these come: each that differs, once a block."""
    item = shape.roles["item"]
    places = sorted({item, columns.title, *(place for place in (columns.year, columns.genres) if place is not None)})
    if shape.layout.kind != "delimited":
        rows = read_cells(source, shape)
        while some := [row for _, row in islice(rows, _ROWS_AT_ONCE)]:
            yield [(row[item].strip(), row, 1) for row in some if len(row) > item]
        return
    for block in read_blocks(source, shape):
        try:
            yield _kinds_of_rows(block, shape, places)
        except pa.ArrowInvalid:
            text = block.text.decode("utf-8", "replace")
            rows = numbered_rows(text, shape.delimiter, quoted=shape.quoted, width=shape.width)
            yield [(row[item].strip(), row, 1) for _, row in rows if len(row) == shape.width]


def _kinds_of_rows(block: Block, shape: Shape, places: Sequence[int]) -> list[tuple[str, list[str], int]]:
    names, item = [f"c{place}" for place in places], shape.roles["item"]
    table = table_of(block, shape, types=dict.fromkeys(places, pa.string()), on_wrong_width=lambda row: "skip")
    kinds = table.group_by(names, use_threads=False).aggregate([([], "count_all")])
    found = []
    for *cells, lines in zip(*(kinds[name].to_pylist() for name in (*names, "count_all")), strict=True):
        row = [""] * shape.width
        for place, cell in zip(places, cells, strict=True):
            row[place] = cell or ""
        found.append((row[item].strip(), row, lines))
    return found


def catalogue_of(
    ids: Sequence[str],
    titles: Mapping[str, Title],
    *,
    word: str,
    ids_are_titles: bool,
    id_kind: str = "",
    links: Mapping[str, Mapping[str, str]] | None = None,
) -> Catalogue:
    """The catalogue of these item_ids; `links` maps kind -> item_id -> id. An unlisted title is called by its id."""
    found = [titles.get(item_id) or _unlisted(item_id, is_title=ids_are_titles) for item_id in ids]
    linked = {kind: tuple(known.get(id_, "") for id_ in ids) for kind, known in (links or {}).items()}
    return Catalogue(
        titles=tuple(title.title for title in found),
        years=tuple(title.year for title in found),
        genres=tuple(title.genres for title in found),
        word=word,
        id_kind=id_kind,
        links={kind: ids_I for kind, ids_I in linked.items() if any(ids_I)},
    )


def _unlisted(item_id: str, *, is_title: bool) -> Title:
    if not is_title:
        return Title(item_id, 0, ())
    title, year = split_title(item_id)
    return Title(title, year, ())


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
