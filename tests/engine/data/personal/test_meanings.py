"""What single texts of exports mean."""

from __future__ import annotations

import pytest

from engine.data.personal.export import medium_of
from engine.data.reading.times import seconds_of
from engine.data.reading.values import normalised_id, year_in


@pytest.mark.parametrize(
    ("kind", "text", "normal"),
    [
        ("imdb", "tt0133093", "tt0133093"),
        ("imdb", "133093", "tt0133093"),
        ("imdb", "0133093", "tt0133093"),
        ("imdb", "tt10872600", "tt10872600"),
        ("imdb", "133093.0", "tt0133093"),
        ("imdb", "https://www.imdb.com/title/tt0133093/", "tt0133093"),
        ("imdb", "", ""),
        ("imdb", "0", ""),
        ("imdb", "nm0000206", ""),
        ("tmdb", "603", "603"),
        ("tmdb", "603.0", "603"),
        ("tmdb", "0", ""),
        ("mal", "x", ""),
        ("isbn", '="0306406152"', "0306406152"),
        ("isbn", '="9780306406157"', "0306406152"),
        ("isbn", "978-0-8044-2957-3", "080442957X"),
        ("isbn", "080442957x", "080442957X"),
        ("isbn", "9791234567896", "9791234567896"),
        ("isbn", '=""', ""),
        ("isbn", "f81d4fae-7dec", ""),
        ("item", " 0099 ", "0099"),
        ("item", "8.0", "8"),
        ("item", "8.05", "8.05"),
    ],
)
def test_that_ids_of_a_kind_have_one_form(kind, text, normal):
    assert normalised_id(kind, text) == normal


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1999", 1999),
        ("1999-03-31", 1999),
        ("31 Mar 1999", 1999),
        ("1999.0", 1999),
        ("", 0),
        ("-750", 0),
        ("19990331", 0),
    ],
)
def test_that_a_year_is_found_in_a_date(text, year):
    assert year_in(text) == year


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2020-01-02", 1_577_923_200),
        ("2020/01/02", 1_577_923_200),
        ("2020-1-2", 1_577_923_200),
        ("2020-01-02T03:04:05.000Z", 1_577_934_245),
        ("2020-01-02 03:04:05 UTC", 1_577_934_245),
        ("2020-01-02T03:04:05+01:00", 1_577_930_645),
        ("Thu Jan  2 00:00:00 2020", 1_577_923_200),
        ("1577923200", 1_577_923_200),
        ("1577923200000", 1_577_923_200),
        ("0000-00-00", 0),
        ("2020-02-00", 0),
        ("yesterday", 0),
        ("", 0),
        ("99999999999", 0),
    ],
)
def test_that_a_date_in_many_forms_is_one_moment(text, seconds):
    assert seconds_of(text) == seconds


def test_that_kinds_of_titles_have_one_word():
    said = ("Movie", "TV Mini Series", "tvEpisode", "Video Game", "Feature Film", "hologram")

    assert [medium_of(text) for text in said] == ["film", "series", "episode", "game", "film", ""]
