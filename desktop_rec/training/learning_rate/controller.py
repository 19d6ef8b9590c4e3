"""What a person does to find a learning rate: sweep rates with the plan of Train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.requests import WindowRequests
from desktop_rec.training.curves import SweepState
from engine.events import Event, Job

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.training.plan import TrainingPlan
    from engine.training.rate_sweep import RateSweep


class LearningRateController(QObject):
    """`state` is the sweep that was made last, empty at first; `changed` says that it is new or has moved."""

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
        self.dataset, self.jobs = dataset, jobs
        self.state = SweepState()
        self._library, self._requests = library, requests

    def find(self, plan: TrainingPlan) -> bool:
        """Sweep learning rates; `state.sweep` holds the result at the end."""
        library, dataset = self._library.files, self.dataset.current
        if library is None or dataset is None:
            return False

        def make() -> Job[RateSweep]:
            from engine import operations

            return operations.find_rate(
                library,
                dataset,
                model=plan.model,
                model_config=plan.model_config,
                training=plan.training,
                finder=plan.finder,
                split=plan.split,
                device=plan.device,
                suggestion=plan.suggestion,
            )

        job = LongJob(
            JobState("sweep", "Finding a learning rate"),
            make,
            finished=self._on_swept,
            failed=self._on_failed,
            arrived=self._on_event,
            drained=self.changed.emit,
        )
        if not self.jobs.start(job):
            return False
        self.state = SweepState(model=plan.model, running=True)
        self.changed.emit()
        return True

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """A sweep belongs to the data it was made on."""
        if self.jobs.state is None or self.jobs.is_running("import"):
            self.state = SweepState()
        self.changed.emit()

    def _on_event(self, event: Event) -> None:
        self.state.fold(event)

    def _on_swept(self, sweep: RateSweep | None) -> None:
        self.state.running = False
        self.state.sweep = sweep
        self.changed.emit()

    def _on_failed(self, failure: Failure) -> None:
        self.state.running = False
        self.state.failure = failure
        self._requests.report(failure)
        self.changed.emit()
