"""Finished runs mixed into one that ranks better than any of them alone; kept as a run of its own, parts and all.

Wires kept runs to the choice of weights and to the store. The parts must have learned from the same ratings, with the
same people or ratings held out: otherwise one of them knows what the others are judged on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import torch

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.device import training_threads
from engine.errors import LibraryError, SettingError
from engine.events import Event, Job, StageStarted, Stop
from engine.library.run_record import FINISHED, RUNNING, STOPPED, RunRecord, parameters_of
from engine.library.runs import RunPlan, RunRecorder
from engine.library.store import Library
from engine.models.base import Model
from engine.models.blend import Blend, BlendConfig, Part
from engine.models.registry import kind_of
from engine.operations.recommending import model_of
from engine.operations.training import FinishedRun, keep_as_run
from engine.training.blend_weights import (
    METRIC,
    RankingWeights,
    RatingWeights,
    choose_ranking_weights,
    choose_rating_weights,
)
from engine.training.checkpoint import TrainingState
from engine.training.trainer import TrainedRun

Result = TypeVar("Result")


class Relay:
    """Hands an inner job's events on, looks at them, and remembers whether a Stop passed through."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.stopped = False
        self._clock = clock
        self._away_s = 0.0

    def seconds(self) -> float:
        """A clock that stands still while the driver has control: a pause costs nothing."""
        return self._clock() - self._away_s

    def of(self, job: Job[Result], look: Callable[[Event], None] = lambda event: None) -> Job[Result]:
        """The inner job's result; what it raises passes through."""
        try:
            event = next(job)
            while True:
                if event is not None:
                    look(event)
                left_s = self._clock()
                try:
                    yield event
                except Stop as stop:
                    self.stopped = True
                    self._away_s += self._clock() - left_s
                    event = job.throw(stop)
                else:
                    self._away_s += self._clock() - left_s
                    event = next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
        finally:
            job.close()

    def say(self, event: Event) -> Job[None]:
        """One event of one's own; a Stop at it is remembered."""
        try:
            yield event
        except Stop:
            self.stopped = True


def blend(
    library: Library, run_ids: Sequence[str], *, name: str | None = None, clock: Callable[[], float] = time.monotonic
) -> Job[FinishedRun]:
    """Mix finished runs (ids or names) with weights chosen on their validation people, and keep the mix as a run.

    The run holds copies of its parts: deleting theirs does not hurt it. Stop before it is mixed passes through, nothing
    is kept; later it skips what is left of judging. Raises LibraryError for runs that are not there or cannot be used,
    SettingError for runs that do not go together, DataError where nobody is held out to choose the weights on.
    """
    torch.set_num_threads(training_threads())
    started = clock()
    records = parts_to_mix(library, run_ids)
    dataset = library.dataset_of(records[0])
    yield StageStarted("splitting", "Setting the same people aside again")
    split = make_split(dataset, SplitConfig.from_dict(records[0].split_config))
    yield StageStarted("loading", "Fetching what the parts have learned")
    models = []
    for record in records:
        models.append(model_of(library.runs.load(record.run_id), dataset))
        yield None
    refuse_what_cannot_rank(records, models)
    mixing = yield from _weighed(records, models, split)
    model = mixed_model(mixing, models, dataset, split)
    plan = RunPlan(
        model=Blend.name,
        model_config=model.config,
        training=None,
        split=split.config,
        device="cpu",
        precision="float32",
        parameters=parameters_of(model),
        candidates_I=split.candidates_I,
        name=name or "",
    )
    kept = partial(_kept, model, mixing, started, clock)
    return (yield from keep_as_run(library, dataset, split, model, plan=plan, learning=kept))


def parts_to_mix(library: Library, run_ids: Sequence[str]) -> tuple[RunRecord, ...]:
    """The records of runs that can be mixed. Raises LibraryError or SettingError, saying what stands against it."""
    records = tuple(library.runs.find(run_id_) for run_id_ in run_ids)
    if len({one.run_id for one in records}) < max(2, len(records)):
        twice = next((one.name for one in records if records.count(one) > 1), None)
        raise SettingError(
            f"{twice} is named twice." if twice else "A blend takes at least two runs.",
            remedy="Name runs that differ, such as --set parts=RUN1+RUN2.",
        )
    for record in records:
        _refuse_unusable(record)
    for record in records[1:]:
        _refuse_apart(records[0], record)
    return records


def refuse_what_cannot_rank(records: Sequence[RunRecord], models: Sequence[Model]) -> None:
    """Raises SettingError for a part that has no opinion on the order of titles."""
    for record, model in zip(records, models, strict=True):
        if not model.can.ranks:
            raise SettingError(f"{record.name} does not rank titles, so it cannot be mixed.", run=record.run_id)


