"""Factorisation: a short row of numbers for each person and each title, whose product is the rating.

With biases a rating is mu + b_u + b_i + p_u . q_i (Koren, Bell and Volinsky 2009); without, p_u . q_i alone, as in the
low-rank study. Biases start where they are best without factors and stay damped as there (see engine.models.biases),
because few ratings say little; factors are pulled towards zero the harder the more ratings there are. Whoever asks,
whether or not they were in the training data, gets their p_u (and b_u) by ridge least squares on their own ratings, the
titles' rows held still; what few ratings do not settle is the average person's.

How far off a prediction may be is measured on held-out ratings. Its variance has three parts: what nobody can know (the
same person would rate the same title differently tomorrow), what the person's few ratings leave open, and what the
title's few ratings leave open.

Shapes: U profiles, T training people, I titles, K rank, F features of a title (K, and one more with biases), N
entries, n of one profile, V variants, C columns, P parts of a variance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from scipy.optimize import nnls
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds
from torch import Tensor, nn

from engine.data.batches import EntryBatch, mixed_seed
from engine.data.dataset import Histories, Int64, Scale
from engine.events import drive
from engine.models.base import Losses, Moment, Prediction, as_index
from engine.models.biases import DAMPING, BiasEquations, Floats, damping_setting
from engine.models.fold_in import (
    Lot,
    Ridge,
    exact,
    lots_of,
    ridge_factors,
    ridge_factors_without_each,
    ridge_variances,
)
from engine.models.rating_model import RatingConfig, RatingModel
from engine.models.registry import kind_of
from engine.settings import setting

L2 = 0.015
"""The regularisation where nobody chose one: the best on MovieLens-1M."""
_SMALL = 0.1
_SVD_SHARE = 0.1
_PARTS = 3
_MOST_PEOPLE = 2_000
_LEAST_RATINGS = 30
_ROUNDS = 8


@dataclass(frozen=True)
class MfConfig(RatingConfig):
    rank: int = setting(
        64, label="Rank", help="Numbers kept for each person and each title.", low=1, high=4096, more=False
    )
    bias: bool = setting(
        True, label="Biases", help="Whether people and titles have a level of their own beside the product.", more=False
    )
    init: str = setting(
        "small",
        label="Start",
        help="Factors at the start: small random ones, standard normal ones, or a tenth of the ratings' own SVD.",
        choices=("small", "normal", "svd"),
    )
    l2: float | None = setting(
        None,
        label="Regularisation (l2)",
        help="Pulls factors towards zero, each time a rating is learned from. Automatic: what does best on held-out "
        "ratings.",
        low=0.0,
        high=100.0,
        more=False,
    )
    fold_in_l2: float = setting(
        0.3,
        label="Fold-in l2",
        help="How cautious the factors of a person with few ratings are, beyond l2.",
        low=1e-6,
        high=1e6,
        scale="log",
    )
    user_bias_damping: float | None = damping_setting("Person bias damping", "person")
    item_bias_damping: float | None = damping_setting("Title bias damping", "title")

    @property
    def pull(self) -> float:
        """How hard factors are pulled towards zero; as on much data where it was left automatic."""
        return L2 if self.l2 is None else self.l2

    @property
    def freedom(self) -> float:
        """The share of the usual freedom that factors have, 0 to 1: the less, the harder they are pulled.

        Of titles with few ratings something of the random start remains, which is noise, and biases that start where
        they are best without factors only have to make room for these. So both go with it.
        """
        return L2 / max(self.pull, L2)

    @property
    def start_spread(self) -> float:
        """The spread of random factors at the start."""
        return 1.0 if self.init == "normal" else _SMALL * self.freedom

    def fitted_to(self, entries: int) -> Self:
        return self.changed(
            l2=self.pull,
            user_bias_damping=DAMPING if self.user_bias_damping is None else self.user_bias_damping,
            item_bias_damping=DAMPING if self.item_bias_damping is None else self.item_bias_damping,
        )


class MatrixFactorization(RatingModel):
    """Factors and biases of titles, and of the people it was trained on."""

    name = "mf"
    can = kind_of(name).can
    config: MfConfig
    uncertainty_P: Tensor
    user_pull_T: Tensor
    item_pull_I: Tensor
    sized_by_people = ("user_factors_TK", "user_bias_T")

    def __init__(self, config: MfConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.item_factors_IK = nn.Parameter(config.start_spread * torch.randn(items, config.rank))
        self.item_bias_I = nn.Parameter(torch.zeros(items), requires_grad=config.bias)
        self.user_factors_TK = nn.Parameter(torch.zeros(0, config.rank))
        self.user_bias_T = nn.Parameter(torch.zeros(0), requires_grad=config.bias)
        self.register_buffer("uncertainty_P", torch.zeros(_PARTS))
        self.register_buffer("user_pull_T", torch.zeros(0), persistent=False)
        self.register_buffer("item_pull_I", torch.zeros(items), persistent=False)

    @property
    def _starts_from_biases(self) -> bool:
        """A run of an earlier version has no dampings: its biases start from 0, and l2 pulls them like factors."""
        dampings = self.config.user_bias_damping, self.config.item_bias_damping
        return self.config.bias and None not in dampings

    def prepare(self, histories: Histories, *, seed: int) -> None:
        super().prepare(histories, seed=seed)
        noise = torch.Generator().manual_seed(mixed_seed(seed, 0, salt=3))
        factors_TK = self.config.start_spread * torch.randn(len(histories), self.config.rank, generator=noise)
        self.user_factors_TK = nn.Parameter(factors_TK)
        self.user_bias_T = nn.Parameter(torch.zeros(len(histories)), requires_grad=self.config.bias)
        self.user_pull_T = torch.full((len(histories),), self.config.pull)
        self.item_pull_I.fill_(self.config.pull)
        rated = histories.rated()
        if self._starts_from_biases:
            self._start_biases(rated)
        if self.config.init == "svd":
            self._start_from_svd(rated, seed=seed)

    @torch.no_grad()
    def _start_biases(self, rated: Histories) -> None:
        """The best biases without factors, and how hard each rating pulls them: a damping, shared by the ratings."""
        config, unit = self.config, self._zero_and_unit[1]
        user_damping, item_damping = config.user_bias_damping or 0.0, config.item_bias_damping or 0.0
        counts_T = torch.from_numpy(rated.counts_U).float()
        self.user_pull_T = user_damping / counts_T.clamp(min=1)
        self.item_pull_I.copy_(item_damping / self.counts_I.clamp(min=1))
        equations = BiasEquations(rated, titles=self.items)
        biases = drive(equations.fitted(user_damping=user_damping, item_damping=item_damping))
        self.user_bias_T.copy_(torch.from_numpy(biases.user_U / unit))
        self.item_bias_I.copy_(torch.from_numpy((biases.item_I + biases.mean - float(self.mean)) / unit))

    @torch.no_grad()
    def _start_from_svd(self, rated: Histories, *, seed: int) -> None:
        """A tenth of the best factors of what biases leave of the ratings; missing ones are 0, as in the study."""
        people_N, rows_N = as_index(rated.user_rows_N), as_index(rated.item_rows_N)
        biases_N = self.user_bias_T.cpu()[people_N] + self.item_bias_I.cpu()[rows_N]
        targets_N = self._as_targets(torch.from_numpy(np.array(rated.ratings_N))) - self._level - biases_N
        matrix_TI = csr_array(
            (targets_N.numpy().astype(np.float64), rated.item_rows_N, rated.indptr_U1), shape=(len(rated), self.items)
        )
        rank = min(self.config.rank, min(matrix_TI.shape) - 1)
        if rank < 1:
            return
        start = np.random.default_rng(seed).standard_normal(min(matrix_TI.shape))
        left_TK, values_K, right_KI = svds(matrix_TI, k=rank, v0=start)
        roots_K = np.sqrt(values_K)
        self.user_factors_TK[:, :rank] = torch.from_numpy(_SVD_SHARE * left_TK * roots_K).float()
        self.item_factors_IK[:, :rank] = torch.from_numpy(_SVD_SHARE * right_KI.T * roots_K).float()

    @property
    def _level(self) -> Tensor:
        """What every target starts from: the mean with biases, 0 without."""
        return self._as_targets(self.mean) if self.config.bias else torch.zeros_like(self.mean)

    def losses(self, batch: EntryBatch, *, noise: torch.Generator, moment: Moment) -> Losses:
        person_B, rows_B = batch.person_B, batch.item_rows_B
        user_BK, item_BK = self.user_factors_TK.index_select(0, person_B), self.item_factors_IK.index_select(0, rows_B)
        user_B, item_B = self.user_bias_T.index_select(0, person_B), self.item_bias_I.index_select(0, rows_B)
        predicted_B = self._level + user_B + item_B + (user_BK * item_BK).sum(1)
        squares_B = user_BK.float().square().sum(1) + item_BK.float().square().sum(1)
        pulls_B = (
            self.user_pull_T[person_B] * user_B.float().square() + self.item_pull_I[rows_B] * item_B.float().square()
        )
        return self._squared_error(
            predicted_B - self._as_targets(batch.ratings_B),
            (self.config.pull * squares_B + pulls_B).sum() / max(1, len(person_B)),
        )

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Biases learn at a share of the rate (see MfConfig.freedom)."""
        if not self._starts_from_biases:
            return super().parameter_groups()
        biases = [self.item_bias_I, self.user_bias_T]
        return [
            {"params": [self.item_factors_IK, self.user_factors_TK]},
            {"params": biases, "lr_share": self.config.freedom},
        ]

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without a rating is predicted as the average person."""
        features_IF, levels_I = self.features(), self._levels()
        return self._prediction(levels_I + self._folded_in(profiles, features_IF, levels_I) @ features_IF.T, None)

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories) -> Tensor:
        features_IF, levels_I = self.features(), self._levels()
        persons_UF = self._folded_in(profiles, features_IF, levels_I)
        rows_N = as_index(wanted.item_rows_N, features_IF.device)
        person_N = as_index(wanted.user_rows_N, features_IF.device)
        return self._ratings(levels_I[rows_N] + (persons_UF[person_N] * features_IF[rows_N]).sum(1))

    def _folded_in(self, profiles: Histories, features_IF: Tensor, levels_I: Tensor) -> Tensor:
        """Each person's factors from their own ratings, [U, F]."""
        lots = self._lots(profiles.rated(), features_IF, levels_I)
        return ridge_factors(features_IF, lots, people=len(profiles), ridge=self._ridge(features_IF))

    def _ridge(self, features_IF: Tensor) -> Ridge:
        """How hard a person's factors and bias are held near the average person's."""
        config, width = self.config, features_IF.shape[1]
        ridge = Ridge(exact(torch.full((width,), config.pull)), exact(torch.full((width,), config.fold_in_l2)))
        if self._starts_from_biases and config.user_bias_damping is not None:
            ridge.per_rating_F[-1], ridge.fixed_F[-1] = 0.0, config.user_bias_damping
        return ridge

    def _lots(self, rated: Histories, features_IF: Tensor, levels_I: Tensor) -> Iterator[Lot]:
        rows_N = as_index(rated.item_rows_N, features_IF.device)
        return lots_of(rows_N, self._targets(rated, levels_I, rows_N), rated.counts_U, width=features_IF.shape[1])

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """See Model. Without entry i the ridge system loses one row; all systems are solved in one batch."""
        features_IF, levels_I = self.features(), self._levels()
        rows_n = as_index(profile.item_rows_N, features_IF.device)
        targets_n = self._targets(profile, levels_I, rows_n)
        out_V = as_index(left_out_V, features_IF.device)
        persons_VF = ridge_factors_without_each(features_IF[rows_n], targets_n, out_V, ridge=self._ridge(features_IF))
        if columns_C is None:
            return self._prediction(levels_I + persons_VF @ features_IF.T, None)
        columns = as_index(columns_C, features_IF.device)
        return self._prediction(levels_I[columns] + persons_VF @ features_IF[columns].T, columns)

    @property
    def states_uncertainty(self) -> bool:
        return bool(self.uncertainty_P.any())

    @torch.inference_mode()
    def rating_sds_of(self, profiles: Histories, wanted: Histories) -> Tensor | None:
        """See Model. Measured on held-out ratings (see `learn_uncertainty`)."""
        if not self.states_uncertainty:
            return None
        variances_N = self.variance_parts_of(profiles, wanted) @ self.uncertainty_P.double().cpu().numpy()
        return torch.from_numpy(np.sqrt(variances_N)).float()

    @torch.no_grad()
    def learn_uncertainty(self, fold_in: Histories, to_find: Histories) -> None:
        some = np.sort(np.random.default_rng(0).permutation(len(fold_in))[:_MOST_PEOPLE])
        profiles, wanted = fold_in.take(some), to_find.take(some).rated()
        errors_N = self.ratings_of(profiles, wanted).double().numpy() - wanted.ratings_N.astype(np.float64)
        weights_P = fitted_variance_weights(errors_N, self.variance_parts_of(profiles, wanted))
        self.uncertainty_P.copy_(torch.zeros(_PARTS) if weights_P is None else torch.from_numpy(weights_P))

    def variance_parts_of(self, profiles: Histories, wanted: Histories) -> Floats:
        """What the variance of each prediction is made of, [N, P] (see `variance_parts`)."""
        features_IF = self.features()
        variances_N = ridge_variances(
            features_IF,
            self._lots(profiles.rated(), features_IF, self._levels()),
            rows_N=as_index(wanted.item_rows_N),
            person_N=as_index(wanted.user_rows_N),
            ridge=self._ridge(features_IF),
        )
        counts_N = self.counts_I.cpu().numpy()[wanted.item_rows_N].astype(np.float64)
        return variance_parts(variances_N.numpy(), counts_N)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *others: Any) -> None:
        """Runs of earlier versions have no uncertainty, or have it by another name."""
        former = state_dict.pop(f"{prefix}doubt_P", torch.zeros(_PARTS))
        state_dict.setdefault(f"{prefix}uncertainty_P", former)
        super()._load_from_state_dict(state_dict, prefix, *others)

    def features(self) -> Tensor:
        """What a person's factors are multiplied with, [I, F], with 1 for the bias; 0 for titles nobody rated."""
        factors_IK = self.item_factors_IK * self.is_known_I[:, None]
        return torch.cat([factors_IK, torch.ones_like(factors_IK[:, :1])], 1) if self.config.bias else factors_IK

    def _levels(self) -> Tensor:
        """The target of each title for the average training person, [I]; the mean of all ratings where nobody rated."""
        levels_I = self._level + self.item_bias_I
        if len(self.user_factors_TK):
            levels_I = levels_I + self.item_factors_IK @ self.user_factors_TK.mean(0) + self.user_bias_T.mean()
        return torch.where(self.is_known_I, levels_I, self._as_targets(self.mean))

    def _targets(self, profile: Histories, levels_I: Tensor, rows_N: Tensor) -> Tensor:
        """What a person's factors are to explain of each entry, [N]; NaN where it is not rated."""
        ratings_N = torch.from_numpy(np.array(profile.ratings_N, dtype=np.float32)).to(levels_I.device)
        return self._as_targets(ratings_N) - levels_I[rows_N]


def variance_parts(person_variances_N: Floats, counts_N: Floats) -> Floats:
    """What the variance of each prediction is made of, [N, P].

    These are 1, what the person's ratings leave open (see `ridge_variances`), and 1 / (1 + the title's ratings).
    """
    return np.stack([np.ones_like(person_variances_N), person_variances_N, 1.0 / (1.0 + counts_N)], axis=1)


def fitted_variance_weights(errors_N: Floats, parts_NP: Floats) -> Floats | None:
    """The weights of the parts, [P] >= 0, that best give the squared errors; None for fewer than 30 ratings."""
    squared_N = errors_N**2
    if len(squared_N) < _LEAST_RATINGS or not np.isfinite(squared_N).all():
        return None
    expected_N = np.full(len(squared_N), max(float(squared_N.mean()), 1e-9))
    weights_P = np.zeros(parts_NP.shape[1])
    for _ in range(_ROUNDS):
        weights_P = nnls(parts_NP / expected_N[:, None], squared_N / expected_N)[0]
        expected_N = np.maximum(parts_NP @ weights_P, 1e-9)
    return weights_P
