"""Factorisation, learned by steps.

Biases start where they are best without factors and stay damped as there (see engine.models.biases), because few
ratings say little; factors are pulled towards zero the harder the more ratings there are. What few ratings of a person
do not settle is the average training person's.

Shapes: T training people, I titles, K rank, F features of a title (K, and one more with biases), B ratings of a batch,
N entries.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds
from torch import Tensor, nn

from engine.data.batches import EntryBatch, mixed_seed
from engine.data.dataset import Histories, Int64, Scale
from engine.events import drive
from engine.models.base import Losses, Moment, as_index
from engine.models.biases import BiasEquations
from engine.models.declaration import Load
from engine.models.fold_in import Ridge, exact
from engine.models.mf import MatrixFactorization, MfConfig
from engine.models.rating_model import RatingModel, learned_or_folded
from engine.models.registry import kind_of

Tables = tuple[Tensor, Tensor, Tensor, Tensor]
"""Factors of people and of titles, then their biases."""
Pulls = tuple[float, Tensor, Tensor]

_SVD_SHARES = {"svd": 0.1, "whole_svd": 1.0}


class FactorizationBySteps(MatrixFactorization, RatingModel):
    """Factors and biases of titles, and of the people it was trained on."""

    can = kind_of("mf", MfConfig(solver="adam")).can
    user_pull_T: Tensor
    item_pull_I: Tensor
    sized_by_people = ("user_factors_TK", "user_bias_T")
    pairs_an_example = 12

    def __init__(self, config: MfConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        self.item_factors_IK = nn.Parameter(
            nn.init.normal_(torch.empty(items, config.factors), std=config.start_spread)
        )
        self.item_bias_I = nn.Parameter(torch.zeros(items), requires_grad=config.bias)
        self.user_factors_TK = nn.Parameter(torch.zeros(0, config.factors))
        self.user_bias_T = nn.Parameter(torch.zeros(0), requires_grad=config.bias)
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
        factors_TK = self.config.start_spread * torch.randn(len(histories), self.config.factors, generator=noise)
        self.user_factors_TK = nn.Parameter(factors_TK)
        self.user_bias_T = nn.Parameter(torch.zeros(len(histories)), requires_grad=self.config.bias)
        self.user_pull_T = torch.full((len(histories),), self.config.pull)
        self.item_pull_I.fill_(self.config.pull)
        rated = histories.rated()
        if self._starts_from_biases:
            self._start_biases(rated)
        if self.config.init in _SVD_SHARES:
            self._start_from_svd(rated, share=_SVD_SHARES[self.config.init], seed=seed)

    @classmethod
    def working_bytes(cls, config: MfConfig, load: Load) -> float:
        """See RatingModel: or while biases are fitted, the ratings in double precision with what is left of them."""
        rows = 24.0 * load.batch * config.factors
        return max(super().working_bytes(config, load), 64.0 * load.entries) + rows

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
    def _start_from_svd(self, rated: Histories, *, share: float, seed: int) -> None:
        """A share of the best factors of what biases leave of the ratings; missing ones are 0, as in the study."""
        people_N, rows_N = as_index(rated.user_rows_N), as_index(rated.item_rows_N)
        biases_N = self.user_bias_T.cpu()[people_N] + self.item_bias_I.cpu()[rows_N]
        targets_N = self._as_targets(torch.from_numpy(np.array(rated.ratings_N))) - self._level - biases_N
        matrix_TI = csr_array(
            (targets_N.numpy().astype(np.float64), rated.item_rows_N, rated.indptr_U1), shape=(len(rated), self.items)
        )
        rank = min(self.config.factors, min(matrix_TI.shape) - 1)
        if rank < 1:
            return
        start = np.random.default_rng(seed).standard_normal(min(matrix_TI.shape))
        left_TK, values_K, right_KI = svds(matrix_TI, k=rank, v0=start)
        roots_K = np.sqrt(values_K)
        self.user_factors_TK[:, :rank] = torch.from_numpy(share * left_TK * roots_K).float()
        self.item_factors_IK[:, :rank] = torch.from_numpy(share * right_KI.T * roots_K).float()

    def losses(self, batch: EntryBatch, *, noise: torch.Generator, moment: Moment) -> Losses:
        tables = self.user_factors_TK, self.item_factors_IK, self.user_bias_T, self.item_bias_I
        zero, unit = self._zero_and_unit
        targets_B = (batch.ratings_B - (self.mean if self.config.bias else zero)) / unit
        pulls = self.config.pull, self.user_pull_T, self.item_pull_I
        return self._losses_by_hand(partial(_Asked, tables, pulls, batch, targets_B), tables, moment)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Biases learn at a share of the rate (see MfConfig.freedom)."""
        if not self._starts_from_biases:
            return super().parameter_groups()
        biases = [self.item_bias_I, self.user_bias_T]
        return [
            {"params": [self.item_factors_IK, self.user_factors_TK]},
            {"params": biases, "lr_share": self.config.freedom},
        ]

    def _factors_IK(self) -> Tensor:
        return self.item_factors_IK

    @property
    def knows_people(self) -> bool:
        return True

    def _persons(self, profiles: Histories, features_IF: Tensor, levels_I: Tensor, learned_U: Int64 | None) -> Tensor:
        """See MatrixFactorization. What was learned of training people counts from the average one, as `_levels`."""
        if learned_U is None:
            return self._folded_in(profiles, features_IF, levels_I)

        def learned(rows_L: Tensor) -> Tensor:
            factors_LK = self.user_factors_TK[rows_L] - self.user_factors_TK.mean(0)
            bias_L1 = (self.user_bias_T[rows_L] - self.user_bias_T.mean())[:, None]
            return torch.cat([factors_LK, bias_L1], dim=1) if self.config.bias else factors_LK

        return learned_or_folded(
            learned_U, learned, profiles, lambda others: self._folded_in(others, features_IF, levels_I)
        )

    def _ridge(self, features_IF: Tensor) -> Ridge:
        """How hard a person's factors and bias are held near the average person's."""
        config, width = self.config, features_IF.shape[1]
        ridge = Ridge(exact(torch.full((width,), config.pull)), exact(torch.full((width,), config.fold_in_l2)))
        if self._starts_from_biases and config.user_bias_damping is not None:
            ridge.per_rating_F[-1], ridge.fixed_F[-1] = 0.0, config.user_bias_damping
        return ridge

    def _levels(self) -> Tensor:
        """The target of each title for the average training person, [I]; the mean of all ratings where nobody rated."""
        levels_I = self._level + self.item_bias_I
        if len(self.user_factors_TK):
            levels_I = levels_I + self.item_factors_IK @ self.user_factors_TK.mean(0) + self.user_bias_T.mean()
        return torch.where(self.is_known_I, levels_I, self._as_targets(self.mean))


