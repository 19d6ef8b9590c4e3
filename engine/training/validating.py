"""What is measured on the validation people after each epoch: the metrics that were chosen, and the loss.

The loss is that of training, by the same formula and in the same unit, without what only learning needs (dropout of
hidden layers, sampled codes, the norm of a batch). Of a model of people's histories it is that of whole validation
people, whose profiles are hidden in part as in training, every epoch in the same way. Of a model of ratings it is the
mean squared error of the ratings held out. Where that would take more than a small part of an epoch, it is measured on
a sample that is drawn once. So are lists, where a model ranks far more titles than it learns ratings. What it gives
depends on the seed alone, not on how quick the machine is.

Shapes: U validation people, N entries to be found, B examples of a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from engine.data.batches import EntryBatch, Examples, mixed_seed, step_noise
from engine.data.dataset import Histories, Int64
from engine.data.split import HeldOut, Split
from engine.errors import TrainingError
from engine.evaluation.metrics import needs_ratings
from engine.evaluation.protocol import measured, unmeasurable
from engine.events import Job
from engine.models.base import Model, Moment, StepModel, as_index
from engine.models.rating_model import RatingModel
from engine.text import format_count, join_words
from engine.training.config import TrainingConfig
from engine.wording import said

LOSS = "loss"
"""What the loss on the validation people is called among the metrics."""
_MOST_SHARE, _LEAST = 0.15, 256
"""On how many examples the loss is measured at most, of those an epoch learns from, and how many it may always be."""
_LEAST_LISTS = 500
"""For how many people lists are always made, where there are so many."""
_NOISE_STEPS = 2**40
"""Where the noise of the validation begins: further than any step of a run."""


class ValidationLoss(Protocol):
    """The loss on validation people, portion by portion; `words` say of which sample it is, or nothing."""

    @property
    def words(self) -> str: ...

    def portions(self) -> Job[float]: ...


class Validation:
    """The validation people of a run, as its model is measured on them."""

    def __init__(
        self, split: Split, model: StepModel, config: TrainingConfig, *, examples: int, batch: int, device: torch.device
    ) -> None:
        self._model, self._config = model, config
        self._candidates_I = split.candidates_I
        self._metrics: tuple[str, ...] = ()
        self._asked: tuple[tuple[HeldOut, tuple[str, ...]], ...] = ()
        self._loss: ValidationLoss | None = None
        self.notes: tuple[str, ...] = ()
        if split.validation is None:
            return
        missing = unmeasurable(model, split.validation, config.metrics[1:])
        self._metrics = tuple(name for name in config.metrics if name not in missing)
        self._asked, of_lists = _asked_of(split.validation, model, self._metrics, seed=config.seed, examples=examples)
        most = max(_LEAST, round(_MOST_SHARE * examples))
        self._loss = validation_loss(split, split.validation, model, config.seed, most=most, batch=batch, device=device)
        cannot = ""
        if missing:
            cannot = said("{names} cannot be measured for this model on these people.", names=join_words(missing))
        words = self._loss.words if self._loss is not None else NO_LOSS
        self.notes = tuple(filter(None, (cannot, of_lists, words)))

    def measured(self) -> Job[tuple[tuple[str, float], ...]]:
        """All that is measured, the monitor first. A Stop passes through: nothing is kept of it."""
        if not self._asked:
            return ()
        weight = 1.0 if self._model.can.mixes_presence else None
        found: dict[str, float] = {}
        for held_out, metrics in self._asked:
            found |= yield from measured(
                self._model, held_out, candidates_I=self._candidates_I, metrics=metrics, weight=weight
            )
        values = [(name, found[name]) for name in self._metrics]
        if self._loss is not None:
            values.append((LOSS, (yield from self._loss.portions())))
        return tuple(values)


def _asked_of(
    held_out: HeldOut, model: StepModel, metrics: tuple[str, ...], *, seed: int, examples: int
) -> tuple[tuple[tuple[HeldOut, tuple[str, ...]], ...], str]:
    """Which metrics are measured on whom, and a sentence about a sample, or nothing.

    Lists are of so many people that it takes no longer than an epoch.
    """
    lists, pairs = tuple(name for name in metrics if not needs_ratings(name)), model.pairs_an_example
    most = len(held_out) if pairs is None else max(_LEAST_LISTS, pairs * examples // model.items)
    if not lists or most >= len(held_out):
        return ((held_out, metrics),), ""
    rows = _drawn(np.arange(len(held_out)), np.random.default_rng(mixed_seed(seed, 0, salt=5)), most)
    words = said(
        "Lists are measured on {taken} of the {of} validation people, drawn once.",
        taken=format_count(most),
        of=format_count(len(held_out)),
    )
    errors = tuple(name for name in metrics if needs_ratings(name))
    return ((held_out.take(rows), lists), *(((held_out, errors),) if errors else ())), words


NO_LOSS = said(
    "The validation loss is left out: single ratings were held out, and this model learns "
    "from whole people. With the split strong it is measured."
)


def validation_loss(
    split: Split, held_out: HeldOut, model: StepModel, seed: int, *, most: int, batch: int, device: torch.device
) -> ValidationLoss | None:
    """How the loss is measured for a kind of model and split; None where there is nothing like the training loss."""
    drawn = np.random.default_rng(mixed_seed(seed, 0, salt=4))
    if not isinstance(model, RatingModel):
        return None if split.config.kind != "strong" else _of_people(held_out, model, seed, drawn, most, batch, device)
    learned_U = held_out.learned_U
    if model.can.examples == "ratings" and learned_U is not None and (learned_U >= 0).any():
        return _of_entries(held_out, model, learned_U, drawn, most, device)
    return _of_answers(held_out, model, drawn, most)


@dataclass(frozen=True)
class _PeopleLoss:
    """Of whole people."""

    words: str
    model: StepModel
    examples: Examples
    batch: int
    seed: int
    device: torch.device

    def portions(self) -> Job[float]:
        examples, total = self.examples, 0.0
        for number, start in enumerate(range(0, len(examples), self.batch)):
            rows_B = torch.arange(start, min(start + self.batch, len(examples)))
            noise = step_noise(self.device, seed=self.seed, step=_NOISE_STEPS + number)
            total += _shown(self.model, examples.batch(rows_B), noise) * len(rows_B)
            yield None
        return total / max(1, len(examples))


@dataclass(frozen=True)
class _EntriesLoss:
    """Of ratings held out of people whose other ratings are learned from."""

    words: str
    model: StepModel
    person_N: Int64
    to_find: Histories
    device: torch.device

    def portions(self) -> Job[float]:
        total, entries = 0.0, len(self.person_N)
        for start in range(0, entries, _ENTRIES_AT_ONCE):
            some = slice(start, start + _ENTRIES_AT_ONCE)
            batch = EntryBatch(
                as_index(self.person_N[some], self.device),
                as_index(self.to_find.item_rows_N[some], self.device),
                torch.from_numpy(self.to_find.ratings_N[some].astype(np.float32)).to(self.device),
            )
            total += _shown(self.model, batch, step_noise(self.device, seed=0, step=_NOISE_STEPS)) * len(batch)
            yield None
        return total / max(1, entries)


_ENTRIES_AT_ONCE = 16_384


@dataclass(frozen=True)
class _AnswersLoss:
    """Of ratings held out of people who are folded in, as for anybody who asks."""

    words: str
    model: StepModel
    fold_in: Histories
    to_find: Histories

    def portions(self) -> Job[float]:
        total, entries = 0.0, 0
        for start in range(0, len(self.fold_in), _PEOPLE_AT_ONCE):
            rows = np.arange(start, min(start + _PEOPLE_AT_ONCE, len(self.fold_in)), dtype=np.int64)
            total, entries = self._added(rows, total, entries)
            yield None
        return total / max(1, entries)

    def _added(self, rows: Int64, total: float, entries: int) -> tuple[float, int]:
        wanted = self.to_find.take(rows)
        was_training = self.model.training
        self.model.eval()
        predicted_N = self.model.ratings_of(self.fold_in.take(rows), wanted).double().numpy()
        self.model.train(was_training)
        return total + float(np.square(predicted_N - wanted.ratings_N).sum()), entries + wanted.entries


_PEOPLE_AT_ONCE = 256


@torch.no_grad()
def _shown(model: StepModel, batch: object, noise: torch.Generator) -> float:
    """The loss of a batch as curves show it, without what only learning needs."""
    was_training = model.training
    model.eval()
    losses = model.losses(batch, noise=noise, moment=Moment(1, 1))
    model.train(was_training)
    return float(losses.shown)


def _of_people(
    held_out: HeldOut,
    model: StepModel,
    seed: int,
    drawn: np.random.Generator,
    most: int,
    batch: int,
    device: torch.device,
) -> _PeopleLoss | None:
    whole = _whole(held_out)
    able = np.flatnonzero(whole.likes(model.scale.like).counts_U > 0).astype(np.int64)
    rows = _drawn(able, drawn, most)
    if not len(rows):
        return None
    try:
        examples = model.examples(whole.take(rows), device)
    except TrainingError:
        return None  # none of them has anything that the model learns from
    words = _of_a_sample(len(rows), len(held_out), said("validation people"))
    return _PeopleLoss(words, model, examples, max(1, min(batch, len(examples))), seed, device)


def _whole(held_out: HeldOut) -> Histories:
    """All entries of each person, those to be found after the others."""
    fold_in, to_find = held_out.fold_in, held_out.to_find
    has_times = fold_in.times_N is not None and to_find.times_N is not None
    return Histories.of(
        np.concatenate([fold_in.user_rows_N, to_find.user_rows_N]),
        np.concatenate([fold_in.item_rows_N, to_find.item_rows_N]),
        np.concatenate([fold_in.ratings_N, to_find.ratings_N]),
        people=len(held_out),
        times=np.concatenate([fold_in.times_N, to_find.times_N]) if has_times else None,
    )


def _of_entries(
    held_out: HeldOut, model: StepModel, learned_U: Int64, drawn: np.random.Generator, most: int, device: torch.device
) -> _EntriesLoss:
    """Of people who are learned from; the others of a split by time are left out."""
    rated = held_out.to_find.rated()
    rows = _drawn(np.flatnonzero(learned_U[rated.user_rows_N] >= 0).astype(np.int64), drawn, most)
    kept_N = np.zeros(rated.entries, dtype=np.bool_)
    kept_N[rows] = True
    kept = rated.where(kept_N)
    words = _of_a_sample(len(rows), rated.entries, said("validation ratings"))
    return _EntriesLoss(words, model, learned_U[kept.user_rows_N], kept, device)


def _of_answers(held_out: HeldOut, model: StepModel, drawn: np.random.Generator, most: int) -> _AnswersLoss:
    rated = held_out.to_find.rated()
    able = np.flatnonzero(rated.counts_U > 0).astype(np.int64)
    rows = _drawn(able, drawn, most)
    words = _of_a_sample(len(rows), len(able), said("validation people"))
    return _AnswersLoss(words, model, held_out.fold_in.take(rows), rated.take(rows))


def _drawn(rows: Int64, drawn: np.random.Generator, most: int) -> Int64:
    return rows if len(rows) <= most else np.sort(drawn.choice(rows, size=most, replace=False))


def _of_a_sample(taken: int, of: int, unit: str) -> str:
    if taken >= of:
        return ""
    return said(
        "The validation loss is of {taken} of the {of} {unit}, drawn once.",
        taken=format_count(taken),
        of=format_count(of),
        unit=unit,
    )


MEASURING_AND_SAVING = said("Measuring how far off its stars may be, and saving what was learned")
_RATINGS_AFTER_STOP = 50_000
"""On people with how many ratings uncertainty is measured where somebody waits for the end: a sixth of a second."""


def measures_uncertainty(model: Model, split: Split) -> bool:
    """Whether the errors of a model are measured; the ratings held out of a strong split are too few: likes."""
    return model.can.states_uncertainty and split.config.kind != "strong" and split.validation is not None


def learn_uncertainty(model: Model, split: Split, *, quickly: bool) -> None:
    """Measure a model's errors on the validation people; `quickly` on some of them, drawn alike each time."""
    if split.validation is None:
        return
    fold_in, to_find = split.validation.fold_in, split.validation.to_find
    if quickly:
        drawn = np.random.default_rng(0).permutation(len(fold_in))
        rows = np.sort(drawn[: 1 + int((fold_in.counts_U[drawn].cumsum() < _RATINGS_AFTER_STOP).sum())])
        fold_in, to_find = fold_in.take(rows), to_find.take(rows)
    model.learn_uncertainty(fold_in, to_find)
