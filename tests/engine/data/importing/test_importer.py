import gzip
import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.data.catalogue import Catalogue
from engine.data.dataset import Scale
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.reading.sniff import Given
from engine.data.sample import SAMPLE_NAME, sample_files
from engine.errors import DataError
from engine.events import Progressed, StageStarted, Stop, drive

RATINGS = """userId,movieId,rating,timestamp
1,31,2.5,1260759144
1,1029,3.0,1260759179
22,31,4.5,1260759182
3,7,0.5,1260759185
"""
MOVIES = 'movieId,title,genres\n31,"Matrix, The (1999)",Action|Sci-Fi\n1029,Gone (2000),(no genres listed)\n'


def imported(*paths, **options):
    return drive(import_files([Path(path) for path in paths], options=ImportOptions(**options), dataset_id="d1"))


def entries_of(dataset):
    histories = dataset.histories
    return [
        (dataset.users.id(user), dataset.items.id(item), None if np.isnan(rating) else float(rating))
        for user, item, rating in zip(histories.user_rows_N, histories.item_rows_N, histories.ratings_N, strict=True)
    ]


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def test_that_movielens_csv_is_imported_with_its_titles(write):
    write("ml/movies.csv", MOVIES)
    dataset, report = imported(write("ml/ratings.csv", RATINGS))
    assert (dataset.dataset_id, dataset.name) == ("d1", "ml")
    assert dataset.users.ids == ("1", "3", "22")
    assert dataset.items.ids == ("7", "31", "1029")
    assert entries_of(dataset) == [("1", "31", 2.5), ("1", "1029", 3.0), ("3", "7", 0.5), ("22", "31", 4.5)]
    assert dataset.histories.times_N.tolist() == [1260759144, 1260759179, 1260759185, 1260759182]
    assert dataset.catalogue == Catalogue(
        ("7", "The Matrix", "Gone"), (0, 1999, 2000), ((), ("Action", "Sci-Fi"), ()), "film", "movielens"
    )
    assert dataset.scale == Scale(0.5, 5, 0.5)
    assert (report.layout, report.encoding, report.delimiter, report.rows) == ("MovieLens csv", "utf-8", "comma", 4)
    assert (report.skipped, report.problems, report.duplicates, report.unrated) == ({}, (), 0, 0)
    assert report.notes == ("movies.csv names 2 of 3 titles; the others are shown by their ids.",)
    assert report.files == ("ratings.csv",)
    assert report.peak_mib > 0


def test_that_movielens_1m_is_imported_with_latin_1_titles(write):
    write("ml/movies.dat", "31::Misérables, Les (1995)::Drama|Musical\n7::Sabrina (1995)::Comedy\n".encode("latin-1"))
    dataset, report = imported(
        write("ml/ratings.dat", "1::31::5::978300760\n2::7::3::978302109\n10::31::1::978300761\n")
    )
    assert dataset.catalogue.name(1) == "Les Misérables (1995)"
    assert (report.layout, report.delimiter) == ("MovieLens 1M/10M", "double colon")
    assert (dataset.catalogue.word, dataset.scale) == ("film", Scale(1, 5, 1))
    assert dataset.users.ids == ("1", "2", "10")


def test_that_movielens_100k_is_recognised_only_with_its_titles(write):
    rows = write("ml/u.data", "196\t242\t3\t881250949\n186\t302\t3\t891717742\n22\t242\t1\t878887116\n")
    dataset, report = imported(rows)
    assert (report.layout, dataset.catalogue.word) == ("columns without names", "title")
    flags = "|".join(["0", "1"] + ["0"] * 17)
    items = "".join(f"{item}|Kolya ({item + 1700})|24-Jan-1997||http://x|{flags}\n" for item in (242, 302, 9))
    write("ml/u.item", items.replace("Kolya", "Kölya").encode("latin-1"))
    dataset, report = imported(rows)
    assert (report.layout, dataset.catalogue.word) == ("MovieLens 100K", "film")
    assert (dataset.catalogue.name(0), dataset.catalogue.genres[0]) == ("Kölya (1942)", ("Action",))


