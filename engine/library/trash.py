"""Deleting that can be undone: a folder moves to the trash, which is emptied when the library is next opened.

Stands beside the stores. The records say what is deleted; should a process die between a record and its folder, the
record is right and the folder follows it at the next open.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.errors import LibraryError
from engine.library.database import Database


class Trash:
    """The deleted folders of one store. `table` and `key` name where its records are."""

    def __init__(self, database: Database, folder: Path, *, store: Path, table: str, key: str) -> None:
        self._database, self._folder, self._store = database, folder, store
        self._table, self._key = table, key

    def put(self, one_id: str) -> None:
        """Delete, so that `take_back` can undo it. Raises LibraryError where the folder cannot be moved."""
        self._mark(one_id, deleted=True)
        try:
            self._move(self._store / one_id, self._folder / one_id)
        except LibraryError:
            self._mark(one_id, deleted=False)
            raise

    def take_back(self, one_id: str) -> None:
        """Undo a deletion. Raises LibraryError where the trash no longer has it."""
        known = self._database.rows(f"SELECT 1 FROM {self._table} WHERE {self._key} = ? AND deleted", (one_id,))
        if not known:
            raise LibraryError(
                f"{one_id} is not in the trash any more.", remedy="Import or train again.", deleted=one_id
            )
        self._mark(one_id, deleted=False)
        self._move(self._folder / one_id, self._store / one_id)

    def purge(self, one_id: str) -> None:
        """Forget a deleted one for good."""
        for folder in (self._folder / one_id, self._store / one_id):
            shutil.rmtree(folder, ignore_errors=True)
        with self._database.transaction() as connection:
            connection.execute(f"DELETE FROM {self._table} WHERE {self._key} = ?", (one_id,))

    def empty(self) -> None:
        """Forget all that is deleted, and bring back folders whose record says they are not."""
        for row in self._database.rows(f"SELECT {self._key} FROM {self._table} WHERE deleted"):
            self.purge(row[0])
        alive = {row[0] for row in self._database.rows(f"SELECT {self._key} FROM {self._table}")}
        for folder in self._folder.glob("*"):
            if folder.name in alive and not (self._store / folder.name).exists():
                self._move(folder, self._store / folder.name)
            else:
                shutil.rmtree(folder, ignore_errors=True)

    def _mark(self, one_id: str, *, deleted: bool) -> None:
        with self._database.transaction() as connection:
            connection.execute(f"UPDATE {self._table} SET deleted = ? WHERE {self._key} = ?", (int(deleted), one_id))

    @staticmethod
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
