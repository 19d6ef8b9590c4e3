"""Titles that repeat, inside of a file and between files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.data.personal.export import ExportedTitle
from engine.data.personal.reading import each_once


def title(name="A", rating=None, **more):
    return ExportedTitle(name, rating=rating, **more)


def test_that_the_latest_rating_counts_whatever_the_order():
    early, late = title(rating=3.0, date=10), title(rating=5.0, date=20)

    assert [one.rating for one in each_once([[early, late]])] == [5.0]
    assert [one.rating for one in each_once([[late, early]])] == [5.0]


def test_that_without_dates_the_later_line_counts():
    assert [one.rating for one in each_once([[title(rating=3.0), title(rating=5.0)]])] == [5.0]


def test_that_a_rating_beats_seen_and_seen_beats_planned():
    seen, planned, rated = title(date=30), title(state="planned", date=40), title(rating=2.0, date=10)

    assert each_once([[rated, seen, planned]])[0].rating == 2.0
    assert each_once([[planned], [seen]])[0].state == "seen"


def test_that_the_first_file_has_the_last_word():
    assert each_once([[title(rating=3.0, date=10)], [title(rating=5.0, date=20)]])[0].rating == 3.0
    assert each_once([[title()], [title(rating=5.0)]])[0].rating == 5.0


def test_that_ids_join_what_names_do_not_and_keep_namesakes_apart():
    first, second = title("A", ids={"imdb": "tt1"}), title("B", rating=4.0, ids={"imdb": "tt1", "tmdb": "2"})
    namesake = title("A", ids={"imdb": "tt9"})

    joined = each_once([[first, second, namesake]])

    assert [(one.title, one.rating, dict(one.ids)) for one in joined] == [
        ("B", 4.0, {"imdb": "tt1", "tmdb": "2"}),
        ("A", None, {"imdb": "tt9"}),
    ]


def test_that_the_name_joins_with_case_and_accents_aside_but_not_over_years():
    joined = each_once([[title("Amélie", year=2001), title("amelie", 4.0, year=2001), title("Amélie", year=1999)]])

    assert [(one.year, one.rating) for one in joined] == [(2001, 4.0), (1999, None)]


def test_that_an_episode_is_not_the_film_of_its_name():
    assert len(each_once([[title("Pilot", medium="film"), title("Pilot", medium="episode")]])) == 2


titles = st.builds(
    ExportedTitle,
    st.sampled_from("ABC"),
    st.sampled_from((0, 2000)),
    st.dictionaries(st.sampled_from(("imdb", "tmdb")), st.sampled_from("12"), max_size=2),
    rating=st.none() | st.sampled_from((1.0, 5.0)),
    date=st.integers(0, 3),
)


@given(st.lists(st.lists(titles, max_size=8), max_size=3))
def test_that_no_rated_name_is_lost_and_nothing_is_invented(files):
    joined = each_once(files)
    given_ratings = {one.rating for file in files for one in file}

    assert {one.rating for one in joined} <= given_ratings
    assert len(joined) <= sum(map(len, files))
    assert bool(joined) == any(files)
