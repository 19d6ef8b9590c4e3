"""The large products of networks over many titles, sparse as histories are, with their gradients written once.

On a processor fresh memory costs more than most of what is computed in it, so what is large is kept from step to step
(`Scratch`) and gradients of sparse products come from the transposed rows, with no zeros added up. Elsewhere, and where
this torch has no sparse products, torch's own operations do the same.

Shapes: B people, I titles, R rows of a table, D and H widths, N entries of these people.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextvars import ContextVar, Token
from functools import cache, reduce
from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.sparse import csr_array
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from engine.data.batches import Rows

ROUND_ROWS = 64
"""Where the number of rows differs from step to step it is made a round one: products keep what they prepare for each
new shape."""
_ROUND_WIDTH = 32
"""Of what products in less precision add up over: see `_with_bias`."""
_CACHED_BYTES = 2**21
"""Of logits that several passes go over: about what one core's share of a cache holds."""
_TITLES_AT_ONCE = 2048
"""Whose weights' gradient is widened at a time. On an EPYC over 20,108 titles 832 wide these products took, of 512
people, 88 ms instead of 96 for all titles at once, and of 2,048 people 370 instead of 470."""
_PEOPLE_AT_ONCE = 256
"""Whose hidden values' gradient is computed at a time. On a Xeon with AMX, two threads and 20,108 titles 608 wide this
took, of 1,024 people, 18 ms instead of 27 for all at once, and of 500 people 8 instead of 16."""


class Scratch:
    """Memory that the next step uses again, by name. While entered, products on a processor take theirs from here.

    What is taken holds until it is entered again; a name that was given out since then is answered with fresh memory.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Tensor] = {}
        self._given: set[str] = set()
        self._token: Token[Scratch | None] | None = None

    def __enter__(self) -> None:
        self._given.clear()
        self._token = _SCRATCH.set(self)

    def __exit__(self, *error: object) -> None:
        assert self._token is not None, "what is left was entered"
        _SCRATCH.reset(self._token)

    def take(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Memory with anything in it; a new tensor of the kept storage, so that autograd may make it its own."""
        if name in self._given:
            return torch.empty(shape, dtype=dtype)
        self._given.add(name)
        size = int(torch.Size(shape).numel())
        kept = self._kept.get(name)
        if kept is None or kept.dtype != dtype or len(kept) < size:
            kept = self._kept[name] = torch.empty(size, dtype=dtype)
        return kept[:size].view(shape)

    def move(self, values: Tensor, place: Tensor) -> None:
        """From now on give out other memory, of one dimension, for what was given out as these values, if any was."""
        for name, kept in self._kept.items():
            is_that = kept.data_ptr() == values.data_ptr() and len(kept) == values.numel() == len(place)
            if is_that and kept.dtype == place.dtype:
                self._kept[name] = place


_SCRATCH: ContextVar[Scratch | None] = ContextVar("scratch", default=None)


def sums_of_rows(table_RH: Tensor, rows: Rows, *weights_N: Tensor) -> Tensor:
    """The weighted sum of each person's rows of a table, [B, H], in the table's precision; weights learn nothing.

    Several weights of an entry are each of its row in one of as many equal tables, which lie one after the other.
    """
    weights_KN = torch.stack(weights_N).to(table_RH.dtype)
    if not _learns_sparsely(table_RH):
        return _sums_of_tables(table_RH, rows, weights_KN)
    rows, weights_KN = _without_zeros(rows, weights_KN)
    with torch.autocast("cpu", enabled=False):
        return _SumsOfRows.apply(table_RH, rows, weights_KN)  # type: ignore[no-untyped-call,no-any-return]


def outputs_at(hidden_BD: Tensor, layer: nn.Linear, rows: Rows) -> Tensor:
    """What a linear layer gives for each person's own titles, [N], float32: nothing else of [B, I] is computed."""
    if not _learns_sparsely(layer.weight):
        return layer(hidden_BD)[rows.person_N, rows.columns_N].float()  # type: ignore[no-any-return]
    wide_BD = hidden_BD.to(layer.weight.dtype)
    with torch.autocast("cpu", enabled=False):
        return _OutputsAt.apply(wide_BD, layer.weight, layer.bias, rows)  # type: ignore[no-untyped-call,no-any-return]


