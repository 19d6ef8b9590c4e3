"""Sweeps from the terminal: stored, listed, from a run, and refused with a sentence."""

from __future__ import annotations

import pytest

SMALL = ["--set", "hidden=24", "latent=8", "decoder=16,24", "batch=16", "precision=float32"]
SWEEP = ["--set", "steps=24", "lowest=1e-5"]


@pytest.fixture
def learned(ask, planted_home):
    """The id of a run of the data set Planted."""
    return ask.document("train", "Planted", "--model", "two_head", "--lr", "1e-3", "--epochs", "2", *SMALL)["run"]


def test_that_a_sweep_starts_from_a_run_and_is_listed_beside_that_of_a_fresh_model(ask, learned):
    fresh = ask.document("find-lr", "Planted", "--model", "two_head", *SMALL, "steps=24", "lowest=1e-5")
    later = ask.document("find-lr", "--from", learned, *SWEEP)
    assert (later["from_run"], later["batch"]) == (learned, 16)
    assert "after 2 epochs of two_head 1" in later["name"]
    assert later["losses"][0] != fresh["losses"][0]
    listed = ask.document("find-lr", "Planted", "--list")["sweeps"]
    assert [sweep["sweep_id"] for sweep in listed] == [later["sweep_id"], fresh["sweep_id"]]
    assert listed[0]["losses"] == later["losses"]
    _, text, _ = ask("find-lr", "--list")
    assert later["name"] in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "latest", "--model", "mf"], "--model means nothing to it"),
        (["--from", "latest", "--split", "random"], "--split means nothing to it"),
        (["Planted", "--list", "--model", "mf"], "--model means nothing to it"),
        ([], "Name the data set to sweep on, or a run to sweep from with --from"),
        (["Planted", "--model", "two_head", "--set", "lowest=0"], "From (lowest) lies between 1e-12 and 100"),
        (["Planted", "--model", "two_head", "--set", "lowest=nan"], "From (lowest) lies between 1e-12 and 100"),
        (["Planted", "--model", "two_head", "--set", "lowest=30"], "must start below its end; 30 is not below 10"),
        (["Planted", "--model", "two_head", "--set", "steps=3"], "Steps (steps) lies between 5 and 10,000"),
    ],
)
def test_that_wrong_use_of_a_sweep_has_its_sentence(ask, planted_home, words, sentence):
    status, out, err = ask("find-lr", *words)
    assert (status, out) == (2, "")
    assert sentence in err


def test_that_nothing_to_list_is_said(ask, planted_home):
    assert "There are no sweeps yet" in ask("find-lr", "Planted", "--list")[1]
