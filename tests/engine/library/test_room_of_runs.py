"""The room that runs take: what of a finished one is kept, what can be given up, and what can be brought back."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from planted import planted_dataset
from stored_runs import plan_for, state_of, trained

from engine.errors import LibraryError
from engine.library.store import Library
from engine.training.checkpoint import TrainingState


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "home", who="a test") as opened:
        yield opened


def run_with(library, *, schedule="constant", stopped=False):
    """The id of a run that ended, whose optimizer remembers twice what its weights are."""
    dataset = planted_dataset()
    plan = plan_for(dataset)
    recorder = library.runs.begin(dataset, replace(plan, training=plan.training.changed(schedule=schedule)))
    state = state_of(1.0)
    remembered = {name: torch.ones(50_000) for name in ("0.exp_avg", "0.exp_avg_sq")} | {"scale.taken": torch.ones(1)}
    weights = {"w": torch.full((50_000,), 1.0)}
    best = {"w": torch.full((50_000,), 1.5)}
    recorder.save_checkpoint(TrainingState(weights, best, remembered, state.progress))
    library.runs.finish(recorder.run_id, replace(trained(), stopped=stopped))
    return recorder.run_id


def test_that_a_run_whose_schedule_is_over_keeps_its_best_weights_alone(library):
    run_id = run_with(library, schedule="slanted_triangle")
    state = library.runs.state(run_id)
    assert float(state.weights["w"][0]) == float(state.best_weights["w"][0]) == 1.5
    assert set(state.optimizer) == {"scale.taken"}
    assert not library.runs.goes_on_exactly(run_id)
    assert library.runs.room_of(run_id).free_bytes < 1_000


@pytest.mark.parametrize(("schedule", "stopped"), [("slanted_triangle", True), ("constant", False)])
def test_that_a_run_that_can_go_on_to_the_bit_keeps_all_that_it_needs(library, schedule, stopped):
    run_id = run_with(library, schedule=schedule, stopped=stopped)
    assert library.runs.goes_on_exactly(run_id)
    assert set(library.runs.state(run_id).optimizer) == {"0.exp_avg", "0.exp_avg_sq", "scale.taken"}


def test_that_making_room_frees_what_was_said_and_keeps_what_predicts(library, tmp_path):
    run_id = run_with(library)
    before = library.runs.room_of(run_id)
    assert before.free_bytes > 3 * 200_000
    library.runs.make_room(run_id)
    assert float(library.runs.load(run_id).weights["w"][0]) == 1.5
    library.close()
    with Library.open(tmp_path / "home", who="a test") as opened:
        after = opened.runs.room_of(run_id)
    assert before.size_bytes - after.size_bytes == pytest.approx(before.free_bytes, abs=2_000)
    assert after.free_bytes < 1_000


def test_that_made_room_can_be_taken_back_to_the_bit(library):
    run_id = run_with(library)
    library.runs.make_room(run_id)
    library.runs.take_back(run_id)
    assert library.runs.goes_on_exactly(run_id)
    assert float(library.runs.state(run_id).weights["w"][0]) == 1.0
    with pytest.raises(LibraryError, match="its room was needed"):
        library.runs.take_back(run_id)


def test_that_what_was_given_up_is_gone_once_its_room_was_needed(library):
    run_id = run_with(library)
    library.runs.make_room(run_id)
    assert library.empty_trash() == 1
    with pytest.raises(LibraryError, match="its room was needed"):
        library.runs.take_back(run_id)
    assert library.runs.load(run_id).weights


def test_that_nothing_is_taken_back_over_a_run_that_has_gone_on(library):
    run_id = run_with(library)
    library.runs.make_room(run_id)
    recorder = library.runs.resume(run_id, training=plan_for(planted_dataset()).training, device="cpu", precision="f")
    recorder.save_checkpoint(state_of(3.0))
    with pytest.raises(LibraryError, match="has gone on since"):
        library.runs.take_back(run_id)


def test_that_no_room_is_made_of_a_run_that_is_training(library):
    dataset = planted_dataset()
    recorder = library.runs.begin(dataset, plan_for(dataset))
    with pytest.raises(LibraryError, match="is training just now"):
        library.runs.make_room(recorder.run_id)
