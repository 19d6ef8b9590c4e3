"""The store of runs: a record in SQLite with its curves, and a folder with checkpoints and evaluation.

Shapes: I titles.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.data.dataset import Bools, Dataset
from engine.errors import LibraryError, NotStoredError
from engine.events import EpochEnded
from engine.library.database import Database
from engine.library.evaluations import load_evaluation, save_evaluation, settle_evaluations
from engine.library.folder_store import FolderStore
from engine.library.folders import is_id, removed_on_failure
from engine.library.records import first_free
from engine.library.room import Room
from engine.library.rows import RowReader, columns_of, insert
from engine.library.run_folder import RunFolder, bytes_of
from engine.library.run_record import (
    FINISHED,
    INTERRUPTED,
    RUNNING,
    STOPPED,
    RunRecord,
    library_versions,
    parameters_of,
)
from engine.settings import Config
from engine.text import plural

if TYPE_CHECKING:
    from torch import Tensor

    from engine.data.split import SplitConfig
    from engine.evaluation.result import EvaluationResult
    from engine.training.checkpoint import TrainingState
    from engine.training.config import TrainingConfig
    from engine.training.progress import TrainedRun

LOG = logging.getLogger(__name__)
_OF_METRIC = {"value", "low", "high"}
_UNKNOWN_END = "Its record was lost, and made again from its folder."


@dataclass(frozen=True)
class StoredModel:
    """What is needed to build a run's model again: its record, best weights, and which titles training saw, [I]."""

    record: RunRecord
    weights: dict[str, Tensor]
    candidates_I: Bools


@dataclass(frozen=True)
class RunPlan:
    """What a run is going to do. `training` is None for models that are computed at once; `parameters` a count."""

    model: str
    model_config: Config
    training: TrainingConfig | None
    split: SplitConfig
    device: str
    precision: str
    parameters: int
    candidates_I: Bools
    name: str = ""
    chosen: str = ""
    """Which settings were chosen by trying, in a sentence."""
    differing: tuple[str, ...] = ()
    """The settings that were asked for other than the default, as "training.batch"."""


class RunRecorder:
    """Saves what a run in progress has learned. `on_model` is called once the run can recommend."""

    def __init__(
        self, database: Database, folder: RunFolder, run_id: str, *, room: Room, on_model: Callable[[], None]
    ) -> None:
        self.run_id = run_id
        self._database, self._folder, self._room, self._on_model = database, folder, room, on_model

    def save_checkpoint(self, state: TrainingState) -> None:
        """Make this the state from which the run resumes. Raises LibraryError; the former one then still counts."""
        is_first = not self._folder.has_checkpoint
        self._room.make(bytes_of(state))
        self._folder.save(state)
        if is_first:
            self._on_model()

    def save_epoch(self, epoch: EpochEnded) -> None:
        values = {**asdict(epoch), "run_id": self.run_id}
        with self._database.transaction(f"Epoch {epoch.epoch} of the run") as connection:
            insert(connection, "curves", values, verb="INSERT OR REPLACE")
        validation = ", ".join(f"{name} {value:.4f}" for name, value in epoch.validation)
        best = ", the best so far" if epoch.is_best else ""
        self._folder.log(
            f"epoch {epoch.epoch}, step {epoch.step}: loss {epoch.training_loss:.5g}"
            f"{', ' if validation else ''}{validation}, rate {epoch.lr:.2e}{best}"
        )

    def say(self, words: str) -> None:
        self._folder.log(words)


