"""The loop: epochs of steps, judged after each on the validation people, kept as it goes.

Stands between Model and Checkpoint. A generator: it reports events, hands control back at every step, and can be
stopped at any of them. All randomness is a function of (seed, epoch) or (seed, step), so a run that is stopped and
resumed equals the uninterrupted one to the bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from engine.data.split import Split
from engine.events import (
    Advised,
    Job,
    StageStarted,
    Stop,
)
from engine.models.base import ClosedFormModel, StepModel
from engine.training.checkpoint import (
    TrainingState,
    copy_of,
)
from engine.training.config import TrainingConfig
from engine.training.loop import Keep, Loop, TrainedRun

__all__ = ["Keep", "TrainedRun", "fit", "train"]


def fit(
    split: Split, model: ClosedFormModel, *, keep: Keep, clock: Callable[[], float] = time.monotonic
) -> Job[TrainedRun]:
    """Fit a model that is computed at once; reports its stages. Stopping it keeps nothing and passes Stop on."""
    started = clock()
    yield from model.fit(split.train)
    keep.checkpoint(TrainingState(copy_of(model.state_dict()), None, {}, {}))
    seconds = clock() - started
    people_per_second = len(split.train) / max(seconds, 1e-9)
    words = "The model was computed in full."
    return TrainedRun(model, 1, None, None, False, words, seconds, people_per_second, 0, False, "", ())


def train(
    split: Split,
    model: StepModel,
    *,
    config: TrainingConfig,
    keep: Keep,
    device: torch.device,
    resume_from: TrainingState | None = None,
    run_id: str = "",
    clock: Callable[[], float] = time.monotonic,
) -> Job[TrainedRun]:
    """Train a model on a split, or go on from a state. The model given is trained in place.

    Raises TrainingError where there is nobody to learn from; LibraryError from `keep` passes through.
    """
    run = Loop(split, model, config, keep, device, clock)
    if resume_from is not None:
        run.restore(resume_from)
    try:
        yield run.started(run_id)
        for words in model.notes(split.train):
            yield Advised(words)
        yield StageStarted("training", "Learning from everyone's ratings")
        yield from run.epochs()
        yield from run.ending()
    except Stop:
        run.stop()
        yield from run.ending()
    return run.result()
