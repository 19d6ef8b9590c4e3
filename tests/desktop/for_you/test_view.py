"""The place For you: which page is shown when, what it asks of the session, and how it shows what comes back.

The session is real and has no model of its own; what it would ask the engine for is written down instead.
"""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPushButton, QSlider, QWidget

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.view import ForYouView
from engine.data.catalogue import Catalogue
from engine.recommending.explanation import Explanation
from engine.recommending.insights import ListInsights, TitleReasons
from engine.recommending.ranking import Filters
from engine.recommending.recommendation import Recommendation, RecommendationList

GENRES = ("Animation", "Horror")


@dataclass
class Asked:
    """What the view asked of the session."""

    lists: list = field(default_factory=list)
    reasons: list = field(default_factory=list)
    insights: int = 0


def model_of(*, mixes):
    can = SimpleNamespace(mixes_presence=mixes)
    model = SimpleNamespace(can=can, config=SimpleNamespace(presence_weight=0.3))
    return SimpleNamespace(model=model, can_mix=mixes, mixes_by_places=False, stars=model if mixes else None)


def found(*rows, note=""):
    items = tuple(
        Recommendation(rank, row, str(row), f"Film {row}", 2000, GENRES[:1], 1.0, None, None, None)
        for rank, row in enumerate(rows, start=1)
    )
    return RecommendationList(items, len(items), 40, None, note)


@pytest.fixture
def asked(session, monkeypatch):
    made, recommendations = Asked(), session.recommendations

    def recommend():
        made.lists.append((recommendations.weight, recommendations.choices.all_filters))

    def ask_insights():
        made.insights += 1

    monkeypatch.setattr(recommendations, "recommend", recommend)
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    monkeypatch.setattr(recommendations, "explain", made.reasons.append)
    monkeypatch.setattr(recommendations, "ask_insights", ask_insights)
    return made


@pytest.fixture
def view(qtbot, session, asked):
    made = ForYouView(session.recommendations, session.my_ratings, session.taste_map, session.taste)
    qtbot.addWidget(made)
    made.resize(1060, 720)
    made.show()
    return made


@pytest.fixture
def opened(view, session):
    """The view with a data set of films, without model and ratings."""
    plain = planted_dataset()
    catalogue = Catalogue(plain.catalogue.titles, plain.catalogue.years, (GENRES,) * plain.titles, word="film")
    session.dataset.take(replace(plain, catalogue=catalogue), None)
    return view


@pytest.fixture
def ready(opened, session, asked):
    """The view with a model that mixes and three ratings, before its first list."""
    give_model(session, mixes=True)
    for row, rating in ((0, 5.0), (1, 4.0), (2, 2.0)):
        session.my_ratings.rate(row, rating)
    opened.page.starter.list_wanted.emit()
    return opened


def give_model(session, *, mixes):
    session.model.recommender = model_of(mixes=mixes)
    session.model.changed.emit()


def shown_text(view):
    """The texts that are to be seen."""
    return " | ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def press(view, name):
    next(button for button in view.findChildren(QPushButton, name) if button.isVisible()).click()


def test_that_without_ratings_one_film_at_a_time_is_asked_about(opened, qtbot):
    assert "Which films do you know?" in shown_text(opened)
    qtbot.waitUntil(lambda: opened.page.onboarding.card.row is not None, timeout=2000)
    assert opened.page.onboarding.card.isVisible()


def test_that_many_well_known_films_can_be_rated_at_once(opened, session):
    press(opened, "onboarding_many")
    assert "Rate a few films you know" in shown_text(opened)
    counts = [row.people for row in opened.page.starter.cards.titles.rows]
    assert counts == sorted(counts, reverse=True)
    opened.page.starter.cards.rated.emit(opened.page.starter.cards.titles.rows[0], 5.0)
    assert len(session.profile.current.entries) == 1
    assert opened.page.starter.cards.titles.rows[0].rating == 5.0
    assert "4 more make a good list" in shown_text(opened)


def test_that_the_starter_gives_way_by_its_button_or_after_five_ratings(opened, session):
    session.my_ratings.rate(0, 5.0)
    press(opened, "onboarding_many")
    assert opened.page.starter.isVisible()
    press(opened, "show_my_list")
    assert opened.page.pane.isVisible()
    press(opened, "rate_more")
    assert opened.page.onboarding.isVisible()
    for row in range(1, 5):
        session.my_ratings.rate(row, 4.0)
    assert opened.page.pane.isVisible()


def test_that_a_model_in_the_making_is_shown_with_its_step(opened, session):
    session.model.progress_text = "Counting which films are liked together"
    session.my_ratings.rate(0, 5.0)
    press(opened, "onboarding_show_list")
    assert "A first model is being prepared" in shown_text(opened)
    assert "Counting which films are liked together…" in shown_text(opened)


