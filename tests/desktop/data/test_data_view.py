"""The place Data: the welcome, an import with its progress, and the page of a data set."""

import dataclasses

import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableView

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure
from desktop_rec.data.cards import report_sentences
from desktop_rec.data.dataset_view import describe_origin
from desktop_rec.data.statistics_text import format_density
from desktop_rec.data.view import DataView


@pytest.fixture
def view(qtbot, session):
    made = DataView(session.data, session.importing)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def opened(view, session, library, report, monkeypatch):
    problem = {"line": 5001, "text": "12,31,abc", "reason": "the rating is no number", "file": "ratings.csv"}
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    kept = library.datasets.save(planted_dataset(), report)
    found = {**kept.report, "skipped": {"the rating is no number": 1}, "problems": [problem], "duplicates": 2}
    session.dataset.take(library.datasets.open(kept.dataset_id), dataclasses.replace(kept, report=found))
    session.library.note_change()
    return view


def press(qtbot, view, name):
    qtbot.mouseClick(view.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def texts(view):
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]


def test_that_an_empty_library_offers_the_sample_and_a_file(qtbot, view, session, monkeypatch, recorded):
    asked, files = [], recorded(view.file_asked)
    monkeypatch.setattr(session.jobs, "start", lambda job: asked.append(job.state.title) or True)
    press(qtbot, view, "use_sample")
    press(qtbot, view, "open_file")
    assert asked == ["Opening the sample"]
    assert len(files.calls) == 1


def test_that_a_folder_that_cannot_be_opened_is_said_with_a_way_to_try_again(qtbot, view, session, recorded):
    retried = recorded(view.retry_asked)
    session.library.failure = Failure("Another window has this folder.", "Close it.", "")
    session.library.note_change()
    assert "Another window has this folder. Close it." in texts(view)
    assert not view.findChild(QPushButton, "use_sample").isEnabled()
    press(qtbot, view, "retry_library")
    assert len(retried.calls) == 1


def test_that_an_import_shows_the_line_it_reads_and_can_be_cancelled(qtbot, view, session, monkeypatch):
    cancelled = []
    monkeypatch.setattr(session.jobs, "stop", lambda: cancelled.append(1))
    session.jobs.state = JobState("import", "Importing a.csv", "Reading line 8,100,000 of about 20,000,000", 0.4, 72)
    session.jobs.changed.emit(session.jobs.state)
    assert "Reading line 8,100,000 of about 20,000,000" in texts(view)
    assert "1:12 left" in texts(view)
    press(qtbot, view, "import_cancel")
    assert cancelled == [1]
    session.jobs.state = None
    session.jobs.changed.emit(None)
    assert view.findChild(QPushButton, "use_sample").isVisible()


def test_that_the_page_says_people_titles_ratings_and_density(opened):
    shown = texts(opened)
    dataset = planted_dataset()
    assert {"120", "40", f"{dataset.entries:,}"} <= set(shown)
    assert format_density(dataset.density) in shown


def test_that_skipped_lines_stand_in_a_table_with_their_line(opened):
    table = opened.findChild(QTableView, "problems_table")
    row = [table.model().index(0, column).data() for column in range(3)]
    assert row == ["5,001", "12,31,abc", "the rating is no number"]


def test_that_one_press_on_train_starts_it_and_shows_it(qtbot, opened, session, recorded, monkeypatch):
    places, started = recorded(session.requests.place), []
    monkeypatch.setattr(session.jobs, "start", lambda job: started.append(job.state.kind) or True)
    press(qtbot, opened, "data_train")
    press(qtbot, opened, "data_for_you")
    assert places.calls == ["train", "for_you"]
    assert started == ["training"]


def test_that_a_data_set_is_renamed_in_its_row(qtbot, opened, library):
    press(qtbot, opened, "dataset_rename_planted")
    edit = opened.findChild(QLineEdit, "dataset_name_planted")
    edit.setText("My films")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert library.datasets.find("planted").name == "My films"


def test_that_a_deleted_data_set_leads_back_to_the_welcome(qtbot, opened, session):
    press(qtbot, opened, "dataset_delete_planted")
    assert opened.findChild(QPushButton, "use_sample").isVisible()
    session.undo.undo()
    assert opened.findChild(QPushButton, "data_train").isVisible()


def test_that_a_report_is_told_in_sentences():
    report = {"rows": 9, "skipped": {"no rating": 2}, "problems": [{}], "notes": ["A note."]}
    said = report_sentences(report)
    assert said[0] == "2 of 9 lines were skipped: 2 × no rating. Listed here: the first 1."
    assert said[-1] == "A note."
    assert report_sentences({"rows": 9}) == ["All 9 lines could be read."]


def test_that_words_are_as_people_say_them():
    assert [format_density(share) for share in (0.62, 0.0412, 0.0005)] == ["62 %", "4.1 %", "0.05 %"]
    assert (
        describe_origin({"files": ["/x/ratings.csv"], "layout": "MovieLens csv"}) == "from ratings.csv · MovieLens csv"
    )
