"""Large imports before they start, and entries gathered once for several choices."""

from __future__ import annotations

import shutil

import pytest

from engine import operations, stored_files
from engine.data.importing import estimate as estimating
from engine.data.importing.importer import ImportOptions
from engine.data.importing.options import Remaining, Selection
from engine.errors import DataError, LibraryError
from engine.events import Advised, Stop, drive
from engine.operations import importing


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f"{user},{item},{(user + item) % 5 + 1}" for user in range(40) for item in range(user + 1)]
    path.write_text("\n".join(["user,item,rating", *rows]))
    return path


@pytest.fixture
def anything_is_large(monkeypatch):
    monkeypatch.setattr(importing, "LARGE_BYTES", 1)


def test_that_gathered_entries_become_several_data_sets(library, path):
    gathered = drive(operations.gather([path]))
    rules = Selection(most_titles=10, least_per_person=5)
    assert drive(operations.remaining(gathered, rules))[-1] == Remaining(36, 10, 345)
    part = drive(operations.import_gathered(library, gathered, options=ImportOptions(selection=rules, name="Part")))
    whole = drive(operations.import_gathered(library, gathered))
    assert (part.record.people, part.record.titles, part.record.entries) == (36, 10, 345)
    assert part.report["left_out"] == {"people": 4, "titles": 30, "entries": 475}
    assert (whole.record.name, whole.record.entries) == ("mine", 820)
    assert whole.record.fingerprint == drive(operations.import_files(library, [path])).record.fingerprint


def test_that_an_import_with_a_selection_keeps_what_it_leaves(library, path):
    options = ImportOptions(selection=Selection(least_per_title=20))
    imported = drive(operations.import_files(library, [path], options=options))
    assert imported.dataset.titles == 21
    with pytest.raises(DataError, match="Nothing is left of 820 entries"):
        drive(operations.import_files(library, [path], options=ImportOptions(selection=Selection(least_per_title=41))))


@pytest.mark.usefixtures("anything_is_large")
def test_that_a_large_import_is_refused_before_it_starts_where_the_disk_lacks_room(library, path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10, 10, 0))
    heard = []
    with pytest.raises(LibraryError, match=r"A data set of about [\d,]+ ratings could not be written") as refused:
        drive(operations.import_files(library, [path]), on_event=heard.append)
    assert refused.value.facts["need_bytes"] > 0
    assert heard == []


@pytest.mark.usefixtures("anything_is_large")
def test_that_a_person_is_told_where_memory_looks_short(library, path, monkeypatch):
    monkeypatch.setattr(estimating, "available_memory_bytes", lambda: 5 << 20)
    heard = []
    assert drive(operations.import_files(library, [path]), on_event=heard.append).dataset.entries == 820
    (advice,) = [event.words for event in heard if isinstance(event, Advised)]
    assert "5.2 MB are free" in advice


@pytest.mark.usefixtures("anything_is_large")
def test_that_a_large_import_with_room_is_not_talked_about(library, path):
    heard = []
    drive(operations.import_files(library, [path]), on_event=heard.append)
    assert heard
    assert not [event for event in heard if isinstance(event, Advised)]


def test_that_a_stop_while_the_data_set_is_written_leaves_nothing(library, path, monkeypatch):
    monkeypatch.setattr(stored_files, "_WRITTEN_AT_ONCE", 400)
    job = operations.import_files(library, [path])
    while not list((library.home / "datasets").glob(".new-*/ratings.npy")):
        next(job)
    with pytest.raises(Stop):
        job.throw(Stop())
    assert not list((library.home / "datasets").iterdir())