def test_that_a_rating_asks_for_a_list_and_a_hidden_place_waits_until_it_is_seen(ready, session, asked):
    before = len(asked.lists)
    session.my_ratings.rate(5, 3.0)
    assert len(asked.lists) == before + 1
    ready.hide()
    session.my_ratings.rate(6, 3.0)
    assert len(asked.lists) == before + 1
    ready.show()
    assert len(asked.lists) == before + 2


def test_that_a_list_is_shown_and_its_reasons_asked_for_once_it_stands(ready, session, asked, qtbot):
    session.recommendations.ready.emit(found(9, 8, 7, note="One of yours does not count yet."))
    assert [row.item.item_row for row in ready.page.pane.list.rows] == [9, 8, 7]
    assert ready.page.reasons.isVisible()
    assert "One of yours does not count yet." in shown_text(ready)
    assert not asked.reasons
    qtbot.waitUntil(lambda: asked.reasons == [9] and asked.insights == 1, timeout=2000)
    ready.page.pane.list.choose(7)
    assert asked.reasons == [9, 7]


def test_that_switching_a_rating_off_shows_how_the_list_moves(ready, session):
    session.recommendations.ready.emit(found(9, 8, 7))
    rows = ready.page.mine.mine.titles.rows
    ready.page.mine.mine.switched.emit(rows[0], False)
    assert [entry.on for entry in session.profile.current.entries] == [True, True, False]
    session.recommendations.ready.emit(found(7, 9, 6))
    assert [row.moved for row in ready.page.pane.list.rows] == [2, -1, None]
    assert "2 moved, 1 new" in shown_text(ready)


def test_that_all_ratings_switched_off_is_shown_and_nothing_is_asked(ready, session, asked):
    for entry in session.profile.current.entries:
        session.my_ratings.switch(entry.item_id, False, entry.title)
    before = len(asked.lists)
    ready.page.mine.gems.slider.setValue(50)
    assert len(asked.lists) == before
    assert "All of these ratings are left out." in shown_text(ready)


def test_that_a_removed_rating_comes_back_by_undo(ready, session):
    ready.page.mine.mine.removed.emit(ready.page.mine.mine.titles.rows[0])
    assert len(ready.page.mine.mine.titles.rows) == 2
    session.undo.undo()
    assert len(ready.page.mine.mine.titles.rows) == 3


def test_that_the_sliders_ask_for_another_order_at_once(ready, asked):
    ready.page.mine.love.slider.setValue(100)
    assert asked.lists[-1] == (0.0, Filters())
    ready.page.mine.gems.slider.setValue(60)
    assert asked.lists[-1] == (0.0, Filters(hidden_gems=0.6))


def test_that_the_slider_begins_where_the_model_ranks_by_itself(ready, asked):
    assert ready.page.mine.love.value == 0.7
    assert asked.lists[-1][0] is None


def test_that_a_model_that_cannot_mix_disables_the_slider_and_says_why(ready, session, asked):
    ready.page.mine.love.slider.setValue(100)
    give_model(session, mixes=False)
    assert not ready.page.mine.love.slider.isEnabled()
    assert "Watch and love" in ready.page.mine.love.slider.toolTip()
    assert asked.lists[-1][0] is None


def test_that_filters_are_asked_for_and_an_empty_list_offers_to_clear_them(ready, session, asked):
    ready.page.pane.filters.changed.emit(Filters(genres_none=("Horror",)))
    assert asked.lists[-1][1] == Filters(genres_none=("Horror",))
    session.recommendations.ready.emit(found())
    assert "No film passes these filters." in shown_text(ready)
    press(ready, "place_message_button")
    assert asked.lists[-1][1] == Filters()


def test_that_filters_and_dials_go_back_and_forth_with_undo_and_redo(ready, session, asked):
    horror, both = Filters(genres_none=("Horror",)), Filters(genres_none=("Horror",), hidden_gems=0.6)
    ready.page.pane.filters.changed.emit(horror)
    for value in (20, 40, 60):
        ready.page.mine.gems.slider.setValue(value)
    session.undo.undo()
    assert ready.page.mine.gems.value == 0.0
    assert asked.lists[-1][1] == horror
    session.undo.undo()
    assert ready.page.pane.filters.filters == Filters()
    assert asked.lists[-1][1] == Filters()
    session.undo.redo()
    session.undo.redo()
    assert ready.page.mine.gems.value == 0.6
    assert ready.page.pane.filters.filters == horror
    assert asked.lists[-1][1] == both


def test_that_years_turned_step_by_step_are_one_change_and_a_genre_is_another(ready, session):
    bar = ready.page.pane.filters
    for first in (1950, 1951, 1952):
        bar.changed.emit(Filters(years=(first, 2016)))
    bar.changed.emit(Filters(genres_any=("Horror",), years=(1952, 2016)))
    session.undo.undo()
    assert bar.filters == Filters(years=(1952, 2016))
    session.undo.undo()
    assert bar.filters == Filters()


def test_that_a_dial_of_watch_and_love_goes_back_to_where_the_model_ranks_by_itself(ready, session):
    ready.page.mine.love.slider.setValue(100)
    session.undo.undo()
    assert ready.page.mine.love.value == 0.7
    session.undo.redo()
    assert ready.page.mine.love.value == 1.0


