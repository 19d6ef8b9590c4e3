"""What a list and a predicted rating are worth, in numbers. Full ranking, never sampled; one value per person.

Stands between a model's scores and a EvaluationResult. A title is *relevant* to a person who was found to like it. DCG
discounts rank i by 1/log2(i + 1) (Jarvelin and Kekalainen 2002); recall is divided by min(k, relevant), as in Liang
et al. 2018 ("Variational Autoencoders for Collaborative Filtering").

Shapes: U people, I titles, K length of the lists, k <= K cut, N entries to be found.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.dataset import Bools, Float32, Int64, Scale

Floats = npt.NDArray[np.float64]

HIGHEST_GRADE = 4.0


def top_items(scores_UI: Tensor, k: int) -> Tensor:
    """The item rows with the k best scores, best first, [U, min(k, I)]. Equal scores are ordered by item row."""
    k = min(k, scores_UI.shape[1])
    best = torch.topk(scores_UI, min(k + 1, scores_UI.shape[1]), dim=1)
    items_UK = best.indices[:, :k].sort(dim=1).values
    crowded_U = best.values[:, k - 1] == best.values[:, -1]
    if best.values.shape[1] > k and bool(crowded_U.any()):
        items_UK[crowded_U] = _first_of_equals(scores_UI[crowded_U], best.values[crowded_U, k - 1 : k], k)
    order_UK = torch.gather(scores_UI, 1, items_UK).sort(dim=1, descending=True, stable=True).indices
    return torch.gather(items_UK, 1, order_UK)


def _first_of_equals(scores_CI: Tensor, cut_C1: Tensor, k: int) -> Tensor:
    """The item rows of k best scores, rising, [C, k], where more titles than there are places have the score `cut`."""
    better_CI, at_cut_CI = scores_CI > cut_C1, scores_CI == cut_C1
    places_left_C1 = k - better_CI.sum(1, keepdim=True)
    listed_CI = better_CI | (at_cut_CI & (at_cut_CI.cumsum(1) <= places_left_C1))
    return listed_CI.nonzero()[:, 1].view(-1, k)


def recall(hits_UK: Bools, relevant_U: Int64, k: int) -> Floats:
    """Relevant titles among the first k, of the min(k, relevant) that could be there."""
    return _shares(hits_UK[:, :k].sum(1), np.minimum(k, relevant_U))


def precision(hits_UK: Bools, relevant_U: Int64, k: int) -> Floats:
    """Relevant titles among the first k, of k."""
    return _shares(hits_UK[:, :k].sum(1), np.where(relevant_U > 0, k, 0))


def average_precision(hits_UK: Bools, relevant_U: Int64, k: int) -> Floats:
    """AP@k as the case study writes it: 1/k times the sum over hits i of precision@i."""
    return _shares(_precision_at_hits(hits_UK, k), np.where(relevant_U > 0, k, 0))


def mean_average_precision(hits_UK: Bools, relevant_U: Int64, k: int) -> Floats:
    """The part of MAP@k that one person adds: as `average_precision`, but divided by min(k, relevant)."""
    return _shares(_precision_at_hits(hits_UK, k), np.minimum(k, relevant_U))


def ndcg(gains_UK: Floats, ideal_UK: Floats, k: int) -> Floats:
    """DCG of the first k over DCG of the best possible first k. Gains are those of the list and of the ideal list.

    With gains of 1 for relevant titles this is the binary NDCG, its ideal list cut at min(k, relevant).
    """
    discounts_K = 1.0 / np.log2(np.arange(2, gains_UK.shape[1] + 2))[:k]
    ideal_discounts_K = 1.0 / np.log2(np.arange(2, ideal_UK.shape[1] + 2))[:k]
    return _shares(gains_UK[:, :k] @ discounts_K, ideal_UK[:, :k] @ ideal_discounts_K)


def novelty(items_UK: Int64, counts_I: Int64, k: int, *, listed_UK: Bools) -> Floats:
    """How little known the first k titles are, in bits: the mean of -log2(entries of the title / all entries).

    The item discovery model of Vargas and Castells 2011. Titles without entries count as if they had one; `listed_UK`
    is false for places that are not filled, as there were fewer titles left than places.
    """
    bits_I = -np.log2(np.maximum(counts_I, 1) / max(1, int(counts_I.sum())))
    filled_Uk = listed_UK[:, :k]
    return _shares((bits_I[items_UK[:, :k]] * filled_Uk).sum(axis=1), filled_Uk.sum(axis=1))


def coverage(listed_I: Bools, candidates_I: Bools) -> float:
    """The share of titles that could be recommended and are, to anybody."""
    return float((listed_I & candidates_I).sum() / max(1, candidates_I.sum()))


def graded_gains(ratings_N: Float32, scale: Scale) -> Floats:
    """2^rel - 1, where rel runs from 0 at the lowest rating of the scale to 4 at the highest; 0 where unrated."""
    span = max(scale.high - scale.low, 1e-12)
    grades_N = HIGHEST_GRADE * (np.nan_to_num(ratings_N.astype(np.float64), nan=scale.low) - scale.low) / span
    return np.asarray(np.exp2(np.clip(grades_N, 0.0, HIGHEST_GRADE)) - 1.0)


def ideal_gains(gains_N: Floats, person_N: Int64, *, people: int, k: int) -> Floats:
    """Each person's gains from the greatest down, cut at k and padded with zeros, [U, k]."""
    order = np.lexsort((-gains_N, person_N))
    person_N = person_N[order]
    starts_U = np.concatenate([[0], np.cumsum(np.bincount(person_N, minlength=people))])
    rank_N = np.arange(len(order)) - starts_U[person_N]
    ideal_UK = np.zeros((people, k))
    within_N = rank_N < k
    ideal_UK[person_N[within_N], rank_N[within_N]] = gains_N[order][within_N]
    return ideal_UK


def mean_errors(errors_N: Floats, person_N: Int64, *, people: int) -> Floats:
    """The mean of each person's errors; NaN for people without any."""
    sums_U = np.bincount(person_N, weights=errors_N, minlength=people)
    return _shares(sums_U, np.bincount(person_N, minlength=people))


def _precision_at_hits(hits_UK: Bools, k: int) -> Floats:
    hits_Uk = hits_UK[:, :k]
    precision_Uk = np.cumsum(hits_Uk, axis=1) / np.arange(1, hits_Uk.shape[1] + 1)
    return np.asarray((precision_Uk * hits_Uk).sum(axis=1), dtype=np.float64)


def _shares(parts_U: npt.NDArray[Any], wholes_U: npt.NDArray[Any]) -> Floats:
    """parts / wholes, and NaN where there is no whole to have a part of."""
    shares_U = np.full(len(parts_U), np.nan)
    np.divide(parts_U, wholes_U, out=shares_U, where=wholes_U > 0)
    return shares_U
