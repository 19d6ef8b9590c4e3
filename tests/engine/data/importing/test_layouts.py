"""Every layout of many people's ratings, from a small file to a data set: people, titles, ratings, times, notes."""

import datetime
import json
import zipfile

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from engine.data.dataset import Scale
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.reading.roles import Given
from engine.errors import DataError
from engine.events import drive

DAY = 1126051200
"""2005-09-07."""


@pytest.fixture
def folder(tmp_path):
    def write(files):
        for name, content in files.items():
            path = tmp_path / "films" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "films"

    return write


def imported(*paths, **options):
    return drive(import_files(paths, options=ImportOptions(**options), dataset_id="d"))


def entries_of(dataset):
    """(user, item, rating or None, seconds) of each entry."""
    histories = dataset.histories
    times = histories.times_N if histories.times_N is not None else np.zeros(histories.entries)
    return [
        (dataset.users.id(user), dataset.items.id(item), None if np.isnan(rating) else round(float(rating), 3), int(at))
        for user, item, rating, at in zip(
            histories.user_rows_N, histories.item_rows_N, histories.ratings_N, times, strict=True
        )
    ]


def names_of(dataset):
    return {id_: dataset.catalogue.name(row) for row, id_ in enumerate(dataset.items.ids)}


def test_that_movielens_csv_opens_with_titles_and_the_ids_of_other_services(folder):
    path = folder(
        {
            "ratings.csv": "userId,movieId,rating,timestamp\n7,1,4.5,100\n7,20,3.0,200\n9,1,0.5,300\n",
            "movies.csv": 'movieId,title,genres\n1,"Sea, The (1990)",Drama|Comedy\n20,Hill (1991),(no genres listed)\n',
            "links.csv": "movieId,imdbId,tmdbId\n1,0114709,862\n20,11447090,\n",
        }
    )
    dataset, report = imported(path)
    assert entries_of(dataset) == [("7", "1", 4.5, 100), ("7", "20", 3.0, 200), ("9", "1", 0.5, 300)]
    assert names_of(dataset) == {"1": "The Sea (1990)", "20": "Hill (1991)"}
    assert dataset.catalogue.genres == (("Drama", "Comedy"), ())
    assert dataset.catalogue.id_kind == "movielens"
    assert dataset.catalogue.links == {"imdb": ("tt0114709", "tt11447090"), "tmdb": ("862", "")}
    assert (report.layout, report.notes) == ("MovieLens csv", ())


def test_that_movielens_dat_opens_with_titles_in_latin_1(folder):
    path = folder(
        {
            "ratings.dat": "1::661::3::978302109\n2::1193::5::978300760\n",
            "movies.dat": "661::Città (1996)::Drama\n1193::Nest (1975)::Drama|War\n".encode("latin-1"),
        }
    )
    dataset, report = imported(path)
    assert entries_of(dataset) == [("1", "661", 3, 978302109), ("2", "1193", 5, 978300760)]
    assert names_of(dataset) == {"661": "Città (1996)", "1193": "Nest (1975)"}
    assert (report.layout, report.delimiter) == ("MovieLens 1M/10M", "double colon")


def test_that_movielens_100k_opens_with_its_flags_as_genres(folder):
    flags = "|".join("1" if place in (1, 16) else "0" for place in range(19))
    path = folder(
        {
            "u.data": "196\t242\t3\t881250949\n22\t242\t1\t878887116\n",
            "u.item": f"242|Kolja (1996)|24-Jan-1997||http://example.org|{flags}\n",
            "u1.base": "196\t242\t3\t881250949\n",
        }
    )
    dataset, report = imported(path)
    assert entries_of(dataset) == [("22", "242", 1, 878887116), ("196", "242", 3, 881250949)]
    assert (names_of(dataset), dataset.catalogue.genres) == ({"242": "Kolja (1996)"}, (("Action", "Thriller"),))
    assert report.layout == "MovieLens 100K"


NETFLIX = {
    "combined_data_1.txt": "1:\n30,3,2005-09-06\n7,5,2005-09-07\n2:\n30,1,2005-09-07\n",
    "combined_data_2.txt": "3:\n7,4,2005-09-07\n",
    "movie_titles.csv": "1,2003,Up, Down, and Away\n2,NULL,Caf\xe9\n3,1999,Sky\n".encode("latin-1"),
    "qualifying.txt": "1:\n30,2005-09-06\n",
}
NETFLIX_ENTRIES = [("7", "1", 5, DAY), ("7", "3", 4, DAY), ("30", "1", 3, DAY - 86400), ("30", "2", 1, DAY)]
NETFLIX_NAMES = {"1": "Up, Down, and Away (2003)", "2": "Café", "3": "Sky (1999)"}


def test_that_netflix_in_several_combined_files_is_one_data_set(folder):
    dataset, report = imported(folder(NETFLIX))
    assert entries_of(dataset) == NETFLIX_ENTRIES
    assert names_of(dataset) == NETFLIX_NAMES
    assert (report.layout, report.files, dataset.name) == ("Netflix Prize", ("films: 2 files",), "films")
    assert dataset.scale == Scale(1, 5, 1)


