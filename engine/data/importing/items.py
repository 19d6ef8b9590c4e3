"""Titles, years and genres from a list of titles -> the Catalogue of a data set.

Stands beside the ratings on the street; titles are joined to them by item_id. Lists of titles are small, so rows are
read one by one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from engine.data.catalogue import Catalogue, split_title
from engine.data.dataset import Float32, Int64, Scale
from engine.data.formats import ItemsLayout, normalised
from engine.data.reading.archives import Source
from engine.data.reading.lines import read_blocks, table_of
from engine.data.reading.roles import Shape
from engine.data.reading.sniff import read_cells
from engine.events import Job

KNOWN_SCALES: tuple[tuple[Scale, float], ...] = (
    (Scale(0, 1, 1), 0),
    (Scale(1, 5, 1), 0),
    (Scale(0.5, 5, 0.5), 0),
    (Scale(0, 5, 1), 4),
    (Scale(0, 5, 0.5), 4),
    (Scale(1, 10, 1), 8),
    (Scale(0, 10, 1), 8),
    (Scale(0.5, 10, 0.5), 8),
    (Scale(0, 100, 1), 80),
)
"""Scales that people use, each with the least highest rating that a file must hold to be taken for it."""

MOST_VALUES = 1000
"""Ratings of more kinds than these are taken for continuous ones."""


def find_scale(ratings_N: Float32) -> Scale:
    """The scale of these ratings (NaN ignored, at least one is none): a known one where they fit, else their own."""
    return scale_of(values_in(ratings_N))


def values_in(ratings_N: Float32) -> Float32:
    """Each kind of rating once, in order, NaN left out."""
    values = np.sort(ratings_N)
    values = values[: len(values) - int(np.count_nonzero(np.isnan(values)))]
    kinds: Float32 = values[np.append(True, values[1:] != values[:-1])[: len(values)]]
    return kinds


def scale_of(values: Float32) -> Scale:
    """The scale that ratings of these kinds (in order, at least one) are on: a known one, else their own."""
    distinct = values.astype(np.float64)
    for scale, least_high in KNOWN_SCALES:
        within = scale.low <= distinct[0] and least_high <= distinct[-1] <= scale.high
        if within and _lie_on(distinct, scale.low, scale.step):
            return scale
    low, high = float(distinct[0]), float(distinct[-1])
    if low == high:
        return Scale(min(0.0, low), max(1.0, high), 0)
    step = 1.0 if _lie_on(distinct, low, 1) else round(float(np.diff(distinct).min()), 4)
    if step > 0 and (high - low) / step <= 1000 and _lie_on(distinct, low, step):
        return Scale(round(low, 4), round(high, 4), step)
    return Scale(float(np.floor(low)), float(np.ceil(high)), 0)


def times_in_seconds(times_N: Int64) -> Int64:
    """Unix times in seconds, whether they came in seconds, milli-, micro- or nanoseconds."""
    unit = time_unit(int(np.abs(times_N).max(initial=0)))
    return times_N // unit if unit > 1 else times_N


def time_unit(largest: int) -> int:
    """How many of the units that times are in make a second, by the largest of them."""
    return next((unit for least, unit in ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3)) if largest > least), 1)


def find_unrated(values: Mapping[float, int]) -> tuple[float, ...]:
    """Ratings that mean *seen, not rated*, by how often each kind of rating comes: -1 below a scale, or most often 0.

    A scale has three kinds of ratings at least. A 0 is a rating unless no other comes as often and all others are
    whole numbers from 1 to 10.
    """
    if not 4 <= len(values) <= MOST_VALUES:
        return ()
    lowest, second = sorted(values)[:2]
    if lowest == -1 and second >= 0:
        return (-1.0,)
    others = [value for value in values if value != 0]
    is_whole = all(one == int(one) and 1 <= one <= 10 for one in others)
    if lowest == 0 and is_whole and values[lowest] > max(values[other] for other in others):
        return (0.0,)
    return ()


def is_seen_only(ratings_N: Float32) -> bool:
    """Whether every entry is 1 or blank: such a file says who has seen what, and 1 there is no star."""
    return bool(np.all(np.isnan(ratings_N) | (ratings_N == 1)))


def _lie_on(distinct: npt.NDArray[np.float64], low: float, step: float) -> bool:
    steps = (distinct - low) / step
    return bool(np.all(np.abs(steps - np.round(steps)) < 1e-3))


LINKS: dict[str, tuple[str, ...]] = {
    "imdb": ("imdbid", "imdb", "tconst"),
    "tmdb": ("tmdbid", "tmdb"),
    "mal": ("malid", "idmal"),
}
"""What columns with ids of other services are called."""
_ROWS_AT_ONCE = 50_000
_NO_GENRE = {"", "(no genres listed)", "\\n", "n/a", "null", "unknown", "none"}


class Title(NamedTuple):
    """What a list of titles says of one: year 0 where it says none."""

    title: str
    year: int
    genres: tuple[str, ...]


def read_titles(source: Source, shape: Shape, *, layout: ItemsLayout | None = None) -> dict[str, Title]:
    """Titles by item_id; of two with one id the first counts. Rows that are too short are left out.

    A declared layout is followed where the file has no column names and (if declared) its width. A title in the last
    column may hold the delimiter.
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
        title, year = split_title(html.unescape(text))
        year = year or _year(_cell(row, columns.get("year")))
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
    keys = [normalised(one) for one in shape.header or ()]
    places = {kind: keys.index(name) for kind, names in LINKS.items() for name in names if name in keys}
    places = {kind: place for kind, place in places.items() if place != item}
    if item is None or not places:
        return {}
    links: dict[str, dict[str, str]] = {kind: {} for kind in places}
    for _, row in read_cells(source, shape):
        for kind, place in places.items():
            found = _link(kind, _cell(row, place))
            if found and item < len(row):
                links[kind].setdefault(row[item].strip(), found)
    return links


def _link(kind: str, text: str) -> str:
    """An id in its usual form: "tt" and at least seven digits for IMDb; "" where it is none."""
    digits = re.fullmatch(r"(?:tt)?0*(\d+)(?:\.0)?", text)
    if digits is None or not int(digits.group(1)):
        return ""
    return f"tt{digits.group(1):0>7}" if kind == "imdb" else digits.group(1)


def titles_within(source: Source, shape: Shape) -> Job[dict[str, Title]]:
    """Titles by item_id where each row of the ratings themselves carries one; rows of a wrong width are passed over."""
    titles: dict[str, Title] = {}
    for pairs in _own_titles(source, shape):
        for item_id, text in pairs:
            name, year = split_title(html.unescape(text or ""))
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
        table = table_of(block, shape, types=types, on_wrong_width=_pass_over)
        first = table.group_by(item, use_threads=False).aggregate([(title, "first")])
        yield list(zip(first[item].to_pylist(), first[f"{title}_first"].to_pylist(), strict=True))


def _pass_over(row: csv.InvalidRow) -> str:
    return "skip"


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
    """The catalogue of these item_ids, in their order. A title that nobody lists is called by its id.

    `links` are ids that other services gave them: kind -> item_id -> id.
    """
    found = [titles.get(one) or _unlisted(one, is_title=ids_are_titles) for one in ids]
    linked = {kind: tuple(known.get(id_, "") for id_ in ids) for kind, known in (links or {}).items()}
    return Catalogue(
        titles=tuple(one.title for one in found),
        years=tuple(one.year for one in found),
        genres=tuple(one.genres for one in found),
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


def _year(text: str) -> int:
    match = re.search(r"(?<!\d)(1[89]|20)\d\d(?!\d)", text)
    return int(match.group()) if match else 0
