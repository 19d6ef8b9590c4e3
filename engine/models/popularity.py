"""The baseline of every other model: titles ranked by how many liked them, ratings from the biases of title and person.

The rating of person u for title i is mu + b_u + b_i (Koren 2010, "Factor in the Neighbors", section 2.1): b_i is the
damped mean of the residuals of the title's ratings after mu, b_u that of the person's ratings after mu and b_i.

Shapes: U profiles, I titles, N entries, V variants, C columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.dataset import Histories, Scale
from engine.errors import TrainingError
from engine.events import Job, StageStarted
from engine.models.base import ClosedFormModel, Prediction, as_index
from engine.models.registry import kind_of
from engine.settings import Config, setting


@dataclass(frozen=True)
class PopularityConfig(Config):
    """The settings of `popularity`: a damping counts as so many ratings without any bias."""

    bias: bool = setting(
        True,
        label="Person's bias",
        help="Whether a person who rates high is predicted to rate high; without it a title has its mean.",
        more=False,
    )
    item_damping: float = setting(
        5.0, label="Title damping", help="Ratings a title needs to count for half.", low=0.0, high=1e6, unit="ratings"
    )
    user_damping: float = setting(
        5.0, label="Person damping", help="Ratings a person needs to count for half.", low=0.0, high=1e6, unit="ratings"
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
        super().__init__(config, items=items, scale=scale)
        self.register_buffer("likes_I", torch.zeros(items))
        self.register_buffer("item_bias_I", torch.zeros(items))
        self.register_buffer("mean", torch.tensor(scale.middle))

    def fit(self, histories: Histories) -> Job[None]:
        """Count likes and average ratings. Raises TrainingError where there are no entries."""
        yield StageStarted("counting", "Counting how many people like each title")
        if histories.entries == 0:
            raise TrainingError("There are no ratings to learn from.", remedy="Import a file that has some.")
        liked = histories.likes(self.scale.like)
        self.likes_I.copy_(_sums(liked.item_rows_N, np.ones(liked.entries), self.items))
        yield StageStarted("averaging", "Averaging the ratings of each title")
        rated = histories.rated()
        if rated.entries:
            mean = float(rated.ratings_N.mean(dtype=np.float64))
            residuals_I = _sums(rated.item_rows_N, rated.ratings_N - mean, self.items)
            counts_I = _sums(rated.item_rows_N, np.ones(rated.entries), self.items)
            self.mean.fill_(mean)
            self.item_bias_I.copy_(_damped_mean(residuals_I, counts_I, self.config.item_damping))
        yield None

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
    def leave_one_out(
        self, profile: Histories, *, left_out_V: npt.NDArray[np.int64], columns_C: npt.NDArray[np.int64] | None
    ) -> Prediction:
        """See Model. The profile does not change the list; only the person's bias changes."""
        columns = slice(None) if columns_C is None else as_index(columns_C)
        residuals_N, rated_N = self._residuals(profile)
        out_V = as_index(left_out_V)
        nothing = residuals_N.new_zeros(1)
        sums_V = residuals_N.sum() - torch.cat([nothing, residuals_N[out_V]])
        counts_V = rated_N.sum() - torch.cat([nothing, rated_N[out_V].double()])
        score_VC = self.likes_I.cpu()[columns].expand(len(sums_V), -1)
        return Prediction(score_VC, rating_UI=self._ratings(sums_V, counts_V, columns))

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
        person_U = _damped_mean(sums_U, counts_U, self.config.user_damping).float()
        rating_UC = item_C + (person_U[:, None] if self.config.bias else torch.zeros(len(person_U), 1))
        return rating_UC.clamp(self.scale.low, self.scale.high)


def _sums(rows_N: npt.NDArray[np.int32], values_N: npt.NDArray[np.floating], length: int) -> Tensor:
    return torch.from_numpy(np.bincount(rows_N, weights=values_N, minlength=length))


def _damped_mean(sums: Tensor, counts: Tensor, damping: float) -> Tensor:
    """sum / (count + damping), and 0 where that would be 0 / 0."""
    weights = counts + damping
    return torch.where(weights > 0, sums / weights.clamp(min=1e-12), 0.0)
