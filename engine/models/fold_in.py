"""What a model knows of a person, found from their own ratings while everything else it learned is held still.

For models that know a person by a row of numbers: by one ridge system, in which a network stands as its slopes. Many
people's ratings are solved together, padded to similar lengths. Systems are solved in float64: leaving out an entry
must make a difference that is not lost in rounding.

Shapes: U people, N ratings, n of one person, m the most of any in a lot, F features, V variants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from engine.data.dataset import Bools, Int64
from engine.errors import DivergedError
from engine.wording import said

_NUMBERS_AT_ONCE = 2**20
"""Few enough for the processor's cache: with eight times as many, MovieLens-1M's people took twice as long."""


@dataclass(frozen=True)
class Lot:
    """Some people (their places) and their ratings, m each, which count where there_Um is 1; counts_U of them."""

    people: Int64
    rows_Um: Tensor
    targets_Um: Tensor
    there_Um: Tensor
    counts_U: Tensor


@dataclass(frozen=True)
class Ridge:
    """How hard each feature is held, [F] float64: once for each of a person's ratings, and once for all.

    per_title_TF holds it in addition, each time a title was rated. What it is held near is 0, or what follows from
    which titles were rated: the sum of their rows of presence_TF over the root of their number. Both may leave out the
    last features, and be in any precision: rows are taken from tables first.
    """

    per_rating_F: Tensor
    fixed_F: Tensor
    per_title_TF: Tensor | None = None
    presence_TF: Tensor | None = None

    def of(self, lot: Lot) -> Tensor:
        """For the people of a lot, [U, F]."""
        held_UF = lot.counts_U[:, None] * self.per_rating_F + self.fixed_F
        return held_UF if self.per_title_TF is None else held_UF + self._summed(self.per_title_TF, lot)

    def pull(self, lot: Lot) -> Tensor | float:
        """What holding them there adds to the right side, [U, F]."""
        if self.presence_TF is None:
            return 0.0
        return self.fixed_F * self._summed(self.presence_TF, lot) / lot.counts_U.clamp(min=1).sqrt()[:, None]

    def _summed(self, values_TF: Tensor, lot: Lot) -> Tensor:
        """Of each person's titles, [U, F]; the rows of a lot may be one person's for all."""
        taken = _taken(values_TF, lot.rows_Um)
        sums = lot.there_Um @ taken[0] if len(taken) == 1 else (lot.there_Um[:, None] @ taken)[:, 0]
        return pad(sums, (0, len(self.fixed_F) - sums.shape[1]))


def _taken(values_TF: Tensor, rows: Tensor) -> Tensor:
    """values_TF[rows] in float64, several times as quick."""
    some = values_TF.index_select(0, rows.reshape(-1).to(values_TF.device))
    return exact(some).view(*rows.shape, values_TF.shape[1])


def lots_of(rows_N: Tensor, targets_N: Tensor, counts_U: Int64, *, width: int) -> Iterator[Lot]:
    """The ratings of U people as lots of similar lengths that fit into memory at `width` numbers a rating."""
    targets_N = exact(targets_N)
    rows_N = rows_N.to(targets_N.device)
    for people, places_Um, there_Um in padded_lots(counts_U, np.argsort(counts_U, kind="stable"), width):
        entries_Um = torch.from_numpy(places_Um).to(rows_N.device)
        there = torch.from_numpy(there_Um).to(rows_N.device)
        counts = torch.from_numpy(counts_U[people]).to(rows_N.device)
        yield Lot(people, rows_N[entries_Um], targets_N[entries_Um] * there, there.double(), counts.double())


def ridge_factors(features_IF: Tensor, lots: Iterator[Lot], *, people: int, ridge: Ridge) -> Tensor:
    """The p, [U, F] float32, that solves (X'X + diag(ridge)) p = X'y for each person. Raises DivergedError."""
    factors_UF = exact(features_IF[:0]).new_zeros((people, features_IF.shape[1]))
    for lot in lots:
        x_UmF = _taken(features_IF, lot.rows_Um) * lot.there_Um[:, :, None]
        right_UF = (x_UmF.mT @ lot.targets_Um[:, :, None])[:, :, 0] + ridge.pull(lot)
        at = torch.from_numpy(lot.people).to(factors_UF.device)
        factors_UF[at] = solved(x_UmF.mT @ x_UmF, right_UF, ridge.of(lot))
    return factors_UF.float().to(features_IF.device)


def ridge_factors_without_each(
    features_IF: Tensor, rows_n: Tensor, targets_n: Tensor, left_out_V: Tensor, *, ridge: Ridge
) -> Tensor:
    """`ridge_factors` of one person whole and without each of some entries, [1 + V, F]; NaN is not rated."""
    device, targets_n = features_IF.device, exact(targets_n)
    rows_n, out_V = rows_n.to(targets_n.device), left_out_V.to(targets_n.device)
    rated_n = ~torch.isnan(targets_n)
    x_nF, y_n = _taken(features_IF, rows_n) * rated_n[:, None], torch.where(rated_n, targets_n, 0.0)
    x_VF = torch.cat([x_nF.new_zeros(1, x_nF.shape[1]), x_nF[out_V]])
    y_V = torch.cat([y_n.new_zeros(1), y_n[out_V]])
    gram_VFF = (x_nF.T @ x_nF)[None] - x_VF[:, :, None] * x_VF[:, None, :]
    right_VF = (x_nF.T @ y_n)[None] - x_VF * y_V[:, None]
    there_Vn = rated_n.double().expand(1 + len(out_V), -1).clone()
    there_Vn[torch.arange(1, 1 + len(out_V), device=there_Vn.device), out_V] = 0.0
    lot = Lot(np.arange(len(there_Vn)), rows_n[None], y_n[None], there_Vn, there_Vn.sum(1))
    return solved(gram_VFF, right_VF + ridge.pull(lot), ridge.of(lot)).float().to(device)


def ridge_variances(
    features_IF: Tensor, lots: Iterator[Lot], *, rows_N: Tensor, person_N: Tensor, ridge: Ridge
) -> Tensor:
    """x' (X'X + diag(ridge))^-1 x for N pairs of a title and a person, [N] float64 on the CPU."""
    width = features_IF.shape[1]
    person_N, variances_N = person_N.cpu(), torch.zeros(len(rows_N), dtype=torch.float64)
    if not len(rows_N):
        return variances_N
    at_once = max(1, _NUMBERS_AT_ONCE // (2 * width * width))
    for lot in lots:
        x_UmF = _taken(features_IF, lot.rows_Um) * lot.there_Um[:, :, None]
        gram_UFF = x_UmF.mT @ x_UmF + torch.diag_embed(ridge.of(lot))
        inverse_UFF = torch.cholesky_inverse(_cholesky(gram_UFF))
        place_U = torch.full((int(max(lot.people.max(), person_N.max())) + 1,), -1)
        place_U[torch.from_numpy(lot.people)] = torch.arange(len(lot.people))
        for some in torch.split((place_U[person_N] >= 0).nonzero()[:, 0], at_once):
            at = place_U[person_N[some]].to(inverse_UFF.device)
            x_NF = _taken(features_IF, rows_N[some.to(rows_N.device)])
            if len(inverse_UFF) == 1:
                of_x_NF = x_NF @ inverse_UFF[0]
            else:
                of_x_NF = (inverse_UFF[at] @ x_NF[:, :, None])[:, :, 0]
            variances_N[some] = (of_x_NF * x_NF).sum(1).cpu()
    return variances_N


def solved(gram_UFF: Tensor, right_UF: Tensor, ridge_UF: Tensor) -> Tensor:
    """The p of (gram + diag(ridge)) p = right for each person, [U, F]. Raises DivergedError where there is none."""
    ridged_UFF = gram_UFF + torch.diag_embed(ridge_UF)
    return torch.cholesky_solve(right_UF[:, :, None], _cholesky(ridged_UFF))[:, :, 0]


def solved_for_all(gram_FF: Tensor, rights_FN: Tensor, ridge: float) -> Tensor:
    """(gram + ridge) p = right for N right sides of one system, [F, N]. Raises DivergedError where there is none."""
    ridged_FF = gram_FF + ridge * torch.eye(len(gram_FF), dtype=gram_FF.dtype, device=gram_FF.device)
    return torch.cholesky_solve(rights_FN, _cholesky(ridged_FF[None])[0])


def _cholesky(ridged_UFF: Tensor) -> Tensor:
    """The Cholesky factor of each person's system. Raises DivergedError where rounding leaves none."""
    factor_UFF: Tensor
    factor_UFF, failed_U = torch.linalg.cholesky_ex(ridged_UFF)
    if bool(failed_U.any()) or not bool(factor_UFF.diagonal(dim1=1, dim2=2).isfinite().all()):
        raise DivergedError(said("What the model learned left all bounds, so nobody's ratings can be folded in"))
    return factor_UFF


