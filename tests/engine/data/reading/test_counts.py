"""Counts are told from ratings by their long tail, and marks between thousands from decimal signs."""

import numpy as np
import pytest

from engine.data.importing.scales import counted
from engine.data.reading.counts import are_counts, thousands_sign, without_marks

PLAYS = counted(np.floor(np.exp(np.random.default_rng(2).normal(4, 2, 3000))).astype(np.float32) + 1)
HOURS = counted(np.round(np.exp(np.random.default_rng(3).normal(0, 1.5, 800)), 1).astype(np.float32))
FEW_PLAYS = counted(np.random.default_rng(4).geometric(0.5, 4000).astype(np.float32))


@pytest.mark.parametrize("counts", [PLAYS, HOURS, FEW_PLAYS, {31.5: 20, 63.0: 20, 94.5: 20, 157.5: 20}])
def test_that_plays_and_hours_are_counts(counts):
    assert are_counts(counts)


@pytest.mark.parametrize(
    "ratings",
    [
        {float(star): 50 for star in range(1, 6)},
        {half / 2: 50 for half in range(1, 11)},
        {float(point): 50 for point in range(11)},
        {float(point): 7 for point in range(101)},
        {10.0 * point: 30 for point in range(1, 11)},
        {-9.7: 20, 0.3: 20, 8.2: 20},
        {1.0: 900, 2.0: 40, 5.0: 10},
        {1.0: 500, 2.0: 500, 5.0: 500, 900.0: 2},
        {1.0: 3, 400.0: 3},
        {float(point): 30 for point in range(21)},
    ],
    ids=["stars", "halves", "ten", "hundred", "tens", "real", "mostly 1", "slips", "too few", "twenty"],
)
def test_that_ratings_are_no_counts(ratings):
    assert not are_counts(ratings)


@pytest.mark.parametrize(
    ("texts", "sign", "numbers"),
    [
        (["1,234", "876", "12,345"], ",", ["1234", "876", "12345"]),
        (["1.234.567", "12"], ".", ["1234567", "12"]),
        (["1.234", "12.345", "876"], ".", ["1234", "12345", "876"]),
        (["1 234", "12"], " ", ["1234", "12"]),
        (["1\u00a0234\u00a0567"], " ", ["1234567"]),
        (["1\u202f234", "9"], " ", ["1234", "9"]),
        (["1'234", "9"], " ", ["1234", "9"]),
        (["1,234.5", "2"], ",", ["1234.5", "2"]),
        (["1.234,5", "2"], ".", ["1234,5", "2"]),
        (["3,5", "4,0"], "", ["3,5", "4,0"]),
        (["4,000", "3,500"], "", ["4,000", "3,500"]),
        (["0,500", "1,250"], "", ["0,500", "1,250"]),
        (["1.234", "3.875"], "", ["1.234", "3.875"]),
        (["1234", "1,234"], "", ["1234", "1,234"]),
        (["-9.71", "3.02"], "", ["-9.71", "3.02"]),
        (["4 stars", "1/2"], "", ["4 stars", "1/2"]),
        ([], "", []),
    ],
)
def test_that_marks_between_thousands_are_no_decimal_signs(texts, sign, numbers):
    assert thousands_sign(texts, delimiter=";") == sign
    assert [without_marks(text, sign) for text in texts] == numbers


def test_that_the_delimiter_and_a_persons_word_say_what_a_mark_is():
    assert thousands_sign(["4,000", "2,000"], delimiter=",") == ","
    assert thousands_sign(["4,000", "2,000"], delimiter=",", decimal=",") == ""
    assert thousands_sign(["4,000", "2,000"], delimiter=";", decimal=".") == ","
