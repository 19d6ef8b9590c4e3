"""ask, --like and --with at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from films import films_home

from engine.data.profiles import Profile, ProfileEntry
from engine.library.store import Library


def furnish(folder: Path) -> None:
    names = ["Alien", "Aliens", "Brazil", "<b>Bold</b>", *(f"Film {row}" for row in range(4, 40))]
    titles = [f"{row},{name} (2000),Drama" for row, name in enumerate(names)]
    with Library.open(films_home(folder, titles, model="mf"), who="a test") as library:
        library.profiles.save(profile("me", "Me", {"0": 5.0, "1": 4.0, "5": 2.0}))
        library.profiles.save(profile("anna", "Anna", {"2": 5.0, "5": 4.5}))
        library.profiles.save(profile("new", "New", {}))


@pytest.fixture
def trained(ask, made_once, tmp_path):
    made_once(furnish, tmp_path)


def profile(profile_id: str, name: str, ratings: dict[str, float]) -> Profile:
    return Profile(profile_id, name, tuple(ProfileEntry(item, "", 0, rating) for item, rating in ratings.items()))


def test_that_a_title_is_answered_with_stars_place_and_reasons(ask, trained):
    found = ask.document("ask", "latest", "brazil", "--as", "Me")
    assert found["title"] == "Brazil"
    assert 0.5 <= found["predicted_rating"] <= 5
    assert 1 <= found["place"] <= found["of"]
    assert {reason["item"] for reason in (*found["in_favour"], *found["against"])} <= {"0", "1", "5"}
    assert found["own_rating"] is None


def test_that_a_title_of_ones_own_is_answered_without_its_rating(ask, trained):
    found = ask.document("ask", "latest", "Alien", "--as", "Me")
    assert (found["own_rating"], found["seen"]) == (5.0, True)
    assert "without it" in found["notes"][0]


def test_that_the_answer_reads_as_sentences(ask, trained):
    status, text, _ = ask("ask", "latest", "<b>Bold</b>", "--as", "Me")
    assert status == 0
    assert "<b>Bold</b> (2000) for Me, by" in text
    assert "predicted" in text


def test_that_a_misspelt_title_is_understood_or_the_likely_ones_are_named(ask, trained):
    assert ask.document("ask", "latest", "brazli", "--as", "Me")["title"] == "Brazil"
    status, _, error = ask("ask", "latest", "aliem", "--as", "Me")
    assert status == 1
    assert "Alien (2000)" in error
    assert "Aliens (2000)" in error


def test_that_somebody_without_ratings_is_told_why_there_is_no_answer(ask, trained):
    found = ask.document("ask", "latest", "Brazil", "--as", "New")
    assert found["place"] is None
    assert "Rate a title" in found["notes"][0]


def test_that_like_lists_what_is_like_a_title(ask, trained):
    found = ask.document("recommend", "latest", "--as", "Me", "--like", "Brazil", "--like", "Film 6", "--top", "5")
    assert len(found["items"]) == 5
    assert all("Brazil" in item["said"] or "Film 6" in item["said"] for item in found["items"])
    assert {"Brazil", "Film 6", "Alien"}.isdisjoint(item["title"] for item in found["items"])


@pytest.mark.parametrize("fair", ["least", "average", "turns"])
def test_that_with_lists_what_is_fair_to_both(ask, trained, fair):
    found = ask.document("recommend", "latest", "--as", "Me", "--with", "Anna", "--fair", fair, "--top", "5")
    assert all(item["said"].startswith("you ") and "Anna" in item["said"] for item in found["items"])
    assert {"Alien", "Aliens", "Brazil", "Film 5"}.isdisjoint(item["title"] for item in found["items"])
    assert "tastes" in found["note"]


def test_that_somebody_of_the_data_set_can_be_the_other(ask, trained):
    found = ask.document("recommend", "latest", "--as", "Me", "--with", "3", "--top", "3")
    assert "Person 3" in found["items"][0]["said"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--with", "Me"), 1, "same person twice"),
        (("--with", "New"), 1, "no common list with New"),
        (("--with", "Nobody"), 1, "Nobody here is called 'Nobody'"),
        (("--like", "zzzz"), 1, "called 'zzzz'"),
        (("--like", "Brazil", "--with", "Anna"), 2, "can't be both"),
        (("--fair", "turns"), 2, "--fair belongs to --with"),
        (("--like", "Brazil", "--saved"), 2, "lists of their own"),
    ],
)
def test_that_what_cannot_be_asked_is_said(ask, trained, words, status, said):
    found, _, error = ask("recommend", "latest", "--as", "Me", *words)
    assert found == status
    assert said in error


@pytest.mark.parametrize("form", ["html", "json", "csv"])
def test_that_a_list_of_what_is_like_a_title_is_written_with_its_reasons(ask, trained, form):
    status, out, _ = ask("recommend", "latest", "--as", "Me", "--like", "Brazil", "--explain", "--format", form)
    assert status == 0
    assert "who liked Brazil" in out


def test_that_a_list_for_two_has_reasons_of_the_one_who_asks(ask, trained):
    words = ("recommend", "latest", "--as", "Me", "--with", "Anna", "--top", "3")
    found = ask.document(*words, "--explain")
    assert all("; because of " in item["said"] and "Anna" in item["said"] for item in found["items"])
    assert "; because of " in ask(*words, "--format", "html")[1]
    assert "; because of " not in ask(*words)[1]