def exact(values: Tensor) -> Tensor:
    """In float64; on the CPU where the device has no float64."""
    return (values.cpu() if values.device.type == "mps" else values).double()


def padded_lots(
    counts_U: Int64, order_U: Int64, width: int, *, numbers: int | None = None
) -> Iterator[tuple[Int64, Int64, Bools]]:
    """The lots of `lots_of_similar_length`: whose they are, [U], the place of each entry among those of all people
    (0 where there is none), and where there is one, both [U, m]."""
    starts_U = np.concatenate([[0], np.cumsum(counts_U)])[:-1]
    for people in lots_of_similar_length(order_U, counts_U, width, numbers=numbers):
        places_m = np.arange(int(counts_U[people].max()))
        there_Um = places_m < counts_U[people][:, None]
        yield people, np.where(there_Um, places_m + starts_U[people][:, None], 0), there_Um


def by_length(counts_U: Int64) -> Int64:
    """Those who have an entry, the fewest first."""
    order_U: Int64 = np.argsort(counts_U, kind="stable")
    return order_U[counts_U[order_U] > 0]


def lots_of_similar_length(
    order_U: Int64, counts_U: Int64, width: int, *, numbers: int | None = None
) -> Iterator[Int64]:
    """People in lots of so many numbers at most (None: as usual), those with the fewest ratings first."""
    start, numbers = 0, _NUMBERS_AT_ONCE if numbers is None else numbers
    for end in range(1, len(order_U)):
        longest = max(int(counts_U[order_U[end]]), width)
        if (end + 1 - start) * width * longest > numbers:
            yield order_U[start:end]
            start = end
    if len(order_U):
        yield order_U[start:]
