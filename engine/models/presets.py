"""Presets: a model with the settings of a published study, or one chosen for a data set and a machine.

`engine.models.defaults` chooses those, and adapts the others to data that cannot do what a study did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import SettingError
from engine.wording import said


@dataclass(frozen=True)
class Preset:
    """A model with a study's settings and `suggestion`; for one data set with `why`, `notes` and `refusal`."""

    name: str
    title: str
    sentence: str
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    split: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str | None = None
    why: str = ""
    notes: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def sentences(self) -> str:
        """All that a person should know of it for one data set."""
        return " ".join(filter(None, (self.sentence, self.refusal or self.why, *self.notes)))


_RATED = {"schedule": "constant", "monitor": "rmse"}
_ON_UNIT = {"targets": "unit", "l2": 0.0}
_NINE_TENTHS = {"kind": "random", "test_share": 0.05, "validation_share": 1 / 19}
"""Nine tenths of all ratings are learned from; the last tenth is halved, to validate on and to test on."""

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "netflix_mlp",
            said("Netflix Prize MLP"),
            said(
                "Embeddings of 100 and two hidden layers; the learning rate is found, then follows a slanted triangle."
            ),
            "embedding_mlp",
            {"embedding": 100, "norm": True, "targets": "stars", "l2": 0.003},
            {"lr": None, "schedule": "slanted_triangle", "monitor": "rmse"},
            {"kind": "time"},
            suggestion="turning_point",
        ),
        Preset(
            "low_rank",
            said("Low-rank completion"),
            said(
                "Rank 25 without biases, from standard normal factors; in its study best near epoch 32, "
                "then it overfits."
            ),
            "mf",
            {"solver": "adam", "rank": 25, "bias": False, "init": "normal", "targets": "stars", "l2": 0.0},
            {**_RATED, "epochs": 50, "lr": 1e-3, "batch": 1000, "weight_decay": 1e-5},
            _NINE_TENTHS,
        ),
        Preset(
            "movielens_101_mf",
            said("MovieLens 101: factorisation"),
            said("Rank 20 on ratings scaled to 0..1, by plain gradient descent."),
            "mf",
            {**_ON_UNIT, "solver": "sgd", "rank": 20, "bias": False},
            {**_RATED, "lr": 3.0, "batch": 64, "epochs": 12},
            {"kind": "random"},
        ),
        Preset(
            "movielens_101_dense",
            said("MovieLens 101: dense"),
            said("Embeddings and one hidden layer without norm or dropout, by plain gradient descent."),
            "embedding_mlp",
            {**_ON_UNIT, "embedding": 100, "hidden": (128,), "norm": False, "dropout": 0.0},
            {**_RATED, "lr": 0.1, "optimizer": "sgd", "batch": 64, "epochs": 20},
            {"kind": "random"},
        ),
        Preset(
            "movielens_101_lstm",
            said("MovieLens 101: LSTM"),
            said("Windows of ten titles in a row; it reads which titles they were, not how they were rated."),
            "lstm",
            {
                **_ON_UNIT,
                "window": 10,
                "embedding": 64,
                "hidden": 128,
                "reads_ratings": False,
                "dropout": 0.0,
                "spread": 1.0,
            },
            {**_RATED, "lr": 0.1, "optimizer": "sgd"},
            {"kind": "random"},
        ),
        Preset(
            "variational",
            said("Next favourites, as published"),
            said("A variational autoencoder of 600 and 200 neurons whatever the data, in batches of 500."),
            "mult_vae",
            {"hidden": (600,), "latent": 200, "dropout": 0.5, "kl_cap": 0.2, "other_ratings": 0.0},
            {"epochs": 200, "lr": 1e-3, "batch": 500, "schedule": "constant"},
        ),
        Preset(
            "two_headed",
            said("Watch and love, full size"),
            said("The two-headed study's full width whatever the data; slow to train, and too large for small data."),
            "two_head",
            {
                "hidden": (2048,),
                "latent": 512,
                "decoder": (1024, 2048),
                "loss_weights": "learned",
                "input_dropout_low": 0.24,
                "input_dropout_high": 0.56,
                "seen_weight": 1.0,
            },
            {"epochs": 40, "lr": 3e-4, "batch": 512, "schedule": "reduce_on_plateau", "patience": 3, "min_lr": 1e-6},
        ),
    )
}


CHOSEN = {
    "best_quality": (
        said("Best for your data"),
        said("The model that should make the best lists from these data on this machine."),
    ),
    "fastest": (said("Fastest"), said("The model that makes your own list soonest from these data on this machine.")),
}


def preset_of(name: str) -> Preset:
    """A study's preset. Raises SettingError, naming the known ones.

    >>> preset_of("low_rank").model
    'mf'
    """
    if name not in PRESETS:
        raise SettingError(
            said("There is no preset called {name!r}.", name=name),
            remedy=said("Known are: {names}.", names=", ".join((*CHOSEN, *PRESETS))),
            preset=name,
        )
    return PRESETS[name]
