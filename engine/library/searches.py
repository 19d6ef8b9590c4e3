"""The store of searches and their tables, in SQLite, so that another process can go on with one."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from engine.data.dataset import Dataset
from engine.documents import parsed_json
from engine.evaluation.metrics import higher_is_better
from engine.library.database import Database, damaged_record
from engine.library.records import RecordStore, first_free
from engine.library.rows import RowReader, checked, insert
from engine.wording import coded

LOG = logging.getLogger(__name__)

WAITING, RUNNING, FINISHED, DIVERGED, FAILED = "waiting", "running", "finished", "diverged", "failed"
STOPPED, INTERRUPTED = "stopped", "interrupted"
ENDED = frozenset({FINISHED, DIVERGED, FAILED})
"""A row of these is not run again when the search goes on."""


@dataclass(frozen=True)
class SearchRow:
    """One run of a search: its `values`, and its `value`, the monitor on the validation people.

    `metrics` are of the test people; `batch` and `lr` were used in the end; `seconds` is all the time spent on it. The
    losses are those of the best epoch, None of models without epochs.
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
    training_loss: float | None = None
    validation_loss: float | None = None

    def changed(self, **values: Any) -> SearchRow:
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


def best_of(rows: Iterable[SearchRow], monitor: str) -> SearchRow | None:
    """The row with the best value on the validation people; of equal ones the first. None where none has a value."""
    sign = -1.0 if higher_is_better(monitor) is False else 1.0
    with_value = [row for row in rows if row.value is not None and row.run_id is not None]
    return max(with_value, key=lambda row: (sign * float(row.value or 0.0), -row.place), default=None)


class SearchStore(RecordStore[SearchRecord]):
    """The searches of a library. Any thread may call. Deleting one leaves its runs."""

    _table, _key, _noun = "searches", "search_id", "search"
    _none_yet = "Start one first."

    def __init__(self, database: Database) -> None:
        rows = "(SELECT count(*) FROM search_rows r WHERE r.search_id = searches.search_id"
        ended = f"{rows} AND r.status IN ({', '.join(map(repr, sorted(ENDED)))}))"
        super().__init__(database, RowReader(SearchRecord, columns={"runs": f"{rows})", "ended": ended}))

    def begin(
        self, dataset: Dataset, *, model: str, monitor: str, plan: dict[str, Any], rows: Sequence[SearchRow]
    ) -> SearchRecord:
        """Record a new search with all its rows, none of them run yet."""
        search_id = f"s{uuid4().hex[:8]}"
        taken = self._names(model=model)
        values = {
            "search_id": search_id,
            "name": first_free(taken, lambda number: f"{model} search {number}", start=len(taken) + 1),
            "model": model,
            "dataset_id": dataset.dataset_id,
            "dataset_name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "monitor": monitor,
            "plan": plan,
            "created": datetime.now(UTC),
        }
        with self._changing(f"The search {values['name']}") as connection:
            insert(connection, "searches", values)
            connection.executemany(_PUT, [_columns_of(search_id, row) for row in rows])
        LOG.info("Search %s begins: %d runs of %s", search_id, len(rows), model)
        return self.find(search_id)

    def replan(self, search_id: str, plan: dict[str, Any]) -> SearchRecord:
        """Save another plan for the same rows: where its summary goes."""
        self._set(search_id, "The plan of the search", plan=plan)
        return self.find(search_id)

    def save_row(self, search_id: str, row: SearchRow) -> None:
        with self._changing(f"Row {row.place} of the search") as connection:
            connection.execute(_PUT, _columns_of(search_id, row))

    def rows(self, search_id: str) -> tuple[SearchRow, ...]:
        found = self._database.rows("SELECT * FROM search_rows WHERE search_id = ? ORDER BY place", (search_id,))
        return tuple(map(_row_of, found))

    def settle(self) -> None:
        """At the opening of a library: forget what is deleted; what is still recorded as running was interrupted."""
        super().settle()
        if self._database.rows("SELECT 1 FROM search_rows WHERE status = ? LIMIT 1", (RUNNING,)):
            with self._changing("Which searches were interrupted") as connection:
                connection.execute("UPDATE search_rows SET status = ? WHERE status = ?", (INTERRUPTED, RUNNING))


_PUT = "INSERT OR REPLACE INTO search_rows VALUES (?, ?, ?, ?)"


def _columns_of(search_id: str, row: SearchRow) -> tuple[str, int, str, str]:
    document = {name: value for name, value in asdict(row).items() if name not in ("place", "status")}
    return search_id, row.place, row.status, json.dumps(coded(document))


def _row_of(found: sqlite3.Row) -> SearchRow:
    try:
        document = checked(SearchRow, parsed_json(found["row"]))
        document["values"] = tuple((name, _plain(value)) for name, value in document["values"])
        document["metrics"] = tuple((name, value) for name, value in document["metrics"])
        return SearchRow(place=found["place"], status=found["status"], **document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise damaged_record(f"search {found['search_id']}, row {found['place']}", error) from error


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
