"""Weights of titles that nobody had in training, which runs of earlier versions kept as they were drawn.

Shapes: I titles, H width of the first layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from engine.models.base import Model

_TITLES = "first_IH"
"""The weights of a network's first layer, a row for each title."""


def initial_titles(model: Model) -> Mapping[str, Tensor]:
    """The first weights of a model that has learned nothing yet, built with the seed of its run."""
    return {name: weights.detach().clone() for name, weights in _of_titles(model)}


@torch.no_grad()
def zero_untrained_titles(model: Model, initial: Mapping[str, Tensor]) -> None:
    """Zero the rows that learning never moved from where they started."""
    for name, weights_IH in _of_titles(model):
        weights_IH.mul_((weights_IH != initial[name]).any(1, keepdim=True))


def _of_titles(model: Model) -> list[tuple[str, Tensor]]:
    named = model.named_parameters()
    return [(name, weights) for name, weights in named if name.rpartition(".")[2] == _TITLES]
