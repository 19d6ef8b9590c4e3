"""Stars: where they lie on each scale, and rating by click and by keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.star_rating import StarRating
from desktop_rec.theme.theme import DARK, LIGHT, THEME, apply_theme
from engine.data.dataset import Scale

HALVES = StarScale.of(Scale(0.5, 5.0, 0.5))
WHOLE = StarScale.of(Scale(1.0, 5.0, 1.0))
TEN = StarScale.of(Scale(1.0, 10.0, 1.0))
JOKES = StarScale.of(Scale(-10.0, 10.0, 0.0))


@pytest.fixture
def stars(qtbot):
    made = StarRating(HALVES)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    return made


def place(stars, share):
    return QPoint(round(stars.width() * share), stars.height() // 2)


def test_that_a_place_on_the_stars_means_the_next_step_up():
    assert HALVES.rating_at(3.2) == 3.5
    assert HALVES.rating_at(3.7) == 4.0
    assert WHOLE.rating_at(3.2) == 4.0
    assert TEN.rating_at(7.4) == 8.0


def test_that_no_place_means_a_rating_outside_the_scale():
    assert HALVES.rating_at(0.0) == 0.5
    assert WHOLE.rating_at(0.0) == 1.0
    assert TEN.rating_at(10.0) == 10.0
    assert JOKES.rating_at(0.0) == -10.0
    assert JOKES.rating_at(5.0) == 10.0


def test_that_a_scale_of_ten_has_ten_stars_and_other_scales_are_stretched_over_five():
    assert (TEN.count, JOKES.count, HALVES.count) == (10, 5, 5)
    assert TEN.filled(8.0) == 8.0
    assert JOKES.filled(0.0) == 2.5


def test_that_every_rating_fills_the_stars_that_a_click_on_them_means():
    for scale in (HALVES, WHOLE, TEN):
        rating = scale.low
        while rating <= scale.high:
            assert scale.rating_at(scale.filled(rating)) == rating
            rating += scale.step


def test_that_digits_mean_stars_and_zero_means_ten_of_ten():
    assert HALVES.of_digit(4) == 4.0
    assert HALVES.of_digit(0) is None
    assert WHOLE.of_digit(6) is None
    assert TEN.of_digit(0) == 10.0


def test_that_a_click_on_the_right_of_the_fourth_star_rates_four(stars, recorded):
    rated = recorded(stars.rated)
    QTest.mouseClick(stars, Qt.MouseButton.LeftButton, pos=place(stars, 0.76))
    assert rated.calls == [4.0]
    QTest.mouseClick(stars, Qt.MouseButton.LeftButton, pos=place(stars, 0.66))
    assert rated.last == 3.5


def test_that_keys_rate_step_and_take_away(stars, recorded):
    rated = recorded(stars.rated)
    for key in (Qt.Key.Key_3, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Delete):
        QTest.keyClick(stars, key)
    assert rated.calls == [3.0, 3.5, 3.0, 2.5, None]


def test_that_control_and_a_digit_stay_free_for_the_window(stars, recorded):
    rated = recorded(stars.rated)
    QTest.keyClick(stars, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert not rated.calls


def test_that_the_rating_is_read_to_those_who_listen(stars):
    stars.show_rating(4.5, of="Alien")
    assert stars.accessibleName() == "Alien: rated 4.5 of 5"
    stars.show_rating(None, of="Alien")
    assert stars.accessibleName() == "Alien: not rated"


def test_that_another_theme_recolours_the_stars(qtbot, qapp):
    stars = StarRating(HALVES)
    qtbot.addWidget(stars)
    stars.resize(stars.sizeHint())
    stars.show_rating(5.0)
    before = THEME.choice
    try:
        for choice, colours in (("light", LIGHT), ("dark", DARK)):
            apply_theme(qapp, choice)
            middle = stars.grab().toImage().pixelColor(stars.width() // 2, stars.height() // 2)
            assert middle.name() == colours.accent
    finally:
        apply_theme(qapp, before)
