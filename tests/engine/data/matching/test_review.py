"""Nothing unsure is taken in unless the person says so, and each film is taken in once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Scale
from engine.data.matching.candidates import Candidate, Match
from engine.data.matching.review import (
    Review,
    accepted,
    choose,
    counted,
    leave_out,
    open_titles,
    reset,
    review_of,
    row_of,
    standing_of,
    standings,
)
from engine.data.personal.export import Export, ExportedTitle

TITLES = tuple(ExportedTitle(name, 2000 + place) for place, name in enumerate(("Sure", "Unsure", "Nowhere")))
MATCHES = (
    Match("sure", 7, (Candidate(7, 99.0, "same title and year"),), "same title and year"),
    Match("unsure", None, (Candidate(8, 90.0, "a year apart"), Candidate(7, 80.0, "begins alike")), "a year apart"),
    Match("unmatched", why="no title like it"),
)


@pytest.fixture
def review() -> Review:
    return review_of(Export("ratings.csv", "Letterboxd ratings", Scale(0.5, 5, 0.5), TITLES), TITLES, MATCHES)


def rows(review: Review) -> list[tuple[str, int]]:
    return [(reviewed.title.title, reviewed.item_row) for reviewed in accepted(review)]


def test_that_only_the_sure_ones_are_taken_unasked(review):
    assert rows(review) == [("Sure", 7)]
    assert standings(review) == ("sure", "unsure", "unmatched")


def test_that_an_unsure_title_is_taken_once_chosen(review):
    assert rows(choose(review, 1, 8)) == [("Sure", 7), ("Unsure", 8)]


def test_that_an_unmatched_title_can_be_given_any_film(review):
    assert rows(choose(review, 2, 3)) == [("Sure", 7), ("Nowhere", 3)]


def test_that_a_sure_title_can_be_left_out(review):
    assert rows(leave_out(review, 0)) == []


def test_that_a_sure_title_can_be_corrected(review):
    assert rows(choose(review, 0, 5)) == [("Sure", 5)]


def test_that_a_reset_title_is_as_it_was_matched(review):
    assert reset(leave_out(review, 0), 0) == review
    assert reset(choose(review, 1, 8), 1) == review


def test_that_deciding_leaves_the_earlier_review_as_it_was(review):
    choose(review, 1, 8)

    assert rows(review) == [("Sure", 7)]


def test_that_a_film_given_to_another_title_is_taken_from_a_sure_one(review):
    changed = choose(review, 1, 7)

    assert rows(changed) == [("Unsure", 7)]
    assert standing_of(changed, 0) == "unsure"


def test_that_of_two_titles_given_one_film_the_later_one_keeps_it(review):
    changed = choose(choose(review, 1, 4), 2, 4)

    assert rows(changed) == [("Sure", 7), ("Nowhere", 4)]
    assert standing_of(changed, 1) == "unsure"


def test_that_the_counts_add_up(review):
    counts = counted(leave_out(choose(review, 1, 8), 2))

    assert (counts.sure, counts.unsure, counts.unmatched, counts.chosen, counts.left_out) == (1, 0, 0, 1, 1)
    assert counts.sure + counts.chosen == 2


def test_that_what_nobody_decided_on_stays_open(review):
    assert [title for title, _ in open_titles(review)] == list(TITLES[1:])
    assert [title for title, _ in open_titles(leave_out(review, 2))] == list(TITLES[1:2])


@pytest.mark.parametrize("change", [lambda review: choose(review, 3, 1), lambda review: leave_out(review, 3)])
def test_that_a_title_that_is_not_there_cannot_be_decided_on(review, change):
    with pytest.raises(IndexError):
        change(review)


@given(
    decisions=st.lists(st.tuples(st.sampled_from(["choose", "leave", "reset"]), st.integers(0, 2), st.integers(5, 9)))
)
def test_that_whatever_is_decided_each_film_is_taken_once(decisions):
    review = review_of(Export("r.csv", "x", Scale(1, 5, 1), TITLES), TITLES, MATCHES)
    for kind, index, row in decisions:
        review = (
            choose(review, index, row)
            if kind == "choose"
            else leave_out(review, index)
            if kind == "leave"
            else reset(review, index)
        )

    taken = [reviewed.item_row for reviewed in accepted(review)]
    counts = counted(review)
    assert len(taken) == len(set(taken)) == counts.sure + counts.chosen
    assert [row for row in (row_of(review, index) for index in range(3)) if row is not None] == taken
