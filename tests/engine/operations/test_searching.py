"""A search makes every run of a grid, keeps what it learned whatever ends it, and goes on where it was."""

from __future__ import annotations

import csv
import gc
import weakref

import pytest
import torch
from operation_driving import SMALL, stop_at
from planted import planted_dataset

from engine import operations
from engine.data.split import SplitConfig
from engine.errors import DataError, DeviceError, LibraryError, SettingError, TrainingError
from engine.events import Advised, EpochEnded, LossesMeasured, SearchMoved, SearchStarted, StageStarted, Stop, drive
from engine.library.searches import SearchRow, best_of
from engine.library.store import Library
from engine.models import ease
from engine.models.mf import MfConfig
from engine.models.registry import build
from engine.training import saving, step, trainer
from engine.training.config import TrainingConfig
from engine.training.optimizer import make_optimizer
from engine.training.plan import TrainingPlan
from engine.training.search import SearchConfig, grid_of
from engine.training.spans import Span

QUICK = TrainingConfig(epochs=2, lr=1e-2, batch=200, monitor="rmse", precision="float32", schedule="constant")
GRID = {"rank": (2, 4, 6)}


def searched(library, dataset, **choices):
    how = {name: choices.pop(name) for name in ("config", "out") if name in choices}
    model, values = choices.pop("model", "mf"), choices.pop("grid", GRID)
    usual = {"model_config": MfConfig(solver="adam") if model == "mf" else None, "training": QUICK, "device": "cpu"}
    plan = TrainingPlan.of(model, **{**usual, **choices}, entries=dataset.entries)
    return operations.search(library, dataset, grid_of(plan, values), **how)


def gone_on(library, dataset, result):
    return drive(operations.resume_search(library, dataset, result.record.search_id))


def statuses(result):
    return [row.status for row in result.rows]


def in_run(place, kind):
    """The moment in which an event of a kind comes within the run of that place."""
    now = [0]

    def is_moment(event):
        if isinstance(event, SearchMoved):
            now[0] = event.place
        return now[0] == place and isinstance(event, kind)

    return is_moment


def fails_above(monkeypatch, batch, error):
    """Learning fails with batches of more than so many ratings."""
    take = step.Stepper.take

    def taken(self, batch_given, **choices):
        if len(batch_given.item_rows_B) > batch:
            raise error
        return take(self, batch_given, **choices)

    monkeypatch.setattr(step.Stepper, "take", taken)


def test_that_every_combination_is_a_run_and_the_best_is_by_validation(library, dataset):
    events = []
    result = drive(searched(library, dataset), on_event=events.append)
    assert statuses(result) == ["finished"] * 3
    records = [library.runs.find(row.run_id) for row in result.rows]
    assert [run.model_config["rank"] for run in records] == [2, 4, 6]
    assert [run.best_value for run in records] == [row.value for row in result.rows]
    assert result.best.value == min(row.value for row in result.rows)
    assert len({repr(run.split_config) for run in records}) == 1
    assert [dict(row.metrics)["rmse"] for row in result.rows] == [record.metrics["rmse"]["value"] for record in records]
    assert not result.stopped
    assert not any(isinstance(event, StageStarted) and event.stage == "comparing" for event in events)


def test_that_progress_over_all_runs_is_reported(library, dataset):
    events = []
    drive(searched(library, dataset), on_event=events.append)
    started = next(event for event in events if isinstance(event, SearchStarted))
    assert (started.runs, started.ended, started.monitor) == (3, 0, "rmse")
    moved = [event for event in events if isinstance(event, SearchMoved)]
    assert [(event.place, event.status) for event in moved] == [
        (place, status) for place in (1, 2, 3) for status in ("running", "finished")
    ]
    assert moved[0].remaining_s is None
    assert moved[1].remaining_s == pytest.approx(2 * moved[1].seconds)
    assert (moved[-1].ended, moved[-1].best_place) == (3, min(moved[1::2], key=lambda event: event.value).place)


def test_that_of_equal_values_the_first_wins_and_errors_are_better_when_smaller():
    rows = [SearchRow(at, (), value=value, run_id="r") for at, value in enumerate((0.4, 0.6, 0.6, None), start=1)]
    assert best_of(rows, "ndcg@100").place == 2
    assert best_of(rows, "rmse").place == 1
    assert best_of([rows[3]], "rmse") is None


def test_that_models_computed_at_once_are_compared_on_validation_people(library, dataset):
    result = drive(searched(library, dataset, model="ease", grid={"l2": (1.0, 10.0, 100.0)}, training=None))
    assert statuses(result) == ["finished"] * 3
    assert len({row.value for row in result.rows}) > 1
    assert result.best.value == max(row.value for row in result.rows)
    assert result.record.monitor == "ndcg@100"


