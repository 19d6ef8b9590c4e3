"""A Dataset as files: arrays that are memory-mapped when opened, and one compact JSON for ids and titles.

Shapes: U people, I titles, N entries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.statistics import DatasetStatistics, TitleCounts
from engine.documents import fits
from engine.errors import LibraryError
from engine.events import Job, Pace, Progressed, drive
from engine.library.folders import check_format, write_format, write_json
from engine.stored_files import (
    Checksums,
    check,
    checking,
    checksums_in,
    checksums_of,
    damaged,
    read_array,
    read_document,
    save_array,
    sealed,
    write_array,
)

FORMAT = 1
_KIND = "data set"
_SLACK = 1e-3
"""Ratings are float32 and the ends of a scale are rounded to four digits."""
_WORDS, _INDPTR, _ITEMS, _RATINGS, _TIMES = "words.json", "indptr.npy", "items.npy", "ratings.npy", "times.npy"
_HINTS: dict[str, Any] = {
    **dict.fromkeys(("users", "items", "titles"), list[str]),
    **dict.fromkeys(("years", "genres"), list[int]),
    "genre_sets": list[list[str]],
    "word": str,
    "entries": int,
    "fingerprint": str,
    "has_times": bool,
    "scale": dict[str, float],
}
_STATISTICS, _TITLE_COUNTS = "statistics.json", "title_counts.npy"
_ASKED = "asked.npy"
"""Pairs that the file asks to be predicted; folders from before there were any have none, as most have."""


def write_dataset(folder: Path, dataset: Dataset) -> Job[None]:
    """Write all of a dataset into an existing empty folder and flush it, portion by portion. OSError passes through."""
    histories, files = dataset.histories, Checksums()
    progress = _Written(bytes_needed(dataset))
    arrays: dict[str, npt.NDArray[Any]] = {
        _INDPTR: np.asarray(histories.indptr_U1, dtype=np.int64),
        _ITEMS: np.asarray(histories.item_rows_N, dtype=np.int32),
        _RATINGS: np.asarray(histories.ratings_N, dtype=np.float32),
    }
    if histories.times_N is not None:
        arrays[_TIMES] = np.asarray(histories.times_N, dtype=np.int64)
    if dataset.asked_P2 is not None:
        arrays[_ASKED] = np.asarray(dataset.asked_P2, dtype=np.int32).reshape(-1)
    for name, array in arrays.items():
        files[name] = yield from _write_array(folder / name, array, progress)
    write_json(folder / _WORDS, _words_of(dataset))
    yield None
    write_format(folder, _KIND, FORMAT, files | checksums_of([folder / _WORDS]))


def checking_dataset(folder: Path) -> Job[None]:
    """Compare all arrays of a dataset folder with their checksums; 500 MB take about a third of a second.

    Raises LibraryError where one is damaged.
    """
    known = check_format(folder, _KIND, FORMAT)
    for name in (_INDPTR, _ITEMS, _RATINGS, _TIMES, _ASKED):
        yield from checking(folder / name, known)


def read_dataset(folder: Path, *, dataset_id: str, name: str) -> Dataset:
    """`reading_dataset`, at once."""
    return drive(reading_dataset(folder, dataset_id=dataset_id, name=name))


def reading_dataset(folder: Path, *, dataset_id: str, name: str) -> Job[Dataset]:
    """Open a dataset folder: arrays are mapped, and not compared with their checksums (see `checking_dataset`).

    None of its steps is longer than reading the words: 40 ms where 200,000 people rated 84,000 titles. Raises
    LibraryError where anything is missing or does not fit.
    """
    words = read_document(folder / _WORDS, check_format(folder, _KIND, FORMAT))
    yield None
    try:
        _check_words(words)
        yield None
        catalogue = _catalogue_in(words)
        users, items = Vocabulary(words["users"]), Vocabulary(words["items"])
        entries, has_times, fingerprint = int(words["entries"]), bool(words["has_times"]), str(words["fingerprint"])
        asked = None if words.get("asked") is None else int(words["asked"])
        scale = Scale(*(float(words["scale"][part]) for part in ("low", "high", "step")))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise damaged(folder / _WORDS, f"{type(error).__name__}: {error}") from error
    histories = Histories(
        _mapped(folder / _INDPTR, np.int64, len(users) + 1),
        _mapped(folder / _ITEMS, np.int32, entries),
        _mapped(folder / _RATINGS, np.float32, entries),
        _mapped(folder / _TIMES, np.int64, entries) if has_times else None,
    )
    yield None
    _check_parts(folder, histories, catalogue, titles=len(items))
    yield None
    _check_ratings(folder, histories, scale)
    asked_P2 = None if asked is None else _mapped(folder / _ASKED, np.int32, 2 * asked).reshape(-1, 2)
    _check_asked(folder, asked_P2, people=len(users), titles=len(items))
    yield None
    dataset = Dataset(dataset_id, name, users, items, catalogue, histories, scale, fingerprint, asked_P2)
    counted = read_statistics(folder, titles=len(items))
    if counted is not None and int(counted.title_counts.entries_I.sum()) == entries:
        vars(dataset)["counts_I"] = counted.title_counts.entries_I  # the cache of a property that reads every entry
    return dataset


def _catalogue_in(words: dict[str, Any]) -> Catalogue:
    return Catalogue(
        tuple(words["titles"]),
        tuple(words["years"]),
        tuple(map([tuple(word) for word in words["genre_sets"]].__getitem__, words["genres"])),
        words["word"],
        str(words.get("id_kind", "")),
        {str(kind): tuple(ids) for kind, ids in words.get("links", {}).items()},
    )


def write_statistics(folder: Path, statistics: DatasetStatistics) -> None:
    """Write what was counted of a data set beside it. OSError passes through."""
    save_array(folder / _TITLE_COUNTS, statistics.title_counts.as_array())
    files = checksums_of([folder / _TITLE_COUNTS])
    write_json(folder / _STATISTICS, sealed({**statistics.as_dict(), "files": files}))


def read_statistics(folder: Path, *, titles: int) -> DatasetStatistics | None:
    """What was counted at import; None where an older version imported it or a file is damaged: it is counted anew."""
    try:
        document = read_document(folder / _STATISTICS)
        check(folder / _TITLE_COUNTS, checksums_in(document, folder / _STATISTICS))
        document.pop("files", None)
        counts_4I = read_array(folder / _TITLE_COUNTS, np.float64, (4, titles))
        return DatasetStatistics.from_dict(document, TitleCounts.from_array(counts_4I))
    except (LibraryError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
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


def _check_words(words: dict[str, Any]) -> None:
    """Raises ValueError where ids, titles, years or genres are not what they should be, value by value."""
    for name, hint in _HINTS.items():
        if not fits(words[name], hint):
            raise ValueError(f"{name} is not what it should be")
    if not fits(words.get("links", {}), dict[str, list[str]]) or min(words["genres"], default=0) < 0:
        raise ValueError("links or genres are not what they should be")


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


def _write_array(path: Path, array: npt.NDArray[Any], progress: _Written) -> Job[dict[str, Any]]:
    """Write an array in portions, so that control comes back soon even where the disk is slow; its checksum."""
    with path.open("wb") as file:
        portions, done = write_array(file, array), 0
        try:
            while True:
                next(portions)
                yield progress.and_more(file.tell() - done)
                done = file.tell()
        except StopIteration as end:
            found: dict[str, Any] = end.value
            return found


def _mapped(path: Path, kind: type[np.generic], length: int) -> npt.NDArray[Any]:
    """A memory-mapped array of so many values; LibraryError where it is missing, short or of another kind."""
    return read_array(path, kind, (length,), mapped=True) if length else np.zeros(0, dtype=kind)


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
