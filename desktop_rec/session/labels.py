"""What the header calls things: the model in use, and the rate that was chosen.

Stands between the session and the views; plain values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

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
        return f"{self.title}, trained {ago(self.trained, now=now)}"


def ago(moment: datetime, *, now: datetime | None = None) -> str:
    """How long ago, as people say it: "just now", "2 min ago", "3 h ago", "on 4 May 2026"."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 24 * 3600:
        return f"{seconds // 3600:.0f} h ago"
    return f"on {moment.day} {moment:%B %Y}"
