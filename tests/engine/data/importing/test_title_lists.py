"""Which list of titles is joined to the ratings, by which of its columns, and what is said of it."""

import json
import zipfile

import exports
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.data.importing.finding import find_ratings
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.importing.title_lists import titles_beside, titles_given
from engine.data.reading.roles import Given
from engine.errors import DataError
from engine.events import drive

RATINGS = "userId,movieId,rating,timestamp\n1,1,4,978300760\n2,2,5,978300761\n"
MOVIES = "movieId,title,genres\n1,One (1990),Drama\n2,Two (1991),Comedy\n"
TAGS = "userId,movieId,tag,timestamp\n1,2,funny,978300760\n"


@pytest.fixture
def folder(tmp_path):
    def make(files, *, as_zip=False):
        if as_zip:
            with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
                for name, text in files.items():
                    archive.writestr(f"ml/{name}", text)
            return tmp_path / "data.zip"
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return make


def ratings_of(ids, *, header="userId,movieId,rating", people=4, stars=5):
    """Ratings of some people for each of these ids, as a text."""
    rows = (
        f"{user},{item},{1 + (user * 3 + place) % stars}"
        for user in range(1, people + 1)
        for place, item in enumerate(ids)
    )
    return "\n".join([header, *rows, ""])


def imported(path, **options):
    dataset, report = drive(import_files([path], options=ImportOptions(**options), dataset_id="d"))
    names = {item_id: dataset.catalogue.name(row) for row, item_id in enumerate(dataset.items.ids)}
    return dataset, names, report


def beside(path, ids):
    return drive(titles_beside(*find_ratings([path], Given())[0], ids))


@pytest.mark.parametrize("as_zip", [True, False])
def test_that_titles_are_found_beside_the_ratings(folder, as_zip):
    path = folder({"ratings.csv": RATINGS, "movies.csv": MOVIES, "tags.csv": TAGS}, as_zip=as_zip)
    found = beside(path, ["1", "2"]).found
    assert found.titles["2"] == ("Two", 1991, ("Comedy",))
    assert (found.source.base_name, found.share, found.column) == ("movies.csv", 1.0, "movieId")


def test_that_titles_are_found_under_another_name_too(folder):
    path = folder({"ratings.csv": RATINGS, "what_is_what.tsv": MOVIES.replace(",", "\t")})
    assert beside(path, ["1", "2"]).found.titles["1"].title == "One"


@pytest.mark.parametrize("as_zip", [True, False])
def test_that_titles_above_the_folder_of_the_ratings_are_found_where_that_was_chosen(tmp_path, as_zip):
    files = {"movies.csv": MOVIES, "data/csv/ratings.csv": RATINGS, "data/tags.csv": TAGS}
    path = tmp_path / ("all.zip" if as_zip else "all")
    if as_zip:
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
    for name, text in {} if as_zip else files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    assert imported(path)[1] == {"1": "One (1990)", "2": "Two (1991)"}
    assert as_zip or imported(path / "data" / "csv")[1] == {"1": "1", "2": "2"}


def test_that_the_list_taken_is_named_in_the_report(folder):
    _, _, report = imported(folder({"ratings.csv": RATINGS, "movies.csv": MOVIES}))
    assert (report.titles_from.file, report.titles_from.column, report.titles_from.named) == (
        "movies.csv",
        "movieId",
        2,
    )
    assert report.notes == ()


BOTH = [f"{number},{31 - number},{number * 10},Title {number}" for number in range(1, 31)]
FEW = [f"{number},{number * 7},{number * 10},Title {number}" for number in range(1, 31)]
OTHERS = [f"{number + 15},{number + 900},{number},Title {number}" for number in range(1, 31)]


@pytest.mark.parametrize(
    ("header", "rows", "column"),
    [
        ("id,book_id,work_id,title", BOTH, "id"),
        ("id,book_id,work_id,title", FEW, "id"),
        ("row_id,id,book_id,title", FEW, "row_id"),
        ("best_id,book_id,id,title", FEW, "best_id"),
        ("work_id,goodreads_id,book_id,title", OTHERS, "book_id"),
    ],
)  # fmt: skip
def test_that_a_list_is_joined_by_the_column_that_holds_most_of_the_ids(folder, header, rows, column):
    ids = list(range(1, 31))
    path = folder(
        {"ratings.csv": ratings_of(ids, header="user_id,book_id,rating"), "b.csv": "\n".join([header, *rows])}
    )
    _, names, report = imported(path)
    assert names == {str(number): f"Title {number}" for number in ids}
    assert report.titles_from.column == column


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("books.csv", "isbn,title,author"),
        ("list.csv", "id,title,authors"),
        ("anime.csv", "id,name,episodes"),
        ("a.csv", "anime_id,name,type"),
        ("games.csv", "id,name,weight"),
        ("artists.dat", "id,name,url"),
        ("users.csv", "id,name,country"),
        ("people.csv", "id,name,age"),
        ("p.csv", "id,name,gender"),
        ("tags.csv", "id,name,count"),
    ],
)
def test_that_a_list_of_other_things_never_names_films(folder, name, header):
    rows = [f"{number},Name {number},x" for number in range(1, 41)]
    path = folder({"film_ratings.csv": ratings_of(range(1, 31)), name: "\n".join([header, *rows])})
    _, names, report = imported(path / "film_ratings.csv")
    assert names["7"] == "7"
    assert report.titles_from is None


