"""The settings of the two-headed denoising autoencoder, among them all that its study tried."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from engine.errors import SettingError
from engine.models.declaration import CatalogueConfig
from engine.models.network import CODE, HIDDEN, INPUT, OUTPUT, Layer, Network, hidden_layers
from engine.models.normalisation import MOST, PERSONAL, RatingTable, Shares
from engine.settings import setting
from engine.wording import said

_STUDY_HIDDEN, _STUDY_LATENT, _STUDY_DECODER = (2048,), 512, (1024, 2048)
_STUDY_ENTRIES = 3.5e8
_TABLE_CALLED, _TABLE_EXAMPLE = said("Table of values (rating_table)"), "-2.5, -1, 0, 1, 2"


@dataclass(frozen=True)
class TwoHeadConfig(CatalogueConfig):
    """The settings of `two_head`; None is automatic."""

    presence_weight: float = setting(
        0.3,
        label=said("Presence weight"),
        help=said("How much a list follows what people like you watch (1) rather than what you would love (0)."),
        low=0.0,
        high=1.0,
        more=False,
    )
    hidden: tuple[int, ...] | None = setting(
        None, label=said("Encoder widths"), help=said("Neurons of the layers before the bottleneck."), low=1, high=65536
    )
    latent: int | None = setting(
        None, label=said("Bottleneck"), help=said("Neurons of the bottleneck."), low=1, high=65536
    )
    decoder: tuple[int, ...] | None = setting(
        None, label=said("Decoder widths"), help=said("Neurons of the layers after the bottleneck."), low=1, high=65536
    )
    activation: str = setting(
        "swish", label=said("Activation"), help=said("The function between layers."), choices=("swish", "tanh", "relu")
    )
    heads: str = setting(
        "separate",
        label=said("Decoders"),
        help=said("One decoder for presence and one for ratings, or one for both."),
        choices=("separate", "shared"),
    )
    presence_loss: str = setting(
        "multinomial",
        label=said("Presence loss"),
        help=said("Multinomial lets titles compete; mse treats each alone."),
        choices=("multinomial", "mse"),
    )
    huber_delta: float = setting(
        1.0, label=said("Huber delta"), help=said("Rating errors beyond this count linearly."), low=1e-3, high=100.0
    )
    loss_weights: str = setting(
        "fixed",
        label=said("Loss weights"),
        help=said("How much presence and rating count: learned from their uncertainty, or fixed."),
        choices=("learned", "fixed"),
    )
    presence_log_variance: float = setting(
        0.0, label=said("Presence start"), help=said("Log variance of presence at the start."), low=-20.0, high=20.0
    )
    rating_log_variance: float = setting(
        0.0, label=said("Rating start"), help=said("Log variance of rating at the start."), low=-20.0, high=20.0
    )
    log_variance_lr: float = setting(
        1e-2,
        label=said("Loss-weight rate"),
        help=said(
            "The learning rate of the learned loss weights. They need one of their own: at the "
            "network's 3e-4 the one of presence had come to 0.6 after 2,280 steps, on its way to 6.4."
        ),
        low=0.0,
        high=1.0,
        only_with=("loss_weights", ("learned",)),
    )
    mask_unrated: bool = setting(
        True,
        label=said("Learn stars from rated titles only"),
        help=said("Off: titles seen without a rating count as if rated as the person rates on average."),
    )
    seen_weight: float = setting(
        0.5,
        label=said("Weight of seen titles"),
        help=said("How much a title that was only seen counts, against a rated one; 1 in the study."),
        low=0.0,
        high=1.0,
    )
    input_dropout_low: float = setting(
        0.4,
        label=said("Least input dropout"),
        help=said("Least share of a profile hidden in training."),
        low=0.0,
        high=0.99,
    )
    input_dropout_high: float = setting(
        0.75,
        label=said("Most input dropout"),
        help=said("Greatest share of a profile hidden in training."),
        low=0.0,
        high=0.99,
    )
    bottleneck_noise: float = setting(
        0.1,
        label=said("Bottleneck noise"),
        help=said("Spread of the noise added at the bottleneck."),
        low=0.0,
        high=10.0,
    )
    kl_cap: float = setting(
        0.0,
        label=said("Variational weight"),
        help=said("Weight of the variational part, once it has grown to its full size; 0 is without."),
        low=0.0,
        high=10.0,
    )
    kl_steps: int | None = setting(
        None,
        label=said("Steps to full weight"),
        help=said(
            "Steps in which the variational weight grows from 0; 0 is full at once. Automatic is 85 % of the run."
        ),
        low=0,
        high=1_000_000_000,
    )
    inputs: str = setting(
        "both",
        label=said("Inputs"),
        help=said(
            "What the network sees of a profile: which titles there are and how they were rated, or ratings alone."
        ),
        choices=("both", "ratings"),
    )
    normalisation: str = setting(
        "personal",
        label=said("Rating values"),
        help=said(
            "What a rating becomes: measured in part by how the person rates (personal), only by "
            "that (z-scores), or the same for everybody (table)."
        ),
        choices=("personal", "z_scores", "table"),
    )
    rating_table: str | None = setting(
        None,
        label=said("Table of values"),
        help=said(
            "What ratings become, from the lowest to the highest: values that rise, spread evenly "
            "over the scale, such as {table_example}; between two of them it is a straight line. "
            "Automatic: from -1.8 to 1.8.",
            table_example=_TABLE_EXAMPLE,
        ),
        automatic="Even",
        only_with=("normalisation", ("table",)),
    )
    alpha_floor: float = setting(
        0.0,
        label=said("Least personal share"),
        help=said("Personal rating values: the least weight of a person's own rating habit."),
        low=0.0,
        high=0.8,
        only_with=("normalisation", ("personal",)),
    )
    first_std: float = setting(
        0.05,
        label=said("First-layer spread"),
        help=said("Spread of the first layer's weights at the start."),
        low=1e-5,
        high=1.0,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rating_table is not None:
            parse_rating_table(self.rating_table)

    @property
    def table(self) -> RatingTable:
        """The values of ratings where a table gives them; () where none does."""
        is_given = self.normalisation == "table" and self.rating_table is not None
        return parse_rating_table(self.rating_table or "") if is_given else ()

    def fitted_to(self, entries: int) -> Self:
        """The same settings with the automatic widths chosen for a data set of so many entries."""
        k = min(1.0, (entries / _STUDY_ENTRIES) ** 0.25)
        return self.changed(
            hidden=self.hidden or tuple(_scaled(width, k) for width in _STUDY_HIDDEN),
            latent=self.latent or _scaled(_STUDY_LATENT, k),
            decoder=self.decoder or tuple(_scaled(width, k) for width in _STUDY_DECODER),
        )

    @property
    def personal_shares(self) -> Shares:
        """Between which weights a person's own rating habit counts in what a rating becomes."""
        if self.normalisation == "z_scores":
            return 1.0, 1.0
        return (0.0, 0.0) if self.normalisation == "table" else (self.alpha_floor, PERSONAL[1])

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """See Config; in runs of earlier versions the variational weight was full at once."""
        return super().from_dict({"kl_steps": 0, **values})

    def network(self, titles: int) -> Network:
        """See ModelConfig: two decoders side by side, or one that both heads share."""
        hidden, latent, decoder = self.widths()
        shared = self.heads == "shared"
        names = ("Decoder",) if shared else ("Presence", "Rating")
        decoders = tuple(tuple(Layer(name, width, HIDDEN, self.activation) for name in names) for width in decoder)
        seen = said("presence, rating") if self.inputs == "both" else "rating"
        noise = (
            said("noise {bottleneck_noise:g}", bottleneck_noise=self.bottleneck_noise) if self.bottleneck_noise else ""
        )
        heads = (
            Layer(said("Presence"), titles, OUTPUT, "softmax" if self.presence_loss == "multinomial" else ""),
            Layer(said("Stars"), titles, OUTPUT),
        )
        columns = (
            (Layer("Profile", 2 * titles if self.inputs == "both" else titles, INPUT, seen),),
            *hidden_layers(said("Encoder"), hidden, note=self.activation),
            (Layer(said("Code"), latent, CODE, noise),),
            *decoders,
            heads,
        )
        return Network(columns, self._losses())

    def _losses(self) -> tuple[str, ...]:
        presence = (
            said("multinomial likelihood") if self.presence_loss == "multinomial" else said("squared error of presence")
        )
        weights = said("weights learned") if self.loss_weights == "learned" else said("weights fixed")
        divergence = (said("{kl_cap:g} × divergence", kl_cap=self.kl_cap),) if self.kl_cap else ()
        return presence, *divergence, said("Huber of stars ({weights})", weights=weights)

    def widths(self) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
        """Encoder, bottleneck and decoder widths; the study's where they were left automatic."""
        return self.hidden or _STUDY_HIDDEN, self.latent or _STUDY_LATENT, self.decoder or _STUDY_DECODER


