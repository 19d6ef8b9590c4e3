"""An embedding for each person and each title, side by side through a small network that ends in a rating.

The Netflix-Prize study's network: linear, batch norm, ReLU, dropout, twice, then linear to one number; its plain form
has one hidden layer and neither norm nor dropout. Whoever asks, whether or not they were in the training data, gets an
embedding from their own ratings by one Gauss-Newton step from the mean of all people's embeddings: a ridge regression
on the network's slopes there. More steps made predictions no better, and depend on where single neurons begin to fire:
leaving out one of 800 ratings then moved some predictions more by that than by the rating. The network stays as it is.

Shapes: U profiles, T training people, I titles, E embedding, H first hidden width, B ratings, N entries, n of one
profile, R distinct titles, V variants, C columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.batches import EntryBatch, mixed_seed
from engine.data.dataset import Histories, Int64, Scale
from engine.models.base import Losses, Moment, Prediction, as_index
from engine.models.declaration import Load
from engine.models.every_pair import TITLES_IN_A_LOT, relu_network
from engine.models.fold_in import Ridge, exact, lots_of, ridge_factors, solved_for_all
from engine.models.hidden_layer import BatchNorm
from engine.models.network import OUTPUT, Layer, Network, hidden_layers, tables
from engine.models.rating_model import RatingConfig, RatingModel, learned_or_folded
from engine.models.rating_network import RatingNetwork
from engine.models.registry import kind_of, title_of
from engine.settings import setting
from engine.wording import said

_STUDY_HIDDEN = (512, 256)
_STUDY_ENTRIES = 1e8
_STUDY_EMBEDDING, _L2, _MOST_L2 = 100, 0.003, 0.1
_ENOUGH_ENTRIES = 1e6
_PAIRS_AT_ONCE = 2**12
"""People and titles rated at once: few enough for the processor's cache, and so few are rated in float64."""
_MANY_TITLES = 64
"""From so many on their part of the network is made once for all people."""
_HELD = 0.2
"""Of one step only so much is held back as of many: on MovieLens-1M predictions for newcomers are best with it."""
_SPREAD, _LAST_SPREAD = 0.05, 0.01

FEW_RATINGS = 300_000
"""With fewer there is little gain over averages: on the bundled sample it is 0.891 stars off, they 0.893, mf 0.878."""


