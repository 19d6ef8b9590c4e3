"""What follows the matrix product of a hidden layer, in few passes over its numbers: batch norm, ReLU and dropout.

Slopes of a layer are by hand: a step gives what it made and a function back, from slopes of that to slopes of what it
was given. On a processor torch's own dropout takes as long as the matrix product.

Shapes: B examples, H width of the layer.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

Back = Callable[[Tensor], tuple[Tensor, ...]]
"""Slopes of what a step made, [B, H], as slopes of the values that it was given, [B, H], and of its weights."""
_MOMENTUM, _EPS = 0.1, 1e-5
_FEW_LEVELS, _LEVELS, _NEAR = 2**8, 2**16, 0.02
"""In how many steps a share is hidden: few, where that misses neither it nor what is left by more than a little."""
_where_above = torch.ops.aten.threshold_backward
"""The first where the second is above the third, else 0. Several times as quick as a mask."""


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
    def normed(self, values_BH: Tensor, times: float = 1.0) -> tuple[Tensor, Back]:
        """The batch normalised, times a number, and remembered where it is finite and more than one.

        And the way back, to values, slopes and offsets.
        """
        if self.sum_over is not None or len(values_BH) < 2:
            return self._normed_together(values_BH, times, self.sum_over or _alone)
        slope_H = self.slope_H * times
        normed_BH, mean_H, scale_H = torch.native_batch_norm(
            values_BH, slope_H, self.offset_H * times, None, None, True, _MOMENTUM, _EPS
        )
        self._remember(mean_H, scale_H.square().reciprocal_().sub_(_EPS))

        def back(slope_BH: Tensor) -> tuple[Tensor, ...]:
            to_values_BH, to_slope_H, to_offset_H = torch.ops.aten.native_batch_norm_backward(
                slope_BH, values_BH, slope_H, None, None, mean_H, scale_H, True, _EPS, [True, True, True]
            )
            return to_values_BH, to_slope_H.mul_(times), to_offset_H.mul_(times)

        return normed_BH, back

    def _normed_together(
        self, values_BH: Tensor, times: float, sum_over: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Back]:
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
        scale_H, slope_H = torch.rsqrt(variance_H + _EPS), self.slope_H * times
        straight_BH = (values_BH - mean_H) * scale_H

        def back(slope_BH: Tensor) -> tuple[Tensor, ...]:
            to_offset_H, to_slope_H = slope_BH.sum(0, dtype=torch.float32), (slope_BH * straight_BH).sum(0)
            shares_H = torch.where(is_several_H, 1.0 / count_H.clamp(min=1), 0.0).float()
            level_H, tilt_H = (sum_over(torch.stack([to_offset_H, to_slope_H])) * shares_H).unbind()
            to_values_BH = (slope_BH - level_H - straight_BH * tilt_H) * (slope_H * scale_H)
            return to_values_BH.to(values_BH.dtype), to_slope_H * times, to_offset_H * times

        return (straight_BH * slope_H + self.offset_H * times).to(values_BH.dtype), back

    def as_line(self) -> tuple[Tensor, Tensor]:
        """Slope and offset, [H] each, by what is remembered: how single examples are normalised."""
        slope_H = self.slope_H * torch.rsqrt(self.variance_H + _EPS)
        return slope_H, self.offset_H - self.mean_H * slope_H

    def _remember(self, mean_H: Tensor, variance_H: Tensor) -> None:
        is_finite_H = torch.isfinite(mean_H + variance_H)
        for kept_H, new_H in ((self.mean_H, mean_H), (self.variance_H, variance_H)):
            kept_H.lerp_(torch.where(is_finite_H, new_H, kept_H), _MOMENTUM)


def activated(values_BH: Tensor, norm: BatchNorm | None, p: float, noise: torch.Generator) -> tuple[Tensor, Back]:
    """The values of a layer after norm, ReLU and dropout, in their precision, and the way back, to the norm's, too.

    Each is hidden with probability p, within 2 %, and the others are divided by what is then left.
    """
    share = _in_steps(p)
    times = 1.0 / (1.0 - share)
    normed_BH, through = _scaled(values_BH, times) if norm is None else norm.normed(values_BH, times)
    kept_BH: Tensor = normed_BH.relu_()
    if share:
        kept_BH = _where_above(kept_BH, *_drawn(values_BH, share, noise))
    return kept_BH, lambda slope_BH: through(_where_above(slope_BH, kept_BH, 0.0))


def with_dropout(values: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """Values, each hidden with probability p, within 2 %, and the others divided by what is then left."""
    share = _in_steps(p)
    kept: Tensor = _where_above(values / (1.0 - share), *_drawn(values, share, noise)) if share else values
    return kept


def _scaled(values_BH: Tensor, times: float) -> tuple[Tensor, Back]:
    return values_BH * times, lambda slope_BH: (slope_BH * times,)


def _alone(sums: Tensor) -> Tensor:
    return sums


def _in_steps(p: float) -> float:
    """The share that is hidden for an asked one: in few steps where that is near."""
    share = round(p * _FEW_LEVELS) / _FEW_LEVELS
    return share if abs(share - p) <= _NEAR * min(p, 1.0 - p) else round(p * _LEVELS) / _LEVELS


def _drawn(values: Tensor, share: float, noise: torch.Generator) -> tuple[Tensor, float]:
    """A random number for each value, in its precision, and the threshold that a share of such numbers is not above.

    On a processor a draw of 64 bits serves eight values, or four where a share takes many steps.
    """
    if values.device.type != "cpu":
        return torch.rand(values.shape, generator=noise, device=values.device).sub_(share).to(values.dtype), 0.0
    kind, levels = (torch.int8, _FEW_LEVELS) if (share * _FEW_LEVELS).is_integer() else (torch.int16, _LEVELS)
    numbers, width = values.numel(), 8 // kind.itemsize
    bits = torch.empty(-(-numbers // width), dtype=torch.int64).random_(-(2**63), None, generator=noise)
    drawn = bits.view(kind)[:numbers].view(values.shape)
    threshold = round(share * levels) - levels // 2 - 0.5
    if kind == torch.int8:
        return drawn.to(values.dtype), threshold
    return drawn.float().sub_(threshold).to(values.dtype), 0.0