def test_that_leading_zeros_of_movietweetings_are_part_of_the_id(write):
    write("mt/movies.dat", "0104257::A Few Good Men (1992)::Drama\n1074638::Skyfall (2012)::Action|Thriller\n")
    dataset, report = imported(
        write("mt/ratings.dat", "1::1074638::7::1365029107\n2::0104257::8::1364690142\n1::0104257::0::1364690143\n")
    )
    assert report.layout == "MovieTweetings"
    assert dataset.items.ids == ("0104257", "1074638")
    assert dataset.catalogue.titles == ("A Few Good Men", "Skyfall")
    assert dataset.scale == Scale(0, 10, 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "::", " "])
@pytest.mark.parametrize("header", [True, False])
def test_that_every_delimiter_gives_the_same_data(write, delimiter, header):
    lines = RATINGS.splitlines()[0 if header else 1 :]
    given = Given() if header else Given(columns={"user": "1", "item": "2", "rating": "3"})
    dataset, _ = imported(write("some.txt", "\n".join(line.replace(",", delimiter) for line in lines)), given=given)
    expected, _ = imported(write("ratings.csv", RATINGS))
    assert dataset.fingerprint == expected.fingerprint


def test_that_a_gzip_and_a_zip_are_imported_in_place(write, tmp_path):
    plain, _ = imported(write("a/ratings.csv", RATINGS))
    packed, _ = imported(write("b/ratings.csv.gz", gzip.compress(RATINGS.encode())))
    with zipfile.ZipFile(tmp_path / "ml-test.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ml-test/README.txt", "About this data set.\n")
        archive.writestr("ml-test/ratings.csv", RATINGS)
        archive.writestr("ml-test/movies.csv", MOVIES)
    zipped, report = imported(tmp_path / "ml-test.zip")
    assert plain.fingerprint == packed.fingerprint == zipped.fingerprint
    assert zipped.name == "ml-test"
    assert zipped.catalogue.titles[1] == "The Matrix"
    assert report.files == ("ml-test.zip: ml-test/ratings.csv",)
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "ml-test.zip"]


def test_that_several_files_become_one_data_set(write):
    first = write("shards/1.csv", "user,item,rating\n1,10,4\n2,10,3\n")
    second = write("shards/2.tsv", "item\tuser\trating\ttime\n11\t1\t5\t978300760\n")
    dataset, report = imported(first, second, name="Both")
    assert dataset.name == "Both"
    assert entries_of(dataset) == [("1", "10", 4), ("1", "11", 5), ("2", "10", 3)]
    assert dataset.histories.times_N.tolist() == [0, 978300760, 0]
    assert (report.files, report.delimiter) == (("1.csv", "2.tsv"), "comma + tab")


def test_that_titles_can_be_given(write):
    items = write("elsewhere/list.csv", "id_of_film,x\n")
    items.write_text("item;name\n31;The Matrix\n")
    dataset, _ = imported(write("ratings.csv", RATINGS), items=items)
    assert dataset.catalogue.titles == ("7", "The Matrix", "1029")


def test_that_titles_in_the_ratings_themselves_are_used(write):
    text = 'user,movieId,title,rating\n1,5,"Matrix, The (1999)",4\n2,5,"Matrix, The",3\n2,6,Gone,x\n2,7,Up (2009),1\n'
    dataset, report = imported(write("mine.csv", text))
    assert dataset.catalogue.titles == ("The Matrix", "Up")
    assert report.problems[0].line == 4


def test_that_a_title_may_be_the_id(write):
    dataset, _ = imported(write("mine.csv", 'user,title,rating\nAnn,"Matrix, The (1999)",4\nBob,Up (2009),3\n'))
    assert dataset.items.ids == ("Matrix, The (1999)", "Up (2009)")
    assert dataset.catalogue.name(0) == "The Matrix (1999)"


def test_that_a_text_rating_is_reported_with_its_line(write):
    lines = ["userId,movieId,rating"] + [f"{row % 50},{row},{row % 5 + 1}" for row in range(6000)]
    lines[5000] = "1,2,great"
    dataset, report = imported(write("ratings.csv", "\n".join(lines)))
    (problem,) = report.problems
    assert (problem.line, problem.text, problem.file) == (5001, "1,2,great", "ratings.csv")
    assert report.skipped == {"rating is not a number": 1}
    assert (dataset.entries, report.rows) == (5999, 6000)


