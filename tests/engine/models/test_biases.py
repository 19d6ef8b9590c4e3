"""Biases of people and titles are those of the books' normal equations, fitted together."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Histories
from engine.events import drive
from engine.models.biases import BiasEquations, predicted

PEOPLE, TITLES = 7, 9


def some_ratings() -> Histories:
    rng = np.random.default_rng(4)
    users, items = np.nonzero(rng.random((PEOPLE, TITLES - 1)) < 0.6)
    ratings = rng.integers(1, 11, len(users)).astype(float)
    ratings[::7] = np.nan
    return Histories.of(users, items, ratings, people=PEOPLE)


@pytest.mark.parametrize(("user_damping", "item_damping"), [(2.0, 3.0), (0.5, 8.0)])
def test_that_mean_and_biases_solve_the_damped_normal_equations(user_damping, item_damping):
    histories, rated = some_ratings(), some_ratings().rated()
    columns_NX = np.zeros((rated.entries, 1 + PEOPLE + TITLES))
    columns_NX[:, 0] = 1
    columns_NX[np.arange(rated.entries), 1 + rated.user_rows_N] = 1
    columns_NX[np.arange(rated.entries), 1 + PEOPLE + rated.item_rows_N] = 1
    damping_X = np.array([0.0, *[user_damping] * PEOPLE, *[item_damping] * TITLES])
    exact_X = np.linalg.solve(columns_NX.T @ columns_NX + np.diag(damping_X), columns_NX.T @ rated.ratings_N)
    equations = BiasEquations(histories, titles=TITLES)
    found = drive(equations.fitted(user_damping=user_damping, item_damping=item_damping, rounds=200))
    np.testing.assert_allclose([found.mean, *found.user_U, *found.item_I], exact_X, atol=1e-6)
    quick = drive(equations.fitted(user_damping=user_damping, item_damping=item_damping))
    np.testing.assert_allclose(quick.item_I, exact_X[1 + PEOPLE :], atol=0.05)
    assert found.item_I[-1] == 0, "nobody rated it"


def test_that_a_title_which_only_generous_people_rate_is_not_taken_for_a_good_one():
    """Everybody rates 0 to 3 alike; the generous alone rate 4, and as they rate everything."""
    generous = np.arange(20) < 10
    users, items = np.nonzero((np.arange(5) < 4) | generous[:, None])
    ratings = np.where(generous[users], 5.0, 3.0)
    found = drive(BiasEquations(Histories.of(users, items, ratings, people=20), titles=5).fitted(
        user_damping=0.1, item_damping=0.1
    ))  # fmt: skip
    assert found.item_I[4] == pytest.approx(found.item_I[0], abs=0.05)


def test_that_a_rating_is_predicted_from_a_persons_own_others_without_being_clamped():
    biases = drive(BiasEquations(some_ratings(), titles=TITLES).fitted(user_damping=2.0, item_damping=3.0))
    profile = Histories.of([0, 0, 1], [1, 2, 3], [10.0, np.nan, 10.0], people=2)
    found = predicted(biases, profile, Histories.of([0, 1], [3, 3], [0, 0], people=2), user_damping=1.0)
    base = biases.mean + biases.item_I
    np.testing.assert_allclose(found, [base[3] + (10 - base[1]) / 2, base[3] + (10 - base[3]) / 2])


def test_that_people_without_ratings_are_no_error():
    empty = Histories.of_one([1, 2], [None, None])
    found = drive(BiasEquations(empty, titles=3).fitted(user_damping=0.0, item_damping=0.0))
    assert (found.mean, *found.user_U, *found.item_I) == (0.0, 0.0, 0.0, 0.0, 0.0)
