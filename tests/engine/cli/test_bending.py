"""A list bent at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exports import written
from films import films_home


def furnish(folder: Path) -> None:
    """Films 0 to 39 of the years 1980 to 2019, even ones dramas, every fourth also a war film."""
    genres = ["Drama|War" if row % 4 == 0 else "Drama" if row % 2 == 0 else "Comedy" for row in range(40)]
    titles = [f"{row},Film {row} ({1980 + row}),{genres[row]}" for row in range(40)]
    films_home(folder, titles, model="ease")


@pytest.fixture
def trained(ask, made_once, tmp_path):
    made_once(furnish, tmp_path)


def test_that_a_list_is_bent_and_says_by_what(ask, trained):
    found = ask.document(
        "recommend", "latest", "--user", "7", "--genre", "drama", "--genre", "War", "--all-genres",
        "--years", "1990-2009", "--min-ratings", "2", "--hidden-gems", "0.3", "--diversity", "0.4", "--one-per-series",
    )  # fmt: skip

    assert found["items"]
    for item in found["items"]:
        assert {"Drama", "War"} <= set(item["genres"])
        assert 1990 <= item["year"] <= 2009
    assert found["filters"] == {
        "genres_any": [], "genres_all": ["Drama", "War"], "genres_none": [], "years": [1990, 2009], "min_ratings": 2,
        "again": False, "one_per_series": True, "only": None, "hidden_gems": 0.3, "diversity": 0.4,
    }  # fmt: skip


def test_that_what_was_seen_is_ranked_again_and_nothing_else(ask, trained):
    again = ask.document("recommend", "latest", "--user", "7", "--again", "--no-genre", "War", "--top", "40")["items"]
    new = ask.document("recommend", "latest", "--user", "7", "--top", "40")["items"]

    assert again
    assert not any("War" in item["genres"] for item in again)
    assert {item["item"] for item in again}.isdisjoint(item["item"] for item in new)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--genre", "<b>"), "No film of Films has the genre '<b>'"),
        (("--years", "2009-1990"), "The first year, 2009, comes after the last, 1990"),
        (("--diversity", "2"), "Variety lies between 0 and 1"),
        (("--min-ratings", "-1"), "The least number of ratings is 0 or more"),
    ],
)
def test_that_a_wrong_option_is_one_sentence(ask, trained, options, words):
    status, out, err = ask("recommend", "latest", "--user", "7", *options)

    assert status == 1
    assert words in err
    assert "Traceback" not in out + err
    assert not out or json.loads(out)


def test_that_the_filters_in_force_are_said_above_the_list(ask, trained):
    status, out, _ = ask("recommend", "latest", "--user", "7", "--genre", "drama", "--min-ratings", "2")
    assert status == 0
    assert "Filters: Drama, at least 2 ratings." in out
    assert "Filters:" not in ask("recommend", "latest", "--user", "7")[1]


@pytest.mark.parametrize(
    "option", [("--genre", "Drama"), ("--years", "1990"), ("--again",), ("--diversity", "0.4"), ("--like", "Film 3")]
)
def test_that_lists_for_many_refuse_what_belongs_to_one(ask, trained, tmp_path, option):
    many = written(tmp_path, "many.csv", "userId,movieId,rating\n1,2,5\n")
    status, _, error = ask("recommend", "latest", "--profiles", many, "--out", tmp_path / "lists.csv", *option)
    assert status == 2
    assert f"{option[0]} belongs to one person" in error
