"""The search within Train: what it offers, what it refuses, its table, and a real search over a real library."""

from __future__ import annotations

import csv
import dataclasses

import pytest
from desktop_rec.training.search.rows import BEST_SIGN, RunRole
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLineEdit, QPushButton

from desktop_rec.common import questions
from desktop_rec.common.notices import Failure
from desktop_rec.common.preferences import Preferences
from desktop_rec.training.search import text
from desktop_rec.training.search.state import LiveRun, SearchJobState, SearchState
from desktop_rec.training.search.view import SearchView
from desktop_rec.training.view import TrainView
from desktop_rec.window.main_window import MainWindow
from engine.library.searches import DIVERGED, FAILED, FINISHED, STOPPED, WAITING, SearchRow
from engine.training.plan import TrainingPlan
from engine.training.search import SearchConfig

MOST_MS = 30_000


@pytest.fixture
def kept(library, report):
    dataset = dataclasses.replace(planted_dataset(), dataset_id="planted")
    return library.datasets.save(dataset, report)


@pytest.fixture
def opened(qtbot, session, kept):
    """A session with the planted data set open and its quick model ready."""
    session.data.open(kept.dataset_id)
    qtbot.waitUntil(lambda: session.model.recommender is not None, timeout=MOST_MS)
    return session


@pytest.fixture
def view(qtbot, opened):
    made = SearchView(opened.search, opened.learning_rate)
    qtbot.addWidget(made)
    made.resize(1080, 740)
    made.show()
    return made


def part(view, kind, name):
    """The newest part of that name: the form of a former model is deleted only later."""
    return view.findChildren(kind, name)[-1]


def choose(view, model):
    view._setup.choose_model(model)


def vary(view, name, listed):
    part(view, QCheckBox, f"vary_{name}").setChecked(True)
    line = part(view, QLineEdit, f"values_{name}")
    line.setText(listed)
    line.textEdited.emit(listed)


def plan(view):
    return view._setup._plan.text()


def start_button(view):
    return part(view, QPushButton, "start_search_button")


def rows(*statuses, monitor="rmse", values=(0.9, 0.8, 0.85, 0.7)):
    return tuple(
        SearchRow(at, (("rank", 10 * at), ("epochs", 3)), status, f"r{at}" if status != WAITING else None,
                  value=values[at - 1] if status != WAITING else None, best_epoch=2, seconds=10.0)
        for at, status in enumerate(statuses, start=1)
    )  # fmt: skip


def record(session, *, runs, monitor="rmse"):
    plan_kept = {"training": {}, "split": {"kind": "random"}}
    return session.library.files.files.searches.begin(
        session.dataset.current.current, model="mf", monitor=monitor, plan=plan_kept, rows=runs
    )


def shown(session, *statuses, **changes):
    made = rows(*statuses)
    state = SearchState(record=record(session, runs=made), rows=made)
    for name, value in changes.items():
        setattr(state, name, value)
    session.search.start.start.state = state
    session.search.start.start.changed.emit()
    return state


def cells(view):
    model = view._progress.table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


# -- before a search -------------------------------------------------------------------------------------------------


def test_that_without_a_data_set_a_sentence_and_a_button_lead_to_data(qtbot, session, recorded):
    view = SearchView(session.search.start.start, session.learning_rate)
    qtbot.addWidget(view)
    asked = recorded(session.requests.place)
    assert view._whole.currentWidget() is view._missing
    view._missing.button.click()
    assert asked.calls == ["data"]


def test_that_the_search_is_built_when_it_is_first_looked_at(qtbot, session):
    place = TrainView(session.training, session.learning_rate, session.search.start.start)
    qtbot.addWidget(place)
    assert place.currentIndex() == 0
    assert place._search is None
    place.setCurrentIndex(1)
    assert isinstance(place._search, SearchView)


def test_that_nothing_ticked_makes_no_search(view):
    assert plan(view) == "Tick at least one setting to vary."
    assert not start_button(view).isEnabled()
    assert view._progress._stack.currentWidget() is view._progress._empty


