"""The tab Search: what it offers, what it refuses, its table, and a real search over a real library."""

from __future__ import annotations

import csv
import dataclasses

import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLineEdit, QScrollArea, QWidget

from desktop_rec.common import questions
from desktop_rec.common.notices import Failure
from desktop_rec.common.preferences import Preferences
from desktop_rec.theme.theme import apply_theme
from desktop_rec.training.search import text
from desktop_rec.training.search.state import LiveRun, SearchJobState, SearchState
from desktop_rec.training.search.table import BEST_SIGN, RunRole, SearchTable
from desktop_rec.window.main_window import MainWindow
from desktop_rec.window.sidebar import RUNNING
from desktop_rec.window.window_state import place_marks
from engine.library.searches import DIVERGED, FAILED, FINISHED, STOPPED, WAITING, SearchRow
from engine.settings import find_setting
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.search import SearchConfig, grid_of

MOST_MS = 30_000


@pytest.fixture
def stored(library, report):
    dataset = dataclasses.replace(planted_dataset(), dataset_id="planted")
    return library.datasets.save(dataset, report)


@pytest.fixture
def opened(qtbot, session, stored):
    """A session with the planted data set open and its quick model ready."""
    session.data.open(stored.dataset_id)
    qtbot.waitUntil(lambda: session.model.recommender is not None, timeout=MOST_MS)
    return session


@pytest.fixture
def tab(make_place, opened):
    place = make_place()
    place.turn_to(2)
    return place


def choose(tab, model):
    """A model; `mf` as it learns by steps."""
    tab.press(f"models_{model}")
    if model == "mf":
        tab.choose("setting_solver", "adam")


def vary(tab, name, listed):
    tab.part(f"vary_{name}", QCheckBox).setChecked(True)
    tab.type(f"values_{name}", listed)


def can_start(tab):
    return tab.part("start_search_button").isEnabled()


def rows(*statuses, monitor="rmse", values=(0.9, 0.8, 0.85, 0.7)):
    made = []
    for at, status in enumerate(statuses, start=1):
        run_id, value = (f"r{at}", values[at - 1]) if status != WAITING else (None, None)
        settings = (("rank", 10 * at), ("epochs", 3))
        made.append(SearchRow(at, settings, status, run_id, value=value, best_epoch=2, seconds=10.0))
    return tuple(made)


def record(session, *, runs, monitor="rmse"):
    plan = {"training": {}, "split": {"kind": "random"}}
    searches = session.library.files.searches
    return searches.begin(session.dataset.current, model="mf", monitor=monitor, plan=plan, rows=runs)


def shown(session, *statuses, **changes):
    made = rows(*statuses)
    state = SearchState(record=record(session, runs=made), rows=made)
    session.library.note_change()
    for name, value in changes.items():
        setattr(state, name, value)
    session.search.state = state
    session.search.changed.emit()
    return state


def table_of(tab):
    return tab.part("search_table", SearchTable)


def cells(tab):
    model = table_of(tab).model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


# -- before a search -------------------------------------------------------------------------------------------------


def test_that_the_search_is_built_when_it_is_first_looked_at(make_place, opened):
    place = make_place()
    assert place.view.findChild(QWidget, "search_view") is None
    place.turn_to(2)
    assert place.shows("search_view")


def test_that_nothing_ticked_makes_no_search(tab):
    assert tab.text("search_plan") == "Tick at least one setting to vary."
    assert not can_start(tab)
    assert "No search yet" in tab.words_of("search_progress")
    assert not tab.shows("search_table")


def test_that_the_plan_counts_the_runs_while_values_are_typed(tab):
    choose(tab, "mf")
    vary(tab, "rank", "8, 16, 32")
    vary(tab, "lr", "1e-3, 3e-3")
    vary(tab, "epochs", "3")
    assert tab.text("search_plan") == (
        "6 runs: Rank (3) × Learning rate (2). How long they take shows after the first."
    )
    assert can_start(tab)


def test_that_a_refused_value_is_said_at_once_beside_it_with_the_settings_sentence(tab):
    choose(tab, "mf")
    vary(tab, "rank", "8, 0")
    assert tab.text("axis_problem_rank") == "Rank (rank) lies between 1 and 4096; 0 does not."
    assert not can_start(tab)
    vary(tab, "rank", "8, 1")
    assert tab.text("axis_problem_rank") == ""
    assert can_start(tab)


