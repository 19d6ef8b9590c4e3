"""What all stores share: finding, renaming, deleting and bringing back, and what changed since."""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import pytest
from stored_runs import a_sweep, finished_run, plan_for, state_of, trained

from engine.data.profiles import Profile, ProfileEntry
from engine.errors import LibraryError
from engine.library.database import Database
from engine.library.schema import MIGRATIONS
from engine.library.searches import SearchRow
from engine.library.store import Library


@dataclass
class Stored:
    """A record of one of the stores, and where its folder lies."""

    store: Any
    record_id: str
    folder: str | None


@pytest.fixture(params=["datasets", "runs", "searches", "sweeps", "profiles"])
def stored(request, library, planted, report) -> Stored:
    store = getattr(library, request.param)
    if request.param == "datasets":
        return Stored(store, store.save(planted, report).dataset_id, "datasets")
    if request.param == "runs":
        return Stored(store, finished_run(library, planted), "runs")
    if request.param == "searches":
        rows = [SearchRow(1, (("rank", 4),))]
        return Stored(store, store.begin(planted, model="mf", monitor="rmse", plan={}, rows=rows).search_id, None)
    if request.param == "sweeps":
        return Stored(store, store.add(planted, a_sweep()).sweep_id, None)
    store.save(Profile("me", "Me", (ProfileEntry("6", "Heat", 1995, 4.0),)))
    return Stored(store, "me", None)


def test_that_a_record_is_deleted_and_comes_back_as_it_was(stored):
    before = stored.store.find(stored.record_id)
    stored.store.delete(stored.record_id)
    assert stored.store.records() == ()
    with pytest.raises(LibraryError, match="There is no"):
        stored.store.find(stored.record_id)
    assert stored.store.restore(stored.record_id) == before
    assert stored.store.records() == (before,)


def test_that_deleting_or_restoring_twice_is_a_sentence_and_loses_nothing(stored):
    before = stored.store.find(stored.record_id)
    stored.store.delete(stored.record_id)
    with pytest.raises(LibraryError, match="There is no"):
        stored.store.delete(stored.record_id)
    stored.store.restore(stored.record_id)
    with pytest.raises(LibraryError, match=rf"{before.name} is not in the trash: it is there already"):
        stored.store.restore(stored.record_id)
    assert stored.store.records() == (before,)


def test_that_restoring_after_the_folder_is_gone_is_a_sentence_and_works_once_it_is_back(library, stored):
    if stored.folder is None:
        pytest.skip("has no folder")
    before = stored.store.find(stored.record_id)
    stored.store.delete(stored.record_id)
    trashed = library.home / "trash" / stored.folder / stored.record_id
    trashed.rename(library.home / "elsewhere")
    with pytest.raises(LibraryError, match=r"cannot be brought back: its folder .* is gone"):
        stored.store.restore(stored.record_id)
    assert stored.store.records() == ()
    (library.home / "elsewhere").rename(trashed)
    assert stored.store.restore(stored.record_id) == before


def test_that_what_was_forgotten_is_a_sentence_wherever_it_is_used(stored):
    stored.store.delete(stored.record_id)
    stored.store.forget(stored.record_id)
    with pytest.raises(LibraryError, match="is not in the trash any more"):
        stored.store.restore(stored.record_id)
    for use in (stored.store.find, stored.store.delete):
        with pytest.raises(LibraryError, match="There is no"):
            use(stored.record_id)


def test_that_a_record_is_renamed_and_an_empty_name_is_refused(stored):
    assert stored.store.rename(stored.record_id, "  Another ").name == "Another"
    with pytest.raises(LibraryError, match="needs a name"):
        stored.store.rename(stored.record_id, "  ")
    assert stored.store.find(stored.record_id).name == "Another"


def test_that_the_version_counts_changes_and_stays_while_one_only_looks(stored):
    seen = stored.store.version
    stored.store.records()
    stored.store.find(stored.record_id)
    assert stored.store.version == seen
    for change in (
        lambda: stored.store.rename(stored.record_id, "Another"),
        lambda: stored.store.delete(stored.record_id),
        lambda: stored.store.restore(stored.record_id),
    ):
        change()
        assert stored.store.version > seen
        seen = stored.store.version


