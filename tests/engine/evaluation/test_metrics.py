"""Each metric against its definition, written out slowly over lists and sets."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Scale
from engine.evaluation import metrics
from engine.evaluation.answers import top_items
from engine.evaluation.metrics import (
    METRICS,
    MONITORS,
    RankedLists,
    describe_metric,
    higher_is_better,
    is_measurable,
    metric_title,
)

NAN = float("nan")
TIED = st.sampled_from([-math.inf, -1.0, 0.0, 0.5, 2.0])


def slow_recall(listed: list[int], relevant: set[int], k: int) -> float:
    return sum(item in relevant for item in listed[:k]) / min(k, len(relevant)) if relevant else NAN


def slow_precision(listed: list[int], relevant: set[int], k: int) -> float:
    return sum(item in relevant for item in listed[:k]) / k if relevant else NAN


def slow_precision_sum(listed: list[int], relevant: set[int], k: int) -> float:
    total = 0.0
    for i in range(1, min(k, len(listed)) + 1):
        if listed[i - 1] in relevant:
            total += sum(item in relevant for item in listed[:i]) / i
    return total


def slow_ap(listed: list[int], relevant: set[int], k: int) -> float:
    return slow_precision_sum(listed, relevant, k) / k if relevant else NAN


def slow_map(listed: list[int], relevant: set[int], k: int) -> float:
    return slow_precision_sum(listed, relevant, k) / min(k, len(relevant)) if relevant else NAN


def slow_ndcg(listed: list[int], grades: dict[int, float], k: int) -> float:
    dcg = sum((2 ** grades.get(item, 0.0) - 1) / math.log2(i + 1) for i, item in enumerate(listed[:k], start=1))
    ideal = sorted(grades.values(), reverse=True)[: min(k, len(grades))]
    best = sum((2**grade - 1) / math.log2(i + 1) for i, grade in enumerate(ideal, start=1))
    return dcg / best if best > 0 else NAN


def slow_top(scores: list[float], k: int) -> list[int]:
    return sorted(range(len(scores)), key=lambda item: (-scores[item], item))[:k]


@st.composite
def lists_and_relevant(draw):
    """A ranked list of all of some titles, and the relevant ones with their ratings."""
    titles = draw(st.integers(1, 12))
    listed = draw(st.permutations(range(titles)))
    rated = draw(st.dictionaries(st.integers(0, titles - 1), st.integers(1, 5), max_size=titles))
    return list(listed), rated


def arrays(listed: list[int], gains: dict[int, float], most: int) -> tuple[np.ndarray, np.ndarray]:
    gains_UK = np.array([[gains.get(item, 0.0) for item in listed[:most]]])
    gains_N = np.array(list(gains.values()), dtype=np.float64)
    people = np.zeros(len(gains_N), dtype=np.int64)
    return gains_UK, metrics.ideal_gains(gains_N, people, people=1, k=most)


def ranked(listed: list[int], rated: dict[int, int], most: int) -> RankedLists:
    """The list of one person to whom all that is rated is relevant."""
    grades = metrics.graded_gains(np.array(list(rated.values()), dtype=np.float32), Scale(1, 5, 1))
    gains = arrays(listed, dict.fromkeys(rated, 1.0), most)
    graded = arrays(listed, dict(zip(rated, grades.tolist(), strict=True)), most)
    items_UK = np.array([listed[:most]])
    return RankedLists(items_UK, np.ones_like(items_UK, dtype=bool), *gains, *graded, np.array([len(rated)]))


@given(case=lists_and_relevant(), k=st.integers(1, 15))
def test_that_the_ranking_metrics_are_their_definitions(case, k):
    listed, rated = case
    relevant = set(rated)
    lists = ranked(listed, rated, 15)
    for ours, slow in (
        (metrics.recall, slow_recall),
        (metrics.precision, slow_precision),
        (metrics.average_precision, slow_ap),
        (metrics.mean_average_precision, slow_map),
    ):
        np.testing.assert_allclose(ours(lists, k), [slow(listed, relevant, k)])
    np.testing.assert_allclose(metrics.ndcg(lists, k), [slow_ndcg(listed, dict.fromkeys(rated, 1.0), k)])


@given(case=lists_and_relevant(), k=st.integers(1, 15))
def test_that_graded_ndcg_is_its_definition(case, k):
    listed, rated = case
    expected = slow_ndcg(listed, {item: rating - 1.0 for item, rating in rated.items()}, k)
    np.testing.assert_allclose(metrics.graded_ndcg(ranked(listed, rated, 15), k), [expected])


def test_that_grades_run_from_0_to_4_on_any_scale():
    half_stars = metrics.graded_gains(np.array([0.5, 2.75, 5.0, NAN], dtype=np.float32), Scale(0.5, 5, 0.5))
    assert half_stars.tolist() == [0.0, 3.0, 15.0, 0.0]
    assert metrics.graded_gains(np.array([100.0], dtype=np.float32), Scale(0, 100, 1)).tolist() == [15.0]


@given(
    scores=st.lists(st.lists(TIED, min_size=9, max_size=9), min_size=1, max_size=4),
    k=st.integers(1, 12),
)
def test_that_equal_scores_are_ordered_by_item_row(scores, k):
    found = top_items(torch.tensor(scores), k)
    assert found.tolist() == [slow_top(score, k) for score in scores]


@given(seed=st.integers(0, 10_000))
def test_that_long_lists_are_ordered_as_a_full_sort_orders_them(seed):
    scores = np.random.default_rng(seed).integers(0, 60, size=(3, 400)).astype(np.float32) / 7
    found = top_items(torch.from_numpy(scores), 100)
    assert found.tolist() == np.argsort(-scores, axis=1, kind="stable")[:, :100].tolist()


def test_that_novelty_is_the_mean_information_of_the_places_filled():
    counts_I = np.array([8, 4, 0, 4])
    items_UK = np.array([[0, 1], [2, 0], [3, 3]])
    listed_UK = np.array([[True, True], [True, False], [False, False]])
    nothing = (np.zeros((3, 2)),) * 4
    found = metrics.novelty(RankedLists(items_UK, listed_UK, *nothing, np.zeros(3), counts_I), 2)
    np.testing.assert_allclose(found, [(1 + 2) / 2, 4.0, NAN])


def test_that_coverage_is_the_share_of_candidates_that_anybody_is_shown():
    listed_I, candidates_I = np.array([True, False, True, True]), np.array([True, True, True, False])
    assert metrics.coverage(listed_I, candidates_I) == pytest.approx(2 / 3)


def test_that_ideal_gains_fall_are_cut_and_are_padded():
    found = metrics.ideal_gains(np.array([1.0, 7.0, 3.0, 15.0]), np.array([2, 0, 0, 0]), people=3, k=2)
    assert found.tolist() == [[15.0, 7.0], [0.0, 0.0], [1.0, 0.0]]


def test_that_errors_are_averaged_per_person_and_missing_where_there_are_none():
    found = metrics.mean_errors(np.array([1.0, 3.0, 5.0]), np.array([2, 2, 0]), people=3)
    np.testing.assert_allclose(found, [5.0, NAN, 2.0])


def test_that_every_metric_has_a_title_and_a_help():
    for name in METRICS:
        assert describe_metric(name), name
        assert metric_title(name) != name or name in ("recall", "precision", "coverage", "novelty")
    assert metric_title("graded_ndcg@100") == "graded NDCG@100"


def test_that_the_scale_of_an_error_is_told():
    assert "0.5 to 5" in describe_metric("rmse", Scale(0.5, 5, 0.5))
    assert "0 to 1: not in stars" in describe_metric("rmse_unit", Scale(0.5, 5, 0.5))


def test_that_what_may_be_monitored_can_be_measured_and_has_a_direction():
    assert list(MONITORS) == ["ndcg@100", "ndcg@20", "recall@20", "recall@50", "rmse"]
    assert all(is_measurable(name) and higher_is_better(name) is not None for name in MONITORS)
    assert [name for name in MONITORS if not higher_is_better(name)] == ["rmse"]
