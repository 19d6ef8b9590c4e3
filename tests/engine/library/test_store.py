"""One folder, one process at a time, and what is said where that folder cannot be used."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.data.profiles import Profile
from engine.errors import LibraryError, NotStoredError
from engine.library import database
from engine.library.database import Database
from engine.library.home import home_of
from engine.library.schema import MIGRATIONS
from engine.library.store import Library


def test_that_a_second_opening_says_who_has_the_folder(library, home):
    with pytest.raises(LibraryError, match=rf"in use by a test \(process {os.getpid()}, since") as refused:
        Library.open(home, who="another")
    assert refused.value.facts["pid"] == os.getpid()
    assert "--home" in refused.value.remedy


def test_that_another_process_is_refused_and_the_first_one_goes_on(library, home):
    code = f"from engine.library.store import Library; Library.open({str(home)!r}, who='x')"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert other.returncode == 1
    assert "is in use by a test" in other.stderr
    assert library.profiles.default().name == "Me"


def test_that_a_closed_library_opens_again(home):
    Library.open(home, who="first").close()
    with Library.open(home, who="second") as library:
        assert library.home == home


def test_that_a_killed_process_leaves_no_lock(home):
    code = (
        "import sys; from engine.library.store import Library\n"
        f"library = Library.open({str(home)!r}, who='the killed one')\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "open"
        with pytest.raises(LibraryError, match=rf"in use by the killed one \(process {process.pid}, since"):
            Library.open(home, who="next")
        process.kill()
    assert process.returncode != 0, "it ended by itself"
    with Library.open(home, who="next") as library:
        assert library.home == home


def test_that_the_environment_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DESKTOP_REC_HOME", str(tmp_path / "there"))
    assert home_of(None) == tmp_path / "there"
    assert home_of(tmp_path / "given") == tmp_path / "given"


def test_that_a_folder_of_a_newer_version_is_refused(home):
    Library.open(home, who="a test").close()
    (home / "format.json").write_text(json.dumps({"kind": "library", "format": 99}))
    with pytest.raises(LibraryError, match="newer version"):
        Library.open(home, who="a test")


def test_that_records_of_a_newer_version_are_refused(home):
    Library.open(home, who="a test").close()
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match=r"newer version.*schema 99"):
        Library.open(home, who="a test")


def test_that_a_home_that_is_a_file_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="could not be written"):
        Library.open(tmp_path / "file" / "home", who="a test")


def test_that_migrations_build_on_each_other_and_a_failed_one_leaves_things_as_they_were(tmp_path):
    path = tmp_path / "library.sqlite"
    Database(path, migrations=MIGRATIONS)
    more = (*MIGRATIONS, ("CREATE TABLE hidden (item_id TEXT)", "ALTER TABLE runs ADD COLUMN note TEXT"))
    broken = (*more, ("CREATE TABLE half (a)", "this is no SQL"))
    with pytest.raises(LibraryError):
        Database(path, migrations=broken)
    kept = Database(path, migrations=more)
    assert kept.rows("SELECT item_id FROM hidden") == []
    assert kept.rows("PRAGMA user_version")[0][0] == len(more)
    assert not kept.rows("SELECT 1 FROM sqlite_master WHERE name = 'half'")


def test_that_records_held_by_another_program_are_a_sentence(library, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE_S", 0.05)
    other = sqlite3.connect(library.home / "library.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotStoredError, match=r"ratings of Me could not be stored: another program holds .*sqlite"):
        library.profiles.save(Profile("me", "Me"))
    other.execute("ROLLBACK")
    other.close()
    library.profiles.save(Profile("me", "Me"))


def test_that_a_transaction_that_fails_keeps_nothing(library):
    def half_way() -> None:
        with Database(library.home / "library.sqlite").transaction() as connection:
            connection.execute("INSERT INTO profiles VALUES ('a', 'A', '', '', 0)")
            connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(LibraryError, match="no such table"):
        half_way()
    assert library.profiles.records() == ()


def test_that_the_disk_use_is_counted(library, planted, report):
    before = library.disk_use()
    library.datasets.save(planted, report)
    assert library.disk_use() > before + planted.entries * 8


def test_that_opening_a_library_imports_no_torch(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from engine.library.store import Library;"
        f"Library.open(Path({str(tmp_path / 'h')!r}), who='x'); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


def test_that_a_full_disk_is_said_where_sqlite_only_says_disk_error(library, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10, 10, 0))
    said = database._refused(library.home / "library.sqlite", sqlite3.OperationalError("disk I/O error"), "The rating")
    assert "the disk is full" in said.what


def test_that_reading_needs_no_room_while_the_library_is_open(library):
    beside = [library.home / f"library.sqlite-{part}" for part in ("wal", "shm")]
    library.runs.records()
    assert all(path.exists() for path in beside), "SQLite makes these anew for a first connection, which takes room"
    library.close()
    assert not any(path.exists() for path in beside)


def test_that_what_cannot_be_recorded_leaves_no_folder(library, planted, report, monkeypatch):
    def full(self, what, *, is_urgent):
        raise LibraryError("The records could not be used: the disk is full.")

    monkeypatch.setattr(Database, "transaction", full)
    with pytest.raises(LibraryError, match="the disk is full"):
        library.datasets.save(planted, report)
    assert list((library.home / "datasets").iterdir()) == []


def test_that_opening_emptying_and_repairing_are_logged_and_no_handler_is_configured(home, planted, report, caplog):
    caplog.set_level("INFO", logger="engine")
    with Library.open(home, who="a test") as library:
        library.datasets.save(planted, report)
        library.datasets.delete("planted")
    (home / "datasets" / ".new-half").mkdir()
    Library.open(home, who="a test").close()
    for words in ("Opened the library", "Brought library.sqlite to schema", "Saved the data set planted",
                  "Emptied the trash of datasets: planted", "Removed the unfinished folder .new-half"):  # fmt: skip
        assert words in caplog.text
    assert {record.name.split(".")[0] for record in caplog.records} == {"engine"}
    assert str(home) not in caplog.text
    assert logging.getLogger("engine").handlers == []
