import numpy as np
import pytest
import torch
from planted import CPU
from small_models import small_model

from engine.data.batches import epoch_order
from engine.data.split import Split, SplitConfig, make_split
from engine.errors import SettingError, TrainingError
from engine.events import LossesMeasured, Stop, drive
from engine.models.registry import kind_of
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.lr_finder import find_rate
from engine.training.validating import validation_loss

TRAINING = TrainingConfig(batch=160, precision="float32")
FINDER = FinderConfig(steps=60, lowest=1e-6)


def sweep(split: Split, model, *, finder=FINDER, training=TRAINING, **driving):
    prefer = kind_of(model.name).suggestion
    return drive(find_rate(split, model, training=training, finder=finder, device=CPU, prefer=prefer), **driving)


def everything(model, split):
    """All that a sweep could have touched: weights, gradients, modes, random states, data order."""
    return (
        [tensor.detach().clone() for tensor in model.state_dict().values()],
        [parameter.grad is None for parameter in model.parameters()],
        model.training,
        torch.get_rng_state(),
        np.random.get_state()[1].copy(),
        epoch_order(len(split.train), seed=1, epoch=0),
        split.train.item_rows_N.copy(),
    )


def assert_same(before, after):
    for first, second in zip(before, after, strict=True):
        if isinstance(first, list):
            assert_same(first, second) if len(first) else None
        elif isinstance(first, torch.Tensor):
            assert torch.equal(first, second)
        else:
            assert np.array_equal(first, second)


def test_that_a_sweep_leaves_everything_as_it_was_to_the_bit(split, fresh_model):
    model = fresh_model()
    before = everything(model, split)
    result = sweep(split, model)
    assert_same(before, everything(model, split))
    assert len(result.lrs) > 30


def test_that_a_stopped_sweep_leaves_everything_as_it_was_and_suggests_nothing(split, fresh_model):
    model = fresh_model()
    before = everything(model, split)
    job = find_rate(split, model, training=TRAINING, finder=FINDER, device=CPU)
    for _ in range(20):
        next(job)
    result = None
    try:
        job.throw(Stop())
        while True:
            next(job)
    except StopIteration as end:
        result = end.value
    assert result.stopped
    assert result.suggestions == ()
    assert "suggests none" in result.words
    assert 15 < len(result.lrs) < 25
    assert_same(before, everything(model, split))


def test_that_an_error_in_a_sweep_leaves_everything_as_it_was(split, fresh_model):
    model = fresh_model()
    before = everything(model, split)
    job = find_rate(split, model, training=TRAINING, finder=FINDER, device=CPU)
    for _ in range(10):
        next(job)
    with pytest.raises(RuntimeError, match="out of memory"):
        job.throw(RuntimeError("out of memory"))
    assert_same(before, everything(model, split))


def test_that_training_after_a_sweep_equals_training_without_one(split, fresh_model, kept):
    from engine.training.trainer import train

    config = TRAINING.changed(epochs=2, lr=1e-3)
    swept, plain = fresh_model(), fresh_model()
    sweep(split, swept)
    for model in (swept, plain):
        drive(train(split, model, config=config, recorder=kept, device=CPU))
    for first, second in zip(swept.state_dict().values(), plain.state_dict().values(), strict=True):
        assert torch.equal(first, second)


def test_that_a_sweep_works_in_a_pause_of_training(split, fresh_model, kept):
    from engine.training.trainer import train

    config = TRAINING.changed(epochs=2, lr=1e-3)
    paused, plain = fresh_model(), fresh_model()
    job = train(split, paused, config=config, recorder=kept, device=CPU)
    for _ in range(7):
        next(job)
    sweep(split, paused)
    for _ in job:
        pass
    drive(train(split, plain, config=config, recorder=kept, device=CPU))
    for first, second in zip(paused.state_dict().values(), plain.state_dict().values(), strict=True):
        assert torch.equal(first, second)


def test_that_a_sweep_reports_growing_curves_and_chooses_a_rate(split, fresh_model):
    events = []
    result = sweep(split, fresh_model(), on_event=events.append)
    measured = [event for event in events if isinstance(event, LossesMeasured)]
    assert [event.steps_done for event in measured] == sorted(event.steps_done for event in measured)
    assert np.array_equal(np.concatenate([event.losses for event in measured]), result.losses)
    if fresh_model().can.examples == "people":
        assert result.chosen is not None
        assert 1e-5 < result.chosen.lr < 1, "on so few single ratings the curve of the others is mostly noise"
    assert all(suggestion.sentence for suggestion in result.suggestions)


