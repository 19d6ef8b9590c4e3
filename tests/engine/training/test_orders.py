"""What a running training can be told, what it does when a step fails, and what it measures beside its monitor."""

import numpy as np
import pytest
import torch
from planted import CPU, Kept
from small_models import small_model

from engine.data.split import SplitConfig, make_split
from engine.errors import DeviceError, DeviceLostError, ShortOfMemoryError
from engine.events import Advised, EpochEnded, NewRate, RateChanged, StepsTaken, drive
from engine.training.config import TrainingConfig
from engine.training.step import Stepper
from engine.training.trainer import train
from engine.training.trouble import trouble_at_start

CONFIG = TrainingConfig(epochs=3, lr=1e-3, batch=16, precision="float32", schedule="slanted_triangle")


def trained(split, *, name="mult_dae", config=CONFIG, orders=None, stop_at=None, resume_from=None, model=None):
    """The run's last state and its events; `orders` are given at the yield of their number."""
    kept, events, count = Kept(), [], 0

    def next_order():
        nonlocal count
        count += 1
        return (orders or {}).get(count)

    job = train(
        split,
        small_model(name, split, **(model or {})),
        config=config,
        recorder=kept,
        device=CPU,
        resume_from=resume_from,
    )
    stops = iter(range(10**6))
    should_stop = (lambda: next(stops) >= stop_at) if stop_at is not None else (lambda: False)
    drive(job, on_event=events.append, next_order=next_order, should_stop=should_stop)
    return kept.states[-1], events


def rates_of(events):
    return np.concatenate([event.lrs for event in events if isinstance(event, StepsTaken)])


def test_that_a_rate_is_changed_while_it_learns_and_the_schedule_is_scaled(split):
    _, before = trained(split)
    state, events = trained(split, orders={8: NewRate(1e-4)})
    (changed,) = (event for event in events if isinstance(event, RateChanged))
    planned, found = rates_of(before), rates_of(events)
    assert np.array_equal(found[: changed.step], planned[: changed.step])
    assert found[changed.step] == pytest.approx(1e-4)
    later = slice(changed.step, None)
    np.testing.assert_allclose(found[later] / planned[later], 1e-4 / planned[changed.step])
    assert state.progress["rate_changes"] == ((changed.step, 1e-4),)


def test_that_a_run_resumed_after_a_change_equals_the_whole_run_with_it_to_the_bit(split):
    whole, _ = trained(split, orders={8: NewRate(1e-4)})
    stopped, _ = trained(split, orders={8: NewRate(1e-4)}, stop_at=14)
    assert 0 < stopped.progress["step"] < whole.progress["step"]
    resumed, _ = trained(split, resume_from=stopped)
    assert {**resumed.progress, "seconds": 0} == {**whole.progress, "seconds": 0}
    for name, value in whole.weights.items():
        assert torch.equal(value, resumed.weights[name]), name


@pytest.mark.parametrize("lr", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_that_a_rate_that_is_none_is_refused_with_a_sentence(split, lr):
    _, events = trained(split, orders={8: NewRate(lr)})
    assert not any(isinstance(event, RateChanged) for event in events)
    assert any(isinstance(event, Advised) and "Learning rate (lr)" in event.words for event in events)


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (MemoryError(), ShortOfMemoryError, "not enough memory for a batch of 16 people at step 4"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), ShortOfMemoryError, "not enough memory"),
        (RuntimeError("CUDA error: an illegal access"), DeviceLostError, "The GPU stopped answering at step 4"),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), RuntimeError, "shapes"),
    ],
)
def test_that_a_step_that_fails_says_what_that_means(split, monkeypatch, error, expected, words):
    take = Stepper.take

    def failing(self, batch, *, step, **more):
        if step == 4:
            raise error
        return take(self, batch, step=step, **more)

    monkeypatch.setattr(Stepper, "take", failing)
    with pytest.raises(expected, match=words):
        trained(split)


@pytest.mark.parametrize(
    "words",
    ["CUDA error: CUDA-capable device(s) is/are busy or unavailable\nFor debugging ...", "CUDA error: out of memory",
     "CUDA out of memory. Tried to allocate 2.00 GiB."],
)  # fmt: skip
def test_that_a_gpu_that_another_program_fills_or_holds_is_said_before_the_first_step(words):
    trouble = trouble_at_start(RuntimeError(words), model="mult_vae", device="cuda")
    assert isinstance(trouble, DeviceError)
    assert f"in use by another program, or has too little memory for mult_vae ({words.splitlines()[0]})" in trouble.what
    assert "choose the processor" in trouble.remedy


def test_that_an_error_at_the_start_that_says_nothing_of_the_device_stays_what_it_is(split, monkeypatch):
    def unmade(*_, **__):
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr("engine.training.trainer.TrainingLoop", unmade)
    with pytest.raises(RuntimeError, match="shapes cannot"):
        trained(split)


def test_that_half_the_batch_goes_on_at_the_same_place(split):
    state, _ = trained(split, stop_at=8)
    halved = CONFIG.changed(batch=8)
    end, events = trained(split, config=halved, resume_from=state)
    examples = state.progress["step"] * 16
    assert next(event for event in events if isinstance(event, StepsTaken)).first_step * 8 == pytest.approx(
        examples, abs=16
    )
    assert end.progress["epoch"] == 3


@pytest.mark.parametrize(("name", "kind"), [("mult_vae", "strong"), ("two_head", "strong"), ("mf", "random"),
                                            ("embedding_mlp", "random"), ("lstm", "random")])  # fmt: skip
def test_that_several_metrics_and_the_loss_are_measured_on_the_validation_people(planted, name, kind):
    split = make_split(planted, SplitConfig(kind=kind, seed=1))
    config = CONFIG.changed(epochs=2, batch=16 if kind == "strong" else 160, also="recall@20+rmse")
    _, events = trained(split, name=name, config=config)
    ended = [event for event in events if isinstance(event, EpochEnded)]
    names = [metric for metric, _ in ended[-1].validation]
    expected = ["ndcg@100", "recall@20", *([] if name == "mult_vae" else ["rmse"]), "loss"]
    assert names == expected
    assert all(np.isfinite(value) for _, value in ended[-1].validation)
    losses = [dict(event.validation)["loss"] for event in ended]
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(ended[1].training_loss, rel=0.6), "of the same kind as the training loss"


def test_that_learned_weights_of_the_losses_come_with_each_epoch(split):
    _, events = trained(split, name="two_head", model={"loss_weights": "learned"})
    learned = [dict(event.learned) for event in events if isinstance(event, EpochEnded)]
    assert [set(values) for values in learned] == [{"presence log variance", "rating log variance"}] * 3
    assert learned[0] != learned[2]


def test_that_norms_and_parts_come_with_every_step(split):
    _, events = trained(split, name="two_head")
    for report in (event for event in events if isinstance(event, StepsTaken)):
        assert len(report.gradient_norms) == len(report.losses)
        assert (report.gradient_norms > 0).all()
        assert set(report.parts) == {"presence", "rating"}
        np.testing.assert_allclose(report.parts["presence"] + report.parts["rating"], report.losses, rtol=1e-5)


def test_that_an_order_that_comes_too_late_is_no_trouble(split):
    orders = {number: NewRate(1e-4) for number in range(15, 60)}
    state, _ = trained(split, orders=orders)
    assert state.progress["epoch"] == 3
