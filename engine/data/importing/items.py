"""Titles, years and genres from a list of titles -> the Catalogue of a data set.

Stands beside the ratings on the street; titles are joined to them by item_id. Lists of titles are small, so rows are
read one by one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
from pyarrow import csv

from engine.data.catalogue import Catalogue, split_title
from engine.data.formats import ItemsLayout
from engine.data.reading.archives import Source
from engine.data.reading.block_table import table_of
from engine.data.reading.lines import read_blocks, read_rows
from engine.data.reading.sniff import Shape
from engine.events import Job

_NO_GENRE = {"", "(no genres listed)", "\\n", "n/a", "null", "unknown", "none"}


class Title(NamedTuple):
    """What a list of titles says of one: year 0 where it says none."""

    title: str
    year: int
    genres: tuple[str, ...]


def read_titles(source: Source, shape: Shape, *, layout: ItemsLayout | None = None) -> dict[str, Title]:
    """Titles by item_id; of two with one id the first counts. Rows that are too short are left out.

    A declared layout is followed where the file has no column names and (if declared) its width.
    """
    follows = layout is not None and shape.header is None and layout.width in (None, shape.width)
    columns = layout.columns if layout is not None and follows and layout.columns else shape.roles
    flags = layout.flags if layout is not None and follows else ()
    first_flag = layout.first_flag if layout is not None else 0
    titles: dict[str, Title] = {}
    for _, row in read_rows(source, shape):
        if len(row) <= max(columns["item"], columns["title"]) or not row[columns["title"]].strip():
            continue
        title, year = split_title(html.unescape(row[columns["title"]]))
        year = year or _year(_cell(row, columns.get("year")))
        if flags:
            genres = tuple(name for name, flag in zip(flags, row[first_flag:], strict=False) if flag.strip() == "1")
            genres = split_genres("|".join(genres))
        else:
            genres = split_genres(_cell(row, columns.get("genres")))
        titles.setdefault(row[columns["item"]].strip(), Title(title, year, genres))
    return titles


def titles_within(source: Source, shape: Shape) -> Job[dict[str, Title]]:
    """Titles by item_id where each row of the ratings themselves carries one; rows of a wrong width are passed over."""
    item, title = f"c{shape.roles['item']}", f"c{shape.roles['title']}"
    titles: dict[str, Title] = {}
    for block in read_blocks(source, shape):
        types = {shape.roles["item"]: pa.string(), shape.roles["title"]: pa.string()}
        table = table_of(block, shape, types=types, on_wrong_width=_pass_over)
        first = table.group_by(item, use_threads=False).aggregate([(title, "first")])
        for item_id, text in zip(first[item].to_pylist(), first[f"{title}_first"].to_pylist(), strict=True):
            name, year = split_title(html.unescape(text))
            titles.setdefault(item_id.strip(), Title(name or item_id, year, ()))
        yield None
    return titles


def _pass_over(row: csv.InvalidRow) -> str:
    return "skip"


def split_genres(text: str) -> tuple[str, ...]:
    """Genres of one cell, split at bars, else at commas. "(no genres listed)" is no genre."""
    parts = text.split("|") if "|" in text else text.split(", ")
    return tuple(dict.fromkeys(one.strip() for one in parts if one.strip().lower() not in _NO_GENRE))


def catalogue_of(ids: Sequence[str], titles: Mapping[str, Title], *, word: str, ids_are_titles: bool) -> Catalogue:
    """The catalogue of these item_ids, in their order. A title that nobody lists is called by its id."""
    found = [titles.get(one) or _unlisted(one, is_title=ids_are_titles) for one in ids]
    return Catalogue(
        titles=tuple(one.title for one in found),
        years=tuple(one.year for one in found),
        genres=tuple(one.genres for one in found),
        word=word,
    )


def share_listed(ids: Sequence[str], titles: Mapping[str, Title]) -> float:
    """Which part of these ids a list of titles knows, 0 to 1."""
    return sum(one in titles for one in ids) / max(1, len(ids))


def _unlisted(item_id: str, *, is_title: bool) -> Title:
    if not is_title:
        return Title(item_id, 0, ())
    title, year = split_title(item_id)
    return Title(title, year, ())


def _cell(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _year(text: str) -> int:
    match = re.search(r"(?<!\d)(1[89]|20)\d\d(?!\d)", text)
    return int(match.group()) if match else 0
