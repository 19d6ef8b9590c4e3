"""What a person does with runs: a queue of them, another rate, more epochs, and going on with a cut-off one."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QSpinBox, QToolButton

from desktop_rec.common.preferences import Preferences
from desktop_rec.training import text
from desktop_rec.training.curves import TrainingState
from desktop_rec.training.live.bar import CurveBar
from desktop_rec.training.live.choices import CurveChoices
from desktop_rec.training.live.controller import EarlierRuns
from desktop_rec.training.live.run import EarlierEntry
from desktop_rec.training.queue.controller import RunQueue
from desktop_rec.training.queue.list import QueueList, QueueRow
from desktop_rec.training.run_controls import MoreEpochs, RateControl
from engine.events import Advised, EpochEnded, NewRate, StageStarted, StepsTaken, TrainingStarted
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan

PLANS = [TrainingPlan.defaults("two_head"), TrainingPlan.defaults("mult_vae"), TrainingPlan.defaults("ease")]


@pytest.fixture
def begun(session, open_dataset, dataset, monkeypatch):
    """The models whose training was asked for; none really runs."""
    open_dataset(dataset)
    found = []

    def train(plan, *, dataset):
        found.append(plan.model)
        session.training.state = TrainingState(model=plan.model, running=True)
        session.jobs.state = object()
        return True

    monkeypatch.setattr(session.training, "train", train)
    yield found
    session.jobs.state = None


def end(session, **trained):
    """The run that learns ends."""
    state = session.training.state
    state.end()
    values = {"diverged": False, "stopped": False, "monitor": "ndcg@100", "best_value": 0.4}
    state.finished = SimpleNamespace(run_id="r", trained=SimpleNamespace(**values | trained))
    session.jobs.state = None
    session.training.ended.emit()
    session.jobs.idle.emit()


def test_that_waiting_runs_start_one_after_the_other_and_say_how_they_ended(session, begun):
    queue = session.run_queue
    for plan in PLANS:
        queue.add(plan)
    assert begun == ["two_head"]
    assert [run.plan.model for run in queue.waiting] == ["mult_vae", "ease"]
    end(session)
    assert begun == ["two_head", "mult_vae"]
    assert queue.ended[0].words == "is ready, best NDCG@100 0.400"
    end(session, diverged=True)
    assert begun[-1] == "ease"
    assert not queue.ended[1].is_good


def test_that_a_failed_run_does_not_end_the_rest(session, begun):
    for plan in PLANS[:2]:
        session.run_queue.add(plan)
    session.training.state.failure = SimpleNamespace(sentence="The disk is full.")
    session.jobs.state = None
    session.training.ended.emit()
    session.jobs.idle.emit()
    assert begun == ["two_head", "mult_vae"]
    assert session.run_queue.ended[0].words == "could not be trained: The disk is full."


def test_that_waiting_runs_are_reordered_removed_and_cleared(session, begun):
    queue = session.run_queue
    session.jobs.state = object()
    for plan in PLANS:
        queue.add(plan)
    first, second, third = (run.number for run in queue.waiting)
    queue.move(third, -1)
    assert [run.number for run in queue.waiting] == [first, third, second]
    queue.move(first, -1)
    queue.remove(third)
    assert [run.number for run in queue.waiting] == [first, second]
    queue.clear()
    assert queue.waiting == ()
    assert begun == []


def test_that_nothing_starts_while_the_window_closes(session, begun):
    session.jobs.state = object()
    session.run_queue.add(PLANS[0])
    session.run_queue.hold()
    session.jobs.state = None
    session.jobs.idle.emit()
    assert begun == []


def test_that_the_list_of_the_queue_has_buttons_for_what_waits(qtbot):
    shown = QueueList()
    qtbot.addWidget(shown)
    shown.show_rows((QueueRow("A is ready"), QueueRow("B, 30 epochs", 4), QueueRow("C", 5)))
    assert shown.findChild(QLabel, "run_queue_heading").text() == "2 runs waiting"
    assert not shown.findChild(QToolButton, "queue_up_4").isEnabled()
    with qtbot.waitSignal(shown.moved) as moved:
        shown.findChild(QToolButton, "queue_down_4").click()
    assert moved.args == [4, 1]
    with qtbot.waitSignal(shown.removed) as removed:
        shown.findChild(QToolButton, "queue_remove_5").click()
    assert removed.args == [5]
    shown.show_rows(())
    assert shown.isHidden()


def test_that_the_next_run_is_planned_and_added_while_one_learns(place, session, set_job):
    set_job("training")
    assert place.part("models_ease").isEnabled()
    place.press("add_to_queue_button")
    assert len(session.run_queue.waiting) == 1
    assert "1 run waiting" in place.words_of("run_queue")
    session.run_queue.clear()
    set_job(None)
    assert not place.part("add_to_queue_button").isEnabled()


def test_that_a_rate_is_checked_as_it_is_typed_and_told_to_the_run(qtbot):
    control, asked = RateControl(), []
    qtbot.addWidget(control)
    control.asked.connect(asked.append)
    line, problem = control.findChild(QLineEdit, "new_rate_line"), control.findChild(QLabel, "new_rate_problem")
    for typed in ("fast", "0", "-1", "nan", "1000"):
        line.setText(typed)
        line.textEdited.emit(typed)
        assert problem.text(), typed
        line.returnPressed.emit()
    assert asked == []
    line.setText("3e-4")
    line.textEdited.emit("3e-4")
    line.returnPressed.emit()
    assert asked == [3e-4]
    assert (problem.text(), line.text()) == ("", "")


def test_that_the_job_is_told_of_another_rate(session, set_job, monkeypatch):
    told = []
    monkeypatch.setattr(session.jobs, "tell", told.append)
    session.training.change_rate(1e-4)
    set_job("training")
    session.training.change_rate(1e-4)
    set_job(None)
    assert told == [NewRate(1e-4)]


def test_that_before_more_epochs_it_is_said_what_the_schedule_does(session, runs, library, monkeypatch):
    monkeypatch.setattr(library.runs, "progress", lambda run_id: changes)
    changes = {}
    training = TrainingConfig(epochs=10, lr=1e-3, schedule="slanted_triangle").as_dict()
    runs.append(record("r", epochs=10, steps=1000, training_config=training))
    session.training.state.finished = SimpleNamespace(run_id="r")
    assert "the rate rises from 3.2e-5 to 5.7e-4" in session.training.describe_longer(20)
    changes["rate_scale"] = 0.1
    assert "the rate rises from 3.2e-6 to 5.7e-5" in session.training.describe_longer(20)


def test_that_more_epochs_are_asked_for_beyond_what_is_done(qtbot):
    more, asked = MoreEpochs(), []
    qtbot.addWidget(more)
    more.asked.connect(asked.append)
    more.ask(30, lambda total: f"to {total}")
    assert more.findChild(QLabel, "more_epochs_words").text() == "to 60"
    total = more.findChild(QSpinBox, "more_epochs_total")
    total.setValue(5)
    assert total.value() == 31
    more.findChild(object, "more_epochs_start").click()
    assert asked == [31]
    assert more.isHidden()


def record(run_id="r1", *, model="two_head", status="interrupted", epochs=12, **changes):
    values = {"run_id": run_id, "model": model, "status": status, "epochs": epochs, "title": f"Run {run_id}"}
    values |= {"has_model": True, "training_config": {"epochs": 40}, "total_epochs": 40, "seconds": 60.0}
    values |= {"stopped_because": "It can be resumed after step 120, with 12 of 40 epochs done."}
    return SimpleNamespace(**values | changes)


@pytest.fixture
def runs(session, open_dataset, dataset, monkeypatch):
    """The runs that the data set has."""
    open_dataset(dataset)
    found = []
    monkeypatch.setattr(type(session.dataset), "runs", property(lambda self: tuple(found)))
    return found


def test_that_an_interrupted_run_is_offered_when_its_data_set_is_opened_and_on_train(
    session, runs, dataset, place, monkeypatch, set_job
):
    notices, resumed = [], []
    session.requests.notice.connect(notices.append)
    monkeypatch.setattr(session.training, "resume", resumed.append)
    runs.append(record())
    session.training.on_dataset_changed(None, dataset)
    session.training.on_dataset_changed(None, dataset)
    assert [notice.action_words for notice in notices] == ["Continue training"]
    assert "was cut off. It can be resumed after step 120" in place.text("training_cut_off_words")
    assert "At most one epoch, or the last 30 seconds" in place.text("training_cut_off_words")
    place.press("continue_cut_off")
    assert resumed == ["r1"]
    place.press("leave_cut_off")
    assert not place.shows("training_cut_off")
    assert session.training.left_alone == {"r1"}


def test_that_the_offer_goes_where_the_run_is_left_or_another_one_learns(session, runs, dataset, monkeypatch):
    withdrawn = []
    session.requests.withdrawn.connect(withdrawn.append)
    runs.append(record())
    session.training.on_dataset_changed(None, dataset)
    session.training.leave_alone("r1")
    assert withdrawn == ["cut_off_run"]
    monkeypatch.setattr(session.jobs, "start", lambda job: True)
    session.training.train(PLANS[0], dataset=dataset)
    assert withdrawn == ["cut_off_run"] * 2


def test_that_a_run_that_diverges_is_said_over_every_place_until_it_ends(session, dataset, open_dataset, monkeypatch):
    started, shown = [], {}
    open_dataset(dataset)
    monkeypatch.setattr(session.jobs, "start", lambda job: started.append(job) or True)
    session.requests.notice.connect(lambda notice: shown.update({notice.about: notice.sentence}))
    session.requests.withdrawn.connect(lambda about: shown.pop(about, None))
    session.training.train(PLANS[0], dataset=dataset)
    (job,) = started
    for event in (
        StageStarted("training", "Learning"),
        Advised("The validation loss is of 40 of 80 people."),
        StepsTaken(0, np.ones(3), np.ones(3), 1, 60, 10.0, 1.0, 2.0),
    ):
        job.arrived(event)
    assert shown == {}, "what is known before it learns is no warning"
    for times in (12, 40):
        job.arrived(Advised(f"The loss was {times} times its best.", "Stop it."))
    assert list(shown.values()) == ["The loss was 40 times its best. Stop it."]
    job.finished(None)
    assert "learning" not in shown
    assert session.training.state.advice[-1] == "The loss was 40 times its best.", "there is nothing to stop any more"


@pytest.mark.parametrize("changes", [{"status": "finished"}, {"has_model": False}, {"training_config": None}])
def test_that_only_what_can_go_on_is_offered(session, runs, changes):
    runs.append(record(**changes))
    assert session.training.interrupted is None


def test_that_a_run_that_goes_on_shows_no_epoch_after_its_checkpoint():
    state = TrainingState(model="mf", running=True)
    stored = [
        EpochEnded(number, 10 * number, 1.0, (), (), "rmse", True, 1e-3, (), 5.0 * number) for number in (1, 2, 3)
    ]
    state.epochs += stored
    state.fold(TrainingStarted("r", "mf", "cpu", "float32", 10, 20, 10, 25, 50, 5, "rmse"))
    assert [epoch.epoch for epoch in state.epochs] == [1, 2]
    assert state.best.epoch == 2
    assert state.before_s == 10.0


def test_that_a_stopped_run_can_be_continued_and_a_finished_one_trained_longer(session):
    state = TrainingState(model="two_head")
    state.fold(TrainingStarted("r", "two_head", "cpu", "float32", 10, 20, 10, 0, 50, 5, "ndcg@100"))
    values = {
        "diverged": False,
        "stopped": True,
        "epochs": 3,
        "steps": 30,
        "seconds": 3.0,
        "stopped_because": "Stopped.",
    }
    values |= {"best_epoch": None, "best_value": None, "monitor": "ndcg@100"}
    finished = {"run_id": "r", "evaluation": None, "lr": 1e-3, "advice": "", "better_model": None, "chosen": ""}
    keys = []
    for changes in ({}, {"stopped": False, "epochs": 5}, {"diverged": True}):
        state.finished = SimpleNamespace(trained=SimpleNamespace(**values | changes), **finished)
        keys.append({action.key for action in text.outcome(state).actions} & {"go_on", "more"})
    assert keys == [{"go_on"}, {"more"}, set()]


class Reading:
    """A worker that reads at once."""

    def __init__(self, curves):
        self.curves = curves
        self.answered = SimpleNamespace(connect=lambda slot: setattr(self, "slot", slot))

    def request(self, kind, make_job):
        job = make_job()
        try:
            while True:
                next(job)
        except StopIteration as end:
            self.slot(kind, end.value)

    def forget(self, kind):
        pass


def test_that_the_newest_earlier_run_of_the_model_stands_behind_until_others_are_chosen():
    ended = (EpochEnded(1, 10, 5.0, (), (), "ndcg@100", True, 1e-3),)
    runs = [
        record(run_id, model=model, status="finished") for run_id, model in (("a", "mf"), ("b", "mf"), ("c", "ials"))
    ]
    library = SimpleNamespace(files=SimpleNamespace(runs=SimpleNamespace(curves=lambda run_id: ended)))
    earlier = EarlierRuns(library, SimpleNamespace(runs=runs), Reading(ended))
    earlier.look_beside("mf", "new")
    assert [run.run_id for run in earlier.shown] == ["a"]
    earlier.choose("c", True)
    assert [run.run_id for run in earlier.shown] == ["a", "c"]
    earlier.choose("a", False)
    assert [run.run_id for run in earlier.shown] == ["c"]
    assert earlier.entries() == [
        EarlierEntry("a", "Run a", False),
        EarlierEntry("b", "Run b", False),
        EarlierEntry("c", "Run c", True),
    ]
    earlier.look_beside("mf", "a")
    assert [entry.run_id for entry in earlier.entries()] == ["b", "c"]


def test_that_curves_are_chosen_by_controls_and_the_last_panel_stays(qtbot):
    bar, chosen = CurveBar(), []
    qtbot.addWidget(bar)
    bar.chosen.connect(chosen.append)
    bar.findChild(object, "curves_log_y").click()
    assert chosen[-1].log_y
    bar.findChild(object, "curves_smoothing").setValue(0)
    assert chosen[-1].smoothing == 0
    assert bar.findChild(QLabel, "curves_window").text() == "off"
    bar.show_choices(dataclasses.replace(chosen[-1], panels=("loss",)))
    bar.findChild(object, "curves_panel_norm").trigger()
    assert chosen[-1].panels == ("loss", "norm")
    bar.show_choices(dataclasses.replace(chosen[-1], panels=("loss",)))
    bar.findChild(object, "curves_panel_loss").trigger()
    assert bar.findChild(object, "curves_panel_loss").isChecked()


def test_that_what_was_chosen_is_remembered(tmp_path):
    chosen = CurveChoices(("norm",), "time", log_y=True, smoothing=2)
    preferences = Preferences(tmp_path)
    preferences.curves, preferences.left_alone = chosen.as_dict(), ["r1"]
    preferences.save()
    again = Preferences(tmp_path)
    assert CurveChoices.from_dict(again.curves) == chosen
    assert again.left_alone == ["r1"]


def test_that_a_queue_starts_nothing_without_a_data_set(session):
    queue = RunQueue(session.training, session.jobs)
    queue.add(PLANS[0])
    assert queue.waiting == ()
