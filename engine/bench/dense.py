"""The networks as they are usually written: dense people x titles, float32, torch's plain Adam.

Shapes: B people, I titles, E = 2I inputs, L bottleneck.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.data.dataset import Histories


class DenseMultVae(nn.Module):
    """Mult-VAE after its well-known versions for torch: I-600-200-600-I."""

    def __init__(self, items: int, *, hidden: int = 600, latent: int = 200) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(items, hidden), nn.Tanh(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.Tanh(), nn.Linear(hidden, items))

    def loss(self, ratings_BI: Tensor) -> Tensor:
        likes_BI = (~torch.isnan(ratings_BI)).float()
        mean_BL, log_variance_BL = self.encoder(F.dropout(F.normalize(likes_BI), 0.5)).chunk(2, dim=1)
        code_BL = mean_BL + torch.randn_like(mean_BL) * torch.exp(0.5 * log_variance_BL)
        nll: Tensor = -(F.log_softmax(self.decoder(code_BL), dim=1) * likes_BI).sum(1).mean()
        divergence: Tensor = -0.5 * (1 + log_variance_BL - mean_BL.square() - log_variance_BL.exp()).sum(1).mean()
        return nll + 0.2 * divergence


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
