"""Speed and time left: by the last minute, without pauses, sleep and the evaluations that are over."""

import pytest
import torch

from engine.models.base import Losses
from engine.training.progress import StepLog, Stopwatch


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Learning:
    """Steps of a length, with reports between them."""

    def __init__(self):
        self.clock = Clock()
        self.watch = Stopwatch(self.clock)
        self.log = StepLog(0, 1000, batch=10, steps_per_epoch=100)

    def steps(self, count, *, seconds):
        for _ in range(count):
            self.clock.now += seconds
            one = torch.ones(())
            self.log.add(Losses(one, one, {"likelihood": one}), one, 1e-3)
            self.log.learned_for(self.watch.tick())
        return self.log.reported(1)

    def away(self, seconds):
        self.clock.now += seconds
        self.log.learned_for(self.watch.back())


@pytest.fixture
def learning():
    return Learning()


def test_that_a_pause_counts_neither_into_speed_nor_into_time_left(learning):
    before = learning.steps(100, seconds=0.1)
    learning.away(3600.0)
    after = learning.steps(1, seconds=0.1)
    assert after.examples_per_second == pytest.approx(before.examples_per_second) == pytest.approx(100.0)
    assert after.remaining_s == pytest.approx(89.9)
    assert after.elapsed_s == pytest.approx(10.1)
    assert learning.watch.seconds == pytest.approx(10.1)


def test_that_a_night_in_which_the_machine_slept_is_no_step(learning):
    learning.steps(10, seconds=0.1)
    learning.steps(1, seconds=8 * 3600.0)
    assert learning.steps(9, seconds=0.1).remaining_s == pytest.approx(98.0, rel=0.06)


def test_that_a_machine_whose_steps_take_minutes_is_believed(learning):
    learning.steps(3, seconds=100.0)
    assert learning.watch.seconds == pytest.approx(200.0)


def test_that_the_time_left_goes_by_the_last_minute(learning):
    learning.steps(300, seconds=0.1)
    for _ in range(130):
        slow = learning.steps(1, seconds=0.5)
    assert slow.examples_per_second == pytest.approx(20.0, rel=0.02)
    assert slow.remaining_s == pytest.approx(570 * 0.5, rel=0.02)


def test_that_evaluations_to_come_are_in_the_time_left(learning):
    learning.steps(100, seconds=0.1)
    learning.clock.now += 5.0
    learning.watch.tick()
    learning.log.evaluated_for(5.0)
    assert learning.steps(1, seconds=0.1).remaining_s == pytest.approx(89.9 + 9 * 5.0)


def test_that_a_report_holds_norms_and_parts_of_each_step(learning):
    report = learning.steps(4, seconds=0.1)
    assert report.gradient_norms.tolist() == report.parts["likelihood"].tolist() == [1.0] * 4
