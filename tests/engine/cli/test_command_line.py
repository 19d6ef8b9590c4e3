"""The command line: one JSON document on stdout, words on stderr, and an exit status that can be trusted."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from planted import planted_dataset

from engine.cli import listing
from engine.cli.output import Answer
from engine.library.store import Library

SMALL = ["--set", "hidden=24", "latent=8", "decoder=16,24", "batch=16", "precision=float32"]
RATINGS = planted_dataset().entries
OF_PERSON_7 = int(planted_dataset().histories.counts_U[7])
QUICK = ["--model", "two_head", "--lr", "1e-3", "--epochs", "2", *SMALL]


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    histories = planted_dataset().histories
    rows = zip(histories.user_rows_N, histories.item_rows_N, histories.ratings_N, strict=True)
    lines = [f"{user},{item},{rating:g}" for user, item, rating in rows]
    path = tmp_path / "planted.csv"
    path.write_text("\n".join(["userId,movieId,rating", *lines]))
    return path


@pytest.fixture
def imported(ask, ratings):
    assert ask("import", ratings)[0] == 0


def test_that_an_import_says_in_json_what_was_found(ask, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("userId,movieId,rating\n1,10,4\n1,11,2\n1,11,3\n2,10,abc\n2,11,5\n")
    found = ask.document("import", path, "--name", "Few")
    assert (found["name"], found["users"], found["items"], found["ratings"]) == ("Few", 2, 2, 3)
    assert (found["duplicates"], found["unrated"], sum(found["skipped"].values())) == (1, 0, 1)
    assert set(found["scale"]) == {"low", "high", "step"}
    assert found["problems"][0]["line"] == 5
    assert {"dataset", "layout", "encoding", "seconds", "peak_mib"} <= set(found)


def test_that_an_import_says_which_list_named_how_many_titles(ask, ratings):
    ratings.with_name("movies.csv").write_text("id,title\n1,One\n2,Two\n3,Three\n")
    assert ask.document("import", ratings)["titles_from"] == {"file": "movies.csv", "column": "id", "named": 3}
    out = ask("import", ratings)[1]
    assert "titles from  movies.csv, by id: 3 of 40\n" in out
    assert "movies.csv names 3 of 40 titles; the others are shown by their ids." in out


def test_that_an_import_reads_as_text_for_people(ask, ratings):
    status, out, err = ask("import", ratings)
    assert status == 0
    assert re.search(rf"people +120\n +titles +40\n +ratings +{RATINGS:,}", out)
    assert "Reading planted.csv" in err


def test_that_columns_can_be_named_and_nonsense_is_wrong_use(ask, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("a,b,c\n4,u1,i1\n3,u1,i2\n5,u2,i1\n")
    assert ask.document("import", path, "--columns", "user=b,item=c,rating=a")["users"] == 2
    status, out, err = ask("import", path, "--columns", "nonsense")
    assert (status, out) == (2, "")
    assert "role=column" in err


def test_that_an_export_is_written_and_reads_back_as_the_same_data(ask, imported, tmp_path):
    written = ask.document("export", "planted", "--out", tmp_path / "out")
    assert written["ratings"] == RATINGS
    assert set(written["files"]) == {path.name for path in (tmp_path / "out").iterdir()}
    first = ask.document("datasets")["datasets"][0]["fingerprint"]
    assert ask.document("import", tmp_path / "out", "--name", "Back")["fingerprint"] == first


def test_that_an_export_never_writes_into_a_folder_that_holds_something(ask, imported, tmp_path):
    status, out, err = ask("export", "planted", "--out", tmp_path)
    assert (status, out) == (1, "")
    assert "already holds files" in err


def test_that_a_data_set_is_imported_again_by_its_name(ask, imported, ratings):
    assert "nothing has changed" in ask("reimport", "planted")[1]
    ratings.write_text(ratings.read_text() + "\n7,39,1\nnew,1,4")
    again = ask.document("reimport", "planted")
    assert (again["changed"], again["users"], again["name"]) == ("entries", 121, "planted")
    assert [record["name"] for record in ask.document("datasets")["datasets"]] == ["planted"]
    ratings.unlink()
    status, _, err = ask("reimport", "planted")
    assert (status, str(ratings) in err) == (1, True)


def test_that_a_failure_is_one_sentence_without_traceback(ask, tmp_path):
    status, out, err = ask("import", tmp_path / "nowhere.csv", "--json")
    assert (status, out) == (1, "")
    assert "nowhere.csv" in err.splitlines()[-1]
    assert "Traceback" not in err


def test_that_lists_are_there_as_text_and_as_json(ask, imported):
    assert ask.document("datasets")["datasets"][0]["name"] == "planted"
    assert ask.document("runs") == {"runs": []}
    assert {model["name"] for model in ask.document("models")["models"]} >= {"two_head", "ease", "popularity"}
    assert ask.document("devices")["devices"][-1]["key"] == "cpu"
    assert "MovieLens csv" in {layout["name"] for layout in ask.document("formats")["formats"]}
    for command, word in (
        ("datasets", f"{RATINGS:,}"),
        ("runs", "no runs yet"),
        ("models", "ease"),
        ("devices", "cpu"),
    ):
        assert word in ask(command)[1]


def test_that_every_step_from_a_file_to_reasons_works_in_json(ask, imported):
    swept = ask.document("find-lr", "planted", "--model", "two_head", *SMALL, "steps=60")
    assert len(swept["lrs"]) == len(swept["losses"]) == len(swept["smoothed"])
    assert set(swept["suggestions"]) == {"steepest", "valley", "minimum", "turning_point", "lowest", "peak"}
    assert {"chosen", "reason"} <= set(swept)
    trained = ask.document("train", "latest", *QUICK, "--seed", "5")
    assert (trained["model"], trained["lr"], trained["epochs"], trained["device"]) == ("two_head", 1e-3, 2, "cpu")
    assert trained["split"]["seed"] == 5
    assert trained["metrics"]["ndcg@100"] > 0
    assert {"run", "best_epoch", "stopped_because", "seconds", "examples_per_second", "precision", "parameters"} <= set(
        trained
    )
    resumed = ask.document("resume", trained["run"], "--epochs", "3")
    assert (resumed["run"], resumed["epochs"]) == (trained["run"], 3)
    evaluated = ask.document("evaluate", "latest", "--k", "5,10")
    assert (evaluated["protocol"], evaluated["run"]) == ("strong", trained["run"])
    assert set(evaluated["metrics"]["recall@5"]) == {"value", "low", "high"}
    found = ask.document("recommend", "latest", "--user", "7", "--top", "5", "--explain", "--weight", "0.5")
    assert [item["rank"] for item in found["items"]] == [1, 2, 3, 4, 5]
    profile = found["profile"]
    assert (profile["entries"], profile["matched"], profile["unmatched"]) == (OF_PERSON_7, OF_PERSON_7, 0)
    assert set(found["items"][0]["reasons"][0]) >= {"item", "title", "rating", "impact"}
    assert set(found["most_impactful"][0]) == {"item", "title", "impact", "strength", "titles"}
    assert set(found["most_surprising"][0]) == {"item", "title", "rating", "predicted"}


def test_that_a_closed_form_model_gives_null_where_it_has_nothing_to_say(ask, imported):
    trained = ask.document("train", "planted", "--model", "ease", "--set", "l2=100")
    assert (trained["lr"], trained["epochs"], trained["best_epoch"]) == (None, None, None)
    found = ask.document("recommend", trained["name"], "--user", "7")
    assert found["most_surprising"] is None
    assert found["items"][0]["predicted_rating"] is None
    assert "because of" in ask("recommend", "latest", "--user", "7", "--explain")[1]


def test_that_a_profile_comes_from_a_file(ask, imported, tmp_path):
    ask("train", "planted", "--model", "ease")
    path = tmp_path / "me.csv"
    path.write_text("movieId,rating\n1,5\n2,5\n999,4\n")
    found = ask.document("recommend", "latest", "--profile", path)
    assert (found["profile"]["matched"], found["profile"]["unmatched"]) == (2, 1)
    path.write_text("movieId,rating\n1,5\n")
    assert ask.document("recommend", "latest", "--profile", path)["items"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "planted", "--model", "nothing"], "no model called 'nothing'"),
        (["train", "planted", "--model", "ease", "--set", "rank=3"], "no setting called 'rank' here. Known are: l2,"),
        (["train", "planted", "--model", "ease", "--set", "l2"], "key=value"),
        (["train", "planted", "--model", "ease", "--set", "l2=-1"], "lies between"),
        (["train", "planted", "--model", "ease", "--epochs", "3"], "computed at once"),
        (["train", "planted", "--model", "two_head", "--lr", "fast"], "Learning rate"),
        (["train", "planted", "--model", "two_head", "--epochs", "0"], "Epochs"),
        (["train", "planted"], "--model"),
        (["train", "planted", "--model", "ease", "--split", "odd"], "invalid choice"),
        (["recommend", "latest"], "--profile"),
        (["recommend", "latest", "--user", "7", "--weight", "2"], "between 0 and 1"),
        (["evaluate", "latest", "--k", "0"], "at least 1"),
        (["resume", "latest", "--epochs", "0"], "1 or more"),
        (["dance"], "invalid choice"),
        ([], "COMMAND"),
    ],
)
def test_that_wrong_use_is_status_two_with_a_sentence(ask, imported, words, sentence):
    status, out, err = ask(*words)
    assert (status, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "nothing", "--model", "ease"], "no data set called 'nothing'"),
        (["evaluate", "nothing"], "no run called 'nothing'"),
        (["find-lr", "planted", "--model", "ease"], "no learning rate"),
        (["train", "planted", "--model", "ease", "--split", "time"], "cannot be split by time"),
    ],
)
def test_that_a_refusal_is_status_one_with_a_sentence(ask, imported, words, sentence):
    status, out, err = ask(*words)
    assert (status, out) == (1, "")
    assert sentence in err


def test_that_a_folder_in_use_is_refused_with_who_has_it(ask, tmp_path):
    with Library.open(tmp_path / "home", who="the window"):
        status, _, err = ask("datasets")
    assert status == 1
    assert "in use by the window" in err


def test_that_a_system_refusal_is_a_sentence(ask, monkeypatch):
    def refuse(*arguments, **more):
        raise PermissionError(13, "Permission denied", "somewhere")

    monkeypatch.setattr(Library, "open", refuse)
    status, _, err = ask("datasets")
    assert (status, "Permission denied" in err) == (1, True)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent differently on Windows")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)])
def test_that_a_signal_ends_training_keeps_what_was_learned_and_says_130(warm_python, ask, imported, tmp_path, number):
    words = ["train", "planted", "--model", "two_head", "--lr", "1e-3", "--epochs", "10000", *SMALL, "--json"]
    command = [warm_python, "-m", "engine", *words, "--home", str(tmp_path / "home")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(process, "Epoch 1 of")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    stopped = json.loads(out)
    assert stopped["status"] == "stopped"
    assert "Traceback" not in err
    assert ask.document("recommend", stopped["run"], "--user", "7")["items"]


@pytest.mark.skipif(os.name == "nt", reason="signals are sent differently on Windows")
@pytest.mark.thorough
def test_that_a_killed_run_is_interrupted_and_resumes(warm_python, ask, imported, tmp_path):
    words = ["train", "planted", "--model", "two_head", "--lr", "1e-3", "--epochs", "10000", *SMALL]
    command = [warm_python, "-m", "engine", *words, "--home", str(tmp_path / "home")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for(process, "Learning from everyone")
    process.kill()
    process.communicate(timeout=60)
    listed = ask.document("runs")["runs"][0]
    assert listed["status"] == "interrupted"
    status, _, err = ask("resume", listed["run"], "--epochs", "2")
    assert status in (0, 1)
    assert "Traceback" not in err


def wait_for(process: subprocess.Popen, words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"the process ended before it said {words!r}")


@pytest.fixture
def logged(monkeypatch):
    """A command that logs a warning and what it is about to do."""

    def list_devices(arguments, driver):
        logging.getLogger("engine.device").info("Looking for devices.")
        logging.getLogger("engine.device").warning("The driver of the GPU is old.")
        return Answer({}, "cpu")

    monkeypatch.setattr(listing, "list_devices", list_devices)


def test_that_a_warning_of_the_engine_is_a_sentence_on_stderr(ask, logged):
    assert ask("devices") == (0, "cpu\n", "The driver of the GPU is old.\n")
    assert logging.getLogger("engine").handlers == []


@pytest.mark.parametrize("option", ["-v", "--verbose"])
def test_that_verbose_says_what_is_done(ask, logged, option):
    assert ask("devices", option)[2] == "Looking for devices.\nThe driver of the GPU is old.\n"


def test_that_a_model_says_where_it_is_computed_when_asked_to(ask, imported):
    assert "Computing on Processor: " in ask("train", "planted", *QUICK, "--device", "cpu", "-v")[2]


def test_that_help_version_and_lists_need_no_torch(tmp_path):
    code = (
        "import sys; from engine.cli.command_line import run\n"
        f"status = run(['datasets', '--home', {str(tmp_path / 'h')!r}])\n"
        "print(status, 'torch' in sys.modules, 'pyarrow' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "0 False False"
    version = subprocess.run([sys.executable, "-m", "engine", "--version"], capture_output=True, text=True)
    assert version.returncode == 0, version.stderr
    assert version.stdout.startswith("Desktop Rec ")
