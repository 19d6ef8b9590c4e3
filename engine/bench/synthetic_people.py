"""People and titles drawn by chance, for measuring what takes how long: as unequally known as films are."""

from __future__ import annotations

import numpy as np

from engine.data.catalogue import Catalogue
from engine.data.dataset import Dataset, Histories, Scale, Vocabulary

_SCALE = Scale(1, 5, 1)


def profile_of(length: int, dataset: Dataset) -> Histories:
    """Somebody with so many of the best known titles, in an order of their own, who likes the first."""
    dice = np.random.default_rng(length)
    known = np.argsort(-dataset.counts_I)[: max(length, min(dataset.titles - 10, 2 * length))]
    rows = dice.permutation(known)[:length]
    ratings = dice.integers(1, 6, len(rows)).astype(np.float32)
    ratings[0] = _SCALE.high
    return Histories(np.array([0, len(rows)]), rows.astype(np.int32), ratings, np.arange(len(rows), dtype=np.int64))


def synthetic(people: int, titles: int) -> Dataset:
    """People with a hundred ratings each, of titles as unequally known as films."""
    dice = np.random.default_rng(1)
    users = np.repeat(np.arange(people), 100)
    items = (titles * dice.random(len(users)) ** 2).astype(np.int64)
    entries = np.unique(users * titles + items)
    ratings = dice.integers(1, 6, len(entries)).astype(np.float32)
    histories = Histories.of(entries // titles, entries % titles, ratings, people=people)
    catalogue = Catalogue(tuple(f"Title {row}" for row in range(titles)), (0,) * titles, ((),) * titles)
    users_known, items_known = (Vocabulary([str(row) for row in range(count)]) for count in (people, titles))
    return Dataset("synthetic", "Synthetic", users_known, items_known, catalogue, histories, _SCALE, "")
