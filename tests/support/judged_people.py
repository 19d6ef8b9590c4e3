"""A model that says what it was given, and people to evaluate it on."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch

from engine.data.dataset import Histories, Scale
from engine.data.split import HeldOut
from engine.models.base import Capabilities, Model, Prediction
from engine.settings import Config

TITLES, PEOPLE = 25, 30


class TableModel(Model):
    """Says what it was given: a score and a rating per title, the scores turned a little for each profile's length."""

    name = "table"
    can: ClassVar[Capabilities] = Capabilities(
        ranks=True,
        predicts_ratings=True,
        learns_by_steps=False,
        needs_times=False,
        folds_in=True,
        learns_from="ratings",
    )

    def __init__(self, scores_I: np.ndarray, ratings_I: np.ndarray) -> None:
        super().__init__(Config(), items=len(scores_I), scale=Scale(1, 5, 1))
        self.scores_I, self.ratings_I = torch.tensor(scores_I), torch.tensor(ratings_I)
        self.asked: list[bool] = []

    def scores(self, entries: int) -> torch.Tensor:
        return self.scores_I.roll(entries)

    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        self.asked.append(ratings)
        assert torch.is_inference_mode_enabled()
        score_UI = torch.stack([self.scores(int(count)) for count in profiles.counts_U])
        return Prediction(score_UI, rating_UI=self.ratings_I.expand_as(score_UI) if ratings else None)

    def leave_one_out(self, profile, *, left_out_V, columns_C):
        raise NotImplementedError


def some_model(seed: int = 0) -> TableModel:
    rng = np.random.default_rng(seed)
    return TableModel(rng.integers(0, 9, TITLES).astype(np.float32), rng.uniform(1, 5, TITLES).astype(np.float32))


def some_people(seed: int = 1) -> tuple[HeldOut, np.ndarray]:
    rng = np.random.default_rng(seed)
    told, to_find = [], []
    for user in range(PEOPLE):
        own = rng.permutation(TITLES)[: rng.integers(2, 14)]
        cut = rng.integers(0, len(own))
        told += [(user, item) for item in own[:cut]]
        to_find += [(user, item) for item in own[cut:] if user != 7]
    sides = []
    for pairs in (told, to_find):
        users, items = np.array(pairs).T
        ratings = rng.integers(1, 6, len(pairs)).astype(np.float32)
        ratings[rng.random(len(pairs)) < 0.1] = np.nan
        sides.append(Histories.of(users, items, ratings, people=PEOPLE))
    candidates_I = np.arange(TITLES) != 4
    return HeldOut(np.arange(PEOPLE, dtype=np.int64) + 100, *sides), candidates_I
