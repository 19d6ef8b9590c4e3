"""What a model declares before its module is loaded: abilities and settings. Does not import torch."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Self

from engine.models.network import Network
from engine.settings import Config, setting
from engine.wording import said

GRAPH_SUFFIX, GRAPH_PACKAGES = ".onnx", ("onnx", "onnxscript")
_LIKED_SHARE = 0.6
"""About what share of ratings are likes, where nobody counted them: 0.57 on MovieLens-1M."""


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
    scores_as_graph: bool = False
    """Whether its scores are one fixed function of a person's ratings, which programs without Python can compute."""
    examples: str = "people"
    """What a batch is counted in: "people", "ratings" or "windows" of a person's titles in order."""


@dataclass(frozen=True)
class Load:
    """What a model is to learn from: people, titles that it learns, entries, and how many examples a step takes.

    `liked` are the titles that somebody likes, of all that there are (None: every one), `likes` the entries that are
    likes (None: as many as usual).
    """

    people: int
    titles: int
    entries: int
    batch: int = 0
    liked: int | None = None
    likes: float | None = None

    @property
    def liked_entries(self) -> float:
        """How many of the entries are likes."""
        return _LIKED_SHARE * self.entries if self.likes is None else self.likes

    @property
    def liked_titles(self) -> int:
        """How many of the titles that it learns somebody likes, at most."""
        return self.titles if self.liked is None else min(self.titles, self.liked)


def can_write_graphs() -> bool:
    """Whether the packages are installed that a model's scores are written as a graph with; imports none of them."""
    return all(importlib.util.find_spec(package) is not None for package in GRAPH_PACKAGES)


@dataclass(frozen=True)
class ModelConfig(Config):
    """The settings of a model; None among them is automatic."""

    def fitted_to(self, entries: int) -> Self:
        """The same settings with everything automatic chosen for a data set of so many entries."""
        return self

    @property
    def learns_by_steps(self) -> bool | None:
        """Whether the model learns by steps where that depends on its settings; None where it does not."""
        return None

    def network(self, titles: int) -> Network | None:
        """The network that these settings make, once fitted to data of so many titles; None where there is none."""
        return None

    @property
    def optimizer(self) -> str | None:
        """The rule by which steps are taken, where the model's own settings name it; None where they do not."""
        return None


MOST_TITLES = 25_000
"""How many titles a model learns where its time or memory grows with them and nobody chose: all of MovieLens-20M's."""


@dataclass(frozen=True, kw_only=True)
class CatalogueConfig(ModelConfig):
    """The settings of a model whose time or memory grows with the titles, so that it may not learn all of them."""

    titles: int | None = setting(
        None,
        label=said("Titles to learn"),
        help=said(
            "How many titles the model learns, the most rated first; others are ranked by what they "
            "share with these. Automatic: all, or as many as this computer can do."
        ),
        low=1,
        high=10_000_000,
    )

    def most_titles(self) -> int:
        """How many titles it learns where nobody chose."""
        return MOST_TITLES

    def fitted_to_titles(self, titles: int) -> Self:
        """The same settings with `titles` chosen for a catalogue of so many; None where all are learned."""
        most = self.most_titles()
        return self.changed(titles=most) if self.titles is None and titles > most else self
