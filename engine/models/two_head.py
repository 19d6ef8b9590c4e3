"""The two-headed denoising autoencoder: which titles someone has (presence), and how they would rate them.

A profile goes in as [presence, normalised rating] of every title, sparse. After a bottleneck one head gives a logit and
the other a normalised rating for every title.

Shapes: B people, U profiles, I titles, H first hidden width, L bottleneck, D last decoder width, N entries, n of one
profile, V left out, X = 1 + V variants, C columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.data.batches import Batch, whole_batch
from engine.data.dataset import Bools, Histories, Int64, Scale
from engine.models.base import (
    Losses,
    Moment,
    Prediction,
    StepModel,
    Variants,
    as_index,
    as_rows,
    has_weights,
    picked,
)
from engine.models.declaration import Load
from engine.models.losses import (
    annealed,
    at_least_one,
    huber,
    kl_to_standard_normal,
    normal_like,
    presence_mse,
    weighted_by_uncertainty,
)
from engine.models.normalisation import (
    RatingHabit,
    denormalise,
    habits,
    habits_of_rows,
    habits_without_each,
    normalise,
)
from engine.models.products import multinomial_of, outputs_at, sums_of_rows
from engine.models.registry import kind_of
from engine.models.two_head_config import TwoHeadConfig

_PEOPLE_AT_ONCE, _HABITS_AT_ONCE = 256, 8192
_CHANCE_SHARPNESS, _LEAST_CHANCE = 50.0, 1e-30
_ACTIVATIONS = {"swish": nn.SiLU, "tanh": nn.Tanh, "relu": nn.ReLU}


class TwoHead(StepModel):
    """The study's model over I titles. `config` must be fitted (no automatic widths left)."""

    name = "two_head"
    can = kind_of(name).can
    config: TwoHeadConfig
    average_habit_3: Tensor
    """How people rate on average (mu, sigma, alpha): assumed of somebody who rated nothing."""

    def __init__(self, config: TwoHeadConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        hidden, latent, decoder = config.widths()
        self.first_2IH = nn.Parameter(torch.empty(2 * items, hidden[0]))
        nn.init.normal_(self.first_2IH, std=config.first_std)
        self.first_bias_H = nn.Parameter(torch.zeros(hidden[0]))
        self.encoder = self._layers(hidden)
        self.bottleneck = nn.Linear(hidden[-1], latent * (2 if config.kl_cap > 0 else 1))
        self.presence_decoder = self._layers((latent, *decoder))
        self.rating_decoder = self._layers((latent, *decoder)) if config.heads == "separate" else nn.Identity()
        self.presence_head = nn.Linear(decoder[-1], items)
        self.rating_head = nn.Linear(decoder[-1], items)
        starts = torch.tensor([config.presence_log_variance, config.rating_log_variance])
        self.log_variances = nn.Parameter(starts, requires_grad=config.loss_weights == "learned")
        self.register_buffer("average_habit_3", torch.tensor([scale.middle, 0.0, 0.0]))

    def _layers(self, widths: tuple[int, ...]) -> nn.Sequential:
        activation = _ACTIVATIONS[self.config.activation]
        layers: list[nn.Module] = []
        for wide, narrow in pairwise(widths):
            layers += [nn.Linear(wide, narrow), activation()]
        return nn.Sequential(*layers)

    @property
    def parameter_count(self) -> int:
        """The network's weights; the two loss weights, which no prediction uses, are not counted."""
        return super().parameter_count - self.log_variances.numel()

    def parameter_groups(self) -> list[dict[str, object]]:
        weights = [value for name, value in self.named_parameters() if name != "log_variances"]
        groups: list[dict[str, object]] = [{"params": weights}]
        if self.log_variances.requires_grad:
            groups.append({"params": [self.log_variances], "own_lr": self.config.log_variance_lr, "weight_decay": 0.0})
        return groups

    def learned_weights(self) -> tuple[tuple[str, float], ...]:
        """The log variances by which the losses of both heads are weighed."""
        if not self.log_variances.requires_grad:
            return ()
        presence, rating = self.log_variances.tolist()
        return ("presence log variance", presence), ("rating log variance", rating)

    @torch.no_grad()
    def prepare(self, histories: Histories, *, seed: int) -> None:
        """Weights of titles that nobody had, or rated, start from 0 and stay there: they say nothing."""
        seen_I, rated_I = (
            torch.from_numpy(np.bincount(entries.item_rows_N, minlength=self.items) > 0).to(self.first_2IH.device)
            for entries in (histories, histories.rated())
        )
        self.first_2IH.mul_(torch.cat([seen_I, rated_I])[:, None])
        self.rating_head.weight.mul_(rated_I[:, None])
        self.rating_head.bias.mul_(rated_I)
        rated = histories.rated()
        if rated.entries:
            raters = np.flatnonzero(rated.counts_U)
            lots = np.split(raters, range(_HABITS_AT_ONCE, len(raters), _HABITS_AT_ONCE))
            habits_of_lots = [self.habits_of(whole_batch(rated.take(lot), torch.device("cpu"))) for lot in lots]
            parts = zip(*(_parts(habit) for habit in habits_of_lots), strict=True)
            self.average_habit_3.copy_(torch.stack([torch.cat(part).mean() for part in parts]))

    def takes_in(self, profiles: Histories) -> Bools:
        """See Model. Any rating tells how the person rates; a title that was only seen must be known from training, and
        where ratings alone go in, have been rated there."""
        rows_N = profiles.item_rows_N + (self.items if self.config.inputs == "ratings" else 0)
        return ~np.isnan(profiles.ratings_N) | has_weights(self.first_2IH, rows_N)

    @classmethod
    def working_bytes(cls, config: TwoHeadConfig, load: Load) -> float:
        """See Model: a copy of the ratings with its order, of which habits are found; a batch's logits, twice."""
        return 24.0 * load.entries + 8.0 * load.batch * load.titles

    def _or_average(self, habit: RatingHabit, count: Tensor) -> RatingHabit:
        """People's habits; the average habit of those without a rating."""
        average = (part.to(count.device) for part in self.average_habit_3)
        return RatingHabit(
            *(torch.where(count > 0, own, common) for own, common in zip(_parts(habit), average, strict=True))
        )

    def losses(self, batch: Batch, *, noise: torch.Generator, moment: Moment) -> Losses:
        config = self.config
        habit = self.habits_of(batch)
        normalised_N = self._normalised(batch, habit)
        dropout_N = input_dropout(batch, noise, low=config.input_dropout_low, high=config.input_dropout_high)
        latent_BL, divergence = self._encode(self.first_layer(batch, normalised_N, dropout_N), noise)
        presence_BD, rating_BD = self.decode(latent_BL)
        presence = self.presence_loss(presence_BD, batch)
        predicted_N = outputs_at(rating_BD, self.rating_head, batch.rows)
        rating = self.rating_loss(predicted_N, batch, normalised_N, divisor=moment.counted)
        kl_weight = annealed(config.kl_cap, config.kl_steps, step=moment.step, total=moment.total)
        total = weighted_by_uncertainty(presence + kl_weight * divergence, self.log_variances[0])
        total = total + weighted_by_uncertainty(rating, self.log_variances[1])
        per_title = presence.detach() * len(batch) / moment.counted(self._presence(batch).sum())
        parts = {"presence": per_title, "rating": rating.detach()}
        return Losses(total, per_title + rating.detach(), parts)

    def _normalised(self, batch: Batch, habit: RatingHabit) -> Tensor:
        """The ratings of a batch as the model takes them, [N]."""
        return normalise(batch.ratings_N, habit.of(batch.person_N), self.scale, self.config.table)

    def habits_of(self, batch: Batch) -> RatingHabit:
        return habits(
            batch.ratings_N, batch.person_N, people=len(batch), scale=self.scale, shares=self.config.personal_shares
        )

    def presence_loss(self, presence_BD: Tensor, batch: Batch) -> Tensor:
        """Of the presence head, given what comes before it."""
        targets_N = self._presence(batch)
        if self.config.presence_loss == "multinomial":
            return multinomial_of(presence_BD, self.presence_head, batch.rows, targets_N)
        return presence_mse(self.presence_head(presence_BD), batch.person_N, batch.item_rows_N, targets_N)

    def _presence(self, batch: Batch) -> Tensor:
        """How much each entry counts, [N]: 1 where rated, less where only seen, which says less about a taste."""
        return torch.where(torch.isnan(batch.ratings_N), self.config.seen_weight, 1.0)

    def _seen(self, batch: Batch) -> Tensor:
        """How much each entry's presence goes in, [N]: as it counts, or not at all."""
        presence_N = self._presence(batch)
        return presence_N if self.config.inputs == "both" else torch.zeros_like(presence_N)

    def rating_loss(
        self,
        predicted_N: Tensor,
        batch: Batch,
        normalised_N: Tensor,
        *,
        divisor: Callable[[Tensor], Tensor] = at_least_one,
    ) -> Tensor:
        """Over rated entries, or over all, where those without a rating count as rated by the person's mean."""
        counted_N = ~torch.isnan(batch.ratings_N) if self.config.mask_unrated else None
        delta = self.config.huber_delta
        return huber(predicted_N, normalised_N, delta, counted=counted_N, divisor=divisor)

    def first_layer(self, batch: Batch, normalised_N: Tensor, dropout_N: Tensor | None = None) -> Tensor:
        """The first layer before its activation, [B, H]: rows of present titles plus rating-weighted rows."""
        dropout_N = torch.ones_like(normalised_N) if dropout_N is None else dropout_N
        presence_N, rating_N = self._seen(batch) * dropout_N, normalised_N * dropout_N
        return sums_of_rows(self.first_2IH, batch.rows, presence_N, rating_N) + self.first_bias_H

    def _encode(self, first_BH: Tensor, noise: torch.Generator | None) -> tuple[Tensor, Tensor]:
        hidden_BH = self.encoder(_ACTIVATIONS[self.config.activation]()(first_BH))
        latent_BL: Tensor = self.bottleneck(hidden_BH)
        divergence = latent_BL.new_zeros(())
        if self.config.kl_cap > 0:
            latent_BL, log_variance_BL = latent_BL.chunk(2, dim=1)
            divergence = kl_to_standard_normal(latent_BL, log_variance_BL)
            if noise is not None and self.training:
                latent_BL = latent_BL + torch.exp(0.5 * log_variance_BL) * normal_like(latent_BL, noise)
        if noise is not None and self.training and self.config.bottleneck_noise > 0:
            latent_BL = latent_BL + self.config.bottleneck_noise * normal_like(latent_BL, noise)
        return latent_BL, divergence

    def decode(self, latent_BL: Tensor) -> tuple[Tensor, Tensor]:
        presence_BD = self.presence_decoder(latent_BL)
        rating_BD = self.rating_decoder(latent_BL) if self.config.heads == "separate" else presence_BD
        return presence_BD, rating_BD

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *others: Any) -> None:
        """Runs saved by earlier versions do not say how people rate on average."""
        state_dict.setdefault(prefix + "average_habit_3", self.average_habit_3)
        super()._load_from_state_dict(state_dict, prefix, *others)

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without a rating gets ratings as people give on average."""
        chunks = []
        for start in range(0, len(profiles), _PEOPLE_AT_ONCE):
            people = np.arange(start, min(start + _PEOPLE_AT_ONCE, len(profiles)))
            batch = whole_batch(profiles.take(people), self.first_2IH.device)
            habit = self.habits_of(batch)
            normalised_N = self._normalised(batch, habit)
            known_N = (~torch.isnan(batch.ratings_N)).float()
            habit = self._or_average(habit, torch.zeros_like(habit.mu).index_add(0, batch.person_N, known_N))
            column = RatingHabit(habit.mu[:, None], habit.sigma[:, None], habit.alpha[:, None])
            chunks.append(self._predicted(self.first_layer(batch, normalised_N), column, ratings=ratings))
        return Prediction.joined(chunks)

    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        return self.left_out(profile, left_out_V=left_out_V).of(columns_C)

    @property
    def leaves_out_for_all(self) -> bool:
        """See Model. A title's chance is one of all."""
        return True

    @torch.inference_mode()
    def left_out(self, profile: Histories, *, left_out_V: Int64) -> Variants:
        """See Model. Without entry i, the presence part is the sum less row i; ratings are normalised anew. Chances are
        worked out for all titles, ratings for those that are asked for.
        """
        device = self.first_2IH.device
        batch = whole_batch(profile, device)
        whole = self.habits_of(batch)
        out_V = as_index(left_out_V, device)
        without = habits_without_each(batch.ratings_N, out_V, scale=self.scale, shares=self.config.personal_shares)
        habit = RatingHabit(
            *(torch.cat([own[:, None], left]) for own, left in zip(_parts(whole), _parts(without), strict=True))
        )
        normalised_Xn = normalise(batch.ratings_N[None], habit, self.scale, self.config.table)
        normalised_Xn[torch.arange(len(out_V), device=device) + 1, out_V] = 0.0
        presence_nH = self.first_2IH[batch.item_rows_N] * self._seen(batch)[:, None]
        first_XH = normalised_Xn @ self.first_2IH[batch.item_rows_N + self.items]
        first_XH.add_(presence_nH.sum(0).add_(self.first_bias_H))[1:].sub_(presence_nH[out_V])
        rated_n = ~torch.isnan(batch.ratings_N)
        out_X = torch.cat([rated_n.new_zeros(1), rated_n[out_V]])
        habit = self._or_average(habit, (rated_n.sum() - out_X.long())[:, None])
        latent_XL, _ = self._encode(first_XH, None)
        return _LeftOut(self, self._chances(latent_XL), latent_XL, habit)

    def dense_scores(self, seen_UI: Tensor, rated_UI: Tensor, ratings_UI: Tensor) -> Tensor:
        """See Model."""
        is_seen_UI, is_rated_UI = seen_UI > 0, rated_UI > 0
        habit = habits_of_rows(ratings_UI, is_rated_UI, scale=self.scale, shares=self.config.personal_shares)
        known_UI = torch.where(is_rated_UI, ratings_UI, habit.mu)
        normalised_UI = normalise(known_UI, habit, self.scale, self.config.table) * is_seen_UI
        presence_UI = torch.where(is_rated_UI, 1.0, self.config.seen_weight) * is_seen_UI
        presence_UI = presence_UI if self.config.inputs == "both" else torch.zeros_like(presence_UI)
        first_UH = torch.cat([presence_UI, normalised_UI], dim=1) @ self.first_2IH + self.first_bias_H
        return self._predicted(first_UH, habit, ratings=True).score_UI

    def _predicted(self, first_UH: Tensor, habit: RatingHabit, *, ratings: bool) -> Prediction:
        latent_UL, _ = self._encode(first_UH, None)
        log_probability_UI = self._chances(latent_UL)
        if not ratings:
            return _of_chances(log_probability_UI)
        return self.with_ratings(log_probability_UI, self.before_ratings(latent_UL), habit, None)

    def _chances(self, latent_UL: Tensor) -> Tensor:
        """The log probability of each title, [U, I]."""
        return self.log_probability(self.presence_head(self.presence_decoder(latent_UL)))

    def before_ratings(self, latent_UL: Tensor) -> Tensor:
        """What comes before the rating head, [U, D]."""
        decoder = self.rating_decoder if self.config.heads == "separate" else self.presence_decoder
        rating_UD: Tensor = decoder(latent_UL)
        return rating_UD

    def with_ratings(
        self, log_probability: Tensor, rating_UD: Tensor, habit: RatingHabit, columns_C: Tensor | None
    ) -> Prediction:
        """The prediction of C titles (None: all), whose log probabilities are given, [U, C]."""
        head_weight: Tensor = self.rating_head.weight
        head_bias: Tensor = self.rating_head.bias
        if columns_C is not None:
            head_weight, head_bias = head_weight[columns_C], head_bias[columns_C]
        liking = F.linear(rating_UD, head_weight, head_bias)
        rating = denormalise(liking, habit, self.scale, self.config.table)
        score = _mixed(log_probability, liking, self.config.presence_weight)
        return Prediction(score.cpu(), log_probability.cpu(), liking.cpu(), rating.cpu())

    def log_probability(self, outputs_UI: Tensor) -> Tensor:
        """The outputs of the presence head as log probabilities that add up to 1.

        Outputs learned by squared error are probabilities already: a softmax would make them nearly equal.
        """
        if self.config.presence_loss == "multinomial":
            return F.log_softmax(outputs_UI, dim=1)
        chances_UI = F.softplus(outputs_UI, beta=_CHANCE_SHARPNESS).clamp(min=_LEAST_CHANCE)
        return chances_UI.log() - chances_UI.sum(dim=1, keepdim=True).log()

    def item_vectors(self) -> Tensor:
        """See Model: what the presence decoder weighs each title by."""
        return self.presence_head.weight

    def rank_scores(self, prediction: Prediction, weight: float | None = None) -> Tensor:
        """See Model. softmax(logit)^w * max(n + 1, 0.001)^(1-w); w = 1 ranks by presence alone, 0 by liking alone."""
        if weight is None:
            return prediction.score_UI
        assert prediction.log_probability_UI is not None
        if prediction.liking_UI is None:
            return prediction.log_probability_UI.exp()
        return _mixed(prediction.log_probability_UI, prediction.liking_UI, weight)


