"""What if: ratings are changed without saving them, the list moves, and the changes are kept or put back."""

from types import SimpleNamespace

import pytest
from planted import planted_dataset
from PySide6.QtWidgets import QLabel, QPushButton

from desktop_rec.for_you.my_ratings.rating_menu import TRY_WITHOUT
from desktop_rec.for_you.title_menu import TitleMenu
from desktop_rec.for_you.view import ForYouView
from engine.recommending.recommendation import Recommendation, RecommendationList


@pytest.fixture
def rated(session, monkeypatch):
    """Me with three ratings, over an open data set."""
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    session.dataset.take(planted_dataset(), None)
    for row, rating in ((3, 4.0), (5, None), (8, 2.0)):
        session.my_ratings.rate(row, rating)
    return session


@pytest.fixture
def view(qtbot, rated, monkeypatch):
    monkeypatch.setattr(rated.recommendations, "recommend", lambda: None)
    can = SimpleNamespace(mixes_presence=False)
    rated.model.recommender = SimpleNamespace(
        model=SimpleNamespace(can=can, config=SimpleNamespace()), stars=None, can_mix=False
    )
    made = ForYouView(rated.recommendations, rated.my_ratings, rated.taste_map, rated.taste)
    qtbot.addWidget(made)
    made.resize(1060, 720)
    made.show()
    made.page.starter.list_wanted.emit()
    return made


def entry(session, row):
    """The rating that is shown of a title, and whether it counts."""
    item_id = session.dataset.current.items.id(row)
    found = next((entry for entry in session.profile.shown.entries if entry.item_id == item_id), None)
    return None if found is None else (found.rating, found.on)


def stored(session):
    return session.library.files.profiles.load(session.profile.current.profile_id)


def press(view, name):
    view.findChild(QPushButton, name).click()


def words(view):
    return view.findChild(QLabel, "trial_words").text()


def found(*rows):
    items = tuple(
        Recommendation(rank, row, str(row), f"Film {row}", 2000, (), 1.0, None, None, None)
        for rank, row in enumerate(rows, start=1)
    )
    return RecommendationList(items, len(items), 40, None, "")


def test_that_tried_changes_are_shown_and_not_stored(rated):
    before = stored(rated)
    rated.my_ratings.try_changes(True)
    rated.my_ratings.rate(3, 1.0)
    rated.my_ratings.switch(rated.dataset.current.items.id(8), False)
    assert (entry(rated, 3), entry(rated, 8)) == ((1.0, True), (2.0, False))
    assert stored(rated) == before
    assert rated.profile.current == before
    assert rated.profile.trial.changes == 2


def test_that_put_back_leaves_everything_as_it_was(rated):
    before = rated.profile.current
    rated.my_ratings.try_changes(True)
    rated.my_ratings.rate(9, 5.0)
    rated.my_ratings.try_changes(False)
    assert rated.profile.shown == before
    assert not rated.profile.is_trying


def test_that_kept_changes_are_one_step_back(rated):
    before = rated.profile.current
    rated.my_ratings.try_changes(True)
    rated.my_ratings.rate(3, 1.0)
    rated.my_ratings.rate(9, 5.0)
    rated.my_ratings.keep_trial()
    assert (entry(rated, 3), entry(rated, 9)) == ((1.0, True), (5.0, True))
    assert stored(rated) == rated.profile.current
    assert not rated.profile.is_trying
    rated.undo.undo()
    assert (rated.profile.current, stored(rated)) == (before, before)


def test_that_steps_of_a_trial_go_back_and_forth_and_end_with_it(rated):
    rated.my_ratings.try_changes(True)
    rated.my_ratings.rate(3, 1.0)
    rated.undo.undo()
    assert entry(rated, 3) == (4.0, True)
    rated.undo.redo()
    assert entry(rated, 3) == (1.0, True)
    rated.my_ratings.try_changes(False)
    assert rated.undo.redo_text == ""
    assert "Rated" in rated.undo.undo_text
    assert "1" not in rated.undo.undo_text.split()


