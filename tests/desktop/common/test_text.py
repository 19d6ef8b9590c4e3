"""What the window says of scores: likelihoods, uncertainties, movements; and the initials on a cover."""

import pytest

from desktop_rec.common.text import (
    describe_likelihood,
    describe_movement,
    describe_rank_without,
    describe_uncertainty,
)
from desktop_rec.for_you.cover import initials


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (describe_uncertainty(None), ""),
        (describe_movement(3), "3 places up"),
        (describe_movement(-1), "1 place down"),
        (describe_movement(None), "new in the list"),
        (describe_movement(0), ""),
        (describe_rank_without(1, 7), "without it #1 → #7"),
        (describe_rank_without(1, 1), ""),
        (describe_rank_without(3, None), "without it #3 → off the list"),
    ],
)
def test_that_changes_are_described_as_people_say_them(words, expected):
    assert words == expected


def test_that_a_chance_is_said_against_most_people():
    assert describe_likelihood(40.0) == "40× likelier for you than for most"
    assert describe_likelihood(1.0) == "about as likely for you as for most"
    assert describe_likelihood(0.25) == "4× less likely for you than for most"
    assert describe_likelihood(None) == ""


def test_that_a_cover_carries_the_initials_of_what_matters():
    assert initials("The Matrix") == "M"
    assert initials("Spirited Away") == "SA"
    assert initials("12 Angry Men") == "12"
    assert initials("A.I.") == "A"
    assert initials("???") == "?"
    assert initials("") == "?"
