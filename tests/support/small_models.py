"""Every model that learns by steps, small enough to train within a test."""

from __future__ import annotations

from typing import Any

from engine.data.split import Split
from engine.models.autoencoder import MultDaeConfig, MultVaeConfig
from engine.models.base import Model
from engine.models.embedding_mlp import EmbeddingMlpConfig
from engine.models.lstm import LstmConfig
from engine.models.mf import MfConfig
from engine.models.registry import build, fitted_config
from engine.models.two_head_config import TwoHeadConfig
from engine.settings import Config

SMALL: dict[str, Config] = {
    "two_head": TwoHeadConfig(hidden=(24,), latent=8, decoder=(16, 24)),
    "mult_vae": MultVaeConfig(hidden=(24,), latent=8, kl_steps=20),
    "mult_dae": MultDaeConfig(latent=8),
    "mf": MfConfig(solver="adam", rank=6),
    "lstm": LstmConfig(embedding=6, hidden=8, window=5),
    "embedding_mlp": EmbeddingMlpConfig(embedding=6, hidden=(12, 8)),
}


def small_model(name: str, split: Split, *, seed: int = 1, **changes: Any) -> Model:
    """A fresh small model over the titles of a split, what is automatic chosen by rules."""
    config = fitted_config(name, SMALL[name].changed(**changes), entries=split.train.entries)
    return build(name, config, items=split.titles, scale=split.scale, seed=seed)
