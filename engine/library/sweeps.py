"""The store of learning-rate sweeps: the points that were measured, of which plan, kept with the data set."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np

from engine.data.dataset import Dataset
from engine.documents import fits, parsed_json
from engine.library.database import Database
from engine.library.records import RecordStore
from engine.library.rows import RowReader, insert
from engine.training.rate_sweep import RateSweep

LOG = logging.getLogger(__name__)
_POINTS = ("lrs", "losses")
MOST_OF_A_DATASET = 50
"""Beyond so many sweeps of a data set the oldest go."""


class SweepStore(RecordStore[RateSweep]):
    """The sweeps of a library, found by their data set's fingerprint. Any thread may call."""

    _table, _key, _noun = "sweeps", "sweep_id", "sweep"
    _none_yet = "Find a learning rate first."
    _beside = ", points"

    def __init__(self, database: Database) -> None:
        super().__init__(database, RowReader(RateSweep, given=_POINTS))

    def add(self, dataset: Dataset, sweep: RateSweep) -> RateSweep:
        """Store a sweep of a data set; as it is stored, with id and time. Raises NotStoredError for a full disk."""
        stored = replace(
            sweep, sweep_id=f"w{uuid4().hex[:8]}", fingerprint=dataset.fingerprint, created=datetime.now(UTC)
        )
        values = {field.name: getattr(stored, field.name) for field in fields(stored) if field.name not in _POINTS}
        points = {"lrs": stored.lrs.tolist(), "losses": stored.losses.tolist()}
        kept = {"fingerprint": dataset.fingerprint, "most": MOST_OF_A_DATASET}
        with self._changing("The sweep") as connection:
            insert(connection, self._table, {**values, "plan": dict(stored.plan), "points": points})
            connection.execute(
                "DELETE FROM sweeps WHERE fingerprint = :fingerprint AND sweep_id NOT IN (SELECT sweep_id FROM sweeps"
                " WHERE fingerprint = :fingerprint ORDER BY created DESC, rowid DESC LIMIT :most)",
                kept,
            )
        LOG.info("Stored the sweep %s: %s", stored.sweep_id, stored.name)
        return self.find(stored.sweep_id)

    def forget_all_but(self, fingerprints: Iterable[str]) -> None:
        """At the opening of a library: forget the sweeps of data sets that are gone."""
        known = set(fingerprints)
        gone = {row[0] for row in self._database.rows("SELECT DISTINCT fingerprint FROM sweeps")} - known
        if not gone:
            return
        with self._changing("The removal of sweeps", is_urgent=True) as connection:
            connection.executemany("DELETE FROM sweeps WHERE fingerprint = ?", [(fingerprint,) for fingerprint in gone])
        LOG.info("Removed the sweeps of %d data sets that are gone", len(gone))

    def _read(self, row: sqlite3.Row) -> RateSweep:
        points = parsed_json(row["points"])
        if not fits(points, dict[str, list[float]]) or len(points["lrs"]) != len(points["losses"]):
            raise ValueError("its points are none")
        return self._reader.read(row, **{name: np.array(points[name], dtype=np.float64) for name in _POINTS})
