"""Factors and biases by small ridge systems, people and titles in turns, each knowing how sure the other side is.

With the titles' numbers q_i held still, a person's numbers are the solution of a small system, and the other way round.
Plain alternating least squares takes the other side for certain, and so learns noise by heart. Here every factor comes
with its variance (variational Bayes: Lim and Teh 2007), and a person's system over their n ratings is

    (sum_i (q_i q_i' + diag(v_i)) + ridge) p = sum_i q_i (r_i - mu - b_i) + ridge m

So the ridge grows with the number of ratings, most where they are of titles of which little is known. What factors are
held near, m, is not 0 but what follows from which titles were rated at all (as in SVD++: Koren 2008): the sum of a row
for each of these over the root of their number. Those rows are found before each turn, by regressing the factors of the
last one on which titles there are. Titles are held likewise near what follows from who rated them.

Shapes: R rows of a side, C rows of the other, N ratings, U rows in a lot, m the most ratings of any of these, K
factors, F numbers of a row: its factors, then its bias where there are biases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_array
from torch import Tensor
from torch.nn.functional import embedding_bag

from engine.data.dataset import Float32, Int64, stable_order
from engine.models.fold_in import by_length, padded_lots

Floating = npt.NDArray[np.floating]

PRESENCE_RIDGE = 3.0
"""How many ratings of a title it takes until half of what they seem to say of people is believed."""
_PRESENCE_STEPS = 2
_BLOCK = 32
_SMALL_SYSTEM = 24


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


class Side:
    """The ratings of the people (or of the titles), made ready once for all turns.

    `there_RC` is 1 where there is a rating; its columns_N and targets_N are in the order of the rows.
    """

    def __init__(self, there_RC: csr_array, there_CR: csr_array, targets_N: Float32, *, width: int) -> None:
        self.there_RC, self.there_CR = there_RC, there_CR
        self.ratings = len(targets_N)
        self._roots_R = np.sqrt(np.maximum(np.diff(there_RC.indptr), 1)).astype(np.float32)[:, None]
        self._lots = list(_lots(there_RC, targets_N, width=width))

    def solve(self, own: Numbers, others: Numbers, *, ridge_F: Tensor, noise: float) -> Iterator[tuple[int, float]]:
        """Solve all rows in place; yields for each lot its number of rows and its expected squared error in sum."""
        factors = own.variances_RK.shape[1]
        x_CK, v_CK = _with_zero_row(others.values_RF[:, :factors]), _with_zero_row(others.variances_RK)
        has_bias = len(ridge_F) > factors
        bias_C = _with_zero_row(others.values_RF[:, factors]) if has_bias else None
        for lot in self._lots:
            error = _solve_lot(lot, own, x_CK, v_CK, bias_C, ridge_F=ridge_F, noise=noise)
            yield len(lot.rows_U), error

    def learn_presence(self, own: Numbers) -> None:
        """Regress the factors on which columns there are: a few steps of conjugate gradients from the last."""
        presence_CK = own.presence_CK.numpy()
        factors = presence_CK.shape[1]
        near_RK = own.near_RF[:, :factors].numpy()
        left_CK = self._gathered(own.values_RF[:, :factors].numpy() - near_RK) - PRESENCE_RIDGE * presence_CK
        direction_CK, size_K = left_CK, (left_CK**2).sum(0)
        for _ in range(_PRESENCE_STEPS):
            towards_RK = self._spread(direction_CK)
            turned_CK = self._gathered(towards_RK) + PRESENCE_RIDGE * direction_CK
            step_K = size_K / np.maximum((direction_CK * turned_CK).sum(0), 1e-20)
            presence_CK += step_K * direction_CK
            near_RK += step_K * towards_RK
            left_CK = left_CK - step_K * turned_CK
            before_K, size_K = size_K, (left_CK**2).sum(0)
            direction_CK = left_CK + direction_CK * (size_K / np.maximum(before_K, 1e-20))

    def _spread(self, values_CK: Floating) -> Floating:
        """The sum over each row's columns over the root of their number, [R, K]."""
        spread_RK: Floating = (self.there_RC @ values_CK) / self._roots_R
        return spread_RK

    def _gathered(self, values_RK: Floating) -> Floating:
        """The same the other way: [C, K]."""
        gathered_CK: Floating = self.there_CR @ (values_RK / self._roots_R)
        return gathered_CK


def both_sides(
    indptr_R1: Int64, columns_N: np.ndarray, targets_N: Float32, *, columns: int, width: int
) -> tuple[Side, Side]:
    """People with their ratings, and titles with theirs; `width` numbers a rating are held at once."""
    rows, ones_N = len(indptr_R1) - 1, np.ones(len(columns_N), dtype=np.float32)
    order_N = stable_order(columns_N)
    people_N = np.repeat(np.arange(rows, dtype=np.int32), np.diff(indptr_R1))[order_N]
    indptr_C1 = np.concatenate([[0], np.cumsum(np.bincount(columns_N, minlength=columns))])
    there_RC = csr_array((ones_N, columns_N.astype(np.int32), indptr_R1), shape=(rows, columns))
    there_CR = csr_array((ones_N, people_N, indptr_C1), shape=(columns, rows))
    return (
        Side(there_RC, there_CR, targets_N, width=width),
        Side(there_CR, there_RC, targets_N[order_N], width=width),
    )


