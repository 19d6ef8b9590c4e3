"""The tab Training, fed with a run's events."""

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QLineEdit, QTabWidget

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure
from desktop_rec.training import text
from desktop_rec.training.curves import StageLine, TrainingState
from desktop_rec.training.device_picker import DevicePicker
from desktop_rec.training.plan_form import RateRow
from desktop_rec.training.progress_parts import FiguresStrip, StageList
from desktop_rec.training.schedule_plot import SchedulePlot
from engine.device import Device, UnusedGpu
from engine.events import EpochEnded, RateChanged, StageStarted, StepsTaken, TrainingStarted


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
    trained = {
        "stopped": False,
        "diverged": False,
        "stopped_because": "All 40 epochs are done.",
        "steps": 30,
        "epochs": 3,
    }
    trained |= {"best_epoch": 2, "best_value": 0.4, "monitor": "ndcg@100", "seconds": 72.0}
    evaluation = SimpleNamespace(people=10, metrics={"ndcg@100": SimpleNamespace(value=0.39, low=0.37, high=0.41)})
    advice, better_model = changes.pop("advice", ""), changes.pop("better_model", None)
    chosen = changes.pop("chosen", "")
    trained.update(changes)
    state.finished = SimpleNamespace(
        run_id="r",
        trained=SimpleNamespace(**trained),
        evaluation=evaluation,
        lr=3.1e-3,
        advice=advice,
        better_model=better_model,
        chosen=chosen,
    )
    session.jobs.state = None
    session.jobs.changed.emit(None)
    session.training.changed.emit()
    return state


def test_that_the_schedule_is_drawn_before_training_and_no_plot_is_empty(place):
    schedule = place.part("plan_schedule_plot", SchedulePlot)
    schedule.repainter.draw_now()
    assert schedule.isVisible()
    assert len(schedule.curve.item.getData()[0]) > 1
    assert not place.shows("live_plot")


def test_that_the_schedule_is_drawn_at_the_chosen_rate(place, session):
    session.plan.use_rate(3.1e-3)
    assert "Peak 3.1e-3, drawn to scale over" in place.words_of("plan_schedule_card")
    assert place.part("plan_schedule_plot", SchedulePlot).curve.ys.max() == pytest.approx(3.1e-3)


def test_that_a_model_that_is_computed_at_once_has_no_schedule(place):
    place.press("models_ease")
    assert not place.shows("plan_schedule_card")
    assert "stages are shown here" in place.text("training_sentence")


def test_that_the_figures_of_a_run_are_shown_while_it_learns(place, session):
    learned(session)
    strip = place.part("figures_strip", FiguresStrip)
    strip.repainter.draw_now()
    shown = re.sub(r"[0-9.]+ [MG]i?B in use", "1 GB in use", strip.text().replace("\u00a0", " "))
    assert shown == "epoch 3 of 40 · best 0.400 at 2 · 3,120 people/s · CPU float32 · 1 GB in use · 0:41 · 1:12 left"
    assert place.shows("live_plot")


def test_that_what_is_new_is_shown_once_somebody_looks_and_not_for_every_event(place, session, qtbot):
    state, strip = learned(session), place.part("figures_strip", FiguresStrip)
    strip.repainter.draw_now()
    place.part("train_tabs", QTabWidget).setCurrentIndex(2)
    state.fold(StepsTaken(30, np.full(10, 5.0), np.full(10, 1e-3), 17, 400, 3120.0, 41.0, 72.0))
    for _ in range(20):
        session.training.moved.emit()
    qtbot.wait(150)
    assert "epoch 3 of 40" in strip.text().replace("\u00a0", " ")
    place.part("train_tabs", QTabWidget).setCurrentIndex(1)
    qtbot.waitUntil(lambda: "epoch 17 of 40" in strip.text().replace("\u00a0", " "))


def test_that_a_running_job_can_be_paused_kept_and_discarded(place, session, set_job, monkeypatch):
    resumed = []
    learned(session)
    buttons = ("pause_button", "stop_button", "discard_button")
    assert not place.shows("start_training_button")
    assert [place.text(name) for name in buttons] == ["Pause", "Stop and keep", "Discard"]
    set_job("training", paused=True)
    assert place.text("pause_button") == "Go on"
    session.jobs.changed.connect(resumed.append)
    place.press("pause_button")
    assert [job.paused for job in resumed] == [False]
    assert place.text("pause_button") == "Pause"
    set_job("training", stopping=True)
    assert place.text("stop_button") == "Stopping…"
    assert not place.part("stop_button").isEnabled()
    set_job(None)


