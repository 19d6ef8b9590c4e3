"""Factorisation, computed: people's and titles' numbers in turns (see engine.models.alternating).

There is no learning rate. What is kept are the titles' numbers, how uncertain these are, and what having rated a title
says of a person; whoever asks gets their numbers by the very system that the people of the training data had theirs by.

Shapes: U profiles, T training people, I titles, K rank, F numbers of a title (K, and one more with biases).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.data.batches import mixed_seed
from engine.data.dataset import Histories, Scale
from engine.errors import TrainingError
from engine.events import Job, Pace, Progressed, StageStarted, drive
from engine.models.alternating import Numbers, Side, both_sides
from engine.models.base import ClosedFormModel
from engine.models.biases import BiasEquations
from engine.models.fold_in import Ridge, exact
from engine.models.mf import MatrixFactorization, MfConfig
from engine.models.registry import kind_of

_BIAS_ROUNDS = 2
_FIRST_PRESENCE = 2
"""The sweep from which on it counts which titles were rated: before, the numbers say little."""


class FactorizationByTurns(MatrixFactorization, ClosedFormModel):
    """Its state is the titles' numbers, their variances, and what having rated each says of a person."""

    can = kind_of("mf").can
    title_numbers_IF: Tensor
    title_variances_IK: Tensor
    presence_IF: Tensor

    def __init__(self, config: MfConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        width = config.factors + config.bias
        self.register_buffer("title_numbers_IF", torch.zeros(items, width))
        self.register_buffer("title_variances_IK", torch.zeros(items, config.factors))
        self.register_buffer("presence_IF", torch.zeros(items, width))
        self.sweeps_done = 0

    @property
    def keeps_when_stopped(self) -> bool:
        return self.sweeps_done > 0

    def fit(self, histories: Histories) -> Job[None]:
        """See ClosedFormModel: after each sweep the model is whole; a Stop leaves it as it was after the last."""
        yield StageStarted("counting", "Counting ratings")
        rated = self._count(histories)
        people, titles = self._sides(rated)
        persons = Numbers.zeros(len(rated), self.items, factors=self.config.factors, width=self._width)
        known = self._start(rated)
        yield StageStarted("solving", "Working out what people and titles have in common")
        pace, noise = Pace(), 0.5 * float(self.spread / self._zero_and_unit[1]) ** 2
        sweeps, each = self.config.sweeps, len(rated) + self.items
        for sweep in range(sweeps):
            done = sweep * each
            if sweep >= _FIRST_PRESENCE:
                people.learn_presence(persons)
            error = 0.0
            for rows, squares in people.solve(persons, known, ridge_F=self._ridge_F("user"), noise=noise):
                done, error = done + rows, error + squares
                yield Progressed(f"Sweep {sweep + 1} of {sweeps}", done, sweeps * each, "rows") if pace.due() else None
            noise = max(error / people.ratings, 1e-6)
            if sweep >= _FIRST_PRESENCE:
                titles.learn_presence(known)
            for rows, _ in titles.solve(known, persons, ridge_F=self._ridge_F("item"), noise=noise):
                done += rows
                yield Progressed(f"Sweep {sweep + 1} of {sweeps}", done, sweeps * each, "rows") if pace.due() else None
            self._keep(known, persons.presence_CF)

    def _sides(self, rated: Histories) -> tuple[Side, Side]:
        targets_N = self._as_targets(torch.from_numpy(np.array(rated.ratings_N, dtype=np.float32))) - self._level
        return both_sides(
            rated.indptr_U1, rated.item_rows_N, targets_N.numpy(), columns=self.items, width=self.config.factors
        )

    @property
    def _width(self) -> int:
        return self.title_numbers_IF.shape[1]

    def _start(self, rated: Histories) -> Numbers:
        """Small random factors, and biases near the best without factors; nothing of titles that nobody rated."""
        config = self.config
        known = Numbers.zeros(self.items, len(rated), factors=config.factors, width=self._width)
        noise = torch.Generator().manual_seed(mixed_seed(0, 0, salt=3))
        spread = config.start_spread * torch.randn(self.items, config.factors, generator=noise)
        known.values_RF[:, : config.factors] = spread * self.is_known_I[:, None]
        if config.bias:
            fitting = BiasEquations(rated, titles=self.items).fitted(
                user_damping=config.user_bias_damping or 0.0,
                item_damping=config.item_bias_damping or 0.0,
                rounds=_BIAS_ROUNDS,
            )
            known.values_RF[:, -1] = torch.from_numpy(drive(fitting).item_I / self._zero_and_unit[1]).float()
        return known

    def _ridge_F(self, side: str) -> Tensor:
        """How hard the numbers of a side ("user" or "item") are held near what follows from who rated what."""
        damping = [getattr(self.config, f"{side}_bias_damping") or 0.0] if self.config.bias else []
        return torch.tensor([self.config.pull] * self.config.factors + damping)

    def _keep(self, known: Numbers, presence_IF: Tensor) -> None:
        """Take over what a sweep found. Raises TrainingError where it is no numbers."""
        if not bool(torch.isfinite(known.values_RF).all()):
            raise TrainingError("The numbers of mf run out of precision.", remedy="Choose a larger l2.")
        self.title_numbers_IF.copy_(known.values_RF)
        self.title_variances_IK.copy_(known.variances_RK)
        self.presence_IF.copy_(presence_IF)
        self.sweeps_done += 1

    def _factors_IK(self) -> Tensor:
        return self.title_numbers_IF[:, : self.config.factors]

    def _ridge(self, features_IF: Tensor) -> Ridge:
        """As in the training people's own systems."""
        per_title_IF = torch.zeros_like(features_IF)
        per_title_IF[:, : self.config.factors] = self.title_variances_IK
        fixed_F = exact(self._ridge_F("user").to(features_IF.device))
        return Ridge(torch.zeros_like(fixed_F), fixed_F, exact(per_title_IF), exact(self.presence_IF))

    def _levels(self) -> Tensor:
        """The target of each title for somebody of whom nothing is known, [I]."""
        levels_I = self._level.expand(self.items)
        if self.config.bias:
            levels_I = levels_I + self.title_numbers_IF[:, -1]
        return torch.where(self.is_known_I, levels_I, self._as_targets(self.mean))