@pytest.mark.parametrize("word", ["anime", "book"])
def test_that_what_lists_say_of_other_things_is_said(folder, word):
    rows = [f"{number},Name {number}" for number in range(1, 41)]
    path = folder({"ratings.csv": ratings_of(range(1, 31)), f"{word}s.csv": "\n".join([f"{word}_id,title", *rows])})
    notes = imported(path)[2].notes
    assert f"{word}s.csv lists {'anime' if word == 'anime' else 'books'}; it was not used." in notes


def test_that_films_take_their_list_where_one_of_books_is_as_good(folder):
    films = [f"{number},Film {number}" for number in range(1, 31)]
    books = [f"{number},Novel {number}" for number in range(1, 31)]
    path = folder({
        "ratings.csv": ratings_of(range(1, 31)),
        "a_books.csv": "\n".join(["book_id,title", *books]),
        "z_movies.csv": "\n".join(["id,name", *films]),
    })  # fmt: skip
    assert imported(path)[1]["7"] == "Film 7"


@pytest.mark.parametrize(
    ("written", "listed", "said"),
    [
        ("{}.0", "{}", False),
        ("{}", "{}.0", True),
        ("{}", "{:04}", True),
        ("{:04}", "{}", True),
        (" {} ", "{}", False),
        ("a{}", " A{}", True),
    ],
)
def test_that_ids_that_differ_only_in_form_are_joined(folder, written, listed, said):
    rows = [f"{listed.format(number)},Film {number}" for number in range(1, 31)]
    ratings = ratings_of([written.format(number) for number in range(1, 31)])
    path = folder({"ratings.csv": ratings, "movies.csv": "\n".join(["movieId,title", *rows])})
    _, names, report = imported(path)
    assert set(names.values()) == {f"Film {number}" for number in range(1, 31)}
    assert any("writes ids otherwise" in note for note in report.notes) == said


def test_that_an_id_that_is_written_just_so_comes_before_one_that_looks_like_it(folder):
    path = folder({
        "ratings.csv": ratings_of(["7", "8", "x"]),
        "movies.csv": "movieId,title\n007,Other\n7,Seven\n08,Eight\n8.0,Other eight\nx,X\n",
    })  # fmt: skip
    assert imported(path)[1] == {"7": "Seven", "8": "Eight", "x": "X"}


def test_that_ids_that_look_alike_are_not_mixed_up(folder):
    path = folder(
        {"ratings.csv": ratings_of(["7", "007", "x"]), "movies.csv": "movieId,title\n07,Either\nx,X\n7,Seven\n"}
    )
    assert imported(path)[1] == {"7": "Seven", "007": "007", "x": "X"}


def test_that_a_list_that_knows_few_names_these_and_how_many_is_said(folder):
    rows = [f"{number},Film {number}" for number in range(1, 11)]
    path = folder({"ratings.csv": ratings_of(range(1, 31)), "movies.csv": "\n".join(["id,title", *rows])})
    _, names, report = imported(path)
    assert (names["7"], names["17"]) == ("Film 7", "17")
    assert report.titles_from.named == 10
    assert "movies.csv names 10 of 30 titles; the others are shown by their ids." in report.notes


def test_that_numbers_that_many_lists_have_are_not_taken_for_ids_of_these_titles(folder):
    rows = [f"{number},Novel {number}" for number in range(20, 1000)]
    path = folder(
        {"ratings.csv": ratings_of(range(1, 31), header="user,item,rating"), "x.csv": "\n".join(["id,title", *rows])}
    )
    _, names, report = imported(path)
    assert (names["25"], report.titles_from) == ("25", None)
    assert any(note.startswith("x.csv lists 11 of the 30 titles among 980 others") for note in report.notes)


