"""What a model says of titles that a person knows, as if they were new: each predicted without its own rating.

A model is told of a rating and then says that it fits; so the place of a known title among known ones is only worth
something where its own rating is left out.

Shapes: n entries of the profile, V of them left out at once, I titles.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Bools, Histories
from engine.device import exactly
from engine.models.base import Model, Prediction, as_index

_MOST_SCORES, _MOST_AT_ONCE = 4_000_000, 256


def as_if_new(model: Model, history: Histories, prediction: Prediction, *, moving_n: Bools) -> Prediction:
    """The prediction for a person, [1, I], with each own title's made without its entry.

    moving_n: which entries have influence on the model; without any other one it predicts the same.
    """
    values = {field.name: getattr(prediction, field.name) for field in dataclasses.fields(prediction)}
    made = {name: value.clone() for name, value in values.items() if isinstance(value, Tensor)}
    entries, size = np.flatnonzero(moving_n), min(_MOST_AT_ONCE, max(1, _MOST_SCORES // max(1, model.items)))
    for start in range(0, len(entries), size):
        left_out_V = entries[start : start + size]
        own_V = history.item_rows_N[left_out_V].astype(np.int64)
        with exactly():
            without = model.leave_one_out(history, left_out_V=left_out_V, columns_C=own_V).checked()
        for name, value in made.items():
            value[0, as_index(own_V)] = torch.diagonal(getattr(without, name)[1:])
    return dataclasses.replace(prediction, **made)
