"""Finished runs mixed into one that ranks better than any of them alone, stored as a run with copies of its parts.

The parts must have learned from the same ratings, with the same people or ratings held out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from engine.data.dataset import Dataset
from engine.data.split import Split, SplitConfig, make_split
from engine.device import use_cores
from engine.errors import LibraryError, SettingError
from engine.events import Job, StageStarted
from engine.library.run_record import FINISHED, RUNNING, STOPPED, RunRecord, parameters_of
from engine.library.run_recorder import RunPlan, RunRecorder
from engine.library.store import Library
from engine.models.base import Model
from engine.models.blend import Blend, BlendConfig, Part
from engine.models.registry import kind_of
from engine.operations.recommending import model_of
from engine.operations.recorded_run import FinishedRun, store_as_run
from engine.text import join_words
from engine.training.blend_weights import (
    METRIC,
    RankingWeights,
    RatingWeights,
    choose_ranking_weights,
    choose_rating_weights,
)
from engine.training.checkpoint import TrainingState
from engine.training.progress import TrainedRun
from engine.wording import counted, joined, said


def blend(
    library: Library, run_ids: Sequence[str], *, name: str | None = None, clock: Callable[[], float] = time.monotonic
) -> Job[FinishedRun]:
    """Mix finished runs with weights chosen on their validation people, and store the mix as a run.

    Stop before it is mixed passes through and nothing is stored; later it skips what is left of the evaluation.

    Parameters
    ----------
    library, run_ids
        Where the runs are, and their ids or names: two or more.
    name
        What the mix is called; None for "blend" and a number.
    clock
        Seconds, for the time it took.

    Raises
    ------
    LibraryError, SettingError
        For runs that cannot be used, do not go together, or hold nobody out to choose the weights on.

    Examples
    --------
    ::

        finished = drive(operations.blend(library, ["ease 1", "two_head 1"], name="Both"))
    """
    use_cores()
    started = clock()
    records = parts_to_mix(library, run_ids)
    dataset = library.dataset_of(records[0])
    yield StageStarted("splitting", said("Setting the same people aside again"))
    split = make_split(dataset, SplitConfig.from_dict(records[0].split_config))
    yield StageStarted("loading", said("Fetching what the parts have learned"))
    models = []
    for record in records:
        models.append(model_of(library.runs.load(record.run_id), dataset))
        yield None
    for record, model in zip(records, models, strict=True):
        if not model.can.ranks:
            raise SettingError(
                said("{record} does not rank titles, so it cannot be mixed.", record=record.name), run=record.run_id
            )
    mixing = yield from _weighed(records, models, split)
    mixed = mixed_model(mixing, models, dataset, split)
    plan = RunPlan(
        model=Blend.name,
        model_config=mixed.config,
        training=None,
        split=split.config,
        device="cpu",
        precision="float32",
        parameters=parameters_of(mixed),
        candidates_I=split.candidates_I,
        name=name or "",
    )
    learning = partial(_store_parts, mixed, mixing, started, clock)
    return (yield from store_as_run(library, dataset, split, mixed, plan=plan, learning=learning))


def parts_to_mix(library: Library, run_ids: Sequence[str]) -> tuple[RunRecord, ...]:
    """The records of runs that can be mixed. Raises LibraryError or SettingError, saying what stands against it."""
    records = tuple(map(library.runs.find, run_ids))
    if len({record.run_id for record in records}) < max(2, len(records)):
        twice = next((record.name for record in records if records.count(record) > 1), None)
        raise SettingError(
            said("{twice} is named twice.", twice=twice) if twice else said("A blend takes at least two runs."),
            remedy=said("Name runs that differ, such as --set parts=RUN1+RUN2."),
        )
    for record in records:
        _refuse_unusable(record)
    for record in records[1:]:
        _refuse_apart(records[0], record)
    return records


@dataclass(frozen=True)
class Mixing:
    """What is mixed, and how it was weighed."""

    records: tuple[RunRecord, ...]
    ranking: RankingWeights
    rating: RatingWeights

    def config(self) -> BlendConfig:
        copies = tuple(
            Part(record.model, record.model_config, record.name, weight, presence, rating_weight, record.title)
            for record, weight, presence, rating_weight in zip(
                self.records, self.ranking.weights, self.ranking.presences, self.rating.weights, strict=True
            )
        )
        runs = "+".join(record.run_id for record in self.records)
        return BlendConfig(parts=runs, copies=copies, rating_offset=self.rating.offset)

    def describe(self) -> str:
        """What came out, in sentences."""
        ranking, weighed = self.ranking, list(zip(self.records, self.ranking.weights, strict=True))
        shares = " + ".join(f"{weight:.2f} {record.title}" for record, weight in weighed if weight)
        idle = [record.title for record, weight in weighed if not weight]
        own = ", ".join(
            f"{record.title} {value:.4f}" for record, value in zip(self.records, ranking.part_values, strict=True)
        )
        adds = ""
        if idle:
            adds = counted(
                "{names} adds nothing to the list.",
                "{names} add nothing to the list.",
                len(idle),
                names=join_words(idle),
            )
        mixed = said(
            "Mixed {shares}: NDCG@100 {value:.4f} on {people:,} people held out to choose on (alone: {own}).",
            shares=shares,
            value=ranking.value,
            people=ranking.people,
            own=own,
        )
        return joined(mixed, adds)


def mixed_model(mixing: Mixing, models: Sequence[Model], dataset: Dataset, split: Split) -> Blend:
    """The blend of some models, ready to predict."""
    model = Blend(mixing.config(), items=dataset.titles, scale=dataset.scale, models=models)
    model.candidates_I.copy_(torch.from_numpy(split.candidates_I))
    return model.eval()


def _weighed(records: tuple[RunRecord, ...], models: Sequence[Model], split: Split) -> Job[Mixing]:
    if split.validation is None:
        raise SettingError(
            said("The runs hold nobody out to choose the weights on (split {kind}).", kind=split.config.kind),
            remedy=said("Train the parts with another split, such as --split strong."),
        )
    ranking = yield from choose_ranking_weights(models, split.validation, candidates_I=split.candidates_I)
    rating = yield from choose_rating_weights(models, split)
    return Mixing(records, ranking, rating)


def _store_parts(
    model: Blend, mixing: Mixing, started: float, clock: Callable[[], float], recorder: RunRecorder
) -> Job[TrainedRun]:
    """Write the parts into the run's folder."""
    yield StageStarted("keeping", said("Keeping copies of the parts"))
    for record in mixing.records:
        recorder.say(
            said("part: {record} ({run_id}), {model}", record=record.name, run_id=record.run_id, model=record.model)
        )
    recorder.save_checkpoint(TrainingState(dict(model.state_dict()), None, {}, {}))
    return TrainedRun(
        model=model,
        epochs=1,
        best_epoch=None,
        best_value=mixing.ranking.value,
        stopped=False,
        stopped_because=mixing.describe(),
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
            said("{record} is a blend itself.", record=record.name),
            remedy=said("Name the runs that it was mixed from."),
            run=record.run_id,
        )
    if record.status not in (FINISHED, STOPPED) or not record.has_model:
        state = said("is still running") if record.status == RUNNING else said("is {status}", status=record.status)
        raise LibraryError(
            said("The run {record} {state}, and only finished runs can be mixed.", record=record.name, state=state),
            remedy=said("Resume it, or take another."),
            run=record.run_id,
        )


def _refuse_apart(first: RunRecord, second: RunRecord) -> None:
    if first.fingerprint != second.fingerprint:
        raise SettingError(
            said(
                "{first} learned from {dataset_name} and {second} from {dataset_name_2}: only runs of "
                "the same data can be mixed.",
                first=first.name,
                dataset_name=first.dataset_name,
                second=second.name,
                dataset_name_2=second.dataset_name,
            ),
            runs=(first.run_id, second.run_id),
        )
    ours, theirs = (SplitConfig.from_dict(record.split_config).as_dict() for record in (first, second))
    apart = [
        said("{key} {format} and {format_2}", key=key, format=_format(ours[key]), format_2=_format(theirs[key]))
        for key in ours
        if ours[key] != theirs[key]
    ]
    if apart:
        raise SettingError(
            said(
                "{first} and {second} held out different people or ratings ({apart}): one has learned "
                "from what the other is evaluated on.",
                first=first.name,
                second=second.name,
                apart="; ".join(apart),
            ),
            remedy=said("Train both with the same split and the same seed of the split."),
            runs=(first.run_id, second.run_id),
        )


def _format(value: Any) -> str:
    return "automatic" if value is None else str(value)
