"""What a model predicts without single entries of a profile, in portions that fit into memory.

Shapes: V entries left out in turn, C columns asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.data.dataset import Histories, Int64
from engine.device import exactly
from engine.models.base import Model, Prediction

_MOST_SCORES = 4_000_000
"""How many scores (variants x titles) are in memory at once: 16 MiB a tensor, of which a model has a few."""
_MOST_AT_ONCE = 512
"""Of 300 ratings at once a network of the study's width leaves out each in 85 % of what two halves take."""


def without_each(model: Model, history: Histories, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
    """The model's leave-one-out prediction, [1 + V, C], in float32 whatever the caller's mode."""
    with exactly():
        return model.leave_one_out(history, left_out_V=left_out_V, columns_C=columns_C).checked()


def chunks_of(entries: Int64, items: int) -> Iterator[Int64]:
    """Entries in portions of about one size whose scores over all titles fit the memory that explaining may take."""
    most = min(_MOST_AT_ONCE, max(1, _MOST_SCORES // max(1, items)))
    if len(entries):
        yield from np.array_split(entries, -(-len(entries) // most))
