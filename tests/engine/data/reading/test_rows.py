import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.data.reading.archives import Source
from engine.data.reading.lines import read_blocks, read_rows
from engine.data.reading.rows import read_ratings
from engine.data.reading.sniff import read_pieces, sniff
from engine.errors import DataError

HEADER = "userId,movieId,rating,timestamp\n"


@pytest.fixture
def read(tmp_path):
    """Reads a text as a ratings file in blocks of a few bytes: rows, problems, and how many lines the blocks hold."""

    def read_text(text, *, block_bytes=1 << 20):
        path = tmp_path / "ratings.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        source = Source(path)
        shape = sniff(source)
        rows, problems, lines = [], [], 0
        for block in read_blocks(source, shape, block_bytes=block_bytes):
            found = read_ratings(block, shape, file=source.name)
            times = [None] * len(found.ratings_N) if found.times_N is None else found.times_N.tolist()
            rows += zip(
                found.users_N.to_pylist(), found.items_N.to_pylist(), found.ratings_N.tolist(), times, strict=True
            )
            problems += found.problems
            lines += block.lines
        return rows, problems, lines

    return read_text


def many(count, *, start=1):
    return [f"{user},{user % 7 + 1},{user % 5 + 1},97830{user:04}" for user in range(start, start + count)]


@pytest.mark.parametrize("block_bytes", [7, 64, 1000, 1 << 20])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_that_blocks_of_any_size_give_the_same_rows(read, block_bytes, ending):
    lines = many(300)
    rows, problems, count = read(ending.join([HEADER.strip(), *lines]), block_bytes=block_bytes)
    expected = [tuple(line.split(",")) for line in lines]
    assert [(user, item, str(int(rating)), str(time)) for user, item, rating, time in rows] == expected
    assert (problems, count) == ([], 300)


@pytest.mark.parametrize("block_bytes", [200, 1 << 20])
def test_that_a_text_rating_is_reported_with_its_line(read, block_bytes):
    lines = [HEADER.strip(), *many(6000)]
    lines[5000] = "7,8,great,978300760"
    rows, problems, _ = read("\n".join(lines) + "\n", block_bytes=block_bytes)
    (problem,) = problems
    assert (problem.line, problem.text, problem.reason) == (5001, "7,8,great,978300760", "rating is not a number")
    assert problem.file == "ratings.txt"
    assert len(rows) == 5999


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,2,nan,5", "rating is not finite"),
        ("1,2,-inf,5", "rating is not finite"),
        ("1,2,1e99,5", "rating is not finite"),
        ("1,2,4/x,5", "rating is not a number"),
        (",2,4,5", "no person"),
        ("1, ,4,5", "no title"),
        ("nan,2,4,5", "no person"),
        (" None ,2,4,5", "no person"),
        ("<NA>,NULL,4,5", "no person"),
        ("1,NaN,4,5", "no title"),
        ("1,N/A,4,5", "no title"),
        ("1,2,4", "wrong number of columns"),
        ("1,2,4,5,6", "wrong number of columns"),
        ("1,2,4,yesterday", "time is not a number or a date"),
        ('1,2,"4,978300760', "a quote opens here and does not close"),
        ('1,"20,4,978300760', "a quote opens here and does not close"),
        ('1,2,4,"978300760', "a quote opens here and does not close"),
    ],
)
def test_that_each_unusable_line_is_left_out_with_its_reason(read, line, reason):
    lines = [HEADER.strip(), *many(250), line, *many(30)]
    rows, problems, _ = read("\n".join(lines) + "\n")
    assert [(problem.line, problem.text, problem.reason) for problem in problems] == [(252, line, reason)]
    assert len(rows) == 280


def test_that_blank_lines_are_no_problem_but_count_as_lines(read):
    rows, problems, _ = read(f"\n{HEADER}\n" + "\n".join(many(250)) + "\n\n\n1,2,x,4\n")
    assert len(rows) == 250
    assert [problem.line for problem in problems] == [256]


def test_that_the_line_is_right_after_quoted_line_breaks(read):
    comments = [f'{user},1,4,"so\nso ""{user}"""' for user in range(100)]
    rows, problems, _ = read("userId,movieId,rating,comment\n" + "\n".join(comments) + "\n1,2,bad,x\n", block_bytes=90)
    assert len(rows) == 100
    assert [(problem.line, problem.text) for problem in problems] == [(202, "1,2,bad,x")]


def test_that_a_blank_rating_is_seen_and_not_rated(read):
    rows, problems, _ = read(HEADER + "1,2,,5\n1,3, ,5\n1,4,NULL,5\n1,5,4,5\n")
    assert [np.isnan(rating) for _, _, rating, _ in rows] == [True, True, True, False]
    assert problems == []


