"""The store of searches: what each was asked to try, and its table with one row a run.

Stands beside the store of runs, whose records the rows name. All of it is in SQLite, so that another process can go on
where one was stopped or killed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.data.dataset import Dataset
from engine.errors import LibraryError
from engine.evaluation.metrics import higher_is_better
from engine.library.database import Database, damaged_record

WAITING, RUNNING, FINISHED, DIVERGED, FAILED = "waiting", "running", "finished", "diverged", "failed"
STOPPED, INTERRUPTED = "stopped", "interrupted"
ENDED = frozenset({FINISHED, DIVERGED, FAILED})
"""A row of these is not run again when the search goes on."""


@dataclass(frozen=True)
class SearchRow:
    """One run of a search.

    `values` is what is varied about it. `value` is the monitor on the validation people, `metrics` those of the
    test people. `batch` and `lr` are what was used in the end; `seconds` is all the time spent on it, finding its
    rate and judging it too. `note` says what a person should know ("batch 500 -> 250: the memory was not enough").
    """

    place: int
    values: tuple[tuple[str, Any], ...]
    status: str = WAITING
    run_id: str | None = None
    value: float | None = None
    best_epoch: int | None = None
    epochs: int = 0
    lr: float | None = None
    batch: int | None = None
    metrics: tuple[tuple[str, float], ...] = ()
    seconds: float = 0.0
    parameters: int = 0
    note: str = ""

    def changed(self, **values: Any) -> SearchRow:
        """A copy with other values."""
        return replace(self, **values)


@dataclass(frozen=True)
class SearchRecord:
    """A search: which model on which data, by what its runs are compared, its plan as plain values, how far it is."""

    search_id: str
    name: str
    model: str
    dataset_id: str
    dataset_name: str
    fingerprint: str
    monitor: str
    plan: dict[str, Any]
    created: datetime
    runs: int
    ended: int

    @property
    def is_done(self) -> bool:
        return self.ended == self.runs

    @property
    def higher_is_better(self) -> bool:
        return higher_is_better(self.monitor) is not False


def best_of(rows: Iterable[SearchRow], monitor: str) -> SearchRow | None:
    """The row with the best value on the validation people; of equal ones the first. None where none has a value."""
    sign = -1.0 if higher_is_better(monitor) is False else 1.0
    with_value = [row for row in rows if row.value is not None and row.run_id is not None]
    return max(with_value, key=lambda one: (sign * float(one.value or 0.0), -one.place), default=None)


class SearchStore:
    """The searches of a library. Any thread may call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, dataset: Dataset, *, model: str, monitor: str, plan: dict[str, Any], rows: Sequence[SearchRow]
    ) -> SearchRecord:
        """Record a new search with all its rows, none of them run yet."""
        search_id = f"s{uuid4().hex[:8]}"
        columns = (search_id, self._free_name(model), model, dataset.dataset_id, dataset.name, dataset.fingerprint,
                   monitor, json.dumps(plan), datetime.now(UTC).isoformat())  # fmt: skip
        with self._database.transaction() as connection:
            connection.execute(f"INSERT INTO searches VALUES ({', '.join('?' * len(columns))}, 0)", columns)
            connection.executemany(_PUT, [_columns_of(search_id, row) for row in rows])
        return self.find(search_id)

    def replan(self, search_id: str, plan: dict[str, Any]) -> SearchRecord:
        """Keep another plan for the same rows: where its summary goes."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE searches SET plan = ? WHERE search_id = ?", (json.dumps(plan), search_id))
        return self.find(search_id)

    def put(self, search_id: str, row: SearchRow) -> None:
        """Keep what a row says now."""
        with self._database.transaction() as connection:
            connection.execute(_PUT, _columns_of(search_id, row))

    def rows(self, search_id: str) -> tuple[SearchRow, ...]:
        """The table of a search, in its order."""
        found = self._database.rows("SELECT * FROM search_rows WHERE search_id = ? ORDER BY place", (search_id,))
        return tuple(_row_of(one) for one in found)

    def records(self, fingerprint: str | None = None) -> tuple[SearchRecord, ...]:
        """All searches, or those over data of that fingerprint, the newest first."""
        marks = ", ".join("?" * len(ENDED))
        rows = self._database.rows(
            "SELECT s.*, count(r.place) AS runs,"
            f" count(r.place) FILTER (WHERE r.status IN ({marks})) AS ended"
            " FROM searches s LEFT JOIN search_rows r USING (search_id)"
            " WHERE NOT s.deleted AND (? IS NULL OR s.fingerprint = ?)"
            " GROUP BY s.search_id ORDER BY s.created DESC, s.rowid DESC",
            (*sorted(ENDED), fingerprint, fingerprint),
        )
        return tuple(_record_of(row) for row in rows)

    def find(self, which: str) -> SearchRecord:
        """The search of an id or a name, or the `latest`. Raises LibraryError."""
        records = self.records()
        if which == "latest" and records:
            return records[0]
        found = [one for one in records if which == one.search_id] or [one for one in records if which == one.name]
        if found:
            return found[0]
        known = ", ".join(repr(record.name) for record in records[:8])
        raise LibraryError(
            f"There is no search called {which!r} in {Path(self._database.path).parent}.",
            remedy=f"Known are: {known} and latest." if known else "Start one first.",
            search=which,
        )

    def delete(self, search_id: str) -> None:
        """Take a search off the list; its runs stay. `restore` undoes it until the library is next opened."""
        self._mark(self.find(search_id).search_id, deleted=True)

    def restore(self, search_id: str) -> None:
        """Undo a deletion."""
        self._mark(search_id, deleted=False)

    def forget(self, search_id: str) -> None:
        """Remove a search without a way back."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM searches WHERE search_id = ?", (search_id,))

    def settle(self) -> None:
        """At the opening of a library: drop what is deleted; what is still recorded as running was interrupted."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM searches WHERE deleted")
            connection.execute("UPDATE search_rows SET status = ? WHERE status = ?", (INTERRUPTED, RUNNING))

    def _mark(self, search_id: str, *, deleted: bool) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE searches SET deleted = ? WHERE search_id = ?", (int(deleted), search_id))

    def _free_name(self, model: str) -> str:
        taken = {row[0] for row in self._database.rows("SELECT name FROM searches WHERE model = ?", (model,))}
        number = len(taken) + 1
        while f"{model} search {number}" in taken:
            number += 1
        return f"{model} search {number}"


_PUT = "INSERT OR REPLACE INTO search_rows VALUES (?, ?, ?, ?)"


def _columns_of(search_id: str, row: SearchRow) -> tuple[str, int, str, str]:
    document = {name: value for name, value in asdict(row).items() if name not in ("place", "status")}
    return search_id, row.place, row.status, json.dumps(document)


def _row_of(found: sqlite3.Row) -> SearchRow:
    try:
        document = json.loads(found["row"])
        document["values"] = tuple((name, _plain(value)) for name, value in document["values"])
        document["metrics"] = tuple((name, value) for name, value in document["metrics"])
        return SearchRow(place=found["place"], status=found["status"], **document)
    except (ValueError, TypeError, KeyError) as error:
        raise damaged_record(f"search {found['search_id']}, row {found['place']}", error) from error


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _record_of(row: sqlite3.Row) -> SearchRecord:
    values = {name: row[name] for name in row.keys() if name != "deleted"}  # noqa: SIM118 (a Row)
    try:
        values["monitor"] = values.pop("watched")
        values["plan"] = json.loads(values["plan"])
        values["created"] = datetime.fromisoformat(values["created"])
    except (ValueError, TypeError) as error:
        raise damaged_record(f"search {row['name']}", error) from error
    return SearchRecord(**values)
