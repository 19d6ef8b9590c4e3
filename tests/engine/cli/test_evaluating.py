"""evaluate at the terminal: figures with intervals, their parts, and what the simplest models reach."""

from __future__ import annotations

import json

import pytest

from engine.events import Stop


@pytest.fixture
def home(planted_home):
    return planted_home


@pytest.fixture
def evaluated(ask) -> dict:
    assert ask("train", "planted", "--model", "ease", "--split", "random")[0] == 0
    return ask.document("evaluate", "latest", "--k", "5,10")


def test_that_the_document_has_metrics_of_the_lists_asked_for(evaluated):
    assert evaluated["protocol"] == "random"
    assert evaluated["people"] > 0
    assert {name.partition("@")[2] for name in evaluated["metrics"]} == {"5", "10"}
    assert set(evaluated["metrics"]["recall@5"]) == {"value", "low", "high"}


def test_that_the_document_has_breakdowns_with_counts_and_intervals(evaluated):
    found = {breakdown["name"]: breakdown for breakdown in evaluated["breakdowns"]}
    assert {"cold start", "profile length", "popularity", "popularity in the data"} <= found.keys()
    row = found["cold start"]["rows"][0]
    assert set(row) == {"label", "count", "value", "low", "high"}
    assert row["label"] == "1"


def test_that_the_document_has_baselines_and_paired_differences(evaluated, ask):
    assert evaluated["baselines"]["popularity"]["title"] == "Most liked"
    assert "ndcg@20" in evaluated["baselines"]["popularity"]["metrics"]
    assert {"ndcg@5", "ndcg@10"} <= evaluated["differences"]["popularity"].keys(), "at the lengths asked for"
    usual = ask.document("evaluate", "latest")
    difference = usual["differences"]["popularity"]["ndcg@20"]
    own, base = (found["metrics"]["ndcg@20"]["value"] for found in (usual, usual["baselines"]["popularity"]))
    assert difference["percent"] == pytest.approx(100 * (own - base) / base, abs=0.01)
    theirs = usual["baselines"]["popularity"]["metrics"]["ndcg@20"]["value"]
    assert difference["value"] == pytest.approx(usual["metrics"]["ndcg@20"]["value"] - theirs)
    assert difference["better"] is True
    assert "better than Most liked [" in difference["words"]
    assert "rmse" not in usual["differences"]["biases"], "ease predicts no ratings"


def test_that_the_text_says_it_all_to_people(ask):
    assert ask("train", "planted", "--model", "popularity", "--split", "random")[0] == 0
    status, text, _ = ask("evaluate", "latest")
    assert status == 0
    for words in (
        "popularity 1 on Planted, protocol random",
        "95 % interval",
        "the same as Most liked",
        "the same as Averages",
        "Cold start: the same people",
        "How much of the lists goes to the most rated titles",
        "By the rating that was really given",
        "RMSE on 0 to 1",
        "go from 1 to 5",
    ):
        assert words in text
    assert max(len(line) for line in text.splitlines()) <= 140


def test_that_a_stop_while_baselines_are_judged_leaves_them_out(ask, monkeypatch):
    from engine import operations

    def stopped(*_, **__):
        yield None
        raise Stop

    assert ask("train", "planted", "--model", "popularity")[0] == 0
    monkeypatch.setattr(operations, "baselines", stopped, raising=False)
    status, text, _ = ask("evaluate", "latest", "--json")
    assert status == 0
    assert json.loads(text)["baselines"] == {}
    assert json.loads(text)["metrics"]


def test_that_lengths_of_lists_that_are_none_are_wrong_use(ask):
    status, _, words = ask("evaluate", "latest", "--k", "many")
    assert status == 2
    assert "whole numbers of at least 1, such as 20,50; not 'many'" in words
    assert ask("evaluate", "latest", "--k", "0")[0] == 2


def test_that_nobody_held_out_and_another_protocol_are_said(ask):
    assert ask("train", "planted", "--model", "popularity", "--split", "none")[0] == 0
    status, _, words = ask("evaluate", "latest")
    assert status == 1
    assert "nobody left to evaluate it on" in words
    assert ask("train", "planted", "--model", "popularity", "--split", "random")[0] == 0
    status, _, words = ask("evaluate", "latest", "--protocol", "strong")
    assert status == 1
    assert "trained for the protocol random" in words
