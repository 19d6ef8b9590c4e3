"""How long it takes to import a ratings file beside `pandas.read_csv`, on synthetic ratings, in one run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from engine.data.dataset import Dataset
from engine.data.importing.importer import ImportOptions, ImportReport, import_files
from engine.events import Job, StageStarted, drive
from engine.text import format_count

_PORTION = 1_000_000
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class ImportSpeed:
    """Seconds for a file of so many ratings, by us (counted, checked, ready to train on) and by pandas (parsed)."""

    ratings: int
    megabytes: float
    import_seconds: float
    pandas_seconds: float
    against_pandas: float
    peak_mib: float


def import_speeds(*, ratings: int = 2_000_000, repeats: int = 2) -> Job[tuple[ImportSpeed, ...]]:
    """Measure both in turns on a CSV file in the temporary folder; the least of so many repeats counts.

    Examples
    --------
    >>> from engine.events import drive
    >>> drive(import_speeds(ratings=2_000, repeats=1))[0].ratings
    2000
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        yield StageStarted("writing", f"Writing {format_count(ratings)} synthetic ratings")
        yield from write_ratings(path, ratings)
        yield StageStarted("measuring", "Reading them")
        ours, theirs, peak = [], [], 0.0
        for _ in range(repeats):
            seconds, (_, report) = _seconds_of(lambda: drive(_import(path)))
            ours.append(seconds)
            peak = max(peak, report.peak_mib)
            yield None
            theirs.append(_seconds_of(lambda: pd.read_csv(path))[0])
            yield None
        megabytes = path.stat().st_size / 1e6
    return (ImportSpeed(ratings, megabytes, min(ours), min(theirs), min(ours) / min(theirs), peak),)


def _import(path: Path) -> Job[tuple[Dataset, ImportReport]]:
    return import_files([path], options=ImportOptions(), dataset_id="bench")


def write_ratings(path: Path, ratings: int, *, seed: int = 1) -> Job[None]:
    """Write userId, movieId, rating and timestamp of made-up people; titles are as unequally known as films."""
    dice = np.random.default_rng(seed)
    people, titles = max(10, ratings // 150), max(10, min(80_000, ratings // 250))
    with csv.CSVWriter(path, pa.schema([(name, kind) for name, kind in _COLUMNS])) as file:
        for start in range(0, ratings, _PORTION):
            count = min(_PORTION, ratings - start)
            columns = (
                np.sort(dice.integers(1, people + 1, count)),
                (titles * dice.random(count) ** 3).astype(np.int64) + 1,
                dice.integers(1, 11, count) / 2.0,
                dice.integers(850_000_000, 1_600_000_000, count),
            )
            file.write_table(pa.table(dict(zip(_NAMES, columns, strict=True))))
            yield None


_COLUMNS = (("userId", pa.int64()), ("movieId", pa.int64()), ("rating", pa.float64()), ("timestamp", pa.int64()))
_NAMES = tuple(name for name, _ in _COLUMNS)


def _seconds_of(work: Callable[[], _Result]) -> tuple[float, _Result]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result
