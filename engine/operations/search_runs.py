"""One run of a search: made or resumed, tried again with half the batch where memory was short, and recorded."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from engine.data.dataset import Dataset
from engine.data.split import Split
from engine.errors import LibraryError
from engine.evaluation.protocol import evaluate_model
from engine.events import Advised, Event, Job, RunRecorded, Stop, TrainingStarted
from engine.library.run_record import FINISHED as RUN_FINISHED
from engine.library.run_record import RunRecord
from engine.library.searches import DIVERGED, FAILED, FINISHED, INTERRUPTED, RUNNING, STOPPED, WAITING, SearchRow
from engine.library.store import Library
from engine.models.registry import kind_of
from engine.operations.evaluating import evaluate
from engine.operations.problem import Problem
from engine.operations.recorded_run import FinishedRun
from engine.operations.training import resume, train
from engine.training.config import automatic_batch
from engine.training.search import Trial
from engine.wording import Said, said

LEAST_BATCH = 16
"""Memory that is short with so few examples at a time is short because of the model, not of the batch."""

_NOT_ENOUGH = "batch {batches}: the memory was not enough"
_NOT_ENOUGH_BEFORE = re.compile(r"^batch (?P<batches>.*): the memory was not enough$")
"""As rows of former versions have it."""
_RATINGS_OF_A_WINDOW = 10
Result = TypeVar("Result")


@dataclass(frozen=True)
class SearchBench:
    """What all runs of a search share. `save_row` saves a row as it is now."""

    library: Library
    dataset: Dataset
    split: Split
    monitor: str
    save_row: Callable[[SearchRow], None]


@dataclass
class RunOfSearch:
    """A row on its way. `run` returns when `row` is as it is to be saved; a Stop shows in `relay`."""

    bench: SearchBench
    trial: Trial
    row: SearchRow
    relay: Relay
    started: TrainingStarted | None = field(default=None, init=False)

    def run(self) -> Job[None]:
        """Learn and evaluate, with half the batch again while memory is short. LibraryError passes through."""
        while True:
            problem = yield from self._attempt()
            if problem is None:
                return
            smaller = self._smaller_batch() if problem.short_of_memory else None
            if smaller is None:
                self._give_up(problem)
                return
            self._try_smaller(smaller)
            yield from self.relay.report(
                Advised(said("Run {place}: {note}; it is tried again.", place=self.row.place, note=self.row.note))
            )
            if self.relay.stopped:
                self.row = self.row.changed(status=WAITING)
                return

    def _attempt(self) -> Job[Problem | None]:
        """One try. None: the row is as it is to be saved."""
        self.started = None
        began_s = self.relay.seconds()
        self._set(status=RUNNING)
        try:
            finished = yield from self.relay.of(self._job(), self._look)
            value = yield from self._closed_form_value(finished)
            self._fill(finished, value)
        except Stop:
            self._leave()
        except LibraryError:
            with suppress(LibraryError):
                self._set(status=INTERRUPTED)
            raise
        except Exception as error:
            return Problem.of(error)
        except BaseException:
            self._set(status=INTERRUPTED)
            raise
        finally:
            self.row = self.row.changed(seconds=self.row.seconds + self.relay.seconds() - began_s)
        return None

    def _job(self) -> Job[FinishedRun | None]:
        """What is left to do: all of it, the rest of a run that was stopped, or only its evaluation."""
        bench, record = self.bench, self._earlier_run()
        if record is None:
            plan = self.trial.plan
            if plan.training is not None and self.row.batch is not None:
                plan = replace(plan, training=plan.training.changed(batch=self.row.batch))
            return train(bench.library, bench.dataset, plan, divided=bench.split, advise=False, halves_batch=False)
        if record.status == RUN_FINISHED or record.epochs >= (record.total_epochs or 0):
            return self._evaluated_again(record.run_id)
        return resume(bench.library, record.run_id, advise=False)

    def _earlier_run(self) -> RunRecord | None:
        """The run of an earlier session that can be resumed; what cannot is forgotten."""
        record = self._record()
        if record is None:
            return None
        if record.has_model and self.trial.plan.training is not None:
            try:
                self.bench.library.runs.state(record.run_id)
            except LibraryError:
                pass
            else:
                return record
        self._forget()
        return None

    def _evaluated_again(self, run_id: str) -> Job[None]:
        if self.bench.split.test is None:
            yield None
            return
        yield from evaluate(self.bench.library, run_id)

    def _closed_form_value(self, finished: FinishedRun | None) -> Job[float | None]:
        """The monitor's value of a model that is computed at once: it has no curve to read it from."""
        held_out = self.bench.split.validation
        if finished is None or self.trial.plan.training is not None or held_out is None or self.relay.stopped:
            return None
        cut = self.bench.monitor.partition("@")[2]
        evaluation = yield from self.relay.of(
            evaluate_model(
                finished.trained.model, held_out, candidates_I=self.bench.split.candidates_I,
                ks=(int(cut),) if cut else (1,), intervals=False,
            )
        )  # fmt: skip
        found = evaluation.metrics.get(self.bench.monitor)
        return None if evaluation.stopped or found is None else found.value

    def _look(self, event: Event) -> None:
        if isinstance(event, RunRecorded):
            self._set(run_id=event.run_id)
        elif isinstance(event, TrainingStarted):
            self.started = event

    def _fill(self, finished: FinishedRun | None, value: float | None) -> None:
        """The row from the run's record. A Stop leaves it open unless the run had come to its very end."""
        record = self.bench.library.runs.find(self.row.run_id or "")
        if self.trial.plan.training is not None:
            value = record.best_value
        metrics = tuple((name, _number(metric["value"])) for name, metric in record.metrics.items())
        diverged = finished is not None and finished.trained.diverged
        whole = record.status == RUN_FINISHED and (bool(metrics) or self.bench.split.test is None)
        if self.trial.plan.training is None:
            whole = whole and value is not None
        losses = self._losses(record) if self.trial.plan.training is not None else (None, None)
        status = DIVERGED if diverged else FINISHED if whole or not self.relay.stopped else STOPPED
        self.row = self.row.changed(
            status=status,
            value=_finite(value),
            best_epoch=record.best_epoch,
            epochs=record.epochs if self.trial.plan.training is not None else 0,
            lr=record.lr,
            batch=self.started.batch if self.started is not None else self.row.batch,
            metrics=metrics,
            parameters=record.parameters,
            note=after(self.row.note, record.stopped_because if diverged else ""),
            training_loss=losses[0],
            validation_loss=losses[1],
        )

    def _losses(self, record: RunRecord) -> tuple[float | None, float | None]:
        """The training and validation loss of the best epoch, where they were measured."""
        curve = self.bench.library.runs.curves(record.run_id)
        best = next((ended for ended in curve if ended.epoch == record.best_epoch), None)
        if best is None:
            return None, None
        return _finite(best.training_loss), _finite(dict(best.validation).get("loss"))

    def _leave(self) -> None:
        """Stopped where there was nothing new to keep: what an earlier session saved still counts."""
        record = self._record()
        is_there = record is not None and record.has_model
        self.row = self.row.changed(
            status=STOPPED if is_there else WAITING, run_id=self.row.run_id if is_there else None
        )

    def _give_up(self, problem: Problem) -> None:
        """Save what a run was that failed only in its evaluation; of others, why they failed."""
        record = self._record()
        if record is not None and record.status == RUN_FINISHED and record.best_value is not None:
            self._fill(None, None)
            self.row = self.row.changed(
                note=after(self.row.note, said("it could not be evaluated: {words}", words=problem.words))
            )
            return
        if record is not None and not record.has_model:
            self._forget()
        words = (
            said("the memory was not enough, even with batch {batch}", batch=self._batch())
            if self._lacked(problem)
            else problem.words
        )
        note = self.row.note if not self._lacked(problem) else ""
        self.row = self.row.changed(status=FAILED, value=None, note=after(note, words))

    def _lacked(self, problem: Problem) -> bool:
        """Whether the batch was halved in vain."""
        return problem.short_of_memory and bool(_batches_in(self.row.note))

    def _try_smaller(self, smaller: int) -> None:
        batches = _batches_in(self.row.note) or f"{self._batch()}"
        self._forget()
        note = said("batch {batches}: the memory was not enough", batches=f"{batches} -> {smaller}")
        self._set(batch=smaller, note=note)

    def _smaller_batch(self) -> int | None:
        """Half of what was tried; None where that would be too few, or where no batch is at fault."""
        if self.trial.plan.training is None:
            return None
        half = self._batch() // 2
        return half if half >= LEAST_BATCH else None

    def _batch(self) -> int:
        if self.started is not None and self.started.batch:
            return self.started.batch
        training = self.trial.plan.training
        asked = self.row.batch or (training.batch if training is not None else None)
        if asked is not None:
            return asked
        unit, train_on = kind_of(self.trial.plan.model).can.examples, self.bench.split.train
        if unit == "people":
            return automatic_batch(len(train_on), unit)
        ratings = train_on.entries
        return automatic_batch(ratings if unit == "ratings" else ratings // _RATINGS_OF_A_WINDOW, unit)

    def _record(self) -> RunRecord | None:
        if self.row.run_id is None:
            return None
        with suppress(LibraryError):
            return self.bench.library.runs.find(self.row.run_id)
        return None

    def _forget(self) -> None:
        if self.row.run_id is not None:
            self.bench.library.runs.forget(self.row.run_id)
            self.row = self.row.changed(run_id=None)

    def _set(self, **values: Any) -> None:
        self.row = self.row.changed(**values)
        self.bench.save_row(self.row)


class Relay:
    """Hands an inner job's events on, looks at them, and remembers whether a Stop passed through."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.stopped = False
        self._clock = clock
        self._away_s = 0.0

    def seconds(self) -> float:
        """A clock that stands still while the driver has control: a pause costs nothing."""
        return self._clock() - self._away_s

    def of(self, job: Job[Result], look: Callable[[Event], None] = lambda event: None) -> Job[Result]:
        """The inner job's result; what it raises passes through."""
        try:
            event = next(job)
            while True:
                if event is not None:
                    look(event)
                left_s = self._clock()
                try:
                    yield event
                except Stop as stop:
                    self.stopped = True
                    self._away_s += self._clock() - left_s
                    event = job.throw(stop)
                else:
                    self._away_s += self._clock() - left_s
                    event = next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
        finally:
            job.close()

    def report(self, event: Event) -> Job[None]:
        """An event of the search itself; a Stop at it is remembered."""
        try:
            yield event
        except Stop:
            self.stopped = True


def _batches_in(note: str) -> str:
    """The batches that were tried ("512 -> 256"), where a note says that memory was short; else ""."""
    if isinstance(note, Said) and note.code.get("says") == _NOT_ENOUGH:
        return str(dict(note.values)["batches"])
    found = _NOT_ENOUGH_BEFORE.match(note)
    return found["batches"] if found else ""


def after(note: str, further: str) -> str:
    """A note on a row with another behind it."""
    return said("{note}; {further}", note=note, further=further) if note and further else note or further


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else value
