"""The base of the stores: records of one kind, found by id or name, renamed, deleted and brought back.

A deleted record is hidden and its folder lies in the trash until the library is next opened. The record decides: should
a process die between a record and its folder, the folder follows it at the next opening.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from abc import ABC
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin, get_type_hints

from engine.errors import LibraryError
from engine.library.database import Database, damaged_record
from engine.library.folders import remove_unfinished

LOG = logging.getLogger(__name__)
Record = TypeVar("Record")
Made = TypeVar("Made")
_MOST_NAMED = 8
_MOST_DOCUMENTS = 50_000
_COLUMNS = {"monitor": "watched", "people_evaluated": "people_judged"}
"""Columns that have the names of former versions, by field."""


class RecordStore(ABC, Generic[Record]):
    """Records of one kind in one table. Any thread may call."""

    _table: ClassVar[str]
    _key: ClassVar[str]
    _noun: ClassVar[str]
    _known: ClassVar[tuple[str, ...]] = ("latest",)
    """What `find` takes beside ids and names."""
    _none_yet: ClassVar[str] = ""
    _beside: ClassVar[str] = ""
    """Columns to select beside those of the record: ", low, high"."""
    _order: ClassVar[str] = "created DESC, rowid DESC"

    def __init__(self, database: Database, reader: RowReader[Record]) -> None:
        self._database, self._reader = database, reader
        self._changes = 0
        self._found: tuple[int, dict[str | None, tuple[Record, ...]]] = (-1, {})

    @property
    def version(self) -> int:
        """Counts the changes of records since the library was opened: equal numbers, equal records."""
        return self._changes + self._database.foreign_changes()

    def records(self, fingerprint: str | None = None) -> tuple[Record, ...]:
        """All records, or those over data of that fingerprint, the newest first; cached until something changes."""
        version = self.version
        if self._found[0] != version:
            self._found = (version, {})
        found = self._found[1]
        if fingerprint not in found:
            values = () if fingerprint is None else (fingerprint,)
            found[fingerprint] = self._where("fingerprint = ?" if values else "TRUE", *values)
        return found[fingerprint]

    def find(self, which: str) -> Record:
        """The record of an id or a name (the newest of that name), or the `latest`. Raises LibraryError."""
        if which == "latest" and "latest" in self._known:
            found = self._where("TRUE", limit=1)
        else:
            found = self._where(f"{self._key} = ?", which) or self._where("name = ?", which, limit=1)
        if not found:
            raise self._unknown(which)
        return found[0]

    def rename(self, which: str, name: str) -> Record:
        """Give a record another name. Raises LibraryError where it is not known or the name is empty."""
        if not name.strip():
            raise LibraryError(f"A {self._noun} needs a name.", remedy="Give it one with a letter in it.")
        record_id = self._id_of(self.find(which))
        self._set(record_id, name=name.strip())
        return self.find(record_id)

    def delete(self, which: str) -> None:
        """Hide a record; `restore` undoes it until the library is next opened. Raises LibraryError where not known."""
        self._set(self._id_of(self.find(which)), deleted=True)

    def restore(self, record_id: str) -> Record:
        """Undo a deletion. Raises LibraryError where the record is not deleted or cannot be brought back."""
        self._check_deleted(record_id)
        self._set(record_id, deleted=False)
        return self.find(record_id)

    def forget(self, record_id: str) -> None:
        """Remove a record, deleted or not, without a way back."""
        with self._changing() as connection:
            connection.execute(f"DELETE FROM {self._table} WHERE {self._key} = ?", (record_id,))

    def settle(self) -> None:
        """At the opening of a library: forget what is deleted."""
        deleted = [row[0] for row in self._database.rows(f"SELECT {self._key} FROM {self._table} WHERE deleted")]
        for record_id in deleted:
            self.forget(record_id)
        if deleted:
            LOG.info("Emptied the trash of %s: %s", self._table, ", ".join(deleted))

    def _where(self, condition: str, *values: object, limit: int = -1) -> tuple[Record, ...]:
        rows = self._database.rows(
            f"SELECT {self._reader.select}{self._beside} FROM {self._table} WHERE NOT deleted AND {condition}"
            f" ORDER BY {self._order} LIMIT {limit}",
            values,
        )
        return tuple(map(self._record, rows))

    def _record(self, row: sqlite3.Row) -> Record:
        """A record from its row. Raises LibraryError where it cannot be read."""
        try:
            return self._read(row)
        except (ValueError, TypeError, LookupError) as error:
            raise damaged_record(f"{self._noun} {row['name']}", error) from error

    def _read(self, row: sqlite3.Row) -> Record:
        return self._reader.read(row)

    def _insert(self, values: Mapping[str, Any]) -> None:
        with self._changing() as connection:
            insert(connection, self._table, values)

    def _set(self, record_id: str, **values: Any) -> None:
        """Change columns of a record, also of a deleted one. Raises LibraryError where it is gone."""
        columns = {_COLUMNS.get(name, name): column_of(value) for name, value in values.items()}
        with self._changing() as connection:
            done = connection.execute(
                f"UPDATE {self._table} SET {', '.join(f'{name} = ?' for name in columns)} WHERE {self._key} = ?",
                (*columns.values(), record_id),
            )
        if done.rowcount == 0:
            raise self._unknown(record_id)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction after which the records are others."""
        with self._database.transaction() as connection:
            yield connection
        self._changes += 1

    def _id_of(self, record: Record) -> str:
        return str(getattr(record, self._key))

    def _is_deleted(self, record_id: str) -> bool | None:
        """Whether a record is in the trash; None where there is none of this id."""
        rows = self._database.rows(f"SELECT deleted FROM {self._table} WHERE {self._key} = ?", (record_id,))
        return bool(rows[0][0]) if rows else None

    def _check_deleted(self, record_id: str) -> None:
        deleted = self._is_deleted(record_id)
        if deleted is None:
            raise LibraryError(f"The {self._noun} {record_id} is not in the trash any more.", deleted=record_id)
        if not deleted:
            name = getattr(self.find(record_id), "name", record_id)
            raise LibraryError(f"The {self._noun} {name} is not in the trash: it is there already.", deleted=record_id)

    def _unknown(self, which: str) -> LibraryError:
        rows = self._database.rows(f"SELECT name FROM {self._table} WHERE NOT deleted ORDER BY {self._order}")
        names = [repr(row[0]) for row in rows[:_MOST_NAMED]] + ["others"] * (len(rows) > _MOST_NAMED)
        listed = ", ".join((*names, *self._known[:-1])) + "".join(f" and {word}" for word in self._known[-1:])
        return LibraryError(
            f"There is no {self._noun} called {which!r} in {self._database.path.parent}.",
            remedy=f"Known are: {listed}." if names else self._none_yet,
            **{self._key.removesuffix("_id"): which},
        )

    def _names(self, **where: object) -> set[str]:
        conditions = " AND ".join(("TRUE", *(f"{name} = ?" for name in where)))
        rows = self._database.rows(f"SELECT name FROM {self._table} WHERE {conditions}", (*where.values(),))
        return {row[0] for row in rows}


