"""The model in use: that of a run, or the one that is computed when a data set is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.log import LOG
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.queries import QueryWorker
from desktop_rec.session.replacement import Replacement, name_in_use, weigh, why_not_by_itself
from desktop_rec.session.requests import WindowRequests
from engine.errors import EngineError
from engine.events import Event, Job, Progressed, StageStarted
from engine.models.registry import title_of

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.library.run_record import RunRecord
    from engine.library.store import Library
    from engine.models.base import Model
    from engine.operations import FinishedRun
    from engine.recommending.recommender import Recommender

_REPLACEMENT, _STARS = "replacement", "stars"


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

    `changed` says that one of these is another: lists are to be asked for again. decided(run id, words) answers
    `offer`. `last_used` remembers the run that was in use for each data set, by fingerprint; "" is the first model.
    """

    changed = Signal()
    decided = Signal(str, str)

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        requests: WindowRequests,
        worker: QueryWorker,
        judging: QueryWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.recommender: Recommender | None = None
        self.label: ModelLabel | None = None
        self.progress_text = ""
        self.last_used: dict[str, str] = {}
        self._library, self._dataset, self._requests, self._worker = library, dataset, requests, worker
        self._asked_run: RunRecord | None = None
        worker.answered.connect(self._on_answer)
        worker.failed.connect(self._on_failure)
        worker.event_arrived.connect(self._on_event)
        self._judging = judging
        self._stars: Model | None = None
        self._stars_asked = False
        self.stars_are_coming = False
        self._offered: tuple[Recommender, ModelLabel] | None = None
        judging.answered.connect(self._on_judged)
        judging.failed.connect(self._on_judging_failed)

    @property
    def run_id(self) -> str | None:
        """The run that the model in use is of; None for none, or for the first model."""
        return self.label.run_id if self.label is not None else None

    def use_run(self, run_id: str) -> bool:
        """Recommend with the model of a run; False, with a notice, where that is gone."""
        run = self._dataset.run(run_id)
        if run is None or not run.has_model:
            sentence = "The model of this run is gone, or it is of other data."
            self._requests.warn(sentence, "Train with its settings once more.")
            return False
        self._ask(run)
        return True

    def use_first_model(self) -> None:
        """Recommend with the model that is computed at once."""
        self._ask(None)

    def use_last(self) -> None:
        """Recommend with the model that was in use last for the open data set, else with the first model.

        No run takes over that nobody chose and that was not held against what was in use.
        """
        last = self.last_used.get(self._dataset.fingerprint)
        self._ask(next((run for run in self._dataset.runs if run.run_id == last and run.has_model), None))

    def offer(self, finished: FinishedRun, label: ModelLabel) -> None:
        """Recommend with a run that has just ended if it is better than the model in use; else offer it in a notice.

        Both are compared in the background. Where nothing is in use a run that was judged is used at once.
        """
        library, dataset, now = self._library.files, self._dataset.current, self.label
        why_not = why_not_by_itself(finished)
        if (now is None and not why_not) or (now is not None and now.run_id == finished.run_id):
            self.use(finished.recommender, label)
            self.decided.emit(finished.run_id, "It is in use now.")
            return
        self._offered = (finished.recommender, label)
        if library is None or dataset is None or now is None:
            self._settle(Replacement(False, why_not))
            return
        job = partial(weigh, library, dataset, finished, name=now.name, run_id=now.run_id)
        self._judging.request(_REPLACEMENT, job)

    def use(self, recommender: Recommender, label: ModelLabel) -> None:
        """Recommend with this model from now on."""
        self._worker.clear()
        self._forget_offer()
        self.last_used[self._dataset.fingerprint] = label.run_id or ""
        self._take(recommender, label)

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """Another data set: the model that was in use with it takes over."""
        self._worker.clear()
        self._forget_offer()
        self.recommender = self.label = None
        self.progress_text = ""
        self._judging.forget(_STARS)
        self._stars, self._stars_asked, self.stars_are_coming = None, False, False
        if dataset is None:
            self.changed.emit()
        else:
            self.use_last()

    def _ask(self, run: RunRecord | None) -> None:
        library, dataset = self._library.files, self._dataset.current
        if library is None or dataset is None:
            return
        self._forget_offer()
        self._asked_run = run
        self._worker.request("model", partial(_ready_model, library, dataset, run.run_id if run is not None else None))
        self.progress_text = "Getting a first model ready"
        self.changed.emit()

    def _take(self, recommender: Recommender, label: ModelLabel) -> None:
        """Recommend with a model at once; the stars of one that only ranks follow, where they are not there yet."""
        if recommender.stars is None and self._stars is not None:
            recommender = recommender.with_stars(self._stars)
        self.recommender, self.label, self.progress_text = recommender, label, ""
        self.changed.emit()
        if recommender is self.recommender:
            self._ask_stars(recommender)

    def _ask_stars(self, recommender: Recommender) -> None:
        """Have the model that predicts stars beside the one in use computed, once for a data set."""
        library, dataset = self._library.files, self._dataset.current
        if library is None or dataset is None or self._stars_asked or recommender.stars is not None:
            return
        self._stars_asked = self.stars_are_coming = True
        first = recommender.model if self.run_id is None else None
        self._judging.request(_STARS, partial(_companion, library, dataset, first))

    def _on_stars(self, stars: Model | None) -> None:
        self._stars, self.stars_are_coming = stars, False
        if stars is not None and self.recommender is not None and self.recommender.stars is None:
            self.recommender = self.recommender.with_stars(stars)
            self.changed.emit()

    def _forget_offer(self) -> None:
        """What is in use changes in another way: the run that was offered stays what it is, a run among others."""
        self._offered = None
        self._judging.forget(_REPLACEMENT)
        self._requests.withdraw(_REPLACEMENT)

    def _on_judged(self, kind: str, answer: Any) -> None:
        if kind == _REPLACEMENT:
            self._settle(answer)
        elif kind == _STARS:
            self._on_stars(answer)

    def _on_judging_failed(self, kind: str, failure: Failure) -> None:
        if kind == _REPLACEMENT:
            self._settle(Replacement(False, failure.sentence))
        elif kind == _STARS:
            self.stars_are_coming = False
            LOG.warning("No stars beside the list: %s", failure.sentence)

    def _settle(self, replacement: Replacement) -> None:
        """Let the run that was offered take the place, or leave that to the person."""
        offered, self._offered = self._offered, None
        run = self._dataset.run(offered[1].run_id or "") if offered is not None else None
        if offered is None or run is None:  # another was chosen meanwhile, or the run was deleted
            return
        if replacement.takes_over:
            self.use(*offered)
            self._requests.inform(f"{run.title} is in use now: it makes better lists or stars.", replacement.words)
            self.decided.emit(run.run_id, f"It is in use now. {replacement.words}")
            return
        stays = f"{name_in_use(self.title, run.title)} stays in use." if self.label is not None else "it is not in use."
        use = partial(self.use_run, run.run_id)
        self._requests.notify(
            Notice(
                f"{run.title} is ready; {stays}",
                replacement.words,
                kind="info",
                action_words="Use it",
                action=use,
                stays=True,
                about=_REPLACEMENT,
            )
        )
        self.decided.emit(run.run_id, f"{stays[0].upper()}{stays[1:]} {replacement.words}")

    @property
    def title(self) -> str:
        """What the model in use is called, everywhere."""
        run = self._dataset.run(self.run_id) if self.run_id is not None else None
        return run.title if run is not None else title_of(self.label.name) if self.label is not None else "Nothing"

    def _on_answer(self, kind: str, answer: Any) -> None:
        if kind != "model" or answer is None:
            return
        ready: ReadyModel = answer
        trained: datetime | None = None
        if ready.run_id is not None and self._asked_run is not None:
            trained = self._asked_run.finished or self._asked_run.created
        if ready.problem:
            self._requests.warn(ready.problem, "The model computed on opening is used instead.")
        else:
            self.last_used[self._dataset.fingerprint] = ready.run_id or ""
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


def _companion(library: Library, dataset: Dataset, first: Model | None) -> Job[Model | None]:
    from engine import operations

    return (yield from operations.companion(library, dataset, first))


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
