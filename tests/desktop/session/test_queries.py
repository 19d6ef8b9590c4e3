"""The second worker: the latest request of a kind wins, stale answers never come."""

import threading

import pytest

from desktop_rec.session.queries import QueryWorker

KINDS = ("model", "recommend", "explain", "insights", "devices")
STALE_AFTER = {"model": ("recommend", "explain", "insights"), "recommend": ("explain", "insights")}
INTERRUPTS = {"explain": ("insights",)}


class Question:
    """A job that waits until it may answer."""

    def __init__(self, answer, *, held=False):
        self.answer, self.runs, self.thread = answer, 0, None
        self.began = threading.Event()
        self.may_end = threading.Event()
        if not held:
            self.may_end.set()

    def __call__(self):
        self.runs += 1
        self.thread = threading.current_thread()
        self.began.set()
        while not self.may_end.wait(0.002):
            yield None
        yield None
        return self.answer

    def wait_until_answered(self):
        """Block, so that the answer is there and nobody has taken it yet."""
        self.began.wait(3)
        self.thread.join(3)


@pytest.fixture
def worker(qapp):
    made = QueryWorker("test", KINDS, stale_after=STALE_AFTER, interrupts=INTERRUPTS, lasting=("devices",))
    yield made
    made.abandon()
    made.wait(3)


def test_that_only_the_latest_of_many_requests_answers(qtbot, worker, recorded):
    answers = recorded(worker.answered)
    worker.request("recommend", Question("first", held=True))
    for number in range(5):
        worker.request("recommend", Question(f"middle {number}", held=True))
    with qtbot.waitSignal(worker.idle):
        worker.request("recommend", Question("last"))
    assert answers.calls == [("recommend", "last")]


def test_that_an_answer_that_is_there_is_delivered_before_a_newer_question_takes_its_place(qtbot, worker, recorded):
    answers, first = recorded(worker.answered), Question("first")
    worker.request("recommend", first)
    first.wait_until_answered()
    with qtbot.waitSignal(worker.idle):
        worker.request("recommend", Question("second"))
    assert answers.calls == [("recommend", "first"), ("recommend", "second")]


def test_that_a_forgotten_question_never_answers_though_its_answer_is_there(qtbot, worker, recorded):
    answers, there = recorded(worker.answered), Question("there")
    worker.request("recommend", there)
    there.wait_until_answered()
    worker.forget("recommend")
    with qtbot.waitSignal(worker.idle):
        worker.request("explain", Question("asked"))
    assert answers.calls == [("explain", "asked")]


def test_that_a_new_list_makes_pending_reasons_stale(qtbot, worker, recorded):
    answers = recorded(worker.answered)
    worker.request("insights", Question("old insights", held=True))
    worker.request("explain", Question("old reason", held=True))
    with qtbot.waitSignal(worker.idle):
        worker.request("recommend", Question("list"))
    assert answers.calls == [("recommend", "list")]


def test_that_reasons_of_one_title_interrupt_the_insights_which_start_again(qtbot, worker, recorded):
    answers, insights = recorded(worker.answered), Question("insights", held=True)
    worker.request("insights", insights)
    qtbot.waitUntil(lambda: insights.runs == 1)
    with qtbot.waitSignal(worker.idle):
        worker.request("explain", Question("reason"))
        insights.may_end.set()
    assert answers.calls == [("explain", "reason"), ("insights", "insights")]
    assert insights.runs == 2


def test_that_a_look_at_the_devices_survives_a_new_model(qtbot, worker, recorded):
    answers, devices = recorded(worker.answered), Question("devices", held=True)
    worker.request("devices", devices)
    worker.request("model", Question("model"))
    devices.may_end.set()
    qtbot.waitUntil(lambda: len(answers.calls) == 2)
    assert answers.calls == [("devices", "devices"), ("model", "model")]


def test_that_a_failure_says_which_question_failed(qtbot, worker, recorded):
    def failing():
        yield None
        raise ValueError("no")

    failures = recorded(worker.failed)
    with qtbot.waitSignal(worker.idle):
        worker.request("explain", failing)
    assert failures.last[0] == "explain"
