"""One run in motion: its steps, what is measured at the end of an epoch, what is said and saved of it.

All randomness is a function of (seed, epoch) or (seed, step), so a run that is stopped and resumed equals the
uninterrupted one to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from engine.data.split import Split
from engine.device import share_cores, training_threads, use_cores
from engine.errors import DivergedError, SettingError, TrainingError
from engine.events import (
    Advised,
    EpochEnded,
    Event,
    Job,
    LossDiverged,
    NewRate,
    Pace,
    RateChanged,
    StageStarted,
    TrainingStarted,
    told,
)
from engine.models.base import StepModel
from engine.text import format_rate
from engine.training.checkpoint import (
    RunRecorder,
    TrainingState,
    copy_of,
    load_into,
    of_another,
    optimizer_tensors,
    restore_optimizer,
)
from engine.training.config import TrainingConfig
from engine.training.distributed import Ranks
from engine.training.progress import EpochSums, Progress, StepLog, Stopwatch, TrainedRun
from engine.training.saving import Saving
from engine.training.schedules import planned_rate
from engine.training.step import Course
from engine.training.trouble import trouble_of
from engine.training.validating import MEASURING_AND_SAVING, Validation, learn_uncertainty, measures_uncertainty
from engine.training.watching import Watch
from engine.wording import joined, said

_TRAINING_LOSS = "training loss"


class TrainingLoop:
    """One run in motion. Between two steps its state is whole, so it can end at any of them."""

    def __init__(
        self,
        split: Split,
        model: StepModel,
        config: TrainingConfig,
        recorder: RunRecorder,
        device: torch.device,
        clock: Callable[[], float],
        ranks: Ranks | None,
    ) -> None:
        if len(split.train) == 0:
            raise TrainingError(
                said("There is nobody to learn from in this split."), remedy=said("Choose another split.")
            )
        self._split, self._config, self._recorder, self._clock = split, config, recorder, clock
        self._ranks = ranks
        self._course = course = Course(split.train, model, config, device)
        self._stepper = course.stepper
        self._validation = Validation(split, model, config, examples=len(course.examples), batch=course.batch,
                                      device=device)  # fmt: skip
        self._best: dict[str, Tensor] | None = None
        self._threads = training_threads()
        self._sums, self._watch, self._stopwatch = EpochSums(device), Watch(), Stopwatch(clock)
        self._earlier_s = 0.0
        self._curve: list[EpochEnded] = []
        self._pace = Pace(clock=clock)
        self.progress = Progress()
        self.stopped = self.diverged = False
        self.because = (
            said("The one epoch is done.")
            if config.epochs == 1
            else said("All {epochs} epochs are done.", epochs=config.epochs)
        )

    def begin(self) -> None:
        """Count, report and save steps from here on: from the first, or from where a restored state was."""
        course, step = self._course, self.progress.step
        self._log = StepLog(step, course.total_steps, batch=course.batch, steps_per_epoch=course.steps_per_epoch)
        self._saving = Saving(self._recorder, self._clock, step=step)

    def started(self, run_id: str) -> TrainingStarted:
        course, step = self._course, self.progress.step
        return TrainingStarted(
            run_id=run_id,
            model=self._stepper.model.name,
            device=course.place,
            precision=self._stepper.precision,
            parameters=self._stepper.model.parameter_count,
            examples=len(course.examples),
            unit=self._stepper.model.can.examples,
            batch=course.batch,
            steps_per_epoch=course.steps_per_epoch,
            first_step=step,
            total_steps=course.total_steps,
            total_epochs=self._config.epochs,
            monitor=self._monitor,
        )

    def shared(self) -> Iterator[Event]:
        """Have the other processes take over their part of the run, if there are any."""
        if self._ranks is not None:
            yield StageStarted("sharing", said("Handing people's ratings to the other processes"))
            self._course.lead(self._ranks)

    def notes(self) -> tuple[str, ...]:
        """Who takes how much of a batch, where it is shared; whom is measured what, where not all."""
        unit = self._stepper.model.can.examples
        shared = () if self._ranks is None else (self._ranks.describe(self._course.batch, unit),)
        return (*shared, *self._validation.notes)

    @property
    def _monitor(self) -> str:
        return self._config.monitor if self._split.validation is not None else _TRAINING_LOSS

    def epochs(self) -> Job[None]:
        """All epochs still to do. Between two steps the state is whole, so Stop or an order may come at any yield."""
        self._stopwatch.tick()
        while self.progress.epoch < self._config.epochs and not self._is_over():
            for event in self._epoch():
                order = yield event
                self._log.learned_for(self._stopwatch.back())
                while isinstance(order, NewRate):
                    order = yield self._with_rate(order.lr)

    def _with_rate(self, lr: float) -> Event:
        """Learn at another rate from here on."""
        try:
            self._config.changed(lr=lr)
        except SettingError as error:
            return Advised(str(error))
        self.progress = self.progress.with_rate(lr, planned=self._planned_rate())
        self._saving.hurry()
        return RateChanged(self.progress.step, lr)

    def _planned_rate(self) -> float:
        lr = self._config.lr or 0.01
        return planned_rate(self._config, self.progress.step, total_steps=self._course.total_steps, lr=lr)

    def _epoch(self) -> Iterator[Event | None]:
        epoch = self.progress.epoch
        self._share_with(self._ranks.place.local_size if self._ranks else 1)
        while self.progress.step < (epoch + 1) * self._course.steps_per_epoch:
            self._take()
            if self._pace.due():
                self._share_cores()
                yield from self.remaining_steps()
                if self._has_diverged():
                    yield LossDiverged(self.progress.step, self.because)
                    return
            else:
                yield None
            if self._saving.is_due():
                yield from self._saved()
        if self._pace.due():
            yield from self.remaining_steps()
        if not self._has_diverged():
            try:
                yield from self._ended(epoch + 1)
                return
            except DivergedError:
                step, rate = self.progress.step, format_rate(self.progress.lr)
                self._diverge(
                    said(
                        "What was learned left all bounds near step {step:,} at rate {rate}; the best weights are "
                        "kept.",
                        step=step,
                        rate=rate,
                    )
                    if self._best
                    else said(
                        "What was learned left all bounds near step {step:,} at rate {rate}.", step=step, rate=rate
                    )
                )
        yield LossDiverged(self.progress.step, self.because)

    def _share_cores(self) -> None:
        """The window may be looked at now, or no longer."""
        if self._threads != training_threads():
            use_cores()
        self._threads = training_threads()

    def _share_with(self, processes: int) -> None:
        """Compute with a part of the cores while other processes of this machine take steps, too."""
        if self._ranks is not None:
            share_cores(processes)
            self._share_cores()

    def _take(self) -> None:
        step, lr = self.progress.step, self.progress.rate(self._planned_rate())
        try:
            losses, examples = self._course.take(step, lr)
        except (RuntimeError, MemoryError) as error:
            unit = self._stepper.model.can.examples
            trouble = trouble_of(error, step=step, batch=self._course.batch, unit=unit)
            raise (trouble or error) from error
        self._sums.add(losses, examples)
        self._log.add(losses, self._stepper.gradient_norm, lr)
        self._log.learned_for(self._stopwatch.tick())
        self.progress = self.progress.stepped(lr)

    def stop(self) -> None:
        """torchrun stops the first process, too, where another one ended: that is said then."""
        self.stopped = True
        lost = self._ranks.lost() if self._ranks is not None else ""
        if lost or self.progress.epoch < self._config.epochs:
            self.because = lost or said(
                "Stopped by you after {step:,} steps; what was learned is kept.", step=self.progress.step
            )

    def ending(self) -> Iterator[Event]:
        """The last reports, and the state from which the run could go on."""
        yield from self.remaining_steps()
        is_measured = self._best is not None and measures_uncertainty(self._stepper.model, self._split)
        yield StageStarted("saving", MEASURING_AND_SAVING if is_measured else said("Saving what was learned"))
        if is_measured:
            self._learn_uncertainty()
        yield from told(self._saving.save_last(self.progress.step, self._state))

    def _learn_uncertainty(self) -> None:
        """Measure how far off the best weights are."""
        model = self._stepper.model
        current = copy_of(model.state_dict())
        model.load_state_dict(self._best or current)
        learn_uncertainty(model, self._split, quickly=self.stopped)
        self._best = copy_of(model.state_dict())
        model.load_state_dict(current)

    def remaining_steps(self) -> Iterator[Event]:
        """The steps that were not reported yet, and what they give cause to say."""
        if self._log.waiting:
            report = self._log.reported(-(-self.progress.step // self._course.steps_per_epoch))
            yield report
            yield from told(self._watch.seen(report, best_epoch=self.progress.best_epoch))

    def _ended(self, epoch: int) -> Iterator[Event | None]:
        """End an epoch: evaluate, remember the best, let the plateau rule look, and save."""
        self._share_with(1)
        self._stopwatch.tick()
        began_s = self._stopwatch.seconds
        values = yield from self._validation.measured()
        self._stopwatch.tick()
        self._log.evaluated_for(self._stopwatch.seconds - began_s)
        ended = self._with_values(epoch, values)
        self._saving.save_epoch(ended)
        saved = list(self._saved()) if self._saving.is_due(epoch_ended=True) else []
        yield ended
        yield from told(saved)

    def _with_values(self, epoch: int, values: tuple[tuple[str, float], ...]) -> EpochEnded:
        """The end of an epoch in which this was measured."""
        loss, parts = self._sums.mean()
        value = values[0][1] if values else loss
        falling = -value if values and self._config.higher_is_better else value
        self.progress = self.progress.evaluated(epoch, value, falling, self._config)
        is_best = self.progress.best_epoch == epoch
        if is_best:
            self._best = copy_of(self._stepper.model.state_dict())
        self._sums.clear()
        self._curve.append(
            EpochEnded(
                epoch=epoch,
                step=self.progress.step,
                training_loss=loss,
                parts=parts,
                validation=values,
                monitor=self._monitor,
                is_best=is_best,
                lr=self.progress.lr,
                learned=self._stepper.model.learned_weights(),
                seconds=self._earlier_s + self._stopwatch.seconds,
            )
        )
        return self._curve[-1]

    def _is_over(self) -> bool:
        """Whether a rule ends the run early; says which."""
        config, progress = self._config, self.progress
        if self.diverged:
            return True
        if config.schedule == "reduce_on_plateau" and progress.is_below(config.min_lr, planned=config.lr or 0.01):
            self.because = said(
                "The rate fell below {min_lr:g}: {monitor} no longer improves.",
                min_lr=config.min_lr,
                monitor=self._monitor,
            )
            return True
        if config.early_stop and progress.epoch - (progress.best_epoch or 0) >= config.early_stop:
            self.because = said(
                "No better {monitor} for {early_stop} epochs.", monitor=self._monitor, early_stop=config.early_stop
            )
            return True
        return False

    def _has_diverged(self) -> bool:
        if not self.diverged and bool(self._stepper.refused > 0):
            self._diverge(
                said(
                    "The loss left all bounds near step {step:,} at rate {rate}; the last good weights are kept.",
                    step=self.progress.step,
                    rate=format_rate(self.progress.lr),
                )
            )
        return self.diverged

    def _diverge(self, what: str) -> None:
        """End the run, with advice after what happened."""
        self.diverged = True
        advice = said("Try a rate of {rate} or less.", rate=format_rate(self.progress.lr / 10))
        self.because = joined(what, advice)

    def _saved(self) -> Iterator[Event]:
        yield from told(self._saving.save(self.progress.step, self._state))
        self._log.learned_for(self._stopwatch.tick())

    def _state(self) -> TrainingState:
        return TrainingState(
            copy_of(self._stepper.model.state_dict()),
            self._best,
            optimizer_tensors(self._stepper.optimizer) | self._stepper.memory(),
            {
                **self.progress.as_dict(),
                "sums": self._sums.as_dict(),
                "batch": self._course.batch,
                "seconds": self._earlier_s + self._stopwatch.seconds,
            },
        )

    def restore(self, state: TrainingState) -> None:
        """Go on from a state. Raises LibraryError where it is whole but not one of this model."""
        model, course = self._stepper.model, self._course
        load_into(model, state)
        try:
            self._best = state.best_weights
            restore_optimizer(self._stepper.optimizer, state.optimizer)
            self._stepper.restore(state.optimizer)
            self._sums.restore(state.progress["sums"])
            former = state.progress.get("batch", course.batch)
            self.progress = Progress.from_dict(state.progress).in_batches(
                former, course.batch, examples=len(course.examples)
            )
            self._earlier_s = float(state.progress.get("seconds", 0.0))
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
            raise of_another(model.name, error) from error

    def result(self) -> TrainedRun:
        if self._best is not None:
            self._stepper.model.load_state_dict(self._best)
        return TrainedRun(
            model=self._stepper.model,
            epochs=self.progress.epoch,
            best_epoch=self.progress.best_epoch,
            best_value=self.progress.best_value,
            stopped=self.stopped,
            stopped_because=self.because,
            seconds=self._stopwatch.seconds,
            examples_per_second=self._log.examples_per_second,
            steps=self.progress.step,
            diverged=self.diverged,
            monitor=self._monitor,
            curve=tuple(self._curve),
        )
