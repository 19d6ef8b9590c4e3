"""The store of runs: a record in SQLite with its curves, and a folder with its checkpoints.

Stands between the Trainer, to which it hands a `RunRecorder`, and all that uses a trained model later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.data.dataset import Bools, Dataset
from engine.errors import LibraryError
from engine.events import EpochEnded
from engine.library.database import Database
from engine.library.evaluation_files import load_judgement, save_judgement
from engine.library.folders import remove_unfinished, removed_on_failure
from engine.library.run_folder import RunFolder
from engine.library.run_record import (
    FINISHED,
    INTERRUPTED,
    RUNNING,
    STOPPED,
    RunRecord,
    as_columns,
    library_versions,
    parameters_of,
    record_of,
)
from engine.library.trash import Trash
from engine.settings import Config

if TYPE_CHECKING:
    from torch import Tensor

    from engine.data.split import SplitConfig
    from engine.evaluation.result import EvaluationResult
    from engine.training.checkpoint import TrainingState
    from engine.training.config import TrainingConfig
    from engine.training.trainer import TrainedRun


@dataclass(frozen=True)
class KeptModel:
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
    """What the run is to be called; "" for the model and a number."""


class RunRecorder:
    """What the library does for a run in progress (see engine.training.trainer.RunRecorder)."""

    def __init__(self, database: Database, folder: RunFolder, run_id: str) -> None:
        self.run_id = run_id
        self._database, self._folder = database, folder

    def save_checkpoint(self, state: TrainingState) -> None:
        """Make this the state from which the run resumes. Raises LibraryError; the former one then still counts."""
        self._folder.save(state)

    def save_epoch(self, epoch: EpochEnded) -> None:
        """Keep one epoch's point of the curves, and a line in the log."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO curves VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self.run_id, epoch.epoch, epoch.step, epoch.training_loss, json.dumps(epoch.parts),
                 json.dumps(epoch.validation), epoch.monitor, int(epoch.is_best), epoch.lr),
            )  # fmt: skip
        validation = ", ".join(f"{name} {value:.4f}" for name, value in epoch.validation)
        best = ", the best so far" if epoch.is_best else ""
        self._folder.log(
            f"epoch {epoch.epoch}, step {epoch.step}: loss {epoch.training_loss:.5g}"
            f"{', ' if validation else ''}{validation}, rate {epoch.lr:.2e}{best}"
        )

    def say(self, words: str) -> None:
        """Add a line to the run's log."""
        self._folder.log(words)


