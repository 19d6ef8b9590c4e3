"""From scores to a list."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Histories
from engine.errors import SettingError
from engine.recommending.ranking import Filters, ListTerms, TitleFacts, ranked
from engine.recommending.recommender import Recommender

EVERY = np.ones(6, dtype=bool)


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_that_equal_scores_are_ordered_by_item_row():
    order = ranked(scores(1, 2, 2, 1, 3, 2), candidates_I=EVERY)

    assert order.rows_R.tolist() == [4, 1, 2, 5, 0, 3]


def test_that_a_score_that_is_not_finite_is_never_listed():
    order = ranked(scores(1, np.nan, 2, np.inf, -np.inf, 3), candidates_I=EVERY)

    assert order.rows_R.tolist() == [5, 2, 0]
    assert order.candidates == 3


def test_that_all_candidates_are_counted_whatever_the_filters():
    passes = np.array([False, False, False, True, True, True])
    order = ranked(scores(6, 5, 4, 3, 2, 1), candidates_I=EVERY, passes_I=passes)

    assert order.rows_R.tolist() == [3, 4, 5]
    assert order.candidates == 6


def test_that_a_title_outside_of_the_list_has_no_rank():
    order = ranked(scores(6, 5, 4, 3, 2, 1), candidates_I=np.array([True, False, True, True, True, True]))

    assert order.rank(1) is None
    assert order.rank(2) == 2


def test_that_hidden_gems_at_half_strength_order_by_place_times_popularity():
    counts = np.array([999, 0, 9, 0, 0, 0])
    order = ranked(scores(6, 5, 4, 3, 2, 1), candidates_I=EVERY, counts_I=counts, hidden_gems=0.5)

    assert order.rows_R.tolist() == [1, 3, 4, 5, 2, 0]


def test_that_more_hidden_gems_demote_the_best_known_title_further():
    counts = np.array([7, 0, 0, 0, 0, 0])

    def place_of_best(strength: float) -> int | None:
        return ranked(scores(6, 5, 4, 3, 2, 1), candidates_I=EVERY, counts_I=counts, hidden_gems=strength).rank(0)

    assert [place_of_best(one) for one in (0.0, 0.2, 0.3, 0.4, 1.0)] == [1, 2, 3, 5, 6]


def test_that_hidden_gems_changes_nothing_when_all_titles_are_equally_known():
    order = ranked(scores(6, 5, 4, 3, 2, 1), candidates_I=EVERY, counts_I=np.full(6, 7), hidden_gems=0.8)

    assert order.rows_R.tolist() == [0, 1, 2, 3, 4, 5]


def test_that_no_title_is_a_better_gem_for_being_known_by_next_to_nobody(dataset):
    facts = TitleFacts(dataset)

    assert facts.counts_I.tolist() == [8, 7, 6, 5, 4, 3, 2, 1]
    assert facts.renown_I.tolist() == [8, 7, 6, 5, 5, 5, 5, 5], "of 36 entries, 26 are of the best known four"


def test_that_hidden_gems_in_full_still_go_by_taste_among_titles_that_few_know(dataset, make_model):
    recommender = Recommender(make_model(), dataset)
    person = Histories.of_one([0], [5.0])
    plain = [item.item_row for item in recommender.recommend(person).items]
    gems = [item.item_row for item in recommender.recommend(person, ListTerms(filters=Filters(hidden_gems=1.0))).items]

    few_know = {3, 4, 5, 6, 7}
    assert [row for row in gems if row in few_know] == [row for row in plain if row in few_know]
    assert gems != plain, "those that many know are demoted"


def test_that_genres_are_any_of_the_wanted_and_none_of_the_unwanted(dataset):
    facts = TitleFacts(dataset)

    passes = facts.passing(Filters(genres_any=("sci-fi", "Romance"), genres_none=("Action", "Horror")))

    assert np.flatnonzero(passes).tolist() == [1, 3, 4, 5]


def test_that_a_genre_nobody_has_wanted_passes_nothing_and_unwanted_passes_all(dataset):
    facts = TitleFacts(dataset)

    assert not facts.passing(Filters(genres_any=("Western",))).any()
    assert facts.passing(Filters(genres_none=("Western",))).all()


def test_that_years_include_both_ends_and_leave_out_titles_without_a_year(dataset):
    passes = TitleFacts(dataset).passing(Filters(years=(0, 1985)))

    assert np.flatnonzero(passes).tolist() == [0, 3, 4, 5]


def test_that_the_least_number_of_ratings_keeps_lesser_known_titles_out(dataset):
    passes = TitleFacts(dataset).passing(Filters(min_ratings=6))

    assert np.flatnonzero(passes).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hidden_gems": 1.2}, "between 0 and 1"),
        ({"hidden_gems": float("nan")}, "between 0 and 1"),
        ({"min_ratings": -1}, "0 or more"),
        ({"years": (2001, 1999)}, "comes after"),
    ],
)
def test_that_a_filter_out_of_range_is_refused_with_a_sentence(wrong, words):
    with pytest.raises(SettingError, match=words):
        Filters(**wrong)
