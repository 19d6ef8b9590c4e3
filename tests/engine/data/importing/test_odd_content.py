"""What a ratings file may hold by mistake: each costs its own line, with the line's number and a reason."""

import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.data.dataset import Scale
from engine.data.importing.importer import ImportOptions, import_files
from engine.data.reading.roles import Given
from engine.errors import DataError
from engine.events import drive

HEAD = "user,item,rating\n"


@pytest.fixture
def imported(tmp_path):
    def import_text(content, **given):
        path = tmp_path / "ratings.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return drive(import_files([path], options=ImportOptions(given=Given(**given)), dataset_id="d"))

    return import_text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,2,inf", "rating is not finite"),
        ("1,2,-Infinity", "rating is not finite"),
        ("1,2,NaN", "rating is not finite"),
        ("1,2,1e999", "rating is not finite"),
        ("1,2,12345678901234567890", "rating is outside of the scale"),
        ("1,2,-1e13", "rating is outside of the scale"),
        ("1,\0,4", "line holds a NUL byte"),
        ("1,2", "wrong number of columns"),
        ("1,2,3,4", "wrong number of columns"),
        ("x" * 10_000_000, "wrong number of columns"),
        (f"{'x' * 10_000_000},2,4", "id of over 1,000 characters"),
    ],
)
def test_that_an_odd_line_is_left_out_with_its_reason(imported, line, reason):
    dataset, report = imported(HEAD + "7,2,3\n" * 20_000 + line + "\n8,2,4\n")
    assert dataset.users.ids == ("7", "8")
    assert [(problem.line, problem.reason) for problem in report.problems] == [(20_002, reason)]
    assert len(report.problems[0].text) <= 200
    assert report.skipped == {reason: 1}


def test_that_a_line_without_end_is_refused_with_its_place(imported):
    with pytest.raises(DataError, match=r"a line of over \d+ MiB after line 20,001"):
        imported(HEAD + "7,2,3\n" * 20_000 + "x" * 45_000_000)


def test_that_mixed_line_ends_end_lines_alike(imported):
    dataset, report = imported("user,item,rating\r\n1,2,3\n2,2,4\r3,3,5\r\n4,4,1")
    assert (dataset.users.ids, report.problems) == (("1", "2", "3", "4"), ())


def test_that_utf_16_needs_no_mark(imported):
    dataset, report = imported((HEAD + "1,Ж,3\né,2,4\n").encode("utf-16-le"))
    assert (dataset.users.ids, dataset.items.ids, report.encoding) == (("1", "é"), ("2", "Ж"), "utf-16-le")


def test_that_ids_hold_spaces_signs_and_emoji(imported):
    dataset, _ = imported(HEAD + 'a b,🎬 x,3\n"c, d",ü;y,4\n"say ""hi""",z,5\n')
    assert dataset.users.ids == ("a b", "c, d", 'say "hi"')
    assert set(dataset.items.ids) == {"🎬 x", "ü;y", "z"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1126051200", 1126051200),
        ("1126051200000", 1126051200),
        ("1126051200000000", 1126051200),
        ("2005-09-07", 1126051200),
        ("2005-09-07T01:00:00+01:00", 1126051200),
        ("07.09.2005", 1126051200),
        ("07.09.2005 00:00:30", 1126051230),
        ("2005/09/07", 1126051200),
        ("20050907", 1126051200),
    ],
)
def test_that_times_in_many_forms_are_the_same_second(imported, text, seconds):
    dataset, _ = imported(f"user,item,rating,time\n1,2,3,{text}\n2,2,4,{text}\n")
    assert dataset.histories.times_N.tolist() == [seconds, seconds]


def test_that_months_come_first_where_a_person_says_so(imported):
    text = "user,item,rating,date\n1,2,3,09/07/2005\n"
    assert imported(text, dates="mdy")[0].histories.times_N.tolist() == [1126051200]
    dataset, report = imported(text)
    assert dataset.histories.times_N.tolist() == [1120867200]
    assert any("read as the day first" in note for note in report.notes)


def test_that_a_date_that_is_none_is_reported_beside_dates_with_the_month_first(imported):
    _, report = imported("user,item,rating,date\n" + "1,2,3,12/31/2005\n" * 30 + "2,2,3,31/12/2005\n")
    assert [(problem.line, problem.reason) for problem in report.problems] == [(32, "time is not a number or a date")]


@pytest.mark.parametrize("text", ["user;item;rating\n1;2;3,5\n1;3;4,0\n", 'user,item,rating\n1,2,"3,5"\n1,3,"4,0"\n'])
def test_that_decimal_commas_are_read(imported, text):
    assert imported(text)[0].histories.ratings_N.tolist() == [3.5, 4.0]


