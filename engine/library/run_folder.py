"""The folder of one run: its settings, its log, and checkpoints of which `current` names the good one.

A checkpoint is a new folder that one rename of `current` makes count: killed at any moment, the run still loads.

Shapes: I titles.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import renaming, unfinished
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
from engine.wording import coded

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.checkpoint import TrainingState

LOG = logging.getLogger(__name__)
FORMAT = 1
_KIND = "run"
_GIVEN_UP = "given up"
"""Where the state lies with which a run could have gone on exactly, until the library is next opened."""
_CONFIG, _LOG, _CURRENT, _CHECKPOINTS, _CANDIDATES = "config.json", "log.txt", "current", "checkpoints", "titles.npy"


class RunFolder:
    """One run on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def create(path: Path, *, config: dict[str, Any], candidates_I: Bools) -> RunFolder:
        """A new run's folder: its settings, and which titles its training saw. LibraryError where the disk refuses."""
        with new_folder(path, what=f"The run {path.name}") as passing:
            write_json(passing / _CONFIG, coded(config))
            save_array(passing / _CANDIDATES, np.asarray(candidates_I, dtype=np.bool_))
            (passing / _CHECKPOINTS).mkdir()
            files = checksums_of([passing / _CONFIG, passing / _CANDIDATES])
            write_format(passing, _KIND, FORMAT, files)
        return RunFolder(path)

    @property
    def has_checkpoint(self) -> bool:
        """Whether anything was learned that can be loaded."""
        return (self.path / _CURRENT).exists()

    def save(self, state: TrainingState, *, aside: Path | None = None) -> None:
        """Make this state the one that counts. Raises LibraryError (full disk) and leaves the former in its place.

        The former one goes, or lies `aside` then.
        """
        from engine.training.checkpoint import save_state

        folder = self.path / _CHECKPOINTS
        if not folder.is_dir():
            raise LibraryError(
                f"The checkpoint cannot be saved: {self.path} is gone.",
                remedy="The run was deleted while it learned; undo that, or train again.",
                path=str(self.path),
            )
        former = self._current() if aside is not None else None
        name = next_number(folder, digits=6)
        with new_folder(folder / name, what="The checkpoint", need_bytes=bytes_of(state)) as passing:
            save_state(passing, state)
        replace_text(self.path / _CURRENT, name, what="The checkpoint")
        if former is not None and aside is not None:
            renaming.rename(former, aside)
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

    def progress(self) -> dict[str, Any]:
        """How far the run had come at its checkpoint."""
        from engine.training.checkpoint import load_progress

        return load_progress(self._current())

    @property
    def goes_on_exactly(self) -> bool:
        """Whether the run could go on to the bit as if it had never ended; False where nothing can be read."""
        from engine.training.checkpoint import is_best_only

        try:
            return not is_best_only(self.progress())
        except LibraryError:
            return False

    def room_to_make(self) -> int:
        """How many bytes `keep_best` would free."""
        try:
            sizes = {path.name: path.stat().st_size for path in self._current().glob("*.safetensors")}
        except (LibraryError, OSError):
            return 0
        return sum(sizes.values()) - sizes.get("best.safetensors", sizes.get("weights.safetensors", 0))

    def keep_best(self, *, undoable: bool = False) -> None:
        """Keep the best weights alone, so that the run can no longer go on to the bit.

        `undoable`: what is given up stays aside until `forget_given_up`, and `take_back` brings it back.
        """
        from engine.training.checkpoint import best_only

        former = self._current()
        aside = self.path / _GIVEN_UP
        if undoable:
            self.forget_given_up()
        self.save(best_only(self.state()), aside=aside if undoable else None)
        LOG.info("Kept only the best weights of %s, of %s", self.path.name, former.name)

    def take_back(self) -> None:
        """Bring back what `keep_best` put aside. Raises LibraryError where it is gone, or the run has gone on since."""
        aside = self.path / _GIVEN_UP
        if not aside.is_dir() or self.goes_on_exactly:
            raise LibraryError(
                f"The state of the run in {self.path} cannot be brought back: "
                f"{'the run has gone on since' if aside.is_dir() else 'its room was needed'}.",
                path=str(self.path),
            )
        folder = self.path / _CHECKPOINTS
        name = next_number(folder, digits=6)
        try:
            renaming.rename(aside, folder / name)
        except OSError as error:
            raise write_failure(folder / name, error, what="The checkpoint") from error
        replace_text(self.path / _CURRENT, name, what="The checkpoint")
        self.settle()

    def forget_given_up(self) -> bool:
        """Make the room free of what `keep_best` put aside; whether there was any."""
        aside = self.path / _GIVEN_UP
        return aside.is_dir() and unfinished.discard(aside)

    def candidates(self) -> Bools:
        """Which titles training saw, [I]; only those are recommended. Raises LibraryError where it is damaged."""
        check(self.path / _CANDIDATES, check_format(self.path, _KIND, FORMAT))
        bytes_I = read_array(self.path / _CANDIDATES, np.bool_, (None,)).view(np.uint8)
        if bytes_I.max(initial=0) > 1:
            raise damaged(self.path / _CANDIDATES, "it holds more than yes and no")
        return bytes_I.view(np.bool_)

    @property
    def log_path(self) -> Path:
        """Where its log is, if anything was written to it."""
        return self.path / _LOG

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
