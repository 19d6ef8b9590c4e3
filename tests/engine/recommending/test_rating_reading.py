"""How a model reads stars: by habit and scale, by what is a like, or as they are."""

from types import SimpleNamespace

import pytest

from engine.data.dataset import Histories, Scale
from engine.recommending.rating_reading import ReadingKind, rating_reading, scale_steps

TENTHS, STARS = Scale(1, 10, 1), Scale(0.5, 5, 0.5)


def model_of(name, *, learns_from="ratings", **config):
    return SimpleNamespace(name=name, can=SimpleNamespace(learns_from=learns_from), config=SimpleNamespace(**config))


def encoded(reading):
    return {step.rating: step.encoded for step in reading.steps}


def test_that_a_seven_of_somebody_generous_stays_good_and_three_of_somebody_who_gives_four_is_below():
    generous = Histories.of_one(range(10), [8.0] * 8 + [7.0, 9.0])
    mine = rating_reading(model_of("two_head"), generous, TENTHS).mine
    assert mine.usual == pytest.approx(8.0)
    assert encoded(mine)[7.0] > 0
    stars = rating_reading(model_of("two_head"), Histories.of_one(range(4), [4.0, 4.0, 4.5, 3.5]), STARS).mine
    assert encoded(stars)[3.0] < encoded(stars)[4.0]


def test_that_a_five_counts_for_more_from_somebody_for_whom_it_is_good_than_from_one_who_always_gives_eight():
    found = rating_reading(model_of("two_head"), Histories.of_one([0], [6.0]), TENTHS)
    even, extreme, sparing = (encoded(habit) for habit in found.habits)
    assert sparing[5.0] > 0.5 > even[5.0]
    assert even[8.0] == pytest.approx(1.0)
    assert extreme[10.0] > 1
    assert extreme[1.0] < -1


def test_that_habits_are_shown_on_the_scale_of_the_data():
    found = rating_reading(model_of("two_head"), Histories.of_one([0], [4.0]), STARS)
    assert all([step.rating for step in habit.steps] == [0.5 * n for n in range(1, 11)] for habit in found.habits)
    given = {step.rating: step.given for step in found.habits[1].steps}
    assert (given[0.5], given[5.0], sum(given.values())) == (5, 5, 10)


def test_that_a_model_of_likes_counts_what_is_a_like_and_nothing_else():
    found = rating_reading(model_of("ease", learns_from="likes"), Histories.of_one([0, 1], [4.0, 2.0]), STARS)
    assert found.kind is ReadingKind.LIKES
    assert [step.rating for step in found.mine.steps if step.encoded > 0] == [4.0, 4.5, 5.0]
    assert found.habits == ()
    assert found.like == 4.0


def test_that_a_model_of_likes_that_counts_other_ratings_says_for_how_much():
    model = model_of("ease", learns_from="likes", fold_in_others=0.4)
    found = rating_reading(model, Histories.of_one([0, 1], [4.0, 2.0]), STARS)
    assert found.others == 0.4
    assert {step.encoded for step in found.mine.steps} == {2.5, 1.0}


def test_that_other_models_take_stars_as_they_are():
    found = rating_reading(model_of("mf"), Histories.of_one([0, 1], [4.0, None]), STARS)
    assert found.kind is ReadingKind.AS_IT_IS
    assert found.mine.steps[0].encoded == -found.mine.steps[-1].encoded
    assert [step.given for step in found.mine.steps if step.rating == 4.0] == [1]


def test_that_nobody_who_rated_nothing_has_a_usual_rating():
    found = rating_reading(model_of("two_head"), Histories.of_one([0], [None]), STARS)
    assert found.mine.usual is None
    assert all(step.given == 0 for step in found.mine.steps)


@pytest.mark.parametrize(("scale", "most"), [(Scale(0, 1, 0), 5), (Scale(0, 100, 1), 12), (Scale(1, 5, 1), 5)])
def test_that_scales_without_steps_or_with_very_many_are_shown_at_a_few_places(scale, most):
    steps = scale_steps(scale)
    assert 2 <= len(steps) <= most
    assert steps[0] == scale.low
    assert steps[-1] <= scale.high
