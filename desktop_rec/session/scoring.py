"""The second lane: the model of an opened data set, lists and reasons, beside a long job.

Stands between the session and the job runner. Of each kind only the latest request counts; what a newer request
makes stale is dropped, before it runs, while it runs, or when its answer comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.job_runner import JobRunner, MakeJob

KINDS = ("model", "recommend", "explain", "insights", "knowing", "devices")
"""In order of urgency."""

_STALE_AFTER = {"model": ("recommend", "explain", "insights"), "recommend": ("explain", "insights")}
"""Which older questions a new one of a kind makes pointless."""

_INTERRUPTS = {
    "model": ("knowing",),
    "recommend": ("knowing",),
    "explain": ("insights", "knowing"),
    "insights": ("knowing",),
}
"""Which questions, long to answer, step aside for one of a kind and start again after it."""

SCORING_DRAIN_MS = 15
"""Quicker than the long lane's: a slider waits for these answers."""


class ScoringLane(QObject):
    """Runs one request at a time. answered(kind, result), failed(kind, Failure), event_arrived(Event), idle()."""

    answered = Signal(str, object)
    failed = Signal(str, object)
    event_arrived = Signal(object)
    idle = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        name: str = "scoring",
        kinds: Sequence[str] = KINDS,
        stale_after: Mapping[str, Sequence[str]] = _STALE_AFTER,
        uses_torch: bool = True,
    ) -> None:
        super().__init__(parent)
        self._kinds, self._stale_after, self._uses_torch = kinds, stale_after, uses_torch
        self._runner = JobRunner(name, interval_ms=SCORING_DRAIN_MS, parent=self)
        self._waiting: dict[str, MakeJob] = {}
        self._kind = ""
        self._make_job: MakeJob | None = None
        self._is_asking = False
        self._runner.finished.connect(self._on_finished)
        self._runner.failed.connect(self._on_failed)
        self._runner.event_arrived.connect(self.event_arrived)
        self._runner.idle.connect(self._start_next)

    @property
    def is_busy(self) -> bool:
        return self._runner.is_busy or bool(self._waiting)

    def request(self, kind: str, make_job: MakeJob) -> None:
        """Ask for an answer of a kind; an older question of that kind, and what depended on it, is forgotten.

        A new model or list makes pending reasons stale. A question about one title interrupts the insights of the
        whole list, and every other question interrupts how well a model knows somebody; these start again after it. A
        look at the devices is never interrupted.
        """
        self._is_asking = True
        self._runner.drain()
        self._is_asking = False
        stale = self._stale_after.get(kind, ())
        for later in stale:
            self._waiting.pop(later, None)
        if self._kind in _INTERRUPTS.get(kind, ()) and self._make_job is not None:
            self._waiting.setdefault(self._kind, self._make_job)
            self._drop_running()
        elif self._kind == kind or self._kind in stale:
            self._drop_running()
        self._waiting[kind] = make_job
        if not self._runner.is_busy:
            self._start_next()

    def clear(self) -> None:
        """Forget every question on a model or a person, and drop the one that runs."""
        self._waiting = {kind: make for kind, make in self._waiting.items() if kind == "devices"}
        if self._kind != "devices":
            self._drop_running()

    def forget(self, kind: str) -> None:
        """Forget a question of a kind, whether it waits, runs, or has its answer on the way."""
        self._waiting.pop(kind, None)
        if self._kind == kind:
            self._drop_running()

    def abandon(self) -> None:
        """Forget everything: the window closes."""
        self._waiting.clear()
        self._drop_running()

    def wait(self, seconds: float) -> bool:
        return self._runner.wait(seconds)

    def _drop_running(self) -> None:
        self._kind, self._make_job = "", None
        self._runner.abandon()

    def _start_next(self) -> None:
        self._kind, self._make_job = "", None
        if self._is_asking:
            return
        for kind in self._kinds:
            if kind in self._waiting:
                self._kind, self._make_job = kind, self._waiting.pop(kind)
                self._runner.start(self._make_job, uses_torch=self._uses_torch)
                return
        self.idle.emit()

    def _on_finished(self, result: object) -> None:
        kind, self._kind = self._kind, ""
        self.answered.emit(kind, result)

    def _on_failed(self, failure: object) -> None:
        kind, self._kind = self._kind, ""
        self.failed.emit(kind, failure)
