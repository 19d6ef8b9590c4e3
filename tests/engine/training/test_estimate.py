"""What a run will need is said before it starts, and the time only where it was measured."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.training.estimate import estimate
from engine.training.memory import PROCESS
from engine.training.plan import TrainingPlan

COUNTS = SimpleNamespace(people=6_000, titles=4_000, entries=1_000_000, counted=6_000, liked=None, likes=None)
PLAN = TrainingPlan.defaults("mult_dae").changed(batch=200)
PARAMETERS = PLAN.parameters(COUNTS)


def run(**changes):
    values = {
        "model": "mult_dae", "device": "cpu", "parameters": PARAMETERS, "training_config": {"batch": 200},
        "examples_per_second": 1_200.0,
    }  # fmt: skip
    return SimpleNamespace(**{**values, **changes})


def test_that_weights_are_those_of_the_model_that_will_be_made():
    from engine.data.dataset import Scale
    from engine.models.registry import build, fitted_config

    config = fitted_config("mult_dae", PLAN.model_config, entries=COUNTS.entries, titles=COUNTS.titles)
    made = build("mult_dae", config, items=COUNTS.titles, scale=Scale(1, 5, 1))
    assert sum(values.numel() for values in made.state_dict().values()) == PARAMETERS


def test_that_the_newest_run_of_an_equal_model_says_how_long_an_epoch_takes():
    found = estimate(PLAN, COUNTS, runs=[run(model="lstm"), run(), run(examples_per_second=1.0)], free_bytes=2**40)
    assert found.seconds_per_epoch == pytest.approx(PLAN.examples(COUNTS) / 1_200)
    assert found.words.endswith("4.0 s an epoch as in the last run")


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": 2 * PARAMETERS},
        {"device": "cuda:0"},
        {"training_config": {"batch": 2}},
        {"examples_per_second": 0.0},
        {"training_config": None},
    ],
)
def test_that_a_run_of_another_size_device_or_batch_says_nothing(changes):
    found = estimate(PLAN, COUNTS, runs=[run(**changes)], free_bytes=2**40)
    assert found.seconds_per_epoch is None
    assert "time not known yet" in found.words


def test_that_a_speed_test_counts_where_no_run_does():
    test = SimpleNamespace(model="mult_dae", parameters=PARAMETERS, batch=200, examples_per_second=4_800.0)
    assert estimate(PLAN, COUNTS, test=test, free_bytes=2**40).words.endswith("1.0 s an epoch by the speed test")
    assert estimate(PLAN.changed(batch=4_000), COUNTS, test=test, free_bytes=2**40).seconds_per_epoch is None


def test_that_what_will_not_fit_is_said_with_the_batch_to_take():
    plan = TrainingPlan.defaults("lstm").changed(batch=8_000)
    free = plan.changed(batch=4_096).memory_bytes(COUNTS)
    found = estimate(plan, COUNTS, free_bytes=free - PROCESS)
    assert found.refusal.endswith("are free. Take a batch of 4,096.")
    assert not found.fits
    assert estimate(plan, COUNTS, free_bytes=1).refusal.endswith("are free. Close other programs.")
    assert estimate(plan, COUNTS, free_bytes=2**40).refusal == ""


def test_that_a_model_computed_at_once_has_no_time_for_an_epoch():
    assert "epoch" not in estimate(TrainingPlan.defaults("ease"), COUNTS).words
