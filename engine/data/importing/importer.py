"""Ratings files -> one Dataset, cleaned, counted and reported.

Stands between the readers and everything that learns. A long job: it yields progress and returns the data set with
its report. Nothing is written anywhere, so a stop leaves nothing behind: Stop goes through to the driver.

Shapes: N entries of all files.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Vocabulary, fingerprint_of
from engine.data.formats import UNNAMED_COLUMNS
from engine.data.importing.cleaning import find_repeats, find_scale, join_ids
from engine.data.importing.finding import TitlesFound, find_ratings, titles_beside, titles_given
from engine.data.importing.items import catalogue_of, share_listed, titles_within
from engine.data.importing.ratings_table import RatingsTable, ReadingProgress, mark_seen_only, read_table, refuse_empty
from engine.data.importing.selection import Duplicates, Selection
from engine.data.reading.archives import Source, size_of
from engine.data.reading.repair import MOST_PROBLEMS, Problem
from engine.data.reading.sniff import Given
from engine.errors import DataError
from engine.events import Job, StageStarted

_NAMES_THAT_SAY_NOTHING = ("ratings", "rating", "u", "data", "train", "interactions")


@dataclass(frozen=True)
class ImportOptions:
    """What a person says about the files; everything else is found.

    `given` is how the files are written, `items` their list of titles; `duplicates` and `selection` say what is kept.
    """

    name: str | None = None
    items: Path | None = None
    given: Given = field(default_factory=Given)
    duplicates: Duplicates = "last"
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True)
class ImportReport:
    """What an import found. `rows` are all lines that hold something; `problems` the first 1,000 of those skipped.

    `duplicates` counts entries that another of the same person and title replaced, `unrated` the seen-only entries
    that are left; `notes` are sentences that a person should read. `peak_mib` is the most memory this process had.
    """

    layout: str
    encoding: str
    delimiter: str
    rows: int
    skipped: dict[str, int]
    problems: tuple[Problem, ...]
    duplicates: int
    unrated: int
    seconds: float
    peak_mib: float
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Arranged:
    histories: Histories
    users: Vocabulary
    items: Vocabulary
    duplicates: int


def import_files(
    paths: Sequence[Path], *, options: ImportOptions, dataset_id: str
) -> Job[tuple[Dataset, ImportReport]]:
    """One data set from these files (each plain, .gz, .zip, or a folder that holds ratings).

    Raises DataError with a sentence for whatever cannot be used; a Stop ends the job and comes through.
    """
    started = time.monotonic()
    yield StageStarted("looking", "Looking at what the files are")
    tables = yield from _looked_at(paths, options.given)
    yield StageStarted("reading", f"Reading {', '.join(one.source.name for one in tables)}")
    progress = ReadingProgress(sum(size_of(one.source) for one in tables))
    for table in tables:
        yield from read_table(table, progress)
    refuse_empty(tables)
    mark_seen_only(tables)
    yield StageStarted("arranging", "Arranging people and titles")
    arranged = yield from _arranged(tables)
    yield StageStarted("titles", "Looking for titles, years and genres")
    titles = yield from _titles_of(tables[0], arranged.items, options.items)
    dataset = Dataset(
        dataset_id,
        options.name or _name_of([one.source for one in tables]),
        arranged.users,
        arranged.items,
        _catalogue_of(tables[0], arranged.items, titles),
        arranged.histories,
        find_scale(arranged.histories.ratings_N),
        fingerprint_of(arranged.histories, arranged.users, arranged.items),
    )
    return dataset, _report(tables, arranged, titles, seconds=time.monotonic() - started)


def _looked_at(paths: Sequence[Path], given: Given) -> Job[list[RatingsTable]]:
    if not paths:
        raise DataError("There is no file to import.", remedy="Choose a ratings file.")
    tables = []
    for path in paths:
        tables.append(RatingsTable(*find_ratings(Path(path), given)))
        yield None
    return tables


def _arranged(tables: Sequence[RatingsTable]) -> Job[_Arranged]:
    """The entries of all files by person, each pair once, in file order."""
    blocks = [block for table in tables for block in table.blocks]
    user_rows_N, users = join_ids([one.users_N for one in blocks])
    yield None
    item_rows_N, items = join_ids([one.items_N for one in blocks])
    yield None
    ratings_N = np.concatenate([one.ratings_N for one in tables])
    times = [one.times_N for one in tables]
    times_N = None
    if any(one is not None for one in times):
        times_N = np.concatenate(
            [
                np.zeros(table.entries, np.int64) if one is None else one
                for one, table in zip(times, tables, strict=True)
            ]
        )
    keep_N = find_repeats(user_rows_N, item_rows_N, ratings_N, titles=len(items))
    yield None
    duplicates = 0
    if keep_N is not None:
        duplicates = int(np.count_nonzero(~keep_N))
        user_rows_N, item_rows_N, ratings_N = user_rows_N[keep_N], item_rows_N[keep_N], ratings_N[keep_N]
        times_N = None if times_N is None else times_N[keep_N]
    histories = Histories.of(user_rows_N, item_rows_N, ratings_N, people=len(users), times=times_N)
    yield None
    return _Arranged(histories, users, items, duplicates)


def _titles_of(table: RatingsTable, items: Vocabulary, chosen: Path | None) -> Job[TitlesFound | None]:
    """The list of titles: the chosen one, else the one that lies beside, else what the ratings themselves say.

    Without the list that its layout demands, a table is just columns without names.
    """
    yield None
    if chosen is not None:
        return titles_given(Path(chosen), items.ids)
    titles = titles_beside(table.source, table.shape, items.ids)
    layout = table.shape.layout
    declared_width = layout.items.width if layout.items else None
    if layout.needs_items and (titles is None or titles.shape.width != declared_width):
        table.shape = replace(table.shape, layout=UNNAMED_COLUMNS)
    if titles is None and table.shape.roles.get("title", table.shape.roles["item"]) != table.shape.roles["item"]:
        own = yield from titles_within(table.source, table.shape)
        return TitlesFound(own, table.source, table.shape, share_listed(items.ids, own))
    return titles


def _catalogue_of(table: RatingsTable, items: Vocabulary, titles: TitlesFound | None) -> Catalogue:
    roles = table.shape.roles
    return catalogue_of(
        items.ids,
        titles.titles if titles else {},
        word=table.shape.layout.word,
        ids_are_titles=roles["item"] == roles.get("title"),
    )


def _report(
    tables: Sequence[RatingsTable], arranged: _Arranged, titles: TitlesFound | None, *, seconds: float
) -> ImportReport:
    shapes = [one.shape for one in tables]
    skipped = sum((one.skipped for one in tables), Counter[str]())
    notes = [note for table in tables for note in table.notes]
    if titles is None:
        notes.append("No list of titles was found; titles are shown as the ratings file calls them.")
    elif titles.share < 1:
        missing = round((1 - titles.share) * len(arranged.items))
        notes.append(f"{titles.source.name} does not list {missing:,} of {len(arranged.items):,} titles.")
    return ImportReport(
        layout=" + ".join(dict.fromkeys(one.layout.name for one in shapes)),
        encoding=" + ".join(dict.fromkeys(one.encoding for one in shapes)),
        delimiter=" + ".join(dict.fromkeys(one.delimiter_word for one in shapes)),
        rows=sum(one.entries for one in tables) + skipped.total(),
        skipped=dict(skipped),
        problems=tuple(problem for table in tables for problem in table.problems)[:MOST_PROBLEMS],
        duplicates=arranged.duplicates,
        unrated=int(np.count_nonzero(np.isnan(arranged.histories.ratings_N))),
        seconds=seconds,
        peak_mib=_peak_mib(),
        files=tuple(one.source.name for one in tables),
        notes=tuple(notes),
    )


def _name_of(sources: Sequence[Source]) -> str:
    """What to call a data set: its file, or the zip or folder of several files or of one whose name says nothing."""
    source = sources[0]
    stem = PurePosixPath(source.base_name).stem
    if len(sources) == 1 and stem not in _NAMES_THAT_SAY_NOTHING:
        return PurePosixPath(source.member or source.path.name.removesuffix(".gz")).stem
    return source.path.stem if source.member else source.path.resolve().parent.name or stem


def _peak_mib() -> float:
    """The most memory that this process has had, in MiB; where the system does not tell, pyarrow's part of it."""
    if sys.platform == "win32":
        return float(pa.default_memory_pool().max_memory() or 0) / 2**20
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)
