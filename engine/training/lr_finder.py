"""The learning-rate finder: a short sweep over rates on a throw-away copy, its curve, and what it suggests.

It uses the step, precision and batches of training. The model it is given, its optimizer, the random state and the
data order are the same to the bit before and after, however the sweep ends.

Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017.
"""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator

import numpy as np
import torch
from torch import Tensor

from engine.data.batches import epoch_batches
from engine.data.split import Split
from engine.errors import LibraryError, TrainingError
from engine.events import Event, Job, LossesMeasured, Pace, StageStarted, Stop
from engine.models.base import StepModel
from engine.training.checkpoint import TrainingState, restore_optimizer
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.rate_curve import COMPLETE, NOT_FINITE, ROSE, STOPPED, Float64
from engine.training.rate_sweep import RateSweep
from engine.training.step import Stepper
from engine.training.validating import NO_LOSS, ValidationLoss, validation_loss
from engine.wording import said

_VALIDATED = 1024
"""On so many held-out examples the validation loss is measured after each step."""
_CARRIED = 0.9
"""How much of the running average of the loss each step keeps, by which a sweep sees that the loss has left bounds."""


def find_rate(
    split: Split,
    model: StepModel,
    *,
    training: TrainingConfig,
    finder: FinderConfig,
    device: torch.device,
    prefer: str = "steepest",
    start_from: TrainingState | None = None,
) -> Job[RateSweep]:
    """Sweep the learning rate and suggest one. Stop ends the sweep early, with its points and without a suggestion.

    Parameters
    ----------
    split, model
        Whose training people are learned from, and by a copy of which model.
    training
        Batch, optimizer, precision and seed of the run to come; its rate is not used.
    finder
        From which rate to which, in how many steps, when the loss has left all bounds, and which loss: of each step's
        batch, or of held-out examples after it.
    prefer
        The kind of suggestion to choose where the curve shows it: one of `rate_curve.KINDS`.
    start_from
        The state of a checkpoint of this model: the copy goes on from its weights, optimizer and place in the data.
        None where the model is swept as it is.

    Returns
    -------
    RateSweep
        Too few points and a flat curve are a sentence in `words`, without suggestions.

    Raises
    ------
    TrainingError, LibraryError
        Where there is nobody to learn from or to measure a validation loss on; where `start_from` is of another model.

    Examples
    --------
    >>> import numpy as np
    >>> from engine.data.dataset import Histories, Scale
    >>> from engine.data.split import Split, SplitConfig
    >>> from engine.events import drive
    >>> from engine.models.registry import build, kind_of
    >>> likes = Histories.of(*np.divmod(np.arange(400), 20), np.full(400, 5.0), people=20)
    >>> people, scale = np.arange(20), Scale(1, 5, 1)
    >>> everything = Split(SplitConfig(kind="none"), likes, people, None, None, people >= 0, scale, 20)
    >>> model = build("mult_dae", kind_of("mult_dae").config_class(), items=20, scale=scale)
    >>> finder = FinderConfig(steps=30, lowest=1e-6, highest=1e-5)
    >>> cpu = torch.device("cpu")
    >>> found = drive(find_rate(everything, model, training=TrainingConfig(batch=10), finder=finder, device=cpu))
    >>> len(found.lrs), found.chosen, found.words[:34]
    (30, None, 'The loss hardly falls at any rate.')
    """
    if len(split.train) == 0:
        raise TrainingError(said("There is nobody to learn from in this split."), remedy=said("Choose another split."))
    sweep = _Sweep(split, copy.deepcopy(model), training, finder, device)
    if start_from is not None:
        sweep.start_from(start_from)
    ended = STOPPED
    try:
        yield StageStarted("sweeping", said("Trying learning rates, small to large, on a copy of the model"))
        ended = yield from sweep.steps()
    except Stop:
        pass
    yield sweep.reported()
    lrs, losses = sweep.arrays()
    return RateSweep(lrs, losses, ended, smooth=finder.smooth, prefer=prefer, loss=finder.loss, batch=sweep.batch)


