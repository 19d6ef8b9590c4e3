"""The words of For you: counts, shares, likelihoods, movements."""

import pytest

from desktop_rec.common.text import (
    counted,
    difference_words,
    likelihood_words,
    movement_words,
    plural,
    predicted_words,
    rank_without_words,
    rating_words,
    share_words,
    signed_share_words,
    times_words,
    uncertainty_words,
)
from desktop_rec.for_you.cover import initials


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (counted(0, "film"), "no films"),
        (counted(1, "rating"), "1 rating"),
        (counted(12480, "rating"), "12,480 ratings"),
        (plural("story"), "stories"),
        (plural("series"), "series"),
        (plural("joke"), "jokes"),
        (rating_words(4.0), "4"),
        (rating_words(4.5), "4.5"),
        (rating_words(-3.0), "−3"),
        (difference_words(1.6), "+1.6"),
        (difference_words(-0.44), "−0.4"),
        (predicted_words(4.04), "4.0"),
        (predicted_words(4.21, 0.58), "4.2\u00a0±\u00a00.6"),
        (share_words(0.02), "2 %"),
        (share_words(0.003), "0.3 %"),
        (share_words(0.0003), "under 0.1 %"),
        (signed_share_words(0.34), "+34 %"),
        (signed_share_words(-0.12), "−12 %"),
        (signed_share_words(0.002), "+0.2 %"),
        (uncertainty_words(None), ""),
        (times_words(1.83), "1.8×"),
        (times_words(40.4), "40×"),
        (times_words(1234.0), "1,200×"),
        (movement_words(3), "3 places up"),
        (movement_words(-1), "1 place down"),
        (movement_words(None), "new in the list"),
        (movement_words(0), ""),
        (rank_without_words(1, 7), "without it #1 → #7"),
        (rank_without_words(1, 1), "without it still #1"),
        (rank_without_words(3, None), "without it #3 → off the list"),
    ],
)
def test_that_numbers_are_said_as_people_say_them(said, expected):
    assert said == expected


def test_that_a_chance_is_said_against_most_people():
    assert likelihood_words(40.0) == "40× likelier than for most"
    assert likelihood_words(1.0) == "about as likely as for most"
    assert likelihood_words(0.25) == "4× less likely than for most"
    assert likelihood_words(None) == ""


def test_that_a_cover_carries_the_initials_of_what_matters():
    assert initials("The Matrix") == "M"
    assert initials("Spirited Away") == "SA"
    assert initials("12 Angry Men") == "12"
    assert initials("A.I.") == "A"
    assert initials("???") == "?"
    assert initials("") == "?"
