"""A table of pairs in any dialect gives the same pairs, each with its line; or a sentence."""

from __future__ import annotations

import gzip

import pytest

from engine.data.reading import lines
from engine.data.reading.lines import NotUtf8Error
from engine.data.reading.pairs_file import open_pairs
from engine.errors import DataError


def pairs_in(path):
    found = []
    for piece in open_pairs(path).pieces():
        found += zip(piece.users_P.to_pylist(), piece.items_P.to_pylist(), piece.lines_P.tolist(), strict=True)
    return found


def skipped_in(path):
    return [line for piece in open_pairs(path).pieces() for line in piece.skipped]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("user,item\n1,31\n2,40\n", 2),
        ("userId;movieId\n1;31\n2;40\n", 2),
        ("1\t31\n2\t40\n", 1),
        ("1 31\n2 40\n", 1),
        ("1::31\n2::40\n", 1),
        ("item,user\n31,1\n40,2\n", 2),
        ("user,item,rating,timestamp\n1,31,5,978300760\n2,40,3,978300761\n", 2),
        ("user_id:token\titem_id:token\n1\t31\n2\t40\n", 2),
        ('user,item\r\n" 1","31"\r\n2,40\r\n', 2),
    ],
)
def test_that_any_dialect_gives_the_same_pairs(tmp_path, text, first):
    path = tmp_path / "pairs.csv"
    path.write_bytes(text.encode())
    assert pairs_in(path) == [("1", "31", first), ("2", "40", first + 1)]


def test_that_ids_of_words_without_column_names_are_pairs_too(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("ann,alien\nbob,brazil\n")
    assert pairs_in(path) == [("ann", "alien", 1), ("bob", "brazil", 2)]


def test_that_a_packed_file_is_read_in_place(tmp_path):
    path = tmp_path / "pairs.csv.gz"
    path.write_bytes(gzip.compress(b"user,item\n1,31\n"))
    assert pairs_in(path) == [("1", "31", 2)]


def test_that_blank_lines_do_not_shift_the_numbers_of_lines(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n1,31\n\n\n2,40\n")
    assert pairs_in(path) == [("1", "31", 2), ("2", "40", 5)]


def test_that_a_line_of_another_width_is_left_out_and_its_number_kept(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n1,31\nalone\n1,2,3\n2,40\n")
    assert pairs_in(path) == [("1", "31", 2), ("2", "40", 5)]
    assert skipped_in(path) == [3, 4]


def test_that_numbers_of_lines_go_on_from_block_to_block(tmp_path, monkeypatch):
    monkeypatch.setitem(lines.read_blocks.__kwdefaults__, "block_bytes", 64)
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n" + "".join(f"{n},{n + 1}\n" for n in range(100)))
    assert pairs_in(path) == [(str(n), str(n + 1), n + 2) for n in range(100)]


def test_that_a_file_that_is_not_utf_8_further_down_is_read_as_western(tmp_path, monkeypatch):
    monkeypatch.setitem(lines.read_blocks.__kwdefaults__, "block_bytes", 4096)
    path = tmp_path / "pairs.csv"
    path.write_bytes(b"user,item\n" + b"1,31\n" * 60_000 + "Zo\xe9,40\n".encode("cp1252"))
    file = open_pairs(path)
    with pytest.raises(NotUtf8Error):
        list(file.pieces())
    assert [piece.users_P[-1].as_py() for piece in file.as_western().pieces()][-1] == "Zo\xe9"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("user,rating\n1,5\n2,4\n", "pairs.csv has no column of titles; its columns are: user, rating."),
        ("a,b,c\n1,2,3\n4,5,6\n", "has no column of people and none of titles"),
        ("", "is empty"),
        ("lonely\nwords\n", "is no table"),
    ],
)
def test_that_a_file_without_pairs_is_refused_with_a_sentence(tmp_path, text, sentence):
    path = tmp_path / "pairs.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=sentence):
        open_pairs(path)


def test_that_a_folder_is_no_file_of_pairs(tmp_path):
    with pytest.raises(DataError, match="is a folder"):
        open_pairs(tmp_path)


def test_that_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        open_pairs(tmp_path / "pairs.csv")