@dataclass(frozen=True)
class _LeftOut(Variants):
    """X variants of a profile: the log probabilities of all titles, the bottleneck, and habits."""

    network: TwoHead
    log_probability_XI: Tensor
    latent_XL: Tensor
    habit: RatingHabit

    @cached_property
    def rating_XD(self) -> Tensor:
        """What comes before the rating head, worked out when ratings are asked for."""
        return self.network.before_ratings(self.latent_XL)

    @torch.inference_mode()
    def of(
        self, columns_C: Int64 | None = None, *, rows_R: Int64 | slice | None = None, ratings: bool = True
    ) -> Prediction:
        device = self.latent_XL.device
        columns = None if columns_C is None else as_index(columns_C, device)
        rows = as_rows(rows_R, device)
        log_probability = picked(self.log_probability_XI, rows, columns)
        if not ratings:
            return _of_chances(log_probability)
        rating_RD = picked(self.rating_XD, rows, None)
        habit = RatingHabit(*(picked(part, rows, None) for part in _parts(self.habit)))
        return self.network.with_ratings(log_probability, rating_RD, habit, columns)


def _of_chances(log_probability: Tensor) -> Prediction:
    return Prediction(log_probability.exp().cpu(), log_probability.cpu())


def _mixed(log_probability: Tensor, liking: Tensor, weight: float) -> Tensor:
    return torch.exp(weight * log_probability + (1.0 - weight) * (liking + 1.0).clamp(min=0.001).log())


def input_dropout(batch: Batch, noise: torch.Generator, *, low: float, high: float) -> Tensor:
    """What each entry is multiplied by, [N]: 0 where dropped, else 1/(1-p), p drawn per person from U[low, high]."""
    device = batch.item_rows_N.device
    p_B = low + (high - low) * torch.rand(len(batch), generator=noise, device=device)
    p_N = p_B[batch.person_N]
    is_kept_N = torch.rand(len(p_N), generator=noise, device=device) >= p_N
    return is_kept_N / (1.0 - p_N)


def _parts(habit: RatingHabit) -> tuple[Tensor, Tensor, Tensor]:
    return habit.mu, habit.sigma, habit.alpha
