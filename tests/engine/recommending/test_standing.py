"""How titles stand with a person: their own, their lists, stars and places."""

from dataclasses import replace

import pytest

from engine.data.profiles import Profile, entry_of
from engine.recommending.ranking import ListTerms
from engine.recommending.recommender import Recommender
from engine.recommending.standing import standing_of


@pytest.fixture
def person(dataset):
    entries = (entry_of(dataset, 0, 5.0), entry_of(dataset, 2, None), replace(entry_of(dataset, 4, 3.0), on=False))
    return Profile("p", "Ann", entries, saved=(entry_of(dataset, 6, None),))


def test_that_what_the_person_has_is_told_and_places_are_of_all_other_titles(dataset, make_model, person):
    recommender = Recommender(make_model(), dataset)
    found = standing_of(recommender, person)
    assert found.mine == {0: 5.0, 2: None, 4: None}
    assert found.saved_rows == (6,)
    assert found.candidates == 5
    assert [found.place_I[row] for row in (0, 2, 4)] == [0, 0, 0]
    listed = recommender.recommend(recommender.match(person).history, ListTerms(seen_rows=(0, 2, 4))).items
    assert [int(found.place_I[item.item_row]) for item in listed] == [1, 2, 3, 4, 5]
    assert found.rating_I[3] == pytest.approx(listed[0].predicted_rating)


def test_that_of_somebody_who_rated_nothing_only_the_lists_are_known(dataset, make_model):
    found = standing_of(Recommender(make_model(), dataset), Profile("p", "Ann"))
    assert (found.mine, found.candidates, found.rating_I) == ({}, 0, None)
    assert not found.place_I.any()


def test_that_a_model_that_predicts_no_stars_has_places_and_no_stars(dataset, make_model, person):
    found = standing_of(Recommender(make_model(predicts_ratings=False), dataset), person)
    assert found.rating_I is None
    assert found.candidates == 5
