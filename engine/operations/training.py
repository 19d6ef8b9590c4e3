"""A run from beginning to end: split, rate, training, evaluation, advice; saved at every step of the way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.device import choose_precision, use_cores
from engine.errors import (
    DeviceLostError,
    EngineError,
    NotStoredError,
    RankLostError,
    ShortOfMemoryError,
    TrainingError,
)
from engine.evaluation.protocol import evaluate_model
from engine.evaluation.result import EvaluationResult
from engine.events import Advised, Job, RateTaken, RunRecorded, StageStarted, Stop
from engine.library.run_record import FAILED, INTERRUPTED, STOPPED, RunRecord, parameters_of
from engine.library.run_recorder import RunPlan, RunRecorder
from engine.library.store import Library
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.naming import settings_set
from engine.models.registry import build, kind_of
from engine.operations.evaluating import Advice, advice_on
from engine.operations.preparing import fresh_model, settled, sweep
from engine.operations.problem import free_memory_of
from engine.recommending.recommender import Recommender
from engine.settings import Config
from engine.text import format_rate
from engine.training import trainer
from engine.training.checkpoint import TrainingState
from engine.training.config import TrainingConfig
from engine.training.curve_text import hides_while_training, read_curves
from engine.training.distributed import Ranks
from engine.training.launching import Workplace
from engine.training.plan import TrainingPlan
from engine.training.progress import TrainedRun

LOG = logging.getLogger(__name__)
_HERE = Workplace(torch.device("cpu"))
_RATE_WITHOUT_FINDER = 0.01
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


def train(
    library: Library,
    dataset: Dataset,
    plan: TrainingPlan,
    *,
    divided: Split | None = None,
    advise: bool = True,
    ranks: Ranks | None = None,
    halves_batch: bool = True,
) -> Job[FinishedRun]:
    """Train a model and store the run.

    Parameters
    ----------
    library, dataset
        Where the run is stored, and what it learns from.
    plan
        The model and how it is to learn. A learning rate of None is found first. On the device "all" processes of their
        own learn together, one on each GPU.
    divided
        The plan's split, where it was made already.
    advise
        Whether to compare with simpler models afterwards.
    ranks
        The processes that torchrun started, of which this is the first; None where it is alone.
    halves_batch
        Whether to go on with half the batch where memory is short; otherwise that is an error.

    Returns
    -------
    FinishedRun
        After a Stop with what was learned so far and without an evaluation.

    Raises
    ------
    Stop
        Where it was stopped before anything was learned: while the rate was searched, or a model computed at once.
    TrainingError, SettingError, DeviceError, LibraryError
        Where training cannot start or go on; a run that had begun records it.

    Examples
    --------
    ::

        finished = drive(operations.train(library, dataset, TrainingPlan.defaults("mf", entries=dataset.entries)))
    """
    use_cores()
    at = Workplace.of(plan.device, ranks) if plan.training is not None else _HERE
    yield StageStarted("splitting", "Setting people aside to evaluate on")
    divided = divided or make_split(dataset, plan.split)
    own = yield from settled(plan.model, plan.model_config, divided, dataset)
    learning, why_rate = plan.training, ""
    if learning is not None:
        learning = learning.changed(precision=choose_precision(learning.precision, at.device))
        if learning.lr is None:
            taken = yield from _with_rate(library, dataset, divided, plan, at, config=own.config)
            learning, why_rate = learning.changed(lr=taken.lr), taken.words
    fresh = fresh_model(plan.model, own.config, dataset, seed=learning.seed if learning else 1)
    _prepare(fresh, divided, learning)
    differing = _differing(plan, entries=dataset.entries)
    recorded = _recorded(fresh, learning, divided, at.name, chosen=own.words, differing=differing)
    recorder = library.runs.begin(dataset, recorded)
    if why_rate:
        recorder.say(why_rate)
    run = _Run(
        library, dataset, divided, fresh, learning, at, recorder, advise, chosen=own.words, halves_batch=halves_batch
    )
    return (yield from run.learned(None))


def resume(
    library: Library,
    run_id: str,
    *,
    epochs: int | None = None,
    device: str | None = None,
    advise: bool = True,
    ranks: Ranks | None = None,
) -> Job[FinishedRun]:
    """Go on with a run that was stopped, interrupted or is to have more epochs, to the bit as if it had never ended.

    Parameters
    ----------
    library, run_id
        Where the run is, and its id or name.
    epochs
        The new total; None for the former one.
    device, advise, ranks
        As for `train`; None for the device it ran on. How many processes learned until now does not matter.

    Raises
    ------
    LibraryError, TrainingError
        Where the data set or checkpoint is gone or damaged; where there is nothing left to do.

    Examples
    --------
    ::

        drive(operations.resume(library, "two_head 1", epochs=40))
    """
    record = library.runs.find(run_id)
    if record.training_config is None:
        raise TrainingError(f"The run {record.name} was computed in full; there is nothing to go on with.")
    dataset = library.dataset_of(record)
    training = TrainingConfig.from_dict(record.training_config or {})
    training = training.changed(epochs=epochs) if epochs is not None else training
    if record.epochs >= training.epochs:
        raise TrainingError(
            f"The run {record.name} has done all its {record.epochs} epochs.",
            remedy=f"Give a greater total, such as --epochs {2 * record.epochs}.",
            run=record.run_id,
        )
    state = library.runs.state(record.run_id) if record.has_model else None
    use_cores()
    at = Workplace.of(device or record.device, ranks)
    yield StageStarted("splitting", "Setting the same people aside again")
    divided = make_split(dataset, SplitConfig.from_dict(record.split_config))
    config = kind_of(record.model).config_class.from_dict(record.model_config)
    fresh = build(record.model, config, items=dataset.titles, scale=dataset.scale, seed=training.seed)
    _prepare(fresh, divided, training)
    recorder = library.runs.resume(record.run_id, training=training, device=at.name, precision=training.precision)
    run = _Run(library, dataset, divided, fresh, training, at, recorder, advise, chosen=record.chosen)
    return (yield from run.learned(state))


def _prepare(fresh: Model, split: Split, training: TrainingConfig | None) -> None:
    """Let a model that has learned nothing yet be as the first step of a run finds it."""
    if isinstance(fresh, StepModel) and training is not None:
        fresh.prepare(split.train, seed=training.seed)


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
    run = _Run(library, dataset, split, model, None, _HERE, recorder, learning=learning)
    return (yield from run.learned(None))


def describe_curves(library: Library, record: RunRecord) -> str:
    """What the curves of a run say; "" for a model that was computed at once."""
    if record.training_config is None:
        return ""
    curve = library.runs.curves(record.run_id)
    by_time = record.split_config.get("kind") == "time"
    return read_curves(curve, hides=hides_while_training(record.model_config), by_time=by_time).words


def _differing(plan: TrainingPlan, *, entries: int) -> tuple[str, ...]:
    """Which settings were asked for other than the model's defaults, as they are recorded."""
    usual = TrainingPlan.of(plan.model, model_config=plan.model_config, entries=entries)
    found = settings_set("model", plan.model_config, type(plan.model_config)())
    if plan.training is not None and usual.training is not None:
        found += settings_set("training", plan.training, usual.training)
    return found + settings_set("split", plan.split, usual.split)


