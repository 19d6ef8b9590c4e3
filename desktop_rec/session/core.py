"""The session's ground: its signals, its two lanes, the folder it works in, and undo.

Stands under the desks (data, learning, person), which add what a person can do. See desktop_rec.session for the
whole of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice, failure_of
from desktop_rec.session import work
from desktop_rec.session.job_runner import JobRunner, MakeJob
from desktop_rec.session.scoring import ScoringLane
from engine.errors import EngineError
from engine.events import Event

if TYPE_CHECKING:
    from engine.library.store import Library


@dataclass(frozen=True)
class LongJob:
    """A job for the first lane: what it is, how it is made, and who takes its events, its result or its failure."""

    state: JobState
    make: MakeJob
    finished: Callable[[Any], None]
    failed: Callable[[Failure], None]
    arrived: Callable[[Event], None] | None = None
    drained: Callable[[], None] | None = None
    uses_torch: bool = True


@dataclass(frozen=True)
class Undo:
    """A step that can be taken back: its words ("Delete Films") and what takes it back."""

    words: str
    take_back: Callable[[], None]


class SessionCore(QObject):
    """Signals, lanes and folder. Only desktop_rec.session.Session is meant to be made."""

    library_changed = Signal()
    dataset_changed = Signal()
    recommender_changed = Signal()
    profile_changed = Signal()
    rate_changed = Signal()
    job_changed = Signal(object)
    sweep_changed = Signal()
    training_changed = Signal()
    notice = Signal(object)
    place_requested = Signal(str)
    my_ratings_file_asked = Signal(object)
    recommendations_ready = Signal(object)
    explanation_ready = Signal(object)
    insights_ready = Signal(object)
    scoring_failed = Signal(str, object)
    devices_found = Signal()
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library: Library | None = None
        self.library_failure: Failure | None = None
        self.devices: work.Devices | None = None
        self.job: JobState | None = None
        self._long_job: LongJob | None = None
        self._outcome: Any = None
        self._undos: list[Undo] = []
        self._lane = JobRunner("job", parent=self)
        self._scoring = ScoringLane(self)
        self._lane.event_arrived.connect(self._on_event)
        self._lane.drained.connect(self._on_drained)
        self._lane.finished.connect(self._on_outcome)
        self._lane.failed.connect(self._on_outcome)
        self._lane.idle.connect(self._on_lane_idle)
        self._scoring.idle.connect(self._on_idle)
        self._scoring.answered.connect(self._on_answer)

    @property
    def is_idle(self) -> bool:
        return not self._lane.is_busy and not self._scoring.is_busy

    @property
    def home(self) -> Path | None:
        return self.library.home if self.library else None

    def open_library(self, home: Path | None = None) -> bool:
        """Open the folder of kept things; False, with `library_failure`, where that is not possible."""
        from engine.library.store import Library

        try:
            self.library = Library.open(home, who="the window of Desktop Rec")
            self.library_failure = None
        except (EngineError, OSError) as error:
            self.library_failure = failure_of(error)
        self.library_changed.emit()
        return self.library is not None

    def close_library(self) -> None:
        """Give the folder free for others. Call it when the session is idle."""
        if self.library is not None:
            self.library.close()
            self.library = None

    def warm_up(self) -> None:
        """Import torch on a thread and look at the devices, so that no later click waits for it."""
        if self.devices is None:
            self._scoring.request("devices", work.look_at_devices)

    def pause(self) -> None:
        """Ask the long job for no further step."""
        if self.job is not None and self.job.can_pause:
            self._lane.pause()
            self._set_job(replace(self.job, paused=True))

    def go_on(self) -> None:
        if self.job is not None and self.job.paused:
            self._lane.go_on()
            self._set_job(replace(self.job, paused=False))

    def stop(self) -> None:
        """End the long job and keep what it has so far; says "Stopping…" at once."""
        if self.job is not None and not self.job.stopping:
            self._set_job(replace(self.job, stopping=True, paused=False, words="Stopping…", remaining_s=None))
            self._lane.stop()

    def cancel(self) -> None:
        """End an import or a sweep; an import leaves nothing behind."""
        self.stop()

    @property
    def undo_words(self) -> str:
        """What undo() would take back ("" if nothing)."""
        return self._undos[-1].words if self._undos else ""

    def undo(self) -> bool:
        """Take back the last step that can be; False where there is none."""
        if not self._undos:
            return False
        step = self._undos.pop()
        if self._tried(step.take_back):
            self.notice.emit(Notice(f"Taken back: {step.words}.", kind="info"))
        return True

    def _can_undo(self, words: str, take_back: Callable[[], None]) -> None:
        self._undos.append(Undo(words, take_back))
        self.notice.emit(Notice(f"{words}.", kind="info", action_words="Undo", action=self._undo_from_notice))

    def _undo_from_notice(self) -> None:
        self.undo()

    def _tried(self, step: Callable[[], Any]) -> bool:
        """Run a short step on the library; a failure becomes a notice and False."""
        try:
            step()
        except (EngineError, OSError) as error:
            self.notice.emit(Notice.of(failure_of(error)))
            return False
        return True

    def _start_long(self, long_job: LongJob) -> bool:
        if self.library is None:
            return False
        if self.job is not None or self._lane.is_busy:
            running = self.job.title if self.job else "A job"
            self.notice.emit(
                Notice(f"{running} is still running.", "Wait for it, or stop it first.", kind="warning"),
            )
            return False
        self._long_job, self._outcome = long_job, None
        self._lane.start(long_job.make, uses_torch=long_job.uses_torch)
        self._set_job(replace(long_job.state, stage_began_s=time.monotonic()))
        return True

    def _set_job(self, state: JobState | None) -> None:
        self.job = state
        self.job_changed.emit(state)

    def _on_event(self, event: Event) -> None:
        if self.job is not None and not self.job.stopping:
            self.job = self.job.after(event, now_s=time.monotonic())
        if self._long_job is not None and self._long_job.arrived is not None:
            self._long_job.arrived(event)

    def _on_drained(self) -> None:
        if self.job is not None:
            self.job_changed.emit(self.job)
        if self._long_job is not None and self._long_job.drained is not None:
            self._long_job.drained()

    def _on_outcome(self, outcome: object) -> None:
        self._outcome = outcome

    def _on_lane_idle(self) -> None:
        """The thread is gone: hand the outcome on only now, so that whoever gets it may start the next job."""
        long_job, outcome = self._long_job, self._outcome
        self._long_job = self._outcome = None
        self._set_job(None)
        if long_job is not None:
            if isinstance(outcome, Failure):
                long_job.failed(outcome)
            else:
                long_job.finished(outcome)
        self._on_idle()

    def _on_answer(self, kind: str, answer: Any) -> None:
        """An answer of the scoring lane; each desk takes its kinds."""
        if kind == "devices":
            self.devices = answer
            self.devices_found.emit()

    def _on_idle(self) -> None:
        if self.is_idle:
            self.idle.emit()
