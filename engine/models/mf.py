"""Factorisation: a short row of numbers for each person and each title, whose product is the rating.

With biases a rating is mu + b_u + b_i + p_u . q_i (Koren, Bell and Volinsky 2009); without, p_u . q_i alone, as in the
low-rank study. The settings name the solver: `als` computes the numbers in turns (mf_by_turns.py), `adam` and `sgd`
find them by steps (mf_by_steps.py). Here is what both have in common: whoever asks, whether or not they were in the
training data, gets their p_u (and b_u) by ridge least squares on their own ratings, the titles' rows held still.

How far off a prediction may be is measured on held-out ratings. Its variance has three parts: what nobody can know (the
same person would rate the same title differently tomorrow), what the person's few ratings leave open, and what the
title's few ratings leave open.

Shapes: U profiles, I titles, K rank, F features of a title (K, and one more with biases), N entries, n of one profile,
V variants, C columns, P parts of a variance.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Histories, Int64, Scale
from engine.models.base import Prediction, as_index
from engine.models.biases import DAMPING, Floats, damping_setting
from engine.models.fold_in import (
    Lot,
    Ridge,
    lots_of,
    ridge_factors,
    ridge_factors_without_each,
    ridge_variances,
)
from engine.models.network import HIDDEN, OUTPUT, Layer, Network, tables
from engine.models.rating_model import PredictsRatings, RatingConfig
from engine.settings import setting
from engine.wording import said

ALS = "als"
_BY_STEPS = ("adam", "sgd")
L2, L2_IN_TURNS = 0.015, 4.0
"""The regularisation where nobody chose one, by steps and in turns: the best on MovieLens-1M."""
_LITTLE, _MUCH, _L2_EXPONENT = 80_000, 800_000, 0.4
_RANK_BY_STEPS, _RANK_IN_TURNS = 64, 32
_SMALL = 0.1
_PARTS = 3
_MOST_PEOPLE = 2_000
_LEAST_RATINGS = 30
_ROUNDS = 8


@dataclass(frozen=True)
class MfConfig(RatingConfig):
    solver: str = setting(
        ALS,
        label=said("Solver"),
        help=said(
            "als computes people and titles in turns; adam and sgd learn by steps, with a learning "
            "rate. On MovieLens-1M predicted stars were off by 0.825 with als and by 0.847 with adam."
        ),
        choices=(ALS, *_BY_STEPS),
        more=False,
    )
    rank: int | None = setting(
        None,
        label=said("Rank"),
        help=said("Numbers kept for each person and each title. Automatic: 32 in turns, 64 by steps."),
        low=1,
        high=4096,
        more=False,
    )
    sweeps: int = setting(
        12,
        label=said("Sweeps"),
        help=said("als: how often people and titles take their turns."),
        low=1,
        high=1000,
        more=False,
        only_with=("solver", (ALS,)),
    )
    bias: bool = setting(
        True,
        label=said("Biases"),
        help=said("Whether people and titles have a level of their own beside the product."),
        more=False,
    )
    init: str = setting(
        "small",
        label=said("Start"),
        help=said(
            "By steps: small random factors, standard normal ones, a tenth of the ratings' own SVD, or all of it."
        ),
        choices=("small", "normal", "svd", "whole_svd"),
        only_with=("solver", _BY_STEPS),
    )
    l2: float | None = setting(
        None,
        label=said("Regularisation (l2)"),
        help=said(
            "How hard factors are held back: in turns once for each person and title, by steps each "
            "time a rating is learned from. Automatic: what does best on held-out ratings."
        ),
        low=0.0,
        high=100.0,
        more=False,
    )
    fold_in_l2: float = setting(
        0.3,
        label=said("Fold-in l2"),
        help=said("By steps: how cautious the factors of a person with few ratings are, beyond l2."),
        low=1e-6,
        high=1e6,
        scale="log",
        only_with=("solver", _BY_STEPS),
    )
    user_bias_damping: float | None = damping_setting(said("Person bias damping"), "person")
    item_bias_damping: float | None = damping_setting(said("Title bias damping"), "title")

    @property
    def learns_by_steps(self) -> bool:
        return self.solver != ALS

    @property
    def optimizer(self) -> str | None:
        return self.solver if self.learns_by_steps else None

    def network(self, titles: int) -> Network:
        """See ModelConfig."""
        product = Layer(said("Dot product"), 1, HIDDEN, said("with biases") if self.bias else "")
        loss = said("squared error") if self.learns_by_steps else said("squared error, solved in turns")
        return Network((tables(self.factors), (product,), (Layer(said("Rating"), 1, OUTPUT),)), (loss,))

    @property
    def factors(self) -> int:
        """The rank; as on most data where it was left automatic."""
        return self.rank or (_RANK_BY_STEPS if self.learns_by_steps else _RANK_IN_TURNS)

    @property
    def pull(self) -> float:
        """How hard factors are held back; as on much data where it was left automatic."""
        return self.usual_l2(_MUCH) if self.l2 is None else self.l2

    def usual_l2(self, entries: int) -> float:
        """The l2 that does well on so many ratings. In turns it is the less the fewer there are."""
        if self.learns_by_steps:
            return L2
        return float(f"{L2_IN_TURNS * min(1.0, max(entries, _LITTLE) / _MUCH) ** _L2_EXPONENT:.2g}")

    @property
    def freedom(self) -> float:
        """By steps: the share of the usual freedom that factors have, 0 to 1: the less, the harder they are pulled.

        Of titles with few ratings something of the random start remains, which is noise, and biases that start where
        they are best without factors only have to make room for these. So both go with it.
        """
        return L2 / max(self.pull, L2)

    @property
    def start_spread(self) -> float:
        """The spread of random factors at the start."""
        if not self.learns_by_steps:
            return _SMALL
        return 1.0 if self.init == "normal" else _SMALL * self.freedom

    def fitted_to(self, entries: int) -> Self:
        return self.changed(
            rank=self.factors,
            l2=self.usual_l2(max(1, entries)) if self.l2 is None else self.l2,
            user_bias_damping=DAMPING if self.user_bias_damping is None else self.user_bias_damping,
            item_bias_damping=DAMPING if self.item_bias_damping is None else self.item_bias_damping,
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """See Config; runs of earlier versions all learned by steps."""
        return super().from_dict({"solver": "adam", **values})


class MatrixFactorization(PredictsRatings):
    """Answers for anybody, from what is known of the titles and of how a person's numbers are held back."""

    name = "mf"
    config: MfConfig
    uncertainty_P: Tensor

    def __init__(self, config: MfConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.register_buffer("uncertainty_P", torch.zeros(_PARTS))

    @abstractmethod
    def _factors_IK(self) -> Tensor:
        """The titles' factors, [I, K]."""

    @abstractmethod
    def _ridge(self, features_IF: Tensor) -> Ridge:
        """How hard a person's factors and bias are held, and near what."""

    @abstractmethod
    def _levels(self) -> Tensor:
        """The target of each title for somebody of whom nothing is known, [I]."""

    @property
    def _level(self) -> Tensor:
        """What every target starts from: the mean with biases, 0 without."""
        return self._as_targets(self.mean) if self.config.bias else torch.zeros_like(self.mean)

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without a rating is predicted as the average person."""
        features_IF, levels_I = self.features(), self._levels()
        return self._prediction(levels_I + self._folded_in(profiles, features_IF, levels_I) @ features_IF.T, None)

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories, *, learned_U: Int64 | None = None) -> Tensor:
        features_IF, levels_I = self.features(), self._levels()
        persons_UF = self._persons(profiles, features_IF, levels_I, learned_U)
        rows_N = as_index(wanted.item_rows_N, features_IF.device)
        person_N = as_index(wanted.user_rows_N, features_IF.device)
        return self._ratings(levels_I[rows_N] + (persons_UF[person_N] * features_IF[rows_N]).sum(1))

    def _persons(self, profiles: Histories, features_IF: Tensor, levels_I: Tensor, learned_U: Int64 | None) -> Tensor:
        """Each person's factors, [U, F]. In turns those of training people are found by folding in, so they are this
        anew, from all that is known of them by now."""
        return self._folded_in(profiles, features_IF, levels_I)

    def _folded_in(self, profiles: Histories, features_IF: Tensor, levels_I: Tensor) -> Tensor:
        """Each person's factors from their own ratings, [U, F]."""
        lots = self._lots(profiles.rated(), features_IF, levels_I)
        return ridge_factors(features_IF, lots, people=len(profiles), ridge=self._ridge(features_IF))

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
        persons_VF = ridge_factors_without_each(features_IF, rows_n, targets_n, out_V, ridge=self._ridge(features_IF))
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

    def item_vectors(self) -> Tensor:
        return self._factors_IK() * self.is_known_I[:, None]

    def features(self) -> Tensor:
        """What a person's factors are multiplied with, [I, F], with 1 for the bias; 0 for titles nobody rated."""
        factors_IK = self._factors_IK() * self.is_known_I[:, None]
        return torch.cat([factors_IK, torch.ones_like(factors_IK[:, :1])], 1) if self.config.bias else factors_IK

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
        weights_P = nonnegative_weights(parts_NP / expected_N[:, None], squared_N / expected_N)
        expected_N = np.maximum(parts_NP @ weights_P, 1e-9)
    return weights_P


def nonnegative_weights(parts_NP: Floats, wanted_N: Floats) -> Floats:
    """The weights >= 0 of a few columns that come nearest to what is wanted, [P].

    The best are least squares on the columns that have a weight: all choices of these are tried. SciPy's nnls does it
    for many columns, but takes half a second to import, which somebody who presses Stop would wait for.
    """
    gram_PP, right_P = parts_NP.T @ parts_NP, parts_NP.T @ wanted_N
    best_P, least = np.zeros(len(right_P)), 0.0
    for count in range(1, len(right_P) + 1):
        for chosen in combinations(range(len(right_P)), count):
            some = list(chosen)
            found = np.linalg.lstsq(gram_PP[np.ix_(some, some)], right_P[some], rcond=None)[0]
            error = -float(found @ right_P[some])
            if (found >= 0).all() and error < least:
                best_P, least = np.zeros(len(right_P)), error
                best_P[some] = found
    return best_P