class RunStore(FolderStore[RunRecord]):
    """The runs of a library. Any thread may call."""

    _table, _key, _noun, _kind = "runs", "run_id", "run", "run"
    _none_yet = "Train a model first."

    def __init__(self, database: Database, folder: Path, *, trash: Path, room: Room) -> None:
        super().__init__(database, RowReader(RunRecord), folder=folder, trash=trash, room=room)

    def begin(self, dataset: Dataset, plan: RunPlan) -> RunRecorder:
        """Record a new run as running and make its folder. Raises LibraryError where the disk refuses."""
        run_id = f"r{uuid4().hex[:8]}"
        values = {"run_id": run_id, "name": self._free_name(plan.model, asked=plan.name), **_values_of(dataset, plan)}
        config = {**values, "created": values["created"].isoformat()}
        folder = RunFolder.create(self.folder_of(run_id), config=config, candidates_I=plan.candidates_I)
        with removed_on_failure(folder.path):
            self._insert(values, f"The run {values['name']}")
        LOG.info(
            "Run %s begins: %s on %s (%s, %s)", run_id, plan.model, plan.device, plan.precision, dataset.dataset_id
        )
        recorder = self._recorder(run_id)
        recorder.say(f"began: {plan.model} on {dataset.name} ({plan.device}, {plan.precision})")
        if plan.chosen:
            recorder.say(plan.chosen)
            LOG.info("Run %s: %s", run_id, plan.chosen)
        return recorder

    def resume(self, run_id: str, *, training: TrainingConfig, device: str, precision: str) -> RunRecorder:
        """Record a stored run as running again, with the settings it goes on with."""
        record = self.find(run_id)
        what, settings = f"The start of the run {record.name}", training.as_dict()
        self._set(record.run_id, what, status=RUNNING, training_config=settings, device=device, precision=precision)
        LOG.info("Run %s goes on (%s, %s)", record.run_id, device, precision)
        recorder = self._recorder(record.run_id)
        recorder.say(f"went on ({device}, {precision})")
        return recorder

    def finish(self, run_id: str, trained: TrainedRun) -> RunRecord:
        """Record how training went; seconds add to those of earlier sessions. Raises LibraryError for a deleted run."""
        rows = self._database.rows("SELECT seconds FROM runs WHERE run_id = ?", (run_id,))
        self._set(
            run_id,
            "The end of the run",
            status=STOPPED if trained.stopped or trained.diverged else FINISHED,
            finished=datetime.now(UTC),
            seconds=sum(row[0] for row in rows) + trained.seconds,
            epochs=trained.epochs,
            steps=trained.steps,
            best_epoch=trained.best_epoch,
            best_value=trained.best_value,
            monitor=trained.monitor,
            examples_per_second=trained.examples_per_second,
            stopped_because=trained.stopped_because,
            diverged=trained.diverged,
            parameters=parameters_of(trained.model),
        )
        record = self.find(run_id)
        LOG.info("Run %s %s after %d epochs: %s", run_id, record.status, record.epochs, record.stopped_because)
        RunFolder(self.folder_of(run_id)).log(trained.stopped_because)
        return record

    def save_evaluation(self, run_id: str, evaluation: EvaluationResult) -> None:
        """Save what the run is worth, person by person. Raises LibraryError (figures recorded) for a full disk."""
        metrics = {name: asdict(interval) for name, interval in evaluation.metrics.items()}
        self._set(run_id, "The evaluation of the run", metrics=metrics, people_evaluated=evaluation.people)
        save_evaluation(self._evaluations(run_id), evaluation)
        LOG.info("Saved the evaluation of run %s on %d people", run_id, evaluation.people)

    def evaluation(self, run_id: str) -> EvaluationResult | None:
        """The run's evaluation by person and with breakdowns; None where it is missing, old or damaged."""
        place = self._evaluations(self.find(run_id).run_id)
        try:
            return load_evaluation(place)
        except LibraryError as error:
            LOG.warning("The evaluation of run %s is skipped: %s", run_id, error.what)
            return None

    def save_advice(self, run_id: str, advice: str) -> None:
        self._set(run_id, "The advice on the run", advice=advice)

    def mark(
        self, run_id: str, *, star: bool | None = None, tags: Sequence[str] | None = None, notes: str | None = None
    ) -> RunRecord:
        """Star a run, or change its tags or notes (None: as they are). Raises LibraryError where it is not known."""
        record = self.find(run_id)
        values: dict[str, Any] = {} if star is None else {"star": star}
        if tags is not None:
            values["tags"] = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        if notes is not None:
            values["notes"] = notes.strip()
        if values:
            self._set(record.run_id, f"What you noted on {record.title}", **values)
        return self.find(record.run_id)

    def save_rate_changes(self, run_id: str, changes: Sequence[tuple[int, float]]) -> None:
        """Record all changes of the learning rate that a person made while a run learned, as (step, rate)."""
        self._set(run_id, "The learning rates of the run", rate_changes=tuple(changes))

    def end(self, run_id: str, status: str, why: str) -> None:
        """Record that a run failed or was interrupted, and why. A run that is gone stays gone."""
        LOG.warning("Run %s %s: %s", run_id, status, why)
        if self._is_deleted(run_id) is not None:
            with suppress(NotStoredError):  # the next opening finds that it was interrupted
                self._set(run_id, "The end of the run", status=status, stopped_because=why, finished=datetime.now(UTC))

    def curves(self, run_id: str) -> tuple[EpochEnded, ...]:
        """The curves of a run, one point an epoch, in order."""
        reader = RowReader(EpochEnded, may_diverge=True)
        rows = self._database.rows(f"SELECT {reader.select} FROM curves WHERE run_id = ? ORDER BY epoch", (run_id,))
        points: list[EpochEnded] = []
        for row in rows:
            try:
                points.append(reader.read(row))
            except (ValueError, TypeError) as error:
                LOG.warning("A point of the curves of run %s is damaged and left out: %s", run_id, error)
        return tuple(points)

    def load(self, run_id: str) -> StoredModel:
        """What a run learned: its best weights. Raises LibraryError where they are missing or damaged."""
        record = self.find(run_id)
        folder = RunFolder(self.folder_of(record.run_id))
        return StoredModel(record, folder.weights(), folder.candidates())

    def state(self, run_id: str) -> TrainingState:
        """The state from which a run resumes. Raises LibraryError where it is missing or cut short."""
        return RunFolder(self.folder_of(self.find(run_id).run_id)).state()

    def settle(self) -> None:
        """At the opening of a library: empty the trash; what is still recorded as running was interrupted."""
        super().settle()
        rows = self._database.rows("SELECT run_id, has_model, status FROM runs")
        known = [(run_id, had, status) for run_id, had, status in rows if is_id(run_id)]
        has_model = {}
        for run_id, _, _ in known:
            folder = RunFolder(self.folder_of(run_id))
            folder.settle()
            settle_evaluations(self._evaluations(run_id))
            has_model[run_id] = folder.has_checkpoint
        cut = sum(status == RUNNING for _, _, status in known)
        changed = [(int(has_model[run_id]), run_id) for run_id, had, _ in known if has_model[run_id] != had]
        if cut or changed:
            with self._changing("Which runs were interrupted") as connection:
                connection.execute(
                    "UPDATE runs SET status = ?, stopped_because = ? WHERE status = ?",
                    (INTERRUPTED, "Its process ended before the run did; it can be resumed.", RUNNING),
                )
                connection.executemany("UPDATE runs SET has_model = ? WHERE run_id = ?", changed)
            if cut:
                LOG.warning("%s had been interrupted", plural(cut, "run"))
        with suppress(LibraryError):
            self.records()  # parsed now, so that the first list of a thousand runs is there at once

    def _read(self, row: sqlite3.Row) -> RunRecord:
        record = super()._read(row)
        if any(set(metric) != _OF_METRIC for metric in record.metrics.values()):
            raise ValueError("its metrics are no values with intervals")
        return record

    def _guessed_row(self, folder: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """What the run was to do, as its folder says from its beginning."""
        values = RunFolder(folder).config() | {"status": INTERRUPTED, "stopped_because": _UNKNOWN_END}
        with suppress(LibraryError):
            evaluation = load_evaluation(self._evaluations(folder.name))
            if evaluation is not None:
                metrics = {name: asdict(interval) for name, interval in evaluation.metrics.items()}
                values |= {"metrics": metrics, "people_evaluated": evaluation.people}
        return columns_of(values | {"has_model": RunFolder(folder).has_checkpoint}), {}

    def _further(self, record_id: str) -> dict[str, Any]:
        rows = self._database.rows("SELECT * FROM curves WHERE run_id = ? ORDER BY epoch", (record_id,))
        return {"curves": [dict(row) for row in rows if not any(isinstance(value, bytes) for value in row)]}

    def _put_back_further(self, connection: sqlite3.Connection, record_id: str, document: Mapping[str, Any]) -> None:
        known = [row[1] for row in connection.execute("PRAGMA table_info(curves)")]
        for point in document.get("curves", ()):
            values = {name: point[name] for name in known if name in point} | {"run_id": record_id}
            insert(connection, "curves", values, verb="INSERT OR IGNORE")

    def _note_model(self, run_id: str) -> None:
        self._set(run_id, "The model of the run", has_model=True)

    def _recorder(self, run_id: str) -> RunRecorder:
        folder = RunFolder(self.folder_of(run_id))
        return RunRecorder(self._database, folder, run_id, room=self._room, on_model=partial(self._note_model, run_id))

    def _evaluations(self, run_id: str) -> Path:
        """Where evaluations of a run are; the folder keeps its former name, as the files in it do."""
        return self.folder_of(run_id) / "judgement"

    def _free_name(self, model: str, *, asked: str = "") -> str:
        taken = self._names()
        if asked and asked not in taken:
            return asked
        rows = self._database.rows("SELECT count(*) FROM runs WHERE model = ?", (model,))
        return first_free(taken, lambda number: f"{asked or model} {number}", start=rows[0][0] + 1)


def _values_of(dataset: Dataset, plan: RunPlan) -> dict[str, Any]:
    return {
        "model": plan.model,
        "dataset_id": dataset.dataset_id,
        "dataset_name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "model_config": plan.model_config.as_dict(),
        "training_config": plan.training.as_dict() if plan.training else None,
        "split_config": plan.split.as_dict(),
        "seed": plan.training.seed if plan.training else plan.split.seed,
        "device": plan.device,
        "precision": plan.precision,
        "versions": library_versions(),
        "parameters": plan.parameters,
        "created": datetime.now(UTC),
        "status": RUNNING,
        "chosen": plan.chosen,
        "differing": plan.differing,
    }
