"""What a program has open for a moment is waited for; for long, it is named as the cause, and nothing is half done."""

import os
import threading

import files_in_use
import pytest

from engine import renaming
from engine.data.whole_file import write_table
from engine.errors import DataError, NotStoredError
from engine.library.folders import replace_text

_IN_USE = PermissionError(13, "in use")
_IN_USE.winerror = 32


@pytest.fixture
def refused(monkeypatch):
    """How often renaming is refused from now on, because a file is in use."""
    plain, left = os.replace, [0]

    def replace(source, target):
        if left[0] > 0:
            left[0] -= 1
            raise _IN_USE
        plain(source, target)

    monkeypatch.setattr(os, "replace", replace)
    return left


def test_that_a_file_in_use_for_a_moment_is_waited_for(tmp_path, refused):
    refused[0] = 3
    replace_text(tmp_path / "note", "new", what="The note")
    assert (tmp_path / "note").read_text() == "new"


def test_that_a_file_in_use_for_long_is_named_with_the_likely_cause_and_keeps_its_content(
    tmp_path, refused, monkeypatch
):
    monkeypatch.setattr(renaming, "PATIENCE_S", 0.1)
    table = tmp_path / "list.csv"
    write_table(table, ["title"], [["Alien"]])
    refused[0] = 1000
    with pytest.raises(DataError, match="could not be written") as raised:
        write_table(table, ["title"], [["Heat"]])
    assert "spreadsheet" in raised.value.remedy
    with pytest.raises(NotStoredError) as stored:
        replace_text(tmp_path / "note", "new", what="The note")
    assert "close it there" in stored.value.remedy
    assert table.read_text() == "title\nAlien\n"
    assert os.listdir(tmp_path) == ["list.csv"]


def test_that_other_refusals_are_not_waited_for(tmp_path, monkeypatch):
    calls = []

    def refuse(source, target):
        calls.append(source)
        raise PermissionError(13, "not yours")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        renaming.replace(tmp_path / "a", tmp_path / "b")
    assert len(calls) == 1


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc, to see which files are open")
def test_that_what_is_open_is_waited_for_under_the_rule_of_windows(tmp_path):
    path = tmp_path / "open.txt"
    file = path.open("w")
    assert files_in_use.held_under(tmp_path) == [str(path)]
    timer = threading.Timer(0.3, file.close)
    timer.start()
    with files_in_use.refusing():
        renaming.unlink(path)
    timer.join()
    assert not path.exists()
