import dataclasses
import inspect

import numpy as np
import pytest

from engine import events
from engine.events import (
    Advised,
    CheckpointSaved,
    EpochEnded,
    Pace,
    Progressed,
    RateChanged,
    RunRecorded,
    StageStarted,
    StepsTaken,
    Stop,
    TrainingStarted,
    drive,
    event_in,
    line_of,
)


def counting(log, steps=5):
    """A job of some steps that saves what it has when it is asked to stop."""
    done = 0
    try:
        for _ in range(steps):
            done += 1
            yield CheckpointSaved(done)
            yield None
    except Stop:
        log.append("stopped")
        yield Advised("Saved.")
        return done, True
    finally:
        log.append("released")
    return done, False


def test_that_a_job_is_driven_to_its_result():
    log, seen = [], []
    assert drive(counting(log), on_event=seen.append) == (5, False)
    assert seen == [CheckpointSaved(step) for step in range(1, 6)]
    assert log == ["released"]


def test_that_bare_yields_reach_nobody():
    seen = []
    drive(counting([], steps=2), on_event=seen.append)
    assert None not in seen


def test_that_stop_is_thrown_in_once_and_the_job_driven_on_to_its_end():
    log, seen = [], []
    result = drive(counting(log), on_event=seen.append, should_stop=lambda: len(seen) >= 2)
    assert result == (2, True)
    assert seen[-1] == Advised("Saved.")
    assert log == ["stopped", "released"]


def test_that_a_stop_asked_for_before_the_start_comes_at_the_first_yield():
    assert drive(counting([]), should_stop=lambda: True) == (1, True)


def test_that_a_stop_that_a_job_lets_through_reaches_the_driver():
    def careless():
        yield None
        yield None

    with pytest.raises(Stop):
        drive(careless(), should_stop=lambda: True)


def test_that_an_error_comes_through_and_the_job_is_released():
    log = []

    def failing():
        try:
            yield StageStarted("one", "Starting")
            raise OSError("full")
        finally:
            log.append("released")

    with pytest.raises(OSError, match="full"):
        drive(failing())
    assert log == ["released"]


def test_that_a_listener_that_fails_releases_the_job():
    log = []

    def refuse(event):
        raise ValueError(event)

    with pytest.raises(ValueError, match="CheckpointSaved"):
        drive(counting(log), on_event=refuse)
    assert log == ["released"]


def test_that_jobs_compose_and_the_inner_one_swallows_the_stop():
    def outer(log):
        result = yield from counting(log)
        if result[1]:
            return "stopped", result[0]
        yield Advised("Never reached.")
        return "done", result[0]

    seen = []
    assert drive(outer([]), on_event=seen.append, should_stop=lambda: len(seen) >= 3) == ("stopped", 3)


def test_that_not_asking_for_the_next_event_is_pause():
    log = []
    job = counting(log)
    next(job)
    assert log == []
    assert next(job) is None
    job.close()
    assert log == ["released"]


def test_that_events_are_frozen_plain_values_without_room_for_more():
    kinds = [kind for _, kind in inspect.getmembers(events, inspect.isclass) if issubclass(kind, events.Event)]
    assert len(kinds) > 5
    for kind in kinds:
        assert kind.__dataclass_params__.frozen, kind
        assert "__dict__" not in dir(kind), kind
    with pytest.raises(dataclasses.FrozenInstanceError):
        Progressed("Reading", 1, 2, "bytes").done = 3


def test_that_a_pace_is_kept_whatever_the_speed_of_the_job():
    now = 0.0
    pace = Pace(per_second=20, clock=lambda: now)
    reports = 0
    for step in range(1000):
        now = step / 1000
        reports += pace.due()
    assert 19 <= reports <= 20


def test_that_a_slow_job_reports_each_time():
    now = 0.0
    pace = Pace(per_second=20, clock=lambda: now)
    for step in range(10):
        now = float(step)
        assert pace.due()


SOME_EVENTS = [
    RunRecorded("r1"),
    TrainingStarted("r1", "two_head", "cpu", "float32", 1000, 500, 10, 0, 100, 10, "ndcg@100"),
    StepsTaken(3, np.array([1 / 3, np.nan]), np.array([1e-3, 2e-3]), 2, 100, 3120.5, 5.0, None),
    EpochEnded(1, 10, 6.5, (("likelihood", 0.1),), (("ndcg@100", float("nan")),), "ndcg@100", True, 1e-3),
    Progressed("Reading", 3, None, "bytes"),
    RateChanged(40, 1e-4),
]


@pytest.mark.parametrize("event", SOME_EVENTS, ids=lambda event: type(event).__name__)
def test_that_an_event_comes_out_of_a_line_as_it_went_in(event):
    found = event_in(line_of(event))
    assert type(found) is type(event)
    for field in dataclasses.fields(event):
        was, is_now = getattr(event, field.name), getattr(found, field.name)
        if isinstance(was, np.ndarray):
            np.testing.assert_array_equal(is_now, was)
        else:
            assert repr(is_now) == repr(was), field.name
