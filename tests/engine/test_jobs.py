"""The rules by which every long job is a generator (see engine.events), each held against every job.

Pause, stop at any yield, release, clean modes, plain events, and how often they come.
"""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from every_job import JOBS, Workshop, assert_equal, essence
from planted import planted_dataset

from engine.data.importing.importer import ImportReport
from engine.data.reading import lines
from engine.evaluation import protocol
from engine.events import Event, LossesMeasured, Pace, Progressed, StageStarted, StepsTaken, Stop, drive
from engine.library.store import Library
from engine.models import ridge
from engine.recommending import explanation, many_lists, pair_ratings
from engine.training import trainer

REPORT = ImportReport("columns", "utf-8", "comma", 1, {}, (), 0, 0, 0.1, 1.0, ("ratings.csv",))
MOST_PLACES = 12
"""A long job is stopped and released at about so many of its yields, the first ones and the last one among them."""

every_job = pytest.mark.parametrize("name", JOBS)


@pytest.fixture
def workshop(tmp_path: Path):
    threads = torch.get_num_threads()
    with Library.open(tmp_path / "home", who="a test") as library:
        library.datasets.keep(planted_dataset(), REPORT)
        yield Workshop.furnished(library, library.datasets.open("planted"), tmp_path)
    torch.set_num_threads(threads)


@pytest.fixture
def in_small_portions(monkeypatch):
    """Let every job hand control back often, as it does on large data."""
    monkeypatch.setattr(protocol, "_MOST_PEOPLE_AT_ONCE", 2)
    monkeypatch.setattr(explanation, "_MOST_AT_ONCE", 2)
    monkeypatch.setattr(pair_ratings, "_MOST_PROFILES_AT_ONCE", 20)
    monkeypatch.setattr(many_lists, "_MOST_PEOPLE_AT_ONCE", 4)
    monkeypatch.setattr(ridge, "BLOCK", 8)
    monkeypatch.setitem(lines.read_blocks.__kwdefaults__, "block_bytes", 512)


def places_of(job) -> list[int]:
    """Numbers of yields, from 1, at which to interrupt a job such as this one."""
    yields = sum(1 for _ in job)
    return sorted({1, 2, 3, yields, *range(1, yields, max(1, yields // (MOST_PLACES - 4)))})


def at_yield(job, place: int):
    """The job, driven to its yield of that number (or to its end, where it had less to report this time)."""
    for _ in range(place):
        next(job, None)
    return job


def kept_files(library: Library) -> dict[Path, bytes]:
    folders = (library.home / "datasets", library.home / "runs")
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


@every_job
def test_that_the_modes_of_torch_are_clean_at_every_yield(workshop, in_small_portions, name):
    torch.manual_seed(3)
    state = torch.get_rng_state()
    for _ in JOBS[name](workshop):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")
        assert not torch.is_autocast_enabled("cuda")
        assert torch.equal(state, torch.get_rng_state()), "the driver's random state is its own"


@pytest.mark.parametrize("name", [one for one in JOBS if one != "resume"])
def test_that_a_pause_in_which_other_work_is_done_changes_nothing(workshop, in_small_portions, name):
    whole = essence(drive(JOBS[name](workshop)))
    paused = at_yield(JOBS[name](workshop), 4)
    threads = threading.active_count()
    torch.manual_seed(11)
    drive(JOBS["find rate"](workshop))
    drive(JOBS["quick model"](workshop))
    assert threading.active_count() == threads, "a job starts no thread of its own"
    assert_equal(whole, essence(drive(paused)))


@every_job
def test_that_a_stop_at_any_yield_ends_the_job_and_starts_no_further_stage(workshop, in_small_portions, name):
    for place in places_of(JOBS[name](workshop)):
        job, heard, result = at_yield(JOBS[name](workshop), place), [], None
        try:
            heard.append(job.throw(Stop()))
            while True:
                heard.append(next(job))
        except StopIteration as end:
            result = end.value
        except Stop:
            result = None
        assert not [one for one in heard if isinstance(one, StageStarted)], f"at yield {place}"
        if hasattr(result, "stopped") and name != "import":
            assert result.stopped, f"at yield {place}"
        assert not list(workshop.library.home.rglob(".new-*"))
        for record in workshop.library.runs.records():
            assert record.status != "running"
            assert record.has_model
            workshop.library.runs.load(record.run_id)


@every_job
def test_that_releasing_a_job_deletes_and_changes_nothing_that_was_kept(workshop, in_small_portions, name):
    places = places_of(JOBS[name](workshop))
    kept = {} if name == "resume" else kept_files(workshop.library)
    records = {one.run_id for one in workshop.library.runs.records()}
    for place in places:
        job = at_yield(JOBS[name](workshop), place)
        job.close()
        after = kept_files(workshop.library)
        assert {path: after.get(path) for path in kept} == kept, f"at yield {place}"
        assert records <= {one.run_id for one in workshop.library.runs.records()}
        assert all(record.status != "running" for record in workshop.library.runs.records())
    assert workshop.library.runs.load(workshop.run_id).weights


def test_that_a_run_released_after_a_checkpoint_can_be_resumed(workshop, monkeypatch):
    monkeypatch.setattr(trainer, "_CHECKPOINT_EVERY_S", 0.0)
    monkeypatch.setattr(trainer, "_CHECKPOINT_COST", 0.0)
    at_yield(JOBS["train"](workshop), 12).close()
    record = workshop.library.runs.find("latest")
    assert (record.status, record.has_model) == ("interrupted", True)
    assert 0 < workshop.library.runs.state(record.run_id).progress["step"] < 18


@every_job
def test_that_events_are_frozen_copies_without_tensors(workshop, in_small_portions, name):
    heard = [(one, repr(one)) for one in JOBS[name](workshop) if one is not None]
    assert heard
    for event, words in heard:
        assert isinstance(event, Event)
        assert repr(event) == words, "what was reported changed afterwards"
        for field in dataclasses.fields(event):
            assert_plain(getattr(event, field.name))


def assert_plain(value):
    if isinstance(value, tuple):
        for one in value:
            assert_plain(one)
    elif isinstance(value, np.ndarray):
        assert value.dtype != object
        while value is not None:
            assert not isinstance(value, torch.Tensor), "an array over a tensor's memory"
            value = getattr(value, "base", None)
    else:
        assert value is None or type(value) in (int, float, str, bool), type(value)


@every_job
def test_that_reports_come_only_when_they_are_due(workshop, in_small_portions, monkeypatch, name):
    """While no time passes each pace allows one report; a sweep and every run add their last one."""
    paces = []
    paced = Pace.__init__

    def begin_in_standing_time(self, **_choices):
        paces.append(self)
        paced(self, clock=standing_still)

    monkeypatch.setattr(Pace, "__init__", begin_in_standing_time)
    reports = [one for one in JOBS[name](workshop) if isinstance(one, Progressed | StepsTaken | LossesMeasured)]
    assert len(reports) <= len(paces) + (2 if name in ("find rate and train", "search") else 1)


def standing_still() -> float:
    return 0.0
