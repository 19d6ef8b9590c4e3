"""Copies of the records: when they are made, which are kept, and how a damaged file is made anew from them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from stored_runs import finished_run

from engine.data.profiles import Profile, ProfileEntry
from engine.errors import DamagedRecordsError
from engine.library.copies import Copies
from engine.library.database import Database
from engine.library.store import Library

HEAT, SABRINA = (
    ProfileEntry("6", "Heat", 1995, 4.0),
    ProfileEntry("7", 'Sabrina, "the" one\nand only', 1995, None, on=False),
)
CASINO, NIXON = ProfileEntry("16", "Casino", 1995, None), ProfileEntry("", '"Nixon", or so', 1995, None)
ME = Profile("me", "Me, myself", (HEAT, SABRINA), (CASINO,), (NIXON,))


def furnish(home: Path, planted, report) -> str:
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
        library.profiles.save(ME)
        return finished_run(library, planted)


def copies_in(home: Path, kind: str = "*") -> list[str]:
    return sorted(path.name for path in (home / "copies").glob(kind))


def zero_a_page(path: Path, number: int) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * number : 4096 * (number + 1)] = bytes(4096)
    path.write_bytes(content)


def page_of(path: Path, table: str) -> int:
    """The root page of a table, from 0."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0] - 1


DAMAGES = {
    "nonsense": lambda path: path.write_bytes(b"no database at all, " * 100),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "emptied": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "without its header": lambda path: path.write_bytes(bytes(100) + path.read_bytes()[100:]),
    "without the ratings": lambda path: zero_a_page(path, page_of(path, "ratings")),
    "without the schema": lambda path: zero_a_page(path, 0),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_that_damaged_records_are_set_aside_and_made_anew(home, planted, report, damage):
    run_id = furnish(home, planted, report)
    path = home / "library.sqlite"
    DAMAGES[damage](path)
    left = path.read_bytes() if path.exists() else b""
    with Library.open(home, who="second") as library:
        assert library.profiles.load("me") == ME
        assert [record.name for record in library.datasets.records()] == ["Planted"]
        assert library.runs.load(run_id).record.status == "finished"
        assert library.notices[0].startswith("library.sqlite was damaged (")
        assert "takes its place" in library.notices[0]
    (aside,) = home.glob("library.sqlite.damaged-*")
    assert aside.read_bytes() == left
    with Library.open(home, who="third") as library:
        assert library.notices == ()
        assert library.profiles.load("me") == ME


def test_that_what_came_after_the_copy_is_found_in_folders_and_in_the_table_of_ratings(home, planted, report):
    furnish(home, planted, report)
    clock = [0.0]
    with Library.open(home, who="second") as library:
        library._copies._clock = lambda: clock[0]
        library._copies._made_at = dict.fromkeys(("records", "ratings"), 0.0)
        clock[0] = 61.0
        library.datasets.save(replace(planted, dataset_id="later", name="Later"), report)
        for path in (home / "copies").glob("records-*"):
            path.rename(path.with_name("records-20260501-120000.sqlite"))
        library.profiles.save(Profile("new", "Somebody", (), (CASINO,)))
        clock[0] = 122.0
        library.profiles.save(Profile("me", "Me", (replace(HEAT, rating=2.0),), (NIXON, CASINO)))
        library._copies.make = lambda path: None  # killed: no copy at the end
    DAMAGES["nonsense"](home / "library.sqlite")
    with Library.open(home, who="third") as library:
        me = library.profiles.load("me")
        assert (me.entries, me.saved, me.not_for_me) == ((replace(HEAT, rating=2.0),), (NIXON, CASINO), ())
        assert library.profiles.load("new").saved == (CASINO,)
        assert {record.name for record in library.datasets.records()} == {"Planted", "Later"}
        assert len(library.runs.records()) == 1


def test_that_without_any_copy_folders_are_read_and_ratings_where_they_can_be(home, planted, report):
    furnish(home, planted, report)
    for path in (home / "copies").iterdir():
        path.unlink()
    zero_a_page(home / "library.sqlite", page_of(home / "library.sqlite", "runs"))
    with Library.open(home, who="second") as library:
        assert "there is no copy" in library.notices[0]
        assert library.profiles.load("me") == ME
        assert [record.name for record in library.datasets.records()] == ["Planted"]
        assert [record.name for record in library.runs.records()] == ["two_head 1"]


def test_that_a_table_of_ratings_of_before_there_were_lists_is_read(home, planted, report):
    furnish(home, planted, report)
    for path in (home / "copies").iterdir():
        path.unlink()
    columns = "profile_id,name,item_id,title,year,rating,is_on,rated_at"
    table = home / "copies" / "ratings-20260501-120000.csv"
    table.write_text(f"{columns}\nme,Me,6,Heat,1995,4.0,1,2026-05-01T00:00:00+00:00\n")
    DAMAGES["nonsense"](home / "library.sqlite")
    with Library.open(home, who="second") as library:
        assert library.profiles.load("me") == Profile("me", "Me", (HEAT,))


def test_that_lists_are_read_of_damaged_records_without_ratings(home, planted, report):
    furnish(home, planted, report)
    for path in (home / "copies").iterdir():
        path.unlink()
    zero_a_page(home / "library.sqlite", page_of(home / "library.sqlite", "ratings"))
    with Library.open(home, who="second") as library:
        me = library.profiles.load("me")
        assert (me.entries, me.saved, me.not_for_me) == ((), (CASINO,), (NIXON,))


def test_that_a_copy_that_is_damaged_too_is_passed_over(home, planted, report):
    furnish(home, planted, report)
    (home / "copies" / "records-29990101-000000.sqlite").write_bytes(b"nonsense")
    DAMAGES["nonsense"](home / "library.sqlite")
    with Library.open(home, who="second") as library:
        assert library.profiles.load("me") == ME


def test_that_records_of_a_new_library_are_no_damage(home):
    Library.open(home, who="first").close()
    with Library.open(home, who="second") as library:
        assert library.notices == ()
    assert not list(home.glob("*.damaged-*"))


def test_that_damage_found_later_says_that_opening_again_mends_it(library):
    library.profiles.save(ME)
    library._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    zero_a_page(library.home / "library.sqlite", page_of(library.home / "library.sqlite", "ratings"))
    with pytest.raises(DamagedRecordsError, match="open it again: it then mends the records from their last copy"):
        library.profiles.load("me")


def test_that_a_copy_is_made_at_the_opening_and_at_the_end_where_something_changed(home):
    with Library.open(home, who="first") as library:
        assert len(copies_in(home, "records-*")) == 1
        for path in (home / "copies").iterdir():
            path.rename(path.with_name(path.name.replace(path.stem, f"{path.stem[:7]}-20260501-120000")))
        library.profiles.save(ME)
    assert len(copies_in(home, "records-*")) == len(copies_in(home, "ratings-*")) == 2
    before = copies_in(home)
    Library.open(home, who="second").close()
    assert copies_in(home) == before
    table = (home / "copies" / copies_in(home, "ratings-*")[-1]).read_text(encoding="utf-8")
    assert table.startswith("profile_id,name,item_id,title,year,rating,is_on,rated_at")
    assert '"Sabrina, ""the"" one\nand only",1995,,0,' in table


def test_that_changes_are_copied_when_it_is_due(tmp_path):
    clock = [0.0]
    copies = Copies(tmp_path / "copies", clock=lambda: clock[0])
    database = Database(tmp_path / "library.sqlite")
    made = []
    copies._write = lambda kind, content: made.append((clock[0], kind))  # type: ignore[method-assign]
    for second in (0, 1, 59, 61, 120, 122, 599, 601, 602):
        clock[0] = float(second)
        copies.after_change(database.path)
    assert made == [
        (0, "records"), (0, "ratings"), (61, "ratings"), (122, "ratings"), (599, "ratings"), (601, "records")
    ]  # fmt: skip
    copies.make(database.path)
    assert made[-2:] == [(602, "records"), (602, "ratings")]


def test_that_the_last_copies_and_the_last_of_each_of_the_last_days_are_kept(tmp_path):
    copies = Copies(tmp_path)
    days = ("20260425", "20260426", "20260427", "20260428", "20260429", "20260430")
    for day in days:
        for hour in ("090000", "170000"):
            (tmp_path / f"records-{day}-{hour}.sqlite").write_bytes(b"x")
    (tmp_path / "my notes.txt").write_text("x")
    Database(tmp_path / "library.sqlite").close()
    copies.make(tmp_path / "library.sqlite")
    kept = [path.name[8:-7] for path in sorted(tmp_path.glob("records-*"))]
    assert kept[:-1] == ["20260426-170000", "20260427-170000", "20260428-170000", "20260429-170000",
                         "20260430-090000", "20260430-170000"]  # fmt: skip
    assert (tmp_path / "my notes.txt").exists()


def test_that_records_changed_by_something_else_while_closed_are_said_to_be(home):
    with Library.open(home, who="first") as library:
        library.profiles.save(ME)
    with closing(sqlite3.connect(home / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE ratings SET rating = 2.0")
    with Library.open(home, who="second") as library:
        assert library.profiles.load("me").entries[0].rating == 2.0
        assert library.notices[0].startswith("library.sqlite was changed since it was closed, and not by Desktop Rec.")
    with Library.open(home, who="third") as library:
        assert library.notices == ()


def test_that_damaged_records_take_no_copys_place(tmp_path):
    path = tmp_path / "library.sqlite"
    database = Database(path)
    with database.transaction() as connection:
        connection.executemany("INSERT INTO profiles VALUES (?, 'x', '', '', 0)", [(f"p{n}",) for n in range(500)])
    database.close()
    zero_a_page(path, page_of(path, "profiles"))
    Copies(tmp_path / "copies").make(path)
    assert not (tmp_path / "copies").exists()