class _Asked:
    """What a batch asks of the tables: the rows of its people and titles, gathered once, and how far off they are.

    Its gradients are by hand: each is written once.
    """

    def __init__(self, tables: Tables, pulls: Pulls, batch: EntryBatch, targets_B: Tensor) -> None:
        users_TK, items_IK, users_T, items_I = self.tables = tables
        self.people, self.rows = people, rows = batch.person_B, batch.item_rows_B
        self.pull, user_pull_T, item_pull_I = pulls
        self.user_BK, self.item_BK = users_TK.index_select(0, people), items_IK.index_select(0, rows)
        self.user_B, self.item_B = users_T.index_select(0, people), items_I.index_select(0, rows)
        self.held_user_B = user_pull_T.index_select(0, people).mul_(self.user_B)
        self.held_item_B = item_pull_I.index_select(0, rows).mul_(self.item_B)
        self.left_B = self.user_BK.mul(self.item_BK).sum(1)
        self.left_B.add_(self.user_B).add_(self.item_B).sub_(targets_B)

    def error(self) -> Tensor:
        """The mean squared error, without what is pulled."""
        return self.left_B.dot(self.left_B) / max(1, len(self.people))

    def held(self) -> Tensor:
        """What the ratings pull, as a mean over them."""
        user, item = self.user_BK.view(-1), self.item_BK.view(-1)
        biases = self.held_user_B.dot(self.user_B) + self.held_item_B.dot(self.item_B)
        return torch.add(biases, user.dot(user) + item.dot(item), alpha=self.pull) / max(1, len(self.people))

    def gradients(self, slope: Tensor | float) -> tuple[Tensor | None, ...]:
        """That of each table, None where it learns nothing; `slope` is the loss's own."""
        share = slope * (2.0 / max(1, len(self.people)))
        held, left_B = share * self.pull, self.left_B * share
        by_user_BK = self.user_BK.mul(held).addcmul_(self.item_BK, left_B[:, None])
        by_item_BK = self.item_BK.mul(held).addcmul_(self.user_BK, left_B[:, None])
        users_TK, items_IK, users_T, items_I = self.tables
        return (
            _added_up(users_TK, self.people, by_user_BK),
            _added_up(items_IK, self.rows, by_item_BK),
            _added_up(users_T, self.people, left_B + self.held_user_B * share),
            _added_up(items_I, self.rows, left_B + self.held_item_B * share),
        )


def _added_up(table: Tensor, rows_B: Tensor, values_B: Tensor) -> Tensor | None:
    """The sum of the values of each row of a table; None where it learns nothing."""
    if not table.requires_grad:
        return None
    return values_B.new_zeros(table.shape).index_add_(0, rows_B, values_B)