def test_that_a_sweep_ends_at_the_first_loss_that_is_not_finite(split, fresh_model):
    model = fresh_model()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(float("nan"))
    result = sweep(split, model)
    assert len(result.lrs) == 0
    assert result.chosen is None
    assert "at once" in result.words


def test_that_too_few_points_are_a_result_in_words(split, fresh_model):
    result = sweep(split, fresh_model(), finder=FinderConfig(steps=5))
    assert result.suggestions == ()
    assert "20 are needed" in result.words or "at once" in result.words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lowest": 1.0, "highest": 0.1}, "must start below its end; 1 is not below 0.1"),
        ({"lowest": 30.0}, "must start below its end; 30 is not below 10"),
        ({"lowest": 1.0, "highest": 1.0}, "must start below its end; 1 is not below 1"),
        ({"lowest": 0.0}, r"From \(lowest\) lies between 1e-12 and 100; 0.0 does not"),
        ({"lowest": -1e-3}, r"From \(lowest\) lies between"),
        ({"lowest": float("nan")}, r"From \(lowest\) lies between"),
        ({"highest": float("inf")}, r"To \(highest\) lies between"),
        ({"steps": 4}, r"Steps \(steps\) lies between 5"),
        ({"smooth": -1.0}, r"Smoothing \(smooth\) lies between 0 and 4"),
    ],
)
def test_that_a_sweep_that_cannot_be_is_refused_with_its_sentence(values, words):
    with pytest.raises(SettingError, match=words):
        FinderConfig(**values)


@pytest.mark.parametrize("lr", [0.0, -1e-3, float("nan"), float("inf")])
def test_that_a_rate_that_is_none_is_refused_with_its_sentence(lr):
    with pytest.raises(SettingError, match=r"Learning rate \(lr\) lies between 1e-8 and 100"):
        TrainingConfig(lr=lr)


def test_that_the_loss_may_be_that_of_held_out_examples_and_is_then_free_of_the_noise_of_batches(split, fresh_model):
    model = fresh_model()
    if validation_loss(split, split.validation, model, 1, most=64, batch=64, device=CPU) is None:
        pytest.skip("nothing like its training loss is held out")
    before = everything(model, split)
    finder = FINDER.changed(loss="validation", steps=24, highest=1e-4)
    result = sweep(split, model, finder=finder)
    assert_same(before, everything(model, split))
    assert result.loss == "validation"
    by_batch = sweep(split, model, finder=finder.changed(loss="training"))
    assert np.abs(np.diff(result.losses[:12])).max() < np.abs(np.diff(by_batch.losses[:12])).max()


def test_that_a_validation_loss_that_cannot_be_measured_is_refused_with_a_sentence(planted, split):
    everybody = make_split(planted, SplitConfig(kind="none"))
    finder = FINDER.changed(loss="validation")
    with pytest.raises(TrainingError, match="holds nobody out"):
        sweep(everybody, small_model("mult_dae", split), finder=finder)
    at_random = make_split(planted, SplitConfig(kind="random"))
    with pytest.raises(TrainingError, match="learns from whole people"):
        sweep(at_random, small_model("mult_dae", at_random), finder=finder)


def test_that_the_smoothing_of_former_versions_is_left_out_when_a_plan_is_read():
    assert FinderConfig.from_dict({"steps": 100, "smoothing": 0.98}) == FinderConfig(steps=100)


@pytest.mark.parametrize("spacing", ["exponential", "linear"])
def test_that_the_rates_run_from_end_to_end(spacing):
    rates = FinderConfig(lowest=1e-5, highest=1.0, steps=11, spacing=spacing).rates()
    assert rates[0] == pytest.approx(1e-5)
    assert rates[-1] == pytest.approx(1.0)
    steps = np.diff(np.log(rates) if spacing == "exponential" else rates)
    np.testing.assert_allclose(steps, steps[0])


def test_that_no_mode_leaks_to_the_driver_at_any_yield(split, fresh_model):
    yields = 0
    for _ in find_rate(split, fresh_model(), training=TRAINING, finder=FINDER, device=CPU):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")
        yields += 1
    assert yields > FINDER.steps // 2  # a sweep may end where the loss diverges
