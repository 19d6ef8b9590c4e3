"""What models of likes choose by trying: how much other ratings count, and how cautious the weights of titles are.

`ease` over the best known titles and some of the people is computed in a fraction of a second, so that it can be tried
with one setting after the other. What ranks best for the validation people is chosen, and the usual setting unless
another is better by more than chance explains; where these people are few, some of the training people are ranked for
as well. Networks of likes learn from the same entries and take from it how much other ratings count. Nobody who is
tested on is looked at.

Shapes: U people, T titles that are tried on, N entries, K places of a list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Float32, Histories, Int64
from engine.data.split import Split
from engine.errors import TrainingError
from engine.evaluation.answers import top_items
from engine.events import Job, Pace, Progressed, StageStarted
from engine.models.biases import Floats
from engine.models.losses import histories_of_likers
from engine.training.config import TRIED_PEOPLE, TRIED_TITLES
from engine.training.rating_trial import better_than_chance, joined
from engine.wording import said

FEWEST = 20
"""With fewer validation people nothing is tried: chance would choose."""
OTHERS = (0.0, 0.1, 0.2, 0.4, 0.7)
L2_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""More than the rule takes costs the least known titles most, so it is tried only where these are tried on, too."""
DROPOUTS = (0.0, 0.2, 0.4, 0.6)
_LENGTH = 100
_MOST_ASKED = 1000
_AT_ONCE = 1024
_HELD, _SEED = 0.2, 2048
_APART = 2.0
"""Some of so many values are a standard error ahead of the usual one by chance alone."""


@dataclass(frozen=True)
class Tastes:
    """What is tried together: see EaseConfig; `l2` as a multiple of what the rule takes for so many entries."""

    others: float
    dropout: float
    l2_factor: float = 1.0


@dataclass(frozen=True)
class Open:
    """Which of them may be changed."""

    others: bool = True
    dropout: bool = True
    l2: bool = True


