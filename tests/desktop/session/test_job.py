"""A job on its thread: events in order, pause, stop and keep, failures in words, and nothing held afterwards."""

import gc
import threading
import weakref

import pytest
import torch

from desktop_rec.session.worker import Worker
from engine.errors import DataError
from engine.events import Progressed, Stop


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
            yield Progressed("Keeping", self.done, self.steps, "steps")
        return self.done


@pytest.fixture
def runner(qapp):
    made = Worker("test", interval_ms=5)
    yield made
    made.abandon()
    made.wait(3)


def test_that_events_come_in_order_and_then_the_result(qtbot, runner, recorded):
    events, results = recorded(runner.event_arrived), recorded(runner.finished)
    with qtbot.waitSignal(runner.idle):
        runner.start(Steps(5))
    assert [call.done for call in events.calls] == [1, 2, 3, 4, 5]
    assert results.calls == [5]


def test_that_signals_come_on_the_gui_thread_and_the_job_runs_on_another(qtbot, runner):
    job, heard_on = Steps(2), []
    runner.event_arrived.connect(lambda _event: heard_on.append(threading.current_thread()))
    with qtbot.waitSignal(runner.idle):
        runner.start(job)
    assert set(heard_on) == {threading.main_thread()}
    assert job.thread is not threading.main_thread()


def test_that_the_job_thread_learns_with_its_own_modes_and_leaves_a_core_to_the_window(qtbot, runner):
    from engine.device import training_threads

    job = Steps(1)
    with torch.no_grad(), qtbot.waitSignal(runner.idle):
        runner.start(job)
    assert job.modes == (True, training_threads())


def test_that_pause_asks_for_no_further_step_until_go_on(qtbot, runner):
    job = Steps(None)
    runner.start(job)
    qtbot.waitUntil(lambda: job.done > 2)
    runner.pause()
    qtbot.wait(30)
    paused_at = job.done
    qtbot.wait(50)
    assert job.done == paused_at
    runner.go_on()
    qtbot.waitUntil(lambda: job.done > paused_at)


def test_that_stop_keeps_what_there_is_and_reports_the_last_events(qtbot, runner, recorded):
    job, events, results = Steps(None), recorded(runner.event_arrived), recorded(runner.finished)
    runner.start(job)
    qtbot.waitUntil(lambda: job.done > 3)
    with qtbot.waitSignal(runner.idle):
        runner.stop()
    assert job.stopped
    assert results.calls == [job.done]
    assert events.last.words == "Keeping"


def test_that_stop_wakes_a_paused_job(qtbot, runner):
    job = Steps(None)
    runner.start(job)
    runner.pause()
    with qtbot.waitSignal(runner.idle):
        runner.stop()
    assert job.stopped


def test_that_a_stop_that_nobody_catches_finishes_with_nothing(qtbot, runner, recorded):
    def endless():
        while True:
            yield None

    results, failures = recorded(runner.finished), recorded(runner.failed)
    runner.start(endless)
    with qtbot.waitSignal(runner.idle):
        runner.stop()
    assert results.calls == [None]
    assert failures.calls == []


def test_that_an_abandoned_job_is_released_and_says_nothing_more(qtbot, runner, recorded):
    job, results = Steps(None), recorded(runner.finished)
    runner.start(job)
    with qtbot.waitSignal(runner.idle):
        runner.abandon()
    assert results.calls == []
    assert not job.stopped


def test_that_an_engine_error_becomes_its_sentence_its_remedy_and_its_traceback(qtbot, runner, recorded):
    def failing():
        yield None
        raise DataError("Line 7 has no rating.", remedy="Mend it.")

    failures = recorded(runner.failed)
    with qtbot.waitSignal(runner.idle):
        runner.start(failing)
    assert failures.last.sentence == "Line 7 has no rating."
    assert failures.last.remedy == "Mend it."
    assert "in failing" in failures.last.details


def test_that_a_failed_job_lets_go_of_what_its_frames_held_chained_ones_too(qtbot, runner):
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

    with qtbot.waitSignal(runner.idle):
        runner.start(failing)
    gc.collect()
    assert len(held) == 2
    assert all(one() is None for one in held)


def test_that_a_busy_lane_refuses_a_second_job(qtbot, runner):
    runner.start(Steps(None))
    with pytest.raises(RuntimeError, match="already runs"):
        runner.start(Steps(1))


def test_that_drain_delivers_without_waiting_for_the_timer(runner, recorded):
    results = recorded(runner.finished)
    runner.start(Steps(3))
    assert runner.wait(3)
    assert results.calls == [3]
