"""The rules by which every long job is a generator (see engine.events), each held against every job.

Pause, stop at any yield, release, clean modes, plain events, and how often they come.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from every_job import JOBS, TrainedLibrary, assert_equal, essence

from engine.data.reading import lines
from engine.events import Event, LossesMeasured, Order, Pace, Progressed, StageStarted, StepsTaken, Stop, drive
from engine.library.store import Library
from engine.models import ridge
from engine.recommending import leaving_out, pair_ratings
from engine.training import saving
from engine.wording import Said

at_few_places_or_all = pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.thorough)])
"""A job is interrupted at its middle yield; or at its first, its last, and every place in the code that yields."""

_FEW = ("import", "match an export", "find rate", "train", "fit", "search", "evaluate", "recommend and explain")
FEW_OR_ALL = [pytest.param(name, marks=() if name in _FEW else pytest.mark.thorough) for name in JOBS]
with_few_jobs_or_all = pytest.mark.parametrize("whole", FEW_OR_ALL, indirect=True)


@dataclasses.dataclass(frozen=True)
class WholeRun:
    """What one undisturbed run of a job showed: at each yield, and in the end."""

    name: str
    events: list[tuple[Event, str]]
    """Each event beside its `repr` at the moment it came."""
    modes: list[tuple[bool, ...]]
    """At each yield: gradients on, inference mode, autocast on the CPU and on CUDA, random state untouched."""
    found: Any
    lines: list[tuple[str, ...]]
    """At each yield: at which lines the job and those that it waits for are."""

    def places(self, everywhere: bool) -> list[int]:
        """Numbers of yields, from 1, at which to interrupt such a job; `everywhere`: at each line that yields the first
        time, and for a few jobs in the middle of all its times, too."""
        yields = len(self.modes)
        places = {(1 + yields) // 2}
        if everywhere:
            places |= {1, yields}
            alike: dict[tuple[str, ...], list[int]] = {}
            for place, at in enumerate(self.lines, start=1):
                alike.setdefault(at, []).append(place)
            places |= {of[0] for of in alike.values()}
            if self.name in _FEW:
                places |= {of[len(of) // 2] for of in alike.values()}
        return sorted(places)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a library and a file, made once, and the id of the run in it."""
    folder = tmp_path_factory.mktemp("furnished")
    return folder, TrainedLibrary.furnished(folder)


@pytest.fixture
def trained_library(furnished: tuple[Path, str], tmp_path: Path) -> Iterator[TrainedLibrary]:
    threads = torch.get_num_threads()
    with TrainedLibrary.copied(*furnished, tmp_path) as copy:
        yield copy
    torch.set_num_threads(threads)


