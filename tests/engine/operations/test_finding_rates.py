"""Sweeps as people make them: stored with the data set, from a fresh model or from a run, and before a training."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from operation_driving import QUICK, SMALL, plan_for, stop_at, trained

from engine import operations
from engine.errors import LibraryError, NotStoredError, TrainingError
from engine.events import Advised, EpochEnded, LossesMeasured, RateTaken, StepsTaken, Stop, drive
from engine.models.registry import kind_of
from engine.training.config import FinderConfig
from engine.training.plan import TrainingPlan

FINDER = FinderConfig(steps=40, lowest=1e-5)
FOUR_EPOCHS = QUICK.changed(epochs=4)


def sweep_of(library, dataset, **choices):
    return operations.find_rate(library, dataset, plan_for(dataset, finder=FINDER, device="cpu", **choices))


def sweep_from(library, dataset, run_id, training=FOUR_EPOCHS):
    plan = plan_for(dataset, model="mult_dae", model_config=None, training=training, finder=FINDER, device="cpu")
    return operations.find_rate(library, dataset, plan, from_run=run_id)


def files_of(folder: Path) -> dict[str, str]:
    """Every file of a run and what is in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture
def stopped_run(library, dataset) -> str:
    """A run that was stopped after two of its epochs, in the middle of the third."""
    ended = []

    def is_moment(event) -> bool:
        ended.extend([event] if isinstance(event, EpochEnded) else [])
        return len(ended) == 2 and not isinstance(event, EpochEnded)

    return stop_at(trained(library, dataset, training=FOUR_EPOCHS, device="cpu"), is_moment).run_id


def test_that_a_sweep_is_stored_with_its_plan_and_a_name_that_tells_it_from_others(library, dataset):
    sweep = drive(sweep_of(library, dataset))
    wide = drive(sweep_of(library, dataset, training=QUICK.changed(batch=40, optimizer="sgd")))
    assert library.sweeps.records(dataset.fingerprint) == (wide, sweep)
    assert sweep.model == "two_head"
    assert sweep.name.startswith("Watch and love, ")
    assert sweep.name.endswith(", batch 16")
    assert (sweep.batch, wide.batch) == (16, 40)
    assert wide.name.endswith(", batch 40")
    assert TrainingPlan.from_dict(sweep.plan) == TrainingPlan(
        "two_head", SMALL, QUICK, TrainingPlan.defaults("two_head").split, "cpu", FINDER
    )


def test_that_a_stopped_sweep_is_stored_and_suggests_nothing(library, dataset):
    sweep = stop_at(sweep_of(library, dataset), lambda event: isinstance(event, LossesMeasured))
    assert sweep.stopped
    assert sweep.suggestions == ()
    assert library.sweeps.records() == ((sweep,) if len(sweep.lrs) > 1 else ())


def test_that_a_sweep_from_a_run_goes_on_where_the_run_is(library, dataset, stopped_run):
    """Its first step is the very one that the run takes next: the same weights, examples and noise."""
    sweep = drive(sweep_from(library, dataset, stopped_run))
    steps = []
    drive(operations.resume(library, stopped_run, device="cpu", advise=False), on_event=steps.append)
    first = next(event for event in steps if isinstance(event, StepsTaken))
    assert sweep.losses[0] == pytest.approx(float(first.losses[0]), rel=1e-6)
    assert sweep.from_run == stopped_run
    assert sweep.name.endswith(f"after 2 epochs of {library.runs.find(stopped_run).name}")
    assert sweep.losses[0] < drive(sweep_of(library, dataset)).losses[0]


def is_done(event) -> bool:
    return isinstance(event, LossesMeasured)