def test_that_netflix_files_chosen_one_by_one_are_one_data_set_too(folder):
    path = folder(NETFLIX)
    dataset, _ = imported(path / "combined_data_2.txt", path / "combined_data_1.txt")
    assert (entries_of(dataset), names_of(dataset)) == (NETFLIX_ENTRIES, NETFLIX_NAMES)


def test_that_netflix_in_a_file_a_film_opens_with_the_titles_above_its_folder(folder):
    path = folder(
        {
            "training_set/mv_0000001.txt": "1:\n30,3,2005-09-06\n7,5,2005-09-07\n",
            "training_set/mv_0000002.txt": "2:\n30,1,2005-09-07",
            "training_set/mv_0000003.txt": "3:\n7,4,2005-09-07\n",
            "movie_titles.txt": NETFLIX["movie_titles.csv"],
            "probe.txt": "1:\n30\n",
        }
    )
    for place in (path, path / "training_set"):
        dataset, _ = imported(place)
        assert (entries_of(dataset), names_of(dataset)) == (NETFLIX_ENTRIES, NETFLIX_NAMES)


@pytest.mark.parametrize("as_zip", [True, False])
def test_that_netflix_with_one_file_above_its_folder_opens(folder, tmp_path, as_zip):
    path = folder(
        {
            "training_set/mv_0000001.txt": "1:\n30,3,2005-09-06\n7,5,2005-09-07\n",
            "training_set/mv_0000002.txt": "2:\n30,1,2005-09-07",
            "training_set/mv_0000003.txt": "3:\n7,4,2005-09-07\n",
            "movie_titles.txt": NETFLIX["movie_titles.csv"],
        }
    )
    if as_zip:
        with zipfile.ZipFile(tmp_path / "prize.zip", "w") as archive:
            for part in (file for file in path.rglob("*") if file.is_file()):
                archive.write(part, f"download/{part.relative_to(path)}")
        path = tmp_path / "prize.zip"
    dataset, _ = imported(path)
    assert (entries_of(dataset), names_of(dataset)) == (NETFLIX_ENTRIES, NETFLIX_NAMES)


def test_that_netflix_in_a_zip_is_read_in_place(folder, tmp_path):
    path = folder(NETFLIX)
    with zipfile.ZipFile(tmp_path / "prize.zip", "w") as archive:
        for part in path.iterdir():
            archive.write(part, f"prize/{part.name}")
    dataset, report = imported(tmp_path / "prize.zip")
    assert (entries_of(dataset), names_of(dataset)) == (NETFLIX_ENTRIES, NETFLIX_NAMES)
    assert report.files == ("prize.zip: 2 files",)


def test_that_a_bad_line_between_sections_is_reported_with_its_own_file_and_line(folder):
    files = {
        "mv_0000001.txt": "1:\n30,3,2005-09-06\n",
        "mv_0000002.txt": "2:\n30,1,2005-09-07\n31,good,2005-09-07\n32,9,2005-09-07\n33,2\n\n34,2,2005-09-07\n",
    }
    dataset, report = imported(folder(files))
    assert [(problem.file, problem.line, problem.text, problem.reason) for problem in report.problems] == [
        ("mv_0000002.txt", 3, "31,good,2005-09-07", "rating is not a number"),
        ("mv_0000002.txt", 4, "32,9,2005-09-07", "rating is outside of the scale"),
        ("mv_0000002.txt", 5, "33,2", "wrong number of columns"),
    ]
    assert entries_of(dataset)[-1] == ("34", "2", 2, DAY)


def test_that_movietweetings_keeps_leading_zeros_and_rates_from_0(folder):
    path = folder(
        {
            "ratings.dat": "1::0110912::0::1365029107\n2::1853728::10::1366576639\n",
            "movies.dat": "0110912::Pulpo (1994)::Crime|Drama\n1853728::Chain (2012)::Western\n",
        }
    )
    dataset, report = imported(path)
    assert entries_of(dataset) == [("1", "0110912", 0, 1365029107), ("2", "1853728", 10, 1366576639)]
    assert (dataset.scale, dataset.catalogue.id_kind) == (Scale(0, 10, 1), "imdb")
    assert (report.layout, names_of(dataset)["0110912"]) == ("MovieTweetings", "Pulpo (1994)")


@pytest.mark.parametrize("first", [0, 1])
def test_that_matrix_completion_text_keeps_the_pairs_to_predict(folder, first):
    rows = [(1, 1, 3), (1, 2, 4.5), (2, 3, 1), (3, 3, 2)]
    ratings = "".join(f"{user + first - 1} {item + first - 1} {rating}\n" for user, item, rating in rows)
    text = f"3 4 4\n{ratings}2\n{3 + first - 1} {1 + first - 1}\n{1 + first - 1}  {4 + first - 1}\n"
    dataset, report = imported(folder({"train.txt": text}) / "train.txt")
    assert report.layout == "matrix-completion text"
    assert [entry[2] for entry in entries_of(dataset)] == [3, 4.5, 1, 2]
    assert dataset.users.ids == tuple(str(first + place) for place in range(3))
    assert dataset.items.ids == tuple(str(first + place) for place in range(4))
    assert dataset.asked_P2.tolist() == [[2, 0], [0, 3]]
    assert "train.txt asks for 2 ratings; they can be predicted once a model has learned." in report.notes


