"""iALS: short rows of numbers for people and titles, fitted in turns to who likes what and to all that nobody touched.

A person's row w and a title's row h are to have w . h near 1 where the person likes the title, and near 0 everywhere
else, where each pair counts `unobserved_weight` (Hu, Koren and Volinsky 2008). With the rows of one side held still the
other side's are the solutions of small ridge systems, one each:

    (sum_i c_i h_i h_i' + unobserved_weight H'H + l2 (n + unobserved_weight I)^nu 1) w = sum_i c_i h_i

over the n entries of the person, where c is 1 for a like and `other_ratings` for any other entry (Rendle et al. 2021,
"Revisiting the Performance of iALS on Item Recommendation Benchmarks"). Time and memory grow with the entries, not
with the square of the titles. In learning each row takes a few steps of conjugate gradients towards its solution, from
where the turn before left it (Takács, Pilászy and Tikk 2011), in the basis in which `unobserved_weight H'H` is a
diagonal, so that most of the system is solved by the first. Whoever asks gets their row by the same system over their
own entries, solved exactly; there c is `fold_in_others` for what is no like.

Shapes: U profiles or people, I titles, K rank, N entries, m the most of any in a lot, V variants, C columns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.dataset import Bools, Histories, Int64, Scale, stable_order
from engine.errors import TrainingError
from engine.events import Job, Pace, Progressed, StageStarted
from engine.models.base import ClosedFormModel, Prediction, as_index, has_weights
from engine.models.declaration import Load, ModelConfig
from engine.models.fold_in import by_length, padded_lots
from engine.models.losses import (
    entry_weights,
    fold_in_others_setting,
    histories_of_likers,
    other_ratings_setting,
)
from engine.models.network import OUTPUT, Layer, Network, tables
from engine.models.registry import kind_of
from engine.settings import setting
from engine.wording import said

_MANY = 5_000_000
_RANK, _RANK_OF_MANY, _SWEEPS = 112, 64, 5
FOLD_IN_OTHERS = 0.2
"""On validation people NDCG@100 is 0.476 with it and 0.466 with likes only on MovieLens-1M, 0.405 and 0.399 on the
sample (tests/bench/fold_in_others.py)."""
_STEPS, _MOST_GONE_THROUGH = 2, 48
"""Steps of conjugate gradients a turn: with one lists are worse, with three they are no better."""
_NUMBERS_AT_ONCE, _TITLES_AT_ONCE = 2**19, 2**16
_MOST_KEPT = 2**25
"""So many numbers of titles are kept in float64, too: to convert 84,000 rows took longer than a list made of them."""
_START = 0.1
"""The standard deviation of a title's row at the start, whatever the rank: divided by the root of the rank."""


@dataclass(frozen=True)
class IalsConfig(ModelConfig):
    rank: int | None = setting(
        None,
        label=said("Rank"),
        help=said("Numbers kept for each person and each title."),
        low=1,
        high=1024,
        more=False,
    )
    sweeps: int | None = setting(
        None,
        label=said("Sweeps"),
        help=said("How often people and titles take their turns."),
        low=1,
        high=200,
        more=False,
    )
    unobserved_weight: float = setting(
        0.15,
        label=said("Weight of the unrated"),
        help=said("How much it counts that somebody has not touched a title; a like counts 1."),
        low=1e-5,
        high=10.0,
        scale="log",
    )
    l2: float = setting(
        0.01,
        label=said("Regularisation (l2)"),
        help=said("How little the model trusts people and titles with few likes. More is more cautious."),
        low=1e-6,
        high=100.0,
        scale="log",
        more=False,
    )
    frequency_exponent: float = setting(
        1.0,
        label=said("Frequency exponent"),
        help=said("1: regularisation grows with how much there is of a person or title. 0: it is the same for all."),
        low=0.0,
        high=1.0,
    )
    other_ratings: float = other_ratings_setting(0.0)
    fold_in_others: float = fold_in_others_setting(FOLD_IN_OTHERS)

    def network(self, titles: int) -> Network:
        """See ModelConfig."""
        product = (Layer(said("Dot product"), 1, OUTPUT),)
        return Network(
            (tables(self.rank or _RANK), product), (said("weighted squares over all pairs, solved in turns"),)
        )

    def fitted_to(self, entries: int) -> Self:
        """See ModelConfig: beyond five million entries a smaller rank, a third of the time."""
        rank = _RANK_OF_MANY if entries > _MANY else _RANK
        return self.changed(rank=self.rank or rank, sweeps=self.sweeps or _SWEEPS)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """See Config; runs of earlier versions ranked by likes alone."""
        return super().from_dict({"fold_in_others": 0.0, **values})