def test_that_the_plan_counts_the_runs_while_values_are_typed(view):
    choose(view, "mf")
    vary(view, "rank", "8, 16, 32")
    vary(view, "lr", "1e-3, 3e-3")
    vary(view, "epochs", "3")
    assert plan(view) == ("6 runs: Rank (3) × Learning rate (2). How long they take shows after the first.")
    assert start_button(view).isEnabled()


def test_that_a_refused_value_is_said_at_once_beside_it_with_the_settings_sentence(view):
    choose(view, "mf")
    vary(view, "rank", "8, 0")
    field = view._setup.form.field("rank")
    assert field.problem == "Rank (rank) lies between 1 and 4096; 0 does not."
    assert not field._problem.isHidden()
    assert not start_button(view).isEnabled()
    vary(view, "rank", "8, 1")
    assert field.problem == ""
    assert start_button(view).isEnabled()


def test_that_choices_are_chips_and_none_of_them_is_refused(view):
    choose(view, "mf")
    part(view, QCheckBox, "vary_schedule").setChecked(True)
    assert plan(view).startswith("3 runs")
    for value in ("constant", "slanted_triangle", "reduce_on_plateau"):
        part(view, QPushButton, f"value_schedule_{value}").click()
    assert "needs a value" in view._setup.form.field("schedule").problem


def test_that_a_combination_that_cannot_be_is_said(view):
    choose(view, "mf")
    part(view, QCheckBox, "vary_schedule").setChecked(True)
    vary(view, "lr", "1e-7")
    assert "would end before it began" in plan(view)
    assert not start_button(view).isEnabled()


def test_that_more_runs_than_anyone_means_need_a_draw(view):
    choose(view, "mf")
    vary(view, "rank", ",".join(str(one) for one in range(1, 51)))
    vary(view, "batch", ",".join(str(one) for one in range(100, 150)))
    assert "makes 2,500 runs" in plan(view)
    most = view._setup.common.field("most")
    most.show_value(20)
    most.edited.emit()
    assert plan(view).startswith("20 runs: Rank (50) × Batch (50), drawn from 2,500.")


def test_that_start_hands_the_grid_to_the_session(view, opened, monkeypatch):
    asked = []
    monkeypatch.setattr(opened, "search", lambda *given, **named: asked.append((given, named)))
    opened.use_rate("mf", 2e-3, "")
    choose(view, "mf")
    vary(view, "rank", "8, 16")
    part(view, QCheckBox, "vary_bias").setChecked(True)
    start_button(view).click()
    (model, grid), named = asked[0]
    assert (model, grid) == ("mf", {"rank": (8, 16), "bias": (True, False)})
    assert (named["training"].lr, named["split"].kind, named["config"]) == (2e-3, "random", SearchConfig())


# -- the table -------------------------------------------------------------------------------------------------------


def test_that_the_best_row_is_marked_and_what_waits_steps_back(view, opened):
    shown(opened, FINISHED, FINISHED, STOPPED, WAITING)
    found = cells(view)
    assert [row[0] for row in found] == ["", BEST_SIGN, "", ""]
    assert [row[1] for row in found] == ["1", "2", "3", "4"]
    assert found[1][3] == "0.8000"
    assert [row[-1] for row in found] == ["done", "done", "stopped; can go on", "waiting"]
    headings = [heading[0] for heading in view._progress.table._rows.content.headings]
    assert headings == ["", "Run", "Rank", "Validation", "Best epoch", "Took", "How it went"]


def test_that_the_running_row_shows_its_value_so_far(view, opened):
    shown(opened, FINISHED, "running", WAITING, running=True, live=LiveRun(2, epoch=2, epochs=5, value=0.815))
    view._show_search()
    assert cells(view)[1][3:5] == ["0.8150 so far", "2"]
    assert cells(view)[1][-1] == "epoch 2 of 5"
    assert not view._progress._which.isEnabled()


