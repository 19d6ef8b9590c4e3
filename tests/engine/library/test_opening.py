"""What opening does with what lies in a folder: others' things are left alone, what was interrupted is put right."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from stored_runs import finished_run, plan_for, state_of

from engine import operations, unfinished
from engine.data.whole_file import whole_file
from engine.documents import document_of
from engine.errors import LibraryError
from engine.events import EpochEnded, drive
from engine.library.evaluations import save_evaluation
from engine.library.folders import is_id, place_of
from engine.library.run_folder import RunFolder
from engine.library.store import Library
from tests.engine.library.test_evaluations import some_evaluation

OTHERS_FOLDERS = {
    "a picture": {"holiday.jpg": "x"},
    "names like ours": {"baselines/mine/notes.txt": "x", "trash/datasets/old/a": "x", "runs/.new-thesis/one.txt": "x"},
    "the mark of another program": {"format.json": '{"indent": 2}'},
    "the mark of a data set": {"format.json": '{"kind": "data set", "format": 1}'},
    "a damaged mark": {"format.json": "{", "notes.txt": "x"},
    "logs of another program": {"logs/app.log": "x"},
    "another database": {"library.sqlite": "SQLite format 3"},
    "a hidden file": {".profile": "x"},
}
NO_IDS = ["../../outside", "..", ".", "", "/etc", "a/b", "a\\b", ".new-d1234567", "a" * 65, "a b", "ü", "a\n", "a.b"]


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def sql(home: Path, *statements: str) -> None:
    with sqlite3.connect(home / "library.sqlite") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("what", OTHERS_FOLDERS)
def test_that_a_folder_of_something_else_is_refused_and_left_as_it_is(home, what):
    put(home, OTHERS_FOLDERS[what])
    before = tree(home)
    for _ in range(2):
        with pytest.raises(LibraryError, match="is no library of Desktop Rec, and it is not empty") as refused:
            Library.open(home, who="a test")
        assert refused.value.remedy == "Choose a folder that is new or empty."
    assert tree(home) == before


@pytest.mark.parametrize("files", [{}, {".DS_Store": "x"}, {"library.lock": "", "logs/desktop-rec-2026-1.log": "x"}])
def test_that_an_empty_folder_becomes_a_library(home, files):
    home.mkdir()
    put(home, files)
    with Library.open(home, who="a test") as library:
        assert library.notices == ()


def test_that_a_library_whose_mark_was_lost_is_known_by_its_records(home, planted, report):
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
    for damage in (Path.unlink, lambda path: path.write_bytes(b"\xff{")):
        damage(home / "format.json")
        with Library.open(home, who="second") as library:
            assert library.datasets.find("planted").name == "Planted"
        assert json.loads((home / "format.json").read_text()) == {"kind": "library", "format": 1}


def test_that_what_others_put_into_a_library_stays(home, planted, report):
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
        library.datasets.delete("planted")
    theirs = {
        "baselines/mine/notes.txt": "x",
        "trash/datasets/holiday/a.jpg": "x",
        "trash/runs/old/format.json": "{}",
        "datasets/pictures/a.jpg": "x",
        "runs/.new-thesis/one.txt": "x",
        "unfinished/to do.txt": "x",
        "notes.txt": "x",
    }
    put(home, theirs)
    (home / "datasets" / "link").symlink_to(home / "trash" / "datasets" / "holiday")
    Library.open(home, who="second").close()
    assert {name: (home / name).read_text() for name in theirs} == theirs
    assert (home / "datasets" / "link").is_symlink()
    assert not (home / "trash" / "datasets" / "planted").exists()


@pytest.mark.parametrize("text", NO_IDS)
def test_that_what_is_no_id_becomes_no_path(tmp_path, text):
    assert not is_id(text)
    with pytest.raises(LibraryError, match="is no id"):
        place_of(tmp_path, text)


@pytest.mark.parametrize("deleted", [0, 1])
@pytest.mark.parametrize("table", ["datasets", "runs"])
def test_that_a_record_whose_id_is_a_path_touches_nothing(home, tmp_path, planted, report, table, deleted):
    put(tmp_path, {"outside/thesis.txt": "x", "home/inside/a.txt": "x"})
    (tmp_path / "home" / "inside").rename(tmp_path / "inside")
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
        run_id = finished_run(library, planted)
    (tmp_path / "inside").rename(home / "inside")
    key, known = ("dataset_id", "planted") if table == "datasets" else ("run_id", run_id)
    for path in ("../../outside", "../inside", str(tmp_path / "outside")):
        sql(home, f"CREATE TEMP TABLE t AS SELECT * FROM {table} WHERE {key} = '{known}'",
            f"UPDATE t SET {key} = '{path}', name = 'Bad', deleted = {deleted}",
            f"INSERT INTO {table} SELECT * FROM t")  # fmt: skip
        with Library.open(home, who="second") as library:
            records = getattr(library, table).records()
            assert [getattr(record, key) for record in records] == [known]
            if not deleted:
                assert any("is no id" in notice for notice in library.notices)
                with pytest.raises(LibraryError, match="is no id"):
                    getattr(library, table).delete("Bad")
        sql(home, f"DELETE FROM {table} WHERE {key} = '{path}'")
        assert (tmp_path / "outside" / "thesis.txt").read_text() == "x"
        assert (home / "inside" / "a.txt").read_text() == "x"


@pytest.mark.parametrize("name", ["../../../../outside", "/etc", ".."])
def test_that_baselines_named_by_a_path_are_none(library, planted, name):
    from engine.data.split import SplitConfig

    library.baselines.save("a1b2", SplitConfig(), {"popularity": some_evaluation()})
    next((library.home / "baselines").rglob("judged")).write_text(name)
    assert library.baselines.find("a1b2", SplitConfig()) is None


def test_that_a_data_set_that_was_written_and_not_recorded_is_adopted(home, planted, report):
    with Library.open(home, who="first") as library:
        before = library.datasets.save(planted, report)
    sql(home, "DELETE FROM datasets")
    with Library.open(home, who="second") as library:
        assert library.datasets.records() == (before,)
        assert library.notices[1:] == (
            "The record of the data set Planted was missing; it was found again in its folder.",
        )
        assert library.datasets.open("planted").fingerprint == planted.fingerprint


def test_that_a_run_that_lost_its_record_is_adopted_with_its_curves(home, planted):
    with Library.open(home, who="first") as library:
        recorder = library.runs.begin(planted, plan_for(planted))
        recorder.save_checkpoint(state_of(1.0))
        recorder.save_epoch(EpochEnded(1, 4, float("nan"), (), (("rmse", 1.0),), "rmse", True, 1e-3))
        library.runs.end(recorder.run_id, "failed", "the machine was tired")
        before, curves = library.runs.find(recorder.run_id), library.runs.curves(recorder.run_id)
        library.runs.rename(recorder.run_id, "My run")
    sql(home, "DELETE FROM runs", "DELETE FROM curves")
    with Library.open(home, who="second") as library:
        (record,) = library.runs.records()
        assert document_of(record) == {**document_of(before), "name": "My run"}
        assert repr(library.runs.curves(record.run_id)) == repr(curves)


def test_that_folders_of_former_versions_are_adopted_without_a_copy_of_their_record(home, planted, report):
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
        run_id = finished_run(library, planted)
        before = library.runs.find(run_id)
    for copy in (home / "datasets" / "planted" / "record.json", home / "runs" / run_id / "record.json"):
        copy.unlink()
    sql(home, "DELETE FROM datasets", "DELETE FROM runs")
    with Library.open(home, who="second") as library:
        record, run = library.datasets.find("planted"), library.runs.find(run_id)
        assert (record.entries, record.people, record.fingerprint) == (planted.entries, 40, planted.fingerprint)
        assert (run.name, run.model, run.model_config) == (before.name, before.model, before.model_config)
        assert (run.status, run.has_model, run.split_config) == ("interrupted", True, before.split_config)
        assert library.dataset_of(run).dataset_id == "planted"


def test_that_a_damaged_record_is_read_again_from_its_folder(home, planted, report):
    with Library.open(home, who="first") as library:
        dataset, run_id = library.datasets.save(planted, report), finished_run(library, planted)
        run = library.runs.find(run_id)
    sql(home, "UPDATE datasets SET report = '{'", "UPDATE runs SET metrics = '[]', epochs = 'many'")
    with Library.open(home, who="second") as library:
        assert library.datasets.records() == (dataset,)
        assert library.runs.records() == (run,)
        assert len([notice for notice in library.notices if "read again from its folder" in notice]) == 2


def test_that_a_folder_that_cannot_be_adopted_is_named_and_left(home, planted, report):
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
    folder = home / "datasets" / "planted"
    (folder / "record.json").unlink()
    (folder / "words.json").write_text("{")
    sql(home, "DELETE FROM datasets")
    with Library.open(home, who="second") as library:
        assert library.datasets.records() == ()
        assert any(str(folder) in notice and "cannot be read" in notice for notice in library.notices)
    assert (folder / "ratings.npy").exists()


def test_that_the_sample_is_used_again_after_a_kill_between_its_folder_and_its_record(home):
    with Library.open(home, who="first") as library:
        used = drive(operations.open_sample(library)).record
    sql(home, "DELETE FROM datasets")
    with Library.open(home, who="second") as library:
        assert drive(operations.open_sample(library)).record == used
    with Library.open(home, who="third") as library:
        sql(home, "DELETE FROM datasets")
        put(home, {"datasets/sample/words.json": "{"})
        again = drive(operations.open_sample(library))
        assert again.record.fingerprint == used.fingerprint
        assert len(library.datasets.records()) == 1


def test_that_a_place_of_something_else_is_set_aside_and_not_removed(library, planted, report):
    put(library.home, {"datasets/planted/a.jpg": "x"})
    library.datasets.save(planted, report)
    assert library.datasets.open("planted").entries == planted.entries
    assert [path.read_text() for path in library.home.glob("datasets/planted.*/a.jpg")] == ["x"]


def test_that_what_was_being_written_in_a_run_is_cleared_away(home, planted, report):
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
        run_id = finished_run(library, planted)
        library.runs.save_evaluation(run_id, some_evaluation())
        library.baselines.save(planted.fingerprint, plan_for(planted).split, {"ease": some_evaluation()})
    whole = tree(home)
    run = home / "runs" / run_id
    baseline = next((home / "baselines").glob("*/ease"))
    shutil.copytree(run / "checkpoints" / "000001", run / "checkpoints" / ".new-000002")
    shutil.copytree(run / "checkpoints" / "000001", run / "checkpoints" / "000002")
    shutil.copytree(run / "judgement" / "0001", run / "judgement" / ".new-1234abcd-0002")
    shutil.copytree(baseline / "0001", baseline / "0002")
    put(home, {"datasets/planted/.new-0a1b2c3d-record.json": "{"})
    put(home, {f"runs/{run_id}/.new-current": "2", f"runs/{run_id}/.new-0a1b2c3d-record.json": "{"})
    put(baseline.parent, {".new-judged": "x"})
    put(
        home,
        {
            "window.ini.lock": "7",
            "window.ini.aB3dEf": "x",
            ".new-01234567-format.json": "{",
            "runs/.new-r01234567/config.json": "{",
        },
    )
    Library.open(home, who="second").close()
    left = tree(home)
    assert set(left) - {"room", "unfinished", "copies"} == set(whole) - {"room", "unfinished", "copies"}


def test_that_a_checkpoint_counts_again_where_the_file_that_names_it_was_lost(home, planted):
    with Library.open(home, who="first") as library:
        run_id = finished_run(library, planted)
    for damage in ("000009", "../..", None):
        current = home / "runs" / run_id / "current"
        current.unlink() if damage is None else current.write_text(damage)
        with Library.open(home, who="second") as library:
            assert float(library.runs.load(run_id).weights["w"][0]) == 1.5
            assert library.runs.find(run_id).has_model


def test_that_what_was_being_written_in_the_persons_own_folder_is_cleared_away(home, tmp_path):
    theirs = tmp_path / "results"
    theirs.mkdir()
    code = (
        "import os; from pathlib import Path; from engine.library.store import Library\n"
        "from engine.data.whole_file import whole_file\n"
        f"with Library.open(Path({str(home)!r}), who='x'), whole_file(Path({str(theirs)!r}, 'lists.csv')) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    assert len(list(theirs.iterdir())) == 1
    put(theirs, {".new-mine": "x", ".new-01234567-mine": "x"})
    (home / "unfinished" / "01234567").write_text(str(theirs / ".new-mine"))
    (home / "unfinished" / "01234568").write_text(str(theirs / ".new-01234567-mine"))
    Library.open(home, who="second").close()
    assert sorted(path.name for path in theirs.iterdir()) == [".new-01234567-mine", ".new-mine"]
    assert list((home / "unfinished").iterdir()) == []


def test_that_a_result_leaves_no_note_once_it_is_there(home, tmp_path):
    with Library.open(home, who="a test"):
        with whole_file(tmp_path / "lists.csv") as file:
            assert len(list((home / "unfinished").iterdir())) == 1
            file.write(b"all")
        assert list((home / "unfinished").iterdir()) == []


def test_that_a_folder_that_is_being_removed_never_lies_half_under_its_name(tmp_path, monkeypatch):
    seen = []
    folder = tmp_path / "r01234567"
    put(folder, {"a": "x", "b": "x"})
    removed = shutil.rmtree

    def look(path, **options):
        seen.append((folder.exists(), unfinished.is_passing(Path(path))))
        removed(path, **options)

    monkeypatch.setattr(shutil, "rmtree", look)
    assert unfinished.discard(folder)
    assert seen == [(False, True)]
    assert os.listdir(tmp_path) == []


def test_that_an_evaluation_counts_again_where_the_file_that_names_it_was_lost(home, planted):
    with Library.open(home, who="first") as library:
        run_id = finished_run(library, planted)
        save_evaluation(home / "runs" / run_id / "judgement", some_evaluation())
    (home / "runs" / run_id / "judgement" / "current").unlink()
    with Library.open(home, who="second") as library:
        found = library.runs.evaluation(run_id)
        assert found is not None
        np.testing.assert_array_equal(found.per_person["rmse"], some_evaluation().per_person["rmse"])
        assert RunFolder(home / "runs" / run_id).has_checkpoint
