"""Randomness inside models: all of it comes from a generator, so that it is a function of seed and step alone.

Stands beside the models. torch's own dropout takes no generator; these stand in for it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def normal_like(values: Tensor, noise: torch.Generator) -> Tensor:
    """Standard normal noise of the shape and type of some values."""
    return torch.randn(values.shape, generator=noise, device=values.device, dtype=torch.float32).to(values.dtype)


def kept_like(values: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """What dropout multiplies some values by: 0 with chance p, else 1 / (1 - p)."""
    kept = torch.rand(values.shape, generator=noise, device=values.device) >= p
    return kept.to(values.dtype) / (1.0 - p)
