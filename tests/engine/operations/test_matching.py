"""An export of one's own ratings becomes a review."""

from __future__ import annotations

import pytest

from engine import operations
from engine.data.matching.matcher import Matcher
from engine.data.matching.review import accepted, counted
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


def test_that_a_watchlist_is_nothing_to_review(dataset, tmp_path):
    watchlist = tmp_path / "watchlist.csv"
    watchlist.write_text("Date,Name,Year,Letterboxd URI\n2024-05-01,Film 3,2000,https://boxd.it/a\n")

    assert drive(operations.match_export(dataset, watchlist)).titles == ()


def test_that_a_file_that_is_no_export_is_refused(dataset, tmp_path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))

    with pytest.raises(DataError):
        drive(operations.match_export(dataset, picture))
