"""Measures the ladder of speed on the open data set, as the one long job, and knows what was measured before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.requests import WindowRequests
from engine.events import Job
from engine.wording import said

if TYPE_CHECKING:
    from engine.library.ladders import MeasuredLadder


class LadderController(QObject):
    """`changed`: another ladder is to be shown, or measuring began, ended or became possible."""

    changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        jobs: Jobs,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._dataset, self._jobs, self._requests = library, dataset, jobs, requests
        jobs.changed.connect(self._on_jobs)
        self._was = (self.can_measure, self.is_measuring)

    @property
    def can_measure(self) -> bool:
        return self._dataset.current is not None and self._jobs.state is None

    @property
    def is_measuring(self) -> bool:
        return self._jobs.is_running("ladder")

    def known(self) -> MeasuredLadder | None:
        """What was measured last on the open data set, else on any."""
        library = self._library.files
        return library.ladders.newest(self._dataset.fingerprint) if library is not None else None

    def measure(self) -> bool:
        """Learn in each way; `known` has what was found once `changed` says so."""
        library, dataset = self._library.files, self._dataset.current
        if library is None or dataset is None:
            return False

        def make() -> Job[MeasuredLadder]:
            from engine.bench.climbing import climb

            return climb(library, dataset)

        return self._jobs.start(
            LongJob(JobState("ladder", said("Speed, rung by rung")), make, self._on_found, self._on_failed)
        )

    def _on_found(self, found: MeasuredLadder | None) -> None:
        if found is None or found.stopped:
            self._requests.inform(said("Measuring was stopped; nothing of it is kept."))
        self.changed.emit()

    def _on_failed(self, failure: Failure) -> None:
        self._requests.report(failure)
        self.changed.emit()

    def _on_jobs(self) -> None:
        now = (self.can_measure, self.is_measuring)
        if now != self._was:
            self._was = now
            self.changed.emit()
