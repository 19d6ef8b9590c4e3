"""The base of the stores: records of one kind, found by id or name, renamed, deleted and brought back.

A deleted record is hidden until the library is next opened. A record that cannot be read is skipped and named, and the
rest is there.
"""

from __future__ import annotations

import logging
import sqlite3
from abc import ABC
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any, ClassVar, Generic, TypeVar

from engine.errors import LibraryError
from engine.library.database import Database, damaged_record
from engine.library.folders import is_id
from engine.library.rows import RowReader, columns_of, insert

LOG = logging.getLogger(__name__)
Record = TypeVar("Record")
_MOST_NAMED = 8


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
        self._damaged: dict[str, LibraryError] = {}
        self._reported: set[str] = set()
        self.notices: list[str] = []
        """What was found and done at the opening, in sentences for people."""

    @property
    def version(self) -> int:
        """Counts the changes of records since the library was opened: equal numbers, equal records."""
        return self._changes + self._database.foreign_changes()

    def records(self, fingerprint: str | None = None) -> tuple[Record, ...]:
        """All records that can be read, or those over data of that fingerprint, the newest first.

        Cached until something changes. Which cannot be read is logged once; `damaged` says it again.
        """
        version = self.version
        if self._found[0] != version:
            self._found, self._damaged = (version, {}), {}
        found = self._found[1]
        if fingerprint not in found:
            rows = self._rows("TRUE") if fingerprint is None else self._rows("fingerprint = ?", fingerprint)
            found[fingerprint] = tuple(self._readable(rows))
        return found[fingerprint]

    def damaged(self) -> dict[str, LibraryError]:
        """Why each of the records that `records` skips cannot be read, by what stands in place of its id."""
        self.records()
        return dict(self._damaged)

    def find(self, which: str) -> Record:
        """The record of an id or a name (the newest of that name), or the `latest`. Raises LibraryError."""
        if which == "latest" and "latest" in self._known:
            rows = self._rows("TRUE")
        else:
            rows = self._rows(f"{self._key} = ?", which) or self._rows("name = ?", which)
        why: LibraryError | None = None
        for row in rows:
            found = self._read_or_why(row)
            if not isinstance(found, LibraryError):
                return found
            why = why or found
        raise why or self._unknown(which)

    def rename(self, which: str, name: str) -> Record:
        """Give a record another name. Raises LibraryError where it is not known or the name is empty."""
        if not name.strip():
            raise LibraryError(f"A {self._noun} needs a name.", remedy="Give it one with a letter in it.")
        record_id = self._id_of(self.find(which))
        self._set(record_id, f"The new name of the {self._noun} {name.strip()}", name=name.strip())
        return self.find(record_id)

    def delete(self, which: str) -> None:
        """Hide a record; `restore` undoes it until the library is next opened. Raises LibraryError where not known."""
        record = self.find(which)
        what = f"The deletion of {getattr(record, 'name', which)}"
        self._set(self._id_of(record), what, is_urgent=True, deleted=True)

    def restore(self, record_id: str) -> Record:
        """Undo a deletion. Raises LibraryError where the record is not deleted or cannot be brought back."""
        self._check_deleted(record_id)
        self._set(record_id, f"The return of the {self._noun}", is_urgent=True, deleted=False)
        return self.find(record_id)

    def forget(self, record_id: str) -> None:
        """Remove a record, deleted or not, without a way back."""
        with self._changing(f"The removal of the {self._noun} {record_id}", is_urgent=True) as connection:
            connection.execute(f"DELETE FROM {self._table} WHERE {self._key} = ?", (record_id,))

    def settle(self) -> None:
        """At the opening of a library: forget what is deleted."""
        deleted = [row[0] for row in self._database.rows(f"SELECT {self._key} FROM {self._table} WHERE deleted")]
        for record_id in deleted:
            self.forget(record_id)
        if deleted:
            LOG.info("Emptied the trash of %s: %s", self._table, ", ".join(map(str, deleted)))

    def _rows(self, condition: str, *values: object) -> list[sqlite3.Row]:
        return self._database.rows(
            f"SELECT {self._reader.select}{self._beside} FROM {self._table} WHERE NOT deleted AND {condition}"
            f" ORDER BY {self._order}",
            values,
        )

    def _read_or_why(self, row: sqlite3.Row) -> Record | LibraryError:
        """A record from its row, or the sentence that says why it cannot be read."""
        try:
            if not is_id(row[self._key]):
                raise ValueError(f"{row[self._key]!r:.60} is no id")
            return self._read(row)
        except (ValueError, TypeError, LookupError, OverflowError) as error:
            return damaged_record(f"{self._noun} {row['name']!s:.60}", error)

    def _readable(self, rows: Iterable[sqlite3.Row]) -> Iterator[Record]:
        """The records that can be read; the others are noted and named."""
        for row in rows:
            found = self._read_or_why(row)
            if isinstance(found, LibraryError):
                self._damaged[str(row[self._key])] = found
                self._report(found)
            else:
                yield found

    def _report(self, why: LibraryError) -> None:
        if why.what not in self._reported:
            self._reported.add(why.what)
            LOG.warning("%s", why)

    def _read(self, row: sqlite3.Row) -> Record:
        return self._reader.read(row)

    def _insert(self, values: Mapping[str, Any], what: str) -> None:
        with self._changing(what) as connection:
            insert(connection, self._table, values)

    def _set(self, record_id: str, what: str, *, is_urgent: bool = False, **values: Any) -> None:
        """Change columns of a record, also of a deleted one. Raises LibraryError where it is gone."""
        columns = columns_of(values)
        with self._changing(what, is_urgent=is_urgent) as connection:
            done = connection.execute(
                f"UPDATE {self._table} SET {', '.join(f'{name} = ?' for name in columns)} WHERE {self._key} = ?",
                (*columns.values(), record_id),
            )
        if done.rowcount == 0:
            raise self._unknown(record_id)

    @contextmanager
    def _changing(self, what: str, *, is_urgent: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction after which the records are others. `what` is not stored where it fails."""
        with self._database.transaction(what, is_urgent=is_urgent) as connection:
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


def first_free(taken: Collection[str], numbered: Callable[[int], str], *, start: int = 1) -> str:
    """The first of the numbered names that is not taken."""
    names: Iterable[str] = map(numbered, count(start))
    return next(name for name in names if name not in taken)
