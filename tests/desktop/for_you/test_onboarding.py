"""Rate as you go: what the card does with clicks and keys, what becomes of an answer, and when the list is offered."""

from dataclasses import replace

import polish
import pytest
from planted import planted_dataset
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.onboarding.card import OnboardingCard
from desktop_rec.for_you.onboarding.panel import USEFUL, OnboardingPanel, OnboardingState
from desktop_rec.for_you.titles import TitleRow
from desktop_rec.for_you.view import ForYouView
from engine.data.dataset import Scale

HALVES = StarScale.of(Scale(0.5, 5.0, 0.5))
MATRIX = TitleRow(3, "2571", "The Matrix", 1999, ("Action", "Sci-Fi"), 259)


@pytest.fixture
def card(qtbot):
    made = OnboardingCard(HALVES)
    qtbot.addWidget(made)
    made.show_title(MATRIX, people=671)
    made.resize(520, 250)
    made.show()
    return made


@pytest.fixture
def asking(qtbot, session, monkeypatch):
    """For you over planted data, with nothing rated, the first card on the table."""
    monkeypatch.setattr(session.recommendations, "recommend", lambda: None)
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    view = ForYouView(session.recommendations, session.my_ratings, session.taste_map, session.taste)
    qtbot.addWidget(view)
    view.resize(1060, 720)
    view.show()
    session.dataset.take(planted_dataset(), None)
    qtbot.waitUntil(lambda: view.page.onboarding.card.row is not None, timeout=2000)
    return view


def said_by(widget):
    """All that a part says, shown or not."""
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return text, widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()


def texts(widget):
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def press(view, name):
    next(button for button in view.findChildren(QPushButton, name) if button.isVisible()).click()


def test_that_the_noun_of_the_titles_is_said_in_the_language_of_the_system(qtbot, session, monkeypatch, tmp_path):
    monkeypatch.setattr(session.recommendations, "recommend", lambda: None)
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    planted = planted_dataset()
    books = replace(planted, catalogue=replace(planted.catalogue, word="book"))
    with polish.spoken(tmp_path):
        view = ForYouView(session.recommendations, session.my_ratings, session.taste_map, session.taste)
        qtbot.addWidget(view)
        view.resize(1060, 720)
        view.show()
        session.dataset.take(books, None)
        qtbot.waitUntil(lambda: view.page.onboarding.card.row is not None, timeout=2000)
        view.page.mine.search.setText("zzz")
        qtbot.waitUntil(lambda: "zzz" in texts(view), timeout=2000)

    shown = texts(view)
    assert "Które książki znasz?" in shown
    assert "No książka here has “zzz” in its name." in shown
    everything = [text for part in view.findChildren(QWidget) for text in said_by(part)]
    assert any("książki" in text for text in everything)
    assert [text for text in everything if "book" in text.lower()] == []


def test_that_the_card_says_what_the_title_is_and_how_known(card):
    assert "The Matrix | 1999 · Action, Sci-Fi | Rated by 259 of 671 people" in texts(card)
    assert card.accessibleName().startswith("The Matrix (1999), 259 ratings.")


def test_that_a_digit_rates_at_once(card, recorded):
    rated = recorded(card.rated)
    QTest.keyClick(card, Qt.Key.Key_4)
    assert rated.calls == [4.0]


def test_that_arrow_keys_choose_half_stars_and_enter_takes_them(card, recorded):
    rated = recorded(card.rated)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(card, key)
    assert rated.calls == []
    assert "3.5 · Enter takes it" in texts(card)
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert rated.calls == [3.5]


def test_that_enter_without_stars_says_seen(card, recorded):
    seen = recorded(card.seen)
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert len(seen.calls) == 1


def test_that_space_says_not_seen_and_backspace_goes_back(card, recorded):
    passed, back = recorded(card.not_seen), recorded(card.went_back)
    QTest.keyClick(card, Qt.Key.Key_Space)
    QTest.keyClick(card, Qt.Key.Key_Backspace)
    assert (len(passed.calls), len(back.calls)) == (1, 1)


def test_that_a_click_on_the_stars_rates_at_once(card, recorded):
    rated = recorded(card.rated)
    QTest.mouseClick(card.stars, Qt.MouseButton.LeftButton, pos=QPoint(card.stars.width() - 8, 20))
    assert rated.calls == [5.0]


def test_that_another_title_forgets_the_stars_chosen_before(card):
    QTest.keyClick(card, Qt.Key.Key_Right)
    card.show_title(TitleRow(4, "1", "Toy Story", 1995, (), 247), people=671)
    assert card.stars.rating is None


