"""What models of ratings choose by trying: how much biases are damped, and how hard factors are pulled towards zero.

Both are tried in closed form, in seconds. Biases are fitted for a few dampings, each step to the better neighbour.
Then a few factors of what the biases leave are fitted by alternating least squares (Zhou et al. 2008, "Large-Scale
Parallel Collaborative Filtering for the Netflix Prize"), whose penalty is the one that `mf` learns with, for l2 after
l2. What predicts the held-out ratings best is chosen. Nobody who is tested on is looked at.

Shapes: U people, I titles, N ratings, K factors, P pairs of factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from engine.data.dataset import Float32, Histories, Scale
from engine.data.split import Split
from engine.events import Job, Pace, Progressed, StageStarted
from engine.models.biases import DAMPING, BiasEquations, Biases, Floats, predicted
from engine.models.mf import MfConfig
from engine.models.mf_by_turns import FactorizationByTurns
from engine.training.blend_weights import ratings_to_choose_by, some_of
from engine.training.config import TRIED_RATINGS
from engine.wording import said

FEWEST = 50
"""With fewer held-out ratings nothing is tried: chance would choose."""
_DAMPINGS = tuple(DAMPING * 2.0**step for step in range(-3, 6))
_L2_STEPS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_L2_IN_TURNS = tuple(2.0**step for step in range(-3, 5))
_MOST_RATINGS_IN_TURNS = 200_000
_TRIAL_ROUNDS = 5
_RANK, _FIRST_SWEEPS, _SWEEPS, _SWEEPS_IN_TURNS = 8, 3, 2, 12
_LEAST_RIDGE = 1e-6
_HELD, _SEED = 0.2, 1024
_ENOUGH = 5_000
_APART = 1.0
"""Little is lost by too large an l2, which leaves the biases, much by too small a one."""


@dataclass(frozen=True)
class RatingsToTryOn:
    """Some people's ratings to learn from, and held-out ratings of some, by their own other ratings."""

    learned: Histories
    known: Histories
    wanted: Histories
    titles: int
    scale: Scale

    @staticmethod
    def of(split: Split) -> RatingsToTryOn | None:
        """By the validation people, and where that are few ratings by some of the training ratings as well.

        None where nothing can be chosen: too few ratings, or all of them the same.
        """
        train, parts = split.train.rated(), []
        if split.validation is not None:
            validation = ratings_to_choose_by(split.validation, strong=split.config.kind == "strong")
            parts.append((validation.fold_in, validation.to_find))
        if sum(wanted.entries for _, wanted in parts) < _ENOUGH:
            drawn_N = np.random.default_rng(_SEED).random(train.entries) < _HELD
            parts.append((train.where(~drawn_N), train.where(drawn_N)))
            train = train.where(~drawn_N)
        known, wanted = (joined([part[side] for part in parts]) for side in (0, 1))
        some = some_of(np.flatnonzero(wanted.counts_U))
        learned, to_find = _some_ratings(train), wanted.take(some)
        if to_find.entries < FEWEST or not learned.entries or learned.ratings_N.min() == learned.ratings_N.max():
            return None
        return RatingsToTryOn(learned, known.take(some).rated(), to_find, split.titles, split.scale)

    def squared_errors(self, ratings_N: npt.NDArray[np.floating]) -> Floats:
        """Of predicted ratings, once they are within the scale."""
        errors_N: Floats = np.clip(ratings_N, self.scale.low, self.scale.high) - self.wanted.ratings_N
        return errors_N**2


@dataclass(frozen=True)
class Dampings:
    """How much biases of people and of titles are damped."""

    user: float
    item: float


def choose_dampings(
    ratings: RatingsToTryOn, *, user_damping: float | None, item_damping: float | None
) -> Job[Dampings]:
    """The dampings that predict best; those given are kept."""
    yield StageStarted("choosing", said("Trying how much few ratings should count"))
    equations = BiasEquations(ratings.learned, titles=ratings.titles)
    errors: dict[Dampings, float] = {}
    start: Biases | None = None
    middle = _DAMPINGS.index(DAMPING)
    best = Dampings(
        _DAMPINGS[middle] if user_damping is None else user_damping,
        _DAMPINGS[middle] if item_damping is None else item_damping,
    )
    waiting = [best]
    while waiting:
        for tried in waiting:
            fitting = equations.fitted(
                user_damping=tried.user, item_damping=tried.item, start=start, rounds=_TRIAL_ROUNDS
            )
            start = yield from fitting
            found_N = predicted(start, ratings.known, ratings.wanted, user_damping=tried.user)
            errors[tried] = float(ratings.squared_errors(found_N).mean())
        best = min(errors, key=lambda tried: errors[tried])
        users = (best.user,) if user_damping is not None else _neighbours(best.user)
        items = (best.item,) if item_damping is not None else _neighbours(best.item)
        near = [*(Dampings(user, best.item) for user in users), *(Dampings(best.user, item) for item in items)]
        waiting = [tried for tried in dict.fromkeys(near) if tried not in errors]
    return best