def test_that_a_stopped_search_keeps_its_runs_and_goes_on_in_a_new_process(tmp_path):
    with _furnished(tmp_path) as library:
        dataset = library.datasets.open("planted")
        whole = drive(searched(library, dataset))
        torch.set_num_threads(1)
        stopped = stop_at(searched(library, dataset), in_run(2, EpochEnded))
        assert stopped.stopped
        assert statuses(stopped) == ["finished", "stopped", "waiting"]
        assert stopped.rows[1].value is not None
    with Library.open(tmp_path / "home", who="another process") as library:
        dataset = library.datasets.open("planted")
        runs_before = {run.run_id for run in library.runs.records()}
        done = gone_on(library, dataset, stopped)
        assert statuses(done) == ["finished"] * 3
        assert [row.run_id for row in done.rows[:2]] == [row.run_id for row in stopped.rows[:2]]
        assert len({record.run_id for record in library.runs.records()} - runs_before) == 1
        assert [row.value for row in done.rows] == [row.value for row in whole.rows]
        assert [row.metrics for row in done.rows] == [row.metrics for row in whole.rows]


def test_that_a_search_that_is_done_goes_on_with_nothing(library, dataset):
    result = drive(searched(library, dataset))
    runs = len(library.runs.records())
    assert gone_on(library, dataset, result).rows == result.rows
    assert len(library.runs.records()) == runs


def test_that_a_killed_search_goes_on_from_the_checkpoint_of_its_run(library, dataset, monkeypatch):
    monkeypatch.setattr(saving, "EVERY_S", 0.0)
    monkeypatch.setattr(saving, "COST", 0.0)
    job, is_moment = searched(library, dataset), in_run(2, EpochEnded)
    while not is_moment(next(job)):
        pass
    job.close()
    kept = library.searches.records()[0]
    rows = library.searches.rows(kept.search_id)
    assert [row.status for row in rows] == ["finished", "interrupted", "waiting"]
    done = drive(operations.resume_search(library, dataset, kept.search_id))
    assert statuses(done) == ["finished"] * 3
    assert done.rows[1].run_id == rows[1].run_id


def test_that_a_run_stopped_while_it_was_judged_is_only_judged_again(library, dataset):
    in_second = in_run(2, StageStarted)
    stopped = stop_at(searched(library, dataset), lambda event: in_second(event) and event.stage == "evaluating")
    assert statuses(stopped) == ["finished", "stopped", "waiting"]
    assert not stopped.rows[1].metrics
    steps = library.runs.find(stopped.rows[1].run_id).steps
    done = gone_on(library, dataset, stopped)
    assert done.rows[1].metrics
    assert library.runs.find(done.rows[1].run_id).steps == steps


def test_that_a_stop_before_anything_was_learned_keeps_nothing(library, dataset):
    for moment in (StageStarted, SearchStarted, LossesMeasured):
        with pytest.raises(Stop):
            stop_at(searched(library, dataset, training=QUICK.changed(lr=None)), lambda e, m=moment: isinstance(e, m))
        assert library.searches.records() == ()
        assert library.runs.records() == ()


def test_that_a_stopped_closed_form_run_is_made_again(library, dataset):
    job = searched(library, dataset, model="ease", grid={"l2": (1.0, 10.0)}, training=None)
    stopped = stop_at(job, in_run(2, StageStarted))
    assert statuses(stopped) == ["finished", "waiting"]
    assert statuses(gone_on(library, dataset, stopped)) == ["finished", "finished"]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory: you tried to"),
        DeviceError("It needs 9 GiB of memory.", needed_bytes=9 * 2**30),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.thorough
def test_that_a_run_without_enough_memory_is_tried_again_with_half_the_batch(
    library, dataset, monkeypatch, tmp_path, error
):
    fails_above(monkeypatch, 60, error)
    out, events = tmp_path / "summary.csv", []
    result = drive(searched(library, dataset, grid={"rank": (2, 4)}, out=out), on_event=events.append)
    assert statuses(result) == ["finished"] * 2
    assert {row.batch for row in result.rows} == {50}
    assert result.rows[0].note == "batch 200 -> 100 -> 50: the memory was not enough"
    assert "Run 1: batch 200 -> 100: the memory was not enough; it is tried again." in [
        event.words for event in events if isinstance(event, Advised)
    ]
    assert next(csv.DictReader(out.open()))["note"] == result.rows[0].note
    assert len(library.runs.records()) == 2, "what ran out of memory is not kept"


