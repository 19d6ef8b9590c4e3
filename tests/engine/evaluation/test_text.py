from __future__ import annotations

import pytest

from engine.data.dataset import Scale
from engine.evaluation.intervals import Interval
from engine.evaluation.metrics import describe_metric, metric_title
from engine.evaluation.result import (
    ERROR_METRICS,
    RANKING_METRICS,
    describe_difference,
    describe_held_out,
    errors_note,
    is_better,
)


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
        ("ndcg@100", Interval(0.02, None, None), "0.020 better than Most liked", None),
    ],
)
def test_that_a_difference_says_which_is_better_and_how_sure(metric, difference, words, better):
    assert describe_difference(metric, difference, "Most liked") == words
    assert is_better(metric, difference) is better


def test_that_every_metric_has_a_title_and_a_meaning():
    for name in (*ERROR_METRICS, *(f"{one}@20" for one in RANKING_METRICS)):
        assert describe_metric(name, Scale(1, 5, 1)), name
        assert metric_title(name) != name or name.startswith(("recall", "precision", "coverage", "novelty"))
    assert metric_title("graded_ndcg@100") == "graded NDCG@100"


def test_that_the_scale_of_an_error_is_said():
    assert "0.5 to 5" in describe_metric("rmse", Scale(0.5, 5, 0.5))
    assert "0 to 1: not in stars" in describe_metric("rmse_unit", Scale(0.5, 5, 0.5))


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
