"""A run from its record on: it learns, is evaluated and advised on, and however it ends, the record says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.split import Split
from engine.errors import (
    DeviceLostError,
    EngineError,
    NotStoredError,
    RankLostError,
    ShortOfMemoryError,
    TrainingError,
    ran_out_of_memory,
)
from engine.evaluation.protocol import evaluate_model
from engine.evaluation.result import EvaluationResult
from engine.events import Advised, Job, RunRecorded, Stop
from engine.library.run_record import FAILED, INTERRUPTED, STOPPED
from engine.library.run_recorder import RunPlan, RunRecorder
from engine.library.store import Library
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.registry import build
from engine.operations.evaluating import Advice, advice_on
from engine.operations.preparing import prepare
from engine.operations.problem import free_memory_of, sentence_of
from engine.recommending.recommender import Recommender
from engine.training import trainer
from engine.training.checkpoint import TrainingState
from engine.training.config import TrainingConfig
from engine.training.launching import Workplace
from engine.training.progress import TrainedRun
from engine.wording import said

LOG = logging.getLogger(__name__)
HERE = Workplace(torch.device("cpu"))
_LEAST_BATCH = 8
"""Below this a run that is short of memory ends."""


@dataclass(frozen=True)
class FinishedRun:
    """A stored run that ended; `evaluation` (None after a stop), `lr` (None: computed at once), and `advice` or "".

    `chosen` says which settings were chosen by trying, or "".
    """

    run_id: str
    trained: TrainedRun
    evaluation: EvaluationResult | None
    recommender: Recommender
    lr: float | None
    advice: str
    better_model: str | None = None
    chosen: str = ""


def store_as_run(
    library: Library,
    dataset: Dataset,
    split: Split,
    model: Model,
    *,
    plan: RunPlan,
    learning: Callable[[RunRecorder], Job[TrainedRun]],
) -> Job[FinishedRun]:
    """Store a model that comes about in a way of its own as a run like any other: recorded, evaluated, ready to use."""
    recorder = library.runs.begin(dataset, plan)
    run = RecordedRun(library, dataset, split, model, None, HERE, recorder, learning=learning)
    return (yield from run.learned(None))


@dataclass(frozen=True)
class RecordedRun:
    """All that a run needs once it is recorded."""

    library: Library
    dataset: Dataset
    split: Split
    model: Model
    training: TrainingConfig | None
    at: Workplace
    recorder: RunRecorder
    advise: bool = True
    learning: Callable[[RunRecorder], Job[TrainedRun]] | None = None
    """How the model comes about where it is not by training or fitting it."""
    chosen: str = ""
    halves_batch: bool = True

    def learned(self, state: TrainingState | None) -> Job[FinishedRun]:
        """Learn, then evaluate and advise, unless stopped; a Stop that comes late skips what is left of that."""
        run_id, library = self.recorder.run_id, self.library
        trained = yield from self._trained(state)
        library.runs.finish(run_id, trained)
        evaluation, advice = None, Advice()
        try:
            if not trained.stopped:
                evaluation = yield from self._evaluated(trained.model, trained.seconds)
            if self.advise and not trained.stopped and (evaluation is None or not evaluation.stopped):
                advice = yield from advice_on(trained.model, self.split, self.dataset, learned_s=trained.seconds)
                library.runs.save_advice(run_id, advice.words)
            if advice.words:
                yield Advised(advice.words)
        except Stop:
            self.recorder.say(said("stopped while it was being evaluated"))
        except (RuntimeError, MemoryError) as error:
            if not ran_out_of_memory(error):
                raise
            free_memory_of(error)
            words = said("There was not enough memory to evaluate this run. It is stored: evaluate it later.")
            self.recorder.say(words)
            yield Advised(words)
        return FinishedRun(
            run_id,
            trained,
            evaluation,
            Recommender(trained.model.cpu(), self.dataset, candidates_I=self.split.candidates_I, run_id=run_id),
            self.training.lr if self.training else None,
            advice.words,
            advice.better_model,
            self.chosen,
        )

    def _trained(self, state: TrainingState | None, *, begun: bool = False) -> Job[TrainedRun]:
        """Have it learn. However that ends, the record of the run says so."""
        runs, run_id = self.library.runs, self.recorder.run_id
        try:
            if state is None and not begun:
                yield RunRecorded(run_id)
            return (yield from self._driven(state))
        except Stop:
            self._keep_if_learned()
            raise
        except ShortOfMemoryError as error:
            if not self.halves_batch:
                runs.end(run_id, FAILED, sentence_of(error))
                raise
            return (yield from self._with_half_the_batch(error))
        except (RankLostError, DeviceLostError, NotStoredError) as error:
            runs.end(run_id, INTERRUPTED, said("{what} It can be resumed.", what=error.what))
            raise
        except (RuntimeError, MemoryError) as error:
            if self.training is None or not ran_out_of_memory(error):
                runs.end(run_id, FAILED, sentence_of(error))
                raise
            free_memory_of(error)
            runs.end(run_id, INTERRUPTED, said("There was not enough memory. It can be resumed."))
            raise TrainingError(
                said("There was not enough memory to go on. What was saved until then is kept."),
                remedy=said("Close other programs, then resume the run."),
            ) from error
        except Exception as error:
            runs.end(run_id, FAILED, sentence_of(error))
            raise
        except BaseException:
            runs.end(run_id, INTERRUPTED, said("It was left before it ended; it can be resumed."))
            raise

    def _driven(self, state: TrainingState | None) -> Job[TrainedRun]:
        """Train it, compute it, or let it come about in its own way."""
        if self.learning is not None:
            return (yield from self.learning(self.recorder))
        if isinstance(self.model, StepModel) and self.training is not None:
            job = self.at.train(
                self.split,
                self.model,
                config=self.training,
                recorder=self.recorder,
                resume_from=state,
                run_id=self.recorder.run_id,
            )
            return (yield from job)
        assert isinstance(self.model, ClosedFormModel), "a model learns by steps or is computed at once"
        return (yield from trainer.fit(self.split, self.model, recorder=self.recorder))

    def _keep_if_learned(self) -> None:
        """A run that was stopped stays where it has learned something."""
        runs, run_id = self.library.runs, self.recorder.run_id
        record = next((record for record in runs.records() if record.run_id == run_id), None)
        if record is not None and record.has_model:
            runs.end(run_id, STOPPED, said("Stopped by you; what was learned is kept."))
        elif record is not None:
            runs.forget(run_id)

    def _with_half_the_batch(self, error: ShortOfMemoryError) -> Job[TrainedRun]:
        """Go on from the last checkpoint, or from the beginning, with half as many examples a step."""
        runs, run_id, training = self.library.runs, self.recorder.run_id, self.training
        free_memory_of(error)
        batch = error.facts.get("batch")
        assert isinstance(batch, int), "a step says of how many examples it was"
        assert training is not None, "only what learns by steps has batches"
        if batch // 2 < _LEAST_BATCH:
            runs.end(run_id, FAILED, sentence_of(error))
            raise TrainingError(
                said("{what} Even so few do not fit.", what=error.what),
                remedy=said("Close other programs, or choose a smaller model: fewer titles or narrower layers."),
            ) from error
        words = said(
            "{what} It goes on with {batch:,}, from the last state that was saved.", what=error.what, batch=batch // 2
        )
        training = training.changed(batch=batch // 2)
        config, items = self.model.config, self.model.items
        try:
            fresh = build(self.model.name, config, items=items, scale=self.model.scale, seed=training.seed)
            yield from prepare(fresh, self.split, training)
        except Stop:
            self._keep_if_learned()
            raise
        except Exception as problem:
            runs.end(run_id, FAILED, sentence_of(problem))
            raise
        record = runs.find(run_id)
        runs.resume(run_id, training=training, device=self.at.name, precision=training.precision)
        self.recorder.say(words)
        LOG.warning("Run %s: %s", run_id, words)
        yield Advised(words)
        state = runs.state(run_id) if record.has_model else None
        return (yield from replace(self, model=fresh, training=training)._trained(state, begun=True))

    def _evaluated(self, model: Model, learned_s: float) -> Job[EvaluationResult | None]:
        """What the run is worth to the test people; None, with the reason as advice, where that cannot be said."""
        if self.split.test is None:
            return None
        counts_I = np.bincount(self.split.train.item_rows_N, minlength=self.split.titles)
        try:
            evaluation = yield from evaluate_model(
                model,
                self.split.test,
                candidates_I=self.split.candidates_I,
                counts_I=counts_I,
                learned_s=learned_s,
            )
            if not evaluation.stopped:
                self.library.runs.save_evaluation(self.recorder.run_id, evaluation)
        except EngineError as error:
            LOG.warning("Run %s could not be evaluated: %s", self.recorder.run_id, error)
            yield Advised(str(error))
            return None
        return evaluation