def test_that_another_number_of_ratings_than_announced_is_a_note(folder):
    path = folder({"train.txt": "3 4 5\n1 1 3\n1 2 4\n2 3 1\n3 3 2\n"}) / "train.txt"
    dataset, report = imported(path)
    assert (dataset.entries, dataset.asked_P2) == (4, None)
    assert "train.txt announces 5 ratings and holds 4." in report.notes


@pytest.mark.parametrize("first", [0, 1])
def test_that_the_people_and_titles_of_the_first_line_count_even_if_nobody_rated(folder, first):
    rows = [(2, 1, 3), (2, 2, 4.5), (4, 3, 1), (4, 1, 2)]
    ratings = "".join(f"{user + first - 1} {item + first - 1} {rating}\n" for user, item, rating in rows)
    asked = f"3\n{first} {first}\n{first + 4} {first + 4}\n{first + 9} {first + 5}\n"
    dataset, report = imported(folder({"train.txt": f"5 6 4\n{ratings}{asked}"}) / "train.txt")
    assert (dataset.people, dataset.titles, dataset.entries) == (5, 6, 4)
    assert dataset.histories.counts_U.tolist() == [0, 2, 0, 2, 0]
    assert dataset.asked_P2.tolist() == [[0, 0], [4, 4], [-1, 5]]
    note = "train.txt announces 5 people and 6 titles; 3 people and 3 titles of these have no ratings."
    assert note in report.notes


def test_that_a_first_line_out_of_all_proportion_makes_no_people(folder):
    path = folder({"train.txt": "900000000 4 4\n1 1 3\n1 2 4\n2 3 1\n3 3 2\n"}) / "train.txt"
    dataset, _ = imported(path)
    assert (dataset.people, dataset.titles) == (3, 4)


def test_that_three_columns_whose_first_row_announces_nothing_are_just_ratings(folder):
    dataset, report = imported(folder({"plain.txt": "1 3 3\n1 12 4\n1 4 1\n3 3 2\n"}) / "plain.txt")
    assert (dataset.entries, report.layout) == (4, "columns without names")


def test_that_recbole_opens_with_its_items(folder):
    path = folder(
        {
            "small.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\na\t5\t3.0\t978300760.0\n"
            "b\t6\t4.5\t978300761.0\n",
            "small.item": "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
            "5\tGreat Wall\t1990\tDrama War\n6\tMoon\t1991\tComedy\n",
        }
    )
    dataset, report = imported(path / "small.inter")
    assert entries_of(dataset) == [("a", "5", 3, 978300760), ("b", "6", 4.5, 978300761)]
    assert names_of(dataset) == {"5": "Great Wall (1990)", "6": "Moon (1991)"}
    assert (dataset.catalogue.genres, report.layout) == ((("Drama", "War"), ("Comedy",)), "RecBole")


@pytest.mark.parametrize("delimiter", [",", "\t\t", ";"])
def test_that_jester_long_has_negative_fractions(folder, delimiter):
    rows = [("1", "5", "-0.219"), ("1", "7", "9.281"), ("2", "150", "-9.4"), ("2", "7", "99")]
    path = folder({"jester.csv": "".join(delimiter.join(row) + "\n" for row in rows)}) / "jester.csv"
    dataset, report = imported(path)
    assert entries_of(dataset) == [("1", "5", -0.219, 0), ("1", "7", 9.281, 0), ("2", "150", -9.4, 0)]
    assert (dataset.catalogue.word, report.layout) == ("joke", "Jester")


def jester(rows, *, counts, columns=30):
    lines = []
    for rated in rows:
        cells = [str(rated.get(column, 99)) for column in range(1, columns + 1)]
        lines.append(",".join(([str(len(rated))] if counts else []) + cells))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("counts", [True, False])
def test_that_jester_wide_is_a_row_a_person_without_the_99s(folder, counts):
    rows = [{1: -7.82, 3: 8.79, 30: 0.5}, {2: 4.08}, {1: 9.0, 2: -9.95}]
    dataset, report = imported(folder({"wide.csv": jester(rows, counts=counts)}) / "wide.csv")
    assert [entry[:3] for entry in entries_of(dataset)] == [
        ("1", "1", -7.82), ("1", "3", 8.79), ("1", "30", 0.5), ("2", "2", 4.08), ("3", "1", 9.0), ("3", "2", -9.95),
    ]  # fmt: skip
    assert (report.layout, report.skipped) == ("Jester (one row a person)", {})


def test_that_people_of_several_wide_files_are_different_people(folder):
    rows = [{1: -7.82, 3: 8.79}, {2: 4.08}]
    path = folder({f"jester-data-{part}.csv": jester(rows, counts=True) for part in (1, 2)})
    dataset, _ = imported(path)
    assert (dataset.users.ids, dataset.entries) == (("1", "2", "3", "4"), 6)