class RunStore:
    """The runs of a library. Any thread may call."""

    def __init__(self, database: Database, folder: Path, *, trash: Path) -> None:
        self._database, self._folder = database, folder
        self._trash = Trash(database, trash, store=folder, table="runs", key="run_id")

    def begin(self, dataset: Dataset, plan: RunPlan) -> RunRecorder:
        """Record a new run as running and make its folder. Raises LibraryError where the disk refuses."""
        run_id = f"r{uuid4().hex[:8]}"
        values = {"run_id": run_id, "name": self._free_name(plan.model, asked=plan.name), **_values_of(dataset, plan)}
        config = {**values, "created": values["created"].isoformat()}
        folder = RunFolder.create(self._folder / run_id, config=config, candidates_I=plan.candidates_I)
        columns = as_columns(values)
        with removed_on_failure(folder.path), self._database.transaction() as connection:
            marks = ", ".join("?" * len(columns))
            connection.execute(f"INSERT INTO runs ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))
        recorder = RunRecorder(self._database, folder, run_id)
        recorder.say(f"began: {plan.model} on {dataset.name} ({plan.device}, {plan.precision})")
        return recorder

    def go_on(self, run_id: str, *, training: TrainingConfig, device: str, precision: str) -> RunRecorder:
        """Record a kept run as running again, with the settings it goes on with."""
        record = self.find(run_id)
        values = {"status": RUNNING, "training_config": training.as_dict(), "device": device, "precision": precision}
        self._update(record.run_id, values)
        recorder = RunRecorder(self._database, RunFolder(self._folder / record.run_id), record.run_id)
        recorder.say(f"went on ({device}, {precision})")
        return recorder

    def finish(self, run_id: str, trained: TrainedRun) -> RunRecord:
        """Record how training went; seconds add to those of earlier sessions."""
        record = self.find(run_id)
        values = {
            "status": STOPPED if trained.stopped or trained.diverged else FINISHED,
            "finished": datetime.now(UTC),
            "seconds": record.seconds + trained.seconds,
            "epochs": trained.epochs,
            "steps": trained.steps,
            "best_epoch": trained.best_epoch,
            "best_value": trained.best_value,
            "watched": trained.monitor,
            "examples_per_second": trained.examples_per_second,
            "stopped_because": trained.stopped_because,
            "parameters": parameters_of(trained.model),
        }
        self._update(run_id, values)
        RunFolder(self._folder / run_id).log(trained.stopped_because)
        return self.find(run_id)

    def judged(self, run_id: str, judgement: EvaluationResult) -> None:
        """Record what the run is worth to the test people, and keep it person by person.

        Raises LibraryError where the disk is full; the record then has the figures all the same.
        """
        metrics = {name: asdict(interval) for name, interval in judgement.metrics.items()}
        self._update(run_id, {"metrics": metrics, "people_judged": judgement.people})
        save_judgement(self._judgements(run_id), judgement)

    def judgement(self, run_id: str) -> EvaluationResult | None:
        """The run's judgement, person by person and with its breakdowns.

        None where it was not judged, was judged before such things were kept, or where they are damaged: judging it
        again (`operations.evaluate`) makes them anew.
        """
        place = self._judgements(self.find(run_id).run_id)
        try:
            return load_judgement(place)
        except LibraryError:
            return None

    def advised(self, run_id: str, advice: str) -> None:
        """Record what was advised after training."""
        self._update(run_id, {"advice": advice})

    def end(self, run_id: str, status: str, why: str) -> None:
        """Record that a run ended otherwise than by finishing: failed or interrupted, and why."""
        self._update(run_id, {"status": status, "stopped_because": why, "finished": datetime.now(UTC)})

    def records(self, dataset_id: str | None = None) -> tuple[RunRecord, ...]:
        """All runs, or those of a data set, the newest first."""
        rows = self._database.rows(
            "SELECT * FROM runs WHERE NOT deleted AND (?1 IS NULL OR dataset_id = ?1)"
            " ORDER BY created DESC, rowid DESC",
            (dataset_id,),
        )
        return tuple(record_of(row, has_model=RunFolder(self._folder / row["run_id"]).has_checkpoint) for row in rows)

    def find(self, which: str) -> RunRecord:
        """The run of an id or a name, or the `latest`. Raises LibraryError."""
        records = self.records()
        if which == "latest" and records:
            return records[0]
        found = [one for one in records if which == one.run_id] or [one for one in records if which == one.name]
        if found:
            return found[0]
        known = ", ".join(repr(record.name) for record in records[:8])
        raise LibraryError(
            f"There is no run called {which!r} in {self._folder.parent}.",
            remedy=f"Known are: {known} and latest." if known else "Train a model first.",
            run=which,
        )

    def curves(self, run_id: str) -> tuple[EpochEnded, ...]:
        """The curves of a run, one point an epoch, in order."""
        rows = self._database.rows("SELECT * FROM curves WHERE run_id = ? ORDER BY epoch", (run_id,))
        return tuple(
            EpochEnded(
                row["epoch"], row["step"], row["training_loss"], _pairs(row["parts"]), _pairs(row["validation"]),
                row["watched"], bool(row["is_best"]), row["lr"],
            )
            for row in rows
        )  # fmt: skip

    def load(self, run_id: str) -> KeptModel:
        """What a run learned: its best weights. Raises LibraryError where they are missing or damaged."""
        record = self.find(run_id)
        folder = RunFolder(self._folder / record.run_id)
        return KeptModel(record, folder.weights(), folder.candidates())

    def state(self, run_id: str) -> TrainingState:
        """The state from which a run resumes. Raises LibraryError where it is missing or cut short."""
        return RunFolder(self._folder / self.find(run_id).run_id).state()

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name. Raises LibraryError where the run is not known or the name says nothing."""
        if not name.strip():
            raise LibraryError("A run needs a name.", remedy="Give it one with a letter in it.", run=run_id)
        self._update(self.find(run_id).run_id, {"name": name.strip()})

    def delete(self, run_id: str) -> None:
        """Move a run to the trash; `restore` undoes it until the library is next opened."""
        self._trash.put(self.find(run_id).run_id)

    def restore(self, run_id: str) -> RunRecord:
        """Undo a deletion."""
        self._trash.take_back(run_id)
        return self.find(run_id)

    def forget(self, run_id: str) -> None:
        """Remove a run that learned nothing, without a way back."""
        self._trash.purge(run_id)

    def settle(self) -> None:
        """At the opening of a library: empty the trash; what is still recorded as running was interrupted."""
        self._trash.empty()
        remove_unfinished(self._folder)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE runs SET status = ?, stopped_because = ? WHERE status = ?",
                (INTERRUPTED, "Its process ended before the run did; it can be resumed.", RUNNING),
            )

    def _judgements(self, run_id: str) -> Path:
        return self._folder / run_id / "judgement"

    def _update(self, run_id: str, values: Mapping[str, Any]) -> None:
        columns = as_columns(dict(values))
        with self._database.transaction() as connection:
            connection.execute(
                f"UPDATE runs SET {', '.join(f'{name} = ?' for name in columns)} WHERE run_id = ?",
                (*columns.values(), run_id),
            )

    def _free_name(self, model: str, *, asked: str = "") -> str:
        named = [(row[0], row[1]) for row in self._database.rows("SELECT name, model FROM runs")]
        taken = {name for name, _ in named}
        if asked and asked not in taken:
            return asked
        number = sum(one == model for _, one in named) + 1
        while f"{asked or model} {number}" in taken:
            number += 1
        return f"{asked or model} {number}"


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
    }


def _pairs(text: str) -> tuple[tuple[str, float], ...]:
    return tuple((name, value) for name, value in json.loads(text))