Times = Callable[[Tensor], Tensor]
"""What systems, one for each of U rows, make of these, [U, K]."""


@dataclass(frozen=True)
class Lot:
    """Some rows of a side with their entries, m each; missing ones point beyond the last column."""

    rows_U: Tensor
    columns_Um: Tensor
    weights_Um: Tensor | None
    counts_U: Tensor


@dataclass(frozen=True)
class Side:
    """The entries of each person (or of each title): row r owns indptr[r]:indptr[r+1]. No weights: all are 1."""

    indptr_R1: Int64
    columns_N: Tensor
    weights_N: Tensor | None
    columns: int

    def __len__(self) -> int:
        return len(self.indptr_R1) - 1

    def turned(self) -> Side:
        """The same entries by column."""
        order_N = torch.from_numpy(stable_order(self.columns_N.numpy()))
        counts_R = np.diff(self.indptr_R1)
        rows_N = torch.from_numpy(np.repeat(np.arange(len(self)), counts_R))[order_N]
        counts_C = np.bincount(self.columns_N.numpy(), minlength=self.columns)
        weights_N = None if self.weights_N is None else self.weights_N[order_N]
        return Side(np.concatenate([[0], np.cumsum(counts_C)]).astype(np.int64), rows_N, weights_N, len(self))

    def lots(self, *, width: int) -> Iterator[Lot]:
        """All rows that have entries, in lots of similar lengths."""
        counts_R = np.diff(self.indptr_R1)
        for rows, places_Um, there_Um in padded_lots(counts_R, by_length(counts_R), width, numbers=_NUMBERS_AT_ONCE):
            entries_Um, is_there_Um = torch.from_numpy(places_Um), torch.from_numpy(there_Um)
            columns_Um = torch.where(is_there_Um, self.columns_N[entries_Um], self.columns)
            if self.weights_N is None:
                yield Lot(torch.from_numpy(rows), columns_Um, None, torch.from_numpy(counts_R[rows]).float())
            else:
                weights_Um = self.weights_N[entries_Um] * is_there_Um
                yield Lot(torch.from_numpy(rows), columns_Um, weights_Um, weights_Um.sum(1))


