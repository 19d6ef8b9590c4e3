"""What the list is of: tabs over it, its heading, and what can be done with the lists of one's own.

The list is made by a real model on the real worker.
"""

from dataclasses import replace

import pytest
from list_place import listed, open_place, put_on_lists, turn_to
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QTabBar

from desktop_rec.common.panels import PlaceMessage
from desktop_rec.for_you.choices import ListSource, SourceKind
from engine.data.profiles import ProfileEntry
from engine.recommending.ranking import Filters


@pytest.fixture
def view(qtbot, session, monkeypatch):
    return open_place(qtbot, session, monkeypatch)


def tabs(view):
    bar = view.findChild(QTabBar, "list_source")
    return [bar.tabText(place) for place in range(bar.count())]


def said(view):
    message = view.findChild(QLabel, "list_heading")
    return message.text()


def test_that_tabs_say_how_many_titles_are_on_each_list(view, session):
    assert tabs(view) == ["For you", "Saved", "Not for me"]
    put_on_lists(session, saved=[20, 21], not_for_me=[22])
    assert tabs(view) == ["For you", "Saved  2", "Not for me  1"]


def test_that_a_tab_turns_to_its_list_and_undo_turns_back(qtbot, view, session):
    put_on_lists(session, saved=[20, 21], not_for_me=[22])
    qtbot.waitUntil(lambda: {20, 21} < listed(view) and 22 not in listed(view))

    turn_to(view, 1)
    qtbot.waitUntil(lambda: listed(view) == {20, 21})
    assert said(view) == "Saved for later"
    turn_to(view, 2)
    qtbot.waitUntil(lambda: listed(view) == {22})
    assert said(view) == "Not for me"
    session.undo.undo()
    qtbot.waitUntil(lambda: listed(view) == {20, 21})
    assert view.findChild(QTabBar, "list_source").currentIndex() == 1
    session.undo.undo()
    qtbot.waitUntil(lambda: len(listed(view)) > 10)
    assert said(view) == "Films for you"


def test_that_the_tabs_answer_to_the_keyboard(qtbot, view, session):
    put_on_lists(session, saved=[20])
    bar = view.findChild(QTabBar, "list_source")
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: listed(view) == {20})


def test_that_an_empty_list_says_what_to_do_and_leads_back(qtbot, view, session):
    turn_to(view, 1)
    pane = view.page.pane
    button = view.page.pane.findChild(QPushButton, "place_message_button")
    qtbot.waitUntil(lambda: not pane.shows_list and button.text() == "Back to For you")
    words = pane.findChild(PlaceMessage).accessibleName()
    assert "No saved films yet" in words
    assert "watchlist" in words
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(listed(view)) > 10)


def test_that_a_list_of_titles_that_the_data_set_lacks_names_them(qtbot, view, session):
    profile = session.profile.current.saving(ProfileEntry("", "<b>Lost</b> & Found", 1999, None))
    session.profile.change(profile, "Saved")
    turn_to(view, 1)
    qtbot.waitUntil(lambda: not view.page.pane.shows_list)
    message = view.page.pane.findChild(PlaceMessage)
    qtbot.waitUntil(lambda: "not in this data set: <b>Lost</b> & Found" in message.accessibleName())


def test_that_filters_apply_to_saved_titles_and_can_be_taken_away(qtbot, view, session):
    put_on_lists(session, saved=[20])
    turn_to(view, 1)
    qtbot.waitUntil(lambda: listed(view) == {20})
    view.page.pane.filters_changed.emit(Filters(min_ratings=100_000))
    qtbot.waitUntil(lambda: not view.page.pane.shows_list)
    assert view.page.pane.findChild(QPushButton, "place_message_button").text() == "Reset"


def test_that_a_title_is_allowed_again_from_its_list(qtbot, view, session):
    put_on_lists(session, not_for_me=[22, 23])
    turn_to(view, 2)
    qtbot.waitUntil(lambda: listed(view) == {22, 23})
    chosen = view.page.pane.list.current.item_row
    button = view.findChild(QPushButton, "take_off_list")
    assert button.text() == "Allow again"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed(view) == {22, 23} - {chosen})
    session.undo.undo()
    qtbot.waitUntil(lambda: listed(view) == {22, 23})


def test_that_a_list_is_emptied_at_once_and_undo_brings_all_back(qtbot, view, session, recorded):
    notices = recorded(session.requests.notice)
    put_on_lists(session, saved=[20, 21])
    turn_to(view, 1)
    qtbot.waitUntil(lambda: listed(view) == {20, 21})
    view.findChild(QAction, "empty_list").trigger()
    assert session.profile.current.saved == ()
    assert notices.last.sentence == "Took 2 titles off your list “Saved”."
    assert notices.last.action_words == "Undo"
    qtbot.waitUntil(lambda: not view.page.pane.shows_list)
    assert not view.findChild(QAction, "empty_list").isEnabled()
    session.undo.undo()
    qtbot.waitUntil(lambda: listed(view) == {20, 21})


def test_that_a_list_besides_the_three_has_a_tab_that_can_be_closed(qtbot, view, session):
    choices = replace(session.recommendations.choices, source=ListSource(SourceKind.ALIKE, (3, 4, 5)))
    session.recommendations.bend(choices, "More like these")
    bar = view.findChild(QTabBar, "list_source")
    assert bar.tabToolTip(3) == f"Like {session.dataset.current.catalogue.titles[3]} and 2 more"
    assert tabs(view)[3].startswith("Like Film 3")
    assert bar.currentIndex() == 3
    QTest.mouseClick(bar.tabButton(3, QTabBar.ButtonPosition.RightSide), Qt.MouseButton.LeftButton)
    assert tabs(view) == ["For you", "Saved", "Not for me"]
    assert session.recommendations.choices.source.kind is SourceKind.FOR_YOU
