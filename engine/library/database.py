"""The SQLite file of a library: brought to the schema that is known, and a connection per transaction.

WAL lets readers look while a job writes.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from engine import renaming
from engine.errors import DamagedRecordsError, LibraryError, NotStoredError
from engine.library.copies import Copies
from engine.library.home import uri_of
from engine.library.room import LITTLE_BYTES, Room
from engine.library.schema import MIGRATIONS

LOG = logging.getLogger(__name__)
_CHANGES, _PATIENCE_S = "What you change", 10.0
_MOST_CHECKED_BYTES = 64 << 20


class Database:
    """The records of a library. Raises DamagedRecordsError, and LibraryError where the file is newer than known.

    One idle connection stays open until `close`, so that reading goes on when the disk is full. Where nothing can be
    written at the opening, a copy in memory is read: `why_read_only` says why, and a transaction tries again.
    """

    def __init__(
        self,
        path: Path,
        *,
        migrations: Sequence[Sequence[str]] = MIGRATIONS,
        room: Room | None = None,
        copies: Copies | None = None,
    ) -> None:
        self.path = path
        self._copies = copies
        self.why_read_only: NotStoredError | None = None
        self._migrations, self._room = migrations, room or Room(path.parent)
        self._lock = threading.RLock()
        self._idle: sqlite3.Connection | None = None
        self._snapshot: sqlite3.Connection | None = None
        self._foreign = 0
        try:
            self._open_with_room()
        except NotStoredError as error:
            self._take_snapshot(error)
        self._seen = self._data_version()

    def close(self) -> None:
        """Let go of the file. Safe to call twice; what is asked afterwards opens it again."""
        for connection in (self._idle, self._snapshot):
            if connection is not None:
                connection.close()
        self._idle = self._snapshot = None

    @contextmanager
    def transaction(self, what: str = "A change", *, is_urgent: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection of the calling thread's own; all is written when the block ends well, nothing otherwise.

        Raises NotStoredError, which names `what`, where the disk is full or refuses. `is_urgent`: it makes room, or
        takes back what did.
        """
        self._room.make(is_urgent=is_urgent)
        try:
            with self._writing(what) as connection:
                yield connection
        finally:
            self._room.hold()
        if self._copies is not None:
            self._copies.after_change(self.path)

    @contextmanager
    def _writing(self, what: str) -> Iterator[sqlite3.Connection]:
        if self._snapshot is not None:
            self._leave_snapshot(what)
        with self._connection(what) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
                with self._lock:
                    self._seen = self._data_version()
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """All rows of a query. Text that is no UTF-8 comes with marks in place of what cannot be read."""
        if self._snapshot is not None:
            with self._lock:
                return _fetched(self._snapshot, query, values)
        with self._connection() as connection:
            return _fetched(connection, query, values)

    def foreign_changes(self) -> int:
        """Counts the changes to the file that were not made by `transaction`: somebody mends it by hand."""
        with self._lock:
            found = self._data_version()
            if found is None or found != self._seen:
                self._seen, self._foreign = found, self._foreign + 1
            return self._foreign

    def _data_version(self) -> int | None:
        """A number that is another after each change by any connection; None once the file was let go of."""
        connection = self._idle or self._snapshot
        try:
            return None if connection is None else int(connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    def _open_with_room(self) -> None:
        self._room.make(is_urgent=True)
        try:
            self._open()
        except NotStoredError:
            if not self._room.release():
                raise
            self._open()

    def _open(self) -> None:
        had_copies = self._copies is not None and self._copies.are_there
        with self._connection(_CHANGES) as connection:
            self._refuse_damaged(connection, had_copies=had_copies)
            connection.execute("PRAGMA journal_mode = WAL")
            self._migrate(connection)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA user_version = {len(self._migrations)}")  # refused where it may only be read
            connection.execute("ROLLBACK")
            self._idle = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            self._idle.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def _refuse_damaged(self, connection: sqlite3.Connection, *, had_copies: bool) -> None:
        """Raises DamagedRecordsError for a file that is not whole, or empty where there were records."""
        if had_copies and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _damaged_file(self.path, "it is empty")
        if self.path.stat().st_size <= _MOST_CHECKED_BYTES:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if found != "ok":
                raise _damaged_file(self.path, found.strip().splitlines()[-1])

    def _take_snapshot(self, error: NotStoredError) -> None:
        """Read all records into memory. Raises LibraryError where even that cannot be done."""
        if not self.path.exists():
            raise error
        self._snapshot = snapshot = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        snapshot.row_factory = sqlite3.Row
        try:
            _copy_into(snapshot, self.path)
            self._migrate(snapshot)
        except sqlite3.Error as refused:
            self.close()
            raise _refused(self.path, refused, _CHANGES) from refused
        self.why_read_only = error

    def _leave_snapshot(self, what: str) -> None:
        """Go on with the file itself, where that can be written again. Raises NotStoredError."""
        with self._lock:
            try:
                self._open()
            except NotStoredError as error:
                raise _refused(self.path, error.__cause__ or error, what) from error
            former, self._snapshot, self.why_read_only = self._snapshot, None, None
            self._foreign += 1
            if former is not None:
                former.close()
        LOG.info("The records can be written again")

    @contextmanager
    def _connection(self, what: str = "") -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=_PATIENCE_S)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA foreign_keys = ON")
                yield connection
        except sqlite3.Error as error:
            raise _refused(self.path, error, what) from error

    def _migrate(self, connection: sqlite3.Connection) -> None:
        migrations = self._migrations
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(migrations):
            raise LibraryError(
                f"{self.path} was written by a newer version of Desktop Rec "
                f"(schema {version}; this one knows {len(migrations)}).",
                remedy="Update Desktop Rec, or use another folder with --home.",
                path=str(self.path),
                format=version,
            )
        for number, statements in enumerate(migrations[version:], start=version + 1):
            connection.execute("BEGIN IMMEDIATE")
            try:
                for statement in statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            LOG.info("Brought %s to schema %d", self.path.name, number)


