"""Stores of few small records in one file of the library, as a JSON list that is replaced as a whole.

An entry that cannot be read (damaged by hand, or of another version) is left out and stays in the file; a file that is
damaged as a whole counts as empty, and is set aside when it is written next.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_type_hints

from engine import renaming
from engine.documents import fits
from engine.errors import LibraryError
from engine.library.folders import replace_text
from engine.stored_files import read_document

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LOG = logging.getLogger(__name__)
Record = TypeVar("Record", bound="DataclassInstance")


class ListStore(Generic[Record]):
    """Records in the order of the file. Any thread may call; changes raise NotStoredError."""

    _record: type[Record]
    """A dataclass of plain values."""
    _list: ClassVar[str]
    """What the list is called in the file."""
    _what: ClassVar[str]
    """What could not be stored, in a sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def all(self) -> tuple[Record, ...]:
        """What can be read; nothing where the file is damaged."""
        found = map(self._read, self._documents())
        return tuple(record for record in found if record is not None)

    def _read(self, document: Any) -> Record | None:
        """The record that an entry of the file holds; None where it holds none."""
        return record_of(self._record, document)

    def _put(self, new: Sequence[Record], key: Callable[[Record], Hashable], *, most: int) -> None:
        """Keep the newest, so many at most, last; in place of what was kept under the same keys."""
        taken = {key(record) for record in new}

        def change(documents: list[Any]) -> list[Any]:
            known = (record for record in map(self._read, documents) if record is not None)
            kept = [record for record in known if key(record) not in taken]
            return [asdict(record) for record in (*kept, *new)][-most:]

        self._change(change)

    def _change(self, change: Callable[[list[Any]], list[Any]]) -> None:
        """Replace the entries of the file, readable or not, by what is made of them."""
        with self._lock:
            try:
                former = self._entries()
            except LibraryError:
                former, aside = [], self._path.with_suffix(".damaged.json")
                renaming.replace(self._path, aside)
                LOG.warning("%s could not be read and is kept as %s.", self._path.name, aside.name)
            replace_text(self._path, json.dumps({self._list: change(former)}, indent=1), what=self._what)

    def _documents(self) -> list[Any]:
        try:
            return self._entries()
        except LibraryError as error:
            LOG.warning("%s", error)
            return []

    def _entries(self) -> list[Any]:
        """What the file holds. Raises LibraryError for a damaged one."""
        if not self._path.exists():
            return []
        documents = read_document(self._path).get(self._list)
        return documents if isinstance(documents, list) else []


def record_of(kind: type[Record], document: Any) -> Record | None:
    """The dataclass of plain values that a part of such a file holds; None where it holds none."""
    hints = get_type_hints(kind)
    if isinstance(document, dict) and all(fits(document.get(name), hint) for name, hint in hints.items()):
        return kind(**{name: document[name] for name in hints})
    return None