def test_that_a_run_that_lacked_memory_gives_back_what_it_had_before_the_next_try(library, dataset, monkeypatch):
    """The first optimizer of a process imports more of torch, and those frames wait for the collector: made before."""
    take, models, alive = step.Stepper.take, [], []

    def taken(self, batch_given, **choices):
        if not models or models[-1]() is not self.model:
            alive.append(sum(model() is not None for model in models))
            models.append(weakref.ref(self.model))
        if len(batch_given.item_rows_B) > 60:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return take(self, batch_given, **choices)

    make_optimizer(
        build("mf", MfConfig(solver="adam", rank=1), items=2, scale=dataset.scale), QUICK, torch.device("cpu")
    )
    monkeypatch.setattr(step.Stepper, "take", taken)
    gc.disable()
    try:
        result = drive(searched(library, dataset, grid={"rank": (2, 3)}))
    finally:
        gc.enable()
    assert statuses(result) == ["finished"] * 2
    assert len(models) == 6, "each run is tried with 200, 100 and 50"
    assert not any(alive), "a model of an earlier try or run was still there"


def test_that_only_the_run_that_lacked_memory_gets_smaller_batches(library, dataset, monkeypatch):
    fails_above(monkeypatch, 60, MemoryError())
    result = drive(searched(library, dataset, grid={"batch": (50, 90, 40)}))
    assert [(row.batch, bool(row.note)) for row in result.rows] == [(50, False), (45, True), (40, False)]


def test_that_an_automatic_batch_is_halved_too(library, dataset, monkeypatch):
    fails_above(monkeypatch, 40, MemoryError())
    result = drive(searched(library, dataset, grid={"rank": (2,)}, training=QUICK.changed(batch=None, epochs=1)))
    assert result.rows[0].note == "batch 64 -> 32: the memory was not enough"


def test_that_a_run_that_never_fits_fails_and_the_search_goes_on(library, dataset, monkeypatch):
    fails_above(monkeypatch, 15, MemoryError())
    result = drive(searched(library, dataset, grid={"batch": (33, 15)}))
    assert statuses(result) == ["failed", "finished"]
    assert result.rows[0].note == "the memory was not enough, even with batch 16"
    assert result.best.place == 2


def test_that_a_model_too_large_for_memory_is_recorded_with_its_sentence(library, dataset, monkeypatch):
    monkeypatch.setattr(ease, "available_memory_bytes", lambda: 1000)
    result = drive(searched(library, dataset, model="ease", grid={"l2": (1.0, 2.0)}, training=None))
    assert statuses(result) == ["failed", "failed"]
    assert "ease compares every title with every other" in result.rows[0].note
    assert result.best is None
    assert library.runs.records() == ()


def test_that_a_failed_run_is_recorded_and_the_search_goes_on(library, dataset, monkeypatch):
    train = trainer.train

    def broken(split, model, **choices):
        if model.config.rank == 4:
            raise TrainingError("Nothing can be learned here.")
        return (yield from train(split, model, **choices))

    monkeypatch.setattr(trainer, "train", broken)
    result = drive(searched(library, dataset))
    assert statuses(result) == ["finished", "failed", "finished"]
    assert result.rows[1].note == "Nothing can be learned here."
    assert len(library.runs.records()) == 2


def test_that_a_run_that_diverges_is_said_and_the_search_goes_on(library, dataset):
    training = QUICK.changed(optimizer="sgd", monitor="ndcg@20", batch=20)
    choices = {"model": "two_head", "model_config": SMALL, "training": training}
    result = drive(searched(library, dataset, grid={"lr": (100.0, 1e-2)}, **choices))
    assert statuses(result) == ["diverged", "finished"], result.rows[0].note
    assert "left all bounds" in result.rows[0].note
    assert [library.runs.find(row.run_id).diverged for row in result.rows] == [True, False]
    assert result.best.place == 2


def test_that_a_full_disk_ends_the_search_which_can_go_on(library, dataset, monkeypatch):
    from engine.library.run_folder import RunFolder

    save = RunFolder.save

    def full(self, state):
        if len(library.runs.records()) > 1:
            raise LibraryError("The checkpoint could not be written: the disk is full.")
        save(self, state)

    with monkeypatch.context() as patched:
        patched.setattr(RunFolder, "save", full)
        with pytest.raises(LibraryError, match="disk is full"):
            drive(searched(library, dataset))
    record = library.searches.records()[0]
    assert [row.status for row in library.searches.rows(record.search_id)] == ["finished", "interrupted", "waiting"]
    assert statuses(drive(operations.resume_search(library, dataset, "latest"))) == ["finished"] * 3


