"""What follows the matrix product of a hidden layer, in few passes over its numbers: batch norm, ReLU and dropout.

On a processor torch's own dropout takes as long as the matrix product, and the slope of its batch norm half as long.

Shapes: B examples, H width of the layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

_MOMENTUM, _EPS = 0.1, 1e-5
_LEVELS = 2**16
_where_above = torch.ops.aten.threshold_backward
"""The first where the second is above the third, else 0. Several times as quick as a mask."""


def relu_with_dropout(values: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """relu(values), float32, each hidden with probability p (in steps of 1 / 65,536), and the others / (1 - p)."""
    if not p:
        return torch.relu(values.float())
    return _kept(values.float() / (1.0 - p), p, noise)


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

    def forward(self, values_BH: Tensor, times: float = 1.0) -> Tensor:
        """The batch normalised, times a number, and remembered where it is finite and more than one."""
        if self.sum_over is not None:
            return self._normed_together(values_BH.float(), times, self.sum_over)
        if len(values_BH) < 2:
            slope_H, offset_H = self.as_line()
            return (values_BH * slope_H + offset_H) * times
        normed_BH: Tensor
        normed_BH, mean_H, scale_H = _Normed.apply(  # type: ignore[no-untyped-call]
            values_BH.float(), self.slope_H * times, self.offset_H * times
        )
        self._remember(mean_H, scale_H.square().reciprocal() - _EPS)
        return normed_BH

    def _normed_together(self, values_BH: Tensor, times: float, sum_over: Callable[[Tensor], Tensor]) -> Tensor:
        """By the whole batch, of which these values are a part."""
        normed_BH, count, mean_H, variance_H = _NormedTogether.apply(  # type: ignore[no-untyped-call]
            values_BH, self.slope_H * times, self.offset_H * times, self.mean_H, self.variance_H, sum_over
        )
        is_several = count > 1
        remembered_2H = self.mean_H.clone(), self.variance_H.clone()
        self._remember(
            torch.where(is_several, mean_H, remembered_2H[0]), torch.where(is_several, variance_H, remembered_2H[1])
        )
        return normed_BH  # type: ignore[no-any-return]

    def activated(self, values_BH: Tensor, p: float, noise: torch.Generator) -> Tensor:
        """The batch normalised, then as `relu_with_dropout` has it."""
        if not p:
            return torch.relu(self(values_BH))
        return _kept(self(values_BH, 1.0 / (1.0 - p)), p, noise)

    def as_line(self) -> tuple[Tensor, Tensor]:
        """Slope and offset, [H] each, by what is remembered: how single examples are normalised."""
        slope_H = self.slope_H * torch.rsqrt(self.variance_H + _EPS)
        return slope_H, self.offset_H - self.mean_H * slope_H

    @torch.no_grad()
    def _remember(self, mean_H: Tensor, variance_H: Tensor) -> None:
        is_finite_H = torch.isfinite(mean_H) & torch.isfinite(variance_H)
        self.mean_H.copy_(torch.where(is_finite_H, torch.lerp(self.mean_H, mean_H, _MOMENTUM), self.mean_H))
        variance = torch.lerp(self.variance_H, variance_H, _MOMENTUM)
        self.variance_H.copy_(torch.where(is_finite_H, variance, self.variance_H))


class _Normed(torch.autograd.Function):
    """The batch normalised, its mean, [H], and what was multiplied with, [H] (without slopes)."""

    @staticmethod
    def forward(ctx: Any, values_BH: Tensor, slope_H: Tensor, offset_H: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        normed_BH, mean_H, scale_H = torch.native_batch_norm(
            values_BH, slope_H, offset_H, None, None, True, _MOMENTUM, _EPS
        )
        ctx.save_for_backward(values_BH, slope_H, mean_H, scale_H)
        ctx.mark_non_differentiable(mean_H, scale_H)
        return normed_BH, mean_H, scale_H

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        values_BH, slope_H, mean_H, scale_H = ctx.saved_tensors
        ones_B = values_BH.new_ones(len(values_BH))
        to_offset_H = ones_B @ slopes[0]
        to_slope_H = (ones_B @ (slopes[0] * values_BH) - mean_H * to_offset_H) * scale_H
        by_slopes_H, by_values_H = slope_H * scale_H, -slope_H * scale_H.square() * to_slope_H / len(values_BH)
        level_H = -by_values_H * mean_H - by_slopes_H * to_offset_H / len(values_BH)
        to_values_BH = torch.addcmul(level_H, values_BH, by_values_H).addcmul_(slopes[0], by_slopes_H)
        return to_values_BH, to_slope_H, to_offset_H


class _NormedTogether(torch.autograd.Function):
    """Values normalised by all of which they are a part; how many these are, their mean and variance, [H] each.

    A single one in all is normalised by what is remembered.
    """

    @staticmethod
    def forward(
        ctx: Any,
        values_BH: Tensor,
        slope_H: Tensor,
        offset_H: Tensor,
        former_mean_H: Tensor,
        former_variance_H: Tensor,
        sum_over: Callable[[Tensor], Tensor],
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        exact_BH = values_BH.double()
        ones_H = exact_BH.new_full((values_BH.shape[1],), len(values_BH))
        count_H, sums_H, squares_H = sum_over(torch.stack([ones_H, exact_BH.sum(0), exact_BH.square().sum(0)])).unbind()
        means_H = sums_H / count_H.clamp(min=1)
        variances_H = (squares_H / count_H.clamp(min=1) - means_H.square()).clamp(min=0).float()
        is_several = count_H > 1
        mean_H = torch.where(is_several, means_H.float(), former_mean_H)
        scale_H = torch.rsqrt(torch.where(is_several, variances_H, former_variance_H) + _EPS)
        straight_BH = (values_BH - mean_H) * scale_H
        ctx.save_for_backward(straight_BH, slope_H, scale_H, count_H)
        ctx.sum_over = sum_over
        found = (straight_BH * slope_H + offset_H, count_H[0], means_H.float(), variances_H)
        ctx.mark_non_differentiable(*found[1:])
        return found

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        straight_BH, slope_H, scale_H, count_H = ctx.saved_tensors
        to_offset_H, to_slope_H = slopes[0].sum(0), (slopes[0] * straight_BH).sum(0)
        shares = torch.where(count_H > 1, 1.0 / count_H.clamp(min=1), 0.0).float()
        level_H, tilt_H = (ctx.sum_over(torch.stack([to_offset_H, to_slope_H])) * shares).unbind()
        to_values_BH = (slopes[0] - level_H - straight_BH * tilt_H) * (slope_H * scale_H)
        return to_values_BH, to_slope_H, to_offset_H, None, None, None


class _Kept(torch.autograd.Function):
    """relu(values) where what was drawn is above a threshold; the slope is 1 where something is left."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, drawn: Tensor, threshold: float) -> Tensor:
        kept: Tensor = _where_above(torch.relu(values), drawn, threshold)
        ctx.save_for_backward(kept)
        return kept

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None]:
        return _where_above(slopes[0], ctx.saved_tensors[0], 0.0), None, None


def _kept(values: Tensor, p: float, noise: torch.Generator) -> Tensor:
    kept: Tensor = _Kept.apply(values, *_drawn(values, p, noise))  # type: ignore[no-untyped-call]
    return kept


def _drawn(values: Tensor, p: float, noise: torch.Generator) -> tuple[Tensor, float]:
    """A random number for each value, and the threshold that a share p of such numbers is not above.

    On a processor a draw of 64 bits serves four values, each of which gets 16.
    """
    if values.device.type != "cpu":
        return torch.rand(values.shape, generator=noise, device=values.device), p
    numbers = values.numel()
    bits = torch.empty(-(-numbers // 4), dtype=torch.int64).random_(-(2**63), None, generator=noise)
    drawn = bits.view(torch.int16)[:numbers].view(values.shape).float()
    return drawn, round(p * _LEVELS) - _LEVELS // 2 - 0.5
