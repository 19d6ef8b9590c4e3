"""The tour through what else can be done in For you: filters, a trial, lists of one's own, the map and the taste."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView, QTabBar

from desktop_rec.for_you.filter_panel import FilterPanel
from desktop_rec.for_you.title_list import TitleList
from desktop_rec.tour.hand import Hand

_FRIEND = "15"
"""A person of the sample who rated much."""
_SAVED_PLACES = (0, 2, 4)


def filters_and_trial(hand: Hand) -> None:
    """A genre and a decade by the panel; then a rating is switched off only to see what becomes of the list."""
    hand.press("add_filter")
    panel = hand.find(FilterPanel, "filter_panel")
    for chip in ("genre_Drama", "decade_1990"):
        hand.press(chip)
    hand.settle(600)
    hand.picture("for_you_filtered")
    hand.picture("filter_panel", of=panel)
    panel.hide()
    hand.press("reset_choices")
    hand.press("try_changes")
    mine = hand.find(TitleList, "my_ratings")
    mine.setFocus()
    mine.setCurrentIndex(mine.model().index(0, 0))
    QTest.keyClick(mine, Qt.Key.Key_Space)
    hand.settle(1200)
    hand.picture("for_you_trial")
    hand.press("put_back_trial")
    hand.say("filtered by the panel, and tried without a rating")


def saved_and_asked(hand: Hand) -> None:
    """Films saved for later, more like one of them, and a list with somebody."""
    hand.settle(600)
    for place in _SAVED_PLACES:
        _press_key(hand, place, Qt.Key.Key_S)
    sources = hand.find(QTabBar, "list_source")
    sources.setCurrentIndex(1)
    hand.wait(lambda: _listed(hand) == len(_SAVED_PLACES), "the saved films")
    hand.settle(900)
    hand.picture("for_you_saved")
    sources.setCurrentIndex(0)
    hand.wait(lambda: _listed(hand) > len(_SAVED_PLACES), "the list")
    _press_key(hand, 0, Qt.Key.Key_M)
    hand.wait(lambda: sources.count() > len(_SAVED_PLACES), "more like the first film")
    hand.settle(1200)
    hand.picture("for_you_more_like_this")
    hand.press("leave_source")
    hand.press("watch_with")
    people = hand.find(QListView, "companion_picker_people")
    people.setCurrentIndex(people.model().index(int(_FRIEND) - 1, 0))
    QTest.keyClick(people, Qt.Key.Key_Return)
    hand.settle(2000)
    hand.picture("for_you_with_somebody")
    hand.press("leave_source")
    hand.say(f"{len(_SAVED_PLACES)} films saved; a list like one film, and one with person {_FRIEND}")


def map_and_taste(hand: Hand) -> None:
    """The map of all films, and the page My taste."""
    hand.press("middle_map")
    hand.wait(lambda: hand.session.taste_map.is_known, "the map", seconds=120)
    hand.settle(600)
    hand.picture("for_you_map")
    hand.say("all films on the map")
    hand.press("middle_taste")
    hand.settle(1500)
    hand.picture("for_you_my_taste")
    hand.press("middle_list")


def _press_key(hand: Hand, place: int, key: Qt.Key) -> None:
    rows = hand.find(QListView, "recommendations")
    rows.setFocus()
    rows.setCurrentIndex(rows.model().index(place, 0))
    QTest.keyClick(rows, key)
    hand.settle(200)


def _listed(hand: Hand) -> int:
    found = hand.session.recommendations.list
    return 0 if found is None else len(found.items)