def set_aside(path: Path, *, by: Path) -> Path:
    """Let a new file take the place of a damaged one, which keeps another name; which one. OSError passes through.

    A kill on the way leaves the damaged file in its place, or the new one.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    names = (f"{path.name}.damaged-{stamp}{number}" for number in ("", *(f"-{count}" for count in range(2, 100))))
    aside = next(place for place in map(path.with_name, names) if not place.exists())
    with suppress(FileNotFoundError):
        try:
            os.link(path, aside)
        except (OSError, NotImplementedError):  # a disk without links
            renaming.rename(path, aside)
    for part in ("-wal", "-shm"):  # the new file must not meet what belongs to the damaged one
        with suppress(FileNotFoundError):
            renaming.rename(path.with_name(path.name + part), aside.with_name(aside.name + part))
    renaming.replace(by, path)
    return aside


def is_records_file(path: Path) -> bool:
    """Whether a file holds the records of a library, as far as can be seen without changing anything."""
    try:
        if not path.is_file():
            return False
        with closing(sqlite3.connect(f"{uri_of(path)}?immutable=1", uri=True)) as found:
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except (sqlite3.Error, OSError):
        return False
    return {"datasets", "runs", "profiles"} <= tables


def damaged_record(what: str, error: Exception) -> LibraryError:
    """The sentence for a row that cannot be read as what it should be; `what` names it ("run two_head 1")."""
    return LibraryError(
        f"The record of the {what} in library.sqlite is damaged ({error}) and left out; the others are there.",
        remedy="Copies of the records from before are in the folder copies.",
    )


def _fetched(connection: sqlite3.Connection, query: str, values: Sequence[object]) -> list[sqlite3.Row]:
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError as error:
        if "decode to UTF-8" not in str(error):
            raise
    connection.text_factory = _readable
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.text_factory = str


def _readable(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _copy_into(snapshot: sqlite3.Connection, path: Path) -> None:
    """Copy a database where it may not be possible to write a byte beside it. Raises sqlite3.Error.

    On a full disk a connection that has the file for itself needs no file beside it; where the folder is read only, a
    copy elsewhere does, and, where there is nowhere else, the file without what was written last.
    """
    sources = (_alone, _copied_elsewhere, _as_it_lies)
    for copy in sources:
        try:
            copy(snapshot, path)
        except (sqlite3.Error, OSError) as error:
            if copy is sources[-1]:
                raise sqlite3.OperationalError(str(error)) from error
        else:
            return


def _alone(snapshot: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(uri_of(path), uri=True)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.backup(snapshot)


def _copied_elsewhere(snapshot: sqlite3.Connection, path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="desktop-rec-", ignore_cleanup_errors=True) as folder:
        for part in (path, path.with_name(f"{path.name}-wal")):
            if part.exists():
                shutil.copyfile(part, Path(folder, part.name))
        _alone(snapshot, Path(folder, path.name))


def _as_it_lies(snapshot: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(f"{uri_of(path)}?immutable=1", uri=True)) as connection:
        connection.backup(snapshot)


def _damaged_file(path: Path, words: str) -> DamagedRecordsError:
    return DamagedRecordsError(
        f"{path} is damaged ({words}).",
        remedy="Close Desktop Rec and open it again: it then mends the records from their last copy.",
        path=str(path),
        words=words,
    )


def _refused(path: Path, error: BaseException, what: str) -> LibraryError:
    """The sentence for what SQLite refuses; `what` was to be stored, or "" where something was to be read."""
    words, name = str(error), str(getattr(error, "sqlite_errorname", ""))
    is_io = name.startswith("SQLITE_IOERR") or "I/O" in words
    little = shutil.disk_usage(path.parent).free < LITTLE_BYTES and os.access(path.parent, os.W_OK)
    if "full" in words or (little and (is_io or name.startswith("SQLITE_CANTOPEN"))):
        return NotStoredError(
            f"{what or _CHANGES} could not be stored in {path.parent}: the disk is full.",
            remedy="Free some room, or delete data sets or models that are not needed.",
            not_stored=what or _CHANGES,
            is_full=True,
            path=str(path),
        )
    if "not a database" in words or "malformed" in words or name.startswith("SQLITE_CORRUPT"):
        return _damaged_file(path, words)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return NotStoredError(
            f"{what or _CHANGES} could not be stored: another program holds {path}.",
            remedy="Close that program and try again.",
            not_stored=what or _CHANGES,
            is_full=False,
            path=str(path),
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR")) or "readonly" in words:
        return NotStoredError(
            f"{what or _CHANGES} could not be stored: {path.parent} cannot be written to.",
            remedy="Check that the folder may be written to, or use another folder with --home.",
            not_stored=what or _CHANGES,
            is_full=False,
            path=str(path),
        )
    return LibraryError(f"The records in {path} could not be used ({words}).", path=str(path))
