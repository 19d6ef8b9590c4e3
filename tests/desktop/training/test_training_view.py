"""The place Train, fed with a run's events."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure
from desktop_rec.training.curves import StageLine, TrainingState
from desktop_rec.training.device_picker import DevicePicker
from desktop_rec.training.progress_parts import FiguresStrip, StageList
from desktop_rec.training.rate_row import RateRow
from desktop_rec.training.training_view import TrainingView
from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.split import SplitConfig
from engine.device import Device, UnusedGpu
from engine.errors import SettingError
from engine.events import EpochEnded, StageStarted, StepsTaken, TrainingStarted


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


@pytest.fixture
def view(qtbot, session, dataset):
    session.dataset.current.current.current = dataset
    made = TrainingView(session.training, session.learning_rate)
    qtbot.addWidget(made)
    made.resize(1080, 740)
    made.show()
    return made


def running(session, model="two_head"):
    session.training.state = TrainingState(model=model, running=True)
    session.jobs.state = JobState("training", "Training")
    session.jobs.changed.emit(session.jobs.state)
    session.training.changed.emit()
    return session.training.state


def learned(session, *, epochs=3):
    state = running(session)
    state.fold(TrainingStarted("r", "two_head", "cpu", "float32", 1000, 80, 10, 0, 400, 40, "ndcg@100"))
    for number in range(1, epochs + 1):
        first = (number - 1) * 10
        state.fold(StepsTaken(first, np.full(10, 5.0), np.full(10, 1e-3), number, 400, 3120.0, 41.0, 72.0))
        value = 0.4 - 0.01 * abs(number - 2)
        state.fold(EpochEnded(number, number * 10, 5.0, (), (("ndcg@100", value),), "ndcg@100", number <= 2, 1e-3))
    session.training.changed.emit()
    session.jobs.changed.emit(session.jobs.state)
    return state


def ended(session, **changes):
    state = learned(session)
    state.end()
    trained = {"stopped": False, "diverged": False, "stopped_because": "All 40 epochs are done.", "steps": 30}
    trained |= {"best_epoch": 2, "best_value": 0.4, "watched": "ndcg@100", "seconds": 72.0}
    judged = SimpleNamespace(people=10, metrics={"ndcg@100": SimpleNamespace(value=0.39, low=0.37, high=0.41)})
    advice, better_model = changes.pop("advice", ""), changes.pop("better_model", None)
    trained.update(changes)
    state.finished = SimpleNamespace(
        run_id="r",
        trained=SimpleNamespace(**trained),
        evaluation=judged,
        lr=3.1e-3,
        advice=advice,
        better_model=better_model,
    )
    session.jobs.state = None
    session.jobs.changed.emit(None)
    session.training.changed.emit()
    return state


def test_that_without_a_data_set_a_sentence_and_a_button_lead_to_data(qtbot, session, recorded):
    view = TrainingView(session.training, session.learning_rate)
    qtbot.addWidget(view)
    asked = recorded(session.requests.place)
    assert view._whole.currentWidget() is view._missing
    view._missing.button.click()
    assert asked.calls == ["data"]


def test_that_the_schedule_is_drawn_before_training_and_no_plot_is_empty(view):
    progress = view._progress
    progress._schedule.repainter.draw_now()
    assert progress._schedule.isVisible()
    assert len(progress._schedule.curve.item.getData()[0]) > 1
    assert not progress.live.isVisible()


def test_that_the_plan_follows_the_form(view):
    before = view._setup._estimate.text()
    field = view._setup.form.field("epochs")
    field.show_value(80)
    field.edited.emit()
    assert "80 epochs over 74 people" in view._setup._estimate.text()
    assert view._setup._estimate.text() != before


def test_that_a_refused_value_does_not_start_a_run(view, session, monkeypatch):
    asked = []
    monkeypatch.setattr(session, "train", lambda *given, **more: asked.append((*given, more)))
    view._setup.form.field("epochs").show_value(0)
    view._setup._start.click()
    assert asked == []
    assert "Epochs" in view._setup.form.field("epochs").problem


def test_that_start_hands_the_settings_to_the_session(view, session, monkeypatch):
    asked = []
    monkeypatch.setattr(session, "train", lambda *given, **more: asked.append((*given, more)))
    session.learning_rate.use("two_head", 3.123e-3, "slanted_triangle")
    view._setup._start.click()
    model, _, training, split, device, _ = asked[0]
    assert (model, training.lr, training.schedule, device) == ("two_head", 3.123e-3, "slanted_triangle", "auto")
    assert split == SplitConfig()


def test_that_a_chosen_rate_says_where_it_came_from(view, session):
    session.learning_rate.use("two_head", 3.1e-3, "slanted_triangle")
    assert view._setup.rate._line.text() == "3.1e-3"
    assert view._setup.rate._words.text() == "Chosen by you in Learning rate"
    assert view._progress._schedule_card._title.text().startswith("Slanted triangle with this peak")


def test_that_the_figures_of_a_run_are_said_while_it_learns(view, session):
    learned(session)
    view._progress._strip.repainter.draw_now()
    said = view._progress._strip.text().replace("\u00a0", " ")
    assert said == "epoch 3 of 40 · best 0.400 at 2 · 3,120 people/s · CPU float32 · 0:41 · 1:12 left"
    assert view._progress.live.isVisible()


def test_that_a_running_job_can_be_paused_kept_and_discarded(view, session, recorded):
    learned(session)
    setup = view._setup
    assert not setup._start.isVisible()
    assert [one.text() for one in (setup._pause, setup._stop, setup._discard)] == ["Pause", "Stop and keep", "Discard"]
    asked = recorded(setup.go_on_asked)
    session.jobs.state = JobState("training", "Training", paused=True)
    session.jobs.changed.emit(session.jobs.state)
    assert setup._pause.text() == "Go on"
    setup._pause.click()
    assert len(asked.calls) == 1
    assert setup._pause.text() == "Pause"
    session.jobs.state = JobState("training", "Training", stopping=True)
    session.jobs.changed.emit(session.jobs.state)
    assert setup._stop.text() == "Stopping…"
    assert not setup._stop.isEnabled()


def test_that_before_anything_was_learned_there_is_only_cancel(view, session):
    running(session)
    assert view._setup._stop.text() == "Cancel"
    assert not view._setup._discard.isVisible()


def test_that_a_model_that_is_computed_at_once_shows_stages_instead_of_curves(view, session):
    state = running(session, "ease")
    state.fold(StageStarted("counting", "Counting which films are liked together"))
    state.fold(StageStarted("inverting", "Inverting the matrix"))
    session.training.changed.emit()
    lines = view._progress._stages._lines
    assert [line[0].text() for line in lines] == ["✓", "•"]
    assert lines[1][1].text() == "Inverting the matrix"
    assert not view._progress.live.isVisible()


def test_that_a_model_that_is_computed_at_once_has_no_rate_and_no_device_to_pick(view):
    view._setup.models._buttons["ease"].click()
    assert not view._setup.rate.isVisible()
    assert not view._setup.devices.isVisible()
    assert not view._progress._schedule_card.isVisible()
    assert view._setup._start.text() == "Compute the model"


def test_that_what_happened_is_said_at_the_end(view, session):
    ended(session)
    card = view._progress._outcome
    assert card.isVisible()
    assert card._heading.text() == "Watch and love is ready"
    assert "All 40 epochs are done." in card._words.text()
    assert "NDCG@100 0.390 (0.370 to 0.410)" in card._words.text()
    assert "30 steps took 1:12 at rate 3.1e-3" in card._words.text()


def test_that_the_outcome_of_ratings_held_out_speaks_of_ratings_not_of_strangers(view, session):
    state = ended(session)
    state.split_kind = "random"
    session.training.changed.emit()
    assert "Judged on held-out ratings of 10 people: NDCG@100" in view._progress._outcome._words.text()


def test_that_advice_for_ease_brings_a_button_that_switches_to_it(qtbot, view, session):
    ended(session, advice="Here ease is the better choice: NDCG@100 0.43 against 0.40.", better_model="ease")
    buttons = {
        child.property("key"): child for child in view._progress._outcome._buttons.children() if child.property("key")
    }
    assert "ease is the better choice" in view._progress._outcome._advice.text()
    buttons["use_ease"].click()
    assert view._setup.model == "ease"
    assert not view._progress._outcome.isVisible()


def test_that_divergence_and_stopping_are_said(view, session):
    ended(session, stopped=True, stopped_because="Stopped by you after 30 steps; what was learned is kept.")
    assert view._progress._outcome._heading.text() == "Watch and love stopped"
    ended(session, diverged=True, stopped_because="The loss left all bounds near step 30.")
    assert view._progress._outcome._heading.text() == "Watch and love diverged"


def test_that_a_failure_is_said_in_the_place(view, session):
    state = running(session)
    state.end()
    state.failure = Failure("The disk is full.", "Free some space.", "")
    session.jobs.state = None
    session.training.changed.emit()
    assert "The disk is full. Free some space." in view._progress._outcome._words.text()


def test_that_the_device_picker_explains_a_gpu_it_cannot_use_with_a_line_to_copy(qtbot):
    picker = DevicePicker()
    qtbot.addWidget(picker)
    picker.show()
    picker.show_devices(
        (Device("cpu", "Processor: 8 cores", None, ("float32", "bf16")),),
        unused=UnusedGpu("This machine has a GPU, but torch is the build for processors.", "pip install uv\nuv pip"),
    )
    assert "This machine has a GPU" in picker._unused_words.text()
    picker._copy.click()
    assert QGuiApplication.clipboard().text() == "pip install uv\nuv pip"
    assert picker._device_box.itemText(0) == "Automatic: Processor: 8 cores"
    assert (picker.device, picker.precision) == ("auto", "auto")


def test_that_the_device_picker_offers_only_precisions_that_the_device_has(qtbot):
    picker = DevicePicker()
    qtbot.addWidget(picker)
    gpu = Device("cuda:0", "GPU: Some, 12 GiB", None, ("float32", "bf16"))
    picker.show_devices((gpu, Device("cpu", "Processor: 2 cores", None, ("float32",))), unused=None)
    assert picker._precision_box.count() == 3
    picker.choose("cpu", "bf16")
    assert (picker.device, picker.precision) == ("cpu", "auto")
    assert picker._precision_box.count() == 2


def test_that_a_rate_that_is_none_is_refused_with_the_settings_sentence(qtbot):
    row = RateRow()
    qtbot.addWidget(row)
    row.show()
    assert row.rate() is None
    row._automatic.setChecked(False)
    row._line.setText("fast")
    with pytest.raises(SettingError):
        row.rate()
    assert row._problem.isVisible()
    row._line.setText("0.02")
    assert row.rate() == 0.02


def test_that_the_strip_breaks_only_between_figures(qtbot):
    strip = FiguresStrip()
    qtbot.addWidget(strip)
    strip.show()
    strip.show_figures(("epoch 1 of 2", "", "1:12 left"))
    strip.repainter.draw_now()
    assert strip.text().count(" ") == 1


def test_that_a_stage_says_how_far_it_is(qtbot):
    stages = StageList()
    qtbot.addWidget(stages)
    stages.show_stages([StageLine("Inverting", share=0.4)])
    assert stages._lines[0][2].text() == "40 %"
    stages.show_stages([StageLine("Inverting", share=1.0, done=True)])
    assert stages._lines[0][2].text() == "done"
