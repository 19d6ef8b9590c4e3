"""What follows the matrix product of a hidden layer, in few passes over its numbers: batch norm, ReLU and dropout.

Slopes of a layer are by hand: a step gives what it made and a function back, from slopes of that to slopes of what it
was given. On a processor torch's own dropout takes as long as the matrix product.

Shapes: B examples, H width of the layer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

Back = Callable[[Tensor], tuple[Tensor, ...]]
"""Slopes of what a step made, [B, H], as slopes of the values that it was given, [B, H], and of its weights."""
_MOMENTUM, _EPS = 0.1, 1e-5
_LEVELS, _NUMBERS = 2**16, 2**20
_threshold = torch.ops.aten.threshold_backward.grad_input
"""The first where the second is above the third, else 0. Several times as quick as a mask."""
_WHOLE = {2: torch.int16, 4: torch.int32, 8: torch.int64}
"""Whole numbers of so many bytes. Numbers of either sign have theirs, so a processor can tell by those, several times
as quickly as it widens numbers in bfloat16, what is above 0."""


class BatchNorm(nn.Module):
    """Normalises each of H features by the batch; refuses what is not finite, and takes a batch of one.

    `sum_over` is set where processes share a batch: it gives the sums of all of them.
    """

    mean_H: Tensor
    variance_H: Tensor
    sum_over: Callable[[Tensor], Tensor] | None = None

    def __init__(self, width: int) -> None:
        super().__init__()
        self.slope_H = nn.Parameter(torch.ones(width))
        self.offset_H = nn.Parameter(torch.zeros(width))
        self.register_buffer("mean_H", torch.zeros(width))
        self.register_buffer("variance_H", torch.ones(width))

    @torch.no_grad()
    def normed(self, values_BH: Tensor) -> tuple[Tensor, Back]:
        """The batch normalised, and remembered where it is finite and more than one.

        And the way back, to values, slopes and offsets.
        """
        if self.sum_over is not None or len(values_BH) < 2:
            return self._normed_together(values_BH, self.sum_over or _alone)
        slope_H = self.slope_H.detach()
        normed_BH, mean_H, scale_H = torch.native_batch_norm(
            values_BH, slope_H, self.offset_H, None, None, True, _MOMENTUM, _EPS
        )
        self._remember(mean_H, scale_H.pow(-2.0).sub_(_EPS))

        def back(slope_BH: Tensor) -> tuple[Tensor, ...]:
            made: tuple[Tensor, ...] = torch.ops.aten.native_batch_norm_backward.default(
                slope_BH, values_BH, slope_H, None, None, mean_H, scale_H, True, _EPS, [True, True, True]
            )
            return made

        return normed_BH, back

    def _normed_together(self, values_BH: Tensor, sum_over: Callable[[Tensor], Tensor]) -> tuple[Tensor, Back]:
        """By the whole batch, of which these values are a part. A single one in all: by what is remembered."""
        exact_BH = values_BH.float() if self.sum_over is None else values_BH.double()  # Apple's GPU has no float64
        ones_H = exact_BH.new_full((values_BH.shape[1],), len(values_BH))
        count_H, sums_H, squares_H = sum_over(torch.stack([ones_H, exact_BH.sum(0), exact_BH.square().sum(0)])).unbind()
        means_H = sums_H / count_H.clamp(min=1)
        variances_H = (squares_H / count_H.clamp(min=1) - means_H.square()).clamp(min=0).float()
        is_several_H = count_H > 1
        mean_H = torch.where(is_several_H, means_H.float(), self.mean_H)
        variance_H = torch.where(is_several_H, variances_H, self.variance_H)
        self._remember(mean_H, variance_H)
        scale_H, slope_H = torch.rsqrt(variance_H + _EPS), self.slope_H.detach()
        straight_BH = (values_BH - mean_H) * scale_H

        def back(slope_BH: Tensor) -> tuple[Tensor, ...]:
            to_offset_H, to_slope_H = slope_BH.sum(0, dtype=torch.float32), (slope_BH * straight_BH).sum(0)
            shares_H = torch.where(is_several_H, 1.0 / count_H.clamp(min=1), 0.0).float()
            level_H, tilt_H = (sum_over(torch.stack([to_offset_H, to_slope_H])) * shares_H).unbind()
            to_values_BH = (slope_BH - level_H - straight_BH * tilt_H) * (slope_H * scale_H)
            return to_values_BH.to(values_BH.dtype), to_slope_H, to_offset_H

        return (straight_BH * slope_H + self.offset_H).to(values_BH.dtype), back

    def as_line(self) -> tuple[Tensor, Tensor]:
        """Slope and offset, [H] each, by what is remembered: how single examples are normalised."""
        slope_H = self.slope_H * torch.rsqrt(self.variance_H + _EPS)
        return slope_H, self.offset_H - self.mean_H * slope_H

    def _remember(self, mean_H: Tensor, variance_H: Tensor) -> None:
        both_H = mean_H + variance_H
        is_finite_H = both_H - both_H == 0.0
        for kept_H, new_H in ((self.mean_H, mean_H), (self.variance_H, variance_H)):
            kept_H.lerp_(torch.where(is_finite_H, new_H, kept_H), _MOMENTUM)


def activated(values_BH: Tensor, norm: BatchNorm | None, p: float, noise: torch.Generator) -> tuple[Tensor, Back]:
    """The values of a layer after norm, ReLU and dropout, in their precision, and the way back, to the norm's, too.

    Each is hidden with probability p; what the others make up for it by, 1 / (1 - p), is left to the next layer.
    Without a norm the values are written over. What is no number after a norm is so for all examples, and stays so for
    the first: the loss has to tell.
    """
    made_BH, through = (values_BH, _unchanged) if norm is None else norm.normed(values_BH)
    no_number_H = made_BH[:1] - made_BH[:1]
    kept_BH = made_BH.relu_() if norm is None else _positive(made_BH)
    if p:
        kept_BH = _where_above(kept_BH, *_drawn(kept_BH, p, noise))
    kept_BH[:1] += no_number_H
    return kept_BH, lambda slope_BH: through(_where_above(slope_BH, kept_BH))


def with_dropout(values: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """Values, each hidden with probability p, and the others divided by what is then left."""
    if not p:
        return values
    return values * _where_above(torch.full_like(values, 1.0 / (1.0 - p)), *_drawn(values, p, noise))


def squared_errors(hidden_H: Tensor, line: nn.Linear, targets: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """The sum of the squared errors of a linear layer to one number, of which NaN is no target.

    Each of the hidden values, [..., H], is hidden with probability p, and the others are divided by what is then left.
    Products are as precise as the hidden values.
    """
    return _SquaredErrors.apply(  # type: ignore[no-untyped-call,no-any-return]
        hidden_H, line.weight, line.bias, targets, p, noise
    )


class _SquaredErrors(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden_H: Tensor,
        weight_1H: Tensor,
        bias_1: Tensor,
        targets: Tensor,
        p: float,
        noise: torch.Generator,
    ) -> Tensor:
        hidden_NH, targets_N = hidden_H.reshape(-1, hidden_H.shape[-1]), targets.flatten()
        ctx.times, ctx.drawn = 1.0 / (1.0 - p), _drawn(hidden_NH, p, noise) if p else None
        kept_NH = hidden_NH
        if ctx.drawn is not None:
            kept_NH = _where_above(hidden_NH, *ctx.drawn, out=torch.empty_like(hidden_NH))
        line_H1 = (weight_1H * ctx.times).to(kept_NH.dtype).t()
        missed_N = torch.where(targets_N.isnan(), 0.0, torch.mm(kept_NH, line_H1)[:, 0] + bias_1 - targets_N)
        ctx.save_for_backward(kept_NH, line_H1, missed_N)
        ctx.shape = hidden_H.shape
        return missed_N.dot(missed_N)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        kept_NH, line_H1, missed_N = ctx.saved_tensors
        slope_N = missed_N * (2.0 * slope)
        slope_N1 = slope_N[:, None].to(kept_NH.dtype)
        to_hidden_NH = slope_N1 * line_H1.t()
        if ctx.drawn is not None:
            to_hidden_NH = _where_above(to_hidden_NH, *ctx.drawn)
        to_line_1H = torch.mm(slope_N1.t(), kept_NH).to(slope_N.dtype).mul_(ctx.times)
        return to_hidden_NH.view(ctx.shape), to_line_1H, slope_N.sum()[None], None, None, None


def _unchanged(slope_BH: Tensor) -> tuple[Tensor, ...]:
    return (slope_BH,)


def _positive(values: Tensor) -> Tensor:
    """Values in place, and 0 for those below. On a processor 0 for what is no number, too."""
    if values.device.type != "cpu":
        return values.relu_()
    values.view(_WHOLE[values.itemsize]).clamp_min_(0)
    return values


def _where_above(values: Tensor, others: Tensor, level: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Values where the others are above a level, else 0, in their place or in what is given; other numbers than whole
    ones are held against 0."""
    out = values if out is None else out
    kind = _WHOLE[values.itemsize] if values.device.type == "cpu" else values.dtype
    _threshold(values.view(kind), others.view(kind), level, grad_input=out.view(kind))
    return out


def _alone(sums: Tensor) -> Tensor:
    return sums


def _drawn(values: Tensor, p: float, noise: torch.Generator) -> tuple[Tensor, int]:
    """A random number for each value, and the level that a share p of such numbers is not above.

    On a processor they are whole ones, as wide as the values: a stretch of a table, from a random place on. To draw
    new ones takes longer than all else between two products.
    """
    if values.device.type != "cpu":
        return torch.rand(values.shape, generator=noise, device=values.device).sub_(p).to(values.dtype), 0
    numbers = values.numel()
    start = int(torch.randint(_NUMBERS, (), generator=noise))
    table_N = _random_numbers(1 << (numbers + _NUMBERS - 1).bit_length(), _WHOLE[values.itemsize])
    return table_N[start : start + numbers].view(values.shape), round(p * _LEVELS) - _LEVELS // 2 - 1


@cache
def _random_numbers(size: int, kind: torch.dtype) -> Tensor:
    """Each of 65,536 whole numbers is as likely at each place; always the same ones."""
    numbers = np.random.Generator(np.random.SFC64(0)).integers(-(2**15), 2**15, size, dtype=np.int16)
    return torch.from_numpy(numbers).to(kind)
