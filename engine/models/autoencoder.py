"""Mult-VAE and Mult-DAE: a profile of likes goes through a bottleneck and comes out as a chance for every title.

The likes of a person go in as a sparse vector of length 1; in learning so do their other entries, with less weight
(see engine.models.losses). What comes out is a logit for every title, whose softmax is the chance that the person
likes it next: titles compete for that chance, as they do for a place in a list. Mult-VAE's bottleneck is a distribution
(mean and variance), held near the standard normal by a weight that grows in training; Mult-DAE's is a point.

Source: Liang, Krishnan, Hoffman and Jebara, "Variational Autoencoders for Collaborative Filtering", 2018.

Shapes: B people, U profiles, I titles, H first width, L bottleneck, N entries, n entries of one profile, V left out,
v of them likes, X = 1 + V variants.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.data.batches import Batch, Examples, histories_on, whole_batch
from engine.data.dataset import Bools, Histories, Int64, Scale
from engine.models.base import (
    Losses,
    Moment,
    Predicted,
    Prediction,
    StepModel,
    Variants,
    as_index,
    has_weights,
)
from engine.models.declaration import CatalogueConfig, Load
from engine.models.losses import (
    OTHER_RATINGS,
    annealed,
    dropout_like,
    entry_weights,
    histories_of_likers,
    kl_to_standard_normal,
    normal_like,
    other_ratings_setting,
)
from engine.models.network import CODE, INPUT, OUTPUT, Layer, Network, hidden_layers
from engine.models.products import multinomial_of, sums_of_rows
from engine.models.registry import kind_of
from engine.settings import setting
from engine.wording import said

_HIDDEN, _STUDY_LATENT = 1000, 200
_FULL_WIDTH_ENTRIES = 1e6
_SCORES_AT_ONCE = 2**24


@dataclass(frozen=True)
class AutoencoderConfig(CatalogueConfig):
    """The settings that both autoencoders have; None is automatic."""

    hidden: tuple[int, ...] | None = setting(
        None, label=said("Encoder widths"), help=said("Neurons of the layers before the bottleneck."), low=1, high=65536
    )
    latent: int | None = setting(
        None, label=said("Bottleneck"), help=said("Neurons of the bottleneck."), low=1, high=65536, more=False
    )
    dropout: float = setting(
        0.5,
        label=said("Input dropout"),
        help=said("Share of a profile hidden in training, so that the rest must predict it."),
        low=0.0,
        high=0.99,
        more=False,
    )
    other_ratings: float | None = other_ratings_setting()

    @property
    def others(self) -> float:
        """How much other ratings count; as usual where it was left automatic."""
        return OTHER_RATINGS if self.other_ratings is None else self.other_ratings

    def widths(self) -> tuple[tuple[int, ...], int]:
        return self.hidden or (), self.latent or _STUDY_LATENT

    def network(self, titles: int) -> Network:
        """See ModelConfig."""
        hidden, latent = self.widths()
        return Network(
            (
                (Layer(said("Likes"), titles, INPUT, said("dropout {share:g}", share=self.dropout)),),
                *hidden_layers(said("Encoder"), hidden, note="tanh"),
                (Layer(said("Code"), latent, CODE, self.code_note),),
                *hidden_layers(said("Decoder"), reversed(hidden), note="tanh"),
                (Layer(said("Chances"), titles, OUTPUT, "softmax"),),
            ),
            self.loss_names,
        )

    @property
    def code_note(self) -> str:
        return "tanh"

    @property
    def loss_names(self) -> tuple[str, ...]:
        return (said("multinomial likelihood"),)


@dataclass(frozen=True)
class MultVaeConfig(AutoencoderConfig):
    kl_cap: float = setting(
        0.2,
        label=said("Variational weight"),
        help=said(
            "How strongly the bottleneck is held near a standard normal, once the weight has grown to its full size."
        ),
        low=0.0,
        high=10.0,
        more=False,
    )
    kl_steps: int | None = setting(
        None,
        label=said("Steps to full weight"),
        help=said("Steps in which the variational weight grows from 0. Automatic is 85 % of the run."),
        low=1,
        high=1_000_000_000,
    )

    def widths(self) -> tuple[tuple[int, ...], int]:
        return self.hidden or (_HIDDEN,), self.latent or _STUDY_LATENT

    @property
    def code_note(self) -> str:
        return said("mean and variance")

    @property
    def loss_names(self) -> tuple[str, ...]:
        return *super().loss_names, said("{weight:g} × divergence", weight=self.kl_cap)

    def fitted_to(self, entries: int) -> Self:
        return self.changed(
            hidden=self.hidden or (_scaled(_HIDDEN, entries),),
            latent=self.latent or _scaled(_STUDY_LATENT, entries),
            other_ratings=self.others,
        )


@dataclass(frozen=True)
class MultDaeConfig(AutoencoderConfig):
    """The settings of `mult_dae`: automatically, its bottleneck is its only layer."""

    def fitted_to(self, entries: int) -> Self:
        return self.changed(latent=self.latent or _scaled(_STUDY_LATENT, entries), other_ratings=self.others)


class _Autoencoder(StepModel):
    """What both have in common. `outputs` is the width of the bottleneck's layer: twice that of a VAE's code."""

    config: AutoencoderConfig

    def __init__(self, config: AutoencoderConfig, *, items: int, scale: Scale, outputs: int | None = None) -> None:
        super().__init__(config, items=items, scale=scale)
        hidden, latent = config.widths()
        encoder = (*hidden, outputs or latent)
        decoder = (*reversed(hidden), items)
        self.first_IH = nn.Parameter(torch.empty(items, encoder[0]))
        nn.init.xavier_normal_(self.first_IH)
        self.first_bias_H = nn.Parameter(torch.zeros(encoder[0]))
        self.encoder = _layers(encoder)
        self.decoder = nn.Sequential(_xavier(nn.Linear(latent, decoder[0])), *_layers(decoder))

    def examples(self, histories: Histories, device: torch.device) -> Examples:
        """The people who like anything, with all entries that count in learning."""
        learned_from = histories_of_likers(histories, self.scale.like, others=self.config.others)
        return histories_on(learned_from, device)

    @torch.no_grad()
    def prepare(self, histories: Histories, *, seed: int) -> None:
        """Weights of titles that nobody had who likes anything start from 0 and stay there: they say nothing."""
        learned = histories_of_likers(histories, self.scale.like, others=self.config.others)
        is_learned_I = np.bincount(learned.item_rows_N, minlength=self.items) > 0
        self.first_IH.mul_(torch.from_numpy(is_learned_I).to(self.first_IH.device)[:, None])

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. Likes of titles that somebody had in training."""
        return (profiles.ratings_N >= self.scale.like) & has_weights(self.first_IH, profiles.item_rows_N)

    @classmethod
    def working_bytes(cls, config: AutoencoderConfig, load: Load) -> float:
        """See Model: the likes while likers are found, or 8 bytes an entry; a batch's logits and as much again."""
        return max(24.0 * load.liked_entries, 8.0 * load.entries) + 8.0 * load.batch * load.titles

    def losses(self, batch: Batch, *, noise: torch.Generator, moment: Moment) -> Losses:
        dropout_N = dropout_like(batch.ratings_N, self.config.dropout, noise)
        code_BL, divergence = self._code(self.first_layer(batch, dropout_N), noise)
        targets_N = self._weights(batch)
        nll = multinomial_of(self.decoder[:-1](code_BL), self.last_layer, batch.rows, targets_N)
        per_like = nll.detach() * len(batch) / moment.counted(targets_N.sum())
        if divergence is None:
            return Losses(nll, per_like, {})
        weight = self.kl_weight(moment)
        parts = {"likelihood": per_like, "divergence": divergence.detach()}
        return Losses(nll + weight * divergence, per_like, parts)

    def kl_weight(self, moment: Moment) -> float:
        return 0.0

    def first_layer(self, likes: Batch, dropout_N: Tensor | None = None) -> Tensor:
        """The first layer before its tanh, [B, H]: weighted rows of the entries, over the length of the profile."""
        weights_N = self._weights(likes)
        squares_B = weights_N.new_zeros(len(likes)).index_add_(0, likes.person_N, weights_N.square())
        weights_N = weights_N * squares_B.clamp(min=1e-6).rsqrt()[likes.person_N]
        weights_N = weights_N if dropout_N is None else weights_N * dropout_N
        return sums_of_rows(self.first_IH, likes.rows, weights_N) + self.first_bias_H

    def _weights(self, batch: Batch) -> Tensor:
        return entry_weights(batch.ratings_N, self.scale.like, others=self.config.others)

    @property
    def last_layer(self) -> nn.Linear:
        layer = self.decoder[-1]
        assert isinstance(layer, nn.Linear), "the decoder ends in the layer of the titles"
        return layer

    def _code(self, first_UH: Tensor, noise: torch.Generator | None) -> tuple[Tensor, Tensor | None]:
        """The bottleneck, [U, L], and its divergence from the standard normal (None when predicting)."""
        return torch.tanh(self.encoder(first_UH)), None

    def outputs_of(self, first_UH: Tensor, noise: torch.Generator | None) -> tuple[Tensor, Tensor | None]:
        code_UL, divergence = self._code(first_UH, noise)
        logits_UI: Tensor = self.decoder(code_UL)
        return logits_UI, divergence

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without a like gets what the network predicts for an empty profile."""
        liked = profiles.where(self.takes_in(profiles))
        chunks = []
        for people in self._portions(len(liked)):
            likes = whole_batch(liked.take(people), self.first_IH.device)
            chunks.append(self._predicted(self.first_layer(likes)))
        return Prediction.joined(chunks)

    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        return self.left_out(profile, left_out_V=left_out_V).of(columns_C)

    @torch.inference_mode()
    def left_out(self, profile: Histories, *, left_out_V: Int64) -> Variants:
        """See Model. Without like i the first layer is the sum less row i, over the new length; other entries are not
        in the sum, so that without one of them all is as it was.
        """
        device = self.first_IH.device
        liked_n = self.takes_in(profile)
        is_liked_V = liked_n[left_out_V]
        row_X = np.concatenate([[0], np.where(is_liked_V, np.cumsum(is_liked_V), 0)])
        likes, rows_v = int(liked_n.sum()), as_index(profile.item_rows_N[left_out_V[is_liked_V]], device)
        sum_1H = self.first_IH[as_index(profile.item_rows_N[liked_n], device)].sum(0, keepdim=True)
        rest_vH = (sum_1H - self.first_IH[rows_v]) * ((likes > 1) * max(likes - 1, 1) ** -0.5)
        first_XH = torch.cat([sum_1H * max(likes, 1) ** -0.5, rest_vH]).add_(self.first_bias_H)
        parts = [self._predicted(first_XH[as_index(rows, device)]) for rows in self._portions(len(first_XH))]
        return Predicted(Prediction.joined(parts), as_index(row_X))

    @property
    def leaves_out_for_all(self) -> bool:
        """See Model. A title's chance is one of all."""
        return True

    def dense_scores(self, seen_UI: Tensor, rated_UI: Tensor, ratings_UI: Tensor) -> Tensor:
        """See Model."""
        is_known_I = (self.first_IH != 0).any(1)
        likes_UI = ((rated_UI > 0) & (ratings_UI >= self.scale.like) & is_known_I).float()
        shares_UI = likes_UI * likes_UI.sum(1, keepdim=True).clamp(min=1.0).rsqrt()
        return self._predicted(shares_UI @ self.first_IH + self.first_bias_H).score_UI

    def item_vectors(self) -> Tensor:
        """See Model: what the bottleneck or the last hidden layer weighs each title by."""
        return self.last_layer.weight

    def _portions(self, people: int) -> Iterator[Int64]:
        at_once = max(1, _SCORES_AT_ONCE // max(1, self.items))
        for start in range(0, max(1, people), at_once):
            yield np.arange(start, min(start + at_once, people))

    def _predicted(self, first_UH: Tensor) -> Prediction:
        logits_UI, _ = self.outputs_of(first_UH, None)
        log_probability_UI = F.log_softmax(logits_UI.float(), dim=1).cpu()
        return Prediction(log_probability_UI, log_probability_UI)


class MultVae(_Autoencoder):
    """The variational one: the code is sampled in training, and is its mean in prediction."""

    name = "mult_vae"
    can = kind_of(name).can
    config: MultVaeConfig

    def __init__(self, config: MultVaeConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale, outputs=2 * config.widths()[1])

    def _code(self, first_UH: Tensor, noise: torch.Generator | None) -> tuple[Tensor, Tensor | None]:
        mean_UL, log_variance_UL = self.encoder(first_UH).chunk(2, dim=1)
        if noise is None:
            return mean_UL, None
        drawn_UL = mean_UL
        if self.training:
            drawn_UL = mean_UL + torch.exp(0.5 * log_variance_UL) * normal_like(mean_UL, noise)
        return drawn_UL, kl_to_standard_normal(mean_UL, log_variance_UL)

    def kl_weight(self, moment: Moment) -> float:
        """Linear from 0 at the first step to kl_cap at kl_steps, then constant."""
        return annealed(self.config.kl_cap, self.config.kl_steps, step=moment.step, total=moment.total)


class MultDae(_Autoencoder):
    """The denoising one: a point as bottleneck, and (by default) no other layer."""

    name = "mult_dae"
    can = kind_of(name).can
    config: MultDaeConfig


def _scaled(width: int, entries: int) -> int:
    k = min(1.0, math.sqrt(math.sqrt(entries / _FULL_WIDTH_ENTRIES)))
    return max(50, math.ceil(width * k / 50) * 50)


def _layers(widths: tuple[int, ...]) -> nn.Sequential:
    """Linear layers with a tanh before each; empty for a single width."""
    layers: list[nn.Module] = []
    for wide, narrow in pairwise(widths):
        layers += [nn.Tanh(), _xavier(nn.Linear(wide, narrow))]
    return nn.Sequential(*layers)


def _xavier(layer: nn.Linear) -> nn.Linear:
    nn.init.xavier_normal_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