def test_that_all_problems_are_counted_and_the_first_thousand_kept(write):
    lines = ["user,item,rating"] + [f"{row},1,{'x' if row % 2 else 3}" for row in range(4000)] + [",1,3", "1,2"]
    _, report = imported(write("ratings.csv", "\n".join(lines)))
    assert report.skipped == {"rating is not a number": 2000, "no person": 1, "wrong number of columns": 1}
    assert len(report.problems) == 1000
    assert report.rows == 4002


def test_that_the_last_of_duplicates_wins_and_a_rating_beats_seen_only(write):
    text = "user,item,rating\n1,5,2\n1,5,4\n1,6,3\n1,6,\n2,5,\n2,6,\n2,6,1\n2,7,5\n"
    dataset, report = imported(write("ratings.csv", text))
    assert entries_of(dataset) == [("1", "5", 4), ("1", "6", 3), ("2", "5", None), ("2", "6", 1), ("2", "7", 5)]
    assert (report.duplicates, report.unrated) == (3, 1)


@pytest.mark.parametrize("seen_first", [True, False])
def test_that_a_history_of_ones_beside_ratings_means_seen(write, seen_first):
    history = write("history.dat", "User_ID\tAnime_ID\tFeedback\n1\t1\t1\n1\t2\t1\n2\t1\t1\n")
    ratings = write("ratings.dat", "User_ID\tAnime_ID\tFeedback\n1\t1\t8\n2\t3\t10\n")
    dataset, report = imported(*((history, ratings) if seen_first else (ratings, history)))
    assert sorted(entries_of(dataset), key=str) == [("1", "1", 8), ("1", "2", None), ("2", "1", None), ("2", "3", 10)]
    assert (dataset.scale, report.unrated, report.duplicates) == (Scale(1, 10, 1), 2, 1)
    assert "history.dat holds only ones; they count as seen, not as ratings." in report.notes


def test_that_a_zero_of_bookcrossing_is_no_rating(write):
    text = '"User-ID";"ISBN";"Book-Rating"\n"1";"034545104X";"0"\n"2";"0155061224";"5"\n"2";"034545104X";"9"\n'
    dataset, report = imported(write("BX.csv", text))
    assert (report.layout, report.unrated, dataset.catalogue.word) == ("BookCrossing", 1, "book")


def test_that_a_file_that_stops_being_utf_8_is_read_again_as_cp1252_and_it_says_so(write):
    lines = ["user,item,rating"] + [f"{row},x,{row % 5 + 1}" for row in range(60_000)] + ["9,Amélie,4"]
    dataset, report = imported(write("ratings.csv", "\n".join(lines).encode("cp1252")))
    assert dataset.items.ids == ("Amélie", "x")
    assert (dataset.entries, report.encoding) == (60_001, "cp1252")
    assert "ratings.csv is not UTF-8; it was read as Western European (cp1252)." in report.notes


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_that_a_byte_order_mark_is_not_part_of_the_first_name(write, encoding):
    dataset, _ = imported(write("ratings.csv", RATINGS.encode(encoding)))
    assert dataset.entries == 4


def test_that_times_nobody_can_read_are_left_out_and_it_says_so(write):
    dataset, report = imported(write("a.csv", "user,item,rating,date\n1,2,3,one summer\n2,2,4,one winter\n"))
    assert dataset.histories.times_N is None
    assert "The times of a.csv are no numbers or dates; they were left out." in report.notes


def test_that_columns_can_be_chosen(write):
    path = write("odd.csv", "a,b,c,d\n3,x,1,7\n4,y,1,8\n")
    dataset, report = imported(path, given=Given(columns={"user": "c", "item": "b", "rating": "1"}))
    assert entries_of(dataset) == [("1", "x", 3), ("1", "y", 4)]
    assert report.layout == "columns as chosen"


