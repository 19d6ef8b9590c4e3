"""A model as one file: it opens where the same data are, and is refused in a sentence where anything is not right."""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from every_job import REPORT
from operation_driving import trained
from planted import planted_dataset
from safetensors.torch import save

from engine import operations
from engine.errors import DataError
from engine.events import drive
from engine.library.store import Library

MARKS = {"star": True, "tags": ("study",), "notes": "Learns slowly."}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A home with a data set and a run, the run's id, and the file of its model."""
    folder = tmp_path_factory.mktemp("exported")
    with Library.open(folder / "home", who="a test") as library:
        library.datasets.save(planted_dataset(), REPORT)
        run_id = drive(trained(library, library.datasets.open("planted"), device="cpu", advise=False)).run_id
        library.runs.mark(run_id, **MARKS)
        drive(operations.export_model(library, run_id, folder / "mine.desktoprec-model"))
    return folder / "home", run_id, folder / "mine.desktoprec-model"


@pytest.fixture
def elsewhere(tmp_path):
    """The library of another machine, with the same data and no run."""
    with Library.open(tmp_path / "elsewhere", who="a test") as library:
        library.datasets.save(dataclasses.replace(planted_dataset(), dataset_id="theirs"), REPORT)
        yield library


def changed(file: Path, folder: Path, **members: bytes) -> Path:
    """The file with other members; those that are None are left out."""
    place = folder / "changed.desktoprec-model"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(place, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()} | members
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return place


def words_of(file: Path) -> dict:
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("model.json"))


def with_words(file: Path, folder: Path, **values) -> Path:
    return changed(file, folder, **{"model.json": json.dumps({**words_of(file), **values}).encode()})


def refusal(library: Library, file: Path) -> str:
    """What is said of a file that is refused; and that nothing of it is kept."""
    runs = {path.name for path in (library.home / "runs").iterdir()}
    with pytest.raises(DataError) as found:
        drive(operations.import_model(library, file))
    assert {path.name for path in (library.home / "runs").iterdir()} == runs
    assert found.value.remedy
    return found.value.what


def test_that_a_model_opens_on_another_machine_and_predicts_to_the_bit(exported, elsewhere):
    home, run_id, file = exported
    record = drive(operations.import_model(elsewhere, file)).record
    assert (record.run_id, record.dataset_id, record.status) == (run_id, "theirs", "finished")
    assert {name: getattr(record, name) for name in MARKS} == MARKS
    assert record.imported is not None
    with Library.open(home, who="a test") as here:
        original, found = here.runs.load(run_id), elsewhere.runs.load(run_id)
        assert here.runs.curves(run_id) == elsewhere.runs.curves(run_id)
        assert here.runs.find(run_id).metrics == record.metrics
    np.testing.assert_array_equal(original.candidates_I, found.candidates_I)
    assert all(torch.equal(original.weights[name], found.weights[name]) for name in original.weights)
    assert operations.recommender_of(elsewhere, run_id).run_id == run_id


def test_that_an_imported_model_can_have_more_epochs(exported, elsewhere):
    drive(operations.import_model(elsewhere, exported[2]))
    record = elsewhere.runs.find(drive(operations.resume(elsewhere, exported[1], epochs=4, advise=False)).run_id)
    assert record.epochs == 4


def test_that_no_ratings_are_in_the_file(exported):
    text = zipfile.ZipFile(exported[2]).read("model.json").decode()
    words = json.loads(text)
    assert set(words) == {"kind", "format", "written_by", "data", "record", "curves", "progress"}
    with zipfile.ZipFile(exported[2]) as archive:
        assert set(archive.namelist()) == {"model.json", "weights.safetensors", "titles"}
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
    assert "Film 1" not in text


def test_that_the_same_model_is_not_imported_twice(exported, elsewhere):
    title = drive(operations.import_model(elsewhere, exported[2])).record.title
    assert refusal(elsewhere, exported[2]).endswith(f"is here already: it is {title}.")


def test_that_a_name_that_is_taken_gets_a_number_of_its_own(exported, elsewhere, tmp_path):
    first = drive(operations.import_model(elsewhere, exported[2])).record
    record = {**words_of(exported[2])["record"], "run_id": "r1"}
    again = drive(operations.import_model(elsewhere, with_words(exported[2], tmp_path, record=record))).record
    assert (first.name, again.name) == ("two_head 1", "two_head 2")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_that_a_file_that_is_cut_short_is_refused(exported, elsewhere, tmp_path, share):
    content = exported[2].read_bytes()
    place = tmp_path / "cut.desktoprec-model"
    place.write_bytes(content[: int(share * len(content))])
    assert "it is cut short, or is none" in refusal(elsewhere, place)


