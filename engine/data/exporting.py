"""A Dataset as CSV files that others read, and that our own import reads back equal.

Films of MovieLens are written in MovieLens' own layout, other data sets under names that claim no more than is known.

Shapes: U people, I titles, N entries, P entries of one piece.
"""

from __future__ import annotations

import csv
import html
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset
from engine.data.importing.grouping import spans_of
from engine.data.whole_file import write_table
from engine.events import Job, Pace, Progressed, StageStarted
from engine.wording import said

PIECE = 250_000
_ITEM_COLUMNS = {"movielens": "movieId", "imdb": "imdbId", "mal": "animeId", "isbn": "isbn"}
_NEEDS_QUOTES = re.compile(r'[,"\r\n]')
_BYTES_A_RATING = 40

_List = tuple[str, Sequence[str], Iterator[Sequence[str]]]


@dataclass(frozen=True)
class Exported:
    """What was written: the files (in their folder) with their sizes in bytes, and how much they hold."""

    files: tuple[tuple[str, int], ...]
    ratings: int
    unrated: int
    titles: int


def export_files(dataset: Dataset, folder: Path) -> Job[Exported]:
    """Write ratings, titles and known links into an existing folder; seen-only entries have a blank rating."""
    item = _ITEM_COLUMNS.get(dataset.catalogue.id_kind, "itemId")
    ratings = folder / "ratings.csv"
    yield StageStarted("ratings", said("Writing the ratings of {dataset}", dataset=dataset.name))
    yield from _write_ratings(dataset, ratings, item=item)
    yield StageStarted("titles", said("Writing the titles of {dataset}", dataset=dataset.name))
    yield None
    lists = _movielens_lists if item == "movieId" else _plain_lists
    files = [ratings]
    for name, columns, rows in lists(dataset, item):
        files.append(folder / name)
        _write_rows(files[-1], columns, rows)
        yield None
    unrated = int(np.count_nonzero(np.isnan(dataset.histories.ratings_N)))
    sizes = tuple((file.name, file.stat().st_size) for file in files)
    return Exported(sizes, dataset.entries - unrated, unrated, dataset.titles)


def bytes_of_export(dataset: Dataset) -> int:
    """About how much room an export takes, at a generous guess."""
    return dataset.entries * _BYTES_A_RATING + dataset.titles * 160


def write_problems(path: Path, problems: Sequence[Any]) -> None:
    """Skipped lines (`Problem` values or mappings of their fields) as CSV. Raises DataError."""
    columns = ("file", "line", "text", "reason")
    fields = [problem if isinstance(problem, Mapping) else vars(problem) for problem in problems]
    write_table(path, columns, ([str(problem[name]) for name in columns] for problem in fields))


def _write_ratings(dataset: Dataset, path: Path, *, item: str) -> Job[None]:
    users, items = pa.array(dataset.users.ids, pa.string()), pa.array(dataset.items.ids, pa.string())
    quotes = any(map(_NEEDS_QUOTES.search, (*dataset.users.ids, *dataset.items.ids)))
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed" if quotes else "none")
    pace = Pace()
    with path.open("wb") as file:
        file.write(f"userId,{item},rating,timestamp\n".encode())
        for first, last in spans_of(dataset.histories.indptr_U1, most=PIECE):
            table = _table(dataset, users, items, first, last)
            arrow_csv.write_csv(table, file, options)
            done = int(dataset.histories.indptr_U1[last])
            yield Progressed(said("Writing ratings"), done, dataset.entries, "ratings") if pace.due() else None
        _flush(file)


def _table(dataset: Dataset, users: pa.Array, items: pa.Array, first: int, last: int) -> pa.Table:
    """The entries of people first..last-1. A blank is a rating that was not given, or a time that no entry has."""
    histories = dataset.histories
    begin, end = int(histories.indptr_U1[first]), int(histories.indptr_U1[last])
    people_P = np.repeat(np.arange(first, last), np.diff(histories.indptr_U1[first : last + 1]))
    times = pa.nulls(end - begin) if histories.times_N is None else pa.array(histories.times_N[begin:end])
    return pa.table(
        {
            "user": users.take(pa.array(people_P)),
            "item": items.take(pa.array(np.asarray(histories.item_rows_N[begin:end]))),
            "rating": pa.array(np.asarray(histories.ratings_N[begin:end]), from_pandas=True),
            "time": times.cast(pa.int64()),
        }
    )


def _movielens_lists(dataset: Dataset, item: str) -> Iterator[_List]:
    """Titles, and ids at other services in a list of their own, where IMDb's come without their "tt"."""
    yield "movies.csv", (item, "title", "genres"), _title_rows(dataset)
    links = dataset.catalogue.links
    if links:
        ids = ([id_.removeprefix("tt") for id_ in ids] for ids in links.values())
        yield "links.csv", (item, *(f"{kind}Id" for kind in links)), zip(dataset.items.ids, *ids, strict=True)


def _plain_lists(dataset: Dataset, item: str) -> Iterator[_List]:
    """Titles, with ids at other services beside them."""
    links = dataset.catalogue.links
    rows = zip(_title_rows(dataset), zip(*links.values(), strict=True) if links else repeat(()), strict=False)
    columns = (item, "title", "genres", *(f"{kind}Id" for kind in links))
    yield "titles.csv", columns, ((*title, *ids) for title, ids in rows)


def _title_rows(dataset: Dataset) -> Iterator[tuple[str, ...]]:
    catalogue = dataset.catalogue
    for row, item_id in enumerate(dataset.items.ids):
        yield item_id, _title_cell(catalogue, row), _genres_cell(catalogue.genres[row])


def _title_cell(catalogue: Catalogue, row: int) -> str:
    """The title with its year; escaped where a reader that turns `&amp;` into `&` would spoil it."""
    name = catalogue.name(row)
    return name.replace("&", "&amp;") if html.unescape(name) != name else name


def _genres_cell(genres: tuple[str, ...]) -> str:
    """Genres between bars; a single one that holds a comma gets a bar, for without one it would be split there."""
    if len(genres) == 1 and ", " in genres[0]:
        return f"{genres[0]}|"
    return "|".join(genres) or "(no genres listed)"


def _write_rows(path: Path, names: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
        _flush(file)


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
