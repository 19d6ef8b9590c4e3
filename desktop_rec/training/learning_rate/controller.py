"""What a person does to find a learning rate: sweep, and settle on one."""

from __future__ import annotations

from dataclasses import dataclass
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
    from engine.data.split import SplitConfig
    from engine.settings import Config
    from engine.training.config import FinderConfig, TrainingConfig
    from engine.training.lr_finder import RateSweep


@dataclass(frozen=True)
class ChosenRate:
    """A learning rate that a person settled on, for a model; `schedule` says what it becomes there."""

    model: str
    lr: float
    schedule: str


class LearningRateController(QObject):
    """`state` is the sweep that was made last, empty at first; `chosen` the rate settled on, None at first."""

    changed = Signal()
    rate_changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        jobs: Jobs,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.jobs, self.requests = dataset, jobs, requests
        self.state = SweepState()
        self.chosen: ChosenRate | None = None
        self._library = library

    def find(
        self,
        model: str,
        model_config: Config,
        training: TrainingConfig,
        finder: FinderConfig,
        split: SplitConfig | None = None,
        device: str = "auto",
    ) -> bool:
        """Sweep learning rates; `changed` tells of each batch of points, `state.sweep` holds the result."""
        library, dataset = self._library.files, self.dataset.current
        if library is None or dataset is None:
            return False

        def make() -> Job[RateSweep]:
            from engine import operations

            return operations.find_rate(
                library,
                dataset,
                model=model,
                model_config=model_config,
                training=training,
                finder=finder,
                split=split,
                device=device,
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
        self.state = SweepState(model=model, running=True)
        self.changed.emit()
        return True

    def use(self, model: str, lr: float, schedule: str = "") -> None:
        """Settle on a learning rate for a model: Train takes it up."""
        self.chosen = ChosenRate(model, lr, schedule)
        self.rate_changed.emit()

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """A rate belongs to the data it was found on."""
        self.chosen = None
        if self.jobs.state is None or self.jobs.is_running("import"):
            self.state = SweepState()
        self.rate_changed.emit()
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
        self.requests.report(failure)
        self.changed.emit()
