"""Records with a folder each: both are stored, deleted and brought back together, and each is mended by the other.

A deleted record's folder lies in the trash until the library is next opened. The record decides: should a process die
between a record and its folder, the folder follows it at the next opening. Each folder holds a copy of its record, so a
folder that no record knows is adopted, and a record that cannot be read is read from its folder.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from engine import renaming, unfinished
from engine.errors import LibraryError, NotStoredError
from engine.library.database import Database
from engine.library.folders import bytes_in, clear_unfinished, is_id, is_ours, kind_in, place_of, write_json
from engine.library.records import RecordStore
from engine.library.room import Room
from engine.library.rows import RowReader, columns_of
from engine.stored_files import read_document, sealed
from engine.text import plural

LOG = logging.getLogger(__name__)
Record = TypeVar("Record")
_MOST_NAMED = 5
_UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, OverflowError)
_ENOUGH_BYTES = 1 << 16
"""What SQLite needs to write at all, with its files beside the records."""
_COPY = "record.json"


class FolderStore(RecordStore[Record]):
    """Records with a folder each, which bears their id and says that it is of `_kind`."""

    _kind: str

    def __init__(self, database: Database, reader: RowReader[Record], *, folder: Path, trash: Path, room: Room) -> None:
        super().__init__(database, reader)
        self._folder, self._trash, self._room = folder, trash, room

    def folder_of(self, record_id: str) -> Path:
        """Where the folder of a record lies. Raises LibraryError for what is no id."""
        return place_of(self._folder, record_id)

    def delete(self, which: str) -> None:
        """Move a record and its folder to the trash, until `restore` or the next opening. Raises LibraryError.

        A folder in use stays where it is, which the record does not mind; it goes at the next opening.
        """
        record_id = self._id_of(self.find(which))
        try:
            super().delete(record_id)
        except NotStoredError as error:
            if not error.is_full:
                raise
            self._delete_for_room(record_id)
            return
        try:
            self._to_trash(record_id)
        except LibraryError:
            super().restore(record_id)
            raise

    def _to_trash(self, record_id: str) -> None:
        """Move the folder of a deleted record to the trash, where nothing uses it. Raises LibraryError."""
        try:
            _move(self.folder_of(record_id), place_of(self._trash, record_id), is_patient=False)
        except LibraryError as error:
            if not renaming.is_in_use(error.__cause__ or error):
                raise
            LOG.info("The folder of %s is in use; it is removed later", record_id)

    def _delete_for_room(self, record_id: str) -> None:
        """Delete where the disk is too full to record it: room comes from the trash, or else from the folder itself."""
        self._room.make()
        try:
            super().delete(record_id)
        except NotStoredError:
            if bytes_in(self.folder_of(record_id)) < _ENOUGH_BYTES:
                raise
            unfinished.discard(self.folder_of(record_id))
            LOG.warning("Removed the folder of %s for good: the disk is full", record_id)
            super().delete(record_id)
            return
        self._to_trash(record_id)

    def restore(self, record_id: str) -> Record:
        """Undo a deletion. Raises LibraryError where the record is not deleted, or its folder is gone."""
        self._check_deleted(record_id)
        trashed = place_of(self._trash, record_id)
        if not trashed.exists() and not self.folder_of(record_id).exists():
            raise LibraryError(
                f"The {self._noun} {record_id} cannot be brought back: its folder {trashed} is gone.",
                remedy="Bring the folder back and undo again before Desktop Rec is closed.",
                path=str(trashed),
                deleted=record_id,
            )
        super().restore(record_id)
        try:
            _move(trashed, self.folder_of(record_id))
        except LibraryError:
            super().delete(record_id)
            raise
        return self.find(record_id)

    def forget(self, record_id: str) -> None:
        """Remove a record and its folder, deleted or not, without a way back.

        A folder that cannot be moved (something uses it) stays in the trash, and goes at the next opening.
        """
        if not is_id(record_id):
            super().forget(record_id)
            return
        trashed = place_of(self._trash, record_id)
        try:
            _move(self.folder_of(record_id), trashed)
        except LibraryError as error:
            LOG.warning("%s", error)
            super()._set(record_id, f"The removal of the {self._noun} {record_id}", is_urgent=True, deleted=True)
            return
        super().forget(record_id)
        unfinished.discard(trashed)

    def empty_trash(self) -> int:
        """Remove for good what was deleted since the opening, and make its room free; how many there were."""
        deleted = [row[0] for row in self._database.rows(f"SELECT {self._key} FROM {self._table} WHERE deleted")]
        for record_id in filter(is_id, deleted):
            unfinished.discard(place_of(self._trash, record_id))
        return len(deleted)

    def settle(self) -> None:
        """At the opening of a library: forget what is deleted or was never finished, bring together what belongs."""
        super().settle()
        for folder in (self._folder, self._trash):  # a full disk has no room for them when they are needed
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
        known = {row[0] for row in self._database.rows(f"SELECT {self._key} FROM {self._table}")}
        for folder in _folders_in(self._trash):
            if folder.name in known and not (self._folder / folder.name).exists():
                _move(folder, self._folder / folder.name)
                LOG.warning("Brought %s back: its %s is not deleted", folder.name, self._noun)
            elif is_ours(folder) and unfinished.discard(folder):
                LOG.info("Removed the folder %s from the trash", folder.name)
        for parent in (self._trash, self._folder):
            clear_unfinished(parent)
        self._mend()
        self._adopt(known)
        for record in self.records():  # those of former versions have none
            if not (self.folder_of(self._id_of(record)) / _COPY).exists():
                self._write_copy(self._id_of(record))

    def _adopt(self, known: set[str]) -> None:
        """Make records for the folders that none knows: a process was killed in between, or records were lost."""
        orphans = [
            folder
            for folder in _folders_in(self._folder)
            if folder.name not in known and is_id(folder.name) and kind_in(folder) == self._kind
        ]
        adopted = []
        for folder in orphans:
            try:
                with self._changing(f"The record of {folder}") as connection:
                    self._put_back(connection, folder)
                adopted.append(self.find(folder.name))
            except NotStoredError:
                raise
            except LibraryError as error:
                self._say(f"{folder} belongs to no {self._noun} and cannot be read: {error.what}")
        if not adopted:
            return
        names = ", ".join(str(getattr(record, "name", "")) for record in adopted[:_MOST_NAMED])
        more = "" if len(adopted) <= _MOST_NAMED else f" and {len(adopted) - _MOST_NAMED} more"
        if len(adopted) == 1:
            self._say(f"The record of the {self._noun} {names} was missing; it was found again in its folder.")
        else:
            nouns = plural(len(adopted), self._noun)
            self._say(f"The records of {nouns} were missing; they were found again in their folders: {names}{more}.")

    def _say(self, sentence: str) -> None:
        self.notices.append(sentence)
        LOG.warning("%s", sentence)

    def _mend(self) -> None:
        """Read the records that cannot be read from the copies in their folders."""
        for record_id, why in self.damaged().items():
            if not is_id(record_id):
                continue
            folder = self.folder_of(record_id)
            try:
                with self._changing(f"The record of {folder}") as connection:
                    self._put_back(connection, folder)
            except NotStoredError:
                raise
            except LibraryError as error:
                LOG.info("The record of %s cannot be mended: %s", record_id, error.what)
            else:
                self._say(f"{why.what} It was read again from its folder.")

    def _put_back(self, connection: sqlite3.Connection, folder: Path) -> None:
        """Insert the record of a folder. Raises LibraryError where nothing in it can be read; then nothing is kept."""
        why: Exception = ValueError("it has no copy of its record")
        for read in (self._copied_row, self._guessed_row):
            try:
                values, further = read(folder)
                known = {row[1] for row in connection.execute(f"PRAGMA table_info({self._table})")}
                row = {name: value for name, value in values.items() if name in known} | {self._key: folder.name}
                connection.execute("SAVEPOINT put_back")
                try:
                    self._put(connection, row | {"deleted": 0})
                    self._put_back_further(connection, folder.name, further)
                    found = connection.execute(
                        f"SELECT {self._reader.select}{self._beside} FROM {self._table} WHERE {self._key} = ?",
                        (folder.name,),
                    ).fetchone()
                    self._read(found)
                except BaseException:
                    connection.execute("ROLLBACK TO put_back")
                    raise
                connection.execute("RELEASE put_back")
                return
            except (LibraryError, OSError, sqlite3.IntegrityError, sqlite3.InterfaceError, *_UNREADABLE) as error:
                why = error
        raise LibraryError(f"The record of {folder} cannot be made again ({why}).", path=str(folder))

    def _put(self, connection: sqlite3.Connection, row: Mapping[str, Any]) -> None:
        """Insert a row, or change the one that is there and what belongs to it stays."""
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != self._key)
        connection.execute(
            f"INSERT INTO {self._table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
            f" ON CONFLICT ({self._key}) DO UPDATE SET {changes}",
            tuple(row.values()),
        )

    def _copied_row(self, folder: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The row and what belongs to it, as the folder's copy has them."""
        document = read_document(folder / _COPY)
        return document["row"], document

    def _guessed_row(self, folder: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The row, from what a folder of a former version holds."""
        raise ValueError(f"{folder} has no {_COPY}")

    def _put_back_further(self, connection: sqlite3.Connection, record_id: str, document: Mapping[str, Any]) -> None:
        """Insert what belongs to a record in other tables."""

    def _further(self, record_id: str) -> dict[str, Any]:
        """What the copy of a record holds beside its row."""
        return {}

    def _set(self, record_id: str, what: str, *, is_urgent: bool = False, **values: Any) -> None:
        super()._set(record_id, what, is_urgent=is_urgent, **values)
        if "deleted" not in values:
            self._write_copy(record_id)

    def _write_copy(self, record_id: str) -> None:
        """Copy a record into its folder. What the disk refuses is left out: the record itself is stored."""
        folder = self.folder_of(record_id)
        rows = self._database.rows(f"SELECT * FROM {self._table} WHERE {self._key} = ?", (record_id,))
        if rows and folder.is_dir():
            write_copy(folder, dict(rows[0]), self._further(record_id))


def write_copy(folder: Path, values: Mapping[str, Any], further: Mapping[str, Any] | None = None) -> None:
    """Write the copy of a record into a folder in one step, where the disk takes it and no value of it is damaged."""
    passing = unfinished.beside(folder / _COPY)
    try:
        write_json(passing, sealed({"row": columns_of(values), **(further or {})}), flushed=False)
        renaming.replace(passing, folder / _COPY)
    except (OSError, TypeError, ValueError) as error:
        LOG.info("No copy of the record of %s: %s", folder.name, error)
        with suppress(OSError):
            passing.unlink(missing_ok=True)


def _folders_in(parent: Path) -> list[Path]:
    try:
        return sorted(path for path in parent.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return []


def _move(source: Path, target: Path, *, is_patient: bool = True) -> None:
    """Bring a folder, if it is there, to another place; a patient move waits a moment for who uses it."""
    if not source.exists():
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            unfinished.discard(target)
        (renaming.rename if is_patient else os.rename)(source, target)
    except OSError as error:
        raise LibraryError(
            f"{source} could not be moved to {target} ({error}).",
            remedy="Close what uses it and try again.",
            path=str(source),
        ) from error
