"""How much each part of a blend counts, for lists and for predicted ratings: chosen on the validation people.

For lists NDCG@100 is climbed from the best part or from equal weights. For ratings the squared error of
sum w_p r_p + offset is minimised, w_p not negative and drawn towards equal weights by as much as thirty ratings weigh
(a ridge), so that parts that predict nearly the same do not share their weight at random.

Where a split holds out only likes (strong), errors on them would reward whoever predicts that everything is liked. So
there a fifth of *all* ratings that are folded in is held out of the same people instead, by a draw of its own.

Shapes: U people, I titles, S titles of a shortlist, O opinions, P parts, N ratings, R parts that predict ratings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from engine.data.batches import lots_of_people
from engine.data.dataset import Bools, Int64
from engine.data.split import HeldOut, Split
from engine.errors import DataError
from engine.evaluation.answers import top_items
from engine.evaluation.intervals import Floats
from engine.events import Job, Pace, Progressed, StageStarted
from engine.models.base import Model
from engine.models.blend import additive_scores, free_titles, standardised
from engine.wording import said

LENGTH = 100
METRIC = f"ndcg@{LENGTH}"
PRESENCES = (1.0, 0.9, 0.75, 0.5)
_SHORTLIST = 600
_MOST_PEOPLE = 4096
_STRIDES = (0.2, 0.1, 0.05, 0.02)
_LEAST_GAIN = 1e-5
_WORTH_A_PRESENCE = 5e-4
"""How much better the lists must get before a part leaves its presence weight of 1."""


@dataclass(frozen=True)
class RankingWeights:
    """What the parts count for the order; `value` is the mix's NDCG@100 on `people`, part_values the parts' own."""

    weights: tuple[float, ...]
    presences: tuple[float | None, ...]
    value: float
    part_values: tuple[float, ...]
    people: int


@dataclass(frozen=True)
class _Opinion:
    """What can be asked of a part: its order, at one presence weight where it mixes."""

    part: int
    presence: float | None


@dataclass(frozen=True)
class _Shortlists:
    """For each person the standardised opinions on the shortlist, which of it is to be found, and the best DCG."""

    opinions_USO: Tensor
    found_US: Tensor
    ideal_U: Tensor

    def value(self, weights_O: Floats) -> float:
        """NDCG@100 of a mix, the mean over people."""
        asked = np.flatnonzero(weights_O)
        weights = torch.from_numpy(weights_O[asked]).float()
        scores_US = self.opinions_USO[:, :, torch.from_numpy(asked)] @ weights
        places_UK = top_items(scores_US, LENGTH)
        gains_UK = torch.gather(self.found_US, 1, places_UK).double()
        discounts_K = 1.0 / torch.log2(torch.arange(2, gains_UK.shape[1] + 2, dtype=torch.float64))
        return float(((gains_UK @ discounts_K) / self.ideal_U).mean())


def choose_ranking_weights(parts: Sequence[Model], held_out: HeldOut, *, candidates_I: Bools) -> Job[RankingWeights]:
    """The weights with which the parts together rank best for held-out people. Raises DataError without likes."""
    opinions = [
        _Opinion(number, presence)
        for number, part in enumerate(parts)
        for presence in (PRESENCES if part.can.mixes_presence else (None,))
    ]
    yield StageStarted("listening", said("Asking each part about the people held out to choose on"))
    shortlists = yield from _shortlists(parts, opinions, held_out, candidates_I)
    yield StageStarted("weighing", said("Choosing how much each part counts"))
    return (yield from _climbed(_Mixes(opinions, shortlists)))


def _shortlists(
    parts: Sequence[Model], opinions: Sequence[_Opinion], held_out: HeldOut, candidates_I: Bools
) -> Job[_Shortlists]:
    like = parts[0].scale.like
    found = held_out.to_find.where((held_out.to_find.ratings_N >= like) & candidates_I[held_out.to_find.item_rows_N])
    people = some_of(np.flatnonzero(found.counts_U))
    if not len(people):
        raise DataError(
            said("None of the people held out to choose on has a liked title to find."),
            remedy=said("Train the parts with a split that holds out more."),
        )
    chosen = HeldOut(held_out.user_rows_U[people], held_out.fold_in.take(people), found.take(people))
    candidates, pace, lots = torch.from_numpy(np.asarray(candidates_I)), Pace(), []
    for lot in lots_of_people(len(people), len(candidates_I) * len(opinions)):
        some = chosen.take(lot)
        lots.append(_shortlisted(parts, opinions, some, candidates))
        yield Progressed(said("Asking each part"), int(lot[-1]) + 1, len(people), "people") if pace.due() else None
    return _Shortlists(
        torch.cat([lot.opinions_USO for lot in lots]),
        torch.cat([lot.found_US for lot in lots]),
        torch.cat([lot.ideal_U for lot in lots]),
    )


@torch.inference_mode()
def _shortlisted(
    parts: Sequence[Model], opinions: Sequence[_Opinion], some: HeldOut, candidates_I: Tensor
) -> _Shortlists:
    """One lot of people. No control is given back in here."""
    free_UI = free_titles(candidates_I, some.fold_in)
    predictions = [part.eval().predict(some.fold_in, ratings=part.can.mixes_presence) for part in parts]
    opinions_UIO = torch.stack(
        [
            standardised(additive_scores(parts[asked.part], predictions[asked.part], asked.presence), free_UI)
            for asked in opinions
        ],
        dim=2,
    )
    convinced_UI = opinions_UIO.amax(dim=2).masked_fill(free_UI == 0, -torch.inf)
    short_US = torch.topk(convinced_UI, min(_SHORTLIST, convinced_UI.shape[1]), dim=1).indices.sort(dim=1).values
    opinions_USO = torch.gather(opinions_UIO, 1, short_US[:, :, None].expand(-1, -1, len(opinions)))
    opinions_USO = opinions_USO.masked_fill((torch.gather(free_UI, 1, short_US) == 0)[:, :, None], -torch.inf)
    found_UI = torch.zeros(free_UI.shape, dtype=torch.bool)
    found_UI[
        torch.from_numpy(some.to_find.user_rows_N), torch.from_numpy(some.to_find.item_rows_N.astype(np.int64))
    ] = True
    best_K = np.cumsum(1.0 / np.log2(np.arange(2, LENGTH + 2)))  # the DCG of lists that begin with all there is to find
    ideal_U = torch.from_numpy(best_K[np.minimum(some.to_find.counts_U, LENGTH) - 1])
    return _Shortlists(opinions_USO, torch.gather(found_UI, 1, short_US), ideal_U)


class _Mixes:
    """Every mix that can be asked about: a presence weight for each part, and weights over the parts."""

    def __init__(self, opinions: Sequence[_Opinion], shortlists: _Shortlists) -> None:
        self._opinions, self._shortlists = opinions, shortlists
        self.people = len(shortlists.ideal_U)
        self.choices = [
            [place for place, opinion in enumerate(opinions) if opinion.part == part]
            for part in range(opinions[-1].part + 1)
        ]

    def value(self, weights_P: Floats, chosen: Sequence[int]) -> float:
        weights_O = np.zeros(len(self._opinions))
        weights_O[list(chosen)] = weights_P
        return self._shortlists.value(weights_O)

    def presences(self, chosen: Sequence[int]) -> tuple[float | None, ...]:
        return tuple(self._opinions[place].presence for place in chosen)


def _climbed(mixes: _Mixes) -> Job[RankingWeights]:
    """Climb from the best single part or from equal weights; then try other presence weights, one part at a time."""
    chosen = [places[0] for places in mixes.choices]
    parts = len(chosen)
    starts = [*np.eye(parts), np.full(parts, 1.0 / parts)]
    values = []
    for start in starts:
        values.append(mixes.value(start, chosen))
        yield None
    best = int(np.argmax(values))
    weights_P, value = yield from climb(starts[best], values[best], partial(mixes.value, chosen=chosen))
    for part, places in enumerate(mixes.choices):
        for place in places[1:]:
            changed = [*chosen[:part], place, *chosen[part + 1 :]]
            first = mixes.value(weights_P, changed)
            yield None
            better_P, better_value = yield from climb(weights_P, first, partial(mixes.value, chosen=changed))
            if better_value > value + _WORTH_A_PRESENCE:
                chosen, weights_P, value = changed, better_P, better_value
    return RankingWeights(
        tuple(float(weight) for weight in weights_P),
        mixes.presences(chosen),
        value,
        tuple(values[:parts]),
        mixes.people,
    )


def climb(weights_P: Floats, value: float, value_of: Callable[[Floats], float]) -> Job[tuple[Floats, float]]:
    """Better weights by giving or taking a little of one part at a time, in ever smaller strides; and their value."""
    for stride in _STRIDES:
        rises = True
        while rises:
            rises = False
            for near_P in neighbours(weights_P, stride):
                near = value_of(near_P)
                yield None
                if near > value + _LEAST_GAIN:
                    weights_P, value, rises = near_P, near, True
                    break
    return weights_P, value


def neighbours(weights_P: Floats, stride: float) -> Iterator[Floats]:
    """Weights with a stride more or less for each part; the others share the rest as they did before, or equally."""
    for part in range(len(weights_P)):
        for change in (stride, -stride):
            own = min(1.0, max(0.0, weights_P[part] + change))
            others_P = np.delete(weights_P, part)
            left = others_P.sum()
            shares_P = others_P / left if left > 0 else np.full(len(others_P), 1.0 / len(others_P))
            moved_P = np.round(np.insert(shares_P * (1.0 - own), part, own), 6)
            if not np.array_equal(moved_P, weights_P):
                yield moved_P


def some_of(rows: Int64) -> Int64:
    """At most so many people as the weights are chosen on, evenly from all."""
    if len(rows) <= _MOST_PEOPLE:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _MOST_PEOPLE).astype(np.int64)]


_RIDGE = 30.0
_HELD = 0.2
_SEED = 4096


@dataclass(frozen=True)
class RatingWeights:
    """What each part's predicted rating is multiplied by (0: it predicts none), and what is added."""

    weights: tuple[float, ...]
    offset: float = 0.0
    ratings: int = 0


