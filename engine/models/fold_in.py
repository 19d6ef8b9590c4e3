"""Many people's ratings side by side, padded to like lengths, and the ridge systems that make factors of them.

Stands beside the models that know a person by a row of numbers and find it, for somebody new, from their own ratings
while everything else is held still. Everything here is float64: entries left out one by one must make a difference
that can be told from rounding.

Shapes: U people, N ratings, n of one person, m the most of any in a lot, F features, V variants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Int64
from engine.errors import DivergedError

_NUMBERS_AT_ONCE = 2**20
"""Few enough to stay near the processor: eight times as many folded MovieLens-1M's people in at half the speed."""


@dataclass(frozen=True)
class Lot:
    """Some people and their ratings: `people` are their places, rows_Um and targets_Um hold m each, of which those
    count where there_Um is 1; counts_U says how many they are.
    """

    people: Int64
    rows_Um: Tensor
    targets_Um: Tensor
    there_Um: Tensor
    counts_U: Tensor


def lots_of(rows_N: Tensor, targets_N: Tensor, counts_U: Int64, *, width: int) -> Iterator[Lot]:
    """The ratings of U people, one person's after another, as lots that fit into memory at `width` numbers a rating.

    People go by the number of their ratings, so that those in one lot are filled up to like lengths.
    """
    starts_U = np.concatenate([[0], np.cumsum(counts_U)])[:-1]
    targets_N = exact(targets_N)
    rows_N = rows_N.to(targets_N.device)
    for people in _alike(np.argsort(counts_U, kind="stable"), counts_U, width):
        places_m = np.arange(int(counts_U[people].max()))[None]
        there_Um = places_m < counts_U[people][:, None]
        entries_Um = torch.from_numpy(np.where(there_Um, places_m + starts_U[people][:, None], 0)).to(rows_N.device)
        there = torch.from_numpy(there_Um).to(rows_N.device)
        counts = torch.from_numpy(counts_U[people]).to(rows_N.device)
        yield Lot(people, rows_N[entries_Um], targets_N[entries_Um] * there, there.double(), counts.double())


def variants_of(rows_n: Tensor, targets_n: Tensor, left_out_V: Tensor, *, width: int) -> Iterator[Lot]:
    """One person whole and without each of some entries, as lots of 1 + V people.

    targets_n is NaN for entries that are not rated: they are in no variant.
    """
    targets_n, rows_n, left_out_V = exact(targets_n), rows_n.cpu(), left_out_V.cpu()
    rows_n, left_out_V = rows_n.to(targets_n.device), left_out_V.to(targets_n.device)
    rated_n = ~torch.isnan(targets_n)
    there_Vn = rated_n.double().expand(1 + len(left_out_V), -1).clone()
    there_Vn[torch.arange(1, 1 + len(left_out_V), device=there_Vn.device), left_out_V] = 0.0
    known_n = torch.where(rated_n, targets_n, 0.0)
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, len(rows_n) * width))
    for start in range(0, len(there_Vn), at_once):
        there = there_Vn[start : start + at_once]
        people = np.arange(start, start + len(there))
        yield Lot(people, rows_n.expand(len(there), -1), known_n * there, there, there.sum(1))


def ridge_factors(features_IF: Tensor, lots: Iterator[Lot], *, people: int, l2: float, ridge: float) -> Tensor:
    """The p of each of U people that solves (X'X + (n l2 + ridge) 1) p = X'y, [U, F] float32.

    X holds the features of the titles rated, y the targets, n is how many. Raises DivergedError.
    """
    exact_IF = exact(features_IF)
    factors_UF = exact_IF.new_zeros((people, exact_IF.shape[1]))
    for lot in lots:
        x_UmF = exact_IF[lot.rows_Um] * lot.there_Um[:, :, None]
        right_UF = (x_UmF.mT @ lot.targets_Um[:, :, None])[:, :, 0]
        at = torch.from_numpy(lot.people).to(exact_IF.device)
        factors_UF[at] = solved(x_UmF.mT @ x_UmF, right_UF, lot.counts_U * l2 + ridge)
    return factors_UF.float().to(features_IF.device)


