"""The place Quality over a real library: runs side by side, what can be done to them, how well one knows somebody."""

import dataclasses
import shutil

import pytest
from operation_driving import trained
from planted import planted_dataset
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox

from desktop_rec.models import queries
from desktop_rec.models.groups import groups_of
from desktop_rec.models.run_list import WIDTH, RunList, tick_place
from desktop_rec.models.run_rows import RunHeading, RunLine
from desktop_rec.models.view import ModelsView
from desktop_rec.theme.theme import THEME, apply_theme
from engine.data.split import SplitConfig
from engine.errors import DataError
from engine.events import drive
from engine.library.store import Library

MOST_MS = 20_000


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A folder with a data set and four runs: ease, two that learn by steps, and one of another split."""
    from engine.data.importing.importer import ImportReport

    home = tmp_path_factory.mktemp("quality") / "home"
    report = ImportReport("csv", "utf-8", ",", 1600, {}, (), 0, 0, 0.1, 50.0, ("ratings.csv",))
    with Library.open(home, who="a test") as library:
        dataset = dataclasses.replace(planted_dataset(), dataset_id="planted")
        library.datasets.save(dataset, report)
        drive(
            trained(library, dataset, model="ease", model_config=None, training=None, split=SplitConfig(kind="random"))
        )
        drive(trained(library, dataset, model="ease", model_config=None, training=None))
        drive(trained(library, dataset, device="cpu"))
    return home


@pytest.fixture
def library(furnished, tmp_path):
    shutil.copytree(furnished, tmp_path / "home", ignore=shutil.ignore_patterns("*.lock"))
    opened = Library.open(tmp_path / "home", who="a test")
    yield opened
    opened.close()


@pytest.fixture
def view(qtbot, session):
    """The view of the opened data set, its figures and baselines there."""
    session.data.open("planted")
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    made.resize(1096, 750)
    made.show()
    settle(qtbot, made)
    return made


def settle(qtbot, view):
    """Wait until everything that was asked for is on the screen."""
    session = view._session
    qtbot.waitUntil(lambda: session.model.recommender is not None, timeout=MOST_MS)
    lanes = (session._comparing, session._flooring)
    qtbot.waitUntil(lambda: view._picture is not None and not any(lane.is_busy for lane in lanes), timeout=MOST_MS)
    busy = (view._showing, view.page.beside.metrics._showing, view.page.model._showing, view.page.me._showing)
    qtbot.waitUntil(lambda: not any(one.is_busy for one in busy), timeout=MOST_MS)


def run_id(view, name):
    return next(run.run_id for run in view._session.dataset.current.current.runs if run.name == name)


def shown_metrics(view):
    return {plot._figures.metric: plot._figures for plot in view.page.beside.metrics.shown}


def choose(qtbot, view, name):
    rows = view.page.runs.view
    place = rows.model().place_of(run_id(view, name))
    rows.setCurrentIndex(rows.model().index(place))
    settle(qtbot, view)


def test_that_without_a_data_set_a_sentence_and_a_button_lead_to_data(qtbot, session, recorded):
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    asked = recorded(session.requests.place)
    made._missing.button.click()
    assert asked.calls == ["data"]


def test_that_before_the_first_run_a_button_leads_to_train(qtbot, session, recorded):
    session.data.open("planted")
    for run in session.dataset.current.current.runs:
        session.library.files.files.files.runs.delete(run.run_id)
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    asked = recorded(session.requests.place)
    assert made._missing.heading.text() == "Nothing trained yet"
    made._missing.button.click()
    assert asked.calls == ["train"]


def test_that_runs_of_one_split_stand_beside_each_other_and_the_baselines(view):
    rows = [one.name for one in shown_metrics(view)["ndcg@100"].rows]
    assert rows == ["ease 2", "two_head 1", "Most liked", "EASE"]
    assert sum(row.is_best for row in shown_metrics(view)["ndcg@100"].rows) >= 1


def test_that_what_it_means_is_said_with_the_floors(view):
    said = view.page.beside.meaning.words.text()
    assert "ones people really went on to love" in said
    assert "the most-liked list gets" in said
    assert "these 12 people" in said or "more than chance explains" in said


def test_that_baselines_come_after_the_figures_and_are_worked_out_once(qtbot, view, monkeypatch):
    asked = []
    monkeypatch.setattr(queries, "baselines", lambda *arguments: asked.append(arguments))
    choose(qtbot, view, "ease 2")
    assert asked == []
    assert "Most liked" in [row.name for row in shown_metrics(view)["ndcg@100"].rows]


def test_that_without_baselines_the_figures_are_there_and_it_is_said_why(qtbot, session, monkeypatch):
    def refuse(*_arguments):
        yield None
        raise DataError("Nobody is held out.")

    monkeypatch.setattr(queries, "baselines", refuse)
    session.data.open("planted")
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: "There are no baselines" in made.page.beside.metrics._note.text(), timeout=MOST_MS)
    qtbot.waitUntil(lambda: "ndcg@100" in shown_metrics(made), timeout=MOST_MS)
    assert [row.name for row in shown_metrics(made)["ndcg@100"].rows] == ["ease 2", "two_head 1"]
    made._ask()
    qtbot.waitUntil(lambda: session.is_idle and not made._showing.is_busy, timeout=MOST_MS)
    assert "Nobody is held out" in made.page.beside.metrics._note.text()


def test_that_a_tick_taken_away_takes_the_run_out_of_the_comparison(qtbot, view):
    rows = view.page.runs.view
    index = rows.model().index(rows.model().place_of(run_id(view, "ease 2")))
    place = tick_place(rows.visualRect(index)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(0, 0))
    view._choose(run_id(view, "two_head 1"))
    settle(qtbot, view)
    qtbot.waitUntil(lambda: "ease 2" not in [row.name for row in shown_metrics(view)["ndcg@100"].rows])


def test_that_a_run_of_another_split_is_compared_among_its_own(qtbot, view):
    choose(qtbot, view, "ease 1")
    assert shown_metrics(view)["ndcg@100"].rows[0].name == "ease 1"
    assert "two_head 1" not in [row.name for row in shown_metrics(view)["ndcg@100"].rows]
    assert "Averages" in [one.name for one in view._picture.judged]


def test_that_other_metrics_can_be_chosen(qtbot, view):
    box = view.findChild(QComboBox, "metric_set")
    box.setCurrentText("Lists of 50")
    settle(qtbot, view)
    assert "map@50" in shown_metrics(view)
    assert "ndcg@100" not in shown_metrics(view)


def test_that_curves_of_ticked_runs_are_drawn_and_closed_forms_are_named(view):
    curves = view.page.beside.curves
    assert [run.name for run in curves._overlay.runs] == ["two_head 1"]
    assert len(curves.training[0].xs) == 3
    assert "ease 2 was computed at once" in view.page.beside._curve_notes.text()
    assert "two_head 1" in curves.legend()


def test_that_settings_are_held_against_another_run(qtbot, view):
    diff = view.page.beside.diff
    assert diff.lines[0] == ("", "two_head 1", "ease 2")
    assert "Model" in [one[0] for one in diff.lines]
    diff.box.setCurrentIndex(diff.box.findText("ease 1"))
    diff.box.activated.emit(diff.box.currentIndex())
    assert diff.lines[0][2] == "ease 1"
    assert "Split" in [line[0] for line in diff.lines]


def test_that_settings_that_only_one_model_has_are_shown_when_asked_for(view):
    diff = view.page.beside.diff
    assert "Huber delta" not in [one[0] for one in diff.lines]
    diff.more.click()
    assert ("Huber delta", "1", "–") in diff.lines
    diff.more.click()
    assert "Huber delta" not in [line[0] for line in diff.lines]


def test_that_the_quality_of_one_model_is_taken_apart(view):
    named = [plot._shown.name for plot in view.page.model.plots]
    assert "profile length" in named
    assert "popularity" in named
    assert "popularity in the data" not in named
    popularity = view.page.model.plots[named.index("popularity")]
    assert popularity._usual
    assert popularity.table().headings[3] == "In the data"


def test_that_a_new_name_is_kept(qtbot, view, library):
    view.page.head.rename.click()
    edit = view.page.head.name._edit
    edit.setText("My best")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    settle(qtbot, view)
    assert library.runs.find("My best").model == "two_head"
    assert view.page.head.name.label.text() == "My best"


def test_that_a_deleted_run_comes_back_by_undo(qtbot, view, session):
    gone = view._chosen
    view.page.head.delete.click()
    assert gone not in [one.run_id for one in session.dataset.current.current.runs]
    assert view._chosen != gone
    assert session.undo.undo.undo.undo()
    settle(qtbot, view)
    assert gone in [run.run_id for run in session.dataset.current.current.runs]


def test_that_the_model_of_a_run_can_be_used(qtbot, view, session):
    choose(qtbot, view, "ease 1")
    view.page.head.use.click()
    qtbot.waitUntil(lambda: session.model.label.run_id == run_id(view, "ease 1"), timeout=MOST_MS)
    qtbot.waitUntil(lambda: view.page.head.use.text() == "In use")


def test_that_a_run_whose_judgement_is_gone_can_be_judged_again(qtbot, view, session, library):
    shutil.rmtree(library.home / "runs" / view._chosen / "judgement")
    view._ask()
    qtbot.waitUntil(lambda: not view._picture.is_kept, timeout=MOST_MS)
    qtbot.waitUntil(view.page.head.judge.isVisible)
    assert view.page.head.judge.text() == "Judge again"
    qtbot.waitUntil(lambda: "may be chance cannot be said" in view.page.beside.meaning.words.text())
    view.page.head.judge.click()
    assert session.jobs.state.kind == "evaluating"
    qtbot.waitUntil(lambda: session.jobs.state is None, timeout=MOST_MS)
    qtbot.waitUntil(lambda: view._picture is not None and view._picture.is_kept, timeout=MOST_MS)
    qtbot.waitUntil(lambda: not view.page.head.judge.isVisible())
    settle(qtbot, view)
    assert "cold start" in [plot._shown.name for plot in view.page.model.plots]


def test_that_a_run_without_the_cold_start_curve_can_be_judged_in_full(qtbot, view):
    qtbot.waitUntil(view.page.head.judge.isVisible)
    assert view.page.head.judge.text() == "Judge in full"


def test_that_where_the_cold_start_curve_would_be_a_button_draws_it(qtbot, view, session):
    panel = view.page.model
    view.page.tabs.setCurrentWidget(panel)
    settle(qtbot, view)
    assert panel.missing.isVisible()
    assert "two_head 1 is for people of whom it knows only 1, 2 or 4 titles" in panel.missing.words.text()
    assert f"Press {panel.missing.judge.text()} to draw the curve." in panel.missing.words.text()
    first = panel.plots[0].mapTo(panel.widget(), QPoint(0, 0))
    assert panel.missing.x() < first.x(), "the first breakdown stands beside the place of the curve"
    panel.missing.judge.click()
    assert session.jobs.state.kind == "evaluating"
    assert not panel.missing.judge.isEnabled()
    qtbot.waitUntil(lambda: session.jobs.state is None, timeout=MOST_MS)
    settle(qtbot, view)
    qtbot.waitUntil(lambda: not panel.missing.isVisible(), timeout=MOST_MS)
    settle(qtbot, view)
    assert panel.plots[0]._shown.name == "cold start"
    assert panel.plots[0].mapTo(panel.widget(), QPoint(0, 0)).x() < first.x()


def test_that_a_run_that_was_never_judged_has_no_place_for_the_curve(qtbot, view, session, library):
    library.runs._update(view._chosen, {"metrics": {}})
    shutil.rmtree(library.home / "runs" / view._chosen / "judgement")
    session.library.files.files.changed.emit()
    qtbot.waitUntil(lambda: view.page.head.judge.text() == "Judge it", timeout=MOST_MS)
    qtbot.waitUntil(view.page.model.missing.isHidden, timeout=MOST_MS)
    settle(qtbot, view)


def test_that_ticked_runs_can_be_blended(view, session, monkeypatch):
    asked = []
    monkeypatch.setattr(session, "blend_runs", asked.append)
    assert view.page.runs.blend.isEnabled()
    view.page.runs.blend.click()
    assert [sorted(one) for one in asked] == [sorted([run_id(view, "two_head 1"), run_id(view, "ease 2")])]


def test_that_a_single_run_cannot_be_blended_and_it_is_said_why(qtbot, view):
    choose(qtbot, view, "ease 1")
    assert not view.page.runs.blend.isEnabled()
    assert "two or more" in view.page.runs.blend.toolTip()


def test_that_a_stopped_run_can_be_trained_on(qtbot, view, session, library, monkeypatch, recorded):
    asked, places = [], recorded(session.requests.place)
    monkeypatch.setattr(session, "resume", lambda run: asked.append(run) or True)
    library.runs._update(view._chosen, {"status": "stopped", "epochs": 1})
    session.library.files.files.changed.emit()
    settle(qtbot, view)
    view.page.head.go_on.click()
    assert asked == [view._chosen]
    assert places.calls == ["train"]


def look_at_me(view):
    view.page.tabs.setCurrentWidget(view.page.me)


def test_that_too_few_ratings_are_said_with_a_button_to_rate(view, session, recorded):
    asked = recorded(session.requests.place)
    look_at_me(view)
    assert view.page.me.shows_message
    assert "five ratings" in view.page.me._message.sentence.text()
    view.page.me._message.button.click()
    assert asked.calls == ["for_you"]


def test_that_it_is_said_how_well_the_model_knows_me(qtbot, view, session):
    for row, rating in enumerate((5, 4, 5, 4, 5, 1)):
        session.my_ratings.rate(row if rating > 1 else 30, float(rating))
    look_at_me(view)
    qtbot.waitUntil(lambda: not view.page.me.shows_message, timeout=MOST_MS)
    settle(qtbot, view)
    said = view.page.me._meaning.words.text()
    assert "your ratings" in said
    assert "Of your 5 favourites" in said
    assert len(view.page.me.plots) == 3
    assert view.page.me._table.rowCount() == 6


def test_that_somebody_of_the_data_set_is_said_to_be_part_of_it(qtbot, view, session):
    look_at_me(view)
    session.my_ratings.borrow("7")
    qtbot.waitUntil(lambda: not view.page.me.shows_message, timeout=MOST_MS)
    settle(qtbot, view)
    assert "part of the data set" in view.page.me._meaning.words.text()
    assert view.page.tabs.tabText(2) == "How well it knows Person 7"


def test_that_other_ratings_are_looked_at_anew_once_somebody_looks(qtbot, view, session):
    session.my_ratings.borrow("7")
    look_at_me(view)
    qtbot.waitUntil(lambda: not view.page.me.shows_message, timeout=MOST_MS)
    before = view.page.me._table.rowCount()
    session.my_ratings.remove(session.profile.current.current.current.entries[0].item_id)
    qtbot.waitUntil(lambda: not view.page.me.shows_message, timeout=MOST_MS)
    settle(qtbot, view)
    assert view.page.me._table.rowCount() == before - 1


def test_that_nothing_is_asked_while_nobody_looks(qtbot, session, monkeypatch):
    asked = []
    session.data.open("planted")
    monkeypatch.setattr(session, "ask_quality", lambda *arguments: asked.append(arguments))
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    session.library.files.files.changed.emit()
    assert asked == []
    made.show()
    assert len(asked) == 1


def test_that_another_data_set_forgets_the_figures(qtbot, view, session):
    session.data.delete("planted")
    assert session.models.comparison is None
    assert view._whole.currentWidget() is view._missing


def test_that_both_palettes_are_drawn(qtbot, qapp, view):
    apply_theme(qapp, "dark")
    assert THEME.dark
    view.grab()
    apply_theme(qapp, "light")
    view.grab()


def test_that_every_control_has_its_three_names(qtbot, view):
    look_at_me(view)
    controls = [*view.findChildren(QAbstractButton), *view.findChildren(QComboBox), view.page.runs.view]
    assert sum(control.isVisible() for control in controls) > 5
    for control in controls:
        if (
            control.objectName().startswith("qt_")
            or not control.isVisible()
            or control.parent() is view.page.tabs.tabBar()
        ):
            continue
        assert control.objectName(), control
        assert control.accessibleName(), control.objectName()
        assert control.toolTip(), control.objectName()


def test_that_the_groups_of_the_view_are_those_of_the_session(view, session):
    assert [group.key[0] for group in groups_of(session.dataset.current.current.runs)] == ["strong", "random"]


def test_that_the_run_that_is_looked_at_is_scrolled_into_sight(qtbot):
    runs = RunList()
    qtbot.addWidget(runs)
    runs.resize(WIDTH, 400)
    runs.show()
    line = RunLine("r0", "mf 0", "Factorisation", "NDCG@100 0.1", 0)
    rows = [RunHeading("Here", "seed 1"), *(dataclasses.replace(line, run_id=f"r{number}") for number in range(40))]
    runs.show_runs(rows, chosen="r0", blend_problem="")
    runs.show_runs(rows, chosen="r39", blend_problem="Tick two or more runs to blend them into one.")
    qtbot.wait(50)
    assert runs.view.viewport().rect().contains(runs.view.visualRect(runs.view.currentIndex()))
    assert runs.view.currentIndex().row() == 40