@pytest.mark.parametrize(
    ("column", "value"),
    [("metrics", "{"), ("metrics", '{"rmse": 3}'), ("metrics", "[" * 5000), ("created", "{"), ("created", "2026-05-01"),
     ("epochs", "many"), ("epochs", 2**62), ("seconds", float("inf")), ("status", b"\xff"), ("model_config", None),
     ("has_model", 7)],
)  # fmt: skip
def test_that_a_damaged_record_is_left_out_and_named_and_the_others_are_there(library, planted, column, value):
    other_id, run_id = finished_run(library, planted), finished_run(library, planted)
    with sqlite3.connect(library.home / "library.sqlite") as connection:
        if value is None:
            value = b"\x00\x01"
        connection.execute(f"UPDATE runs SET {column} = ? WHERE run_id = ?", (value, run_id))
    assert [run.run_id for run in library.runs.records()] == [other_id]
    assert library.runs.find("latest").run_id == other_id
    said = rf"record of the run two_head 2 in library\.sqlite is damaged \({column} is .*\) and left out"
    assert [bool(re.search(said, sentence)) for sentence in library.damaged()] == [True]
    with pytest.raises(LibraryError, match=said):
        library.runs.find(run_id)


@pytest.mark.parametrize("values", ["rating = 'good'", "rating = 9e999", "year = 'long ago'", "title = X'00'"])
def test_that_a_damaged_rating_is_left_out_and_named_and_the_others_are_there(library, caplog, values):
    heat, other = ProfileEntry("6", "Heat", 1995, 4.0), ProfileEntry("7", "Sabrina", 1995, None)
    library.profiles.save(Profile("me", "Me", (heat, other)))
    with sqlite3.connect(library.home / "library.sqlite") as connection:
        connection.execute(f"UPDATE ratings SET {values} WHERE item_id = '6'")
    assert library.profiles.load("me").entries == (other,)
    assert "by Me in library.sqlite is damaged" in caplog.text


def test_that_a_name_that_is_no_text_is_shown_with_marks(library, planted, report):
    library.datasets.save(planted, report)
    with sqlite3.connect(library.home / "library.sqlite") as connection:
        connection.execute("UPDATE datasets SET name = CAST(X'46FF6C6D' AS TEXT)")
    assert library.datasets.records()[0].name == "F\ufffdlm"


def test_that_a_thousand_runs_are_listed_in_20_ms_without_a_look_at_their_folders(library, planted):
    run_id = finished_run(library, planted)
    with sqlite3.connect(library.home / "library.sqlite") as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(runs)") if row[1] not in ("run_id", "name")]
        listed = ", ".join(columns)
        connection.executemany(
            f"INSERT INTO runs (run_id, name, {listed}) SELECT ?, ?, {listed} FROM runs WHERE run_id = ?",
            [(f"r{number}", f"run {number}", run_id) for number in range(1000)],
        )
    shutil.rmtree(library.home / "runs")
    records = library.runs.records(planted.fingerprint)
    assert len(records) == 1001
    assert all(record.has_model for record in records)
    began_s = time.process_time()
    for _ in range(10):
        assert library.runs.records(planted.fingerprint) == records
    assert time.process_time() - began_s < 0.2


def test_that_a_library_from_before_the_column_knows_which_runs_have_a_model(home, planted):
    with Library.open(home, who="first") as library:
        with_model, without = finished_run(library, planted), finished_run(library, planted, checkpoint=False)
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.execute("DROP INDEX runs_by_fingerprint")
        later = {"runs": "has_model chosen diverged star tags notes rate_changes differing imported"}
        for table, columns in (later | {"curves": "learned seconds"}).items():
            for column in columns.split():
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("PRAGMA user_version = 3")
    with Library.open(home, who="second") as library:
        assert library.runs.find(with_model).has_model
        assert not library.runs.find(without).has_model
    assert Database(home / "library.sqlite").rows("PRAGMA user_version")[0][0] == len(MIGRATIONS)


def test_that_a_run_deleted_while_it_learns_is_told_so_and_comes_back_with_what_it_had(library, planted):
    recorder = library.runs.begin(planted, plan_for(planted))
    recorder.save_checkpoint(state_of(1.0))
    library.runs.delete(recorder.run_id)
    with pytest.raises(LibraryError, match=r"checkpoint cannot be saved: .* is gone"):
        recorder.save_checkpoint(state_of(2.0))
    with pytest.raises(LibraryError, match="There is no run"):
        library.runs.finish(recorder.run_id, trained())
    record = library.runs.restore(recorder.run_id)
    assert (record.status, record.has_model) == ("finished", True)
    library.runs.end("nobody", "failed", "a run that is gone stays gone")