class FolderStore(RecordStore[Record]):
    """Records with a folder each, which bears their id."""

    def __init__(self, database: Database, reader: RowReader[Record], *, folder: Path, trash: Path) -> None:
        super().__init__(database, reader)
        self._folder, self._trash = folder, trash

    def delete(self, which: str) -> None:
        """Move a record and its folder to the trash, until `restore` or the next opening. Raises LibraryError."""
        record_id = self._id_of(self.find(which))
        super().delete(record_id)
        try:
            _move(self._folder / record_id, self._trash / record_id)
        except LibraryError:
            self._set(record_id, deleted=False)
            raise

    def restore(self, record_id: str) -> Record:
        """Undo a deletion. Raises LibraryError where the record is not deleted, or its folder is gone."""
        self._check_deleted(record_id)
        trashed = self._trash / record_id
        if not trashed.exists() and not (self._folder / record_id).exists():
            raise LibraryError(
                f"The {self._noun} {record_id} cannot be brought back: its folder {trashed} is gone.",
                remedy="Bring the folder back and undo again before Desktop Rec is closed.",
                path=str(trashed),
                deleted=record_id,
            )
        super().restore(record_id)
        _move(trashed, self._folder / record_id)
        return self.find(record_id)

    def forget(self, record_id: str) -> None:
        """Remove a record and its folder, deleted or not, without a way back."""
        for folder in (self._trash / record_id, self._folder / record_id):
            shutil.rmtree(folder, ignore_errors=True)
        super().forget(record_id)

    def settle(self) -> None:
        """At the opening of a library: forget what is deleted and what was never finished, restore what is neither."""
        super().settle()
        known = {row[0] for row in self._database.rows(f"SELECT {self._key} FROM {self._table}")}
        for folder in self._trash.glob("*"):
            if folder.name in known and not (self._folder / folder.name).exists():
                _move(folder, self._folder / folder.name)
                LOG.warning("Brought %s back: its %s is not deleted", folder.name, self._noun)
            else:
                shutil.rmtree(folder, ignore_errors=True)
                LOG.info("Removed the folder %s from the trash", folder.name)
        remove_unfinished(self._folder)


