"""What a run is going to do, as it is recorded at its beginning, and who saves what it learns.

Shapes: I titles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.data.dataset import Bools, Dataset
from engine.events import EpochEnded
from engine.library.database import Database
from engine.library.room import Room
from engine.library.rows import insert
from engine.library.run_folder import RunFolder, bytes_of
from engine.library.run_record import RUNNING, library_versions
from engine.settings import Config

if TYPE_CHECKING:
    from engine.data.split import SplitConfig
    from engine.training.checkpoint import TrainingState
    from engine.training.config import TrainingConfig


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
    """Saves what a run in progress has learned.

    `on_model` is called once the run can recommend, `on_rates` with all changes of the rate that a person made once
    they are in a checkpoint.
    """

    def __init__(
        self,
        database: Database,
        folder: RunFolder,
        run_id: str,
        *,
        room: Room,
        on_model: Callable[[], None],
        on_rates: Callable[[Sequence[tuple[int, float]]], None],
    ) -> None:
        self.run_id = run_id
        self._on_rates, self._rate_changes = on_rates, 0
        self._database, self._folder, self._room, self._on_model = database, folder, room, on_model

    def save_checkpoint(self, state: TrainingState) -> None:
        """Make this the state from which the run resumes. Raises LibraryError; the former one then still counts."""
        is_first = not self._folder.has_checkpoint
        self._room.make(bytes_of(state))
        self._folder.save(state)
        if is_first:
            self._on_model()
        changes = state.progress.get("rate_changes", ())
        if len(changes) > self._rate_changes:
            self._on_rates(changes)
            for step, lr in changes[self._rate_changes :]:
                self.say(f"rate {lr:.2e} from step {step} on")
        self._rate_changes = len(changes)

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


def values_of(dataset: Dataset, plan: RunPlan) -> dict[str, Any]:
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