def test_that_titles_are_saved_for_good_during_a_trial_and_stay_saved_after_it(rated):
    rated.my_ratings.try_changes(True)
    rated.my_ratings.rate(3, 1.0)
    rated.my_ratings.save_for_later(9)
    rated.my_ratings.rate(8, 3.0)
    assert len(rated.profile.shown.saved) == 1
    rated.my_ratings.try_changes(False)
    assert len(stored(rated).saved) == 1
    assert entry(rated, 3) == (4.0, True)


def test_that_a_saved_title_that_is_rated_on_trial_leaves_saved_when_that_is_kept(rated):
    rated.my_ratings.save_for_later(9)
    rated.my_ratings.try_changes(True)
    rated.my_ratings.rate(9, 5.0)
    assert rated.profile.current.saved
    assert not rated.profile.shown.saved
    rated.my_ratings.keep_trial()
    assert not stored(rated).saved


def test_that_another_person_or_data_set_ends_a_trial(rated):
    rated.my_ratings.try_without(rated.dataset.current.items.id(3))
    rated.my_ratings.new_profile("Anna")
    assert not rated.profile.is_trying
    rated.my_ratings.try_changes(True)
    rated.dataset.take(planted_dataset(seed=9), None)
    assert not rated.profile.is_trying


def test_that_the_bar_says_how_many_changes_are_tried_and_keeps_or_puts_back(view, rated):
    assert words(view) == "3 ratings"
    press(view, "try_changes")
    assert words(view) == "Change stars or switches. Nothing is saved."
    view.page.mine.mine.rated.emit(view.page.mine.mine.titles.rows[0], 5.0)
    assert words(view) == "Trying 1 change. Nothing is saved."
    press(view, "put_back_trial")
    assert words(view) == "3 ratings"
    press(view, "try_changes")
    view.page.mine.mine.switched.emit(view.page.mine.mine.titles.rows[0], False)
    press(view, "keep_trial")
    assert words(view) == "3 ratings · 1 left out"
    assert [entry.on for entry in stored(rated).entries] == [True, True, False]


def test_that_nothing_moves_when_a_trial_begins(view):
    top = view.page.mine.mine.mapTo(view, view.page.mine.mine.rect().topLeft())
    press(view, "try_changes")
    view.layout().activate()
    assert view.page.mine.mine.mapTo(view, view.page.mine.mine.rect().topLeft()) == top


def test_that_the_list_is_compared_with_the_one_before_the_trial(view, rated):
    moves = view.findChild(QLabel, "list_summary")
    rated.recommendations.ready.emit(found(20, 21, 22))
    press(view, "try_changes")
    rated.my_ratings.rate(3, 1.0)
    rated.recommendations.ready.emit(found(21, 20, 22))
    rated.my_ratings.rate(8, 5.0)
    rated.recommendations.ready.emit(found(22, 21, 20))
    assert [row.moved for row in view.page.pane.list.rows] == [2, 0, -2]
    assert moves.text() == "3 titles · 2 moved since you began trying"
    press(view, "put_back_trial")
    rated.recommendations.ready.emit(found(20, 21, 22))
    assert moves.text() == "3 titles"


def test_that_the_menu_of_a_rating_tries_the_list_without_it(view, rated):
    row = view.page.mine.mine.titles.rows[0]
    view.page.mine.mine.menu_wanted.emit(row, view.mapToGlobal(view.rect().center()))
    menu = view.findChild(TitleMenu)
    action = next(action for action in menu.actions() if action.data() == TRY_WITHOUT)
    action.trigger()
    menu.close()
    assert rated.profile.is_trying
    assert entry(rated, 8) == (2.0, False)
    assert [known.on for known in stored(rated).entries] == [True, True, True]