def ridge_factors_without_each(
    features_nF: Tensor, targets_n: Tensor, left_out_V: Tensor, *, l2: float, ridge: float
) -> Tensor:
    """One person's factors whole and without each of some entries, [1 + V, F] float32; a row of X less each time.

    targets_n is NaN for entries that are not rated: with or without them the factors are the same. Raises
    DivergedError.
    """
    device, features_nF, targets_n = features_nF.device, exact(features_nF), exact(targets_n)
    rated_n = ~torch.isnan(targets_n)
    x_nF, y_n = features_nF * rated_n[:, None], torch.where(rated_n, targets_n, 0.0)
    out_V = left_out_V.to(x_nF.device)
    x_VF = torch.cat([x_nF.new_zeros(1, x_nF.shape[1]), x_nF[out_V]])
    y_V = torch.cat([y_n.new_zeros(1), y_n[out_V]])
    counts_V = rated_n.sum() - torch.cat([rated_n.new_zeros(1), rated_n[out_V]]).long()
    gram_VFF = (x_nF.T @ x_nF)[None] - x_VF[:, :, None] * x_VF[:, None, :]
    right_VF = (x_nF.T @ y_n)[None] - x_VF * y_V[:, None]
    return solved(gram_VFF, right_VF, counts_V * l2 + ridge).float().to(device)


def ridge_openness(
    features_IF: Tensor, lots: Iterator[Lot], *, rows_N: Tensor, person_N: Tensor, l2: float, ridge: float
) -> Tensor:
    """How open each person's ridge system leaves the product with some titles: x' (X'X + (n l2 + ridge) 1)^-1 x for N
    pairs of a title and one of the lots' people, [N] float64 on the processor. Raises DivergedError.
    """
    exact_IF = exact(features_IF)
    width = exact_IF.shape[1]
    person_N, open_N = person_N.cpu(), torch.zeros(len(rows_N), dtype=torch.float64)
    if not len(rows_N):
        return open_N
    at_once = max(1, _NUMBERS_AT_ONCE // (2 * width * width))
    for lot in lots:
        x_UmF = exact_IF[lot.rows_Um] * lot.there_Um[:, :, None]
        ridge_U = lot.counts_U * l2 + ridge
        gram_UFF = x_UmF.mT @ x_UmF + torch.diag_embed(ridge_U[:, None].expand(-1, width))
        inverse_UFF = torch.cholesky_inverse(_cholesky(gram_UFF))
        place_U = torch.full((int(max(lot.people.max(), person_N.max())) + 1,), -1)
        place_U[torch.from_numpy(lot.people)] = torch.arange(len(lot.people))
        for some in torch.split((place_U[person_N] >= 0).nonzero()[:, 0], at_once):
            at = place_U[person_N[some]].to(exact_IF.device)
            x_NF = exact_IF[rows_N[some.to(rows_N.device)].to(exact_IF.device)]
            open_N[some] = ((inverse_UFF[at] @ x_NF[:, :, None])[:, :, 0] * x_NF).sum(1).cpu()
    return open_N


def solved(gram_UFF: Tensor, right_UF: Tensor, ridge_U: Tensor) -> Tensor:
    """The solution of (gram + ridge 1) p = right for each person, [U, F]. Raises DivergedError where there is none."""
    ridged_UFF = gram_UFF + torch.diag_embed(ridge_U[:, None].expand_as(right_UF))
    return torch.cholesky_solve(right_UF[:, :, None], _cholesky(ridged_UFF))[:, :, 0]


def _cholesky(ridged_UFF: Tensor) -> Tensor:
    """The Cholesky factor of each person's system. With a ridge there is one, but for features that are not finite, or
    so large that the ridge is lost in rounding: then DivergedError says so.
    """
    factor_UFF: Tensor
    factor_UFF, failed_U = torch.linalg.cholesky_ex(ridged_UFF)
    if bool(failed_U.any()) or not bool(factor_UFF.diagonal(dim1=1, dim2=2).isfinite().all()):
        raise DivergedError("What the model learned left all bounds, so nobody's ratings can be folded in")
    return factor_UFF


def exact(values: Tensor) -> Tensor:
    """In float64, on the processor where the device has none."""
    return (values.cpu() if values.device.type == "mps" else values).double()


def _alike(order_U: Int64, counts_U: Int64, width: int) -> Iterator[Int64]:
    """People in lots that fit into memory, those with the fewest ratings first."""
    start = 0
    for end in range(1, len(order_U) + 1):
        is_full = end < len(order_U) and (end + 1 - start) * width * max(int(counts_U[order_U[end]]), width) > (
            _NUMBERS_AT_ONCE
        )
        if is_full or end == len(order_U):
            yield order_U[start:end]
            start = end
