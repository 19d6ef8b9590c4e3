"""A run between two steps, on disk: safetensors and JSON, no pickle, so that opening it can run no code.

Saving writes into a folder that its caller made; making it the current one is the library's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import LibraryError
from engine.events import EpochEnded
from engine.models.base import Model
from engine.stored_files import Checksums, check, checksums_in, checksums_of, read_document, sealed
from engine.wording import said

FORMAT = 1
_WEIGHTS, _BEST, _OPTIMIZER = "weights.safetensors", "best.safetensors", "optimizer.safetensors"
_PROGRESS, _BEST_ONLY = "progress.json", "best_only"


@dataclass(frozen=True)
class TrainingState:
    """All that a run needs to go on to the bit: weights, the best ones so far, the optimizer, and plain progress."""

    weights: dict[str, Tensor]
    best_weights: dict[str, Tensor] | None
    optimizer: dict[str, Tensor]
    progress: dict[str, Any]


class RunRecorder(Protocol):
    def save_checkpoint(self, state: TrainingState) -> None:
        """Make this the state from which the run resumes. Raises LibraryError where it cannot be written."""

    def save_epoch(self, epoch: EpochEnded) -> None:
        """Save one point of the curves."""


def save_state(folder: Path, state: TrainingState) -> None:
    """Write a state into an existing empty folder and flush it to the disk. OSError passes through."""
    save_tensors(folder / _WEIGHTS, state.weights)
    if state.best_weights is not None:
        save_tensors(folder / _BEST, state.best_weights)
    save_tensors(folder / _OPTIMIZER, state.optimizer)
    document = {"format": FORMAT, "has_best": state.best_weights is not None, "progress": state.progress}
    document["files"] = checksums_of(sorted(folder.glob("*.safetensors")))
    (folder / _PROGRESS).write_text(json.dumps(sealed(document)), encoding="utf-8")
    for path in folder.iterdir():
        _flush(path)


def load_state(folder: Path) -> TrainingState:
    """All of a checkpoint folder. Raises LibraryError where anything of it is missing or damaged."""
    document, known = _document(folder)
    names = (_WEIGHTS, _OPTIMIZER, *([_BEST] if document["has_best"] else []))
    tensors = {name: load_tensors(folder / name, known) for name in names}
    for name in names:
        if name != _OPTIMIZER:
            _refuse_unbounded(tensors[name], folder / name)
    best = tensors[_WEIGHTS] if document["progress"].get(_BEST_ONLY) else tensors.get(_BEST)
    return TrainingState(tensors[_WEIGHTS], best, tensors[_OPTIMIZER], document["progress"])


def best_only(state: TrainingState) -> TrainingState:
    """What is left of a state from which no run has to go on to the bit: its best weights, and what costs little.

    A run that goes on from there all the same begins with the best weights and an optimizer that remembers nothing.
    """
    memory = {name: tensor for name, tensor in state.optimizer.items() if not name.split(".", 1)[0].isdecimal()}
    best = state.best_weights if state.best_weights is not None else state.weights
    return TrainingState(best, None, memory, {**state.progress, _BEST_ONLY: True})


def load_progress(folder: Path) -> dict[str, Any]:
    """How far a checkpoint folder's run had come. Raises LibraryError where it is damaged."""
    progress: dict[str, Any] = _document(folder)[0]["progress"]
    return progress


def is_best_only(progress: Mapping[str, Any]) -> bool:
    """Whether a checkpoint holds no more than the best weights, by its progress."""
    return bool(progress.get(_BEST_ONLY))


def load_weights(folder: Path) -> dict[str, Tensor]:
    """The best weights of a checkpoint folder, else the last ones. Raises LibraryError where they are damaged."""
    document, known = _document(folder)
    path = folder / (_BEST if document["has_best"] else _WEIGHTS)
    weights = load_tensors(path, known)
    _refuse_unbounded(weights, path)
    return weights


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, path)


def load_tensors(path: Path, known: Checksums) -> dict[str, Tensor]:
    """Read a safetensors file. Raises LibraryError where it is missing, cut short or not what was written.

    What comes back is copied out of the file, so that nothing keeps it open: Windows could not move or remove it.
    """
    try:
        check(path, known)
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118  (no mapping)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, SafetensorError, LibraryError) as error:
        raise _damaged(path, error) from error
    return tensors


def load_into(model: Model, state: TrainingState) -> None:
    """Give a model the weights of a state. Raises LibraryError where they are those of another model or catalogue."""
    try:
        for weights in (state.best_weights, state.weights):
            if weights is not None:
                model.load_state_dict(weights)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise of_another(model.name, error) from error


def of_another(name: str, error: Exception) -> LibraryError:
    """What is said of a state that is whole but not one of this kind of model and catalogue."""
    return LibraryError(
        said(
            "The checkpoint to go on from is not one of this {name} ({error}).",
            name=name,
            error=str(error).partition(chr(10))[0],
        ),
        remedy=said("Train again, or restore the run's folder from a backup."),
    )


def copy_of(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A snapshot of a module's state that later steps do not touch, on the same device."""
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """An optimizer's state as named tensors: "3.exp_avg" is what it remembers of the parameter number 3."""
    state = optimizer.state_dict()["state"]
    return {
        f"{number}.{name}": value.detach().clone()
        for number, values in state.items()
        for name, value in values.items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Go on from tensors named as `optimizer_tensors` does; others among them are somebody else's."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        number, key = name.split(".", 1)
        if number.isdecimal():
            state.setdefault(int(number), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _document(folder: Path) -> tuple[dict[str, Any], Checksums]:
    """What a checkpoint says of itself, and the checksums of its files, none where an older version wrote it."""
    path = folder / _PROGRESS
    try:
        document = read_document(path)
        newer, is_whole = document["format"] > FORMAT, isinstance(document["has_best"], bool)
        known = checksums_in(document, path)
        is_whole = is_whole and isinstance(document["progress"], dict)
    except (LibraryError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error
    if newer:
        raise LibraryError(
            said("The checkpoint in {folder} was written by a newer version.", folder=folder),
            remedy=said("Update Desktop Rec."),
        )
    if not is_whole:
        raise _damaged(path, ValueError("it is not what it should be"))
    return document, known


def _refuse_unbounded(weights: Mapping[str, Tensor], path: Path) -> None:
    """Raises LibraryError for weights that are not all finite: a model with them knows nothing."""
    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values() if tensor.is_floating_point()):
        raise LibraryError(
            said("The weights in {path} are not all numbers: the model had diverged.", path=path),
            remedy=said("Train it again with a lower learning rate."),
            path=path,
        )


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _damaged(path: Path, error: Exception) -> LibraryError:
    return LibraryError(
        said(
            "The checkpoint at {path} is damaged or cut short ({error}).",
            path=path,
            error=getattr(error, "what", error),
        ),
        remedy=said("Train again, or restore the folder from a backup."),
        path=path,
    )
