"""What models are called, and how long ago something was, as people say it."""

from __future__ import annotations

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


def model_title(name: str) -> str:
    """What a model is called on the screen."""
    return TITLES.get(name, name)


def format_model(name: str, trained: datetime | None, *, now: datetime | None = None) -> str:
    """A model with its age: "Two-headed autoencoder, trained 2 min ago"."""
    if trained is None:
        return f"{model_title(name)}, computed on opening"
    return f"{model_title(name)}, trained {ago(trained, now=now)}"


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
