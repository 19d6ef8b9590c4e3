"""Lists for many people at once, without filters and reasons.

Shapes: I titles, U people, K length of the lists, N entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from engine.data.batches import lots_of_people
from engine.data.dataset import Bools, Float32, Histories, Int64
from engine.evaluation.answers import top_items
from engine.recommending.answers import check_weight, predicted
from engine.recommending.recommender import Recommender


@dataclass(frozen=True)
class ManyLists:
    """Some people, [U], and for each the best titles first, their scores, and which places are taken, [U, K]."""

    people_U: Int64
    item_rows_UK: Int64
    scores_UK: Float32
    taken_UK: Bools


def known_people(recommender: Recommender, histories: Histories) -> Bools:
    """Of whom the model knows anything, [U]: those with an entry that has influence on it."""
    return np.bincount(histories.user_rows_N[recommender.telling(histories)], minlength=len(histories)) > 0


def many_lists(
    recommender: Recommender, histories: Histories, *, top: int, weight: float | None = None
) -> Iterator[ManyLists]:
    """The best `top` new titles for everybody of whom the model knows anything. Raises SettingError (weight)."""
    check_weight(weight)
    people = np.flatnonzero(known_people(recommender, histories))
    for lot in lots_of_people(len(people), recommender.dataset.titles):
        yield _lists(recommender, histories, people[lot], top, weight)


def _lists(
    recommender: Recommender, histories: Histories, people_U: Int64, top: int, weight: float | None
) -> ManyLists:
    profiles, model = histories.take(people_U), recommender.model
    scores_UI = model.rank_scores(predicted(model, profiles), weight).float().clone()
    scores_UI[~torch.isfinite(scores_UI)] = -torch.inf
    scores_UI[:, torch.from_numpy(~np.asarray(recommender.candidates_I))] = -torch.inf
    own_N = torch.from_numpy(profiles.item_rows_N.astype(np.int64))
    scores_UI[torch.from_numpy(profiles.user_rows_N), own_N] = -torch.inf
    items_UK = top_items(scores_UI, top)
    listed_UK = torch.gather(scores_UI, 1, items_UK)
    return ManyLists(people_U, items_UK.numpy(), listed_UK.numpy(), torch.isfinite(listed_UK).numpy())
