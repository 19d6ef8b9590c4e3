"""The store of runs: a record in SQLite with its curves, and a folder with checkpoints and evaluation.

Shapes: I titles.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.data.dataset import Bools, Dataset
from engine.documents import document_of
from engine.errors import LibraryError, NotStoredError
from engine.events import EpochEnded
from engine.library.database import Database
from engine.library.evaluations import load_evaluation, save_evaluation, settle_evaluations
from engine.library.folder_store import FolderStore
from engine.library.folders import bytes_in, is_id, removed_on_failure
from engine.library.interrupted import cut_to_checkpoint, interrupt, progress_in
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
    parameters_of,
)
from engine.library.run_recorder import RunPlan, RunRecorder, values_of
from engine.text import plural
from engine.wording import said

if TYPE_CHECKING:
    from torch import Tensor

    from engine.evaluation.result import EvaluationResult
    from engine.library.model_file import ModelFile
    from engine.training.checkpoint import TrainingState
    from engine.training.config import TrainingConfig
    from engine.training.progress import TrainedRun

LOG = logging.getLogger(__name__)
_OF_METRIC = {"value", "low", "high"}
_FIELDS = tuple(each.name for each in fields(RunRecord))
_OPEN_SCHEDULES = ("constant", "reduce_on_plateau")
"""Schedules whose rates do not depend on how many epochs there are: such a run may go on as if it had never ended."""
_UNKNOWN_END = said("Its record was lost, and made again from its folder.")


@dataclass(frozen=True)
class StoredModel:
    """What is needed to build a run's model again: its record, best weights, and which titles training saw, [I]."""

    record: RunRecord
    weights: dict[str, Tensor]
    candidates_I: Bools


@dataclass(frozen=True)
class RunRoom:
    """How much a run takes on the disk, and how much less it would with its best weights alone."""

    size_bytes: int
    free_bytes: int