def test_that_the_summary_has_a_row_a_run_after_each_run(library, dataset, tmp_path):
    out, seen = tmp_path / "summary.csv", []

    def look(event):
        if isinstance(event, SearchMoved) and event.status == "finished":
            seen.append(len(out.read_text().splitlines()))

    result = drive(searched(library, dataset, out=out), on_event=look)
    assert seen == [2, 3, 4]
    rows = list(csv.DictReader(out.open()))
    assert [row["rank"] for row in rows] == ["2", "4", "6"]
    assert [row["run"] for row in rows] == [row.run_id for row in result.rows]
    assert [row["best"] for row in rows].index("yes") == result.best.place - 1
    assert float(rows[0]["validation_rmse"]) == pytest.approx(result.rows[0].value)
    assert {"best_epoch", "test_rmse", "seconds", "parameters", "status", "note", "batch_used"} <= set(rows[0])
    assert not list(tmp_path.glob(".new-*"))
    best = library.runs.curves(rows[0]["run"])[int(rows[0]["best_epoch"]) - 1]
    assert float(rows[0]["training_loss"]) == pytest.approx(best.training_loss)
    assert rows[0]["validation_loss"] == (str(dict(best.validation)["loss"]) if "loss" in dict(best.validation) else "")


def test_that_a_stopped_random_search_goes_on_with_the_runs_it_would_have_made(library, dataset):
    grid = {"rank": (2, 4), "lr": Span(1e-3, 1e-1, "log")}
    config = SearchConfig(method="random", most=3, seed=5)
    stopped = stop_at(searched(library, dataset, grid=grid, config=config), in_run(2, EpochEnded))
    assert statuses(stopped) == ["finished", "stopped", "waiting"]
    done = gone_on(library, dataset, stopped)
    assert statuses(done) == ["finished"] * 3
    assert [row.values for row in done.rows] == [row.values for row in stopped.rows]
    assert [row.lr for row in done.rows] == [dict(row.values)["lr"] for row in done.rows]


def test_that_a_summary_never_takes_the_place_of_another_file(library, dataset, tmp_path):
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("user,item,rating\n1,2,3\n")
    with pytest.raises(DataError, match="no summary of a search"):
        drive(searched(library, dataset, out=ratings))
    with pytest.raises(DataError, match="there is no folder"):
        drive(searched(library, dataset, out=tmp_path / "nowhere" / "summary.csv"))
    assert ratings.read_text() == "user,item,rating\n1,2,3\n"
    assert library.searches.records() == ()


def test_that_a_summary_that_cannot_be_written_for_a_while_does_not_end_the_search(
    library, dataset, tmp_path, monkeypatch
):
    from engine.operations import searching

    write, tries = searching.write_summary, []

    def locked(*arguments, **choices):
        tries.append(1)
        if len(tries) == 1:
            raise DataError("another program has it open")
        write(*arguments, **choices)

    monkeypatch.setattr(searching, "write_summary", locked)
    out, events = tmp_path / "summary.csv", []
    result = drive(searched(library, dataset, out=out), on_event=events.append)
    assert statuses(result) == ["finished"] * 3
    assert len(out.read_text().splitlines()) == 4
    assert any(isinstance(event, Advised) and "another program has it open" in event.words for event in events)


def test_that_impossible_values_are_refused_before_anything_runs(library, dataset):
    for choices in (
        {"grid": {"rank": (2, 0)}},
        {"grid": {}},
        {"split": SplitConfig(kind="none")},
        {"model": "mult_vae", "grid": {"latent": (4,)}},
    ):
        with pytest.raises(SettingError):
            next(searched(library, dataset, **choices))
    assert library.searches.records() == ()
    assert library.runs.records() == ()


def test_that_a_device_that_is_not_there_is_refused_at_once(library, dataset):
    with pytest.raises(DeviceError):
        next(searched(library, dataset, device="cuda:7"))


def test_that_only_the_best_model_can_be_kept(library, dataset):
    result = drive(searched(library, dataset, config=SearchConfig(keep="best")))
    assert [record.run_id for record in library.runs.records()] == [result.best.run_id]
    assert all(row.value is not None for row in result.rows)
    assert [row.note for row in result.rows].count("its model was not kept") == 2


def test_that_a_search_over_other_data_is_refused(library, dataset):
    drive(searched(library, dataset, grid={"rank": (2,)}))
    other = planted_dataset(seed=9)
    with pytest.raises(LibraryError, match="is other data"):
        next(operations.resume_search(library, other, "latest"))
    with pytest.raises(LibraryError, match="no search called 'nothing'"):
        next(operations.resume_search(library, dataset, "nothing"))


def test_that_a_search_can_be_taken_off_the_list_and_back(library, dataset):
    record = drive(searched(library, dataset, grid={"rank": (2,)})).record
    library.searches.delete(record.search_id)
    assert library.searches.records() == ()
    library.searches.restore(record.search_id)
    assert library.searches.find("mf search 1").is_done


def _furnished(folder):
    from engine.data.importing.importer import ImportReport

    library = Library.open(folder / "home", who="a test")
    report = ImportReport("columns", "utf-8", "comma", 1, {}, (), 0, 0, 0.1, 1.0, ("ratings.csv",))
    library.datasets.save(planted_dataset(), report)
    return library