def test_that_progress_comes_in_words_and_bytes(write):
    path = write("ratings.csv", "user,item,rating\n" + "1234567,7654321,4\n" * 300_000)
    events, bare = [], 0
    job = import_files([path], options=ImportOptions(), dataset_id="d")
    for event in job:
        if event is None:
            bare += 1
        else:
            events.append(event)
    assert [event.stage for event in events if isinstance(event, StageStarted)] == [
        "looking",
        "reading",
        "arranging",
        "titles",
    ]
    progressed = [event for event in events if isinstance(event, Progressed)]
    assert progressed[0].unit == "bytes"
    assert progressed[0].words.startswith("Reading line 5")
    assert " of about 300,000" in progressed[0].words
    assert progressed[0].total == path.stat().st_size
    assert bare > 0


def test_that_stop_goes_through_and_leaves_nothing_open(write):
    path = write("ratings.csv", "user,item,rating\n" + "1234567,7654321,4\n" * 300_000)
    job = import_files([path], options=ImportOptions(), dataset_id="d")
    for _ in range(4):
        next(job)
    with pytest.raises(Stop):
        job.throw(Stop())
    with pytest.raises(StopIteration):
        next(job)


def test_that_a_file_that_vanishes_during_import_is_said_so(write):
    path = write("ratings.csv", "user,item,rating\n" + "1234567,7654321,4\n" * 300_000)
    job = import_files([path], options=ImportOptions(), dataset_id="d")
    for _ in range(4):
        next(job)
    path.unlink()
    with pytest.raises(DataError, match=r"ratings\.csv vanished while it was read\. Bring it back"):
        list(job)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"ratings\.csv is empty"),
        (bytes(range(256)) * 40, "looks like a binary file"),
        (b"userId,movieId,timestamp\n1,2,978300760\n", "has no column of ratings; its columns are: userId, movieId"),
        (b"userId,movieId,rating\n", "has no line that can be used; there are only column names"),
        (
            b"userId,movieId,rating\n1,2,x\n2,3,y\n",
            "no line that can be used; the first is line 2: rating is not a num",
        ),
        (b"userId,movieId,rating\n1,2,\n2,3,\n", "has no rating: in all of 2 rows it is blank"),
    ],
)
def test_that_bad_input_is_one_sentence(write, content, sentence):
    with pytest.raises(DataError, match=sentence) as failure:
        imported(write("ratings.csv", content))
    assert failure.value.remedy
    assert "\n" not in str(failure.value)


def test_that_nothing_to_import_is_refused():
    with pytest.raises(DataError, match="There is no file to import"):
        imported()


def test_that_equal_data_has_equal_fingerprints_whatever_its_order_of_people(write):
    header, *rows = RATINGS.splitlines()
    first, _ = imported(write("a.csv", RATINGS))
    second, _ = imported(write("b.csv", "\n".join([header, rows[3], rows[2], rows[0], rows[1]])))
    assert first.fingerprint == second.fingerprint


def test_that_the_sample_is_imported_well_under_a_second():
    started = time.process_time()
    dataset, report = imported(*sample_files(), name=SAMPLE_NAME)
    assert time.process_time() - started < 2, "twice what a slow and busy machine needs"
    assert (dataset.people, dataset.titles, dataset.entries) == (671, 9066, 100_004)
    assert (dataset.name, dataset.catalogue.word) == ("Films (MovieLens small)", "film")
    assert dataset.scale == Scale(0.5, 5, 0.5)
    assert report.problems == ()
    assert dataset.catalogue.name(dataset.items.row("1")) == "Toy Story (1995)"


@pytest.mark.skipif(
    "DESKTOP_REC_DATA" not in os.environ, reason="DESKTOP_REC_DATA does not say where the data sets are"
)
@pytest.mark.parametrize(
    ("files", "figures"),
    [
        (["ml-1m"], (6040, 3706, 1_000_209, 0, 0)),
        (["movietweetings-100k"], (16_554, 10_506, 100_000, 0, 0)),
        (["anime/anime_history.dat", "anime/anime_ratings.dat"], (5000, 7390, 520_609, 100_666, 419_943)),
    ],
)
@pytest.mark.thorough
def test_that_the_standard_data_sets_have_their_known_sizes(files, figures):
    dataset, report = imported(*(Path(os.environ["DESKTOP_REC_DATA"]) / file for file in files))
    assert (dataset.people, dataset.titles, dataset.entries, report.unrated, report.duplicates) == figures
    assert report.problems == ()