@dataclass(frozen=True)
class Mixing:
    """What is mixed, and how it was weighed."""

    records: tuple[RunRecord, ...]
    ranking: RankingWeights
    rating: RatingWeights

    def config(self) -> BlendConfig:
        """The settings of the blend: the parts' own, with their weights."""
        copies = tuple(
            Part(record.model, record.model_config, record.name, weight, presence, rating_weight)
            for record, weight, presence, rating_weight in zip(
                self.records, self.ranking.weights, self.ranking.presences, self.rating.weights, strict=True
            )
        )
        runs = "+".join(one.run_id for one in self.records)
        return BlendConfig(parts=runs, copies=copies, rating_offset=self.rating.offset)

    def words(self) -> str:
        """What came out, in sentences."""
        ranking, weighed = self.ranking, list(zip(self.records, self.ranking.weights, strict=True))
        shares = " + ".join(f"{weight:.2f} {one.name}" for one, weight in weighed if weight)
        idle = [one.name for one, weight in weighed if not weight]
        own = ", ".join(
            f"{record.name} {value:.4f}" for record, value in zip(self.records, ranking.part_values, strict=True)
        )
        adds = f" {' and '.join(idle)} {'adds' if len(idle) == 1 else 'add'} nothing to the list." if idle else ""
        return (
            f"Mixed {shares}: NDCG@100 {ranking.value:.4f} on {ranking.people:,} people held out to choose on "
            f"(alone: {own}).{adds}"
        )


def mixed_model(mixing: Mixing, models: Sequence[Model], dataset: Dataset, split: Split) -> Blend:
    """The blend of some models, ready to predict."""
    model = Blend(mixing.config(), items=dataset.titles, scale=dataset.scale, models=models)
    model.candidates_I.copy_(torch.from_numpy(split.candidates_I))
    return model.eval()


def _weighed(records: tuple[RunRecord, ...], models: Sequence[Model], split: Split) -> Job[Mixing]:
    if split.validation is None:
        raise SettingError(
            f"The runs hold nobody out to choose the weights on (split {split.config.kind}).",
            remedy="Train the parts with another split, such as --split strong.",
        )
    ranking = yield from choose_ranking_weights(models, split.validation, candidates_I=split.candidates_I)
    rating = yield from choose_rating_weights(models, split)
    return Mixing(records, ranking, rating)


def _kept(
    model: Blend, mixing: Mixing, started: float, clock: Callable[[], float], recorder: RunRecorder
) -> Job[TrainedRun]:
    """Write the parts into the run's folder."""
    yield StageStarted("keeping", "Keeping copies of the parts")
    for record in mixing.records:
        recorder.say(f"part: {record.name} ({record.run_id}), {record.model}")
    recorder.save_checkpoint(TrainingState(dict(model.state_dict()), None, {}, {}))
    return TrainedRun(
        model=model,
        epochs=1,
        best_epoch=None,
        best_value=mixing.ranking.value,
        stopped=False,
        stopped_because=mixing.words(),
        seconds=clock() - started,
        examples_per_second=0.0,
        steps=0,
        diverged=False,
        monitor=METRIC,
        curve=(),
    )


def _refuse_unusable(record: RunRecord) -> None:
    if record.model == Blend.name or kind_of(record.model).made_of_runs:
        raise SettingError(
            f"{record.name} is a blend itself.", remedy="Name the runs that it was mixed from.", run=record.run_id
        )
    if record.status not in (FINISHED, STOPPED) or not record.has_model:
        state = "is still running" if record.status == RUNNING else f"is {record.status}"
        raise LibraryError(
            f"The run {record.name} {state}, and only finished runs can be mixed.",
            remedy="Resume it, or take another.",
            run=record.run_id,
        )


def _refuse_apart(first: RunRecord, other: RunRecord) -> None:
    if first.fingerprint != other.fingerprint:
        raise SettingError(
            f"{first.name} learned from {first.dataset_name} and {other.name} from {other.dataset_name}: "
            "only runs of the same data can be mixed.",
            runs=(first.run_id, other.run_id),
        )
    ours, theirs = (SplitConfig.from_dict(one.split_config).as_dict() for one in (first, other))
    apart = [f"{key} {_words(ours[key])} and {_words(theirs[key])}" for key in ours if ours[key] != theirs[key]]
    if apart:
        raise SettingError(
            f"{first.name} and {other.name} held out different people or ratings ({'; '.join(apart)}): one has learned "
            "from what the other is judged on.",
            remedy="Train both with the same split and the same seed of the split.",
            runs=(first.run_id, other.run_id),
        )


def _words(value: Any) -> str:
    return "automatic" if value is None else str(value)