def _scaled(width: int, k: float) -> int:
    return max(64, math.ceil(width * k / 64) * 64)


def parse_rating_table(text: str) -> RatingTable:
    """The values of a table as they are typed. Raises SettingError where there are fewer than two, or they do not rise.

    >>> parse_rating_table("-2.5, -1, 0, 1, 2")
    (-2.5, -1.0, 0.0, 1.0, 2.0)
    """
    parts = [part for part in text.replace(";", ",").split(",") if part.strip()]
    try:
        values = tuple(float(part) for part in parts)
    except ValueError as error:
        raise _refused_table(
            said(
                "{table_called} is a list of numbers such as {table_example}; {text!r} is none.",
                table_called=_TABLE_CALLED,
                table_example=_TABLE_EXAMPLE,
                text=text,
            ),
            text,
        ) from error
    if len(values) < 2:
        raise _refused_table(
            said(
                "{table_called} has at least two values, such as {table_example}; {text!r} has not.",
                table_called=_TABLE_CALLED,
                table_example=_TABLE_EXAMPLE,
                text=text,
            ),
            text,
        )
    beyond = next((value for value in values if not -MOST <= value <= MOST), None)
    if beyond is not None:
        raise _refused_table(
            said(
                "{table_called}: a value lies between -2.5 and 2.5; {beyond:g} does not.",
                table_called=_TABLE_CALLED,
                beyond=beyond,
            ),
            text,
        )
    for value, following in pairwise(values):
        if following <= value:
            raise _refused_table(
                said(
                    "{table_called} rises; {following:g} comes after {value:g}.",
                    table_called=_TABLE_CALLED,
                    following=following,
                    value=value,
                ),
                text,
            )
    return values


def _refused_table(sentence: str, text: str) -> SettingError:
    return SettingError(sentence, setting="rating_table", value=text)
