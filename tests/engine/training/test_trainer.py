import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import resuming_process
import torch
from planted import CPU, Kept
from small_models import small_model

from engine.data.split import SplitConfig, make_split
from engine.events import Advised, EpochEnded, LossDiverged, StepsTaken, Stop, TrainingStarted, drive
from engine.models.registry import build
from engine.training import validating
from engine.training.config import SCHEDULES, TrainingConfig
from engine.training.trainer import fit, train

CONFIG = TrainingConfig(epochs=3, lr=1e-3, batch=16, precision="float32")


def sized(config, model):
    """The settings with a batch of like worth: ten ratings for a person, or two of a person's windows."""
    return config.changed(batch=config.batch * {"people": 1, "windows": 2, "ratings": 10}[model.can.examples])


def run(split, model, config=CONFIG, *, kept=None, resume_from=None, stop_after=None):
    """Drive a training; `stop_after` steps throw Stop in. Returns result, events and what was kept."""
    config = sized(config, model)
    kept = kept or Kept()
    events, steps = [], 0

    def should_stop():
        nonlocal steps
        steps += 1
        return stop_after is not None and steps >= stop_after

    job = train(split, model, config=config, recorder=kept, device=CPU, resume_from=resume_from)
    result = drive(job, on_event=events.append, should_stop=should_stop)
    return result, events, kept


def drive_after(job, _event):
    """The result of a job that has been thrown Stop."""
    try:
        while True:
            next(job)
    except StopIteration as end:
        return end.value