def test_that_a_list_with_other_ids_is_said(folder):
    rows = [f"tt{number:07},Film {number}" for number in range(1, 31)]
    path = folder({"ratings.csv": ratings_of(range(1, 31)), "movies.csv": "\n".join(["movieId,title", *rows])})
    _, names, report = imported(path)
    assert names["7"] == "7"
    assert "movies.csv lists none of the titles: its ids look like 'tt0000001', those rated like '1'." in report.notes


METADATA = "adult,genres,id,imdb_id,original_language,title,vote_average,release_date"


def test_that_ids_of_another_service_are_not_taken_for_those_of_the_ratings(folder):
    rows = [f"False,[],{number},tt{number:07},en,Wrong {number},7.1,1999-01-01" for number in range(1, 31)]
    path = folder({"ratings.csv": RATINGS, "movies_metadata.csv": "\n".join([METADATA, *rows])})
    assert imported(path)[1] == {"1": "1", "2": "2"}


def test_that_a_list_with_ids_of_another_service_is_joined_by_the_links_beside(folder):
    genres = "\"[{'id': 18, 'name': 'Drama'}]\""
    rows = [f"False,{genres},{860 + number},tt{number:07},en,Film {number},7.1,1999-01-01" for number in range(1, 31)]
    path = folder({
        "ratings.csv": RATINGS,
        "movies_metadata.csv": "\n".join([METADATA, *rows]),
        "links.csv": "movieId,imdbId,tmdbId\n1,0000005,865\n2,7,867\n",
    })  # fmt: skip
    dataset, names, _ = imported(path)
    assert names == {"1": "Film 5 (1999)", "2": "Film 7 (1999)"}
    assert dataset.catalogue.genres == (("Drama",), ("Drama",))
    assert dataset.catalogue.links == {"imdb": ("tt0000005", "tt0000007"), "tmdb": ("865", "867")}


@pytest.mark.parametrize(("rated", "listed"), [("0{}", "tt000{}"), ("tt000{}", "{}"), ("{}", "tt000{}")])
def test_that_ids_of_imdb_are_the_same_with_and_without_their_letters(folder, rated, listed):
    numbers = range(1010, 1030)
    rows = [f"{listed.format(number)},Film {number}" for number in numbers]
    ratings = ratings_of([rated.format(number) for number in numbers], header="user,imdb_id,rating")
    path = folder({"ratings.csv": ratings, "movies.csv": "\n".join(["tconst,primaryTitle", *rows])})
    assert set(imported(path)[1].values()) == {f"Film {number}" for number in numbers}


def test_that_books_are_found_by_either_kind_of_isbn(folder):
    path = folder({
        "ratings.csv": ratings_of(["0306406152", "0-306-40615-2x", "080442957X"], header="user_id,isbn,rating"),
        "books.csv": "isbn13,title\n9780306406157,Plasma\n9780804429573,Other\n",
    })  # fmt: skip
    assert imported(path)[1]["0306406152"] == "Plasma"
    assert imported(path)[1]["080442957X"] == "Other"


HEADLINES = [
    {"user_id": f"U{user}", "parent_asin": f"B0P{item}", "asin": f"B0P{item}V{user}", "rating": 1 + (user + item) % 5,
     "title": ("Great", "Bad buy", "Five Stars")[(user + item) % 3], "timestamp": 1600000000001}
    for user in range(5) for item in range(6)
]  # fmt: skip


def test_that_the_headline_of_a_review_is_not_the_name_of_what_it_is_about(folder):
    path = folder({"r.csv": "user,product,title,rating\n" + "".join(
        f"{row['user_id']},{row['parent_asin']},{row['title']},{row['rating']}\n" for row in HEADLINES
    )})  # fmt: skip
    _, names, report = imported(path)
    assert names["B0P3"] == "B0P3"
    assert "The column 'title' of r.csv differs for one and the same title, so it names none." in report.notes


def test_that_a_list_without_ids_is_joined_by_the_titles_in_the_ratings(folder):
    ratings = "Id,Title,User_id,review/score\n" + "".join(
        f"B{item},Book {item // 2},U{user},{1 + (user + item) % 5}\n" for user in range(4) for item in range(10)
    )
    books = "Title,authors,publishedDate,categories\n" + "".join(
        f"Book {number},Somebody,199{number}-01-01,['Fiction']\n" for number in range(5)
    )
    path = folder({"Books_rating.csv": ratings, "books_data.csv": books})
    given = Given(columns={"user": "User_id", "item": "Id", "rating": "review/score"})
    dataset, names, report = imported(path / "Books_rating.csv", given=given)
    assert (names["B4"], names["B5"]) == ("Book 2 (1992)", "Book 2 (1992)")
    assert dataset.catalogue.genres[0] == ("Fiction",)
    assert (report.titles_from.file, report.titles_from.column) == ("books_data.csv", "Title")