def test_that_a_byte_that_flipped_is_found(exported, elsewhere, tmp_path):
    content = bytearray(exported[2].read_bytes())
    content[len(content) // 2] ^= 1
    place = tmp_path / "flipped.desktoprec-model"
    place.write_bytes(content)
    assert "it is cut short, or is none" in refusal(elsewhere, place)


def test_that_a_file_of_a_newer_version_is_refused(exported, elsewhere, tmp_path):
    assert "newer version of Desktop Rec (format 2" in refusal(elsewhere, with_words(exported[2], tmp_path, format=2))


def test_that_a_model_of_other_data_is_refused_with_the_name_of_its_data(exported, tmp_path):
    with Library.open(tmp_path / "other", who="a test") as library:
        other = planted_dataset(seed=9)
        library.datasets.save(dataclasses.replace(other, name="Others", fingerprint="f" * 32), REPORT)
        said = refusal(library, exported[2])
    assert "learned from Planted (" in said
    assert "which is not in this library. Others has as many titles, but other ratings." in said


@pytest.mark.parametrize("name", ["../../outside", "/tmp/outside", "weights.safetensors/../x", "extra.pkl"])
def test_that_a_file_with_other_parts_is_refused_and_none_of_them_is_written(exported, elsewhere, tmp_path, name):
    assert "other things than a model" in refusal(elsewhere, changed(exported[2], tmp_path, **{name: b"x"}))
    assert not Path("/tmp/outside").exists()
    assert not (tmp_path / "outside").exists()


def test_that_a_file_that_would_unpack_into_more_is_refused(exported, elsewhere, tmp_path):
    place = tmp_path / "bomb.desktoprec-model"
    with zipfile.ZipFile(exported[2]) as old, zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, bytes(50_000_000) if name == "titles" else old.read(name))
    assert "is not stored as it is" in refusal(elsewhere, place)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "unheard_of"}, "this version has no model called"),
        ({"model_config": {"hidden": [65_536, 65_536]}}, "its settings are those of a larger model"),
        ({"model_config": {"hidden": [-4]}}, "cannot be used as a model file"),
        ({"metrics": {"rmse": {"value": 1.0}}}, "its metrics are no values"),
        ({"created": "yesterday"}, "created is"),
        ({"tags": {"a": 1}}, "tags is"),
        ({"parameters": "many"}, "parameters is"),
        ({"run_id": 4}, "its record names no model"),
    ],
)
def test_that_a_record_that_says_what_cannot_be_is_refused(exported, elsewhere, tmp_path, change, words):
    record = {**words_of(exported[2])["record"], **change}
    assert words in refusal(elsewhere, with_words(exported[2], tmp_path, record=record))


def test_that_an_id_that_is_a_path_names_no_folder(exported, elsewhere, tmp_path):
    record = {**words_of(exported[2])["record"], "run_id": "../../evil"}
    stored = drive(operations.import_model(elsewhere, with_words(exported[2], tmp_path, record=record))).record
    assert stored.run_id.isalnum()
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (b"no safetensors", "its weights cannot be read"),
        (save({"w": torch.tensor([1.0, float("nan")])}), "its weights are not all numbers"),
        (save({"w": torch.zeros(100_000)}), "do not fit its model"),
    ],
)
def test_that_weights_that_are_none_are_refused(exported, elsewhere, tmp_path, weights, words):
    place = changed(exported[2], tmp_path, **{"weights.safetensors": weights})
    assert words in refusal(elsewhere, place)


def test_that_a_file_that_is_none_or_is_not_there_is_refused(elsewhere, tmp_path):
    place = tmp_path / "ratings.csv"
    place.write_text("user,item,rating")
    assert "it is cut short, or is none" in refusal(elsewhere, place)
    assert "There is no file" in refusal(elsewhere, tmp_path / "nothing.desktoprec-model")


def test_that_a_file_that_cannot_be_written_is_said_and_leaves_nothing(exported, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(exported[0], home)
    with Library.open(home, who="a test") as library, pytest.raises(DataError, match="there is no folder"):
        drive(operations.export_model(library, exported[1], tmp_path / "nowhere" / "a.desktoprec-model"))
