"""The loss of a network over the embeddings of a person and a title, and all of its slopes, by hand, on any device.

Each number of a layer is kept in the precision of the products, and written as seldom as can be. What an embedding adds
to the first layer is computed once for each row of a table that a batch asks for, and the slopes of all who ask for a
row are added up before the products.

Shapes: T people, I titles, E embedding, B ratings, H and K widths of a layer and the next, R rows of a table that a
batch asks for, S rows of both tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.batches import EntryBatch
from engine.data.dataset import stable_order
from engine.models.hidden_layer import BatchNorm, activated
from engine.models.products import ROUND_ROWS, precision_for, taken
from engine.models.rating_model import ByHand


@dataclass(frozen=True)
class RatingNetwork:
    """Tables of people and titles, their layers (the second with a bias), later ones, norms (or none), and the last."""

    tables: tuple[Tensor, Tensor]
    first: tuple[nn.Linear, nn.Linear]
    later: Sequence[nn.Linear]
    norms: Sequence[BatchNorm | None]
    last: nn.Linear
    dropout: float

    def taken_by(self, batch: EntryBatch, targets_B: Tensor, noise: torch.Generator, *, pull: float) -> ByHand:
        """A batch on its way through, in the precision of autocast.

        What is held is the mean squared length of each rating's two embeddings, of which so much counts as `pull` says.
        """
        precision = precision_for(self.last.weight)
        with torch.autocast(self.last.weight.device.type, enabled=False):
            return _Pass(self, batch, targets_B.to(self.last.weight.dtype), noise, pull, precision)

    def weights(self) -> list[Tensor]:
        """All of them, in the order of gradients."""
        norms = [weight for norm in self.norms if norm is not None for weight in (norm.slope_H, norm.offset_H)]
        layers = [weight for layer in (*self.later, self.last) for weight in (layer.weight, layer.bias)]
        return [*self.tables, self.first[0].weight, self.first[1].weight, self.first[1].bias, *norms, *layers]


class _Pass:
    """See ByHand."""

    def __init__(
        self,
        network: RatingNetwork,
        batch: EntryBatch,
        targets_B: Tensor,
        noise: torch.Generator,
        pull: float,
        precision: torch.dtype,
    ) -> None:
        self._times, self._share = 1.0 / (1.0 - network.dropout), 1.0 / max(1, len(batch))
        self._pull, self._steps = pull * self._share, []
        self._embedded = _Embedded(network, batch, precision)
        made_BH = self._embedded.made_BH()
        for place, norm in enumerate(network.norms):
            kept_BH, through = activated(made_BH, norm, network.dropout, noise)
            layer = network.later[place] if place < len(network.later) else network.last
            weight_KH = layer.weight.mul(self._times).to(precision)
            self._steps.append((kept_BH, through, weight_KH, norm is not None))
            made_BH = torch.addmm(layer.bias.to(precision), kept_BH, weight_KH.t())
        self._left_B = made_BH[:, 0].to(targets_B.dtype).sub_(targets_B)

    def error(self) -> Tensor:
        """The mean squared error."""
        return self._left_B.dot(self._left_B) * self._share

    def held(self) -> Tensor:
        """What is added to that to pull embeddings towards zero. Before `gradients`."""
        return self._embedded.squares() * self._pull

    def gradients(self, slope: Tensor | float) -> list[Tensor]:
        """Those of tables, their layers, norms, later layers and the last; `slope` is that of the sum of both. Once."""
        exact = self._left_B.dtype
        slope_BK = (self._left_B * (2.0 * self._share * slope))[:, None]
        to_layers: list[Tensor] = []
        to_norms: list[Tensor] = []
        has_bias = True
        for kept_BH, through, weight_KH, is_normed in reversed(self._steps):
            to_bias_K = _summed(slope_BK, exact, has_bias)
            slope_BK = slope_BK.to(kept_BH.dtype)
            to_layers[:0] = (slope_BK.t() @ kept_BH).to(exact).mul_(self._times), to_bias_K
            slope_BK, *to_norm = through(slope_BK @ weight_KH)
            to_norms[:0], has_bias = to_norm, not is_normed
        to_first = self._embedded.gradients(slope_BK, 2.0 * self._pull * slope)
        return [*to_first, _summed(slope_BK, exact, has_bias), *to_norms, *to_layers]


class _Embedded:
    """The rows of both tables that a batch asks for, and what they add to the first layer."""

    def __init__(self, network: RatingNetwork, batch: EntryBatch, precision: torch.dtype) -> None:
        self._tables, width = network.tables, len(network.first[0].weight)
        self._asked = asked = _Asked.of(batch, *map(len, self._tables), device=self._tables[0].device)
        like = self._tables[0].new_empty(0, dtype=precision)
        self._made_SH = taken("both embedded", (len(asked.counts_S), width), like)
        self._sides = []
        for table, layer, rows_R, made_RH in zip(
            self._tables, network.first, asked.rows, asked.parts(self._made_SH), strict=True
        ):
            rows_RE, weight_HE = torch.index_select(table.detach(), 0, rows_R), layer.weight.to(precision)
            rounded_RE = rows_RE.to(precision)
            if layer.bias is None:
                torch.mm(rounded_RE, weight_HE.t(), out=made_RH)
            else:
                torch.addmm(layer.bias.to(precision), rounded_RE, weight_HE.t(), out=made_RH)
            self._sides.append((rows_RE, rounded_RE, weight_HE))

    def made_BH(self) -> Tensor:
        """The first layer."""
        return _sums_of_rows(self._made_SH, self._asked.places_P, self._asked.pairs_B)

    def squares(self) -> Tensor:
        """The sum of the squared lengths of the embeddings of each rating."""
        counts = self._asked.parts(self._asked.counts_S)
        users, items = (
            (rows_RE * counts_R[:, None]).view(-1).dot(rows_RE.view(-1))
            for (rows_RE, *_), counts_R in zip(self._sides, counts, strict=True)
        )
        return users + items

    def gradients(self, slope_BH: Tensor, to_squares: Tensor | float) -> list[Tensor]:
        """Those of both tables and of both weights; rows give place to theirs."""
        asked, counts = self._asked, self._asked.parts(self._asked.counts_S * to_squares)
        to_tables, to_weights = [], []
        for side, (rows_RE, rounded_RE, weight_HE) in enumerate(self._sides):
            slope_RH = _sums_of_rows(slope_BH, *asked.asking(side))
            to_weights.append(rows_RE.new_empty(weight_HE.shape).copy_((rounded_RE.t() @ slope_RH).t()))
            rows_RE.mul_(counts[side][:, None]).add_(slope_RH @ weight_HE)
            to_table = taken(f"embeddings {side}", tuple(self._tables[side].shape), rows_RE).zero_()
            count = asked.learned[side]
            to_tables.append(_put(to_table, asked.rows[side][:count], rows_RE[:count]))
        return [*to_tables, *to_weights]


def _put(table_TE: Tensor, rows_R: Tensor, values_RE: Tensor) -> Tensor:
    """Put values into distinct rows of a table. On a processor numpy copies a row as one thing, in a third of the time
    that torch takes."""
    if table_TE.device.type != "cpu":
        return table_TE.index_copy_(0, rows_R, values_RE)
    row = np.dtype((np.void, values_RE.shape[1] * values_RE.itemsize))
    table_TE.numpy().view(row)[rows_R.numpy()] = values_RE.numpy().view(row)
    return table_TE


def _sums_of_rows(table_RH: Tensor, rows_N: Tensor, starts_B: Tensor) -> Tensor:
    """The sum of some rows of a table for each who asks; from where on theirs are says where each begins."""
    sums_BH: Tensor = torch.embedding_bag(table_RH, rows_N, starts_B, mode=0)[0]
    return sums_BH


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
    places_P: Tensor
    """For each rating the rows that it asks for, of a person and of a title, one pair after the other."""
    pairs_B: Tensor
    order_P: Tensor
    """The ratings that ask for each row, one row after the other; each rating twice."""

    def parts(self, values_S: Tensor) -> tuple[Tensor, Tensor]:
        """What is of rows of people, and what of titles."""
        people = len(self.rows[0])
        return values_S[:people], values_S[people:]

    @staticmethod
    def of(batch: EntryBatch, people: int, titles: int, *, device: torch.device) -> _Asked:
        """Found on the processor."""
        ids_B2 = np.empty((len(batch), 2), dtype=np.int64)
        ids_B2[:, 0] = batch.person_B.cpu().numpy()
        np.add(batch.item_rows_B.cpu().numpy(), people, out=ids_B2[:, 1])
        counts_A = np.bincount(ids_B2.ravel(), minlength=people + titles)
        rows_A = np.flatnonzero(counts_A > 0)
        users = int(np.searchsorted(rows_A, people))
        items, first = len(rows_A) - users, -(-users // ROUND_ROWS) * ROUND_ROWS
        rows_S = np.zeros(first - (-items // ROUND_ROWS) * ROUND_ROWS, dtype=np.int64)
        rows_S[:users], rows_S[first : first + items] = rows_A[:users], rows_A[users:] - people
        counts_S = np.zeros(len(rows_S), dtype=np.int64)
        counts_S[:users], counts_S[first : first + items] = counts_A[rows_A[:users]], counts_A[rows_A[users:]]
        counts_A[rows_A] = np.arange(len(rows_A))
        places_B2 = counts_A[ids_B2]
        places_B2[:, 1] += first - users
        places_P = places_B2.ravel()
        order_P = stable_order(places_P, most=len(rows_S))
        found = (
            rows_S,
            counts_S.astype(np.float32),
            counts_S.cumsum() - counts_S,
            places_P,
            np.arange(0, len(places_P), 2),
            order_P >> 1,
        )
        rows, *others = (torch.from_numpy(part).to(device) for part in found)
        return _Asked((rows[:first], rows[first:]), (users, items), *others)

    def asking(self, side: int) -> tuple[Tensor, Tensor]:
        """The ratings that ask for each row of a table, [B], and where those of each row begin, [R]."""
        ratings, people = len(self.pairs_B), len(self.rows[0])
        if side:
            return self.order_P[ratings:], self.starts_S[people:] - ratings
        return self.order_P[:ratings], self.starts_S[:people]
