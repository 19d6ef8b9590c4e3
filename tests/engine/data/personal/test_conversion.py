"""Ratings of one scale on another."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Scale
from engine.data.personal.conversion import converted, rating_of, scale_for
from engine.data.personal.export import Export, ExportedTitle

TEN, FIVE, HALVES, JOKES = Scale(1, 10, 1), Scale(1, 5, 1), Scale(0.5, 5, 0.5), Scale(-10, 10, 0)
SCALES = (TEN, FIVE, HALVES, JOKES, Scale(0, 10, 1), Scale(1, 100, 1), Scale(0.25, 5, 0.25), Scale(1, 3, 1))


@pytest.mark.parametrize("given_scale", SCALES)
@pytest.mark.parametrize("wanted", SCALES)
def test_that_the_ends_meet_the_ends(given_scale, wanted):
    assert converted(given_scale.low, given_scale, wanted) == wanted.low
    assert converted(given_scale.high, given_scale, wanted) == wanted.high


def test_that_a_seven_of_ten_is_no_like_on_five_stars():
    assert converted(7, TEN, FIVE) == 3.67
    assert converted(7, TEN, FIVE) < FIVE.like <= converted(8, TEN, FIVE)


def test_that_what_is_outside_counts_as_the_end():
    assert (converted(12, TEN, FIVE), converted(-3, TEN, FIVE)) == (5.0, 1.0)


@given(st.sampled_from(SCALES), st.sampled_from(SCALES), st.floats(0, 1), st.floats(0, 1))
def test_that_the_order_of_ratings_is_kept(given_scale, wanted, first, second):
    def on(share):
        return converted(given_scale.low + share * (given_scale.high - given_scale.low), given_scale, wanted)

    assert on(min(first, second)) <= on(max(first, second))
    assert wanted.low <= on(first) <= wanted.high


@given(st.sampled_from(SCALES), st.floats(0, 1))
def test_that_the_same_scale_changes_nothing_but_decimals(scale, share):
    rating = scale.low + share * (scale.high - scale.low)

    assert math.isclose(converted(rating, scale, scale), rating, abs_tol=0.0051)


@pytest.mark.parametrize(("rating", "wanted"), [(None, 2.0), (9.0, 2.0), (4.0, 2.0), (2.0, 1.44), (1.0, 1.0)])
def test_that_what_was_given_up_is_disliked_whatever_its_score(rating, wanted):
    assert rating_of(ExportedTitle("A", rating=rating, state="dropped"), TEN, FIVE) == wanted


def test_that_seen_only_stays_seen_only():
    assert rating_of(ExportedTitle("A"), TEN, FIVE) is None
    assert rating_of(ExportedTitle("A", rating=10.0), TEN, FIVE) == 5.0


def export(scale, *titles, is_known=False):
    return Export("mine.csv", "columns with names", scale, titles, scale_is_known=is_known)


def test_that_a_known_scale_is_never_taken_for_another():
    assert scale_for(export(TEN, ExportedTitle("A", rating=3.0), is_known=True), FIVE) == TEN


def test_that_ratings_by_the_data_sets_own_ids_are_on_its_scale_if_they_fit():
    low = ExportedTitle("", ids={"item": "1"}, rating=3.0)
    high = ExportedTitle("", ids={"item": "2"}, rating=9.0)

    assert scale_for(export(FIVE, low), TEN) == TEN
    assert scale_for(export(TEN, low, high), FIVE) == TEN


def test_that_a_guess_that_ends_where_the_data_set_does_means_its_scale():
    assert scale_for(export(HALVES, ExportedTitle("A", rating=3.5)), FIVE) == FIVE
    assert scale_for(export(FIVE, ExportedTitle("A", rating=3.0)), TEN) == FIVE
    assert scale_for(export(HALVES, ExportedTitle("A", rating=0.5)), FIVE) == HALVES
