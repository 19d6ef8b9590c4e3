"""Histories in time order cut into windows: so many steps of one person, gathered on a device batch by batch.

Stands beside the batches of people, for models that read a history as a sequence. Where a file has no times, its own
order stands for them.

Shapes: N entries of all people, W windows, B of a batch, L steps of a window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Histories, Int64


@dataclass(frozen=True)
class WindowBatch:
    """Some windows, [B, L] each. words_BL: item row + 1, and 0 where a window has no step. ratings_BL: NaN where there
    is no step or no rating.
    """

    words_BL: Tensor
    ratings_BL: Tensor

    def __len__(self) -> int:
        return len(self.words_BL)


class ResidentWindows:
    """Every window of some histories on a device (8 bytes an entry); a person's last window may be part empty."""

    def __init__(self, histories: Histories, device: torch.device, *, steps: int) -> None:
        order_N = time_order(histories)
        counts_U = histories.counts_U
        windows_U = -(-counts_U // steps)
        person_W = np.repeat(np.arange(len(histories)), windows_U)
        number_W = np.arange(len(person_W)) - np.repeat(np.cumsum(windows_U) - windows_U, windows_U)
        starts_W = histories.indptr_U1[person_W] + number_W * steps
        lengths_W = np.minimum(steps, histories.indptr_U1[person_W + 1] - starts_W)
        self._starts_W = torch.from_numpy(starts_W).to(device)
        self._lengths_W = torch.from_numpy(lengths_W.astype(np.int32)).to(device)
        self._words_N = torch.from_numpy(histories.item_rows_N[order_N].astype(np.int32) + 1).to(device)
        self._ratings_N = torch.from_numpy(np.array(histories.ratings_N[order_N], dtype=np.float32)).to(device)
        self._steps_L = torch.arange(steps, device=device)

    def __len__(self) -> int:
        return len(self._starts_W)

    def batch(self, rows_B: Tensor) -> WindowBatch:
        """The windows of these numbers, in that order."""
        there_BL = self._steps_L[None] < self._lengths_W[rows_B, None]
        entries_BL = torch.where(there_BL, self._starts_W[rows_B, None] + self._steps_L[None], 0)
        words_BL = torch.where(there_BL, self._words_N[entries_BL].long(), 0)
        ratings_BL = torch.where(there_BL, self._ratings_N[entries_BL], torch.nan)
        return WindowBatch(words_BL, ratings_BL)


def time_order(histories: Histories) -> Int64:
    """The entries of all people, person after person, each person's by time; those of one moment in file order."""
    if histories.times_N is None:
        return np.arange(histories.entries, dtype=np.int64)
    order: Int64 = np.lexsort((histories.times_N, histories.user_rows_N)).astype(np.int64)
    return order