def test_that_a_bad_cell_of_a_wide_table_costs_that_cell_only(folder):
    text = jester([{1: 1.5, 2: 2.5}] * 60, counts=False) + "1,2\n" + jester([{1: "x", 2: 2.5}], counts=False)
    dataset, report = imported(folder({"wide.csv": text}) / "wide.csv")
    assert [(problem.line, problem.reason) for problem in report.problems] == [
        (61, "wrong number of columns"),
        (62, "rating is not a number"),
    ]
    assert dataset.entries == 121


def test_that_bookcrossing_takes_0_for_read_and_not_rated(folder):
    path = folder(
        {
            "BX-Book-Ratings.csv": '"User-ID";"ISBN";"Book-Rating"\n"276725";"034545104X";"0"\n'
            '"276726";"0155061224";"5"\n"276726";"034545104X";"9"\n',
            "BX-Books.csv": '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication"\n'
            '"034545104X";"Fl\xe4sh &amp; \\"Bone\\"";"A. Writer";"2002"\n'
            '"0155061224";"Rites; Passage";"B. Writer";"2001"\n'.encode("latin-1"),
        }
    )
    dataset, report = imported(path)
    assert entries_of(dataset)[0][:3] == ("276725", "034545104X", None)
    assert names_of(dataset) == {"034545104X": 'Fläsh & "Bone" (2002)', "0155061224": "Rites; Passage (2001)"}
    assert (report.layout, report.unrated, dataset.catalogue.id_kind) == ("BookCrossing", 1, "isbn")
    assert report.skipped == {}


def test_that_orange_has_three_lines_of_names(folder):
    text = "user\tmovie\tscore\ndiscrete\tdiscrete\tcontinuous\nrow=1\tcol=1\tclass\nann\tMoon\t4\nbob\tSun\t?\n"
    dataset, report = imported(folder({"reco.tab": text}) / "reco.tab")
    assert [entry[:3] for entry in entries_of(dataset)] == [("ann", "Moon", 4), ("bob", "Sun", None)]
    assert report.layout == "Orange"


TABLE = {
    "user_id": [1, 2, 2, None],
    "item_id": ["a", "b", "a", "c"],
    "rating": [1.0, None, 3.5, 2.0],
    "timestamp": [datetime.datetime(2005, 9, 7, tzinfo=datetime.UTC)] * 4,
}
TABLE_ENTRIES = [("1", "a", 1, DAY), ("2", "b", None, DAY), ("2", "a", 3.5, DAY)]


@pytest.mark.parametrize("kind", ["parquet", "feather", "arrow stream of batches", "zip"])
def test_that_arrow_tables_open_in_any_wrapping(folder, kind, tmp_path):
    table = pa.table(TABLE)
    path = folder({"x.txt": "x"}) / "table"
    if kind == "feather":
        feather.write_feather(table, str(path))
    elif kind == "arrow stream of batches":
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            for batch in table.to_batches(max_chunksize=1):
                writer.write_batch(batch)
    else:
        parquet.write_table(table, path)
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "table.zip", "w") as archive:
            archive.write(path, "table.parquet")
        path = tmp_path / "table.zip"
    dataset, report = imported(path)
    assert entries_of(dataset) == TABLE_ENTRIES
    assert [(problem.line, problem.reason) for problem in report.problems] == [(4, "no person")]


def test_that_titles_in_parquet_are_read_where_they_are_chosen(folder):
    path = folder({"x.txt": "x"})
    columns = {"userId": [1, 2], "movieId": [10, 20], "rating": [4.0, 2.5], "timestamp": [100, 200]}
    parquet.write_table(pa.table(columns), path / "ratings.parquet")
    titles = {"movieId": [10, 20], "title": ["Sea (1990)", "Hill (1991)"], "genres": [["Drama", "War"], []]}
    parquet.write_table(pa.table(titles), path / "movies.parquet")
    assert names_of(imported(path)[0]) == {"10": "10", "20": "20"}
    dataset, report = imported(path, items=path / "movies.parquet")
    assert names_of(dataset) == {"10": "Sea (1990)", "20": "Hill (1991)"}
    assert (dataset.catalogue.genres[0], report.layout) == (("Drama", "War"), "MovieLens csv, Parquet table")


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "parquet", "feather"])
def test_that_ids_that_say_there_is_none_are_nobody_and_no_title_in_any_kind_of_file(folder, kind):
    people, titles = ["ann", "NaN", None, "bob", "None", "NA"], ["Moon", "Moon", "Sun", "null", "Sun", None]
    rows = [{"user": user, "item": item, "rating": 4} for user, item in zip(people, titles, strict=True)]
    path = folder({"x.txt": "x"}) / f"r.{kind}"
    if kind == "csv":
        path.write_text("user,item,rating\n" + "".join(f"{row['user'] or ''},{row['item'] or ''},4\n" for row in rows))
    elif kind.startswith("json"):
        lines = [json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) if kind == "jsonl" else f"[{', '.join(lines)}]")
    else:
        table = pa.Table.from_pylist(rows)
        parquet.write_table(table, path) if kind == "parquet" else feather.write_feather(table, str(path))
    dataset, report = imported(path)
    assert [entry[:2] for entry in entries_of(dataset)] == [("ann", "Moon")]
    assert report.skipped == {"no person": 4, "no title": 1}