class RowReader(Generic[Made]):
    """Makes dataclasses of rows; `columns` says how a field is selected, `given` fields are no columns.

    Equal texts are parsed once and shared, so the documents of records are for reading only.
    """

    def __init__(self, kind: type[Made], *, columns: dict[str, str] | None = None, given: Collection[str] = ()) -> None:
        hints = get_type_hints(kind)
        names = tuple(name for name in hints if name not in given and not name.startswith("_"))
        self.select = ", ".join(f"{(_COLUMNS | (columns or {})).get(name, name)} AS {name}" for name in names)
        self._kind, self._names = kind, names
        parsers = ((place, self._parser_of(hints[name])) for place, name in enumerate(names))
        self._parsers = [(place, parse) for place, parse in parsers if parse is not None]
        self._documents: dict[str, Any] = {}

    def read(self, row: Sequence[Any], **given: Any) -> Made:
        """The dataclass of a row that was selected by `select`, maybe with more columns behind."""
        values = list(row[: len(self._names)])
        for place, parse in self._parsers:
            if values[place] is not None:
                values[place] = parse(values[place])
        if given:
            return self._kind(**dict(zip(self._names, values, strict=True)), **given)
        return self._kind(*values)

    def _parser_of(self, hint: Any) -> Callable[[Any], Any] | None:
        kinds = {get_origin(part) or part for part in (get_args(hint) if isinstance(hint, UnionType) else (hint,))}
        if dict in kinds:
            return self._document
        if tuple in kinds:
            return lambda text: tuple(map(tuple, self._document(text)))
        if datetime in kinds:
            return datetime.fromisoformat
        return bool if bool in kinds else None

    def _document(self, text: str) -> Any:
        if text not in self._documents:
            if len(self._documents) >= _MOST_DOCUMENTS:
                self._documents.clear()
            self._documents[text] = json.loads(text)
        return self._documents[text]


def column_of(value: Any) -> Any:
    """A value as SQLite stores it: documents as JSON, times as ISO text."""
    if isinstance(value, dict | list | tuple):
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def insert(connection: sqlite3.Connection, table: str, values: Mapping[str, Any], *, verb: str = "INSERT") -> None:
    """Insert a row by the names of its columns, or of the fields that they hold."""
    columns, marks = ", ".join(_COLUMNS.get(name, name) for name in values), ", ".join("?" * len(values))
    stored = tuple(column_of(value) for value in values.values())
    connection.execute(f"{verb} INTO {table} ({columns}) VALUES ({marks})", stored)


def first_free(taken: Collection[str], numbered: Callable[[int], str], *, start: int = 1) -> str:
    """The first of the numbered names that is not taken."""
    names: Iterable[str] = map(numbered, count(start))
    return next(name for name in names if name not in taken)


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        source.rename(target)
    except OSError as error:
        raise LibraryError(
            f"{source} could not be moved to {target} ({error}).",
            remedy="Close what uses it and try again.",
            path=str(source),
        ) from error
