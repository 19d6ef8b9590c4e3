"""An export of one's own ratings becomes a review."""

from __future__ import annotations

import pytest

from engine import operations
from engine.data.matching.matcher import Matcher
from engine.data.matching.review import accepted, counted, lists_of, profile_of_review, taking_lists
from engine.data.personal.writing import write_ratings
from engine.data.profiles import Profile, entry_of
from engine.errors import DataError
from engine.events import StageStarted, drive

ROWS = ("Date,Name,Year,Letterboxd URI,Rating", "2024-05-01,Film 3,2000,,4.5", "2024-05-02,Something Else,1991,,2")


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join(ROWS))
    return path


def test_that_an_export_is_read_and_its_titles_found(dataset, export):
    review = drive(operations.match_export(dataset, export))

    assert [(match.title.title, match.title.rating, match.item_row) for match in accepted(review)] == [
        ("Film 3", 4.5, 3)
    ]
    assert counted(review).unmatched == 1
    assert review.export.layout == "Letterboxd ratings"


def test_that_reading_and_finding_are_told_apart(dataset, export):
    events = []
    drive(operations.match_export(dataset, export), on_event=events.append)

    assert [event.words for event in events if isinstance(event, StageStarted)] == [
        "Reading ratings.csv",
        "Finding your titles in Planted",
    ]


def test_that_a_matcher_can_be_used_again(dataset, export):
    matcher = Matcher(dataset)
    first = drive(operations.match_export(dataset, export, matcher=matcher))

    assert drive(operations.match_export(dataset, export, matcher=matcher)).matches == first.matches


def test_that_a_watchlist_is_found_as_saved_titles_and_nothing_to_review(dataset, tmp_path):
    watchlist = tmp_path / "watchlist.csv"
    lines = ["Date,Name,Year,Letterboxd URI", "2024-05-01,Film 3,2000,x", "2024-05-01,Nobody Knows It,1950,y"]
    watchlist.write_text("\n".join(lines))
    review = drive(operations.match_export(dataset, watchlist))

    assert review.titles == ()
    assert review.listed.saved == (3,)
    assert [title.title for title in review.listed.missing] == ["Nobody Knows It"]
    assert [entry.title for entry in lists_of(review, dataset)[0]] == ["Film 3"]
    assert lists_of(taking_lists(review, False), dataset) == ((), ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WATCHLIST.csv", "Position,Const,Created,Modified,Description,Title,URL,Title Type,Year\n"
         "1,tt01,2020-01-01,2020-01-01,,Film 3,http://x,Movie,2000\n"),
        ("watchlist.csv", "TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,"
         "Date Rated\n1,tt01,movie,Film 3,2000-01-01,,,7,,2020-01-01\n"),
        ("lists-watchlist.json", '[{"listed_at": "2021-01-06T00:00:00.000Z", "type": "movie", "movie": '
         '{"title": "Film 3", "year": 2000, "ids": {"trakt": 1, "slug": "film-3-2000", "imdb": "tt01"}}}]'),
        ("simkl.csv", "SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,WatchedDate,Rating,Memo,TVDB,TMDB,IMDB,MAL_ID\n"
         "1,Film 3,movie,2000,plantowatch,,,,,,,,\n"),
    ],
    ids=["IMDb", "TMDB", "Trakt", "Simkl"],
)  # fmt: skip
def test_that_the_watchlists_of_services_are_found_as_saved_titles(dataset, tmp_path, name, text):
    (tmp_path / name).write_text(text)

    assert drive(operations.match_export(dataset, tmp_path / name)).listed.saved == (3,)


def test_that_the_ratings_of_an_export_come_with_its_watchlist(dataset, tmp_path):
    (tmp_path / "ratings.csv").write_text("\n".join(ROWS))
    watchlist = ["Date,Name,Year,Letterboxd URI", "2024-05-01,Film 3,2000,x", "2024-05-01,Film 4,2000,y"]
    (tmp_path / "watchlist.csv").write_text("\n".join(watchlist))
    profile = profile_of_review(drive(operations.match_export(dataset, tmp_path)), dataset)

    assert [entry.title for entry in profile.entries] == ["Film 3"]
    assert [entry.title for entry in profile.saved] == ["Film 4"], "what was rated is not saved as well"


def test_that_our_own_file_brings_the_lists_back(dataset, tmp_path):
    lists = [(entry_of(dataset, row, None),) for row in (5, 6)]
    written = Profile("me", "Me", (entry_of(dataset, 3, 4.5), entry_of(dataset, 4, None)), *lists)
    write_ratings(written, tmp_path / "Me ratings.csv", scale=dataset.scale)
    review = drive(operations.match_export(dataset, tmp_path / "Me ratings.csv"))

    read = profile_of_review(review, dataset)
    assert (read.entries, read.saved, read.not_for_me) == (written.entries, written.saved, written.not_for_me)


def test_that_our_own_file_of_before_lists_is_still_read(dataset, tmp_path):
    old = "item_id,title,year,rating,scale_low,scale_high,scale_step\n3,Film 3,2000,4.5,1,5,1\n4,Film 4,2000,,1,5,1\n"
    (tmp_path / "old.csv").write_text(old)
    read = profile_of_review(drive(operations.match_export(dataset, tmp_path / "old.csv")), dataset)

    assert [(entry.title, entry.rating) for entry in read.entries] == [("Film 3", 4.5), ("Film 4", None)]
    assert (read.saved, read.not_for_me) == ((), ())


def test_that_what_somebody_is_not_interested_in_is_neither_seen_nor_saved(dataset, tmp_path):
    text = "Title,Year,Status,Rating\nFilm 3,2000,Not interested,\nFilm 4,2000,completed,8\nFilm 5,2000,interested,\n"
    (tmp_path / "list.csv").write_text(text)
    profile = profile_of_review(drive(operations.match_export(dataset, tmp_path / "list.csv")), dataset)

    assert [entry.title for entry in profile.entries] == ["Film 4"]
    assert [entry.title for entry in profile.saved] == ["Film 5"]
    assert [entry.title for entry in profile.not_for_me] == ["Film 3"]


def test_that_a_file_that_is_no_export_is_refused(dataset, tmp_path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))

    with pytest.raises(DataError):
        drive(operations.match_export(dataset, picture))
