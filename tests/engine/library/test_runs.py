"""Runs on disk: killed at any moment they load; curves and records say how they went."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import sqlite3
from contextlib import closing

import pytest
from stored_runs import plan_for, state_of, trained, without_checksums

from engine.errors import LibraryError
from engine.events import EpochEnded
from engine.library import run_folder
from engine.library.run_folder import RunFolder
from engine.library.store import Library
from engine.models.two_head_config import TwoHeadConfig
from engine.training import checkpoint
from engine.training.checkpoint import TrainingState


@pytest.fixture
def begun(library, planted, report):
    library.datasets.save(planted, report)
    return library.runs.begin(planted, plan_for(planted))


def folder_of(library, recorder) -> RunFolder:
    return RunFolder(library.home / "runs" / recorder.run_id)


def test_that_a_run_records_all_that_is_needed_to_repeat_it(library, planted, begun):
    record = library.runs.find(begun.run_id)
    assert (record.status, record.name, record.seed, record.lr) == ("running", "two_head 1", 7, 1e-3)
    assert record.fingerprint == planted.fingerprint
    assert record.split_config["seed"] == 3
    assert {"torch", "numpy", "python", "desktop-rec"} <= set(record.versions)
    assert TwoHeadConfig.from_dict(record.model_config).hidden == (8, 4)
    assert (
        json.loads((folder_of(library, begun).path / "config.json").read_text())["fingerprint"] == planted.fingerprint
    )


def test_that_the_last_checkpoint_counts_and_only_it_is_kept(library, begun):
    for value in (1.0, 2.0, 3.0):
        begun.save_checkpoint(state_of(value))
    assert float(library.runs.state(begun.run_id).weights["w"][0]) == 3.0
    assert float(library.runs.load(begun.run_id).weights["w"][0]) == 3.5
    assert library.runs.load(begun.run_id).candidates_I.sum() == 10
    assert len(list((folder_of(library, begun).path / "checkpoints").iterdir())) == 1


@pytest.mark.parametrize("moment", ["while writing", "before current", "after current"])
def test_that_a_run_killed_at_any_moment_loads_and_goes_on(library, begun, monkeypatch, moment):
    class Killed(BaseException):
        pass

    def killed(*arguments, **options):
        broken.setattr(shutil, "rmtree", killed)  # a killed process tidies nothing up
        raise Killed

    def killed_after(*arguments, **options):
        replace_text(*arguments, **options)
        killed()

    begun.save_checkpoint(state_of(1.0))
    replace_text = run_folder.replace_text
    with monkeypatch.context() as broken:
        if moment == "while writing":
            broken.setattr(checkpoint, "save_tensors", killed)
        else:
            broken.setattr(run_folder, "replace_text", killed if moment == "before current" else killed_after)
        with pytest.raises(Killed):
            begun.save_checkpoint(state_of(2.0))
    assert float(library.runs.state(begun.run_id).weights["w"][0]) == (2.0 if moment == "after current" else 1.0)
    begun.save_checkpoint(state_of(3.0))
    assert float(library.runs.state(begun.run_id).weights["w"][0]) == 3.0
    assert len(list((folder_of(library, begun).path / "checkpoints").iterdir())) == 1


@pytest.mark.parametrize("words", ["OSError", "SafetensorError"])
def test_that_a_full_disk_leaves_the_former_checkpoint(library, begun, monkeypatch, words):
    from safetensors import SafetensorError

    def full(path, tensors):
        if words == "OSError":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    begun.save_checkpoint(state_of(1.0))
    with monkeypatch.context() as broken:
        broken.setattr(checkpoint, "save_tensors", full)
        with pytest.raises(LibraryError, match=r"checkpoint could not be written .*the disk is full"):
            begun.save_checkpoint(state_of(2.0))
    assert float(library.runs.state(begun.run_id).weights["w"][0]) == 1.0
    assert len(list((folder_of(library, begun).path / "checkpoints").iterdir())) == 1


def test_that_a_checkpoint_cut_short_is_a_sentence(library, begun):
    begun.save_checkpoint(state_of(1.0))
    path = next(folder_of(library, begun).path.glob("checkpoints/*/best.safetensors"))
    path.write_bytes(path.read_bytes()[:-20])
    for load in (library.runs.load, library.runs.state):
        with pytest.raises(LibraryError, match="damaged or cut short"):
            load(begun.run_id)


@pytest.mark.parametrize("text", ["../../datasets", "000009", ""])
def test_that_a_current_that_names_no_checkpoint_is_a_sentence(library, begun, text):
    begun.save_checkpoint(state_of(1.0))
    (folder_of(library, begun).path / "current").write_text(text)
    with pytest.raises(LibraryError, match="is damaged"):
        library.runs.state(begun.run_id)


def test_that_a_run_without_checkpoint_says_so(library, begun):
    with pytest.raises(LibraryError, match="before anything was learned"):
        library.runs.load(begun.run_id)
    assert not library.runs.find(begun.run_id).has_model


def test_that_curves_come_back_and_a_resumed_epoch_replaces_its_point(library, begun):
    for epoch, value in ((1, 0.1), (2, 0.2), (2, 0.3)):
        begun.save_epoch(
            EpochEnded(epoch, epoch * 4, 5.0, (("presence", 4.5),), (("ndcg@100", value),), "ndcg@100", True, 1e-3)
        )
    curves = library.runs.curves(begun.run_id)
    assert [curve.epoch for curve in curves] == [1, 2]
    assert curves[1].validation == (("ndcg@100", 0.3),)
    assert "epoch 2, step 8: loss 5" in (folder_of(library, begun).path / "log.txt").read_text()


def test_that_a_damaged_point_of_the_curves_stands_in_no_ones_way(library, begun):
    begun.save_epoch(EpochEnded(1, 10, 1.0, (), (("ndcg@100", 0.2),), "ndcg@100", True, 1e-3))
    begun.save_epoch(EpochEnded(2, 20, 0.9, (), (("ndcg@100", 0.3),), "ndcg@100", True, 1e-3))
    with closing(sqlite3.connect(library.home / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE curves SET epoch = x'' WHERE epoch = 1")
    library.runs.rename(begun.run_id, "Mine")
    assert library.runs.find("Mine").run_id == begun.run_id
    assert [point.epoch for point in library.runs.curves(begun.run_id)] == [2]


def test_that_a_run_found_running_at_opening_was_interrupted(home, planted, report):
    with Library.open(home, who="first") as library:
        library.datasets.save(planted, report)
        recorder = library.runs.begin(planted, plan_for(planted))
        recorder.save_checkpoint(state_of(1.0))
    with Library.open(home, who="second") as library:
        record = library.runs.find(recorder.run_id)
        assert (record.status, record.has_model) == ("interrupted", True)
        assert library.runs.state(recorder.run_id).progress == {"step": 3}


def test_that_finishing_adds_up_the_seconds_of_all_sessions(library, begun):
    library.runs.finish(begun.run_id, trained())
    record = library.runs.finish(begun.run_id, dataclasses.replace(trained(), stopped=True, seconds=3.0))
    assert (record.status, record.seconds, record.best_epoch, record.parameters) == ("stopped", 5.0, 4, 9)


def test_that_deleting_a_run_is_undone(library, begun):
    begun.save_checkpoint(state_of(1.0))
    library.runs.delete(begun.run_id)
    assert library.runs.records() == ()
    library.runs.restore(begun.run_id)
    assert library.runs.load(begun.run_id).record.run_id == begun.run_id


def test_that_runs_are_found_by_id_name_latest_and_fingerprint(library, planted, begun):
    second = library.runs.begin(planted, plan_for(planted))
    assert library.runs.find("latest").run_id == second.run_id
    assert library.runs.find("two_head 1").run_id == begun.run_id
    assert [record.run_id for record in library.runs.records(planted.fingerprint)] == [second.run_id, begun.run_id]
    assert library.runs.records("other") == ()
    with pytest.raises(LibraryError, match=r"no run called 'x'.*two_head 2"):
        library.runs.find("x")


def test_that_a_run_whose_data_set_is_gone_is_refused(library, begun):
    library.datasets.delete("planted")
    with pytest.raises(LibraryError, match=r"learned from Planted, which is not in .* any more"):
        library.dataset_of(library.runs.find(begun.run_id))


def test_that_a_run_whose_data_set_is_another_now_is_refused(library, begun):
    path = library.home / "datasets" / "planted" / "words.json"
    without_checksums(path.parent)
    path.write_text(json.dumps({**json.loads(path.read_text()), "fingerprint": "another"}))
    with pytest.raises(LibraryError, match="fingerprint is another"):
        library.dataset_of(library.runs.find(begun.run_id))


def test_that_a_run_finds_its_data_set_imported_again(library, planted, report, begun):
    library.datasets.delete("planted")
    library.datasets.save(dataclasses.replace(planted, dataset_id="again"), report)
    assert library.dataset_of(library.runs.find(begun.run_id)).dataset_id == "again"


def test_that_a_killed_run_is_cut_to_its_checkpoint_at_the_next_opening(library, begun):
    progress = {"step": 8, "epoch": 2, "best_epoch": 1, "best_value": 0.25, "rate_changes": [[5, 1e-4]], "seconds": 3.5}
    state = state_of(1.0)
    for epoch in (1, 2, 3):
        begun.save_epoch(EpochEnded(epoch, 4 * epoch, 1.0, (), (("ndcg@100", 0.2),), "ndcg@100", epoch == 1, 1e-3))
        if epoch == 2:
            begun.save_checkpoint(TrainingState(state.weights, state.best_weights, state.optimizer, progress))
    library.runs.settle()
    record = library.runs.find(begun.run_id)
    assert [point.epoch for point in library.runs.curves(begun.run_id)] == [1, 2]
    assert (record.epochs, record.steps, record.best_epoch, record.best_value) == (2, 8, 1, 0.25)
    assert (record.monitor, record.seconds, record.rate_changes) == ("ndcg@100", 3.5, ((5, 1e-4),))
    assert "it can be resumed after step 8, with 2 of" in record.stopped_because


def test_that_a_run_killed_before_its_first_checkpoint_has_no_epochs(library, begun):
    begun.save_epoch(EpochEnded(1, 4, 1.0, (), (("ndcg@100", 0.2),), "ndcg@100", True, 1e-3))
    library.runs.settle()
    record = library.runs.find(begun.run_id)
    assert (record.epochs, library.runs.curves(begun.run_id), record.has_model) == (0, (), False)
    assert record.stopped_because.endswith("it can be resumed from its beginning.")
