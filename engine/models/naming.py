"""What people call a run: by what it is and what differs, or as they named it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.models.registry import title_of
from engine.text import plural


def run_title(name: str, model: str, config: Mapping[str, Any], *, epochs: int | None = None) -> str:
    """The title of a run that is stored as `name`; no two that were numbered have the same.

    >>> run_title("two_head 2", "two_head", {}, epochs=30)
    'Watch and love 2, 30 epochs'
    >>> run_title("mf 1", "mf", {"rank": 25}), run_title("My favourite", "mf", {"rank": 25})
    ('Factorisation, rank 25', 'My favourite')
    """
    number = name.removeprefix(f"{model} ")
    if number == name or not number.isdecimal():
        return name
    numbered = title_of(model) if number == "1" else f"{title_of(model)} {number}"
    differing = _differing(config, epochs)
    return f"{numbered}, {differing}" if differing else numbered


def _differing(config: Mapping[str, Any], epochs: int | None) -> str:
    """What tells runs of a model apart best."""
    parts = config.get("copies")
    if isinstance(parts, list | tuple) and parts:
        return f"{len(parts)} models"
    if epochs:
        return plural(epochs, "epoch")
    rank = config.get("rank")
    return f"rank {rank}" if rank else ""