def test_that_titles_that_are_the_ids_find_their_year_and_genres(folder):
    path = folder({
        "ratings.csv": 'user,title,rating\na,"Matrix, The (1999)",4\nb,Heat (1995),3\na,Heat (1986),2\nb,Moon,5\n',
        "movies.csv": "id,title,year,genres\n1,The Matrix,1999,Action\n2,Heat,1986,Crime\n3,Heat,1995,\n4,Moon,2009,\n",
    })  # fmt: skip
    dataset, names, _ = imported(path)
    assert dict(zip(names, dataset.catalogue.genres, strict=True)) == {
        "Heat (1986)": ("Crime",), "Heat (1995)": (), "Matrix, The (1999)": ("Action",), "Moon": (),
    }  # fmt: skip


def test_that_what_a_list_does_not_know_is_called_as_the_ratings_call_it(folder):
    ratings = "user_id,movie_id,title,rating\n" + "".join(
        f"{user},{item},Own {item},{1 + (user + item) % 5}\n" for user in range(4) for item in range(1, 31)
    )
    movies = "movie_id,title,genres\n" + "".join(f"{item},Film {item},Drama\n" for item in range(1, 21))
    _, names, report = imported(folder({"ratings.csv": ratings, "movies.csv": movies}))
    assert (names["7"], names["27"]) == ("Film 7", "Own 27")
    assert "movies.csv names 20 of 30 titles; the others are called as the ratings call them." in report.notes


def test_that_a_table_that_is_no_text_is_not_opened_in_search_of_titles(folder):
    path = folder({"ratings.csv": RATINGS})
    parquet.write_table(pa.table({"movieId": [1, 2], "title": ["One", "Two"]}), path / "movies.parquet")
    (path / "pictures").write_bytes(b"FEA1" + b"\0" * 50)
    _, names, report = imported(path)
    assert (names, report.titles_from) == ({"1": "1", "2": "2"}, None)
    assert any(note.startswith("movies.parquet was not opened") for note in report.notes)
    assert imported(path / "ratings.csv", items=path / "movies.parquet")[1] == {"1": "One", "2": "Two"}


OWN = {
    "status": "Title,Year,Status\nHeat,1995,watched\nUp,2009,plan to watch\n",
    "years": "Name;Year\nHeat;1995\nUp;2009\n",
    "ids": "id,title,my rating\n1999,Heat,4\n2003,Up,5\n",
    "ratings": exports.LETTERBOXD_RATINGS,
    "watched": exports.LETTERBOXD_WATCHED,
    "imdb": exports.IMDB_RATINGS,
    "books": exports.GOODREADS,
}


@pytest.mark.parametrize("what", OWN)
@pytest.mark.parametrize("header", ["userId,movieId,rating", "user,item,rating"])
def test_that_nothing_is_said_of_ones_own_export_beside_the_ratings(folder, what, header):
    path = folder({"all.csv": ratings_of(range(1, 31), header=header), f"{what}.csv": OWN[what]})
    _, names, report = imported(path / "all.csv")
    assert (names["7"], report.titles_from) == ("7", None)
    assert not any(f"{what}.csv" in note for note in report.notes)


def test_that_a_chosen_list_that_knows_no_title_is_refused(folder):
    path = folder({"ratings.csv": RATINGS, "others.csv": MOVIES.replace("\n1,", "\ntt1,").replace("\n2,", "\ntt2,")})
    ratings, shape = find_ratings([path / "ratings.csv"], Given())[0]
    with pytest.raises(DataError, match="lists none of the titles that the ratings are about"):
        drive(titles_given(path / "others.csv", ratings, shape, ["1", "2"]))


def test_that_a_chosen_file_without_titles_is_refused(folder):
    path = folder({"ratings.csv": RATINGS, "tags.csv": TAGS})
    ratings, shape = find_ratings([path / "ratings.csv"], Given())[0]
    with pytest.raises(DataError, match="is no list of titles"):
        drive(titles_given(path / "tags.csv", ratings, shape, ["1", "2"]))


def test_that_titles_of_json_lines_are_joined(folder):
    lists = "\n".join(json.dumps({"title": f"Film {n}", "genres": ["Drama"], "movieId": n}) for n in range(1, 31))
    path = folder({"ratings.csv": ratings_of(range(1, 31)), "meta.jsonl": lists})
    assert imported(path)[1]["7"] == "Film 7"
