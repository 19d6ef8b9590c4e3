"""A full disk and a home that may only be read: it opens for reading and deleting, and what is not stored is named.

Each part runs in a process with a small disk of its own, where the system lets it have one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.library.room import Room

SUPPORT = Path(__file__).parents[2] / "support"
PLANTED_ENTRIES = 1000 * 13
OWN_DISK = ["unshare", "--mount", *([] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["--map-root-user"])]


def can_have_a_disk() -> bool:
    if shutil.which("unshare") is None:
        return False
    asked = [*OWN_DISK, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(asked, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    """What each step gave, by part: see `full_disk_process`. It takes a few seconds, most of them to import torch."""
    if not can_have_a_disk():
        pytest.skip("no disk of its own can be had here")
    command = [*OWN_DISK, sys.executable, str(SUPPORT / "full_disk_process.py"), str(tmp_path_factory.mktemp("disks"))]
    path = os.pathsep.join((str(SUPPORT), str(SUPPORT.parents[1])))
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("part", ["full", "full without held room"])
@pytest.mark.thorough
def test_that_on_a_full_disk_all_can_be_seen_and_deleted_and_what_is_not_stored_is_named(found, part):
    found = found[part]
    assert found["listed"] == ["Films 2", "Films 1", "Films 0", "two_head 1"]
    assert found["opened"] == PLANTED_ENTRIES
    for step, what in (("many rated", "The ratings of Me"), ("trained", "The run "), ("imported", "The data set More")):
        name, words, not_stored, is_full = found[step]
        assert (name, is_full) == ("NotStoredError", True)
        assert "the disk is full" in words
        assert not_stored.startswith(what)
    assert found["ratings"] == [4.0]
    assert found["deleted"] is None
    assert found["listed then"] == ["Films 2", "Films 0", "two_head 1"]
    assert found["left"] == []
    assert found["listed at last"] == ["Films 2", "Films 0"]
    assert found["with room"] is None
    assert found["folders"] == ["d0", "d2"]


def test_that_with_the_room_held_back_a_deletion_is_undone_and_then_makes_room_for_a_rating(found):
    found = found["full"]
    assert found["brought back"] == "Films 1"
    assert (found["deleted again"], found["run deleted"], found["rated"]) == (None, None, None)
    assert found["ratings then"] == found["ratings at last"] == [5.0]


def test_that_a_home_that_may_only_be_read_is_read_and_written_as_soon_as_it_may_be(found):
    found = found["read only"]
    assert "could not be" in found["why"]
    assert found["listed"] == ["Films 2", "Films 1", "Films 0", "two_head 1"]
    assert (found["ratings"], found["opened"], found["weights"]) == ([5.0], PLANTED_ENTRIES, 1.5)
    for step, what in (
        ("deleted", "The deletion of Films 1"),
        ("rated", "The ratings of Me"),
        ("trained", "The run "),
        ("checkpoint", "The checkpoint"),
    ):
        name, _, not_stored, is_full = found[step]
        assert (name, is_full) == ("NotStoredError", False)
        assert not_stored.startswith(what)
    assert found["rated then"] is None
    assert found["ratings then"] == [5.0, 5.0]


def test_that_room_is_held_back_and_used_only_where_it_is_urgent(tmp_path, monkeypatch):
    free, emptied = [100 << 20], []
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(1 << 30, 0, free[0]))
    room = Room(tmp_path, empty_trash=lambda: len(emptied) or emptied.append(1) or 1)
    room.hold()
    assert (tmp_path / "room").stat().st_size == 1 << 20
    room.make()
    assert (tmp_path / "room").exists()
    assert emptied == []
    free[0] = 1000
    room.make()
    assert (tmp_path / "room").exists()
    assert emptied == [1]
    room.make(is_urgent=True)
    assert not (tmp_path / "room").exists()
