"""What a waiting person reads on stderr, and numbers as people say them."""

from __future__ import annotations

import io

import numpy as np
import pytest

from engine.cli.output import format_table
from engine.cli.progress import ProgressReport
from engine.events import Advised, EpochEnded, Progressed, StageStarted, StepsTaken, TrainingStarted


@pytest.fixture(autouse=True)
def _usual_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def started() -> TrainingStarted:
    return TrainingStarted("r1", "two_head", "cpu", "float32", 1000, 500, 10, 0, 100, 10, "ndcg@100")


def test_that_a_terminal_sees_one_line_with_rate_and_remaining():
    stream, now = Terminal(), [0.0]
    progress = ProgressReport(stream, clock=lambda: now[0])
    progress.show(StageStarted("reading", "Reading"))
    now[0] = 2.0
    progress.show(Progressed("Reading line 5,000", 2**20, 2**22, "bytes"))
    assert "Reading line 5,000  25 %  524 kB/s  6.0 s left" in stream.getvalue()
    progress.show(started())
    progress.show(EpochEnded(1, 10, 6.5, (), (("ndcg@100", 0.31234),), "ndcg@100", True, 1e-3))
    progress.show(StepsTaken(10, np.array([6.41]), np.array([1e-3]), 2, 100, 3120.0, 5.0, 72.0))
    progress.end()
    line = stream.getvalue().split("\r\x1b[K")[-2]
    assert line.startswith("Epoch 2 of 10  11 %  loss 6.41  ndcg@100 0.312 (best)")
    assert stream.getvalue().endswith("\r\x1b[K")


def test_that_testing_after_an_epoch_is_timed_from_its_beginning():
    stream, now = Terminal(), [0.0]
    progress = ProgressReport(stream, clock=lambda: now[0])
    progress.show(StageStarted("training", "Learning"))
    for now[0] in (100.0, 200.0):
        progress.show(StepsTaken(10, np.array([6.41]), np.array([1e-3]), 2, 100, 3120.0, 5.0, 72.0))
        now[0] += 2.0
        progress.show(Progressed("Testing people", 10, 100, "people"))
        assert stream.getvalue().endswith("Testing people  10 %  5 people/s  18 s left")


def test_that_a_pipe_sees_few_lines():
    stream, now = io.StringIO(), [0.0]
    progress = ProgressReport(stream, clock=lambda: now[0])
    progress.show(StageStarted("training", "Learning"))
    for second in range(100):
        now[0] = second / 4
        progress.show(StepsTaken(second, np.array([6.0]), np.array([1e-3]), 1, 100, 10.0, 1.0, None))
    progress.show(Advised("Take ease."))
    progress.end()
    lines = stream.getvalue().splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("Learning", "Take ease.", 4)
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_that_a_terminal_that_knows_no_signs_gets_plain_lines(kind, monkeypatch):
    monkeypatch.setenv("TERM", kind)
    stream = Terminal()
    progress = ProgressReport(stream)
    progress.show(StageStarted("reading", "Reading"))
    progress.show(Progressed("Reading line 5,000", 2**20, 2**22, "bytes"))
    progress.end()
    assert stream.getvalue() == "Reading\n"


def test_that_columns_are_aligned_and_numbers_stand_to_the_right():
    assert format_table(("a", "n"), [["x", "1,000"], ["long", "7"]], right=(1,)).splitlines() == [
        "a         n",
        "x     1,000",
        "long      7",
    ]


@pytest.mark.usefixtures("planted_home")
def test_that_training_says_what_memory_it_needs_before_it_starts(ask):
    status, _, said = ask("train", "Planted", "--model", "popularity")
    assert status == 0
    assert said.startswith("popularity needs about ")
    assert " MB of memory" in said.splitlines()[0]