def test_that_before_anything_was_learned_there_is_only_cancel(place, session, set_job):
    running(session)
    assert place.text("stop_button") == "Cancel"
    assert not place.shows("discard_button")
    set_job(None)


def test_that_nothing_starts_while_another_job_runs(place, set_job):
    set_job("import")
    assert not place.part("start_training_button").isEnabled()
    assert "Another job is running" in place.part("start_training_button").toolTip()
    set_job(None)
    assert place.part("start_training_button").isEnabled()


def test_that_a_model_that_is_computed_at_once_shows_stages_instead_of_curves(place, session, set_job):
    state = running(session, "ease")
    state.fold(StageStarted("counting", "Counting which films are liked together"))
    state.fold(StageStarted("inverting", "Inverting the matrix"))
    session.training.changed.emit()
    assert place.words_of("stage_list").startswith("✓ Counting which films are liked together done • Inverting")
    assert not place.shows("live_plot")
    set_job(None)


def test_that_what_happened_is_shown_at_the_end(place, session):
    ended(session)
    assert place.shows("outcome_card")
    assert place.text("outcome_heading") == "Watch and love is ready"
    words = place.text("outcome_words")
    assert "All 40 epochs are done." in words
    assert "NDCG@100 0.390 (0.370 to 0.410)" in words
    assert "30 steps took 1:12 at rate 3.1e-3" in words


def test_that_a_rate_that_was_changed_while_it_learned_is_said_at_the_end(place, session):
    state = ended(session)
    state.fold(RateChanged(19, 1e-3))
    session.training.changed.emit()
    assert "30 steps took 1:12 at rate 3.1e-3, changed by you to 1e-3 at step 20." in place.text("outcome_words")


def test_that_the_outcome_of_ratings_held_out_speaks_of_ratings_not_of_strangers(place, session):
    state = ended(session)
    state.split_kind = "random"
    session.training.changed.emit()
    assert "Evaluated on held-out ratings of 10 people: NDCG@100" in place.text("outcome_words")


def test_that_advice_for_ease_brings_a_button_that_switches_to_it(place, session, trained):
    ended(session, advice="Here Liked together is the better choice.", better_model="ease")
    assert "Liked together is the better choice" in place.text("outcome_advice")
    assert place.text("outcome_use_ease") == "Switch to Liked together"
    place.press("outcome_use_ease")
    assert session.plan.plan.model == trained[0].model == "ease"
    assert not place.shows("outcome_card")


def test_that_the_outcome_says_which_settings_were_chosen_by_trying(place, session):
    ended(session, chosen="Chosen on 900 held-out ratings: regularisation (l2) 0.06 (usually 0.015).")
    assert "Chosen on 900 held-out ratings: regularisation (l2) 0.06" in place.text("outcome_words")


def test_that_another_run_is_planned_from_the_outcome(place, session):
    ended(session)
    place.press("outcome_plan")
    assert not place.shows("outcome_card")
    assert place.shows("plan_schedule_card")


def test_that_divergence_and_stopping_are_reported(place, session):
    ended(session, stopped=True, stopped_because="Stopped by you after 30 steps; what was learned is saved.")
    assert place.text("outcome_heading") == "Watch and love stopped"
    ended(session, diverged=True, stopped_because="The loss left all bounds near step 30.")
    assert place.text("outcome_heading") == "Watch and love diverged"


def test_that_a_failure_is_reported_in_the_place(place, session, set_job):
    state = running(session)
    state.end()
    state.failure = Failure("The disk is full.", "Free some space.", "")
    set_job(None)
    session.training.changed.emit()
    assert "The disk is full. Free some space." in place.text("outcome_words")


def test_that_a_changed_data_set_is_reported_with_the_button_to_train_again(
    place, session, dataset, open_dataset, trained
):
    ended(session)
    assert not place.shows("training_stale")
    open_dataset(dataclasses.replace(dataset, fingerprint="another"))
    assert place.text("training_stale_words") == "The data set has changed. Train again."
    assert place.shows("training_stale")
    place.press("train_again_button")
    assert trained == [session.plan.plan]


def test_that_the_sentence_about_changed_data_goes_when_training_starts(
    place, session, dataset, open_dataset, monkeypatch
):
    ended(session)
    open_dataset(dataclasses.replace(dataset, fingerprint="another"))
    monkeypatch.setattr(session.jobs, "start", lambda job: True)
    place.press("train_again_button")
    assert session.training.state.running
    assert not place.shows("training_stale")