@dataclass(frozen=True)
class EmbeddingMlpConfig(RatingConfig):
    """The settings of `embedding_mlp`; None is automatic."""

    embedding: int | None = setting(
        None,
        label=said("Embedding"),
        help=said("Numbers kept for each person and each title."),
        low=1,
        high=4096,
        more=False,
    )
    hidden: tuple[int, ...] | None = setting(
        None, label=said("Hidden widths"), help=said("Neurons of each hidden layer."), low=1, high=65536, more=False
    )
    norm: bool = setting(
        True, label=said("Batch norm"), help=said("Whether each hidden layer is normalised by its batch.")
    )
    dropout: float = setting(
        0.3,
        label=said("Dropout"),
        help=said("Share of each hidden layer that is hidden in training."),
        low=0.0,
        high=0.99,
    )
    l2: float | None = setting(
        None,
        label=said("Regularisation (l2)"),
        help=said("Pulls embeddings towards zero, each time a rating is learned from."),
        low=0.0,
        high=100.0,
    )
    fold_in_l2: float = setting(
        0.7,
        label=said("Fold-in l2"),
        help=said("How near to everybody's mean a person's embedding is held: more for noisier ratings."),
        low=1e-6,
        high=1e6,
        scale="log",
    )

    def network(self, titles: int) -> Network:
        """See ModelConfig."""
        note = said("batch norm, ReLU") if self.norm else "ReLU"
        hidden = hidden_layers(said("Hidden"), self.widths(), note=note)
        return Network((tables(self.length), *hidden, (Layer(said("Rating"), 1, OUTPUT),)), (said("squared error"),))

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
    pairs_an_example = 5

    def __init__(self, config: EmbeddingMlpConfig, *, items: int, scale: Scale) -> None:
        super().__init__(config, items=items, scale=scale)
        widths = config.widths()
        self.items_IE = nn.Parameter(nn.init.normal_(torch.empty(items, config.length), std=_SPREAD))
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

    @classmethod
    def working_bytes(cls, config: EmbeddingMlpConfig, load: Load) -> float:
        """See RatingModel: and of each layer of a batch some eight arrays."""
        return super().working_bytes(config, load) + 32.0 * load.batch * sum(config.widths())

    def notes(self, histories: Histories) -> tuple[str, ...]:
        rated = histories.rated().entries
        if rated >= FEW_RATINGS:
            return ()
        return (
            said(
                "With {rated:,} ratings to learn from, plain averages predict stars nearly as well as "
                "this network; {model} predicts them better.",
                rated=rated,
                model=title_of("mf"),
            ),
        )

    def losses(self, batch: EntryBatch, *, noise: torch.Generator, moment: Moment) -> Losses:
        """See StepModel."""
        if not self.training:
            targets_B = self._as_targets(batch.ratings_B)
            user_BE, item_BE = self.users_TE[batch.person_B], self.items_IE[batch.item_rows_B]
            lengths = (user_BE.square().sum() + item_BE.square().sum()) / max(1, len(batch))
            errors_B = self._rated(self.from_user(user_BE) + self.from_item(item_BE)) - targets_B
            error = errors_B.float().square().sum() / max(1, len(batch))
            return self._losses_of(error + self.config.pull * lengths, error)
        network = self._network()
        apart_B = (batch.ratings_B - self.mean) / self._zero_and_unit[1]
        made = partial(network.taken_by, batch, apart_B, noise, pull=self.config.pull)
        return self._losses_by_hand(made, network.weights(), moment)

    def _network(self) -> RatingNetwork:
        norms = [self._norm(place) if self.config.norm else None for place in range(len(self.config.widths()))]
        later = [layer for layer in self.hidden if isinstance(layer, nn.Linear)]
        tables = self.users_TE, self.items_IE
        return RatingNetwork(tables, (self.from_user, self.from_item), later, norms, self.last, self.config.dropout)

    def _norm(self, place: int) -> BatchNorm:
        norm = self.norms[place]
        assert isinstance(norm, BatchNorm)
        return norm

    def _rated(self, first_H: Tensor) -> Tensor:
        """The target for a first layer before its norm, in its precision; H is its last dimension."""
        hidden = torch.relu(self._normed(0, first_H))
        for place, layer in enumerate(self.hidden, start=1):
            hidden = torch.relu(self._normed(place, _through(layer, hidden)))
        return self._level + _through(self.last, hidden)[..., 0]

    def _lifts(self, columns_C: Tensor | None = None) -> Tensor:
        """What is added to the targets of titles, [C]: 0, and for those that nobody rated what makes them average."""
        mean_E = self._mean_of_known(self.items_IE)
        person_E = self._everybody()[0].float().to(mean_E.device)
        lift = self._level - self._rated(self.from_user(person_E) + self.from_item(mean_E))
        known_C = self.is_known_I if columns_C is None else self.is_known_I[columns_C]
        return torch.where(known_C, 0.0, lift)

    def _normed(self, place: int, layer_H: Tensor) -> Tensor:
        slope_H, offset_H = self._norm_line(place)
        return layer_H * slope_H + offset_H if self.config.norm else layer_H

    def _known_items(self, rows_C: Tensor, mean_E: Tensor) -> Tensor:
        """The embeddings of some titles in prediction, [C, E]: one that nobody rated in training gets the mean."""
        items_CE = self.items_IE.index_select(0, rows_C)
        return torch.where(self.is_known_I[rows_C, None], items_CE, mean_E)

    def item_vectors(self) -> Tensor:
        return self.items_IE * self.is_known_I[:, None]

    def _norm_line(self, place: int) -> tuple[Tensor, Tensor]:
        """The batch norm of a hidden layer in prediction, as a slope and an offset (each [width], or a scalar)."""
        if not self.config.norm:
            return torch.ones_like(self.mean), torch.zeros_like(self.mean)
        return self._norm(place).as_line()

    @property
    def _level(self) -> Tensor:
        """The target that the network adds to: the mean of all ratings."""
        return self._as_targets(self.mean)

    def at_everybody(self, rows_R: Tensor) -> tuple[Tensor, Tensor]:
        """Targets of titles for the mean embedding, [R], and their slopes in the embedding, [R, E], float64."""
        user_HE, norms = _exact(self.from_user.weight), range(len(self.config.widths()))
        items_RE = _exact(self._known_items(rows_R, self._mean_of_known(self.items_IE)))
        last_K, last = _weights(self.last)
        item_HE, bias_H = _weights(self.from_item)
        made = items_RE @ item_HE.T + bias_H + user_HE @ self._everybody()[0]
        hiddens: list[Tensor] = []
        weights, lines = [user_HE], [self._norm_line(place) for place in norms]
        for place in norms:
            if place:
                weight, bias = _weights(self.hidden[place - 1])
                weights.append(weight)
                made = hiddens[-1] @ weight.T + bias
            slope, offset = (_exact(part) for part in lines[place])
            hiddens.append(torch.relu(made * slope + offset))
        slopes = last_K.expand_as(hiddens[-1])
        for weight, (slope, _), hidden in zip(reversed(weights), reversed(lines), reversed(hiddens), strict=True):
            slopes = (slopes * (hidden > 0) * _exact(slope)) @ weight
        return hiddens[-1] @ last_K[0] + last + _exact(self._level + self._lifts(rows_R)), slopes

    def _everybody(self) -> tuple[Tensor, float]:
        """The mean embedding, [E], and how strongly newcomers are held near it: rating noise over spread."""
        users_TE = _exact(self.users_TE)
        if not len(users_TE):
            return users_TE.new_zeros(users_TE.shape[1]), 1.0
        noise = _HELD * self.config.fold_in_l2 * float(self.spread) ** 2 / self._zero_and_unit[1] ** 2
        return users_TE.mean(0), noise / max(float(users_TE.var(0, correction=0).mean()), 1e-8)

    def _line(self, profiles: Histories) -> tuple[Tensor, Tensor, Tensor]:
        """What a person's step from the mean is found from: slopes of the R titles that occur, [R, E], which of them
        each entry is, [N], and how far its target is from what the mean says, [N] (NaN where it was not rated)."""
        rows_R, place_N = torch.unique(as_index(profiles.item_rows_N, self.items_IE.device), return_inverse=True)
        values_R, slopes_RE = self.at_everybody(rows_R)
        place_N = place_N.to(values_R.device)
        targets_N = exact(self._as_targets(torch.from_numpy(np.array(profiles.ratings_N)).to(self.mean.device)))
        return slopes_RE, place_N, targets_N.to(values_R.device) - values_R[place_N]

    def folded_in(self, profiles: Histories) -> Tensor:
        """Everybody's embedding, [U, E] float32: one Gauss-Newton step from the mean."""
        slopes_RE, place_N, targets_N = self._line(profiles.rated())
        mean_E, held = self._everybody()
        pull_E = torch.full_like(mean_E, self.config.pull)
        lots = lots_of(place_N, targets_N, profiles.rated().counts_U, width=self.config.length)
        ridge = Ridge(pull_E, torch.full_like(mean_E, held))
        steps_UE = ridge_factors(slopes_RE, lots, people=len(profiles), ridge=ridge)
        return (mean_E + steps_UE).float().to(self.users_TE.device)

    def _folded_in_without_each(self, profile: Histories, left_out_V: Tensor) -> Tensor:
        """`folded_in` of one person whole and without each of some entries, [1 + V, E], from two systems for all."""
        slopes_RE, place_n, targets_n = self._line(profile)
        mean_E, held = self._everybody()
        out_V, is_rated_n = left_out_V.to(place_n.device), ~targets_n.isnan()
        x_nE, y_n, rated = slopes_RE[place_n] * is_rated_n[:, None], targets_n.nan_to_num(), int(is_rated_n.sum())
        x_VE, gram_EE, right_E = x_nE[out_V], x_nE.T @ x_nE, x_nE.T @ y_n
        step_E = solved_for_all(gram_EE, right_E[:, None], held + self.config.pull * rated)[:, 0]
        one_fewer = held + self.config.pull * max(0, rated - 1)
        found = solved_for_all(gram_EE, torch.cat([right_E[:, None], x_VE.T], dim=1), one_fewer)
        all_E, moved_VE = found[:, 0], found[:, 1:].T
        missed_V = (y_n[out_V] - x_VE @ all_E) / (1.0 - (moved_VE * x_VE).sum(1))
        steps_VE = torch.where(is_rated_n[out_V, None], all_E - missed_V[:, None] * moved_VE, step_E)
        return (mean_E + torch.cat([step_E[None], steps_VE]).float()).float().to(self.users_TE.device)

    @property
    def knows_people(self) -> bool:
        return True

    def _persons(self, profiles: Histories, learned_U: Int64) -> Tensor:
        """The embedding of each person, [U, E]: as it was learned, or folded in where it was not."""
        return learned_or_folded(learned_U, lambda rows_L: self.users_TE[rows_L], profiles, self.folded_in)

    @torch.inference_mode()
    def predict(self, profiles: Histories, *, ratings: bool = True) -> Prediction:
        """See Model. Someone without a rating gets the prediction for everybody's mean."""
        return self._prediction(self.targets_of(self.folded_in(profiles), None), None)

    @torch.inference_mode()
    def ratings_of(self, profiles: Histories, wanted: Histories, *, learned_U: Int64 | None = None) -> Tensor:
        persons_UE = self.folded_in(profiles) if learned_U is None else self._persons(profiles, learned_U)
        persons_UH = self.from_user(persons_UE)
        device = persons_UH.device
        rows_N, person_N = as_index(wanted.item_rows_N, device), as_index(wanted.user_rows_N, device)
        rows_R, place_N = torch.unique(rows_N, return_inverse=True)
        items_RH = self.from_item(self._known_items(rows_R, self._mean_of_known(self.items_IE)))
        parts = [self.items_IE.new_zeros(0)]
        for start in range(0, len(rows_N), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            parts.append(self._rated(persons_UH[person_N[some]] + items_RH[place_N[some]]))
        return self._ratings(torch.cat(parts) + self._lifts(rows_N))

    @torch.inference_mode()
    def leave_one_out(self, profile: Histories, *, left_out_V: Int64, columns_C: Int64 | None) -> Prediction:
        """See Model. Without a rating the ridge system of a person loses one row, which is undone in one batch."""
        persons_VE = self._folded_in_without_each(profile, as_index(left_out_V))
        columns = None if columns_C is None else as_index(columns_C, self.items_IE.device)
        return self._prediction(self.targets_of(persons_VE, columns), columns)

    def targets_of(self, persons_UE: Tensor, columns_C: Tensor | None) -> Tensor:
        """The target of each person and title, [U, C]; a few people at a time; few of both in float64."""
        rows_C = torch.arange(self.items, device=self.items_IE.device) if columns_C is None else columns_C
        at_once = max(1, _PAIRS_AT_ONCE // max(1, len(rows_C)))
        is_few = len(persons_UE) * len(rows_C) <= _PAIRS_AT_ONCE
        if not is_few and persons_UE.device.type == "cpu" and len(rows_C) >= _MANY_TITLES:
            return self._targets_of_many(persons_UE, rows_C).add_(self._lifts(columns_C))
        items_CE = self._known_items(rows_C, self._mean_of_known(self.items_IE))
        if is_few and persons_UE.device.type != "mps":
            persons_UE, items_CE = persons_UE.double(), items_CE.double()
        persons_UH, items_CH = _through(self.from_user, persons_UE), _through(self.from_item, items_CE)
        targets_UC = persons_UH.new_empty(len(persons_UH), len(items_CH))
        for start in range(0, len(persons_UH), at_once):
            some = slice(start, start + at_once)
            targets_UC[some] = self._rated(persons_UH[some, None] + items_CH[None])
        return targets_UC + self._lifts(columns_C)

    def _targets_of_many(self, persons_UE: Tensor, rows_C: Tensor) -> Tensor:
        """The same without the lifts, [U, C]: each norm is a part of the layer before it."""
        (slope_H, offset_H), *lines = [self._norm_line(place) for place in range(len(self.config.widths()))]
        persons_UH, mean_E = self.from_user(persons_UE) * slope_H, self._mean_of_known(self.items_IE)
        layers = []
        for layer, (slope, offset) in zip(self.hidden, lines, strict=True):
            assert isinstance(layer, nn.Linear)
            layers.append((layer.weight * slope[..., None], layer.bias * slope + offset))
        level, found_UC = self._level + self.last.bias, torch.empty(len(persons_UH), len(rows_C))
        for start in range(0, len(rows_C), TITLES_IN_A_LOT):
            some = slice(start, start + TITLES_IN_A_LOT)
            items_TH = self.from_item(self._known_items(rows_C[some], mean_E)) * slope_H + offset_H
            torch.add(relu_network(persons_UH, items_TH, layers, self.last.weight), level, out=found_UC[:, some])
        return found_UC


def _exact(values: Tensor) -> Tensor:
    return exact(values.detach())


def _through(layer: nn.Module, values: Tensor) -> Tensor:
    """A linear layer in the precision of what it is given."""
    assert isinstance(layer, nn.Linear)
    bias = None if layer.bias is None else layer.bias.to(values.dtype)
    return nn.functional.linear(values, layer.weight.to(values.dtype), bias)


def _weights(layer: nn.Module) -> tuple[Tensor, Tensor]:
    """The weights and biases of a linear layer, float64."""
    assert isinstance(layer, nn.Linear)
    return _exact(layer.weight), _exact(layer.bias)
