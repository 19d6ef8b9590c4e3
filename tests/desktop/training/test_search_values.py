"""What a search offers, predicts and reports, as values: no window is needed."""

from __future__ import annotations

import dataclasses

import pytest

from desktop_rec.training.search.state import LiveRun, SearchJobState, SearchState
from desktop_rec.training.search.text import describe_grid, suggested_values
from engine.events import EpochEnded, SearchMoved, SearchStarted, StepsTaken, TrainingStarted
from engine.library.searches import FINISHED, SearchRow
from engine.models.mf import MfConfig
from engine.models.presets import PRESETS
from engine.models.registry import trainable_models
from engine.training.plan import TrainingPlan
from engine.training.search import grid_of, read_axis, read_values, varied_settings


@pytest.mark.parametrize(
    "base",
    [
        *(TrainingPlan.defaults(kind.name) for kind in trainable_models()),
        *(TrainingPlan.defaults(preset.model, preset=preset) for preset in PRESETS.values()),
    ],
    ids=[*(kind.name for kind in trainable_models()), *PRESETS],
)
def test_that_every_suggested_list_is_one_that_the_setting_takes(base):
    assert varied_settings(base)
    for declared, in_training in varied_settings(base):
        assert read_axis(base, declared.name, suggested_values(base, declared, in_training))
        drawn = suggested_values(base, declared, in_training, at_random=True)
        assert read_axis(base, declared.name, drawn)
        assert declared.kind in (int, float) or ".." not in drawn


def test_that_a_random_search_says_from_what_it_draws():
    plan = TrainingPlan.of("mf", model_config=MfConfig(solver="adam"))
    grid = grid_of(plan, read_values(plan, ["lr=1e-4..1e-1", "rank=8,16"]))
    words = describe_grid(grid, runs=20, state=SearchState(), at_random=True)
    assert words.startswith("20 runs, each drawn anew from Learning rate (1e-4..0.1 log), Rank (2).")


def test_that_a_time_is_predicted_only_from_runs_that_were_timed():
    grid = grid_of(TrainingPlan.of("mf"), {"rank": (1, 2, 3)})
    made = tuple(SearchRow(at, (), FINISHED, f"r{at}", value=0.9, seconds=10.0) for at in (1, 2))
    known = dataclasses.make_dataclass("Record", ["model", "name"])("mf", "mf search 1")
    assert describe_grid(grid, runs=3, state=SearchState()).endswith("shows after the first.")
    described = describe_grid(grid, runs=3, state=SearchState(record=known, rows=made))
    assert described == "3 runs: Rank (3). About 30 s, if each takes as long as those of Factorisation search 1."


def moved(place, status, *, ended, rest_s):
    return SearchMoved(place, status, "rank=8", None, "", 0.0, None, None, ended, 4, rest_s)


def test_that_the_job_bar_counts_all_runs_and_the_time_of_all_runs():
    state = SearchJobState("search", "Search").after(SearchStarted("s", "mf search 1", "mf", "rmse", 4, 1), now_s=0)
    state = state.after(moved(2, "running", ended=1, rest_s=60.0), now_s=10.0)
    assert (state.words, state.share, state.remaining_s) == ("Run 2 of 4: rank=8", 0.25, 60.0)
    steps = StepsTaken(40, [0.1] * 10, [1e-3] * 10, 2, 100, 1e3, 1.0, 5.0)
    state = state.after(steps, now_s=20.0)
    assert state.words == "Run 2 of 4: epoch 2, step 50 of 100"
    assert state.share == pytest.approx((1 + 0.5) / 4)
    assert state.remaining_s == 50.0
    assert state.can_pause
    state = state.after(moved(2, "finished", ended=2, rest_s=40.0), now_s=30.0)
    assert (state.share, state.remaining_s) == (0.5, 40.0)


def test_that_the_live_run_follows_its_epochs():
    state = SearchState(running=True)
    for event in (
        moved(3, "running", ended=2, rest_s=None),
        TrainingStarted("r", "mf", "cpu", "float32", 10, 80, 10, 0, 40, 4, "rmse"),
        EpochEnded(1, 10, 1.0, (), (("rmse", 0.9),), "rmse", True, 1e-3),
        EpochEnded(2, 20, 1.0, (), (("rmse", 0.95),), "rmse", False, 1e-3),
    ):
        state.fold(event)
    assert state.live == LiveRun(3, epoch=2, epochs=4, value=0.9)
    state.fold(moved(3, "finished", ended=3, rest_s=1.0))
    assert state.live is None
