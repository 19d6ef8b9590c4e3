"""The open data set, with its record, the report of its import, and what was counted of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.building import in_turns
from desktop_rec.common.notices import Failure, failure_of
from desktop_rec.session.queries import QueryWorker
from engine.errors import LibraryError
from engine.events import Job

if TYPE_CHECKING:
    from desktop_rec.session.library import OpenLibrary
    from engine.data.dataset import Dataset
    from engine.data.statistics import DatasetStatistics
    from engine.library.datasets import DatasetRecord
    from engine.library.run_record import RunRecord
    from engine.library.store import Library


class OpenDataset(QObject):
    """`current` and `record` are None while no data set is open.

    `changed` carries the former and the new data set (None: none). Who listens stands in desktop_rec.session.session;
    each drops what was about the former one. `statistics` come a moment later, read or counted in the background:
    `statistics_changed` says so; `statistics_failure` is a sentence where counting failed. damaged(Failure): its files
    are not what was written, and it is not open any more.
    """

    changed = Signal(object, object)
    statistics_changed = Signal()
    damaged = Signal(object)

    def __init__(self, library: OpenLibrary, worker: QueryWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.statistics: DatasetStatistics | None = None
        self.statistics_failure = ""
        self._worker = worker
        worker.answered.connect(self._on_counted)
        worker.failed.connect(self._on_count_failed)
        self.current: Dataset | None = None
        self.record: DatasetRecord | None = None
        self._library = library
        self._asked = object()

    @property
    def report(self) -> Mapping[str, Any] | None:
        """What its import reported."""
        return self.record.report if self.record is not None else None

    @property
    def fingerprint(self) -> str:
        """What runs know it by; "" while none is open."""
        return self.current.fingerprint if self.current is not None else ""

    @property
    def asked(self) -> int:
        """How many ratings its own file asks for."""
        return len(self.current.asked_P2) if self.current is not None and self.current.asked_P2 is not None else 0

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
        """Open a stored data set, in a few turns of the event loop; what is opened in one of them comes later and wins.

        Raises LibraryError where that is not possible.
        """
        library, self._asked = self._library.files, object()
        if library is None:
            return
        asked = self._asked
        dataset = in_turns(library.datasets.opening(dataset_id, checked=False))
        if asked is self._asked and library is self._library.files:
            self.take(dataset, library.datasets.find(dataset_id))

    def take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        """Work with this data set from now on (None: with none)."""
        former, self.current, self.record = self.current, dataset, record
        self._asked = object()
        self._worker.abandon()
        self.statistics, self.statistics_failure = None, ""
        self.changed.emit(former, dataset)
        if dataset is not None and self._library.files is not None:
            self._worker.request(
                "statistics", partial(_statistics, self._library.files, dataset, is_stored=record is not None)
            )

    def take_record(self, record: DatasetRecord) -> None:
        """Another name, or another report, of the same data set."""
        self.record = record
        if self.current is not None and self.current.name != record.name:
            self.current = replace(self.current, name=record.name)

    def _on_counted(self, kind: str, statistics: DatasetStatistics | Failure) -> None:
        if isinstance(statistics, Failure):
            self.take(None, None)
            self.damaged.emit(statistics)
            return
        self.statistics = statistics
        self.statistics_changed.emit()

    def _on_count_failed(self, kind: str, failure: Failure) -> None:
        self.statistics_failure = f"{failure.sentence} {failure.remedy}"
        self.statistics_changed.emit()


def _statistics(library: Library, dataset: Dataset, *, is_stored: bool) -> Job[DatasetStatistics | Failure]:
    """What was counted of a data set at its import, or is counted now. Makes the catalogue ready for a search, too.

    Before that its arrays are compared with their checksums where it is stored: a Failure where one is damaged.
    """
    try:
        if is_stored:
            yield from library.datasets.checking(dataset.dataset_id)
    except LibraryError as error:
        return failure_of(error)
    found = yield from library.datasets.statistics(dataset)
    dataset.catalogue.prepare_search()
    return found
