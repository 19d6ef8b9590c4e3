"""How fast a model learns from a data set on each device of this machine, in each of its precisions; in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import torch

from engine.data.dataset import Dataset
from engine.data.split import Split, make_split
from engine.device import Device, find_devices, training_threads, use_cores
from engine.errors import TrainingError, ran_out_of_memory
from engine.events import Advised, Job, StageStarted, Stop
from engine.library.speeds import MeasuredSpeed
from engine.library.store import Library
from engine.models.base import StepModel
from engine.models.registry import kind_of
from engine.operations.preparing import fresh_model, refuse_without_rate
from engine.training.plan import TrainingPlan
from engine.training.step import Course
from engine.wording import said

SECONDS = 5.0
_WARM_STEPS, _STEPS_AT_ONCE, _LEAST_STEPS = 3, 16, 3
_RATE = 1e-6


@dataclass(frozen=True)
class DeviceEpoch:
    """A device in a precision: what a second of learning gets through, and how long an epoch takes."""

    device: str
    words: str
    precision: str
    examples_per_second: float
    seconds_per_epoch: float


@dataclass(frozen=True)
class SpeedTest:
    """What was measured of a model, the fastest first; an epoch goes through so many `examples` of a `unit`."""

    model: str
    dataset_name: str
    examples: int
    unit: str
    batch: int
    epochs: tuple[DeviceEpoch, ...]
    stopped: bool = False

    @property
    def fastest(self) -> DeviceEpoch | None:
        return next(iter(self.epochs), None)


def speed_test(
    library: Library,
    dataset: Dataset,
    plan: TrainingPlan,
    *,
    seconds: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Job[SpeedTest]:
    """Learn for a moment on each device in each precision, and remember how fast that went; nothing is kept of it.

    Parameters
    ----------
    library, dataset
        Where the speeds are remembered, and what is learned from.
    plan
        The model, its widths, batch, optimizer and split. Its device and precision do not matter.
    seconds
        How long to measure, all devices together (None: five); getting them ready comes on top.
    clock
        Seconds.

    Returns
    -------
    SpeedTest
        After a Stop with what was measured until then.

    Raises
    ------
    TrainingError, NotStoredError
        For a model that is computed at once; where the speeds cannot be stored.

    Examples
    --------
    ::

        found = drive(operations.speed_test(library, dataset, TrainingPlan.defaults("two_head")))
    """
    refuse_without_rate(plan)
    use_cores()
    share = SECONDS if seconds is None else seconds
    places = [(device, precision) for device in find_devices() for precision in device.precisions]
    found: list[_Measured] = []
    stopped = False
    try:
        yield StageStarted("splitting", said("Setting people aside"))
        split = make_split(dataset, plan.split)
        for device, precision in places:
            yield StageStarted(
                device.key, said("Learning on {words} in {precision}", words=device.words, precision=precision)
            )
            try:
                found.append(
                    (yield from _measured(dataset, split, plan, device, precision, share / len(places), clock))
                )
            except Exception as error:
                if not ran_out_of_memory(error):
                    raise
                yield Advised(
                    said(
                        "{words} has too little memory for this in {precision}.",
                        words=device.words,
                        precision=precision,
                    )
                )
    except Stop:
        stopped = True
    library.speeds.remember(measured.speed for measured in found)
    return _result(plan, dataset, found, stopped=stopped)


@dataclass(frozen=True)
class _Measured:
    """The speed of a device in a precision, over an epoch of so many examples."""

    device: Device
    speed: MeasuredSpeed
    examples: int


def _measured(
    dataset: Dataset,
    split: Split,
    plan: TrainingPlan,
    device: Device,
    precision: str,
    seconds: float,
    clock: Callable[[], float],
) -> Job[_Measured]:
    """Learn for so many seconds on a device in a precision."""
    model = fresh_model(plan.model, plan.model_config, dataset, seed=1)
    assert isinstance(model, StepModel), "models that are computed at once are refused"
    assert plan.training is not None, "models that are computed at once are refused"
    config = plan.training.changed(lr=_RATE, precision=precision)
    yield from model.get_ready(split.train)
    course = Course(split.train, model, config, torch.device(device.key))
    examples_per_second = yield from _speed(course, device, seconds, clock)
    speed = MeasuredSpeed(
        model=plan.model,
        device=device.key,
        precision=precision,
        examples_per_second=examples_per_second,
        batch=course.batch,
        threads=training_threads(),
        titles=dataset.titles,
        parameters=model.parameter_count,
        fingerprint=dataset.fingerprint,
        measured=datetime.now(UTC).isoformat("T", "seconds"),
    )
    return _Measured(device, speed, len(course.examples))


def _speed(course: Course, device: Device, seconds: float, clock: Callable[[], float]) -> Job[float]:
    """Examples a second, after some steps that do not count; only the time within steps counts."""
    step, learned, took = 0, 0, 0.0
    at_once = _STEPS_AT_ONCE if device.key != "cpu" else 1
    while took < seconds or step < _WARM_STEPS + _LEAST_STEPS:
        began, lot = clock(), 0
        for _ in range(at_once):
            _, count = course.take(step % course.total_steps, _RATE)
            step, lot = step + 1, lot + count
        _wait_for(device)
        if step > _WARM_STEPS:
            learned, took = learned + lot, took + clock() - began
        yield None
    return learned / max(took, 1e-9)


def _wait_for(device: Device) -> None:
    if device.key.startswith("cuda"):
        torch.cuda.synchronize(device.key)
    elif device.key == "mps":
        torch.mps.synchronize()


def _result(plan: TrainingPlan, dataset: Dataset, found: Sequence[_Measured], *, stopped: bool) -> SpeedTest:
    if not found and not stopped:
        raise TrainingError(
            said("No device here has the memory to learn {model} with these settings.", model=plan.model),
            remedy=said("Take a smaller batch, or learn fewer titles."),
        )
    epochs = (
        DeviceEpoch(
            measured.device.key,
            measured.device.words,
            measured.speed.precision,
            measured.speed.examples_per_second,
            measured.speed.seconds_per_epoch(measured.examples),
        )
        for measured in found
    )
    unit = kind_of(plan.model, plan.model_config).can.examples
    ordered = tuple(sorted(epochs, key=lambda epoch: epoch.seconds_per_epoch))
    examples, batch = (found[-1].examples, found[-1].speed.batch) if found else (0, 0)
    return SpeedTest(plan.model, dataset.name, examples, unit, batch, ordered, stopped)
