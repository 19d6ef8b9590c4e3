"""What can be set about EASE, as it comes and as it was published.

NDCG@100 on validation people of MovieLens-1M (likes folded in) and of the bundled sample and anime (all folded in):
plain EASE^R at l2 300 0.417, 0.413 and 0.515, as it comes 0.438, 0.435 and 0.536. On MovieLens-1M, with the best l2 of
each, plain EASE^R gave 0.423, with evenness alone 0.428, with other ratings alone 0.428, with both 0.436. The best l2
goes with about the square root of the entries: 300 there, 100 on the sample, which has a tenth of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from engine.models.base import ModelConfig
from engine.models.liking import other_ratings_setting
from engine.settings import setting

_LEAST_L2, _MOST_L2 = 1.0, 500.0


@dataclass(frozen=True)
class EaseConfig(ModelConfig):
    """The settings of `ease`; None is automatic."""

    l2: float | None = setting(
        None,
        label="Regularisation (l2)",
        help="How little the model believes in titles that few people like. More is more cautious.",
        low=0.01,
        high=1e6,
        scale="log",
        more=False,
    )
    other_ratings: float = other_ratings_setting(0.4)
    evenness: float = setting(
        0.25,
        label="Evenness of people",
        help="0: who rated much says much. 1: everyone has the same say, however much they rated.",
        low=0.0,
        high=1.0,
    )
    dropout: float = setting(
        0.4,
        label="Input dropout",
        help="Learns as if this share of each profile were hidden; well-known titles then say less.",
        low=0.0,
        high=0.9,
    )

    def fitted_to(self, entries: int) -> Self:
        """See ModelConfig: l2 is a quarter of the square root of the entries, 500 at most."""
        automatic = min(_MOST_L2, max(_LEAST_L2, float(round(0.25 * math.sqrt(entries)))))
        return self.changed(l2=self.l2 or automatic)


AS_PUBLISHED: Mapping[str, Any] = {"other_ratings": 0.0, "evenness": 0.0, "dropout": 0.0}
"""Plain EASE^R (Steck 2019), at whatever l2."""
