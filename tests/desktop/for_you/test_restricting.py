"""Only the titles of another list: a file, what was copied, or one's saved titles."""

import pytest
from list_place import listed, open_place, put_on_lists
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QPushButton

from desktop_rec.common import questions
from desktop_rec.for_you.filters import RemovableChip


@pytest.fixture
def view(qtbot, session, monkeypatch):
    return open_place(qtbot, session, monkeypatch)


def choose(view, name):
    button = view.findChild(QPushButton, "only_these")
    next(action for action in button.menu().actions() if action.objectName() == f"only_these_{name}").trigger()


def chips(view):
    return [chip.text() for chip in view.page.pane.filters.findChildren(RemovableChip) if chip.isVisible()]


def test_that_a_file_restricts_the_list_and_what_was_not_found_can_be_looked_at(
    qtbot,
    view,
    session,
    monkeypatch,
    tmp_path,
    recorded,
):
    notices = recorded(session.requests.notice)
    path = tmp_path / "Festival & <b>co.txt"
    path.write_text("1. Film 20 (2000)\n2. Film 21\n3. <i>Nobody</i> Filmed This (1950)\n")
    monkeypatch.setattr(questions, "ask_for_list", lambda parent: path)
    choose(view, "file")
    qtbot.waitUntil(lambda: listed(view) == {20, 21}, timeout=10_000)

    assert any("Festival" in text for text in chips(view))
    assert notices.last.sentence == "2 of 3 titles found; 1 not."
    assert notices.last.action_words == "Look at the 1"
    notices.last.action()
    shown = view.findChild(QListWidget, "missing_titles_list")
    assert shown.item(0).text().startswith("<i>Nobody</i> Filmed This (1950): ")
    QTest.mouseClick(shown.window().findChild(QPushButton, "copy_missing"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("<i>Nobody</i>")
    shown.window().hide()
    session.undo.undo()
    qtbot.waitUntil(lambda: len(listed(view)) > 10)
    assert chips(view) == []


def test_that_copied_titles_restrict_the_list(qtbot, view, session, recorded):
    notices = recorded(session.requests.notice)
    QGuiApplication.clipboard().setText("Film 20\nFilm 21\nFilm 22 (2000)")
    choose(view, "pasted")
    qtbot.waitUntil(lambda: listed(view) == {20, 21, 22}, timeout=10_000)
    assert notices.last.sentence == "All 3 titles found."
    assert len(chips(view)) == 1
    assert "only the clipboard" in chips(view)[0]


def test_that_nothing_known_is_a_sentence_and_changes_nothing(qtbot, view, session, recorded):
    notices = recorded(session.requests.notice)
    QGuiApplication.clipboard().setText("Nobody Filmed This\nNor This (1950)")
    choose(view, "pasted")
    qtbot.waitUntil(lambda: bool(notices.calls), timeout=10_000)
    assert notices.last.sentence == "This data set has none of the 2 titles of the clipboard."
    assert session.recommendations.choices.filters.only_rows is None
    QGuiApplication.clipboard().setText("  \n")
    choose(view, "pasted")
    assert notices.last.sentence == "There is no text on the clipboard."


def test_that_a_file_that_is_no_list_is_a_notice(qtbot, view, session, monkeypatch, tmp_path, recorded):
    notices = recorded(session.requests.notice)
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    monkeypatch.setattr(questions, "ask_for_list", lambda parent: path)
    choose(view, "file")
    qtbot.waitUntil(lambda: bool(notices.calls), timeout=10_000)
    assert "no text" in notices.last.sentence
    assert session.my_ratings.title_lists.progress == ""


def test_that_the_list_can_have_only_saved_titles(qtbot, view, session, recorded):
    notices = recorded(session.requests.notice)
    choose(view, "saved")
    assert notices.last.sentence == "None of your saved titles is here."
    put_on_lists(session, saved=[20, 21])
    choose(view, "saved")
    qtbot.waitUntil(lambda: listed(view) == {20, 21})
