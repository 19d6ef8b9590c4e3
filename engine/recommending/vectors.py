"""A row of numbers for each title, near each other where people like the same titles.

They are the model's own, where it has any (`Model.item_vectors`); else the strongest directions of who liked what:
the singular vectors of the sparse matrix of people and titles, each person and each title scaled to count alike.

Shapes: I titles, D numbers of a title, P people looked at, N entries.
"""

from __future__ import annotations

import hashlib
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
import torch
from scipy.sparse import csr_array

from engine.data.dataset import Bools, Dataset, Float32, Histories
from engine.device import exactly
from engine.models.base import Model
from engine.models.losses import OTHER_RATINGS

WIDTH = 64
"""Numbers of a title where the model has none of its own."""
_MORE, _ROUNDS = 16, 3
_MOST_ENTRIES = 2_000_000


class Recommends(Protocol):
    """What vectors are asked of: a recommender, which asks for them itself when it makes a list varied."""

    @property
    def model(self) -> Model: ...

    @property
    def dataset(self) -> Dataset: ...


_known: WeakKeyDictionary[Model, tuple[Dataset, Float32]] = WeakKeyDictionary()


def item_vectors(recommender: Recommends) -> Float32:
    """A row of length 1 for each title, [I, D]; zeros where nothing is known of it.

    Worked out once for a model: a recommender that gets stars beside it has the same.
    """
    found = _known.get(recommender.model)
    if found is None or found[0] is not recommender.dataset:
        found = _known[recommender.model] = (recommender.dataset, _vectors(recommender))
    return found[1]


def vectors_key(recommender: Recommends) -> str:
    """What tells a recommender's vectors from all others of the same data set, without working them out.

    Models without vectors of their own have the same.
    """
    model = recommender.model
    with torch.inference_mode(), exactly():
        own = model.item_vectors()
    if own is None or not bool(own.any()):
        return "entries"
    parts = own.detach().cpu().float().numpy(), np.zeros(0) if model.learned_I is None else model.learned_I
    digest = hashlib.blake2b(model.can.learns_from.encode(), digest_size=8)
    for part in parts:
        digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def _vectors(recommender: Recommends) -> Float32:
    with torch.inference_mode(), exactly():
        own = recommender.model.item_vectors()
    if own is None or not bool(own.any()):
        return _unit(entry_vectors(recommender.dataset))
    vectors_ID = own.detach().cpu().float().numpy().copy()
    vectors_ID[~_known_titles(recommender)] = 0.0
    return _unit(vectors_ID)


def _known_titles(recommender: Recommends) -> Bools:
    histories, model = recommender.dataset.histories, recommender.model
    if model.can.learns_from == "likes":
        histories = histories.likes(recommender.dataset.scale.like)
    is_known_I: Bools = np.bincount(histories.item_rows_N, minlength=recommender.dataset.titles) > 0
    return is_known_I if model.learned_I is None else is_known_I & model.learned_I


def entry_vectors(dataset: Dataset, *, width: int = WIDTH) -> Float32:
    """The strongest directions of who has and likes what, [I, D], by a randomised SVD (Halko et al. 2011).

    Of more than two million entries as many people are looked at, drawn once, as have these.
    """
    if not dataset.histories.entries:
        return np.zeros((dataset.titles, 1), dtype=np.float32)
    matrix_PI = _scaled(_some_people(dataset.histories), dataset)
    width = min(width, min(matrix_PI.shape))
    draw = np.random.default_rng(0).standard_normal((dataset.titles, min(width + _MORE, *matrix_PI.shape)))
    basis_IB = draw.astype(np.float32)
    for _ in range(_ROUNDS):
        basis_IB = np.linalg.qr(matrix_PI.T @ np.linalg.qr(matrix_PI @ basis_IB)[0])[0]
    seen_PB = matrix_PI @ basis_IB
    _, values_B, right_BB = np.linalg.svd(seen_PB, full_matrices=False)
    vectors_ID: Float32 = (basis_IB @ right_BB[:width].T * np.sqrt(values_B[:width])).astype(np.float32)
    vectors_ID[dataset.counts_I == 0] = 0.0
    return vectors_ID


def _some_people(histories: Histories) -> Histories:
    if histories.entries <= _MOST_ENTRIES:
        return histories
    drawn = np.random.default_rng(0).permutation(len(histories))
    enough = int(np.searchsorted(np.cumsum(histories.counts_U[drawn]), _MOST_ENTRIES)) + 1
    return histories.take(np.sort(drawn[:enough]))


def _scaled(histories: Histories, dataset: Dataset) -> csr_array:
    """People by titles: likes count 1, other entries less, over the root of each person's and each title's sum."""
    liked_N = histories.ratings_N >= dataset.scale.like
    weights_N = np.where(liked_N, 1.0, OTHER_RATINGS).astype(np.float32)
    sums_P = np.bincount(histories.user_rows_N, weights=weights_N, minlength=len(histories))
    sums_I = np.bincount(histories.item_rows_N, weights=weights_N, minlength=dataset.titles)
    weights_N /= np.sqrt(sums_P[histories.user_rows_N] * sums_I[histories.item_rows_N]).astype(np.float32)
    entries = (weights_N, histories.item_rows_N, histories.indptr_U1)
    return csr_array(entries, shape=(len(histories), dataset.titles))


def _unit(vectors_ID: Float32) -> Float32:
    lengths_I = np.linalg.norm(vectors_ID, axis=1, keepdims=True)
    unit_ID: Float32 = np.where(lengths_I > 1e-12, vectors_ID / np.maximum(lengths_I, 1e-12), 0.0).astype(np.float32)
    return unit_ID
