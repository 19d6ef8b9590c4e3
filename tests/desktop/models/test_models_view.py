"""The place Models over a real library: runs side by side, what can be done to them, how well one knows somebody."""

import dataclasses
import shutil
import time

import numpy as np
import pytest
from operation_driving import trained
from planted import planted_dataset
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QStyleOptionViewItem,
    QTableView,
)

from desktop_rec.models import text
from desktop_rec.models.groups import groups_of
from desktop_rec.models.ladder.plot import LadderPlot
from desktop_rec.models.metric_grid import OneByOne
from desktop_rec.models.run_list import WIDTH, RunHeading, RunLine, RunList, tick_place
from desktop_rec.models.view import ModelsView
from desktop_rec.session.session import Session
from desktop_rec.theme.theme import THEME, apply_theme
from engine import operations
from engine.bench import climbing
from engine.data.importing.importer import ImportReport
from engine.data.split import SplitConfig
from engine.errors import DataError
from engine.events import drive
from engine.library.store import Library

TWO_HEAD = "Watch and love, hidden 24, latent 8, decoder 16-24, 3 epochs"
ON_RATINGS = "Liked together, split random"
MOST_S = 20
MOST_MS = 1000 * MOST_S


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A folder with a data set, three runs (one of another split), and the baselines of both splits."""
    home = tmp_path_factory.mktemp("models") / "home"
    report = ImportReport("csv", "utf-8", ",", 1600, {}, (), 0, 0, 0.1, 50.0, ("ratings.csv",))
    with Library.open(home, who="a test") as library:
        dataset = dataclasses.replace(planted_dataset(), dataset_id="planted")
        library.datasets.save(dataset, report)
        stored = library.datasets.open("planted")
        for split in (SplitConfig(kind="random"), SplitConfig()):
            drive(trained(library, dataset, model="ease", model_config=None, training=None, split=split))
            drive(operations.baselines(library, stored, split))
        drive(trained(library, dataset, device="cpu"))
    return home


def copied(furnished, home):
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.lock"))
    return Library.open(home, who="a test")


@pytest.fixture
def library(furnished, tmp_path):
    opened = copied(furnished, tmp_path / "home")
    yield opened
    opened.close()


def opened_view(session):
    """The view of the opened data set, its figures and baselines there."""
    session.data.open("planted")
    made = ModelsView(session.models)
    made.resize(1096, 750)
    made.show()
    settle(session, made)
    return made


@pytest.fixture
def view(qtbot, session):
    made = opened_view(session)
    qtbot.addWidget(made)
    return made


@pytest.fixture(scope="module")
def shared_session(qapp, furnished, tmp_path_factory):
    library = copied(furnished, tmp_path_factory.mktemp("shared") / "home")
    made = Session()
    made.library.files = library
    made.my_ratings.choose_profile(library.profiles.default().profile_id)
    yield made
    made.close()
    wait_until(lambda: made.is_idle)
    made.deleteLater()
    library.close()


@pytest.fixture(scope="module")
def shared_view(shared_session):
    """A view for tests that leave it as they found it."""
    made = opened_view(shared_session)
    yield made
    made.close()
    made.deleteLater()


def wait_until(is_so):
    deadline = time.monotonic() + MOST_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        QApplication.processEvents()
        time.sleep(0.003)


def settle(session, view):
    """Wait until everything that was asked for is on the screen."""
    wait_until(lambda: session.model.recommender is not None and session.is_idle and view.comparison is not None)
    wait_until(lambda: not any(steps.is_busy for steps in view.findChildren(OneByOne)))


def run_id(view, name):
    lines = [row for row in view.page.runs.view.model().rows if isinstance(row, RunLine)]
    return next(line.run_id for line in lines if line.name == name)


def names(session):
    return [run.title for run in session.dataset.runs]


def shown_metrics(view):
    return {plot.figures.metric: plot.figures for plot in view.page.beside.metrics.cards.shown}


def shown_rows(view):
    return [row.name for row in shown_metrics(view)["ndcg@100"].rows]


def choose(session, view, name):
    rows = view.page.runs.view
    rows.setCurrentIndex(rows.model().index(rows.model().place_of(run_id(view, name))))
    settle(session, view)


def test_that_without_a_data_set_a_sentence_and_a_button_lead_to_data(qtbot, session, recorded):
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    asked = recorded(session.requests.place)
    made.missing.button.click()
    assert asked.calls == ["data"]


def test_that_before_the_first_run_a_button_leads_to_train(qtbot, session, recorded):
    session.data.open("planted")
    for run in session.dataset.runs:
        session.library.files.runs.delete(run.run_id)
    session.library.note_change()
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    asked = recorded(session.requests.place)
    assert made.missing.heading.text() == "Nothing trained yet"
    made.missing.button.click()
    assert asked.calls == ["train"]


def test_that_runs_of_one_split_stand_beside_each_other_and_the_baselines(shared_view):
    assert shown_rows(shared_view) == ["Liked together 2", TWO_HEAD, "Most liked", "Liked together"]
    assert sum(row.is_best for row in shown_metrics(shared_view)["ndcg@100"].rows) >= 1


def test_that_what_it_means_is_said_with_the_baselines(shared_view):
    text = shared_view.page.beside.meaning.text.text()
    assert "ones people really went on to love" in text
    assert "the most-liked list gets" in text
    assert "these 12 people" in text or "more than chance explains" in text


def test_that_baselines_are_asked_for_once(shared_session, shared_view, monkeypatch):
    asked = []
    monkeypatch.setattr(operations, "baselines", lambda *arguments: asked.append(arguments))
    choose(shared_session, shared_view, "Liked together 2")
    assert asked == []
    assert "Most liked" in shown_rows(shared_view)
    choose(shared_session, shared_view, TWO_HEAD)


def test_that_without_baselines_the_figures_are_there_and_it_is_said_why(qtbot, session, monkeypatch):
    def refuse(*_arguments):
        yield None
        raise DataError("Nobody is held out.")

    monkeypatch.setattr(operations, "baselines", refuse)
    session.data.open("planted")
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: "There are no baselines" in made.page.beside.metrics.note.text(), timeout=MOST_MS)
    qtbot.waitUntil(lambda: "ndcg@100" in shown_metrics(made), timeout=MOST_MS)
    assert shown_rows(made) == ["Liked together 2", TWO_HEAD]
    session.library.note_change()
    settle(session, made)
    assert "Nobody is held out" in made.page.beside.metrics.note.text()


def test_that_a_tick_taken_away_takes_the_run_out_of_the_comparison(qtbot, session, view):
    rows = view.page.runs.view
    index = rows.model().index(rows.model().place_of(run_id(view, "Liked together 2")))
    place = tick_place(rows.visualRect(index)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(0, 0))
    choose(session, view, TWO_HEAD)
    qtbot.waitUntil(lambda: "Liked together 2" not in shown_rows(view))


def test_that_a_run_of_another_split_is_compared_among_its_own(shared_session, shared_view):
    choose(shared_session, shared_view, ON_RATINGS)
    assert shown_rows(shared_view)[0] == ON_RATINGS
    assert TWO_HEAD not in shown_rows(shared_view)
    assert "Averages" in [model.name for model in shared_view.comparison.models]
    choose(shared_session, shared_view, TWO_HEAD)


def test_that_other_metrics_can_be_chosen(shared_session, shared_view):
    box = shared_view.findChild(QComboBox, "metric_set")
    box.setCurrentText("Lists of 50")
    settle(shared_session, shared_view)
    assert "map@50" in shown_metrics(shared_view)
    assert "ndcg@100" not in shown_metrics(shared_view)
    box.setCurrentText("The main figures")
    settle(shared_session, shared_view)


def test_that_curves_of_ticked_runs_are_drawn_and_closed_forms_are_named(shared_view):
    curves = shared_view.page.beside.curves
    assert [run.name for run in curves.overlay.runs] == [TWO_HEAD]
    assert len(curves.training[0].xs) == 3
    [(_, ticks)] = curves.metric.plot.getAxis("bottom").tickValues(0.96, 3.04, 600)
    assert ticks == [1, 2, 3], "the epochs of a short run are named"
    assert "Liked together 2 was computed at once" in shared_view.page.beside.curve_notes.text()
    assert [part.words for part in curves.legend()] == [TWO_HEAD]


def test_that_settings_are_compared_with_those_of_another_run(shared_view):
    diff = shared_view.page.beside.diff
    assert diff.lines[0] == ("", TWO_HEAD, "Liked together 2")
    assert "Model" in [line[0] for line in diff.lines]
    diff.box.setCurrentIndex(diff.box.findText(ON_RATINGS))
    diff.box.activated.emit(diff.box.currentIndex())
    assert diff.lines[0][2] == ON_RATINGS
    assert "Split" in [line[0] for line in diff.lines]
    diff.box.setCurrentIndex(diff.box.findText("Liked together 2"))
    diff.box.activated.emit(diff.box.currentIndex())


def test_that_settings_that_only_one_model_has_are_shown_when_asked_for(shared_view):
    diff = shared_view.page.beside.diff
    assert "Huber delta" not in [line[0] for line in diff.lines]
    diff.more.click()
    assert ("Huber delta", "1", "–") in diff.lines
    diff.more.click()
    assert "Huber delta" not in [line[0] for line in diff.lines]


def look_at(session, view, tab):
    view.page.tabs.setCurrentWidget(tab)
    settle(session, view)


def test_that_the_quality_of_one_model_is_taken_apart(shared_session, shared_view):
    look_at(shared_session, shared_view, shared_view.page.model)
    shown = [plot.breakdown.name for plot in shared_view.page.model.plots]
    assert "profile length" in shown
    assert "popularity" in shown
    assert "popularity in the data" not in shown
    popularity = shared_view.page.model.plots[shown.index("popularity")]
    assert popularity.baseline_rows
    assert popularity.table().headings[3] == "In the data"
    look_at(shared_session, shared_view, shared_view.page.beside)


def test_that_a_new_name_is_saved_undone_and_redone(qtbot, session, view, library):
    view.page.head.rename.click()
    edit = view.page.head.findChild(QLineEdit, "run_name")
    edit.setText("My best")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    settle(session, view)
    assert library.runs.find("My best").model == "two_head"
    assert view.page.head.name.label.text() == "My best"
    assert session.undo.undo()
    assert view.page.head.name.label.text() == TWO_HEAD
    assert session.undo.redo()
    assert view.page.head.name.label.text() == "My best"
    settle(session, view)


def test_that_a_deleted_run_comes_back_by_undo_and_goes_again_by_redo(view, session):
    gone = view.chosen
    view.page.head.delete.click()
    assert TWO_HEAD not in names(session)
    assert view.chosen != gone
    assert session.undo.undo()
    settle(session, view)
    assert TWO_HEAD in names(session)
    assert session.undo.redo()
    settle(session, view)
    assert TWO_HEAD not in names(session)


def test_that_the_model_of_a_run_can_be_used(qtbot, view, session):
    choose(session, view, ON_RATINGS)
    view.page.head.use.click()
    qtbot.waitUntil(lambda: session.model.label.run_id == run_id(view, ON_RATINGS), timeout=MOST_MS)
    qtbot.waitUntil(lambda: view.page.head.use.text() == "In use")


def test_that_a_run_whose_evaluation_is_gone_can_be_evaluated_again(qtbot, view, session, library):
    shutil.rmtree(library.home / "runs" / view.chosen / "judgement")
    session.library.note_change()
    qtbot.waitUntil(lambda: not view.comparison.has_per_person, timeout=MOST_MS)
    qtbot.waitUntil(view.page.head.evaluate.isVisible)
    assert view.page.head.evaluate.text() == "Evaluate again"
    qtbot.waitUntil(lambda: "Press Evaluate again" in view.page.beside.meaning.text.text())
    view.page.head.evaluate.click()
    assert session.jobs.state.kind == "evaluation"
    qtbot.waitUntil(lambda: session.jobs.state is None, timeout=MOST_MS)
    qtbot.waitUntil(lambda: view.comparison is not None and view.comparison.has_per_person, timeout=MOST_MS)
    qtbot.waitUntil(lambda: not view.page.head.evaluate.isVisible())
    settle(session, view)
    look_at(session, view, view.page.model)
    assert "cold start" in [plot.breakdown.name for plot in view.page.model.plots]


def test_that_a_run_without_the_cold_start_curve_can_be_evaluated_fully(shared_view):
    assert shared_view.page.head.evaluate.isVisible()
    assert shared_view.page.head.evaluate.text() == "Evaluate fully"


def test_that_where_the_cold_start_curve_would_be_a_button_draws_it(qtbot, view, session):
    panel = view.page.model
    view.page.tabs.setCurrentWidget(panel)
    settle(session, view)
    assert panel.missing.isVisible()
    assert f"{TWO_HEAD} is for people of whom it knows only 1, 2 or 4 titles" in panel.missing.text.text()
    assert f"Press {panel.missing.evaluate.text()} to draw the curve." in panel.missing.text.text()
    first = panel.plots[0].mapTo(panel.widget(), QPoint(0, 0))
    assert panel.missing.x() < first.x(), "the first breakdown stands beside the place of the curve"
    panel.missing.evaluate.click()
    assert session.jobs.state.kind == "evaluation"
    assert not panel.missing.evaluate.isEnabled()
    qtbot.waitUntil(lambda: session.jobs.state is None, timeout=MOST_MS)
    settle(session, view)
    qtbot.waitUntil(lambda: not panel.missing.isVisible(), timeout=MOST_MS)
    settle(session, view)
    assert panel.plots[0].breakdown.name == "cold start"
    assert panel.plots[0].mapTo(panel.widget(), QPoint(0, 0)).x() < first.x()


def test_that_a_run_that_was_never_evaluated_has_no_place_for_the_curve(qtbot, view, session, library):
    library.runs._set(view.chosen, "The figures", metrics={})
    shutil.rmtree(library.home / "runs" / view.chosen / "judgement")
    session.library.note_change()
    qtbot.waitUntil(lambda: view.page.head.evaluate.text() == "Evaluate", timeout=MOST_MS)
    qtbot.waitUntil(view.page.model.missing.isHidden, timeout=MOST_MS)
    settle(session, view)


def test_that_ticked_runs_can_be_blended(shared_view, shared_session, recorded):
    shared_session.models.blend_asked.disconnect()
    asked = recorded(shared_session.models.blend_asked)
    assert shared_view.page.runs.blend.isEnabled()
    shared_view.page.runs.blend.click()
    assert [sorted(run_ids) for run_ids in asked.calls] == [
        sorted([run_id(shared_view, TWO_HEAD), run_id(shared_view, "Liked together 2")])
    ]


def test_that_a_single_run_cannot_be_blended_and_it_is_said_why(shared_session, shared_view):
    choose(shared_session, shared_view, ON_RATINGS)
    assert not shared_view.page.runs.blend.isEnabled()
    assert "two or more" in shared_view.page.runs.blend.toolTip()
    choose(shared_session, shared_view, TWO_HEAD)


def test_that_the_training_of_a_stopped_run_can_be_continued(view, session, library, recorded):
    session.models.resume_asked.disconnect()
    asked = recorded(session.models.resume_asked)
    library.runs._set(view.chosen, "The status", status="stopped", epochs=1)
    session.library.note_change()
    settle(session, view)
    view.page.head.resume.click()
    assert asked.calls == [view.chosen]


def look_at_user_evaluation(view):
    view.page.tabs.setCurrentWidget(view.page.user)


def left_out(view):
    return view.page.user.findChild(QTableView, "left_out_ratings").model().rowCount()


def test_that_too_few_ratings_are_said_with_a_button_to_rate(shared_view, shared_session, recorded):
    asked = recorded(shared_session.requests.place)
    look_at_user_evaluation(shared_view)
    assert shared_view.page.user.shows_message
    assert "five ratings" in shared_view.page.user.message.sentence.text()
    shared_view.page.user.message.button.click()
    assert asked.calls == ["for_you"]
    shared_view.page.tabs.setCurrentIndex(0)


def test_that_it_is_said_how_well_the_model_knows_me(qtbot, view, session):
    for row, rating in enumerate((5, 4, 5, 4, 5, 1)):
        session.my_ratings.rate(row if rating > 1 else 30, float(rating))
    look_at_user_evaluation(view)
    qtbot.waitUntil(lambda: not view.page.user.shows_message, timeout=MOST_MS)
    settle(session, view)
    text = view.page.user.meaning.text.text()
    assert "your ratings" in text
    assert "Of your 5 favourites" in text
    assert len(view.page.user.cards.shown) == 3
    assert left_out(view) == 6


def test_that_somebody_of_the_data_set_is_said_to_be_part_of_it(qtbot, view, session):
    look_at_user_evaluation(view)
    session.my_ratings.borrow("7")
    qtbot.waitUntil(lambda: not view.page.user.shows_message, timeout=MOST_MS)
    settle(session, view)
    assert "part of the data set" in view.page.user.meaning.text.text()
    assert view.page.tabs.tabText(2) == "How well it knows Person 7"


def test_that_other_ratings_are_looked_at_anew_once_somebody_looks(qtbot, view, session):
    session.my_ratings.borrow("7")
    look_at_user_evaluation(view)
    qtbot.waitUntil(lambda: not view.page.user.shows_message, timeout=MOST_MS)
    before = left_out(view)
    session.my_ratings.remove(session.profile.current.entries[0].item_id)
    qtbot.waitUntil(lambda: not view.page.user.shows_message, timeout=MOST_MS)
    settle(session, view)
    assert left_out(view) == before - 1


def test_that_nothing_is_asked_while_nobody_looks(qtbot, session, monkeypatch):
    asked = []
    session.data.open("planted")
    monkeypatch.setattr(session.models, "compare", lambda *arguments: asked.append(arguments))
    made = ModelsView(session.models)
    qtbot.addWidget(made)
    session.library.note_change()
    assert asked == []
    made.show()
    assert len(asked) == 1


def test_that_another_data_set_forgets_the_figures(qtbot, view, session):
    session.data.delete("planted")
    assert session.models.comparison is None
    assert view.missing.isVisible()


@pytest.mark.thorough
def test_that_both_palettes_are_drawn(qapp, shared_view):
    apply_theme(qapp, "dark")
    assert THEME.dark
    shared_view.grab()
    apply_theme(qapp, "light")
    shared_view.grab()


def test_that_every_control_has_its_three_names(shared_view):
    look_at_user_evaluation(shared_view)
    controls = [
        *shared_view.findChildren(QAbstractButton),
        *shared_view.findChildren(QComboBox),
        shared_view.page.runs.view,
    ]
    assert sum(control.isVisible() for control in controls) > 5
    for control in controls:
        if (
            control.objectName().startswith("qt_")
            or not control.isVisible()
            or control.parent() is shared_view.page.tabs.tabBar()
        ):
            continue
        assert control.objectName(), control
        assert control.accessibleName(), control.objectName()
        assert control.toolTip(), control.objectName()
    shared_view.page.tabs.setCurrentIndex(0)


def test_that_the_groups_of_the_view_are_those_of_the_session(shared_view, shared_session):
    assert [group.key[0] for group in groups_of(shared_session.dataset.runs)] == ["strong", "random"]


def test_that_the_run_that_is_looked_at_is_scrolled_into_sight(qtbot):
    runs = RunList()
    qtbot.addWidget(runs)
    runs.resize(WIDTH, 400)
    runs.show()
    line = RunLine("r0", "mf 0", "Factorisation", "NDCG@100 0.1", 0)
    rows = [RunHeading("Here", "seed 1"), *(dataclasses.replace(line, run_id=f"r{number}") for number in range(40))]
    runs.show_runs(rows, chosen="r0")
    runs.show_blend_problem("Tick two or more runs to blend them into one.")
    runs.show_runs(rows, chosen="r39")
    qtbot.wait(50)
    assert runs.view.viewport().rect().contains(runs.view.visualRect(runs.view.currentIndex()))
    assert runs.view.currentIndex().row() == 40


def test_that_a_long_name_of_a_run_takes_two_lines(qtbot):
    runs = RunList()
    qtbot.addWidget(runs)
    runs.resize(WIDTH, 400)
    runs.show()
    names = ("Factorisation", "Factorisation 2, solver adam, rate 3e-3, 30 epochs")
    runs.show_runs([RunLine(f"r{n}", name, "", "", n) for n, name in enumerate(names)], chosen="r0")
    short, long = (runs.view.visualRect(runs.view.model().index(row, 0)).height() for row in (0, 1))
    assert long == short + runs.view.fontMetrics().height()


def test_that_a_row_is_as_high_beside_a_scroll_bar_as_without_one(qtbot):
    runs = RunList()
    qtbot.addWidget(runs)
    lines = [RunLine(f"r{n}", "Watch and love " + "i" * n, "", "", n) for n in range(20, 100)]
    runs.show_runs(lines, chosen="r20")
    option, heights = QStyleOptionViewItem(), []
    runs.view.initViewItemOption(option)
    for width in (WIDTH, WIDTH - 16):
        option.rect = QRect(0, 0, width, 40)
        rows = (runs.view.model().index(row, 0) for row in range(len(lines)))
        heights.append([runs.view.itemDelegate().sizeHint(option, row).height() for row in rows])
    assert heights[0] == heights[1], "what was measured for one is painted in the other"
    assert len(set(heights[0])) == 2


def test_that_a_star_and_notes_can_be_taken_back(shared_session, shared_view):
    runs, chosen = shared_session.library.files.runs, shared_view.chosen
    shared_view.page.head.star.click()
    shared_session.models.note(chosen, tags=["study"], notes="Good.")
    assert (runs.find(chosen).star, runs.find(chosen).tags, runs.find(chosen).notes) == (True, ("study",), "Good.")
    assert shared_session.undo.undo()
    assert shared_session.undo.undo()
    assert (runs.find(chosen).star, runs.find(chosen).tags, runs.find(chosen).notes) == (False, (), "")
    assert not shared_view.page.head.star.isChecked()


def test_that_a_run_is_exported_forgotten_and_opened_again(qtbot, view, session, library, tmp_path):
    file, chosen = tmp_path / "mine.desktoprec-model", view.chosen
    assert session.models.files.export_model(chosen, file)
    qtbot.waitUntil(lambda: session.jobs.is_idle and file.exists(), timeout=MOST_MS)
    library.runs.forget(chosen)
    session.library.note_change()
    assert session.models.files.import_model(file)
    qtbot.waitUntil(lambda: session.jobs.is_idle and session.dataset.run(chosen) is not None, timeout=MOST_MS)
    assert view.chosen == chosen
    assert session.undo.undo()
    assert session.dataset.run(chosen) is None


def test_that_answers_are_offered_where_the_data_ask_for_them_and_the_run_predicts(
    qtbot, view, session, monkeypatch, tmp_path
):
    answers, out = view.page.head.answers, tmp_path / "answers.txt"
    view._choose(run_id(view, TWO_HEAD))
    assert not answers.isVisibleTo(view)
    asking = dataclasses.replace(session.dataset.current, asked_P2=np.array([[0, 1], [3, 2]], dtype=np.int32))
    monkeypatch.setattr(session.dataset, "current", asking)
    view._choose(run_id(view, ON_RATINGS))
    assert not answers.isVisibleTo(view), "it predicts no ratings"
    view._choose(run_id(view, TWO_HEAD))
    assert answers.isVisibleTo(view)
    asked = []
    monkeypatch.setattr(view._models.files, "write_answers", lambda run_id, path: asked.append((run_id, path)))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    answers.click()
    assert asked == [(view.chosen, out)]


@pytest.mark.parametrize("is_installed", [True, False])
def test_that_scores_for_other_programs_are_offered_where_the_packages_are(view, monkeypatch, tmp_path, is_installed):
    offered, exported = [], []
    monkeypatch.setattr(text, "can_write_graphs", lambda: is_installed)
    monkeypatch.setattr(view._models.files, "export_model", lambda run_id, path: exported.append((run_id, path)))

    def chosen(parent, title, name, kinds):
        offered.append(kinds.split(";;"))
        return str(tmp_path / name), offered[-1][-1]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", chosen)
    view._choose(run_id(view, TWO_HEAD))
    view.page.head.export.click()
    assert ["*.onnx" in kind for kind in offered[0]] == ([False, True] if is_installed else [False])
    assert exported[0][1].suffix == (".onnx" if is_installed else ".desktoprec-model")


def test_that_room_is_made_and_taken_back(qtbot, view, session, library):
    chosen = run_id(view, TWO_HEAD)
    assert session.models.files.make_room([chosen])
    qtbot.waitUntil(lambda: session.jobs.is_idle and not library.runs.goes_on_exactly(chosen), timeout=MOST_MS)
    assert session.undo.undo()
    assert library.runs.goes_on_exactly(chosen)


def test_that_the_plan_of_a_run_is_put_into_train(shared_session, shared_view, recorded):
    asked, place = recorded(shared_session.models.plan_asked), recorded(shared_session.requests.place)
    choose(shared_session, shared_view, TWO_HEAD)
    shared_view.page.head.duplicate.click()
    assert place.calls == ["train"]
    plan, label = asked.calls[-1]
    assert (plan.model, plan.training.epochs, label) == ("two_head", 3, TWO_HEAD)


def test_that_speed_is_measured_from_its_tab_and_a_stopped_one_leaves_nothing(
    qtbot, view, session, library, monkeypatch
):
    monkeypatch.setattr(climbing, "SECONDS", 0.01)
    panel, told = view.page.ladder, []
    monkeypatch.setattr(session.requests, "inform", told.append)
    view.page.tabs.setCurrentWidget(panel)
    panel.findChild(QAbstractButton, "place_message_button").click()
    assert session.jobs.is_running("ladder")
    session.jobs.stop()
    wait_until(lambda: session.jobs.state is None and session.jobs.is_idle)
    assert library.ladders.newest() is None
    assert "nothing of it is kept" in told[0]
    panel.findChild(QAbstractButton, "place_message_button").click()
    wait_until(lambda: session.jobs.state is None and session.jobs.is_idle)
    kept = library.ladders.newest(session.dataset.fingerprint)
    assert kept is not None
    assert panel.findChild(LadderPlot).ladder == kept
    assert panel.findChild(QAbstractButton, "ladder_measure").isEnabled()
