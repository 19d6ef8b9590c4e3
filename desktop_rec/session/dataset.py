"""The open data set, with its record and the report of its import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from desktop_rec.session.library import OpenLibrary
    from engine.data.dataset import Dataset
    from engine.library.datasets import DatasetRecord
    from engine.library.run_record import RunRecord


class OpenDataset(QObject):
    """`current` and `record` are None while no data set is open.

    `changed` carries the former and the new data set (None: none). Who listens stands in desktop_rec.session.session;
    each drops what was about the former one.
    """

    changed = Signal(object, object)

    def __init__(self, library: OpenLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current: Dataset | None = None
        self.record: DatasetRecord | None = None
        self._library = library

    @property
    def report(self) -> Mapping[str, Any] | None:
        """What its import reported."""
        return self.record.report if self.record is not None else None

    @property
    def fingerprint(self) -> str:
        """What runs know it by; "" while none is open."""
        return self.current.fingerprint if self.current is not None else ""

    @property
    def runs(self) -> tuple[RunRecord, ...]:
        """The runs that learned from it (or from an equal one), the newest first."""
        return self._library.runs(self.current.fingerprint) if self.current is not None else ()

    def run(self, run_id: str) -> RunRecord | None:
        """One of its runs."""
        return next((run for run in self.runs if run.run_id == run_id), None)

    def is_open(self, dataset_id: str) -> bool:
        return self.current is not None and self.current.dataset_id == dataset_id

    def open(self, dataset_id: str) -> None:
        """Open a stored data set. Raises LibraryError where that is not possible."""
        if self._library.files is not None:
            store = self._library.files.datasets
            self.take(store.open(dataset_id), store.find(dataset_id))

    def take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        """Work with this data set from now on (None: with none)."""
        former, self.current, self.record = self.current, dataset, record
        self.changed.emit(former, dataset)

    def take_record(self, record: DatasetRecord) -> None:
        """Another name, or another report, of the same data set."""
        self.record = record
        if self.current is not None:
            self.current = replace(self.current, name=record.name)
