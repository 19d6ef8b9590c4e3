"""The model in use: that of a run, or the one that is computed when a data set is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.notices import Failure
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import QueryWorker
from desktop_rec.session.requests import WindowRequests
from engine.errors import EngineError
from engine.events import Event, Job, Progressed, StageStarted

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.library.run_record import RunRecord
    from engine.library.store import Library
    from engine.recommending.recommender import Recommender


@dataclass(frozen=True)
class ModelLabel:
    """What to call a model. `run_id` and `trained` are None for the one computed when the data set was opened."""

    name: str
    run_id: str | None = None
    trained: datetime | None = None


@dataclass(frozen=True)
class ReadyModel:
    """A model that can recommend now; `problem` says why a run could not be used, where the first model stands in."""

    recommender: Recommender
    run_id: str | None
    problem: str = ""


class ModelInUse(QObject):
    """`recommender` and `label` are None until a model is ready; `progress_text` then says what is being done.

    `changed` says that one of these is another: lists are to be asked for again.
    """

    changed = Signal()

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        requests: WindowRequests,
        worker: QueryWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.recommender: Recommender | None = None
        self.label: ModelLabel | None = None
        self.progress_text = ""
        self._library, self._dataset, self._requests, self._worker = library, dataset, requests, worker
        self._asked_run: RunRecord | None = None
        worker.answered.connect(self._on_answer)
        worker.failed.connect(self._on_failure)
        worker.event_arrived.connect(self._on_event)

    @property
    def run_id(self) -> str | None:
        """The run that the model in use is of; None for none, or for the first model."""
        return self.label.run_id if self.label is not None else None

    def use_run(self, run_id: str) -> None:
        """Recommend with the model of a run."""
        run = self._dataset.run(run_id)
        if run is not None:
            self._ask(run)

    def use_first_model(self) -> None:
        """Recommend with the model that is computed at once."""
        self._ask(None)

    def use_newest(self) -> None:
        """Recommend with the newest model of the open data set, else with the first one."""
        self._ask(next((run for run in self._dataset.runs if run.has_model), None))

    def use(self, recommender: Recommender, label: ModelLabel) -> None:
        """Recommend with this model from now on."""
        self._worker.clear()
        self._take(recommender, label)

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """Another data set: its newest model takes over."""
        self._worker.clear()
        self.recommender = self.label = None
        self.progress_text = ""
        if dataset is None:
            self.changed.emit()
        else:
            self.use_newest()

    def _ask(self, run: RunRecord | None) -> None:
        library, dataset = self._library.files, self._dataset.current
        if library is None or dataset is None:
            return
        self._asked_run = run
        self._worker.request("model", partial(_ready_model, library, dataset, run.run_id if run is not None else None))
        self.progress_text = "Getting a first model ready"
        self.changed.emit()

    def _take(self, recommender: Recommender, label: ModelLabel) -> None:
        self.recommender, self.label, self.progress_text = recommender, label, ""
        self.changed.emit()

    def _on_answer(self, kind: str, answer: Any) -> None:
        if kind != "model" or answer is None:
            return
        ready: ReadyModel = answer
        trained: datetime | None = None
        if ready.run_id is not None and self._asked_run is not None:
            trained = self._asked_run.finished or self._asked_run.created
        if ready.problem:
            self._requests.warn(ready.problem, "The model computed on opening is used instead.")
        self._take(ready.recommender, ModelLabel(ready.recommender.model.name, ready.run_id, trained))

    def _on_failure(self, kind: str, failure: Failure) -> None:
        if kind == "model":
            self.progress_text = ""
            self._requests.report(failure)
            self.changed.emit()

    def _on_event(self, event: Event) -> None:
        if self.recommender is not None or not self.progress_text:
            return
        if isinstance(event, (StageStarted, Progressed)) and event.words != self.progress_text:
            self.progress_text = event.words
            self.changed.emit()


def now_label(name: str, run_id: str) -> ModelLabel:
    """The label of a run that has just ended."""
    return ModelLabel(name, run_id, datetime.now(UTC))


def _ready_model(library: Library, dataset: Dataset, run_id: str | None) -> Job[ReadyModel]:
    """The model of a run; the first model, with the reason, where the run cannot be used any more."""
    from engine import operations

    yield None
    problem = ""
    if run_id is not None:
        try:
            return ReadyModel(operations.recommender_of(library, run_id), run_id)
        except EngineError as error:
            problem = str(error)
    return ReadyModel((yield from operations.quick_model(library, dataset)), None, problem)