def _lots(there_RC: csr_array, targets_N: Float32, *, width: int) -> Iterator[_Lot]:
    indptr_R1: Int64 = there_RC.indptr.astype(np.int64)
    counts_R = np.diff(indptr_R1)
    beyond = np.int32(there_RC.shape[1])
    for rows, entries_Um, is_there_Um in padded_lots(counts_R, by_length(counts_R), width):
        yield _Lot(
            torch.from_numpy(rows),
            torch.from_numpy(np.where(is_there_Um, there_RC.indices[entries_Um], beyond)),
            torch.from_numpy(np.where(is_there_Um, targets_N[entries_Um], np.float32(0.0))),
            torch.from_numpy(counts_R[rows].astype(np.float32)),
        )


def _solve_lot(
    lot: _Lot, own: Numbers, x_CK: Tensor, v_CK: Tensor, bias_C: Tensor | None, *, ridge_F: Tensor, noise: float
) -> float:
    """Solve the rows of a lot in place; their expected squared error in sum."""
    gram_UFF, right_UF, squares = _systems(lot, x_CK, v_CK, bias_C)
    diagonal_UF = gram_UFF.diagonal(dim1=1, dim2=2)
    known_UF = diagonal_UF.clone()
    diagonal_UF += ridge_F
    held_UF = right_UF + ridge_F * own.near_RF.index_select(0, lot.rows_U)
    root_UFF = _inverse_root(gram_UFF)
    values_UF = (root_UFF.mT @ (root_UFF @ held_UF[:, :, None]))[:, :, 0]
    variances_UF = noise * root_UFF.square().sum(1)
    own.values_RF[lot.rows_U] = values_UF
    own.variances_RK[lot.rows_U] = variances_UF[:, : own.variances_RK.shape[1]]
    # r'r - 2 p'X'r + p'(X'X + V)p + <X'X + V, var(p)>, where (X'X + V) p is what was solved for less ridge p
    missed_U = values_UF * (held_UF - ridge_F * values_UF - 2.0 * right_UF) + variances_UF * known_UF
    return squares + float(missed_U.sum())


def _systems(lot: _Lot, x_CK: Tensor, v_CK: Tensor, bias_C: Tensor | None) -> tuple[Tensor, Tensor, float]:
    """X'X + V and X'r of each row, [U, F, F] and [U, F], and r'r in sum."""
    (rows, most), factors = lot.columns_Um.shape, x_CK.shape[1]
    columns, targets_Um = lot.columns_Um.view(-1), lot.targets_Um
    x_UmK = x_CK.index_select(0, columns).view(rows, most, factors)
    width = factors + (bias_C is not None)
    gram_UFF, right_UF = x_UmK.new_empty(rows, width, width), x_UmK.new_empty(rows, width)
    _fill_grams(gram_UFF[:, :factors, :factors], x_UmK)
    if bias_C is not None:
        targets_Um = targets_Um - bias_C.index_select(0, columns).view(rows, most)
        sum_UK = embedding_bag(lot.columns_Um, x_CK, mode="sum")
        gram_UFF[:, :factors, factors] = gram_UFF[:, factors, :factors] = sum_UK
        gram_UFF[:, factors, factors] = lot.counts_U
        right_UF[:, factors] = targets_Um.sum(1)
    right_UF[:, :factors] = torch.bmm(targets_Um[:, None], x_UmK)[:, 0]
    gram_UFF.diagonal(dim1=1, dim2=2)[:, :factors] += embedding_bag(lot.columns_Um, v_CK, mode="sum")
    return gram_UFF, right_UF, float(targets_Um.square().sum())


def _fill_grams(gram_UKK: Tensor, x_UmK: Tensor) -> None:
    """x'x of each row; a block off the diagonal is computed once."""
    for first in range(0, x_UmK.shape[2], _BLOCK):
        here = slice(first, first + _BLOCK)
        for second in range(first, x_UmK.shape[2], _BLOCK):
            there = slice(second, second + _BLOCK)
            block = torch.bmm(x_UmK[:, :, here].mT, x_UmK[:, :, there])
            gram_UKK[:, here, there] = block
            if second > first:
                gram_UKK[:, there, here] = block.mT


def _inverse_root(gram_UFF: Tensor) -> Tensor:
    """The inverse W of each system's Cholesky factor, so that W'W is the inverse of the system.

    By halves: many small factorisations and products take two thirds of the time of large factorisations.
    """
    width = gram_UFF.shape[1]
    if width <= _SMALL_SYSTEM:
        factor_UFF, _ = torch.linalg.cholesky_ex(gram_UFF)
        inverse_UFF: Tensor = torch.linalg.solve_triangular(
            factor_UFF, torch.eye(width).expand_as(gram_UFF), upper=False
        )
        return inverse_UFF
    first, second = slice(None, width // 2), slice(width // 2, None)
    root_UFF = torch.zeros_like(gram_UFF)
    upper = _inverse_root(gram_UFF[:, first, first])
    across = torch.bmm(gram_UFF[:, second, first], upper.mT)
    lower = _inverse_root(torch.baddbmm(gram_UFF[:, second, second], across, across.mT, alpha=-1.0))
    root_UFF[:, first, first], root_UFF[:, second, second] = upper, lower
    root_UFF[:, second, first] = -torch.bmm(lower, torch.bmm(across, upper))
    return root_UFF


def _with_zero_row(values: Tensor) -> Tensor:
    return torch.cat([values, values.new_zeros(1, *values.shape[1:])])
