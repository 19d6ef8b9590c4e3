"""What a model predicts for a person without each of their ratings, over all titles, remembered while they look around.

Explaining a list works it out; the reasons of any title are then looked up. One person is remembered for each
recommender, where that takes little memory.

Shapes: V entries left out in turn, I titles, C columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Histories, Int64
from engine.models.base import Prediction, as_index
from engine.recommending.recommender import Recommender, same_history

_MOST_NUMBERS = 4_000_000
"""So many numbers of a kind are remembered: 16 MiB a kind, of which a prediction has one to four."""


@dataclass(frozen=True)
class LeftOut:
    """The prediction for a history whole and without each of some entries, [1 + V, I]."""

    history: Histories
    entries_V: Int64
    prediction: Prediction

    def for_titles(self, columns_C: Int64) -> Prediction:
        """Of some titles, [1 + V, C]."""
        return for_titles(self.prediction, columns_C)

    def without(self, entries: Int64) -> Prediction | None:
        """Of the whole history and without each of some entries; None where one of these was not left out."""
        place_n = np.full(self.history.entries, -1, dtype=np.int64)
        place_n[self.entries_V] = 1 + np.arange(len(self.entries_V))
        places = place_n[entries]
        if (places < 0).any():
            return None
        rows = as_index(np.concatenate([[0], places]))
        return _each(self.prediction, lambda values: values[rows])


_MEMORY: WeakKeyDictionary[Recommender, LeftOut] = WeakKeyDictionary()


def for_titles(prediction: Prediction, columns_C: Int64) -> Prediction:
    """What is predicted for all titles, of some."""
    columns = as_index(columns_C)
    return _each(prediction, lambda values: values[:, columns])


def fits(recommender: Recommender, entries: int) -> bool:
    """Whether so many entries left out may be remembered."""
    return (1 + entries) * recommender.model.items <= _MOST_NUMBERS


def remember(recommender: Recommender, history: Histories, entries_V: Int64, portions: Sequence[Prediction]) -> None:
    """Remember predictions, each for the whole history and then without some of the entries."""
    rest = [_each(portion, lambda values: values[1:]) for portion in portions[1:]]
    _MEMORY[recommender] = LeftOut(history, entries_V, Prediction.joined([portions[0], *rest]))


def remembered(recommender: Recommender, history: Histories) -> LeftOut | None:
    """What is remembered of this history."""
    found = _MEMORY.get(recommender)
    return found if found is not None and same_history(found.history, history) else None


def _each(prediction: Prediction, change: Callable[[Tensor], Tensor]) -> Prediction:
    def changed(values: Tensor | None) -> Tensor | None:
        return None if values is None else change(values)

    with torch.inference_mode():
        return Prediction(
            change(prediction.score_UI),
            changed(prediction.log_probability_UI),
            changed(prediction.liking_UI),
            changed(prediction.rating_UI),
        )
