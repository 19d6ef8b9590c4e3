"""What the header calls things: the model in use, and the rate that was chosen.

Stands between the session and the views; plain values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.text import format_ago

TITLES = {
    "two_head": "Two-headed autoencoder",
    "mult_vae": "Variational autoencoder",
    "mult_dae": "Denoising autoencoder",
    "mf": "Matrix factorisation",
    "embedding_mlp": "Embedding network",
    "lstm": "Sequence network (LSTM)",
    "ease": "Liked together (EASE)",
    "popularity": "Most liked",
    "blend": "Blend",
}
"""What people read instead of a model's name, without importing the registry (which brings torch)."""


@dataclass(frozen=True)
class ChosenRate:
    """A learning rate that a person settled on, for a model; `schedule` says what it becomes there."""

    model: str
    lr: float
    schedule: str


@dataclass(frozen=True)
class ModelLabel:
    """The model in use. `run_id` and `trained` are None for the one computed when the data set was opened."""

    name: str
    run_id: str | None = None
    trained: datetime | None = None

    @property
    def title(self) -> str:
        return TITLES.get(self.name, self.name)

    def words(self, now: datetime | None = None) -> str:
        """As the header says it: "Two-headed autoencoder, trained 2 min ago"."""
        if self.trained is None:
            return f"{self.title}, computed on opening"
        return f"{self.title}, trained {format_ago(self.trained, now=now)}"
