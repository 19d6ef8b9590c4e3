"""What a run's record says: what learned from what, how it was set, and how it went.

Stands inside the store of runs; plain values and their way in and out of SQLite.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import engine
from engine.library.database import damaged_record

if TYPE_CHECKING:
    from engine.models.base import Model

RUNNING, FINISHED, STOPPED, FAILED, INTERRUPTED = "running", "finished", "stopped", "failed", "interrupted"
_JSON = ("model_config", "training_config", "split_config", "versions", "metrics")
_TIMES = ("created", "finished")
_PACKAGES = ("torch", "numpy", "scipy", "safetensors")


@dataclass(frozen=True)
class RunRecord:
    """One run. Configs are plain dicts as `Config.as_dict` gives them; `training_config` is None where there is none.

    status: running, finished, stopped (by the person, or diverged), failed, or interrupted (its process ended without
    saying so). metrics: of the test people, name -> {value, low, high}. has_model: whether it can recommend. Times are
    in UTC; seconds add up over resumed sessions.
    """

    run_id: str
    name: str
    model: str
    dataset_id: str
    dataset_name: str
    fingerprint: str
    model_config: dict[str, Any]
    training_config: dict[str, Any] | None
    split_config: dict[str, Any]
    seed: int
    device: str
    precision: str
    versions: dict[str, str]
    parameters: int
    created: datetime
    status: str
    finished: datetime | None
    seconds: float
    epochs: int
    steps: int
    best_epoch: int | None
    best_value: float | None
    monitor: str
    examples_per_second: float
    stopped_because: str
    metrics: dict[str, dict[str, float | None]]
    people_judged: int
    advice: str
    has_model: bool = False

    @property
    def lr(self) -> float | None:
        """The learning rate, None for models that are computed at once."""
        return None if self.training_config is None else self.training_config.get("lr")

    @property
    def total_epochs(self) -> int | None:
        """The epochs that were asked for, None for models that are computed at once."""
        return None if self.training_config is None else self.training_config.get("epochs")


def record_of(row: sqlite3.Row, *, has_model: bool) -> RunRecord:
    """A record from its row. Raises LibraryError where it cannot be read."""
    values: dict[str, Any] = {name: row[name] for name in row.keys() if name != "deleted"}  # noqa: SIM118 (a Row)
    try:
        for name in _JSON:
            values[name] = None if values[name] is None else json.loads(values[name])
        for name in _TIMES:
            values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    except (ValueError, TypeError) as error:
        raise damaged_record(f"run {row['name']}", error) from error
    values["monitor"] = values.pop("watched")
    return RunRecord(**values, has_model=has_model)


def as_columns(values: dict[str, Any]) -> dict[str, Any]:
    """Values of a record as SQLite keeps them."""
    columns = dict(values)
    for name in set(_JSON) & set(columns):
        columns[name] = None if columns[name] is None else json.dumps(columns[name])
    for name in set(_TIMES) & set(columns):
        columns[name] = None if columns[name] is None else columns[name].isoformat()
    return columns


def parameters_of(model: Model) -> int:
    """How many numbers a model has learned, or will; what is computed at once is counted once it is there."""
    return model.parameter_count or sum(one.numel() for one in model.state_dict().values())


def library_versions() -> dict[str, str]:
    """What a run was made with, for a record that may be read years later."""
    versions = {"desktop-rec": engine.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
