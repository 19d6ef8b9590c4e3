"""Undo and redo: the stack by itself, and every change that a person makes to ratings, people and lists."""

from dataclasses import replace
from functools import partial

import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_rec.common.title_search import TitleSearch
from desktop_rec.for_you.choices import ListChoices
from desktop_rec.session import undo as undo_module
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import Change, UndoStack
from engine.errors import LibraryError
from engine.recommending.ranking import Filters


class Dial:
    """A value that is changed through a stack, and the clock of the stack."""

    def __init__(self, stack, monkeypatch):
        self.value, self.now_s, self._stack = 0, 100.0, stack
        monkeypatch.setattr(undo_module.time, "monotonic", lambda: self.now_s)

    def turn(self, value, *, merges="", announced=False, scope=""):
        former = self.value
        take = partial(setattr, self, "value")
        change = Change(f"Turned to {value}", partial(take, value), partial(take, former), "", announced, merges, scope)
        assert self._stack.do(change)


@pytest.fixture
def requests(qapp):
    return WindowRequests()


@pytest.fixture
def stack(requests):
    return UndoStack(requests)


@pytest.fixture
def dial(stack, monkeypatch):
    return Dial(stack, monkeypatch)


@pytest.fixture
def opened(session, monkeypatch):
    """A session over planted data, with nothing rated and no model."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    session.dataset.take(planted_dataset(), None)
    return session


def ratings(session):
    return {entry.title: entry.rating for entry in session.profile.current.entries}


def stored(session, profile_id="me"):
    return {entry.title: entry.rating for entry in session.library.files.profiles.load(profile_id).entries}


def names(session):
    return [person.name for person in session.library.people()]


def test_that_changes_are_undone_from_the_last_and_redone_from_the_first(stack, dial):
    for value in (1, 2, 3):
        dial.turn(value)
    assert stack.undo()
    assert stack.undo()
    assert (dial.value, stack.undo_text, stack.redo_text) == (1, "Turned to 1", "Turned to 2")
    assert stack.redo()
    assert stack.redo()
    assert (dial.value, stack.redo_text) == (3, "")
    assert not stack.redo()


def test_that_a_new_change_drops_what_could_be_redone(stack, dial):
    dial.turn(1)
    stack.undo()
    dial.turn(5)
    assert not stack.redo()
    assert dial.value == 5
    assert stack.undo()
    assert dial.value == 0
    assert not stack.undo()


def test_that_a_slider_in_motion_is_one_step_and_a_pause_begins_another(stack, dial):
    for value in (1, 2, 3):
        dial.turn(value, merges="gems")
        dial.now_s += 0.5
    dial.now_s += 2
    dial.turn(4, merges="gems")
    stack.undo()
    assert dial.value == 3
    stack.undo()
    assert dial.value == 0
    stack.redo()
    assert dial.value == 3


def test_that_a_slider_moved_after_undo_or_redo_is_a_step_of_its_own(stack, dial):
    dial.turn(1, merges="gems")
    stack.undo()
    stack.redo()
    dial.turn(2, merges="gems")
    stack.undo()
    assert dial.value == 1


def test_that_another_dial_in_between_is_not_merged(stack, dial):
    dial.turn(1, merges="gems")
    dial.turn(2, merges="love")
    stack.undo()
    assert dial.value == 1


def test_that_a_change_that_fails_is_reported_and_not_recorded(stack, requests, recorded):
    notices = recorded(requests.notice)

    def fail():
        raise LibraryError("The disk is full.", remedy="Free some space.")

    assert not stack.do(Change("Deleted it", fail, fail))
    assert notices.last.sentence == "The disk is full."
    assert stack.undo_text == ""


def test_that_an_undo_that_fails_stays_to_be_tried_again(stack, requests, recorded):
    notices, attempts = recorded(requests.notice), []

    def revert():
        attempts.append(1)
        if len(attempts) == 1:
            raise LibraryError("Somebody else writes just now.", remedy="Try again.")

    stack.do(Change("Deleted it", lambda: None, revert))
    assert not stack.undo()
    assert notices.last.sentence == "Somebody else writes just now."
    assert stack.undo()
    assert notices.last.sentence == "Undone: deleted it."


def test_that_the_notice_of_a_change_undoes_it_also_after_it_was_redone(stack, dial, requests, recorded):
    notices = recorded(requests.notice)
    dial.turn(1, announced=True)
    undo_it = notices.last.action
    stack.undo()
    assert not undo_it()
    stack.redo()
    assert undo_it()
    assert dial.value == 0


def test_that_the_notice_of_a_forgotten_change_says_that_it_is_too_late(stack, dial, requests, recorded):
    notices = recorded(requests.notice)
    dial.turn(1, announced=True, scope="a list")
    undo_it = notices.last.action
    stack.forget("a list")
    assert not undo_it()
    assert notices.last.sentence == "This can no longer be undone."


def test_that_ratings_and_seen_marks_are_undone_and_redone(opened):
    opened.my_ratings.rate(0, 5.0)
    opened.my_ratings.rate(0, 2.0)
    opened.my_ratings.rate(1, None)
    assert opened.undo.undo_text == "Marked Film 1 as seen"
    opened.undo.undo()
    assert ratings(opened) == stored(opened) == {"Film 0": 2.0}
    opened.undo.undo()
    assert ratings(opened) == {"Film 0": 5.0}
    opened.undo.redo()
    opened.undo.redo()
    assert ratings(opened) == stored(opened) == {"Film 0": 2.0, "Film 1": None}


def test_that_a_removed_rating_comes_back_in_its_place_and_leaves_again_by_redo(opened, recorded):
    notices = recorded(opened.requests.notice)
    for row in range(3):
        opened.my_ratings.rate(row, 4.0)
    opened.my_ratings.remove("1", "Film 1")
    assert notices.last.sentence == "Removed Film 1 from your ratings."
    opened.undo.undo()
    assert list(ratings(opened)) == ["Film 0", "Film 1", "Film 2"]
    assert notices.last.sentence == "Undone: Film 1 is back in your ratings."
    opened.undo.redo()
    assert list(stored(opened)) == ["Film 0", "Film 2"]


def test_that_the_notice_of_a_removal_leaves_a_newer_rating_alone(opened, recorded):
    notices = recorded(opened.requests.notice)
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.remove("0", "Film 0")
    undo_removal = notices.last.action
    opened.my_ratings.rate(0, 1.0)
    undo_removal()
    assert ratings(opened) == {"Film 0": 1.0}


def test_that_a_switch_is_undone_and_redone(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.switch("0", False, "Film 0")
    opened.undo.undo()
    assert opened.profile.current.entries[0].on
    opened.undo.redo()
    assert not opened.profile.current.entries[0].on


def test_that_what_is_rated_already_makes_no_step(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.rate(0, 4.0)
    opened.undo.undo()
    assert ratings(opened) == {}


def test_that_an_answer_put_back_is_a_step_of_its_own(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.put_back(0, None)
    assert ratings(opened) == {}
    opened.undo.undo()
    assert ratings(opened) == {"Film 0": 4.0}


def test_that_ratings_are_undone_after_the_data_set_was_switched(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.dataset.take(replace(planted_dataset(seed=9), dataset_id="other", fingerprint="other"), None)
    opened.my_ratings.rate(1, 2.0)
    opened.undo.undo()
    opened.undo.undo()
    assert ratings(opened) == stored(opened) == {}
    opened.dataset.take(None, None)
    opened.undo.redo()
    assert ratings(opened) == {"Film 0": 4.0}


def test_that_undo_and_redo_find_the_right_person_while_another_goes_on(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.new_profile("Anna")
    anna = opened.profile.current.profile_id
    opened.my_ratings.rate(1, 1.0)
    opened.undo.undo()
    opened.undo.undo()
    assert opened.profile.current.name == "Anna"
    assert (stored(opened), stored(opened, anna)) == ({}, {})
    opened.undo.redo()
    assert (stored(opened), ratings(opened)) == ({"Film 0": 4.0}, {})
    opened.my_ratings.choose_profile("me")
    opened.undo.redo()
    assert (ratings(opened), stored(opened, anna)) == ({"Film 0": 4.0}, {"Film 1": 1.0})


def test_that_changes_of_a_borrowed_person_are_undone_while_they_are_there_and_forgotten_with_them(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.borrow("7")
    before = opened.profile.current.entries
    opened.my_ratings.remove(before[0].item_id, before[0].title)
    opened.undo.undo()
    assert opened.profile.current.entries == before
    opened.undo.redo()
    assert opened.profile.current.entries == before[1:]
    opened.my_ratings.choose_profile("me")
    assert opened.undo.undo_text == "Rated Film 0 4"
    opened.undo.undo()
    assert ratings(opened) == {}


def test_that_a_borrowed_person_leaves_with_their_data_set_and_my_own_change_can_be_undone(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.borrow("7")
    entry = opened.profile.current.entries[0]
    opened.my_ratings.remove(entry.item_id, entry.title)
    opened.dataset.take(replace(planted_dataset(seed=9), dataset_id="other", fingerprint="other"), None)
    assert (opened.profile.current.name, opened.profile.is_borrowed) == ("Me", False)
    opened.undo.undo()
    assert ratings(opened) == {}
    assert not opened.undo.undo()


def test_that_undo_changes_my_own_ratings_while_somebody_is_borrowed(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.borrow("7")
    before = opened.profile.current
    opened.undo.undo()
    assert stored(opened) == {}
    assert opened.profile.current == before


def test_that_a_renamed_profile_gets_its_name_back_and_keeps_what_was_rated_since(opened):
    opened.my_ratings.rename_profile("me", "Maria")
    opened.undo.undo()
    assert (names(opened), opened.profile.current.name) == (["Me"], "Me")
    opened.undo.redo()
    assert (names(opened), opened.profile.current.name) == (["Maria"], "Maria")
    opened.my_ratings.rate(0, 4.0)
    opened.undo.undo()
    assert opened.profile.current.name == "Maria"


def test_that_a_deleted_profile_comes_back_and_goes_again_by_redo(opened, recorded):
    notices = recorded(opened.requests.notice)
    opened.my_ratings.rate(0, 4.0)
    opened.my_ratings.new_profile("Anna")
    opened.my_ratings.choose_profile("me")
    opened.my_ratings.delete_profile("me")
    assert notices.last.sentence == "Deleted your profile and its ratings."
    opened.undo.undo()
    assert notices.last.sentence == "Undone: your profile is back."
    assert (opened.profile.current.name, ratings(opened)) == ("Me", {"Film 0": 4.0})
    opened.undo.redo()
    assert (names(opened), opened.profile.current.name) == (["Anna"], "Anna")
    opened.undo.undo()
    opened.undo.undo()
    assert (ratings(opened), stored(opened)) == ({}, {})


def test_that_redo_of_a_deletion_leaves_the_person_who_goes_on_meanwhile(opened):
    opened.my_ratings.new_profile("Anna")
    opened.my_ratings.new_profile("Ben")
    opened.my_ratings.choose_profile("me")
    opened.my_ratings.delete_profile("me")
    opened.undo.undo()
    ben = next(person.profile_id for person in opened.library.people() if person.name == "Ben")
    opened.my_ratings.choose_profile(ben)
    opened.undo.redo()
    assert opened.profile.current.name == "Ben"
    opened.undo.undo()
    assert opened.profile.current.name == "Ben"
    assert sorted(names(opened)) == ["Anna", "Ben", "Me"]


def test_that_filters_and_dials_are_undone_and_redone(opened):
    recommendations, wanted = opened.recommendations, Filters(genres_none=("Horror",))
    recommendations.bend(ListChoices(filters=wanted), "Changed the filters")
    recommendations.bend(ListChoices(filters=wanted, gems=0.2), "Moved the slider of hidden gems", merges="gems")
    recommendations.bend(ListChoices(filters=wanted, gems=0.6), "Moved the slider of hidden gems", merges="gems")
    opened.undo.undo()
    assert recommendations.choices == ListChoices(filters=wanted)
    opened.undo.undo()
    assert recommendations.choices == ListChoices()
    opened.undo.redo()
    opened.undo.redo()
    assert recommendations.choices == ListChoices(filters=wanted, gems=0.6)


def test_that_filters_are_forgotten_with_their_data_set_and_ratings_before_them_are_not(opened):
    opened.my_ratings.rate(0, 4.0)
    opened.recommendations.bend(ListChoices(gems=0.6), "Moved the slider of hidden gems")
    opened.dataset.take(replace(planted_dataset(seed=9), dataset_id="other", fingerprint="other"), None)
    assert opened.recommendations.choices == ListChoices()
    assert opened.undo.undo_text == "Rated Film 0 4"


def test_that_a_text_field_undoes_its_own_typing_before_the_window_undoes(qtbot):
    from PySide6.QtGui import QKeySequence, QShortcut
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    window, search, pressed = QWidget(), TitleSearch(), []
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(search)
    for keys in ("Ctrl+Z", "Ctrl+Shift+Z"):
        QShortcut(QKeySequence(keys), window).activated.connect(partial(pressed.append, keys))
    window.show()
    search.setFocus()
    qtbot.waitUntil(search.hasFocus)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClicks(search, "alien")
    QTest.keyClick(search, Qt.Key.Key_Z, control)
    assert search.text() != "alien"
    assert pressed == []
    QTest.keyClick(search, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert search.text() == "alien"
    while search.isUndoAvailable():
        search.undo()
    QTest.keyClick(search, Qt.Key.Key_Z, control)
    assert pressed == ["Ctrl+Z"]
    search.setText("")
    QTest.keyClick(search, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert pressed == ["Ctrl+Z", "Ctrl+Shift+Z"]
