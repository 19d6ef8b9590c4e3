"""The place Learning rate, fed with a sweep's events."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from desktop_rec.common.job_state import JobState
from desktop_rec.training.curves import SweepState
from desktop_rec.training.learning_rate.loss_over_rate_plot import staggered
from desktop_rec.training.learning_rate.view import LearningRateView
from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.events import LossesMeasured
from engine.training.lr_finder import RateSweep, suggest

RATES = np.geomspace(1e-7, 10, 100)


@pytest.fixture
def dataset():
    """A hundred people who each rated ten of forty titles."""
    rng = np.random.default_rng(3)
    people = np.repeat(np.arange(100), 10)
    titles = np.concatenate([rng.permutation(40)[:10] for _ in range(100)])
    histories = Histories.of(people, titles, rng.integers(3, 6, 1000).astype(float), people=100)
    users, items = (Vocabulary([str(one) for one in range(count)]) for count in (100, 40))
    catalogue = Catalogue(tuple(f"Title {one}" for one in range(40)), (0,) * 40, ((),) * 40)
    return Dataset("d", "Some films", users, items, catalogue, histories, Scale(1, 5, 1), "print")


def falling_losses():
    x = np.log10(RATES)
    return 7.0 - 1.6 / (1 + np.exp(-(x + 3) * 2.2)) + np.where(x > -0.5, (x + 0.5) ** 2 * 5, 0.0)


@pytest.fixture
def view(qtbot, session, dataset):
    session.dataset.current.current.current = dataset
    made = LearningRateView(session.learning_rate)
    qtbot.addWidget(made)
    made.resize(1080, 740)
    made.show()
    return made


def swept(session, losses):
    suggestions, words = suggest(RATES[: len(losses)], losses, losses)
    usable = [suggestion for suggestion in suggestions if suggestion.lr is not None]
    sweep = RateSweep(
        RATES[: len(losses)], losses, losses, suggestions, usable[0] if usable else None, words, stopped=False
    )
    session.learning_rate.state = SweepState(model="two_head", sweep=sweep, steps_done=len(losses))
    session.learning_rate.changed.emit()
    return sweep


def test_that_without_a_data_set_a_sentence_and_a_button_lead_to_data(qtbot, session, recorded):
    view = LearningRateView(session.learning_rate)
    qtbot.addWidget(view)
    asked = recorded(session.requests.place)
    assert view._whole.currentWidget() is view._missing
    view._missing.button.click()
    assert asked.calls == ["data"]


def test_that_only_models_that_learn_by_steps_are_offered_and_the_others_are_named(view):
    assert view._setup.model == "two_head"
    assert "EASE" in view._setup._others.text()
    assert "no learning rate" in view._setup._others.text()


def test_that_there_is_a_sentence_and_no_plot_before_the_first_sweep(view):
    assert view._message.isVisible()
    assert not view._plot.isVisible()
    assert not view._setup._use.isVisible()


def test_that_the_curve_grows_while_the_sweep_runs(view, session):
    losses = falling_losses()
    session.learning_rate.state = SweepState(model="two_head", running=True)
    session.learning_rate.state.fold(LossesMeasured(RATES[:20], losses[:20], losses[:20], 20, 100))
    session.learning_rate.changed.emit()
    view._plot.repainter.draw_now()
    assert view._plot.isVisible()
    assert len(view._plot.raw.item.getData()[0]) == 20
    assert view._plot.rate is None


def test_that_suggestions_are_marked_named_and_can_be_chosen(view, session):
    sweep = swept(session, falling_losses())
    assert len(view._plot._marks) == len([one for one in sweep.suggestions if one.lr is not None])
    assert view._plot.rate == pytest.approx(sweep.chosen.lr)
    other = next(suggestion for suggestion in sweep.suggestions if suggestion.kind == "minimum")
    view._setup.suggestions._buttons["minimum"].click()
    assert view._plot.rate == pytest.approx(other.lr)


def test_that_dragging_the_line_redraws_the_schedule_and_the_button(qtbot, view, session):
    swept(session, falling_losses())
    view._plot._move_to(np.log10(2e-3))
    assert view._setup._use.text() == "Use 2e-3"
    assert view._setup.suggestions.key is None
    assert view._schedule.curve.ys.max() == pytest.approx(2e-3)
    view._plot.setFocus()
    qtbot.keyClick(view._plot, Qt.Key.Key_Right)
    assert view._plot.rate > 2e-3


def test_that_the_button_says_what_the_rate_becomes(view, session):
    view._setup.form.field("schedule").show_value("reduce_on_plateau")
    swept(session, falling_losses())
    assert "start of the plateau" in view._setup._becomes.text()
    view._setup.form.field("schedule").show_value("slanted_triangle")
    assert "peak of the slanted triangle" in view._setup._becomes.text()
    assert view._schedule_card._title.text().startswith("Slanted triangle with this peak, over")


def test_that_using_a_rate_hands_it_to_train(view, session, recorded):
    view._setup.form.field("schedule").show_value("reduce_on_plateau")
    sweep = swept(session, falling_losses())
    asked = recorded(session.requests.place)
    view._setup._use.click()
    assert session.learning_rate.chosen.lr == pytest.approx(sweep.chosen.lr)
    assert session.learning_rate.chosen.schedule == "reduce_on_plateau"
    assert asked.calls == ["train"]


@pytest.mark.parametrize("losses", [np.full(100, 7.0), np.array([7.0, 9.0]), np.array([])])
def test_that_a_sweep_without_a_rate_is_said_in_words(view, session, losses):
    sweep = swept(session, losses)
    assert sweep.words in (view._words.text(), view._message.sentence.text())
    assert not view._setup._use.isVisible()
    assert not view._schedule_card.isVisible()


def test_that_a_running_sweep_can_be_stopped_and_nothing_else_started(view, session):
    session.jobs.state = JobState("sweep", "Finding a learning rate")
    session.jobs.changed.emit(session.jobs.state)
    assert view._setup._stop.isVisible()
    assert not view._setup._find.isVisible()
    session.jobs.state = JobState("training", "Training")
    session.jobs.changed.emit(session.jobs.state)
    assert not view._setup._find.isEnabled()
    session.jobs.state = None
    session.jobs.changed.emit(None)
    assert view._setup._find.isEnabled()


def test_that_near_names_stand_below_each_other():
    heights = staggered([0.0, 0.1, 0.2, 3.0], width=1.0)
    assert heights[0] > heights[1] > heights[2]
    assert heights[3] == heights[0]
