"""What a run's record says: which model learned from which data, its settings, and how it went."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import engine
from engine.models.naming import describe_settings, run_title, training_defaults
from engine.training.config import TrainingConfig

if TYPE_CHECKING:
    from engine.models.base import Model

RUNNING, FINISHED, STOPPED, FAILED, INTERRUPTED = "running", "finished", "stopped", "failed", "interrupted"
_FOUND = ("epochs", "lr", "precision", "seed")
"""Settings that runs have values of their own of without anybody's choosing them."""
_PACKAGES = ("torch", "numpy", "scipy", "safetensors")


@dataclass(frozen=True)
class RunRecord:
    """One run, its configs as `Config.as_dict` gives them (no training: None); times in UTC.

    status: running, finished, stopped (by the person, or diverged), failed, or interrupted. metrics: of the test
    people, name -> {value, low, high}. seconds add up over sessions.
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
    people_evaluated: int
    advice: str
    has_model: bool = False
    chosen: str = ""
    """Which settings were chosen by trying, in a sentence."""
    diverged: bool = False
    """Whether its numbers left all bounds while it learned; what it holds is from before."""
    star: bool = False
    """Whether a person marked it."""
    tags: tuple[str, ...] = ()
    notes: str = ""
    """What a person wrote about it."""
    rate_changes: tuple[tuple[int, float], ...] = ()
    """(step, learning rate) where a person changed the rate while it learned."""
    differing: tuple[str, ...] | None = None
    """The settings that were asked for other than the default ("training.batch"); None for runs of before."""
    imported: datetime | None = None
    """When it was read from a model file; None where it was trained in this library."""

    @property
    def title(self) -> str:
        """What people call it: by what it is and what differs ("Watch and love 2, batch 256, 30 epochs"), or as they
        named it."""
        return run_title(self.name, self.model, self.model_config, epochs=self.total_epochs, differing=self.differences)

    @property
    def differences(self) -> tuple[tuple[str, Any], ...]:
        """The settings that differ from the defaults, with their values: ("training.batch", 256).

        Of runs of before it is known of training alone, where they differ from what the model has now.
        """
        training = self.training_config or {}
        parts = {"model": self.model_config, "training": training, "split": self.split_config}
        if self.differing is None:
            usual = {**TrainingConfig().as_dict(), **training_defaults(self.model)}
            return tuple(
                (f"training.{name}", value)
                for name, value in training.items()
                if name in usual and name not in _FOUND and value != usual[name]
            )
        named = [(name, *name.partition(".")[::2]) for name in self.differing]
        return tuple((name, parts[part][key]) for name, part, key in named if key in parts.get(part, {}))

    @property
    def lr(self) -> float | None:
        return None if self.training_config is None else self.training_config.get("lr")

    @property
    def total_epochs(self) -> int | None:
        return None if self.training_config is None else self.training_config.get("epochs")


def describe_run(record: RunRecord) -> str:
    """What a run is and what differs from the defaults, whatever its name: "Watch and love, batch 256, 40 epochs"."""
    return describe_settings(
        record.model, record.model_config, epochs=record.total_epochs, differing=record.differences
    )


def parameters_of(model: Model) -> int:
    """How many numbers a model has learned, or will; what is computed at once is counted once it is there."""
    return model.parameter_count or sum(tensor.numel() for tensor in model.state_dict().values())


def library_versions() -> dict[str, str]:
    """What a run was made with, for a record that may be read years later."""
    versions = {"desktop-rec": engine.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
