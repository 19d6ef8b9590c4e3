"""Filters as chips, sliders that say why they stand still, and who rates."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QListView, QListWidget, QPushButton, QSpinBox

from desktop_rec.common.title_search import TitleSearch
from desktop_rec.for_you.filter_chips import ChoiceChip, GenreChip, RemovableChip
from desktop_rec.for_you.filters import FilterBar
from desktop_rec.for_you.my_ratings.panel import WeightSlider
from desktop_rec.for_you.my_ratings.profile_picker import ProfilePicker
from engine.recommending.ranking import Filters


@pytest.fixture
def bar(qtbot):
    made = FilterBar()
    qtbot.addWidget(made)
    made.resize(400, 100)
    made.show()
    made.use_catalogue(["Animation", "Horror"], (1950, 2016))
    return made


@pytest.fixture
def picker(qtbot):
    made = ProfilePicker()
    qtbot.addWidget(made)
    made.show_profiles([("me", "Me"), ("anna", "Anna")], current="me")
    made.show_people(["1", "15", "215"], [20, 1700, 36])
    made.show()
    return made


def chips(bar):
    return [chip.text().removesuffix("  ×") for chip in bar.findChildren(RemovableChip) if not chip.isHidden()]


def test_that_a_genre_goes_from_wanted_to_left_out_to_neither(bar, recorded):
    changed = recorded(bar.changed)
    animation = bar.findChild(GenreChip, "genre_Animation")
    for _ in range(3):
        animation.click()
    assert changed.calls == [Filters(genres_any=("Animation",)), Filters(genres_none=("Animation",)), Filters()]


def test_that_filters_in_force_are_chips_that_take_themselves_away(bar, recorded):
    animation = Filters(genres_any=("Animation",), years=(1990, 2010), min_ratings=20, hidden_gems=0.5)
    bar.show_filters(replace(animation, genres_none=("Horror",)))
    assert chips(bar) == ["Animation", "no Horror", "1990–2010", "at least 20 ratings"]
    changed = recorded(bar.changed)
    bar.findChild(RemovableChip, "chip_no Horror").click()
    assert changed.last == animation
    assert chips(bar) == ["Animation", "1990–2010", "at least 20 ratings"]


def test_that_many_filters_are_a_few_chips_and_how_many_more(bar):
    many = Filters(genres_none=tuple(f"Genre {number}" for number in range(9)))
    bar.show_filters(many)
    more = bar.findChild(QPushButton, "more_filters")
    assert chips(bar) == [f"no Genre {number}" for number in range(5)]
    assert not more.isHidden()
    assert more.text() == "4 more…"
    more.click()
    assert bar.panel.isVisible()
    bar.panel.hide()
    bar.show_filters(Filters(genres_none=("Horror",)))
    assert more.isHidden()


def test_that_the_panel_is_as_high_as_what_is_in_it_also_on_a_small_screen(bar):
    bar.use_catalogue([f"A genre called {number}" for number in range(30)], (1900, 2016))
    bar.open_panel()
    QApplication.processEvents()
    last = bar.panel.findChildren(GenreChip)[-1]
    assert last.parentWidget().rect().contains(last.geometry())
    screen = bar.screen().availableGeometry().height()
    assert bar.panel.height() == min(screen, bar.panel.layout().totalHeightForWidth(bar.panel.width()))
    bar.panel.hide()


def test_that_the_panel_without_genres_and_years_shows_the_rest(bar):
    bar.use_catalogue([], (0, 0))
    bar.panel.setContentsMargins(1, 1, 1, 1)  # as the theme's border does
    bar.open_panel()
    QApplication.processEvents()
    one = bar.panel.findChild(QCheckBox, "filter_one_per_series")
    assert bar.panel.rect().contains(QRect(one.mapTo(bar.panel, one.rect().topLeft()), one.size()))
    bar.panel.hide()


def test_that_one_year_alone_is_enough_and_never_the_wrong_way_round(bar, recorded):
    changed = recorded(bar.changed)
    bar.findChild(QSpinBox, "filter_year_first").setValue(1990)
    assert changed.last.years == (1990, 2016)
    bar.findChild(QSpinBox, "filter_year_last").setValue(1980)
    assert changed.last.years == (1980, 1990)


def test_that_one_click_turns_any_of_the_genres_into_all_of_them(bar, recorded):
    bar.show_filters(Filters(genres_any=("Animation",), genres_none=("Horror",)))
    changed = recorded(bar.changed)
    bar.findChild(ChoiceChip, "genres_all_of").click()
    assert changed.last == Filters(genres_all=("Animation",), genres_none=("Horror",))
    assert chips(bar) == ["Animation", "no Horror"]
    bar.findChild(ChoiceChip, "genres_any_of").click()
    assert changed.last == Filters(genres_any=("Animation",), genres_none=("Horror",))


def test_that_the_choice_between_any_and_all_may_come_before_the_genres(bar, recorded):
    changed = recorded(bar.changed)
    bar.findChild(ChoiceChip, "genres_all_of").click()
    assert not changed.calls
    bar.findChild(GenreChip, "genre_Animation").click()
    bar.findChild(GenreChip, "genre_Horror").click()
    assert changed.last == Filters(genres_all=("Animation", "Horror"))
    assert chips(bar) == ["Animation", "also Horror"]


def test_that_decades_are_a_click_each_and_join(bar, recorded):
    changed = recorded(bar.changed)
    for start, years in ((1980, (1980, 1989)), (1990, (1980, 1999)), (1980, (1990, 1999)), (1990, None)):
        bar.findChild(ChoiceChip, f"decade_{start}").click()
        assert changed.last.years == years
    bar.findChild(ChoiceChip, "decade_1970").click()
    assert chips(bar) == ["1970s"]
    assert bar.findChild(ChoiceChip, "decade_1970").isChecked()
    assert not bar.findChild(ChoiceChip, "decade_1980").isChecked()


def test_that_how_well_known_is_a_click_or_an_own_number(bar, recorded):
    changed = recorded(bar.changed)
    bar.findChild(ChoiceChip, "floor_50").click()
    assert changed.last.min_ratings == 50
    assert bar.findChild(QSpinBox, "filter_min_ratings").value() == 50
    bar.findChild(QSpinBox, "filter_min_ratings").setValue(33)
    assert changed.last.min_ratings == 33
    assert not bar.findChild(ChoiceChip, "floor_50").isChecked()
    bar.findChild(ChoiceChip, "floor_0").click()
    assert changed.last == Filters()


def test_that_seen_titles_and_one_of_a_series_are_switches_and_chips(bar, recorded):
    changed = recorded(bar.changed)
    bar.findChild(QCheckBox, "filter_again").click()
    bar.findChild(QCheckBox, "filter_one_per_series").click()
    assert changed.last == Filters(again=True, one_per_series=True)
    assert chips(bar) == ["titles I have seen", "one per series"]
    bar.findChild(RemovableChip, "chip_one per series").click()
    assert changed.last == Filters(again=True)
    assert not bar.findChild(QCheckBox, "filter_one_per_series").isChecked()


def test_that_a_data_set_without_genres_or_years_offers_neither(bar):
    bar.use_catalogue([], (0, 0))
    bar.panel.setContentsMargins(1, 1, 1, 1)  # as the theme's border does
    bar.open_panel()
    assert not bar.findChildren(GenreChip) or not any(chip.isVisible() for chip in bar.findChildren(GenreChip))
    assert not bar.findChild(QSpinBox, "filter_year_first").isVisible()
    assert not bar.findChild(ChoiceChip, "genres_any_of").isVisible()
    assert bar.findChild(QSpinBox, "filter_min_ratings").isVisible()
    bar.panel.hide()


def test_that_a_genre_named_like_markup_is_shown_as_it_is(bar, recorded):
    bar.use_catalogue(["<b>", "R&B"], (0, 0))
    changed = recorded(bar.changed)
    bar.findChild(GenreChip, "genre_<b>").click()
    bar.findChild(GenreChip, "genre_R&B").click()
    assert changed.last == Filters(genres_any=("<b>", "R&B"))
    assert chips(bar) == ["<b>", "R&&B"]


def test_that_reset_waits_until_there_is_something_to_reset(bar, recorded):
    wanted, reset = recorded(bar.reset_wanted), bar.findChild(QPushButton, "reset_choices")
    assert reset.isVisible()
    assert not reset.isEnabled()
    bar.allow_reset(True)
    reset.click()
    assert len(wanted.calls) == 1


def test_that_all_filters_are_cleared_at_once_but_hidden_gems_stay(bar, recorded):
    bar.show_filters(Filters(("Animation",), hidden_gems=0.5))
    changed = recorded(bar.changed)
    bar.findChild(QPushButton, "filter_clear").click()
    assert changed.calls == [Filters(hidden_gems=0.5)]
    assert chips(bar) == []


def test_that_showing_filters_is_not_a_change(bar, recorded):
    changed = recorded(bar.changed)
    bar.show_filters(Filters(("Horror",), min_ratings=5))
    bar.use_catalogue(["Drama"], (0, 0))
    assert not changed.calls


def test_that_the_panel_opens_under_its_button_and_fits_the_screen(bar):
    bar.open_panel()
    assert bar.panel.isVisible()
    assert bar.screen().availableGeometry().contains(bar.panel.geometry())
    bar.panel.hide()


def test_that_a_slider_that_may_not_move_says_why(qtbot, recorded):
    slider = WeightSlider("love", left="Likely to watch", right="Likely to love", tip="What ranks")
    qtbot.addWidget(slider)
    moved = recorded(slider.moved)
    slider.show_value(0.7)
    assert not moved.calls
    slider.slider.setValue(40)
    assert moved.calls == [0.4]
    slider.allow(why_not="This model has nothing to mix.")
    assert not slider.slider.isEnabled()
    assert slider.toolTip() == slider.slider.toolTip() == "This model has nothing to mix."
    slider.allow()
    assert slider.slider.isEnabled()
    assert slider.toolTip() == "What ranks"


def test_that_search_waits_for_a_pause_and_escape_goes_back(qtbot, recorded):
    search = TitleSearch()
    qtbot.addWidget(search)
    searched, down = recorded(search.searched), recorded(search.went_down)
    QTest.keyClicks(search, "alien")
    qtbot.waitUntil(lambda: searched.calls == ["alien"], timeout=2000)
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert len(down.calls) == 1
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert searched.last == ""


def test_that_a_kept_profile_is_chosen_by_click(picker, recorded):
    chosen = recorded(picker.profile_chosen)
    kept = picker.findChild(QListWidget, "kept_profiles")
    kept.itemClicked.emit(kept.item(1))
    assert chosen.calls == ["anna"]
    assert picker.isHidden()


def test_that_a_new_profile_needs_a_name(picker, recorded):
    named = recorded(picker.profile_named)
    create, name = picker.findChild(QPushButton, "create_profile"), picker.findChild(QLineEdit, "new_profile_name")
    name.setText("  ")
    assert not create.isEnabled()
    name.setText(" Anna ")
    create.click()
    assert named.calls == ["Anna"]


def test_that_a_person_is_found_by_typing_and_taken_with_enter(picker, recorded):
    chosen = recorded(picker.person_chosen)
    search = picker.findChild(QLineEdit, "search_people")
    QTest.keyClicks(search, "15")
    people = picker.findChild(QListView, "people").model()
    assert [people.index(row).data() for row in range(people.rowCount())] == [
        "Person 15 · 1,700 ratings",
        "Person 215 · 36 ratings",
    ]
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen.calls == ["15"]
