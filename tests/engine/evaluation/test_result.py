from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.evaluation.intervals import Interval, bootstrap, middle_95, value_over_people
from engine.evaluation.result import (
    EvaluationResult,
    compare,
    describe_difference,
    describe_held_out,
    errors_note,
    is_better,
)

NAN = float("nan")


def result(per_person: dict[str, list[float]], *, rows: list[int] | None = None, rated: list[int] | None = None):
    people = len(next(iter(per_person.values())))
    return EvaluationResult(
        people,
        {},
        {name: np.array(values) for name, values in per_person.items()},
        np.array(rows if rows is not None else range(people)),
        np.array(rated if rated is not None else [1] * people),
    )


def means(values: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    weights = np.ones(len(values)) if weights is None else weights
    return np.concatenate([lot["m"] for lot in bootstrap({"m": values}, {"m": weights})])


def test_that_the_bootstrap_has_the_standard_error_of_the_mean():
    values = np.random.default_rng(0).normal(3.0, 2.0, size=400)
    draws = means(values)
    assert len(draws) == 1000
    assert draws.std() == pytest.approx(values.std() / 20, rel=0.1)
    low, high = middle_95(draws)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.15)


def test_that_every_draw_is_a_weighted_mean_of_people_drawn_with_replacement():
    values, weights = np.array([1.0, 5.0, NAN]), np.array([1.0, 3.0, 9.0])
    possible = {(a * 1 + b * 3 * 5) / (a + 3 * b) for a in range(4) for b in range(4) if 0 < a + b <= 3}
    for mean in means(values, weights):
        assert np.isnan(mean) or min(abs(mean - other) for other in possible) < 1e-12


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_that_no_draw_leaves_the_range_of_the_people(values):
    draws = means(np.array(values))
    assert draws.min() >= min(values) - 1e-9
    assert draws.max() <= max(values) + 1e-9


def test_that_people_without_a_value_do_not_count():
    assert value_over_people(np.array([1.0, NAN, 4.0]), np.array([1.0, 1.0, 2.0])) == pytest.approx(3.0)
    assert np.isnan(value_over_people(np.array([NAN]), np.array([1.0])))


def test_that_two_models_are_compared_person_by_person():
    rng = np.random.default_rng(1)
    base = rng.random(300)
    better, worse = result({"ndcg@20": base + 0.02}), result({"ndcg@20": base + rng.normal(0, 0.01, 300)})
    difference = compare(better, worse, "ndcg@20")
    assert difference.low is not None
    assert difference.value == pytest.approx(0.02, abs=0.002)
    assert difference.low > 0.015, "the people differ far more than the models do, which pairing takes out"
    assert compare(worse, better, "ndcg@20").value == pytest.approx(-difference.value)


def test_that_a_model_does_not_differ_from_itself():
    own = result({"recall@5": [0.1, NAN, 0.7]})
    found = compare(own, own, "recall@5")
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_that_root_errors_are_compared_over_all_ratings():
    first = result({"rmse": [1.0, 2.0]}, rated=[3, 1])
    second = result({"rmse": [1.0, 1.0]}, rated=[3, 1])
    assert compare(first, second, "rmse").value == pytest.approx(np.sqrt((3 * 1 + 4) / 4) - 1.0)


@pytest.mark.parametrize(
    "other",
    [
        result({"recall@5": [0.1, 0.2]}, rows=[5, 6]),
        result({"recall@5": [0.1, 0.2, 0.3]}),
        result({"recall@5": [0.1, NAN]}),
    ],
)
def test_that_results_of_different_people_are_not_compared(other):
    with pytest.raises(DataError, match="different people"):
        compare(result({"recall@5": [0.1, 0.2]}), other, "recall@5")


def test_that_a_metric_of_the_whole_list_is_not_compared():
    own = result({"recall@5": [0.1, 0.2]})
    with pytest.raises(DataError, match=r"coverage@5 was not measured person by person.*recall@5"):
        compare(own, own, "coverage@5")


@pytest.mark.parametrize(
    ("metric", "difference", "words", "better"),
    [
        ("ndcg@100", Interval(0.021, 0.015, 0.027), "0.021 better than Most liked [0.015, 0.027]", True),
        ("ndcg@100", Interval(-0.021, -0.027, -0.015), "0.021 worse than Most liked [0.015, 0.027]", False),
        ("rmse", Interval(-0.021, -0.027, -0.015), "0.021 better than Most liked [0.015, 0.027]", True),
        ("rmse_unit", Interval(0.021, 0.015, 0.027), "0.021 worse than Most liked [0.015, 0.027]", False),
        (
            "mae",
            Interval(-0.002, -0.005, 0.001),
            "0.002 better than Most liked [-0.001, 0.005], too close to tell apart",
            None,
        ),
        (
            "recall@20",
            Interval(-0.002, -0.005, 0.001),
            "0.002 worse than Most liked [-0.001, 0.005], too close to tell apart",
            None,
        ),
        ("ndcg@100", Interval(0.0, 0.0, 0.0), "the same as Most liked", None),
        ("novelty@20", Interval(0.5, 0.4, 0.6), "0.500 more than Most liked [0.400, 0.600]", None),
        ("ndcg@100", Interval(0.02, None, None), "0.020 better than Most liked", None),
    ],
)
def test_that_a_difference_says_which_is_better_and_how_sure(metric, difference, words, better):
    assert describe_difference(metric, difference, "Most liked") == words
    assert is_better(metric, difference) is better


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("strong", "65 people it has not learned from"),
        ("random", "held-out ratings of 65 people"),
        ("time", "the newest ratings, of 65 people"),
        ("last", "the last ratings of 65 people"),
    ],
)
def test_that_only_whole_people_held_out_are_people_that_a_run_has_not_learned_from(kind, words):
    assert describe_held_out(kind, 65) == words
    assert "1 person" in describe_held_out(kind, 1)


def test_that_errors_of_likes_alone_are_said_to_be():
    assert errors_note("strong", ["ndcg@100", "rmse"]).startswith("Errors are of liked titles alone")
    assert errors_note("strong", ["ndcg@100"]) == ""
    assert errors_note("random", ["rmse"]) == ""
