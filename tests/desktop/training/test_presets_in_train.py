"""Presets in the place Train: what they fill in, how changes are marked; and what curves say below the plot."""

import dataclasses

import numpy as np
import pytest
from planted import planted_dataset

from desktop_rec.training import text
from desktop_rec.training.curves import TrainingState
from desktop_rec.training.training_view import TrainingView
from engine.data.dataset import Scale
from engine.events import EpochEnded, StepsTaken, TrainingStarted
from engine.models.presets import CHOSEN, PRESETS


@pytest.fixture
def dataset():
    return planted_dataset()


@pytest.fixture
def view(qtbot, session, dataset):
    session.dataset.current.current.current = dataset
    made = TrainingView(session.training, session.learning_rate)
    qtbot.addWidget(made)
    made.resize(1080, 740)
    made.show()
    return made


def choose(view, key):
    box = view._setup.presets._box
    box.activated.emit(box.findData(key)) if box.choose(key) else pytest.fail(f"no preset {key}")


def edit(view, name, value):
    field = view._setup.form.field(name)
    field.show_value(value)
    field.edited.emit()


@pytest.fixture
def started(session, monkeypatch):
    asked = []
    monkeypatch.setattr(session, "train", lambda *given, **more: asked.append((*given, more)))
    return asked


def test_that_all_presets_are_offered_after_the_model_as_it_comes(view):
    box = view._setup.presets._box
    assert [box.itemData(place) for place in range(box.count())] == ["", *CHOSEN, *PRESETS]
    assert view._setup.presets.key == ""


def test_that_a_preset_fills_in_model_settings_rate_and_split(view, started):
    choose(view, "low_rank")
    view._setup._start.click()
    model, config, training, split, _, _ = started[0]
    assert (model, config.rank, config.bias, config.init) == ("mf", 25, False, "normal")
    assert (training.lr, training.batch, training.epochs, training.schedule) == (1e-3, 1000, 50, "constant")
    assert split.kind == "random"
    assert view._setup.models.key == "mf"


def test_that_the_netflix_preset_takes_the_studys_reading_of_the_sweep_and_says_so(view, started):
    choose(view, "netflix_mlp")
    assert "just before it turns up" in view._setup.rate._words.text()
    view._setup._start.click()
    assert started[0][2].lr is None
    assert started[0][-1] == {"suggestion": "turning_point"}


def test_that_what_had_to_be_changed_for_these_data_is_said(view):
    choose(view, "netflix_mlp")
    assert "held out at random, not the newest" in view._setup.presets._words.text()


def test_that_the_chosen_ones_say_why(view):
    choose(view, "best_quality")
    assert view._setup.models.key == "ease"
    assert "40 titles need" in view._setup.presets._words.text()


def test_that_what_a_person_changes_is_marked_and_can_be_put_back(view):
    choose(view, "low_rank")
    assert view._setup.presets.changed_words == ""
    edit(view, "epochs", 7)
    edit(view, "bias", True)
    assert view._setup.presets.changed_words == "Changed by you: Biases, Epochs"
    assert view._setup.form.field("epochs").is_marked
    assert not view._setup.form.field("batch").is_marked
    view._setup.presets._back.click()
    assert view._setup.presets.changed_words == ""
    assert view._setup.form.field("epochs").value() == 50


def test_that_a_rate_of_ones_own_is_a_change_too(view):
    choose(view, "low_rank")
    view._setup.rate._line.setText("0.5")
    view._setup.rate.changed.emit()
    assert view._setup.presets.changed_words == "Changed by you: Learning rate"


def test_that_putting_back_takes_the_presets_rate_again_though_another_was_found(view, session):
    choose(view, "low_rank")
    session.learning_rate.use("mf", 5e-3, "")
    assert view._setup.presets.changed_words == "Changed by you: Learning rate"
    view._setup.presets._back.click()
    assert view._setup.presets.changed_words == ""
    assert view._setup.rate.peek() == 1e-3


def test_that_choosing_a_model_by_hand_leaves_the_preset(view):
    choose(view, "low_rank")
    view._setup.models._buttons["mult_vae"].click()
    assert view._setup.presets.key == ""
    edit(view, "epochs", 7)
    assert view._setup.presets.changed_words == ""
    assert not view._setup.form.field("epochs").is_marked


def test_that_presets_of_no_use_to_the_data_can_be_read_but_not_chosen(qtbot, session):
    planted = planted_dataset()
    alike = dataclasses.replace(planted.histories, ratings_N=np.ones(planted.entries, dtype=np.float32))
    session.dataset.current.current.current = dataclasses.replace(
        planted, histories=alike, scale=Scale(0, 1, 1), fingerprint="alike"
    )
    view = TrainingView(session.training, session.learning_rate)
    qtbot.addWidget(view)
    model = view._setup.presets._box.model()
    off = {one for place in range(model.rowCount()) if not model.item(place).isEnabled()
           for one in [view._setup.presets._box.itemData(place)]}  # fmt: skip
    assert off == {"netflix_mlp", "low_rank", "movielens_101_mf", "movielens_101_dense", "movielens_101_lstm"}


def test_that_another_data_set_starts_from_the_model_as_it_comes(view, session):
    choose(view, "low_rank")
    session.dataset.current.current.current = dataclasses.replace(
        session.dataset.current.current.current, fingerprint="another"
    )
    session.dataset.current.current.changed.emit()
    assert view._setup.presets.key == ""


def learned(state, values):
    state.fold(TrainingStarted("r", "mf", "cpu", "float32", 1000, 80, 10, 0, 400, 40, "rmse"))
    for number, value in enumerate(values, start=1):
        state.fold(StepsTaken((number - 1) * 10, np.full(10, 1.0), np.full(10, 1e-3), number, 400, 10.0, 1.0, 2.0))
        best = value == min(values[:number])
        state.fold(EpochEnded(number, 10 * number, 0.9**number, (), (("rmse", value),), "rmse", best, 1e-3))


def test_that_what_the_curves_say_stands_below_them(view, session):
    state = session.training.state = TrainingState(model="mf", running=True)
    learned(state, [1.0, 0.93, 0.9, 0.91, 0.93, 0.96, 1.0])
    session.training.changed.emit()
    assert "After epoch 3" in view._progress._curve_words.text()
    assert "overfitting" in view._progress._curve_words.text()
    assert not view._progress._curve_words.isHidden()


def test_that_the_first_epochs_say_nothing_yet():
    state = TrainingState(model="mf", running=True)
    learned(state, [1.0, 0.9])
    assert text.curve_words(state) == ""
