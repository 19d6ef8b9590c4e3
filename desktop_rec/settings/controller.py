"""What a person does in Settings that takes time: testing how fast devices learn, reading logs, diagnostics."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.log import LogFile, about_machine
from desktop_rec.common.notices import Failure
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.devices import Devices
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.settings.log_lines import LogSource, ReadLog, read_log
from engine.device import available_memory_bytes, memory_bytes, training_threads, usable_cores
from engine.events import Job
from engine.models.registry import ModelKind, trainable_models
from engine.text import format_duration, format_size

if TYPE_CHECKING:
    from engine.library.run_record import RunRecord
    from engine.operations import SpeedTest
    from engine.training.plan import TrainingPlan

_RUNS_SHOWN = 5


class SettingsController(QObject):
    """`tested` is the last speed test, `log` the log that was read last; each has its signal."""

    test_changed = Signal()
    log_read = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        devices: Devices,
        jobs: Jobs,
        queries: Queries,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library, self.dataset, self.devices, self.jobs, self.requests = library, dataset, devices, jobs, requests
        self.launch_log: LogFile | None = None
        """The log of this launch; None where there is none."""
        self.tested: SpeedTest | None = None
        self.log: ReadLog | None = None
        self._worker = queries.add(QueryWorker("logs", ("log",)))
        self._worker.answered.connect(self._on_log)

    @property
    def models(self) -> tuple[ModelKind, ...]:
        """The models whose speed can be tested: those that learn by steps, or can."""
        return tuple(kind for kind in trainable_models() if kind.can.learns_by_steps or kind.by_steps is not None)

    @property
    def can_test(self) -> bool:
        return self.dataset.current is not None and self.jobs.state is None

    @property
    def is_testing(self) -> bool:
        return self.jobs.is_running("speed test")

    def test_speed(self, model: str) -> bool:
        """Learn for a moment on each device; `tested` holds the figures at the end."""
        library, dataset = self.library.files, self.dataset.current
        if library is None or dataset is None:
            return False

        def make() -> Job[SpeedTest]:
            from engine import operations

            return operations.speed_test(library, dataset, _plan_of(model, dataset.entries))

        return self.jobs.start(
            LongJob(JobState("speed test", "Speed test"), make, finished=self._on_tested, failed=self._on_failed)
        )

    def log_sources(self) -> tuple[LogSource, ...]:
        """The logs that can be looked at: of this launch, and of the runs over the open data set, the newest first."""
        own = self.launch_log.path if self.launch_log is not None else None
        sources = [LogSource("This launch", own)] if own is not None else []
        files = self.library.files
        for record in self._runs() if files is not None else ():
            assert files is not None, "its runs were listed"
            sources.append(LogSource(f"{record.title} ({record.name})", files.runs.log_of(record.run_id)))
        return tuple(sources)

    def read_log(self, source: LogSource) -> None:
        """Read a log in the background; `log_read` says that it is there."""
        self._worker.request("log", partial(_read, source))

    def diagnostics(self) -> str:
        """Versions, devices, memory, threads, the last runs and the end of the log. No ratings, no names of people."""
        devices = self.devices.found
        parts = [
            about_machine(),
            "\n".join(device.words for device in devices.usable) if devices else "devices: not looked at yet",
            describe_machine(),
            f"folder: {self.library.home}",
            "\n".join(["last runs:", *(_run_line(run) for run in self._runs()[:_RUNS_SHOWN])]) if self._runs() else "",
            self.launch_log.tail() if self.launch_log is not None else "",
        ]
        return "\n\n".join(part for part in parts if part)

    def on_dataset_changed(self, former: Any, dataset: Any) -> None:
        """A speed belongs to the data set that was learned from."""
        self.tested = None
        self.test_changed.emit()

    def _runs(self) -> tuple[RunRecord, ...]:
        return self.library.runs(self.dataset.fingerprint) if self.dataset.current is not None else ()

    def _on_tested(self, result: SpeedTest | None) -> None:
        if result is not None and result.epochs:
            self.tested = result
        self.test_changed.emit()

    def _on_failed(self, failure: Failure) -> None:
        self.requests.report(failure)
        self.test_changed.emit()

    def _on_log(self, kind: str, answer: Any) -> None:
        self.log = answer
        self.log_read.emit()


def describe_machine() -> str:
    """Memory and threads, a line each."""
    whole, free = memory_bytes(), available_memory_bytes()
    words = [f"Threads: models learn with {training_threads()} of {usable_cores()} cores."]
    if whole is not None and free is not None:
        words.insert(0, f"Memory: {format_size(whole)}, of which {format_size(free)} are free.")
    return "\n".join(words)


def _plan_of(model: str, entries: int) -> TrainingPlan:
    """A model's standard settings; those with which it learns by steps, where it has others."""
    from engine.training.plan import TrainingPlan

    plan = TrainingPlan.defaults(model, entries=entries)
    return plan if plan.training is not None else plan.changed(solver="adam")


def _run_line(run: RunRecord) -> str:
    because = f": {run.stopped_because}" if run.stopped_because else ""
    return f"{run.name}, {run.status} on {run.device} in {format_duration(run.seconds)}{because}"


def _read(source: LogSource) -> Job[ReadLog]:
    yield None
    return read_log(source)
