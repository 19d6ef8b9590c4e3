"""What is said of a sweep's curve is true of the curve as it is drawn, whatever it looks like."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import Mock

import numpy as np
import pytest

from engine.text import format_figure, format_rate
from engine.training import rate_curve
from engine.training.rate_curve import (
    COMPLETE,
    KINDS,
    LEAST_POINTS,
    NOT_FINITE,
    ROSE,
    STOPPED,
    smoothed,
    suggest,
)

RATES = np.geomspace(1e-7, 10, 200)


def loss_at(rates, *, place=-2.0, width=3.0, depth=0.5, turn=-0.5, rise=0.4, level=2.0):
    """A loss that falls by `depth` around 10**place and rises beyond 10**turn."""
    x = np.log10(rates)
    fall = depth / (1.0 + np.exp(-width * (x - place)))
    return level - fall + rise * np.clip(x - turn, 0.0, None) ** 2


def drawn_sweep(seed):
    """Rates and losses of a sweep whose shape and noise are drawn."""
    drawn = np.random.default_rng(seed)
    rates = np.geomspace(10.0 ** drawn.uniform(-8, -5), 10.0, int(drawn.integers(100, 400)))
    place = drawn.uniform(-3.5, -1.5)
    losses = loss_at(
        rates,
        place=place,
        width=drawn.uniform(1.5, 6.0),
        depth=drawn.uniform(0.2, 1.5),
        turn=place + drawn.uniform(0.8, 2.0),
        rise=drawn.uniform(0.05, 3.0),
        level=drawn.uniform(1.6, 8.0),
    )
    return rates, losses + drawn.normal(0.0, drawn.choice([0.0, 0.01, 0.05]), len(rates))


def by_kind(reading):
    return {mark.kind: mark for mark in reading.suggestions}


def way_down(curve, rates):
    """The loss at the lowest rates, where a tenth of its fall is done, and where it is lowest."""
    low = int(np.argmin(curve))
    level = np.median(curve[rates <= rates[0] * (rates[low] / rates[0]) ** 0.25])
    still_high = [place for place in range(low + 1) if curve[place] >= level - 0.1 * (level - curve[low])]
    return level, still_high[-1], low


def longest_fall(values):
    """The first of the longest stretches over which values only fall, found by looking at all of them."""
    falls = [
        (end - start, -start)
        for start in range(len(values))
        for end in range(start, len(values))
        if end == start or (values[end] < values[end - 1] and all(b < a for a, b in pairwise(values[start : end + 1])))
    ]
    length, start = max(falls)
    return -start, -start + length


def assert_true_of(reading, rates):
    """That each suggestion is what its sentence says, of the curve as it is drawn."""
    curve, found = reading.smoothed, by_kind(reading)
    level, begin, low = way_down(curve, rates)
    assert [mark.lr for mark in reading.suggestions] == sorted(mark.lr for mark in reading.suggestions)
    assert all(rates[0] <= mark.lr <= rates[-1] for mark in reading.suggestions)
    assert set(found) <= set(KINDS)
    if "steepest" in found:
        slope = np.gradient(curve, np.log(rates))
        assert slope[np.flatnonzero(rates == found["steepest"].lr)[0]] == slope[begin : low + 1].min()
    if "minimum" in found:
        assert found["minimum"].lr == pytest.approx(rates[low] / 10)
    assert found["lowest"].lr == rates[low]
    assert ("peak" in found) == (2 * rates[low] <= rates[-1])
    if "peak" in found:
        assert found["peak"].lr == pytest.approx(2 * rates[low])
    if "turning_point" in found:
        at = int(np.flatnonzero(rates == found["turning_point"].lr)[0])
        assert at < low < len(rates) - 1
        assert curve[at] - curve[low] <= 0.1 * (level - curve[low]) < curve[at - 1] - curve[low]
    assert f"lowest at {format_rate(rates[low])}: {format_figure(curve[low])}" in reading.words
    assert ("end of the sweep" in reading.words) == (low == len(rates) - 1)


@pytest.mark.parametrize("seed", range(40))
def test_that_suggestions_are_what_their_sentences_say_of_the_drawn_curve(seed):
    rates, losses = drawn_sweep(seed)
    reading = suggest(rates, losses)
    assert reading.suggestions
    assert_true_of(reading, rates)


@pytest.mark.parametrize("smooth", [0.4, 0.8, 2.0, 3.0])
def test_that_a_curve_is_read_again_with_another_smoothing(smooth):
    rates, losses = drawn_sweep(3)
    reading = suggest(rates, losses, smooth=smooth)
    assert np.array_equal(reading.smoothed, smoothed(rates, losses, smooth=smooth))
    assert_true_of(reading, rates)


@pytest.mark.parametrize("seed", range(6))
def test_that_the_valley_is_the_middle_of_the_longest_fall(seed):
    rates, losses = drawn_sweep(seed)
    reading = suggest(rates[::2], losses[::2])
    _, begin, low = way_down(reading.smoothed, rates[::2])
    start, end = longest_fall(reading.smoothed[begin : low + 1].tolist())
    assert by_kind(reading)["valley"].lr == rates[::2][begin + (start + end) // 2]


def test_that_no_smoothing_leaves_the_loss_as_it_was_measured():
    rates, losses = drawn_sweep(5)
    assert np.array_equal(smoothed(rates, losses, smooth=0.0), losses)


@pytest.mark.parametrize("seed", range(10))
def test_that_smoothing_looks_left_and_right_alike(seed):
    """Turned around, the curve is the same turned around: nothing lags behind."""
    losses = 2.0 - 0.5 * np.exp(-((np.log10(RATES) + 2.5) ** 2))
    losses += np.random.default_rng(seed).normal(0.0, 0.02, len(RATES))
    around = smoothed(1.0 / RATES[::-1], losses[::-1])[::-1]
    np.testing.assert_allclose(around, smoothed(RATES, losses), atol=1e-9)


def one_sided(losses, carry=0.98):
    """The debiased running average of former versions, and of fastai."""
    average, found = 0.0, []
    for count, loss in enumerate(losses, start=1):
        average = carry * average + (1.0 - carry) * loss
        found.append(average / (1.0 - carry**count))
    return np.array(found)


@pytest.mark.parametrize("shape", [{}, {"rise": 3.0}, {"width": 6.0, "rise": 1.0}, {"place": -3.5, "turn": -1.5}])
def test_that_the_minimum_stays_where_it_is(shape):
    """A one-sided average puts it 1.5 times too far right at least; ours is less than a quarter off, noise and all."""
    losses = loss_at(RATES, **shape)
    true = RATES[np.argmin(losses)]
    noisy = [losses + np.random.default_rng(seed).normal(0, 0.005, len(RATES)) for seed in range(9)]
    found = np.median([RATES[np.argmin(smoothed(RATES, measured))] for measured in noisy])
    assert 0.75 < found / true < 1.34
    assert RATES[np.argmin(one_sided(losses))] / true > 1.5


def test_that_sparse_rates_at_the_low_end_of_a_linear_sweep_are_smoothed_too():
    rates = np.linspace(1e-4, 1.0, 200)
    losses = loss_at(rates)
    assert np.isfinite(smoothed(rates, losses)).all()
    assert_true_of(suggest(rates, losses), rates)


def test_that_what_is_no_number_is_left_out_and_never_wins():
    losses = loss_at(RATES)
    holes = losses.copy()
    holes[[17, 90]], holes[-1] = np.inf, np.nan
    reading, whole = suggest(RATES, holes), suggest(RATES, losses)
    assert np.isnan(reading.smoothed[[17, 90, -1]]).all()
    for kind, mark in by_kind(whole).items():
        assert by_kind(reading)[kind].lr == pytest.approx(mark.lr, rel=0.15)


def test_that_the_slope_is_taken_over_the_logarithm_of_the_rate():
    """Over the plain rate the steepest place of this curve would lie at its very start."""
    reading = suggest(RATES, loss_at(RATES, place=-3.0, rise=0.0))
    assert by_kind(reading)["steepest"].lr == pytest.approx(1e-3, rel=0.1)


def test_that_noise_which_is_steeper_than_the_fall_is_not_taken_for_it():
    losses = loss_at(RATES, depth=0.6, width=2.0)
    losses[:60] += 0.1 * np.sin(np.arange(60) / 4)
    reading = suggest(RATES, losses)
    assert "steepest" not in by_kind(reading) or by_kind(reading)["steepest"].lr > 1e-3


@pytest.mark.parametrize(
    ("losses", "ended", "words"),
    [
        (loss_at(RATES), STOPPED, "Stopped after 200 rates"),
        (np.full(200, 3.0), COMPLETE, "hardly falls"),
        (np.full(200, 3.0) + np.random.default_rng(1).normal(0, 0.2, 200), COMPLETE, "scatters more than it falls"),
        (loss_at(RATES, depth=0.05) + np.random.default_rng(2).normal(0, 0.3, 200), COMPLETE, "scatters more"),
        (2.0 + np.linspace(0, 2, 200) ** 2, ROSE, "only rises, from the first rate on"),
        (loss_at(RATES)[: LEAST_POINTS - 1], COMPLETE, "Only 19 rates were tried; 20 are needed"),
        (loss_at(RATES)[:5], COMPLETE, "Only 5 rates were tried"),
        (loss_at(RATES)[:12], NOT_FINITE, "left all bounds after 12 rates"),
        (loss_at(RATES)[:1], NOT_FINITE, "left all bounds at once"),
        (np.empty(0), NOT_FINITE, "left all bounds at once"),
        (np.full(50, np.nan), NOT_FINITE, "left all bounds at once"),
    ],
)
def test_that_a_stopped_flat_short_or_noisy_sweep_suggests_nothing_and_says_why(losses, ended, words):
    reading = suggest(RATES[: len(losses)], losses, ended=ended)
    assert reading.suggestions == ()
    assert reading.preferred("steepest") is None
    assert words in reading.words


@pytest.mark.parametrize("seed", range(30))
def test_that_pure_noise_suggests_nothing(seed):
    noise = np.random.default_rng(seed).normal(1.0, 0.1, 200)
    assert suggest(RATES, noise).suggestions == ()


def test_that_a_loss_below_zero_is_read_like_any_other():
    losses = loss_at(RATES)
    below = suggest(RATES, losses - 5.0)
    assert [mark.lr for mark in below.suggestions] == [mark.lr for mark in suggest(RATES, losses).suggestions]
    assert "less than" not in below.words


def test_that_a_curve_that_still_falls_at_its_end_says_so_and_has_no_turning_point():
    rates = np.geomspace(1e-5, 1e-2, 100)
    reading = suggest(rates, loss_at(rates))
    assert "turning_point" not in by_kind(reading)
    assert "That is the end of the sweep. Sweep to a higher rate" in reading.words


def test_that_a_tenth_of_the_minimum_is_only_suggested_inside_the_sweep():
    rates = np.geomspace(3e-2, 10, 100)
    reading = suggest(rates, loss_at(rates, place=-1.0, turn=-0.6, rise=2.0))
    assert reading.suggestions
    assert "minimum" not in by_kind(reading)


@pytest.mark.parametrize("seed", range(10))
def test_that_a_loss_that_comes_back_after_it_has_left_all_bounds_is_not_looked_at(seed):
    rng, rates = np.random.default_rng(seed), np.geomspace(1e-7, 10.0, 200)
    losses = 9.5 - 1.2 / (1.0 + (3e-4 / rates) ** 2) + rng.normal(0.0, 0.1, 200)
    beyond = rates > 1e-2
    losses[beyond] = np.where(rng.random(beyond.sum()) < 0.6, rng.uniform(8.0, 9.5, beyond.sum()), 25.0)
    found = suggest(rates, losses)
    assert found.suggestions
    assert all(1e-5 < mark.lr < 2e-2 for mark in found.suggestions)
    assert np.nanmin(found.smoothed[rates < 1e-2]) > 8.0
    assert (found.words.startswith("Below 1")) == (found.smoothed.min() < found.smoothed[rates < 1e-2].min())


def test_that_where_the_loss_leaves_all_bounds_is_looked_for_once(monkeypatch):
    looked_for = Mock(wraps=rate_curve._leaves_bounds)
    monkeypatch.setattr(rate_curve, "_leaves_bounds", looked_for)
    assert suggest(RATES, loss_at(RATES)).suggestions
    assert looked_for.call_count == 1
