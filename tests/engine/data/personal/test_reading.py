"""Exports of several files: zips and folders; and files that are none."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from exports import (
    IMDB_RATINGS,
    LETTERBOXD_DIARY,
    LETTERBOXD_RATINGS,
    LETTERBOXD_WATCHED,
    LETTERBOXD_WATCHLIST,
    MYANIMELIST,
    TRAKT_MOVIES,
    written,
    zipped,
)

from engine.data.personal import reading
from engine.data.personal.reading import read_export
from engine.errors import DataError, EngineError

LETTERBOXD = {
    "ratings.csv": LETTERBOXD_RATINGS,
    "watched.csv": LETTERBOXD_WATCHED,
    "watchlist.csv": LETTERBOXD_WATCHLIST,
    "diary.csv": LETTERBOXD_DIARY,
    "profile.csv": "Date Joined,Username,Given Name\n2020-01-01,nobody,No\n",
    "comments.csv": "Date,Content,Comment\n",
    "lists/best.csv": "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n",
    "likes/films.csv": LETTERBOXD_WATCHLIST,
    "deleted/diary.csv": LETTERBOXD_DIARY.replace("Amélie", "Taken Back"),
    "orphaned/diary.csv": LETTERBOXD_DIARY.replace("Amélie", "Removed There"),
}
TOGETHER = [
    ("Amélie", 4.5, "seen"),
    ("Crouching Tiger, Hidden Dragon", 3.0, "seen"),
    ("War of the Worlds", 2.0, "seen"),
    ("War of the Worlds", 0.5, "seen"),
    ("Ran", None, "seen"),
    ("Paprika", None, "seen"),
    ("Stalker", None, "seen"),
    ("Solaris", None, "planned"),
]


def test_that_a_whole_letterboxd_zip_is_one_export_in_which_a_rating_beats_seen(tmp_path):
    export = read_export(zipped(tmp_path / "letterboxd-nobody.zip", LETTERBOXD))

    assert export.layout == "Letterboxd ratings, diary, watched, watchlist"
    assert [(title.title, title.rating, title.state) for title in export.titles] == TOGETHER


def test_that_a_folder_of_exports_is_one_export(tmp_path):
    for name in ("ratings.csv", "watched.csv", "watchlist.csv", "diary.csv", "profile.csv"):
        written(tmp_path, name, LETTERBOXD[name])

    assert [(title.title, title.rating, title.state) for title in read_export(tmp_path).titles] == TOGETHER


def test_that_a_zip_in_a_folder_is_opened_too(tmp_path):
    zipped(tmp_path / "letterboxd-nobody.zip", LETTERBOXD)
    written(tmp_path, "notes.txt", "words")
    written(tmp_path, "sheet.xlsx", _workbook())

    assert [(title.title, title.rating, title.state) for title in read_export(tmp_path).titles] == TOGETHER


def test_that_a_packed_file_is_read_in_place(tmp_path):
    path = written(tmp_path, "ratings.csv.gz", gzip.compress(LETTERBOXD_RATINGS.encode()))

    assert len(read_export(path).titles) == 4


def test_that_exports_of_two_services_are_not_mixed(tmp_path):
    written(tmp_path, "imdb.csv", IMDB_RATINGS)
    written(tmp_path, "trakt.json", TRAKT_MOVIES)

    with pytest.raises(DataError, match="holds exports of several services: IMDb, Trakt"):
        read_export(tmp_path)


def test_that_a_zip_with_nothing_known_asks_for_the_file(tmp_path):
    path = zipped(tmp_path / "some.zip", {"a.csv": "title,rating\nAlien,4\n", "b.txt": "words"})

    with pytest.raises(DataError, match="holds 2 files, none of which is an export that is known"):
        read_export(path)


def test_that_an_empty_watchlist_beside_ratings_is_no_failure(tmp_path):
    written(tmp_path, "ratings.csv", LETTERBOXD_RATINGS)
    written(tmp_path, "watchlist.csv", LETTERBOXD_WATCHLIST.splitlines()[0] + "\n")

    assert len(read_export(tmp_path).titles) == 4


SPACES = b'[{"rated_at": 1, "movie": {' + b" " * (70 << 20)


def _workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("ratings.csv", b"", "is empty"),
        ("ratings.csv", b"\xef\xbb\xbf\n\n", "is empty"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "a PNG picture"),
        ("ratings.xlsx", _workbook(), "an Excel workbook"),
        ("noise.csv", bytes(range(256)) * 40, "a binary file"),
        ("essay.txt", b"It was a dark night.\nNothing stirred.\n", "is no table"),
        ("ratings.csv.gz", gzip.compress(LETTERBOXD_RATINGS.encode())[:-20], "cut short or damaged"),
        ("animelist.xml.gz", gzip.compress(MYANIMELIST.encode())[:-30], "cut short or damaged"),
        ("bomb.json.gz", gzip.compress(SPACES), "no ratings file does that"),
        ("wide.csv", b"title,rating\n" + b"x" * 10_000_000 + b",4\n", r"line 2 says .{62} \(title is over 1,000"),
    ],
)  # fmt: skip
def test_that_a_file_of_another_kind_is_refused_with_a_sentence(tmp_path, name, content, words):
    with pytest.raises(EngineError, match=words):
        read_export(written(tmp_path, name, content))


def test_that_long_lines_further_down_are_left_out(tmp_path):
    rows = [f"Film {number},4" for number in range(40_000)]
    rows[30_000] = "y" * 10_000_000
    export = read_export(written(tmp_path, "mine.csv", "title,rating\n" + "\n".join(rows)))

    assert len(export.titles) == 39_999
    assert [(entry.line, entry.reason) for entry in export.skipped] == [(30_002, "wrong number of columns")]


def test_that_a_zip_that_points_outside_is_refused(tmp_path):
    with pytest.raises(DataError, match="points outside of the archive"):
        read_export(zipped(tmp_path / "evil.zip", {"../ratings.csv": LETTERBOXD_RATINGS}))


def test_that_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.csv is not there"):
        read_export(tmp_path / "nowhere.csv")


def test_that_the_time_does_not_grow_with_namesakes(tmp_path, monkeypatch):
    compared, real = [], reading._are_namesakes
    monkeypatch.setattr(reading, "_are_namesakes", lambda *pair: compared.append(1) or real(*pair))
    path = tmp_path / "mine.csv"
    path.write_text("imdbid,title,rating\n" + "".join(f"tt{n:07},Film,4\n" for n in range(1, 1001)))
    assert len(read_export(path).titles) == 1000
    assert len(compared) <= 25_000


def test_that_a_folder_of_too_many_files_is_no_export(tmp_path):
    for number in range(501):
        (tmp_path / f"{number}.csv").touch()
    with pytest.raises(DataError, match="holds 501 files, more than any export"):
        read_export(tmp_path)
