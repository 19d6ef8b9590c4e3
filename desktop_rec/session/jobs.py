"""The one long job: started, paused, resumed, stopped; its state, and who takes its events and its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.worker import MakeJob, Worker
from engine.events import Counting, Event, Order, StageStarted


@dataclass(frozen=True)
class LongJob:
    """What a job is called, how it is made (on its thread), and who takes its events, its result or its failure.

    `drained` is called after each batch of events, for what need not be redrawn for each of them. A job that does not
    need torch does not wait for it to be loaded.
    """

    state: JobState
    make: MakeJob
    finished: Callable[[Any], None]
    failed: Callable[[Failure], None]
    arrived: Callable[[Event], None] | None = None
    drained: Callable[[], None] | None = None
    uses_torch: bool = True


class Jobs(QObject):
    """`state` is that of the running job, None when nothing runs.

    `changed` carries it when a job starts, ends, pauses, goes on or is asked to stop; `moved` when it is further along,
    up to 20 times a second: whoever listens to that does little, or draws through a Repainter.
    """

    changed = Signal(object)
    moved = Signal(object)
    idle = Signal()

    def __init__(self, requests: WindowRequests, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state: JobState | None = None
        self._requests = requests
        self._job: LongJob | None = None
        self._outcome: Any = None
        self._worker = Worker("job", parent=self)
        self._worker.event_arrived.connect(self._on_event)
        self._worker.drained.connect(self._on_drained)
        self._worker.finished.connect(self._on_outcome)
        self._worker.failed.connect(self._on_outcome)
        self._worker.idle.connect(self._on_worker_idle)

    @property
    def is_idle(self) -> bool:
        return not self._worker.is_busy

    def is_running(self, kind: str) -> bool:
        """Whether the running job is of that kind."""
        return self.state is not None and self.state.kind == kind

    def start(self, job: LongJob) -> bool:
        """Start a job. While another runs this is refused with a notice, and False comes back."""
        if self.state is not None or self._worker.is_busy:
            running = self.state.title if self.state else "A job"
            self._requests.notify(
                Notice(f"{running} is still running.", "Wait for it, or stop it first.", kind="warning"),
            )
            return False
        self._job, self._outcome = job, None
        self._worker.start(job.make, uses_torch=job.uses_torch)
        now_s = time.monotonic()
        self._set(replace(job.state, counting=Counting(now_s, now_s)))
        return True

    def pause(self) -> None:
        """Ask the job for no further step."""
        if self.state is not None and self.state.can_pause:
            self._worker.pause()
            self._set(replace(self.state, paused=True))

    def resume(self) -> None:
        """Ask a paused job for its next step."""
        if self.state is not None and self.state.paused:
            self._worker.resume()
            self._set(replace(self.state, paused=False))

    def tell(self, order: Order) -> None:
        """Tell the running job something, such as another learning rate; its events say what came of it."""
        self._worker.tell(order)

    def stop(self) -> None:
        """End the job and keep what it has so far (an import keeps nothing).

        It says "Stopping…" at once, and then what is left to do, such as saving.
        """
        if self.state is not None and not self.state.stopping:
            self._set(replace(self.state, stopping=True, paused=False, words="Stopping…", remaining_s=None))
            self._worker.stop()

    def _set(self, state: JobState | None) -> None:
        self.state = state
        self.changed.emit(state)

    def _on_event(self, event: Event) -> None:
        if self.state is not None and (not self.state.stopping or isinstance(event, StageStarted)):
            self.state = self.state.after(event, now_s=time.monotonic())
        if self._job is not None and self._job.arrived is not None:
            self._job.arrived(event)

    def _on_drained(self) -> None:
        if self.state is not None:
            self.moved.emit(self.state)
        if self._job is not None and self._job.drained is not None:
            self._job.drained()

    def _on_outcome(self, outcome: object) -> None:
        self._outcome = outcome

    def _on_worker_idle(self) -> None:
        """The thread is gone: hand the outcome on only now, so that whoever gets it may start the next job."""
        job, outcome = self._job, self._outcome
        self._job = self._outcome = None
        self._set(None)
        if job is not None:
            if isinstance(outcome, Failure):
                job.failed(outcome)
            else:
                job.finished(outcome)
        if self.is_idle:
            self.idle.emit()