def choose_rating_weights(parts: Sequence[Model], split: Split) -> Job[RatingWeights]:
    """The weights with which the parts together predict held-out ratings best. Stop passes through."""
    rating = [number for number, part in enumerate(parts) if part.can.predicts_ratings]
    if not rating or split.validation is None:
        return RatingWeights((0.0,) * len(parts))
    held_out = ratings_to_choose_by(split.validation, strong=split.config.kind == "strong")
    people, pace, predicted, actual = some_of(np.flatnonzero(held_out.to_find.counts_U)), Pace(), [], []
    yield StageStarted("rating", said("Choosing how much each part's predicted ratings count"))
    for lot in lots_of_people(len(people), split.titles):
        predicted.append(_predicted([parts[number] for number in rating], held_out, people[lot]))
        actual.append(held_out.to_find.take(people[lot]).ratings_N)
        yield Progressed(said("Predicting ratings"), int(lot[-1]) + 1, len(people), "people") if pace.due() else None
    if not predicted:
        equal = np.full(len(rating), 1.0 / len(rating))
        return RatingWeights(_spread(equal, rating, len(parts)))
    predicted_NR, actual_N = np.concatenate(predicted), np.concatenate(actual).astype(np.float64)
    weights_R, offset = least_squares(predicted_NR, actual_N)
    return RatingWeights(_spread(weights_R, rating, len(parts)), offset, len(actual_N))


