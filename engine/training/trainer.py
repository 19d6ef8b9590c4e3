"""Training: epochs of steps, each epoch evaluated on the validation people, saved as it goes.

All randomness is a function of (seed, epoch) or (seed, step), so a run that is stopped and resumed equals the
uninterrupted one to the bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import torch

from engine.data.split import Split
from engine.device import share_cores
from engine.errors import RankLostError
from engine.events import Advised, Job, StageStarted, Stop, told
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.training.checkpoint import RunRecorder, TrainingState
from engine.training.config import TrainingConfig
from engine.training.distributed import Ranks
from engine.training.loop import TrainingLoop
from engine.training.progress import TrainedRun
from engine.training.trouble import trouble_at_start
from engine.training.validating import MEASURING_AND_SAVING, learn_uncertainty, measures_uncertainty
from engine.wording import said


def train(
    split: Split,
    model: StepModel,
    *,
    config: TrainingConfig,
    recorder: RunRecorder,
    device: torch.device,
    resume_from: TrainingState | None = None,
    run_id: str = "",
    clock: Callable[[], float] = time.monotonic,
    ranks: Ranks | None = None,
) -> Job[TrainedRun]:
    """Train a model on a split, or go on from a state.

    Parameters
    ----------
    split
        Its training people are learned from; its validation people decide which epoch is the best.
    model
        Is trained in place, on `device`.
    config
        Epochs, batch, rate and the rest; a rate of None is 0.01 here, nothing is searched for.
    recorder
        Gets every epoch, and a checkpoint after it, every 10 seconds and at the end (see engine.training.saving).
    resume_from
        The state of a checkpoint of this very run: what follows equals the uninterrupted run to the bit.
    clock
        Seconds, for speeds and for when to save.
    ranks
        The processes that learn together with this one, which leads them; None where it is alone. One more or less
        changes nothing but rounding and noise, so a run may be resumed on another number of them.

    Returns
    -------
    TrainedRun
        With the weights of the best epoch. Stop ends it early and marks it `stopped`.

    Raises
    ------
    TrainingError, LibraryError, DeviceError
        Where there is nobody to learn from; where the checkpoint is not of this model, or `recorder` fails; where
        another program uses the GPU.
    ShortOfMemoryError, DeviceLostError
        Where a step could not be taken; the last checkpoint is kept, and the state in memory is none any more.
    RankLostError
        Where another process ended. What was learned until then is saved, unless weights were just being written: then
        the last checkpoint counts.

    Examples
    --------
    >>> from unittest.mock import Mock
    >>> import numpy as np
    >>> from engine.data.dataset import Histories, Scale
    >>> from engine.data.split import Split, SplitConfig
    >>> from engine.events import drive
    >>> from engine.models.registry import build, kind_of
    >>> likes = Histories.of(*np.divmod(np.arange(400), 20), np.full(400, 5.0), people=20)
    >>> people, scale = np.arange(20), Scale(1, 5, 1)
    >>> everything = Split(SplitConfig(kind="none"), likes, people, None, None, people >= 0, scale, 20)
    >>> model = build("mult_dae", kind_of("mult_dae").config_class(), items=20, scale=scale)
    >>> config = TrainingConfig(epochs=3, lr=1e-3, batch=10)
    >>> run = drive(train(everything, model, config=config, recorder=Mock(), device=torch.device("cpu")))
    >>> run.steps, run.monitor, run.stopped_because
    (6, 'training loss', 'All 3 epochs are done.')
    """
    with _starting(model, device):
        loop = TrainingLoop(split, model, config, recorder, device, clock, ranks)
        if resume_from is not None:
            loop.restore(resume_from)
        loop.begin()
    try:
        yield from loop.shared()
        yield loop.started(run_id)
        for words in (*loop.notes(), *model.notes(split.train)):
            yield Advised(words)
        yield StageStarted("training", said("Learning from everyone's ratings"))
        yield from loop.epochs()
        yield from loop.ending()
    except Stop:
        loop.stop()
        yield from loop.ending()
    except RankLostError:
        if ranks is not None and ranks.is_torn:
            raise
        last = list(loop.ending())
        with suppress(Stop):
            yield from told(last)
        raise
    finally:
        share_cores(1)
    return loop.result()


def fit(
    split: Split, model: ClosedFormModel, *, recorder: RunRecorder, clock: Callable[[], float] = time.monotonic
) -> Job[TrainedRun]:
    """Fit a model that is computed at once; reports its stages. A Stop that leaves nothing to keep is passed on."""
    started, stopped, because = clock(), False, said("The model was computed in full.")
    try:
        with _starting(model, torch.device("cpu")):
            yield from model.fit(split.train)
    except Stop:
        if not model.keeps_when_stopped:
            raise
        stopped, because = True, said("Stopped by you; what was learned is kept.")
    if measures_uncertainty(model, split):
        yield StageStarted("saving", MEASURING_AND_SAVING)
        learn_uncertainty(model, split, quickly=stopped)
    recorder.save_checkpoint(TrainingState(dict(model.state_dict()), None, {}, {}))
    seconds = clock() - started
    people_per_second = len(split.train) / max(seconds, 1e-9)
    return TrainedRun(model, 1, None, None, stopped, because, seconds, people_per_second, 0, False, "", ())


@contextmanager
def _starting(model: Model, device: torch.device) -> Iterator[None]:
    """What sets a model up, or computes it at once. Raises TrainingError or DeviceError where memory is short."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        raise (trouble_at_start(error, model=model.name, device=device.type) or error) from error
