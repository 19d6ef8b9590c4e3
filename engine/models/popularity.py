"""The baseline of every other model: titles ranked by how many liked them, ratings from the biases of title and person.

The rating of person u for title i is mu + b_u + b_i, fitted together (see engine.models.biases). Whoever asks gets
their b_u as the damped mean of what mu and the b_i leave of their own ratings.

Shapes: U profiles, I titles, N entries, V variants, C columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Bools, Histories, Int64, Scale
from engine.errors import TrainingError
from engine.events import Job, StageStarted
from engine.models.base import ClosedFormModel, Prediction, as_index
from engine.models.biases import DAMPING, BiasEquations, damped_mean, damping_setting
from engine.models.declaration import Load, ModelConfig
from engine.models.network import OUTPUT, TABLE, Layer, Network
from engine.models.registry import kind_of
from engine.settings import setting
from engine.wording import said


@dataclass(frozen=True)
class PopularityConfig(ModelConfig):
    """The settings of `popularity`: a damping counts as so many ratings without any bias. None is automatic."""

    bias: bool = setting(
        True,
        label=said("Person's bias"),
        help=said("Whether a person who rates high is predicted to rate high; without it a title has its mean."),
        more=False,
    )
    item_damping: float | None = damping_setting(said("Title damping"), "title")
    user_damping: float | None = damping_setting(said("Person damping"), "person")

    def network(self, titles: int) -> Network:
        """See ModelConfig."""
        biases = (
            Layer(said("Title"), 1, TABLE, "mean"),
            *((Layer(said("Person"), 1, TABLE, "bias"),) if self.bias else ()),
        )
        return Network((biases, (Layer(said("Rating"), 1, OUTPUT, "sum"),)), (said("squared error, solved at once"),))

    def fitted_to(self, entries: int) -> Self:
        return self.changed(
            item_damping=DAMPING if self.item_damping is None else self.item_damping,
            user_damping=DAMPING if self.user_damping is None else self.user_damping,
        )


class Popularity(ClosedFormModel):
    """How many liked each title, the same list for everybody; ratings by the bias baseline."""

    name = "popularity"
    can = kind_of(name).can
    config: PopularityConfig
    likes_I: Tensor
    item_bias_I: Tensor
    mean: Tensor

    def __init__(self, config: PopularityConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config.fitted_to(0), items=items, scale=scale)
        self.register_buffer("likes_I", torch.zeros(items))
        self.register_buffer("item_bias_I", torch.zeros(items))
        self.register_buffer("mean", torch.tensor(scale.middle))

    def fit(self, histories: Histories) -> Job[None]:
        """Count likes and average ratings. Raises TrainingError where there are no entries."""
        yield StageStarted("counting", said("Counting how many people like each title"))
        if histories.entries == 0:
            raise TrainingError(
                said("There are no ratings to learn from."), remedy=said("Import a file that has some.")
            )
        liked = histories.likes(self.scale.like)
        self.likes_I.copy_(torch.from_numpy(np.bincount(liked.item_rows_N, minlength=self.items)))
        yield StageStarted("averaging", said("Averaging the ratings of each title"))
        rated = histories.rated()
        if rated.entries:
            damping = self.config.user_damping if self.config.bias else math.inf
            fitting = BiasEquations(rated, titles=self.items).fitted(
                user_damping=damping or 0.0, item_damping=self.config.item_damping or 0.0
            )
            biases = yield from fitting
            self.mean.fill_(biases.mean)
            self.item_bias_I.copy_(torch.from_numpy(biases.item_I))
        yield None

    @classmethod
    def working_bytes(cls, config: PopularityConfig, load: Load) -> float:
        """See Model: a copy of the ratings, and in double precision with what biases leave of them."""
        return 64.0 * load.entries

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Scores are numbers of likes, ratings are clamped to the scale."""
        score_UI = self.likes_I.expand(len(profiles), -1).cpu()
        if not ratings:
            return Prediction(score_UI)
        residuals_N, rated_N = self._residuals(profiles)
        person_N = as_index(profiles.user_rows_N)
        sums_U = torch.zeros(len(profiles), dtype=torch.float64).index_add_(0, person_N, residuals_N)
        counts_U = torch.zeros(len(profiles), dtype=torch.float64).index_add_(0, person_N, rated_N.double())
        return Prediction(score_UI, rating_UI=self._ratings(sums_U, counts_U, None))

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """See Model. The profile does not change the list; only the person's bias changes."""
        columns = slice(None) if columns_C is None else as_index(columns_C)
        residuals_N, rated_N = self._residuals(profile)
        out_V = as_index(left_out_V)
        nothing = residuals_N.new_zeros(1)
        sums_V = residuals_N.sum() - torch.cat([nothing, residuals_N[out_V]])
        counts_V = rated_N.sum() - torch.cat([nothing, rated_N[out_V].double()])
        score_VC = self.likes_I.cpu()[columns].expand(len(sums_V), -1)
        return Prediction(score_VC, rating_UI=self._ratings(sums_V, counts_V, columns))

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. Ratings say how high a person rates; the list is the same for everybody."""
        return ~np.isnan(profiles.ratings_N)

    def _residuals(self, profiles: Histories) -> tuple[Tensor, Tensor]:
        """Each rating less mu and b_i (0 where unrated), float64 [N], and which entries are rated, [N]."""
        ratings_N = torch.from_numpy(np.array(profiles.ratings_N, dtype=np.float64))
        rated_N = ~torch.isnan(ratings_N)
        item_rows_N = as_index(profiles.item_rows_N)
        residuals_N = ratings_N - self.mean.cpu() - self.item_bias_I.cpu()[item_rows_N]
        return torch.where(rated_N, residuals_N, 0.0), rated_N

    def _ratings(self, sums_U: Tensor, counts_U: Tensor, columns: slice | Tensor | None) -> Tensor:
        item_I = self.mean.cpu() + self.item_bias_I.cpu()
        item_C = item_I if columns is None else item_I[columns]
        person_U = torch.from_numpy(
            damped_mean(sums_U.numpy(), counts_U.numpy(), self.config.user_damping or 0.0)
        ).float()
        rating_UC = item_C + (person_U[:, None] if self.config.bias else torch.zeros(len(person_U), 1))
        return rating_UC.clamp(self.scale.low, self.scale.high)
