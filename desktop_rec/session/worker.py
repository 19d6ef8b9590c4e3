"""Runs one engine generator on a thread and replays its events on the GUI thread.

The thread touches no QObject: what happens goes into a SimpleQueue that a QTimer drains. The worker owns the job's
life: not asking for the next event is pause, a thrown Stop is stop-and-keep, closing only releases.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_rec.common.notices import Failure, drop_frames, failure_of
from engine.events import Event, Job, Order, Stop

MakeJob = Callable[[], Job[Any]]

DRAIN_MS = 50


@dataclass(frozen=True)
class _Reported:
    event: Event


@dataclass(frozen=True)
class _Finished:
    result: Any


@dataclass(frozen=True)
class _Failed:
    failure: Failure


_Message = _Reported | _Finished | _Failed


@dataclass
class Orders:
    """What the GUI thread wants of the job; the job thread looks between steps. Plain threading flags, no Qt."""

    may_go: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    abandon: threading.Event = field(default_factory=threading.Event)
    told: SimpleQueue[Order] = field(default_factory=SimpleQueue)

    def next_told(self) -> Order | None:
        """What the job was told and has not heard yet, in turn."""
        try:
            return self.told.get_nowait()
        except Empty:
            return None

    def __post_init__(self) -> None:
        self.may_go.set()


@dataclass
class _Running:
    thread: threading.Thread
    orders: Orders
    outbox: SimpleQueue[_Message]


class Worker(QObject):
    """Runs at most one job at a time. Signals are emitted on the thread that owns the worker, by drain().

    event_arrived: each engine Event. drained: all events of one drain were delivered (repaint now). finished: the
    job's result, None where Stop ended it with nothing to keep (an import). failed: a Failure. idle: there is no
    thread any more (after finished, failed or abandon); a new job may be started from there.
    """

    event_arrived = Signal(object)
    drained = Signal()
    finished = Signal(object)
    failed = Signal(object)
    idle = Signal()

    def __init__(self, name: str, *, interval_ms: int = DRAIN_MS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._running: _Running | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self.drain)

    @property
    def is_busy(self) -> bool:
        """Whether a thread of this worker is still alive, abandoned or not."""
        return self._running is not None

    def start(self, make_job: MakeJob, *, uses_torch: bool = True) -> None:
        """Call `make_job` on a new thread and drive what it returns. RuntimeError if a job is running.

        A job that needs no torch (an import) does not wait for it to be loaded.
        """
        if self._running is not None:
            raise RuntimeError(f"The worker {self._name!r} already runs a job.")
        orders, outbox = Orders(), SimpleQueue[_Message]()
        thread = threading.Thread(
            target=_drive,
            args=(make_job, orders, outbox),
            kwargs={"uses_torch": uses_torch},
            name=f"desktop-rec {self._name}",
            daemon=True,
        )
        self._running = _Running(thread, orders, outbox)
        thread.start()
        self._timer.start()

    def pause(self) -> None:
        """Ask for no further step until resume()."""
        if self._running is not None:
            self._running.orders.may_go.clear()

    def resume(self) -> None:
        if self._running is not None:
            self._running.orders.may_go.set()

    def tell(self, order: Order) -> None:
        """Tell the job something; it hears it before its next step, a paused one when it goes on."""
        if self._running is not None:
            self._running.orders.told.put(order)

    def stop(self) -> None:
        """Throw Stop into the job at its next step; it keeps what it has and finishes. Wakes a paused job."""
        if self._running is not None:
            self._running.orders.stop.set()
            self._running.orders.may_go.set()

    def abandon(self) -> None:
        """Release the job at its next step and say nothing more of it, except idle."""
        if self._running is not None:
            self._running.orders.abandon.set()
            self._running.orders.may_go.set()

    def drain(self) -> None:
        """Deliver what has arrived. The timer calls this; a test may call it without waiting."""
        running = self._running
        if running is None:
            self._timer.stop()
            return
        is_over = not running.thread.is_alive()
        delivered = self._deliver(running)
        if delivered:
            self.drained.emit()
        if is_over and running is self._running:
            running.thread.join()
            self._running = None
            self._timer.stop()
            self.idle.emit()

    def wait(self, seconds: float) -> bool:
        """Block until the thread has ended (for the very end of the program and for tests); deliver the rest."""
        if self._running is not None:
            self._running.thread.join(seconds)
            self.drain()
        return self._running is None

    def _deliver(self, running: _Running) -> int:
        delivered = 0
        while True:
            try:
                message = running.outbox.get_nowait()
            except Empty:
                return delivered
            if running.orders.abandon.is_set():
                continue
            delivered += 1
            match message:
                case _Reported(event):
                    self.event_arrived.emit(event)
                case _Finished(result):
                    self.finished.emit(result)
                case _Failed(failure):
                    self.failed.emit(failure)


def _drive(make_job: MakeJob, orders: Orders, outbox: SimpleQueue[_Message], *, uses_torch: bool) -> None:
    """The thread's body. Modes and thread count are per thread, so they are set here before anything else."""
    try:
        if uses_torch:
            _set_modes_of_this_thread()
        outbox.put(_Finished(_run(make_job, orders, outbox)))
    except Stop:
        outbox.put(_Finished(None))
    except BaseException as error:
        outbox.put(_Failed(failure_of(error)))
        drop_frames(error)


def _run(make_job: MakeJob, orders: Orders, outbox: SimpleQueue[_Message]) -> Any:
    job = make_job()
    was_stopped = False
    try:
        event = next(job)
        while True:
            if event is not None:
                outbox.put(_Reported(event))
            orders.may_go.wait()
            if orders.abandon.is_set():
                return None
            if orders.stop.is_set() and not was_stopped:
                was_stopped = True
                event = job.throw(Stop())
            else:
                event = job.send(orders.next_told())
    except StopIteration as end:
        return end.value
    finally:
        job.close()


def _set_modes_of_this_thread() -> None:
    import torch

    from engine.device import use_cores

    torch.set_grad_enabled(True)
    use_cores()
