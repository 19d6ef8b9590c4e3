"""Titles that somebody wrote down: in lines, numbered or with bullets, in a table, or in a list of a service."""

from __future__ import annotations

import pytest
from exports import LETTERBOXD_WATCHLIST

from engine.data.personal.title_list import read_title_list, titles_in_text
from engine.errors import DataError, ProfileError


def said(titles):
    return [(title.title, title.year) for title in titles]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Alien (1979)\nHeat\n\nMatrix, The (1999)\n", [("Alien", 1979), ("Heat", 0), ("The Matrix", 1999)]),
        ("1. Alien (1979)\n2) Heat\n#3: Brazil, 1985\n", [("Alien", 1979), ("Heat", 0), ("Brazil", 1985)]),
        ("- Alien\n• Heat – 1995\n[x] Brazil\n* “Clue” (1985)",
         [("Alien", 0), ("Heat", 1995), ("Brazil", 0), ("Clue", 1985)]),
        ("12 Angry Men (1957)\n1984\n21 Grams", [("12 Angry Men", 1957), ("1984", 0), ("21 Grams", 0)]),
        ("2001: A Space Odyssey", [("2001: A Space Odyssey", 0)]),
        ("2. Fast 2\n1. Heat", [("Fast 2", 0), ("Heat", 0)]),
        ("Alien\nalien\nAlien (1979)", [("alien", 0), ("Alien", 1979)]),
        ("Alien\t1979\nHeat\t1995", [("Alien", 1979), ("Heat", 1995)]),
        ("Day,Film,Year\nMon,Alien,1979\nTue,\"Good, Bad\",\n", [("Alien", 1979), ("Good, Bad", 0)]),
        ("Titel;Jahr;Land\nAlien;1979;UK\nHeat;1995;US", [("Alien", 1979), ("Heat", 1995)]),
        ("\ufefftitle\timdb\nAlien\ttt0078748", [("Alien", 0)]),
        ("<b>Bold</b> & co (1999)\nعمر المختار (1981)", [("<b>Bold</b> & co", 1999), ("عمر المختار", 1981)]),
    ],
)  # fmt: skip
def test_that_titles_are_read_however_they_are_written_down(text, found):
    assert said(titles_in_text(text, "a list")) == found


def test_that_ids_of_a_table_are_read():
    (title,) = titles_in_text("Name,Year,imdbID,tmdbID\nAlien,1979,tt0078748,348\n", "a list")
    assert dict(title.ids) == {"imdb": "tt0078748", "tmdb": "348"}


def test_that_files_are_read_as_lists_of_a_service_or_as_text(tmp_path):
    (tmp_path / "watchlist.csv").write_text(LETTERBOXD_WATCHLIST)
    assert len(read_title_list(tmp_path / "watchlist.csv")) == 2
    (tmp_path / "festival.txt").write_bytes("Amélie (2001)\r\nHeat\r\n".encode("cp1252"))
    assert said(read_title_list(tmp_path / "festival.txt")) == [("Amélie", 2001), ("Heat", 0)]
    (tmp_path / "wide.txt").write_bytes("Amélie (2001)\r\nHeat\r\n".encode("utf-16"))
    assert said(read_title_list(tmp_path / "wide.txt")) == [("Amélie", 2001), ("Heat", 0)]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", (ProfileError, DataError), "empty|no titles"),
        (b" \n\n --- \n", ProfileError, r"There are no titles in a\.txt"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, DataError, "no text"),
        (b"title\n" * 100_002, DataError, "over 100,000 lines"),
    ],
)
def test_that_a_file_without_titles_is_a_sentence(tmp_path, content, error, words):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(error, match=words):
        read_title_list(tmp_path / "a.txt")


def test_that_a_line_that_is_far_too_long_is_left_out():
    assert said(titles_in_text("Alien\n" + "x" * 5_000, "a list")) == [("Alien", 0)]
