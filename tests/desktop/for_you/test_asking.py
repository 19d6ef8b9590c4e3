"""How would I like this one, more like this, and a list with somebody: asked in the window of a real model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from planted import planted_dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QListView, QListWidget, QMenu, QPushButton, QToolButton, QWidget

from desktop_rec.common.notices import Failure
from desktop_rec.for_you.acting import Action
from desktop_rec.for_you.choices import SourceKind
from desktop_rec.for_you.view import ForYouView
from desktop_rec.session.model import ModelLabel
from engine.data.catalogue import Catalogue
from engine.data.profiles import Profile, entry_of
from engine.events import drive
from engine.models.mf import MfConfig
from engine.models.mf_by_turns import FactorizationByTurns
from engine.recommending.ranking import Filters
from engine.recommending.recommender import Recommender

MARKUP = "<b>Bold</b> & <img src=x>"


@pytest.fixture(scope="module")
def films():
    plain = planted_dataset()
    titles = (*plain.catalogue.titles[:5], MARKUP, *plain.catalogue.titles[6:])
    return replace(plain, catalogue=Catalogue(titles, plain.catalogue.years, (("Drama",),) * plain.titles, word="film"))


@pytest.fixture
def ready(qtbot, session, films, monkeypatch):
    """The place with a model that predicts stars, three ratings, and its first list."""
    model = FactorizationByTurns(
        MfConfig(rank=4).fitted_to(films.histories.entries), items=films.titles, scale=films.scale
    )
    drive(model.fit(films.histories))
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    view = ForYouView(session.recommendations, session.my_ratings, session.taste_map, session.taste)
    qtbot.addWidget(view)
    view.resize(1200, 760)
    view.show()
    session.dataset.take(films, None)
    session.model.use(Recommender(model, films), ModelLabel("Factorisation"))
    for row, rating in ((0, 5.0), (1, 4.0), (2, 2.0)):
        session.my_ratings.rate(row, rating)
    view.page.starter.list_wanted.emit()
    qtbot.waitUntil(lambda: len(view.page.pane.list.rows) > 5, timeout=5000)
    return view


def part(view: QWidget, kind: type, name: str):
    return next(found for found in view.findChildren(kind, name) if found.isVisible())


def words(view: QWidget) -> str:
    return " | ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def ask(view: ForYouView, qtbot, typed: str) -> None:
    """Type a title and press Enter on the first that is found."""
    view.page.mine.search.clear()
    QTest.keyClicks(view.page.mine.search, typed)
    found = view.page.mine.found
    qtbot.waitUntil(lambda: found.isVisible() and bool(found.titles.rows), timeout=2000)
    found.setCurrentIndex(found.titles.index(0))
    QTest.keyClick(found, Qt.Key.Key_Return)


def heading(view: ForYouView) -> str:
    return view.page.reasons.heading.text()


def test_that_enter_on_a_found_title_says_how_one_would_like_it(ready, qtbot, films):
    ask(ready, qtbot, films.catalogue.titles[9])
    qtbot.waitUntil(lambda: films.catalogue.titles[9] in heading(ready), timeout=3000)
    figures = part(ready, QLabel, "title_figures").text()
    assert "predicted" in figures
    assert f"of {films.titles - 3:,} for you" in figures


def test_that_a_click_beside_the_stars_asks_too(ready, qtbot, films):
    QTest.keyClicks(ready.page.mine.search, films.catalogue.titles[9])
    found = ready.page.mine.found
    qtbot.waitUntil(lambda: found.isVisible() and bool(found.titles.rows), timeout=2000)
    place = found.parts_of(found.titles.index(0)).name.center()
    QTest.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    qtbot.waitUntil(lambda: films.catalogue.titles[9] in heading(ready), timeout=3000)


def test_that_a_title_of_my_own_is_answered_without_its_rating(ready, qtbot, films):
    mine = part(ready, QListView, "my_ratings")
    mine.setCurrentIndex(mine.titles.index(0))
    QTest.keyClick(mine, Qt.Key.Key_Return)
    said = ready.page.reasons.answer
    qtbot.waitUntil(lambda: said.isVisible() and said.text().startswith("You gave 2; the model would"), timeout=3000)


def test_that_a_title_that_filters_keep_out_is_answered(ready, qtbot, session, films):
    choices = replace(session.recommendations.choices, filters=Filters(genres_none=("Drama",)))
    session.recommendations.bend(choices, "Changed the filters")
    ask(ready, qtbot, films.catalogue.titles[9])
    qtbot.waitUntil(lambda: "Your filters keep it out of the list." in words(ready), timeout=3000)


def test_that_a_question_without_an_answer_leaves_the_list_as_it_is(ready, qtbot, session):
    qtbot.waitUntil(lambda: ready.page.pane.shows_list, timeout=3000)
    session.recommendations.failed.emit("ask", Failure("There is too little to go by.", "Rate more.", ""))
    assert ready.page.pane.shows_list
    assert "There is too little to go by. Rate more." in words(ready)


def test_that_the_answer_stays_when_the_list_is_made_anew(ready, qtbot, session, films):
    ask(ready, qtbot, films.catalogue.titles[9])
    qtbot.waitUntil(lambda: films.catalogue.titles[9] in heading(ready), timeout=3000)
    with qtbot.waitSignal(session.recommendations.asked, timeout=5000):
        session.my_ratings.rate(12, 4.0)
    assert films.catalogue.titles[9] in heading(ready)


def test_that_the_answer_gives_way_to_a_row_that_is_chosen(ready, qtbot, session, films):
    ask(ready, qtbot, films.catalogue.titles[9])
    qtbot.waitUntil(lambda: films.catalogue.titles[9] in heading(ready), timeout=3000)
    rows = ready.page.pane.list
    place = next(place for place, row in enumerate(rows.rows) if place and row.item.item_row != 9)
    rows.view.setCurrentIndex(rows.view.model().index(place, 0))
    assert rows.rows[place].item.title in heading(ready)
    with qtbot.waitSignal(session.recommendations.ready, timeout=5000):
        session.my_ratings.rate(12, 4.0)
    qtbot.wait(300)
    assert films.catalogue.titles[9] not in heading(ready)


def test_that_a_title_like_markup_is_shown_as_it_is(ready, qtbot):
    ask(ready, qtbot, "bold img")
    qtbot.waitUntil(lambda: MARKUP in heading(ready), timeout=3000)
    assert ready.page.reasons.heading.textFormat() == Qt.TextFormat.PlainText


def test_that_more_like_this_lists_others_with_reasons(ready, qtbot, session):
    first = ready.page.pane.list.rows[0].item
    ready.page.pane.list.view.acted.emit(Action.MORE_LIKE_THIS, first)
    qtbot.waitUntil(lambda: any(row.item.reason for row in ready.page.pane.list.rows), timeout=5000)
    rows = ready.page.pane.list.rows
    assert all(first.title in row.because for row in rows)
    assert first.item_row not in {row.item.item_row for row in rows}
    assert first.title in ready.page.pane.heading.text()


def test_that_a_list_of_what_is_like_one_title_goes_by_another_too_and_back(ready, qtbot, session):
    pane = ready.page.pane
    first = pane.list.rows[0].item
    pane.list.view.acted.emit(Action.MORE_LIKE_THIS, first)
    qtbot.waitUntil(lambda: any(row.item.reason for row in pane.list.rows), timeout=5000)
    second = pane.list.rows[0].item
    with qtbot.waitSignal(session.recommendations.ready, timeout=5000):
        pane.list.view.setCurrentIndex(pane.list.view.model().index(0, 0))
        qtbot.keyClick(pane.list.view, Qt.Key.Key_A)
    assert pane.heading.text() == f"Like {first.title} and {second.title}"
    assert not {row.item.item_row for row in pane.list.rows} & {first.item_row, second.item_row}
    with qtbot.waitSignal(session.recommendations.ready, timeout=5000):
        session.undo.undo()
    assert pane.heading.text() == f"Like {first.title}"


def test_that_a_found_title_is_one_more_to_be_like_by_its_menu(ready, qtbot, session, films):
    pane, found = ready.page.pane, ready.page.mine.found
    pane.list.view.acted.emit(Action.MORE_LIKE_THIS, pane.list.rows[0].item)
    qtbot.waitUntil(lambda: any(row.item.reason for row in pane.list.rows), timeout=5000)
    heading = pane.heading.text()
    ready.page.mine.search.setText(films.catalogue.titles[9])
    qtbot.waitUntil(lambda: any(row.item_row == 9 for row in found.rows), timeout=3000)
    place = next(place for place, row in enumerate(found.rows) if row.item_row == 9)
    found.setCurrentIndex(found.model().index(place, 0))
    qtbot.keyClick(found, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = next(menu for menu in ready.findChildren(QMenu, "title_menu") if menu.isVisible())
    with qtbot.waitSignal(session.recommendations.ready, timeout=5000):
        next(action for action in menu.actions() if action.objectName() == "title_also_like_this").trigger()
    menu.close()
    assert pane.heading.text() == f"{heading} and {films.catalogue.titles[9]}"


def with_anna(session, films) -> None:
    """Another profile on this computer."""
    entries = tuple(entry_of(films, row, rating) for row, rating in ((1, 5.0), (2, 5.0), (3, 1.0), (4, 4.0)))
    session.library.files.profiles.save(Profile("anna", "Anna", entries))
    session.library.note_change()


def choose_anna(view, qtbot) -> None:
    part(view, QToolButton, "watch_with").click()
    people = view.findChild(QListWidget, "companion_picker_kept_profiles")
    assert [people.item(place).text() for place in range(people.count())] == ["Anna"]
    people.itemActivated.emit(people.item(0))
    qtbot.waitUntil(lambda: any(row.item.detail for row in view.page.pane.list.rows), timeout=5000)


def test_that_the_choice_of_somebody_says_where_nobody_else_rates_here(ready):
    part(ready, QToolButton, "watch_with").click()
    picker = ready.findChild(QWidget, "companion_picker")
    assert picker.findChild(QListWidget, "companion_picker_kept_profiles").isHidden()
    assert "Add a person" in part(picker, QLabel, "nobody_else").text()
    picker.close()


def test_that_a_list_with_somebody_says_what_both_would_give(ready, qtbot, session, films):
    with_anna(session, films)
    choose_anna(ready, qtbot)
    rows = ready.page.pane.list.rows
    assert all(row.likelihood.startswith("you ") and " · Anna " in row.likelihood for row in rows)
    assert not {row.item.item_row for row in rows} & {0, 1, 2, 3, 4}
    assert "Your tastes may be" in words(ready)
    assert ready.page.pane.heading.text() == "You and Anna"


def test_that_the_way_to_be_fair_is_chosen_above_the_list_and_undone(ready, qtbot, session, films):
    with_anna(session, films)
    choose_anna(ready, qtbot)
    box = part(ready, QComboBox, "fairness")
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert session.recommendations.choices.source.fairness.value == "average"
    session.undo.undo()
    assert box.currentData() == "least"
    session.undo.undo()
    assert session.recommendations.choices.source.kind is SourceKind.FOR_YOU


def test_that_the_reasons_of_both_can_be_seen(ready, qtbot, session, films):
    with_anna(session, films)
    choose_anna(ready, qtbot)
    panel = ready.page.reasons
    details = lambda: [bar.detail for bars in (panel.carried, panel.against) for bar in bars.bars]  # noqa: E731
    part(ready, QPushButton, "reasons_theirs").click()
    qtbot.waitUntil(lambda: bool(details()) and all(word.startswith("Anna gave") for word in details()), timeout=5000)
    part(ready, QPushButton, "reasons_mine").click()
    qtbot.waitUntil(lambda: bool(details()) and all(word.startswith("you gave") for word in details()), timeout=5000)


@pytest.mark.parametrize("of_anna", [False, True])
def test_that_reasons_in_a_list_for_two_speak_of_places_in_that_list(ready, qtbot, session, films, of_anna):
    with_anna(session, films)
    choose_anna(ready, qtbot)
    recommendations, panel = session.recommendations, ready.page.reasons
    bars = lambda: panel.carried.bars + panel.against.bars  # noqa: E731
    first = recommendations.list.items[0].item_row
    qtbot.waitUntil(lambda: panel.item is not None and panel.item.item_row == first and bool(bars()), timeout=5000)
    recommendations.explains_companion = of_anna
    for item in recommendations.list.items[:4]:
        is_answer = lambda found, item=item: found.item_row == item.item_row  # noqa: E731
        with qtbot.waitSignal(recommendations.explained, check_params_cb=is_answer, timeout=5000) as explained:
            recommendations.explain(item.item_row)
        assert explained.args[0].rank == item.rank


def test_that_there_is_one_persons_reasons_only_in_a_list_for_one(ready):
    assert not ready.findChild(QPushButton, "reasons_theirs").isVisible()
