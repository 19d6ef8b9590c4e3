"""The networks as they are usually written: dense people x titles, float32, torch's plain Adam.

`SparseMultVae` is the same network and the same plain torch with one thing changed: what nobody rated is not stored.

Shapes: B people, I titles, E = 2I inputs, H first width, L bottleneck, N entries.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.data.batches import Batch
from engine.data.dataset import Histories
from engine.models.autoencoder import MultVae


class DenseMultVae(nn.Module):
    """Mult-VAE after its well-known versions for torch: I-600-200-600-I, of likes alone."""

    def __init__(self, items: int, *, hidden: int = 600, latent: int = 200) -> None:
        super().__init__()
        self.items = items
        self.encoder = nn.Sequential(nn.Linear(items, hidden), nn.Tanh(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.Tanh(), nn.Linear(hidden, items))

    def loss(self, ratings_BI: Tensor, *, kl_weight: float = 0.2) -> Tensor:
        likes_BI = (~torch.isnan(ratings_BI)).float()
        code_BL, divergence = self._code(self.encoder[0](F.dropout(F.normalize(likes_BI), 0.5, self.training)))
        nll: Tensor = -(F.log_softmax(self.decoder(code_BL), dim=1) * likes_BI).sum(1).mean()
        return nll + kl_weight * divergence

    def loss_of(self, batch: Batch, *, kl_weight: float) -> Tensor:
        """The loss of some people's likes, which are made a table first."""
        ratings_BI = torch.full((len(batch), self.items), torch.nan)
        ratings_BI[batch.person_N, batch.item_rows_N] = batch.ratings_N
        return self.loss(ratings_BI, kl_weight=kl_weight)

    @torch.no_grad()
    def take_weights(self, model: MultVae) -> None:
        """Have the weights of our model of the same widths."""
        for own, theirs in self._pairs(model):
            own.copy_(theirs)

    @torch.no_grad()
    def give_weights(self, model: MultVae) -> None:
        """Let our model have these weights."""
        for own, theirs in self._pairs(model):
            theirs.copy_(own)

    def _pairs(self, model: MultVae) -> list[tuple[Tensor, Tensor]]:
        """Each weight here beside its counterpart there, in one shape."""
        pairs = list(zip(self._first(), (model.first_IH, model.first_bias_H), strict=True))
        after = zip((*list(self.encoder)[1:], *self.decoder), (*model.encoder, *model.decoder), strict=True)
        return pairs + [both for one, other in after for both in zip(one.parameters(), other.parameters(), strict=True)]

    def _first(self) -> tuple[Tensor, Tensor]:
        """Weights [I, H] and bias of the first layer."""
        first = self.encoder[0]
        assert isinstance(first, nn.Linear)
        return first.weight.T, first.bias

    def _code(self, first_BH: Tensor) -> tuple[Tensor, Tensor]:
        """The bottleneck, drawn, and its divergence from the standard normal."""
        mean_BL, log_variance_BL = self.encoder[1:](first_BH).chunk(2, dim=1)
        code_BL = mean_BL
        if self.training:
            code_BL = mean_BL + torch.randn_like(mean_BL) * torch.exp(0.5 * log_variance_BL)
        divergence: Tensor = -0.5 * (1 + log_variance_BL - mean_BL.square() - log_variance_BL.exp()).sum(1).mean()
        return code_BL, divergence


class SparseMultVae(DenseMultVae):
    """The same of each person's titles alone: a bag of rows goes in, and only the chances of these titles are looked
    at after the softmax."""

    def __init__(self, items: int, *, hidden: int = 600, latent: int = 200) -> None:
        super().__init__(items, hidden=hidden, latent=latent)
        self.bag = nn.EmbeddingBag(items, hidden, mode="sum")
        self.first_bias_H = nn.Parameter(torch.zeros(hidden))
        self.encoder[0] = nn.Identity()

    def loss_of(self, batch: Batch, *, kl_weight: float) -> Tensor:
        """See DenseMultVae; no table is made but that of the logits."""
        counts_B = batch.starts_B1.diff().float()
        weights_N = F.dropout(counts_B.clamp(min=1).rsqrt()[batch.person_N], 0.5, self.training)
        first_BH = self.bag(batch.item_rows_N, batch.starts_B1[:-1], per_sample_weights=weights_N) + self.first_bias_H
        code_BL, divergence = self._code(first_BH)
        logits_BI = self.decoder(code_BL)
        picked_N = logits_BI[batch.person_N, batch.item_rows_N]
        nll: Tensor = (torch.logsumexp(logits_BI, dim=1) @ counts_B - picked_N.sum()) / len(batch)
        return nll + kl_weight * divergence

    def _first(self) -> tuple[Tensor, Tensor]:
        return self.bag.weight, self.first_bias_H


class DenseTwoHead(nn.Module):
    """The two-headed network at given widths; ratings come normalised."""

    def __init__(self, items: int, *, hidden: int, latent: int, decoder: tuple[int, int]) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(2 * items, hidden), nn.SiLU(), nn.Linear(hidden, latent))
        self.presence, self.rating = (
            nn.Sequential(
                nn.Linear(latent, decoder[0]),
                nn.SiLU(),
                nn.Linear(decoder[0], decoder[1]),
                nn.SiLU(),
                nn.Linear(decoder[1], items),
            )
            for _ in range(2)
        )

    def loss(self, ratings_BI: Tensor) -> Tensor:
        presence_BI = (~torch.isnan(ratings_BI)).float()
        rating_BI = torch.nan_to_num(ratings_BI)
        kept_BI = (torch.rand_like(presence_BI) > 0.5).float() * 2.0
        code_BL = self.encoder(torch.cat([presence_BI * kept_BI, rating_BI * kept_BI], dim=1))
        code_BL = code_BL + 0.1 * torch.randn_like(code_BL)
        nll = -(F.log_softmax(self.presence(code_BL), dim=1) * presence_BI).sum(1).mean()
        errors_BI = F.huber_loss(self.rating(code_BL), rating_BI, reduction="none")
        return nll + (errors_BI * presence_BI).sum() / presence_BI.sum()


def dense_step(
    network: DenseMultVae | DenseTwoHead, histories: Histories, *, items: int, batch: int
) -> Callable[[], object]:
    """One step over the first people, from their sparse rows on."""
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    some = histories.take(np.arange(batch))
    ratings_N = torch.from_numpy(np.array(some.ratings_N, dtype=np.float32))
    rows, columns = torch.from_numpy(some.user_rows_N), torch.from_numpy(some.item_rows_N.astype(np.int64))

    def step() -> None:
        ratings_BI = torch.full((batch, items), torch.nan)
        ratings_BI[rows, columns] = ratings_N
        optimizer.zero_grad()
        network.loss(ratings_BI).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step
