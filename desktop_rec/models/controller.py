"""What a person does with trained models: compare, evaluate, try on their own ratings, rename, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure
from desktop_rec.models.comparison import RunComparison, compare_runs
from desktop_rec.models.files.controller import ModelFilesController
from desktop_rec.models.groups import RunGroup, groups_of
from desktop_rec.models.ladder.controller import LadderController
from desktop_rec.models.matrix.controller import MatrixController
from desktop_rec.session.dataset import OpenDataset
from desktop_rec.session.jobs import Jobs, LongJob
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.model import ModelInUse
from desktop_rec.session.profile import CurrentProfile
from desktop_rec.session.queries import Queries, QueryWorker
from desktop_rec.session.requests import WindowRequests
from desktop_rec.session.undo import Change, UndoStack
from engine.errors import LibraryError
from engine.events import Event, Job, Progressed, StageStarted
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.profiles import Profile
    from engine.data.split import SplitKey
    from engine.evaluation.result import EvaluationResult
    from engine.library.store import Library
    from engine.models.popularity import Popularity
    from engine.operations import SamePeople
    from engine.recommending.recommender import Recommender
    from engine.recommending.user_evaluation import UserEvaluation


@dataclass(frozen=True)
class EvaluatedUser:
    """How well a run's model predicts a person's ratings; `baseline` is used again for the same data set."""

    run_id: str
    evaluation: UserEvaluation
    baseline: Popularity


class ModelsController(QObject):
    """`comparison` is what was found on the run asked for last (None: not yet); `changed` says that it is new.

    `baseline_text` is what the baselines of that run's people are waiting for, or why there are none; "" when they
    are there. user_evaluated(EvaluatedUser) and user_evaluation_failed(Failure) answer ask_user_evaluation().
    resume_asked(run_id) and blend_asked(run ids): training is to be continued, or a blend made. plan_asked(plan,
    label): a run's plan is to be changed and made again. same_found(SamePeople) and same_failed(Failure) answer
    compare_same().
    """

    changed = Signal()
    user_evaluated = Signal(object)
    user_evaluation_failed = Signal(object)
    resume_asked = Signal(str)
    blend_asked = Signal(object)
    plan_asked = Signal(object, str)
    same_found = Signal(object)
    same_failed = Signal(object)

    def __init__(
        self,
        library: OpenLibrary,
        dataset: OpenDataset,
        model: ModelInUse,
        profile: CurrentProfile,
        jobs: Jobs,
        queries: Queries,
        scoring: QueryWorker,
        judging: QueryWorker,
        undo: UndoStack,
        requests: WindowRequests,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library, self.dataset, self.model, self.profile = library, dataset, model, profile
        self.jobs, self.requests = jobs, requests
        self.comparison: RunComparison | None = None
        self.baseline_text = ""
        self.matrix = MatrixController(library, queries, self)
        self.ladder = LadderController(library, dataset, jobs, requests, self)
        self._undo, self._scoring = undo, scoring
        self._baselines: dict[SplitKey, tuple[Mapping[str, EvaluationResult], str]] = {}
        self._asked_baselines: SplitKey | None = None
        self._asked: tuple[str, tuple[str, ...]] = ("", ())
        self._user_baseline: tuple[str, Popularity | None] = ("", None)
        self._comparing = queries.add(QueryWorker("comparison", ("compare",)))
        self._same = queries.add(QueryWorker("same people", ("same",), uses_torch=True))
        self._same.answered.connect(lambda _, found: self.same_found.emit(found))
        self._same.failed.connect(lambda _, failure: self.same_failed.emit(failure))
        self.files = ModelFilesController(library, dataset, jobs, queries, undo, requests, self)
        self._baseline_worker = judging
        self._comparing.answered.connect(self._on_compared)
        self._comparing.failed.connect(lambda _, failure: requests.report(failure))
        self._baseline_worker.answered.connect(self._on_baselines)
        self._baseline_worker.failed.connect(self._on_baselines_failed)
        self._baseline_worker.event_arrived.connect(self._on_baselines_event)
        scoring.answered.connect(self._on_scored)
        scoring.failed.connect(self._on_scoring_failed)

    def compare(self, run_id: str, beside: Sequence[str] = ()) -> None:
        """Compare a run with others of its group and with the baselines; `changed` answers, maybe twice."""
        library, groups = self.library.files, groups_of(self.dataset.runs)
        group = next((group for group in groups if group.has(run_id)), None)
        if library is None or group is None:
            return
        self._asked = (run_id, tuple(beside))
        shown = [run for run in reversed(group.runs) if run.run_id == run_id or run.run_id in beside]
        places = {run.run_id: place for place, run in enumerate(reversed(group.runs))}
        known, _ = self._baselines.get(group.key, ({}, ""))
        make = partial(compare_runs, library, shown, chosen=run_id, places=places, baselines=known)
        self._comparing.request("compare", make)
        self._ask_baselines(group)

    def ask_user_evaluation(self, run_id: str) -> bool:
        """Ask how well a run's model predicts the person's ratings; False where there is nobody or no such model."""
        library, profile, run = self.library.files, self.profile.current, self.dataset.run(run_id)
        if library is None or profile is None or run is None or not run.has_model:
            return False
        in_use, (fingerprint, baseline) = self.model.recommender, self._user_baseline
        make = partial(
            _evaluate_user,
            library,
            run_id,
            profile,
            recommender=in_use if in_use is not None and in_use.run_id == run_id else None,
            baseline=baseline if fingerprint == self.dataset.fingerprint else None,
        )
        self._scoring.request("user evaluation", make)
        return True

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        library, run, name = self.library.files, self.dataset.run(run_id), name.strip()
        if library is not None and run is not None and name not in ("", run.name, run.title):
            text = said("Renamed {title} to {name}", title=run.title, name=name)
            self._undo.do(self.library.renaming(library.runs, run_id, text, old=run.name, new=name))

    def note(
        self, run_id: str, *, star: bool | None = None, tags: Sequence[str] | None = None, notes: str | None = None
    ) -> None:
        """Star a run, or change its tags or notes (None: as they are)."""
        library, run = self.library.files, self.dataset.run(run_id)
        if library is None or run is None:
            return
        former: dict[str, Any] = {"star": run.star, "tags": run.tags, "notes": run.notes}
        asked: dict[str, Any] = {"star": star, "tags": None if tags is None else tuple(tags), "notes": notes}
        new = {name: value for name, value in asked.items() if value is not None and value != former[name]}
        if not new:
            return

        def mark(values: Mapping[str, Any]) -> None:
            library.runs.mark(run_id, **values)
            self.library.note_change()

        text = said("Noted something on {title}", title=run.title)
        if "star" in new:
            text = (
                said("Gave {title} a star", title=run.title)
                if star
                else said("Took its star from {title}", title=run.title)
            )
        old = {name: former[name] for name in new}
        self._undo.do(Change(text, partial(mark, new), partial(mark, old)))

    def duplicate(self, run_id: str) -> None:
        """Put a run's plan into Train, to be changed and made again."""
        run = self.dataset.run(run_id)
        if run is None:
            return

        def ask() -> None:
            from engine.training.plan import TrainingPlan

            self.plan_asked.emit(TrainingPlan.of_run(run), run.title)
            self.requests.show_place("train")

        self.requests.attempt(ask)

    def compare_same(self, run_ids: Sequence[str]) -> None:
        """Evaluate runs of different splits on the same people, on ratings that none of them has learned from."""
        library = self.library.files
        if library is None:
            return

        def make() -> Job[SamePeople]:
            from engine import operations

            return operations.evaluate_on_same_people(library, list(run_ids))

        self._same.request("same", make)

    def delete(self, run_id: str) -> None:
        """Delete a run. Where it was in use, the newest of the others that was judged is."""
        library, run = self.library.files, self.dataset.run(run_id)
        if library is None or run is None:
            return
        was_in_use = self.model.run_id == run_id
        self._undo.do(
            self.library.deletion(
                library.runs,
                run_id,
                said("Deleted the run {title}", title=run.title),
                before=partial(self._refuse_running, run_id),
                deleted=self.model.use_last if was_in_use else None,
                restored=partial(self.model.use_run, run_id) if was_in_use else None,
            )
        )

    def evaluate(self, run_id: str) -> bool:
        """Evaluate a run on its own held-out people (again), and save that person by person."""
        library, run = self.library.files, self.dataset.run(run_id)
        if library is None or run is None:
            return False

        def make() -> Job[EvaluationResult]:
            from engine import operations

            return operations.evaluate(library, run_id)

        job = LongJob(
            JobState("evaluation", said("Evaluating {title}", title=run.title)),
            make,
            finished=self._on_evaluated,
            failed=self.requests.report,
        )
        return self.jobs.start(job)

    def on_dataset_changed(self, former: Dataset | None, dataset: Dataset | None) -> None:
        """What was compared was of the former data set."""
        for worker in (self._comparing, self._baseline_worker, self._same):
            worker.abandon()
        self.comparison, self.baseline_text, self._asked_baselines = None, "", None
        self._baselines, self._asked = {}, ("", ())
        self.matrix.forget()

    def _refuse_running(self, run_id: str) -> None:
        run = self.dataset.run(run_id)
        if run is not None and run.status == "running" and self.jobs.state is not None:
            raise LibraryError(said("{title} is training just now.", title=run.title), remedy=said("Stop it first."))

    def _ask_baselines(self, group: RunGroup) -> None:
        library, dataset = self.library.files, self.dataset.current
        if group.key in self._baselines or not group.can_be_evaluated:
            _, self.baseline_text = self._baselines.get(group.key, ({}, ""))
        elif self._asked_baselines != group.key and library is not None and dataset is not None:
            self._asked_baselines = group.key
            self.baseline_text = said("Evaluating the baselines")

            def make() -> Job[dict[str, EvaluationResult]]:
                from engine import operations
                from engine.data.split import SplitConfig

                return operations.baselines(library, dataset, SplitConfig.from_dict(group.split))

            self._baseline_worker.request("baselines", make)

    def _on_compared(self, kind: str, comparison: RunComparison) -> None:
        self.comparison = comparison
        self.changed.emit()

    def _on_baselines(self, kind: str, found: Mapping[str, EvaluationResult]) -> None:
        if kind != "baselines":
            return
        if self._asked_baselines is not None:
            self._baselines[self._asked_baselines] = (found, "")
        self._asked_baselines, self.baseline_text = None, ""
        run_id, beside = self._asked
        if run_id:
            self.compare(run_id, beside)

    def _on_baselines_failed(self, kind: str, failure: Failure) -> None:
        if kind != "baselines":
            return
        self.baseline_text = said("There are no baselines: {sentence}", sentence=failure.sentence)
        if self._asked_baselines is not None:
            self._baselines[self._asked_baselines] = ({}, self.baseline_text)
        self._asked_baselines = None
        self.changed.emit()

    def _on_baselines_event(self, event: Event) -> None:
        if self._asked_baselines is None:
            return
        if isinstance(event, (StageStarted, Progressed)) and event.words != self.baseline_text:
            self.baseline_text = event.words
            self.changed.emit()

    def _on_scored(self, kind: str, answer: Any) -> None:
        if isinstance(answer, EvaluatedUser):
            self._user_baseline = (self.dataset.fingerprint, answer.baseline)
            self.user_evaluated.emit(answer)

    def _on_scoring_failed(self, kind: str, failure: Failure) -> None:
        if kind == "user evaluation":
            self.user_evaluation_failed.emit(failure)

    def _on_evaluated(self, result: EvaluationResult | None) -> None:
        if result is None or result.stopped:
            self.requests.inform(said("The evaluation was stopped; nothing changed."))
        self.library.note_change()


def _evaluate_user(
    library: Library, run_id: str, profile: Profile, *, recommender: Recommender | None, baseline: Popularity | None
) -> Job[EvaluatedUser]:
    """`recommender` is that of the run where it is in use already; `baseline` where it was fitted before."""
    from engine import operations
    from engine.recommending.user_evaluation import evaluate_user, fit_baseline

    yield None
    recommender = recommender if recommender is not None else operations.recommender_of(library, run_id)
    found = recommender.match(profile)
    baseline = baseline if baseline is not None else (yield from fit_baseline(recommender))
    evaluation = yield from evaluate_user(recommender, found.history, baseline=baseline, seen_rows=found.seen_rows)
    return EvaluatedUser(run_id, evaluation, baseline)
