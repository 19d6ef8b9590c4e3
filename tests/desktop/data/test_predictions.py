"""Predicted ratings as files, from the page of a data set: what is offered, what is asked, what is said."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QTableView

from desktop_rec.common import questions
from desktop_rec.common.job_state import JobState
from desktop_rec.common.predictions import format_predictions, may_predict
from desktop_rec.data.cards import PredictionsCard
from desktop_rec.data.dataset_view import describe_run
from desktop_rec.data.view import DataView
from engine import operations
from engine.data.split import SplitConfig
from engine.events import drive
from engine.models.mf import MfConfig
from engine.models.registry import MODELS
from engine.operations.predicting import Predictions, UnansweredPair
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan

QUICK = TrainingConfig(epochs=1, lr=1e-2, batch=512, precision="float32", monitor="rmse")
ASKED = np.array([[0, 1], [3, 7], [-1, 2], [5, -1]], np.int32)


@pytest.fixture
def card(qtbot):
    made = PredictionsCard()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def view(qtbot, session, library, report, monkeypatch):
    """The page of a data set whose file asks for four ratings; no run yet."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    monkeypatch.setattr(session.devices, "look", lambda: None)
    library.datasets.save(dataclasses.replace(planted_dataset(), asked_P2=ASKED), report)
    made = DataView(session.data, session.importing)
    qtbot.addWidget(made)
    made.resize(1096, 754)
    made.show()
    session.data.open("planted")
    qtbot.waitUntil(lambda: session.dataset.statistics is not None and session.is_idle, timeout=10_000)
    return made


def test_that_a_run_on_offer_says_its_mean_error_and_not_its_rmse():
    figures = {"rmse": {"value": 1.317}, "mae": {"value": 1.116}}
    run = SimpleNamespace(title="Factorisation, rank 25", metrics=figures)
    assert describe_run(run) == "Factorisation, rank 25, 1.12 off on average"


@pytest.fixture
def run_id(view, session, library):
    dataset = library.datasets.open("planted")
    config, split = MfConfig(solver="adam", rank=3), SplitConfig(kind="random")
    plan = TrainingPlan.of("mf", model_config=config, training=QUICK, split=split)
    found = drive(operations.train(library, dataset, plan)).run_id
    session.library.note_change()
    return found


def button(view, name):
    return view.findChild(QPushButton, f"predictions_{name}")


def press(qtbot, view, name):
    qtbot.mouseClick(button(view, name), Qt.MouseButton.LeftButton)


def written(qtbot, session):
    qtbot.waitUntil(lambda: session.jobs.state is None and session.is_idle, timeout=20_000)


@pytest.mark.parametrize("name", MODELS)
def test_that_runs_are_offered_whose_model_predicts_ratings_or_may_do_so(name):
    kind = MODELS[name]
    run = SimpleNamespace(name=f"{name} 1", model=name, metrics={})
    assert may_predict(run) is (kind.can.predicts_ratings or kind.made_of_runs)


def test_that_a_run_of_a_model_that_is_not_known_here_is_not_offered():
    assert not may_predict(SimpleNamespace(name="other 1", model="other", metrics={}))


def test_that_without_a_run_the_card_says_what_is_missing(view):
    assert view.findChild(QLabel, "predictions_missing").isVisible()
    assert "Train a model that predicts ratings first" in view.findChild(QLabel, "predictions_missing").text()
    assert not button(view, "write").isEnabled()
    assert "Train a model" in button(view, "write").toolTip()
    assert not view.findChild(QComboBox, "predictions_run").isVisible()


def test_that_what_a_file_asks_for_stands_above_the_plots(view, session, library, report):
    card, table = view.findChild(PredictionsCard), view.findChild(QTableView, "most_rated_table")
    assert card.mapTo(view, card.rect().topLeft()).y() < table.mapTo(view, table.rect().topLeft()).y()
    library.datasets.save(dataclasses.replace(planted_dataset(), dataset_id="other", name="Other"), report)
    session.data.open("other")
    assert "asks for" not in view.findChild(QLabel, "predictions_words").text()
    layout = card.parentWidget().layout()
    assert layout.indexOf(card) > 3


@pytest.mark.thorough
def test_that_a_finished_run_can_be_chosen_at_once(view, run_id):
    runs = view.findChild(QComboBox, "predictions_run")
    assert runs.isVisible()
    assert runs.currentData() == run_id
    assert runs.currentText().startswith("Factorisation, ")
    assert button(view, "write").isEnabled()
    assert "asks for 4 ratings" in view.findChild(QLabel, "predictions_words").text()


def test_that_runs_that_only_rank_are_not_offered(view, session, library):
    drive(operations.train(library, library.datasets.open("planted"), TrainingPlan.defaults("ease")))
    session.library.note_change()
    assert session.data.runs_with_ratings() == ()
    assert not button(view, "pairs").isEnabled()


def test_that_a_blend_is_offered_only_where_its_figures_show_that_it_predicts():
    ranks, rates = ({"ndcg@100": {"value": 0.4}}, {"ndcg@100": {"value": 0.4}, "rmse": {"value": 0.9}})
    offered = [may_predict(SimpleNamespace(model="blend", metrics=metrics)) for metrics in (ranks, rates, {})]
    assert offered == [False, True, True]


