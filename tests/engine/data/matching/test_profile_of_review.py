"""A file of one's own ratings becomes a profile of a data set's titles: what is sure, rated as the data set rates."""

from __future__ import annotations

import gzip

import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.data.matching.review import choose, entries_of, leave_out, profile_of_review
from engine.data.profiles import ProfileEntry
from engine.errors import DataError, ProfileError
from engine.events import drive
from engine.operations.recommending import match_export

TITLES = (
    ("1", "Toy Story", 1995),
    ("2", "The Matrix", 1999),
    ("300", "Amélie", 2001),
    ("4", "War of the Worlds", 2005),
    ("5", "War of the Worlds", 2005),
    ("6", "300", 2006),
)


def of_scale(scale: Scale) -> Dataset:
    ids, titles, years = (tuple(column) for column in zip(*TITLES, strict=True))
    catalogue = Catalogue(titles, years, ((),) * 6, word="film")
    histories = Histories.of_one([0, 1, 4], [4.0, None, 3.5])
    return Dataset("d", "Six films", Vocabulary(["ann"]), Vocabulary(ids), catalogue, histories, scale, "")


@pytest.fixture
def dataset() -> Dataset:
    return of_scale(Scale(0.5, 5.0, 0.5))


@pytest.fixture
def read(tmp_path, dataset):
    """Writes a file and reads it: the review, and (item id, rating) of each entry of the profile."""

    def reading(text: str | bytes, *, name: str = "mine.csv", data: Dataset = dataset):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        review = drive(match_export(data, path))
        return review, [(entry.item_id, entry.rating) for entry in profile_of_review(review, data).entries]

    return reading


def unmatched(review):
    pairs = zip(review.titles, review.matches, strict=True)
    return [dict(title.ids) or title.title for title, match in pairs if match.verdict != "sure"]


def test_that_the_data_sets_own_ids_match_exactly(read, dataset):
    review, entries = read("movieId,rating\n1,4.5\n2,\n99,3\n")

    assert entries == [("1", 4.5), ("2", None)]
    assert unmatched(review) == [{"item": "99"}]
    assert profile_of_review(review, dataset).name == "mine"
    assert profile_of_review(review, dataset).entries[0] == ProfileEntry("1", "Toy Story", 1995, 4.5)


@pytest.mark.parametrize(
    "text",
    [
        'Title,Your rating\n"Matrix, The (1999)",5\n300 (2006),4\n',
        "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,The Matrix,1999,x,5\n2020-01-02,300,2006,y,4\n",
        "Const;Your Rating;Title;Year\ntt0133093;5;The Matrix;1999\ntt0416449;4;300;2006\n",
    ],
)
def test_that_titles_and_years_are_read_and_a_number_for_a_title_is_no_id(read, text):
    review, entries = read(text)

    assert entries == [("2", 5.0), ("6", 4.0)]
    assert unmatched(review) == []


def test_that_two_columns_without_names_are_ids_and_ratings(read):
    assert read(gzip.compress(b"1,4\n300,2\n"), name="mine.csv.gz")[1] == [("1", 4.0), ("300", 2.0)]


def test_that_an_id_whose_title_is_another_is_not_taken(read):
    review, entries = read("movieId,title,rating\n1,Solaris (1972),5\n2,The Matrix (1999),4\n")

    assert entries == [("2", 4.0)]
    assert unmatched(review) == [{"item": "1"}]


def test_that_of_namesakes_none_is_taken_before_somebody_says_so(read, dataset):
    review, entries = read("title,year,rating\nWar of the Worlds,2005,5\nThe Matrix,1999,4\n")

    assert entries == [("2", 4.0)]
    assert [entry.item_id for entry in entries_of(choose(review, 0, 4), dataset)] == ["5", "2"]
    assert entries_of(leave_out(review, 1), dataset) == ()


def test_that_lines_that_say_nothing_are_reported_with_their_number(read):
    review, entries = read("movieId,rating\n1,good\n,4\n2,4,7\n300,nan\n2,5\n")

    assert [(entry.line, entry.text, entry.reason) for entry in review.export.skipped] == [
        (2, "1,good", "rating is not a number"),
        (3, ",4", "no title"),
        (4, "2,4,7", "wrong number of columns"),
        (5, "300,nan", "rating is not finite"),
    ]
    assert review.export.skipped_count == 4
    assert entries == [("2", 5.0)]


def test_that_the_later_line_counts_but_a_rating_beats_seen_only(read):
    assert read("movieId,rating\n1,4\n2,3\n1,\n2,5\n")[1] == [("1", 4.0), ("2", 5.0)]


def test_that_one_person_in_a_column_of_people_is_a_profile(read):
    assert len(read("userId,movieId,rating\n7,1,4\n7,2,5\n")[1]) == 2


def test_that_ratings_are_those_of_the_data_sets_scale(read):
    text = "Const,Your Rating,Date Rated,Title,URL,Title Type,Year\ntt1,7,2020-01-01,The Matrix,u,Movie,1999\n"

    assert read(text, data=of_scale(Scale(1, 5, 1)))[1] == [("2", 3.67)]


def test_that_own_ids_rated_low_are_not_taken_for_a_smaller_scale(read):
    assert read("movieId,rating\n1,4\n2,3\n", data=of_scale(Scale(0, 10, 1)))[1] == [("1", 4.0), ("2", 3.0)]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", DataError, "is empty"),
        (
            "movieId,comment\n1,good\n2,bad\n",
            DataError,
            r"no column of ratings; its columns are: movieId, comment\. A prof",
        ),
        ("userId,movieId,rating\n1,1,4\n2,2,5\n", DataError, "several people, such as '1' and '2'"),
        ("movieId,rating\n1,blue\n2,red\n", ProfileError, r"No line of mine\.csv is a rating: line 2 says '1,blue'"),
        ("movieId,rating\n", ProfileError, r"No line of mine\.csv is a rating\."),
        (
            "title,rating\nNowhere to Be Found,4\n",
            ProfileError,
            r"Six films does not have the one title of mine\.csv\.",
        ),
        (
            "title,rating\nNowhere to Be,4\nNor Here,5\n",
            ProfileError,
            r"does not have any of the 2 titles of mine\.csv\.",
        ),
    ],
)
def test_that_a_file_that_gives_no_profile_is_refused_with_a_sentence(read, text, error, words):
    with pytest.raises(error, match=words):
        read(text)


def test_that_where_all_is_unsure_the_sentence_says_so(read):
    with pytest.raises(ProfileError, match=r"does not have the one title of mine\.csv for certain\."):
        read("title,year,rating\nWar of the Worlds,2005,5\n")


def test_that_a_watchlist_alone_gives_no_profile(read):
    with pytest.raises(ProfileError, match=r"watchlist\.csv holds only titles that you plan to see"):
        read("Date,Name,Year,Letterboxd URI\n2020-01-01,The Matrix,1999,x\n", name="watchlist.csv")


def test_that_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path, dataset):
    with pytest.raises(DataError, match=r"nowhere\.csv is not there"):
        drive(match_export(dataset, tmp_path / "nowhere.csv"))
