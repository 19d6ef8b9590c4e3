"""Whatever a person gives the command line: one line that says what, where and what to do, status 1 (2 for wrong
use), no traceback, and what was there before is there afterwards.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
import torch
from films import command, planted_home
from planted import planted_dataset
from stored_runs import without_checksums

from engine.cli.command_line import run
from engine.data.reading.archives import ByteStream
from engine.library import folders
from engine.library.store import Library
from engine.models import ease

SMALL = ["--set", "hidden=24", "latent=8", "decoder=16,24", "batch=16", "precision=float32"]
TWO_HEAD = ["Planted", "--model", "two_head", "--lr", "1e-3", "--epochs", "1", *SMALL]


@pytest.fixture
def home(planted_home):
    return planted_home


def test_that_a_home_that_is_no_library_is_refused_and_left_as_it_is(tmp_path, capsys):
    (tmp_path / "baselines" / "mine").mkdir(parents=True)
    (tmp_path / "baselines" / "mine" / "notes.txt").write_text("x")
    for words in (["datasets"], ["runs"], ["train", "sample", "--model", "ease"]):
        assert run([*words, "--home", str(tmp_path)]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert "is no library of Desktop Rec, and it is not empty: it holds 'baselines'" in err
        assert err.count("\n") == 1
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == [
        "baselines", "baselines/mine", "baselines/mine/notes.txt"
    ]  # fmt: skip


@pytest.fixture
def refusal(ask):
    """The one line with which a command is refused; the data set from before is still listed."""

    def refused(*words: object, status: int = 1) -> str:
        found, out, err = ask(*words)
        assert (found, out) == (status, ""), err
        assert "Traceback" not in err
        assert "Planted" in ask("datasets")[1]
        return err.rstrip("\n").splitlines()[-1]

    return refused


def furnish(folder: Path) -> None:
    command(planted_home(folder), "train", *TWO_HEAD, "schedule=constant")  # so all is kept to go on to the bit


@pytest.fixture
def trained(ask, made_once, home):
    shutil.rmtree(home)
    made_once(furnish, home.parent)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "ratings.csv is empty. Choose a file"),
        (b"\n \n", "ratings.csv is empty. Choose a file"),
        (b"userId,movieId,rating\n", "ratings.csv has no line that can be used"),
        (bytes(range(256)) * 40, "ratings.csv looks like a binary file, not a table of text. Choose"),
        (b"userId,movieId\n1,2\n1,3\n", "no column of ratings; its columns are: userId, movieId. Choose"),
    ],
)
def test_that_a_file_that_holds_no_ratings_is_refused(refusal, tmp_path, content, sentence):
    path = tmp_path / "ratings.csv"
    path.write_bytes(content)
    assert sentence in refusal("import", path)


def test_that_a_text_rating_in_line_5001_is_left_out_and_told(ask, tmp_path):
    rows = [f"{n % 100},{n},{'good' if n == 5001 else 3 + n % 3}" for n in range(2, 6000)]
    (tmp_path / "long.csv").write_text("\n".join(["userId,movieId,rating", *rows]))
    status, out, _ = ask("import", tmp_path / "long.csv")
    assert status == 0
    assert "line 5,001: '1,5001,good' (rating is not a number)" in out
    assert "1 line: 1 x rating is not a number" in out


def test_that_a_file_that_vanishes_during_import_is_told(refusal, tmp_path, monkeypatch):
    path = tmp_path / "ratings.csv"
    path.write_text("userId,movieId,rating\n" + "1,2,3\n" * 5000)
    whole_read = ByteStream.read

    def vanishing_read(self, most):
        block = whole_read(self, most)
        if most > 256 * 1024:
            path.unlink(missing_ok=True)
            self._refuse_if_changed()
        return block

    monkeypatch.setattr(ByteStream, "read", vanishing_read)
    assert f"{path} vanished while it was read. Bring it back" in refusal("import", path)


def test_that_a_full_disk_is_told_and_keeps_nothing_by_halves(refusal, home, tmp_path, monkeypatch):
    path = tmp_path / "ratings.csv"
    path.write_text("userId,movieId,rating\n1,2,3\n2,2,4\n")
    before = sorted(home.rglob("*"))

    def full(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("engine.stored_files.os.fsync", full)
    said = refusal("import", path)
    assert "could not be written to" in said
    assert "the disk is full" in said
    assert "Free some room" in said
    assert sorted(home.rglob("*")) == before


def test_that_a_folder_begun_on_a_full_disk_is_usable_once_there_is_room(tmp_path, monkeypatch, capsys):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    words = ["datasets", "--home", str(tmp_path / "new")]
    with monkeypatch.context() as while_full:
        while_full.setattr(folders.os, "fsync", full)
        assert run(words) == 1
    assert "the disk is full" in capsys.readouterr().err
    assert run(words) == 0


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("items.npy", b"xx"),
        ("words.json", b"{"),
        ("format.json", b""),
        ("indptr.npy", b""),
        ("ratings.npy", b"\0" * 99),
    ],
)
def test_that_a_corrupt_dataset_folder_is_told_with_its_file(refusal, home, file, content):
    path = home / "datasets" / "planted" / file
    path.write_bytes(content)
    said = refusal("train", "Planted", "--model", "ease")
    assert str(path) in said
    assert "is damaged" in said
    assert "pickle" not in said


def test_that_ratings_beyond_the_scale_are_a_corrupt_dataset(refusal, home):
    path = home / "datasets" / "planted" / "ratings.npy"
    without_checksums(path.parent)
    ratings_N = np.load(path)
    ratings_N[3] = np.inf
    np.save(path, ratings_N)
    assert "ratings.npy is damaged (it holds ratings from 1 to inf" in refusal("train", "Planted", "--model", "ease")


@pytest.mark.parametrize(
    "words", [["recommend", "latest", "--user", "7"], ["evaluate", "latest"], ["resume", "latest"]]
)
def test_that_a_run_whose_data_set_is_gone_or_different_is_told(ask, trained, home, words):
    more = ["--epochs", "3"] if words[0] == "resume" else []
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.execute("UPDATE datasets SET fingerprint = 'other'")
    path = home / "datasets" / "planted" / "words.json"
    without_checksums(path.parent)
    path.write_text(path.read_text().replace(planted_dataset().fingerprint, "other"))
    status, _, err = ask(*words, *more)
    assert (status, "its fingerprint is another. Import the same file again" in err) == (1, True)
    with Library.open(home, who="a test") as library:
        library.datasets.delete("planted")
    status, _, err = ask(*words, *more)
    assert (status, "learned from Planted, which is not in" in err) == (1, True)
    assert "Traceback" not in err


@pytest.mark.parametrize("file", ["weights.safetensors", "best.safetensors", "optimizer.safetensors", "progress.json"])
def test_that_a_checkpoint_cut_short_is_told_and_the_run_stays_as_it_was(ask, refusal, trained, home, file):
    path = next(home.glob(f"runs/*/checkpoints/*/{file}"))
    path.write_bytes(path.read_bytes()[:-40])
    said = refusal("resume", "latest", "--epochs", "3")
    assert "is damaged or cut short" in said
    assert str(path.parent) in said
    assert "finished" in ask("runs")[1]


def test_that_missing_best_weights_are_told_and_never_replaced_by_others(refusal, trained, home):
    next(home.glob("runs/*/checkpoints/*/best.safetensors")).unlink()
    assert "best.safetensors is damaged or cut short" in refusal("recommend", "latest", "--user", "7")


@pytest.mark.parametrize("file", ["weights.safetensors", "best.safetensors", "optimizer.safetensors"])
def test_that_a_checkpoint_of_another_model_is_told(ask, refusal, trained, home, file):
    mine = next(home.glob(f"runs/*/checkpoints/*/{file}"))
    assert ask("train", "Planted", "--model", "ease")[0] == 0
    foreign = next(path for path in home.glob("runs/*/checkpoints/*/weights.safetensors") if path.parent != mine.parent)
    without_checksums(mine.parent)
    shutil.copy(foreign, mine)
    assert "is not one of this two_head" in refusal("resume", "two_head 1", "--epochs", "3")


def test_that_titles_of_another_number_are_a_damaged_run(refusal, trained, home):
    path = next(home.glob("runs/*/titles.npy"))
    without_checksums(path.parent)
    np.save(path, np.ones(7, dtype=np.bool_))
    assert "it marks 7 titles where Planted has 40" in refusal("recommend", "latest", "--user", "7")


def test_that_a_damaged_record_is_read_from_its_folder_or_named_and_the_others_are_listed(ask, trained, home):
    for is_lost in (False, True):
        with sqlite3.connect(home / "library.sqlite") as connection:
            connection.execute("UPDATE runs SET model_config = 'x'")
        for copy in home.glob("runs/*/*.json") if is_lost else ():
            copy.unlink()
        status, out, err = ask("runs")
        assert status == 0
        assert ("two_head 1" in out) is not is_lost
        assert "The record of the run two_head 1 in library.sqlite is damaged (model_config is 'x')" in err
        assert ("It was read again from its folder" in err) is not is_lost
    assert "Planted" in ask("datasets")[1]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (["--set", "batch=0"], "Batch (batch) lies between 1 and 1,000,000; 0 does not."),
        (["--seed", "-4"], "lies between 0 and 2,147,483,647; -4 does not."),
        (["--lr", "1e9"], "Learning rate (lr) lies between 1e-8 and 100; 1000000000.0 does not."),
    ],
)
def test_that_a_config_value_out_of_range_is_wrong_use(refusal, choice, sentence):
    assert sentence in refusal("train", "Planted", "--model", "two_head", *choice, status=2)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize("command", ["train", "find-lr"])
def test_that_cuda_without_a_gpu_is_told_with_what_there_is(refusal, command):
    said = refusal(command, "Planted", "--model", "two_head", "--device", "cuda")
    assert "There is no usable 'cuda' here; what there is: " in said


def test_that_a_gpu_means_nothing_to_a_model_computed_at_once(refusal):
    said = refusal("train", "Planted", "--model", "ease", "--device", "cuda", status=2)
    assert "--device means nothing to it" in said


def test_that_a_matrix_that_will_not_fit_is_told_with_the_figures(refusal, monkeypatch):
    monkeypatch.setattr(ease, "available_memory_bytes", lambda: 10_000)
    said = refusal("train", "Planted", "--model", "ease")
    assert "for 40 titles it needs 375 kB of memory, more than the 80% it may take of the 10 kB" in said
    assert "Choose ials or popularity" in said


def test_that_a_second_process_on_the_folder_is_told_who_has_it(ask, home):
    with Library.open(home, who="the window of Desktop Rec"):
        status, _, err = ask("datasets")
    assert status == 1
    assert f"The folder {home} is in use by the window of Desktop Rec (process {os.getpid()}" in err
    assert "Close that first" in err


@pytest.mark.parametrize(
    ("model", "rows", "sentence"),
    [
        ("ease", "3,5", ""),
        ("two_head", "3,5", ""),
        ("two_head", "3,1", ""),
        ("ease", "3,1", "there are none yet. Rate something 4 or better."),
        ("ease", "999,5", "Planted does not have the one title of me.csv."),
        ("two_head", "998,5\n999,4", "Planted does not have any of the 2 titles of me.csv. Its titles may be others"),
        ("ease", "3,blue", "line 2 says '3,blue' (rating is not a number). Choose"),
    ],
)
def test_that_one_rating_is_enough_and_nothing_known_is_told(ask, refusal, tmp_path, model, rows, sentence):
    choices = TWO_HEAD if model == "two_head" else ["Planted", "--model", "ease"]
    assert ask("train", *choices)[0] == 0
    path = tmp_path / "me.csv"
    path.write_text(f"movieId,rating\n{rows}\n")
    words = ("recommend", "latest", "--profile", path, "--top", "5", "--explain")
    if sentence:
        assert sentence in refusal(*words)
    else:
        status, out, _ = ask(*words)
        assert (status, "1 of 1 titles are known" in out) == (0, True)
        assert "Film 3 (" in out


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory"), RuntimeError("std::bad_alloc"),
              RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB.")]
)  # fmt: skip
def test_that_too_little_memory_is_said(refusal, monkeypatch, tmp_path, error):
    def fail(*_):
        raise error

    monkeypatch.setattr("engine.cli.importing.look_at", fail)
    assert refusal("look", tmp_path) == "There was not enough memory for this. Close other programs or use less data."


def test_that_a_mistake_of_ours_is_a_sentence_and_its_place_comes_when_asked_for(ask, monkeypatch, tmp_path):
    def fail(*_):
        raise KeyError("x")

    monkeypatch.setattr("engine.cli.importing.look_at", fail)
    status, _, err = ask("look", tmp_path)
    assert (status, "Traceback" in err) == (1, False)
    assert "Something went wrong in the program (KeyError: 'x')." in err
    assert "Traceback" in ask("look", tmp_path, "--verbose")[2]


@pytest.mark.parametrize("name", ["films\udcff.csv", "new\nline.csv"])
@pytest.mark.parametrize("words", [["look"], ["look", "--json"], ["import"], ["import", "--json"]])
def test_that_a_file_whose_name_is_no_text_is_read_and_named(ask, tmp_path, name, words):
    path = tmp_path / name
    try:
        path.write_text("user,item,rating\n1,2,3\n2,2,4\n")
    except OSError:
        pytest.skip("no file may be called so here")
    status, out, err = ask(*words, path)
    assert (status, "Traceback" in err) == (0, False)
    (out + err).encode()
    assert ("films\ufffd" in out) or ("new line" in out)
    if words[0] == "import":
        assert ask("datasets")[0] == 0
    path.write_text("")
    (refused := ask(*words, path)[2]).encode()
    assert "is empty" in refused
