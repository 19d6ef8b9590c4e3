"""How far off a predicted rating may be: its standard deviation, measured on ratings that were held out.

Stands beside the models that know a person by a few numbers. A prediction is off by what nobody can know (the same
person would rate the same title differently tomorrow), by what the person's few ratings leave open, and by what the
title's few ratings leave open. How much of each there is, held-out ratings tell.

Shapes: N ratings, P = 3 parts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

Floats = npt.NDArray[np.float64]

PARTS = 3
MOST_PEOPLE = 2_000
"""More people would hardly tell more about three numbers."""
_LEAST_RATINGS = 30
_ROUNDS = 8


def parts_of(open_N: Floats, counts_N: Floats) -> Floats:
    """What the variance of each prediction is made of, [N, P]: 1, how open the person's numbers leave it (the ridge's
    x' (X'X + lambda)^-1 x), and 1 / (1 + how many rated the title).
    """
    return np.stack([np.ones_like(open_N), open_N, 1.0 / (1.0 + counts_N)], axis=1)


def fitted_parts(errors_N: Floats, parts_NP: Floats) -> Floats | None:
    """The weights of the parts, [P], none below 0, by which their sum is the squared error to be expected; None where
    there are fewer than 30 ratings.

    By least squares on squared errors, each weighed by what is expected of it: large errors are the noisiest witnesses.
    """
    squared_N = errors_N**2
    if len(squared_N) < _LEAST_RATINGS or not np.isfinite(squared_N).all():
        return None
    expected_N = np.full(len(squared_N), max(float(squared_N.mean()), 1e-9))
    weights_P = np.zeros(parts_NP.shape[1])
    for _ in range(_ROUNDS):
        weights_P = nnls(parts_NP / expected_N[:, None], squared_N / expected_N)[0]
        expected_N = np.maximum(parts_NP @ weights_P, 1e-9)
    return weights_P
