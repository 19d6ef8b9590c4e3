import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Scale
from engine.models.normalisation import denormalise, habits, habits_without_each, normalise

TEN, FIVE = Scale(1, 10, 1), Scale(0.5, 5, 0.5)


def normalised(ratings, scale=TEN, **options):
    values = torch.tensor(ratings, dtype=torch.float32)
    person = torch.zeros(len(ratings), dtype=torch.int64)
    habit = habits(values, person, people=1, scale=scale, **options)
    return normalise(values, habit.of(person), scale), habit


def by_the_definition(ratings, scale):
    """The formula of the design, written out for one person."""
    rated = np.array([r for r in ratings if not np.isnan(r)], dtype=np.float64)
    m, h = (scale.low + scale.high) / 2, (scale.high - scale.low) * 2.5 / 9
    a = np.clip((rated - m) / h, -2.5, 2)
    sigma = rated.std() if len(rated) else 0
    if len(rated) < 2 or sigma < 1e-6:
        return a
    z = np.clip((rated - rated.mean()) / sigma, -3, 3)
    alpha = min(sigma * 9 / (scale.high - scale.low) / 2.6, 0.8)
    return np.clip(alpha * z + (1 - alpha) * a, -2.5, 2.5)


@pytest.mark.parametrize("scale", [TEN, FIVE])
@given(tenths=st.lists(st.integers(1, 10), min_size=1, max_size=40))
def test_that_it_is_the_formula_of_the_design(scale, tenths):
    ratings = [scale.low + (t - 1) * (scale.high - scale.low) / 9 for t in tenths]
    found, _ = normalised(ratings, scale)
    np.testing.assert_allclose(found.numpy(), by_the_definition(ratings, scale), atol=2e-4)


@pytest.mark.parametrize("scale", [TEN, FIVE])
@given(tenths=st.lists(st.integers(1, 10), min_size=1, max_size=40))
def test_that_the_way_back_gives_the_rating(scale, tenths):
    ratings = [scale.low + (t - 1) * (scale.high - scale.low) / 9 for t in tenths]
    found, habit = normalised(ratings, scale)
    inside = found.abs() < 2.5
    back = denormalise(found, habit, scale)
    np.testing.assert_allclose(back[inside].numpy(), torch.tensor(ratings)[inside].numpy(), atol=2e-3)


def test_that_a_seven_from_someone_generous_and_even_stays_positive():
    found, _ = normalised([8.0] * 8 + [7.0, 9.0])
    assert found[8] > 0
    with_floor, _ = normalised([8.0] * 8 + [7.0, 9.0], shares=(0.3, 0.8))
    assert with_floor[8] < found[8]


def test_that_an_entry_without_rating_counts_as_the_persons_mean_and_moves_no_other():
    with_blank, habit = normalised([9.0, float("nan"), 5.0])
    without, habit_without = normalised([9.0, 5.0])
    mean = (1 - habit.alpha) * (7.0 - 5.5) / 2.5
    assert with_blank[1] == pytest.approx(float(mean))
    assert torch.equal(with_blank[[0, 2]], without)
    assert habit.mu == habit_without.mu


def test_that_entries_of_someone_who_rated_nothing_give_zero():
    found, _ = normalised([float("nan")] * 3)
    assert found.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("ratings", [[7.0], [7.0, 7.0, 7.0], [7.0, float("nan")]])
def test_that_without_a_spread_the_scale_alone_counts(ratings):
    found, habit = normalised(ratings)
    assert habit.alpha == 0
    assert found[0] == pytest.approx((7 - 5.5) / 2.5)


def test_that_the_way_back_never_falls_and_stays_on_the_scale():
    _, habit = normalised([8.0] * 8 + [7.0, 9.0])
    back = denormalise(torch.linspace(-3, 3, 601), habit, TEN)
    assert (back.diff() >= 0).all()
    assert back.min() >= 1
    assert back.max() <= 10


@given(tenths=st.lists(st.integers(1, 10), min_size=2, max_size=20))
def test_that_a_habit_without_an_entry_is_the_habit_of_the_rest(tenths):
    ratings = torch.tensor([float(t) for t in tenths])
    out = torch.arange(len(tenths))
    without = habits_without_each(ratings, out, scale=TEN)
    for left_out in out.tolist():
        rest = torch.cat([ratings[:left_out], ratings[left_out + 1 :]])
        habit = habits(rest, torch.zeros(len(rest), dtype=torch.int64), people=1, scale=TEN)
        torch.testing.assert_close(without.mu[left_out], habit.mu, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(without.sigma[left_out], habit.sigma, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(without.alpha[left_out], habit.alpha, atol=1e-4, rtol=1e-4)
