"""A file is there in full, or the one before it still is."""

from __future__ import annotations

import errno
import os

import pyarrow as pa
import pytest

from engine.data.whole_file import refuse_same, whole_file, write_csv_part
from engine.errors import DataError


def fail_after(path, content, error):
    """Write something, then fail."""
    with whole_file(path) as file:
        file.write(content)
        raise error


def test_that_a_file_takes_its_place_only_when_it_is_whole(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before")
    with whole_file(path) as file:
        file.write(b"after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_that_an_error_leaves_the_former_file_and_nothing_else(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(RuntimeError):
        fail_after(path, b"half", RuntimeError())
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("out.csv", "before")]


def test_that_a_full_disk_is_reported_in_a_sentence(tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(DataError, match=r"out\.csv could not be written: the disk is full"):
        fail_after(tmp_path / "out.csv", b"half", full)
    assert not list(tmp_path.iterdir())


def test_that_a_missing_folder_is_reported_before_anything_is_done(tmp_path):
    with pytest.raises(DataError, match="there is no folder"), whole_file(tmp_path / "nowhere" / "out.csv"):
        pytest.fail("nothing is to be computed for a file that cannot be written")


def test_that_a_folder_is_no_place_for_a_file(tmp_path):
    with pytest.raises(DataError, match="is a folder"), whole_file(tmp_path):
        pytest.fail("nothing is to be computed for a file that cannot be written")


def test_that_a_result_does_not_take_the_place_of_what_it_is_made_from(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("1,2")
    with pytest.raises(DataError, match="is the file that is read"):
        refuse_same(tmp_path / "." / "pairs.csv", as_read=path)
    refuse_same(tmp_path / "other.csv", as_read=path)


def test_that_texts_stand_in_quotes_only_where_some_need_them(tmp_path):
    path = tmp_path / "out.csv"
    with whole_file(path) as file:
        write_csv_part(file, {"user": pa.array(["1", "2"]), "rating": pa.array([4.5, None])})
        write_csv_part(file, {"user": pa.array(["a,b", 'c"d']), "rating": pa.array([1.0, 2.0])})
    assert path.read_text() == '1,4.5\n2,\n"a,b",1\n"c""d",2\n'
