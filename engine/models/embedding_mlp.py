"""An embedding for each person and each title, side by side through a small network that ends in a rating.

The Netflix-Prize study's network: linear, batch norm, ReLU, dropout, twice, then linear to one number; its plain form
has one hidden layer and neither norm nor dropout. Whoever asks, whether or not they were in the training data, gets an
embedding by a few Gauss-Newton steps on their own ratings, from the mean of all people's embeddings and held near it;
the network stays as it is, its batch norm in eval mode.

Shapes: U profiles, T training people, I titles, E embedding, H first hidden width, B ratings, N entries, n of one
profile, V variants, C columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.batches import EntryBatch, mixed_seed
from engine.data.dataset import Histories, Int64, Scale
from engine.models.base import Losses, Moment, Prediction, as_index
from engine.models.fold_in import Lot, PersonNetwork, exact, lots_of, variants_of
from engine.models.losses import dropout_like
from engine.models.rating_model import RatingConfig, RatingModel
from engine.models.registry import kind_of, title_of
from engine.settings import setting

_STUDY_HIDDEN = (512, 256)
_STUDY_ENTRIES = 1e8
_STUDY_EMBEDDING, _L2, _MOST_L2 = 100, 0.003, 0.1
_ENOUGH_ENTRIES = 1e6
_PAIRS_AT_ONCE = 2**17
_EXACT_UP_TO = 128
"""Ratings of a profile whose variants are folded in in float64."""
_SPREAD, _LAST_SPREAD = 0.05, 0.01
_MOMENTUM, _EPS = 0.1, 1e-5

FEW_RATINGS = 300_000
"""With fewer there is little gain over averages: on the bundled sample it is 0.891 stars off, they 0.893, mf 0.878."""


@dataclass(frozen=True)
class EmbeddingMlpConfig(RatingConfig):
    """The settings of `embedding_mlp`; None is automatic."""

    embedding: int | None = setting(
        None, label="Embedding", help="Numbers kept for each person and each title.", low=1, high=4096, more=False
    )
    hidden: tuple[int, ...] | None = setting(
        None, label="Hidden widths", help="Neurons of each hidden layer.", low=1, high=65536, more=False
    )
    norm: bool = setting(True, label="Batch norm", help="Whether each hidden layer is normalised by its batch.")
    dropout: float = setting(
        0.3, label="Dropout", help="Share of each hidden layer that is hidden in training.", low=0.0, high=0.99
    )
    l2: float | None = setting(
        None,
        label="Regularisation (l2)",
        help="Pulls embeddings towards zero, each time a rating is learned from.",
        low=0.0,
        high=100.0,
    )
    fold_in_l2: float = setting(
        0.7,
        label="Fold-in l2",
        help="How near to everybody's mean a person's embedding is held: more for noisier ratings.",
        low=1e-6,
        high=1e6,
        scale="log",
    )

    def widths(self) -> tuple[int, ...]:
        """The hidden widths; the study's where they were left automatic."""
        return self.hidden or _STUDY_HIDDEN

    @property
    def length(self) -> int:
        """The numbers of an embedding; the study's where they were left automatic."""
        return self.embedding or _STUDY_EMBEDDING

    @property
    def pull(self) -> float:
        """How hard embeddings are pulled towards zero; as on much data where it was left automatic."""
        return _L2 if self.l2 is None else self.l2

    def fitted_to(self, entries: int) -> Self:
        k = min(1.0, math.sqrt(math.sqrt(entries / _STUDY_ENTRIES)))
        share = min(1.0, max(1, entries) / _ENOUGH_ENTRIES)
        return self.changed(
            hidden=self.hidden or tuple(max(32, math.ceil(width * k / 32) * 32) for width in _STUDY_HIDDEN),
            embedding=self.embedding or max(8, round(_STUDY_EMBEDDING * math.sqrt(share))),
            l2=min(_MOST_L2, _L2 / share) if self.l2 is None else self.l2,
        )


