"""What each part of a blend has to do with a title: the numbers behind the mix's own.

Stands beside the explanation. What the parts add adds up to what the mix says, for the score of a title as for what a
rating did to it. Models that are no blend have nothing here.

Shapes: V entries left out in turn, C columns (titles) asked for, P parts that have a say in the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from engine.data.dataset import Float32, Histories, Int64
from engine.device import exactly
from engine.models.base import Model, Prediction
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
    with exactly():
        shares = model.shares(history, ratings=False)
    said = [float(one.score_UC[0, item_row]) for one in shares if one.score_UC is not None]
    return part_impacts(model, np.array(said))


def parts_of_impacts(
    model: Model, history: Histories, item_row: int, entries: Int64
) -> tuple[tuple[PartImpact, ...], ...]:
    """For each of some entries what each part adds to its impact on a title."""
    if not isinstance(model, Blend):
        return ((),) * len(entries)
    column = np.array([item_row], dtype=np.int64)
    _, scores_VCP = without_each_by_part(model, history, entries, column)
    return tuple(part_impacts(model, scores_VCP[0, 0] - without_P) for without_P in scores_VCP[1:, 0])


def without_each_by_part(
    model: Model, history: Histories, left_out_V: Int64, columns_C: Int64
) -> tuple[Prediction, Float32]:
    """The leave-one-out prediction, [1 + V, C], and what each part adds to its scores, [1 + V, C, P]; float32.

    Of a model that is no blend P is 0.
    """
    with exactly():
        if not isinstance(model, Blend):
            prediction = model.leave_one_out(history, left_out_V=left_out_V, columns_C=columns_C)
            return prediction, np.zeros((1 + len(left_out_V), len(columns_C), 0), dtype=np.float32)
        shares = model.shares_left_out(history, left_out_V=left_out_V, columns_C=columns_C)
        scores = torch.stack([one.score_UC for one in shares if one.score_UC is not None], dim=2)
        return model.mixed(shares, ratings=True), scores.float().numpy()


def parts_with_a_say(model: Model) -> int:
    """P: how many parts have a say in the score; 0 of a model that is no blend."""
    return sum(1 for part, _ in model.parts if part.weight) if isinstance(model, Blend) else 0


def part_impacts(model: Model, values_P: Floats) -> tuple[PartImpact, ...]:
    """What the parts that have a say add, each with its name."""
    if not isinstance(model, Blend):
        return ()
    parts = [part for part, _ in model.parts if part.weight]
    return tuple(PartImpact(part.run, part.model, float(value)) for part, value in zip(parts, values_P, strict=True))