def test_that_a_first_data_set_is_no_changed_one(place):
    assert not place.shows("training_stale")


def learned_epochs(state, values):
    state.fold(TrainingStarted("r", "mf", "cpu", "float32", 1000, 80, 10, 0, 400, 40, "rmse"))
    for number, value in enumerate(values, start=1):
        state.fold(StepsTaken((number - 1) * 10, np.full(10, 1.0), np.full(10, 1e-3), number, 400, 10.0, 1.0, 2.0))
        best = value == min(values[:number])
        state.fold(EpochEnded(number, 10 * number, 0.9**number, (), (("rmse", value),), "rmse", best, 1e-3))


def test_that_what_the_curves_say_stands_below_them(place, session):
    state = session.training.state = TrainingState(model="mf", running=True)
    learned_epochs(state, [1.0, 0.93, 0.9, 0.91, 0.93, 0.96, 1.0])
    session.training.changed.emit()
    assert "After epoch 3" in place.text("training_curve_words")
    assert "overfitting" in place.text("training_curve_words")


def test_that_the_first_epochs_say_nothing_yet():
    state = TrainingState(model="mf", running=True)
    learned_epochs(state, [1.0, 0.9])
    assert text.describe_curves(state) == ""


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_that_the_device_picker_explains_a_gpu_it_cannot_use_with_a_line_to_copy(qtbot):
    picker = DevicePicker()
    qtbot.addWidget(picker)
    picker.show()
    picker.show_devices(
        (Device("cpu", "Processor: 8 cores", None, ("float32", "bf16")),),
        unused=UnusedGpu("This machine has a GPU, but torch is the build for processors.", "pip install uv\nuv pip"),
    )
    assert "This machine has a GPU" in words(picker)
    picker.findChild(QAbstractButton, "copy_gpu_line").click()
    assert QGuiApplication.clipboard().text() == "pip install uv\nuv pip"
    assert picker.findChild(QComboBox, "device_box").itemText(0) == "Automatic: Processor: 8 cores"
    assert (picker.device, picker.precision) == ("auto", "auto")


def test_that_the_device_picker_offers_only_precisions_that_the_device_has(qtbot):
    picker = DevicePicker()
    qtbot.addWidget(picker)
    gpu = Device("cuda:0", "GPU: Some, 12 GiB", None, ("float32", "bf16"))
    picker.show_devices((gpu, Device("cpu", "Processor: 2 cores", None, ("float32",))), unused=None)
    assert picker.findChild(QComboBox, "precision_box").count() == 3
    for name, key in (("precision_box", "bf16"), ("device_box", "cpu")):
        box = picker.findChild(QComboBox, name)
        box.setCurrentIndex(box.findData(key))
    assert (picker.device, picker.precision) == ("cpu", "auto")
    assert picker.findChild(QComboBox, "precision_box").count() == 2


def test_that_all_gpus_together_are_offered_where_there_are_several(qtbot):
    picker = DevicePicker()
    qtbot.addWidget(picker)
    box = picker.findChild(QComboBox, "device_box")
    gpus = [Device(f"cuda:{number}", "GPU: Some, 12 GiB", None, ("float32", "bf16")) for number in range(4)]
    cpu = Device("cpu", "Processor: 2 cores", None, ("float32",))
    picker.show_devices((gpus[0], cpu), unused=None)
    assert box.findData("all") == -1
    picker.show_devices((*gpus, cpu), unused=None)
    assert box.itemText(box.findData("all")) == "All 4 GPUs together"
    box.setCurrentIndex(box.findData("all"))
    assert picker.device == "all"
    assert picker.findChild(QComboBox, "precision_box").itemText(0) == "Automatic: bf16"


def test_that_a_rate_that_is_none_is_refused_with_the_settings_sentence(qtbot):
    row = RateRow()
    qtbot.addWidget(row)
    row.show()
    assert (row.is_good(), row.peek()) == (True, None)
    row.findChild(QCheckBox, "rate_automatic").setChecked(False)
    row.findChild(QLineEdit, "rate_line").setText("fast")
    assert not row.is_good()
    assert row.findChild(QLabel, "rate_problem").isVisible()
    row.findChild(QLineEdit, "rate_line").setText("0.02")
    assert (row.is_good(), row.peek()) == (True, 0.02)


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
    assert words(stages).endswith("40 %")
    stages.show_stages([StageLine("Inverting", share=1.0, done=True)])
    assert words(stages).endswith("done")
