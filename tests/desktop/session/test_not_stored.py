"""On a full disk nothing that a person rated is lost in silence: it is kept, named, stored later, and asked about."""

import logging
from dataclasses import replace

import pytest
from planted import planted_dataset
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton

from desktop_rec.common import questions
from desktop_rec.common.preferences import Preferences
from desktop_rec.window.main_window import MainWindow
from engine.data.profiles import Profile, ProfileEntry
from engine.errors import LibraryError, NotStoredError
from engine.library.profiles import ProfileStore


class Disk:
    """Says of every profile that it cannot be stored, as long as it `is_full`."""

    def __init__(self, monkeypatch, *, is_full=False, because_full=True):
        self.is_full, self.because_full, save = is_full, because_full, ProfileStore.save

        def saved(store, profile):
            if self.is_full:
                what = f"The ratings of {profile.name}"
                raise NotStoredError(
                    f"{what} could not be written.", remedy="Look.", not_stored=what, is_full=self.because_full
                )
            save(store, profile)

        monkeypatch.setattr(ProfileStore, "save", saved)


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


@pytest.fixture
def opened(session, library, report, monkeypatch):
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    library.datasets.save(replace(planted_dataset(), dataset_id="planted"), report)
    session.data.open("planted")
    return session


@pytest.fixture
def window(qtbot, opened, tmp_path):
    made = MainWindow(opened, Preferences(tmp_path / "home"))
    qtbot.addWidget(made, before_close_func=MainWindow.close_without_asking)
    made.show()
    return made


def said(window):
    label = window.findChild(QLabel, "not_stored_words")
    return label.text() if label.isVisible() else ""


def stored(library, profile_id="me"):
    return {entry.title: entry.rating for entry in library.profiles.load(profile_id).entries}


def test_that_ratings_are_kept_and_named_and_stored_with_the_next_change_that_finds_room(
    window, opened, library, disk, recorded
):
    opened.my_ratings.rate(0, 5.0)
    disk.is_full = True
    notices = recorded(opened.requests.notice)
    for row in (0, 1, 2):
        opened.my_ratings.rate(row, 4.0)
    assert {entry.title: entry.rating for entry in opened.profile.current.entries} == dict.fromkeys(
        ("Film 0", "Film 1", "Film 2"), 4.0
    )
    assert stored(library) == {"Film 0": 5.0}
    assert said(window).startswith("Not stored yet: 3 ratings of Me. The disk is full.")
    assert notices.calls == []
    opened.undo.undo()
    assert said(window).startswith("Not stored yet: 2 ratings of Me.")
    disk.is_full = False
    opened.my_ratings.rate(5, 1.0)
    assert said(window) == ""
    assert stored(library) == {"Film 0": 4.0, "Film 1": 4.0, "Film 5": 1.0}


def test_that_what_is_undone_is_not_missing(window, opened, disk):
    disk.is_full = True
    opened.my_ratings.rate(0, 5.0)
    opened.undo.undo()
    assert opened.profile.current.entries == ()
    assert said(window) == ""


@pytest.mark.parametrize("how", ["something is deleted", "the button is pressed"])
def test_that_another_try_is_made_when(window, opened, library, disk, report, how):
    library.datasets.save(replace(planted_dataset(seed=9), dataset_id="other", name="Other"), report)
    disk.is_full = True
    opened.my_ratings.rate(0, 5.0)
    disk.is_full = False
    if how == "something is deleted":
        opened.data.delete("other")
    else:
        window.findChild(QPushButton, "not_stored_again").click()
    assert said(window) == ""
    assert stored(library) == {"Film 0": 5.0}


def test_that_a_folder_that_may_not_be_written_to_is_called_that(window, opened, disk):
    disk.is_full, disk.because_full = True, False
    opened.my_ratings.rate(0, 5.0)
    assert said(window) == "Not stored yet: 1 rating of Me. The ratings of Me could not be written. Look."


def test_that_lists_that_cannot_be_stored_are_said_to_be(window, opened, library, disk):
    disk.is_full = True
    opened.my_ratings.save_for_later(0)
    assert said(window).startswith("Not stored yet: the lists of Me.")
    disk.is_full = False
    assert opened.profile.store_again()
    assert [entry.title for entry in library.profiles.load("me").saved] == ["Film 0"]


