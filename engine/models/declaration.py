"""What a model declares before its module is loaded: abilities and settings. Does not import torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from engine.settings import Config


@dataclass(frozen=True)
class Capabilities:
    """What a model can do. Views, JSON and pages of quality follow this; nothing else is assumed of a model."""

    ranks: bool = True
    predicts_ratings: bool = False
    learns_by_steps: bool = False
    """Whether it has a learning rate and curves; otherwise it is computed at once and reports stages."""
    needs_times: bool = False
    folds_in: bool = True
    """Whether it ranks for people who were not in the training data."""
    learns_from: str = "ratings"
    mixes_presence: bool = False
    """Whether its ranking moves with a weight between likely-to-watch and likely-to-love."""
    states_uncertainty: bool = False
    """Whether it can say how far off a predicted rating may be, once this was measured on held-out ratings."""
    examples: str = "people"
    """What a batch is counted in: "people", "ratings" or "windows" of a person's titles in order."""


@dataclass(frozen=True)
class ModelConfig(Config):
    """The settings of a model; None among them is automatic."""

    def fitted_to(self, entries: int) -> Self:
        """The same settings with everything automatic chosen for a data set of so many entries."""
        return self
