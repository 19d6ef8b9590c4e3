"""One person's ratings, and which titles of a data set they mean."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.profiles import (
    Profile,
    ProfileEntry,
    entry_of,
    item_row_of,
    profile_of_user,
    profile_rows,
)
from engine.errors import ProfileError
from tests.support.planted import fingerprint_of

TITLES = (
    ("1", "Toy Story", 1995),
    ("2", "The Matrix", 1999),
    ("300", "Amélie", 2001),
    ("4", "War of the Worlds", 2005),
    ("5", "War of the Worlds", 2005),
    ("6", "300", 2006),
)
TOY_STORY = ProfileEntry("1", "Toy Story", 1995, 4.0)
MATRIX = ProfileEntry("2", "The Matrix", 1999, 5.0)


@pytest.fixture
def dataset() -> Dataset:
    histories = Histories.of_one([0, 1, 4], [4.0, None, 3.5])
    ids, titles, years = (tuple(column) for column in zip(*TITLES, strict=True))
    users, items = Vocabulary(["ann"]), Vocabulary(ids)
    catalogue = Catalogue(titles, years, ((),) * 6, word="film")
    return Dataset(
        "d",
        "Six films",
        users,
        items,
        catalogue,
        histories,
        Scale(0.5, 5.0, 0.5),
        fingerprint_of(histories, users, items),
    )


def test_that_rating_a_title_again_changes_it_in_its_place():
    profile = Profile("me", "Me", (TOY_STORY, MATRIX)).rated(ProfileEntry("1", "Toy Story", 1995, 2.0))

    assert [entry.rating for entry in profile.entries] == [2.0, 5.0]


def test_that_a_new_title_comes_last():
    assert Profile("me", "Me").rated(TOY_STORY).rated(MATRIX).entries == (TOY_STORY, MATRIX)


def test_that_one_id_of_two_data_sets_stays_two_titles():
    joke = ProfileEntry("1", "Why did the chicken cross the road?", 0, 3.0)

    profile = Profile("me", "Me", (TOY_STORY,)).rated(joke)

    assert profile.entries == (TOY_STORY, joke)
    assert profile.without("1", title="Toy Story").entries == (joke,)
    assert [entry.on for entry in profile.switched("1", False, title="toy story").entries] == [False, True]


def test_that_one_title_under_ids_of_two_data_sets_is_one_entry():
    elsewhere = ProfileEntry("tt0114709", "Toy story", 1995, 1.0)

    assert Profile("me", "Me", (TOY_STORY,)).rated(elsewhere).entries == (elsewhere,)


def test_that_namesakes_stay_apart_once_both_are_rated():
    first, second = ProfileEntry("4", "War of the Worlds", 2005, 4.0), ProfileEntry("5", "War of the Worlds", 2005, 1.0)

    profile = Profile("me", "Me", (first, second)).rated(ProfileEntry("5", "War of the Worlds", 2005, 2.0))

    assert [(entry.item_id, entry.rating) for entry in profile.entries] == [("4", 4.0), ("5", 2.0)]


def test_that_an_empty_id_alone_removes_nothing():
    nameless = ProfileEntry("", "Solaris", 1972, 4.0)

    assert Profile("me", "Me", (nameless,)).without("").entries == (nameless,)
    assert Profile("me", "Me", (nameless,)).without("", title="Solaris").entries == ()


def test_that_a_rating_that_is_no_number_is_refused():
    with pytest.raises(ProfileError, match="nan is not a rating for Toy Story"):
        ProfileEntry("1", "Toy Story", 1995, float("nan"))


def test_that_the_id_counts_where_the_titles_agree(dataset):
    assert item_row_of(ProfileEntry("300", "AMELIE", 2001, None), dataset) == 2
    assert item_row_of(ProfileEntry("300", "", 0, None), dataset) == 2


def test_that_an_id_with_another_title_is_never_taken_for_it(dataset):
    assert item_row_of(ProfileEntry("1", "Solaris", 1972, 5.0), dataset) is None
    assert item_row_of(ProfileEntry("1", "The Matrix", 1999, 5.0), dataset) == 1
    assert item_row_of(ProfileEntry("1", "Toy Story", 2010, 5.0), dataset) is None


def test_that_without_an_id_title_and_year_have_to_be_exact(dataset):
    assert item_row_of(ProfileEntry("tt1", "the matrix", 1999, 5.0), dataset) == 1
    assert item_row_of(ProfileEntry("", "The Matrix", 2000, 5.0), dataset) is None
    assert item_row_of(ProfileEntry("", "The Matrix", 0, 5.0), dataset) is None


def test_that_of_namesakes_the_best_known_is_meant(dataset):
    assert item_row_of(ProfileEntry("", "War of the Worlds", 2005, 5.0), dataset) == 4


def test_that_only_entries_that_are_on_and_known_make_the_history(dataset):
    solaris = ProfileEntry("9", "Solaris", 1972, 5.0)
    off = ProfileEntry("300", "Amélie", 2001, 1.0, on=False)

    found = profile_rows(Profile("me", "Me", (TOY_STORY, solaris, off, MATRIX)), dataset)

    assert found.history.item_rows_N.tolist() == found.item_rows.tolist() == [0, 1]
    assert found.history.ratings_N.tolist() == [4.0, 5.0]
    assert found.entries == (TOY_STORY, MATRIX)
    assert found.seen_rows == (0, 2, 1)
    assert (found.matched, found.unmatched) == (3, (solaris,))


def test_that_ratings_beyond_the_scale_are_clipped_for_use_and_kept_as_they_are(dataset):
    profile = Profile(
        "me", "Me", (ProfileEntry("1", "Toy Story", 1995, 9.0), ProfileEntry("2", "The Matrix", 1999, None))
    )

    found = profile_rows(profile, dataset)

    assert found.history.ratings_N[0] == 5.0
    assert np.isnan(found.history.ratings_N[1])
    assert profile.entries[0].rating == 9.0


def test_that_two_entries_for_one_row_become_one_and_a_rating_beats_seen_only(dataset):
    entries = (ProfileEntry("tt9", "Toy Story", 1995, 2.0), TOY_STORY, ProfileEntry("tt8", "Toy Story", 1995, None))

    found = profile_rows(Profile("me", "Me", entries), dataset)

    assert found.history.ratings_N.tolist() == [4.0]
    assert found.matched == 3


def test_that_an_empty_profile_matches_nothing(dataset):
    found = profile_rows(Profile("me", "Me"), dataset)

    assert (len(found.history), found.history.entries, found.matched, found.unmatched) == (1, 0, 0, ())


def test_that_a_person_of_the_data_set_is_a_profile(dataset):
    profile = profile_of_user(dataset, "ann")

    assert [(entry.item_id, entry.title, entry.rating) for entry in profile.entries] == [
        ("1", "Toy Story", 4.0),
        ("2", "The Matrix", None),
        ("5", "War of the Worlds", 3.5),
    ]
    assert profile_rows(profile, dataset).item_rows.tolist() == [0, 1, 4]


def test_that_a_person_who_is_not_there_is_refused_with_an_example(dataset):
    with pytest.raises(ProfileError, match=r"nobody called 'bob' in Six films\. Its people are named like 'ann'"):
        profile_of_user(dataset, "bob")


def test_that_an_entry_made_from_a_title_without_a_name_is_named_by_its_id():
    histories = Histories.of_one([0], [1.0])
    nameless = Dataset(
        "n",
        "Nameless",
        Vocabulary(["u"]),
        Vocabulary(["x1"]),
        Catalogue(("",), (0,), ((),)),
        histories,
        Scale(1, 5, 1),
        "",
    )

    entry = entry_of(nameless, 0, 3.0)

    assert entry == ProfileEntry("x1", "x1", 0, 3.0)
    assert item_row_of(entry, nameless) == 0
    assert item_row_of(ProfileEntry("x1", "Solaris", 1972, 3.0), nameless) is None
