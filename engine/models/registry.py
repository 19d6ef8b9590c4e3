"""Every model by name, with what a person should know to choose one.

Stands before the Trainer: the command line and the window list these and build what was picked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from engine.data.dataset import Scale
from engine.errors import SettingError
from engine.models.autoencoder import MultDae, MultDaeConfig, MultVae, MultVaeConfig
from engine.models.base import Capabilities, Model, ModelConfig
from engine.models.blend import Blend, BlendConfig
from engine.models.ease import Ease, EaseConfig
from engine.models.embedding_mlp import EmbeddingMlp, EmbeddingMlpConfig
from engine.models.lstm import Lstm, LstmConfig
from engine.models.mf import MatrixFactorization, MfConfig
from engine.models.popularity import Popularity, PopularityConfig
from engine.models.rating_model import RatingModel
from engine.models.two_head import TwoHead, TwoHeadConfig
from engine.settings import Config, declared_settings


@dataclass(frozen=True)
class ModelKind:
    """A model on offer. `training` holds what its training settings start from where they differ from the general."""

    name: str
    title: str
    sentence: str
    model_class: type[Model]
    config_class: type[Config]
    training: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str = "steepest"
    """Which suggestion of the learning-rate finder this model takes when nobody looks."""
    finder: Mapping[str, Any] = field(default_factory=dict)
    """What the settings of its sweep start from: single ratings make a noisy curve that takes more steps."""
    split: Mapping[str, Any] = field(default_factory=dict)
    """What the settings of its split start from: models of ratings are judged on ratings of any height."""
    slower_on_little: bool = False
    """Whether its rate goes down where there is little data."""
    made_of_runs: bool = False
    """Whether it is mixed from finished runs rather than learned from ratings (see engine.operations.blending)."""

    @property
    def can(self) -> Capabilities:
        return self.model_class.can

    @property
    def abilities(self) -> str:
        """What it learns from and what it answers, in a sentence."""
        answers = "predicts ratings and ranks titles" if self.can.predicts_ratings else "ranks titles, without ratings"
        if self.made_of_runs:
            return "Learns from finished runs; predicts ratings where one of these does, and ranks titles."
        source = self.can.learns_from
        if any(setting.name == "other_ratings" for setting in declared_settings(self.config_class)):
            source += ", and with less weight from other ratings"
        order = " in the order of time" if self.can.needs_times else ""
        return f"Learns from {source}{order}; {answers}."

    @property
    def only_rates(self) -> bool:
        """Whether it learns nothing but how high titles are rated: data without such heights are of no use to it."""
        return issubclass(self.model_class, RatingModel)

    def training_for(self, entries: int) -> dict[str, Any]:
        """What its training settings start from on a data set of so many entries: on much data fewer epochs do.

        An epoch of much data holds many more steps. Beyond a million ratings, or twenty million entries of people's
        lists, epochs go down with the fourth root, to a third at the least. Networks of ratings learn by heart within
        a few epochs of little data: below a million ratings their rate goes down with the square root.
        """
        full = 2e7 if self.can.examples == "people" else 1e6
        values, share = dict(self.training), (full / max(1, entries)) ** 0.25
        if "epochs" in values:
            values["epochs"] = round(values["epochs"] * max(1 / 3, min(1.0, share)))
        if self.slower_on_little and 0 < entries < full:
            values["lr"] = values["lr"] * max(0.1, (entries / full) ** 0.5)
        return values


MODELS: dict[str, ModelKind] = {
    kind.name: kind
    for kind in (
        ModelKind(
            "two_head",
            "Two-headed autoencoder",
            "Learns what people watch and how they rate it; on small data averages know the stars better.",
            TwoHead,
            TwoHeadConfig,
            {"epochs": 30, "schedule": "slanted_triangle"},
            suggestion="minimum",
        ),
        ModelKind(
            "mult_vae",
            "Variational autoencoder",
            "Foretells what people like next from what they liked so far; strong lists where many people like much.",
            MultVae,
            MultVaeConfig,
            {"epochs": 30, "schedule": "slanted_triangle", "lr": 2e-3},
            suggestion="minimum",
        ),
        ModelKind(
            "mult_dae",
            "Denoising autoencoder",
            "The variational autoencoder's simpler sister: one small layer, quicker, as good.",
            MultDae,
            MultDaeConfig,
            {"epochs": 50, "schedule": "slanted_triangle", "lr": 2e-3},
            suggestion="minimum",
        ),
        ModelKind(
            "mf",
            "Matrix factorisation",
            "Predicts how many stars you would give, from a few numbers for each person and title; quick and precise.",
            MatrixFactorization,
            MfConfig,
            {"epochs": 15, "lr": 5e-3, "schedule": "slanted_triangle", "monitor": "rmse"},
            split={"kind": "random"},
            suggestion="minimum",
            finder={"steps": 300, "lowest": 1e-5},
        ),
        ModelKind(
            "embedding_mlp",
            "Embedding network",
            "Predicts stars with a small network over embeddings; on small data hardly better than averages.",
            EmbeddingMlp,
            EmbeddingMlpConfig,
            {"epochs": 15, "lr": 2e-3, "schedule": "slanted_triangle", "monitor": "rmse"},
            split={"kind": "random"},
            suggestion="minimum",
            finder={"steps": 300, "lowest": 1e-5},
            slower_on_little=True,
        ),
        ModelKind(
            "lstm",
            "Sequence network (LSTM)",
            "Predicts stars from the last titles you rated, in order; on ratings held out at random averages beat it.",
            Lstm,
            LstmConfig,
            {"epochs": 15, "lr": 3e-3, "schedule": "slanted_triangle", "monitor": "rmse"},
            split={"kind": "random"},
            suggestion="valley",
            slower_on_little=True,
        ),
        ModelKind(
            "ease",
            "Liked together (EASE)",
            "Knows which titles the same people like; computed in seconds, and ahead of each network on small data.",
            Ease,
            EaseConfig,
        ),
        ModelKind(
            "popularity",
            "Most liked",
            "The same list for everyone, the most liked titles first; the floor every other model must beat.",
            Popularity,
            PopularityConfig,
        ),
        ModelKind(
            "blend",
            "Blend",
            "Mixes runs that you have, each counting as much as makes the best list; often better than any one alone.",
            Blend,
            BlendConfig,
            made_of_runs=True,
        ),
    )
}


def kind_of(name: str) -> ModelKind:
    """The model of that name. Raises SettingError, naming the known ones."""
    if name not in MODELS:
        raise SettingError(f"There is no model called {name!r}.", remedy=f"Known are: {', '.join(MODELS)}.", model=name)
    return MODELS[name]


def fitted_config(name: str, config: Config | None, *, entries: int) -> Config:
    """A model's settings with everything automatic chosen for a data set of so many entries."""
    config = config or kind_of(name).config_class()
    return config.fitted_to(entries) if isinstance(config, ModelConfig) else config


def build(name: str, config: Config, *, items: int, scale: Scale, seed: int = 1) -> Model:
    """A fresh model over so many titles. Equal seeds give equal weights; the caller's random state stays as it is."""
    kind = kind_of(name)
    if not isinstance(config, kind.config_class):
        raise SettingError(f"These settings are not those of {name}.", remedy=f"Give a {kind.config_class.__name__}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return kind.model_class(config, items=items, scale=scale)
