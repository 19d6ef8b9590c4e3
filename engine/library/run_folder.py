"""The folder of one run: its settings, its log, and checkpoints of which `current` names the good one.

A checkpoint is a new folder that one rename of `current` makes count: killed at any moment, the run still loads.

Shapes: I titles.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.data.dataset import Bools
from engine.errors import LibraryError
from engine.library.folders import (
    check_format,
    current_name,
    new_folder,
    next_number,
    replace_text,
    settle_numbered,
    write_failure,
    write_format,
    write_json,
)
from engine.stored_files import check, checksums_of, damaged, read_array, read_document, save_array

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.checkpoint import TrainingState

FORMAT = 1
_KIND = "run"
_CONFIG, _LOG, _CURRENT, _CHECKPOINTS, _CANDIDATES = "config.json", "log.txt", "current", "checkpoints", "titles.npy"


class RunFolder:
    """One run on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def create(path: Path, *, config: dict[str, Any], candidates_I: Bools) -> RunFolder:
        """A new run's folder: its settings, and which titles its training saw. LibraryError where the disk refuses."""
        with new_folder(path, what=f"The run {path.name}") as unfinished:
            write_json(unfinished / _CONFIG, config)
            save_array(unfinished / _CANDIDATES, np.asarray(candidates_I, dtype=np.bool_))
            (unfinished / _CHECKPOINTS).mkdir()
            files = checksums_of([unfinished / _CONFIG, unfinished / _CANDIDATES])
            write_format(unfinished, _KIND, FORMAT, files)
        return RunFolder(path)

    @property
    def has_checkpoint(self) -> bool:
        """Whether anything was learned that can be loaded."""
        return (self.path / _CURRENT).exists()

    def save(self, state: TrainingState) -> None:
        """Make this state the one that counts. Raises LibraryError (full disk) and leaves the former in its place."""
        from engine.training.checkpoint import save_state

        folder = self.path / _CHECKPOINTS
        if not folder.is_dir():
            raise LibraryError(
                f"The checkpoint cannot be saved: {self.path} is gone.",
                remedy="The run was deleted while it learned; undo that, or train again.",
                path=str(self.path),
            )
        name = next_number(folder, digits=6)
        with new_folder(folder / name, what="The checkpoint", need_bytes=bytes_of(state)) as unfinished:
            save_state(unfinished, state)
        replace_text(self.path / _CURRENT, name, what="The checkpoint")
        self.settle()

    def settle(self) -> None:
        """Remove what a killed process left of checkpoints and evaluations, and what newer ones have replaced."""
        settle_numbered(self.path / _CHECKPOINTS, self.path / _CURRENT)

    def config(self) -> dict[str, Any]:
        """What the run was to do, as it was recorded at its beginning. Raises LibraryError where it is damaged."""
        return read_document(self.path / _CONFIG, check_format(self.path, _KIND, FORMAT))

    def state(self) -> TrainingState:
        from engine.training.checkpoint import load_state

        return load_state(self._current())

    def weights(self) -> dict[str, Tensor]:
        from engine.training.checkpoint import load_weights

        return load_weights(self._current())

    def candidates(self) -> Bools:
        """Which titles training saw, [I]; only those are recommended. Raises LibraryError where it is damaged."""
        check(self.path / _CANDIDATES, check_format(self.path, _KIND, FORMAT))
        bytes_I = read_array(self.path / _CANDIDATES, np.bool_, (None,)).view(np.uint8)
        if bytes_I.max(initial=0) > 1:
            raise damaged(self.path / _CANDIDATES, "it holds more than yes and no")
        return bytes_I.view(np.bool_)

    def log(self, line: str) -> None:
        try:
            with (self.path / _LOG).open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now().isoformat(' ', 'seconds')}  {line}\n")
        except OSError as error:
            raise write_failure(self.path / _LOG, error, what="The log of the run") from error

    def _current(self) -> Path:
        check_format(self.path, _KIND, FORMAT)
        if not self.has_checkpoint:
            raise LibraryError(
                f"The run in {self.path} ended before anything was learned.", remedy="Train again.", path=str(self.path)
            )
        folder = self.path / _CHECKPOINTS / current_name(self.path / _CURRENT)
        if not folder.is_dir():
            raise damaged(folder, "the checkpoint is missing")
        return folder


def bytes_of(state: TrainingState) -> int:
    """About how much room a checkpoint takes."""
    tensors = (state.weights, state.best_weights or {}, state.optimizer)
    return sum(tensor.numel() * tensor.element_size() for group in tensors for tensor in group.values()) + 65536
