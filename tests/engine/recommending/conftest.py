"""A small catalogue and a model whose every answer can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary
from engine.models.base import Capabilities, Model, Prediction
from engine.settings import Config
from tests.support.planted import fingerprint_of

TITLES = (
    ("Alien", 1979, ("Horror", "Sci-Fi")),
    ("Amelie", 2001, ("Comedy", "Romance")),
    ("Armageddon", 1998, ("Action", "Sci-Fi")),
    ("Brazil", 1985, ("Comedy", "Sci-Fi")),
    ("Casablanca", 1942, ("Drama", "Romance")),
    ("Dune", 1984, ("Sci-Fi",)),
    ("Eraserhead", 0, ()),
    ("Fargo", 1996, ("Comedy", "Crime")),
)
HOW_MANY_HAVE = (8, 7, 6, 5, 4, 3, 2, 1)
SCALE = Scale(0.5, 5.0, 0.5)


class Linear(Model):
    """score = sum over entries of weights[i] * (rating - 2), seen-only counting as 3; rating = 3 + score / 10."""

    name = "linear"

    def __init__(self, weights_II: torch.Tensor, *, learns_from: str, predicts_ratings: bool, mixes: bool) -> None:
        super().__init__(Config(), items=len(weights_II), scale=SCALE)
        self.weights_II = torch.nn.Parameter(weights_II)
        self.calls = 0
        self.can = Capabilities(  # type: ignore[misc]
            ranks=True,
            predicts_ratings=predicts_ratings,
            learns_by_steps=False,
            needs_times=False,
            folds_in=True,
            learns_from=learns_from,
            mixes_presence=mixes,
        )

    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        self.calls += 1
        if self.can.learns_from == "likes":
            profiles = profiles.likes(self.scale.like)
        pull_UI = torch.zeros((len(profiles), self.items))
        strength_N = torch.from_numpy(np.nan_to_num(profiles.ratings_N, nan=3.0)) - 2.0
        rows_N = torch.from_numpy(profiles.item_rows_N.astype(np.int64))
        pull_UI[torch.from_numpy(profiles.user_rows_N), rows_N] = strength_N
        score_UI = pull_UI @ self.weights_II
        rating_UI = 3 + score_UI / 10 if self.can.predicts_ratings else None
        return Prediction(score_UI, torch.log_softmax(score_UI, 1), None, rating_UI)

    def leave_one_out(self, profile, *, left_out_V, columns_C) -> Prediction:
        every = np.arange(profile.entries)
        variants = [profile, *(profile.where(every != one) for one in left_out_V)]
        parts = [self.predict(variant) for variant in variants]
        columns = slice(None) if columns_C is None else torch.from_numpy(np.asarray(columns_C))
        rating = [one.rating_UI for one in parts]
        return Prediction(
            torch.cat([one.score_UI for one in parts])[:, columns],
            torch.cat([part.log_probability_UI for part in parts])[:, columns],
            None,
            None if rating[0] is None else torch.cat(rating)[:, columns],
        )

    def rank_scores(self, prediction: Prediction, weight: float | None = None) -> torch.Tensor:
        is_own = weight is None or not self.can.mixes_presence
        return prediction.score_UI if is_own else prediction.score_UI * (1 - 2 * weight)


@pytest.fixture
def dataset() -> Dataset:
    """Eight films and eight people; person u has the first HOW_MANY_HAVE films, all liked."""
    pairs = [(user, row) for row, many in enumerate(HOW_MANY_HAVE) for user in range(many)]
    users, rows = np.array(pairs).T
    histories = Histories.of(users, rows, np.full(len(pairs), 4.0), people=8)
    people, items = Vocabulary([f"u{one}" for one in range(8)]), Vocabulary([str(100 + one) for one in range(8)])
    catalogue = Catalogue(*(tuple(column) for column in zip(*TITLES, strict=True)), word="film")
    return Dataset(
        "d1", "Eight films", people, items, catalogue, histories, SCALE, fingerprint_of(histories, people, items)
    )


@pytest.fixture
def weights_II() -> torch.Tensor:
    """What each film (row) says about each film (column); Alien carries Brazil and Dune, Armageddon only Dune."""
    weights = torch.zeros((8, 8))
    weights[0, 3], weights[0, 5], weights[2, 5], weights[1, 4] = 2.0, 1.0, 1.5, 0.5
    return weights


@pytest.fixture
def make_model(weights_II: torch.Tensor) -> Callable[..., Linear]:
    def make(*, learns_from: str = "ratings", predicts_ratings: bool = True, mixes: bool = True) -> Linear:
        return Linear(weights_II.clone(), learns_from=learns_from, predicts_ratings=predicts_ratings, mixes=mixes)

    return make