class _Sweep:
    def __init__(
        self, split: Split, model: StepModel, training: TrainingConfig, finder: FinderConfig, device: torch.device
    ) -> None:
        self._finder, self._training = finder, training
        model.prepare(split.train, seed=training.seed)
        self._examples = model.examples(split.train, device)
        self.batch = training.batch_for(len(self._examples), model.can.examples)
        self._steps_per_epoch = -(-len(self._examples) // self.batch)
        total_steps = self._steps_per_epoch * training.epochs
        self._stepper = Stepper(model, training, device, total_steps=total_steps, own_rates=False)
        self._validation = self._measures_on(split) if finder.loss == "validation" else None
        self._first_step = 0
        self._lrs: list[float] = []
        self._losses: list[float] = []
        self._average = 0.0
        self._best = np.inf
        self._reported = 0

    def start_from(self, state: TrainingState) -> None:
        """Go on from a checkpoint. Raises LibraryError where it is not one of this model."""
        model = self._stepper.model
        try:
            model.load_state_dict(state.weights)
            restore_optimizer(self._stepper.optimizer, state.optimizer)
            self._stepper.restore(state.optimizer)
            self._first_step = int(state.progress["step"])
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
            raise LibraryError(
                said(
                    "The checkpoint to sweep from is not one of this {model} ({partition}).",
                    model=model.name,
                    partition=str(error).partition(chr(10))[0],
                ),
                remedy=said("Sweep from a fresh model, or train the run again."),
            ) from error

    def _measures_on(self, split: Split) -> ValidationLoss:
        """The loss on the same held-out examples. Raises TrainingError where there are none like those of training."""
        model, training, device = self._stepper.model, self._training, self._stepper.device
        found = (
            validation_loss(
                split, split.validation, model, training.seed, most=_VALIDATED, batch=self.batch, device=device
            )
            if split.validation is not None
            else None
        )
        if found is None:
            reason = NO_LOSS if split.validation is not None else said("This split holds nobody out to validate on.")
            raise TrainingError(reason, remedy=said("Sweep by the training loss, or choose another split."))
        return found

    def steps(self) -> Generator[Event | None, None, str]:
        """One step per rate; how it ended. The loss is read back each time: whether to go on depends on it."""
        pace, rows = Pace(), self._rows()
        for step, lr in enumerate(self._finder.rates(), start=self._first_step):
            batch = self._examples.batch(next(rows))
            loss = float(self._stepper.take(batch, lr=float(lr), step=step).shown)
            if self._validation is not None and np.isfinite(loss):
                loss = yield from self._validation.portions()
            if not np.isfinite(loss):
                return NOT_FINITE
            self._add(float(lr), loss)
            if bool(self._stepper.refused > 0):
                return NOT_FINITE
            if self._has_blown_up():
                return ROSE
            yield self.reported() if pace.due() else None
        return COMPLETE

    def _rows(self) -> Iterator[Tensor]:
        """The examples of each step, in the order in which training takes them, from the first step on."""
        epoch, place = divmod(self._first_step, self._steps_per_epoch)
        while True:
            yield from epoch_batches(
                len(self._examples), batch=self.batch, seed=self._training.seed, epoch=epoch, first=place
            )
            epoch, place = epoch + 1, 0

    def _add(self, lr: float, loss: float) -> None:
        self._lrs.append(lr)
        self._losses.append(loss)
        self._average = _CARRIED * self._average + (1.0 - _CARRIED) * loss

    def _has_blown_up(self) -> bool:
        """Whether a running average is four times its best, measured from it upward so that losses below zero count."""
        average = self._average / (1.0 - _CARRIED ** len(self._losses))
        self._best = min(self._best, average)
        return average - self._best > (self._finder.stop_at - 1.0) * max(abs(self._best), 1e-12)

    def arrays(self) -> tuple[Float64, Float64]:
        return np.array(self._lrs), np.array(self._losses)

    def reported(self) -> LossesMeasured:
        new, self._reported = slice(self._reported, None), len(self._lrs)
        lrs, losses = (array[new] for array in self.arrays())
        return LossesMeasured(lrs, losses, steps_done=len(self._lrs), total_steps=self._finder.steps)
