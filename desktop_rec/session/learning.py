"""The session's second desk: finding a rate, training, and what becomes of a run.

Stands on the import desk. A finished run's model takes the place of the one in use, unless another data set was
opened meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session import work
from desktop_rec.session.core import LongJob
from desktop_rec.session.importing import ImportDesk
from desktop_rec.session.job_runner import MakeJob
from desktop_rec.session.labels import ChosenRate, ModelLabel
from desktop_rec.training.curves import SweepState, TrainingState
from engine.events import Event
from engine.training.curve_text import hides_while_training

if TYPE_CHECKING:
    from engine.data.split import SplitConfig
    from engine.operations import FinishedRun
    from engine.settings import Config
    from engine.training.config import FinderConfig, TrainingConfig
    from engine.training.lr_finder import RateSweep


FIRST_MODEL = "two_head"
"""What is trained where nobody chose; the first of engine.models.registry.MODELS, which only torch can tell."""


class LearningDesk(ImportDesk):
    """Sweeps and training runs on the long lane; their curves are sweep_state and training_state."""

    _discarding = False

    def find_rate(
        self,
        model: str,
        model_config: Config,
        training: TrainingConfig,
        finder: FinderConfig,
        split: SplitConfig | None = None,
        device: str = "auto",
    ) -> bool:
        """Sweep learning rates; sweep_changed tells of each drain of points, sweep_state.sweep holds the result."""
        if self.library is None or self.dataset is None:
            return False
        choices = {"model": model, "model_config": model_config, "training": training, "finder": finder}
        make = partial(work.find_rate, self.library, self.dataset, split=split, device=device, **choices)
        job = LongJob(
            JobState("sweep", "Finding a learning rate"),
            make,
            finished=self._on_swept,
            failed=self._on_sweep_failed,
            arrived=self._on_sweep_event,
            drained=self.sweep_changed.emit,
        )
        return self._began_sweep(model, started=self._start_long(job))

    def use_rate(self, model: str, lr: float, schedule: str = "") -> None:
        """Settle on a learning rate for a model: Train takes it up."""
        self.rate = ChosenRate(model, lr, schedule)
        self.rate_changed.emit()

    def train(
        self,
        model: str,
        model_config: Config | None,
        training: TrainingConfig | None,
        split: SplitConfig,
        device: str = "auto",
        *,
        suggestion: str | None = None,
    ) -> bool:
        """Train a model (closed-form ones are fitted); training.lr None finds the rate first, by that suggestion."""
        if self.library is None or self.dataset is None:
            return False
        choices = {"model": model, "model_config": model_config, "training": training, "split": split}
        choices |= {"device": device, "suggestion": suggestion}
        if not self._learn(model, "Training", partial(work.train, self.library, self.dataset, **choices)):
            return False
        self._know_run(model_config.as_dict() if model_config else {}, split.as_dict())
        return True

    def train_as_it_comes(self) -> bool:
        """Train the model that stands first in the list with its own settings; the rate is found on the way."""
        if self.library is None or self.dataset is None:
            return False
        return self._learn(FIRST_MODEL, "Training", partial(work.train, self.library, self.dataset, model=FIRST_MODEL))

    def resume(self, run_id: str, epochs: int | None = None) -> bool:
        """Train a kept run on, to a new total of epochs where given."""
        run = next((one for one in self.runs() if one.run_id == run_id), None)
        if self.library is None or run is None:
            return False
        if not self._learn(run.model, "Training on", partial(work.resume, self.library, run_id, epochs)):
            return False
        self.training_state.epochs += self.library.runs.curves(run_id)
        self._know_run(run.model_config, run.split_config)
        return True

    def blend_runs(self, run_ids: Sequence[str]) -> bool:
        """Mix finished runs into a new one, which takes the place of the model in use as a trained one does."""
        if self.library is None or self.dataset is None:
            return False
        if not self._learn("blend", "Blending", partial(work.blend, self.library, tuple(run_ids))):
            return False
        part = next((run for run in self.runs() if run.run_id in run_ids), None)
        if part is not None:
            self._know_run({}, part.split_config)
        return True

    def discard(self) -> None:
        """Throw the run away: end it if it runs, then delete it. undo() brings it back."""
        if self.job is not None and self.job.kind == "training":
            self._discarding = True
            self.stop()
        elif self.training_state.finished is not None:
            self._delete_run(self.training_state.finished.run_id)

    def _know_run(self, model_config: Mapping[str, Any], split: Mapping[str, Any]) -> None:
        """What of a run's settings its curves are read by."""
        self.training_state.hides = hides_while_training(model_config)
        self.training_state.split_kind = str(split.get("kind") or "")

    def _began_sweep(self, model: str, *, started: bool) -> bool:
        if started:
            self.sweep_state = SweepState(model=model, running=True)
            self.sweep_changed.emit()
        return started

    def _on_sweep_event(self, event: Event) -> None:
        self.sweep_state.fold(event)

    def _on_swept(self, sweep: RateSweep | None) -> None:
        self.sweep_state.running = False
        self.sweep_state.sweep = sweep
        self.sweep_changed.emit()

    def _on_sweep_failed(self, failure: Failure) -> None:
        self.sweep_state.running = False
        self.sweep_state.failure = failure
        self.notice.emit(Notice.of(failure))
        self.sweep_changed.emit()

    def _learn(self, model: str, title: str, make: MakeJob) -> bool:
        job = LongJob(
            JobState("training", title),
            make,
            finished=self._on_trained,
            failed=self._on_training_failed,
            arrived=self._on_training_event,
            drained=self.training_changed.emit,
        )
        if not self._start_long(job):
            return False
        self._discarding = False
        self.stale_words = ""
        self._learning_from = self.dataset.fingerprint if self.dataset else ""
        self.training_state = TrainingState(model=model, running=True)
        self.training_changed.emit()
        return True

    def _on_training_event(self, event: Event) -> None:
        self.training_state.fold(event)

    def _on_trained(self, finished: FinishedRun | None) -> None:
        self.training_state.end()
        self.training_state.finished = finished
        self.library_changed.emit()
        if finished is None:
            self.training_state.discarded = True
            self.notice.emit(Notice("Stopped before anything was learned; nothing was kept.", kind="info"))
        elif self._discarding:
            self._delete_run(finished.run_id)
        elif self.dataset is not None and self.dataset.fingerprint == self._learning_from:
            self._use_finished(finished)
        self._discarding = False
        self.training_changed.emit()

    def _on_training_failed(self, failure: Failure) -> None:
        self.training_state.end()
        self.training_state.failure = failure
        self.library_changed.emit()
        self.notice.emit(Notice.of(failure))
        self.training_changed.emit()

    def _use_finished(self, finished: FinishedRun) -> None:
        self._scoring.clear()
        name = self.training_state.model
        self._use(finished.recommender, ModelLabel(name, finished.run_id, datetime.now(UTC)))

    def _delete_run(self, run_id: str) -> None:
        if self.library is None or not self._tried(partial(self.library.runs.delete, run_id)):
            return
        self.training_state.discarded = True
        self.training_changed.emit()
        self.library_changed.emit()
        if self.model_label is not None and self.model_label.run_id == run_id:
            self._ask_model(self._newest_run())
        self._can_undo("Discarded the run", partial(self._restore_run, run_id))

    def _restore_run(self, run_id: str) -> None:
        if self.library is not None:
            self.library.runs.restore(run_id)
            self.training_state.discarded = False
            self.training_changed.emit()
            self.library_changed.emit()
            self.use_run(run_id)