def test_that_choices_are_chips_and_none_of_them_is_refused(tab):
    choose(tab, "mf")
    tab.part("vary_schedule").setChecked(True)
    schedules = find_setting(TrainingConfig, "schedule").setting.choices
    assert tab.text("search_plan").startswith(f"{len(schedules)} runs")
    for value in schedules:
        tab.press(f"value_schedule_{value}")
    assert "needs a value" in tab.text("axis_problem_schedule")


def test_that_a_combination_that_cannot_be_is_refused(tab):
    choose(tab, "mf")
    tab.part("vary_schedule").setChecked(True)
    vary(tab, "lr", "1e-7")
    assert "would end before it began" in tab.text("search_plan")
    assert not can_start(tab)


def test_that_more_runs_than_anyone_means_need_a_draw(tab):
    choose(tab, "mf")
    vary(tab, "rank", ",".join(str(value) for value in range(1, 51)))
    vary(tab, "batch", ",".join(str(value) for value in range(100, 150)))
    assert "makes 2,500 runs" in tab.text("search_plan")
    tab.type("setting_most", "20")
    assert tab.text("search_plan").startswith("20 runs: Rank (50) × Batch (50), drawn from 2,500.")


def started(tab, monkeypatch, opened):
    """The grid and the settings that Start hands over."""
    asked = []
    monkeypatch.setattr(opened.search, "start", lambda grid, config: asked.append((grid, config)))
    tab.press("start_search_button")
    return asked[0]


def test_that_start_hands_over_the_grid_around_the_plan(tab, opened, monkeypatch):
    choose(tab, "mf")
    opened.plan.use_rate(2e-3)
    tab.type("setting_epochs", "4")
    vary(tab, "rank", "8, 16")
    tab.part("vary_bias").setChecked(True)
    grid, config = started(tab, monkeypatch, opened)
    assert {axis.name: axis.values for axis in grid.axes} == {"rank": (8, 16), "bias": (True, False)}
    assert grid.plan == opened.plan.plan
    assert (grid.plan.model, grid.plan.training.lr, grid.plan.training.epochs) == ("mf", 2e-3, 4)
    assert (grid.plan.split.kind, config) == ("random", SearchConfig())


def test_that_a_preset_is_what_all_runs_share_and_values_lie_around_it(tab, opened, monkeypatch):
    tab.choose("preset_box", "low_rank")
    for name in ("rank", "lr", "weight_decay"):
        tab.part(f"vary_{name}").setChecked(True)
    assert tab.text("values_lr") == "3.3e-4, 1e-3, 3e-3"
    assert tab.text("values_weight_decay") == "5e-6, 1e-5, 2e-5"
    grid, _ = started(tab, monkeypatch, opened)
    assert {axis.name: axis.values for axis in grid.axes}["rank"] == (12, 25, 50)
    assert (grid.plan.model, grid.plan.model_config.bias, grid.plan.training.batch) == ("mf", False, 1000)


def test_that_suggested_values_lie_around_the_plan_as_it_is_when_a_setting_is_ticked(tab):
    choose(tab, "mf")
    tab.type("setting_epochs", "100")
    tab.part("vary_epochs").setChecked(True)
    assert tab.text("values_epochs") == "50, 100, 200"


def test_that_another_model_varies_nothing_yet(tab):
    choose(tab, "mf")
    vary(tab, "rank", "8, 16")
    choose(tab, "ease")
    assert tab.text("search_plan") == "Tick at least one setting to vary."


def test_that_a_refused_setting_of_the_plan_starts_no_search(tab, opened, monkeypatch):
    choose(tab, "mf")
    vary(tab, "rank", "8, 16")
    tab.type("setting_epochs", "0")
    asked = []
    monkeypatch.setattr(opened.search, "start", lambda *grid: asked.append(grid))
    tab.press("start_search_button")
    assert asked == []
    assert "Epochs" in tab.text("problem_epochs")


# -- the table -------------------------------------------------------------------------------------------------------


def test_that_the_best_row_is_marked_and_what_waits_steps_back(tab, opened):
    shown(opened, FINISHED, FINISHED, STOPPED, WAITING)
    found = cells(tab)
    assert [row[0] for row in found] == ["", BEST_SIGN, "", ""]
    assert [row[1] for row in found] == ["1", "2", "3", "4"]
    assert found[1][3] == "0.8000"
    assert [row[-1] for row in found] == ["done", "done", "stopped; can go on", "waiting"]
    model = table_of(tab).model()
    headings = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert headings == ["", "Run", "Rank", "Validation RMSE", "Best epoch", "Took", "How it went"]


