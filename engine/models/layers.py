"""Batch norm that a bad batch cannot spoil: a step that is refused must leave no trace in what the norm remembers.

Stands beside the models. torch's own would take a mean that is not a number into its running mean for good, and
refuses a batch of one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def normal_like(values: Tensor, noise: torch.Generator) -> Tensor:
    """Standard normal noise of the shape and type of some values."""
    return torch.randn(values.shape, generator=noise, device=values.device, dtype=torch.float32).to(values.dtype)


def kept_like(values: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """What dropout multiplies some values by: 0 with chance p, else 1 / (1 - p)."""
    kept = torch.rand(values.shape, generator=noise, device=values.device) >= p
    return kept.to(values.dtype) / (1.0 - p)


_MOMENTUM, _EPS = 0.1, 1e-5


class BatchNorm(nn.Module):
    """Normalises each of H features by the batch while learning; `as_line` is what it does otherwise."""

    mean_H: Tensor
    variance_H: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.slope_H = nn.Parameter(torch.ones(width))
        self.offset_H = nn.Parameter(torch.zeros(width))
        self.register_buffer("mean_H", torch.zeros(width))
        self.register_buffer("variance_H", torch.ones(width))

    def forward(self, values_BH: Tensor) -> Tensor:
        """The batch normalised, and remembered where it is finite and more than one."""
        if len(values_BH) < 2:
            slope_H, offset_H = self.as_line()
            return values_BH * slope_H + offset_H
        values_BH = values_BH.float()
        variance_H, mean_H = torch.var_mean(values_BH, dim=0, correction=0)
        self._remember(mean_H.detach(), variance_H.detach())
        return (values_BH - mean_H) * torch.rsqrt(variance_H + _EPS) * self.slope_H + self.offset_H

    def as_line(self) -> tuple[Tensor, Tensor]:
        """Slope and offset, [H] each, by what is remembered: how single examples are normalised."""
        slope_H = self.slope_H * torch.rsqrt(self.variance_H + _EPS)
        return slope_H, self.offset_H - self.mean_H * slope_H

    @torch.no_grad()
    def _remember(self, mean_H: Tensor, variance_H: Tensor) -> None:
        good_H = torch.isfinite(mean_H) & torch.isfinite(variance_H)
        self.mean_H.copy_(torch.where(good_H, torch.lerp(self.mean_H, mean_H, _MOMENTUM), self.mean_H))
        self.variance_H.copy_(torch.where(good_H, torch.lerp(self.variance_H, variance_H, _MOMENTUM), self.variance_H))