def test_that_numbers_that_are_none_are_nobody(folder):
    path = folder({"x.txt": "x"}) / "r.parquet"
    table = {"user_id": [1.0, float("nan"), 2.0], "item_id": [5.0, 5.0, float("nan")], "rating": [3.0, 4.0, 5.0]}
    parquet.write_table(pa.table(table), path)
    dataset, report = imported(path)
    assert [entry[:3] for entry in entries_of(dataset)] == [("1", "5", 3)]
    assert report.skipped == {"no person": 1, "no title": 1}


OBJECTS = [
    {"user": 'a"b{', "item": "x],", "rating": 3.5, "date": "2005-09-07"},
    {"user": "ü 🎬", "item": "back\\slash", "rating": "4,5", "date": "2005-09-07", "more": {"deep": [1, {"x": "}"}]}},
    {"user": "c", "item": None, "rating": 4, "date": "2005-09-07"},
    {"user": "c", "item": "y", "rating": None, "date": "2005-09-07"},
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, indent=2, ensure_ascii=False),
        json.dumps({"about": "a list, [of] {ratings}", "titles": [{"id": "y"}], "ratings": OBJECTS, "count": 4}),
        "\n".join(json.dumps(entry) for entry in OBJECTS),
        json.dumps(OBJECTS).encode("utf-16"),
    ],
)
def test_that_json_opens_as_a_list_inside_an_object_and_in_lines(folder, text):
    dataset, report = imported(folder({"r.json": text}) / "r.json")
    assert sorted(entries_of(dataset)) == [
        ('a"b{', "x],", 3.5, DAY),
        ("c", "y", None, DAY),
        ("ü 🎬", "back\\slash", 4.5, DAY),
    ]
    assert [(problem.line, problem.reason) for problem in report.problems] == [(3, "no title")]


def test_that_json_cut_short_loses_its_last_entry_and_says_so(folder):
    text = json.dumps([{"user": 1, "item": 2, "rating": 5}, {"user": 2, "item": 2, "rating": 4}])
    dataset, report = imported(folder({"r.json": text[:-12]}) / "r.json")
    assert (dataset.entries, [(problem.line, problem.reason) for problem in report.problems]) == (
        1,
        [(2, "no object of JSON")],
    )


ANIME = {
    "anime_ratings.dat": "User_ID\tAnime_ID\tFeedback\n1\t5\t8\n2\t6\t3\n",
    "anime_history.dat": "User_ID\tAnime_ID\tFeedback\n1\t5\t1\n1\t6\t1\n2\t6\t1\n",
    "anime_info.dat": "anime_ids\tname\tgenre\ttype\n5\tKaze &quot;N&quot;\tDrama, School\tTV\n6\tYama\tComedy\tTV\n",
}


def test_that_ratings_and_a_history_in_a_folder_are_one_data_set(folder):
    dataset, report = imported(folder(ANIME))
    assert entries_of(dataset) == [("1", "5", 8, 0), ("1", "6", None, 0), ("2", "6", 3, 0)]
    assert names_of(dataset) == {"5": 'Kaze "N"', "6": "Yama"}
    assert dataset.catalogue.genres[0] == ("Drama", "School")
    assert (report.files, report.unrated) == (("anime_ratings.dat", "anime_history.dat"), 1)
    assert "anime_history.dat holds only ones; they count as seen, not as ratings." in report.notes


def test_that_ratings_and_a_history_given_together_are_one_data_set(folder):
    path = folder(ANIME)
    dataset, _ = imported(path / "anime_history.dat", path / "anime_ratings.dat")
    assert {entry[:3] for entry in entries_of(dataset)} == {("1", "5", 8), ("1", "6", None), ("2", "6", 3)}


def test_that_minus_1_is_seen_only_where_the_layout_says_so(folder):
    text = "user_id,anime_id,rating\n1,20,-1\n1,24,10\n2,20,1\n"
    dataset, report = imported(folder({"rating.csv": text}) / "rating.csv")
    assert [entry[2] for entry in entries_of(dataset)] == [None, 10, 1]
    assert (report.skipped, dataset.scale) == ({}, Scale(1, 10, 1))


def test_that_a_person_may_say_which_ratings_mean_seen_only(folder):
    path = folder({"a.csv": "user,item,rating\n1,2,0\n1,3,4\n2,3,2\n"}) / "a.csv"
    assert [entry[2] for entry in entries_of(imported(path)[0])] == [0, 4, 2]
    assert [entry[2] for entry in entries_of(imported(path, given=Given(unrated=(0.0,)))[0])] == [None, 4, 2]


