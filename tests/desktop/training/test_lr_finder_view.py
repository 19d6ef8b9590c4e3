"""The tab Learning rate, fed with a sweep's events."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QRadioButton

from desktop_rec.training.curves import SweepState
from desktop_rec.training.learning_rate.loss_over_rate_plot import LossOverRatePlot, staggered
from desktop_rec.training.schedule_plot import SchedulePlot
from engine.events import LossesMeasured
from engine.training.rate_sweep import RateSweep

RATES = np.geomspace(1e-7, 10, 100)


def falling_losses():
    x = np.log10(RATES)
    return 7.0 - 1.6 / (1 + np.exp(-(x + 3) * 2.2)) + np.where(x > -0.5, (x + 0.5) ** 2 * 5, 0.0)


@pytest.fixture
def tab(place):
    place.turn_to(0)
    return place


@pytest.fixture
def plot(tab):
    return tab.part("sweep_plot", LossOverRatePlot)


def swept(session, losses):
    sweep = RateSweep(RATES[: len(losses)], losses, plan={"model": "two_head"})
    session.learning_rate.state = SweepState(model="two_head", sweep=sweep, steps_done=len(losses))
    session.learning_rate.changed.emit()
    return sweep


def test_that_a_model_without_a_learning_rate_says_so_and_leads_to_training(tab):
    tab.press("models_ease")
    assert "Liked together is computed at once" in tab.words_of("learning_rate_view")
    assert not tab.part("find_rate_button").isEnabled()
    tab.part("learning_rate_view").findChild(type(tab.part("find_rate_button")), "place_message_button").click()
    assert tab.shows("training_view")


def test_that_there_is_a_sentence_and_no_plot_before_the_first_sweep(tab):
    assert "A short sweep tries rates" in tab.words_of("learning_rate_view")
    assert not tab.shows("sweep_plot")
    assert not tab.shows("use_rate_button")


def test_that_the_curve_grows_while_the_sweep_runs(tab, session, plot):
    losses = falling_losses()
    session.learning_rate.state = SweepState(model="two_head", running=True)
    session.learning_rate.state.fold(LossesMeasured(RATES[:20], losses[:20], 20, 100))
    session.learning_rate.changed.emit()
    plot.repainter.draw_now()
    assert plot.isVisible()
    assert len(plot.raw.item.getData()[0]) == 20
    assert plot.rate is None


def test_that_suggestions_are_marked_named_and_can_be_chosen(tab, session, plot):
    sweep = swept(session, falling_losses())
    usable = sweep.suggestions
    assert [mark.title for mark in usable] == [
        button.text() for button in tab.part("suggestions").findChildren(QRadioButton) if button.isEnabled()
    ]
    assert plot.rate == pytest.approx(sweep.chosen.lr)
    lowest = next(suggestion for suggestion in usable if suggestion.kind == "minimum")
    tab.press("suggestions_minimum")
    assert plot.rate == pytest.approx(lowest.lr)
    assert tab.text("suggestions_sentence") == lowest.sentence


def test_that_moving_the_line_redraws_the_schedule_and_the_button(qtbot, tab, session, plot):
    sweep = swept(session, falling_losses())
    plot.setFocus()
    for _ in range(5):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.rate > sweep.chosen.lr
    assert tab.text("use_rate_button") == f"Use {plot.rate:.1e}".replace("e-0", "e-").replace(".0e", "e")
    assert not any(button.isChecked() for button in tab.part("suggestions").findChildren(QRadioButton))
    assert tab.part("schedule_plot", SchedulePlot).curve.ys.max() == pytest.approx(plot.rate)


def test_that_the_button_says_what_the_rate_becomes_under_the_plans_schedule(tab, session):
    tab.choose("setting_schedule", "reduce_on_plateau")
    swept(session, falling_losses())
    assert "start of the plateau" in tab.text("rate_becomes")
    tab.choose("setting_schedule", "slanted_triangle")
    assert "peak of the slanted triangle" in tab.text("rate_becomes")
    assert "drawn to scale over" in tab.words_of("schedule_card")


def test_that_the_schedule_is_as_long_as_the_plan(tab, session):
    swept(session, falling_losses())
    before = len(tab.part("schedule_plot", SchedulePlot).curve.xs)
    tab.type("setting_epochs", "60")
    assert len(tab.part("schedule_plot", SchedulePlot).curve.xs) == 2 * before


def test_that_using_a_rate_writes_it_into_the_plan_and_turns_to_training(tab, session):
    tab.choose("setting_schedule", "reduce_on_plateau")
    sweep = swept(session, falling_losses())
    tab.press("use_rate_button")
    training = session.plan.plan.training
    assert training.lr == pytest.approx(sweep.chosen.lr)
    assert training.schedule == "reduce_on_plateau"
    assert tab.shows("training_view")
    assert tab.text("rate_words") == "Chosen by you in Learning rate"


def test_that_the_sweep_of_another_model_is_not_shown(tab, session):
    swept(session, falling_losses())
    assert tab.shows("sweep_plot")
    tab.press("models_mult_vae")
    assert not tab.shows("sweep_plot")
    assert not tab.shows("use_rate_button")
    tab.press("models_two_head")
    assert tab.shows("sweep_plot")


def test_that_a_sweep_belongs_to_its_data(tab, session, dataset, open_dataset):
    swept(session, falling_losses())
    open_dataset(dataclasses.replace(dataset, fingerprint="another"))
    assert not tab.shows("sweep_plot")


@pytest.mark.parametrize("losses", [np.full(100, 7.0), np.array([7.0, 9.0]), np.array([])])
def test_that_a_sweep_without_a_rate_is_described(tab, session, losses):
    sweep = swept(session, losses)
    assert sweep.words in tab.words_of("learning_rate_view")
    assert not tab.shows("use_rate_button")
    assert not tab.shows("schedule_card")


def test_that_a_running_sweep_can_be_stopped_and_nothing_else_started(tab, set_job):
    set_job("sweep")
    assert tab.shows("stop_sweep_button")
    assert not tab.shows("find_rate_button")
    set_job("training")
    assert not tab.part("find_rate_button").isEnabled()
    set_job(None)
    assert tab.part("find_rate_button").isEnabled()


def test_that_near_names_stand_below_each_other():
    heights = staggered([0.0, 0.1, 0.2, 3.0], width=1.0)
    assert heights[0] > heights[1] > heights[2]
    assert heights[3] == heights[0]
