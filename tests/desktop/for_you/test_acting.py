"""What is done with a recommended title: saved for later, not for me, seen; each is undone and done again."""

import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_rec.common.title_search import TitleSearch


@pytest.fixture
def rated(session, monkeypatch):
    """Me with two ratings, over an open data set."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    session.dataset.take(planted_dataset(), None)
    session.my_ratings.rate(3, 4.0)
    session.my_ratings.rate(5, None)
    return session


def listed(session):
    """The titles of both lists by id."""
    profile = session.profile.current
    return [entry.item_id for entry in profile.saved], [entry.item_id for entry in profile.not_for_me]


def stored(session):
    return session.library.files.profiles.load(session.profile.current.profile_id)


@pytest.mark.parametrize(
    ("act", "expected"),
    [("save_for_later", (["7"], [])), ("refuse", ([], ["7"])), ("mark_seen", ([], []))],
)
def test_that_an_act_is_stored_undone_and_done_again(rated, act, expected):
    ids = rated.dataset.current.items
    before = rated.profile.current
    expected = tuple([ids.id(7)] * len(part) for part in expected)
    getattr(rated.my_ratings, act)(7)
    after = rated.profile.current
    assert listed(rated) == expected
    assert stored(rated) == after
    assert after != before
    assert rated.undo.undo()
    assert (rated.profile.current, stored(rated)) == (before, before)
    assert rated.undo.redo()
    assert (rated.profile.current, stored(rated)) == (after, after)


def test_that_a_title_stands_in_one_list_only(rated):
    rated.my_ratings.save_for_later(7)
    rated.my_ratings.refuse(7)
    assert listed(rated) == ([], [rated.dataset.current.items.id(7)])
    rated.my_ratings.unlist(7)
    assert listed(rated) == ([], [])
    for _ in range(3):
        rated.undo.undo()
    assert listed(rated) == ([], [])
    assert rated.undo.redo_text.startswith("Saved")


@pytest.mark.parametrize("act", ["refuse", "mark_seen", "unlist"])
def test_that_what_leaves_a_list_is_announced_with_undo(rated, recorded, act):
    rated.my_ratings.save_for_later(7)
    notices = recorded(rated.requests.notice)
    before = rated.profile.current
    getattr(rated.my_ratings, act)(7)
    (notice,) = notices.calls
    assert notice.action_words == "Undo"
    notice.action()
    assert rated.profile.current == before


def test_that_titles_not_for_me_are_not_recommended(rated):
    from engine.data.profiles import profile_rows

    rated.my_ratings.refuse(7)
    assert 7 in profile_rows(rated.profile.current, rated.dataset.current).not_for_me_rows


def undo_in_the_search_field(qtbot, session, monkeypatch, tmp_path):
    from desktop_rec.common.preferences import Preferences
    from desktop_rec.window.main_window import MainWindow

    monkeypatch.setattr(session.recommendations, "recommend", lambda: None)
    window = MainWindow(session, Preferences(tmp_path / "home"))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    search = window.findChild(TitleSearch)
    search.setFocus()
    qtbot.waitUntil(search.hasFocus)
    return search


def test_that_undo_and_redo_reach_ratings_from_an_empty_search_field(qtbot, rated, monkeypatch, tmp_path):
    search = undo_in_the_search_field(qtbot, rated, monkeypatch, tmp_path)
    rated.my_ratings.save_for_later(7)
    QTest.keyClicks(search, "film")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    QTest.keyClick(search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert listed(rated) == ([], [])
    QTest.keyClick(search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert listed(rated)[0]


def test_that_undo_in_the_search_field_takes_back_typing_first(qtbot, rated, monkeypatch, tmp_path):
    search = undo_in_the_search_field(qtbot, rated, monkeypatch, tmp_path)
    rated.my_ratings.save_for_later(7)
    QTest.keyClicks(search, "film")
    QTest.keyClick(search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert search.text() == ""
    assert listed(rated)[0]
