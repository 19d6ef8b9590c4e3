"""My ratings as files: what is written reads back in."""

from __future__ import annotations

import csv
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.personal.export import ExportedTitle
from engine.data.personal.reading import read_export
from engine.data.personal.writing import write_letterboxd, write_ratings, write_unmatched
from engine.data.profiles import Profile, ProfileEntry
from engine.errors import DataError

FIVE = Scale(1, 5, 1)
PROFILE = Profile(
    "me",
    "Me",
    (
        ProfileEntry("1", "The Matrix", 1999, 5.0),
        ProfileEntry("", "Crouching Tiger, Hidden Dragon", 2000, 3.67),
        ProfileEntry("0300", '"Quoted", and (2010)', 2010, None),
        ProfileEntry("7", "雲の歌 🎬", 0, 1.44, on=False),
    ),
)


def back(path):
    export = read_export(path)
    entries = [(title.ids.get("item", ""), title.title, title.year, title.rating) for title in export.titles]
    return export, entries


def facts(profile):
    return [(entry.item_id, entry.title, entry.year, entry.rating) for entry in profile.entries]


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_that_my_ratings_read_back_as_they_are_with_their_scale(tmp_path):
    assert write_ratings(PROFILE, tmp_path / "mine.csv", scale=FIVE) == 4

    export, entries = back(tmp_path / "mine.csv")
    assert entries == facts(PROFILE)
    assert (export.layout, export.scale, export.scale_is_known) == ("Desktop Rec ratings", FIVE, True)


names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30).map(str.strip)
ids = st.text(st.characters(categories=("L", "N", "P", "S")), max_size=12)
entry = st.builds(
    ProfileEntry,
    ids,
    names,
    st.integers(1800, 2030) | st.just(0),
    st.none() | st.floats(1, 5).map(lambda x: round(x, 2)),
)


@given(st.lists(entry.filter(lambda one: bool(one.title)), min_size=1, max_size=12))
def test_that_any_profile_reads_back_as_it_is(tmp_path, entries):
    profile = Profile("me", "Me")
    for one in entries:
        profile = profile.rated(one)
    write_ratings(profile, tmp_path / "any.csv", scale=FIVE)

    _, read = back(tmp_path / "any.csv")
    kept = dict.fromkeys(read)
    assert all(fact in kept for fact in facts(profile) if fact[0]), "what has an id is told apart by it"
    assert {one[3] for one in read} <= {one.rating for one in profile.entries}


def dataset():
    catalogue = Catalogue(
        ("The Matrix", "Paprika"), (1999, 2006), ((), ()), links={"imdb": ("0133093", ""), "tmdb": ("603", "4977")}
    )
    histories = Histories.of_one([0, 1], [5.0, 4.0])
    return Dataset("d", "D", Vocabulary(["u"]), Vocabulary(["1", "2"]), catalogue, histories, FIVE, "")


def test_that_letterboxd_gets_ids_titles_years_and_half_stars(tmp_path):
    path = tmp_path / "for-letterboxd.csv"
    profile = Profile(
        "me", "Me", (*PROFILE.entries, ProfileEntry("", "Paprika", 2006, 1.0), ProfileEntry("9", "", 0, 3))
    )

    assert write_letterboxd(profile, path, scale=FIVE, dataset=dataset()) == 5
    assert rows(path)[0] == ["imdbID", "tmdbID", "Title", "Year", "Rating"]
    assert rows(path)[1] == ["tt0133093", "603", "The Matrix", "1999", "5"]
    assert rows(path)[2] == ["", "", "Crouching Tiger, Hidden Dragon", "2000", "3.5"]
    assert rows(path)[3][4] == ""
    assert rows(path)[5] == ["", "4977", "Paprika", "2006", "0.5"]


def test_that_letterboxds_form_is_an_export_itself(tmp_path):
    write_letterboxd(PROFILE, tmp_path / "l.csv", scale=FIVE, dataset=dataset())

    export = read_export(tmp_path / "l.csv")
    assert export.titles[0].ids["imdb"] == "tt0133093"
    assert [title.rating for title in export.titles] == [5.0, 3.5, None, 1.0]


def test_that_unmatched_titles_say_why(tmp_path):
    title = ExportedTitle("Nowhere, Film", 2001, {"imdb": "tt0000009"}, rating=8.0, line=7)
    write_unmatched([(title, "no title like it")], tmp_path / "unmatched.csv")

    assert rows(tmp_path / "unmatched.csv")[1] == [
        "Nowhere, Film",
        "2001",
        "8",
        "tt0000009",
        "",
        "7",
        "no title like it",
    ]
    assert read_export(tmp_path / "unmatched.csv").titles[0].ids["imdb"] == "tt0000009"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_read_only_folder_is_a_sentence(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        with pytest.raises(DataError, match=r"could not be written: Permission denied\. Choose another folder"):
            write_ratings(PROFILE, folder / "mine.csv", scale=FIVE)
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere/mine.csv", "could not be written: there is no folder .*nowhere"),
        ("folder", "folder is a folder"),
        ("file/mine.csv", "could not be written: Not a directory"),
    ],
)
def test_that_a_place_that_cannot_be_written_is_a_sentence(tmp_path, place, words):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")

    with pytest.raises(DataError, match=words):
        write_ratings(PROFILE, tmp_path / place, scale=FIVE)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder"]


def test_that_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "mine.csv"
    path.write_text("old")

    def refuse(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.data.whole_file.os.fsync", refuse)
    with pytest.raises(DataError, match="the disk is full"):
        write_ratings(PROFILE, path, scale=FIVE)
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]
