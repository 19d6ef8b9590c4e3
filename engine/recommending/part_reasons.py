"""What each part of a blend has to do with a title: the numbers behind the mix's own.

Stands beside the explanation. What the parts add adds up to what the mix says, for the score of a title as for what a
rating did to it. Models that are no blend have nothing here.

Shapes: V entries left out in turn, P parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from engine.data.dataset import Float32, Histories, Int64
from engine.models.base import Model
from engine.models.blend import Blend

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class PartImpact:
    """What one part adds, in units of the mix's score. run: the name of the run that the part is a copy of."""

    run: str
    model: str
    impact: float


def parts_of_score(model: Model, history: Histories, item_row: int) -> tuple[PartImpact, ...]:
    """What each part adds to the score of a title."""
    if not isinstance(model, Blend):
        return ()
    with _exactly():
        shares = model.shares(history, ratings=False)
    return _told(model, np.array([float(one.score_UC[0, item_row]) for one in shares if one.score_UC is not None]))


def parts_of_impacts(
    model: Model, history: Histories, item_row: int, entries: Int64
) -> tuple[tuple[PartImpact, ...], ...]:
    """For each of some entries what each part adds to its impact on a title."""
    if not isinstance(model, Blend):
        return ((),) * len(entries)
    scores_VP = _scores(model, history, item_row, entries)
    return tuple(_told(model, scores_VP[0] - without_P) for without_P in scores_VP[1:])


def _scores(model: Blend, history: Histories, item_row: int, entries: Int64) -> Float32:
    """What each part that counts adds to the score of a title, whole and without each entry, [1 + V, P]."""
    column = np.array([item_row], dtype=np.int64)
    with _exactly():
        shares = model.shares_left_out(history, left_out_V=entries, columns_C=column)
    scores_VP: Float32 = torch.cat([one.score_UC for one in shares if one.score_UC is not None], dim=1).numpy()
    return scores_VP


@contextmanager
def _exactly() -> Iterator[None]:
    """In float32, whatever the caller's mode."""
    with torch.no_grad(), torch.autocast("cpu", enabled=False), torch.autocast("cuda", enabled=False):
        yield


def _told(model: Blend, values_P: Floats) -> tuple[PartImpact, ...]:
    parts = [part for part, _ in model.parts if part.weight]
    return tuple(PartImpact(part.run, part.model, float(value)) for part, value in zip(parts, values_P, strict=True))
