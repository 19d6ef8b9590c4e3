"""The second lane: the latest request of a kind wins, stale answers never come."""

import threading

import pytest

from desktop_rec.session.queries import QueryWorker


class Question:
    """A job that waits until it may answer."""

    def __init__(self, answer, *, held=False):
        self.answer, self.runs = answer, 0
        self.may_end = threading.Event()
        if not held:
            self.may_end.set()

    def __call__(self):
        self.runs += 1
        while not self.may_end.wait(0.002):
            yield None
        yield None
        return self.answer


@pytest.fixture
def lane(qapp):
    made = QueryWorker()
    yield made
    made.abandon()
    made.wait(3)


def test_that_only_the_latest_of_many_requests_answers(qtbot, lane, recorded):
    answers = recorded(lane.answered)
    lane.request("recommend", Question("first", held=True))
    for number in range(5):
        lane.request("recommend", Question(f"middle {number}", held=True))
    with qtbot.waitSignal(lane.idle):
        lane.request("recommend", Question("last"))
    assert answers.calls == [("recommend", "last")]


def test_that_an_answer_that_is_there_is_delivered_before_a_newer_question_takes_its_place(qtbot, lane, recorded):
    answers, first = recorded(lane.answered), Question("first")
    lane.request("recommend", first)
    lane._runner._running.thread.join(3)
    with qtbot.waitSignal(lane.idle):
        lane.request("recommend", Question("second"))
    assert answers.calls == [("recommend", "first"), ("recommend", "second")]


def test_that_a_forgotten_question_never_answers_though_its_answer_is_there(qtbot, lane, recorded):
    answers = recorded(lane.answered)
    lane.request("recommend", Question("there"))
    lane._runner._running.thread.join(3)
    lane.forget("recommend")
    with qtbot.waitSignal(lane.idle):
        lane.request("explain", Question("asked"))
    assert answers.calls == [("explain", "asked")]


def test_that_a_new_list_makes_pending_reasons_stale(qtbot, lane, recorded):
    answers = recorded(lane.answered)
    lane.request("insights", Question("old insights", held=True))
    lane.request("explain", Question("old reason", held=True))
    with qtbot.waitSignal(lane.idle):
        lane.request("recommend", Question("list"))
    assert answers.calls == [("recommend", "list")]


def test_that_reasons_of_one_title_interrupt_the_insights_which_start_again(qtbot, lane, recorded):
    answers, insights = recorded(lane.answered), Question("insights", held=True)
    lane.request("insights", insights)
    qtbot.waitUntil(lambda: insights.runs == 1)
    with qtbot.waitSignal(lane.idle):
        lane.request("explain", Question("reason"))
        insights.may_end.set()
    assert answers.calls == [("explain", "reason"), ("insights", "insights")]
    assert insights.runs == 2


def test_that_a_look_at_the_devices_survives_a_new_model(qtbot, lane, recorded):
    answers, devices = recorded(lane.answered), Question("devices", held=True)
    lane.request("devices", devices)
    lane.request("model", Question("model"))
    devices.may_end.set()
    qtbot.waitUntil(lambda: len(answers.calls) == 2)
    assert answers.calls == [("devices", "devices"), ("model", "model")]


def test_that_a_failure_says_which_question_failed(qtbot, lane, recorded):
    def failing():
        yield None
        raise ValueError("no")

    failures = recorded(lane.failed)
    with qtbot.waitSignal(lane.idle):
        lane.request("explain", failing)
    assert failures.last[0] == "explain"
