"""Ratings as people write them: each reads as the number that it says, on one scale for the column."""

import numpy as np
import pyarrow as pa
import pytest

from engine.data.reading.ratings import are_ratings, is_not_rated, ratings_in, spelling_of


@pytest.mark.parametrize(
    ("texts", "high", "ratings"),
    [
        (["8/10", "6/10", "10/10"], 10, [8, 6, 10]),
        (["8,5/10", "7 / 10"], 10, [8.5, 7]),
        (["4/5", "3.5/5"], 5, [4, 3.5]),
        (["3.5/4", "2/4"], 4, [3.5, 2]),
        (["4 out of 5", "4.5 out of 5 stars"], 5, [4, 4.5]),
        (["4 von 5 Sternen", "3 sur 5"], 5, [4, 3]),
        (["80%", "60 %", "7.5%"], 100, [80, 60, 7.5]),
        (["★★★½", "★", "½", "★★★★★", "★★★★ ½"], 5, [3.5, 1, 0.5, 5, 4.5]),
        (["★★★☆☆", "★☆☆☆☆"], 5, [3, 1]),
        (["★★★☆", "★★☆☆"], 4, [3, 2]),
        (["☆☆☆", "☆"], 5, [3, 1]),
        (["⭐️⭐️⭐️", "⭐"], 5, [3, 1]),
        (["***1/2", "**", "*", "1/2"], 5, [3.5, 2, 1, 0.5]),
        (["★★★★★★★★", "★★"], 10, [8, 4]),
        (["4 stars", "1 star", "3.5 stars", "3 1/2 stars", "3½ stars"], 5, [4, 1, 3.5, 3.5, 3.5]),
        (["4 Sterne", "3 étoiles", "5星"], 5, [4, 3, 5]),
        (["👍", "👎"], 1, [1, 0]),
        (["👍🏽", "👎🏻"], 1, [1, 0]),
        (["Thumbs Up", "thumbs_down"], 1, [1, 0]),
        (["like", "dislike", "Liked"], 1, [1, 0, 1]),
        (["TRUE", "FALSE"], 1, [1, 0]),
        (["yes", "no"], 1, [1, 0]),
        (["Recommended", "Not Recommended"], 1, [1, 0]),
        (["Loved", "Liked", "Okay", "Disliked", "Hated"], 5, [5, 4, 3, 2, 1]),
        (["loved it", "ok", "didn't like it"], 5, [5, 3, 2]),
        (["it was amazing", "liked it", "did not like it"], 5, [5, 3, 1]),
        (["力荐", "还行"], 5, [5, 3]),
        (["🙂", "😐", "🙁"], 5, [4, 3, 2]),
        (["8", "8/10", "7", "★★★"], 10, [8, 8, 7, 6]),
        (["4.5", "★★★"], 5, [4.5, 3]),
        (["3", "2", "8/10"], 10, [3, 2, 8]),
        (["4/5", "3/5", "8/10"], 5, [4, 3, 4]),
        (["A", "b", "C", "F"], 4, [4, 3, 2, 1]),
        (["A+", "A", "A−", "B +", "C-", "D", "F"], 7, [7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_that_a_column_of_ratings_reads_as_numbers_on_one_scale(texts, high, ratings):
    spelling = spelling_of(texts)
    assert spelling is not None
    assert spelling.high == high
    ratings_N, none_N, unread_N = ratings_in(pa.array(texts), spelling)
    assert ratings_N.tolist() == pytest.approx(ratings)
    assert not (none_N | unread_N).any()


@pytest.mark.parametrize("texts", [[], ["Action", "Drama"], ["B+"], ["3/8", "12/31"], ["x", "y"], ["250", "1000"]])
def test_that_other_words_and_counts_have_no_spelling(texts):
    assert spelling_of(texts) is None


@pytest.mark.parametrize(("texts", "high"), [(["1", "4,5"], 5), (["4", "n.r."], 5), (["7"], 10), (["-9", "60"], 100)])
def test_that_among_plain_numbers_a_later_sign_is_brought_to_the_scale_that_holds_them(texts, high):
    spelling = spelling_of(texts)
    assert spelling.is_plain
    assert spelling.rating_in("4/5") == 0.8 * high


def test_that_a_known_scale_is_the_one_that_ratings_are_brought_to():
    spelling = spelling_of(["★★★★", "80%", "4/5"], high=10.0)
    assert [spelling.rating_in(text) for text in ("★★★★", "80%", "4/5", "½")] == [8, 8, 8, 1]


@pytest.mark.parametrize("text", ["", " ", "n.r.", "N.R.", "-", "–", "not rated", "Unrated", "none"])
def test_that_words_for_no_rating_are_none(text):
    assert is_not_rated(text)


def test_that_a_word_of_liking_among_numbers_is_not_guessed():
    ratings_N, none_N, unread_N = ratings_in(
        pa.array(["8", "7", "good", "9/10"]), spelling_of(["8", "7", "good", "9/10"])
    )
    assert (ratings_N[[0, 1, 3]].tolist(), unread_N.tolist()) == ([8, 7, 9], [False, False, True, False])
    assert not none_N.any()


def test_that_a_coded_column_reads_as_its_texts_do():
    texts = ["★★", "", "★★½", None, "what", "4"]
    plain = ratings_in(pa.array(texts), spelling_of(["★★"]))
    coded = ratings_in(pa.array(texts).dictionary_encode(), spelling_of(["★★"]))
    for one, other in zip(plain, coded, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert plain[1].tolist() == [False, True, False, True, False, False]
    assert plain[2].tolist() == [False, False, False, False, True, False]


def test_that_columns_without_names_are_ratings_by_their_signs_and_not_by_words():
    assert are_ratings(["★★", "★"])
    assert are_ratings(["8/10", "7/10"])
    assert not are_ratings(["yes", "no"])
