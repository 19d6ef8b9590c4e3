"""What others do to a library while a run learns, and checkpoints that are not a run's own: said, nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from operation_driving import QUICK, SMALL, trained
from planted import planted_dataset

from engine import operations
from engine.data.importing.importer import ImportReport
from engine.errors import LibraryError
from engine.events import EpochEnded, drive
from engine.library.run_folder import RunFolder
from engine.stored_files import read_document, sealed


def at_first_epoch(act):
    """An event handler that acts once, at the end of the first epoch."""
    done = []

    def look(event):
        if isinstance(event, EpochEnded) and not done:
            done.append(act())

    return look


def test_that_a_run_whose_data_set_is_deleted_meanwhile_learns_on_and_is_kept(library, dataset):
    whole = drive(trained(library, dataset))
    run = drive(trained(library, dataset), on_event=at_first_epoch(lambda: library.datasets.delete("planted")))
    record = library.runs.find(run.run_id)
    assert (record.status, record.epochs) == ("finished", 3)
    for name, value in library.runs.load(run.run_id).weights.items():
        assert torch.equal(value, library.runs.load(whole.run_id).weights[name]), name
    with pytest.raises(LibraryError, match="Planted"):
        drive(operations.resume(library, run.run_id, epochs=4))
    assert library.runs.find(run.run_id).status == "finished"
    library.datasets.restore("planted")
    assert drive(operations.resume(library, run.run_id, epochs=4)).trained.epochs == 4


def test_that_a_second_program_is_refused_by_name_and_the_run_of_the_first_ends_as_it_would_have(library, dataset):
    refusals = []

    def second_program():
        command = [sys.executable, "-m", "engine", "resume", "two_head 1", "--home", str(library.home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        refusals.append((done.returncode, done.stderr))

    whole = drive(trained(library, dataset))
    run = drive(trained(library, dataset), on_event=at_first_epoch(second_program))
    (status, said), *_ = refusals
    assert status != 0
    assert "is in use by a test (process" in said
    assert "Traceback" not in said
    for name, value in library.runs.load(run.run_id).weights.items():
        assert torch.equal(value, library.runs.load(whole.run_id).weights[name]), name


def checkpoint_of(library, run_id):
    folder = RunFolder(library.runs.folder_of(run_id))
    return next((folder.path / "checkpoints").iterdir())


@pytest.fixture
def stopped(library, dataset):
    """The id of a run that learned for two of four epochs, with its state."""
    epochs = []
    job = trained(library, dataset, training=QUICK.changed(epochs=4, schedule="constant"))
    drive(
        job,
        on_event=lambda event: epochs.append(event) if isinstance(event, EpochEnded) else None,
        should_stop=lambda: len(epochs) == 2,
    )
    return library.runs.find("two_head 1").run_id


def test_that_a_checkpoint_of_a_newer_version_is_refused_and_stays_as_it_is(library, stopped):
    folder = checkpoint_of(library, stopped)
    path = folder / "progress.json"
    document = {**read_document(path), "format": 2}
    path.write_text(json.dumps(sealed(document)), encoding="utf-8")
    before = {entry.name: entry.read_bytes() for entry in folder.iterdir()}
    with pytest.raises(LibraryError, match="was written by a newer version") as refused:
        drive(operations.resume(library, stopped))
    assert refused.value.remedy == "Update Desktop Rec."
    assert library.runs.find(stopped).status == "stopped"
    assert {entry.name: entry.read_bytes() for entry in folder.iterdir()} == before
    assert len(library.runs.curves(stopped)) == 2


def test_that_a_checkpoint_of_another_catalogue_is_refused_and_stays_as_it_is(library, dataset, stopped):
    report = ImportReport("columns", "utf-8", "comma", 1, {}, (), 0, 0, 0.1, 1.0, ("ratings.csv",))
    library.datasets.save(replace(planted_dataset(titles=30), dataset_id="others", name="Others"), report)
    other = drive(trained(library, library.datasets.open("others"), model_config=SMALL))
    folder = checkpoint_of(library, stopped)
    shutil.rmtree(folder)
    shutil.copytree(checkpoint_of(library, other.run_id), folder)
    before = {entry.name: entry.read_bytes() for entry in folder.iterdir()}
    with pytest.raises(LibraryError, match="The checkpoint to go on from is not one of this two_head") as refused:
        drive(operations.resume(library, stopped))
    assert "Train again" in refused.value.remedy
    assert library.runs.find(stopped).status == "stopped"
    assert {entry.name: entry.read_bytes() for entry in checkpoint_of(library, stopped).iterdir()} == before
    assert len(library.runs.curves(stopped)) == 2