class EmbeddingMlp(RatingModel):
    """The network and both tables of embeddings. `config` must be fitted (no automatic widths left)."""

    name = "embedding_mlp"
    can = kind_of(name).can
    config: EmbeddingMlpConfig
    sized_by_people = ("users_TE",)

    def __init__(self, config: EmbeddingMlpConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        widths = config.widths()
        self.items_IE = nn.Parameter(_SPREAD * torch.randn(items, config.length))
        self.users_TE = nn.Parameter(torch.zeros(0, config.length))
        self.from_user = nn.Linear(config.length, widths[0], bias=False)
        self.from_item = nn.Linear(config.length, widths[0])
        self.hidden = nn.ModuleList(nn.Linear(wide, narrow) for wide, narrow in pairwise(widths))
        self.norms = nn.ModuleList(BatchNorm(width) for width in widths) if config.norm else nn.ModuleList()
        self.last = nn.Linear(widths[-1], 1)
        nn.init.normal_(self.last.weight, std=_LAST_SPREAD)
        nn.init.zeros_(self.last.bias)

    def prepare(self, histories: Histories, *, seed: int) -> None:
        super().prepare(histories, seed=seed)
        draw = torch.Generator().manual_seed(mixed_seed(seed, 0, salt=3))
        self.users_TE = nn.Parameter(_SPREAD * torch.randn(len(histories), self.config.length, generator=draw))

    def notes(self, histories: Histories) -> tuple[str, ...]:
        rated = histories.rated().entries
        if rated >= FEW_RATINGS:
            return ()
        return (
            f"With {rated:,} ratings to learn from, plain averages predict stars nearly as well as this network; "
            f"{title_of('mf')} predicts them better.",
        )

    def losses(self, batch: EntryBatch, *, noise: torch.Generator, moment: Moment) -> Losses:
        user_BE, item_BE = self.users_TE[batch.person_B], self.items_IE[batch.item_rows_B]
        hidden_BH = self._activated(0, self.from_user(user_BE) + self.from_item(item_BE), noise)
        for place, layer in enumerate(self.hidden, start=1):
            hidden_BH = self._activated(place, layer(hidden_BH), noise)
        predicted_B = self._level + self.last(hidden_BH)[:, 0]
        lengths_B = user_BE.square().sum(1) + item_BE.square().sum(1)
        return self._squared_error(
            predicted_B - self._as_targets(batch.ratings_B), self.config.pull * lengths_B.float().mean()
        )

    def _activated(self, place: int, layer_BH: Tensor, noise: torch.Generator) -> Tensor:
        normed_BH = self.norms[place](layer_BH) if self.config.norm else layer_BH
        hidden_BH = torch.relu(normed_BH)
        return hidden_BH * dropout_like(hidden_BH, self.config.dropout, noise) if self.config.dropout else hidden_BH

    def _rated(self, first_H: Tensor) -> Tensor:
        """The target for a first layer before its norm; H is its last dimension."""
        hidden = torch.relu(self._normed(0, first_H))
        for place, layer in enumerate(self.hidden, start=1):
            hidden = torch.relu(self._normed(place, layer(hidden)))
        target: Tensor = self._level + self.last(hidden)[..., 0]
        return target

    def _normed(self, place: int, layer_H: Tensor) -> Tensor:
        slope_H, offset_H = self._norm_line(place)
        return layer_H * slope_H + offset_H if self.config.norm else layer_H

    def _known_items(self) -> Tensor:
        """The titles' embeddings in prediction, [I, E]: a title that nobody rated in training gets the mean."""
        known_I1 = self.is_known_I[:, None]
        mean_E = (self.items_IE * known_I1).sum(0) / known_I1.sum().clamp(min=1)
        return torch.where(known_I1, self.items_IE, mean_E)

    def _norm_line(self, place: int) -> tuple[Tensor, Tensor]:
        """The batch norm of a hidden layer in prediction, as a slope and an offset (each [width], or a scalar)."""
        if not self.config.norm:
            return torch.ones_like(self.mean), torch.zeros_like(self.mean)
        norm = self.norms[place]
        assert isinstance(norm, BatchNorm)
        return norm.as_line()

    @property
    def _level(self) -> Tensor:
        """The target that the network adds to: the mean of all ratings."""
        return self._as_targets(self.mean)

    def _folded_in(self, lots: Iterator[Lot], people: int, *, exactly: bool) -> Tensor:
        """Everybody's embedding by Gauss-Newton from the mean of all, [U, E] float32.

        `exactly` computes in float64, as explanations need it; float32 takes less than half the time.
        """
        network = self.person_network(torch.float64 if exactly else torch.float32)
        mean_E, ridge = self._everybody()
        persons_UE = mean_E.expand(people, -1).clone()
        for lot in lots:
            at = torch.from_numpy(lot.people).to(mean_E.device)
            persons_UE[at] = network.stepped(lot, mean_E, lot.counts_U * self.config.pull + ridge)
        return persons_UE.float().to(self.users_TE.device)

    def person_network(self, dtype: torch.dtype) -> PersonNetwork:
        """The network as a function of a person's embedding, batch norms drawn into the weights."""
        slope_H, offset_H = self._exact_norm_line(0)
        layers = []
        for place, layer in enumerate(self.hidden, start=1):
            assert isinstance(layer, nn.Linear)
            slope, offset = self._exact_norm_line(place)
            layers.append((_exact(layer.weight) * slope[:, None], _exact(layer.bias) * slope + offset))
        return PersonNetwork(
            _exact(self.from_item(self._known_items())) * slope_H + offset_H,
            _exact(self.from_user.weight) * slope_H[:, None],
            layers,
            last_K=_exact(self.last.weight[0]),
            level=_exact(self.last.bias + self._level),
            dtype=dtype,
        )

    def _exact_norm_line(self, place: int) -> tuple[Tensor, Tensor]:
        """The batch norm of a hidden layer, [width] each, float64."""
        width = self.config.widths()[place]
        slope, offset = (_exact(values).expand(width) for values in self._norm_line(place))
        return slope, offset

    def _everybody(self) -> tuple[Tensor, float]:
        """The mean embedding, [E], and how strongly newcomers are held near it: rating noise over spread."""
        users_TE = _exact(self.users_TE)
        if not len(users_TE):
            return users_TE.new_zeros(users_TE.shape[1]), 1.0
        noise = self.config.fold_in_l2 * float(self.spread) ** 2 / self._zero_and_unit[1] ** 2
        return users_TE.mean(0), noise / max(float(users_TE.var(0, correction=0).mean()), 1e-8)

    def _folded_in_profiles(self, profiles: Histories, *, exactly: bool) -> Tensor:
        rated = profiles.rated()
        targets_N = self._as_targets(torch.from_numpy(np.array(rated.ratings_N)))
        lots = lots_of(as_index(rated.item_rows_N), targets_N, rated.counts_U, width=self._width)
        return self._folded_in(lots, len(rated), exactly=exactly)

    @property
    def _width(self) -> int:
        """The most numbers that folding in keeps for a rating."""
        return max(self.config.length, *self.config.widths())

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without a rating gets the prediction for everybody's mean."""
        return self._prediction(self.targets_of(self._folded_in_profiles(profiles, exactly=True), None), None)

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories) -> Tensor:
        persons_UH = self.from_user(self._folded_in_profiles(profiles, exactly=False))
        device = persons_UH.device
        rows_N, person_N = as_index(wanted.item_rows_N, device), as_index(wanted.user_rows_N, device)
        items_IE = self._known_items()
        parts = [self.items_IE.new_zeros(0)]
        for start in range(0, len(rows_N), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            items_NH = self.from_item(items_IE[rows_N[some]])
            parts.append(self._rated(persons_UH[person_N[some]] + items_NH))
        return self._ratings(torch.cat(parts))

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """See Model. Long profiles are computed in float32: an influence is then exact to about 1e-5 stars."""
        targets_n = self._as_targets(torch.from_numpy(np.array(profile.ratings_N)))
        out_V = as_index(left_out_V)
        lots = variants_of(as_index(profile.item_rows_N), targets_n, out_V, width=self._width)
        exactly = profile.entries <= _EXACT_UP_TO
        columns = None if columns_C is None else as_index(columns_C, self.items_IE.device)
        return self._prediction(
            self.targets_of(self._folded_in(lots, 1 + len(out_V), exactly=exactly), columns), columns
        )

    def targets_of(self, persons_UE: Tensor, columns_C: Tensor | None) -> Tensor:
        """The target of each person and title, [U, C]; a few people at a time."""
        items_IE = self._known_items()
        items_CH = self.from_item(items_IE if columns_C is None else items_IE[columns_C])
        persons_UH = self.from_user(persons_UE)
        at_once = max(1, _PAIRS_AT_ONCE // max(1, len(items_CH)))
        return torch.cat([self._rated(some_UH[:, None] + items_CH[None]) for some_UH in persons_UH.split(at_once)])


class BatchNorm(nn.Module):
    """Normalises each of H features by the batch; refuses what is not finite, and takes a batch of one."""

    mean_H: Tensor
    variance_H: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.slope_H = nn.Parameter(torch.ones(width))
        self.offset_H = nn.Parameter(torch.zeros(width))
        self.register_buffer("mean_H", torch.zeros(width))
        self.register_buffer("variance_H", torch.ones(width))

    def forward(self, values_BH: Tensor) -> Tensor:
        """The batch normalised, and remembered where it is finite and more than one."""
        if len(values_BH) < 2:
            slope_H, offset_H = self.as_line()
            return values_BH * slope_H + offset_H
        values_BH = values_BH.float()
        variance_H, mean_H = torch.var_mean(values_BH, dim=0, correction=0)
        self._remember(mean_H.detach(), variance_H.detach())
        return (values_BH - mean_H) * torch.rsqrt(variance_H + _EPS) * self.slope_H + self.offset_H

    def as_line(self) -> tuple[Tensor, Tensor]:
        """Slope and offset, [H] each, by what is remembered: how single examples are normalised."""
        slope_H = self.slope_H * torch.rsqrt(self.variance_H + _EPS)
        return slope_H, self.offset_H - self.mean_H * slope_H

    @torch.no_grad()
    def _remember(self, mean_H: Tensor, variance_H: Tensor) -> None:
        is_finite_H = torch.isfinite(mean_H) & torch.isfinite(variance_H)
        self.mean_H.copy_(torch.where(is_finite_H, torch.lerp(self.mean_H, mean_H, _MOMENTUM), self.mean_H))
        variance = torch.lerp(self.variance_H, variance_H, _MOMENTUM)
        self.variance_H.copy_(torch.where(is_finite_H, variance, self.variance_H))


def _exact(values: Tensor) -> Tensor:
    return exact(values.detach())
