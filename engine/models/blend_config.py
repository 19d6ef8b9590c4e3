"""What a blend is made of: each of its models with its settings, and how much each counts.

Stands beside `blend`. Plain values, so that a run's record says in full how its mix was made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from engine.errors import SettingError
from engine.models.base import ModelConfig
from engine.settings import setting


@dataclass(frozen=True)
class Part:
    """One model of a mix, as it was when it was mixed.

    model and config build it again; run is the name of the run that it is a copy of. weight: how much its opinion on
    the order counts. presence: the weight of likely-to-watch at which it ranks, None for models that have no such
    thing. rating_weight: what the rating that it predicts is multiplied by.
    """

    model: str
    config: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    weight: float = 1.0
    presence: float | None = None
    rating_weight: float = 0.0


@dataclass(frozen=True)
class BlendConfig(ModelConfig):
    """Which runs to mix, and, once they are, `copies`: their models and weights. A predicted rating is what those of
    the copies add up to, plus `rating_offset`.
    """

    parts: str = setting(
        "",
        label="Parts",
        help="The finished runs to mix, by id or name, with a + between them.",
        more=False,
    )
    copies: tuple[Part, ...] = ()
    rating_offset: float = 0.0

    def asked_runs(self) -> tuple[str, ...]:
        """The runs that `parts` names, in its order."""
        return tuple(one.strip() for one in self.parts.split("+") if one.strip())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config of a kept blend. Raises SettingError where it is not one."""
        plain = dict(values)
        try:
            copies = tuple(Part(**one) for one in plain.pop("copies", ()))
            offset = float(plain.pop("rating_offset", 0.0))
        except (TypeError, ValueError) as error:
            raise SettingError(
                f"These settings are not those of a blend ({error}).", remedy="Blend the runs again."
            ) from error
        return dataclasses.replace(super().from_dict(plain), copies=copies, rating_offset=offset)
