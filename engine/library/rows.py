"""Rows of the database become dataclasses, field by field by its type: a damaged value is found where it lies."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from engine.documents import fits, parsed_json
from engine.wording import MARK, coded, decoded

Made = TypeVar("Made")
_MOST_DOCUMENTS = 50_000
_COLUMNS = {"monitor": "watched", "people_evaluated": "people_judged"}
"""Columns that have the names of former versions, by field."""
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


class RowReader(Generic[Made]):
    """Makes dataclasses of rows; `columns` says how a field is selected, `given` fields are no columns.

    Equal texts are parsed once and shared, so the documents of records are for reading only. `may_diverge`: numbers
    need not be finite.
    """

    def __init__(
        self,
        kind: type[Made],
        *,
        columns: Mapping[str, str] | None = None,
        given: Collection[str] = (),
        may_diverge: bool = False,
    ) -> None:
        hints = get_type_hints(kind)
        names = tuple(name for name in hints if name not in given and not name.startswith("_"))
        self.select = ", ".join(f"{(_COLUMNS | dict(columns or {})).get(name, name)} AS {name}" for name in names)
        self._kind, self._names, self._may_diverge = kind, names, may_diverge
        self._readers = [self._reader_of(hints[name]) for name in names]
        self._documents: dict[tuple[str, str], Any] = {}

    def read(self, row: Sequence[Any], **given: Any) -> Made:
        """The dataclass of a row that was selected by `select`, maybe with more columns behind.

        Raises ValueError with the name of the field for what is not of its type.
        """
        values: list[Any] = []
        try:
            for read, value in zip(self._readers, row, strict=False):
                values.append(read(value))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{self._names[len(values)]} is {_shown(row[len(values)])}") from error
        if given:
            return self._kind(**dict(zip(self._names, values, strict=True)), **given)
        return self._kind(*values)

    def _reader_of(self, hint: Any) -> Callable[[Any], Any]:
        if not isinstance(hint, UnionType):
            return self._reader_of_one(hint)
        read = self._reader_of_one(next(part for part in get_args(hint) if part is not type(None)))
        return lambda value: None if value is None else read(value)

    def _reader_of_one(self, hint: Any) -> Callable[[Any], Any]:
        kind = get_origin(hint) or hint
        if kind in (dict, tuple):
            return partial(self._document, hint, str(hint))
        if kind is datetime:
            return _moment
        if kind is bool:
            return _flag
        if kind is float:
            return self._number
        return _words if kind is str else _count

    def _document(self, hint: Any, name_of_hint: str, text: Any) -> Any:
        key = (_text(text), name_of_hint)
        if key not in self._documents:
            if len(self._documents) >= _MOST_DOCUMENTS:
                self._documents.clear()
            document = decoded(parsed_json(text)) if MARK in text else parsed_json(text)
            if not fits(document, hint):
                raise ValueError(text)
            is_tuple = (get_origin(hint) or hint) is tuple
            self._documents[key] = tuple(map(_unchanging, document)) if is_tuple else document
        return self._documents[key]

    def _number(self, value: Any) -> float:
        if value is None and self._may_diverge:
            return math.nan  # as SQLite stores it
        if type(value) not in (int, float) or not (math.isfinite(value) or self._may_diverge):
            raise ValueError(value)
        return float(value)


def checked(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass in a document. Raises ValueError where one is not of its type."""
    hints = get_type_hints(kind)
    for name, value in document.items():
        if name in hints and not fits(value, hints[name]):
            raise ValueError(f"{name} is {_shown(value)}")
    return {name: decoded(value) for name, value in document.items()}


def column_of(value: Any) -> Any:
    """A value as SQLite stores it: documents as JSON, times as ISO text, words that were said as what they are of."""
    if isinstance(value, dict | list | tuple):
        return json.dumps(coded(value))
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else coded(value)


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of their fields as SQLite stores them, by the names of its columns."""
    return {_COLUMNS.get(name, name): column_of(value) for name, value in values.items()}


def insert(connection: sqlite3.Connection, table: str, values: Mapping[str, Any], *, verb: str = "INSERT") -> None:
    """Insert a row by the names of its columns, or of the fields that they hold."""
    columns = columns_of(values)
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    connection.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))


def _unchanging(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(value)
    return moment


def _flag(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError(value)
    return bool(value)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(value)
    return value


def _words(value: Any) -> str:
    words: str = decoded(_text(value))
    return words


def _count(value: Any) -> int:
    if type(value) is not int or not fits(value, int):
        raise ValueError(value)
    return value


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
