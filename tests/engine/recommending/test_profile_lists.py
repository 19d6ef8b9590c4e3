"""What a person saved, and what is not for them, as lists beside the one of new titles."""

from __future__ import annotations

import pytest

from engine.data.profiles import Profile, ProfileEntry, entry_of
from engine.errors import ProfileError
from engine.recommending.profile_lists import make_list
from engine.recommending.ranking import Filters, ListTerms
from engine.recommending.recommender import Recommender

ALIEN, AMELIE, ARMAGEDDON, BRAZIL, CASABLANCA, DUNE, ERASERHEAD, FARGO = range(8)


@pytest.fixture
def recommender(dataset, make_model):
    return Recommender(make_model(), dataset)


def person(dataset, *, rated=(), saved=(), not_for_me=()):
    entries = tuple(entry_of(dataset, row, rating) for row, rating in rated)
    lists = ([entry_of(dataset, row, None) for row in rows] for rows in (saved, not_for_me))
    return Profile("me", "Me", entries, *map(tuple, lists))


def rows(listed):
    return [item.item_row for item in listed.items]


def test_that_saved_titles_are_ranked_for_the_person_with_their_numbers(dataset, recommender):
    me = person(dataset, rated=[(ALIEN, 5.0)], saved=[FARGO, DUNE, BRAZIL])
    listed = make_list(recommender, me, "saved")

    assert rows(listed) == [BRAZIL, DUNE, FARGO]
    assert [item.rank for item in listed.items] == [1, 2, 3]
    assert listed.items[0].predicted_rating == pytest.approx(3.6)
    assert listed.note == ""


def test_that_what_is_not_for_a_person_is_in_its_own_list_only(dataset, recommender):
    me = person(dataset, rated=[(ALIEN, 5.0)], saved=[DUNE], not_for_me=[BRAZIL, AMELIE])

    assert rows(make_list(recommender, me, "not_for_me")) == [BRAZIL, AMELIE]
    new = rows(make_list(recommender, me))
    assert not {ALIEN, BRAZIL, AMELIE} & set(new)
    assert DUNE in new


def test_that_filters_apply_to_a_list_and_are_said_to(dataset, recommender):
    me = person(dataset, rated=[(ALIEN, 5.0)], saved=[FARGO, DUNE, BRAZIL])
    listed = make_list(recommender, me, "saved", terms=ListTerms(filters=Filters(years=(1985, 2000))))

    assert rows(listed) == [BRAZIL, FARGO]
    assert listed.note == "Your filters hide 1 of these 3 films."


def test_that_where_nothing_passes_it_is_said_how_many_of_the_list_a_restriction_keeps_out(dataset, recommender):
    me = person(dataset, rated=[(ALIEN, 5.0)], saved=[FARGO, DUNE, BRAZIL])
    listed = make_list(
        recommender,
        me,
        "saved",
        terms=ListTerms(filters=Filters(only_rows=frozenset((ARMAGEDDON,)), only_name="F.txt")),
    )

    assert listed.items == ()
    assert dict(listed.without)["only_rows"] == 3


def test_that_titles_of_a_list_that_the_data_set_lacks_are_named(dataset, recommender):
    me = person(dataset, rated=[(ALIEN, 5.0)], saved=[DUNE])
    for name in ("Gone", "Lost", "Missing", "Nowhere"):
        me = me.saving(ProfileEntry("", name, 2020, None))

    assert make_list(recommender, me, "saved").note == (
        "4 saved films are not in this data set: Gone, Lost, Missing and 1 more."
    )


def test_that_saved_titles_which_training_never_saw_come_last_without_numbers(dataset, make_model):
    candidates = [row != BRAZIL for row in range(8)]
    import numpy as np

    recommender = Recommender(make_model(), dataset, candidates_I=np.array(candidates))
    me = person(dataset, rated=[(ALIEN, 5.0)], saved=[BRAZIL, DUNE, FARGO])
    listed = make_list(recommender, me, "saved")

    assert rows(listed) == [DUNE, FARGO, BRAZIL]
    last = listed.items[-1]
    assert (last.rank, last.predicted_rating, last.lift) == (3, None, None)
    assert rows(make_list(recommender, me, "saved", top=2)) == [DUNE, FARGO]


def test_that_saved_titles_are_there_before_anything_is_rated(dataset, recommender):
    me = person(dataset, saved=[DUNE, BRAZIL])

    assert rows(make_list(recommender, me, "saved")) == [BRAZIL, DUNE]
    with pytest.raises(ProfileError):
        make_list(recommender, me)
    assert make_list(recommender, person(dataset), "saved").items == ()


def test_that_a_saved_title_that_was_seen_under_another_year_is_not_listed(dataset, recommender):
    me = person(dataset, rated=[(ALIEN, 5.0), (DUNE, 3.0)], saved=[FARGO])
    me = Profile("me", "Me", me.entries, (*me.saved, ProfileEntry("105", "Dune", 1983, None)))

    assert rows(make_list(recommender, me, "saved")) == [FARGO]
