"""Saved titles and those not for a person at the command line, lists of titles, and the forms that a list leaves in."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from exports import written
from films import films_home

from engine.data.profiles import Profile, ProfileEntry
from engine.library.store import Library


def furnish(folder: Path) -> None:
    titles = [f"{row},Film {row} (2000),Drama" for row in range(40)]
    with Library.open(films_home(folder, titles, model="ease"), who="a test") as library:
        rated = tuple(ProfileEntry(str(row), f"Film {row}", 2000, 5.0) for row in (0, 1, 2))
        saved = tuple(ProfileEntry(str(row), f"Film {row}", 2000, None) for row in (10, 11))
        refused = (ProfileEntry("12", "Film 12", 2000, None), ProfileEntry("", "Never Filmed", 1950, None))
        library.profiles.save(Profile("me", "Maria", rated, saved, refused))


@pytest.fixture
def trained(ask, made_once, tmp_path):
    made_once(furnish, tmp_path)


def titles_of(found):
    return {item["title"] for item in found["items"]}


def test_that_a_stored_person_is_recommended_to_by_name_and_their_lists_are_shown(ask, trained):
    new = ask.document("recommend", "latest", "--as", "maria", "--top", "40")
    saved = ask.document("recommend", "latest", "--as", "me", "--saved", "--explain")
    refused = ask.document("recommend", "latest", "--as", "Maria", "--not-for-me")

    assert not {"Film 0", "Film 1", "Film 2", "Film 12"} & titles_of(new)
    assert titles_of(saved) == {"Film 10", "Film 11"}
    assert (saved["list"], new["list"]) == ("saved", "for_you")
    assert titles_of(refused) == {"Film 12"}
    assert "not in this data set: Never Filmed" in refused["note"]
    assert "Saved for later:" in ask("recommend", "latest", "--as", "Maria", "--saved")[1]


def test_that_nobody_of_that_name_is_a_sentence(ask, trained):
    status, _, said = ask("recommend", "latest", "--as", "Nobody")
    assert status == 1
    assert "Nobody here is called 'Nobody'." in said


def test_that_the_watchlist_of_an_export_is_the_saved_list(ask, trained, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    head = "Date,Name,Year,Letterboxd URI"
    written(folder, "ratings.csv", f"{head},Rating\n2021-01-01,Film 0,2000,https://boxd.it/a0,5\n")
    written(folder, "watchlist.csv", f"{head}\n2021-01-01,Film 20,2000,https://boxd.it/a1\n")
    found = ask.document("recommend", "latest", "--profile", folder, "--saved")
    assert titles_of(found) == {"Film 20"}
    assert found["profile"]["planned"] == 1


def test_that_only_the_titles_of_a_list_are_ranked_and_what_is_missing_is_named(ask, trained, tmp_path):
    programme = written(tmp_path, "festival.txt", "1. Film 20 (2000)\n2. Film 21\n3. Nobody Filmed This (1950)\n")
    status, said, _ = ask("recommend", "latest", "--as", "Maria", "--only", programme)
    assert status == 0
    assert "2 of 3 titles found; 1 not.\nNot found:\nNobody Filmed This (1950)" in said
    assert "Film 20 (2000)" in said
    assert "Film 22 (2000)" not in said
    assert titles_of(ask.document("recommend", "latest", "--as", "Maria", "--only", "saved")) == {"Film 10", "Film 11"}
    nothing = written(tmp_path, "nothing.txt", "Nobody Filmed This\n")
    status, _, said = ask("recommend", "latest", "--as", "Maria", "--only", nothing)
    assert status == 1
    assert "has none of the 1 title of nothing.txt" in said


def test_that_a_list_is_written_in_the_form_of_its_ending_or_as_is_said(ask, trained, tmp_path):
    def write(name, *more):
        status, said, _ = ask("recommend", "latest", "--as", "Maria", "--out", tmp_path / name, "--top", "3", *more)
        assert status == 0
        assert said.startswith("Wrote 3 titles to ")
        return (tmp_path / name).read_text(encoding="utf-8")

    page = write("list.html")
    assert "<h1>" in page
    assert "because" in page
    assert len(json.loads(write("list.json"))["titles"]) == 3
    assert len(list(csv.reader(write("list.csv").splitlines()))) == 4
    assert write("films.csv", "--format", "letterboxd").startswith("Title,Year,imdbID,tmdbID\n")
    assert write("list.txt").splitlines()[2].startswith("1. Film ")
    assert ask("recommend", "latest", "--as", "Maria", "--format", "letterboxd")[1].startswith("Title,Year,imdbID")


def test_that_what_is_of_one_list_is_refused_for_many(ask, trained, tmp_path):
    many = written(tmp_path, "many.csv", "user,item,rating\na,1,5\n")
    words = ("recommend", "latest", "--profiles", many, "--out", tmp_path / "lists.csv")
    for option in (["--saved"], ["--not-for-me"], ["--only", "saved"], ["--format", "csv"]):
        status, _, said = ask(*words, *option)
        assert status == 2
        assert f"{option[0]} belongs to one person" in said