def test_that_people_keep_what_is_not_stored_while_others_go_on(window, opened, library, disk):
    disk.is_full = True
    opened.my_ratings.rate(0, 5.0)
    opened.my_ratings.new_profile("Anna")
    assert opened.profile.current.name == "Anna"
    assert said(window).startswith("Not stored yet: 1 rating of Me and the name Anna.")
    opened.my_ratings.rate(1, 2.0)
    opened.my_ratings.choose_profile("me")
    assert [entry.rating for entry in opened.profile.current.entries] == [5.0]
    disk.is_full = False
    assert opened.profile.store_again()
    assert sorted(person.name for person in library.profiles.records()) == ["Anna", "Me"]
    anna = next(person for person in library.profiles.records() if person.name == "Anna")
    assert stored(library, anna.profile_id) == {"Film 1": 2.0}
    assert stored(library) == {"Film 0": 5.0}


def test_that_who_is_deleted_stays_deleted_and_has_everything_again_when_that_is_undone(window, opened, library, disk):
    library.profiles.save(Profile("bo", "Bo", (ProfileEntry("7", "Film 7", 2000, 3.0),)))
    opened.library.note_change()
    opened.my_ratings.choose_profile("bo")
    disk.is_full = True
    opened.my_ratings.rate(0, 5.0)
    opened.my_ratings.rename_profile("bo", "Bob")
    assert said(window).startswith("Not stored yet: 1 rating of Bob.")
    opened.my_ratings.delete_profile("bo")
    disk.is_full = False
    assert opened.profile.store_again()
    assert [person.name for person in library.profiles.records()] == ["Me"]
    opened.undo.undo()
    assert stored(library, "bo") == {"Film 7": 3.0, "Film 0": 5.0}
    assert library.profiles.load("bo").name == "Bob"


def test_that_somebody_can_rate_where_nobody_could_ever_be_stored(session, library, monkeypatch):
    library.profiles.delete("me")
    disk = Disk(monkeypatch, is_full=True)
    session.profile.load_default()
    assert session.profile.current.name == "Me"
    assert session.profile.not_stored_words == ""
    disk.is_full = False


def test_that_a_damaged_library_refuses_the_change(opened, monkeypatch, recorded):
    def refuse(_store, _profile):
        raise LibraryError("The records are damaged.")

    monkeypatch.setattr(ProfileStore, "save", refuse)
    notices = recorded(opened.requests.notice)
    opened.my_ratings.rate(0, 5.0)
    assert notices.last.sentence == "The records are damaged."
    assert opened.profile.current.entries == ()


def test_that_closing_asks_before_ratings_are_lost(qtbot, window, opened, disk, monkeypatch, caplog):
    asked = []
    monkeypatch.setattr(questions, "ask_to_lose", lambda _parent, sentence: asked.append(sentence) or len(asked) > 1)
    disk.is_full = True
    opened.my_ratings.rate(0, 5.0)
    assert not window.close()
    assert window.isVisible()
    assert asked[0].startswith("Not stored yet: 1 rating of Me.")
    with caplog.at_level(logging.WARNING, "desktop_rec"):
        window.close()  # at once, or when what it was doing has ended
        qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert "1 rating of Me" in caplog.text


def test_that_closing_stores_what_finds_room_now_and_asks_nothing(qtbot, window, opened, library, disk, monkeypatch):
    monkeypatch.setattr(questions, "ask_to_lose", lambda *_: pytest.fail("asked"))
    disk.is_full = True
    opened.my_ratings.rate(0, 5.0)
    disk.is_full = False
    window.close()  # at once, or when what it was doing has ended
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert stored(library) == {"Film 0": 5.0}


def test_that_the_end_of_the_desktop_session_asks_nothing_and_logs_what_was_lost(
    qtbot, window, opened, disk, monkeypatch, caplog
):
    monkeypatch.setattr(questions, "ask_to_lose", lambda *_: pytest.fail("asked"))
    disk.is_full = True
    opened.my_ratings.rate(0, 5.0)
    with caplog.at_level(logging.WARNING, "desktop_rec"):
        window.close_without_asking()  # at once, or when what it was doing has ended
        qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert "1 rating of Me" in caplog.text


def test_that_the_question_names_what_would_be_lost(qapp, monkeypatch):
    shown = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append((box.text(), box.informativeText())))
    assert not questions.ask_to_lose(None, "Not stored yet: 1 rating of Me.")
    assert shown == [
        ("Not stored yet: 1 rating of Me.", "Closing now loses it. You can save it elsewhere first: For you, ⋯, "
         "Save my ratings as CSV.")
    ]  # fmt: skip
