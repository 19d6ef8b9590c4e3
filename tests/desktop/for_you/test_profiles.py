"""Several people on one computer: renamed, deleted, brought back, and their ratings saved as files."""

import csv

import pytest
from planted import planted_dataset
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from desktop_rec.common import questions
from desktop_rec.for_you.my_ratings.panel import CSV, DELETE, LETTERBOXD, RENAME, PersonMenu
from desktop_rec.for_you.view import ForYouView


@pytest.fixture
def rated(session, monkeypatch):
    """Me with two ratings, over an open data set."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    session.dataset.take(planted_dataset(), None)
    session.my_ratings.rate(3, 4.0)
    session.my_ratings.rate(5, None)
    return session


@pytest.fixture
def view(qtbot, rated, monkeypatch):
    monkeypatch.setattr(rated.recommendations, "recommend", lambda: None)
    made = ForYouView(rated.recommendations, rated.my_ratings, rated.taste_map, rated.taste)
    qtbot.addWidget(made)
    made.show()
    return made


def names(session):
    return [person.name for person in session.library.people()]


def test_that_a_renamed_profile_is_called_so_everywhere(rated, recorded):
    changed = recorded(rated.library.changed)
    rated.my_ratings.rename_profile("me", "  Maria ")
    assert rated.profile.current.name == "Maria"
    assert names(rated) == ["Maria"]
    assert changed.calls


def test_that_an_empty_name_renames_nobody(rated):
    rated.my_ratings.rename_profile("me", "  ")
    assert names(rated) == ["Me"]


def test_that_a_deleted_profile_comes_back_with_its_ratings_and_goes_on(rated):
    rated.my_ratings.new_profile("Anna")
    rated.my_ratings.choose_profile("me")
    rated.my_ratings.delete_profile("me")
    assert (rated.profile.current.name, names(rated)) == ("Anna", ["Anna"])
    rated.undo.undo()
    assert (rated.profile.current.name, names(rated)) == ("Me", ["Me", "Anna"])
    assert len(rated.profile.current.entries) == 2


def test_that_the_last_profile_gives_way_to_a_fresh_one_which_undo_takes_away_again(rated):
    rated.my_ratings.delete_profile("me")
    assert rated.profile.current.entries == ()
    assert names(rated) == ["Me"]
    rated.undo.undo()
    assert len(rated.profile.current.entries) == 2
    assert names(rated) == ["Me"]


def test_that_undo_keeps_the_fresh_profile_once_something_was_rated_in_it(rated, recorded):
    notices = recorded(rated.requests.notice)
    rated.my_ratings.delete_profile("me")
    undo_deletion = notices.last.action
    rated.my_ratings.rate(1, 5.0)
    undo_deletion()
    assert len(rated.library.people()) == 2


def test_that_deleting_somebody_else_leaves_the_person_in_place(rated):
    rated.my_ratings.new_profile("Anna")
    rated.my_ratings.delete_profile("me")
    assert rated.profile.current.name == "Anna"
    rated.undo.undo()
    assert rated.profile.current.name == "Anna"


def test_that_my_ratings_are_saved_as_csv_with_their_scale(view, rated, monkeypatch, tmp_path, recorded):
    place, notices = tmp_path / "mine.csv", recorded(rated.requests.notice)
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *_: place)
    view.page.mine.menu.asked.emit(CSV)
    with open(place, newline="", encoding="utf-8") as file:
        saved = list(csv.DictReader(file))
    assert [(row["title"], row["rating"], row["scale_high"]) for row in saved] == [
        ("Film 3", "4", "5"),
        ("Film 5", "", "5"),
    ]
    assert notices.last.sentence == f"Saved 2 titles as {place}."


def test_that_my_ratings_are_saved_as_letterboxd_imports_them(view, monkeypatch, tmp_path):
    place = tmp_path / "letterboxd.csv"
    monkeypatch.setattr(questions, "ask_where_to_save", lambda *_: place)
    view.page.mine.menu.asked.emit(LETTERBOXD)
    with open(place, newline="", encoding="utf-8") as file:
        assert [row["Title"] for row in csv.DictReader(file)] == ["Film 3", "Film 5"]


def test_that_a_folder_that_cannot_be_written_to_is_a_sentence(rated, tmp_path, recorded):
    notices = recorded(rated.requests.notice)
    assert not rated.my_ratings.save(tmp_path / "nowhere" / "mine.csv")
    assert "could not be written" in notices.last.sentence


def test_that_the_menu_renames_and_deletes_the_person_in_use(view, rated, monkeypatch):
    monkeypatch.setattr(questions, "ask_for_new_name", lambda *_: "Maria")
    view.page.mine.menu.asked.emit(RENAME)
    assert view.findChild(QPushButton, "person").text() == "Maria  ▾"
    view.page.mine.menu.asked.emit(DELETE)
    assert rated.profile.current.entries == ()


def test_that_nobody_of_the_data_set_can_be_renamed_or_deleted(qtbot):
    menu = PersonMenu()
    qtbot.addWidget(menu)
    entries = [menu.findChild(QAction, f"person_{key}") for key in (RENAME, DELETE, CSV)]
    menu.allow(borrowed=True, ratings=3)
    assert [entry.isEnabled() for entry in entries] == [False, False, True]
    menu.allow(borrowed=False, ratings=0)
    assert [entry.isEnabled() for entry in entries] == [True, True, False]
