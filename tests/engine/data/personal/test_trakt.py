"""Trakt's lists in JSON."""

from __future__ import annotations

import json

import pytest
from exports import TRAKT_MOVIES, TRAKT_SHOWS, TRAKT_WATCHED, TRAKT_WATCHLIST, trakt_rating, written, zipped

from engine.data.personal.reading import read_export
from engine.errors import DataError, ProfileError


def test_that_rated_films_have_titles_ids_and_dates(tmp_path):
    export = read_export(written(tmp_path, "ratings-movies.json", TRAKT_MOVIES))

    first, second = export.titles
    assert (export.layout, export.scale.low, export.scale.high) == ("Trakt", 1.0, 10.0)
    assert (first.title, first.year, first.rating, first.medium) == ("Alien", 1979, 9.0, "film")
    assert first.ids == {"imdb": "tt0078748", "tmdb": "348", "trakt": "movie 295"}
    assert first.date == 1_614_834_367
    assert "imdb" not in second.ids


def test_that_episodes_are_named_after_their_series_and_are_not_it(tmp_path):
    export = read_export(written(tmp_path, "ratings.json", TRAKT_SHOWS))

    assert [(title.title, title.medium, title.rating) for title in export.titles] == [
        ("Breaking Bad", "series", 10.0),
        ("Breaking Bad: Pilot", "episode", 8.0),
    ]
    assert all("tmdb" not in title.ids for title in export.titles)


def test_that_a_zip_of_shards_is_one_export(tmp_path):
    members = {
        "ratings-movies.json": TRAKT_MOVIES,
        "ratings-shows.json": TRAKT_SHOWS,
        "watched-movies.json": TRAKT_WATCHED,
        "lists-watchlist.json": TRAKT_WATCHLIST,
        "user-settings.json": {"user": {"username": "nobody"}},
        "comments.json": [],
    }
    export = read_export(zipped(tmp_path / "trakt.zip", members))

    assert [(title.title, title.rating, title.state) for title in export.titles] == [
        ("Alien", 9.0, "seen"),
        ("Paprika", 7.0, "seen"),
        ("Breaking Bad", 10.0, "seen"),
        ("Breaking Bad: Pilot", 8.0, "seen"),
        ("Stalker", None, "seen"),
        ("Solaris", None, "planned"),
    ]


@pytest.mark.parametrize("name", ["lists-favorites.json", "favorites.json", "lists-5-my-favorites.json"])
def test_that_favourites_and_own_lists_have_been_seen(tmp_path, name):
    listed = [{"listed_at": "2021-01-06T00:00:00.000Z", "movie": TRAKT_MOVIES[0]["movie"]}]
    export = read_export(zipped(tmp_path / "t.zip", {name: listed, "lists-watchlist.json": TRAKT_WATCHLIST}))

    assert [(title.title, title.state) for title in export.titles] == [("Alien", "seen"), ("Solaris", "planned")]


def test_that_what_was_planned_and_then_rated_has_been_seen(tmp_path):
    planned = [{"listed_at": "2021-01-06T00:00:00.000Z", "movie": TRAKT_MOVIES[0]["movie"]}]
    export = read_export(zipped(tmp_path / "t.zip", {"a.json": planned, "ratings.json": TRAKT_MOVIES}))

    assert (export.titles[0].title, export.titles[0].state, export.titles[0].rating) == ("Alien", "seen", 9.0)


def test_that_entries_that_say_nothing_are_left_out_with_their_number(tmp_path):
    odd = [*TRAKT_MOVIES, {"rating": 3, "person": {}}, 7, trakt_rating("Ten", 2002, 11), trakt_rating("Nan", 2002, 3)]
    odd[-1]["rating"] = "often"
    export = read_export(written(tmp_path, "ratings.json", odd))

    assert [title.title for title in export.titles] == ["Alien", "Paprika"]
    assert [(entry.line, entry.reason) for entry in export.skipped] == [
        (3, "no title"), (4, "no title"), (5, "rating is outside of the scale"), (6, "rating is not a number"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (json.dumps(TRAKT_MOVIES)[:-40], DataError, "not whole JSON: it is cut short"),
        (
            json.dumps(TRAKT_MOVIES).replace(":", ";", 1),
            DataError,
            "not whole JSON: it goes wrong at line 1, column 13",
        ),
        ("[]", DataError, "is JSON, but no export that is known"),
        ('{"a": 1}', DataError, "is JSON, but no export that is known"),
        (json.dumps(TRAKT_MOVIES[0]), DataError, "holds no list of titles"),
        (json.dumps(TRAKT_MOVIES)[:-1] + ',{"a":' + "[" * 200_000, DataError, "nested without end"),
        (json.dumps(TRAKT_MOVIES)[:-1] + ',{"a":' + "9" * 5000 + "}]", DataError, "a number without end"),
        (json.dumps([{"rated_at": "", "rating": 1, "movie": {"title": ""}}]), ProfileError, "No line of"),
    ],
)
def test_that_a_broken_file_is_refused_with_a_sentence(tmp_path, content, error, words):
    with pytest.raises(error, match=words):
        read_export(written(tmp_path, "ratings-movies.json", content))


def test_that_one_broken_shard_refuses_the_whole(tmp_path):
    members = {"ratings-movies.json": TRAKT_MOVIES, "ratings-shows.json": json.dumps(TRAKT_SHOWS)[:-10]}

    with pytest.raises(DataError, match=r"trakt\.zip: ratings-shows\.json is not whole JSON"):
        read_export(zipped(tmp_path / "trakt.zip", members))
