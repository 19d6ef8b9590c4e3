"""Curves in words: drawn by hand, with the noise that real ones have."""

from dataclasses import replace

import numpy as np
import pytest

from engine.events import EpochEnded
from engine.training.curve_text import CurveReading, hides_while_training, read_curves


def a_curve(training, watched, *, name="rmse"):
    best, epochs = None, []
    for number, (loss, value) in enumerate(zip(training, watched, strict=True), start=1):
        falling = value if name == "rmse" else -value
        is_best = best is None or falling < best
        best = falling if is_best else best
        epochs.append(EpochEnded(number, 10 * number, float(loss), (), ((name, float(value)),), name, is_best, 1e-3))
    return epochs


def falling(high, low, epochs=20, *, pace=5.0):
    return low + (high - low) * np.exp(-np.arange(epochs) / pace)


def noise(epochs, size, *, seed=3):
    return np.random.default_rng(seed).normal(0, size, epochs)


def test_that_curves_that_fall_together_are_said_to():
    validation = falling(1.0, 0.85, pace=12)
    reading = read_curves(a_curve((validation - 0.01) ** 2, validation))
    assert reading.kind == "together"
    assert "more epochs may help" in reading.words
    assert "overfitting" not in reading.words


def test_that_a_validation_that_turns_is_overfitting_and_names_the_epoch_kept():
    epochs = np.arange(20)
    validation = 0.85 + 0.002 * (epochs - 6) ** 2 / 4
    reading = read_curves(a_curve(falling(1.0, 0.2), validation + noise(20, 2e-4)))
    assert reading.kind == "turned"
    assert "After epoch 7" in reading.words
    assert "overfitting" in reading.words


def test_that_a_ranking_that_falls_again_is_overfitting_too():
    epochs = np.arange(30)
    ndcg = 0.4 - 0.0004 * (epochs - 12) ** 2 + noise(30, 1e-3)
    reading = read_curves(a_curve(falling(7.0, 5.5, 30), ndcg, name="ndcg@100"))
    assert reading.kind == "turned"


def test_that_a_turn_within_few_epochs_is_seen():
    """As the embedding network did on the bundled sample."""
    reading = read_curves(a_curve(falling(0.9, 0.5, 6), [0.9016, 0.8905, 0.888, 0.8892, 0.8912, 0.8984]))
    assert reading.kind == "turned"


def test_that_a_gap_that_is_there_from_the_start_and_stays_is_no_overfitting():
    validation = falling(1.05, 0.95)
    reading = read_curves(a_curve((0.9 * validation) ** 2, validation), by_time=True)
    assert reading.kind == "gap"
    assert "no overfitting" in reading.words
    assert "later ratings" in reading.words


def test_that_training_above_validation_is_explained_by_what_is_hidden_in_training():
    validation = falling(1.0, 0.9)
    curve = a_curve((1.08 * validation) ** 2, validation)
    assert "dropout" in read_curves(curve, hides=True).words
    assert "dropout" not in read_curves(curve, hides=False).words
    assert read_curves(curve, hides=True).kind == "gap"


def test_that_training_far_above_validation_is_put_down_to_how_people_are_judged_and_asks_for_more_epochs():
    """As the low-rank study's settings did on the bundled sample: it ended at twice the error of plain averages."""
    validation = 2.935 - 0.9 * (np.arange(50) / 49) ** 2
    reading = read_curves(a_curve(np.linspace(6.1, 2.5, 50) ** 2, validation))
    assert reading.kind == "gap"
    assert "worked out afresh" in reading.words
    assert "more epochs may help" in reading.words
    assert "All is well" not in reading.words


def test_that_a_first_epoch_that_stays_the_best_is_not_called_getting_better_together():
    """As the embedding network did on five hundred ratings."""
    reading = read_curves(a_curve([2.181, 2.194, 1.968, 1.853], [1.406, 1.535, 1.503, 1.48]))
    assert reading.kind == "level"
    assert "best after epoch 1" in reading.words
    assert "together" not in reading.words