def test_that_a_profile_the_model_can_say_nothing_about_is_a_sentence_in_place(ready, session):
    session.recommendations.ready.emit(found(9, 8))
    failure = Failure("This model uses only films you gave 4 or more.", "Rate something 4 or better.", "Traceback")
    session.recommendations.failed.emit("recommend", failure)
    assert "This model uses only films you gave 4 or more." in shown_text(ready)
    assert "Rate something 4 or better." in shown_text(ready)
    assert not ready.page.reasons.isVisible()
    session.recommendations.ready.emit(found(9, 8))
    assert ready.page.pane.list.isVisible()


def test_that_failed_reasons_are_explained_in_their_panel(ready, session):
    session.recommendations.ready.emit(found(9, 8))
    session.recommendations.failed.emit("explain", Failure("Film 9 is one of your own ratings.", "Choose another.", ""))
    assert "Film 9 is one of your own ratings. Choose another." in ready.page.reasons.note.text()


def test_that_insights_put_a_line_under_each_title(ready, session):
    session.recommendations.ready.emit(found(9, 8))
    titles = (TitleReasons(9, "Film 9", (), line="because you liked Film 0"),)
    session.recommendations.insights_ready.emit(ListInsights(titles, (), (), False, 3, 3, False, ""))
    assert [row.because for row in ready.page.pane.list.rows] == ["because you liked Film 0", ""]


def test_that_a_search_finds_titles_that_can_be_rated_at_once(ready, session, qtbot):
    search = ready.page.mine.search
    QTest.keyClicks(search, "film 12")
    qtbot.waitUntil(lambda: [row.title for row in ready.page.mine.found.titles.rows] == ["Film 12"], timeout=2000)
    QTest.keyClick(search, Qt.Key.Key_Down)
    ready.page.mine.found.setCurrentIndex(ready.page.mine.found.titles.index(0))
    QTest.keyClick(ready.page.mine.found, Qt.Key.Key_4)
    assert session.profile.current.entries[-1].title == "Film 12"
    assert ready.page.mine.found.titles.rows[0].rating == 4.0
    search.setText("nothing like this")
    qtbot.waitUntil(lambda: "No film here has" in shown_text(ready), timeout=2000)


def test_that_what_a_place_hangs_on_is_asked_for_once_the_reasons_of_one_of_the_first_ten_stand(
    ready, session, monkeypatch
):
    asked = []
    monkeypatch.setattr(session.recommendations, "ask_hangs_on", asked.append)
    session.recommendations.ready.emit(found(9, 8))
    facts = {"score": 1.0, "predicted_rating": None, "probability": None, "lift": None}
    nothing = {"carried": (), "against": (), "others": 0, "note": "Nothing moves it."}

    for row, rank in ((8, 2), (9, 11), (9, None), (9, 1)):
        session.recommendations.explained.emit(Explanation(row, str(row), f"Film {row}", rank, **facts, **nothing))

    assert asked == [9]


def test_that_the_panel_never_shows_facts_of_the_former_person(ready, session):
    session.recommendations.ready.emit(found(9, 8))
    assert ready.page.reasons.item.title == "Film 9"
    assert "Film 9" in shown_text(ready.page.reasons)

    session.profile.borrow(session.dataset.current, "15")

    assert ready.page.reasons.item is None
    assert "Film 9" not in shown_text(ready.page.reasons)

    session.recommendations.ready.emit(found(8, 9))
    assert ready.page.reasons.item.title == "Film 8"


def test_that_a_person_of_the_data_set_is_taken_and_called_borrowed(ready, session):
    ready.page.mine.picker.person_chosen.emit("7")
    assert "What you change here is not saved." in shown_text(ready)
    assert len(ready.page.mine.mine.titles.rows) == 13
    ready.page.mine.picker.profile_named.emit("Anna")
    assert "What you change here is not saved." not in shown_text(ready)
    assert ready.page.onboarding.isVisible()


def test_that_every_control_has_a_name_a_spoken_name_and_a_tooltip(ready, session):
    session.recommendations.ready.emit(found(9, 8))
    kinds = (QAbstractButton, QLineEdit, QSlider, QComboBox)
    controls = [control for kind in kinds for control in ready.findChildren(kind)]
    controls = [control for control in controls if not control.objectName().startswith("qt_")]
    controls = [part for part in controls if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible()]
    assert len(controls) >= 6
    for control in controls:
        assert control.objectName(), control
        assert control.accessibleName(), control.objectName()
        assert control.toolTip(), control.objectName()


def test_that_every_part_can_be_painted_in_both_themes(ready, session, qapp):
    from desktop_rec.theme.theme import THEME, apply_theme

    session.recommendations.ready.emit(found(9, 8, 7))
    before = THEME.choice
    try:
        for choice in ("dark", "light"):
            apply_theme(qapp, choice)
            assert not QWidget.grab(ready).isNull()
    finally:
        apply_theme(qapp, before)
