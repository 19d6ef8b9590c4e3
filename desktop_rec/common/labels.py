"""What models are called, and how old they are, as people say it."""

from __future__ import annotations

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


def model_title(name: str) -> str:
    """What a model is called on the screen."""
    return TITLES.get(name, name)


def format_model(name: str, trained: datetime | None, *, now: datetime | None = None) -> str:
    """A model with its age: "Two-headed autoencoder, trained 2 min ago"."""
    if trained is None:
        return f"{model_title(name)}, computed on opening"
    return f"{model_title(name)}, trained {format_ago(trained, now=now)}"
