"""The session's desk for quality: runs beside each other and beside the baselines, and what can be done to a run.

Stands on the desk for my ratings, with a lane for comparing and one for the baselines, which may take a while. How
well a model knows the person is asked of the scoring lane, where the model in use lives.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_rec.common.job_state import JobState
from desktop_rec.common.notices import Failure, Notice
from desktop_rec.models import queries
from desktop_rec.models.groups import RunGroup, SplitKey, groups_of
from desktop_rec.session.core import LongJob
from desktop_rec.session.my_ratings import MyRatingsDesk
from desktop_rec.session.scoring import ScoringLane
from engine.events import Event, Progressed, StageStarted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop_rec.models.picture import QualityPicture
    from desktop_rec.models.queries import Known
    from engine.data.dataset import Dataset
    from engine.evaluation.result import EvaluationResult
    from engine.library.datasets import DatasetRecord
    from engine.library.run_record import RunRecord


class QualityDesk(MyRatingsDesk):
    """`quality` is what was found on the run asked for last (None: not yet); quality_changed says that it is new.

    `baseline_words` is what the baselines of that run's people are waiting for, or why there are none; "" when they
    are there. knowledge_ready(Known) and knowledge_failed(Failure) answer ask_knowledge().
    """

    quality_changed = Signal()
    knowledge_ready = Signal(object)
    knowledge_failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.quality: QualityPicture | None = None
        self.baseline_words = ""
        self._baselines: dict[SplitKey, Mapping[str, EvaluationResult]] = {}
        self._no_baselines: dict[SplitKey, str] = {}
        self._asked_baselines: SplitKey | None = None
        self._asked_quality: tuple[str, tuple[str, ...]] = ("", ())
        self._usual: tuple[str, Any] = ("", None)
        self._comparing = ScoringLane(self, name="comparing", kinds=("compare",), stale_after={}, uses_torch=False)
        self._flooring = ScoringLane(self, name="baselines", kinds=("baselines",), stale_after={})
        self._comparing.answered.connect(self._on_compared)
        self._comparing.failed.connect(self._on_compare_failed)
        self._flooring.answered.connect(self._on_baselines)
        self._flooring.failed.connect(self._on_baselines_failed)
        self._flooring.event_arrived.connect(self._on_baselines_event)
        for lane in (self._comparing, self._flooring):
            lane.idle.connect(self._on_idle)

    @property
    def is_idle(self) -> bool:
        return super().is_idle and not self._comparing.is_busy and not self._flooring.is_busy

    def ask_quality(self, run_id: str, beside: Sequence[str] = ()) -> None:
        """Compare a run with others of its group and with the baselines; quality_changed answers, maybe twice."""
        group = self._group(run_id)
        if self.library is None or group is None:
            return
        self._asked_quality = (run_id, tuple(beside))
        shown = [one for one in reversed(group.runs) if one.run_id == run_id or one.run_id in beside]
        places = {run.run_id: place for place, run in enumerate(reversed(group.runs))}
        known = self._baselines.get(group.key, {})
        make = partial(queries.compare_runs, self.library, shown, chosen=run_id, places=places, baselines=known)
        self._comparing.request("compare", make)
        self._ask_baselines(group)

    def ask_knowledge(self, run_id: str) -> bool:
        """Ask how well a run's model knows the person; False where there is nobody or no such model."""
        run = next((one for one in self.runs() if one.run_id == run_id and one.has_model), None)
        if self.library is None or self.dataset is None or self.profile is None or run is None:
            return False
        in_use = self.recommender
        usual = self._usual[1] if self._usual[0] == self.dataset.fingerprint else None
        make = partial(
            queries.know_me,
            self.library,
            run_id,
            self.profile,
            at_hand=in_use if in_use is not None and in_use.run_id == run_id else None,
            usual=usual,
        )
        self._scoring.request("knowing", make)
        return True

    def rename_run(self, run_id: str, name: str) -> None:
        """Give a kept run another name."""
        if self.library is not None and self._tried(partial(self.library.runs.rename, run_id, name)):
            self.library_changed.emit()

    def delete_run(self, run_id: str) -> None:
        """Delete a kept run; undo() brings it back. The newest of the others takes its place where it was in use."""
        run = next((one for one in self.runs() if one.run_id == run_id), None)
        if self.library is None or run is None:
            return
        if run.status == "running" and self.job is not None:
            self.notice.emit(Notice(f"{run.name} is learning just now.", "Stop it first.", kind="warning"))
            return
        if not self._tried(partial(self.library.runs.delete, run_id)):
            return
        was_in_use = self.model_label is not None and self.model_label.run_id == run_id
        self.library_changed.emit()
        if was_in_use:
            self._ask_model(self._newest_run())
        self._can_undo(f"Deleted the run {run.name}", partial(self._bring_back, run_id, use=was_in_use))

    def judge_run(self, run_id: str) -> bool:
        """Judge a run on its own held-out people (again), and keep it person by person."""
        run = next((one for one in self.runs() if one.run_id == run_id), None)
        if self.library is None or run is None:
            return False
        job = LongJob(
            JobState("evaluating", f"Judging {run.name}"),
            partial(queries.judge, self.library, run_id),
            finished=self._on_judged,
            failed=self._on_judging_failed,
        )
        return self._start_long(job)

    def _group(self, run_id: str) -> RunGroup | None:
        return next((group for group in groups_of(self.runs()) if group.has(run_id)), None)

    def _ask_baselines(self, group: RunGroup) -> None:
        if group.key in self._baselines or not group.can_be_judged:
            self.baseline_words = self._no_baselines.get(group.key, "")
            return
        if self._asked_baselines != group.key and self.library is not None and self.dataset is not None:
            self._asked_baselines = group.key
            self.baseline_words = "Working out the baselines"
            self._flooring.request(
                "baselines", partial(queries.baselines, self.library, self.dataset, dict(group.split))
            )

    def _take(self, dataset: Dataset | None, record: DatasetRecord | None) -> None:
        for lane in (self._comparing, self._flooring):
            lane.abandon()
        self.quality, self.baseline_words, self._asked_baselines = None, "", None
        self._baselines, self._no_baselines, self._asked_quality = {}, {}, ("", ())
        super()._take(dataset, record)

    def _on_compared(self, kind: str, picture: QualityPicture) -> None:
        self.quality = picture
        self.quality_changed.emit()

    def _on_compare_failed(self, kind: str, failure: Failure) -> None:
        self.notice.emit(Notice.of(failure))

    def _on_baselines(self, kind: str, found: Mapping[str, EvaluationResult]) -> None:
        if self._asked_baselines is not None:
            self._baselines[self._asked_baselines] = found
        self._asked_baselines, self.baseline_words = None, ""
        run_id, beside = self._asked_quality
        if run_id:
            self.ask_quality(run_id, beside)

    def _on_baselines_failed(self, kind: str, failure: Failure) -> None:
        self.baseline_words = f"There are no baselines: {failure.sentence}"
        if self._asked_baselines is not None:
            self._baselines[self._asked_baselines] = {}
            self._no_baselines[self._asked_baselines] = self.baseline_words
        self._asked_baselines = None
        self.quality_changed.emit()

    def _on_baselines_event(self, event: Event) -> None:
        if isinstance(event, (StageStarted, Progressed)) and event.words != self.baseline_words:
            self.baseline_words = event.words
            self.quality_changed.emit()

    def _on_answer(self, kind: str, answer: Any) -> None:
        super()._on_answer(kind, answer)
        if kind == "knowing" and answer is not None:
            known: Known = answer
            if self.dataset is not None:
                self._usual = (self.dataset.fingerprint, known.usual)
            self.knowledge_ready.emit(known)

    def _on_scoring_failure(self, kind: str, failure: Failure) -> None:
        super()._on_scoring_failure(kind, failure)
        if kind == "knowing":
            self.knowledge_failed.emit(failure)

    def _on_judged(self, judgement: EvaluationResult | None) -> None:
        if judgement is None or judgement.stopped:
            self.notice.emit(Notice("Judging was stopped; the figures are as they were.", kind="info"))
        self.library_changed.emit()

    def _on_judging_failed(self, failure: Failure) -> None:
        self.notice.emit(Notice.of(failure))

    def _bring_back(self, run_id: str, *, use: bool) -> None:
        if self.library is None:
            return
        self.library.runs.restore(run_id)
        self.library_changed.emit()
        if use:
            self.use_run(run_id)


def run_can_go_on(run: RunRecord) -> bool:
    """Whether a run ended before all its epochs and can be trained on."""
    total = run.total_epochs
    return run.status in ("stopped", "interrupted") and run.has_model and total is not None and run.epochs < total