def test_that_decimal_commas_are_read_and_mixing_is_tolerated(read):
    rows, problems, _ = read("user;item;rating\n" + "1;2;3,5\n" * 220 + "1;3;4.5\n1;4;2\n")
    assert [rating for _, _, rating, _ in rows[-3:]] == [3.5, 4.5, 2.0]
    assert problems == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2005-09-06", 1125964800),
        ("2005-09-06 12:00:00", 1126008000),
        ("2005-09-06T12:00:00Z", 1126008000),
        ("2005-09-06T12:00:00+02:00", 1126000800),
        ("978300760.9", 978300760),
    ],
)
def test_that_times_are_read_on_the_good_path_and_off_it(read, text, seconds):
    good = f"1,2,3,{text}\n" * 3
    assert {time for *_, time in read(HEADER + good)[0]} == {seconds}
    assert {time for *_, time in read(f"{HEADER}{good}1,2,x,{text}\n")[0]} == {seconds}


def test_that_leading_zeros_and_letters_stay_part_of_an_id(read):
    rows, _, _ = read('"User-ID";"ISBN";"Book-Rating"\n"1";"034545104X";"0"\n"2";"0155061224";"5"\n')
    assert [item for _, item, *_ in rows] == ["034545104X", "0155061224"]


def test_that_runs_of_spaces_separate_once(read):
    rows, problems, _ = read("  1   31  2.5\n  1 1029  3.0\n 22    7  4.5 \n")
    assert [row[:3] for row in rows] == [("1", "31", 2.5), ("1", "1029", 3.0), ("22", "7", 4.5)]
    assert problems == []


def test_that_double_colons_are_read_and_shown_in_problems(read):
    rows, problems, _ = read("1::1193::5::978300760\n1::661::3::978302109\n1::914::good::978301968\n")
    assert len(rows) == 2
    assert problems[0].text == "1::914::good::978301968"


def test_that_utf16_is_read(read):
    rows, _, _ = read(("\ufeff" + HEADER + "é,2,3,4\n").encode("utf-16-le"), block_bytes=3)
    assert rows == [("é", "2", 3.0, 4)]


def test_that_a_line_without_end_is_refused_before_memory_is_full(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_bytes(b"user,item,rating\n" + b"1,2,3\n" * 50_000 + b"9" * (36 << 20))
    source = Source(path)
    with pytest.raises(DataError, match="after line 50,001, as no ratings file has"):
        list(read_blocks(source, sniff(source)))


def test_that_a_small_file_gives_rows_with_their_lines(tmp_path):
    path = tmp_path / "movies.csv"
    path.write_bytes('\ufeffmovieId,title\n1,"Matrix, The (1999)"\n\n2,"Two\nlines"\n3,Amélie\n'.encode())
    source = Source(path)
    assert list(read_rows(source, sniff(source))) == [
        (2, ["1", "Matrix, The (1999)"]),
        (4, ["2", "Two\nlines"]),
        (6, ["3", "Amélie"]),
    ]


def test_that_single_colons_belong_to_a_cell_where_two_delimit(read):
    rows, problems, _ = read(("1::a:b::3::978300760\n" * 2 + "1::c::4::978300761\n") * 2)
    assert [row[1] for row in rows] == ["a:b", "a:b", "c"] * 2
    assert problems == []


def test_that_single_colons_do_not_delimit_where_two_do(read):
    rows, problems, _ = read(
        "1::2::3::978300760\n1::7::4::978300760\n1::3::3::978300760\n1:2:3:4:5:6:7\n2::2::4::978300761\n"
    )
    assert len(rows) == 4
    assert [(problem.line, problem.text, problem.reason) for problem in problems] == [
        (4, "1:2:3:4:5:6:7", "wrong number of columns")
    ]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user": ""}, "no person"),
        ({"item": " "}, "no title"),
        ({"item": "x" * 1001}, "id of over 1,000 characters"),
        ({"rating": "4/x"}, "rating is not a number"),
        ({"rating": "-inf"}, "rating is not finite"),
        ({"rating": "5.5"}, "rating is outside of the scale"),
        ({"timestamp": "soon"}, "time is not a number or a date"),
        ({"user": "", "rating": "x", "timestamp": "soon"}, "no person"),
        ({"rating": "x", "timestamp": "soon"}, "time is not a number or a date"),
    ],
)
def test_that_a_row_is_refused_for_the_same_reason_in_every_kind_of_file(tmp_path, kind, change, reason):
    rows = [
        {"userId": str(row), "movieId": str(row % 7 + 1), "rating": str(row % 5 + 1), "timestamp": "978300760"}
        for row in range(300)
    ]
    names = {"user": "userId", "item": "movieId"}
    rows.append(rows[0] | {names.get(role, role): text for role, text in change.items()})
    path = tmp_path / f"ratings.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    else:
        path.write_text("\n".join([HEADER.strip(), *(",".join(row.values()) for row in rows)]))
    source = Source(path)
    pieces = list(read_pieces(source, sniff(source)))
    (problem,) = (problem for piece in pieces for problem in piece.block.problems)
    assert problem.reason == reason
    assert problem.line == (302 if kind == "csv" else 301)
    assert sum(len(piece.block.ratings_N) for piece in pieces) == 300