@dataclass
class TastesToTryOn:
    """The likes and other entries of some people, of the titles that most like, and validation people to rank for."""

    learned: Histories
    like: float
    place_I: Int64
    titles: int
    has_all_titles: bool
    known: Histories
    wanted: Histories
    grams: dict[float, tuple[Tensor, Tensor]] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many validation people are ranked for."""
        return len(self.wanted)

    @staticmethod
    def of(split: Split) -> TastesToTryOn | None:
        """The validation people, and where they are few some of the training people, for whom then is ranked only.

        None where nothing can be chosen: too few people with a liked title to find.
        """
        like = split.scale.like
        try:
            likers = histories_of_likers(split.train, like, others=1.0)
        except TrainingError:
            return None
        likers = likers.take(_spread(len(likers), TRIED_PEOPLE))
        liked_I = np.bincount(likers.likes(like).item_rows_N, minlength=split.titles)
        best = np.argsort(-liked_I, kind="stable")[: min(TRIED_TITLES, int((liked_I > 0).sum()))]
        place_I = np.full(split.titles, -1, dtype=np.int64)
        place_I[best] = np.arange(len(best))
        asked = [] if split.validation is None else [(split.validation.fold_in, split.validation.to_find)]
        here = sum(len(known) for known, _ in asked)
        drawn = _spread(len(likers), min(len(likers) // 4, max(0, _MOST_ASKED - here)))
        learned = likers.take(np.setdiff1d(np.arange(len(likers)), drawn))
        asked.append(_divided(likers.take(drawn)))
        parts = [_able(known, wanted.where((wanted.ratings_N >= like) & (place_I[wanted.item_rows_N] >= 0)))
                 for known, wanted in asked]  # fmt: skip
        known, wanted = (joined([part[side] for part in parts]) for side in (0, 1))
        some = _spread(len(known), _MOST_ASKED)
        if len(some) < FEWEST or len(best) < 2:
            return None
        has_all = len(best) == int((liked_I > 0).sum())
        return TastesToTryOn(learned, like, place_I, len(best), has_all, known.take(some), wanted.take(some))


def _divided(histories: Histories) -> tuple[Histories, Histories]:
    """What is known of people, and what is to be found: a fifth of their entries, drawn."""
    drawn_N = np.random.default_rng(_SEED).random(histories.entries) < _HELD
    return histories.where(~drawn_N), histories.where(drawn_N)


def _able(known: Histories, wanted: Histories) -> tuple[Histories, Histories]:
    """The people who have something to find."""
    able = np.flatnonzero(wanted.counts_U)
    return known.take(able), wanted.take(able)


def choose_tastes(
    tastes: TastesToTryOn,
    usual: Tastes,
    *,
    may_change: Open,
    l2: float,
    exponent: float,
    fold_in: float | None = None,
) -> Job[Tastes]:
    """The settings that rank best, starting from the usual ones and changing one after the other.

    Parameters
    ----------
    usual
        Where to start, and what stays where nothing is better by more than chance explains.
    may_change
        What was not given.
    l2
        What the rule takes for so many entries as are tried on, or what was given.
    exponent
        The user weight exponent (see EaseConfig).
    fold_in
        How much other ratings count in ranking; None: as much as in learning.
    """
    yield StageStarted("choosing", said("Trying how much other ratings should count"))
    trial = _Trial(tastes, l2=l2, exponent=exponent, fold_in=fold_in)
    best = usual
    l2_factors = L2_FACTORS if tastes.has_all_titles else tuple(factor for factor in L2_FACTORS if factor <= 1.0)
    for is_open, name, values in (
        (may_change.others, "others", OTHERS),
        (may_change.l2, "l2_factor", l2_factors),
        (may_change.dropout, "dropout", DROPOUTS),
    ):
        if not is_open:
            continue
        tried = [replace(best, **{name: value}) for value in dict.fromkeys((getattr(best, name), *values))]
        losses = []
        for candidate in tried:
            losses.append(1.0 - (yield from trial.ndcg(candidate)))
        best = tried[better_than_chance(losses, usual=0, apart=_APART)]
    return best


class _Trial:
    """`ease` over the titles that are tried on, with one setting after the other."""

    def __init__(self, tastes: TastesToTryOn, *, l2: float, exponent: float, fold_in: float | None) -> None:
        self._tastes, self._l2, self._exponent, self._fold_in = tastes, l2, exponent, fold_in
        self._found: dict[Tastes, Floats] = {}
        self._seen_UT = self._dense(tastes.known, lambda ratings_N: np.ones(len(ratings_N), dtype=np.float32))
        self._known_UT: dict[float, Tensor] = {}
        self._wanted_UT = self._dense(tastes.wanted, lambda ratings_N: np.ones(len(ratings_N), dtype=np.float32))
        best_K = np.cumsum(1.0 / np.log2(np.arange(2, _LENGTH + 2)))
        self._ideal_U = best_K[np.minimum(tastes.wanted.counts_U, _LENGTH) - 1]

    def ndcg(self, tried: Tastes) -> Job[Floats]:
        """NDCG@100 of each validation person among the titles that are tried on, [U]; 0 where there is no answer."""
        if tried not in self._found:
            gram_TT, squares_T = yield from self._gram(tried.others)
            hidden = tried.dropout / (1.0 - tried.dropout)
            ridged_TT = gram_TT + torch.diag(self._l2 * tried.l2_factor + hidden * squares_T)
            factor_TT, failed = torch.linalg.cholesky_ex(ridged_TT)
            yield None
            if bool(failed):
                self._found[tried] = np.zeros(self._tastes.people)
                return self._found[tried]
            inverse_TT = torch.cholesky_inverse(factor_TT)
            weights_TT = -inverse_TT / inverse_TT.diagonal()
            self._found[tried] = self._ranked(weights_TT.fill_diagonal_(0.0), tried.others)
            yield None
        return self._found[tried]

    def _ranked(self, weights_TT: Tensor, others: float) -> Floats:
        counted = others if self._fold_in is None else self._fold_in
        if counted not in self._known_UT:
            known = self._tastes.known
            self._known_UT[counted] = self._dense(known, lambda ratings_N: self._counts(ratings_N, counted))
        scores_UT = (self._known_UT[counted] @ weights_TT).masked_fill(self._seen_UT > 0, -torch.inf)
        places_UK = top_items(scores_UT, _LENGTH)
        gains_UK = torch.gather(self._wanted_UT, 1, places_UK).double().numpy()
        discounts_K = 1.0 / np.log2(np.arange(2, gains_UK.shape[1] + 2))
        found_U: Floats = gains_UK @ discounts_K / self._ideal_U
        return found_U

    def _gram(self, others: float) -> Job[tuple[Tensor, Tensor]]:
        """X'X of what each title counts for each person, and its diagonal."""
        grams = self._tastes.grams
        if others not in grams:
            tastes, pace = self._tastes, Pace()
            learned = tastes.learned
            sums_U = np.bincount(learned.user_rows_N, weights=self._counts(learned.ratings_N, others))
            weight_U = sums_U ** (-0.5 * self._exponent)
            weight_U = (weight_U / np.sqrt(np.mean(weight_U**2))).astype(np.float32)
            gram_TT = torch.zeros((tastes.titles, tastes.titles))
            for start in range(0, len(learned), _AT_ONCE):
                some = np.arange(start, min(start + _AT_ONCE, len(learned)))
                x_UT = self._dense(learned.take(some), lambda ratings_N: self._counts(ratings_N, others))
                x_UT *= torch.from_numpy(weight_U[some])[:, None]
                gram_TT.addmm_(x_UT.T, x_UT)
                due = pace.due()
                yield Progressed(said("Counting titles"), int(some[-1]) + 1, len(learned), "people") if due else None
            grams[others] = (gram_TT, gram_TT.diagonal().clone())
        return grams[others]

    def _counts(self, ratings_N: Float32, others: float) -> Float32:
        return np.where(ratings_N >= self._tastes.like, np.float32(1.0), np.float32(others))

    def _dense(self, histories: Histories, values_of: Callable[[Float32], Float32]) -> Tensor:
        """A value for each entry of the titles that are tried on, 0 for the others, [U, T]."""
        tried = histories.where(self._tastes.place_I[histories.item_rows_N] >= 0)
        dense_UT = np.zeros((len(histories), self._tastes.titles), dtype=np.float32)
        dense_UT[tried.user_rows_N, self._tastes.place_I[tried.item_rows_N]] = values_of(tried.ratings_N)
        return torch.from_numpy(dense_UT)


def _spread(people: int, most: int) -> Int64:
    """At most so many rows, evenly from all."""
    return np.linspace(0, people - 1, min(people, most)).astype(np.int64)
