"""The words of For you: counts, shares, likelihoods, movements."""

import pytest

from desktop_rec.common.text import describe_likelihood, describe_movement, describe_rank_without, describe_uncertainty
from desktop_rec.for_you.cover import initials
from engine.text import (
    format_difference,
    format_factor,
    format_percent,
    format_predicted_rating,
    format_rating,
    plural,
    plural_of,
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (plural(0, "film"), "no films"),
        (plural(1, "rating"), "1 rating"),
        (plural(12480, "rating"), "12,480 ratings"),
        (plural_of("story"), "stories"),
        (plural_of("series"), "series"),
        (plural_of("joke"), "jokes"),
        (format_rating(4.0), "4"),
        (format_rating(4.5), "4.5"),
        (format_rating(-3.0), "−3"),
        (format_difference(1.6), "+1.6"),
        (format_difference(-0.44), "−0.4"),
        (format_predicted_rating(4.04), "4.0"),
        (format_predicted_rating(4.21, 0.58), "4.2\u00a0±\u00a00.6"),
        (format_percent(0.02), "2 %"),
        (format_percent(0.003), "0.3 %"),
        (format_percent(0.0003), "<0.1 %"),
        (format_percent(0.34, signed=True), "+34 %"),
        (format_percent(-0.12, signed=True), "−12 %"),
        (format_percent(0.002, signed=True), "+0.2 %"),
        (describe_uncertainty(None), ""),
        (format_factor(1.83), "1.8×"),
        (format_factor(40.4), "40×"),
        (format_factor(1234.0), "1,200×"),
        (describe_movement(3), "3 places up"),
        (describe_movement(-1), "1 place down"),
        (describe_movement(None), "new in the list"),
        (describe_movement(0), ""),
        (describe_rank_without(1, 7), "without it #1 → #7"),
        (describe_rank_without(1, 1), "without it still #1"),
        (describe_rank_without(3, None), "without it #3 → off the list"),
    ],
)
def test_that_numbers_are_said_as_people_say_them(said, expected):
    assert said == expected


def test_that_a_chance_is_said_against_most_people():
    assert describe_likelihood(40.0) == "40× likelier than for most"
    assert describe_likelihood(1.0) == "about as likely as for most"
    assert describe_likelihood(0.25) == "4× less likely than for most"
    assert describe_likelihood(None) == ""


def test_that_a_cover_carries_the_initials_of_what_matters():
    assert initials("The Matrix") == "M"
    assert initials("Spirited Away") == "SA"
    assert initials("12 Angry Men") == "12"
    assert initials("A.I.") == "A"
    assert initials("???") == "?"
    assert initials("") == "?"
