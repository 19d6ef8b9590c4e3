"""A run is kept, whatever ends it."""

from __future__ import annotations

import pytest
import torch
from operation_driving import QUICK, SMALL, stop_at, trained

from engine import errors, operations
from engine.data.split import SplitConfig
from engine.errors import DeviceError, TrainingError
from engine.events import (
    Advised,
    CheckpointSaved,
    EpochEnded,
    LossesMeasured,
    NewRate,
    StageStarted,
    Stop,
    TrainingStarted,
    drive,
)
from engine.models.ease import EaseConfig
from engine.models.mf import MfConfig
from engine.operations import recorded_run
from engine.training import loop, trainer
from engine.training.config import TrainingConfig
from engine.training.more_epochs import describe_more_epochs
from engine.training.plan import TrainingPlan
from engine.training.step import Stepper


def test_that_a_finished_run_is_recorded_judged_and_advised(library, dataset):
    events = []
    finished = drive(trained(library, dataset), on_event=events.append)
    record = library.runs.find(finished.run_id)
    assert (record.status, record.epochs, record.lr) == ("finished", 3, 1e-3)
    assert record.metrics["ndcg@100"]["value"] == finished.evaluation.metrics["ndcg@100"].value
    assert record.people_evaluated == finished.evaluation.people
    assert len(library.runs.curves(finished.run_id)) == 3
    assert record.advice == finished.advice
    assert any(isinstance(event, Advised) for event in events) == bool(finished.advice)
    assert record.split_config == SplitConfig().as_dict()


def test_that_a_missing_rate_is_found_first_and_kept_with_the_run(library, dataset):
    events = []
    job = trained(library, dataset, training=QUICK.changed(lr=None))
    finished = drive(job, on_event=events.append)
    assert any(isinstance(event, LossesMeasured) for event in events)
    assert finished.lr is not None
    assert library.runs.find(finished.run_id).lr == finished.lr


MF = TrainingConfig(epochs=4, lr=5e-3, batch=128, precision="float32", monitor="rmse")


def test_that_settings_chosen_by_trying_are_said_recorded_and_kept_when_resuming(library, dataset, monkeypatch):
    """A resumed run equals the uninterrupted one to the bit, and nothing is tried again."""
    events, config = [], MfConfig(solver="adam", rank=4)
    job = trained(library, dataset, model="mf", model_config=config, training=MF)
    whole = drive(job, on_event=events.append)
    record = library.runs.find(whole.run_id)
    assert whole.chosen.startswith("Chosen on ")
    assert whole.chosen == record.chosen
    assert [event.words for event in events if isinstance(event, StageStarted) and event.stage == "chosen"] == [
        whole.chosen
    ]
    assert whole.chosen in (library.home / "runs" / whole.run_id / "log.txt").read_text(encoding="utf-8")
    assert record.model_config == whole.trained.model.config.as_dict()
    assert None not in (record.model_config["l2"], record.model_config["user_bias_damping"])
    job = trained(library, dataset, model="mf", model_config=config, training=MF)
    stopped = stop_at(job, lambda event: isinstance(event, EpochEnded) and event.epoch == 2)
    monkeypatch.setattr("engine.operations.preparing.settle", None)
    resumed = drive(operations.resume(library, stopped.run_id, advise=False))
    assert resumed.chosen == whole.chosen
    expected = whole.trained.model.state_dict()
    for name, tensor in resumed.trained.model.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_that_a_stop_while_settings_are_tried_keeps_nothing(library, dataset):
    job = trained(library, dataset, model="mf", model_config=MfConfig(solver="adam", rank=4), training=MF)
    with pytest.raises(Stop):
        stop_at(job, lambda event: isinstance(event, StageStarted) and event.stage == "choosing")
    assert library.runs.records() == ()


