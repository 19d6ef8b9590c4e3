"""A run between two steps, on disk: safetensors and JSON, no pickle, so that opening it can run no code.

Saving writes into a folder that its caller made; making it the current one is the library's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.errors import LibraryError

FORMAT = 1
_WEIGHTS, _BEST, _OPTIMIZER = "weights.safetensors", "best.safetensors", "optimizer.safetensors"
_PROGRESS = "progress.json"


@dataclass(frozen=True)
class TrainingState:
    """All that a run needs to go on to the bit: weights, the best ones so far, the optimizer, and plain progress."""

    weights: dict[str, Tensor]
    best_weights: dict[str, Tensor] | None
    optimizer: dict[str, Tensor]
    progress: dict[str, Any]


def save_state(folder: Path, state: TrainingState) -> None:
    """Write a state into an existing empty folder and flush it to the disk. OSError passes through."""
    save_tensors(folder / _WEIGHTS, state.weights)
    if state.best_weights is not None:
        save_tensors(folder / _BEST, state.best_weights)
    save_tensors(folder / _OPTIMIZER, state.optimizer)
    text = json.dumps({"format": FORMAT, "has_best": state.best_weights is not None, "progress": state.progress})
    (folder / _PROGRESS).write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        _flush(path)


def load_state(folder: Path) -> TrainingState:
    try:
        document = json.loads((folder / _PROGRESS).read_text(encoding="utf-8"))
        if document["format"] > FORMAT:
            raise LibraryError(
                f"The checkpoint in {folder} was written by a newer version.", remedy="Update Desktop Rec.", path=folder
            )
        best = load_tensors(folder / _BEST) if document["has_best"] else None
        return TrainingState(
            load_tensors(folder / _WEIGHTS), best, load_tensors(folder / _OPTIMIZER), document["progress"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error


def load_weights(folder: Path) -> dict[str, Tensor]:
    """The best weights of a checkpoint folder, else the last ones. Raises LibraryError where they are damaged."""
    return load_tensors(folder / (_BEST if _has_best(folder) else _WEIGHTS))


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, path)


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file. Raises LibraryError where it is missing or cut short."""
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from error
    return tensors


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
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        number, key = name.split(".", 1)
        state.setdefault(int(number), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _has_best(folder: Path) -> bool:
    """Whether there are best weights, or were when the checkpoint was written."""
    if (folder / _BEST).exists():
        return True
    try:
        return bool(json.loads((folder / _PROGRESS).read_text(encoding="utf-8"))["has_best"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _damaged(path: Path, error: Exception) -> LibraryError:
    return LibraryError(
        f"The checkpoint at {path} is damaged or cut short ({type(error).__name__}: {error}).",
        remedy="Train again, or restore the folder from a backup.",
        path=path,
    )
