"""Rates in steps are read as people write them, and what is none is refused with the setting's name."""

import pytest

from engine.errors import SettingError
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.schedules import rates
from engine.training.step_rates import format_step_rates, parse_step_rates


@pytest.mark.parametrize("text", ["1: 1e-2, 10: 1e-3", "1:0.01,10:0.001", " 1 : 1e-2 ; 10: .001 ,"])
def test_that_places_and_rates_are_read(text):
    assert parse_step_rates(text) == ((1, 1e-2), (10, 1e-3))


def test_that_what_is_written_reads_back():
    given = ((1, 0.0123), (7, 3e-4), (12_000, 1e-8))
    assert parse_step_rates(format_step_rates(given)) == given


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fast", "'fast' is none"),
        ("10", "'10' is none"),
        (",", "is a list such as"),
        ("0: 1e-2", "counted from 1; 0 is none"),
        ("1: 0", "a rate lies between 1e-8 and 100; 0 does not"),
        ("1: -1e-3", "-1e-3 does not"),
        ("1: nan", "nan does not"),
        ("10: 1e-2, 10: 1e-3", "go upwards; 10 comes after 10"),
        ("10: 1e-2, 5: 1e-3", "go upwards; 5 comes after 10"),
        ("1.5: 1e-2", "'1.5: 1e-2' is none"),
    ],
)
def test_that_what_is_no_list_of_rates_is_refused_with_what_is_wrong(text, words):
    with pytest.raises(SettingError, match="step_rates") as refused:
        TrainingConfig(step_rates=text)
    assert words in refused.value.what
    assert refused.value.facts["setting"] == "step_rates"


def test_that_epochs_and_steps_count_from_one():
    config = TrainingConfig(schedule="steps", step_rates="2: 1e-3, 4: 1e-4", epochs=4)
    assert list(rates(config, total_steps=8, lr=0.5)) == [0.5, 0.5, 1e-3, 1e-3, 1e-3, 1e-3, 1e-4, 1e-4]
    assert list(rates(config.changed(step_unit="steps"), total_steps=5, lr=0.5)) == [0.5, 1e-3, 1e-3, 1e-4, 1e-4]


def test_that_a_rate_given_for_the_start_is_the_plans():
    plan = TrainingPlan.defaults("lstm").changed(schedule="steps", step_rates="1: 1e-2, 10: 1e-3", lr=None)
    assert plan.training.lr == 1e-2
    assert plan.changed(step_rates="2: 1e-3", lr=None).training.lr is None