def test_that_sorting_puts_runs_without_a_value_last_either_way(view, opened):
    shown(opened, WAITING, FINISHED, FINISHED, WAITING)
    table = view._progress.table
    for order, expected in ((Qt.SortOrder.AscendingOrder, ["2", "3"]), (Qt.SortOrder.DescendingOrder, ["3", "2"])):
        table.sortByColumn(3, order)
        assert [row[1] for row in cells(view)][:2] == expected


def test_that_a_double_click_opens_a_run_and_waiting_rows_open_nothing(view, opened, monkeypatch):
    asked = []
    monkeypatch.setattr(opened, "open_run_of_search", asked.append)
    shown(opened, FINISHED, FINISHED, WAITING)
    table = view._progress.table
    for row in (0, 2):
        table.activated.emit(table.model().index(row, 1))
    assert asked == ["r1"]
    part(view, QPushButton, "open_best").click()
    assert asked == ["r1", "r2"]
    assert table.model().index(1, 0).data(RunRole) == "r2"


def test_that_why_a_run_failed_or_was_made_smaller_stands_in_its_row(view, opened):
    state = shown(opened, FAILED, DIVERGED, FINISHED)
    notes = ("the memory was not enough", "The loss left all bounds.", "batch 500 -> 250: the memory was not enough")
    state.rows = tuple(row.changed(note=note) for row, note in zip(state.rows, notes, strict=True))
    said = [line.cells[-1].words for line in text.content(state).lines]
    assert said == [notes[0], notes[1], f"done; {notes[2]}"]


def test_that_the_figures_and_sentences_say_how_it_stands(opened):
    state = shown(opened, FINISHED, FINISHED, WAITING)
    assert text.figures(state, remaining_s=None, paused=False) == (
        "2 of 3 runs done", "best RMSE 0.8000 at run 2", ""
    )  # fmt: skip
    state.running = True
    assert text.figures(state, remaining_s=100, paused=False)[2] == "about 1:40 left"
    assert text.figures(state, remaining_s=100, paused=True)[2] == "paused"
    state.running, state.stopped = False, True
    assert text.sentence(state) == "Stopped; 1 are missing. Resume makes them."
    state.failure = Failure("The disk is full.", "Free some space.", "")
    assert text.sentence(state).startswith("The disk is full. Free some space.")
    done = shown(opened, FINISHED, FINISHED)
    done.rows = (done.rows[0], done.rows[1].changed(metrics=(("rmse", 0.83),)))
    assert text.sentence(done) == (
        "The best on the validation ratings is run 2: rank=20, epochs=3. On ratings it never saw: RMSE 0.8300."
    )
    nothing = SearchState(record=done.record, rows=rows(FAILED, values=(None,)))
    assert text.sentence(nothing) == "No run came to a value; the last column says why."


def test_that_what_can_be_done_follows_the_search(view, opened):
    shown(opened, FINISHED, WAITING)
    resume, export = (part(view, QPushButton, name) for name in ("resume_search", "export_search"))
    assert resume.isVisible()
    assert export.isEnabled()
    shown(opened, FINISHED, FINISHED)
    assert not resume.isVisible()
    opened.job = SearchJobState("search", "Search")
    opened.job_changed.emit(opened.job)
    assert not start_button(view).isVisible()
    assert part(view, QPushButton, "stop_search_button").text() == "Stop and keep"
    opened.job = None
    opened.job_changed.emit(None)


# -- a real search ---------------------------------------------------------------------------------------------------


def begin(view, listed="1, 10, 100"):
    choose(view, "ease")
    vary(view, "l2", listed)
    start_button(view).click()


def test_that_a_search_ends_with_its_best_run_opened_by_a_click(qtbot, view, opened):
    begin(view)
    assert opened.job.kind == "search"
    qtbot.waitUntil(lambda: opened.job is None, timeout=MOST_MS)
    state = opened.search_state
    assert [row.status for row in state.rows] == [FINISHED] * 3
    assert opened.model_label.run_id is None, "a search never takes the place of the model in use"
    assert [row[0] for row in cells(view)].count(BEST_SIGN) == 1
    assert "The best on the validation people" in view._progress._words.text()
    part(view, QPushButton, "open_best").click()
    qtbot.waitUntil(
        lambda: opened.model_label is not None and opened.model_label.run_id == state.best.run_id, timeout=MOST_MS
    )