def test_that_numbered_parts_of_one_table_are_one_data_set(folder):
    head = "user,item,rating\n"
    files = {f"part-{number}.csv": f"{head}{number},a,4\n" for number in (2, 10, 1)}
    dataset, report = imported(folder(files))
    assert (dataset.users.ids, report.files) == (("1", "2", "10"), ("part-1.csv", "part-2.csv", "part-10.csv"))


@pytest.mark.parametrize(
    ("name", "text", "service"),
    [
        ("ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Moon,1999,https://x,4.5\n", "Letterboxd"),
        ("animelist.xml", '<?xml version="1.0"?>\n<myanimelist><anime/></myanimelist>', "MyAnimeList"),
    ],
)
def test_that_a_personal_export_is_named_and_sent_to_for_you(folder, name, text, service):
    path = folder({name: text, "other.txt": "x"})
    for place in (path / name, path):
        with pytest.raises(DataError, match=rf"{service}.*add them to your ratings in For you") as failure:
            imported(place)
        assert failure.value.facts["personal"] is True


def test_that_a_header_of_a_layout_with_ratings_of_another_scale_is_read_as_it_is(folder):
    text = "userId,movieId,rating,timestamp\n1,2,9,100\n1,3,10,100\n2,3,4,100\n"
    dataset, report = imported(folder({"r.csv": text}) / "r.csv")
    assert (report.layout, dataset.scale, report.skipped) == ("columns with names", Scale(1, 10, 1), {})
    assert any("its ratings go beyond 0.5 to 5" in note for note in report.notes)


def test_that_a_few_ratings_beyond_the_scale_are_counted_and_left_out(folder):
    text = "userId,movieId,rating,timestamp\n" + "".join(f"{user},2,4,100\n" for user in range(99)) + "99,2,40,100\n"
    dataset, report = imported(folder({"r.csv": text}) / "r.csv")
    assert (dataset.entries, report.skipped) == (99, {"rating is outside of the scale": 1})
    assert (report.problems[0].line, report.problems[0].text) == (101, "99,2,40,100")


def rows_of(line, *, people=4, titles=6):
    """A line for each person and title: {u} and {i} are their numbers, {r} a rating from 1 to 5, {b} yes or no."""
    pairs = [(user, item) for user in range(1, people + 1) for item in range(1, titles + 1)]
    return "".join(
        line.format(u=user, i=item, r=1 + (user * 2 + item) % 5, b=(user + item) % 3 > 0) + "\n" for user, item in pairs
    )