def test_that_the_running_row_shows_its_value_so_far(qtbot, tab, opened):
    shown(opened, FINISHED, "running", WAITING, running=True, live=LiveRun(2, epoch=2, epochs=5, value=0.815))
    qtbot.waitUntil(lambda: len(cells(tab)) == 3)
    assert cells(tab)[1][3:5] == ["0.8150 so far", "2"]
    assert cells(tab)[1][-1] == "epoch 2 of 5"
    assert not tab.part("search_which").isEnabled()


def test_that_sorting_puts_runs_without_a_value_last_either_way(tab, opened):
    shown(opened, WAITING, FINISHED, FINISHED, WAITING)
    table = table_of(tab)
    for order, expected in ((Qt.SortOrder.AscendingOrder, ["2", "3"]), (Qt.SortOrder.DescendingOrder, ["3", "2"])):
        table.sortByColumn(3, order)
        assert [row[1] for row in cells(tab)][:2] == expected


def test_that_a_double_click_opens_a_run_and_waiting_rows_open_nothing(tab, opened, monkeypatch):
    asked = []
    monkeypatch.setattr(opened.search, "open_run", asked.append)
    shown(opened, FINISHED, FINISHED, WAITING)
    table = table_of(tab)
    for row in (0, 2):
        table.activated.emit(table.model().index(row, 1))
    assert asked == ["r1"]
    tab.press("open_best")
    assert asked == ["r1", "r2"]
    assert table.model().index(1, 0).data(RunRole) == "r2"


def test_that_why_a_run_failed_or_was_made_smaller_stands_in_its_row(tab, opened):
    state = shown(opened, FAILED, DIVERGED, FINISHED)
    notes = ("the memory was not enough", "The loss left all bounds.", "batch 500 -> 250: the memory was not enough")
    state.rows = tuple(row.changed(note=note) for row, note in zip(state.rows, notes, strict=True))
    described = [line.cells[-1].words for line in text.content(state).lines]
    assert described == [notes[0], notes[1], f"done; {notes[2]}"]


def test_that_the_figures_and_sentences_say_how_it_stands(opened):
    state = shown(opened, FINISHED, FINISHED, WAITING)
    assert text.figures(state, remaining_s=None, paused=False) == (
        "2 of 3 runs done",
        "best RMSE 0.8000 at run 2",
        "",
    )
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


def test_that_what_can_be_done_follows_the_search(tab, opened):
    shown(opened, FINISHED, WAITING)
    assert tab.shows("resume_search")
    assert tab.part("export_search").isEnabled()
    shown(opened, FINISHED, FINISHED)
    assert not tab.shows("resume_search")
    opened.jobs.state = SearchJobState("search", "Search")
    opened.jobs.changed.emit(opened.jobs.state)
    assert not tab.shows("start_search_button")
    assert tab.text("stop_search_button") == "Stop and keep"
    opened.jobs.state = None
    opened.jobs.changed.emit(None)


# -- a real search ---------------------------------------------------------------------------------------------------


def begin(tab, listed="1, 10, 100"):
    choose(tab, "ease")
    vary(tab, "l2", listed)
    tab.press("start_search_button")


def test_that_a_search_ends_with_its_best_run_opened_by_a_click(qtbot, tab, opened):
    begin(tab)
    assert opened.jobs.state.kind == "search"
    qtbot.waitUntil(lambda: opened.jobs.state is None, timeout=MOST_MS)
    state = opened.search.state
    assert [row.status for row in state.rows] == [FINISHED] * 3
    assert opened.model.label.run_id is None, "a search never takes the place of the model in use"
    assert [row[0] for row in cells(tab)].count(BEST_SIGN) == 1
    assert "The best on the validation people" in tab.text("search_words")
    tab.press("open_best")
    qtbot.waitUntil(
        lambda: opened.model.label is not None and opened.model.label.run_id == state.best.run_id, timeout=MOST_MS
    )


