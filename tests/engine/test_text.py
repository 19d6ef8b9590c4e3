"""Numbers, sizes and words as people read them."""

from __future__ import annotations

import pytest

from engine.text import (
    format_difference,
    format_factor,
    format_percent,
    format_predicted_rating,
    format_rating,
    format_size,
    join_words,
    plural,
    plural_of,
)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (0.0001, "<0.1 %"),
        (0.0008, "0.1 %"),
        (0.003, "0.3 %"),
        (-0.003, "0.3 %"),
        (0.0096, "1 %"),
        (0.34, "34 %"),
    ],
)
def test_that_a_small_share_is_never_said_to_be_none(share, words):
    assert format_percent(share) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "no bytes"),
        (999, "999 bytes"),
        (9_940, "9.9 kB"),
        (9_960, "10 kB"),
        (999_999_999, "1,000 MB"),
        (3e9, "3.0 GB"),
    ],
)
def test_that_a_size_has_two_figures_or_more(size, words):
    assert format_size(size) == words


def test_that_words_are_joined_whatever_their_number():
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_that_a_count_agrees_with_its_noun():
    assert [plural(count, "person") for count in (0, 1, 2)] == ["no people", "1 person", "2 people"]


@pytest.mark.parametrize(
    ("text", "expected"),
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
        (format_factor(1.83), "1.8×"),
        (format_factor(40.4), "40×"),
        (format_factor(1234.0), "1,200×"),
    ],
)
def test_that_numbers_read_as_people_say_them(text, expected):
    assert text == expected