@pytest.mark.parametrize("epochs", [4, 5, 6, 8, 11, 14])
def test_that_an_even_crawl_is_seen_after_any_number_of_epochs(epochs):
    reading = read_curves(a_curve(np.linspace(35.05, 34.45, epochs), np.linspace(2.455, 2.454, epochs)))
    assert reading.kind == "slow"
    assert "less than 0.1%" in reading.words


def test_that_a_single_epoch_is_counted_as_one():
    assert read_curves(a_curve([1.0], [1.0])).words == "One epoch is too few to read the curves."


def test_that_a_gap_that_widens_while_both_fall_is_said_to_do_no_harm_yet():
    validation, training = falling(1.0, 0.85, pace=12), falling(1.0, 0.6, pace=12)
    reading = read_curves(a_curve(training**2, validation))
    assert reading.kind == "together"
    assert "does no harm" in reading.words


def test_that_flat_curves_ask_for_a_higher_rate():
    reading = read_curves(a_curve(falling(1.1, 1.095), falling(1.05, 1.047)))
    assert reading.kind == "flat"
    assert "too low" in reading.words


def test_that_an_even_crawl_asks_for_a_higher_rate_or_more_epochs():
    """As rank 5 from standard normal factors did on the bundled sample at a rate of 1e-3."""
    training = [18.7, 18.3, 17.9, 17.5, 17.0, 16.7]
    reading = read_curves(a_curve(training, [3.070, 3.0685, 3.0662, 3.0635, 3.060, 3.056]))
    assert reading.kind == "slow"
    assert "0.5%" in reading.words


def test_that_a_training_loss_that_jumps_asks_for_a_lower_rate():
    reading = read_curves(a_curve(1.0 + 0.2 * np.cos(np.pi * np.arange(20)) + noise(20, 0.05), 1.0 + noise(20, 0.1)))
    assert reading.kind == "noisy"
    assert "a third of the learning rate" in reading.words


def test_that_a_validation_that_jumps_above_an_even_training_loss_is_put_down_to_how_little_is_held_out():
    ndcg = 0.30 + 0.05 * (1 - np.exp(-np.arange(30) / 4)) + noise(30, 0.02)
    reading = read_curves(a_curve(falling(7.0, 6.0, 30), ndcg, name="ndcg@100"))
    assert reading.kind == "unsure"
    assert "too little is held out" in reading.words


@pytest.mark.parametrize("size", [0.0, 1e-3])
def test_that_a_ranking_that_has_levelled_off_is_neither_noise_nor_overfitting(size):
    ndcg = 0.4 - 0.15 * np.exp(-np.arange(40) / 4) + noise(40, size)
    reading = read_curves(a_curve(falling(7.0, 6.0, 40, pace=15), ndcg, name="ndcg@100"))
    assert reading.kind == "level"


def test_that_few_epochs_are_not_read_and_say_so_only_at_the_end():
    curve = a_curve([1.0, 0.9], [1.0, 0.9])
    assert read_curves(curve, ended=False).words == ""
    assert "too few" in read_curves(curve).words
    assert read_curves([]).words == ""


def test_that_without_held_out_people_nothing_is_claimed_about_overfitting():
    curve = [EpochEnded(n, n, 1.0 / n, (), (), "training loss", True, 1e-3) for n in range(1, 8)]
    reading = read_curves(curve)
    assert reading.kind == "unvalidated"
    assert "Nothing was held out" in reading.words


def test_that_values_that_are_no_numbers_are_passed_over():
    curve = a_curve([*falling(1.0, 0.5), np.nan], [*falling(1.0, 0.9), np.nan])
    assert read_curves(curve).kind in ("together", "level", "gap")


def test_that_dropout_and_noise_are_found_in_settings():
    assert hides_while_training({"dropout": 0.3})
    assert hides_while_training({"input_dropout_high": 0.5})
    assert not hides_while_training({"dropout": 0.0, "rank": 20})


def test_that_where_the_monitor_was_not_measured_the_training_loss_does_not_stand_in_for_it():
    epochs = [replace(epoch, monitor="ndcg@100") for epoch in a_curve(falling(1.0, 0.2), falling(1.0, 0.85))]
    assert all(np.isnan(epoch.monitored) for epoch in epochs)
    assert read_curves(epochs) == CurveReading("short", "")