def test_that_a_stop_while_the_rate_is_searched_keeps_nothing(library, dataset):
    job = trained(library, dataset, training=QUICK.changed(lr=None))
    with pytest.raises(Stop):
        stop_at(job, lambda event: isinstance(event, LossesMeasured))
    assert library.runs.records() == ()


def test_that_a_stopped_run_keeps_what_it_learned_and_is_not_judged(library, dataset):
    finished = stop_at(trained(library, dataset), lambda event: isinstance(event, EpochEnded))
    record = library.runs.find(finished.run_id)
    assert finished.evaluation is None
    assert finished.trained.stopped
    assert (record.status, record.epochs) == ("stopped", 1)
    assert operations.recommender_of(library, finished.run_id).run_id == finished.run_id


@pytest.mark.parametrize("stage", ["evaluating", "comparing"])
def test_that_a_stop_after_training_keeps_the_finished_run(library, dataset, stage):
    finished = stop_at(
        trained(library, dataset), lambda event: isinstance(event, StageStarted) and event.stage == stage
    )
    assert library.runs.find(finished.run_id).status == "finished"
    assert finished.advice == ""
    assert operations.recommender_of(library, finished.run_id)


def test_that_a_stop_at_the_very_end_of_training_loses_nothing(library, dataset):
    saved = []

    def is_last(event):
        saved.append(event)
        return isinstance(event, CheckpointSaved)

    try:
        stop_at(trained(library, dataset), is_last)
    except Stop:
        saved.append(None)
    record = library.runs.find("latest")
    assert record.has_model
    assert record.status in ("finished", "stopped")


def test_that_a_stopped_closed_form_fit_leaves_no_run(library, dataset):
    job = trained(library, dataset, model="ease", model_config=None, training=None)
    with pytest.raises(Stop):
        stop_at(job, lambda event: isinstance(event, StageStarted) and event.stage != "splitting")
    assert library.runs.records() == ()
    assert not list((library.home / "runs").glob("r*"))


def test_that_a_failed_run_says_why_and_an_abandoned_one_can_be_resumed(library, dataset, monkeypatch):
    job = trained(library, dataset)
    for event in job:
        if isinstance(event, EpochEnded):
            break
    job.close()
    assert library.runs.find("latest").status == "interrupted"

    def broken(*arguments, **options):
        raise TrainingError("Nothing can be learned here.")
        yield

    monkeypatch.setattr(trainer, "train", broken)
    with pytest.raises(TrainingError):
        drive(trained(library, dataset))
    record = library.runs.find("latest")
    assert (record.status, record.stopped_because) == ("failed", "Nothing can be learned here.")


