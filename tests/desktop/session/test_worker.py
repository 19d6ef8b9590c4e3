"""A job on its thread: events in order, pause, stop and keep, failures in words, and nothing held afterwards."""

import gc
import threading
import weakref

import pytest
import torch

from desktop_rec.session.worker import Worker
from engine.errors import DataError
from engine.events import NewRate, Progressed, Stop


class Steps:
    """A job that counts; what it was asked and where it ran are written down."""

    def __init__(self, steps=5):
        self.steps, self.done, self.stopped = steps, 0, False
        self.thread = self.modes = None
        self.may_end = threading.Event()

    def __call__(self):
        self.thread, self.modes = threading.current_thread(), (torch.is_grad_enabled(), torch.get_num_threads())
        try:
            while self.steps is None or self.done < self.steps:
                self.done += 1
                yield Progressed("Counting", self.done, self.steps, "steps")
                self.may_end.wait(0.001)
        except Stop:
            self.stopped = True
            yield Progressed("Saving", self.done, self.steps, "steps")
        return self.done


@pytest.fixture
def worker(qapp):
    made = Worker("test", interval_ms=5)
    yield made
    made.abandon()
    made.wait(3)


def test_that_events_come_in_order_and_then_the_result(qtbot, worker, recorded):
    events, results = recorded(worker.event_arrived), recorded(worker.finished)
    with qtbot.waitSignal(worker.idle):
        worker.start(Steps(5))
    assert [call.done for call in events.calls] == [1, 2, 3, 4, 5]
    assert results.calls == [5]


def test_that_a_running_job_hears_what_it_is_told_in_turn(qtbot, worker):
    heard, asked = [], threading.Event()

    def job():
        while len(heard) < 2:
            asked.set()
            order = yield None
            heard.extend([] if order is None else [order])
        return heard

    worker.start(job)
    assert asked.wait(3)
    with qtbot.waitSignal(worker.idle):
        worker.tell(NewRate(1e-3))
        worker.tell(NewRate(1e-4))
    assert heard == [NewRate(1e-3), NewRate(1e-4)]


def test_that_signals_come_on_the_gui_thread_and_the_job_runs_on_another(qtbot, worker):
    job, threads_seen = Steps(2), []
    worker.event_arrived.connect(lambda _event: threads_seen.append(threading.current_thread()))
    with qtbot.waitSignal(worker.idle):
        worker.start(job)
    assert set(threads_seen) == {threading.main_thread()}
    assert job.thread is not threading.main_thread()


def test_that_the_job_thread_learns_with_its_own_modes_and_leaves_a_core_to_the_window(qtbot, worker):
    from engine.device import training_threads

    job = Steps(1)
    with torch.no_grad(), qtbot.waitSignal(worker.idle):
        worker.start(job)
    assert job.modes == (True, training_threads())


def test_that_pause_asks_for_no_further_step_until_resumed(qtbot, worker):
    job = Steps(None)
    worker.start(job)
    qtbot.waitUntil(lambda: job.done > 2)
    worker.pause()
    qtbot.wait(30)
    paused_at = job.done
    qtbot.wait(50)
    assert job.done == paused_at
    worker.resume()
    qtbot.waitUntil(lambda: job.done > paused_at)


def test_that_stop_keeps_what_there_is_and_reports_the_last_events(qtbot, worker, recorded):
    job, events, results = Steps(None), recorded(worker.event_arrived), recorded(worker.finished)
    worker.start(job)
    qtbot.waitUntil(lambda: job.done > 3)
    with qtbot.waitSignal(worker.idle):
        worker.stop()
    assert job.stopped
    assert results.calls == [job.done]
    assert events.last.words == "Saving"


def test_that_stop_wakes_a_paused_job(qtbot, worker):
    job = Steps(None)
    worker.start(job)
    worker.pause()
    with qtbot.waitSignal(worker.idle):
        worker.stop()
    assert job.stopped


def test_that_a_stop_that_nobody_catches_finishes_with_nothing(qtbot, worker, recorded):
    def endless():
        while True:
            yield None

    results, failures = recorded(worker.finished), recorded(worker.failed)
    worker.start(endless)
    with qtbot.waitSignal(worker.idle):
        worker.stop()
    assert results.calls == [None]
    assert failures.calls == []


def test_that_an_abandoned_job_is_released_and_reports_nothing_more(qtbot, worker, recorded):
    job, results = Steps(None), recorded(worker.finished)
    worker.start(job)
    with qtbot.waitSignal(worker.idle):
        worker.abandon()
    assert results.calls == []
    assert not job.stopped


def test_that_an_engine_error_becomes_its_sentence_its_remedy_and_its_traceback(qtbot, worker, recorded):
    def failing():
        yield None
        raise DataError("Line 7 has no rating.", remedy="Mend it.")

    failures = recorded(worker.failed)
    with qtbot.waitSignal(worker.idle):
        worker.start(failing)
    assert failures.last.sentence == "Line 7 has no rating."
    assert failures.last.remedy == "Mend it."
    assert "in failing" in failures.last.details


def test_that_a_failed_job_lets_go_of_what_its_frames_held_chained_ones_too(qtbot, worker):
    class Weights:
        pass

    held = []

    def inner():
        weights = Weights()
        held.append(weakref.ref(weights))
        raise ValueError("inner")

    def failing():
        weights = Weights()
        held.append(weakref.ref(weights))
        yield None
        try:
            inner()
        except ValueError as error:
            raise RuntimeError("outer") from error

    with qtbot.waitSignal(worker.idle):
        worker.start(failing)
    gc.collect()
    assert len(held) == 2
    assert all(reference() is None for reference in held)


def test_that_a_busy_worker_refuses_a_second_job(qtbot, worker):
    worker.start(Steps(None))
    with pytest.raises(RuntimeError, match="already runs"):
        worker.start(Steps(1))


def test_that_drain_delivers_without_waiting_for_the_timer(worker, recorded):
    results = recorded(worker.finished)
    worker.start(Steps(3))
    assert worker.wait(3)
    assert results.calls == [3]
