"""What a person does to train: start, resume, blend and discard runs; and what becomes of a run when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.devices import Devices
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.model import ModelInUse, now_label
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import UndoStack
from desktop_rec.session.worker import MakeJob
from desktop_rec.training.curves import SweepState, TrainingState
from desktop_rec.training.live.choices import CurveChoices
from desktop_rec.training.live.controller import EarlierRuns
from desktop_rec.training.text import describe_interrupted
from engine.events import Advised, Event, Job, LossDiverged, NewRate, TrainingStarted
from engine.library.run_record import INTERRUPTED
from engine.models.registry import FIRST_MODEL
from engine.training.curve_text import hides_while_training
from engine.training.plan import TrainingPlan
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.library.run_record import RunRecord
    from engine.operations import FinishedRun


_CUT_OFF, _LEARNING = "cut_off_run", "learning"
"""What notices are about: an offer to go on with a run, and what happens to one while it learns."""


class TrainingController(QObject):
    """`state` is the run that learns, or that ended last; `changed` says that it is another, and how it ended.

    `moved`: the run has learned more, up to 20 times a second. `ended`: a run is over, however it ended. `stale_text`
    is a sentence where the data set changed under a trained model, else "". A finished run is offered to take the place
    of the model in use, unless another data set was opened meanwhile. `interrupted` is a run whose process was killed,
    to be gone on with; `left_alone` are those that a person did not want to go on with. `choices` are what is seen of
    the curves, and `earlier` the runs behind them.
    """

    changed = Signal()
    moved = Signal()
    ended = Signal()
    choices_changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        model: ModelInUse,
        devices: Devices,
        jobs: Jobs,
        queries: Queries,
        undo: UndoStack,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.dataset, self.model, self.devices, self.jobs, self.requests = dataset, model, devices, jobs, requests
        self.state = TrainingState()
        self.stale_text = ""
        self.left_alone: set[str] = set()
        self.choices = CurveChoices()
        self.earlier = EarlierRuns(library, dataset, queries.add(QueryWorker("curves", ("earlier runs",))), self)
        self._library, self._undo = library, undo
        self._discarding = False
        self._offered: set[str] = set()
        self._fingerprint = ""
        model.decided.connect(self._on_decided)

    @property
    def interrupted(self) -> RunRecord | None:
        """The newest run of this data set that its process did not bring to an end, and that can go on."""
        if self.state.running:
            return None
        runs = (run for run in self.dataset.runs if run.status == INTERRUPTED and run.run_id not in self.left_alone)
        return next((run for run in runs if run.has_model and run.training_config is not None), None)

    def leave_alone(self, run_id: str) -> None:
        """Offer no more to go on with an interrupted run; Models still does."""
        self.left_alone.add(run_id)
        self.requests.withdraw(_CUT_OFF)
        self.choices_changed.emit()
        self.changed.emit()

    def choose_curves(self, choices: CurveChoices) -> None:
        """See this of the curves from now on."""
        self.choices = choices
        self.choices_changed.emit()

    def change_rate(self, lr: float) -> None:
        """Let the run that learns go on at another rate; its events say from which step."""
        if self.jobs.is_running("training"):
            self.jobs.tell(NewRate(lr))

    def train(self, plan: TrainingPlan, *, dataset: Dataset | None = None) -> bool:
        """Train a plan (closed-form models are fitted) on the open data set or another; a rate of None is found."""
        library, dataset = self._library.files, dataset or self.dataset.current
        if library is None or dataset is None:
            return False

        def make() -> Job[FinishedRun]:
            from engine import operations

            return operations.train(library, dataset, plan)

        if not self._start(plan.model, said("Training"), make, fingerprint=dataset.fingerprint):
            return False
        self._note_settings(plan.model_config.as_dict(), plan.split.as_dict())
        return True

    def train_with_defaults(self) -> bool:
        """Train the model that stands first in the list with its own settings; the rate is found on the way."""
        dataset = self.dataset.current
        return dataset is not None and self.train(TrainingPlan.defaults(FIRST_MODEL, entries=dataset.entries))

    def resume(self, run_id: str, epochs: int | None = None) -> bool:
        """Continue training a run, to a new total of epochs where given; Train shows how it goes."""
        library, run = self._library.files, self.dataset.run(run_id)
        if library is None or run is None:
            return False

        def make() -> Job[FinishedRun]:
            from engine import operations

            return operations.resume(library, run_id, epochs=epochs)

        if not self._start(run.model, said("Continuing training"), make):
            return False
        self.state.epochs += library.runs.curves(run_id)
        self._note_settings(run.model_config, run.split_config)
        self.requests.show_place("train")
        return True

    def describe_longer(self, total: int) -> str:
        """What happens to the run that ended last when it goes on to so many epochs, in sentences."""
        from engine.training.config import TrainingConfig
        from engine.training.more_epochs import describe_more_epochs

        run = self.dataset.run(self.state.finished.run_id) if self.state.finished is not None else None
        library = self._library.files
        if run is None or run.training_config is None or library is None:
            return ""
        training = TrainingConfig.from_dict(run.training_config)
        scale = library.runs.rate_scale(run.run_id)
        return describe_more_epochs(training, total, done=run.epochs, steps=run.steps, scale=scale)

    def blend(self, run_ids: Sequence[str]) -> bool:
        """Mix finished runs into a new one, which is offered as a trained one is."""
        library, parts = self._library.files, tuple(run_ids)
        if library is None or self.dataset.current is None:
            return False

        def make() -> Job[FinishedRun]:
            from engine import operations

            return operations.blend(library, parts)

        if not self._start("blend", said("Blending"), make):
            return False
        part = next((run for run in self.dataset.runs if run.run_id in parts), None)
        if part is not None:
            self._note_settings({}, part.split_config)
        return True

    def see_recommendations(self) -> None:
        """Go to For you with the run that ended last."""
        finished = self.state.finished
        if finished is not None and (self.model.run_id == finished.run_id or self.model.use_run(finished.run_id)):
            self.requests.show_place("for_you")

    def discard(self) -> None:
        """Throw the run away: end it if it runs, then delete it."""
        if self.jobs.is_running("training"):
            self._discarding = True
            self.jobs.stop()
        elif self.state.finished is not None:
            self._delete(self.state.finished.run_id)

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """Curves of the former data set are dropped, and its models are reported as of no use here."""
        is_other = former is not None and (dataset is None or dataset.fingerprint != former.fingerprint)
        had_model = self.state.finished is not None
        self.stale_text = said("The data set has changed. Train again.") if is_other and had_model else ""
        if self.jobs.state is None or self.jobs.is_running("import"):
            self.state = TrainingState()
        self.earlier.refresh()
        self._offer_to_go_on()
        self.changed.emit()

    def _offer_to_go_on(self) -> None:
        """Once for each run that was cut off, when its data set is opened."""
        run = self.interrupted
        if run is None or run.run_id in self._offered or self.jobs.state is not None:
            return
        self._offered.add(run.run_id)
        again = partial(self.resume, run.run_id)
        words = describe_interrupted(run)
        self.requests.notify(
            Notice(*words, kind="info", action_words="Continue training", action=again, stays=True, about=_CUT_OFF)
        )

    def _start(self, model: str, title: str, make: MakeJob, *, fingerprint: str = "") -> bool:
        job = LongJob(
            JobState("training", title),
            make,
            finished=self._on_finished,
            failed=self._on_failed,
            arrived=self._on_event,
            drained=self.moved.emit,
        )
        if not self.jobs.start(job):
            return False
        self.requests.withdraw(_CUT_OFF)
        self._discarding = False
        self.stale_text = ""
        self._fingerprint = fingerprint or self.dataset.fingerprint
        self.state = TrainingState(model=model, running=True, sweep=SweepState(model=model))
        self.changed.emit()
        return True

    def _note_settings(self, model_config: Mapping[str, Any], split: Mapping[str, Any]) -> None:
        """What of a run's settings its curves are read by."""
        self.state.hides = hides_while_training(model_config)
        self.state.split_kind = str(split.get("kind") or "")

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._library.forget_lists()  # the run is recorded by now
        self.state.fold(event)
        if isinstance(event, Advised | LossDiverged) and len(self.state.steps) and self.state.stage == "training":
            self.requests.withdraw(_LEARNING)
            self.requests.notify(Notice(self.state.news, kind="warning", about=_LEARNING))

    def _end(self) -> None:
        """No more comes of the run that learned; what was said of it meanwhile stands in its outcome."""
        self.state.end()
        self.requests.withdraw(_LEARNING)

    def _on_finished(self, finished: FinishedRun | None) -> None:
        self._end()
        self.state.finished = finished
        self._library.note_change()
        if finished is None:
            self.state.discarded = True
            self.requests.inform(said("Stopped before anything was learned; nothing was kept."))
        elif self._discarding:
            self._delete(finished.run_id)
        elif self.dataset.current is not None and self.dataset.fingerprint == self._fingerprint:
            self.model.offer(finished, now_label(self.state.model, finished.run_id))
        self._discarding = False
        self.changed.emit()
        self.ended.emit()

    def _on_failed(self, failure: Failure) -> None:
        self._end()
        self.state.failure = failure
        self._library.note_change()
        self.requests.report(failure)
        self.changed.emit()
        self.ended.emit()

    def _on_decided(self, run_id: str, words: str) -> None:
        """Say below what a run came to whether it is in use now."""
        if self.state.finished is not None and self.state.finished.run_id == run_id:
            self.state.in_use_text = words
            self.changed.emit()

    def _delete(self, run_id: str) -> None:
        if self._library.files is None:
            return

        def deleted() -> None:
            self.state.discarded = True
            self.changed.emit()
            if self.model.run_id == run_id:
                self.model.use_last()

        def restored() -> None:
            self.state.discarded = False
            self.changed.emit()
            self.model.use_run(run_id)

        runs = self._library.files.runs
        self._undo.do(
            self._library.deletion(runs, run_id, said("Discarded the run"), deleted=deleted, restored=restored)
        )
