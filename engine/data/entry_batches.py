"""Single ratings as examples: who, which title, how many stars; gathered on a device, batch by batch.

Stands beside the batches of people, for models that learn from one rating at a time.

Shapes: N rated entries of all people, B of a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import Histories


@dataclass(frozen=True)
class EntryBatch:
    """Some ratings, [B] each: the row of the person in the training histories, the title's, and the rating."""

    person_B: Tensor
    item_rows_B: Tensor
    ratings_B: Tensor

    def __len__(self) -> int:
        return len(self.ratings_B)


class ResidentEntries:
    """Every rated entry of some histories as tensors on a device (12 bytes each); seen-only entries are left out."""

    def __init__(self, histories: Histories, device: torch.device) -> None:
        rated = histories.rated()
        self._person_N = torch.from_numpy(rated.user_rows_N.astype(np.int32)).to(device)
        self._item_rows_N = torch.from_numpy(np.array(rated.item_rows_N, dtype=np.int32)).to(device)
        self._ratings_N = torch.from_numpy(np.array(rated.ratings_N, dtype=np.float32)).to(device)

    def __len__(self) -> int:
        return len(self._ratings_N)

    def batch(self, rows_B: Tensor) -> EntryBatch:
        """The ratings of these numbers, in that order."""
        return EntryBatch(self._person_N[rows_B].long(), self._item_rows_N[rows_B].long(), self._ratings_N[rows_B])