def _neighbours(damping: float) -> Sequence[float]:
    place = _DAMPINGS.index(damping)
    return _DAMPINGS[max(0, place - 1) : place + 2]


def choose_factor_l2(
    ratings: RatingsToTryOn, *, usual: float, fold_in_l2: float, unit: float, dampings: Dampings | None
) -> Job[float]:
    """The l2 of factors that predicts best; the usual one unless another is better by more than chance explains.

    Parameters
    ----------
    usual
        The l2 around which to try.
    fold_in_l2
        What holds a person's factors beside it.
    unit
        The difference in rating that is 1 in the targets; the l2 is in their unit.
    dampings
        Of the biases that factors come on top of; None for no biases.
    """
    yield StageStarted("choosing", said("Trying how strongly to hold factors back"))
    biases = Biases(0.0, np.zeros(len(ratings.learned)), np.zeros(ratings.titles))
    user_damping = np.inf
    if dampings is not None:
        user_damping = dampings.user
        equations = BiasEquations(ratings.learned, titles=ratings.titles)
        biases = yield from equations.fitted(user_damping=dampings.user, item_damping=dampings.item)
    trial = _FactorTrial(ratings, biases, user_damping=user_damping, fold_in_l2=fold_in_l2, unit=unit)
    if trial.rank < 1:
        return usual
    trial.start()
    errors, pace = [], Pace()
    for place, step in enumerate(_L2_STEPS):
        for _ in range(_SWEEPS if place else _FIRST_SWEEPS):
            trial.sweep(usual * step)
            yield None
        errors.append(trial.squared_errors(usual * step))
        yield Progressed(said("Trying l2"), place + 1, len(_L2_STEPS), "values") if pace.due() else None
    return usual * _L2_STEPS[better_than_chance(errors, usual=_L2_STEPS.index(1.0), apart=_APART)]


def better_than_chance(errors: Sequence[Floats], *, usual: int, apart: float) -> int:
    """The place of the least mean, or the usual place where that is not so many standard errors behind.

    >>> better_than_chance([np.array([1.0, 1.0, 1.1]), np.array([0.9, 1.1, 1.0])], usual=0, apart=1.0)
    0
    >>> better_than_chance([np.array([1.0, 1.0, 1.1]), np.array([0.1, 0.1, 0.0])], usual=0, apart=1.0)
    1
    """
    best = int(np.argmin([error.mean() for error in errors]))
    gain = errors[usual] - errors[best]
    return best if gain.mean() > apart * gain.std() / np.sqrt(len(gain)) else usual


class _FactorTrial:
    """A few factors of people and titles, fitted in turn to what biases leave of the ratings, in units of targets."""

    def __init__(
        self, ratings: RatingsToTryOn, biases: Biases, *, user_damping: float, fold_in_l2: float, unit: float
    ) -> None:
        self._ratings, self._unit, self._fold_in_l2 = ratings, unit, fold_in_l2
        titles = ratings.titles
        learned, known, wanted = ratings.learned, ratings.known, ratings.wanted
        left_N = (
            learned.ratings_N - biases.mean - biases.user_U[learned.user_rows_N] - biases.item_I[learned.item_rows_N]
        )
        self._people = _Side.of(learned, left_N / unit, titles)
        self._titles = self._people.turned()
        known_N = predicted(biases, known, known, user_damping=user_damping)
        self._asking = _Side.of(known, (known.ratings_N - known_N) / unit, titles)
        self._base_N = predicted(biases, known, wanted, user_damping=user_damping)
        self.rank = min(_RANK, min(self._people.left.shape) - 1)

    def start(self) -> None:
        """The best factors without any penalty, missing ratings being 0: from there few sweeps are needed."""
        left = self._people.left
        first = np.random.default_rng(0).standard_normal(min(left.shape)).astype(np.float32)
        _, values_K, right_KI = svds(left, k=self.rank, v0=first, tol=1e-2)
        self._items_IK = (right_KI.T * np.sqrt(values_K)).astype(np.float32)

    def sweep(self, l2: float) -> None:
        people_UK = self._people.factors(self._items_IK, l2=l2, ridge=self._fold_in_l2)
        self._items_IK = self._titles.factors(people_UK, l2=l2, ridge=_LEAST_RIDGE)

    def squared_errors(self, l2: float) -> Floats:
        wanted = self._ratings.wanted
        people_UK = self._asking.factors(self._items_IK, l2=l2, ridge=self._fold_in_l2)
        more_N = (people_UK[wanted.user_rows_N] * self._items_IK[wanted.item_rows_N]).sum(axis=1)
        return self._ratings.squared_errors(self._base_N + self._unit * more_N)


