"""Presets from the terminal: which model and settings they bring, what changes them, and how they are refused."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from planted import planted_dataset

from engine.data.dataset import Scale
from engine.data.importing.importer import ImportReport
from engine.library.store import Library
from tests.support.planted import fingerprint_of

REPORT = ImportReport("columns", "utf-8", "comma", 1, {}, (), 0, 0, 0.1, 1.0, ("ratings.csv",))
QUICK = ["--lr", "1e-2", "--epochs", "5", "--set", "batch=64", "hidden=8", "embedding=4"]


def liked_only():
    planted = planted_dataset()
    histories = dataclasses.replace(planted.histories, ratings_N=np.ones(planted.entries, dtype=np.float32))
    print_ = fingerprint_of(histories, planted.users, planted.items)
    changed = {"dataset_id": "liked", "name": "Liked", "fingerprint": print_}
    return dataclasses.replace(planted, histories=histories, scale=Scale(0, 1, 1), **changed)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    threads = torch.get_num_threads()
    place = tmp_path_factory.mktemp("presets") / "home"
    with Library.open(place, who="a test") as library:
        for dataset in (planted_dataset(), liked_only()):
            library.datasets.save(dataset, REPORT)
    yield place
    torch.set_num_threads(threads)


def test_that_models_lists_the_presets_with_their_sentences(ask):
    _, out, _ = ask("models", "--json")
    presets = {preset["name"]: preset for preset in json.loads(out)["presets"]}
    assert {"best_quality", "fastest", "netflix_mlp", "low_rank", "movielens_101_lstm"} <= set(presets)
    assert presets["low_rank"]["settings"]["rank"] == 25
    _, text, _ = ask("models")
    assert "netflix_mlp: Netflix Prize MLP\n  Embeddings of 100" in text


def test_that_every_model_says_what_it_learns_from_and_what_it_answers(ask):
    _, text, _ = ask("models")
    assert "Learns from likes, and with less weight from other ratings; ranks titles, without ratings." in text
    assert "Learns from ratings in the order of time; predicts ratings and ranks titles." in text
    assert text.count("  Learns from finished runs;") == 1
    _, out, _ = ask("models", "--json")
    assert all(model["abilities"].startswith("Learns from ") for model in json.loads(out)["models"])


def test_that_a_preset_brings_its_model_settings_and_split(ask):
    status, out, err = ask("train", "Planted", "--preset", "low_rank", "--epochs", "5", "--json")
    document = json.loads(out)
    assert (status, document["model"], document["preset"]) == (0, "mf", "low_rank")
    assert (document["split"]["kind"], document["lr"]) == ("random", 1e-3)
    assert "Rank 25 without biases" in err
    assert document["curve_words"].endswith(".")


def test_that_what_is_given_beside_a_preset_changes_it(ask):
    status, out, _ = ask("train", "Planted", "--preset", "movielens_101_dense", *QUICK, "--json")
    document = json.loads(out)
    assert (status, document["lr"], document["epochs"]) == (0, 0.01, 5)
    assert document["parameters"] < 3_000


def test_that_the_netflix_preset_says_that_it_cannot_hold_out_the_newest_of_data_without_times(ask):
    _, out, err = ask(
        "train", "Planted", "--preset", "netflix_mlp", "--lr", "1e-3", "--epochs", "1", "--set", "hidden=8,8", "--json"
    )
    document = json.loads(out)
    assert document["split"]["kind"] == "random"
    assert "held out at random, not the newest" in err
    assert "held out at random, not the newest" in document["preset_words"]


def test_that_the_chosen_preset_says_why(ask):
    status, out, err = ask("train", "Planted", "--preset", "best_quality", "--json")
    assert (status, json.loads(out)["model"]) == (0, "ease")
    assert "Best for your data (ease)" in err
    assert "40 titles need" in err


def test_that_a_search_starts_from_a_preset(ask, home):
    status, out, _ = ask(
        "search", "Planted", "--preset", "low_rank", "--epochs", "2", "--grid", "rank=2,4", "--json"
    )  # fmt: skip
    document = json.loads(out)
    assert (status, document["model"], len(document["runs"])) == (0, "mf", 2)
    with Library.open(home, who="a test") as library:
        run_record = library.runs.find(document["runs"][0]["run"])
    assert (run_record.model_config["bias"], run_record.model_config["rank"]) == (False, 2)
    assert (run_record.training_config["batch"], run_record.split_config["kind"]) == (1000, "random")


def test_that_find_lr_takes_the_reading_of_the_study(ask):
    status, out, _ = ask(
        "find-lr", "Planted", "--preset", "netflix_mlp", "--set", "hidden=8,8", "steps=60", "batch=32", "--json"
    )
    document = json.loads(out)
    assert status == 0
    assert document["chosen_kind"] == "turning_point" or document["suggestions"]["turning_point"] is None


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("train", "Planted"), 2, "Name a model with --model, or a preset with --preset"),
        (("train", "Planted", "--preset", "best"), 2, "no preset called 'best'. Known are: best_quality"),
        (("train", "Planted", "--preset", "low_rank", "--model", "lstm"), 2, "is of the model mf, not of lstm"),
        (("train", "Liked", "--preset", "low_rank"), 1, "in these data all ratings are the same"),
        (("train", "Liked", "--model", "mf"), 1, "are 1: they say what was liked, not how much"),
        (("find-lr", "Planted", "--preset", "fastest"), 1, "computed at once and has no learning rate"),
    ],
)
def test_that_what_cannot_be_is_refused_in_a_line(ask, words, status, sentence):
    found, out, err = ask(*words)
    assert (found, out) == (status, "")
    assert sentence in err.splitlines()[-1]


def test_that_times_that_are_missing_are_said_when_the_sequence_is_trained(ask):
    _, _, err = ask(
        "train", "Planted", "--model", "lstm", "--lr", "1e-2", "--epochs", "1", "--set", "hidden=8", "embedding=4"
    )
    assert "in the order of the file" in err
