"""A model of which only the shapes are made: to count its numbers before anything is allocated."""

from __future__ import annotations

from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from engine.data.dataset import Scale
from engine.models.base import Model
from engine.models.registry import build
from engine.settings import Config

_FILLED = ("normal_", "uniform_", "bernoulli_")


class _NothingDrawn(TorchFunctionMode):
    """Random numbers are neither drawn nor filled in.

    Without memory there is nothing to fill, and to find that out torch imports its compiler, which takes it seconds.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "").endswith(_FILLED):
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


def build_shapes(name: str, config: Config, *, items: int, scale: Scale) -> Model:
    """What `build` makes, on torch's device "meta": its tensors have shapes and no values.

    >>> from engine.models.registry import fitted_config
    >>> model = build_shapes("mf", fitted_config("mf", None, entries=1_000), items=40, scale=Scale(1, 5, 1))
    >>> sum(values.numel() for values in model.state_dict().values()) > 40
    True
    """
    with torch.device("meta"), _NothingDrawn():
        return build(name, config, items=items, scale=scale)