class Held:
    """The side that is held still, O rows, in the basis in which what nobody touched is a diagonal.

    factors_OK has a row of zeros after the last, for missing entries; basis_KK leads there and, turned, back. Of a side
    of so many `rows`, of which only some are needed, it is told what nobody touched.
    """

    def __init__(
        self, factors_OK: Tensor, config: IalsConfig, *, untouched_KK: Tensor | None = None, rows: int | None = None
    ) -> None:
        if not bool(torch.isfinite(factors_OK.sum())):
            raise TrainingError(said("The numbers of ials run out of precision."), remedy=said("Choose a larger l2."))
        if untouched_KK is None:
            untouched_KK = config.unobserved_weight * (factors_OK.T @ factors_OK)
        spectrum_K, self.basis_KK = torch.linalg.eigh(untouched_KK)
        self.spectrum_K = spectrum_K.clamp(min=0.0)
        self.factors_OK = torch.cat([factors_OK @ self.basis_KK, factors_OK.new_zeros(1, factors_OK.shape[1])])
        self._config, self._rows = config, len(factors_OK) if rows is None else rows

    def systems(self, lot: Lot) -> tuple[Tensor, Tensor]:
        """The systems of the rows of a lot and their right sides, [U, K, K] and [U, K]."""
        users, most = lot.columns_Um.shape
        x_UmK = self.factors_OK.index_select(0, lot.columns_Um.view(-1)).view(users, most, -1)
        weighted_UmK = x_UmK if lot.weights_Um is None else x_UmK * lot.weights_Um[:, :, None]
        gram_UKK = weighted_UmK.mT @ x_UmK
        ridge_U = ridge(self._config, lot.counts_U, self._rows)
        gram_UKK.diagonal(dim1=1, dim2=2).add_(self.spectrum_K + ridge_U[:, None])
        return gram_UKK, weighted_UmK.sum(1)

    def applied(self, lot: Lot) -> tuple[Times, Tensor, Tensor]:
        """What the systems of a lot make of rows, their diagonals and their right sides, [U, K] each.

        Few entries are gone through again each time: a matrix of every row's own would be larger than they are.
        """
        users, most = lot.columns_Um.shape
        if most > _MOST_GONE_THROUGH:
            gram_UKK, right_UK = self.systems(lot)
            diagonal_UK = gram_UKK.diagonal(dim1=1, dim2=2)
            return lambda values_UK: torch.bmm(gram_UKK, values_UK[:, :, None])[:, :, 0], diagonal_UK, right_UK
        x_UmK = self.factors_OK.index_select(0, lot.columns_Um.view(-1)).view(users, most, -1)
        weighted_UmK = x_UmK if lot.weights_Um is None else x_UmK * lot.weights_Um[:, :, None]
        untouched_UK = self.spectrum_K + ridge(self._config, lot.counts_U, self._rows)[:, None]

        def times(values_UK: Tensor) -> Tensor:
            found_Um1 = (x_UmK * values_UK[:, None]).sum(2, keepdim=True)
            return torch.addcmul((weighted_UmK * found_Um1).sum(1), untouched_UK, values_UK)

        return times, untouched_UK + (weighted_UmK * x_UmK).sum(1), weighted_UmK.sum(1)

    def turn(self, side: Side, rows_RK: Tensor) -> Iterator[int]:
        """Move the other side's rows, in place, towards their solutions; yields how many were moved."""
        turned_RK = rows_RK @ self.basis_KK
        for lot in side.lots(width=rows_RK.shape[1]):
            times, diagonal_UK, right_UK = self.applied(lot)
            start_UK = turned_RK.index_select(0, lot.rows_U)
            turned_RK[lot.rows_U] = nearer(times, diagonal_UK, right_UK, start_UK)
            yield len(lot.rows_U)
        torch.matmul(turned_RK, self.basis_KK.T, out=rows_RK)

    def solved(self, side: Side) -> Tensor:
        """The other side's rows, [R, K], solved exactly, in the basis of `factors_OK`; zeros without an entry."""
        rows_RK = self.factors_OK.new_zeros(len(side), len(self.spectrum_K))
        for lot in side.lots(width=rows_RK.shape[1]):
            gram_UKK, right_UK = self.systems(lot)
            factor_UKK, _ = torch.linalg.cholesky_ex(gram_UKK)
            rows_RK[lot.rows_U] = torch.cholesky_solve(right_UK[:, :, None], factor_UKK)[:, :, 0]
        return rows_RK


def nearer(times: Times, diagonal_UK: Tensor, right_UK: Tensor, start_UK: Tensor) -> Tensor:
    """A few steps of conjugate gradients from `start_UK` towards the w of `times(w)` = right, by the diagonal."""
    found_UK, missing_UK = start_UK, right_UK - times(start_UK)
    towards_UK = conditioned_UK = missing_UK / diagonal_UK
    length_U1 = (missing_UK * conditioned_UK).sum(1, keepdim=True)
    for _ in range(_STEPS):
        moved_UK = times(towards_UK)
        step_U1 = length_U1 / (towards_UK * moved_UK).sum(1, keepdim=True).clamp(min=1e-30)
        found_UK = found_UK + step_U1 * towards_UK
        missing_UK = missing_UK - step_U1 * moved_UK
        conditioned_UK = missing_UK / diagonal_UK
        last_U1, length_U1 = length_U1, (missing_UK * conditioned_UK).sum(1, keepdim=True)
        towards_UK = conditioned_UK + (length_U1 / last_U1.clamp(min=1e-30)) * towards_UK
    return found_UK


def ridge(config: IalsConfig, counts: Tensor, others: int) -> Tensor:
    """The ridge of rows with so many (weighted) entries, over so many of the other side."""
    return config.l2 * (counts + config.unobserved_weight * others) ** config.frequency_exponent