@pytest.mark.parametrize("end", ["done", "stopped", "failed", "closed"])
def test_that_a_sweep_from_a_run_leaves_the_run_as_it_was_to_the_bit(library, dataset, stopped_run, end):
    folder, record = library.runs.folder_of(stopped_run), library.runs.find(stopped_run)
    before = files_of(folder)
    job = sweep_from(library, dataset, stopped_run)
    if end == "done":
        drive(job)
    elif end == "stopped":
        assert stop_at(job, is_done).stopped
    else:
        while not is_done(next(job)):
            pass
        if end == "closed":
            job.close()
        else:
            with pytest.raises(RuntimeError, match="out of memory"):
                job.throw(RuntimeError("out of memory"))
    assert files_of(folder) == before
    assert library.runs.find(stopped_run) == record


def test_that_a_sweep_from_a_run_may_take_another_batch(library, dataset, stopped_run):
    sweep = drive(sweep_from(library, dataset, stopped_run, training=QUICK.changed(batch=32)))
    assert sweep.batch == 32
    assert "batch 32" in sweep.name


def test_that_a_run_without_a_rate_or_a_checkpoint_and_one_of_other_data_are_refused(library, dataset):
    with pytest.raises(LibraryError, match="There is no run called 'nobody'"):
        drive(sweep_from(library, dataset, "nobody"))
    computed = drive(trained(library, dataset, model="ease", model_config=None, training=None, advise=False)).run_id
    with pytest.raises(TrainingError, match="computed at once and has no learning rate"):
        drive(sweep_from(library, dataset, computed))
    other = drive(operations.open_sample(library)).dataset
    learned = drive(trained(library, dataset, training=QUICK.changed(epochs=1), advise=False)).run_id
    with pytest.raises(TrainingError, match=r"learned from .*, not from"):
        drive(sweep_from(library, other, learned))


def test_that_training_with_an_automatic_rate_says_which_it_took_and_why_and_stores_the_sweep(library, dataset):
    events = []
    job = trained(library, dataset, training=QUICK.changed(lr=None, epochs=1), finder=FINDER, advise=False)
    finished = drive(job, on_event=events.append)
    (taken,) = [event for event in events if isinstance(event, RateTaken)]
    sweep = library.sweeps.find(taken.sweep_id)
    assert sweep.chosen is not None
    assert (taken.lr, taken.kind) == (sweep.chosen.lr, sweep.chosen.kind)
    assert sweep.chosen.sentence in taken.words
    assert finished.lr == library.runs.find(finished.run_id).lr == taken.lr
    assert taken.words in (library.runs.folder_of(finished.run_id) / "log.txt").read_text(encoding="utf-8")
    measured = np.concatenate([event.losses for event in events if isinstance(event, LossesMeasured)])
    assert np.array_equal(measured, sweep.losses)


def test_that_a_sweep_without_a_suggestion_writes_no_empty_rate_into_the_settings(library, dataset):
    events = []
    job = trained(
        library, dataset, training=QUICK.changed(lr=None, epochs=1), finder=FinderConfig(steps=6), advise=False
    )
    finished = drive(job, on_event=events.append)
    (taken,) = [event for event in events if isinstance(event, RateTaken)]
    usual = kind_of("two_head").training_for(dataset.entries).get("lr") or 0.01
    assert (taken.kind, taken.lr, finished.lr) == ("", usual, usual)
    assert any(isinstance(event, Advised) and "Only 6 rates were tried" in event.words for event in events)


def test_that_a_sweep_stopped_before_a_training_ends_both(library, dataset):
    job = trained(library, dataset, training=QUICK.changed(lr=None))
    with pytest.raises(Stop):
        stop_at(job, is_done)
    assert library.runs.records() == ()


def test_that_a_full_disk_loses_no_sweep_that_was_made(library, dataset, monkeypatch):
    def refuse(*what):
        raise NotStoredError("The sweep could not be written: the disk is full.", not_stored="The sweep", is_full=True)

    monkeypatch.setattr(type(library.sweeps), "add", refuse)
    events = []
    sweep = drive(sweep_of(library, dataset), on_event=events.append)
    assert len(sweep.lrs) > 20
    assert sweep.sweep_id == ""
    assert any(isinstance(event, Advised) and "the disk is full" in event.words for event in events)
