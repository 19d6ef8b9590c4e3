"""What a run will need, before it starts: weights, memory, and how long an epoch takes where that was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from engine.device import available_memory_bytes
from engine.models.declaration import CatalogueConfig
from engine.text import format_about, format_duration, format_size, join_choices
from engine.training.plan import DatasetCounts, TrainingPlan
from engine.wording import joined, said

_ALIKE = 1.25
"""Sizes that differ by less count as alike: what was measured with one holds for the other."""


class FinishedRun(Protocol):
    """What of a run's record says how fast its model learned."""

    @property
    def model(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def parameters(self) -> int: ...
    @property
    def training_config(self) -> dict[str, Any] | None: ...
    @property
    def examples_per_second(self) -> float: ...


class SpeedTest(Protocol):
    """What a speed test measured."""

    @property
    def model(self) -> str: ...
    @property
    def parameters(self) -> int: ...
    @property
    def batch(self) -> int: ...
    @property
    def examples_per_second(self) -> float: ...


@dataclass(frozen=True)
class Estimate:
    """`seconds_per_epoch` is None where nobody measured it here; `measured_by` says in a few words where it was.

    `fitting_batch` is the batch to take where the run does not fit as it is planned; None where it fits, or none helps.
    """

    parameters: int
    memory_bytes: int
    free_bytes: int | None
    fits: bool
    fitting_batch: int | None
    by_steps: bool
    seconds_per_epoch: float | None
    measured_by: str
    remedies: tuple[str, ...]

    @property
    def words(self) -> str:
        """Weights, memory and time in a line."""
        parts = [said("{count} weights", count=format_about(self.parameters))] if self.parameters else []
        parts.append(said("about {size} of memory", size=format_size(self.memory_bytes)))
        if self.by_steps:
            known = self.seconds_per_epoch
            parts.append(
                said("{duration} an epoch {measured_by}", duration=_clock(known), measured_by=self.measured_by)
                if known is not None
                else said("time not known yet")
            )
        return ", ".join(parts)

    @property
    def refusal(self) -> str:
        """That the run will not fit, and what to do; "" where it does."""
        if self.fits or self.free_bytes is None:
            return ""
        needs = said(
            "This will not fit: it needs {needed}, {free} are free.",
            needed=format_size(self.memory_bytes),
            free=format_size(self.free_bytes),
        )
        if self.fitting_batch is not None:
            return joined(needs, said("Take a batch of {batch:,}.", batch=self.fitting_batch))
        return joined(needs, f"{join_choices(self.remedies).capitalize()}.")


def estimate(
    plan: TrainingPlan,
    counts: DatasetCounts,
    *,
    runs: Iterable[FinishedRun] = (),
    test: SpeedTest | None = None,
    device: str = "cpu",
    free_bytes: int | None = None,
) -> Estimate:
    """What a plan needs on data of these counts.

    Parameters
    ----------
    runs
        Runs over the same data on this machine, the newest first: one of an equally large model says the time.
    test
        What a speed test of this model on the device measured, where no run did.
    device
        Where it will be computed: "cpu", "cuda:0".
    free_bytes
        Free memory (None: asked of the system).
    """
    from engine.training.memory import PROCESS

    free = available_memory_bytes() if free_bytes is None else free_bytes
    memory, parameters = plan.memory_bytes(counts), plan.parameters(counts)
    fits = free is None or memory - PROCESS <= free
    speed, measured_by = _speed(plan, counts, parameters, runs=runs, test=test, device=device)
    remedies = [said("learn fewer titles")] if isinstance(plan.model_config, CatalogueConfig) else []
    return Estimate(
        parameters=parameters,
        memory_bytes=memory,
        free_bytes=free,
        fits=fits,
        fitting_batch=None if fits else plan.largest_batch(counts, free_bytes=free),
        by_steps=plan.training is not None,
        seconds_per_epoch=plan.examples(counts) / speed if speed is not None else None,
        measured_by=measured_by,
        remedies=(*remedies, said("close other programs")),
    )


def _speed(
    plan: TrainingPlan,
    counts: DatasetCounts,
    parameters: int,
    *,
    runs: Iterable[FinishedRun],
    test: SpeedTest | None,
    device: str,
) -> tuple[float | None, str]:
    """Examples a second as they were measured with a model and a batch of about this size, and where."""
    if plan.training is None:
        return None, ""
    batch = plan.batch(counts)
    for run in runs:
        training = run.training_config or {}
        theirs = training.get("batch") or plan.changed(batch=None).batch(counts)
        same = run.model == plan.model and _plain(run.device) == _plain(device) and run.examples_per_second > 0
        if same and _alike(run.parameters, parameters) and _alike(theirs, batch):
            return run.examples_per_second, said("as in the last run")
    tested = test is not None and test.model == plan.model and _alike(test.parameters, parameters)
    if test is not None and tested and _alike(test.batch, batch):
        return test.examples_per_second, said("by the speed test")
    return None, ""


def _alike(first: float, second: float) -> bool:
    return max(first, second) <= _ALIKE * min(first, second)


def _plain(device: str) -> str:
    """The kind of device: all GPUs of a machine count as alike."""
    return device.split(":")[0]


def _clock(seconds: float) -> str:
    return said("under a second") if seconds < 1 else format_duration(seconds)