@pytest.mark.parametrize(
    ("rated", "has_list", "words"),
    [
        (0, False, "4 ratings make a first list."),
        (2, False, "2 ratings; 2 more make a first list."),
        (3, False, "3 ratings; 1 more makes a first list."),
        (USEFUL, False, "4 ratings, enough for a first list."),
        (6, True, "6 ratings: your list is ready."),
    ],
)
def test_that_the_panel_says_how_far_the_list_is(qtbot, rated, has_list, words):
    panel = OnboardingPanel(HALVES)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_state(OnboardingState("film", 671, MATRIX, rated, has_list=has_list))
    assert words in texts(panel)
    assert panel.show_list.isVisible() == (rated > 0)
    assert panel.show_list.property("role") == ("primary" if rated >= USEFUL else "")


def test_that_every_control_of_the_onboarding_has_a_name_a_spoken_name_and_a_tooltip(qtbot):
    panel = OnboardingPanel(HALVES)
    qtbot.addWidget(panel)
    controls = [*panel.findChildren(QAbstractButton), panel.card]
    assert all(
        control.objectName() and control.accessibleName() and control.toolTip()
        for control in controls
        if control is not panel.card
    )
    panel.show_state(OnboardingState("film", 671, MATRIX, 0))
    assert panel.card.objectName()
    assert panel.card.accessibleName()


def test_that_an_answer_is_kept_and_the_next_title_stands_there(asking, session, library):
    first = asking.page.onboarding.card.row
    asking.page.onboarding.rated.emit(4.0)
    assert [(entry.title, entry.rating) for entry in library.profiles.load("me").entries] == [(first.title, 4.0)]
    assert asking.page.onboarding.card.row.item_row != first.item_row
    assert f"4 for {first.name}." in texts(asking)


def test_that_seen_without_stars_is_kept_as_seen_and_not_seen_is_not_kept(asking, session):
    first = asking.page.onboarding.card.row
    press(asking, "onboarding_seen")
    press(asking, "onboarding_not_seen")
    assert [(entry.title, entry.rating) for entry in session.profile.current.entries] == [(first.title, None)]
    assert "1 title not seen." in texts(asking)


def test_that_back_takes_the_last_answer_away_and_asks_again(asking, session):
    first = asking.page.onboarding.card.row
    asking.page.onboarding.rated.emit(2.0)
    second = asking.page.onboarding.card.row
    press(asking, "onboarding_not_seen")
    press(asking, "onboarding_back")
    assert asking.page.onboarding.card.row == second
    press(asking, "onboarding_back")
    assert asking.page.onboarding.card.row == first
    assert session.profile.current.entries == ()


def test_that_the_onboarding_stays_until_the_person_wants_the_list(asking):
    for _ in range(6):
        asking.page.onboarding.rated.emit(4.0)
    assert asking.page.onboarding.isVisible()
    press(asking, "onboarding_show_list")
    assert not asking.page.onboarding.isVisible()


def test_that_a_title_found_by_searching_is_not_asked_about_any_more(asking, session):
    first = asking.page.onboarding.card.row
    session.my_ratings.rate(first.item_row, 5.0)
    assert asking.page.onboarding.card.row.item_row != first.item_row


def test_that_whoever_has_four_ratings_begins_with_the_list_and_whoever_has_three_with_the_onboarding(asking, session):
    for row in range(3):
        session.my_ratings.rate(row, 4.0)
    session.my_ratings.choose_profile("me")
    session.my_ratings.new_profile("Anna")
    session.my_ratings.choose_profile("me")
    assert asking.page.onboarding.isVisible()
    session.my_ratings.rate(3, 4.0)
    session.my_ratings.new_profile("Ben")
    session.my_ratings.choose_profile("me")
    assert not asking.page.onboarding.isVisible()


def test_that_the_onboarding_ends_in_words(asking, session):
    for _ in range(session.dataset.current.titles):
        asking.page.onboarding.not_seen.emit()
    assert "That was the last of the well-known titles." in texts(asking)


def test_that_a_smaller_data_set_opened_meanwhile_asks_about_its_own_titles(asking, session, monkeypatch, qtbot):
    for _ in range(session.dataset.current.titles - 1):
        asking.page.onboarding.not_seen.emit()
    last = asking.page.onboarding.card.row.item_row
    smaller = replace(planted_dataset(titles=last), dataset_id="smaller", fingerprint="smaller")
    monkeypatch.setattr(session.model, "use_last", session.model.changed.emit)
    session.dataset.take(smaller, None)
    qtbot.waitUntil(lambda: session.my_ratings.onboarding is not None, timeout=2000)
    assert asking.page.onboarding.card.row.item_row < last
