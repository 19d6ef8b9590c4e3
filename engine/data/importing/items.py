"""Titles, years and genres from a list of titles, joined by item_id -> the Catalogue of a data set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import pyarrow as pa

from engine.data.catalogue import Catalogue, split_title
from engine.data.formats import ItemsLayout, normalised
from engine.data.reading.archives import Source
from engine.data.reading.lines import Block, numbered_rows, read_blocks, table_of
from engine.data.reading.roles import Shape
from engine.data.reading.sniff import read_cells
from engine.data.reading.values import normalised_id, title_in, year_in
from engine.events import Job

LINKS: dict[str, tuple[str, ...]] = {
    "imdb": ("imdbid", "imdb", "tconst"),
    "tmdb": ("tmdbid", "tmdb"),
    "mal": ("malid", "idmal"),
}
_ROWS_AT_ONCE = 50_000
_NO_GENRE = {"", "(no genres listed)", "\\n", "n/a", "null", "unknown", "none"}


class Title(NamedTuple):
    """What a list of titles says of one: year 0 where it says none."""

    title: str
    year: int
    genres: tuple[str, ...]


def read_titles(source: Source, shape: Shape, *, layout: ItemsLayout | None = None) -> dict[str, Title]:
    """Titles by item_id, the first of equal ids; short rows are left out, and a last title may hold delimiters.

    A declared layout is followed where the file has no column names and its width.
    """
    follows = layout is not None and shape.header is None and layout.width in (None, shape.width)
    columns = layout.columns if layout is not None and follows and layout.columns else shape.roles
    flags = layout.flags if layout is not None and follows else ()
    first_flag = layout.first_flag if layout is not None else 0
    genre_sign = layout.genre_sign if layout is not None else ""
    place = columns["title"]
    titles: dict[str, Title] = {}
    for _, row in read_cells(source, shape):
        if len(row) <= max(columns["item"], place) or not row[place].strip():
            continue
        text = shape.delimiter.join(row[place:]) if place == shape.width - 1 else row[place]
        title, year = title_in(text)
        year = year or year_in(_cell(row, columns.get("year")))
        if flags:
            genres = tuple(name for name, flag in zip(flags, row[first_flag:], strict=False) if flag.strip() == "1")
            genres = split_genres("|".join(genres))
        else:
            genres = split_genres(_cell(row, columns.get("genres")), sign=genre_sign)
        titles.setdefault(row[columns["item"]].strip(), Title(title, year, genres))
    return titles


def read_links(source: Source, shape: Shape) -> dict[str, dict[str, str]]:
    """Ids that other services gave the titles of a list: kind -> item_id -> id, from columns that are called so."""
    item = shape.roles.get("item")
    keys = [normalised(name) for name in shape.header or ()]
    places = {kind: keys.index(name) for kind, names in LINKS.items() for name in names if name in keys}
    places = {kind: place for kind, place in places.items() if place != item}
    if item is None or not places:
        return {}
    links: dict[str, dict[str, str]] = {kind: {} for kind in places}
    for _, row in read_cells(source, shape):
        for kind, place in places.items():
            found = normalised_id(kind, _cell(row, place))
            if found and item < len(row):
                links[kind].setdefault(row[item].strip(), found)
    return links


def titles_within(source: Source, shape: Shape) -> Job[dict[str, Title]]:
    """Titles by item_id where each row of the ratings themselves carries one; rows of a wrong width are passed over."""
    titles: dict[str, Title] = {}
    for pairs in _own_titles(source, shape):
        for item_id, text in pairs:
            name, year = title_in(text or "")
            titles.setdefault((item_id or "").strip(), Title(name or item_id, year, ()))
        yield None
    return titles


def _own_titles(source: Source, shape: Shape) -> Iterator[list[tuple[str, str]]]:
    """Ids and titles of the rows, each id once a block."""
    if shape.layout.kind != "delimited":
        rows = read_cells(source, shape)
        while some := [row for _, row in islice(rows, _ROWS_AT_ONCE)]:
            yield list({row[shape.roles["item"]]: row[shape.roles["title"]] for row in some}.items())
        return
    item, title = f"c{shape.roles['item']}", f"c{shape.roles['title']}"
    for block in read_blocks(source, shape):
        types = {shape.roles["item"]: pa.string(), shape.roles["title"]: pa.string()}
        try:
            table = table_of(block, shape, types=types, on_wrong_width=lambda row: "skip")
        except pa.ArrowInvalid:
            yield _own_titles_row_by_row(block, shape)
            continue
        first = table.group_by(item, use_threads=False).aggregate([(title, "first")])
        yield list(zip(first[item].to_pylist(), first[f"{title}_first"].to_pylist(), strict=True))


def _own_titles_row_by_row(block: Block, shape: Shape) -> list[tuple[str, str]]:
    text = block.text.decode("utf-8", "replace")
    rows = numbered_rows(text, shape.delimiter, quoted=shape.quoted, width=shape.width)
    item, title = shape.roles["item"], shape.roles["title"]
    return [(row[item], row[title]) for _, row in rows if len(row) == shape.width]


def split_genres(text: str, *, sign: str = "") -> tuple[str, ...]:
    """Genres of one cell, split at bars, else at commas (or `sign`). "(no genres listed)" is no genre."""
    parts = text.split("|") if "|" in text else text.split(sign or ", ")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip().lower() not in _NO_GENRE))


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


def share_listed(ids: Sequence[str], titles: Mapping[str, Title]) -> float:
    """Which part of these ids a list of titles knows, 0 to 1."""
    return sum(id_ in titles for id_ in ids) / max(1, len(ids))


def _unlisted(item_id: str, *, is_title: bool) -> Title:
    if not is_title:
        return Title(item_id, 0, ())
    title, year = split_title(item_id)
    return Title(title, year, ())


def _cell(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
