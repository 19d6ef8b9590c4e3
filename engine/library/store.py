"""The Library: one folder with all that is stored, opened by one process at a time.

Data sets, runs, evaluations, searches and people's ratings go in, and come out in later launches. The lock is the
system's, so it ends with its process, however that ends; a file beside it says who has it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import appdirs
from filelock import FileLock, Timeout

from engine.data.dataset import Dataset
from engine.errors import LibraryError
from engine.library.database import Database
from engine.library.datasets import DatasetStore
from engine.library.evaluations import BaselineStore
from engine.library.folders import bytes_in, check_format, sign_folder, write_failure
from engine.library.profiles import ProfileStore
from engine.library.run_record import RunRecord
from engine.library.runs import RunStore
from engine.library.searches import SearchStore

LOG = logging.getLogger(__name__)
FORMAT = 1
_KIND = "library"
_WHAT = "The library"
_LOCK_FILE, _WHO_FILE = "library.lock", "library.lock.json"


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
        for store in (self.datasets, self.runs, self.profiles, self.searches):
            store.settle()
        self.baselines.settle(record.fingerprint for record in self.datasets.records())

    @staticmethod
    def open(home: Path | None = None, *, who: str) -> Library:
        """Open or make the library in `home` (or its default place) as `who`. Raises LibraryError."""
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
            library = Library(place, lock=lock)
        except BaseException:
            lock.release()
            raise
        LOG.info("Opened the library for %s", who)
        return library

    def close(self) -> None:
        self._database.close()
        self._lock.release()
        LOG.info("Closed the library")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def dataset_of(self, record: RunRecord) -> Dataset:
        """The data set that a run learned from, by its fingerprint. Raises LibraryError where it is gone or changed."""
        stored = {dataset.dataset_id for dataset in self.datasets.records()}
        same = self.datasets.with_fingerprint(record.fingerprint)
        wanted = [record.dataset_id] if record.dataset_id in stored else []
        wanted += [same.dataset_id] if same is not None and same.dataset_id not in wanted else []
        if not wanted:
            raise LibraryError(
                f"The run {record.name} learned from {record.dataset_name}, which is not in {self.home} any more.",
                remedy="Import the same file again, or train on another data set.",
                run=record.run_id,
                dataset=record.dataset_id,
            )
        for dataset_id in wanted:
            dataset = self.datasets.open(dataset_id)
            if dataset.fingerprint == record.fingerprint:
                return dataset
        raise LibraryError(
            f"The data set {dataset.name} is not the one that the run {record.name} learned from: "
            "its fingerprint is another.",
            remedy="Import the same file again, or train anew on this one.",
            run=record.run_id,
            expected=record.fingerprint,
            found=dataset.fingerprint,
        )

    def disk_use(self) -> int:
        return bytes_in(self.home)


def home_of(home: Path | None) -> Path:
    """The folder of the library: the given one, else DESKTOP_REC_HOME, else the system's place for user data."""
    chosen = home or os.environ.get("DESKTOP_REC_HOME") or appdirs.user_data_dir("DesktopRec")
    return Path(chosen).expanduser().resolve()


class LibraryLock:
    """Holds a library folder for this process. Raises LibraryError, naming the holder, where it is taken."""

    def __init__(self, home: Path, *, who: str) -> None:
        self._who_file = home / _WHO_FILE
        self._lock = FileLock(home / _LOCK_FILE, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise _taken(home, self._who_file) from error
        except (OSError, NotImplementedError) as error:
            self._lock.release()
            raise LibraryError(
                f"The folder {home} cannot be locked ({error}).",
                remedy="Check that it may be written to, or use another folder with --home.",
                path=str(home),
            ) from error
        self._sign(who)

    def release(self) -> None:
        """Let others in. Safe to call twice."""
        if self._lock.is_locked:
            self._who_file.unlink(missing_ok=True)
            self._lock.release()

    def _sign(self, who: str) -> None:
        """Write down who holds the folder. On a full disk that stays out: people must get in to make room."""
        signature = {"pid": os.getpid(), "program": who, "since": datetime.now().isoformat("T", "minutes")}
        with contextlib.suppress(OSError):
            self._who_file.unlink(missing_ok=True)
            self._who_file.write_text(json.dumps(signature), encoding="utf-8")


def _taken(home: Path, who_file: Path) -> LibraryError:
    try:
        holder = json.loads(who_file.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(holder["since"])
        when = f"{since:%H:%M}" if since.date() == datetime.now().date() else f"{since:%d %B, %H:%M}"
        words = f"{holder['program']} (process {holder['pid']}, since {when})"
        facts = {"pid": holder["pid"], "program": holder["program"], "since": holder["since"]}
    except (OSError, ValueError, KeyError, TypeError):
        words, facts = "another process", {}
    return LibraryError(
        f"The folder {home} is in use by {words}.",
        remedy="Close that first, or use another folder with --home.",
        path=str(home),
        **facts,
    )