def test_that_a_resumed_run_equals_the_uninterrupted_one_to_the_bit(library, dataset):
    whole = drive(trained(library, dataset))
    torch.set_num_threads(1)
    stopped = stop_at(trained(library, dataset), lambda event: isinstance(event, EpochEnded))
    resumed = drive(operations.resume(library, stopped.run_id))
    assert resumed.run_id == stopped.run_id
    weights = [library.runs.state(run).weights for run in (whole.run_id, resumed.run_id)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert [point.validation for point in library.runs.curves(whole.run_id)] == [
        curve.validation for curve in library.runs.curves(resumed.run_id)
    ]
    record = library.runs.find(resumed.run_id)
    assert (record.status, record.epochs) == ("finished", 3)


def test_that_a_rate_changed_while_it_learned_is_counted_in_where_the_run_goes_on(library, dataset):
    orders = iter([None] * 5 + [NewRate(1e-4)])
    config = QUICK.changed(schedule="constant", lr=1e-3)
    run_id = drive(trained(library, dataset, training=config), next_order=lambda: next(orders, None)).run_id
    scale, record = library.runs.rate_scale(run_id), library.runs.find(run_id)
    assert scale == pytest.approx(0.1)
    words = describe_more_epochs(config, 6, done=record.epochs, steps=record.steps, scale=scale)
    assert words == "The rate stays at 1e-4."
    assert drive(operations.resume(library, run_id, epochs=6)).trained.curve[-1].lr == pytest.approx(1e-4)


def test_that_resume_takes_a_new_total_and_refuses_what_is_done(library, dataset):
    finished = drive(trained(library, dataset))
    with pytest.raises(TrainingError, match="has done all its 3 epochs"):
        drive(operations.resume(library, finished.run_id))
    assert drive(operations.resume(library, finished.run_id, epochs=4)).trained.epochs == 4
    ease = drive(trained(library, dataset, model="ease", model_config=None, training=None))
    with pytest.raises(TrainingError, match="nothing to go on with"):
        drive(operations.resume(library, ease.run_id))


def test_that_a_device_that_is_not_there_is_refused_before_anything_is_kept(library, dataset):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(DeviceError, match="cuda"):
        drive(trained(library, dataset, device="cuda"))
    assert library.runs.records() == ()


@pytest.mark.parametrize(("model", "config", "training"), [("ease", EaseConfig(), None), ("two_head", SMALL, QUICK)])
def test_that_a_run_of_fewer_titles_is_stored_and_answers_as_before(library, dataset, model, config, training):
    job = trained(library, dataset, model=model, model_config=config.changed(titles=20), training=training)
    finished = drive(job)
    opened = operations.recommender_of(library, finished.run_id)
    profile = dataset.histories.row(0)
    assert "20 best known of 40" in opened.note(profile)
    before = finished.recommender.model.predict(profile).score_UI
    torch.testing.assert_close(opened.model.predict(profile).score_UI, before)


def test_that_a_run_of_fewer_titles_goes_on_to_the_bit(library, dataset):
    config = SMALL.changed(titles=20)
    whole = drive(trained(library, dataset, model_config=config))
    stopped = stop_at(trained(library, dataset, model_config=config), lambda event: isinstance(event, EpochEnded))
    resumed = drive(operations.resume(library, stopped.run_id))
    for name, tensor in whole.trained.model.state_dict().items():
        assert torch.equal(tensor, resumed.trained.model.state_dict()[name]), name


def assert_that_the_latest_run_can_be_resumed(library) -> None:
    """To its three epochs."""
    record = library.runs.find("latest")
    assert record.status == "interrupted"
    assert record.stopped_because.endswith("It can be resumed.")
    assert drive(operations.resume(library, record.run_id, advise=False)).trained.epochs == 3


def out_of_memory_above(batch, monkeypatch, *, after=0):
    """Steps of more examples find no memory, from a step on."""
    take = Stepper.take

    def taken(self, examples, *, step, **more):
        if len(examples) > batch and step >= after:
            raise MemoryError
        return take(self, examples, step=step, **more)

    monkeypatch.setattr(Stepper, "take", taken)


def test_that_memory_that_is_short_halves_the_batch_and_goes_on(library, dataset, monkeypatch):
    out_of_memory_above(8, monkeypatch, after=7)
    events = []
    finished = drive(
        trained(library, dataset, model="mult_dae", model_config=None, advise=False), on_event=events.append
    )
    (words,) = (event.words for event in events if isinstance(event, Advised) and "memory" in event.words)
    assert "not enough memory for a batch of 16 people at step" in words
    assert "goes on with 8" in words
    record = library.runs.find(finished.run_id)
    assert record.training_config["batch"] == 8
    assert (record.status, record.epochs) == ("finished", 3)
    assert [point.epoch for point in library.runs.curves(record.run_id)] == [1, 2, 3]


def test_that_a_run_ends_where_even_a_small_batch_finds_no_memory(library, dataset, monkeypatch):
    out_of_memory_above(1, monkeypatch)
    with pytest.raises(TrainingError, match="Even so few do not fit"):
        drive(trained(library, dataset, model="mult_dae", model_config=None))
    record = library.runs.find("latest")
    assert (record.status, record.training_config["batch"]) == ("failed", 8)


NO_MEMORY = "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 15179776 bytes."


def test_that_a_run_for_whose_smaller_batch_there_is_no_room_either_says_that_it_failed(library, dataset, monkeypatch):
    def unbuilt(*_, **__):
        raise RuntimeError(NO_MEMORY)

    out_of_memory_above(8, monkeypatch)
    monkeypatch.setattr(recorded_run, "build", unbuilt)
    with pytest.raises(RuntimeError):
        drive(trained(library, dataset, model="mult_dae", model_config=None))
    record = library.runs.find("latest")
    assert (record.status, record.stopped_because) == ("failed", " ".join(errors.NO_MEMORY))


def test_that_memory_that_runs_out_between_two_steps_leaves_a_run_that_goes_on_where_it_was_saved(
    library, dataset, monkeypatch
):
    saved = loop.copy_of

    def copied(state):
        if library.runs.curves(library.runs.find("latest").run_id)[1:]:
            raise RuntimeError(NO_MEMORY)
        return saved(state)

    with monkeypatch.context() as short:
        short.setattr(loop, "copy_of", copied)
        with pytest.raises(TrainingError, match="not enough memory to go on"):
            drive(trained(library, dataset, model="mult_dae", model_config=None))
    assert_that_the_latest_run_can_be_resumed(library)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError(NO_MEMORY), RuntimeError("std::bad_alloc")])