class RunStore(FolderStore[RunRecord]):
    """The runs of a library. Any thread may call."""

    _table, _key, _noun, _kind = "runs", "run_id", "run", "run"
    _none_yet = "Train a model first."

    def __init__(self, database: Database, folder: Path, *, trash: Path, room: Room) -> None:
        super().__init__(database, RowReader(RunRecord), folder=folder, trash=trash, room=room)

    def begin(self, dataset: Dataset, plan: RunPlan) -> RunRecorder:
        """Record a new run as running and make its folder. Raises LibraryError where the disk refuses."""
        run_id = f"r{uuid4().hex[:8]}"
        values = {"run_id": run_id, "name": self._free_name(plan.model, asked=plan.name), **values_of(dataset, plan)}
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
        folder = RunFolder(self.folder_of(run_id))
        folder.log(trained.stopped_because)
        if record.status == FINISHED and _ends_with_its_schedule(record) and folder.goes_on_exactly:
            with suppress(LibraryError):  # then it takes more room, and that is all
                folder.keep_best()
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
                with self._changing("The end of the run") as connection:
                    cut_to_checkpoint(connection, run_id, progress_in(RunFolder(self.folder_of(run_id))))

    def record_in(self, found: ModelFile) -> RunRecord:
        """The record of a model file as it would be stored here. Raises LibraryError where it is none."""
        values = _imported_values(found) | {"dataset_id": found.data.name, "fingerprint": found.data.fingerprint}
        columns = columns_of(values)
        try:
            record = self._reader.read([columns.get(name) for name in columns_of(dict.fromkeys(_FIELDS))])
        except (ValueError, TypeError, LookupError, OverflowError) as error:
            raise LibraryError(f"its record is damaged: {error}") from error
        return _checked(record)

    def add(self, found: ModelFile, dataset: Dataset, record: RunRecord) -> RunRecord:
        """Store the model of a file as a finished run over a data set. Raises LibraryError where the disk refuses."""
        from engine.training.checkpoint import TrainingState, best_only

        is_free = not self._database.rows("SELECT 1 FROM runs WHERE run_id = ?", (record.run_id,))
        values = {name: getattr(record, name) for name in _FIELDS} | {
            "run_id": record.run_id if is_free and is_id(record.run_id) else f"r{uuid4().hex[:8]}",
            "name": self._imported_name(record),
            "dataset_id": dataset.dataset_id,
            "dataset_name": dataset.name,
            "fingerprint": dataset.fingerprint,
        }
        run_id, config = values["run_id"], document_of(values)
        state = best_only(TrainingState(found.weights, None, {}, dict(found.progress)))
        self._room.make(bytes_of(state))
        folder = RunFolder.create(self.folder_of(run_id), config=config, candidates_I=found.candidates_I)
        with removed_on_failure(folder.path):
            folder.save(state)
            with self._changing(f"The run {values['name']}") as connection:
                insert(connection, "runs", values)
                self._put_back_further(connection, run_id, {"curves": list(map(columns_of, found.curves))})
        self._write_copy(run_id)
        folder.log(f"imported from {found.path.name}")
        LOG.info("Imported the model of %s as run %s", found.path.name, run_id)
        return self.find(run_id)

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

    def log_of(self, run_id: str) -> Path:
        """Where the log of a run is, if anything was written to it."""
        return RunFolder(self.folder_of(run_id)).log_path

    def load(self, run_id: str) -> StoredModel:
        """What a run learned: its best weights. Raises LibraryError where they are missing or damaged."""
        record = self.find(run_id)
        folder = RunFolder(self.folder_of(record.run_id))
        return StoredModel(record, folder.weights(), folder.candidates())

    def state(self, run_id: str) -> TrainingState:
        """The state from which a run resumes. Raises LibraryError where it is missing or cut short."""
        return RunFolder(self.folder_of(self.find(run_id).run_id)).state()

    def progress(self, run_id: str) -> dict[str, Any]:
        """How far a run had come at its checkpoint. Raises LibraryError where that is missing or damaged."""
        return RunFolder(self.folder_of(self.find(run_id).run_id)).progress()

    def rate_scale(self, run_id: str) -> float:
        """What changes of the rate, by a person or by the plateau rule, multiply a run's schedule by where it is now.

        1 where nothing of it can be read, as then the run cannot go on.
        """
        try:
            progress = self.progress(run_id)
        except LibraryError:
            return 1.0
        return float(progress.get("rate_scale", 1.0) * progress.get("plateau", {}).get("scale", 1.0))

    def goes_on_exactly(self, run_id: str) -> bool:
        """Whether a run could go on to the bit as if it had never ended, or only from its best weights."""
        return RunFolder(self.folder_of(run_id)).goes_on_exactly

    def room_of(self, run_id: str) -> RunRoom:
        """How much a run takes on the disk, and how much of that could be made free."""
        folder = RunFolder(self.folder_of(run_id))
        return RunRoom(bytes_in(folder.path), folder.room_to_make())

    def make_room(self, run_id: str) -> None:
        """Keep only a run's best weights: it can be used as before, but not go on to the bit. `take_back` undoes it.

        The room is free when the library is next opened, or sooner where it is needed.
        """
        record = self.find(run_id)
        if record.status == RUNNING:
            raise LibraryError(f"{record.title} is training just now.", remedy="Stop it first.", run=record.run_id)
        self._room.make(RunFolder(self.folder_of(record.run_id)).room_to_make())
        RunFolder(self.folder_of(record.run_id)).keep_best(undoable=True)

    def take_back(self, run_id: str) -> None:
        """Undo `make_room`. Raises LibraryError where what was given up is gone, or the run has gone on since."""
        RunFolder(self.folder_of(run_id)).take_back()

    def empty_trash(self) -> int:
        given_up = [run_id for run_id in self._ids() if RunFolder(self.folder_of(run_id)).forget_given_up()]
        return super().empty_trash() + len(given_up)

    def settle(self) -> None:
        """At the opening of a library: empty the trash; what is still recorded as running was interrupted."""
        super().settle()
        rows = self._database.rows("SELECT run_id, has_model, status, training_config FROM runs")
        known = [(run_id, had, status) for run_id, had, status, _ in rows if is_id(run_id)]
        has_model = {}
        for run_id, _, _ in known:
            folder = RunFolder(self.folder_of(run_id))
            folder.settle()
            folder.forget_given_up()
            settle_evaluations(self._evaluations(run_id))
            has_model[run_id] = folder.has_checkpoint
        cut = {run_id: training for run_id, _, status, training in rows if is_id(run_id) and status == RUNNING}
        changed = [(int(has_model[run_id]), run_id) for run_id, had, _ in known if has_model[run_id] != had]
        if cut or changed:
            with self._changing("Which runs were interrupted") as connection:
                for run_id, training in cut.items():
                    interrupt(connection, run_id, RunFolder(self.folder_of(run_id)), training_config=training)
                connection.executemany("UPDATE runs SET has_model = ? WHERE run_id = ?", changed)
            if cut:
                LOG.warning("%s had been interrupted", plural(len(cut), "run"))
        with suppress(LibraryError):
            self.records()  # parsed now, so that the first list of a thousand runs is there at once

    def _read(self, row: sqlite3.Row) -> RunRecord:
        return _checked(super()._read(row))

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

    def _ids(self) -> list[str]:
        return [row[0] for row in self._database.rows("SELECT run_id FROM runs WHERE NOT deleted") if is_id(row[0])]

    def _note_model(self, run_id: str) -> None:
        self._set(run_id, "The model of the run", has_model=True)

    def _recorder(self, run_id: str) -> RunRecorder:
        folder = RunFolder(self.folder_of(run_id))
        return RunRecorder(
            self._database,
            folder,
            run_id,
            room=self._room,
            on_model=partial(self._note_model, run_id),
            on_rates=partial(self.save_rate_changes, run_id),
        )

    def _evaluations(self, run_id: str) -> Path:
        """Where evaluations of a run are; the folder keeps its former name, as the files in it do."""
        return self.folder_of(run_id) / "judgement"

    def _imported_name(self, record: RunRecord) -> str:
        """Its own name where that is free; a number counts here, not where it comes from."""
        number = record.name.removeprefix(f"{record.model} ")
        is_numbered = number != record.name and number.isdecimal()
        taken = self._names()
        if record.name not in taken:
            return record.name
        return self._free_name(record.model, asked="" if is_numbered else record.name)

    def _free_name(self, model: str, *, asked: str = "") -> str:
        taken = self._names()
        if asked and asked not in taken:
            return asked
        rows = self._database.rows("SELECT count(*) FROM runs WHERE model = ?", (model,))
        return first_free(taken, lambda number: f"{asked or model} {number}", start=rows[0][0] + 1)


def _ends_with_its_schedule(record: RunRecord) -> bool:
    """Whether more epochs would not be what a longer training had been: its rates were planned for just so many."""
    schedule = (record.training_config or {}).get("schedule")
    return schedule is not None and schedule not in _OPEN_SCHEDULES


def _checked(record: RunRecord) -> RunRecord:
    if any(set(metric) != _OF_METRIC for metric in record.metrics.values()):
        raise ValueError("its metrics are no values with intervals")
    return record


def _imported_values(found: ModelFile) -> dict[str, Any]:
    """What the record of a model file says, younger fields as they are at first; it ended, whatever it says."""
    first = {each.name: each.default for each in fields(RunRecord) if each.default is not MISSING}
    said = {name: value for name, value in found.record.items() if name in _FIELDS}
    status = said.get("status") if said.get("status") in (FINISHED, STOPPED) else STOPPED
    return first | said | {"status": status, "has_model": True, "imported": datetime.now(UTC)}
