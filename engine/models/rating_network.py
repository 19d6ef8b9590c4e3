"""The loss of a network over the embeddings of a person and a title, and all of its slopes, by hand, on any device.

Each number of a layer is kept in the precision of the products, and written as seldom as can be. What an embedding adds
to the first layer is computed once for each row of a table that a batch asks for, and the slopes of all who ask for a
row are added up before the products.

Shapes: T people, I titles, E embedding, B ratings, H and K widths of a layer and the next, R rows of a table that a
batch asks for, S rows of both tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from engine.data.batches import EntryBatch
from engine.models.hidden_layer import BatchNorm, activated
from engine.models.products import ROUND_ROWS, precision_for, taken


@dataclass(frozen=True)
class RatingNetwork:
    """Tables of people and titles, their layers (the second with a bias), later ones, norms (or none), and the last."""

    tables: tuple[Tensor, Tensor]
    first: tuple[nn.Linear, nn.Linear]
    later: Sequence[nn.Linear]
    norms: Sequence[BatchNorm | None]
    last: nn.Linear
    dropout: float

    def losses(self, batch: EntryBatch, targets_B: Tensor, noise: torch.Generator) -> tuple[Tensor, Tensor]:
        """The sum of the squared errors of a batch, and of the squared lengths of each rating's two embeddings.

        Layers are computed in the precision of autocast.
        """
        precision = precision_for(self.last.weight)
        with torch.autocast(self.last.weight.device.type, enabled=False):
            return _Losses.apply(  # type: ignore[no-untyped-call,no-any-return]
                self, batch, targets_B.to(self.last.weight.dtype), noise, precision, *self._weights()
            )

    def _weights(self) -> list[Tensor]:
        norms = [weight for norm in self.norms if norm is not None for weight in (norm.slope_H, norm.offset_H)]
        layers = [weight for layer in (*self.later, self.last) for weight in (layer.weight, layer.bias)]
        return [*self.tables, self.first[0].weight, self.first[1].weight, self.first[1].bias, *norms, *layers]


class _Losses(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        network: RatingNetwork,
        batch: EntryBatch,
        targets_B: Tensor,
        noise: torch.Generator,
        precision: torch.dtype,
        *weights: Tensor,
    ) -> tuple[Tensor, Tensor]:
        made_BH, squares, to_first = _both_embedded(network, batch, precision)
        steps = []
        for place, norm in enumerate(network.norms):
            kept_BH, through = activated(made_BH, norm, network.dropout, noise)
            layer = network.later[place] if place < len(network.later) else network.last
            weight_KH = layer.weight.to(precision)
            steps.append((kept_BH, through, weight_KH, norm is not None))
            made_BH = torch.addmm(layer.bias.to(precision), kept_BH, weight_KH.t())
        left_B = made_BH[:, 0].to(targets_B.dtype).sub_(targets_B)
        ctx.made = left_B, steps, to_first
        return left_B.dot(left_B), squares

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        left_B, steps, to_first = ctx.made
        exact = left_B.dtype
        slope_BK = left_B.mul(2.0 * slopes[0])[:, None]
        to_layers: list[Tensor] = []
        to_norms: list[Tensor] = []
        has_bias = True
        for kept_BH, through, weight_KH, is_normed in reversed(steps):
            to_bias_K = _summed(slope_BK, exact, has_bias)
            slope_BK = slope_BK.to(kept_BH.dtype)
            to_layers[:0] = (slope_BK.t() @ kept_BH).to(exact), to_bias_K
            slope_BK, *to_norm = through(slope_BK @ weight_KH)
            to_norms[:0], has_bias = to_norm, not is_normed
        return (None,) * 5 + (*to_first(slope_BK, slopes[1], has_bias), *to_norms, *to_layers)


def _both_embedded(
    network: RatingNetwork, batch: EntryBatch, precision: torch.dtype
) -> tuple[Tensor, Tensor, Callable[[Tensor, Tensor, bool], list[Tensor]]]:
    """The first layer, [B, H]; the sum of the squared lengths of all embeddings; and the way back, to five weights.

    That takes slopes of both, and whether the bias learns: it does not before a norm.
    """
    table, (users, items) = network.tables[0], network.first
    asked = _Asked.of(batch, *map(len, network.tables), device=table.device)
    rows_SE = taken("rows", (len(asked.counts_S), table.shape[1]), table)
    for of_table, rows_R, part_RE in zip(network.tables, asked.rows, asked.parts(rows_SE), strict=True):
        torch.index_select(of_table.detach(), 0, rows_R, out=part_RE)
    weighted_SE = rows_SE * asked.counts_S[:, None]
    squares = weighted_SE.view(-1).dot(rows_SE.view(-1))
    rounded, weights = asked.parts(rows_SE.to(precision)), [layer.weight.to(precision) for layer in network.first]
    made_SH = taken("both embedded", (len(rows_SE), len(users.weight)), rounded[0])
    made = asked.parts(made_SH)
    torch.mm(rounded[0], weights[0].t(), out=made[0])
    torch.addmm(items.bias.to(precision), rounded[1], weights[1].t(), out=made[1])

    def back(slope_BH: Tensor, slope: Tensor, has_bias: bool) -> list[Tensor]:
        slopes = asked.parts(asked.added_up(slope_BH))
        to_rows_SE = weighted_SE.mul_(2.0 * slope)
        to_tables = []
        for side, to_rows_RE in enumerate(asked.parts(to_rows_SE)):
            to_rows_RE += slopes[side] @ weights[side]
            to_table = taken(f"embeddings {side}", tuple(network.tables[side].shape), table).zero_()
            count = asked.learned[side]
            to_tables.append(to_table.index_copy_(0, asked.rows[side][:count], to_rows_RE[:count]))
        to_weights = [
            (slope_RH.t() @ rows_RE).to(table.dtype) for slope_RH, rows_RE in zip(slopes, rounded, strict=True)
        ]
        return [*to_tables, *to_weights, _summed(slope_BH, table.dtype, has_bias)]

    return F.embedding_bag(asked.places_B2, made_SH, mode="sum"), squares, back


def _summed(slope_BH: Tensor, dtype: torch.dtype, has_bias: bool) -> Tensor:
    """The slopes of a bias, [H]; before a norm it makes no difference."""
    return slope_BH.sum(0, dtype=dtype) if has_bias else slope_BH.new_zeros(slope_BH.shape[1], dtype=dtype)


@dataclass(frozen=True)
class _Asked:
    """Which rows of both tables a batch asks for, how many ratings ask for each, and which of them each asks for.

    Of each table the rows that are asked for come first, `learned` of them; the others make their number round.
    """

    rows: tuple[Tensor, Tensor]
    learned: tuple[int, int]
    counts_S: Tensor
    starts_S: Tensor
    places_B2: Tensor
    order_N: Tensor
    """The ratings that ask for each row, one row after the other; each rating twice."""

    def parts(self, values_S: Tensor) -> tuple[Tensor, Tensor]:
        """What is of rows of people, and what of titles."""
        people = len(self.rows[0])
        return values_S[:people], values_S[people:]

    @staticmethod
    def of(batch: EntryBatch, people: int, titles: int, *, device: torch.device) -> _Asked:
        """Found on the processor."""
        ids_N = np.concatenate([batch.person_B.cpu().numpy(), batch.item_rows_B.cpu().numpy() + people])
        counts_A = np.bincount(ids_N, minlength=people + titles)
        rows_A = np.flatnonzero(counts_A > 0)
        users = int(np.searchsorted(rows_A, people))
        items, first = len(rows_A) - users, -(-users // ROUND_ROWS) * ROUND_ROWS
        rows_S = np.zeros(first - (-items // ROUND_ROWS) * ROUND_ROWS, dtype=np.int64)
        rows_S[:users], rows_S[first : first + items] = rows_A[:users], rows_A[users:] - people
        counts_S = np.zeros(len(rows_S), dtype=np.int64)
        counts_S[:users], counts_S[first : first + items] = counts_A[rows_A[:users]], counts_A[rows_A[users:]]
        counts_A[rows_A] = np.arange(len(rows_A))
        places_N = counts_A[ids_N]
        places_N[len(batch) :] += first - users
        order_N = np.argsort(places_N.astype(np.uint16) if len(rows_S) < 2**16 else places_N, kind="stable")
        found = (
            rows_S,
            counts_S.astype(np.float32),
            counts_S.cumsum() - counts_S,
            np.ascontiguousarray(places_N.reshape(2, -1).T),
            order_N % len(batch),
        )
        rows, counts, starts, places, order = (torch.from_numpy(part).to(device) for part in found)
        return _Asked((rows[:first], rows[first:]), (users, items), counts, starts, places, order)

    def added_up(self, slope_BH: Tensor) -> Tensor:
        """The sum of the slopes of all who ask for a row, [S, H]."""
        return F.embedding_bag(self.order_N, slope_BH, self.starts_S, mode="sum")
