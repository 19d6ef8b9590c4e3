"""A list with less of the same: titles that differ from those before them come earlier.

Maximal marginal relevance (Carbonell and Goldstein 1998) on the beginning of a list: each next title is the one with
the largest `(1 - strength) * worth - strength * likeness`, where worth falls evenly with the place in the list and
likeness is the largest cosine to a title before it.

Shapes: R titles of the list, P of its beginning, D numbers of a title.
"""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Float32, Int64

LOOKED_AT = 200
"""How far down a title is looked for that differs from those above."""


def varied(rows_R: Int64, vectors_ID: Float32, *, strength: float) -> Int64:
    """The same rows in another order; at 0 in the same one. Titles of which nothing is known are as like as most."""
    if not strength or len(rows_R) < 3:
        return rows_R
    pool_P = rows_R[:LOOKED_AT]
    cost_PP = strength * _likeness(vectors_ID[pool_P])
    gain_P = (1.0 - strength) * np.linspace(1.0, 0.0, len(pool_P), dtype=np.float32)
    highest_P, worth_P = np.zeros(len(pool_P), dtype=np.float32), np.zeros(len(pool_P), dtype=np.float32)
    order_P = np.zeros(len(pool_P), dtype=np.int64)
    for place in range(len(pool_P)):
        best = int(np.subtract(gain_P, highest_P, out=worth_P).argmax())
        order_P[place] = best
        gain_P[best] = -np.inf
        np.maximum(highest_P, cost_PP[best], out=highest_P)
    return np.concatenate([pool_P[order_P], rows_R[LOOKED_AT:]])


def intra_list_diversity(vectors_KD: Float32) -> float:
    """The mean of 1 - cosine over all pairs of a list, 0 (all alike) to 2; titles without numbers do not count."""
    known_KD = vectors_KD[vectors_KD.any(axis=1)]
    pairs = len(known_KD) * (len(known_KD) - 1)
    if not pairs:
        return 0.0
    likeness = float((known_KD @ known_KD.T).sum()) - len(known_KD)
    return 1.0 - likeness / pairs


def _likeness(vectors_PD: Float32) -> Float32:
    likeness_PP: Float32 = vectors_PD @ vectors_PD.T
    unknown_P = ~vectors_PD.any(axis=1)
    if unknown_P.any() and not unknown_P.all():
        usual = float(likeness_PP[~unknown_P][:, ~unknown_P].mean())
        likeness_PP[unknown_P] = likeness_PP[:, unknown_P] = usual
    return likeness_PP