def test_that_a_stopped_search_is_kept_and_resumed(qtbot, tab, opened):
    begin(tab, "1, 10, 100, 1000, 10000, 100000")
    qtbot.waitUntil(lambda: opened.search.state.ended >= 1, timeout=MOST_MS)
    tab.press("stop_search_button")
    assert opened.jobs.state is None or opened.jobs.state.stopping
    qtbot.waitUntil(lambda: opened.jobs.state is None, timeout=MOST_MS)
    ended = opened.search.state.ended
    assert 1 <= ended < 6
    first = opened.search.state.rows[0].run_id
    tab.press("resume_search")
    qtbot.waitUntil(lambda: opened.jobs.state is None, timeout=MOST_MS)
    assert opened.search.state.ended == 6
    assert opened.search.state.rows[0].run_id == first


def test_that_the_table_is_exported_as_csv(qtbot, tab, opened, monkeypatch, tmp_path):
    begin(tab, "1, 10")
    qtbot.waitUntil(lambda: opened.jobs.state is None, timeout=MOST_MS)
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *asked: tmp_path / "table.csv")
    tab.press("export_search")
    assert [row["l2"] for row in csv.DictReader((tmp_path / "table.csv").open())] == ["1.0", "10.0"]


def test_that_kept_searches_are_chosen_removed_and_brought_back(qtbot, tab, opened):
    for listed in ("1", "10, 20"):
        begin(tab, listed)
        qtbot.waitUntil(lambda: opened.jobs.state is None, timeout=MOST_MS)
    which = tab.part("search_which", QComboBox)
    assert [which.itemText(at) for at in range(which.count())] == [
        "Liked together search 2, 2 of 2 runs done",
        "Liked together search 1, 1 of 1 runs done",
    ]
    which.setCurrentIndex(1)
    assert len(cells(tab)) == 1
    tab.press("delete_search")
    assert which.count() == 1
    assert opened.undo.undo()
    assert opened.search.state.record.name == "ease search 1"


def test_that_opening_the_data_set_again_shows_its_newest_search(qtbot, tab, opened, stored):
    begin(tab, "1, 10")
    qtbot.waitUntil(lambda: opened.jobs.state is None, timeout=MOST_MS)
    opened.dataset.take(None, None)
    assert opened.search.state.record is None
    opened.data.open(stored.dataset_id)
    assert opened.search.state.record.name == "ease search 1"
    qtbot.waitUntil(lambda: opened.model.recommender is not None, timeout=MOST_MS)


def test_that_a_run_whose_model_is_gone_is_said(tab, opened, recorded):
    notices = recorded(opened.requests.notice)
    opened.search.open_run("r404")
    assert "is gone" in notices.last.sentence


def test_that_closing_the_window_during_a_search_keeps_it(qtbot, opened, tmp_path):
    window = MainWindow(opened, Preferences(tmp_path / "preferences.ini"))
    qtbot.addWidget(window)
    window.show()
    window.show_place("train")
    grid = grid_of(TrainingPlan.defaults("ease"), {"l2": tuple(float(10**at) for at in range(6))})
    opened.search.start(grid, SearchConfig())
    assert place_marks(opened)["train"] == RUNNING
    qtbot.waitUntil(lambda: opened.search.state.ended >= 1, timeout=MOST_MS)
    window.close_without_asking()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=MOST_MS)
    stored = opened.library.files.searches.records()[0]
    assert 1 <= stored.ended < stored.runs


def test_that_every_control_of_a_search_has_its_three_names(tab, opened):
    shown(opened, FINISHED, WAITING)
    choose(tab, "mf")
    for kind in (QAbstractButton, QLineEdit, QComboBox):
        for control in tab.view.findChildren(kind):
            if control.isHidden():
                continue
            if not control.objectName().startswith("qt_") and not isinstance(control.parent(), QLineEdit):
                assert control.objectName(), control
                assert control.accessibleName(), control.objectName()
                assert control.toolTip(), control.objectName()


def test_that_no_field_is_cut_at_the_side_of_its_panel(qapp, tab):
    apply_theme(qapp, "light")
    choose(tab, "embedding_mlp")
    for fold in ("training_form_fold_button", "search_form_fold_button", "search_common_fold_button"):
        tab.press(fold)
    vary(tab, "lr", "1e-3, 1e-2")
    for panel in ("plan_form", "search_setup"):
        scrolled = tab.part(panel).findChild(QScrollArea)
        assert scrolled.widget().width() <= scrolled.viewport().width(), panel