def assert_equal_states(one, other):
    """To the bit, but for how long they took."""
    assert {**one.progress, "seconds": 0} == {**other.progress, "seconds": 0}
    for name in ("weights", "best_weights", "optimizer"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.keys() == right.keys()
        for key, value in left.items():
            assert torch.equal(value, right[key]), f"{name} {key}"


def test_that_training_finds_the_planted_taste(split, fresh_model):
    model = fresh_model()
    config = CONFIG.changed(epochs=30, lr=3e-3 if model.can.examples == "people" else 3e-2, schedule="constant")
    result, events, _ = run(split, model, config)
    values = [dict(event.validation)["ndcg@100"] for event in events if isinstance(event, EpochEnded)]
    assert max(values) > values[0] + 0.05
    assert result.best_value == max(values)
    assert not result.stopped


def test_that_every_step_is_reported_once_with_its_rate(split, fresh_model):
    result, events, _ = run(split, fresh_model())
    started = next(event for event in events if isinstance(event, TrainingStarted))
    steps = [event for event in events if isinstance(event, StepsTaken)]
    assert sum(len(event.losses) for event in steps) == started.total_steps == result.steps
    assert [event.first_step for event in steps] == sorted({event.first_step for event in steps})
    assert all(len(event.losses) == len(event.lrs) for event in steps)


_STOPS = (1, 8, 13)
_MATTER = {("slanted_triangle", 1), ("one_cycle", 8), ("reduce_on_plateau", 13)}


@pytest.mark.parametrize(
    ("schedule", "stop_after"),
    [
        pytest.param(schedule, steps, marks=() if (schedule, steps) in _MATTER else pytest.mark.thorough)
        for schedule in SCHEDULES
        for steps in _STOPS
    ],
)
def test_that_a_run_stopped_anywhere_and_resumed_equals_the_whole_run_to_the_bit(
    split, fresh_model, schedule, stop_after
):
    config = CONFIG.changed(schedule=schedule, patience=0)
    whole, _, whole_kept = run(split, fresh_model(), config)
    stopped, _, kept = run(split, fresh_model(), config, stop_after=stop_after)
    assert stopped.stopped
    resumed, _, resumed_kept = run(split, fresh_model(seed=99), config, resume_from=kept.states[-1])
    assert_equal_states(whole_kept.states[-1], resumed_kept.states[-1])
    assert whole.best_value == resumed.best_value
    assert (kept.curves + resumed_kept.curves) == whole_kept.curves


@pytest.mark.slow
@pytest.mark.thorough
def test_that_a_run_resumed_in_a_new_process_equals_the_whole_run_to_the_bit(warm_python, tmp_path):
    whole = resuming_process.ended(tmp_path, "whole")
    stopped = resuming_process.ended(tmp_path, "stop", 17)
    support = Path(resuming_process.__file__)
    places = os.pathsep.join([str(support.parent), str(support.parents[2])])
    resumed = subprocess.run(
        [warm_python, str(support), str(tmp_path), "resume"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": places},
    )
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout) == json.loads(json.dumps(whole))
    assert all(0 < stopped[name]["progress"]["step"] < whole[name]["progress"]["step"] for name in whole)


def test_that_more_epochs_go_on_where_fewer_ended(split, fresh_model):
    config = CONFIG.changed(schedule="constant")
    _, _, whole = run(split, fresh_model(), config.changed(epochs=4))
    _, _, short = run(split, fresh_model(), config.changed(epochs=2))
    _, _, longer = run(split, fresh_model(), config.changed(epochs=4), resume_from=short.states[-1])
    assert_equal_states(whole.states[-1], longer.states[-1])


def test_that_closing_a_job_saves_and_deletes_nothing(split, fresh_model, kept):
    job = train(split, fresh_model(), config=CONFIG, recorder=kept, device=CPU)
    for _ in range(4):
        next(job)
    job.close()
    assert kept.states == []


def test_that_stop_at_the_first_yield_keeps_the_untrained_model(split, fresh_model, kept):
    job = train(split, fresh_model(), config=CONFIG, recorder=kept, device=CPU)
    next(job)
    result = drive_after(job, job.throw(Stop()))
    assert result.stopped
    assert result.steps == 0
    assert len(kept.states) == 1


@pytest.mark.parametrize(("epochs", "words"), [(1, "The one epoch is done."), (2, "All 2 epochs are done.")])
def test_that_the_epochs_done_are_counted_as_people_count(split, fresh_model, epochs, words):
    assert run(split, fresh_model(), CONFIG.changed(epochs=epochs))[0].stopped_because == words


def test_that_stop_at_any_yield_keeps_what_was_learned(split, fresh_model):
    def one_epoch(kept):
        model = fresh_model()
        config = sized(CONFIG.changed(epochs=1), model)
        return train(split, model, config=config, recorder=kept, device=CPU, clock=lambda: 0.0)

    yields = sum(1 for _ in one_epoch(Kept()))
    assert yields > 5
    for place in range(1, yields + 1):
        kept = Kept()
        job = one_epoch(kept)
        for _ in range(place):
            next(job)
        try:
            job.throw(Stop())
            result = drive_after(job, None)
        except StopIteration as end:
            result = end.value
        assert result.stopped, f"at yield {place} of {yields}"
        assert kept.states[-1].progress["step"] == result.steps


def test_that_a_diverging_run_ends_with_good_weights_and_advice(split, fresh_model):
    model = fresh_model()
    whole_losses = model.losses
    calls = 0

    def sometimes_infinite(batch, *, noise, moment):
        nonlocal calls
        calls += 1
        losses = whole_losses(batch, noise=noise, moment=moment)
        return replace(losses, total=losses.total * (float("inf") if calls > 9 else 1.0))

    model.losses = sometimes_infinite
    result, events, kept = run(split, model)
    assert result.diverged
    assert any(isinstance(event, LossDiverged) for event in events)
    assert all(torch.isfinite(value).all() for value in kept.states[-1].weights.values())
    assert "Try a rate of" in result.stopped_because


@pytest.mark.parametrize("name", ["mf", "embedding_mlp"])
@pytest.mark.parametrize("good_epochs", [0, 1])
def test_that_a_model_beyond_bounds_when_it_is_judged_ends_as_diverged(split, name, good_epochs):
    model, judged = small_model(name, split), 0
    predict = model.predict

    def predict_beyond_bounds(profiles, *, ratings=True):
        nonlocal judged
        judged += 1
        if judged > good_epochs:
            with torch.no_grad():
                model.items_IE.fill_(torch.nan) if name == "embedding_mlp" else model.item_factors_IK.fill_(torch.nan)
        return predict(profiles, ratings=ratings)

    model.predict = predict_beyond_bounds
    result, events, kept = run(split, model)

    assert result.diverged
    assert any(isinstance(event, LossDiverged) for event in events)
    assert "What was learned left all bounds" in result.stopped_because
    assert ("the best weights are kept" in result.stopped_because) == bool(good_epochs)
    assert len(kept.curves) == good_epochs
    assert not good_epochs or all(value.isfinite().all() for value in result.model.state_dict().values())


def test_that_lists_of_a_model_that_ranks_slowly_are_measured_on_a_sample_and_its_errors_on_everybody(
    split, monkeypatch
):
    monkeypatch.setattr(validating, "_LEAST_LISTS", 7)
    asked, measure = [], validating.measured

    def measured(model, held_out, **others):
        asked.append((others["metrics"], tuple(held_out.user_rows_U)))
        return measure(model, held_out, **others)

    monkeypatch.setattr(validating, "measured", measured)
    model, config = small_model("embedding_mlp", split), CONFIG.changed(epochs=2, also="rmse")
    model.pairs_an_example = 0
    _, events, _ = run(split, model, config)
    everybody, sample = set(split.validation.user_rows_U), asked[0][1]
    words = f"Lists are measured on 7 of the {len(everybody)} validation people, drawn once."
    assert [event.words for event in events if isinstance(event, Advised)].count(words) == 1
    assert len(set(sample)) == 7
    assert asked == [(("ndcg@100",), sample), (("rmse",), tuple(split.validation.user_rows_U))] * 2
    assert set(sample) < everybody


def test_that_a_rate_reduced_below_its_least_ends_the_run(split, fresh_model):
    config = CONFIG.changed(epochs=50, lr=1e-5, min_lr=9e-6, patience=0, schedule="reduce_on_plateau")
    result, _, _ = run(split, fresh_model(), config)
    assert result.epochs < 50
    assert "fell below" in result.stopped_because


def test_that_the_best_epoch_is_what_comes_back(split, fresh_model):
    result, _, kept = run(split, fresh_model(), CONFIG.changed(epochs=6, lr=3e-2))
    best = kept.states[-1].best_weights
    assert all(torch.equal(value, best[name]) for name, value in result.model.state_dict().items())
    assert (
        result.best_epoch
        == max(range(len(kept.curves)), key=lambda n: (dict(kept.curves[n].validation)["ndcg@100"], -n)) + 1
    )


def test_that_a_split_without_validation_still_trains(planted, fresh_model):
    split = make_split(planted, SplitConfig(kind="none"))
    result, _, _ = run(split, fresh_model())
    assert result.monitor == "training loss"
    assert result.best_epoch is not None


def test_that_no_mode_leaks_to_the_driver_at_any_yield(split, fresh_model):
    job = train(split, fresh_model(), config=CONFIG, recorder=Kept(), device=CPU)
    yields = 0
    for _ in job:
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")
        yields += 1
    assert yields > CONFIG.epochs


def test_that_training_leaves_the_drivers_random_state_alone(split, fresh_model):
    model = fresh_model()
    before = torch.get_rng_state()
    run(split, model)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", ["ease", "popularity"])
def test_that_closed_form_models_are_fitted_and_kept(split, kept, name):
    from engine.models.registry import kind_of

    model = build(name, kind_of(name).config_class(), items=split.titles, scale=split.scale)
    events = []
    result = drive(fit(split, model, recorder=kept), on_event=events.append)
    assert events
    assert kept.states[0].weights.keys() == result.model.state_dict().keys()
