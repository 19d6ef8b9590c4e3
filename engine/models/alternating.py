"""Factors and biases by small ridge systems, people and titles in turns, each knowing how sure the other side is.

With the titles' numbers q_i held still, a person's numbers are the solution of a small system, and the other way round.
Plain alternating least squares takes the other side for certain, and so learns noise by heart. Here every factor comes
with its variance (variational Bayes: Lim and Teh 2007), and a person's system over their n ratings is

    (sum_i (q_i q_i' + diag(v_i)) + ridge) p = sum_i q_i (r_i - mu - b_i) + ridge m

So the ridge grows with the number of ratings, most where they are of titles of which little is known. What factors are
held near, m, is not 0 but what follows from which titles were rated at all (as in SVD++: Koren 2008): the sum of a row
for each of these over the root of their number. Those rows are found before each turn, by regressing the factors of the
last one on which titles there are. Titles are held likewise near what follows from who rated them.

A system is never written down: from the numbers of the turn before, it takes a few steps of conjugate gradients, which
pass over the row's ratings. A variance is the noise over the system's diagonal, as if the numbers of a row varied
independently of each other (mean field). Lots of rows are shared out over threads; figures do not depend on how many.

Shapes: R rows of a side, C rows of the other, N ratings, U rows in a lot, m the most ratings of any of these, K
factors, F numbers of a row: its factors, then its bias where there are biases.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag, pad

from engine.data.dataset import Float32, Int64, stable_order
from engine.models.fold_in import by_length, padded_lots

PRESENCE_RIDGE = 3.0
"""How many ratings of a title it takes until half of what they seem to say of people is believed."""
_PRESENCE_STEPS = 2
_STEPS = 2
"""With three, the error on MovieLens-1M is less by 0.0002 at most; with one, it is more by 0.002."""
_NUMBERS_AT_ONCE = 3 * 2**20
_MANY_NUMBERS = 2**22
_AHEAD = 2
_SUMMED = torch.bfloat16 if torch.backends.cpu.get_cpu_capability().startswith("AVX") else torch.float32
"""The precision of tables of which only sums over many rows are asked for, which takes as long as rows take to fetch.
On MovieLens-1M and the sample RMSE is the same in both to 0.000001."""
_LEAST = 1e-20

T = TypeVar("T")


@dataclass(frozen=True)
class Numbers:
    """What is known of a side, changed in place: its numbers, the variances of its factors, what is held near what."""

    values_RF: Tensor
    variances_RK: Tensor
    near_RF: Tensor
    presence_CK: Tensor

    @staticmethod
    def zeros(rows: int, columns: int, *, factors: int, width: int) -> Numbers:
        return Numbers(
            torch.zeros(rows, width),
            torch.zeros(rows, factors),
            torch.zeros(rows, width),
            torch.zeros(columns, factors),
        )


@dataclass(frozen=True)
class _Lot:
    """Some rows and their ratings, m each; missing ones point beyond the last column and are 0."""

    rows_U: Tensor
    columns_Um: Tensor
    targets_Um: Tensor
    counts_U: Tensor


@dataclass(frozen=True)
class _Held:
    """The side that is held still; its tables end with a row of zeros, for missing ratings.

    `spreads_C2K` has the variances, then the squares of the factors; of it only sums are asked for.
    """

    x_CK: Tensor
    spreads_C2K: Tensor
    bias_C: Tensor | None

    @staticmethod
    def of(numbers: Numbers) -> _Held:
        factors = numbers.variances_RK.shape[1]
        x_CK = _with_zero_row(numbers.values_RF[:, :factors])
        has_bias = numbers.values_RF.shape[1] > factors
        bias_C = _with_zero_row(numbers.values_RF[:, factors]) if has_bias else None
        spreads_C2K = x_CK.new_zeros(len(x_CK), 2 * factors, dtype=_SUMMED)
        spreads_C2K[:-1, :factors].copy_(numbers.variances_RK)
        spreads_C2K[:, factors:].copy_(x_CK.square())
        return _Held(x_CK, spreads_C2K, bias_C)


@contextmanager
def _shared_where_large(numbers: int) -> Iterator[None]:
    """Of operations over so many numbers torch shares each out over threads only where they are many.

    Where they are few threads wait for each other: on a machine with other work, MovieLens-1M took ten times as long.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(before if numbers >= _MANY_NUMBERS else 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Rows(threading.local):
    """A thread's memory for the rows that it looks at, used again: fresh memory took up to an eighth of the time."""

    def __init__(self) -> None:
        self._kept = torch.empty(0)

    def of(self, table_CK: Tensor, columns_Um: Tensor) -> Tensor:
        """The rows of a table, [U, m, K], until it is asked again."""
        shape = (*columns_Um.shape, table_CK.shape[1])
        if self._kept.numel() < torch.Size(shape).numel():
            self._kept = torch.empty(torch.Size(shape).numel())
        rows_NK = self._kept[: torch.Size(shape).numel()].view(-1, shape[2])
        return torch.index_select(table_CK, 0, columns_Um.view(-1), out=rows_NK).view(shape)


class Side:
    """The ratings of the people (or of the titles), made ready once for all turns.

    `weights_C` is, for each column, the sum over its rows of 1 over the number of their ratings. Large arrays are kept
    and written over: fresh memory took as long as what is computed in it.
    """

    def __init__(self, counts_R: Int64, lots: list[_Lot], weights_C: Tensor, *, factors: int) -> None:
        self.ratings = int(counts_R.sum())
        self._sums_RK = torch.zeros(len(counts_R), factors)
        self._table_RK = torch.zeros(len(counts_R) + 1, factors, dtype=_SUMMED)
        self._lots, self._weights_C, self._threads = lots, weights_C, torch.get_num_threads()
        self._roots_R1 = torch.from_numpy(counts_R.astype(np.float32)).clamp(min=1.0).sqrt()[:, None]

    def solve(self, own: Numbers, others: Numbers, *, ridge_F: Tensor, noise: float) -> Iterator[tuple[int, float]]:
        """Bring all rows nearer to their solutions, in place; yields for each lot its number of rows and its expected
        squared error in sum."""
        with _shared_where_large(others.values_RF.numel()):
            held, rows = _Held.of(others), _Rows()

        def solved(lot: _Lot) -> tuple[int, float]:
            return len(lot.rows_U), _solve_lot(lot, own, held, rows, ridge_F=ridge_F, noise=noise)

        yield from _in_threads(solved, self._lots, self._threads)

    def learn_presence(self, own: Numbers, theirs: Side) -> None:
        """Regress the factors on which columns there are: a few steps of conjugate gradients from the last.

        `theirs` holds the same ratings by column.
        """
        with _shared_where_large(max(own.values_RF.numel(), own.presence_CK.numel())):
            self._regress(own, theirs)

    def _regress(self, own: Numbers, theirs: Side) -> None:
        presence_CK, factors = own.presence_CK, own.presence_CK.shape[1]
        near_RK, diagonal_C1 = own.near_RF[:, :factors], self._weights_C[:, None] + PRESENCE_RIDGE
        left_CK = self._gathered(own.values_RF[:, :factors] - near_RK, theirs).sub(presence_CK, alpha=PRESENCE_RIDGE)
        direction_CK = conditioned_CK = left_CK / diagonal_C1
        size_K = (left_CK * conditioned_CK).sum(0)
        for step in range(1, _PRESENCE_STEPS + 1):
            towards_RK = self._spread(direction_CK, theirs)
            curve_K = _squares(towards_RK) + PRESENCE_RIDGE * _squares(direction_CK)
            step_K = size_K / curve_K.clamp(min=_LEAST)
            presence_CK.addcmul_(direction_CK, step_K)
            near_RK.addcmul_(towards_RK, step_K)
            if step < _PRESENCE_STEPS:
                turned_CK = self._gathered(towards_RK, theirs).add_(direction_CK, alpha=PRESENCE_RIDGE)
                left_CK.addcmul_(turned_CK, step_K, value=-1.0)
                conditioned_CK = left_CK / diagonal_C1
                before_K, size_K = size_K, (left_CK * conditioned_CK).sum(0)
                direction_CK = conditioned_CK + direction_CK * (size_K / before_K.clamp(min=_LEAST))

    def _spread(self, values_CK: Tensor, theirs: Side) -> Tensor:
        """The sum over each row's columns over the root of their number, [R, K], until sums are asked for again."""
        theirs._table_RK[:-1].copy_(values_CK)
        return self._sums_of(theirs._table_RK).div_(self._roots_R1)

    def _gathered(self, values_RK: Tensor, theirs: Side) -> Tensor:
        """The same the other way: [C, K]."""
        torch.div(values_RK, self._roots_R1, out=self._table_RK[:-1])
        return theirs._sums_of(self._table_RK)

    def _sums_of(self, table_CK: Tensor) -> Tensor:
        """Over each row's columns, [R, K]; rows without any stay 0."""

        def add(lot: _Lot) -> None:
            self._sums_RK[lot.rows_U] = embedding_bag(lot.columns_Um, table_CK, mode="sum").float()

        for _ in _in_threads(add, self._lots, self._threads):
            pass
        return self._sums_RK


def _squares(values_RK: Tensor) -> Tensor:
    """Their sum over rows, [K]."""
    norms_K: Tensor = torch.linalg.vector_norm(values_RK, dim=0)
    return norms_K.square()


def both_sides(
    indptr_R1: Int64, columns_N: np.ndarray, targets_N: Float32, *, columns: int, width: int
) -> tuple[Side, Side]:
    """People with their ratings, and titles with theirs; `width` numbers a rating are held at once."""
    rows, order_N = len(indptr_R1) - 1, stable_order(columns_N)
    people_N = np.repeat(np.arange(rows, dtype=np.int32), np.diff(indptr_R1))[order_N]
    indptr_C1 = np.concatenate([[0], np.cumsum(np.bincount(columns_N, minlength=columns))])
    return (
        _side(indptr_R1, columns_N.astype(np.int32), targets_N, columns=columns, width=width),
        _side(indptr_C1, people_N, targets_N[order_N], columns=rows, width=width),
    )


def _side(indptr_R1: Int64, columns_N: np.ndarray, targets_N: Float32, *, columns: int, width: int) -> Side:
    counts_R = np.diff(indptr_R1)
    shares_N = np.repeat((1.0 / np.maximum(counts_R, 1)).astype(np.float32), counts_R)
    weights_C = torch.from_numpy(np.bincount(columns_N, shares_N, minlength=columns)).float()
    lots = [
        _Lot(
            torch.from_numpy(rows),
            torch.from_numpy(np.where(is_there_Um, columns_N[entries_Um], np.int32(columns))),
            torch.from_numpy(np.where(is_there_Um, targets_N[entries_Um], np.float32(0.0))),
            torch.from_numpy(counts_R[rows].astype(np.float32)),
        )
        for rows, entries_Um, is_there_Um in padded_lots(
            counts_R, by_length(counts_R), 1, numbers=max(1, _NUMBERS_AT_ONCE // width)
        )
    ]
    return Side(counts_R, lots, weights_C, factors=width)


def _in_threads(work: Callable[[_Lot], T], lots: list[_Lot], threads: int) -> Iterator[T]:
    """What becomes of each lot, in their order, each worked out on one of so many threads."""
    if min(threads, len(lots)) <= 1:
        yield from map(work, lots)
        return
    before = torch.get_num_threads()
    pool, ahead = ThreadPoolExecutor(threads, "lots", torch.set_num_threads, (1,)), deque[Future[T]]()
    try:
        for lot in lots:
            ahead.append(pool.submit(work, lot))
            if len(ahead) > _AHEAD * threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)  # threads that start later follow whoever set it last


@dataclass(frozen=True)
class _Systems:
    """X'X + diag(held) of each row of a lot, known by its products; `there_Um` only with biases, whose x is 1."""

    x_UmK: Tensor
    there_Um: Tensor | None
    held_UF: Tensor
    diagonal_UF: Tensor

    def predict(self, values_UF: Tensor) -> Tensor:
        """X p, [U, m]."""
        found_Um = torch.bmm(values_UF[:, None, : self.x_UmK.shape[2]], self.x_UmK.mT)[:, 0]
        return found_Um if self.there_Um is None else (found_Um + values_UF[:, -1:]).mul_(self.there_Um)

    def gather(self, values_Um: Tensor) -> Tensor:
        """X' e, [U, F]."""
        found_UK = torch.bmm(values_Um[:, None], self.x_UmK)[:, 0]
        return found_UK if self.there_Um is None else torch.cat([found_UK, values_Um.sum(1, keepdim=True)], 1)

    def nearer(self, start_UF: Tensor, targets_Um: Tensor, pull_UF: Tensor) -> tuple[Tensor, Tensor]:
        """From `start_UF` a few steps of conjugate gradients towards the p of (X'X + diag(held)) p = X' r + pull; p
        and what it leaves of the targets r."""
        values_UF, left_Um = start_UF, targets_Um - self.predict(start_UF)
        missing_UF = self.gather(left_Um) + pull_UF - self.held_UF * values_UF
        towards_UF = conditioned_UF = missing_UF / self.diagonal_UF
        length_U1 = (missing_UF * conditioned_UF).sum(1, keepdim=True)
        for step in range(1, _STEPS + 1):
            towards_Um, pulled_UF = self.predict(towards_UF), self.held_UF * towards_UF
            curve_U1 = towards_Um.square().sum(1, keepdim=True) + (towards_UF * pulled_UF).sum(1, keepdim=True)
            step_U1 = length_U1 / curve_U1.clamp(min=_LEAST)
            values_UF, left_Um = values_UF + step_U1 * towards_UF, left_Um - step_U1 * towards_Um
            if step < _STEPS:
                missing_UF = missing_UF - step_U1 * (self.gather(towards_Um) + pulled_UF)
                conditioned_UF = missing_UF / self.diagonal_UF
                before_U1, length_U1 = length_U1, (missing_UF * conditioned_UF).sum(1, keepdim=True)
                towards_UF = conditioned_UF + (length_U1 / before_U1.clamp(min=_LEAST)) * towards_UF
        return values_UF, left_Um


def _solve_lot(lot: _Lot, own: Numbers, held: _Held, rows: _Rows, *, ridge_F: Tensor, noise: float) -> float:
    """Bring the rows of a lot nearer to their solutions, in place; their expected squared error in sum."""
    x_UmK, targets_Um, there_Um = rows.of(held.x_CK, lot.columns_Um), lot.targets_Um, None
    open_UF, squares_UF = embedding_bag(lot.columns_Um, held.spreads_C2K, mode="sum").float().chunk(2, dim=1)
    known_UF = open_UF + squares_UF
    if held.bias_C is not None:
        targets_Um = targets_Um - held.bias_C.index_select(0, lot.columns_Um.view(-1)).view_as(targets_Um)
        there_Um = lot.columns_Um < len(held.x_CK) - 1
        open_UF, known_UF = pad(open_UF, (0, 1)), torch.cat([known_UF, lot.counts_U[:, None]], 1)
    systems = _Systems(x_UmK, there_Um, open_UF + ridge_F, known_UF + ridge_F)
    start_UF, near_UF = (values.index_select(0, lot.rows_U) for values in (own.values_RF, own.near_RF))
    values_UF, left_Um = systems.nearer(start_UF, targets_Um, ridge_F * near_UF)
    variances_UF = noise / systems.diagonal_UF
    own.values_RF[lot.rows_U] = values_UF
    own.variances_RK[lot.rows_U] = variances_UF[:, : x_UmK.shape[2]]
    # e'e + p'V p + <X'X + V, var(p)>
    return float(left_Um.square().sum() + (open_UF * values_UF.square() + known_UF * variances_UF).sum())


def _with_zero_row(values: Tensor) -> Tensor:
    return torch.cat([values, values.new_zeros(1, *values.shape[1:])])
