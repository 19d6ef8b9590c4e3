"""`python -m engine search`: a table, one JSON document, a CSV, and going on where it was stopped."""

from __future__ import annotations

import csv
import json

import pytest

from engine.cli.progress import Driver

MF = ("--model", "mf", "--epochs", "2", "--set", "solver=adam", "batch=200", "schedule=constant")


@pytest.fixture
def home(planted_home):
    return planted_home


def test_that_a_search_prints_one_document_and_writes_its_summary(ask, tmp_path):
    out = tmp_path / "summary.csv"
    status, said, err = ask("search", "planted", *MF, "--grid", "rank=2,4", "lr=1e-2", "--out", out, "--json")
    assert status == 0, err
    found = json.loads(said)
    assert {"search", "model", "runs", "best", "out", "stopped"} <= set(found)
    assert [run["settings"] for run in found["runs"]] == [{"rank": 2, "lr": 0.01}, {"rank": 4, "lr": 0.01}]
    assert found["best"] in found["runs"]
    assert found["best"]["value"] == min(run["value"] for run in found["runs"])
    assert (found["watched"], found["stopped"], found["out"]) == ("rmse", False, str(out))
    assert [row["run"] for row in csv.DictReader(out.open())] == [run["run"] for run in found["runs"]]
    assert "Run 2 of 2: rank=4, lr=0.01" in err


def test_that_a_search_reads_as_a_table_with_the_best_marked(ask):
    status, said, _ = ask("search", "planted", "--model", "ease", "--grid", "l2=1,10,100")
    assert status == 0
    marked = [line for line in said.splitlines() if line.startswith("*")]
    assert len(marked) == 1
    assert "Best by ndcg@100 in validation: run " in said
    assert "ease search 1" in ask("searches")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((*MF, "--grid", "rank=0,10"), "Rank (rank) lies between 1 and 4096; 0 does not."),
        ((*MF, "--grid", "people_each=3"), "people_each cannot vary"),
        ((*MF, "--grid", "rank"), "has no equals sign"),
        (MF, "A grid varies at least one setting"),
        ((*MF, "--grid", "lr=1e-3..1e-1"), "A grid takes lists of values, and lr has a range."),
        ((*MF, "--grid", "rank=2", "--random", "3", "--most", "2"), "either --random N, or --most N"),
        ((*MF, "--grid", "rank=2", "--most", "0"), "At most (most) lies between 1 and 1000"),
        ((*MF, "--grid", "rank=2", "--split", "none"), "holds nothing out"),
        (("--model", "ease", "--grid", "l2=1", "--epochs", "3"), "means nothing"),
        (("--grid", "rank=2"), "search needs --model NAME"),
        (("--resume", "latest", "--grid", "rank=2"), "leave --grid out"),
    ],
)
def test_that_wrong_use_is_a_sentence_before_anything_runs(ask, words, sentence):
    status, said, err = ask("search", "planted", *words)
    assert (status, said) == (2, "")
    assert sentence in err
    assert ask("searches")[1].strip() == "There are no searches yet."


def test_that_a_study_is_searched_around_by_its_preset(ask):
    words = ("--preset", "low_rank", "--epochs", "1", "--set", "batch=400", "--grid", "rank=2", "weight_decay=0,1e-5")
    status, said, err = ask("search", "planted", *words, "--json")
    assert status == 0, err
    runs = {run["run"]: run for run in ask.document("runs")["runs"]}
    for row in json.loads(said)["runs"]:
        stored = runs[row["run"]]
        assert (stored["model_config"]["bias"], stored["model_config"]["init"]) == (False, "normal")
        assert stored["training_config"]["weight_decay"] == row["settings"]["weight_decay"]


def test_that_ctrl_c_keeps_the_runs_and_resume_goes_on(ask, monkeypatch):
    asked = []

    def after_a_while(self):
        asked.append(1)
        return len(asked) > 250

    with monkeypatch.context() as patched:
        patched.setattr(Driver, "asked_to_stop", property(after_a_while, lambda self, value: None), raising=False)
        status, said, _ = ask("search", "planted", *MF, "--grid", "rank=2,4,6", "--json")
    assert status == 130
    stopped = json.loads(said)
    assert stopped["stopped"]
    runs = [run["run"] for run in stopped["runs"] if run["run"]]
    assert 0 < len(runs) < 3
    status, said, err = ask("search", "--resume", stopped["name"], "--json")
    assert status == 0, err
    done = json.loads(said)
    assert [run["status"] for run in done["runs"]] == ["finished"] * 3
    assert [run["run"] for run in done["runs"]][: len(runs)] == runs


def test_that_a_draw_is_seeded_from_the_command_line(ask):
    words = ("search", "planted", "--model", "ease", "--grid", "l2=1,2,3,4,5,6,7,8,9", "--most", "2", "--json")
    drawn = [json.loads(ask(*words, "--seed", seed)[1])["runs"] for seed in (1, 1, 2)]
    settings = [[run["settings"]["l2"] for run in runs] for runs in drawn]
    assert settings[0] == settings[1] != settings[2]


def test_that_a_search_in_which_every_run_failed_is_a_failure(ask, monkeypatch):
    from engine.models import ease

    monkeypatch.setattr(ease, "available_memory_bytes", lambda: 1000)
    status, said, err = ask("search", "planted", "--model", "ease", "--grid", "l2=1,2")
    assert (status, said) == (1, "")
    assert "All 2 runs of ease search 1 failed; the first: ease compares every title" in err


def test_that_random_runs_are_drawn_from_ranges(ask):
    words = (*MF[:2], "--epochs", "1", *MF[4:], "--grid", "rank=2..6", "lr=1e-3..1e-1", "--random", "2", "--seed", "4")
    status, said, err = ask("search", "planted", *words, "--json")
    assert status == 0, err
    settings = [run["settings"] for run in json.loads(said)["runs"]]
    assert len(settings) == 2
    assert all(2 <= found["rank"] <= 6 and 1e-3 <= found["lr"] <= 1e-1 for found in settings)
    assert settings[0] != settings[1]
