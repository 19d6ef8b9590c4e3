"""The Library: one folder with everything that is kept, opened by one process at a time.

Stands after training on the street: imported data sets, runs and people's ratings go in, and come out in later
launches. Nothing of it needs the network.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import appdirs

from engine.data.dataset import Dataset
from engine.errors import LibraryError
from engine.library.baselines import BaselineStore
from engine.library.database import Database
from engine.library.datasets import DatasetStore
from engine.library.folders import bytes_in, check_format, sign_folder, write_failure
from engine.library.lock import LibraryLock
from engine.library.profiles import ProfileStore
from engine.library.run_record import RunRecord
from engine.library.runs import RunStore
from engine.library.searches import SearchStore

FORMAT = 1
_KIND = "library"
_WHAT = "The folder of kept things"


class Library:
    """The stores of one folder. Open it with `Library.open`, close it when done, or use it in a `with` block."""

    def __init__(self, home: Path, *, lock: LibraryLock) -> None:
        self.home = home
        self._lock = lock
        database = self._database = Database(home / "library.sqlite")
        self.datasets = DatasetStore(database, home / "datasets", trash=home / "trash" / "datasets")
        self.runs = RunStore(database, home / "runs", trash=home / "trash" / "runs")
        self.profiles = ProfileStore(database)
        self.searches = SearchStore(database)
        self.baselines = BaselineStore(home / "baselines")
        self.datasets.settle()
        self.runs.settle()
        self.profiles.settle()
        self.searches.settle()
        self.baselines.settle(record.fingerprint for record in self.datasets.records())

    @staticmethod
    def open(home: Path | None = None, *, who: str) -> Library:
        """Open the library in a folder, or make it: `home`, else DESKTOP_REC_HOME, else the place for user data.

        `who` is said to others who find it taken. Raises LibraryError where the folder is in use by another process,
        cannot be written to, is damaged, or comes from a newer version. Empties the trash.
        """
        place = home_of(home)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise write_failure(place, error, what=_WHAT) from error
        lock = LibraryLock(place, who=who)
        try:
            if not (place / "format.json").exists():
                sign_folder(place, _KIND, FORMAT, what=_WHAT)
            check_format(place, _KIND, FORMAT)
            return Library(place, lock=lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let other processes in. Safe to call twice."""
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def dataset_of(self, record: RunRecord) -> Dataset:
        """The data set that a run learned from, also where it was imported again under another id.

        Raises LibraryError where it is gone or is not the same any more (its fingerprint differs).
        """
        kept = {one.dataset_id: one for one in self.datasets.records()}
        same = self.datasets.with_fingerprint(record.fingerprint)
        if same is None and record.dataset_id not in kept:
            raise LibraryError(
                f"The run {record.name} learned from {record.dataset_name}, which is not in {self.home} any more.",
                remedy="Import the same file again, or train on another data set.",
                run=record.run_id,
                dataset=record.dataset_id,
            )
        dataset_id = record.dataset_id if record.dataset_id in kept or same is None else same.dataset_id
        dataset = self.datasets.open(dataset_id)
        if dataset.fingerprint != record.fingerprint and same is not None and same.dataset_id != dataset_id:
            dataset = self.datasets.open(same.dataset_id)
        if dataset.fingerprint != record.fingerprint:
            raise LibraryError(
                f"The data set {dataset.name} is not the one that the run {record.name} learned from: "
                "its fingerprint is another.",
                remedy="Import the same file again, or train anew on this one.",
                run=record.run_id,
                expected=record.fingerprint,
                found=dataset.fingerprint,
            )
        return dataset

    def disk_use(self) -> int:
        """The size of the whole folder in bytes."""
        return bytes_in(self.home)


def home_of(home: Path | None) -> Path:
    """The folder meant: the given one, else DESKTOP_REC_HOME, else the system's place for user data."""
    chosen = home or os.environ.get("DESKTOP_REC_HOME") or appdirs.user_data_dir("DesktopRec")
    return Path(chosen).expanduser().resolve()