def multinomial_of(hidden_BD: Tensor, layer: nn.Linear, rows: Rows, targets_N: Tensor) -> Tensor:
    """The multinomial loss (`losses.multinomial_nll`) of a linear layer's outputs, in the precision of autocast.

    The logits are the only dense array over people and titles. Softmax less targets, which is their gradient, takes
    their place, in that precision; the weights that learn stay as precise as they are.
    """
    precision = precision_for(layer.weight)
    with torch.autocast(layer.weight.device.type, enabled=False):
        return _Multinomial.apply(  # type: ignore[no-untyped-call,no-any-return]
            hidden_BD.to(precision), layer.weight, layer.bias, rows, targets_N
        )


def precision_for(weight: Tensor) -> torch.dtype:
    """That of products with a weight: autocast's where it is on, else the weight's own."""
    kind = weight.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else weight.dtype


class _SumsOfRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table_RH: Tensor, rows: Rows, weights_KN: Tensor) -> Tensor:
        ctx.save_for_backward(weights_KN)
        ctx.rows, ctx.shape = rows, table_RH.shape
        return _sums_of_tables(table_RH, rows, weights_KN)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_BH: Tensor) -> tuple[Tensor, None, None]:
        (weights_KN,) = ctx.saved_tensors
        out_RH = taken("rows", tuple(ctx.shape), gradient_BH)
        by_row = _ByColumn(ctx.rows, ctx.shape[0] // len(weights_KN))
        for weights_N, out in zip(weights_KN, out_RH.chunk(len(weights_KN)), strict=True):
            _sparse_product(by_row.matrix(weights_N), gradient_BH, out)
        return out_RH, None, None


class _OutputsAt(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden_BD: Tensor, weight_ID: Tensor, bias_I: Tensor, rows: Rows) -> Tensor:
        ctx.save_for_backward(hidden_BD, weight_ID)
        ctx.rows, ctx.by_title = rows, _ByColumn(rows, len(weight_ID))
        places = ctx.by_title.matrix(weight_ID.new_zeros(len(rows.columns_N)))
        found: Tensor = torch.sparse.sampled_addmm(places, weight_ID, hidden_BD.t(), beta=0.0)
        return bias_I[rows.columns_N].index_add_(0, ctx.by_title.order_N, found.values())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_N: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hidden_BD, weight_ID = ctx.saved_tensors
        rows: Rows = ctx.rows
        hidden = _sums(weight_ID, rows, gradient_N)
        out_ID = taken("outputs", tuple(weight_ID.shape), hidden_BD)
        weight = _sparse_product(ctx.by_title.matrix(gradient_N), hidden_BD, out_ID)
        bias = gradient_N.new_zeros(len(weight_ID)).index_add_(0, rows.columns_N, gradient_N)
        return hidden, weight, bias, None


class _Multinomial(torch.autograd.Function):
    """What is kept of the logits is softmax less each person's shares of targets; a person's sum of targets, which both
    gradients are to be multiplied by, waits for what is smaller."""

    @staticmethod
    def forward(
        ctx: Any, hidden_BD: Tensor, weight_ID: Tensor, bias_I: Tensor, rows: Rows, targets_N: Tensor
    ) -> Tensor:
        targets_N = targets_N.to(weight_ID.dtype)
        counts_B = targets_N.new_zeros(len(rows)).index_add_(0, rows.person_N, targets_N)
        is_rounded = hidden_BD.dtype != weight_ID.dtype
        hidden, weight = _with_bias(hidden_BD, weight_ID, bias_I) if is_rounded else (hidden_BD, weight_ID)
        logits_BI = taken("logits", (len(rows), len(weight_ID)), hidden)
        torch.mm(hidden, weight.t(), out=logits_BI)
        loss = _gradient_in_place(logits_BI, None if is_rounded else bias_I, rows, targets_N, counts_B)
        ctx.save_for_backward(hidden, weight, counts_B)
        ctx.gradient_BI, ctx.like, ctx.is_rounded = logits_BI, weight_ID, is_rounded
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        hidden, weight, counts_B = ctx.saved_tensors
        gradient_BI, like = ctx.gradient_BI, ctx.like
        shares_B = counts_B * (slope / len(hidden))
        to_hidden = _hidden_gradient(gradient_BI, weight).mul_(shares_B[:, None])
        scaled = hidden * shares_B[:, None].to(hidden.dtype)
        to_weight_ID = taken("weight gradient", tuple(like.shape), like)
        if ctx.is_rounded:
            to_bias_I = _rounded_weight_gradient(gradient_BI, scaled, to_weight_ID)
            return to_hidden[:, : like.shape[1]], to_weight_ID, to_bias_I, None, None
        torch.mm(gradient_BI.t(), scaled, out=to_weight_ID)
        return to_hidden, to_weight_ID, torch.mv(gradient_BI.t(), shares_B), None, None


def _with_bias(hidden_BD: Tensor, weight_ID: Tensor, bias_I: Tensor) -> tuple[Tensor, Tensor]:
    """Hidden values and weights with one column more, of ones and of biases, and of zeros up to a round number, as
    precise as the hidden values: the product adds the bias, and that of gradients sums up those of the bias.

    With round widths products take a tenth less where a processor multiplies matrices in bf16.
    """
    width = weight_ID.shape[1]
    padding = -(width + 1) % _ROUND_WIDTH
    wide_ID = taken(f"as {hidden_BD.dtype}", (len(weight_ID), width + 1 + padding), hidden_BD)
    wide_ID[:, :width] = weight_ID
    wide_ID[:, width] = bias_I
    wide_ID[:, width + 1 :] = 0.0
    wide_BD = F.pad(hidden_BD, (0, 1 + padding))
    wide_BD[:, width] = 1.0
    return wide_BD, wide_ID


def _hidden_gradient(gradient_BI: Tensor, weight_ID: Tensor) -> Tensor:
    """The product of both, [B, D]. Of bf16 on several threads by lots of people, as the whole leaves threads idle."""
    if weight_ID.device.type != "cpu" or weight_ID.dtype != torch.bfloat16 or torch.get_num_threads() == 1:
        return gradient_BI @ weight_ID
    found_BD = gradient_BI.new_empty(len(gradient_BI), weight_ID.shape[1])
    parts = (torch.split(of, _PEOPLE_AT_ONCE) for of in (gradient_BI, found_BD))
    for gradients, found in zip(*parts, strict=True):
        torch.mm(gradients, weight_ID, out=found)
    return found_BD


def _rounded_weight_gradient(gradient_BI: Tensor, scaled_BD: Tensor, out_ID: Tensor) -> Tensor:
    """Write the gradient of weights, and give that of biases, [I], both more precise than the products. On a processor
    what these give is widened lot by lot, while its cache holds it; over many people these products are quicker, too.
    """
    titles, width = out_ID.shape
    bias_I = out_ID.new_empty(titles)
    at_once = _TITLES_AT_ONCE if out_ID.device.type == "cpu" else max(1, titles)
    lot_TD = taken("lot of gradients", (at_once, scaled_BD.shape[1]), scaled_BD)
    for start in range(0, titles, at_once):
        some = slice(start, min(start + at_once, titles))
        part = torch.mm(gradient_BI[:, some].t(), scaled_BD, out=lot_TD[: some.stop - start])
        out_ID[some], bias_I[some] = part[:, :width], part[:, width]
    return bias_I


def _gradient_in_place(
    logits_BI: Tensor, bias_I: Tensor | None, rows: Rows, targets_N: Tensor, counts_B: Tensor
) -> Tensor:
    """Put softmax, less targets over a person's sum of them, in the place of logits, to which a bias is added first
    where there is one; the loss, a mean over people.

    A person's normaliser is how far the most of their own logits is above its logarithm in the softmax.
    """
    tops_B, highest_B = torch.zeros_like(counts_B), torch.zeros_like(counts_B)
    picked_N = torch.empty_like(targets_N)
    shares_N = (targets_N / counts_B.clamp(min=torch.finfo(counts_B.dtype).tiny)[rows.person_N]).to(logits_BI.dtype)
    for people, entries in _lots(rows, logits_BI):
        some = logits_BI[people] if bias_I is None else logits_BI[people].add_(bias_I)
        person, own = rows.person_N[entries], (rows.person_N[entries] - people.start, rows.columns_N[entries])
        picked_N[entries] = some[own].to(picked_N.dtype)
        torch.softmax(some, 1, out=some)
        highest_B.scatter_reduce_(0, person, some[own].to(highest_B.dtype), "amax", include_self=False)
        some.index_put_(own, -shares_N[entries], accumulate=True)
    tops_B.scatter_reduce_(0, rows.person_N, picked_N, "amax", include_self=False)
    known, kept = torch.finfo(logits_BI.dtype), torch.finfo(counts_B.dtype)
    normalisers_B = tops_B - highest_B.clamp(min=max(known.tiny * known.eps, kept.tiny)).log()
    return (normalisers_B @ counts_B - picked_N @ targets_N) / len(rows)


def _lots(rows: Rows, logits_BI: Tensor) -> Iterator[tuple[slice, slice]]:
    """People and their entries: on a processor as many at a time as its cache holds, so that the passes over their
    logits read it alone."""
    people = len(rows)
    if logits_BI.device.type != "cpu":
        yield slice(0, people), slice(0, len(rows.columns_N))
        return
    at_once = max(1, _CACHED_BYTES // max(1, logits_BI[:1].nbytes))
    bounds = [*range(0, people, at_once), people]
    starts = rows.starts_B1[torch.tensor(bounds)].tolist()
    for (start, end), (first, last) in zip(pairwise(bounds), pairwise(starts), strict=True):
        yield slice(start, end), slice(first, last)


def taken(name: str, shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Memory of the step's scratch, where there is one and this is on a processor; otherwise fresh memory."""
    scratch = _SCRATCH.get()
    if scratch is None or like.device.type != "cpu":
        return like.new_empty(shape)
    return scratch.take(name, shape, like.dtype)


def _sums(table_RH: Tensor, rows: Rows, weights_N: Tensor) -> Tensor:
    starts_B = rows.starts_B1[:-1]
    return F.embedding_bag(rows.columns_N, table_RH, starts_B, mode="sum", per_sample_weights=weights_N)


def _sums_of_tables(tables_RH: Tensor, rows: Rows, weights_KN: Tensor) -> Tensor:
    """The sum of `_sums` over K equal tables, which lie one after the other."""
    tables = zip(tables_RH.chunk(len(weights_KN)), weights_KN, strict=True)
    return reduce(torch.add, (_sums(table, rows, weights_N) for table, weights_N in tables))


def _without_zeros(rows: Rows, weights_KN: Tensor) -> tuple[Rows, Tensor]:
    """The entries that have any weight: what dropout hides is neither fetched nor given a gradient."""
    kept_M = weights_KN.any(0).nonzero()[:, 0]
    person_M = rows.person_N[kept_M]
    starts_B1 = torch.zeros_like(rows.starts_B1)
    torch.cumsum(torch.bincount(person_M, minlength=len(rows)), 0, out=starts_B1[1:])
    return Rows(rows.columns_N[kept_M], starts_B1, person_M), weights_KN[:, kept_M]


class _ByColumn:
    """The entries of people by column: as sparse matrices [columns, B] of any values, which need one sorting.

    They are counted into place, several times as quick as torch sorts. `order_N` says which entry is at each place.
    """

    def __init__(self, rows: Rows, columns: int) -> None:
        entries = len(rows.columns_N)
        arrays = (np.arange(entries), rows.columns_N.numpy(), rows.starts_B1.numpy())
        turned = csr_array(arrays, shape=(len(rows), columns)).tocsc()
        self._starts, self._person_N, self.order_N = (
            torch.from_numpy(part.astype(np.int64, copy=False)) for part in (turned.indptr, turned.indices, turned.data)
        )
        self._shape = columns, len(rows)

    def matrix(self, values_N: Tensor) -> Tensor:
        """A sparse matrix of values of the entries, which come in the order of people."""
        return _csr(self._starts, self._person_N, values_N[self.order_N], self._shape)


def _sparse_product(matrix: Tensor, dense: Tensor, out: Tensor) -> Tensor:
    return torch.addmm(out, matrix, dense, beta=0.0, out=out)


def _csr(starts: Tensor, columns: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return torch.sparse_csr_tensor(starts, columns, values, shape, check_invariants=False)


def _learns_sparsely(weight: Tensor) -> bool:
    is_asked = weight.requires_grad and torch.is_grad_enabled()
    return is_asked and weight.device.type == "cpu" and weight.dtype != torch.bfloat16 and has_sparse_products()


@cache
def has_sparse_products() -> bool:
    """Whether this build of torch multiplies sparse matrices on the processor."""
    try:
        with torch.autocast("cpu", enabled=False):
            matrix = _csr(torch.tensor([0, 1]), torch.tensor([0]), torch.ones(1), (1, 1))
            torch.addmm(torch.zeros(1, 1), matrix, torch.ones(1, 1), beta=0.0)
            torch.sparse.sampled_addmm(matrix, torch.ones(1, 1), torch.ones(1, 1), beta=0.0)
    except RuntimeError:
        return False
    return True