def test_that_the_newest_rating_of_a_pair_stays_whatever_the_order_of_lines_and_files(write):
    head = "user,item,rating,timestamp\n"
    rest = "2,10,3,1400000000\n3,10,1,1400000000\n"
    newest, former = "1,10,5,1700000000\n", "1,10,2,1500000000\n"
    for lines in (newest + former + rest, former + rest + newest):
        dataset, report = imported(write("one.csv", head + lines))
        assert (entries_of(dataset)[0], report.duplicates) == (("1", "10", 5.0), 1)
    new, old = write("new.csv", head + newest), write("old.csv", head + former + rest)
    for files in ((new, old), (old, new)):
        assert entries_of(imported(*files)[0])[0] == ("1", "10", 5.0)


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        (("1700000000", "1700000000"), 2.0),
        (("1700000000", ""), 5.0),
        (("", "1700000000"), 2.0),
        (("2023-11-14", "2017-07-14"), 5.0),
    ],
    ids=["equal times: the later line", "one without a time is older", "the same, the other way round", "dates"],
)
def test_that_a_missing_time_is_older_than_any(write, times, kept):
    first, second = times
    rest = "".join(f"{user},7,3,{first or second}\n" for user in range(2, 12))
    dataset, _ = imported(write("r.csv", f"user,item,rating,time\n1,7,5,{first}\n1,7,2,{second}\n{rest}"))
    assert entries_of(dataset)[0] == ("1", "7", kept)


def test_that_a_file_without_times_does_not_replace_what_another_dates(write):
    dated = write("dated.csv", "user,item,rating,time\n1,7,5,1700000000\n2,7,4,1700000000\n")
    undated = write("undated.csv", "user,item,rating\n1,7,1\n")
    assert entries_of(imported(dated, undated)[0]) == [("1", "7", 5.0), ("2", "7", 4.0)]


def rows_of(ratings):
    return "user,item,rating\n" + "".join(f"{at % 97},{at},{rating}\n" for at, rating in enumerate(ratings))


def test_that_one_slip_among_thousands_does_not_stretch_the_scale_and_is_said_with_its_line(write):
    ratings = [1 + at % 5 for at in range(3000)]
    ratings[1233] = 55
    dataset, report = imported(write("r.csv", rows_of(ratings)))
    assert (dataset.scale, dataset.entries) == (Scale(1, 5, 1), 2999)
    assert report.skipped == {"rating is outside of the scale": 1}
    assert [(problem.line, problem.text) for problem in report.problems] == [(1235, "69,1233,55")]
    assert report.notes[0] == (
        "r.csv, line 1,235: 55 lies far from all other ratings, which go from 1 to 5; it was left out."
    )


def test_that_a_slip_leaves_what_is_only_seen_alone(write):
    ratings = [(0, 0, 0, 1 + at // 4 % 10)[at % 4] for at in range(6000)]
    ratings[79] = 900
    dataset, report = imported(write("r.csv", rows_of(ratings)))
    assert (dataset.scale, report.unrated, dataset.entries) == (Scale(1, 10, 1), 4500, 5999)
    assert any(note.startswith("0 in r.csv counts as seen") for note in report.notes)


def test_that_a_scale_of_half_stars_up_to_4_ends_at_4(write):
    dataset, _ = imported(write("r.csv", rows_of([0.5 + at % 8 / 2 for at in range(64)])))
    assert dataset.scale == Scale(0.5, 4, 0.5)


def test_that_a_said_scale_counts_and_what_lies_beyond_it_is_reported(write):
    path = write("r.csv", rows_of([0, 1, 2, 3, 7, 3, -1]))
    dataset, report = imported(path, given=Given(scale=(1, 6, 1)))
    assert (dataset.scale, report.unrated) == (Scale(1, 6, 1), 2)
    assert [(problem.line, problem.reason) for problem in report.problems] == [(6, "rating is outside of the scale")]


def test_that_the_scale_is_that_of_the_file_whatever_is_kept_of_it(write):
    lines = "".join(f"{at % 9},{at % 4},{1 + at % 10}\n" for at in range(90))
    path = write("r.csv", f"user,item,rating\n{lines}")
    for duplicates in ("last", "mean", "max"):
        dataset, _ = imported(path, duplicates=duplicates)
        assert dataset.scale == Scale(1, 10, 1)