def _recorded(
    model: Model,
    training: TrainingConfig | None,
    split: Split,
    device: str,
    *,
    chosen: str,
    differing: tuple[str, ...],
) -> RunPlan:
    """What is recorded of a run before it begins."""
    return RunPlan(
        model=model.name,
        model_config=model.config,
        training=training,
        split=split.config,
        device=device,
        precision=training.precision if training else "float32",
        parameters=parameters_of(model),
        candidates_I=split.candidates_I,
        chosen=chosen,
        differing=differing,
    )


def _with_rate(
    library: Library, dataset: Dataset, split: Split, plan: TrainingPlan, at: Workplace, *, config: Config
) -> Job[RateTaken]:
    """Sweep for the plan's rate, and take the suggestion that it prefers, or the model's usual rate."""
    found = yield from sweep(library, dataset, split, plan, at.device, config=config)
    if found.stopped:
        raise Stop
    if found.chosen is not None:
        rate = format_rate(found.chosen.lr)
        words = f"The sweep gave a learning rate of {rate}. {found.chosen.sentence}"
        taken = RateTaken(found.chosen.lr, found.chosen.kind, words, found.sweep_id)
        yield StageStarted("rate", f"Learning at a rate of {rate}")
    else:
        usual = kind_of(plan.model, plan.model_config).training_for(dataset.entries).get("lr") or _RATE_WITHOUT_FINDER
        words = f"{found.words} Training takes a rate of {format_rate(usual)} instead."
        taken = RateTaken(usual, "", words, found.sweep_id)
        yield Advised(words)
    yield taken
    return taken


