"""One's own ratings at the command line: exports in, recommendations, profiles and files out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from exports import LETTERBOXD_WATCHED, written, zipped
from films import films_home

from engine.data.formats import LAYOUTS
from engine.data.profiles import Profile, ProfileEntry
from engine.library.store import Library

RATINGS = """Date,Name,Year,Letterboxd URI,Rating
2021-01-01,Film 0,2000,https://boxd.it/a0,5
2021-01-01,Film 1,2000,https://boxd.it/a1,4.5
2021-01-01,Film 30,2000,https://boxd.it/a2,0.5
2021-01-01,Film Nowhere To Be Found,1911,https://boxd.it/a3,4
2021-01-01,Film 2,2000,https://boxd.it/a4,much
"""


def furnish(folder: Path) -> None:
    films_home(folder, [f"{row},Film {row} (2000),Drama" for row in range(40)], model="ease")


@pytest.fixture
def trained(ask, made_once, tmp_path):
    made_once(furnish, tmp_path)


def save(tmp_path, *entries: ProfileEntry) -> None:
    with Library.open(tmp_path / "home", who="a test") as library:
        library.profiles.save(Profile("me", "Me", entries))


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_that_an_export_is_recommended_from_and_what_was_not_found_is_listed(ask, trained, tmp_path):
    mine = written(tmp_path, "mine.csv", RATINGS)
    found = ask.document("recommend", "latest", "--profile", mine, "--unmatched", tmp_path / "left.csv")

    profile = found["profile"]
    assert (profile["entries"], profile["matched"], profile["unsure"] + profile["unmatched"]) == (4, 3, 1)
    assert (profile["layout"], profile["skipped"]) == ("Letterboxd ratings", 1)
    left = profile["unsure_titles"] + profile["unmatched_titles"]
    assert [(title["title"], title["line"]) for title in left] == [("Film Nowhere To Be Found", 5)]
    assert [row[0] for row in rows(tmp_path / "left.csv")[1:]] == ["Film Nowhere To Be Found"]
    assert {"Film 0", "Film 1", "Film 30"}.isdisjoint(item["title"] for item in found["items"])


def test_that_a_whole_zip_is_a_profile(ask, trained, tmp_path):
    seen = LETTERBOXD_WATCHED.splitlines()[0] + "\n2021-01-01,Film 7,2000,https://boxd.it/b7\n"
    path = zipped(tmp_path / "letterboxd.zip", {"ratings.csv": RATINGS, "watched.csv": seen})
    found = ask.document("recommend", "latest", "--profile", path)

    assert found["profile"]["matched"] == 4
    assert found["profile"]["layout"] == "Letterboxd ratings, watched"


def test_that_the_text_says_what_is_left_out(ask, trained, tmp_path):
    status, out, _ = ask("recommend", "latest", "--profile", written(tmp_path, "mine.csv", RATINGS))

    assert status == 0
    assert "For mine, by" in out
    assert "3 of 4 titles are known (Letterboxd ratings)." in out
    assert "Film Nowhere To Be Found" in out
    assert (
        "1 of 5 lines could not be read: line 6 “2021-01-01,Film 2,2000,https://boxd.it/a4,much” (rating is not a"
        in out
    )


def test_that_how_ones_own_table_is_written_can_be_said(ask, trained, tmp_path):
    text = "Was,Punkte,Wann\nFilm 0 (2000),20,03/04/2020\nFilm 1 (2000),18,04/05/2020\nFilm 2 (2000),x,05/06/2020\n"
    mine = written(tmp_path, "mine.csv", text)
    words = ["--columns", "title=Was,item=Was,rating=Punkte,time=Wann", "--scale", "0..20", "--dates", "mdy"]
    found = ask.document("recommend", "latest", "--profile", mine, *words)["profile"]
    assert (found["matched"], found["lines"], found["skipped"]) == (2, 3, 1)
    assert found["problems"] == [{"line": 4, "text": "Film 2 (2000),x,05/06/2020", "reason": "rating is not a number"}]
    assert not [note for note in found["notes"] if "may begin with the day" in note or "does not say its scale" in note]
    assert ask("recommend", "latest", "--profile", mine)[0] == 1


def test_that_one_of_several_people_can_be_chosen(ask, trained, tmp_path):
    text = "user,title,rating\nann,Film 0 (2000),5\nbob,Film 1 (2000),1\nann,Film 2 (2000),4\n"
    mine = written(tmp_path, "mine.csv", text)
    assert ask.document("recommend", "latest", "--profile", mine, "--person", "ann")["profile"]["matched"] == 2
    status, _, err = ask("recommend", "latest", "--profile", mine)
    assert (status, "--person NAME" in err) == (1, True)


@pytest.mark.parametrize("scale", ["10", "5..1", "a..b", "1..nan", "1..5..9", "1..2..3..4"])
def test_that_a_scale_that_is_none_is_wrong_use(ask, trained, tmp_path, scale):
    mine = written(tmp_path, "mine.csv", RATINGS)
    status, _, err = ask("recommend", "latest", "--profile", mine, "--scale", scale)
    assert (status, "--scale takes LOW..HIGH..STEP, such as" in err) == (2, True)


def test_that_how_a_file_is_written_says_nothing_of_somebody_in_the_data_set(ask, trained):
    status, _, err = ask("recommend", "latest", "--user", "7", "--dates", "dmy")
    assert (status, "belongs to --profile" in err) == (2, True)


def test_that_unmatched_titles_belong_to_a_file(ask, trained, tmp_path):
    status, _, err = ask("recommend", "latest", "--user", "7", "--unmatched", tmp_path / "left.csv")

    assert (status, "--unmatched belongs to --profile" in err) == (2, True)


def test_that_a_file_that_is_no_export_is_status_one_with_a_sentence(ask, trained, tmp_path):
    status, out, err = ask("recommend", "latest", "--profile", written(tmp_path, "a.xml", "<?xml version='1.0'?><a/>"))

    assert (status, out) == (1, "")
    assert "is XML or a web page, but no export that is known" in err


def test_that_formats_lists_every_layout_with_what_it_is(ask):
    found = ask.document("formats")["formats"]

    assert {layout["name"] for layout in found} == {layout.name for layout in LAYOUTS}
    assert len(found) == len({layout["name"] for layout in found})
    assert all(layout["about"] for layout in found)
    letterboxd = next(layout for layout in found if layout["name"] == "Letterboxd ratings")
    assert (letterboxd["personal"], letterboxd["scale"]) == (True, {"low": 0.5, "high": 5.0, "step": 0.5})
    text = ask("formats")[1]
    assert all(layout["name"] in text for layout in found)


def test_that_profiles_are_listed(ask, tmp_path):
    assert "Nobody has rated anything yet." in ask("profiles")[1]
    save(tmp_path, ProfileEntry("1", "Film 1", 2000, 4.0))

    assert [
        (profile["profile"], profile["name"], profile["entries"]) for profile in ask.document("profiles")["profiles"]
    ] == [("me", "Me", 1)]
    assert "Me" in ask("profiles")[1]


def test_that_saved_ratings_leave_as_csv_and_come_back(ask, trained, tmp_path):
    save(tmp_path, ProfileEntry("1", "Film 1", 2000, 4.0), ProfileEntry("2", "Film 2", 2000, None))
    out = tmp_path / "mine.csv"
    found = ask.document("export-ratings", "me", "--out", out, "--dataset", "Films")

    assert (found["entries"], found["scale"]["low"], found["scale"]["high"]) == (2, 1.0, 5.0)
    back = ask.document("recommend", "latest", "--profile", out)["profile"]
    assert (back["layout"], back["matched"]) == ("Desktop Rec ratings", 2)


def test_that_saved_ratings_leave_for_letterboxd(ask, tmp_path):
    save(tmp_path, ProfileEntry("1", "Film 1", 2000, 8.0), ProfileEntry("2", "Film 2", 2000, 10.0))
    status, out, err = ask("export-ratings", "ME", "--out", tmp_path / "l.csv", "--format", "letterboxd")

    assert status == 0, err
    assert "Saved 2 titles of Me" in out
    assert rows(tmp_path / "l.csv") == [
        ["imdbID", "tmdbID", "Title", "Year", "Rating"],
        ["", "", "Film 1", "2000", "4"],
        ["", "", "Film 2", "2000", "5"],
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["export-ratings", "bob", "--out", "x.csv"], r"nobody called 'bob'. Known are: Me."),
        (["export-ratings", "me", "--out", "/nowhere/at/all.csv"], "could not be written"),
        (["export-ratings", "me", "--out", "x.csv", "--dataset", "none"], "no data set called 'none'"),
    ],
)
def test_that_a_refused_export_is_a_sentence(ask, tmp_path, words, sentence):
    save(tmp_path, ProfileEntry("1", "Film 1", 2000, 8.0))
    status, out, err = ask(*words)

    assert (status, out) == (1, "")
    assert sentence in err
