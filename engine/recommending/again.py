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
from engine.models.base import Model, Prediction, as_index
from engine.recommending.leaving_out import chunks_of, without_each


def as_if_new(model: Model, history: Histories, prediction: Prediction, *, moving_n: Bools) -> Prediction:
    """The prediction for a person, [1, I], with each own title's made without its entry.

    moving_n: which entries have influence on the model; without any other one it predicts the same.
    """
    values = {field.name: getattr(prediction, field.name) for field in dataclasses.fields(prediction)}
    made = {name: value.clone() for name, value in values.items() if isinstance(value, Tensor)}
    for left_out_V in chunks_of(np.flatnonzero(moving_n), model.items):
        own_V = history.item_rows_N[left_out_V].astype(np.int64)
        without = without_each(model, history, left_out_V, own_V)
        for name, value in made.items():
            value[0, as_index(own_V)] = torch.diagonal(getattr(without, name)[1:])
    return dataclasses.replace(prediction, **made)