@dataclass(frozen=True)
class _Run:
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
            self.recorder.say("stopped while it was being evaluated")
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
        """Drive the trainer. However it ends, the record of the run says so."""
        runs, run_id = self.library.runs, self.recorder.run_id
        try:
            if state is None and not begun:
                yield RunRecorded(run_id)
            if self.learning is not None:
                return (yield from self.learning(self.recorder))
            if isinstance(self.model, StepModel) and self.training is not None:
                return (
                    yield from self.at.train(
                        self.split,
                        self.model,
                        config=self.training,
                        recorder=self.recorder,
                        resume_from=state,
                        run_id=run_id,
                    )
                )
            assert isinstance(self.model, ClosedFormModel), "a model learns by steps or is computed at once"
            return (yield from trainer.fit(self.split, self.model, recorder=self.recorder))
        except Stop:
            record = next((record for record in runs.records() if record.run_id == run_id), None)
            if record is not None and record.has_model:
                runs.end(run_id, STOPPED, "Stopped by you; what was learned is kept.")
            elif record is not None:
                runs.forget(run_id)
            raise
        except ShortOfMemoryError as error:
            if not self.halves_batch:
                runs.end(run_id, FAILED, str(error))
                raise
            return (yield from self._with_half_the_batch(error))
        except (RankLostError, DeviceLostError, NotStoredError) as error:
            runs.end(run_id, INTERRUPTED, f"{error.what} It can be resumed.")
            raise
        except Exception as error:
            runs.end(run_id, FAILED, str(error))
            raise
        except BaseException:
            runs.end(run_id, INTERRUPTED, "It was left before it ended; it can be resumed.")
            raise

    def _with_half_the_batch(self, error: ShortOfMemoryError) -> Job[TrainedRun]:
        """Go on from the last checkpoint, or from the beginning, with half as many examples a step."""
        runs, run_id, training = self.library.runs, self.recorder.run_id, self.training
        free_memory_of(error)
        batch = error.facts.get("batch")
        assert isinstance(batch, int), "a step says of how many examples it was"
        assert training is not None, "only what learns by steps has batches"
        if batch // 2 < _LEAST_BATCH:
            runs.end(run_id, FAILED, str(error))
            raise TrainingError(
                f"{error.what} Even so few do not fit.",
                remedy="Close other programs, or choose a smaller model: fewer titles or narrower layers.",
            ) from error
        words = f"{error.what} It goes on with {batch // 2:,}, from the last state that was saved."
        training = training.changed(batch=batch // 2)
        config, items = self.model.config, self.model.items
        fresh = build(self.model.name, config, items=items, scale=self.model.scale, seed=training.seed)
        _prepare(fresh, self.split, training)
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
