"""Taste beside everybody's: the numbers are worked out by hand on eight films and eight people."""

from dataclasses import replace

import numpy as np
import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.recommending.taste_profile import crowd_means, taste_profile
from tests.support.planted import fingerprint_of

DRAMA, BOLD = "Drama", "<b>Camp & co</b>"


def films(genres, years, entries, *, scale=Scale(1, 5, 1)):
    """A data set of films with these genres and years; entries are (person, film, rating)."""
    users, rows, ratings = (np.array(column) for column in zip(*entries, strict=True))
    people = int(users.max()) + 1
    histories = Histories.of(users, rows, ratings.astype(float), people=people)
    ids, items = Vocabulary([str(u) for u in range(people)]), Vocabulary([str(i) for i in range(len(genres))])
    catalogue = Catalogue(tuple(f"Film {i}" for i in range(len(genres))), years, genres, word="film")
    return Dataset("d", "Films", ids, items, catalogue, histories, scale, fingerprint_of(histories, ids, items))


@pytest.fixture
def twelve():
    """Six dramas of the 1990s that five people gave 3 each, six others of the 2000s that one person gave 5 each."""
    entries = [(person, film, 3.0) for film in range(6) for person in range(5)]
    entries += [(0, film, 5.0) for film in range(6, 12)]
    return films(((DRAMA,),) * 6 + ((BOLD,),) * 6, (1995,) * 6 + (2004,) * 6, entries)


def test_that_shares_are_of_all_titles_that_the_person_and_that_all_people_have(twelve):
    found = taste_profile(twelve, Histories.of_one([0, 1, 2, 3, 4, 6, 7, 8, 9, 10], [4.0] * 10))
    drama, bold = found.genres
    assert (drama.name, bold.name) == (DRAMA, BOLD)
    assert (drama.titles, drama.share, drama.crowd_share) == (5, 0.5, pytest.approx(30 / 36))
    assert [(group.name, group.share) for group in found.decades] == [("1990s", 0.5), ("2000s", 0.5)]


def test_that_a_genre_is_rated_beside_what_others_gave_to_the_same_titles(twelve):
    usual = (30 * 3.0 + 6 * 5.0) / 36
    title = (5 * 3.0 + 5 * usual) / 10
    assert crowd_means(twelve)[0] == pytest.approx(title)
    drama = taste_profile(twelve, Histories.of_one(range(6), [5.0, 4.0, 5.0, 4.0, 5.0, 4.0])).genres[0]
    assert (drama.rated, drama.mine) == (6, 4.5)
    assert drama.crowd == pytest.approx(title)
    assert drama.difference.value == pytest.approx(4.5 - title, abs=1e-6)
    reach = 2.570582 * np.std([5, 4, 5, 4, 5, 4], ddof=1) / np.sqrt(6)
    assert drama.difference.high - drama.difference.value == pytest.approx(reach, abs=1e-4)
    assert drama.is_clear


def test_that_a_difference_which_chance_explains_is_not_called_clear(twelve):
    drama = taste_profile(twelve, Histories.of_one(range(6), [1.0, 5.0, 1.0, 5.0, 4.0, 4.0])).genres[0]
    assert not drama.is_clear


def test_that_groups_with_few_titles_are_left_out_and_counted(twelve):
    found = taste_profile(twelve, Histories.of_one([0, 6, 7, 8, 9, 10], [4.0] * 6))
    assert [group.name for group in found.genres] == [BOLD]
    assert found.left_out["genres"] == 1


def test_that_titles_without_a_rating_count_for_shares_and_not_for_ratings(twelve):
    drama = taste_profile(twelve, Histories.of_one(range(6), [4.0, 4.0, None, None, None, None])).genres[0]
    assert (drama.titles, drama.rated, drama.share) == (6, 2, 1.0)
    assert drama.mine is drama.crowd is drama.difference is None
    assert not drama.is_clear


def test_that_a_title_of_several_genres_counts_for_each_of_them_once(twelve):
    catalogue = replace(twelve.catalogue, genres=((DRAMA, BOLD, DRAMA),) * 12)
    found = taste_profile(replace(twelve, catalogue=catalogue), Histories.of_one(range(5), [4.0] * 5))
    assert [(group.name, group.titles, group.share) for group in found.genres] == [(DRAMA, 5, 1.0), (BOLD, 5, 1.0)]


def test_that_each_band_has_about_a_third_of_all_ratings_and_is_named_by_its_size(twelve):
    found = taste_profile(twelve, Histories.of_one(range(12), [4.0] * 12))
    overall = [(group.name, group.titles, round(group.crowd_share, 2)) for group in found.bands]
    assert overall == [("The other 7 films", 7, round(11 / 36, 2))]
    assert found.left_out["bands"] == 2


def test_that_without_genres_or_years_there_are_no_such_groups_and_it_is_said(twelve):
    bare = replace(twelve, catalogue=Catalogue(twelve.catalogue.titles, (0,) * 12, ((),) * 12))
    found = taste_profile(bare, Histories.of_one(range(8), [4.0] * 8))
    assert (found.genres, found.decades, found.has_genres, found.has_years) == ((), (), False, False)
    assert taste_profile(twelve, Histories.of_one([0], [4.0])).has_genres


@pytest.mark.parametrize("ratings", [[], [4.0], [None]])
def test_that_hardly_any_ratings_give_an_overall_group_and_nothing_else(twelve, ratings):
    found = taste_profile(twelve, Histories.of_one(range(len(ratings)), ratings))
    assert (found.genres, found.decades, found.bands) == ((), (), ())
    assert found.overall.titles == len(ratings)
    assert found.overall.difference is None