def test_that_the_pairs_the_file_asks_for_are_written_and_said(
    qtbot, view, session, run_id, tmp_path, monkeypatch, recorded
):
    notices = recorded(session.requests.notice)
    monkeypatch.setattr(questions, "ask_where_to_save_numbers", lambda *_: tmp_path / "answers.txt")
    press(qtbot, view, "write")
    written(qtbot, session)
    answers = [float(line) for line in (tmp_path / "answers.txt").read_text().splitlines()]
    assert len(answers) == 4
    assert all(1 <= answer <= 5 for answer in answers)
    assert notices.last.sentence.startswith(
        f"Factorisation, solver adam, rank 3, rate 0.01, 1 epoch wrote 4 ratings to {tmp_path / 'answers.txt'}."
    )
    assert notices.last.action_words == "Show folder"


def test_that_a_file_of_pairs_comes_back_with_ratings(qtbot, view, session, run_id, tmp_path, monkeypatch, recorded):
    notices = recorded(session.requests.notice)
    pairs, asked = tmp_path / "mine.csv", []
    pairs.write_text("user,item\n1,2\n1,999\n")
    monkeypatch.setattr(questions, "ask_for_pairs", lambda *_: pairs)
    monkeypatch.setattr(
        questions, "ask_where_to_save", lambda _parent, _title, name: asked.append(name) or tmp_path / "out.csv"
    )
    press(qtbot, view, "pairs")
    written(qtbot, session)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "user,item,rating"
    assert lines[2] == "1,999,"
    assert asked == [str(tmp_path / "mine predictions.csv")]
    assert "1 line have none" not in notices.last.sentence
    assert "1 line has no rating (line 3)" in notices.last.sentence


def test_that_a_file_that_holds_no_pairs_is_told_in_a_notice(
    qtbot, view, session, run_id, tmp_path, monkeypatch, recorded
):
    notices = recorded(session.requests.notice)
    pairs = tmp_path / "mine.csv"
    pairs.write_text("user,rating\n1,2\n")
    monkeypatch.setattr(questions, "ask_for_pairs", lambda *_: pairs)
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *_: tmp_path / "out.csv")
    press(qtbot, view, "pairs")
    written(qtbot, session)
    assert "mine.csv has no column of titles" in notices.last.sentence
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("question", ["ask_for_pairs", "ask_where_to_save"])
def test_that_somebody_who_changes_their_mind_starts_nothing(
    qtbot, view, session, run_id, tmp_path, monkeypatch, question
):
    monkeypatch.setattr(questions, "ask_for_pairs", lambda *_: tmp_path / "mine.csv")
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *_: tmp_path / "out.csv")
    monkeypatch.setattr(questions, question, lambda *_: None)
    press(qtbot, view, "pairs")
    assert session.jobs.state is None


def test_that_a_running_job_holds_the_buttons_back(view, session, run_id):
    session.jobs.state = JobState("training", "Training")
    session.jobs.changed.emit(session.jobs.state)
    assert not button(view, "write").isEnabled()
    assert "Wait for what is running" in button(view, "pairs").toolTip()
    session.jobs.state = None
    session.jobs.changed.emit(None)
    assert button(view, "write").isEnabled()


def test_that_the_choice_of_a_run_survives_a_further_run(card, recorded):
    asked = recorded(card.own_asked)
    card.show_asked(3)
    card.show_runs([("r1", "mf 1"), ("r2", "mf 2")], is_free=True)
    runs = card.findChild(QComboBox, "predictions_run")
    runs.setCurrentIndex(1)
    card.show_runs([("r3", "mf 3"), ("r1", "mf 1"), ("r2", "mf 2")], is_free=True)
    card.findChild(QPushButton, "predictions_write").click()
    assert asked.calls == ["r2"]


def test_that_the_focus_stays_in_the_card_while_its_job_runs(qtbot, card):
    card.show_asked(3)
    card.show_runs([("r1", "mf 1")], is_free=True)
    card.activateWindow()
    write = card.findChild(QPushButton, "predictions_write")
    write.setFocus()
    qtbot.waitUntil(write.hasFocus)
    card.show_runs([("r1", "mf 1")], is_free=False)
    assert card.findChild(QComboBox, "predictions_run").hasFocus()


def test_that_a_data_set_whose_file_asks_for_nothing_has_no_button_for_it(card):
    card.show_asked(0)
    card.show_runs([("r1", "mf 1")], is_free=True)
    assert not card.findChild(QPushButton, "predictions_write").isVisible()
    assert card.findChild(QPushButton, "predictions_pairs").isVisible()


def test_that_what_could_not_be_predicted_is_said_with_its_first_line(tmp_path):
    unanswered = (UnansweredPair(3, "", "", "wrong number of columns"), UnansweredPair(9, "x", "1", "no such person"))
    done = Predictions(tmp_path / "out.csv", "mf 1", 12, 2, 0, 0, 1, 1, 1, unanswered, 0.1)
    words = format_predictions(done)
    assert "wrote 10 ratings" in words
    assert "2 lines have no rating (the first is line 9)" in words
    assert "1 line held no pair." in words