@pytest.mark.parametrize(("model", "part"), [("ease", "ease.gram_matrix"), ("ials", "ials.Held")])
def test_that_memory_that_runs_out_while_a_model_is_computed_is_said_and_kept_with_the_run(
    library, dataset, monkeypatch, model, part, error
):
    def short(*_):
        raise error

    monkeypatch.setattr(f"engine.models.{part}", short)
    with pytest.raises(TrainingError, match=f"not enough memory to learn {model}. Close other programs"):
        drive(operations.train(library, dataset, TrainingPlan.defaults(model)))
    record = library.runs.find("latest")
    assert record.status == "failed"
    assert f"not enough memory to learn {model}" in record.stopped_because


def test_that_a_run_is_stored_where_memory_is_short_only_to_evaluate_it(library, dataset, monkeypatch):
    def short(*_, **__):
        raise RuntimeError(NO_MEMORY)

    monkeypatch.setattr(recorded_run, "evaluate_model", short)
    events = []
    finished = drive(trained(library, dataset, model="mult_dae", model_config=None), on_event=events.append)
    assert "not enough memory to evaluate this run" in [e.words for e in events if isinstance(e, Advised)][-1]
    assert finished.evaluation is None
    record = library.runs.find(finished.run_id)
    assert (record.status, record.epochs, record.has_model) == ("finished", 3, True)


def test_that_a_run_whose_gpu_is_gone_can_be_resumed(library, dataset, monkeypatch):
    take = Stepper.take

    def taken(self, examples, *, step, **more):
        if step == 7:
            raise RuntimeError("CUDA error: device-side assert triggered")
        return take(self, examples, step=step, **more)

    with monkeypatch.context() as broken:
        broken.setattr(Stepper, "take", taken)
        with pytest.raises(DeviceError, match="stopped answering at step 7"):
            drive(trained(library, dataset, model="mult_dae", model_config=None))
    assert_that_the_latest_run_can_be_resumed(library)


def test_that_a_run_killed_before_anything_was_saved_begins_anew(library, dataset, monkeypatch):
    job = trained(library, dataset, model="mult_dae", model_config=None)
    event = next(job)
    while not isinstance(event, TrainingStarted):
        event = next(job)
    job.close()
    record = library.runs.find("latest")
    assert not record.has_model
    resumed = drive(operations.resume(library, record.run_id, advise=False))
    whole = drive(trained(library, dataset, model="mult_dae", model_config=None, advise=False))
    for name, value in whole.trained.model.state_dict().items():
        assert torch.equal(value, resumed.trained.model.state_dict()[name]), name