def test_that_the_decimal_sign_can_be_said(imported):
    dataset, _ = imported("user;item;rating\n1;2;3.5\n1;3;4\n", decimal=".")
    assert np.array_equal(dataset.histories.ratings_N, [3.5, 4])
    with pytest.raises(DataError, match="'x' is no decimal sign"):
        imported(HEAD + "1,2,3\n", decimal="x")


def test_that_a_column_can_be_taken_its_role_from(imported):
    text = "user,item,rating,timestamp\n1,2,3,978300760\n"
    assert imported(text)[0].histories.times_N is not None
    assert imported(text, columns={"time": ""})[0].histories.times_N is None


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_that_who_has_no_row_that_can_be_used_is_no_person(tmp_path, kind):
    rows = [{"user": f"u{row}", "item": f"i{row % 5}", "rating": str(row % 5 + 1)} for row in range(250)]
    rows += [{"user": "nobody", "item": "nothing", "rating": "x"}, {"user": "", "item": "i1", "rating": "1"}]
    path = tmp_path / f"ratings.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    else:
        path.write_text("\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]))
    dataset, report = drive(import_files([path], options=ImportOptions(), dataset_id="odd"))
    assert (len(dataset.users), len(dataset.items)) == (250, 5)
    assert report.skipped == {"rating is not a number": 1, "no person": 1}


SPELT = {
    "of ten": (["3/10", "2/10", "4/10"], [3, 2, 4], (1, 10, 1)),
    "percent": (["80%", "20%", "60%"], [80, 20, 60], (0, 100, 1)),
    "stars": (["★★★½", "½", "★★"], [3.5, 0.5, 2], (0.5, 5, 0.5)),
    "star words": (["4 stars", "1 star", "2 stars"], [4, 1, 2], (1, 5, 1)),
    "thumbs": (["👍", "👎", "👍"], [1, 0, 1], (0, 1, 1)),
    "likes": (["like", "dislike", "like"], [1, 0, 1], (0, 1, 1)),
    "truth": ([True, False, True], [1, 0, 1], (0, 1, 1)),
    "liking": (["Loved", "Okay", "Liked"], [5, 3, 4], (1, 5, 1)),
}


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("spelt", SPELT)
def test_that_ratings_that_are_no_numbers_are_read_on_the_scale_that_they_say(tmp_path, spelt, kind):
    texts, ratings, scale = SPELT[spelt]
    rows = [{"user": "u", "item": f"i{row}", "rating": text} for row, text in enumerate(texts)]
    path = tmp_path / f"ratings.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    else:
        path.write_text("\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]))
    dataset, report = drive(import_files([path], options=ImportOptions(), dataset_id="odd"))
    assert dataset.histories.ratings_N.tolist() == ratings
    assert dataset.scale == Scale(*scale)
    assert report.skipped == {}


@pytest.mark.parametrize(
    ("texts", "seconds"),
    [
        (["02 12, 2015", "02 28, 2015"], [1423699200, 1425081600]),
        (["2015-09-02 23:30:00 UTC", "2015-09-03 00:00:00 UTC"], [1441236600, 1441238400]),
        (["Sep 1, 2015", "Oct 1, 2015"], [1441065600, 1443657600]),
        (["42001.5", "42002"], [1419768000, 1419811200]),
        (["1441236600", "1441236601000"], [1441236600, 1441236601]),
        (["2015-09-02", "03.09.2015"], [1441152000, 1441238400]),
    ],
)
def test_that_dates_of_any_form_are_read_and_never_become_1970(imported, texts, seconds):
    lines = "".join(f'1,{row},3,"{text}"\n' for row, text in enumerate(texts))
    assert imported(f"user,item,rating,date\n{lines}")[0].histories.times_N.tolist() == seconds


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("column", "seen", "planned", "dropped"),
    [("status", "completed", "plan_to_watch", "dropped"), ("my_status", 2, 6, 4), ("Shelf", "read", "to-read", "dnf")],
)
def test_that_what_is_only_planned_is_no_entry_and_what_was_given_up_is_disliked(
    tmp_path, column, seen, planned, dropped, kind
):
    rows = [
        {"user": "u", "item": "a", "rating": 9, column: seen},
        {"user": "u", "item": "b", "rating": 0, column: planned},
        {"user": "u", "item": "c", "rating": 0, column: dropped},
        {"user": "v", "item": "d", "rating": 8, column: dropped},
        {"user": "v", "item": "e", "rating": 2, column: dropped},
        {"user": "v", "item": "b", "rating": 7, column: planned},
    ]
    path = tmp_path / f"ratings.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    else:
        path.write_text("\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]))
    options = ImportOptions(given=Given(unrated=(0.0,)))
    dataset, report = drive(import_files([path], options=options, dataset_id="odd"))
    histories = dataset.histories
    found = {
        (dataset.users.id(user), dataset.items.id(item)): rating
        for user, item, rating in zip(
            histories.user_rows_N.tolist(), histories.item_rows_N.tolist(), histories.ratings_N.tolist(), strict=True
        )
    }
    assert found == {("u", "a"): 9, ("u", "c"): 3, ("v", "d"): 3, ("v", "e"): 2, ("v", "b"): 7}
    assert report.skipped == {"only planned, not seen": 1}
    assert report.problems == ()
    assert f"In 3 lines of {path.name} somebody gave a title up; it counts as disliked, 3 or less." in report.notes


def test_that_a_book_that_nobody_read_is_none_of_the_data_set(imported):
    dataset, report = imported(
        "user_id,book_id,is_read,rating,is_reviewed\n1,7,1,5,0\n1,8,0,0,0\n2,7,1,0,0\n2,9,0,4,0\n"
    )
    assert dataset.items.ids == ("7", "9")
    assert np.array_equal(dataset.histories.ratings_N, [5, np.nan, 4], equal_nan=True)
    assert report.layout == "Goodreads interactions"


BODY = "1,10,4\n2,11,3\n3,10,5\n"
USERS = ("1", "2", "3")


@pytest.mark.parametrize(
    ("content", "users"),
    [
        (HEAD + "²,³,4\n" + BODY, (*USERS, "²")),
        ("1,²,4\n1,9,4\n1,12,2\n2,10,3\n3,9,4\n", USERS),
        ("1 ² 3\n1 10 4\n1 12 3\n2 7 4\n3 11 5\n", USERS),
        (f"{'9' * 5_000} 3 3\n" + "1 2 3\n1 4 3\n1 3 5\n" * 3, ("1",)),
        (HEAD + f"1,10,{'9' * 5_000}\n" + BODY, USERS),
        (f"\ufeff{HEAD}\ud800,10,4\n{BODY}".encode("utf-16-le", "surrogatepass"), (*USERS, "\ufffd")),
        (b"user,item,item,rating\n1,10,20,4\n2,11,21,3\n", ("1", "2")),
        (b"user,,item,,rating,\n1,,10,,4,\n2,,11,,3,\n", ("1", "2")),
        *(((mark + HEAD + BODY).encode(encoding), USERS)
          for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be") for mark in ("", "\ufeff")),
    ],
)  # fmt: skip
def test_that_odd_signs_and_encodings_are_read(imported, content, users):
    dataset, report = imported(content)
    assert dataset.users.ids == users
    assert report.rows - sum(report.skipped.values()) - report.duplicates == dataset.entries


@pytest.mark.parametrize("time", ["9" * 5_000, str(2**63), "-" + "9" * 30, "1e999", "99999-01-01"])
def test_that_an_odd_time_is_reported_or_unknown(imported, time):
    dataset, report = imported(f"user,item,rating,timestamp\n1,10,4,978300000\n2,10,4,{time}\n3,10,4,978300001\n")
    times_N = dataset.histories.times_N
    assert times_N is None or set(times_N.tolist()) <= {0, 978300000, 978300001}
    assert report.skipped in ({}, {"time is not a number or a date": 1})


def _zip(*, locked=False, method=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ratings.csv", HEAD + BODY)
    data = bytearray(buffer.getvalue())
    for signature, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(signature) + flags
        data[place] |= locked
        data[place + 2] = data[place + 2] if method is None else method
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\0\0", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\0" * 100, "is empty"),
        (b",,,\n,,,\n", "has no column of people"),
        (b"1", "is no table"),
        (b",".join([b"1"] * 40_000), "has lines of over 65,536 characters"),
        (_zip(locked=True), "is locked with a password"),
        (_zip(method=99), "That compression method is not supported"),
        (_zip(method=12), "is cut short or damaged"),
        (_zip(method=14), "is cut short or damaged"),
        (b"PK\x05\x06" + b"\0" * 18, "looks like an empty zip archive"),
    ],
)
def test_that_what_cannot_be_read_is_a_sentence(imported, content, words):
    with pytest.raises(DataError, match=words):
        imported(content)


def test_that_a_column_may_be_given_a_role_that_another_had(imported):
    text = "date,item,rating\n2005-09-07,10,4\n2005-09-08,11,3\n"
    dataset, _ = imported(text, columns={"user": "1"})
    assert (dataset.users.ids, dataset.histories.times_N) == (("2005-09-07", "2005-09-08"), None)
