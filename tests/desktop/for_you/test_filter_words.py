"""Filters and sliders in words."""

import pytest

from desktop_rec.for_you.choices import ListChoices
from desktop_rec.for_you.list_line import list_line, nothing_words
from engine.recommending.filter_words import described, years_words
from engine.recommending.ranking import Filters

DRAMA = Filters(genres_any=("Drama",), years=(1990, 1999), min_ratings=50)


def line(choices, *, listed=100, passing=312, candidates=9066):
    return list_line(choices, listed=listed, passing=passing, candidates=candidates, word="film")


def test_that_one_line_says_what_is_filtered_and_how_many_films_are_left():
    assert line(ListChoices(filters=DRAMA)) == "312 of 9,066 films · Drama, 1990s, at least 50 ratings"


def test_that_the_line_of_a_list_without_filters_says_how_much_of_it_is_shown():
    assert line(ListChoices()) == "The best 100 of 312 films"
    assert line(ListChoices(), listed=3, passing=3) == "3 films"
    assert line(ListChoices(gems=0.3, variety=0.9)) == "The best 100 of 312 films · hidden gems up · much varied"


def test_that_what_moved_and_the_sliders_are_said_before_the_filters():
    bent = ListChoices(filters=DRAMA, gems=0.3)
    words = list_line(bent, listed=100, passing=312, candidates=9066, word="film", moves="2 moved")
    assert words == "312 of 9,066 films · 2 moved · hidden gems up · Drama, 1990s, at least 50 ratings"


def test_that_many_filters_are_counted():
    many = Filters(genres_none=tuple(f"Genre {number}" for number in range(9)))
    assert line(ListChoices(filters=many)).endswith(
        " · no Genre 0, no Genre 1, no Genre 2, no Genre 3, no Genre 4, 4 more"
    )


@pytest.mark.parametrize(
    ("years", "words"), [((1990, 1999), "1990s"), ((1994, 1994), "1994"), ((1990, 2004), "1990–2004")]
)
def test_that_years_are_said_as_people_say_them(years, words):
    assert years_words(*years) == words


def test_that_each_filter_can_be_taken_away_alone():
    filters = Filters(("Drama",), ("War",), ("Horror",), (1990, 1999), 50, again=True, one_per_series=True)
    for entry in described(filters):
        assert getattr(entry.without, entry.field) != getattr(filters, entry.field)
        assert len(described(entry.without)) == len(described(filters)) - 1


def test_that_no_title_passing_says_which_filter_keeps_how_many_out():
    heading, sentence = nothing_words(
        ListChoices(filters=DRAMA), {"genres_any": 12, "years": 3, "min_ratings": 0}, "film"
    )
    assert heading == "No film passes these filters."
    assert sentence == "Without “Drama” there are 12 films and without “1990s” there are 3 films."
    none = nothing_words(ListChoices(filters=DRAMA), {"genres_any": 0}, "film")
    assert none[1] == "Not even without any one of them. Reset shows everything again."
    assert nothing_words(ListChoices(), {}, "film")[0] == "There is no film to recommend."
