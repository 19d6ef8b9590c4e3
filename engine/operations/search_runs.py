"""One run of a search: made or gone on with, watched on its way, and tried again smaller where memory was short.

Stands between the verb that searches and the one that trains. What it finds goes into a row of the search's table.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.data.dataset import Dataset
from engine.data.split import Split
from engine.errors import DataError, LibraryError
from engine.evaluation.protocol import evaluate_model
from engine.events import Advised, Event, Job, RunRecorded, Stop, TrainingStarted
from engine.library.run_record import FINISHED as RUN_FINISHED
from engine.library.run_record import RunRecord
from engine.library.searches import (
    DIVERGED,
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
    STOPPED,
    WAITING,
    SearchRow,
    best_of,
)
from engine.library.store import Library
from engine.models.registry import kind_of
from engine.operations.blending import Relay
from engine.operations.evaluating import evaluate
from engine.operations.training import FinishedRun, Problem, resume, train
from engine.training.config import automatic_batch
from engine.training.search import Trial, format_value

_FIRST = ("number", "model")


def summary_columns(rows: Sequence[SearchRow], *, monitor: str) -> tuple[str, ...]:
    """The test metrics that any row has: the monitor first, then as they turned up."""
    found = dict.fromkeys(name for row in rows for name, _ in row.metrics)
    return tuple(sorted(found, key=lambda name: name != monitor))


def write_summary(path: Path, rows: Sequence[SearchRow], *, model: str, monitor: str) -> None:
    """Write the rows that have begun. Readers see the old file or the new one, never a part. OSError passes through."""
    import pandas as pd

    begun = [row for row in rows if row.status != WAITING]
    best = best_of(begun, monitor)
    metrics = summary_columns(begun, monitor=monitor)
    documents = [_document(row, model, monitor, metrics, is_best=row is best) for row in begun]
    axes = [name for name, _ in rows[0].values] if rows else []
    columns = list(_document(SearchRow(0, tuple((name, 0) for name in axes)), model, monitor, metrics, is_best=False))
    table = pd.DataFrame(documents, columns=columns)
    for name in ("best_epoch", "batch_used"):
        table[name] = table[name].astype("Int64")
    unfinished = path.with_name(f".new-{path.name}")
    try:
        table.to_csv(unfinished, index=False, lineterminator="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def refuse_unwritable(path: Path) -> None:
    """Raise DataError, before anything runs, where the summary cannot be written or would overwrite something else."""
    if path.is_dir() or not path.parent.is_dir():
        raise DataError(
            f"The summary cannot be written to {path}: "
            + ("that is a folder." if path.is_dir() else f"there is no folder {path.parent}."),
            remedy="Name a file, such as --out summary.csv.",
            path=str(path),
        )
    try:
        with path.open("a+", encoding="utf-8") as file:
            file.seek(0)
            head = file.readline()
        if not head:
            path.unlink()
    except (OSError, ValueError) as error:
        raise DataError(
            f"The summary cannot be written to {path} ({error}).", remedy="Name another file.", path=str(path)
        ) from error
    if head and tuple(head.strip().split(",")[:2]) != _FIRST:
        raise DataError(
            f"{path} is there already and is no summary of a search.", remedy="Name another file.", path=str(path)
        )


def _document(row: SearchRow, model: str, monitor: str, metrics: Sequence[str], *, is_best: bool) -> dict[str, Any]:
    tested = dict(row.metrics)
    return {
        "number": row.place,
        "model": model,
        **{name: _cell(value) for name, value in row.values},
        "status": row.status,
        "best": "yes" if is_best else "",
        f"validation_{monitor}": row.value,
        "best_epoch": row.best_epoch,
        "epochs_run": row.epochs,
        **{f"test_{name}": tested.get(name) for name in metrics},
        "seconds": round(row.seconds, 3),
        "parameters": row.parameters,
        "lr_used": row.lr,
        "batch_used": row.batch,
        "note": row.note,
        "run": row.run_id,
    }


def _cell(value: Any) -> Any:
    """Numbers stay numbers; everything else as it would be typed."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else format_value(value)


