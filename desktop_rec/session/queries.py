"""Background questions beside the long job: of each kind only the latest counts.

A query worker answers the kinds of questions it was made for, one at a time, the most urgent first. What a newer
question makes stale is dropped, before it runs, while it runs, or when its answer comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from desktop_rec.session.worker import MakeJob, Worker

DRAIN_MS = 15
"""Quicker than the long job's: a slider waits for these answers."""


class QueryWorker(QObject):
    """Answers one question at a time. answered(kind, result), failed(kind, Failure), event_arrived(Event), idle().

    kinds: in order of urgency. stale_after: which older questions a new one of a kind makes pointless. interrupts:
    which questions, long to answer, step aside for one of a kind and start again after it. lasting: kinds that
    `clear` leaves alone.
    """

    answered = Signal(str, object)
    failed = Signal(str, object)
    event_arrived = Signal(object)
    idle = Signal()

    def __init__(
        self,
        name: str,
        kinds: Sequence[str],
        *,
        stale_after: Mapping[str, Sequence[str]] | None = None,
        interrupts: Mapping[str, Sequence[str]] | None = None,
        lasting: Sequence[str] = (),
        uses_torch: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kinds, self._uses_torch, self._lasting = tuple(kinds), uses_torch, frozenset(lasting)
        self._stale_after, self._interrupts = stale_after or {}, interrupts or {}
        self._worker = Worker(name, interval_ms=DRAIN_MS, parent=self)
        self._waiting: dict[str, MakeJob] = {}
        self._kind = ""
        self._make_job: MakeJob | None = None
        self._is_asking = False
        self._worker.finished.connect(self._on_finished)
        self._worker.failed.connect(self._on_failed)
        self._worker.event_arrived.connect(self.event_arrived)
        self._worker.idle.connect(self._start_next)

    @property
    def is_busy(self) -> bool:
        return self._worker.is_busy or bool(self._waiting)

    def request(self, kind: str, make_job: MakeJob) -> None:
        """Ask for an answer of a kind; an older question of that kind, and what depended on it, is forgotten."""
        self._is_asking = True
        self._worker.drain()
        self._is_asking = False
        stale = self._stale_after.get(kind, ())
        for later in stale:
            self._waiting.pop(later, None)
        if self._kind in self._interrupts.get(kind, ()) and self._make_job is not None:
            self._waiting.setdefault(self._kind, self._make_job)
            self._drop_running()
        elif self._kind == kind or self._kind in stale:
            self._drop_running()
        self._waiting[kind] = make_job
        if not self._worker.is_busy:
            self._start_next()

    def stop(self, kind: str) -> None:
        """End the question of a kind that runs, with what it has found; one that waits is forgotten."""
        self._waiting.pop(kind, None)
        if self._kind == kind:
            self._worker.stop()

    def clear(self) -> None:
        """Forget every question but the lasting ones, and drop the one that runs."""
        self._waiting = {kind: make for kind, make in self._waiting.items() if kind in self._lasting}
        if self._kind not in self._lasting:
            self._drop_running()

    def forget(self, kind: str) -> None:
        """Forget a question of a kind, whether it waits, runs, or has its answer on the way."""
        self._waiting.pop(kind, None)
        if self._kind == kind:
            self._drop_running()

    def abandon(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._drop_running()

    def wait(self, seconds: float) -> bool:
        return self._worker.wait(seconds)

    def _drop_running(self) -> None:
        self._kind, self._make_job = "", None
        self._worker.abandon()

    def _start_next(self) -> None:
        self._kind, self._make_job = "", None
        if self._is_asking:
            return
        for kind in self._kinds:
            if kind in self._waiting:
                self._kind, self._make_job = kind, self._waiting.pop(kind)
                self._worker.start(self._make_job, uses_torch=self._uses_torch)
                return
        self.idle.emit()

    def _on_finished(self, result: object) -> None:
        kind, self._kind = self._kind, ""
        self.answered.emit(kind, result)

    def _on_failed(self, failure: object) -> None:
        kind, self._kind = self._kind, ""
        self.failed.emit(kind, failure)


class Queries(QObject):
    """All query workers of the window: made here, idle when all are, abandoned together."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers: list[QueryWorker] = []

    @property
    def is_idle(self) -> bool:
        return not any(worker.is_busy for worker in self._workers)

    def add(self, worker: QueryWorker) -> QueryWorker:
        """Look after a worker from now on."""
        worker.setParent(self)
        worker.idle.connect(self._on_idle)
        self._workers.append(worker)
        return worker

    def abandon(self) -> None:
        """Forget every question: the window closes."""
        for worker in self._workers:
            worker.abandon()

    def _on_idle(self) -> None:
        if self.is_idle:
            self.idle.emit()
