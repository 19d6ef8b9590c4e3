"""What is said of a run that goes wrong, while it does."""

import numpy as np
import pytest

from engine.events import StepsTaken
from engine.training.watching import Watch


def report(losses, first=0, norms=1.0):
    losses = np.asarray(losses, dtype=float)
    return StepsTaken(
        first, losses, np.full(len(losses), 1e-2), 1, 1000, 1.0, 1.0, None, np.full(len(losses), float(norms))
    )


@pytest.fixture
def watch():
    calm = Watch()
    assert calm.seen(report(np.linspace(2, 1, 100)), best_epoch=None) == []
    return calm


def test_that_a_loss_ten_times_its_best_is_said_once_with_what_to_do(watch):
    first = watch.seen(report(np.full(60, 40.0), first=100), best_epoch=3)
    again = watch.seen(report(np.full(60, 60.0), first=160), best_epoch=3)
    (advice,) = (*first, *again)
    assert "times its best" in advice.words
    assert advice.words.endswith("at step 160: the run diverges.")
    assert advice.meanwhile == "Stop to keep epoch 3, the best so far, or lower the rate to 1e-3."


def test_that_a_run_that_came_back_is_warned_of_anew(watch):
    found = [watch.seen(report(np.full(200, loss)), best_epoch=None) for loss in (40.0, 1.0, 40.0)]
    assert [len(advice) for advice in found] == [1, 0, 1]


def test_that_an_exploding_gradient_is_said(watch):
    assert watch.seen(report(np.ones(20), norms=50), best_epoch=None) == []
    (advice,) = watch.seen(report(np.ones(20), norms=5000), best_epoch=None)
    assert "times as long as usual" in advice.words
    assert advice.all_words.endswith(" Stop it, or lower the rate to 1e-3.")


@pytest.mark.parametrize("losses", [[1.0] * 300, [np.nan] * 300, [0.0] * 300, [-5.0] * 300, np.linspace(9, 0.01, 300)])
def test_that_nothing_is_said_of_an_ordinary_run(losses):
    watch = Watch()
    assert watch.seen(report(losses, norms=np.nan), best_epoch=None) == []


def test_that_one_wild_step_is_no_divergence(watch):
    assert watch.seen(report([1.0] * 10 + [30.0] + [1.0] * 10), best_epoch=None) == []
