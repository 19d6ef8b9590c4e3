"""Numbers, sizes and words as people read them."""

from __future__ import annotations

import pytest

from engine.text import format_percent, format_size, join_words, plural


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
