"""Lists of titles to rate, and the list of recommendations: clicks, keys, and what stays when rows change."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop_rec.common.rows import RowsModel
from desktop_rec.common.stars import StarScale
from desktop_rec.for_you.comparison import Comparison
from desktop_rec.for_you.my_ratings.profile_picker import MOST_SHOWN, PeopleModel, UserIdRole
from desktop_rec.for_you.recommendation_list import RecommendationList
from desktop_rec.for_you.recommendation_rows import RecommendationsModel
from desktop_rec.for_you.title_list import TitleList, TitleLook
from desktop_rec.for_you.titles import TitleRow
from engine.data.dataset import Scale
from engine.recommending.recommendation import Recommendation

STARS = StarScale.of(Scale(0.5, 5.0, 0.5))


def title(row, name, *, rating=None, is_on=True, known=True):
    return TitleRow(row if known else None, str(row), name, 1999, ("Drama",), 12, rating, is_on, rating is not None)


def item(rank, row, *, predicted=4.0):
    return Recommendation(rank, row, str(row), f"Title {row}", 1990 + row, ("Drama",), 1.0, 0.1, 2.0, predicted)


ALIEN, HEAT = title(1, "Alien", rating=4.0), title(2, "Heat", rating=2.5)


@pytest.fixture
def mine(qtbot):
    made = TitleList(TitleLook.MINE, STARS)
    qtbot.addWidget(made)
    made.resize(250, 300)
    made.show()
    made.show_rows([ALIEN, HEAT])
    return made


@pytest.fixture
def listed(qtbot):
    made = RecommendationList(STARS)
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    return made


def click(widget, place):
    QTest.mouseClick(widget.viewport(), Qt.MouseButton.LeftButton, pos=place)


def parts(widget, row):
    return widget.parts_of(widget.titles.index(row))


def test_that_a_click_on_a_star_rates_the_title(mine, recorded):
    rated = recorded(mine.rated)
    stars = parts(mine, 1).stars
    click(mine, QPoint(stars.right() - 1, stars.center().y()))
    assert rated.calls == [(HEAT, 5.0)]


def test_that_switch_and_cross_are_apart_from_the_stars(mine, recorded):
    switched, removed, rated = recorded(mine.switched), recorded(mine.removed), recorded(mine.rated)
    click(mine, parts(mine, 0).switch.center())
    click(mine, parts(mine, 1).cross.center())
    assert switched.calls == [(ALIEN, False)]
    assert removed.calls == [HEAT]
    assert not rated.calls


def test_that_keys_rate_switch_and_remove_the_current_title(mine, recorded):
    switched, removed, rated = recorded(mine.switched), recorded(mine.removed), recorded(mine.rated)
    mine.setCurrentIndex(mine.titles.index(0))
    for key in (Qt.Key.Key_3, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Delete):
        QTest.keyClick(mine, key)
    assert rated.calls == [(ALIEN, 3.0), (ALIEN, 4.5)]
    assert switched.calls == [(ALIEN, False)]
    assert removed.calls == [ALIEN]


def test_that_arrow_keys_still_walk_through_the_list(mine):
    mine.setCurrentIndex(mine.titles.index(0))
    QTest.keyClick(mine, Qt.Key.Key_Down)
    assert mine.currentIndex().row() == 1


def test_that_a_title_the_data_set_does_not_have_can_only_be_removed(mine, recorded):
    mine.show_rows([title(5, "Unknown", rating=3.0, known=False)])
    switched, removed, rated = recorded(mine.switched), recorded(mine.removed), recorded(mine.rated)
    mine.setCurrentIndex(mine.titles.index(0))
    for key in (Qt.Key.Key_3, Qt.Key.Key_Space, Qt.Key.Key_Delete):
        QTest.keyClick(mine, key)
    click(mine, parts(mine, 0).stars.center())
    assert (len(rated.calls), len(switched.calls), len(removed.calls)) == (0, 0, 1)
    assert "not in this data set" in mine.titles.rows[0].sentence()


def test_that_new_stars_leave_the_list_in_place(mine, recorded):
    resets = recorded(mine.titles.modelReset)
    mine.setCurrentIndex(mine.titles.index(1))
    mine.show_rows([title(1, "Alien", rating=1.0), HEAT])
    assert not resets.calls
    assert mine.currentIndex().row() == 1


def test_that_the_current_title_stays_current_when_another_comes_on_top(mine):
    mine.setCurrentIndex(mine.titles.index(1))
    mine.show_rows([title(3, "Fargo", rating=5.0), ALIEN, HEAT])
    assert mine.currentIndex().row() == 2


def test_that_rows_are_put_into_words(qtbot):
    model = RowsModel()
    model.show_rows([ALIEN, title(2, "Heat", rating=2.5, is_on=False)])
    texts = [model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert texts[0] == "Alien (1999), you gave 4, 12 ratings"
    assert texts[1].endswith("left out of your list")


def test_that_every_look_and_scale_can_be_painted(qtbot):
    for look in TitleLook:
        for scale in (Scale(1, 10, 1), Scale(-10, 10, 0), Scale(0.5, 5, 0.5)):
            made = TitleList(look, StarScale.of(scale))
            qtbot.addWidget(made)
            made.resize(240, 240)
            made.show_rows([title(1, "A very long title that does not fit into one line", rating=1.0), HEAT])
            assert not made.grab().isNull()


def test_that_arrows_say_how_far_a_title_moved():
    model = RecommendationsModel()
    model.show_list([item(1, 7), item(2, 8), item(3, 9)], before={"7": 3, "8": 2})
    assert [row.moved for row in model.rows] == [2, 0, None]
    assert "2 places up" in model.rows[0].sentence()
    assert "new in the list" in model.rows[2].sentence()
    model.show_list([item(1, 7)])
    assert model.rows[0].moved == 0


def test_that_reasons_come_later_and_stay_while_the_list_moves():
    model = RecommendationsModel()
    model.show_list([item(1, 7), item(2, 8)])
    model.show_reasons({7: "because you liked Alien"})
    model.show_list([item(1, 8), item(2, 7)])
    assert [row.because for row in model.rows] == ["", "because you liked Alien"]


def test_that_the_first_title_is_chosen_until_somebody_picks_one(listed, recorded):
    chosen = recorded(listed.chosen)
    listed.show_list([item(1, 7), item(2, 8)])
    listed.show_list([item(1, 8), item(2, 7)])
    assert [call.item_row for call in chosen.calls] == [7, 8]


def test_that_a_picked_title_stays_chosen_wherever_it_goes(listed):
    listed.show_list([item(1, 7), item(2, 8), item(3, 9)])
    assert listed.choose(8)
    listed.show_list([item(1, 9), item(2, 7), item(3, 8)])
    assert listed.current.item_row == 8
    listed.show_list([item(1, 9), item(2, 7), item(3, 6)])
    assert listed.current.item_row == 6
    listed.forget_choice()
    listed.show_list([item(1, 9), item(2, 7)])
    assert listed.current.item_row == 9


def test_that_the_list_is_painted_narrow_and_wide_with_and_without_stars(listed):
    for width in (280, 400, 700):
        for predicted in (None, 4.5):
            listed.resize(width, 300)
            listed.show_list([item(1, 7, predicted=predicted), item(2, 8, predicted=None)], before={})
            assert not listed.grab().isNull()


def test_that_a_slider_is_compared_with_the_list_from_before_it_moved():
    comparison = Comparison()
    comparison.slide("love", {"a": 1})
    comparison.slide("love", {"a": 2})
    assert comparison.before == {"a": 1}
    comparison.rest()
    comparison.slide("love", {"a": 3})
    assert comparison.before == {"a": 3}
    comparison.slide("gems", {"a": 4})
    assert comparison.before == {"a": 4}
    comparison.begin({})
    assert comparison.before is None


def test_that_people_are_found_by_the_start_of_their_id_first():
    model = PeopleModel()
    model.show_people([str(number) for number in range(1, 1001)], [20] * 1000)
    assert (model.found, model.rowCount()) == (1000, MOST_SHOWN)
    model.narrow("15")
    ids = [model.data(model.index(row), UserIdRole) for row in range(3)]
    assert ids == ["15", "150", "151"]
    assert "415" in [model.data(model.index(row), UserIdRole) for row in range(model.rowCount())]
    model.narrow("nobody")
    assert model.found == 0