GAMES = "BGGId,Name,Description,YearPublished,GameWeight,AvgRating,Cat:Thematic,Cat:Strategy,Cat:War,Cat:Family\n"
PUBLISHED = {
    "Amazon reviews of 2023": (
        {
            "Toys.jsonl": rows_of(
                '{{"rating": {r}.0, "title": "Review {u}", "text": "x", "asin": "A{i}V{u}", "parent_asin": "P{i}", '
                '"user_id": "U{u}", "timestamp": 1600000000001}}'
            ),
            "meta_Toys.jsonl": "".join(
                f'{{"main_category": "Toys", "title": "Toy {i}", "categories": ["Toys", "X"], "parent_asin": "P{i}"}}\n'
                for i in range(1, 7)
            ),
        },
        ("U1", "P1", 4, 1600000000), "Toy 1", ("Toys", "X"), "product", "parent_asin",
    ),
    "Amazon reviews": (
        {
            "Beauty_5.json": rows_of(
                '{{"reviewerID": "R{u}", "asin": "B{i}", "overall": {r}.0, "summary": "Headline {u}", '
                '"unixReviewTime": 1400000000, "reviewTime": "05 13, 2014"}}'
            ),
            "meta_Beauty.json": "".join(
                f"{{'asin': 'B{i}', 'title': 'Soap {i}', 'categories': [['Beauty', 'Soap']]}}\n" for i in range(1, 7)
            ),
        },
        ("R1", "B1", 4, 1400000000), "Soap 1", ("Beauty", "Soap"), "product", "asin",
    ),
    "Amazon books": (
        {
            "Books_rating.csv": "Id,Title,Price,User_id,profileName,review/helpfulness,review/score,review/time,"
            "review/summary,review/text\n"
            + rows_of('B{i},Book {i},,U{u},"Me, myself",7/7,{r}.0,940636800,Fine,"So, so"'),
            "books_data.csv": "Title,description,authors,image,previewLink,publisher,publishedDate,infoLink,"
            "categories,ratingsCount\n"
            + "".join(f"Book {i},x,['A'],http://i,http://p,P,199{i}-01,http://l,['Fiction'],3\n" for i in range(1, 7)),
        },
        ("U1", "B1", 4, 940636800), "Book 1 (1991)", ("Fiction",), "book", "Title",
    ),
    "Letterboxd ratings of many people": (
        {
            "ratings_export.csv": "_id,movie_id,rating_val,user_id\n" + rows_of("5f{u}{i},film-{i},{r},user{u}"),
            "movie_data.csv": "_id,genres,image_url,imdb_id,imdb_link,movie_id,movie_title,original_language,overview,"
            "popularity,production_countries,release_date,runtime,tmdb_id,vote_average,vote_count,year_released\n"
            + "".join(
                f'5f{i},"[""Drama"",""War""]",x,tt000{i},x,film-{i},Film {i},en,"a, b",3.4,[],1999-01-01,90,{i},7,2,'
                f"198{i}\n"
                for i in range(1, 7)
            ),
            "users_export.csv": "_id,display_name,num_ratings_pages,num_reviews,username\n5f,Me,3,4,user1\n",
        },
        ("user1", "film-1", 4, 0), "Film 1 (1981)", ("Drama", "War"), "film", "movie_id",
    ),
    "Douban films": (
        {
            "ratings.csv": "RATING_ID,USER_MD5,MOVIE_ID,RATING,RATING_TIME\n"
            + rows_of("9{u}{i},md5{u},129170{i},{r},2015-09-02 07:00:00"),
            "movies.csv": "MOVIE_ID,NAME,ALIAS,ACTORS,COVER,DIRECTORS,GENRES,OFFICIAL_SITE,REGIONS,LANGUAGES,"
            "RELEASE_DATE,MINS,IMDB_ID,DOUBAN_SCORE,DOUBAN_VOTES,TAGS,STORYLINE,SLUG,YEAR,ACTOR_IDS,DIRECTOR_IDS\n"
            + "".join(
                f"129170{i},片 {i},a/b,甲/乙,http://c,丙,剧情/爱情,,中国大陆,汉语,,90,tt000{i},7.1,3,,x,y,199{i}.0,甲:1,丙:2\n"
                for i in range(1, 7)
            ),
            "person.csv": "PERSON_ID,NAME,SEX\n1291701,甲,男\n",
            "users.csv": "USER_MD5,USER_NICKNAME\nmd51,me\n",
        },
        ("md51", "1291701", 4, 1441177200), "片 1 (1991)", ("剧情", "爱情"), "film", "MOVIE_ID",
    ),
    "Douban comments": (
        {
            "DMSC.csv": "ID,Movie_Name_EN,Movie_Name_CN,Crawl_Date,Number,Username,Date,Star,Comment,Like\n"
            + rows_of('{u}{i},Film {i},片{i},2017-01-22,1,me {u},2015-05-13,{r},"so, so",2404'),
        },
        ("me 1", "Film 1", 4, 1431475200), "Film 1", (), "film", None,
    ),
    "BoardGameGeek": (
        {
            "user_ratings.csv": "BGGId,Rating,Username\n" + rows_of("{i}.0,{r}.5,me{u}"),
            "games.csv": GAMES + "".join(f'{i},Game {i},"bla, bla",198{i},2.3,7.1,1,0,0,1\n' for i in range(1, 7)),
        },
        ("me1", "1", 4.5, 0), "Game 1 (1981)", ("Thematic", "Family"), "game", "BGGId",
    ),
    "BoardGameGeek reviews": (
        {
            "bgg-15m-reviews.csv": ",user,rating,comment,ID,name\n"
            + rows_of('{u}{i},me {u},{r}.0,"fun, fun",{i},Game {i}'),
            "games_detailed_info.csv": ",type,id,thumbnail,image,primary,alternate,yearpublished,boardgamecategory\n"
            + "".join(f"{i},boardgame,{i},x,x,Game {i},[],199{i},\"['Card Game', 'Bluffing']\"\n" for i in range(1, 7)),
        },
        ("me 1", "1", 4, 0), "Game 1 (1991)", ("Card Game", "Bluffing"), "game", "id",
    ),
    "Steam recommendations": (
        {
            "recommendations.csv": "app_id,helpful,funny,date,is_recommended,hours,user_id,review_id\n"
            + rows_of("{i}0,0,0,2022-12-12,{b},36.3,5{u},{u}{i}"),
            "games.csv": "app_id,title,date_release,win,mac,linux,rating,positive_ratio,user_reviews,price_final\n"
            + "".join(f"{i}0,Game {i},201{i}-01-01,true,false,true,Positive,90,3,9.9\n" for i in range(1, 7)),
            "users.csv": "user_id,products,reviews\n51,3,4\n",
        },
        ("51", "10", 1, 1670803200), "Game 1 (2011)", (), "game", "app_id",
    ),
    "Steam reviews": (
        {
            "steam_reviews.csv": ",app_id,app_name,review_id,language,review,timestamp_created,timestamp_updated,"
            "recommended,votes_helpful,author.steamid,author.playtime_forever\n"
            + rows_of('{u}{i},{i}0,Game {i},8{u}{i},english,"fun, fun",1611381629,1611381630,{b},0,7656{u},1909.0'),
        },
        ("76561", "10", 1, 1611381629), "Game 1", (), "game", "app_name",
    ),
    "Steam players": (
        {
            "steam_new.json": rows_of(
                "{{u'username': u'me{u}', u'hours': {r}.4, u'products': 41, u'product_id': u'7{i}', u'page_order': 0, "
                "u'date': u'2017-12-17', u'text': u\"it's fine\", u'early_access': False, u'page': 1}}"
            ),
            "steam_games.json": "".join(
                f"{{u'publisher': u'K', u'genres': [u'Action', u'Indie'], u'app_name': u'Game {i}', "
                f"u'title': u'Game {i}', u'url': u'http://x', u'release_date': u'201{i}-01-04', u'tags': [u'x'], "
                f"u'id': u'7{i}'}}\n"
                for i in range(1, 7)
            ),
        },
        None, "Game 1 (2011)", ("Action", "Indie"), "game", "id",
    ),
    "Last.fm (HetRec 2011)": (
        {
            "user_artists.dat": "userID\tartistID\tweight\n" + rows_of("{u}\t{i}\t{r}001"),
            "artists.dat": "id\tname\turl\tpictureURL\n"
            + "".join(f"{i}\tBand {i}\thttp://x/{i}\thttp://p\n" for i in range(1, 7)),
            "tags.dat": "tagID\ttagValue\n1\tmetal\n",
            "user_friends.dat": "userID\tfriendID\n1\t2\n",
            "user_taggedartists.dat": "userID\tartistID\ttagID\tday\tmonth\tyear\n1\t2\t1\t1\t4\t2009\n",
        },
        None, "Band 1", (), "artist", "id",
    ),
    "Last.fm 360K": (
        {
            "usersha1-artmbid-artname-plays.tsv": rows_of(
                "00000c289a1829a808ac09c00daf10bc3c4e22{u}b\tf2fb0ff0-5679-42ec-a55c-15109ce6e32{i}\tdie Ärzte {i}"
                "\t{r}099"
            ),
            "usersha1-profile.tsv": "00000c289a1829a808ac09c00daf10bc3c4e221b\tf\t22\tGermany\tFeb 1, 2007\n",
        },
        None, "die Ärzte 1", (), "artist", None,
    ),
    "Steam 200K": (
        {
            "steam-200k.csv": rows_of('1516{u},"Game, The {i}",purchase,1.0,0')
            + rows_of('1516{u},"Game, The {i}",play,{r}73.0,0'),
        },
        None, "Game, The 1", (), "game", None,
    ),
    "Douban 600K": (
        {"ratings.csv": rows_of("{u}::{i}::剧情/爱情::{r}::2015-05-13::120::3")},
        ("1", "1", 4, 1431475200), "1", (), "film", None,
    ),
    "MyAnimeList lists of many people": (
        {
            "animelists_cleaned.csv": "username,anime_id,my_watched_episodes,my_start_date,my_finish_date,my_score,"
            "my_status,my_rewatching,my_rewatching_ep,my_last_updated,my_tags\n"
            + rows_of("me{u},{i}0,12,0000-00-00,0000-00-00,{r},2,0,0,1362307973,"),
            "anime_cleaned.csv": "anime_id,title,title_english,type,episodes,aired_string,genre\n"
            + "".join(
                f'{i}0,Kaze {i},Wind {i},TV,12,"Apr 3, 199{i} to Sep 1, 1999","Comedy, Romance"\n' for i in range(1, 7)
            ),
            "users_cleaned.csv": "username,user_id,gender\nme1,1,Male\n",
        },
        ("me1", "10", 4, 1362307973), "Kaze 1", ("Comedy", "Romance"), "anime", "anime_id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_that_well_known_data_sets_open_as_they_are_published(folder, name):
    files, first, title, genres, word, column = PUBLISHED[name]
    dataset, report = imported(folder(files))
    assert report.layout.split(", ")[0] == name
    assert (dataset.people, dataset.titles, dataset.entries, report.skipped) == (4, 6, 24, {})
    assert first is None or entries_of(dataset)[0] == first
    assert dataset.catalogue.name(0) == title
    assert (dataset.catalogue.genres[0], dataset.catalogue.word) == (genres, word)
    assert (report.titles_from.column if report.titles_from else None) == column


@pytest.mark.parametrize("has_map", [True, False])
def test_that_goodreads_books_are_found_by_the_map_of_their_ids(folder, has_map):
    books = [{"book_id": f"{i}", "title": f"Book {8 - i}", "publication_year": f"199{i}"} for i in range(1, 8)]
    files = {
        "goodreads_interactions.csv": "user_id,book_id,is_read,rating,is_reviewed\n" + rows_of("{u},{i},1,{r},0"),
        "goodreads_books.json": "".join(json.dumps(book) + "\n" for book in books),
        "book_id_map.csv": "book_id_csv,book_id\n" + "".join(f"{i},{8 - i}\n" for i in range(8)),
    }
    path = folder(files if has_map else {name: files[name] for name in list(files)[:2]})
    dataset, report = imported(path)
    assert dataset.catalogue.name(0) == ("Book 1 (1997)" if has_map else "1")
    assert any("book_id_map.csv beside it" in note for note in report.notes) != has_map


def test_that_the_variants_of_a_product_may_be_titles_of_their_own(folder):
    path = folder(PUBLISHED["Amazon reviews of 2023"][0])
    assert any("parent_asin" in note for note in imported(path)[1].notes)
    assert imported(path, given=Given(columns={"item": "asin"}))[0].titles == 24
