"""How many times likelier a title is for a person than for the average person, for every model that ranks.

Models of chances say so themselves. The scores of others are turned into shares: what of a person's next titles each
would be. A score is an expected presence with noise around it, so that a power of it is nearer to a share; the powers
were chosen by `tests/bench/lifts.py`, on people that the models had not learned from, so that of titles said to be N
times likelier about N times as many were liked.

Shapes: I titles.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.data.dataset import Bools, Float32
from engine.models.base import Model, Prediction

_POWERS: Mapping[str, float] = {"ease": 1.75, "ials": 2.75}
_BLEND, _BLEND_POWER, _BLEND_FLOOR = "blend", 1.75, 0.3
"""Scores of a blend are standard deviations from the mean of all titles; a little below it nothing is left."""
_FEW = 2.0
"""With so many likers of a title half of what was found is believed: of less, chance makes much."""


def has_lifts(model: Model) -> bool:
    """Whether a model can say it: not where it ranks by stars alone, nor where its list is the same for everybody."""
    return model.name in _POWERS or model.name == _BLEND


def shares_of(model: Model, prediction: Prediction, unseen_I: Bools) -> Float32 | None:
    """What share of a person's next titles each would be, [I], in any unit; None where the model cannot say."""
    if prediction.log_probability_UI is not None:
        chances_I: Float32 = prediction.log_probability_UI[0].exp().float().numpy()
        return chances_I
    if not has_lifts(model):
        return None
    scores_I = prediction.score_UI[0].double().numpy()
    if model.name == _BLEND:
        free_I = scores_I[unseen_I]
        spread = float(free_I.std()) if len(free_I) else 0.0
        scores_I = (scores_I - free_I.mean()) / spread + _BLEND_FLOOR if spread > 0 else np.ones_like(scores_I)
    shares_I: Float32 = (scores_I.clip(min=0.0) ** _POWERS.get(model.name, _BLEND_POWER)).astype(np.float32)
    return shares_I if bool((shares_I[unseen_I] > 0).any()) else None


def lifts_of(shares_I: Float32, counts_I: Float32, unseen_I: Bools) -> Float32:
    """How many times likelier each title is for this person than for the average person, [I].

    The average person's share of a title is that of all likes (or entries), plus one each. Both sides are parts of what
    this person does not have, or every new title would look unlikely.
    """
    average_I = counts_I + 1.0
    mine, average = max((shares_I * unseen_I).sum(), 1e-12), max((average_I * unseen_I).sum(), 1.0)
    ratio_I = (shares_I / mine) / np.maximum(average_I / average, 1e-12)
    lifts_I: Float32 = (1.0 + (ratio_I - 1.0) * counts_I / (counts_I + _FEW)).astype(np.float32)
    return lifts_I
