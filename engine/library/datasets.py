"""The store of imported data sets: one record in SQLite and one folder of arrays each.

Stands between the importer and everything that opens a data set again.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.data.dataset import Dataset, Scale
from engine.data.statistics import DatasetStatistics, count_statistics
from engine.errors import LibraryError
from engine.events import Job, drive
from engine.library.database import Database, damaged_record
from engine.library.dataset_files import (
    bytes_needed,
    read_dataset,
    read_statistics,
    write_dataset,
    write_statistics,
)
from engine.library.folders import bytes_in, new_folder, remove_unfinished, removed_on_failure
from engine.library.origin import KEY, Origin, origin_in
from engine.library.trash import Trash

if TYPE_CHECKING:
    from engine.data.importing.importer import ImportReport


@dataclass(frozen=True)
class DatasetRecord:
    """What is known of a kept data set without opening it. `created` is in UTC; `report` what the import said."""

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
        """The share of all person-title pairs that is there, 0 to 1."""
        return self.entries / max(1, self.people * self.titles)

    @property
    def origin(self) -> Origin | None:
        """The files it was imported from and how, or None where that is not known."""
        return origin_in(self.report)


class DatasetStore:
    """The data sets of a library. Any thread may call."""

    def __init__(self, database: Database, folder: Path, *, trash: Path) -> None:
        self._database, self._folder = database, folder
        self._trash = Trash(database, trash, store=folder, table="datasets", key="dataset_id")

    def new_id(self) -> str:
        """An id that no data set has."""
        return f"d{uuid4().hex[:8]}"

    def keep(self, dataset: Dataset, report: ImportReport, *, origin: Origin | None = None) -> DatasetRecord:
        """`keeping` in one go, for a small data set."""
        return drive(self.keeping(dataset, report, origin=origin))

    def keeping(self, dataset: Dataset, report: ImportReport, *, origin: Origin | None = None) -> Job[DatasetRecord]:
        """Write a data set to disk, whole or not at all. A name already taken gets a number.

        `origin` is remembered, for importing it again. Raises LibraryError where the disk is full or refuses; then, and
        after a Stop, nothing is left of it.
        """
        if self._database.rows("SELECT 1 FROM datasets WHERE dataset_id = ? AND deleted", (dataset.dataset_id,)):
            self._trash.purge(dataset.dataset_id)
        folder = self._folder / dataset.dataset_id
        with new_folder(folder, what=f"The data set {dataset.name}", need_bytes=bytes_needed(dataset)) as unfinished:
            yield from write_dataset(unfinished, dataset)
            write_statistics(unfinished, (yield from count_statistics(dataset)))
        with removed_on_failure(folder):
            self._insert(self._record_of(dataset, _document(report, origin)))
        return self.find(dataset.dataset_id)

    def records(self) -> tuple[DatasetRecord, ...]:
        """All data sets, the newest first."""
        rows = self._database.rows("SELECT * FROM datasets WHERE NOT deleted ORDER BY created DESC, rowid DESC")
        return tuple(_record(row) for row in rows)

    def find(self, which: str) -> DatasetRecord:
        """The data set of an id or a name (the newest of that name), or the `latest`. Raises LibraryError."""
        records = self.records()
        if which == "latest" and records:
            return records[0]
        for matches in (lambda one: one.dataset_id == which, lambda one: one.name == which):
            found = next(filter(matches, records), None)
            if found is not None:
                return found
        raise LibraryError(
            f"There is no data set called {which!r} in {self._folder.parent}.",
            remedy=_known([record.name for record in records], "Import one first, or take the sample."),
            dataset=which,
        )

    def open(self, dataset_id: str) -> Dataset:
        """A kept data set, its arrays memory-mapped. Raises LibraryError where it is missing or damaged."""
        record = self.find(dataset_id)
        return read_dataset(self._folder / record.dataset_id, dataset_id=record.dataset_id, name=record.name)

    def statistics(self, dataset: Dataset) -> Job[DatasetStatistics]:
        """What was counted of a data set at its import; counted and stored now where an older version imported it."""
        folder = self.folder_of(dataset.dataset_id)
        yield None
        stored = read_statistics(folder, titles=dataset.titles)
        if stored is not None:
            return stored
        counted = yield from count_statistics(dataset)
        with suppress(OSError):  # counted again the next time
            write_statistics(folder, counted)
        return counted

    def folder_of(self, dataset_id: str) -> Path:
        """Where the arrays of a data set lie."""
        return self._folder / dataset_id

    def disk_use(self, dataset_id: str) -> int:
        """The size of a data set on the disk in bytes."""
        return bytes_in(self.folder_of(dataset_id))

    def with_fingerprint(self, fingerprint: str) -> DatasetRecord | None:
        """A data set of just these entries, such as one imported again; None where there is none."""
        return next((record for record in self.records() if record.fingerprint == fingerprint), None)

    def rename(self, dataset_id: str, name: str) -> DatasetRecord:
        """Call a data set something else."""
        record = self.find(dataset_id)
        with self._database.transaction() as connection:
            connection.execute("UPDATE datasets SET name = ? WHERE dataset_id = ?", (name, record.dataset_id))
        return self.find(record.dataset_id)

    def tell_anew(self, dataset_id: str, report: ImportReport, *, origin: Origin | None = None) -> DatasetRecord:
        """Another import found the same: its report takes the place of the former one."""
        written = json.dumps(_document(report, origin), default=str)
        with self._database.transaction() as connection:
            connection.execute("UPDATE datasets SET report = ? WHERE dataset_id = ?", (written, dataset_id))
        return self.find(dataset_id)

    def take_place(self, dataset_id: str, *, of: str) -> DatasetRecord:
        """Let a data set take the place and the name of another, which goes to the trash."""
        former = self.find(of)
        self.delete(former.dataset_id)
        return self.rename(dataset_id, former.name)

    def delete(self, dataset_id: str) -> None:
        """Move a data set to the trash; `restore` undoes it until the library is next opened."""
        self._trash.put(self.find(dataset_id).dataset_id)

    def restore(self, dataset_id: str) -> DatasetRecord:
        """Undo a deletion."""
        self._trash.take_back(dataset_id)
        return self.find(dataset_id)

    def settle(self) -> None:
        """At the opening of a library: empty the trash, clear away what was never finished."""
        self._trash.empty()
        remove_unfinished(self._folder)

    def _record_of(self, dataset: Dataset, report: dict[str, Any]) -> DatasetRecord:
        return DatasetRecord(
            dataset.dataset_id,
            self._free_name(dataset.name),
            dataset.people,
            dataset.titles,
            dataset.entries,
            dataset.scale,
            dataset.fingerprint,
            datetime.now(UTC),
            report,
        )

    def _insert(self, record: DatasetRecord) -> None:
        scale = record.scale
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO datasets (dataset_id, name, people, titles, entries, low, high, step, fingerprint,"
                " created, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.dataset_id,
                    record.name,
                    record.people,
                    record.titles,
                    record.entries,
                    *(float(one) for one in (scale.low, scale.high, scale.step)),
                    record.fingerprint,
                    record.created.isoformat(),
                    json.dumps(record.report, default=str),
                ),
            )

    def _free_name(self, name: str) -> str:
        taken = {record.name for record in self.records()}
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        return free


def _document(report: ImportReport, origin: Origin | None) -> dict[str, Any]:
    return asdict(report) | ({KEY: origin.document()} if origin is not None else {})


def _record(row: sqlite3.Row) -> DatasetRecord:
    try:
        created, report = datetime.fromisoformat(row["created"]), json.loads(row["report"])
    except (ValueError, TypeError) as error:
        raise damaged_record(f"data set {row['name']}", error) from error
    return DatasetRecord(
        row["dataset_id"],
        row["name"],
        row["people"],
        row["titles"],
        row["entries"],
        Scale(row["low"], row["high"], row["step"]),
        row["fingerprint"],
        created,
        report,
    )


def _known(names: list[str], otherwise: str) -> str:
    if not names:
        return otherwise
    shown = ", ".join(repr(name) for name in names[:8])
    return f"Known are: {shown}{' and others' if len(names) > 8 else ''}, sample and latest."