@dataclass(frozen=True)
class _Side:
    """What is left of the ratings for each person (or title), and which there are: both sparse, of equal places."""

    left: csr_array
    there: csr_array

    @staticmethod
    def of(histories: Histories, left_N: Floats, titles: int) -> _Side:
        places = histories.item_rows_N, histories.indptr_U1.astype(np.int32)
        shape = (len(histories), titles)
        return _Side(
            csr_array((left_N.astype(np.float32), *places), shape=shape),
            csr_array((np.ones(len(left_N), dtype=np.float32), *places), shape=shape),
        )

    def turned(self) -> _Side:
        return _Side(self.left.T.tocsr(), self.there.T.tocsr())

    def factors(self, others_IK: Float32, *, l2: float, ridge: float) -> Float32:
        """The p, [U, K], that solves (Q'Q + (n l2 + ridge) 1) p = Q'y over each one's own ratings."""
        rank = others_IK.shape[1]
        first_P, second_P = np.triu_indices(rank)
        grams_UP = self.there @ (others_IK[:, first_P] * others_IK[:, second_P])
        grams_UKK = np.empty((len(grams_UP), rank, rank), dtype=np.float32)
        grams_UKK[:, first_P, second_P] = grams_UP
        grams_UKK[:, second_P, first_P] = grams_UP
        counts_U = np.diff(self.there.indptr).astype(np.float32)
        grams_UKK[:, range(rank), range(rank)] += (counts_U * l2 + ridge)[:, None]
        solved_UK: Float32 = torch.linalg.solve(
            torch.from_numpy(grams_UKK), torch.from_numpy(self.left @ others_IK)
        ).numpy()
        return solved_UK


def joined(parts: Sequence[Histories]) -> Histories:
    """The people of all parts, one after the other, without times."""
    starts = np.cumsum([0, *(part.entries for part in parts)])
    indptr_U1 = np.concatenate([[0], *(part.indptr_U1[1:] + start for part, start in zip(parts, starts, strict=False))])
    return Histories(
        indptr_U1.astype(np.int64),
        np.concatenate([part.item_rows_N for part in parts]),
        np.concatenate([part.ratings_N for part in parts]),
    )


def _some_ratings(rated: Histories, *, most: int | None = None) -> Histories:
    """All ratings, or those of so many people, evenly from all, that trying takes seconds."""
    most = TRIED_RATINGS if most is None else most
    if rated.entries <= most:
        return rated
    people = max(1, len(rated) * most // rated.entries)
    return rated.take(np.linspace(0, len(rated) - 1, people).astype(np.int64))


def choose_l2_in_turns(ratings: RatingsToTryOn, config: MfConfig) -> Job[float]:
    """The l2 of a factorisation in turns that predicts best, each step to the better neighbour.

    The usual one unless another is better by more than chance explains. Tried with few factors and some of the ratings.
    """
    yield StageStarted("choosing", said("Trying how strongly to hold factors back"))
    some, usual = _some_ratings(ratings.learned, most=_MOST_RATINGS_IN_TURNS), _L2_IN_TURNS.index(1.0)
    base = config.changed(l2=None).fitted_to(some.entries)
    errors: dict[int, Floats] = {}
    best, waiting = usual, [usual, usual - 1, usual + 1]
    while waiting:
        for place in waiting:
            l2 = base.pull * _L2_IN_TURNS[place]
            tried = base.changed(l2=l2, rank=min(config.factors, _RANK), sweeps=_SWEEPS_IN_TURNS)
            model = FactorizationByTurns(tried, items=ratings.titles, scale=ratings.scale)
            for _ in model.fit(some):
                yield None
            found_N = model.ratings_of(ratings.known, ratings.wanted).double().numpy()
            errors[place] = ratings.squared_errors(found_N)
        best = min(errors, key=lambda place: float(errors[place].mean()))
        waiting = [place for place in (best - 1, best + 1) if 0 <= place < len(_L2_IN_TURNS) and place not in errors]
    places = sorted(errors)
    chosen = better_than_chance([errors[place] for place in places], usual=places.index(usual), apart=_APART)
    return config.pull * _L2_IN_TURNS[places[chosen]]
