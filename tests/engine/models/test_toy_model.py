"""A model that is added by one module and one registry line works everywhere: nothing else lists models."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from planted import planted_dataset
from toy_model import TOY, Toy, ToyConfig

from engine import operations
from engine.cli.command_line import run
from engine.data.importing.importer import ImportReport
from engine.events import drive
from engine.library.store import Library
from engine.models.registry import MODELS, trainable_models
from engine.training.plan import TrainingPlan

REPORT = ImportReport("columns", "utf-8", "comma", 1, {}, (), 0, 0, 0.1, 1.0, ("ratings.csv",))


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    """The registry line; torch's number of threads is set back after training."""
    monkeypatch.setitem(MODELS, "toy", TOY)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def home(tmp_path):
    with Library.open(tmp_path / "home", who="a test") as library:
        library.datasets.save(planted_dataset(), REPORT)
    return tmp_path / "home"


@pytest.fixture
def library(home):
    with Library.open(home, who="a test") as opened:
        yield opened


@pytest.fixture
def ask(home, capsys):
    """The JSON document of a command; what it printed where it prints text."""

    def asked(*words):
        capsys.readouterr()
        status = run([str(word) for word in (*words, "--home", home)])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return json.loads(printed.out) if "--json" in words else printed.out

    return asked


def test_that_operations_train_evaluate_and_recommend_with_it(library):
    dataset = library.datasets.open("planted")
    finished = drive(operations.train(library, dataset, TrainingPlan.defaults("toy")))
    record = library.runs.find(finished.run_id)
    assert (record.model, record.status, record.epochs, record.lr) == ("toy", "finished", 12, 0.05)
    assert record.metrics["ndcg@100"]["value"] > 0

    recommender = operations.recommender_of(library, finished.run_id)
    assert isinstance(recommender.model, Toy)
    assert recommender.model.config == ToyConfig()
    best = recommender.recommend(dataset.histories.row(0), top=1).items[0]
    owned = dataset.histories.row(0).item_rows_N
    others = np.setdiff1d(np.arange(dataset.titles), owned)
    assert dataset.counts_I[best.item_row] >= np.sort(dataset.counts_I[others])[-3]


def test_that_every_command_knows_it(ask):
    listed = {model["name"]: model for model in ask("models", "--json")["models"]}
    assert listed["toy"]["title"] == "Toy"
    assert [setting["name"] for setting in listed["toy"]["settings"]] == ["start"]
    assert "toy: Toy, learns by steps" in ask("models")

    assert ask("find-lr", "planted", "--model", "toy", "--set", "steps=20", "--json")["lrs"]
    run_id = ask("train", "planted", "--model", "toy", "--set", "start=1", "--epochs", "2", "--json")["run"]
    evaluated = ask("evaluate", run_id, "--json")
    assert evaluated["people"] > 0
    assert evaluated["metrics"]["ndcg@100"]["value"] > 0
    assert len(ask("recommend", run_id, "--user", "3", "--top", "5", "--explain", "--json")["items"]) == 5
    runs = ask("search", "planted", "--model", "toy", "--grid", "start=0,1", "--epochs", "1", "--json")["runs"]
    assert [run["status"] for run in runs] == ["finished", "finished"]


def test_that_the_window_lists_it():
    assert trainable_models()[-1] is TOY
    assert TOY.abilities == "Learns from ratings; ranks titles, without ratings."
