"""The store of imported data sets: a record in SQLite and a folder of arrays for each."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.data.dataset import Dataset, Scale
from engine.data.statistics import DatasetStatistics, count_statistics
from engine.documents import document_of
from engine.events import Job, drive
from engine.library.database import Database
from engine.library.dataset_files import (
    bytes_needed,
    checking_dataset,
    read_dataset,
    read_statistics,
    reading_dataset,
    write_dataset,
    write_statistics,
)
from engine.library.folder_store import FolderStore, write_copy
from engine.library.folders import clear_place, clear_unfinished, is_id, names_in, new_folder, removed_on_failure
from engine.library.origin import KEY, Origin, origin_in
from engine.library.records import first_free
from engine.library.room import Room
from engine.library.rows import RowReader, columns_of

if TYPE_CHECKING:
    from engine.data.importing.importer import ImportReport

LOG = logging.getLogger(__name__)
_NAMELESS = "Found again"
_MOST_RATING = 1e12


@dataclass(frozen=True)
class DatasetRecord:
    """What is known of a stored data set without opening it. `created` is in UTC; `report` is that of the import."""

    dataset_id: str
    name: str
    people: int
    titles: int
    entries: int
    scale: Scale
    fingerprint: str
    created: datetime
    report: dict[str, Any]

    @property
    def density(self) -> float:
        return self.entries / max(1, self.people * self.titles)

    @property
    def origin(self) -> Origin | None:
        """The files it was imported from and how, or None where that is not known."""
        return origin_in(self.report)


class DatasetStore(FolderStore[DatasetRecord]):
    """The data sets of a library. Any thread may call."""

    _table, _key, _noun, _kind = "datasets", "dataset_id", "data set", "data set"
    _known = ("sample", "latest")
    _none_yet = "Import one first, or take the sample."
    _beside = ", low, high, step"

    def __init__(self, database: Database, folder: Path, *, trash: Path, room: Room) -> None:
        super().__init__(database, RowReader(DatasetRecord, given=("scale",)), folder=folder, trash=trash, room=room)
        self._checked: set[str] = set()

    def new_id(self) -> str:
        return f"d{uuid4().hex[:8]}"

    def save(self, dataset: Dataset, report: ImportReport, *, origin: Origin | None = None) -> DatasetRecord:
        return drive(self.saving(dataset, report, origin=origin))

    def saving(self, dataset: Dataset, report: ImportReport, *, origin: Origin | None = None) -> Job[DatasetRecord]:
        """Write a data set to disk, whole or not at all; a taken name gets a number. Raises LibraryError."""
        folder, what, need = self.folder_of(dataset.dataset_id), f"The data set {dataset.name}", bytes_needed(dataset)
        self._make_way(dataset.dataset_id)
        self._checked.discard(dataset.dataset_id)
        self._room.make(need)
        with new_folder(folder, what=what, need_bytes=need) as unfinished:
            yield from write_dataset(unfinished, dataset)
            write_statistics(unfinished, (yield from count_statistics(dataset)))
            values = self._columns_of(dataset) | {"report": _document(report, origin)}
            write_copy(unfinished, values)
        with removed_on_failure(folder):
            self._insert(values, what)
        LOG.info("Saved the data set %s: %d ratings", dataset.dataset_id, dataset.entries)
        return self.find(dataset.dataset_id)

    def open(self, dataset_id: str, *, checked: bool = True) -> Dataset:
        """A stored data set, its arrays memory-mapped. Raises LibraryError where it is missing or damaged.

        Its arrays are compared with their checksums when it is first opened in this process; with `checked` False that
        is left to `checking`, for those who must not wait.
        """
        return drive(self.opening(dataset_id, checked=checked))

    def opening(self, dataset_id: str, *, checked: bool = True) -> Job[Dataset]:
        """`open`, in short steps."""
        record = self.find(dataset_id)
        if checked:
            yield from self.checking(record.dataset_id)
        folder = self.folder_of(record.dataset_id)
        return (yield from reading_dataset(folder, dataset_id=record.dataset_id, name=record.name))

    def checking(self, dataset_id: str) -> Job[None]:
        """Compare a data set's arrays with their checksums, once in this process. Raises LibraryError."""
        yield None
        if dataset_id not in self._checked:
            yield from checking_dataset(self.folder_of(dataset_id))
            self._checked.add(dataset_id)

    def statistics(self, dataset: Dataset) -> Job[DatasetStatistics]:
        """What was counted of a data set at its import; counted and stored now where an older version imported it."""
        folder = self.folder_of(dataset.dataset_id)
        yield None
        stored = read_statistics(folder, titles=dataset.titles)
        if stored is not None:
            return stored
        LOG.info("Counting the data set %s anew: its statistics are missing or damaged", dataset.dataset_id)
        counted = yield from count_statistics(dataset)
        with suppress(OSError):  # counted again the next time
            write_statistics(folder, counted)
        return counted

    def with_fingerprint(self, fingerprint: str) -> DatasetRecord | None:
        """The newest data set of just these entries, such as one imported again; None where there is none."""
        return next(iter(self.records(fingerprint)), None)

    def fingerprints(self) -> set[str]:
        """Of all data sets that are not deleted, also of those whose records cannot be read."""
        return {str(row[0]) for row in self._database.rows("SELECT fingerprint FROM datasets WHERE NOT deleted")}

    def replace_report(self, dataset_id: str, report: ImportReport, *, origin: Origin | None = None) -> DatasetRecord:
        """Another import found the same: its report takes the place of the former one."""
        self._set(dataset_id, "The report of the import", report=_document(report, origin))
        return self.find(dataset_id)

    def take_place(self, dataset_id: str, *, of: str) -> DatasetRecord:
        """Let a data set take the place and the name of another, which goes to the trash."""
        former = self.find(of)
        self.delete(former.dataset_id)
        return self.rename(dataset_id, former.name)

    def _columns_of(self, dataset: Dataset) -> dict[str, Any]:
        taken = {record.name for record in self.records()}
        scale = dataset.scale
        return {
            "dataset_id": dataset.dataset_id,
            "name": first_free(taken, lambda number: f"{dataset.name} ({number})" if number > 1 else dataset.name),
            "people": dataset.people,
            "titles": dataset.titles,
            "entries": dataset.entries,
            "low": float(scale.low),
            "high": float(scale.high),
            "step": float(scale.step),
            "fingerprint": dataset.fingerprint,
            "created": datetime.now(UTC),
        }

    def settle(self) -> None:
        super().settle()
        for name in names_in(self._folder):
            if is_id(name):
                clear_unfinished(self.folder_of(name))

    def _make_way(self, dataset_id: str) -> None:
        """A place that no record names, or one that is deleted, is free for another data set."""
        is_deleted = self._is_deleted(dataset_id)
        if is_deleted:
            self.forget(dataset_id)
        if is_deleted is not False:
            clear_place(self.folder_of(dataset_id))

    def _read(self, row: sqlite3.Row) -> DatasetRecord:
        low, high, step = (float(row[name]) for name in ("low", "high", "step"))
        if not (math.isfinite(step) and -_MOST_RATING < low <= high < _MOST_RATING):
            raise ValueError(f"the scale is {low} to {high} in steps of {step}")
        return self._reader.read(row, scale=Scale(low, high, step))

    def _guessed_row(self, folder: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        dataset = read_dataset(folder, dataset_id=folder.name, name=_NAMELESS)
        made = datetime.fromtimestamp((folder / "words.json").stat().st_mtime, UTC)
        return columns_of(self._columns_of(dataset) | {"created": made, "report": {}}), {}


def _document(report: ImportReport, origin: Origin | None) -> dict[str, Any]:
    document: dict[str, Any] = document_of(report)
    return document | ({KEY: document_of(origin)} if origin is not None else {})