@dataclass
class _Known:
    """What follows from the titles' rows at some version of them, in float64, once somebody asked for it."""

    rows_IK: Tensor
    version: int
    untouched_KK: Tensor | None = None
    lots: list[Tensor] | None = None


class Ials(ClosedFormModel):
    """Implicit alternating least squares. Its state is a row of numbers for each title."""

    name = "ials"
    can = kind_of(name).can
    config: IalsConfig
    title_factors_IK: Tensor

    def __init__(self, config: IalsConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.register_buffer("title_factors_IK", torch.zeros(items, config.rank or _RANK))
        self._known: _Known | None = None

    def fit(self, histories: Histories) -> Job[None]:
        """Fit people and titles in turns; a Stop leaves the model as it was. Raises TrainingError."""
        yield StageStarted("counting", said("Counting which titles are liked together"))
        like, others = self.scale.like, self.config.other_ratings
        learned = histories_of_likers(histories, like, others=others)
        weights_N = None
        if others > 0:
            weights_N = entry_weights(torch.from_numpy(np.array(learned.ratings_N)), like, others=others)
        people = Side(learned.indptr_U1, as_index(learned.item_rows_N), weights_N, self.items)
        titles = people.turned()
        rank, sweeps = self.title_factors_IK.shape[1], self.config.sweeps or _SWEEPS
        noise = torch.Generator().manual_seed(0)
        factors_IK = torch.randn(self.items, rank, generator=noise).mul_(_START / math.sqrt(rank))
        factors_IK[torch.from_numpy(np.diff(titles.indptr_R1)) == 0] = 0.0
        persons_UK = torch.zeros(len(people), rank)
        yield StageStarted("solving", said("Working out what people and titles have in common"))
        pace, done, total = Pace(), 0, sweeps * (len(people) + len(titles))
        for _ in range(sweeps):
            for side, others_OK, rows_RK in ((people, factors_IK, persons_UK), (titles, persons_UK, factors_IK)):
                for moved in Held(others_OK, self.config).turn(side, rows_RK):
                    done += moved
                    yield Progressed(said("Taking turns"), done, total, "rows") if pace.due() else None
        if not bool(torch.isfinite(factors_IK.sum())):
            raise TrainingError(said("The numbers of ials run out of precision."), remedy=said("Choose a larger l2."))
        self.title_factors_IK = factors_IK

    @classmethod
    def working_bytes(cls, config: IalsConfig, load: Load) -> float:
        """See Model: the likes, by person and by title, while these are put in order (24 bytes each); three copies of
        each person's and title's row."""
        likes = load.entries if config.other_ratings > 0 else load.liked_entries
        return 56.0 * likes + 12.0 * (load.people + load.titles) * (config.rank or _RANK)

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without an entry that counts gets zeros."""
        taken = profiles.where(self.takes_in(profiles))
        asked_O, place_N = np.unique(taken.item_rows_N, return_inverse=True)
        held = Held(self._exact_rows(asked_O), self.config, untouched_KK=self._untouched(), rows=self.items)
        counts_N = self._counts(taken)
        weights_N = None if bool((counts_N == 1.0).all()) else counts_N
        persons_UK = held.solved(Side(taken.indptr_U1, as_index(place_N), weights_N, len(asked_O))) @ held.basis_KK.T
        return Prediction(self._scores_of(persons_UK))

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """See Model. Without an entry the person's system loses one row: exact, by one rank-one update for each.

        With A the system of all entries less the ridge that an entry of weight c makes, and x its row, what is solved
        is (A - c x x') w = b - c x (Sherman and Morrison 1950). Entries of one weight have one A. An entry that is not
        taken in changes nothing.
        """
        untouched_KK = self._untouched()
        taken_n = torch.from_numpy(self.takes_in(profile))
        counts_n = self._counts(profile) * taken_n
        x_nK = self._exact_rows(profile.item_rows_N)
        counted_nK = x_nK * counts_n[:, None]
        right_K, total, entries = counted_nK.sum(0), float(counts_n.sum()), int(taken_n.sum())
        gram_KK = counted_nK.T @ x_nK + untouched_KK
        whole_K = self._solved(gram_KK, right_K[:, None], total if entries else 0.0)[:, 0]
        out_V = as_index(left_out_V)
        persons_VK = whole_K.expand(len(out_V), -1).clone()
        for count in np.unique(counts_n[out_V].numpy()).tolist():
            if not count:
                continue
            at_v = (counts_n[out_V] == count).nonzero()[:, 0]
            x_Kv = x_nK[out_V[at_v]].T
            rights_K1v = torch.cat([right_K[:, None], x_Kv], dim=1)
            solved_K1v = self._solved(gram_KK, rights_K1v, total - count if entries > 1 else 0.0)
            of_x_Kv = solved_K1v[:, 1:]
            rest_Kv = solved_K1v[:, :1] - count * of_x_Kv
            share_v = count * (x_Kv * rest_Kv).sum(0) / (1.0 - count * (x_Kv * of_x_Kv).sum(0))
            persons_VK[at_v] = (rest_Kv + of_x_Kv * share_v).T
        rows_VK = torch.cat([whole_K[None], persons_VK])
        if columns_C is None:
            return Prediction(self._scores_of(rows_VK))
        return Prediction((rows_VK @ self._exact_rows(columns_C).T).float())

    def item_vectors(self) -> Tensor:
        return self.title_factors_IK

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. Entries that count, of titles that have a row of numbers: those that somebody had in training."""
        there_N = has_weights(self.title_factors_IK, profiles.item_rows_N)
        return there_N if self.config.fold_in_others else there_N & (profiles.ratings_N >= self.scale.like)

    def _counts(self, profiles: Histories) -> Tensor:
        """What each entry counts in ranking, [N] float64."""
        ratings_N = torch.from_numpy(np.array(profiles.ratings_N, dtype=np.float32))
        return entry_weights(ratings_N, self.scale.like, others=self.config.fold_in_others).double()

    def _untouched(self) -> Tensor:
        """The system of what nobody touched, [K, K] float64; worked out once for the same rows of titles."""
        known = self._known_of_titles()
        if known.untouched_KK is None:
            grams = [lot_IK.T @ lot_IK for lot_IK in self._lots_of_titles(known)]
            known.untouched_KK = self.config.unobserved_weight * torch.stack(grams).sum(0)
        return known.untouched_KK

    def _known_of_titles(self) -> _Known:
        """Of these rows of titles. Raises TrainingError where nothing was learned."""
        rows_IK = self.title_factors_IK
        version = -1 if rows_IK.is_inference() else rows_IK._version
        known = self._known
        if known is None or known.rows_IK is not rows_IK or known.version != version or version < 0:
            if not bool(rows_IK.any()):
                raise TrainingError(said("This ials model has learned nothing yet."), remedy=said("Fit it first."))
            known = self._known = _Known(rows_IK, version)
        return known

    def _lots_of_titles(self, known: _Known) -> Iterable[Tensor]:
        """The titles' rows in float64, in lots: without one entry the scores differ by less than float32 holds."""
        lots = (lot_IK.cpu().double() for lot_IK in torch.split(known.rows_IK, _TITLES_AT_ONCE))
        if known.rows_IK.numel() > _MOST_KEPT:
            return lots
        known.lots = known.lots or list(lots)
        return known.lots

    def _scores_of(self, persons_UK: Tensor) -> Tensor:
        """What people's rows make of all titles, [U, I]: worked out in float64, some titles at a time."""
        score_UI, start = torch.empty(len(persons_UK), self.items), 0
        for lot_IK in self._lots_of_titles(self._known_of_titles()):
            score_UI[:, start : start + len(lot_IK)] = persons_UK @ lot_IK.T
            start += len(lot_IK)
        return score_UI

    def _exact_rows(self, item_rows: npt.NDArray[np.integer[Any]]) -> Tensor:
        rows = as_index(item_rows, self.title_factors_IK.device)
        return self.title_factors_IK[rows].cpu().double()

    def _solved(self, gram_KK: Tensor, right_KR: Tensor, total: float) -> Tensor:
        """The rows of a person whose entries count so much for several right sides, [K, R]; zeros for none."""
        if total <= 0.0:
            return torch.zeros_like(right_KR)
        pull = float(ridge(self.config, torch.tensor(total, dtype=torch.float64), self.items))
        ridged_KK = gram_KK + pull * torch.eye(len(gram_KK), dtype=gram_KK.dtype)
        return torch.cholesky_solve(right_KR, torch.linalg.cholesky(ridged_KK))
