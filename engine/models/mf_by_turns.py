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
from engine.models.biases import DAMPING, BiasEquations, predicted
from engine.models.declaration import Load
from engine.models.fold_in import Ridge, exact
from engine.models.mf import MatrixFactorization, MfConfig
from engine.models.registry import kind_of
from engine.wording import said

_BIAS_ROUNDS = 4
_LEAST_DAMPING = 1e-6
_FIRST_PRESENCE = 2
"""The sweep from which on it counts which titles were rated: before, the numbers say little."""


class FactorizationByTurns(MatrixFactorization, ClosedFormModel):
    """Its state is the titles' numbers, their variances, and what having rated each says of a person."""

    can = kind_of("mf").can
    level: Tensor
    title_numbers_IF: Tensor
    title_variances_IK: Tensor
    presence_IK: Tensor

    def __init__(self, config: MfConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        width = config.factors + config.bias
        self.register_buffer("title_numbers_IF", torch.zeros(items, width))
        self.register_buffer("title_variances_IK", torch.zeros(items, config.factors))
        self.register_buffer("presence_IK", torch.zeros(items, config.factors))
        self.register_buffer("level", torch.zeros(()))
        self.sweeps_done = 0

    @property
    def keeps_when_stopped(self) -> bool:
        return self.sweeps_done > 0

    def fit(self, histories: Histories) -> Job[None]:
        """See ClosedFormModel: after each sweep the model is whole; a Stop leaves it as it was after the last."""
        yield StageStarted("counting", said("Counting ratings"))
        rated = self._count(histories)
        known, noise = self._start(rated)
        people, titles = self._sides(rated)
        persons = Numbers.zeros(len(rated), self.items, factors=self.config.factors, width=self._width)
        yield StageStarted("solving", said("Working out what people and titles have in common"))
        pace, most_noise = Pace(), noise
        sweeps, each = self.config.sweeps, len(rated) + self.items

        def progress(sweep: int, rows: int) -> Progressed | None:
            if not pace.due():
                return None
            words = said("Sweep {sweep} of {sweeps}", sweep=sweep + 1, sweeps=sweeps)
            return Progressed(words, sweep * each + rows, sweeps * each, "rows")

        for sweep in range(sweeps):
            done, error = 0, 0.0
            if sweep >= _FIRST_PRESENCE:
                people.learn_presence(persons, titles)
            for rows, squares in people.solve(persons, known, ridge_F=self._ridge_F("user"), noise=noise):
                done, error = done + rows, error + squares
                yield progress(sweep, done)
            noise = min(max(error / people.ratings, 1e-6), most_noise)
            if sweep >= _FIRST_PRESENCE:
                titles.learn_presence(known, people)
            for rows, _ in titles.solve(known, persons, ridge_F=self._ridge_F("item"), noise=noise):
                done += rows
                yield progress(sweep, done)
            self._keep(known, persons.presence_CK)

    @classmethod
    def working_bytes(cls, config: MfConfig, load: Load) -> float:
        """See Model: the ratings, by person and by title, in lots, from an ordered copy; four rows for each person
        and title, and as many while these are learned."""
        return 52.0 * load.entries + 36.0 * (load.people + load.titles) * config.factors

    def _sides(self, rated: Histories) -> tuple[Side, Side]:
        targets_N = self._as_targets(torch.from_numpy(np.array(rated.ratings_N, dtype=np.float32))) - self._level
        return both_sides(
            rated.indptr_U1, rated.item_rows_N, targets_N.numpy(), columns=self.items, width=self.config.factors
        )

    @property
    def _width(self) -> int:
        return self.title_numbers_IF.shape[1]

    def _start(self, rated: Histories) -> tuple[Numbers, float]:
        """Small random factors, biases near the best without factors, and the mean square of what these leave.

        The level from which biases count is what fits with them: the mean of all ratings is drawn to what many rate.
        """
        config = self.config
        known = Numbers.zeros(self.items, len(rated), factors=config.factors, width=self._width)
        noise = torch.Generator().manual_seed(mixed_seed(0, 0, salt=3))
        spread = config.start_spread * torch.randn(self.items, config.factors, generator=noise)
        known.values_RF[:, : config.factors] = spread * self.is_known_I[:, None]
        unit = self._zero_and_unit[1]
        if not config.bias:
            self.level.zero_()
            return known, float(self._as_targets(self.mean) ** 2 + (self.spread / unit) ** 2)
        user, item = self._dampings
        fitting = BiasEquations(rated, titles=self.items).fitted(
            user_damping=user, item_damping=item, rounds=_BIAS_ROUNDS
        )
        biases = drive(fitting)
        known.values_RF[:, -1] = torch.from_numpy(biases.item_I / unit).float()
        self.level.copy_(self._as_targets(torch.tensor(biases.mean)))
        left_N = rated.ratings_N - predicted(biases, rated, rated, user_damping=user)
        return known, float((left_N**2).mean()) / unit**2

    @property
    def _dampings(self) -> tuple[float, float]:
        """Of the biases of people and of titles; a little at least, or nobody without ratings had one."""
        given = self.config.user_bias_damping, self.config.item_bias_damping
        user, item = (max(DAMPING if damping is None else damping, _LEAST_DAMPING) for damping in given)
        return user, item

    @property
    def _level(self) -> Tensor:
        return self.level

    def _ridge_F(self, side: str) -> Tensor:
        """How hard the numbers of a side ("user" or "item") are held near what follows from who rated what."""
        config = self.config
        damping = [self._dampings[side == "item"]] if config.bias else []
        return torch.tensor([max(config.pull, _LEAST_DAMPING)] * config.factors + damping)

    def _keep(self, known: Numbers, presence_IK: Tensor) -> None:
        """Take over what a sweep found. Raises TrainingError where it is no numbers."""
        if not bool(torch.isfinite(known.values_RF).all()):
            raise TrainingError(said("The numbers of mf run out of precision."), remedy=said("Choose a larger l2."))
        self.title_numbers_IF.copy_(known.values_RF)
        self.title_variances_IK.copy_(known.variances_RK)
        self.presence_IK.copy_(presence_IK)
        self.sweeps_done += 1

    def _factors_IK(self) -> Tensor:
        return self.title_numbers_IF[:, : self.config.factors]

    def _ridge(self, features_IF: Tensor) -> Ridge:
        """As in the training people's own systems."""
        fixed_F = exact(self._ridge_F("user").to(features_IF.device))
        return Ridge(torch.zeros_like(fixed_F), fixed_F, self.title_variances_IK, self.presence_IK)

    def _levels(self) -> Tensor:
        """The target of each title for somebody of whom nothing is known, [I]."""
        levels_I = self._level.expand(self.items)
        if self.config.bias:
            levels_I = levels_I + self.title_numbers_IF[:, -1]
        return torch.where(self.is_known_I, levels_I, self._as_targets(self.mean))
