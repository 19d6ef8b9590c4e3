"""A Dataset as files: arrays that are memory-mapped when opened, and one compact JSON for ids and titles.

Shapes: U people, I titles, N entries.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.statistics import DatasetStatistics, TitleCounts
from engine.errors import LibraryError
from engine.events import Job, Pace, Progressed
from engine.library.folders import check_format, damaged, write_format, write_json

FORMAT = 1
_KIND = "data set"
_VALUES_AT_ONCE = 1 << 22
_SLACK = 1e-3
"""Ratings are float32 and the ends of a scale are rounded to four digits."""
_WORDS, _INDPTR, _ITEMS, _RATINGS, _TIMES = "words.json", "indptr.npy", "items.npy", "ratings.npy", "times.npy"
_STATISTICS, _TITLE_COUNTS = "statistics.json", "title_counts.npy"
_ASKED = "asked.npy"
"""Pairs that the file asks to be predicted; folders from before there were any have none, as most have."""


def write_dataset(folder: Path, dataset: Dataset) -> Job[None]:
    """Write all of a dataset into an existing empty folder and flush it, portion by portion. OSError passes through."""
    histories = dataset.histories
    progress = _Written(bytes_needed(dataset))
    yield from _write_array(folder / _INDPTR, np.asarray(histories.indptr_U1, dtype=np.int64), progress)
    yield from _write_array(folder / _ITEMS, np.asarray(histories.item_rows_N, dtype=np.int32), progress)
    yield from _write_array(folder / _RATINGS, np.asarray(histories.ratings_N, dtype=np.float32), progress)
    if histories.times_N is not None:
        yield from _write_array(folder / _TIMES, np.asarray(histories.times_N, dtype=np.int64), progress)
    if dataset.asked_P2 is not None:
        yield from _write_array(folder / _ASKED, np.asarray(dataset.asked_P2, dtype=np.int32).reshape(-1), progress)
    write_json(folder / _WORDS, _words_of(dataset))
    yield None
    write_format(folder, _KIND, FORMAT)


def read_dataset(folder: Path, *, dataset_id: str, name: str) -> Dataset:
    """Open a dataset folder: arrays are mapped, not read. Raises LibraryError where anything is missing or damaged."""
    check_format(folder, _KIND, FORMAT)
    words = _read_words(folder / _WORDS)
    try:
        catalogue = Catalogue(
            tuple(words["titles"]),
            tuple(words["years"]),
            tuple(map([tuple(word) for word in words["genre_sets"]].__getitem__, words["genres"])),
            words["word"],
            str(words.get("id_kind", "")),
            {str(kind): tuple(ids) for kind, ids in words.get("links", {}).items()},
        )
        users, items = Vocabulary(words["users"]), Vocabulary(words["items"])
        entries, has_times, fingerprint = int(words["entries"]), bool(words["has_times"]), str(words["fingerprint"])
        asked = None if words.get("asked") is None else int(words["asked"])
        scale = Scale(*(float(words["scale"][part]) for part in ("low", "high", "step")))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise damaged(folder / _WORDS, f"{type(error).__name__}: {error}") from error
    histories = Histories(
        _mapped(folder / _INDPTR, np.int64, len(users) + 1),
        _mapped(folder / _ITEMS, np.int32, entries),
        _mapped(folder / _RATINGS, np.float32, entries),
        _mapped(folder / _TIMES, np.int64, entries) if has_times else None,
    )
    _check_parts(folder, histories, catalogue, titles=len(items))
    _check_ratings(folder, histories, scale)
    asked_P2 = None if asked is None else _mapped(folder / _ASKED, np.int32, 2 * asked).reshape(-1, 2)
    _check_asked(folder, asked_P2, people=len(users), titles=len(items))
    dataset = Dataset(dataset_id, name, users, items, catalogue, histories, scale, fingerprint, asked_P2)
    counts_4I = _title_counts(folder, titles=len(items))
    if counts_4I is not None and int(counts_4I[0].sum()) == entries:
        vars(dataset)["counts_I"] = counts_4I[0].astype(np.int64)  # the cache of a property that reads every entry
    return dataset


def write_statistics(folder: Path, statistics: DatasetStatistics) -> None:
    """Write what was counted of a data set beside it. OSError passes through."""
    np.save(folder / _TITLE_COUNTS, statistics.title_counts.as_array(), allow_pickle=False)
    write_json(folder / _STATISTICS, statistics.as_dict())


def _title_counts(folder: Path, *, titles: int) -> npt.NDArray[np.float64] | None:
    """What was counted of each title at import, [4, I]; None where that is missing or damaged."""
    try:
        counts_4I = np.load(folder / _TITLE_COUNTS, allow_pickle=False)
    except (OSError, EOFError, ValueError):
        return None
    return counts_4I if counts_4I.shape == (4, titles) else None


def read_statistics(folder: Path, *, titles: int) -> DatasetStatistics | None:
    """What was counted at import; None where an older version imported it or a file is damaged: it is counted anew."""
    try:
        counts_4I = _title_counts(folder, titles=titles)
        document = json.loads((folder / _STATISTICS).read_text(encoding="utf-8"))
        if counts_4I is None:
            return None
        return DatasetStatistics.from_dict(document, TitleCounts.from_array(counts_4I))
    except (OSError, EOFError, KeyError, TypeError, ValueError):
        return None


def bytes_needed(dataset: Dataset) -> int:
    """About how much room the folder of a dataset takes: arrays exactly, words at a generous guess."""
    asked = 0 if dataset.asked_P2 is None else 8 * len(dataset.asked_P2)
    per_entry = 16 if dataset.histories.times_N is not None else 8
    return (
        dataset.entries * per_entry
        + dataset.people * 24
        + dataset.titles * (152 + 14 * len(dataset.catalogue.links))
        + asked
        + 8192
    )


def _words_of(dataset: Dataset) -> dict[str, Any]:
    genre_sets = list(dict.fromkeys(dataset.catalogue.genres))
    number_of = {genre_set: number for number, genre_set in enumerate(genre_sets)}
    scale = dataset.scale
    return {
        "fingerprint": dataset.fingerprint,
        "entries": dataset.entries,
        "has_times": dataset.histories.times_N is not None,
        "scale": {"low": float(scale.low), "high": float(scale.high), "step": float(scale.step)},
        "users": dataset.users.ids,
        "items": dataset.items.ids,
        "titles": dataset.catalogue.titles,
        "years": [int(year) for year in dataset.catalogue.years],
        "genre_sets": genre_sets,
        "genres": [number_of[genre] for genre in dataset.catalogue.genres],
        "word": dataset.catalogue.word,
        "id_kind": dataset.catalogue.id_kind,
        "links": dict(dataset.catalogue.links),
        "asked": None if dataset.asked_P2 is None else len(dataset.asked_P2),
    }


def _read_words(path: Path) -> dict[str, Any]:
    try:
        words = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error
    if not isinstance(words, dict):
        raise damaged(path, "it holds no JSON object")
    return words


@dataclass
class _Written:
    total_bytes: int
    done: int = 0
    pace: Pace = field(default_factory=Pace)

    def and_more(self, size_bytes: int) -> Progressed | None:
        self.done = min(self.done + size_bytes, self.total_bytes)
        if not self.pace.due():
            return None
        return Progressed("Writing to the disk", self.done, self.total_bytes, "bytes")


def _write_array(path: Path, array: npt.NDArray[Any], progress: _Written) -> Job[None]:
    """As np.save does, but in portions, each flushed: so control comes back soon even where the disk is slow."""
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
        for start in range(0, len(array), _VALUES_AT_ONCE):
            portion = np.ascontiguousarray(array[start : start + _VALUES_AT_ONCE])
            file.write(portion.data)
            file.flush()
            os.fsync(file.fileno())
            yield progress.and_more(portion.nbytes)
        file.flush()
        os.fsync(file.fileno())


def _mapped(path: Path, kind: type[np.generic], length: int) -> npt.NDArray[Any]:
    """A memory-mapped array of so many values; LibraryError where it is missing, short or of another kind."""
    try:
        if length == 0:
            return np.zeros(0, dtype=kind)
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise damaged(path, error) from error
    except (ValueError, EOFError) as error:
        raise damaged(path, "it is cut short, or no array of numbers") from error
    if array.dtype != np.dtype(kind) or array.shape != (length,):
        raise damaged(path, f"it has {array.shape} values of {array.dtype}, not {length:,} of {np.dtype(kind)}")
    return np.asarray(array)


def _check_parts(folder: Path, histories: Histories, catalogue: Catalogue, *, titles: int) -> None:
    """That the parts fit each other, in one quick pass; what the fingerprint says is not worked out again."""
    indptr_U1, rows_N = histories.indptr_U1, histories.item_rows_N
    problem: LibraryError | None = None
    links = [len(ids) for ids in catalogue.links.values()]
    if len({titles, len(catalogue.titles), len(catalogue.years), len(catalogue.genres), *links}) != 1:
        problem = damaged(folder / _WORDS, "titles, years, genres and ids are not equally many")
    elif indptr_U1[0] != 0 or indptr_U1[-1] != len(rows_N) or bool((np.diff(indptr_U1) < 0).any()):
        problem = damaged(folder / _INDPTR, "it does not divide the entries among the people")
    elif len(rows_N) and int(rows_N.view(np.uint32).max()) >= titles:
        problem = damaged(folder / _ITEMS, f"it names titles beyond the {titles:,} there are")
    if problem is not None:
        raise problem


def _check_asked(folder: Path, asked_P2: npt.NDArray[np.int32] | None, *, people: int, titles: int) -> None:
    """That the pairs that are asked for are of people and titles there are (-1: of none)."""
    if asked_P2 is None or not len(asked_P2):
        return
    least, most = asked_P2.min(), asked_P2.max(axis=0)
    if least < -1 or most[0] >= people or most[1] >= titles:
        raise damaged(folder / _ASKED, f"it names people or titles beyond the {people:,} and {titles:,} there are")


def _check_ratings(folder: Path, histories: Histories, scale: Scale) -> None:
    ratings_N = histories.ratings_N
    if not len(ratings_N):
        return
    low, high = float(np.fmin.reduce(ratings_N)), float(np.fmax.reduce(ratings_N))
    if low < scale.low - _SLACK or high > scale.high + _SLACK:
        raise damaged(
            folder / _RATINGS,
            f"it holds ratings from {low:g} to {high:g} on a scale of {scale.low:g} to {scale.high:g}",
        )
