"""The SQLite file of a library: its schema in numbered migrations, and a connection per transaction.

WAL lets readers look while a job writes.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from engine.errors import LibraryError

LOG = logging.getLogger(__name__)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE datasets (
            dataset_id TEXT PRIMARY KEY, name TEXT NOT NULL, people INTEGER NOT NULL, titles INTEGER NOT NULL,
            entries INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL, step REAL NOT NULL,
            fingerprint TEXT NOT NULL, created TEXT NOT NULL, report TEXT NOT NULL,
            deleted INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE runs (
            run_id TEXT PRIMARY KEY, name TEXT NOT NULL, model TEXT NOT NULL, dataset_id TEXT NOT NULL,
            dataset_name TEXT NOT NULL, fingerprint TEXT NOT NULL, model_config TEXT NOT NULL,
            training_config TEXT, split_config TEXT NOT NULL, seed INTEGER NOT NULL, device TEXT NOT NULL,
            precision TEXT NOT NULL, versions TEXT NOT NULL, parameters INTEGER NOT NULL, created TEXT NOT NULL,
            status TEXT NOT NULL, finished TEXT, seconds REAL NOT NULL DEFAULT 0, epochs INTEGER NOT NULL DEFAULT 0,
            steps INTEGER NOT NULL DEFAULT 0, best_epoch INTEGER, best_value REAL, watched TEXT NOT NULL DEFAULT '',
            examples_per_second REAL NOT NULL DEFAULT 0, stopped_because TEXT NOT NULL DEFAULT '',
            metrics TEXT NOT NULL DEFAULT '{}', people_judged INTEGER NOT NULL DEFAULT 0,
            advice TEXT NOT NULL DEFAULT '', deleted INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE curves (
            run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, epoch INTEGER NOT NULL, step INTEGER NOT NULL,
            training_loss REAL, parts TEXT NOT NULL, validation TEXT NOT NULL, watched TEXT NOT NULL,
            is_best INTEGER NOT NULL, lr REAL NOT NULL, PRIMARY KEY (run_id, epoch)) WITHOUT ROWID""",
        """CREATE TABLE profiles (
            profile_id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL)""",
        """CREATE TABLE ratings (
            profile_id TEXT NOT NULL REFERENCES profiles ON DELETE CASCADE, place INTEGER NOT NULL,
            item_id TEXT NOT NULL, title TEXT NOT NULL, year INTEGER NOT NULL, rating REAL, is_on INTEGER NOT NULL,
            rated_at TEXT NOT NULL, PRIMARY KEY (profile_id, place)) WITHOUT ROWID""",
    ),
    ("ALTER TABLE profiles ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0",),
    (
        """CREATE TABLE searches (
            search_id TEXT PRIMARY KEY, name TEXT NOT NULL, model TEXT NOT NULL, dataset_id TEXT NOT NULL,
            dataset_name TEXT NOT NULL, fingerprint TEXT NOT NULL, watched TEXT NOT NULL, plan TEXT NOT NULL,
            created TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE search_rows (
            search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE, place INTEGER NOT NULL,
            status TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (search_id, place)) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE runs ADD COLUMN has_model INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX runs_by_fingerprint ON runs (fingerprint, created)",
    ),
)
"""Each entry takes the schema one version up. Never change one that was released: add another."""


_LITTLE_ROOM_BYTES = 2**20


class Database:
    """The records of a library. Raises LibraryError where the file is damaged, newer than known, or cannot grow.

    One idle connection stays open until `close`, so that reading goes on when the disk is full.
    """

    def __init__(self, path: Path, *, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
        self.path = path
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            self._migrate(connection, migrations)
            self._idle = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._idle.execute("SELECT count(*) FROM sqlite_master").fetchone()
        self._lock = threading.Lock()
        self._seen, self._foreign = self._data_version(), 0

    def close(self) -> None:
        """Let go of the file. Safe to call twice; what is asked afterwards opens it again."""
        self._idle.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection of the calling thread's own; all is written when the block ends well, nothing otherwise."""
        with self._connection() as connection:
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
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    def foreign_changes(self) -> int:
        """Counts the changes to the file that were not made by `transaction`: somebody mends it by hand."""
        with self._lock:
            found = self._data_version()
            if found is None or found != self._seen:
                self._seen, self._foreign = found, self._foreign + 1
            return self._foreign

    def _data_version(self) -> int | None:
        """A number that is another after each change by any connection; None once the file was let go of."""
        try:
            return int(self._idle.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=10.0)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA foreign_keys = ON")
                yield connection
        except sqlite3.Error as error:
            raise _refused(self.path, error) from error

    def _migrate(self, connection: sqlite3.Connection, migrations: Sequence[Sequence[str]]) -> None:
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


def damaged_record(what: str, error: Exception) -> LibraryError:
    """The sentence for a row that cannot be read as what it should be; `what` names it ("run two_head 1")."""
    return LibraryError(
        f"The record of the {what} in library.sqlite is damaged ({error}).",
        remedy="Restore library.sqlite from a backup, or move it away: data sets can be imported again.",
    )


def _refused(path: Path, error: sqlite3.Error) -> LibraryError:
    words = str(error)
    if "full" in words or ("I/O" in words and shutil.disk_usage(path.parent).free < _LITTLE_ROOM_BYTES):
        return LibraryError(
            f"The records in {path} could not be used: the disk is full.",
            remedy="Free some room, or use a folder on another disk with --home.",
            path=str(path),
        )
    if "not a database" in words or "malformed" in words:
        return LibraryError(
            f"{path} is damaged ({words}).",
            remedy="Restore it from a backup, or move it away: data sets can be imported again.",
            path=str(path),
        )
    return LibraryError(f"The records in {path} could not be used ({words}).", path=str(path))