def ratings_to_choose_by(held_out: HeldOut, *, strong: bool) -> HeldOut:
    """Held-out ratings of any height: those of the split, or, where it holds out likes only, some of the others."""
    if not strong:
        return HeldOut(held_out.user_rows_U, held_out.fold_in, held_out.to_find.rated())
    known = held_out.fold_in
    drawn_N = np.random.default_rng(_SEED).random(known.entries) < _HELD
    held_N = drawn_N & ~np.isnan(known.ratings_N)
    return HeldOut(held_out.user_rows_U, known.where(~held_N), known.where(held_N))


def least_squares(predicted_NR: Floats, actual_N: Floats) -> tuple[Floats, float]:
    """Weights of at least 0, drawn towards equal ones, and an offset, with the least squared error."""
    from scipy.optimize import nnls  # takes half a second to import, which few processes need

    parts = predicted_NR.shape[1]
    means_R, mean = predicted_NR.mean(axis=0), actual_N.mean()
    apart_NR, apart_N = predicted_NR - means_R, actual_N - mean
    pull = np.sqrt(_RIDGE * max(float(np.square(apart_NR).mean()), 1e-12))
    rows = np.concatenate([apart_NR, pull * np.eye(parts)])
    wanted = np.concatenate([apart_N, np.full(parts, pull / parts)])
    weights_R: Floats = nnls(rows, wanted)[0]
    return weights_R, float(mean - means_R @ weights_R)


@torch.inference_mode()
def _predicted(parts: Sequence[Model], held_out: HeldOut, people: Int64) -> Floats:
    fold_in, wanted = held_out.fold_in.take(people), held_out.to_find.take(people)
    return np.stack([part.eval().ratings_of(fold_in, wanted).double().numpy() for part in parts], axis=1)


def _spread(weights_R: Floats, rating: Sequence[int], parts: int) -> tuple[float, ...]:
    """The weights of the parts that predict ratings among those of all parts."""
    of = dict(zip(rating, weights_R, strict=True))
    return tuple(float(of.get(number, 0.0)) for number in range(parts))
