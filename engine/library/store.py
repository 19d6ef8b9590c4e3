"""The Library: one folder with all that is stored, opened by one process at a time.

Data sets, runs, evaluations, searches and people's ratings go in, and come out in later launches. The lock is the
system's, so it ends with its process, however that ends; a file beside it says who has it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import re
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from engine import unfinished
from engine.data.dataset import Dataset
from engine.documents import parsed_json
from engine.errors import DamagedRecordsError, LibraryError, NotStoredError
from engine.library.copies import Copies, moment_of, put_ratings, salvaged_ratings
from engine.library.database import Database, is_records_file, set_aside
from engine.library.datasets import DatasetStore
from engine.library.evaluations import BaselineStore
from engine.library.folders import (
    bytes_in,
    check_format,
    clear_unfinished,
    kind_in,
    names_in,
    sign_folder,
    write_failure,
)
from engine.library.home import home_of
from engine.library.ladders import LadderStore
from engine.library.own_presets import OwnPresetStore
from engine.library.profiles import ProfileStore
from engine.library.quick_models import QuickModelStore
from engine.library.records import RecordStore
from engine.library.room import Room
from engine.library.run_record import RunRecord
from engine.library.runs import RunStore
from engine.library.searches import SearchStore
from engine.library.speeds import SpeedStore
from engine.library.sweeps import SweepStore
from engine.library.taste_maps import TasteMapStore
from engine.text import format_moment

LOG = logging.getLogger(__name__)
FORMAT = 1
_LIST, _COPIES, _RECORDS_FILE = "unfinished", "copies", "library.sqlite"
_CHANGED_SINCE = (
    "{name} was changed since it was closed, and not by Desktop Rec. If that was not you, the disk may be failing: the "
    "records from before are in the folder copies."
)
_MAY_ONLY_BE_READ = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT)
_KIND = "library"
_WHAT = "The library"
_LOCK_FILE, _WHO_FILE = "library.lock", "library.lock.json"
_BEFORE_IT_IS_SIGNED = frozenset(
    {_LOCK_FILE, _WHO_FILE, "window.ini", "lost+found", ".DS_Store", "desktop.ini", "Thumbs.db"}
)
_LOGS, _LOG = "logs", re.compile(r"desktop-rec-[0-9-]+\.log", re.ASCII)
_OF_SETTINGS = re.compile(r"window\.ini\.([A-Za-z0-9]{6}|lock)", re.ASCII)
"""What Qt leaves of settings that were being saved when the window was killed."""
_PASSING_FORMAT = re.compile(r"\.new-([0-9a-f]{8}-)?format\.json", re.ASCII)


class Library:
    """The stores of one folder. Open it with `Library.open`, close it when done, or use it in a `with` block.

    `notices` are sentences on what the opening found: what was mended, adopted or left out. `why_read_only` says why
    nothing can be stored now (a full disk, a folder that may not be written to), None where all can.
    """

    def __init__(self, home: Path, *, lock: LibraryLock) -> None:
        self.home = home
        self._lock = lock
        self._copies = Copies(home / _COPIES)
        self.room = Room(home, empty_trash=self.empty_trash, drop_oldest_copy=self._copies.drop_oldest)
        database, mended = self._open_records()
        self._database = database
        trash = home / "trash"
        self.datasets = DatasetStore(database, home / "datasets", trash=trash / "datasets", room=self.room)
        self.runs = RunStore(database, home / "runs", trash=trash / "runs", room=self.room)
        self.profiles = ProfileStore(database)
        self.searches = SearchStore(database)
        self.sweeps = SweepStore(database)
        self.baselines = BaselineStore(home / "baselines")
        self.quick_models = QuickModelStore(home / "quick")
        self.taste_maps = TasteMapStore(home / "maps")
        self.speeds = SpeedStore(home / "speeds.json")
        self.ladders = LadderStore(home / "ladders.json")
        self.own_presets = OwnPresetStore(home / "own_presets.json")
        self.notices: tuple[str, ...] = mended
        self._settle()
        if self.why_read_only is None:
            self._copies.make(database.path)
        else:
            LOG.warning("%s", self.why_read_only)
        unfinished.list_in(home / _LIST)

    @staticmethod
    def open(home: Path | None = None, *, who: str) -> Library:
        """Open or make the library in `home` (or its default place) as `who`. Raises LibraryError.

        A folder that holds other things than a library is refused, and nothing is written into it.
        """
        place = home_of(home)
        refuse_foreign(place)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise write_failure(place, error, what=_WHAT) from error
        lock = LibraryLock(place, who=who)
        try:
            _sign(place)
            check_format(place, _KIND, FORMAT)
            library = Library(place, lock=lock)
        except BaseException:
            lock.release()
            raise
        LOG.info("Opened the library for %s", who)
        return library

    @property
    def why_read_only(self) -> NotStoredError | None:
        """Why nothing can be stored, as far as is known now."""
        return self._database.why_read_only or self._lock.why_read_only

    def empty_trash(self) -> int:
        """Remove for good what was deleted since the opening; how many there were. It cannot be brought back."""
        removed = self.datasets.empty_trash() + self.runs.empty_trash()
        for by_data in (self.quick_models, self.taste_maps):
            by_data.settle(self.datasets.fingerprints())
        return removed

    def damaged(self) -> tuple[str, ...]:
        """A sentence for each record that cannot be read and is left out of the lists."""
        return tuple(error.what for store in self._record_stores for error in store.damaged().values())

    @property
    def _record_stores(self) -> tuple[RecordStore[Any], ...]:
        return (self.datasets, self.runs, self.profiles, self.searches, self.sweeps)

    def _open_records(self) -> tuple[Database, tuple[str, ...]]:
        """The records, and what had to be done: a damaged file is set aside, and made anew from what there is."""
        path = self.home / _RECORDS_FILE
        was_changed = self._copies.was_changed(path)
        try:
            database = Database(path, room=self.room, copies=self._copies)
            if was_changed:
                LOG.warning("%s", _CHANGED_SINCE.format(name=path.name))
            return database, (_CHANGED_SINCE.format(name=path.name),) if was_changed else ()
        except DamagedRecordsError as error:
            damaged = error
        passing = unfinished.beside(path)
        try:
            copy = self._copies.restore(passing)
            database = Database(passing, room=self.room)
            table, rows = self._copies.ratings_since(copy)
            for found, only_unknown in ((rows, False), (salvaged_ratings(path), True)):
                try:
                    with database.transaction("The ratings that were found again") as connection:
                        put_ratings(connection, found, only_unknown=only_unknown)
                except LibraryError as error:
                    LOG.warning("%s", error)
            database.close()
            aside = set_aside(path, by=passing)
        except OSError as error:
            raise damaged from error
        newest = table or copy
        place = f"the copy of {format_moment(moment_of(newest))} takes its place" if newest else "there is no copy"
        sentence = (
            f"{path.name} was damaged ({damaged.facts['words']}): {place}, and data sets and models are read from "
            f"their folders. The damaged file is kept as {aside.name}."
        )
        LOG.warning("%s", sentence)
        return Database(path, room=self.room, copies=self._copies), (sentence,)

    def _settle(self) -> None:
        """Bring folders and records together. What cannot be written now is left for the next opening."""
        stores = self._record_stores
        if self.why_read_only is None:
            try:
                for store in stores:
                    store.settle()
                for by_data in (self.baselines, self.quick_models, self.taste_maps):
                    by_data.settle(self.datasets.fingerprints())
                self.sweeps.forget_all_but(self.datasets.fingerprints())
                for folder in (self.home, self.home / _COPIES):
                    clear_unfinished(folder)
                for name in filter(_OF_SETTINGS.fullmatch, names_in(self.home)):
                    unfinished.remove(self.home / name)
                unfinished.clear_listed(self.home / _LIST)
            except NotStoredError as error:
                LOG.warning("%s", error)
            self.room.hold()
        self.notices += tuple(notice for store in stores for notice in store.notices) + self.damaged()

    def close(self) -> None:
        unfinished.unlist(self.home / _LIST)
        if self.why_read_only is None:
            self._copies.make(self._database.path)
        self._database.close()
        if self.why_read_only is None:
            self._copies.note_closed(self._database.path)
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


def refuse_foreign(place: Path) -> None:
    """Raises LibraryError for a folder that holds something and is no library. Nothing is written or removed."""
    try:
        others = sorted(path.name for path in place.iterdir() if not _lies_in_a_new_library(path))
    except OSError:
        return  # it is not there yet, or opening it says what is wrong with it
    if not others or _is_library(place):
        return
    raise LibraryError(
        f"{place} is no library of Desktop Rec, and it is not empty: it holds {others[0]!r}"
        f"{' and more' if len(others) > 1 else ''}. Nothing in it was touched.",
        remedy="Choose a folder that is new or empty.",
        path=str(place),
    )


def is_foreign(place: Path) -> bool:
    """Whether `Library.open` would refuse a folder because it holds something else."""
    try:
        refuse_foreign(place)
    except LibraryError:
        return True
    return False


def _lies_in_a_new_library(path: Path) -> bool:
    """Whether something may be there before a folder is marked as a library: put there by systems, or by the window."""
    if path.name == _LOGS and path.is_dir():
        return all(_LOG.fullmatch(log.name) for log in path.iterdir())
    return path.name in _BEFORE_IT_IS_SIGNED or _PASSING_FORMAT.fullmatch(path.name) is not None


def _is_library(place: Path) -> bool:
    """Whether a folder is marked as a library, or its records show that it is one whose mark was lost."""
    if kind_in(place) == _KIND:
        return True
    return not (kind_in(place) or not is_records_file(place / _RECORDS_FILE))


def _sign(place: Path) -> None:
    """Mark a new library, and one whose mark was lost or is damaged."""
    if kind_in(place) != _KIND:
        sign_folder(place, _KIND, FORMAT, what=_WHAT)


class LibraryLock:
    """Holds a library folder for this process. Raises LibraryError, naming the holder, where it is taken.

    `why_read_only` says why a library that may only be read could not be locked; then it is only read.
    """

    def __init__(self, home: Path, *, who: str) -> None:
        self._who_file = home / _WHO_FILE
        self._lock = FileLock(home / _LOCK_FILE, timeout=0, thread_local=False)
        self.why_read_only: NotStoredError | None = None
        try:
            self._lock.acquire()
        except Timeout as error:
            raise _taken(home, self._who_file) from error
        except (OSError, NotImplementedError) as error:
            self._lock.release()
            if isinstance(error, OSError) and error.errno in _MAY_ONLY_BE_READ and _is_library(home):
                self.why_read_only = write_failure(home, error, what="What you change")
                return
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
        holder = parsed_json(who_file.read_bytes())
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