def test_that_a_stopped_search_is_kept_and_resumed(qtbot, view, opened):
    begin(view, "1, 10, 100, 1000, 10000, 100000")
    qtbot.waitUntil(lambda: opened.search_state.ended >= 1, timeout=MOST_MS)
    part(view, QPushButton, "stop_search_button").click()
    assert opened.job is None or opened.job.stopping
    qtbot.waitUntil(lambda: opened.job is None, timeout=MOST_MS)
    ended = opened.search_state.ended
    assert 1 <= ended < 6
    first = opened.search_state.rows[0].run_id
    part(view, QPushButton, "resume_search").click()
    qtbot.waitUntil(lambda: opened.job is None, timeout=MOST_MS)
    assert opened.search_state.ended == 6
    assert opened.search_state.rows[0].run_id == first


def test_that_the_table_is_exported_as_csv(qtbot, view, opened, monkeypatch, tmp_path):
    begin(view, "1, 10")
    qtbot.waitUntil(lambda: opened.job is None, timeout=MOST_MS)
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *asked: tmp_path / "table.csv")
    part(view, QPushButton, "export_search").click()
    assert [row["l2"] for row in csv.DictReader((tmp_path / "table.csv").open())] == ["1.0", "10.0"]


def test_that_kept_searches_are_chosen_removed_and_brought_back(qtbot, view, opened):
    for listed in ("1", "10, 20"):
        begin(view, listed)
        qtbot.waitUntil(lambda: opened.job is None, timeout=MOST_MS)
    which = view._progress._which
    assert [which.itemText(at) for at in range(which.count())] == [
        "ease search 2, 2 of 2 runs done", "ease search 1, 1 of 1 runs done"
    ]  # fmt: skip
    which.setCurrentIndex(1)
    assert len(cells(view)) == 1
    part(view, QPushButton, "delete_search").click()
    assert which.count() == 1
    assert opened.undo()
    assert opened.search_state.record.name == "ease search 1"


def test_that_opening_the_data_set_again_shows_its_newest_search(qtbot, view, opened, kept):
    begin(view, "1, 10")
    qtbot.waitUntil(lambda: opened.job is None, timeout=MOST_MS)
    opened._take(None, None)
    assert opened.search_state.record is None
    opened.open_dataset(kept.dataset_id)
    assert opened.search_state.record.name == "ease search 1"
    qtbot.waitUntil(lambda: opened.recommender is not None, timeout=MOST_MS)


def test_that_a_run_whose_model_is_gone_is_said(view, opened, recorded):
    told = recorded(opened.notice)
    opened.open_run_of_search("r404")
    assert "not kept any more" in told.last.sentence


def test_that_closing_the_window_during_a_search_keeps_it(qtbot, opened, tmp_path):
    window = MainWindow(opened, Preferences(tmp_path / "preferences.ini"))
    qtbot.addWidget(window)
    window.show()
    window.show_place("train")
    grid, base = {"l2": tuple(float(10**at) for at in range(6))}, TrainingPlan.of("ease")
    opened.search("ease", grid, model_config=base.model_config, training=None, split=base.split, config=SearchConfig())
    assert window._sidebar._buttons["train"].mark == "running"
    qtbot.waitUntil(lambda: opened.search_state.ended >= 1, timeout=MOST_MS)
    window.close_without_asking()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=MOST_MS)
    kept = opened.library.searches.records()[0]
    assert 1 <= kept.ended < kept.runs


def test_that_every_control_of_a_search_has_its_three_names(view, opened):
    shown(opened, FINISHED, WAITING)
    choose(view, "mf")
    for kind in (QAbstractButton, QLineEdit, QComboBox):
        for one in (*view._setup.findChildren(kind), *view._progress.findChildren(kind)):
            if not one.objectName().startswith("qt_") and not isinstance(one.parent(), QLineEdit):
                assert one.objectName(), one
                assert one.accessibleName(), one.objectName()
                assert one.toolTip(), one.objectName()