LEAST_BATCH = 16
"""Memory that is short with so few examples at a time is short because of the model, not of the batch."""

_NOT_ENOUGH = ": the memory was not enough"
_RATINGS_OF_A_WINDOW = 10


@dataclass(frozen=True)
class Bench:
    """What all runs of a search share. `keep` keeps a row as it is now; `device` and `suggestion` as asked for."""

    library: Library
    dataset: Dataset
    split: Split
    model: str
    monitor: str
    device: str
    suggestion: str | None
    keep: Callable[[SearchRow], None]


@dataclass
class RunOfSearch:
    """A row on its way. `run` returns when `row` is as it is to be kept; a Stop shows in `relay`."""

    bench: Bench
    trial: Trial
    row: SearchRow
    relay: Relay
    started: TrainingStarted | None = field(default=None, init=False)

    def run(self) -> Job[None]:
        """Learn and judge, with half the batch again while memory is short. LibraryError passes through."""
        while True:
            problem = yield from self._attempt()
            if problem is None:
                return
            smaller = self._smaller_batch() if problem.short_of_memory else None
            if smaller is None:
                self._give_up(problem)
                return
            self._try_smaller(smaller)
            yield from self.relay.say(Advised(f"Run {self.row.place}: {self.row.note}; it is tried again."))
            if self.relay.stopped:
                self.row = self.row.changed(status=WAITING)
                return

    def _attempt(self) -> Job[Problem | None]:
        """One try. None: the row is as it is to be kept."""
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
        """What is left to do: all of it, the rest of a run that was stopped, or only its judging."""
        bench, record = self.bench, self._kept_run()
        if record is None:
            training = self.trial.training
            if training is not None and self.row.batch is not None:
                training = training.changed(batch=self.row.batch)
            return train(
                bench.library, bench.dataset, model=bench.model, model_config=self.trial.model_config,
                training=training, split=bench.split, device=bench.device, advise=False,
                suggestion=bench.suggestion,
            )  # fmt: skip
        if record.status == RUN_FINISHED or record.epochs >= (record.total_epochs or 0):
            return self._judged_again(record.run_id)
        return resume(bench.library, record.run_id, advise=False)

    def _kept_run(self) -> RunRecord | None:
        """The run of an earlier session that can be gone on with; what cannot is forgotten."""
        record = self._record()
        if record is None:
            return None
        if record.has_model and self.trial.training is not None:
            try:
                self.bench.library.runs.state(record.run_id)
            except LibraryError:
                pass
            else:
                return record
        self._forget()
        return None

    def _judged_again(self, run_id: str) -> Job[None]:
        """A run that had been trained in full when it was stopped."""
        library = self.bench.library
        if self.bench.split.test is None:
            yield None
            return
        judgement = yield from evaluate(library, run_id)
        if not judgement.stopped:
            library.runs.save_evaluation(run_id, judgement)

    def _closed_form_value(self, finished: FinishedRun | None) -> Job[float | None]:
        """The monitor's value of a model that is computed at once: it has no curve to read it from."""
        held_out = self.bench.split.validation
        if finished is None or self.trial.training is not None or held_out is None or self.relay.stopped:
            return None
        cut = self.bench.monitor.partition("@")[2]
        judgement = yield from self.relay.of(
            evaluate_model(
                finished.trained.model, held_out, candidates_I=self.bench.split.candidates_I,
                ks=(int(cut),) if cut else (1,), intervals=False,
            )
        )  # fmt: skip
        found = judgement.metrics.get(self.bench.monitor)
        return None if judgement.stopped or found is None else found.value

    def _look(self, event: Event) -> None:
        if isinstance(event, RunRecorded):
            self._set(run_id=event.run_id)
        elif isinstance(event, TrainingStarted):
            self.started = event

    # -- how it ended --------------------------------------------------------------------------------------------

    def _fill(self, finished: FinishedRun | None, value: float | None) -> None:
        """The row from the run's record. A Stop leaves it open unless the run had come to its very end."""
        record = self._record()
        assert record is not None, "a run that ended is in the library"
        if self.trial.training is not None:
            value = record.best_value
        metrics = tuple((name, _number(metric["value"])) for name, metric in record.metrics.items())
        diverged = finished is not None and finished.trained.diverged
        whole = record.status == RUN_FINISHED and (bool(metrics) or self.bench.split.test is None)
        if self.trial.training is None:
            whole = whole and value is not None
        status = DIVERGED if diverged else FINISHED if whole or not self.relay.stopped else STOPPED
        self.row = self.row.changed(
            status=status,
            value=value if value is not None and math.isfinite(value) else None,
            best_epoch=record.best_epoch,
            epochs=record.epochs if self.trial.training is not None else 0,
            lr=record.lr,
            batch=self.started.batch if self.started is not None else self.row.batch,
            metrics=metrics,
            parameters=record.parameters,
            note=_joined(self.row.note, record.stopped_because if diverged else ""),
        )

    def _leave(self) -> None:
        """Stopped where there was nothing new to keep: what an earlier session kept still counts."""
        record = self._record()
        is_kept = record is not None and record.has_model
        self.row = self.row.changed(status=STOPPED if is_kept else WAITING, run_id=self.row.run_id if is_kept else None)

    def _give_up(self, problem: Problem) -> None:
        """Keep what a run was that failed only when it was to be judged; of others, why they failed."""
        record = self._record()
        if record is not None and record.status == RUN_FINISHED and record.best_value is not None:
            self._fill(None, None)
            self.row = self.row.changed(note=_joined(self.row.note, f"it could not be judged: {problem.words}"))
            return
        if record is not None and not record.has_model:
            self._forget()
        words = (
            f"the memory was not enough, even with batch {self._batch()}" if self._lacked(problem) else problem.words
        )
        note = self.row.note if not self._lacked(problem) else ""
        self.row = self.row.changed(status=FAILED, value=None, note=_joined(note, words))

    def _lacked(self, problem: Problem) -> bool:
        """Whether the batch was halved in vain."""
        return problem.short_of_memory and self.row.note.endswith(_NOT_ENOUGH)

    def _try_smaller(self, smaller: int) -> None:
        note, before = self.row.note, self._batch()
        halved = note.endswith(_NOT_ENOUGH)
        words = note.removesuffix(_NOT_ENOUGH) if halved else f"batch {before}"
        self._forget()
        self._set(batch=smaller, note=f"{words} -> {smaller}{_NOT_ENOUGH}")

    # -- memory --------------------------------------------------------------------------------------------------

    def _smaller_batch(self) -> int | None:
        """Half of what was tried; None where that would be too few, or where no batch is at fault."""
        if self.trial.training is None:
            return None
        half = self._batch() // 2
        return half if half >= LEAST_BATCH else None

    def _batch(self) -> int:
        """How many examples a step took, or would have taken where memory ran out before the first one."""
        if self.started is not None and self.started.batch:
            return self.started.batch
        training = self.trial.training
        asked = self.row.batch or (training.batch if training is not None else None)
        if asked is not None:
            return asked
        unit, train_on = kind_of(self.bench.model).can.examples, self.bench.split.train
        if unit == "people":
            return automatic_batch(len(train_on), unit)
        ratings = train_on.entries
        return automatic_batch(ratings if unit == "ratings" else ratings // _RATINGS_OF_A_WINDOW, unit)

    # -- the library ---------------------------------------------------------------------------------------------

    def _record(self) -> RunRecord | None:
        if self.row.run_id is None:
            return None
        records = self.bench.library.runs.records()
        return next((record for record in records if record.run_id == self.row.run_id), None)

    def _forget(self) -> None:
        if self.row.run_id is not None:
            self.bench.library.runs.forget(self.row.run_id)
            self.row = self.row.changed(run_id=None)

    def _set(self, **values: Any) -> None:
        self.row = self.row.changed(**values)
        self.bench.keep(self.row)


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _number(value: float | None) -> float:
    return math.nan if value is None else value
