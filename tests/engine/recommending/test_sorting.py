"""The quick order is the stable one, place by place: with equal numbers, signed zeros, infinities and no numbers."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Float32, Int64
from engine.recommending.ranking import ranked
from engine.recommending.sorting import rising_order
from engine.recommending.variety import varied


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("size", [0, 1, 2, 1000, 27_000])
def test_that_numbers_are_put_in_the_order_of_a_stable_sort(kind: type[np.floating], size: int) -> None:
    dice = np.random.default_rng(size)
    numbers_N = dice.standard_normal(size).astype(kind)
    for values_N in (numbers_N, np.round(numbers_N, 1), np.round(numbers_N), np.zeros_like(numbers_N)):
        assert np.array_equal(rising_order(values_N), np.argsort(values_N, kind="stable"))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_that_zeros_of_both_signs_are_equal_and_no_numbers_come_last(kind: type[np.floating]) -> None:
    dice = np.random.default_rng(1)
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, 1e-45, -1e-45, 1.0, -1.0], dtype=kind)
    values_N = dice.choice(odd, 500)
    assert np.array_equal(rising_order(values_N), np.argsort(values_N, kind="stable"))


@pytest.mark.parametrize("hidden_gems", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_that_a_bent_list_is_the_one_that_stable_sorts_make(hidden_gems: float, weight: float) -> None:
    dice = np.random.default_rng(2)
    scores_I, liking_I = (np.round(dice.standard_normal(5000), 2).astype(np.float32) for _ in range(2))
    scores_I[dice.permutation(5000)[:50]] = -np.inf
    candidates_I, counts_I = dice.random(5000) < 0.9, dice.integers(0, 40, 5000)
    order = ranked(
        scores_I,
        candidates_I=candidates_I,
        counts_I=counts_I,
        hidden_gems=hidden_gems,
        liking_I=liking_I,
        weight=weight,
    )
    rows_A = np.flatnonzero(candidates_I & np.isfinite(scores_I))
    rows_A = rows_A[np.argsort(-scores_I[rows_A], kind="stable")]
    cost_A = np.log(np.arange(1, len(rows_A) + 1))
    if weight < 1.0:
        place_A = _places(np.argsort(-liking_I[rows_A], kind="stable"))
        cost_A = weight * cost_A + (1.0 - weight) * np.log(place_A)
    cost_A += 2.0 * hidden_gems * np.log1p(counts_I[rows_A])
    assert np.array_equal(order.rows_R, rows_A[np.argsort(cost_A, kind="stable")])


@pytest.mark.parametrize("strength", [0.1, 0.5, 1.0])
def test_that_variety_takes_the_best_of_what_is_left_each_time(strength: float) -> None:
    dice = np.random.default_rng(3)
    vectors_ID = dice.standard_normal((300, 8)).astype(np.float32)
    vectors_ID /= np.linalg.norm(vectors_ID, axis=1, keepdims=True)
    rows_R = dice.permutation(300)
    assert np.array_equal(varied(rows_R, vectors_ID, strength=strength), _varied_plainly(rows_R, vectors_ID, strength))


def _places(order_A: Int64) -> Int64:
    place_A = np.zeros(len(order_A), dtype=np.int64)
    place_A[order_A] = np.arange(1, len(order_A) + 1)
    return place_A


def _varied_plainly(rows_R: Int64, vectors_ID: Float32, strength: float) -> Int64:
    pool_P = rows_R[:200]
    likeness_PP = vectors_ID[pool_P] @ vectors_ID[pool_P].T
    gain_P = (1.0 - strength) * np.linspace(1.0, 0.0, len(pool_P), dtype=np.float32)
    nearest_P, chosen = np.zeros(len(pool_P), dtype=np.float32), []
    for _ in pool_P:
        chosen.append(int(np.argmax(gain_P - strength * nearest_P)))
        gain_P[chosen[-1]] = -np.inf
        nearest_P = np.maximum(nearest_P, likeness_PP[chosen[-1]])
    return np.concatenate([pool_P[chosen], rows_R[200:]])