@contextmanager
def small_portions() -> Iterator[None]:
    """Let every job hand control back often, as it does on large data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.data.batches._MOST_PEOPLE_AT_ONCE", 10)
        patch.setattr(leaving_out, "_MOST_AT_ONCE", 2)
        patch.setattr(pair_ratings, "_MOST_PROFILES_AT_ONCE", 20)
        patch.setattr(ridge, "BLOCK", 8)
        patch.setitem(lines.read_blocks.__kwdefaults__, "block_bytes", 512)
        patch.setattr("engine.operations.same_people.LEAST_PEOPLE", 1)
        patch.setattr("engine.operations.same_people.LEAST_RATINGS", 1)
        yield


@pytest.fixture
def in_small_portions() -> Iterator[None]:
    with small_portions():
        yield


@pytest.fixture(scope="module", params=JOBS)
def whole(request: pytest.FixtureRequest, furnished: tuple[Path, str], tmp_path_factory) -> WholeRun:
    """Each job in turn, run once undisturbed; several tests look at what it showed."""
    name, threads = request.param, torch.get_num_threads()
    with small_portions(), TrainedLibrary.copied(*furnished, tmp_path_factory.mktemp("whole")) as copy:
        run = observed(name, JOBS[name](copy))
    torch.set_num_threads(threads)
    return run


def observed(name: str, job) -> WholeRun:
    torch.manual_seed(3)
    state, events, modes, at = torch.get_rng_state(), [], [], []
    while True:
        try:
            event = next(job)
        except StopIteration as end:
            return WholeRun(name, events, modes, essence(end.value), at)
        at.append(tuple(lines_of(job)))
        modes.append(
            (
                torch.is_grad_enabled(),
                torch.is_inference_mode_enabled(),
                torch.is_autocast_enabled("cpu"),
                torch.is_autocast_enabled("cuda"),
                torch.equal(state, torch.get_rng_state()),
            )
        )
        if event is not None:
            events.append((event, repr(event)))


def lines_of(job) -> Iterator[str]:
    """Where a job stands: its own line, that of the job it waits for, and so on."""
    while job is not None and hasattr(job, "gi_frame"):
        yield f"{job.gi_code.co_qualname}:{job.gi_frame.f_lineno}"
        job = job.gi_yieldfrom


def at_yield(job, place: int):
    """The job, driven to its yield of that number (or to its end, where it had less to report this time)."""
    for _ in range(place):
        next(job, None)
    return job


def stored_files(library: Library) -> dict[Path, bytes]:
    folders = (library.home / "datasets", library.home / "runs")
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


@with_few_jobs_or_all
def test_that_the_modes_of_torch_are_clean_at_every_yield(whole):
    assert whole.modes
    for place, (gradients, inference, autocast_cpu, autocast_cuda, untouched) in enumerate(whole.modes, start=1):
        assert gradients, f"at yield {place}"
        assert not inference, f"at yield {place}"
        assert not autocast_cpu, f"at yield {place}"
        assert not autocast_cuda, f"at yield {place}"
        assert untouched, f"at yield {place}: the driver's random state is its own"


@with_few_jobs_or_all
def test_that_a_pause_with_other_work_in_it_and_orders_it_does_not_know_change_nothing(
    whole, trained_library, in_small_portions
):
    paused = at_yield(JOBS[whole.name](trained_library), 4)
    threads = threading.active_count()
    torch.manual_seed(11)
    drive(JOBS["find rate"](trained_library))
    drive(JOBS["quick model"](trained_library))
    assert threading.active_count() == threads, "a job starts no thread of its own"
    assert_equal(whole.found, essence(drive(paused, next_order=Order)))


@with_few_jobs_or_all
@at_few_places_or_all
def test_that_a_stop_at_any_yield_ends_the_job_and_starts_no_further_stage(
    whole, trained_library, in_small_portions, everywhere
):
    runs, loaded = trained_library.library.runs, set()
    for place in whole.places(everywhere):
        job, events, result = at_yield(JOBS[whole.name](trained_library), place), [], None
        try:
            events.append(job.throw(Stop()))
            while True:
                events.append(next(job))
        except StopIteration as end:
            result = end.value
        except Stop:
            result = None
        assert not [event for event in events if isinstance(event, StageStarted) and event.stage != "saving"], place
        if hasattr(result, "stopped") and whole.name != "import":
            assert result.stopped, f"at yield {place}"
        assert not list(trained_library.library.home.rglob(".new-*"))
        for record in runs.records():
            assert record.status != "running"
            assert record.has_model
            if record.run_id not in loaded:
                assert runs.load(record.run_id).weights
                loaded.add(record.run_id)
    for run_id in loaded:
        assert runs.load(run_id).weights, "a later stop leaves what an earlier one saved"


@with_few_jobs_or_all
@at_few_places_or_all
def test_that_releasing_a_job_deletes_and_changes_nothing_that_was_saved(
    whole, trained_library, in_small_portions, everywhere
):
    library = trained_library.library
    saved = {} if whole.name == "resume" else stored_files(library)
    records = {record.run_id for record in library.runs.records()}
    assert records
    for place in whole.places(everywhere):
        job = at_yield(JOBS[whole.name](trained_library), place)
        job.close()
        after = stored_files(library)
        assert {path: after.get(path) for path in saved} == saved, f"at yield {place}"
        assert records <= {record.run_id for record in library.runs.records()}
        assert all(record.status != "running" for record in library.runs.records())
    assert library.runs.load(trained_library.run_id).weights


def test_that_a_run_released_after_a_checkpoint_can_be_resumed(trained_library, in_small_portions, monkeypatch):
    monkeypatch.setattr(saving, "EVERY_S", 0.0)
    monkeypatch.setattr(saving, "COST", 0.0)
    at_yield(JOBS["train"](trained_library), 12).close()
    record = trained_library.library.runs.find("latest")
    assert (record.status, record.has_model) == ("interrupted", True)
    assert 0 < trained_library.library.runs.state(record.run_id).progress["step"] < 18


@with_few_jobs_or_all
def test_that_events_are_frozen_copies_without_tensors(whole):
    assert whole.events
    for event, text in whole.events:
        assert isinstance(event, Event)
        assert repr(event) == text, "what was reported changed afterwards"
        for field in dataclasses.fields(event):
            assert_plain(getattr(event, field.name))


def assert_plain(value):
    if isinstance(value, tuple):
        for part in value:
            assert_plain(part)
    elif isinstance(value, Said):
        assert_plain(dict(value.values))
    elif isinstance(value, dict):
        assert_plain((*value.keys(), *value.values()))
    elif isinstance(value, np.ndarray):
        assert value.dtype != object
        while value is not None:
            assert not isinstance(value, torch.Tensor), "an array over a tensor's memory"
            value = getattr(value, "base", None)
    else:
        assert value is None or type(value) in (int, float, str, bool), type(value)


@pytest.mark.parametrize("name", FEW_OR_ALL)
def test_that_reports_come_only_when_they_are_due(trained_library, in_small_portions, monkeypatch, name):
    """While no time passes each pace allows one report; a sweep and every run add their last one."""
    paces = []
    paced = Pace.__init__

    def begin_in_standing_time(self, **_choices):
        paces.append(self)
        paced(self, clock=standing_still)

    monkeypatch.setattr(Pace, "__init__", begin_in_standing_time)
    reports = [
        event for event in JOBS[name](trained_library) if isinstance(event, Progressed | StepsTaken | LossesMeasured)
    ]
    assert len(reports) <= len(paces) + (2 if name in ("find rate and train", "search") else 1)


def standing_still() -> float:
    return 0.0
