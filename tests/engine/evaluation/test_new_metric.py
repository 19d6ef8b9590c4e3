"""A metric is one row of the table: everything else finds it there."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from every_job import REPORT
from judged_people import some_model, some_people
from planted import CPU, Kept, planted_dataset
from small_models import small_model

from desktop_rec.models.comparison import EvaluatedModel, figures_of, metric_sets
from desktop_rec.training.setting_field import format_choice
from engine.cli.command_line import run
from engine.data.split import SplitConfig, make_split
from engine.errors import SettingError
from engine.evaluation.metrics import METRICS, Metric, RankedLists
from engine.evaluation.protocol import evaluate_model
from engine.events import drive
from engine.library.searches import SearchRow, best_of
from engine.library.store import Library
from engine.settings import declared_settings
from engine.training.config import TrainingConfig
from engine.training.plan import TrainingPlan
from engine.training.search import SearchConfig, grid_of, refuse_unmeasurable
from engine.training.trainer import train


def misses(lists: RankedLists, k: int) -> np.ndarray:
    return np.where(lists.relevant_U > 0, (~lists.hits_UK[:, :k]).mean(axis=1), np.nan)


@pytest.fixture(autouse=True)
def _row(monkeypatch):
    row = Metric(
        "misses", "misses", "How much of the list nobody liked.", "list", misses, higher_is_better=False,
        monitors=("misses@10",),
    )  # fmt: skip
    monkeypatch.setitem(METRICS, "misses", row)


@pytest.fixture
def found():
    held_out, candidates_I = some_people()
    return drive(evaluate_model(some_model(), held_out, candidates_I=candidates_I, ks=(10,)))


def test_that_evaluation_measures_it_with_an_interval(found):
    metric = found.metrics["misses@10"]
    assert metric.low < metric.value < metric.high
    assert metric.value == pytest.approx(1 - found.metrics["precision@10"].value)


def test_that_training_can_monitor_it():
    assert TrainingConfig(monitor="misses@10").higher_is_better is False
    with pytest.raises(SettingError, match=r"Monitor \(monitor\) is one of .*misses@10"):
        TrainingConfig(monitor="luck@10")
    split = make_split(planted_dataset(), SplitConfig(kind="strong", seed=1))
    config = TrainingConfig(epochs=3, lr=1e-2, batch=16, precision="float32", monitor="misses@10")
    run = drive(train(split, small_model("mult_dae", split), config=config, recorder=Kept(), device=CPU))
    values = [dict(epoch.validation)["misses@10"] for epoch in run.curve]
    assert (run.monitor, run.best_value) == ("misses@10", min(values))


def test_that_a_search_compares_runs_by_it():
    grid, config = grid_of(TrainingPlan.of("mult_dae"), {"epochs": (1, 2)}), SearchConfig(monitor="misses@10")
    refuse_unmeasurable(grid.plan, config)
    assert [trial.plan.training.monitor for trial in grid.trials(config)] == ["misses@10", "misses@10"]
    rows = [SearchRow(place, (), status="finished", run_id="r", value=value) for place, value in ((1, 0.4), (2, 0.3))]
    assert best_of(rows, "misses@10") is rows[1]


def test_that_the_terminal_prints_it(tmp_path, capsys):
    with Library.open(tmp_path, who="a test") as library:
        library.datasets.save(planted_dataset(), REPORT)
    for words in (["train", "Planted", "--model", "popularity"], ["evaluate", "latest", "--k", "10"]):
        assert run([*words, "--home", str(tmp_path)]) == 0
    assert "misses@10" in capsys.readouterr().out


def test_that_the_window_offers_and_explains_it(found):
    models = [EvaluatedModel("a", "A", found.metrics, 0), EvaluatedModel("b", "B", {**found.metrics}, 1)]
    assert "misses@10" in metric_sets(models)["Lists of 10"]
    figures = figures_of(models, ("misses@10",))[0]
    assert figures.about == "How much of the list nobody liked. Less is better."
    assert all(row.is_best for row in figures.rows)
    monitor = next(setting for setting in declared_settings(TrainingConfig) if setting.name == "monitor")
    assert [format_choice(choice) for choice in monitor.setting.choices][-1] == "misses@10"


def test_that_names_titles_and_directions_need_no_torch():
    modules = "engine.evaluation.metrics, engine.evaluation.result, engine.training.config"
    script = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
